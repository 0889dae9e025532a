import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSourceAnchor, sourceAnchorOf } from '../../../electron/simulator/identity/anchor.ts';
import { enabledPlans, effectiveLicences, planViolation, type AssignmentState } from '../../../electron/simulator/identity/licences.ts';
import { firstMailNickname } from '../../../electron/simulator/identity/mail-nickname.ts';
import { computeProxyAddresses, dropsUnverified, NOTHING_GIVEN, usableProxyAddress, type ProxyInput, type ProxyTenant } from '../../../electron/simulator/identity/proxy-addresses.ts';
import { plansOf, PUBLISHED_PLANS } from '../../../electron/simulator/identity/service-plans.ts';
import { judgeUserPrincipalName, routingAddress, userPrincipalNameFor, withDigits } from '../../../electron/simulator/identity/user-principal-name.ts';

const tenant: ProxyTenant = { initialDomain: 'born.onmicrosoft.com', isVerified: (d) => d === 'example.com' || d === 'born.onmicrosoft.com', isTaken: () => false, digits: () => '5236' };
const nothing: ProxyInput = { proxyAddresses: [], kept: [], current: [], given: NOTHING_GIVEN, userPrincipalName: 'ann@example.com', mailNickname: 'ann', licensed: false, onlyVerified: false, trigger: 'other' };

describe('source anchors', () => {
  it('are Base64 of the little-endian bytes of the GUID', () => {
    expect(sourceAnchorOf({ kind: 'user', objectGuid: '12345678-1234-1234-1234-1234567890ab' })).toBe('eFY0EjQSNBISNBI0VniQqw==');
  });
  it('come from mS-DS-ConsistencyGuid for users only', () => {
    const guids = { objectGuid: '00000000-0000-0000-0000-000000000001', consistencyGuid: '12345678-1234-1234-1234-1234567890ab' };
    expect(sourceAnchorOf({ kind: 'user', ...guids })).toBe('eFY0EjQSNBISNBI0VniQqw==');
    for (const kind of ['group', 'contact'] as const) expect(sourceAnchorOf({ kind, ...guids })).toBe('AAAAAAAAAAAAAAAAAAAAAQ==');
  });
  it.each([
    ['Base64 of 16 bytes', 'eFY0EjQSNBISNBI0VniQqw==', true], ['plain text', 'E12345', true], ['59 letters', 'a'.repeat(59), true], ['60 letters', 'a'.repeat(60), false],
    ['20 hyphens, each counting as three', '-'.repeat(20), false], ['19 hyphens', '-'.repeat(19), true], ['an at sign', 'a@b', false], ['an underscore', 'a_b', false], ['nothing', '', false],
  ])('may be %s or not', (_, value, allowed) => { expect(isSourceAnchor(value)).toBe(allowed); });
});

describe('mailNickname at the first synchronisation', () => {
  const all = { mailNickname: 'nick', proxyAddresses: ['smtp:second@example.com', 'SMTP:first@example.com'], mail: 'mail@example.com', userPrincipalName: 'upn@example.com' };
  it.each([
    ['mailNickname', all, 'nick'], ['the primary address', { ...all, mailNickname: undefined }, 'first'], ['mail', { ...all, mailNickname: undefined, proxyAddresses: ['smtp:second@example.com'] }, 'mail'],
    ['the user principal name', { proxyAddresses: ['smtp:second@example.com'], userPrincipalName: 'upn@example.com' }, 'upn'], ['a secondary address', { proxyAddresses: ['smtp:second@example.com'] }, 'second'], ['nothing', { proxyAddresses: [] }, undefined],
  ])('is taken from %s', (_, source, nickname) => { expect(firstMailNickname(source)).toBe(nickname); });
});

