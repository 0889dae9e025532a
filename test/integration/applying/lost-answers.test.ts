import { describe, expect, it } from 'vitest';
import type { Operation, Reference } from '../../../shared/domain/plans.ts';
import { applyPlan } from '../../../electron/engines/applying/index.ts';
import { graphWrites } from '../../../electron/engines/tenant/index.ts';
import { EMPTY_TENANT } from '../../../electron/simulator/index.ts';
import { change, createGroup, createUser, ledgerOf, losing, open, operation, portsOf, quick, snapshot, times, usersNamed, type Fetch } from './rig.ts';

const writes = graphWrites('global');
const BIND = /"members@odata\.bind"/;
const ADD_ONE = /"method":"POST","url":"\/groups\/[^"]+\/members\/\$ref"/;
const REMOVE_ONE = /"method":"DELETE","url":"\/groups\/[^"]+\/members\/[^"]+\/\$ref"/;

/** A tenant with a group and people, made by an apply of its own; what `wrap` does begins afterwards. */
async function crowd(count: number, wrap: (send: Fetch) => Fetch) {
  let armed = false;
  const t = await open((send) => { const wrapped = wrap(send); return (url, init) => (armed ? wrapped : send)(url, init); }, EMPTY_TENANT, quick);
  const users = Array.from({ length: count }, (_, i) => createUser(`member${i}`));
  const group = createGroup('crowd');
  const { ledger, matches } = ledgerOf([...users, group]);
  await applyPlan(portsOf(t, ledger), writes);
  const id = (o: Operation) => matches.get(o.sourceId ?? '') ?? '';
  const references = users.map((u): Reference => ({ sourceId: u.sourceId, targetId: id(u), name: u.name }));
  const of = (kind: 'add members' | 'remove members', list = references) => operation(kind, { objectKind: 'group', sourceId: group.sourceId, targetId: id(group), name: 'crowd', references: list });
  armed = true;
  return { t, users, references, groupId: id(group), of, members: () => snapshot().groups.find((g) => g.id === id(group))?.members ?? [] };
}

const names = (list: readonly Reference[] | undefined) => list?.map((r) => r.name);

describe('memberships whose answers are lost', () => {
  it('claims a bind that was carried out and answered "exists already" when it was repeated', async () => {
    const { t, references, of, members } = await crowd(20, losing(BIND, 'after', times(1)));
    const add = of('add members');
    const { ledger, outcomes } = ledgerOf([add]);
    expect(await applyPlan(portsOf(t, ledger), writes)).toMatchObject({ done: 1, unchanged: 0, failed: 0 });
    expect(names(outcomes.get(add.id)?.references)).toEqual(names(references));
    expect(members()).toHaveLength(20);
  });

  it('claims a bind of one member, too', async () => {
    const { t, references, of } = await crowd(1, losing(BIND, 'after', times(1)));
    const add = of('add members');
    const { ledger, outcomes } = ledgerOf([add]);
    expect(await applyPlan(portsOf(t, ledger), writes)).toMatchObject({ done: 1, unchanged: 0 });
    expect(names(outcomes.get(add.id)?.references)).toEqual(names(references));
  });

  it('claims a bind whose every answer is lost', async () => {
    const { t, references, of } = await crowd(3, losing(BIND, 'after', times(6)));
    const add = of('add members');
    const { ledger, outcomes } = ledgerOf([add]);
    expect(await applyPlan(portsOf(t, ledger), writes)).toMatchObject({ done: 1, failed: 0 });
    expect(names(outcomes.get(add.id)?.references)).toEqual(names(references));
  });

  it('leaves to somebody else what was theirs, when the bind was refused and only that answer was lost', async () => {
    const { t, references, groupId, of } = await crowd(4, losing(BIND, 'after', times(1)));
    await t.send([writes.addMember(groupId, references[2]?.targetId ?? '')]);
    const add = of('add members');
    const { ledger, outcomes } = ledgerOf([add]);
    await applyPlan(portsOf(t, ledger), writes);
    expect(outcomes.get(add.id)?.outcome).toBe('done');
    expect(names(outcomes.get(add.id)?.references)).toEqual(['member0', 'member1', 'member3']);
  });

  it('claims the rest of a bind whose answer is lost on the second way', async () => {
    let binds = 0;
    const { t, references, groupId, of } = await crowd(4, losing(BIND, 'after', () => ++binds === 2));
    await t.send([writes.addMember(groupId, references[0]?.targetId ?? '')]);
    const add = of('add members');
    const { ledger, outcomes } = ledgerOf([add]);
    await applyPlan(portsOf(t, ledger), writes);
    expect(binds).toBeGreaterThan(2);
    expect(names(outcomes.get(add.id)?.references)).toEqual(['member1', 'member2', 'member3']);
  });

  it('claims a member added one by one, whether a repeat says "already" or no answer ever comes', async () => {
    let singles = 0;
    const others = (init: RequestInit) => typeof init.body === 'string' && BIND.test(init.body);
    // Binds are refused as a whole, so that members go one by one; the second loses one answer, the third all of them.
    const { t, references, of, members } = await crowd(4, (send) => {
      const lossy = losing(ADD_ONE, 'after', () => { singles++; return singles === 2 || (singles >= 4 && singles <= 9); })(send);
      return async (url, init) => {
        if (!others(init)) return await lossy(url, init);
        const { requests } = JSON.parse(String(init.body)) as { requests: { id: string }[] };
        return Response.json({ responses: requests.map(({ id }) => ({ id, status: 400, body: { error: { code: 'Request_BadRequest', message: 'One or more added object references already exist.', innerError: {} } } })) });
      };
    });
    const add = of('add members');
    const { ledger, outcomes } = ledgerOf([add]);
    expect(await applyPlan(portsOf(t, ledger), writes)).toMatchObject({ done: 1, failed: 0 });
    expect(names(outcomes.get(add.id)?.references)).toEqual(names(references));
    expect(members()).toHaveLength(4);
  });

  it('claims a removal whose repeat finds no member, and one that was never answered', async () => {
    let removals = 0;
    const { t, references, of, members } = await crowd(4, losing(REMOVE_ONE, 'after', () => { removals++; return removals === 2 || (removals >= 4 && removals <= 9); }));
    await applyPlan(portsOf(t, ledgerOf([of('add members')]).ledger), writes);
    const remove = of('remove members');
    const { ledger, outcomes } = ledgerOf([remove]);
    expect(await applyPlan(portsOf(t, ledger), writes)).toMatchObject({ done: 1, failed: 0 });
    expect(names(outcomes.get(remove.id)?.references)).toEqual(names(references));
    expect(members()).toEqual([]);
  });

  it('keeps a removal that somebody else was faster with as theirs', async () => {
    const { t, references, groupId, of } = await crowd(2, (send) => send);
    await applyPlan(portsOf(t, ledgerOf([of('add members')]).ledger), writes);
    await t.send([writes.removeMember(groupId, references[0]?.targetId ?? '')]);
    const remove = of('remove members');
    const { ledger, outcomes } = ledgerOf([remove]);
    await applyPlan(portsOf(t, ledger), writes);
    expect(names(outcomes.get(remove.id)?.references)).toEqual(['member1']);
  });

  it('after a crash claims members that were taken out already, and takes out the rest', async () => {
    const { t, references, groupId, of, members } = await crowd(3, (send) => send);
    await applyPlan(portsOf(t, ledgerOf([of('add members')]).ledger), writes);
    const remove = of('remove members');
    const { ledger, outcomes } = ledgerOf([remove]);
    await ledger.intend([{ id: 'open', at: Date.now(), operation: remove, targetId: groupId, before: {} }]);
    await t.send([writes.removeMember(groupId, references[0]?.targetId ?? '')]);
    await applyPlan(portsOf(t, ledger), writes);
    expect(names(outcomes.get(remove.id)?.references)?.toSorted()).toEqual(names(references));
    expect(members()).toEqual([]);
  });
});

describe('other writes whose answers are lost', () => {
  it('counts a delete as done when its repeat finds nothing', async () => {
    const { t, users, references } = await crowd(1, losing(/"method":"DELETE","url":"\/users\//, 'after', times(1)));
    const gone = operation('delete', { sourceId: users[0]?.sourceId ?? null, targetId: references[0]?.targetId ?? null, name: 'member0' });
    const { ledger } = ledgerOf([gone]);
    expect(await applyPlan(portsOf(t, ledger), writes)).toMatchObject({ done: 1, unchanged: 0 });
  });

  it('counts a cleared manager as done when its repeat finds none', async () => {
    const { t, references } = await crowd(2, losing(/"method":"DELETE","url":"\/users\/[^"]+\/manager/, 'after', times(1)));
    const [user, boss] = references;
    await t.send([writes.setManager(user?.targetId ?? '', boss?.targetId ?? '')]);
    const clear = operation('clear manager', { targetId: user?.targetId ?? null, name: 'member0', previous: [{ sourceId: null, targetId: boss?.targetId ?? null, name: 'member1' }] });
    const { ledger } = ledgerOf([clear]);
    expect(await applyPlan(portsOf(t, ledger), writes)).toMatchObject({ done: 1, unchanged: 0 });
  });

  it('looks at an update that was carried out although every answer was an error of the service', async () => {
    const update = /"method":"PATCH","url":"\/users\//;
    const { t, references } = await crowd(1, (send) => async (url, init) => {
      const response = await send(url, init);
      if (typeof init.body !== 'string' || !update.test(init.body)) return response;
      return Response.json({ responses: [{ id: '1', status: 500, body: { error: { code: 'Service_InternalServerError', message: 'x', innerError: {} } } }] });
    });
    const city = operation('update', { targetId: references[0]?.targetId ?? null, name: 'member0', changes: [change('city', 'Oslo')] });
    const { ledger } = ledgerOf([city]);
    expect(await applyPlan(portsOf(t, ledger), writes)).toMatchObject({ done: 1, failed: 0 });
    expect(usersNamed('member0')[0]?.properties['city']).toBe('Oslo');
  });
});
