import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { exchange, exchangeToken, isExchangeError, isGraphError, isSignInError, sharedRig, type Seen, type SharedRig } from './faults-support.ts';
import { line } from './keep-alive.ts';
import { exchangeCases, graphCases, heavyCases, ownCases, rawCases, signInCases, type Aim, type MalformedCase } from './malformed-requests.ts';
import { odd } from './support.ts';

/** How many of each kind; together with the heavy ones more than 10,000. */
const COUNTS = { graph: 4600, exchange: 1700, signIn: 1500, raw: 2000, own: 200 } as const;
/** The same requests in every run. */
const SEED = 20_261;
const CONNECTIONS = 12;

let shared: SharedRig;
let aim: Aim;
beforeAll(async () => {
  shared = await sharedRig({ seed: odd });
  const { sim } = shared;
  aim = { host: new URL(sim.url).host, tenantId: sim.tenantId, graphToken: shared.token, exchangeToken: await exchangeToken(sim), clientId: sim.clientId };
});
afterAll(() => shared.sim.close());

const bodyOf = (seen: Seen): unknown => { try { return JSON.parse(seen.text.slice(seen.text.indexOf('\r\n\r\n') + 4)) as unknown; } catch { return undefined; } };
const isOwnError = (body: unknown): boolean => typeof (body as { readonly error?: { readonly message?: unknown } } | undefined)?.error?.message === 'string';

/** The envelope that the address of a request asks for, once `.` and `..` are resolved. */
function envelopeOf(one: MalformedCase): (body: unknown) => boolean {
  const [, target = ''] = one.bytes.subarray(0, 20_000).toString('latin1').split(' ');
  const { pathname } = new URL(`http://x${target.startsWith('/') ? '' : '/'}${target}`);
  if (pathname === '/' || /^\/simulator(\/|$)/.test(pathname)) return isOwnError;
  if (/^\/adminapi(\/|$)/i.test(pathname)) return isExchangeError;
  if (/^\/[^/]+\/oauth2\/v2\.0\/(token|devicecode)$/.test(pathname)) return isSignInError;
  return (body) => isGraphError(body) || (/\/(oauth2|discovery|v2\.0)\//.test(pathname) && isSignInError(body));
}

/** What is wrong with an answer; null: nothing. */
function wrongWith(one: MalformedCase, seen: Seen): string | null {
  if (seen.status === null) return 'no answer';
  if (seen.status === 500) return 'an internal error';
  if (seen.status < 400) {
    if (one.isRefused) return `a success, ${seen.status}`;
    const { responses } = (bodyOf(seen) ?? {}) as { readonly responses?: readonly { readonly status: number; readonly body: unknown }[] };
    const bad = responses?.find((r) => r.status === 500 || (r.status >= 400 && !envelopeOf(one)(r.body) && !isExchangeError(r.body)));
    return bad ? `inside the batch ${JSON.stringify(bad)}` : null;
  }
  return envelopeOf(one)(bodyOf(seen)) ? null : `no envelope of its service with ${seen.status}`;
}

const report = (one: MalformedCase, why: string, seen: Seen): string => `${one.kind}: ${why}\n  > ${JSON.stringify(one.bytes.subarray(0, 900).toString('latin1'))}\n  < ${JSON.stringify(seen.text.slice(0, 500))}`;

/** Sends all cases over a few connections that are used again and again. */
async function sendAll(cases: readonly MalformedCase[]): Promise<readonly string[]> {
  const wrong: string[] = [];
  let next = 0;
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    const connection = line(shared.sim, 10_000);
    for (let one = cases[next++]; one; one = cases[next++]) {
      const seen = await connection.send(one.bytes);
      const why = wrongWith(one, seen);
      if (why !== null) wrong.push(report(one, why, seen));
    }
    connection.end();
  }));
  return wrong;
}

it.each([
  ['Graph', () => fc.sample(graphCases(aim), { seed: SEED, numRuns: COUNTS.graph }), 4600], ['Exchange', () => fc.sample(exchangeCases(aim), { seed: SEED, numRuns: COUNTS.exchange }), 1700], ['sign-in', () => fc.sample(signInCases(aim), { seed: SEED, numRuns: COUNTS.signIn }), 1500],
  ['its own page', () => fc.sample(ownCases(aim), { seed: SEED, numRuns: COUNTS.own }), 200], ['all of them, with huge and deeply nested bodies', () => heavyCases(aim), 95],
] as const)('malformed requests to %s get an error envelope and change nothing', async (_name, make, count) => {
  const before = shared.sim.snapshot();
  const cases = make();
  expect(cases).toHaveLength(count);
  expect((await sendAll(cases)).slice(0, 5)).toEqual([]);
  expect(shared.defects).toEqual([]);
  expect(shared.sim.snapshot()).toEqual(before);
  expect(shared.sim.state().clock.advancedMs).toBe(0);
}, 60_000);

it('bytes that are no HTTP, or nearly none, get an error envelope where an answer can be written, and change nothing', async () => {
  const before = shared.sim.snapshot();
  const cases = fc.sample(rawCases(aim), { seed: SEED, numRuns: COUNTS.raw });
  const wrong: string[] = [];
  let [answered, next] = [0, 0];
  await Promise.all(Array.from({ length: CONNECTIONS }, async () => {
    for (let one = cases[next++]; one; one = cases[next++]) {
      const seen = await exchange(shared.sim, one.bytes, 5000, 'half-close');
      if (seen.status !== null) answered++;
      // Blank lines before a request are no request (RFC 9112 2.2); a reset cuts off answers to clients that went on sending.
      const mayBeSilent = /^[\r\n]*$/.test(one.bytes.toString('latin1')) || seen.end === 'reset';
      const isEnvelope = seen.status === null ? mayBeSilent : seen.status < 400 || /^HTTP\/1\.1 100 /.test(seen.text) || isGraphError(bodyOf(seen));
      if (!isEnvelope || seen.status === 500 || (seen.status === null && seen.end === 'still open')) wrong.push(report(one, 'no envelope', seen));
    }
  }));
  expect(wrong.slice(0, 5)).toEqual([]);
  expect(answered).toBeGreaterThan(cases.length * 0.95);
  expect(shared.defects).toEqual([]);
  expect(shared.sim.snapshot()).toEqual(before);
  expect((await shared.call('GET', '/organization')).status).toBe(200);
}, 60_000);
