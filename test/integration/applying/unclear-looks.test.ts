import { describe, expect, it } from 'vitest';
import { applyPlan, lookUp } from '../../../electron/engines/applying/index.ts';
import { graphWrites } from '../../../electron/engines/tenant/index.ts';
import { EMPTY_TENANT } from '../../../electron/simulator/index.ts';
import { createGroup, createUser, ledgerOf, losing, open, portsOf, quick, snapshot, times, usersNamed, type Fetch } from './rig.ts';

const writes = graphWrites('global');
const CREATE = /"method":"POST","url":"\/(?:groups|users)"/;
const FIND = /"method":"GET","url":"\/(?:groups|users)\?\$filter=/;
const groupsNamed = (name: string) => snapshot().groups.filter((g) => g.properties['displayName'] === name);

/** Loses the answer to the first creates and, while `blind` says so, every look after them. */
const blinded = (blind: () => boolean) => (send: Fetch): Fetch => {
  const lossy = losing(CREATE, 'after', times(1))(send);
  return losing(FIND, 'before', blind)(lossy);
};

describe('looks without a clear answer', () => {
  it('does not send a create again when nobody could look; the next run finds it', async () => {
    let blind = true;
    const t = await open(blinded(() => blind), EMPTY_TENANT, quick);
    const group = createGroup('once');
    const { ledger, open: intents, outcomes } = ledgerOf([group]);
    await expect(applyPlan(portsOf(t, ledger), writes)).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE', retryable: true, message: expect.stringContaining('once') as string } });
    expect(intents.size).toBe(1);
    expect(groupsNamed('once')).toHaveLength(1);
    // Still nothing to be seen: it stays open.
    await expect(applyPlan(portsOf(t, ledger), writes)).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE' } });
    expect(intents.size).toBe(1);
    blind = false;
    expect(await applyPlan(portsOf(t, ledger), writes)).toMatchObject({ done: 1, failed: 0 });
    expect(outcomes.get(group.id)?.targetId).toBe(groupsNamed('once')[0]?.id);
    expect(groupsNamed('once')).toHaveLength(1);
  });

  it('does not take an error of the service for "not there"', async () => {
    const t = await open((send) => {
      const lossy = losing(CREATE, 'after', times(1))(send);
      return async (url, init) => (typeof init.body === 'string' && FIND.test(init.body) ? Response.json({ responses: [{ id: '1', status: 403, body: { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges', innerError: {} } } }] }) : await lossy(url, init));
    }, EMPTY_TENANT, quick);
    const { ledger, open: intents } = ledgerOf([createGroup('denied')]);
    await expect(applyPlan(portsOf(t, ledger), writes)).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE', retryable: true } });
    expect(intents.size).toBe(1);
    expect(groupsNamed('denied')).toHaveLength(1);
  });

  it('writes down what is known before it gives up on the rest', async () => {
    let batches = 0;
    const t = await open((send) => losing(FIND, 'before', () => true)(losing(CREATE, 'after', () => ++batches === 1)(send)), EMPTY_TENANT, quick);
    const users = Array.from({ length: 30 }, (_, i) => createUser(`known${i}`));
    const { ledger, open: intents, outcomes } = ledgerOf(users);
    await expect(applyPlan(portsOf(t, ledger), writes)).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE' } });
    expect(outcomes.size).toBe(10);
    expect(intents.size).toBe(20);
    expect(usersNamed('known')).toHaveLength(30);
  });

  it('ends soon when cancelled while looking, and leaves what nobody knows to the next run', async () => {
    const abort = new AbortController();
    const t = await open(losing(CREATE, 'after', times(1)), EMPTY_TENANT, quick);
    const groups = Array.from({ length: 5 }, (_, i) => createGroup(`halt${i}`));
    const { ledger, open: intents, outcomes } = ledgerOf(groups);
    // A tenant that shows new objects late: the looks wait, and would wait for ever.
    const blind = { ...t, send: async (...[requests, signal]: Parameters<typeof t.send>) => {
      const answers = await t.send(requests, signal);
      return requests[0]?.url.includes('$filter=') ? answers.map(() => ({ kind: 'answered' as const, status: 200, body: { value: [] }, error: null })) : answers;
    } };
    const wait = (_ms: number, signal?: AbortSignal) => new Promise<void>((_resolve, reject) => {
      signal?.addEventListener('abort', () => { reject(new DOMException('aborted', 'AbortError')); });
      setImmediate(() => { abort.abort('cancelled'); });
    });
    expect(await applyPlan(portsOf({ ...t, ...blind }, ledger, { wait }), writes, abort.signal)).toMatchObject({ cancelled: true, done: 0, failed: 0 });
    expect(intents.size).toBe(5);
    expect(outcomes.size).toBe(0);
    expect(await applyPlan(portsOf(t, ledger), writes)).toMatchObject({ cancelled: false, done: 5 });
    expect(snapshot().groups).toHaveLength(5);
  }, 20_000);

  it('stops the looks after a crash as well when cancelled', async () => {
    const abort = new AbortController();
    const t = await open((send) => send, EMPTY_TENANT, quick);
    const group = createGroup('late');
    const { ledger, open: intents } = ledgerOf([group]);
    await ledger.intend([{ id: 'open', at: Date.now(), operation: group, targetId: null, before: {} }]);
    const wait = async () => { abort.abort('cancelled'); throw new DOMException('aborted', 'AbortError'); };
    expect(await applyPlan(portsOf(t, ledger, { wait }), writes, abort.signal)).toMatchObject({ cancelled: true });
    expect(intents.size).toBe(1);
  });
});

describe('looking at one intent', () => {
  it('leaves a create open when nobody could look', async () => {
    const t = await open(losing(FIND, 'before', () => true), EMPTY_TENANT, quick);
    const group = createGroup('unseen');
    const intent = { id: 'open', at: Date.now(), operation: group, targetId: null, before: {} };
    await expect(lookUp(intent, portsOf(t, ledgerOf([group]).ledger))).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE', retryable: true } });
  });
});
