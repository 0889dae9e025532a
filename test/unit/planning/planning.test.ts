import { describe, expect, test } from 'vitest';
import { countOperations, createPlanner, DEFAULT_GUARD_LIMITS, emptyCounts, guardPlan, planRollback, sameValues } from '../../../electron/engines/planning/index.ts';
import type { JournalledChange, PlanCandidate, PlannerContext } from '../../../electron/engines/planning/index.ts';
import type { MatchResult, SourceObject, TargetObject, Values } from '../../../shared/domain/objects.ts';
import type { Finding, Operation } from '../../../shared/domain/plans.ts';
import type { MappedLink } from '../../../electron/engines/mapping/index.ts';
import { contextOf, counter, wholePlan } from './model.ts';

const USER: SourceObject = { id: 'u', kind: 'user', dn: 'CN=Ann', name: 'Ann', attributes: {}, links: {} };
const GROUP: SourceObject = { id: 'g', kind: 'group', dn: 'CN=Staff', name: 'Staff', attributes: {}, links: {} };
const there = (more: Partial<TargetObject> = {}): TargetObject => ({ id: 't', kind: 'user', name: 'Ann', attributes: {}, links: {}, deleted: false, ...more });
const match = (more: Partial<MatchResult> = {}): MatchResult => ({ sourceId: 'u', state: 'Matched', targetId: 't', ruleId: 'r', pinned: false, evidence: [], risks: [], reason: 'Found.', ...more });
const want = (values: Readonly<Record<string, Values | null>>, more: Partial<PlanCandidate['mapped']> = {}): PlanCandidate['mapped'] => ({
  values: new Map(Object.entries(values).map(([name, value]) => [name, { values: value, provenance: { ruleId: 'm', source: name, reason: 'Overwrite' } }])), links: {}, unresolved: [], problems: [], skip: null, ...more,
});
const plan = (candidates: readonly PlanCandidate[], more: Partial<PlannerContext> = {}) =>
  wholePlan(candidates, { settings: { createUnmatched: true, mergeUnmatched: true }, newId: counter('op'), matchedBefore: () => false, ...more });
const NEW_USER = { accountEnabled: ['true'], displayName: ['Ann'], mailNickname: ['ann'], userPrincipalName: ['ann@x.com'], 'passwordProfile/password': ['<generated>'] };
const NONE = match({ state: 'Not matched', targetId: null, reason: 'No candidate.' });
const refs = (n: number, prefix = 'm') => Array.from({ length: n }, (_, i) => ({ sourceId: null, targetId: `${prefix}${i}`, name: `${prefix}${i}`, dn: `CN=${prefix}${i}` }));

