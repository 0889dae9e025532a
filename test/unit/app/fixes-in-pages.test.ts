import { afterEach, beforeEach, expect, it } from 'vitest';
import { applyToDirectory } from '../../../electron/app/pipeline/fix-apply.ts';
import { planFixRollBack } from '../../../electron/app/pipeline/fix-roll-back.ts';
import type { Reporter } from '../../../electron/app/pipeline/reporter.ts';
import { FixTask, RollBackTask } from '../../../electron/app/pipeline/task-settings.ts';
import type { Services } from '../../../electron/app/services.ts';
import type { Directory } from '../../../electron/engines/directory/index.ts';
import { emptyCounts } from '../../../electron/engines/planning/index.ts';
import { createProject, IN_MEMORY, type PairRecord, type PlannedOperation, type Store, type TaskRecord } from '../../../electron/store/index.ts';
import { guid, PAIR } from '../store/samples.ts';

/** More than two pages of the journal, which has 500 entries a page. */
const COUNT = 1_100;
const numbers = new Map(Array.from({ length: COUNT }, (_, i) => [guid(i + 1), i + 1]));

let store: Store;
let services: Services;
let pair: PairRecord;
let fix: TaskRecord & { readonly planId: string };
/** Pages of the journal that were read when each object was. */
let pages = 0;
const asked: number[] = [];
const told: string[] = [];
/** Plans that were begun. */
const made: string[] = [];
const reporter = { phase: async () => {}, progress: () => {}, flush: async () => {}, item: ({ name, status }: { name: string; status: string }) => { told.push(`${name} ${status}`); }, end: async (state: string) => { told.push(state); await Promise.resolve(); } } as unknown as Reporter;

beforeEach(async () => {
  pages = 0;
  asked.length = 0;
  told.length = 0;
  made.length = 0;
  store = await createProject({ file: IN_MEMORY, name: 'Test', demo: false });
  const journal = { ...store.journal, iterateOfTask: async function* (...of: Parameters<Store['journal']['iterateOfTask']>) { for await (const page of store.journal.iterateOfTask(...of)) { pages++; yield page; } } };
  const plans = { ...store.plans, create: async (input: Parameters<Store['plans']['create']>[0]) => { const plan = await store.plans.create(input); made.push(plan.id); return plan; } };
  services = { store: { ...store, journal, plans }, newId: () => crypto.randomUUID(), now: () => 1, emit: () => {}, log: { error: () => {} } } as unknown as Services;
  pair = await store.pairs.create({ ...PAIR, source: { kind: 'ldap', domain: 'contoso.example', servers: [], security: 'ldaps', caFile: null, username: 'me', secretRef: '', baseDn: '' } });
  const { id: collectionId } = await store.collections.create({ pairId: pair.id, name: 'First' });
  const task = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Fix', settings: FixTask.parse({ checkId: guid(1), selection: null }), createdBy: 'me' });
  const { id: planId } = await store.plans.create({ taskId: task.id, collectionId, tenantName: 'contoso.example (Active Directory)', settings: null, confirmation: 'contoso.example' });
  const operations = Array.from({ length: COUNT }, (_, i): PlannedOperation => ({
    id: guid(10_000 + i), seq: i + 1, kind: 'update', service: 'directory', objectKind: 'user', sourceId: guid(i + 1), targetId: null, name: `Person ${i + 1}`, references: [], previous: [],
    changes: [{ attribute: 'department', before: [`Sales ${i + 1} `], after: [`Sales ${i + 1}`], reversible: true, provenance: { ruleId: null, source: 'department', reason: 'EDIT' } }],
  }));
  await store.plans.appendOperations(planId, operations);
  await store.plans.saveSummary(planId, { counts: { ...emptyCounts(), operations: COUNT }, guard: [], findings: { errors: 0, warnings: 0 }, unresolved: 0, conflicts: 0 });
  await store.journal.intend(operations.map((operation) => ({ id: operation.id, taskId: task.id, planId, operationId: operation.id, sourceId: operation.sourceId, targetId: null, kind: 'update', operation, before: { attributes: { department: operation.changes[0]?.before ?? [] } }, intentAt: 1 })));
  await store.journal.settle(operations.map(({ id }) => ({ id, outcome: 'done', targetId: null, message: '', at: 1, references: [] })));
  await store.plans.setOutcomes(operations.map(({ id }) => ({ operationId: id, outcome: 'done', message: '' })));
  await store.tasks.update(task.id, { planId });
  fix = { ...await store.tasks.get(task.id), planId };
});
afterEach(async () => { await store.close(); });

