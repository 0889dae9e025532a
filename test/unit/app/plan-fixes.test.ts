import { afterEach, beforeEach, expect, it } from 'vitest';
import { planFixes } from '../../../electron/app/pipeline/fix.ts';
import type { Reporter } from '../../../electron/app/pipeline/reporter.ts';
import { FixTask } from '../../../electron/app/pipeline/task-settings.ts';
import type { Services } from '../../../electron/app/services.ts';
import type { Directory } from '../../../electron/engines/directory/index.ts';
import { createProject, IN_MEMORY, type PairRecord, type Store, type TaskRecord } from '../../../electron/store/index.ts';
import { CheckRequest } from '../../../shared/contracts/checks.ts';
import { guid, PAIR } from '../store/samples.ts';

/** More than two pages of findings. */
const COUNT = 1_100;
const numbers = new Map(Array.from({ length: COUNT }, (_, i) => [guid(i + 1), i + 1]));
const numberOf = (id: string): number => numbers.get(id) ?? 0;

let store: Store;
let services: Services;
let pair: PairRecord;
let task: TaskRecord;
let checkId = '';
beforeEach(async () => {
  let ids = 0;
  store = await createProject({ file: IN_MEMORY, name: 'Test', demo: false });
  // Only what planning fixes needs.
  services = { store, newId: () => `id ${String(++ids).padStart(6, '0')}`, log: { error: () => {} } } as unknown as Services;
  pair = await store.pairs.create({ ...PAIR, source: { kind: 'ldap', domain: 'contoso.example', servers: [], security: 'ldaps', caFile: null, username: 'me', secretRef: '', baseDn: '' } });
  const { id: collectionId } = await store.collections.create({ pairId: pair.id, name: 'First' });
  checkId = (await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Check', settings: {}, createdBy: 'me' })).id;
  await store.checks.begin({ id: checkId, pairId: pair.id, collectionId, request: CheckRequest.parse({}) });
  await store.checks.append(checkId, Array.from({ length: COUNT }, (_, i) => ({
    sourceId: guid(i + 1), dn: `CN=Person ${i + 1},DC=contoso,DC=example`, name: `Person ${i + 1}`, kind: 'user' as const, objectClass: 'user', attribute: 'department', value: `Sales ${i + 1} `, rules: ['white-space'], errors: ['Character' as const],
    severity: 'error' as const, message: 'It ends with white space.', proposal: `Sales ${i + 1}`, action: 'Edit' as const, collections: [],
  })));
  await store.checks.finish(checkId, { totals: { checked: COUNT, errors: COUNT, warnings: 0, fixable: COUNT, byRule: [] }, leftOut: [], leftOutTotal: 0, tenantRead: true, whole: true });
  for await (const rows of store.checks.iterateFindings(checkId)) await store.checks.decide(rows.map((row) => ({ number: row.number, choice: 'EDIT' as const, newValue: row.proposal })));
  task = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Fix', settings: FixTask.parse({ checkId, selection: null }), createdBy: 'me' });
});
afterEach(async () => { await store.close(); });

/** A directory that holds what the check saw, but for person 700, who has another department now; `fails` says at which reading it goes away. */
function directory(fails = Number.POSITIVE_INFINITY): Directory {
  let reads = 0;
  const schema = { attribute: (name: string) => ({ name, syntax: 'caseIgnore', singleValued: true }) };
  return {
    capabilities: { write: true, readDeleted: false, live: true }, rootDse: async () => ({ defaultNamingContext: 'DC=contoso,DC=example', domain: 'contoso.example' }), schema: async () => schema,
    get: async (id: string) => {
      if (++reads >= fails) throw new Error('the server went away');
      const n = numberOf(id);
      return { guid: id, dn: `CN=Person ${n},DC=contoso,DC=example`, objectClass: ['user'], deleted: false, attributes: { department: [n === 700 ? 'Other' : `Sales ${n} `], allowedAttributesEffective: ['department'] } };
    },
  } as unknown as Directory;
}
const reporter = { phase: async () => {}, progress: () => {} } as unknown as Reporter;
const plan = (of: Directory) => planFixes(services, pair, task, of, reporter, new AbortController().signal);
const states = async () => {
  const all: string[] = [];
  for await (const rows of store.checks.iterateFindings(checkId)) all.push(...rows.map((row) => row.state));
  return Object.fromEntries([...Map.groupBy(all, (state) => state)].map(([state, list]) => [state, list.length]));
};

it('plans page by page as one plan: numbered through, counted once, every decision planned or listed', async () => {
  const { planId, operations, skipped } = await plan(directory());
  expect([operations, skipped]).toEqual([COUNT - 1, 1]);
  const all: string[] = [];
  for await (const page of store.plans.iterateOperations(planId, {})) all.push(...page.map((one) => `${one.seq} ${one.name} ${one.changes[0]?.after?.[0] ?? ''}`));
  expect(all).toEqual(Array.from({ length: COUNT }, (_, i) => i + 1).filter((n) => n !== 700).map((n, i) => `${i + 1} Person ${n} Sales ${n}`));
  const stored = await store.plans.get(planId);
  expect(stored.counts).toMatchObject({ operations: COUNT - 1, updates: COUNT - 1, overwrites: COUNT - 1, skipped: 1, creates: 0 });
  expect((await store.plans.pageSkips({ planId })).rows).toMatchObject([{ name: 'Person 700' }]);
  expect((await store.tasks.get(task.id)).planId).toBe(planId);
  expect(await states()).toEqual({ Planned: COUNT - 1, Decided: 1 });
});

it('leaves no plan when it fails half-way: every decision is as before, and the same task can plan again', async () => {
  await expect(plan(directory(800))).rejects.toThrow('the server went away');
  expect(await states()).toEqual({ Decided: COUNT });
  expect((await store.tasks.get(task.id)).planId).toBeNull();
  expect((await plan(directory())).operations).toBe(COUNT - 1);
});

it('a process that dies half-way leaves no decision behind as planned: another task plans them all', async () => {
  // Nobody tidies up after a process that was killed.
  const killed = { ...services, store: { ...store, plans: { ...store.plans, removeUnfinished: async () => {} } } } as unknown as Services;
  await expect(planFixes(killed, pair, task, directory(800), reporter, new AbortController().signal)).rejects.toThrow('the server went away');
  expect(await states()).toEqual({ Decided: COUNT });
  const other = await store.tasks.create({ pairId: pair.id, collectionId: task.collectionId, kind: 'Fix', settings: FixTask.parse({ checkId, selection: null }), createdBy: 'me' });
  expect((await planFixes(services, pair, other, directory(), reporter, new AbortController().signal)).operations).toBe(COUNT - 1);
  expect(await states()).toEqual({ Planned: COUNT - 1, Decided: 1 });
});

it('gives way between two readings of the directory, and a cancel leaves no plan', async () => {
  const abort = new AbortController();
  setTimeout(() => { abort.abort('cancelled'); }, 0);
  await expect(planFixes(services, pair, task, directory(), reporter, abort.signal)).rejects.toBe('cancelled');
  expect(await states()).toEqual({ Decided: COUNT });
});
