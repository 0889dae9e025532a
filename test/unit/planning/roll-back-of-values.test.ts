import { describe, expect, test } from 'vitest';
import { choiceKey, planRollback, valuesInTheWay, valuesWritten, writesInTheWay, type JournalledChange, type RollbackOptions, type StandingWrite } from '../../../electron/engines/planning/index.ts';
import type { TargetObject, Values } from '../../../shared/domain/objects.ts';
import type { Operation, Reference } from '../../../shared/domain/plans.ts';
import { counter } from './model.ts';

const op = (kind: Operation['kind'], more: Partial<Operation> = {}): Operation => ({ id: 'o', seq: 1, kind, service: 'graph', objectKind: 'user', sourceId: 'u', targetId: 't', name: 'Ann', changes: [], references: [], previous: [], ...more });
const update = (...values: readonly (readonly [string, Values | null, Values | null])[]): Operation => op('update', { changes: values.map(([attribute, before, after]) => ({ attribute, before, after, provenance: { ruleId: null, source: '', reason: '' }, reversible: true })) });
const done = (...operations: readonly Operation[]): JournalledChange[] => operations.map((operation) => ({ operation, targetId: operation.targetId ?? 't', outcome: 'done' }));
const there = (more: Partial<TargetObject> = {}): TargetObject => ({ id: 't', kind: 'user', name: 'Ann', attributes: {}, links: {}, deleted: false, ...more });
const ref = (id: string): Reference => ({ sourceId: null, targetId: id, name: id });
const back = (journal: readonly JournalledChange[], now: readonly TargetObject[], more: Partial<RollbackOptions> = {}) =>
  planRollback(journal, new Map(now.map((object) => [object.id, object])), { mode: 'exact', purge: false, newId: counter('rb'), ...more });
const changesOf = (plan: ReturnType<typeof back>) => plan.operations.flatMap((o) => o.changes.map((c) => [c.attribute, c.before, c.after]));

describe('a part of the values', () => {
  const journal = done(update(['jobTitle', ['a'], ['b']], ['city', null, ['Ulm']]));
  test('only what is asked for goes back', () => {
    expect(changesOf(back(journal.map((one) => ({ ...one, values: new Set(['city']) })), [there({ attributes: { jobTitle: ['b'], city: ['Ulm'] } })]))).toEqual([['city', ['Ulm'], null]]);
  });
  test('of an object that the task made: it is emptied and stays', () => {
    const made: JournalledChange[] = [{ operation: op('create', { targetId: null, changes: update(['jobTitle', null, ['b']], ['displayName', null, ['Ann']]).changes }), targetId: 't', outcome: 'done', values: new Set(['jobTitle', 'displayName']) }];
    const plan = back(made, [there({ attributes: { jobTitle: ['b'], displayName: ['Ann'] } })]);
    expect(plan.operations.map((o) => o.kind)).toEqual(['update']);
    expect(changesOf(plan)).toEqual([['jobTitle', ['b'], null]]);
    expect(plan.impossible).toMatchObject([{ attribute: 'displayName' }]);
  });
  test('the rest of a created object that lost a value before is not changed by others', () => {
    const made: JournalledChange[] = [{ operation: op('create', { targetId: null, changes: update(['jobTitle', null, ['b']], ['city', null, ['Ulm']]).changes }), targetId: 't', outcome: 'done', values: new Set(['', 'city']) }];
    expect(back(made, [there({ attributes: { city: ['Ulm'] } })])).toMatchObject({ conflicts: [], operations: [{ kind: 'delete' }] });
  });
  test('names of values: attributes, manager, one a member, the object itself', () => {
    expect(valuesWritten(op('create', { changes: update(['city', null, ['x']]).changes }), [])).toEqual(['', 'city']);
    expect(valuesWritten(op('add members'), [ref('m1'), { ...ref('m2'), targetId: null }])).toEqual(['members/m1']);
    expect([valuesWritten(op('clear manager'), []), valuesWritten(op('restore'), [])]).toEqual([['manager'], ['']]);
  });
});

