import { expect, it } from 'vitest';
import { applyPlan, verifyOperations, type VerifyInput } from '../../../electron/engines/applying/index.ts';
import { graphWrites } from '../../../electron/engines/tenant/index.ts';
import { seedTenant, type SeedGroup, type SeedUser } from '../../../electron/simulator/index.ts';
import { change, createUser, ledgerOf, open, operation, portsOf, quick, reference, snapshot, type Fetch } from './rig.ts';

/*
 * What a plan of few operations asks of the tenant: the values before come in one request, writes go twenty a batch whatever they are, and everything is
 * read back in one request; the safety of each write stays as it is.
 */
const writes = graphWrites('global');
const id = (n: number): string => `c10dc10d-0000-4000-8000-${String(n).padStart(12, '0')}`;
const users = (count: number): SeedUser[] => Array.from({ length: count }, (_, i) => ({ id: id(i), managerId: id(0), properties: { accountEnabled: true, displayName: `User ${i}`, mailNickname: `user${i}`, userPrincipalName: `user${i}@example.com`, jobTitle: 'Clerk' } }));
const groups = (count: number, members: readonly number[]): SeedGroup[] => Array.from({ length: count }, (_, i) => ({ id: id(1_000 + i), memberIds: members.map(id), properties: { displayName: `Group ${i}`, description: 'old', mailNickname: `group${i}`, mailEnabled: false, securityEnabled: true, groupTypes: [] } }));
const seed = (people: number, teams: number) => seedTenant({ existing: { users: users(people), groups: groups(teams, [1, 2, 3, 4]) } });

/** Keeps what is sent: the requests of each batch, in short. */
function watched() {
  const sent: string[][] = [];
  const wrap = (send: Fetch): Fetch => async (url, init) => {
    if (url.endsWith('/$batch')) sent.push((JSON.parse(String(init.body)) as { requests: { method: string; url: string }[] }).requests.map((one) => `${one.method} ${one.url}`));
    else if (!url.includes('/oauth2/') && !url.includes('/.well-known/')) sent.push([`${init.method} ${url}`]);
    return await send(url, init);
  };
  return { sent, wrap };
}

const title = (n: number, after = 'Engineer', before = 'Clerk') => operation('update', { sourceId: null, targetId: id(n), name: `User ${n}`, changes: [change('jobTitle', after, before)] });
const leaves = (group: number, ...members: readonly number[]) => operation('remove members', { objectKind: 'group', sourceId: null, targetId: id(1_000 + group), name: `Group ${group}`, references: members.map((n) => ({ sourceId: null, targetId: id(n), name: `User ${n}` })) });
const joins = (group: number, ...members: readonly number[]) => operation('add members', { objectKind: 'group', sourceId: null, targetId: id(1_000 + group), name: `Group ${group}`, references: members.map((n) => ({ sourceId: null, targetId: id(n), name: `User ${n}` })) });

