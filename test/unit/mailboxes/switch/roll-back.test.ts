import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { planFixRollBack } from '../../../../electron/app/pipeline/fix-roll-back.ts';
import type { Reporter } from '../../../../electron/app/pipeline/reporter.ts';
import { ForwardTask, RollBackTask } from '../../../../electron/app/pipeline/task-settings.ts';
import type { Services } from '../../../../electron/app/services.ts';
import type { Directory, FixDirectory } from '../../../../electron/engines/directory/index.ts';
import { emptyCounts } from '../../../../electron/engines/planning/index.ts';
import { createProject, IN_MEMORY, type PairRecord, type PlannedOperation, type Store } from '../../../../electron/store/index.ts';
import { guid, PAIR } from '../../store/samples.ts';

const CLOUD = 'SMTP:p@contoso.onmicrosoft.com';
const ON_PREMISES = 'p@onprem.example.org';
/** With both writes of each more than a page of the journal, which has 500 entries. */
const MANY = 300;

let store: Store;
let services: Services;
let pair: PairRecord;
const reporter = { phase: async () => {}, progress: () => {} } as unknown as Reporter;
beforeEach(async () => {
  store = await createProject({ file: IN_MEMORY, name: 'Test', demo: false });
  services = { store, newId: () => crypto.randomUUID(), now: () => 1, emit: () => {}, log: { error: () => {} } } as unknown as Services;
  pair = await store.pairs.create({ ...PAIR, source: { kind: 'ldap', domain: 'contoso.example', servers: [], security: 'ldaps', caFile: null, username: 'me', secretRef: '', baseDn: '' } });
});
afterEach(async () => { await store.close(); });

/** A Forward task with redirection that wrote both sides of some mailboxes: the side that ends forwarding first. */
async function switched(direction: 'to the cloud' | 'back', count: number): Promise<string> {
  const task = await store.tasks.create({ pairId: pair.id, collectionId: null, kind: 'Forward', settings: ForwardTask.parse({ ids: null, batchId: null, domains: null, direction, redirection: 'yes' }), createdBy: 'me' });
  const { id: planId } = await store.plans.create({ taskId: task.id, collectionId: null, tenantName: 'contoso.example (Active Directory)', settings: null, confirmation: 'contoso.example' });
  const values = { directory: ['targetAddress', CLOUD], exchange: ['forwardingSmtpAddress', ON_PREMISES] } as const;
  const ended = direction === 'to the cloud' ? 'exchange' : 'directory';
  const operations = [ended, ended === 'exchange' ? 'directory' : 'exchange'].flatMap((side, s) => Array.from({ length: count }, (_, i): PlannedOperation => {
    const service = side === 'exchange' ? 'exchange' : 'directory';
    const [attribute, value] = values[service];
    return {
      id: guid(s * count + i + 1, 5), seq: s * count + i + 1, kind: 'update', service, objectKind: 'user', sourceId: guid(i + 1), targetId: service === 'exchange' ? guid(i + 1, 7) : null, name: `Person ${i + 1}`, references: [], previous: [],
      changes: [{ attribute, before: service === ended ? [value] : null, after: service === ended ? null : [value], reversible: true, provenance: { ruleId: null, source: '', reason: '' } }],
    };
  }));
  await store.plans.appendOperations(planId, operations);
  await store.plans.saveSummary(planId, { counts: { ...emptyCounts(), operations: operations.length }, guard: [], findings: { errors: 0, warnings: 0 }, unresolved: 0, conflicts: 0 });
  await store.journal.intend(operations.map((operation) => ({
    id: operation.id, taskId: task.id, planId, operationId: operation.id, sourceId: operation.sourceId, targetId: null, kind: 'update', operation,
    before: { attributes: Object.fromEntries(operation.changes.map(({ attribute, before }) => [attribute, before ?? []])) }, intentAt: 1,
  })));
  await store.journal.settle(operations.map(({ id }) => ({ id, outcome: 'done', targetId: null, message: '', at: 1, references: [] })));
  await store.plans.setOutcomes(operations.map(({ id }) => ({ operationId: id, outcome: 'done', message: '' })));
  await store.tasks.update(task.id, { planId });
  return task.id;
}