describe('decisions about what others changed', () => {
  const journal = done(update(['jobTitle', ['a'], ['b']], ['city', ['Bonn'], ['Ulm']]));
  const now = [there({ attributes: { jobTitle: ['theirs'], city: ['Oslo'] } })];
  test('each is followed, whatever the mode', () => {
    const choices = new Map([[choiceKey({ targetId: 't', attribute: 'city' }), 'keep' as const]]);
    expect(changesOf(back(journal, now, { choices }))).toEqual([['jobTitle', ['theirs'], ['a']]]);
    expect(changesOf(back(journal, now, { mode: 'keep changes made since', choices: new Map([[choiceKey({ targetId: 't', attribute: 'jobTitle' }), 'restore']]) }))).toEqual([['jobTitle', ['theirs'], ['a']]]);
  });
  test('the three states are told', () => {
    expect(back(journal, now).conflicts[0]).toMatchObject({ attribute: 'jobTitle', before: ['a'], written: ['b'], current: ['theirs'], between: null, overwritten: true });
  });
  test('about a value that nobody changed there is none', () => {
    const choices = new Map([[choiceKey({ targetId: 't', attribute: 'city' }), 'keep' as const]]);
    expect(changesOf(back(journal, [there({ attributes: { jobTitle: ['b'], city: ['Ulm'] } })], { choices }))).toHaveLength(2);
  });
  test('what others had between two writes: exact goes past it, keeping goes back to it', () => {
    const twice = done(update(['jobTitle', ['a'], ['b']]), update(['jobTitle', ['theirs'], ['c']]));
    const present = [there({ attributes: { jobTitle: ['c'] } })];
    expect(back(twice, present)).toMatchObject({ conflicts: [{ before: ['a'], written: ['c'], current: ['c'], between: { values: ['theirs'] }, overwritten: true }] });
    expect(changesOf(back(twice, present))).toEqual([['jobTitle', ['c'], ['a']]]);
    expect(changesOf(back(twice, present, { mode: 'keep changes made since' }))).toEqual([['jobTitle', ['c'], ['theirs']]]);
  });
  test('deleted between two writes and restored by the later: exact leaves it alive, keeping deletes it again', () => {
    const twice = done(update(['jobTitle', ['a'], ['b']]), op('restore'));
    expect(back(twice, [there({ attributes: { jobTitle: ['b'] } })]).operations.map((o) => o.kind)).toEqual(['update']);
    expect(back(twice, [there({ attributes: { jobTitle: ['b'] } })], { mode: 'keep changes made since' }).operations.map((o) => o.kind)).toEqual(['update', 'delete']);
  });
});