it('writes a hundred changes of every sort with one look before, batches of twenty, and one look after', async () => {
  const { sent, wrap } = watched();
  const t = await open(wrap, seed(120, 30));
  const fresh = createUser('new');
  const plan = [
    ...Array.from({ length: 60 }, (_, i) => title(i + 10)), fresh,
    ...Array.from({ length: 5 }, (_, i) => operation('update', { objectKind: 'group', sourceId: null, targetId: id(1_000 + i), name: `Group ${i}`, changes: [change('description', 'new', 'old')] })),
    ...Array.from({ length: 14 }, (_, i) => operation('set manager', { sourceId: null, targetId: id(90 + i), name: `User ${90 + i}`, references: [{ sourceId: null, targetId: id(5), name: 'User 5' }], previous: [{ sourceId: null, targetId: id(0), name: 'User 0' }] })),
    operation('set manager', { sourceId: fresh.sourceId, name: 'new', references: [{ sourceId: null, targetId: id(5), name: 'User 5' }] }),
    ...Array.from({ length: 5 }, (_, i) => joins(10 + i, 50 + i)), { ...joins(15), references: [reference(fresh)] },
    ...Array.from({ length: 5 }, (_, i) => leaves(10 + i, 1)), ...Array.from({ length: 9 }, (_, i) => leaves(20 + i, 1, 2)),
  ];
  const { ledger, outcomes } = ledgerOf(plan);
  expect(await applyPlan(portsOf(t, ledger), writes)).toMatchObject({ done: plan.length, failed: 0, drifted: 0 });
  // One look, members that leave in two turns, four full batches and what is left of the first wave, and what had to wait for it.
  expect(sent.map((batch) => batch.length)).toEqual([6, 9, 9, 20, 20, 20, 20, 5, 7]);
  expect(sent[0]?.every((one) => /^GET \/(users|groups)\?\$filter=id%20in%20\(/.test(one))).toBe(true);
  sent.length = 0;
  const applied = [...outcomes.values()].flatMap((s): VerifyInput[] => (s.targetId === null ? [] : [{ operation: s.operation, targetId: s.targetId, references: s.references.flatMap((r) => (r.targetId === null ? [] : [{ ...r, targetId: r.targetId }])) }]));
  const seen = { objects: 0, members: 0 };
  expect(await verifyOperations(t, applied, { objects: async (all) => { seen.objects += all.length; }, members: async () => { seen.members++; } }, 'together')).toEqual([]);
  expect(seen).toEqual({ objects: 95, members: 15 });
  expect(sent.map((batch) => batch.length)).toEqual([20, 2]);
});

it('reads an object anew for a second write of the same values, and notices what somebody did in between', async () => {
  const t = await open(undefined, seed(5, 0));
  const again = ledgerOf([title(1, 'Engineer'), title(1, 'Head', 'Engineer'), title(1, 'Chief', 'Clerk')]);
  expect(await applyPlan(portsOf(t, again.ledger), writes)).toMatchObject({ done: 2, drifted: 1 });
  expect(snapshot().users.find((one) => one.id === id(1))?.properties['jobTitle']).toBe('Head');
});

it('reads an object anew when what was read is no longer fresh, as when the tenant made everybody wait', async () => {
  let ahead = 0;
  const t = await open((send) => async (url, init) => {
    const answer = await send(url, init);
    // Between the first wave and the second somebody changes the manager, long after it was read.
    if (typeof init.body === 'string' && init.body.includes('"PATCH"') && ahead === 0) {
      ahead = 60_000;
      await send('https://graph.microsoft.com/v1.0/$batch', { ...init, body: JSON.stringify({ requests: [{ id: '1', method: 'PUT', url: `/users/${id(1)}/manager/$ref`, headers: { 'Content-Type': 'application/json' }, body: { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id(3)}` } }] }) });
    }
    return answer;
  }, seed(5, 0));
  const manager = operation('set manager', { sourceId: null, targetId: id(1), name: 'User 1', references: [{ sourceId: null, targetId: id(2), name: 'User 2' }], previous: [{ sourceId: null, targetId: id(0), name: 'User 0' }] });
  const { ledger, outcomes } = ledgerOf([title(1), manager]);
  expect(await applyPlan(portsOf(t, ledger, { now: () => Date.now() + ahead }), writes)).toMatchObject({ done: 1, drifted: 1 });
  expect(outcomes.get(manager.id)?.message).toContain('was changed since the plan was made');
});

it('takes nothing for gone that one address shows and the list does not', async () => {
  const asked: string[] = [];
  const t = await open((send) => async (url, init) => {
    const answer = await send(url, init);
    if (typeof init.body !== 'string' || !init.body.includes('id%20in%20')) { if (typeof init.body === 'string') asked.push(init.body); return answer; }
    const body = await answer.json() as { responses: { body: { value: { id: string }[] } }[] };
    for (const one of body.responses) one.body.value = one.body.value.filter((row) => row.id !== id(2) && row.id !== id(3));
    return new Response(JSON.stringify(body), { status: answer.status, headers: { 'content-type': 'application/json' } });
  }, seed(5, 0));
  const { ledger } = ledgerOf([title(1), title(2), title(3)]);
  expect(await applyPlan(portsOf(t, ledger), writes)).toMatchObject({ done: 3, drifted: 0 });
  for (const n of [2, 3]) expect(asked.filter((body) => body.includes(`"url":"/users/${id(n)}?`))).toHaveLength(1);
});

it('reads each object by its own address in a tenant that refuses the filter', async () => {
  const t = await open((send) => async (url, init) => {
    if (typeof init.body !== 'string' || !init.body.includes('id%20in%20')) return await send(url, init);
    const { requests } = JSON.parse(init.body) as { requests: { id: string }[] };
    return new Response(JSON.stringify({ responses: requests.map((one) => ({ id: one.id, status: 400, body: { error: { code: 'Request_UnsupportedQuery', message: 'no' } } })) }), { status: 200, headers: { 'content-type': 'application/json' } });
  }, seed(20, 0));
  const { objects } = await t.readTogether({ user: Array.from({ length: 21 }, (_, i) => id(i)) });
  expect(objects.size).toBe(20);
  expect(objects.get(id(4))).toMatchObject({ name: 'User 4', links: { manager: [id(0)] } });
});

it('takes several members out of several groups in turns, and knows of each whether it was there', async () => {
  const { sent, wrap } = watched();
  const t = await open(wrap, seed(10, 12), quick);
  const plan = Array.from({ length: 12 }, (_, g) => leaves(g, 1, 2, g % 2 === 0 ? 3 : 9));
  const { ledger, outcomes } = ledgerOf(plan);
  expect(await applyPlan(portsOf(t, ledger), writes)).toMatchObject({ done: 12 });
  expect(sent.map((batch) => batch.length)).toEqual([12, 12, 12]);
  expect(plan.map((one) => outcomes.get(one.id)?.references.length)).toEqual(plan.map((_, g) => (g % 2 === 0 ? 3 : 2)));
  expect(snapshot().groups.map((group) => group.members.length).toSorted()).toEqual([1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2]);
});