describe('user principal names', () => {
  const initial = { initialDomain: tenant.initialDomain, isVerified: tenant.isVerified };
  it.each([
    ['a verified suffix', 'ann@example.com', 'ann@example.com'], ['an unverified suffix', 'ann@elsewhere.example', 'nick@born.onmicrosoft.com'],
    ['white space', 'ann b@example.com', 'nick@born.onmicrosoft.com'], ['a line break', 'ann\n@example.com', 'nick@born.onmicrosoft.com'],
    ['an accent', 'josé@example.com', undefined], ['no at sign', 'ann', undefined], ['a plus sign', 'ann+b@example.com', undefined], ['a point at the end', 'ann.@example.com', undefined],
    ['65 characters before the at sign', `${'a'.repeat(65)}@example.com`, undefined], ['49 characters after it', `ann@${'a'.repeat(45)}.com`, undefined],
  ])('with %s', (_, name, expected) => { expect(userPrincipalNameFor(name, 'nick', initial)).toBe(expected); });

  it('of the fallback are always ones that can be used', () => {
    fc.assert(fc.property(fc.string(), fc.integer({ min: 0, max: 9999 }), (nickname, digits) => {
      const address = routingAddress(nickname, tenant.initialDomain);
      expect(judgeUserPrincipalName(address, tenant.isVerified)).toBe('as is');
      expect(judgeUserPrincipalName(withDigits(address, tenant.initialDomain, () => String(digits).padStart(4, '0'), () => false), tenant.isVerified)).toBe('as is');
    }));
  });
});

describe('four digits', () => {
  it('find an end, and stay a valid name, when ten thousand have the prefix already', () => {
    const asked: string[] = [];
    const isTaken = (candidate: string): boolean => { asked.push(candidate); return /^info\d{4}@/.test(candidate); };
    const name = withDigits('info@born.onmicrosoft.com', tenant.initialDomain, tenant.digits, isTaken);
    expect([name, asked.length]).toEqual(['info52365236@born.onmicrosoft.com', 1001]);
    expect(withDigits(`${'a'.repeat(64)}@x`, tenant.initialDomain, tenant.digits, () => false)).toBe(`${'a'.repeat(60)}5236@born.onmicrosoft.com`);
  });
});

describe('proxy addresses', () => {
  it.each([
    ['a reserved suffix', 'smtp:a@born.onmicrosoft.com', undefined], ['the other reserved suffix', 'smtp:a@x.microsoftonline.com', undefined], ['a hybrid suffix', 'smtp:a@born.mail.onmicrosoft.com', undefined],
    ['a legacy protocol', 'X400:c=NO;a= ;p=Org;o=Site;s=A', undefined], ['another legacy protocol', 'MSMAIL:ORG/SITE/A', undefined], ['no prefix', 'a@example.com', undefined],
    ['a space', 'smtp:a b@example.com', undefined], ['two at signs', 'smtp:a@b@example.com', undefined], ['a point before the at sign', 'smtp:a.@example.com', undefined], ['no domain', 'smtp:a', undefined],
    ['a mixed prefix', 'Smtp:a@example.com', 'smtp:a@example.com'], ['a primary one', 'SMTP:a@example.com', 'SMTP:a@example.com'], ['X500', 'X500:/o=Org/cn=a', 'X500:/o=Org/cn=a'], ['SIP', 'sip:a@elsewhere.example', 'sip:a@elsewhere.example'],
  ])('with %s are kept or dropped', (_, value, kept) => { expect(usableProxyAddress(value, () => true)).toBe(kept); });

  it.each([
    ['no licence', {}, false], ['a licence', { licensed: true }, true], ['msExchRemoteRecipientType', { remoteRecipientType: '4' }, true], ['a mailbox in the cloud', { cloudDisplayType: 0 }, true],
    ['a room', { cloudDisplayType: 7 }, true], ['a remote mail user', { cloudDisplayType: 6 }, false],
  ])('of unverified domains with %s', (_, object, dropped) => {
    const onlyVerified = dropsUnverified({ licensed: false, ...object });
    expect(onlyVerified).toBe(dropped);
    const { addresses } = computeProxyAddresses({ ...nothing, proxyAddresses: ['smtp:ann@elsewhere.example'], onlyVerified }, tenant);
    expect(addresses).toEqual(dropped ? [] : ['smtp:ann@elsewhere.example']);
  });

  it('take mail as primary address when there is none with SMTP, and keep one primary address', () => {
    expect(computeProxyAddresses({ ...nothing, mail: 'm@example.com', proxyAddresses: ['smtp:a@example.com'] }, tenant)).toMatchObject({ mail: 'm@example.com', addresses: ['SMTP:m@example.com', 'smtp:a@example.com'] });
    expect(computeProxyAddresses({ ...nothing, mail: 'm@example.com', proxyAddresses: ['SMTP:a@example.com', 'SMTP:b@example.com'] }, tenant)).toMatchObject({ mail: 'a@example.com', addresses: ['SMTP:a@example.com', 'smtp:b@example.com'] });
  });

  it('are the same for the same input, hold one primary address, which is mail, and nothing twice', () => {
    const address = fc.tuple(fc.constantFrom('SMTP', 'smtp'), fc.constantFrom('a', 'b', 'c', 'ann'), fc.constantFrom('example.com', 'elsewhere.example', 'born.onmicrosoft.com')).map(([p, n, d]) => `${p}:${n}@${d}`);
    fc.assert(fc.property(fc.array(address), fc.option(fc.constantFrom('m@example.com', 'a@example.com'), { nil: undefined }), fc.boolean(), fc.array(fc.constantFrom<string[]>('a@example.com', 'ann@example.com', 'ann@born.onmicrosoft.com')), (proxyAddresses, mail, licensed, taken) => {
      const crowded: ProxyTenant = { ...tenant, isTaken: (a) => taken.includes(a.replace(/^smtp:/i, '')) };
      const input: ProxyInput = { ...nothing, proxyAddresses, mail, licensed, onlyVerified: licensed };
      const result = computeProxyAddresses(input, crowded);
      const keys = result.addresses.map((a) => a.slice(5).toLowerCase());
      expect(new Set(keys).size).toBe(keys.length);
      expect(keys.filter((k) => taken.includes(k))).toEqual([]);
      expect(result.addresses.filter((a) => a.startsWith('SMTP:'))).toEqual(result.mail === null ? [] : [`SMTP:${result.mail}`]);
      if (licensed) expect(result.mail).not.toBeNull();
      expect(computeProxyAddresses({ ...input, current: result.addresses, given: result.given }, crowded)).toEqual(result);
    }));
  });

  it('get four digits when the routing address is taken', () => {
    const { addresses } = computeProxyAddresses({ ...nothing, licensed: true }, { ...tenant, isTaken: (a) => a === 'ann@born.onmicrosoft.com' });
    expect(addresses).toEqual(['SMTP:ann@example.com', 'smtp:ann5236@born.onmicrosoft.com']);
  });
});