describe('an attribute of many values', () => {
  describe('written twice, with the work of others between', () => {
    const twice = done(
      { ...update(['proxyAddresses', ['SMTP:a@x'], ['SMTP:a@x', 'smtp:ours@x']]), service: 'exchange', recipient: 'mailbox' },
      { ...update(['proxyAddresses', ['SMTP:a@x', 'smtp:ours@x', 'smtp:theirs@x'], ['SMTP:a@x', 'smtp:ours@x', 'smtp:theirs@x', 'smtp:more@x']]), service: 'exchange', recipient: 'mailbox' },
    );
    const last = ['SMTP:a@x', 'smtp:ours@x', 'smtp:theirs@x', 'smtp:more@x'];
    const at = (present: Values) => back(twice, [there({ attributes: { proxyAddresses: present } })], { mode: 'keep changes made since' });
    const after = (present: Values) => at(present).operations.flatMap((o) => o.changes.flatMap((c) => c.after ?? []));
    test('what we wrote goes, and is no change of others', () => {
      expect(after(last)).toEqual(['SMTP:a@x', 'smtp:theirs@x']);
      expect(at(last).conflicts.map((one) => one.value)).toEqual(['smtp:theirs@x']);
    });
    test('what others added stays, also when they have added more since', () => {
      expect(after([...last, 'smtp:late@x'])).toEqual(['SMTP:a@x', 'smtp:theirs@x', 'smtp:late@x']);
      expect(at([...last, 'smtp:late@x']).conflicts.map((one) => [one.value, one.between?.values ?? null])).toEqual([['smtp:theirs@x', ['smtp:theirs@x']], ['smtp:late@x', null]]);
    });
    test('of two such gaps both are told', () => {
      const thrice = [...twice, ...done({ ...update(['proxyAddresses', [...last, 'smtp:third@x'], [...last, 'smtp:third@x', 'smtp:end@x']]), service: 'exchange', recipient: 'mailbox' })];
      const plan = back(thrice, [there({ attributes: { proxyAddresses: [...last, 'smtp:third@x', 'smtp:end@x'] } })], { mode: 'keep changes made since' });
      expect(plan.operations.flatMap((o) => o.changes.flatMap((c) => c.after ?? []))).toEqual(['SMTP:a@x', 'smtp:theirs@x', 'smtp:third@x']);
    });
  });
  const journal = done({ ...update(['proxyAddresses', ['SMTP:a@x', 'smtp:b@x', 'X500:/o=old'], ['SMTP:c@x', 'smtp:a@x', 'smtp:b@x', 'X500:/o=old']]), service: 'exchange', recipient: 'mailbox' });
  /** Others gave it a primary address of its own, took out one and gave another. */
  const now = [there({ attributes: { proxyAddresses: ['SMTP:d@x', 'smtp:c@x', 'smtp:A@x', 'smtp:e@x', 'X500:/o=old'] } })];
  const choice = (value: string, what: 'keep' | 'restore') => [choiceKey({ targetId: 't', attribute: 'proxyAddresses', value }), what] as const;
  const addresses = (more: Partial<RollbackOptions> = {}) => back(journal, now, more).operations.flatMap((o) => o.changes.flatMap((c) => c.after ?? []));
  test('exact: as before, each change of others told on its own', () => {
    expect(addresses()).toEqual(['SMTP:a@x', 'smtp:b@x', 'X500:/o=old']);
    expect(back(journal, now).conflicts.map((c) => [c.value, c.before, c.written, c.current]).toSorted()).toEqual([
      ['smtp:b@x', ['smtp:b@x'], ['smtp:b@x'], null], ['smtp:c@x', null, ['SMTP:c@x'], ['smtp:c@x']], ['smtp:d@x', null, null, ['SMTP:d@x']], ['smtp:e@x', null, null, ['smtp:e@x']],
    ].toSorted());
  });
  test('one that is kept stays; the others are as before', () => {
    expect(addresses({ choices: new Map([choice('smtp:e@x', 'keep')]) })).toEqual(['SMTP:a@x', 'smtp:b@x', 'X500:/o=old', 'smtp:e@x']);
    expect(addresses({ choices: new Map([choice('smtp:b@x', 'keep')]) })).toEqual(['SMTP:a@x', 'X500:/o=old']);
  });
  test('one address is primary: theirs when it is kept', () => {
    expect(addresses({ choices: new Map([choice('smtp:d@x', 'keep')]) })).toEqual(['smtp:a@x', 'smtp:b@x', 'X500:/o=old', 'SMTP:d@x']);
  });
  test('a word about the attribute is about all of its values, but those that were decided alone', () => {
    const all = [choiceKey({ targetId: 't', attribute: 'proxyAddresses' }), 'keep'] as const;
    expect(addresses({ choices: new Map([all, choice('smtp:d@x', 'restore')]) })).toEqual(['SMTP:a@x', 'X500:/o=old', 'smtp:c@x', 'smtp:e@x']);
    expect(addresses({ mode: 'keep changes made since', choices: new Map([choice('smtp:b@x', 'restore')]) })).toEqual(['smtp:a@x', 'smtp:b@x', 'X500:/o=old', 'SMTP:d@x', 'smtp:c@x', 'smtp:e@x']);
  });
  test('holders of a permission are decided one by one too', () => {
    const given = done(op('add permissions', { permission: 'fullAccess', service: 'exchange', references: [ref('h1'), ref('h2')] }));
    const mailbox = [there({ links: { fullAccess: ['h1', 'h2'] } })];
    const plan = back(given, mailbox, { choices: new Map([[choiceKey({ targetId: 't', attribute: 'fullAccess', value: 'h2' }), 'keep' as const]]) });
    expect(plan.operations.map((o) => [o.kind, o.references.map((r) => r.targetId)])).toEqual([['remove permissions', ['h1']]]);
    expect(plan.conflicts).toMatchObject([{ attribute: 'fullAccess', value: 'h2', before: null, current: ['h2'], overwritten: false }]);
  });
});

