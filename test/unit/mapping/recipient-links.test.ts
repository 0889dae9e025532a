import { describe, expect, it } from 'vitest';
import { DEFAULT_MAPPING_RULES, mapObject, type MapInput, type MappedReference } from '../../../electron/engines/mapping/index.ts';
import { resolveRecipients } from '../../../electron/engines/mapping/recipient-links.ts';
import type { Attributes, ObjectKind, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';

const about = (kind: ObjectKind, name: string) => targetAttribute(kind, name, kind === 'user' ? 'graph' : 'exchange') ?? (() => { throw new Error(name); })();
const known: Readonly<Record<string, MappedReference>> = {
  ann: { sourceId: 's-ann', targetId: 't-ann', name: 'Ann', kind: 'user', mail: 'Ann@x.com' }, ed: { sourceId: 's-ed', targetId: 't-ed', name: 'Ed', kind: 'contact', mail: 'ed@far.com' },
  crew: { sourceId: 's-crew', targetId: 't-crew', name: 'Crew', kind: 'group', mailEnabled: true, unified: false, mail: 'crew@x.com' }, team: { sourceId: 's-team', targetId: 't-team', name: 'Team', kind: 'group', mailEnabled: true, unified: true },
  plain: { sourceId: 's-plain', targetId: 't-plain', name: 'Plain', kind: 'group', mailEnabled: false }, bare: { sourceId: 's-bare', targetId: 't-bare', name: 'Bare', kind: 'user' }, coming: { sourceId: 's-coming', targetId: null, name: 'Coming', kind: 'user' },
};
const resolve = (dn: string): MappedReference | null => known[dn] ?? null;

describe('recipients that an attribute names', () => {
  it.each<[string, ObjectKind, string, readonly string[], readonly string[], readonly string[]]>([
    ['people and contacts as senders, each once, by address', 'user', 'acceptMessagesOnlyFrom', ['ann', 'ed', 'ann'], ['ann@x.com', 'ed@far.com'], []],
    ['no groups among single senders', 'user', 'acceptMessagesOnlyFrom', ['crew'], [], ['crew: acceptMessagesOnlyFrom cannot name a group']],
    ['groups that Exchange keeps', 'group', 'rejectMessagesFromDLMembers', ['crew', 'team', 'plain'], ['crew@x.com'], ['team: rejectMessagesFromDLMembers cannot name a Microsoft 365 group', 'plain: rejectMessagesFromDLMembers cannot name a group without mail']],
    ['whoever has no address or no match yet waits', 'user', 'forwardingAddress', ['bare', 'coming', 'nobody'], [], ['bare: has neither a mailbox nor a mail address in Exchange Online yet', 'coming: has no match in the tenant yet', 'nobody: has no match in the tenant yet']],
    ['the object itself is left out', 'contact', 'manager', ['self', 'ed'], ['ed@far.com'], []],
  ])('%s', (_name, kind, attribute, dns, addresses, waiting) => {
    const found = resolveRecipients(dns, about(kind, attribute), (dn) => (dn === 'self' ? { sourceId: 's-me', targetId: 't-me', name: 'Me', kind, mail: 'me@x.com' } : resolve(dn)), { sourceId: 's-me', attribute: 'a', problem: undefined });
    expect(found.addresses).toEqual(addresses);
    expect(found.unresolved.map((one) => `${one.dn}: ${one.reason}`)).toEqual(waiting);
  });
  it('all wait while nothing can be written', () => {
    expect(resolveRecipients(['ann', 'ed'], about('user', 'forwardingAddress'), resolve, { sourceId: 's', attribute: 'altRecipient', problem: 'Why.' })).toEqual({ addresses: [], unresolved: ['ann', 'ed'].map((dn) => ({ sourceId: 's', attribute: 'altRecipient', dn, reason: 'Why.' })) });
  });
});

const rules: readonly MappingRule[] = DEFAULT_MAPPING_RULES.map((rule, i) => ({ ...rule, id: `m${i + 1}` }));
const SENDERS = { authOrig: ['ann'], altRecipient: ['ed'], dLMemRejectPerms: ['crew'] };
const source = (kind: ObjectKind, attributes: Attributes, links: Attributes = SENDERS): SourceObject => ({ id: '12345678-1234-1234-1234-1234567890ab', kind, dn: 'CN=Me', name: 'Me', links, attributes: { cn: ['Me'], displayName: ['Me'], mail: ['me@x.com'], ...attributes } });
const USER = { sAMAccountName: ['me'], userPrincipalName: ['me@x.com'], userAccountControl: ['512'], proxyAddresses: ['SMTP:me@x.com', 'smtp:old@x.com'], msExchHideFromAddressLists: ['TRUE'], deliverAndRedirect: ['TRUE'], msExchRequireAuthToSendTo: ['TRUE'] };
const there = (attributes: Attributes, kind: ObjectKind = 'user'): TargetObject => ({ id: 't', kind, name: 'Me', attributes, links: {}, deleted: false });
const map = (object: SourceObject, target: TargetObject | null, more: Partial<MapInput> = {}) => mapObject({
  source: object, target, rules, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' }, defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'Microsoft 365 group' },
  verifiedDomains: new Set(['x.com']), initialDomain: 'x.onmicrosoft.com', resolve, ...more,
});
const EXCHANGE = ['proxyAddresses', 'hideFromAddressLists', 'requireSenderAuthenticationEnabled', 'deliverToMailboxAndForward'];
const told = (mapped: ReturnType<typeof map>) => ({ recipient: mapped.recipient, values: Object.fromEntries(EXCHANGE.flatMap((name) => { const v = mapped.values.get(name); return v === undefined ? [] : [[name, v.values]]; })), naming: Object.fromEntries([...mapped.naming ?? []].map(([name, v]) => [name, v.values])) });

describe('what Exchange Online writes of objects that Graph keeps', () => {
  it('of a mailbox: addresses besides those that are there, visibility, forwarding, senders', () => {
    const mapped = map(source('user', USER), there({ recipientTypeDetails: ['UserMailbox'], proxyAddresses: ['SMTP:me@x.com', 'smtp:theirs@x.com', 'SPO:a@b'] }));
    expect(told(mapped)).toEqual({
      recipient: 'mailbox', naming: { acceptMessagesOnlyFrom: ['ann@x.com'], forwardingAddress: ['ed@far.com'], rejectMessagesFromDLMembers: ['crew@x.com'] },
      values: { proxyAddresses: ['SMTP:me@x.com', 'smtp:theirs@x.com', 'SPO:a@b', 'smtp:old@x.com'], hideFromAddressLists: ['true'], requireSenderAuthenticationEnabled: ['true'], deliverToMailboxAndForward: ['true'] },
    });
    expect(mapped.moreWithMailbox).toBeUndefined();
    expect(mapped.naming?.get('forwardingAddress')?.provenance).toMatchObject({ source: 'altRecipient', reason: 'Resolve with altRecipient' });
  });
  it('of a mail user: the same without what only mailboxes have, which waits', () => {
    const mapped = map(source('user', USER), there({ recipientTypeDetails: ['MailUser'], proxyAddresses: ['SMTP:me@far.com'] }));
    expect(told(mapped)).toMatchObject({ recipient: 'mail user', naming: { acceptMessagesOnlyFrom: ['ann@x.com'], rejectMessagesFromDLMembers: ['crew@x.com'] } });
    expect(Object.keys(told(mapped).values)).toEqual(['proxyAddresses', 'hideFromAddressLists', 'requireSenderAuthenticationEnabled']);
    expect(mapped.unresolved.map((one) => `${one.attribute}: ${one.reason}`)).toEqual(['altRecipient: the account has no mailbox in Exchange Online yet']);
  });
  it.each<[string, TargetObject | null, Partial<MapInput>, string]>([
    ['an account without a mailbox', there({}), {}, 'the account has no mailbox in Exchange Online yet'], ['a new account', null, {}, 'the account has no mailbox in Exchange Online yet'],
    ['a mailbox while Exchange Online cannot be written', there({ recipientTypeDetails: ['UserMailbox'] }), { exchangeProblem: 'It is closed.' }, 'It is closed.'],
  ])('of %s: nothing; what is named waits with the reason, and the rest is told of', (_name, target, more, reason) => {
    const mapped = map(source('user', USER), target, more);
    expect(told(mapped)).toEqual({ recipient: null, values: {}, naming: {} });
    expect(mapped.moreWithMailbox).toBe(true);
    expect(mapped.unresolved.map((one) => `${one.attribute}: ${one.reason}`)).toEqual(['altRecipient', 'authOrig', 'dLMemRejectPerms'].map((name) => `${name}: ${reason}`));
  });
  it('of an account without a mailbox that has nothing more: nothing is told', () => {
    expect(map(source('user', { ...USER, proxyAddresses: ['SMTP:ME@x.com', 'X500:/o=a'], msExchHideFromAddressLists: ['FALSE'], deliverAndRedirect: [], msExchRequireAuthToSendTo: [] }, {}), there({ userPrincipalName: ['me@x.com'] })).moreWithMailbox).toBeUndefined();
  });
  const group = source('group', { groupType: ['8'], proxyAddresses: ['SMTP:me@x.com', 'smtp:old@x.com'], msExchHideFromAddressLists: ['TRUE'], extensionAttribute2: ['b'] }, { authOrig: ['ann'] });
  it.each([['becomes', null], ['is', there({ mailEnabled: ['true'], groupTypes: ['Unified'], proxyAddresses: ['SMTP:old@x.com'] }, 'group')]])('of a group that %s a Microsoft 365 group: addresses, visibility and custom attributes; what is not written is a finding', (_name, target) => {
    const mapped = map(group, target);
    expect(told(mapped)).toEqual({ recipient: 'Microsoft 365 group', values: { proxyAddresses: ['SMTP:me@x.com', 'smtp:old@x.com'], hideFromAddressLists: ['true'] }, naming: {} });
    expect(mapped.values.get('onPremisesExtensionAttributes/extensionAttribute2')?.values).toEqual(['b']);
    expect(mapped.problems.map((p) => [p.severity, p.attribute])).toEqual([['warning', 'authOrig']]);
  });
  it('of a security group without mail: nothing, and nothing is said', () => {
    const mapped = map(source('group', { groupType: ['-2147483646'], msExchHideFromAddressLists: ['TRUE'] }, { authOrig: ['ann'] }), there({ securityEnabled: ['true'] }, 'group'));
    expect({ ...told(mapped), problems: mapped.problems, unresolved: mapped.unresolved }).toEqual({ recipient: null, values: {}, naming: {}, problems: [], unresolved: [] });
  });
  it('of a group that takes mail from some only, of whom not all are there: a warning', () => {
    const mapped = map(source('group', { groupType: ['8'] }, { authOrig: ['ann', 'nobody'] }), there({ mailEnabled: ['true'] }, 'group'));
    expect(mapped.problems.map((p) => p.message)).toEqual(['Me takes mail only from 1 of the 2 whom authOrig names until the others are there too; they wait in the list of references.']);
  });
});
