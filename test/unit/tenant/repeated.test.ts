import { afterEach, describe, expect, it } from 'vitest';
import { graphWrites, type GraphAnswer } from '../../../electron/engines/tenant/index.ts';
import { batchReply, graphError, openOn, startLoopback } from './loopback.ts';
import type { Loopback, Reply, Seen } from './loopback.ts';

let server: Loopback | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});
const start = async (script: (request: Seen, count: number) => Reply | undefined): Promise<Loopback> => (server = await startLoopback((request, count) => (request.host.startsWith('login.') ? undefined : script(request, count))));
const repeated = (answers: readonly GraphAnswer[]) => answers.map((one) => one.kind === 'answered' && one.repeated === true);

const writes = graphWrites('global');
const there = { status: 400, body: graphError('Request_BadRequest', 'One or more added object references already exist.') };
const add = [writes.addMembers('g1', ['m1', 'm2']), writes.addMember('g2', 'm1')];

describe('the refusal of a repeat', () => {
  it('is marked when the answer to an earlier try was lost', async () => {
    const s = await start((request, count) => (count === 1 ? 'reset' : batchReply(request, () => there)));
    expect(repeated(await (await openOn(s)).send(add))).toEqual([true, true]);
  });

  it('is marked when the service had an error of its own before, and when every try had', async () => {
    const s = await start((request, count) => batchReply(request, (inner) => (count === 1 || inner.url.includes('g2') ? { status: 500, body: graphError('Service_InternalServerError', '') } : there)));
    const answers = await (await openOn(s)).send(add);
    expect(answers.map((one) => one.kind === 'answered' && one.status)).toEqual([400, 500]);
    expect(repeated(answers)).toEqual([true, true]);
  });

  it('is not marked when the first try was refused, throttled or met a concurrent change, nor when the repeat succeeds', async () => {
    const s = await start((request, count) => batchReply(request, (inner) => {
      if (inner.url.includes('g3')) return count === 1 ? { status: 500, body: graphError('Service_InternalServerError', '') } : { status: 204 };
      if (count > 1) return there;
      if (inner.url.includes('g1')) return { status: 429, headers: { 'retry-after': '0.1' }, body: graphError('TooManyRequests', '') };
      return inner.url.includes('g2') ? { status: 409, body: graphError('Directory_ConcurrencyViolation', '') } : there;
    }));
    const answers = await (await openOn(s)).send([...add, writes.addMember('g3', 'm1'), writes.addMember('g4', 'm1')]);
    expect(answers.map((one) => one.kind === 'answered' && one.status)).toEqual([400, 400, 204, 400]);
    expect(repeated(answers)).toEqual([false, false, false, false]);
  });
});
