import { describe, expect, it } from 'vitest';
import { mapObject, type MappedReference } from '../../../electron/engines/mapping/index.ts';
import { hasMailbox, permissionOf, resolveHolders } from '../../../electron/engines/mapping/permissions.ts';
import type { TargetObject } from '../../../shared/domain/objects.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';

const target = (type: string | null, deleted = false): TargetObject => ({ id: 'box', kind: 'user', name: 'Ann', deleted, links: {}, attributes: type === null ? {} : { recipientTypeDetails: [type] } });
const user = (n: string, more: Partial<MappedReference> = {}): MappedReference => ({ sourceId: `s-${n}`, targetId: `t-${n}`, name: n, kind: 'user', recipient: true, ...more });
const WHERE = { sourceId: 's-ann', attribute: 'publicDelegates', target: target('UserMailbox') };

describe('a target attribute', () => {
  it('stands for a permission whatever its letters', () => {
    expect(['FULLACCESS', 'sendas', 'grantSendOnBehalfTo', 'manager'].map(permissionOf)).toEqual(['fullAccess', 'sendAs', 'grantSendOnBehalfTo', undefined]);
  });
});

describe('an account', () => {
  it.each([['UserMailbox', true], ['SharedMailbox', true], ['RoomMailbox', true], ['MailUser', false], [null, false]] as const)('with %s has a mailbox: %s', (type, expected) => { expect(hasMailbox(target(type))).toBe(expected); });
  it('that is not there, or in the recycle bin, has none', () => { expect([hasMailbox(null), hasMailbox(target('UserMailbox', true))]).toEqual([false, false]); });
});

describe('a rule about a permission', () => {
  const map = (action: 'Resolve' | 'Clear', source = 'publicDelegates') => {
    const rule: MappingRule = { id: 'r', position: 1, enabled: true, action, condition: 'always', sourceClass: 'user', sourceAttribute: source, targetClass: 'user', targetAttribute: 'grantSendOnBehalfTo', value: '', conversion: 'none' };
    return mapObject({
      source: { id: 's-ann', kind: 'user', dn: 'CN=Ann', name: 'Ann', attributes: { objectClass: ['user'], sAMAccountName: ['ann'], displayName: ['Ann'] }, links: { publicDelegates: ['CN=a'] } }, target: target('UserMailbox'), rules: [rule],
      settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' }, defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' }, verifiedDomains: new Set(), initialDomain: '', resolve: () => user('a'),
    });
  };
  it('resolves holders beside manager and members, says nothing without any, and never clears', () => {
    expect(map('Resolve').links).toEqual({ permissions: { grantSendOnBehalfTo: [{ sourceId: 's-a', targetId: 't-a', name: 'a', dn: 'CN=a', attribute: 'publicDelegates' }] } });
    expect(map('Resolve', 'altRecipient')).toMatchObject({ links: {}, unresolved: [], problems: [] });
    const cleared = map('Clear');
    expect([cleared.links, cleared.problems.map((p) => p.severity)]).toEqual([{}, ['warning']]);
  });
});

describe('holders of a permission', () => {
  it('are those that Exchange takes, each once and without the owner; the others wait with the reason', () => {
    const known: Readonly<Record<string, MappedReference>> = {
      a: user('a'), again: user('a'), own: user('ann'), planned: user('b', { targetId: null }), bare: user('c', { recipient: false }), contact: user('d', { kind: 'contact' }),
      secure: user('g', { kind: 'group', mailEnabled: true, unified: false, security: true }), list: user('h', { kind: 'group', mailEnabled: true, unified: false, security: false }),
      plain: user('i', { kind: 'group', mailEnabled: false, security: true }), unified: user('j', { kind: 'group', mailEnabled: true, unified: true, security: true }),
    };
    const { holders, unresolved } = resolveHolders([...Object.keys(known), 'nobody'], (dn) => known[dn] ?? null, WHERE);
    expect(holders).toEqual([{ sourceId: 's-a', targetId: 't-a', name: 'a', dn: 'again', attribute: 'publicDelegates' }, { sourceId: 's-g', targetId: 't-g', name: 'g', dn: 'secure', attribute: 'publicDelegates' }]);
    expect(unresolved.map((one) => `${one.dn}: ${one.reason}`)).toEqual([
      'planned: has no match in the tenant yet', 'bare: has neither a mailbox nor a mail address in Exchange Online yet', 'contact: a contact cannot hold a permission on a mailbox',
      ...['list', 'plain', 'unified'].map((dn) => `${dn}: only a security group with mail can hold a permission on a mailbox`), 'nobody: has no match in the tenant yet',
    ]);
    expect(unresolved[0]).toMatchObject({ sourceId: 's-ann', attribute: 'publicDelegates' });
  });
  it('all wait while there is no mailbox, or Exchange cannot be asked', () => {
    const reasons = (more: Partial<Parameters<typeof resolveHolders>[2]>) => { const { holders, unresolved } = resolveHolders(['a'], () => user('a'), { ...WHERE, ...more }); return [holders.length, unresolved[0]?.reason]; };
    expect(reasons({ target: null })).toEqual([0, 'the account has no mailbox in Exchange Online yet']);
    expect(reasons({ target: target('MailUser') })).toEqual([0, 'the account has no mailbox in Exchange Online yet']);
    expect(reasons({ problem: 'Exchange is away' })).toEqual([0, 'Exchange is away']);
  });
});