/** A directory that holds what the fixes wrote, but for person 700, whom others gave another department. */
function directory(fails = Number.POSITIVE_INFINITY): Directory {
  const schema = { attribute: (name: string) => ({ name, syntax: 'caseIgnore', singleValued: true }) };
  return {
    capabilities: { write: true, readDeleted: false, live: true }, rootDse: async () => ({ defaultNamingContext: 'DC=contoso,DC=example', domain: 'contoso.example' }), schema: async () => schema,
    get: async (id: string) => {
      if (asked.push(pages) > fails) throw new Error('the server went away');
      const n = numbers.get(id) ?? 0;
      return { guid: id, dn: `CN=Person ${n},DC=contoso,DC=example`, objectClass: ['top', 'person', 'organizationalPerson', 'user'], deleted: false, attributes: { department: [n === 700 ? 'Other' : `Sales ${n}`] } };
    },
  } as unknown as Directory;
}

it('reads back page by page: no page of the journal is read before the objects of the one before', async () => {
  await applyToDirectory(services, pair, fix, directory(), reporter, new AbortController().signal);
  expect([asked.length, asked[0], asked[499], asked[500], asked.at(-1)]).toEqual([COUNT, 1, 1, 2, 3]);
  expect(told).toEqual(['Person 700 Not verified', 'Completed with errors']);
  expect((await store.sources.getMany(pair.id, [guid(1), guid(COUNT)])).size).toBe(2);
});

it('a cancel ends the reading back', async () => {
  const abort = new AbortController();
  setTimeout(() => { abort.abort('cancelled'); }, 0);
  await expect(applyToDirectory(services, pair, fix, directory(), reporter, abort.signal)).rejects.toBe('cancelled');
  expect(asked.length).toBeLessThan(COUNT);
  expect(told).toEqual([]);
});

const undo = async (mode: 'exact' | 'keep changes made since', of = directory(), signal = new AbortController().signal) => {
  const task = await store.tasks.create({ pairId: pair.id, collectionId: fix.collectionId, kind: 'Roll back', undoes: fix.id, settings: RollBackTask.parse({ undoes: fix.id, objectId: null, mode, purge: false }), createdBy: 'me' });
  return await planFixRollBack(services, pair, task, of, reporter, signal);
};

it('plans the way back page by page as one plan, newest first and numbered through', async () => {
  const { planId, operations } = await undo('exact');
  expect(operations).toBe(COUNT);
  expect([asked[0], asked[499], asked[500]]).toEqual([1, 1, 2]);
  const all: string[] = [];
  for await (const page of store.plans.iterateOperations(planId, {})) all.push(...page.map((one) => `${one.seq} ${one.name} ${one.changes[0]?.after?.[0] ?? ''}`));
  expect(all).toEqual(Array.from({ length: COUNT }, (_, i) => `${i + 1} Person ${COUNT - i} Sales ${COUNT - i} `));
  const plan = await store.plans.get(planId);
  expect(plan).toMatchObject({ conflicts: 1, findings: { errors: 0, warnings: 1 }, counts: { operations: COUNT, updates: COUNT } });
  expect(plan.guard.map((stop) => stop.count)).toEqual([1]);
  const kept = await undo('keep changes made since');
  expect([kept.operations, (await store.plans.pageFindings({ planId: kept.planId })).rows.map((one) => one.name)]).toEqual([COUNT - 1, ['Person 700']]);
});

it('leaves no plan of a way back that failed half-way, was cancelled, or has nothing to take back', async () => {
  await expect(undo('exact', directory(800))).rejects.toThrow('the server went away');
  const abort = new AbortController();
  setTimeout(() => { abort.abort('cancelled'); }, 0);
  await expect(undo('exact', directory(), abort.signal)).rejects.toBe('cancelled');
  await store.journal.markUndone(Array.from({ length: COUNT }, (_, i) => guid(10_000 + i)), fix.id);
  await expect(undo('exact')).rejects.toThrow('There is nothing to take back');
  expect(made.length).toBe(3);
  for (const id of made) await expect(store.plans.get(id)).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
});
