import path from 'node:path';
import { pathToFileURL } from 'node:url';

interface Builder { readonly ensureBuilt: (what: 'window', say: (line: string) => void) => Promise<void> }

/** Builds the window when its sources changed since the last build, so that the tests never look at an old one. */
// oxlint-disable-next-line import/no-default-export -- Playwright calls the default export
export default async function buildWindow(): Promise<void> {
  const file = path.resolve(import.meta.dirname, '../../../electron/setup/build.mjs');
  const { ensureBuilt } = await import(pathToFileURL(file).href) as Builder;
  await ensureBuilt('window', (line) => { process.stdout.write(`${line}\n`); });
}