describe('attributes', () => {
  test('only differences are planned', () => {
    const { operations, counts } = plan([{ source: USER, match: match(), target: there({ attributes: { displayName: ['Ann'], jobTitle: ['Clerk'], userPrincipalName: ['ANN@x.com'], accountEnabled: ['True'] } }), mapped: want({ displayName: ['Ann'], jobTitle: ['Chief'], userPrincipalName: ['ann@x.com'], accountEnabled: ['true'], usageLocation: ['DE'], city: ['Ulm'] }) }]);
    expect(operations).toHaveLength(1);
    expect(operations[0]).toMatchObject({ seq: 1, kind: 'update', targetId: 't', sourceId: 'u' });
    expect(operations[0]?.changes.map(({ attribute, before, after, reversible }) => [attribute, before, after, reversible])).toEqual([
      ['jobTitle', ['Clerk'], ['Chief'], true], ['usageLocation', null, ['DE'], false], ['city', null, ['Ulm'], true],
    ]);
    expect(counts).toMatchObject({ updates: 1, attributes: 3, overwrites: 1, irreversible: 1, upnChanges: 0, unchanged: 0, operations: 1 });
  });
  test('sign-in names and disabled accounts are counted', () => {
    const { counts } = plan([{ source: USER, match: match(), target: there({ attributes: { userPrincipalName: ['a@x.com'], accountEnabled: ['true'] } }), mapped: want({ userPrincipalName: ['b@x.com'], accountEnabled: ['false'] }) }]);
    expect(counts).toMatchObject({ upnChanges: 1, disables: 1, overwrites: 2 });
    expect(plan([{ source: USER, match: NONE, target: null, mapped: want({ ...NEW_USER, accountEnabled: ['false'] }) }]).counts).toMatchObject({ creates: 1, disables: 0, overwrites: 0, irreversible: 0 });
  });
  test.each<[string, Values | null, string]>([
    ['mail', ['a@x.com'], 'only when the object is created'], ['proxyAddresses', ['SMTP:a@x.com'], 'Exchange Online'], ['onPremisesSyncEnabled', ['true'], 'computed by Microsoft'], ['displayName', null, 'made empty'],
  ])('%s cannot be written, and the plan says so', (name, value, sentence) => {
    const { operations, notes } = plan([{ source: USER, match: match(), target: there({ attributes: { displayName: ['Ann'] } }), mapped: want({ [name]: value }) }]);
    expect(operations).toEqual([]);
    expect(notes).toEqual([expect.objectContaining({ attribute: name, severity: 'warning', message: expect.stringContaining(sentence) })]);
  });
  test.each<[string, Values | null, Values | null, boolean]>([
    ['otherMails', ['a@x.com', 'B@x.com'], ['b@x.com', 'a@x.com'], true], ['businessPhones', ['1'], ['1', '2'], false], ['jobTitle', ['a'], ['A'], false], ['city', null, [], true], ['city', null, [''], true], ['mailNickname', ['a'], ['A'], true],
  ])('%s: %o and %o the same: %s', (name, a, b, same) => expect(sameValues('user', name, a, b)).toBe(same));
});

describe('objects that are left alone', () => {
  const cases: readonly (readonly [string, Partial<PlanCandidate>, Partial<PlannerContext>, string, string])[] = [
    ['ambiguous', { match: match({ state: 'Ambiguous', targetId: null, reason: 'Two.' }), target: null }, {}, 'Ambiguous', 'Two.'],
    ['conflict', { match: match({ state: 'Conflict', reason: 'Admin.' }) }, {}, 'Conflict', 'Admin.'],
    ['out of scope', { mapped: want({}, { skip: 'Not migrated: x.' }) }, {}, 'Skipped', 'Not migrated'],
    ['not to be created', { match: NONE, target: null }, { settings: { createUnmatched: false, mergeUnmatched: true } }, 'Not matched', 'does not create'],
    ['matched just now', {}, { settings: { createUnmatched: true, mergeUnmatched: false } }, 'Skipped', 'does not merge'],
    ['another kind', { target: there({ kind: 'group' }) }, {}, 'Conflict', 'is a group'],
    ['vanished target', { target: null }, {}, 'Failed', 'could not be read'],
    ['failed check', { findings: [{ sourceId: 'u', name: 'Ann', attribute: 'a', value: '', rule: 'r', severity: 'error', message: 'Too long.', proposal: null }] }, {}, 'Failed', 'Too long.'],
    ['incomplete', { match: NONE, target: null, mapped: want({ displayName: ['Ann'] }) }, {}, 'Failed', 'userPrincipalName'],
  ];
  test.each(cases)('%s', (_, candidate, context, status, sentence) => {
    const { operations, skips, counts } = plan([{ source: USER, match: match(), target: there(), mapped: want({ jobTitle: ['x'] }), ...candidate }], context);
    expect(operations).toEqual([]);
    expect(skips).toEqual([expect.objectContaining({ sourceId: 'u', status, reason: expect.stringContaining(sentence) })]);
    expect(counts).toMatchObject({ skipped: 1, unchanged: 0 });
  });
  test('one matched before is merged all the same', () => {
    expect(plan([{ source: USER, match: match(), target: there(), mapped: want({ jobTitle: ['x'] }) }], { settings: { createUnmatched: false, mergeUnmatched: false }, matchedBefore: () => true }).operations).toHaveLength(1);
  });
});

