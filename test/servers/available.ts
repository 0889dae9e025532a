/**
 * For `describe.skipIf`: true when a real server is missing. Where CI is `true` nothing is skipped, so that the suite fails loudly.
 * @param obstacle why the server cannot be started; empty when it can.
 */
export function skipFor(obstacle: string): boolean {
  if (obstacle === '' || process.env['CI'] === 'true') return false;
  process.stderr.write(`skipped: ${obstacle}\n`);
  return true;
}