describe('links to objects that are gone or come back', () => {
  const set = op('set manager', { references: [ref('new')], previous: [ref('old')] });
  test('a manager who was deleted since is no change by others', () => {
    expect(back(done(set), [there()], { gone: new Set(['new']) })).toMatchObject({ conflicts: [], operations: [{ kind: 'set manager', references: [{ targetId: 'old' }] }] });
    expect(back(done(set), [there()]).conflicts).toHaveLength(1);
  });
  test('a manager of before who is gone cannot be set; the written one goes all the same', () => {
    expect(back(done(set), [there({ links: { manager: ['new'] } })], { gone: new Set(['old']) })).toMatchObject({ operations: [{ kind: 'clear manager' }], impossible: [{ attribute: 'manager' }] });
  });
  test('somebody whom the plan brings back brings the link along', () => {
    const journal = done({ ...set, previous: [] }, { ...update(['city', null, ['Ulm']]), targetId: 'new', sourceId: 'n', name: 'New' });
    const plan = back(journal, [there(), there({ id: 'new', deleted: true, attributes: { city: ['Ulm'] } })], { gone: new Set(['new']) });
    expect(plan.operations.map((o) => [o.kind, o.targetId])).toEqual([['restore', 'new'], ['clear manager', 't'], ['update', 'new']]);
  });
  test('a member whom the same plan deletes keeps no group alive', () => {
    const group = op('create', { objectKind: 'group', targetId: null, sourceId: 'g', name: 'Staff' });
    const journal: JournalledChange[] = [{ operation: op('create', { targetId: null }), targetId: 't', outcome: 'done' }, { operation: group, targetId: 'g', outcome: 'done' }];
    const plan = back(journal, [there(), there({ id: 'g', kind: 'group', links: { members: ['t'] } })], { mode: 'keep changes made since' });
    expect(plan.operations.map((o) => [o.kind, o.targetId])).toEqual([['delete', 't'], ['delete', 'g']]);
  });
});

describe('federated domains', () => {
  const journal = done(update(['userPrincipalName', ['a@managed.example'], ['a@fed.example']], ['onPremisesImmutableId', null, ['A=']], ['city', null, ['Ulm']]));
  const now = [there({ attributes: { userPrincipalName: ['a@fed.example'], onPremisesImmutableId: ['A='], city: ['Ulm'] } })];
  test('an account is not moved out of one: its name and anchor stay, the rest goes back', () => {
    const plan = back(journal, now, { federated: new Set(['fed.example']) });
    expect(changesOf(plan)).toEqual([['city', ['Ulm'], null]]);
    expect(plan.impossible.map((i) => [i.attribute, i.later])).toEqual([['userPrincipalName', true], ['onPremisesImmutableId', true]]);
    expect(plan.impossible[0]?.reason).toMatch(/cannot be moved back to the non-federated domain managed\.example .* Perform an explicit migration to a domain that is not federated first/);
  });
  test('nor into one; then the anchor goes back', () => {
    const plan = back(journal, now, { federated: new Set(['managed.example']) });
    expect(changesOf(plan).map(([name]) => name)).toEqual(['onPremisesImmutableId', 'city']);
    expect(plan.impossible).toMatchObject([{ attribute: 'userPrincipalName', reason: expect.stringContaining('to a domain that is federated first') }]);
  });
  test('between two of one kind it is', () => {
    for (const federated of [[], ['fed.example', 'managed.example']]) expect(changesOf(back(journal, now, { federated: new Set(federated) }))).toHaveLength(3);
  });
});

describe('what is in the way', () => {
  const write = (sequence: number, operation: Operation, values: readonly string[], targetId = 't'): StandingWrite => ({ operation, targetId, outcome: 'done', taskId: `task ${sequence}`, sequence, values: new Set(values) });
  const first = write(1, update(['jobTitle', null, ['a']]), ['jobTitle']);
  test('the same values later, and what was written on top of those', () => {
    const others = [write(2, update(['jobTitle', ['a'], ['b']], ['city', null, ['x']]), ['jobTitle', 'city']), write(3, update(['city', ['x'], ['y']]), ['city']), write(4, update(['jobTitle', ['b'], ['c']]), ['jobTitle'], 'other')];
    expect(writesInTheWay([first], others).map((one) => [one.sequence, [...one.values]])).toEqual([[2, ['jobTitle']]]);
    expect(writesInTheWay([write(5, first.operation, ['jobTitle'])], others)).toEqual([]);
  });
  test('everything on an object that would be unmade; nothing of one restored after values were written', () => {
    expect(valuesInTheWay({ kind: 'create', values: ['', 'city'] }, { kind: 'update', values: ['jobTitle'] })).toEqual(['jobTitle']);
    expect(valuesInTheWay({ kind: 'restore', values: [''] }, { kind: 'update', values: ['jobTitle'] })).toEqual(['jobTitle']);
    expect(valuesInTheWay({ kind: 'create', values: ['city'] }, { kind: 'update', values: ['jobTitle'] })).toEqual([]);
    expect(valuesInTheWay({ kind: 'update', values: ['jobTitle'] }, { kind: 'restore', values: [''] })).toEqual([]);
  });
});
