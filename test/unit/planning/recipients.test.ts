import { describe, expect, it } from 'vitest';
import { planRollback, type JournalledChange, type PlanCandidate } from '../../../electron/engines/planning/index.ts';
import type { MatchResult, ObjectKind, SourceObject, TargetObject, Values } from '../../../shared/domain/objects.ts';
import type { AttributeChange, Operation } from '../../../shared/domain/plans.ts';
import { ASSIGNMENTS, formatAssignment } from '../../../shared/rules/licences.ts';
import { counter, wholePlan } from './model.ts';

const provenance = { ruleId: 'm', source: 'x', reason: 'Overwrite' };
const wanted = (values: Readonly<Record<string, Values | null>>) => new Map(Object.entries(values).map(([name, value]) => [name, { values: value, provenance }]));
const source = (kind: ObjectKind): SourceObject => ({ id: 's', kind, dn: 'CN=Me', name: 'Me', attributes: {}, links: {} });
const there = (kind: ObjectKind, attributes: TargetObject['attributes']): TargetObject => ({ id: 't', kind, name: 'Me', attributes, links: {}, deleted: false });
const matched: MatchResult = { sourceId: 's', state: 'Matched', targetId: 't', ruleId: 'r', pinned: false, evidence: [], risks: [], reason: 'Found.' };
const plan = (kind: ObjectKind, target: TargetObject | null, mapped: Partial<PlanCandidate['mapped']>) => wholePlan([{
  source: source(kind), target, match: target === null ? { ...matched, state: 'Not matched', targetId: null } : matched, mapped: { values: new Map(), links: {}, unresolved: [], problems: [], skip: null, ...mapped },
}], { settings: { createUnmatched: true, mergeUnmatched: true }, newId: counter('op'), matchedBefore: () => true });
const told = (operations: readonly Operation[]) => operations.map((o) => [o.kind, o.service, o.recipient ?? '', o.changes.map((c) => c.attribute).join(' ')]);

describe('what Exchange Online writes of an object that Graph keeps', () => {
  it('is an operation of its own after that of Graph; whom it names comes last, added to those who are there', () => {
    const { operations, counts } = plan('user', there('user', { jobTitle: ['a'], proxyAddresses: ['SMTP:a@x.com'], acceptMessagesOnlyFrom: ['B@x.com'], forwardingAddress: ['b@x.com'] }), {
      recipient: 'mailbox', values: wanted({ jobTitle: ['b'], hideFromAddressLists: ['true'], proxyAddresses: ['SMTP:a@x.com', 'smtp:c@x.com'], deliverToMailboxAndForward: ['false'] }), naming: wanted({ acceptMessagesOnlyFrom: ['b@x.com', 'c@x.com'], forwardingAddress: ['c@x.com'] }),
    });
    expect(told(operations)).toEqual([['update', 'graph', '', 'jobTitle'], ['update', 'exchange', 'mailbox', 'hideFromAddressLists proxyAddresses'], ['update', 'exchange', 'mailbox', 'acceptMessagesOnlyFrom forwardingAddress']]);
    expect(operations[2]?.changes.map(({ before, after }) => [before, after])).toEqual([[['B@x.com'], ['B@x.com', 'c@x.com']], [['b@x.com'], ['c@x.com']]]);
    // One object, however many services change it; the forwarding address alone is taken from it.
    expect(counts).toMatchObject({ updates: 1, operations: 3, attributes: 5 });
  });
  it('of a group that Graph makes comes after its creation', () => {
    const { operations } = plan('group', null, { recipient: 'Microsoft 365 group', values: wanted({ displayName: ['Me'], mailEnabled: ['true'], mailNickname: ['me'], securityEnabled: ['false'], groupTypes: ['Unified'], proxyAddresses: ['SMTP:me@x.com'], hideFromAddressLists: ['true'] }) });
    expect(told(operations)).toEqual([['create', 'graph', '', 'displayName mailEnabled mailNickname securityEnabled groupTypes'], ['update', 'exchange', 'Microsoft 365 group', 'proxyAddresses hideFromAddressLists']]);
  });
  it('of an account that is no recipient is refused with a sentence', () => {
    const { operations, notes } = plan('user', there('user', {}), { values: wanted({ hideFromAddressLists: ['true'] }) });
    expect(operations).toEqual([]);
    expect(notes.map((n) => n.message)).toEqual(['hideFromAddressLists is written through Exchange Online, not through Microsoft Graph; it was left out of the plan for Me.']);
  });
});