describe('an object that was expected and is not created', () => {
  const NEW_GROUP = { displayName: ['Staff'], mailEnabled: ['false'], mailNickname: ['staff'], securityEnabled: ['true'] };
  const BOSS = { ...USER, id: 'boss', name: 'Boss' };
  const to = (sourceId: string): MappedLink => ({ sourceId, targetId: null, name: sourceId, dn: `CN=${sourceId}` });
  const managed: PlanCandidate = { source: { ...USER, id: 'a-first' }, match: match({ sourceId: 'a-first' }), target: there(), mapped: want({}, { links: { manager: to('boss') } }) };
  const group: PlanCandidate = { source: GROUP, match: NONE, target: null, mapped: want(NEW_GROUP, { links: { members: [...refs(1), to('boss')] } }) };
  const boss = (findings: readonly Finding[] = []): PlanCandidate => ({ source: BOSS, match: { ...NONE, sourceId: 'boss' }, target: null, mapped: want(NEW_USER), findings });
  const error: Finding = { sourceId: 'boss', name: 'Boss', attribute: 'mail', value: '', rule: 'mail', severity: 'error', message: 'No.', proposal: null };

  test('when it is created, those that come before it link to it', () => {
    const { operations, unresolved, counts } = plan([managed, boss(), group]);
    expect(operations.map((one) => [one.seq, one.kind, one.references.map((r) => r.sourceId ?? r.targetId)])).toEqual([[1, 'create', []], [2, 'create', []], [3, 'set manager', ['boss']], [4, 'add members', ['m0', 'boss']]]);
    expect([unresolved, counts.unchanged]).toEqual([[], 0]);
  });
  test('when it is refused after others were planned with links to it, those links wait', () => {
    const { operations, unresolved, counts } = plan([managed, boss([error]), group]);
    expect(operations.map((one) => [one.kind, one.references.map((r) => r.targetId)])).toEqual([['create', []], ['add members', ['m0']]]);
    expect(unresolved.map((one) => [one.sourceId, one.dn])).toEqual([['a-first', 'CN=boss'], [GROUP.id, 'CN=boss']]);
    expect(counts).toMatchObject({ creates: 1, managers: 0, membersAdded: 1, unchanged: 1, skipped: 1, operations: 2 });
  });
  test('when it is excluded in the end, nothing of it is counted, and links to it wait', () => {
    const candidates = [managed, boss(), group];
    const planner = createPlanner(contextOf(candidates, {}));
    const planned = candidates.map((candidate) => planner.object(candidate));
    expect(planner.disappointed()).toEqual([]);
    planner.exclude({ sourceId: 'boss' }, planned[1]?.operations ?? []);
    expect([planner.has('boss'), planner.disappointed()]).toEqual([false, ['boss']]);
    const again = [managed, group].map((candidate) => planner.links(candidate, planned[candidates.indexOf(candidate)]?.operations.filter((one) => planner.isLink(one)) ?? []));
    expect(again.map((one) => [one.operations.map(({ kind }) => kind), one.unresolved.map(({ dn }) => dn)])).toEqual([[[], ['CN=boss']], [['add members'], ['CN=boss']]]);
    expect(planner.finish()).toMatchObject({ creates: 1, managers: 0, membersAdded: 1, unchanged: 1, skipped: 1, operations: 2 });
  });
  test('more operations than were expected find a place after the others and are no links', () => {
    const candidates = [boss(), { ...boss(), source: { ...BOSS, id: 'second' }, match: { ...NONE, sourceId: 'second' } }];
    const one = { restore: 0, update: 0, create: 1, 'exchange update': 0 };
    const planner = createPlanner(contextOf(candidates, { sizes: { user: one, contact: one, group: one } }));
    const operations = candidates.flatMap((candidate) => planner.object(candidate).operations);
    expect(operations.map((operation) => [operation.seq, planner.isLink(operation)])).toEqual([[1, false], [4, false]]);
  });
});