type Now = Readonly<Record<string, readonly string[]>> | 'gone';
/** One side as it is now: Person 1 as given, the others as the task left them. */
const side = (first: Now | undefined, others: Readonly<Record<string, readonly string[]>>) => ({
  capabilities: { write: true, readDeleted: false, live: true }, rootDse: async () => ({ defaultNamingContext: '', domain: 'contoso.example' }), schema: async () => ({ attributes: [], attribute: (name: string) => ({ name, syntax: 'caseIgnore', singleValued: true, linkId: null }) }),
  get: async (id: string) => {
    const now = id === guid(1) ? first ?? others : others;
    return now === 'gone' ? undefined : { guid: id, dn: '', objectClass: [], deleted: false, attributes: now };
  },
}) as unknown as Directory & FixDirectory;

async function back(direction: 'to the cloud' | 'back', first: { readonly directory?: Now; readonly exchange?: Now }, { count = 2, mode = 'keep changes made since' }: { readonly count?: number; readonly mode?: 'exact' | 'keep changes made since' } = {}) {
  const undoes = await switched(direction, count);
  const task = await store.tasks.create({ pairId: pair.id, collectionId: null, kind: 'Roll back', undoes, settings: RollBackTask.parse({ undoes, objectId: null, mode, purge: false }), createdBy: 'me' });
  const [directory, exchange] = direction === 'to the cloud' ? [{ targetAddress: [CLOUD] }, {}] : [{}, { forwardingSmtpAddress: [ON_PREMISES] }];
  const { planId, operations } = await planFixRollBack(services, pair, task, side(first.directory, directory), reporter, new AbortController().signal, side(first.exchange, exchange));
  const ofFirst: string[] = [];
  for await (const page of store.plans.iterateOperations(planId, {})) ofFirst.push(...page.filter(({ sourceId }) => sourceId === guid(1)).map(({ service }) => service));
  return { operations, ofFirst, plan: await store.plans.get(planId), found: (await store.plans.pageFindings({ planId })).rows.map((row) => [row.name, row.severity, row.rule, row.attribute]) };
}
const KEPT = ['Person 1', 'warning', 'changed by others since'];
const GONE = ['Person 1', 'error', 'cannot be taken back'];
const LEFT = ['Person 1', 'warning', 'other side stays'];
const ELSEWHERE = { targetAddress: ['SMTP:other@contoso.onmicrosoft.com'] };

describe('the way back of a switch of both sides', () => {
  it('takes both sides back where nobody did anything', async () => {
    expect(await back('to the cloud', {})).toMatchObject({ operations: 4, ofFirst: ['directory', 'exchange'], found: [] });
  });
  it.each([2, MANY])('does not send mail round and round where Active Directory keeps what others wrote, of %d mailboxes', async (count) => {
    const { operations, ofFirst, plan, found } = await back('to the cloud', { directory: ELSEWHERE }, { count });
    expect([operations, ofFirst, found]).toEqual([2 * count - 2, [], [[...KEPT, 'targetAddress'], [...LEFT, 'forwardingSmtpAddress']]]);
    expect(plan.findings).toEqual({ errors: 0, warnings: 2 });
  });
  it.each(['exact', 'keep changes made since'] as const)('nor to an object that is gone: %s', async (mode) => {
    expect(await back('to the cloud', { directory: 'gone' }, { mode })).toMatchObject({ operations: 2, ofFirst: [], found: [[...GONE, 'targetAddress'], [...LEFT, 'forwardingSmtpAddress']] });
  });
  it('nor to a mailbox whose own forwarding stays', async () => {
    expect(await back('back', { exchange: { forwardingSmtpAddress: ['q@onprem.example.org'] } })).toMatchObject({ operations: 2, ofFirst: [], found: [[...KEPT, 'forwardingSmtpAddress'], [...LEFT, 'targetAddress']] });
  });
  it('ends forwarding to a mailbox that is gone', async () => {
    expect(await back('to the cloud', { exchange: 'gone' })).toMatchObject({ operations: 3, ofFirst: ['directory'], found: [[...GONE, 'forwardingSmtpAddress']] });
  });
  it('and ends it in Microsoft 365 where Active Directory keeps what others wrote', async () => {
    expect(await back('back', { directory: ELSEWHERE })).toMatchObject({ ofFirst: ['exchange'], found: [[...KEPT, 'targetAddress']] });
  });
  it('overwrites both sides when that is asked for', async () => {
    const { plan, ...rest } = await back('to the cloud', { directory: ELSEWHERE }, { mode: 'exact' });
    expect(rest).toMatchObject({ operations: 4, ofFirst: ['directory', 'exchange'], found: [[...KEPT, 'targetAddress']] });
    expect(plan.guard).toHaveLength(1);
  });
});
