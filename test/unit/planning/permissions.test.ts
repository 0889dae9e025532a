import { describe, expect, it } from 'vitest';
import { planLinks } from '../../../electron/engines/planning/links.ts';
import { attributeOf, countOperations, planRollback, valuesWritten, type JournalledChange } from '../../../electron/engines/planning/index.ts';
import type { MappedLink } from '../../../electron/engines/mapping/index.ts';
import type { TargetObject } from '../../../shared/domain/objects.ts';
import type { Operation, Reference } from '../../../shared/domain/plans.ts';
import { SIZES } from './model.ts';

const holder = (n: number): Reference => ({ sourceId: `s${n}`, targetId: `t${n}`, name: `Holder ${n}` });
const link = (n: number): MappedLink => ({ ...holder(n), dn: `CN=${n}` });
const box = (links: TargetObject['links'] = {}): TargetObject => ({ id: 'box', kind: 'user', name: 'Ann', attributes: {}, links, deleted: false });
const plan = (target: TargetObject, permissions: NonNullable<Parameters<typeof planLinks>[0]['links']['permissions']>, created: ReadonlySet<string> = new Set()) =>
  planLinks({ source: { id: 's-ann', name: 'Ann', kind: 'user' }, target, links: { permissions }, service: 'graph' }, created, { settings: { createUnmatched: true, mergeUnmatched: true }, newId: () => 'id', matchedBefore: () => true, expected: () => false, sizes: { user: SIZES, contact: SIZES, group: SIZES } });

describe('permissions on a mailbox', () => {
  it('are planned through Exchange for those who do not have them, at most 20 in one operation; nothing is taken away', () => {
    const { operations } = plan(box({ fullAccess: ['t1', 't99'] }), { fullAccess: Array.from({ length: 25 }, (_, n) => link(n)), sendAs: [link(1)] });
    expect(operations.map((o) => [o.kind, o.service, o.permission, o.references.length])).toEqual([['add permissions', 'exchange', 'fullAccess', 20], ['add permissions', 'exchange', 'fullAccess', 4], ['add permissions', 'exchange', 'sendAs', 1]]);
    expect(operations.flatMap((o) => (o.permission === 'fullAccess' ? o.references.map((r) => r.targetId) : []))).not.toContain('t1');
    expect(countOperations(operations, { unchanged: 0, skipped: 0 })).toMatchObject({ permissionsAdded: 25, permissionsRemoved: 0, managers: 0, membersAdded: 0, operations: 3 });
    expect(plan(box({ sendAs: ['t1'] }), { sendAs: [link(1)] }).operations).toEqual([]);
  });

  it('are planned for a group that the same plan makes; it waits under the attribute that names it when it is not made', () => {
    const group: MappedLink = { sourceId: 's-team', targetId: null, name: 'Team', dn: 'CN=Team', attribute: 'msExchMailboxSecurityDescriptor' };
    expect(plan(box(), { fullAccess: [group] }, new Set(['s-team'])).operations.map((o) => o.references)).toEqual([[{ sourceId: 's-team', targetId: null, name: 'Team' }]]);
    const waits = plan(box(), { fullAccess: [group] });
    expect(waits.operations).toEqual([]);
    expect(waits.unresolved).toMatchObject([{ sourceId: 's-ann', attribute: 'msExchMailboxSecurityDescriptor', dn: 'CN=Team' }]);
  });

  const given = (permission: NonNullable<Operation['permission']>, references: readonly Reference[], kind: Operation['kind'] = 'add permissions'): JournalledChange => ({
    operation: { id: 'o', seq: 1, kind, service: 'exchange', objectKind: 'user', sourceId: 's-ann', targetId: 'box', name: 'Ann', changes: [], permission, references, previous: [] }, targetId: 'box', references, outcome: 'done',
  });
  const back = (entries: readonly JournalledChange[], links: TargetObject['links']) => planRollback(entries, new Map([['box', box(links)]]), { mode: 'exact', purge: false, newId: () => 'id' }).operations.map((o) => [o.kind, o.service, o.permission, o.references.map((r) => r.targetId)]);

  it('go back holder by holder: who was not given it, or has lost it, is left alone', () => {
    expect(back([given('fullAccess', [holder(1), holder(2)]), given('sendAs', [holder(1)])], { fullAccess: ['t1', 't9'], sendAs: ['t1'] })).toEqual([['remove permissions', 'exchange', 'fullAccess', ['t1']], ['remove permissions', 'exchange', 'sendAs', ['t1']]]);
    expect(back([given('sendAs', [holder(1)])], { sendAs: [] })).toEqual([]);
    expect(back([given('sendAs', [holder(1)], 'remove permissions')], { sendAs: [] })).toEqual([['add permissions', 'exchange', 'sendAs', ['t1']]]);
    expect(back([given('sendAs', [holder(1)]), given('sendAs', [holder(1)], 'remove permissions')], { sendAs: ['t1'] })).toEqual([['remove permissions', 'exchange', 'sendAs', ['t1']]]);
  });

  it('are values of their own in the journal, named by the permission', () => {
    const { operation, references = [] } = given('grantSendOnBehalfTo', [holder(1), { sourceId: 's', targetId: null, name: 'x' }]);
    const values = valuesWritten(operation, references);
    expect(values).toEqual(['grantSendOnBehalfTo/t1']);
    expect(values.map(attributeOf)).toEqual(['grantSendOnBehalfTo']);
  });
});