describe('order and links', () => {
  const NEW_GROUP = { displayName: ['Staff'], mailEnabled: ['false'], mailNickname: ['staff'], securityEnabled: ['true'] };
  test('users, then groups, then managers, then members in twenties', () => {
    const members = [...refs(41), { sourceId: 'u', targetId: null, name: 'Ann', dn: 'CN=Ann' }, { sourceId: 'elsewhere', targetId: null, name: 'Gone', dn: 'CN=Gone' }];
    const { operations, unresolved, counts } = plan([
      { source: GROUP, match: NONE, target: null, mapped: want(NEW_GROUP, { links: { members } }) },
      { source: USER, match: NONE, target: null, mapped: want(NEW_USER, { links: { manager: refs(1)[0] ?? null } }) },
    ]);
    expect(operations.map((one) => [one.seq, one.kind, one.objectKind, one.references.length])).toEqual([
      [1, 'create', 'user', 0], [2, 'create', 'group', 0], [3, 'set manager', 'user', 1], [4, 'add members', 'group', 20], [5, 'add members', 'group', 20], [6, 'add members', 'group', 2],
    ]);
    expect(operations[3]?.references[0]).toEqual({ sourceId: null, targetId: 'm0', name: 'm0' });
    expect(counts).toMatchObject({ creates: 2, managers: 1, membersAdded: 42, operations: 6 });
    expect(unresolved).toEqual([expect.objectContaining({ sourceId: 'g', dn: 'CN=Gone' })]);
  });
  test('members already there are not added again, and nobody is removed unless asked', () => {
    const target = there({ kind: 'group', links: { members: ['m0', 'known', 'stranger'] } });
    const candidate = { source: GROUP, match: match({ sourceId: 'g' }), target, mapped: want({}, { links: { members: refs(2) } }) };
    expect(plan([candidate]).operations.map((one) => [one.kind, one.references.map((r) => r.targetId)])).toEqual([['add members', ['m1']]]);
    const removing = plan([candidate], { removeMembers: 'those Causeway does not know are kept', knownTarget: (id) => id === 'known' });
    expect(removing.operations.map((one) => [one.kind, one.references.map((r) => r.targetId)])).toEqual([['add members', ['m1']], ['remove members', ['known']]]);
    expect(removing.counts.membersRemoved).toBe(1);
    const remove = (mapped: typeof candidate.mapped, knownTarget: (id: string, groupId: string) => boolean) => plan([{ ...candidate, mapped }], { removeMembers: 'those Causeway does not know are kept', knownTarget }).operations.map((one) => one.kind);
    expect(remove(want({}, { links: { members: refs(2), membersKept: ['known'] } }), (id) => id === 'known')).toEqual(['add members']);
    expect(remove(candidate.mapped, (id, groupId) => id === 'known' && groupId !== 'g')).toEqual(['add members']);
  });
  test('members that were not read are left alone, with a note', () => {
    const { operations, notes } = plan([{ source: GROUP, match: match({ sourceId: 'g' }), target: there({ kind: 'group' }), mapped: want({}, { links: { members: refs(1) } }) }]);
    expect([operations, notes.map((note) => note.attribute)]).toEqual([[], ['members']]);
  });
  test('managers: same, other, none', () => {
    const target = there({ links: { manager: ['old'] } });
    const managed = (manager: MappedLink | null) => plan([{ source: USER, match: match(), target, mapped: want({}, { links: { manager } }) }]).operations.map((one) => [one.kind, one.references[0]?.targetId, one.previous[0]?.targetId]);
    expect(managed({ sourceId: null, targetId: 'old', name: '', dn: '' })).toEqual([]);
    expect(managed({ sourceId: null, targetId: 'new', name: '', dn: '' })).toEqual([['set manager', 'new', 'old']]);
    expect(managed(null)).toEqual([['clear manager', undefined, 'old']]);
  });
  test('an object in the recycle bin is restored, then updated; its sign-in name loses the mark of the bin', () => {
    const target = there({ id: 'ab-cd', deleted: true, attributes: { userPrincipalName: ['abcdann@x.com'] } });
    const { operations } = plan([{ source: USER, match: match({ targetId: 'ab-cd' }), target, mapped: want({ userPrincipalName: ['ann@x.com'], jobTitle: ['x'] }) }]);
    expect(operations.map((one) => [one.kind, one.changes.map((change) => change.attribute)])).toEqual([['restore', []], ['update', ['jobTitle']]]);
  });
});