const change = (attribute: string, before: Values | null, after: Values | null): AttributeChange => ({ attribute, before, after, provenance, reversible: true });
const done = (kind: Operation['kind'], objectKind: ObjectKind, changes: readonly AttributeChange[], more: Partial<Operation> = {}): JournalledChange => ({
  operation: { id: 'o', seq: 1, kind, service: 'graph', objectKind, sourceId: 's', targetId: 't', name: 'Me', changes, references: [], previous: [], ...more }, targetId: 't', outcome: 'done',
});
const back = (entries: readonly JournalledChange[], present: TargetObject) => planRollback(entries, new Map([['t', present]]), { mode: 'exact', purge: true, newId: counter('b') });

describe('the way back of it', () => {
  const mailbox = { service: 'exchange', recipient: 'mailbox' } as const;
  it('goes through the service that wrote: whom it names first, addresses before the licence goes, then what Graph wrote', () => {
    const { operations, counts } = back([
      done('update', 'user', [change('jobTitle', ['a'], ['b'])]), done('update', 'user', [change('proxyAddresses', ['SMTP:a@x.com'], ['SMTP:a@x.com', 'smtp:c@x.com'])], mailbox), done('update', 'user', [change('forwardingAddress', null, ['c@x.com'])], mailbox),
      done('set licences', 'user', [change('assignedLicenses', null, ['6fd2c87f-b296-42f0-b197-1e91e994b900'])]),
    ], there('user', { jobTitle: ['b'], proxyAddresses: ['SMTP:a@x.com', 'smtp:c@x.com'], forwardingAddress: ['c@x.com'], [ASSIGNMENTS]: [formatAssignment({ skuId: '6fd2c87f-b296-42f0-b197-1e91e994b900', disabledPlans: [], groupId: null, state: 'Active' })] }));
    expect(told(operations).filter(([kind]) => kind === 'update')).toEqual([['update', 'exchange', 'mailbox', 'forwardingAddress'], ['update', 'exchange', 'mailbox', 'proxyAddresses'], ['update', 'graph', '', 'jobTitle']]);
    expect(operations.findIndex((o) => o.kind === 'set licences')).toBeGreaterThan(1);
    expect(operations.find((o) => o.changes[0]?.attribute === 'proxyAddresses')?.changes[0]?.after).toEqual(['SMTP:a@x.com']);
    expect(counts).toMatchObject({ updates: 1 });
  });
  it('takes back what a mailbox holds that is not shown now, because it comes back with the account or with its licence', () => {
    const entries = [done('update', 'user', [change('hideFromAddressLists', ['false'], ['true']), change('forwardingAddress', null, ['c@x.com'])], mailbox), done('set licences', 'user', [change('assignedLicenses', ['ENTERPRISEPREMIUM (6fd2c87f-b296-42f0-b197-1e91e994b900)'], null)])];
    const seen = (present: TargetObject, all = entries) => { const { operations, conflicts } = back(all, present); return [conflicts.length, ...told(operations)]; };
    const values = [['update', 'exchange', 'mailbox', 'forwardingAddress'], ['update', 'exchange', 'mailbox', 'hideFromAddressLists']];
    expect(seen(there('user', {}))).toEqual([0, ['set licences', 'graph', '', 'assignedLicenses'], ...values]);
    expect(seen({ ...there('user', {}), deleted: true }, entries.slice(0, 1))).toEqual([1, ['restore', 'graph', '', ''], ...values]);
    // Nothing brings the mailbox back: what it held is gone.
    expect(seen(there('user', {}), entries.slice(0, 1)).slice(1).map((one) => (Array.isArray(one) ? one[3] : one))).not.toContain('forwardingAddress');
  });
  it('removes a Microsoft 365 group through Graph, which has a recycle bin for it', () => {
    const entries = [done('create', 'group', [change('displayName', null, ['Me'])], { targetId: null }), done('update', 'group', [change('hideFromAddressLists', null, ['true'])], { service: 'exchange', recipient: 'Microsoft 365 group', targetId: null })];
    expect(told(back(entries, there('group', { displayName: ['Me'], hideFromAddressLists: ['true'], groupTypes: ['Unified'] })).operations)).toEqual([['delete', 'graph', '', ''], ['purge', 'graph', '', '']]);
  });
  it('names the recipients of contacts and groups of Exchange before anything else of them', () => {
    const { operations } = back([done('update', 'contact', [change('jobTitle', null, ['b'])], { service: 'exchange' }), done('update', 'contact', [change('manager', null, ['c@x.com'])], { service: 'exchange' })], there('contact', { jobTitle: ['b'], manager: ['c@x.com'] }));
    expect(told(operations)).toEqual([['update', 'exchange', '', 'manager'], ['update', 'exchange', '', 'jobTitle']]);
  });
});