describe('licences', () => {
  const state = (skuId: string, disabledPlans: readonly string[], more: Partial<AssignmentState> = {}): AssignmentState => ({ skuId, disabledPlans, assignedByGroup: null, state: 'Active', error: 'None', lastUpdatedDateTime: '', ...more });
  const product = (skuPartNumber: string) => ({ skuId: skuPartNumber, skuPartNumber, enabled: 1 });
  const plan = (name: string): string => Object.values(PUBLISHED_PLANS).flat().find((p) => p.servicePlanName === name)?.servicePlanId ?? '';

  it('switch a plan off only when every assignment does, and leave out assignments in error', () => {
    expect(effectiveLicences([state('a', ['1', '2']), state('a', ['2', '3'], { assignedByGroup: 'g' }), state('b', [], { state: 'Error' })])).toEqual([{ skuId: 'a', disabledPlans: ['2'] }]);
  });
  it('of the published products have no conflict inside, and their plans have different ids', () => {
    for (const skuPartNumber of Object.keys(PUBLISHED_PLANS).filter((n) => n !== 'MCOEV')) expect(planViolation(enabledPlans([{ skuId: skuPartNumber, disabledPlans: [] }], [product(skuPartNumber)]))).toBeUndefined();
    const ids = new Map(Object.values(PUBLISHED_PLANS).flat().map((p) => [p.servicePlanId, p.servicePlanName]));
    expect(new Set(ids.values()).size).toBe(ids.size);
  });
  it('conflict with two plans of Exchange, and need what a plan depends on', () => {
    const both = enabledPlans([{ skuId: 'EXCHANGESTANDARD', disabledPlans: [] }, { skuId: 'EXCHANGEENTERPRISE', disabledPlans: [] }], [product('EXCHANGESTANDARD'), product('EXCHANGEENTERPRISE')]);
    expect(planViolation(both)).toEqual({ kind: 'MutuallyExclusiveViolation', plans: [plan('EXCHANGE_S_STANDARD'), plan('EXCHANGE_S_ENTERPRISE')] });
    expect(planViolation(new Set([plan('MCOEV')]))).toMatchObject({ kind: 'DependencyViolation', plan: plan('MCOEV') });
  });
  it('take the plans of the seed before the published ones', () => {
    expect(plansOf({ ...product('SPE_E3'), servicePlans: [] })).toEqual([]);
    expect(plansOf(product('spe_e3')).map((p) => p.servicePlanName)).toContain('EXCHANGE_S_ENTERPRISE');
    expect(plansOf(product('UNHEARD_OF'))).toEqual([]);
  });
});
