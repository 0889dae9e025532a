import { describe, expect, it } from 'vitest';
import { emailAddressesOf, externalAddressOf } from '../../../electron/engines/mapping/email-addresses.ts';
import type { Attributes, ObjectKind, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';

const source = (kind: ObjectKind, attributes: Attributes): SourceObject => ({ id: '1', kind, dn: 'CN=x', name: 'x', attributes, links: {} });
const target = (kind: ObjectKind, proxyAddresses: readonly string[], more: Attributes = {}): TargetObject => ({ id: 't', kind, name: 'x', attributes: { proxyAddresses, ...more }, links: {}, deleted: false });
const list = (one: SourceObject, there: TargetObject | null = null) => emailAddressesOf({ source: one, target: there, verifiedDomains: new Set(['ours.com', 'too.ours.com']) });

describe('where mail for a contact goes', () => {
  it.each<[Attributes, string | undefined]>([
    [{ targetAddress: ['SMTP:Ed@far.com'], mail: ['other@x.com'] }, 'Ed@far.com'], [{ targetAddress: ['ed@far.com'] }, 'ed@far.com'], [{ targetAddress: ['X400:c=us'], mail: ['ed@far.com'] }, 'ed@far.com'],
    [{ proxyAddresses: ['smtp:b@far.com', 'SMTP:a@far.com'], mail: ['c@far.com'] }, 'a@far.com'], [{ targetAddress: ['SMTP:no address'] }, undefined], [{}, undefined],
  ])('%j: %s', (attributes, address) => expect(externalAddressOf(source('contact', attributes))).toBe(address));
});

describe('addresses', () => {
  it('of a new contact: its external one, those of our domains, X500 ones and the old LegacyExchangeDN; each once', () => {
    expect(list(source('contact', { targetAddress: ['SMTP:ed@far.com'], mail: ['ed@far.com'], proxyAddresses: ['SMTP:ed@far.com', 'smtp:ed@ours.com', 'SMTP:ED@ours.com', 'x500:/o=a', 'smtp:ed@else.com', 'sip:ed@ours.com', 'smtp:ed@ours.onmicrosoft.com'], legacyExchangeDN: ['/o=b'] })))
      .toEqual({ values: ['SMTP:ed@far.com', 'smtp:ed@ours.com', 'X500:/o=a', 'X500:/o=b'], left: 3 });
  });
  it('of a contact that is there stay; one that moves loses the old external one', () => {
    const there = target('contact', ['SMTP:ed@far.com', 'smtp:theirs@ours.com'], { externalEmailAddress: ['ED@far.com'] });
    expect(list(source('contact', { mail: ['ed@far.com'] }), there)?.values).toEqual(['SMTP:ed@far.com', 'smtp:theirs@ours.com']);
    expect(list(source('contact', { mail: ['ed@new.com'] }), there)?.values).toEqual(['SMTP:ed@new.com', 'smtp:theirs@ours.com']);
  });
  it('of a group: the primary one only in a domain of ours, the old one stays as a further one', () => {
    expect(list(source('group', { mail: ['crew@ours.com'] }))?.values).toEqual(['SMTP:crew@ours.com']);
    expect(list(source('group', { mail: ['crew@corp.local'], proxyAddresses: ['smtp:crew@too.ours.com'] }))).toEqual({ values: ['smtp:crew@too.ours.com'], left: 1 });
    expect(list(source('group', { mail: ['crew@ours.com'] }), target('group', ['SMTP:old@ours.com', 'smtp:Crew@ours.com']))?.values).toEqual(['SMTP:crew@ours.com', 'smtp:old@ours.com']);
    expect(list(source('group', { mail: ['CREW@ours.com'] }), target('group', ['SMTP:Crew@ours.com', 'smtp:b@ours.com']))?.values).toEqual(['SMTP:Crew@ours.com', 'smtp:b@ours.com']);
    expect(list(source('group', { mail: ['crew@corp.local'] }))).toBeUndefined();
  });
});