describe('the guard', () => {
  test('needs both the count and the share to be passed', () => {
    const limits = { ...DEFAULT_GUARD_LIMITS, disables: { count: 5, percent: 10 } };
    const stops = (disables: number, total: number) => guardPlan({ ...emptyCounts(), disables }, total, limits).map((stop) => [stop.limit, stop.count, stop.allowed]);
    expect(stops(5, 10)).toEqual([]);
    expect(stops(6, 60)).toEqual([]);
    expect(stops(6, 59)).toEqual([['disables', 6, 5]]);
    expect(stops(6, 0)).toEqual([['disables', 6, 5]]);
  });
  test('watches all six', () => {
    const counts = { ...emptyCounts(), creates: 9999, overwrites: 9999, upnChanges: 9999, membersRemoved: 9999, healed: 9999, disables: 9999, deletes: 9999 };
    expect(guardPlan(counts, 10, DEFAULT_GUARD_LIMITS).map((stop) => stop.limit)).toEqual(['creates', 'overwrites', 'UPN changes', 'membership removals', 'links healed outside', 'disables', 'deletes']);
  });
});

describe('roll back', () => {
  const op = (kind: Operation['kind'], more: Partial<Operation> = {}): Operation => ({ id: 'o', seq: 1, kind, service: 'graph', objectKind: 'user', sourceId: 'u', targetId: 't', name: 'Ann', changes: [], references: [], previous: [], ...more });
  const update = (attribute: string, before: Values | null, after: Values | null): Operation => op('update', { changes: [{ attribute, before, after, provenance: { ruleId: null, source: '', reason: '' }, reversible: true }] });
  const done = (...operations: readonly Operation[]): JournalledChange[] => operations.map((operation) => ({ operation, targetId: operation.targetId ?? 't', outcome: 'done' }));
  const back = (journal: readonly JournalledChange[], now: readonly TargetObject[], mode: 'exact' | 'keep changes made since' = 'exact', purge = false) =>
    planRollback(journal, new Map(now.map((object) => [object.id, object])), { mode, purge, newId: counter('rb') });

  test('created objects are deleted, purged when asked, and left when already gone', () => {
    const journal = done(op('create', { targetId: null }), op('set manager', { references: refs(1) }));
    expect(back(journal, [there()]).operations.map((one) => [one.kind, one.targetId])).toEqual([['delete', 't']]);
    expect(back(journal, [there()], 'exact', true).operations.map((one) => one.kind)).toEqual(['delete', 'purge']);
    expect(back(journal, [there({ deleted: true })], 'exact', true).operations.map((one) => one.kind)).toEqual(['purge']);
    expect(back(journal, []).operations).toEqual([]);
  });
  test('several changes of one value are one way back', () => {
    const { operations } = back(done(update('jobTitle', ['a'], ['b']), update('jobTitle', ['b'], ['c'])), [there({ attributes: { jobTitle: ['c'] } })]);
    expect(operations.map((one) => one.changes.map(({ before, after }) => [before, after]))).toEqual([[[['c'], ['a']]]]);
  });
  test('what others changed since is listed, and taken back or kept', () => {
    const journal = done(update('jobTitle', ['a'], ['b']), update('city', null, ['Ulm']));
    const now = [there({ attributes: { jobTitle: ['other'], city: ['Ulm'] } })];
    const exact = back(journal, now);
    expect(exact.conflicts).toEqual([expect.objectContaining({ attribute: 'jobTitle', written: ['b'], current: ['other'], overwritten: true })]);
    expect(exact.operations[0]?.changes.map(({ attribute, before, after }) => [attribute, before, after])).toEqual([['city', ['Ulm'], null], ['jobTitle', ['other'], ['a']]]);
    const keep = back(journal, now, 'keep changes made since');
    expect(keep.conflicts[0]?.overwritten).toBe(false);
    expect(keep.operations[0]?.changes.map((change) => change.attribute)).toEqual(['city']);
  });
  test('a value that is back already is no conflict', () => {
    const result = back(done(update('jobTitle', ['a'], ['b'])), [there({ attributes: { jobTitle: ['a'] } })]);
    expect([result.operations, result.conflicts, result.counts.unchanged]).toEqual([[], [], 1]);
  });
  test('usageLocation cannot be made empty again, and the plan says so', () => {
    const { operations, impossible } = back(done(update('usageLocation', null, ['DE'])), [there({ attributes: { usageLocation: ['DE'] } })]);
    expect([operations, impossible]).toEqual([[], [expect.objectContaining({ attribute: 'usageLocation', reason: expect.stringContaining('empty again') })]]);
  });
  test('only the members that the task added are removed', () => {
    const group = there({ id: 'g', kind: 'group', links: { members: ['m0', 'm1', 'stranger'] } });
    const add = op('add members', { objectKind: 'group', targetId: 'g', references: refs(3) });
    expect(back(done(add), [group]).operations.map((one) => [one.kind, one.references.map((r) => r.targetId)])).toEqual([['remove members', ['m0', 'm1']]]);
  });
  test('members created by the same task are found by their create', () => {
    const add = op('add members', { objectKind: 'group', targetId: 'g', references: [{ sourceId: 'u', targetId: null, name: 'Ann' }] });
    const journal: JournalledChange[] = [{ operation: op('create', { targetId: null }), targetId: 'made', outcome: 'done' }, { operation: add, targetId: 'g', outcome: 'done' }];
    const { operations } = back(journal, [there({ id: 'made' }), there({ id: 'g', kind: 'group', links: { members: ['made'] } })]);
    expect(operations.map((one) => [one.kind, one.targetId, one.references[0]?.targetId])).toEqual([['remove members', 'g', 'made'], ['delete', 'made', undefined]]);
  });
  test('a member whose id the journal does not tell is named', () => {
    const add = op('add members', { objectKind: 'group', targetId: 'g', references: [{ sourceId: 'other', targetId: null, name: 'Bob' }] });
    expect(back(done(add), [there({ id: 'g', kind: 'group', links: { members: ['b'] } })])).toMatchObject({ operations: [], impossible: [{ attribute: 'members', reason: expect.stringContaining('Bob') }] });
  });
  test('managers get back the one before', () => {
    const set = op('set manager', { references: refs(1, 'new'), previous: refs(1, 'old') });
    expect(back(done(set), [there({ links: { manager: ['new0'] } })]).operations.map((one) => [one.kind, one.references[0]?.targetId])).toEqual([['set manager', 'old0']]);
    expect(back(done({ ...set, previous: [] }), [there({ links: { manager: ['new0'] } })]).operations.map((one) => one.kind)).toEqual(['clear manager']);
    expect(back(done(set), [there({ links: { manager: ['third'] } })], 'keep changes made since')).toMatchObject({ operations: [], conflicts: [{ attribute: 'manager' }] });
  });
  test('a roll back can be rolled back: deleted objects are restored before their values', () => {
    const { operations } = back(done(update('jobTitle', ['a'], ['b']), op('delete')), [there({ deleted: true, attributes: { jobTitle: ['b'] } })]);
    expect(operations.map((one) => one.kind)).toEqual(['restore', 'update']);
    expect(back(done(op('create'), op('delete')), [there({ deleted: true })]).operations).toEqual([]);
    expect(back(done(op('purge')), []).impossible).toHaveLength(1);
  });
  test('an object deleted since is brought back only for the exact state', () => {
    const journal = done(update('jobTitle', ['a'], ['b']));
    const now = [there({ deleted: true, attributes: { jobTitle: ['b'] } })];
    expect(back(journal, now).operations.map((one) => one.kind)).toEqual(['restore', 'update']);
    expect(back(journal, now, 'keep changes made since')).toMatchObject({ operations: [], conflicts: [{ attribute: '', overwritten: false }] });
    expect(back(journal, []).impossible).toHaveLength(1);
  });
  test('its totals are those of its operations', () => {
    const result = back(done(op('create', { targetId: null })), [there()]);
    expect(result.counts).toEqual(countOperations(result.operations, { unchanged: 0, skipped: 0 }));
    expect(result.counts.deletes).toBe(1);
  });
});
