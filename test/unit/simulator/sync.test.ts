import { describe, expect, it } from 'vitest';
import { ADMIN, bare, exportedUser, hybrid, shown, type Hybrid } from './sync-support.ts';
import type { SimulatorSeed } from '../../../electron/simulator/seed.ts';

const CLOUD = 'eeeeeeee-0000-4000-8000-00000000000b';
const GROUP = 'eeeeeeee-0000-4000-8000-0000000000d1';
const LIST = 'eeeeeeee-0000-4000-8000-0000000000d2';
/** A cloud account to be matched. */
const cloud = (properties: Readonly<Record<string, unknown>> = {}) => ({
  id: CLOUD, properties: { accountEnabled: true, displayName: 'Cloud', mailNickname: 'cloud', userPrincipalName: 'cloud@example.com', mail: 'cloud@example.com', proxyAddresses: ['SMTP:cloud@example.com', 'smtp:second@example.com'], city: 'Oslo', ...properties },
});
const withCloud = (properties: Readonly<Record<string, unknown>> = {}, features: SimulatorSeed['tenant']['synchronisation'] = {}, more: Partial<SimulatorSeed> = {}): Hybrid =>
  hybrid({ users: [...bare.users ?? [], cloud(properties)], tenant: { ...bare.tenant, synchronisation: features }, ...more });
const groups: Partial<SimulatorSeed> = {
  groups: [
    { id: GROUP, properties: { displayName: 'Plain', mailNickname: 'plain', mailEnabled: false, securityEnabled: true, groupTypes: [] }, memberIds: [] },
    { id: LIST, properties: { displayName: 'List', mailNickname: 'list', mailEnabled: true, securityEnabled: false, groupTypes: [], mail: 'list@example.com', proxyAddresses: ['SMTP:list@example.com'] }, memberIds: [CLOUD] },
  ],
};

describe('matching', () => {
  it('matches by source anchor and takes over: values of the directory overwrite, what it does not have stays', () => {
    const { one } = withCloud({ onPremisesImmutableId: 'ANCHOR' });
    const { result, object } = one(exportedUser('ANCHOR', { displayName: 'From AD', userPrincipalName: 'ad@example.com', onPremisesSamAccountName: 'ad', onPremisesDistinguishedName: 'CN=ad,DC=corp', onPremisesDomainName: 'corp.example.com', onPremisesSecurityIdentifier: 'S-1-5-21-1-2-3-1001' }));
    expect(result).toMatchObject({ outcome: 'hard matched', id: CLOUD, error: null, quarantined: [] });
    expect(object.properties).toMatchObject({
      displayName: 'From AD', userPrincipalName: 'ad@example.com', city: 'Oslo', onPremisesSyncEnabled: true, onPremisesImmutableId: 'ANCHOR', onPremisesUserPrincipalName: 'ad@example.com', onPremisesSamAccountName: 'ad',
      onPremisesDistinguishedName: 'CN=ad,DC=corp', onPremisesDomainName: 'corp.example.com', onPremisesSecurityIdentifier: 'S-1-5-21-1-2-3-1001', onPremisesLastSyncDateTime: '2026-01-01T00:00:00Z',
      proxyAddresses: ['SMTP:cloud@example.com', 'smtp:second@example.com'],
    });
  });

  it('soft matches an account of before whose anchor was cleared', () => {
    const h = hybrid();
    const { object } = h.one(exportedUser('A1', { proxyAddresses: ['SMTP:ann@example.com'] }));
    h.sync({ type: 'user', sourceAnchor: 'A1', operation: 'delete' });
    h.directory.restore(object);
    const { onPremisesImmutableId: _, ...rest } = object.properties;
    h.directory.update(object, rest);
    const { result } = h.one(exportedUser('A2', { proxyAddresses: ['SMTP:ann@example.com'] }));
    expect(result).toMatchObject({ outcome: 'soft matched', id: object.id, error: null });
    expect(object.properties).toMatchObject({ onPremisesImmutableId: 'A2', onPremisesSyncEnabled: true, proxyAddresses: ['SMTP:ann@example.com'] });
  });

  it('compares source anchors with regard to case', () => {
    const { sync } = withCloud({ onPremisesImmutableId: 'anchor' });
    expect(sync(exportedUser('ANCHOR'))[0]).toMatchObject({ outcome: 'created' });
  });

  it.each([
    ['user principal name', { userPrincipalName: 'CLOUD@example.com' }, 'soft matched'],
    ['primary address', { proxyAddresses: ['SMTP:Cloud@example.com'] }, 'soft matched'],
    ['a primary address that is a secondary one there', { proxyAddresses: ['SMTP:second@example.com'] }, 'created'],
    ['a secondary address', { proxyAddresses: ['smtp:cloud@example.com'] }, 'created'],
    ['mail alone', { mail: 'cloud@example.com' }, 'created'],
  ])('soft match by %s', (_, attributes, outcome) => {
    const { sync, directory } = withCloud();
    const [result] = sync(exportedUser('NEW', attributes));
    expect(result).toMatchObject({ outcome, error: null });
    expect(result?.id === CLOUD).toBe(outcome === 'soft matched');
    expect(directory.holderOfAnchor('NEW')).toBe(result?.id);
    expect(sync(exportedUser('NEW', { ...attributes, displayName: 'Again' }))[0]).toMatchObject({ outcome: 'updated', id: result?.id });
  });

  it('replaces addresses as a whole when the directory has some', () => {
    const { one } = withCloud();
    const { object } = one(exportedUser('NEW', { userPrincipalName: 'cloud@example.com', mailNickname: 'new', proxyAddresses: ['SMTP:new@example.com'] }));
    expect(shown(object)).toEqual({ mail: 'new@example.com', mailNickname: 'new', proxyAddresses: ['SMTP:new@example.com'], userPrincipalName: 'cloud@example.com' });
  });

  it.each([
    ['another source anchor', { onPremisesImmutableId: 'OTHER' }, {}], ['another synchronisation', { onPremisesSyncEnabled: true }, {}], ['soft match blocked', {}, { blockSoftMatch: true }],
  ])('does not soft match with %s: the name goes into quarantine', (_, properties, features) => {
    const { one } = withCloud(properties, features);
    const { result, object } = one(exportedUser('NEW', { userPrincipalName: 'cloud@example.com' }));
    expect(result).toMatchObject({ outcome: 'created', error: null, quarantined: [{ propertyCausingError: 'UserPrincipalName', value: 'cloud@example.com' }] });
    expect(object.properties['userPrincipalName']).toMatch(/^cloud\d{4}@born\.onmicrosoft\.com$/);
  });

  it('matches new objects only: an object that is already synchronised gets the value into quarantine', () => {
    const { sync } = withCloud();
    sync(exportedUser('NEW'));
    expect(sync(exportedUser('NEW', { userPrincipalName: 'cloud@example.com' }))[0]).toMatchObject({ outcome: 'updated', quarantined: [{ propertyCausingError: 'UserPrincipalName' }] });
  });

  it('never matches an administrator: a second account appears in quarantine', () => {
    const { one, sync, directory } = hybrid();
    const { result, object } = one(exportedUser('NEW', { userPrincipalName: 'admin@example.com' }));
    expect(result).toMatchObject({ outcome: 'created', error: { code: 'ExistingAdminRoleConflict' }, quarantined: [{ propertyCausingError: 'UserPrincipalName', value: 'admin@example.com' }] });
    expect(object.id).not.toBe(ADMIN);
    const admin = directory.user.get(ADMIN);
    if (admin) directory.update(admin, { ...admin.properties, onPremisesImmutableId: 'HARD' });
    expect(sync(exportedUser('HARD'))).toMatchObject([{ outcome: 'failed', error: { code: 'ExistingAdminRoleConflict' } }]);
  });

  it('never matches groups without mail, and groups with mail by their addresses', () => {
    const { sync, directory } = hybrid({ users: [...bare.users ?? [], cloud()], ...groups });
    const plain = { type: 'group' as const, sourceAnchor: 'G1', attributes: { displayName: 'Plain', mailNickname: 'plain', securityEnabled: true } };
    const list = { type: 'group' as const, sourceAnchor: 'G2', attributes: { displayName: 'List of AD', proxyAddresses: ['SMTP:list@example.com'] }, members: [] };
    expect(sync(plain, list)).toMatchObject([{ outcome: 'created' }, { outcome: 'soft matched', id: LIST }]);
    expect(directory.group.get(LIST)?.properties).toMatchObject({ displayName: 'List of AD', mailEnabled: true, onPremisesSyncEnabled: true });
    expect(directory.group.get(LIST)?.members?.size).toBe(0);
  });

  it('matches contacts by their addresses', () => {
    const id = 'eeeeeeee-0000-4000-8000-0000000000c1';
    const { sync, directory } = hybrid({ contacts: [{ id, properties: { displayName: 'Partner', mail: 'p@partner.example', mailNickname: 'p', proxyAddresses: ['SMTP:p@partner.example'] } }] });
    expect(sync({ type: 'contact', sourceAnchor: 'C1', attributes: { displayName: 'Partner', proxyAddresses: ['SMTP:p@partner.example'], targetAddress: 'SMTP:p@partner.example' } })).toMatchObject([{ outcome: 'soft matched', id }]);
    expect(directory.contact.get(id)?.exchange).toEqual({ recipientTypeDetails: 'MailContact', externalEmailAddress: 'SMTP:p@partner.example' });
  });

  it('finds a deleted user of before by its anchor and restores it, with its name when that is still free', () => {
    const { one, sync, directory } = hybrid();
    const { object } = one(exportedUser('A1', { city: 'Oslo' }));
    expect(sync({ type: 'user', sourceAnchor: 'A1', operation: 'delete' })).toMatchObject([{ outcome: 'deleted', id: object.id }]);
    expect([object.place, object.properties['onPremisesSyncEnabled']]).toEqual(['bin', false]);
    expect(one(exportedUser('A1')).result).toMatchObject({ outcome: 'restored', id: object.id, quarantined: [] });
    expect(object.properties).toMatchObject({ userPrincipalName: 'a1@example.com', onPremisesSyncEnabled: true });
    expect(object.properties['city']).toBeUndefined();
    sync({ type: 'user', sourceAnchor: 'A1', operation: 'delete' });
    const other = one(exportedUser('B1', { userPrincipalName: 'a1@example.com' })).object;
    const back = one(exportedUser('A1'));
    expect(back.result).toMatchObject({ outcome: 'restored', id: object.id, quarantined: [{ value: 'a1@example.com' }] });
    expect([other.properties['userPrincipalName'], object.properties['userPrincipalName']]).toEqual(['a1@example.com', expect.stringMatching(/^a1\d{4}@born\./)]);
    expect(directory.holderOfUpn('a1@example.com')).toBe(other.id);
  });
});

describe('export errors', () => {
  const must = (h: Hybrid, ...objects: Parameters<Hybrid['sync']>) => h.sync(...objects).map((r) => r.error?.code ?? r.outcome);

  it('InvalidHardMatch: hard match is blocked, for a cloud account and for one in the recycle bin', () => {
    const h = withCloud({ onPremisesImmutableId: 'ANCHOR' }, { blockCloudObjectTakeoverThroughHardMatch: true });
    expect(must(h, exportedUser('ANCHOR'))).toEqual(['InvalidHardMatch']);
    expect(must(h, exportedUser('A1'), { type: 'user', sourceAnchor: 'A1', operation: 'delete' })).toEqual(['created', 'deleted']);
    expect(must(h, exportedUser('A1'))).toEqual(['InvalidHardMatch']);
  });
  it('InvalidSoftMatch and AttributeValueMustBeUnique: in a tenant without quarantine', () => {
    const h = withCloud({ onPremisesImmutableId: 'OTHER' }, { quarantine: false });
    expect(must(h, exportedUser('NEW', { userPrincipalName: 'cloud@example.com' }))).toEqual(['InvalidSoftMatch']);
    expect(must(h, exportedUser('A1'), exportedUser('B1', { proxyAddresses: ['smtp:second@example.com'] }))).toEqual(['created', 'AttributeValueMustBeUnique']);
    expect(must(h, exportedUser('A1', { userPrincipalName: 'cloud@example.com' }))).toEqual(['AttributeValueMustBeUnique']);
  });
  it('AttributeValueMustBeUnique: duplicates of other address types know no quarantine', () => {
    const h = hybrid();
    expect(must(h, exportedUser('A1', { proxyAddresses: ['X500:/o=Org/cn=a'] }), exportedUser('B1', { proxyAddresses: ['x500:/o=Org/cn=a'] }))).toEqual(['created', 'AttributeValueMustBeUnique']);
    expect(h.directory.user.size).toBe(2);
  });
  it('ObjectTypeMismatch: the primary address or the anchor belongs to another class', () => {
    const h = hybrid({ users: [...bare.users ?? [], cloud()], ...groups });
    expect(must(h, exportedUser('NEW', { proxyAddresses: ['SMTP:list@example.com'] }), { type: 'contact', sourceAnchor: 'C1', attributes: { displayName: 'C', proxyAddresses: ['SMTP:cloud@example.com'] } })).toEqual(['ObjectTypeMismatch', 'ObjectTypeMismatch']);
    expect(must(h, exportedUser('A1'), { type: 'group', sourceAnchor: 'A1', attributes: { displayName: 'G', securityEnabled: true } })).toEqual(['created', 'ObjectTypeMismatch']);
    expect(must(h, exportedUser('JOE', { userPrincipalName: 'list@example.com', proxyAddresses: ['smtp:list@example.com'] }))).toEqual(['AttributeValueMustBeUnique']);
  });
  it.each([
    ['no user principal name', { userPrincipalName: undefined }, 'IdentityDataValidationFailed'], ['an accent in it', { userPrincipalName: 'josé@example.com' }, 'IdentityDataValidationFailed'],
    ['an attribute that is none', { favouriteColour: 'red' }, 'IdentityDataValidationFailed'], ['an attribute of the cloud', { assignedLicenses: ['x'] }, 'IdentityDataValidationFailed'],
    ['a value of a wrong type', { accountEnabled: 'TRUE' }, 'IdentityDataValidationFailed'], ['16 certificates', { userCertificate: Array.from({ length: 16 }, String) }, 'LargeObject'],
    ['301 addresses', { proxyAddresses: Array.from({ length: 301 }, (_, i) => `smtp:a${i}@example.com`) }, 'LargeObject'], ['a long address', { proxyAddresses: [`smtp:${'a'.repeat(250)}@example.com`] }, 'ExceededAllowedLength'],
    ['a long department', { department: 'x'.repeat(65) }, 'ExceededAllowedLength'],
  ])('a user with %s', (_, attributes, code) => {
    const { sync, directory } = hybrid();
    expect(sync(exportedUser('A1', attributes))).toMatchObject([{ outcome: 'failed', id: null, error: { code } }]);
    expect(directory.user.size).toBe(1);
  });
  it('IdentityDataValidationFailed: a bad source anchor, a contact without address, a group that is neither', () => {
    expect(must(hybrid(), exportedUser('A!'), { type: 'contact', sourceAnchor: 'C1', attributes: { displayName: 'C' } }, { type: 'group', sourceAnchor: 'G1', attributes: { displayName: 'G' } }))
      .toEqual(['IdentityDataValidationFailed', 'IdentityDataValidationFailed', 'IdentityDataValidationFailed']);
  });
  it('SourceAnchorChanged: the object that the client means has another anchor', () => {
    const h = hybrid();
    const { object } = h.one(exportedUser('A1'));
    expect(h.sync(exportedUser('A2', {}, { cloudId: object.id }))).toMatchObject([{ outcome: 'failed', error: { code: 'SourceAnchorChanged', message: 'SourceAnchor attribute has changed.' } }]);
  });
  it('error 114: a deletion of a cloud object, or of one that is not there', () => {
    const h = withCloud({ onPremisesImmutableId: 'ANCHOR' });
    expect(must(h, { type: 'user', sourceAnchor: 'ANCHOR', operation: 'delete' }, { type: 'user', sourceAnchor: 'NONE', operation: 'delete' })).toEqual(['DeleteNotValid', 'DeleteNotValid']);
    expect(h.directory.user.has(CLOUD)).toBe(true);
  });
});

describe('quarantine', () => {
  it('keeps a duplicate address away, writes everything else, and heals within an hour once the holder is gone for good', () => {
    const { sync, one, directory, advance } = hybrid();
    const holder = one(exportedUser('A1', { proxyAddresses: ['SMTP:shared@example.com'] })).object;
    const { object, result } = one(exportedUser('B1', { city: 'Oslo', proxyAddresses: ['SMTP:b@example.com', 'smtp:shared@example.com'] }));
    expect(result.quarantined).toEqual([{ category: 'PropertyConflict', propertyCausingError: 'ProxyAddress', value: 'smtp:shared@example.com', occurredDateTime: '2026-01-01T00:00:00.000Z' }]);
    expect(object.properties).toMatchObject({ city: 'Oslo', proxyAddresses: ['SMTP:b@example.com'], onPremisesProvisioningErrors: result.quarantined });
    sync({ type: 'user', sourceAnchor: 'A1', operation: 'delete' });
    advance(3600_000);
    expect(object.properties['proxyAddresses']).toEqual(['SMTP:b@example.com']);
    directory.purge(holder);
    advance(3599_000);
    expect(object.properties['proxyAddresses']).toEqual(['SMTP:b@example.com']);
    advance(1000);
    expect(object.properties).toMatchObject({ proxyAddresses: ['SMTP:b@example.com', 'smtp:shared@example.com'] });
    expect(object.properties['onPremisesProvisioningErrors']).toBeUndefined();
  });

  it('gives a duplicate name a placeholder, keeps it over exports, and heals when the holder is deleted', () => {
    const { one, sync, advance } = hybrid();
    one(exportedUser('A1', { userPrincipalName: 'same@example.com' }));
    const { object } = one(exportedUser('B1', { userPrincipalName: 'same@example.com' }));
    const placeholder = object.properties['userPrincipalName'];
    expect(placeholder).toMatch(/^same\d{4}@born\.onmicrosoft\.com$/);
    expect(sync(exportedUser('B1', { userPrincipalName: 'same@example.com' }))).toMatchObject([{ outcome: 'unchanged' }]);
    advance(3600_000);
    expect(object.properties['userPrincipalName']).toBe(placeholder);
    sync({ type: 'user', sourceAnchor: 'A1', operation: 'delete' });
    advance(3600_000);
    expect(object.properties).toMatchObject({ userPrincipalName: 'same@example.com', onPremisesUserPrincipalName: 'same@example.com' });
    expect(object.properties['onPremisesProvisioningErrors']).toBeUndefined();
  });

  it('holds between users, groups and contacts', () => {
    const { sync, directory } = hybrid();
    const results = sync(
      exportedUser('A1', { proxyAddresses: ['SMTP:a1@example.com', 'smtp:one@example.com'] }),
      { type: 'group', sourceAnchor: 'G1', attributes: { displayName: 'G', securityEnabled: true, proxyAddresses: ['SMTP:g1@example.com', 'smtp:one@example.com'] } },
      { type: 'contact', sourceAnchor: 'C1', attributes: { displayName: 'C', proxyAddresses: ['SMTP:c1@example.com', 'smtp:one@example.com', 'smtp:g1@example.com'] } },
    );
    expect(results.map((r) => r.quarantined.map((q) => q.value))).toEqual([[], ['smtp:one@example.com'], ['smtp:one@example.com', 'smtp:g1@example.com']]);
    expect(directory.holderOfAddress('one@example.com')).toBe(results[0]?.id);
  });
});

describe('synchronised objects', () => {
  it('clear what is no longer exported, and change nothing without a change', () => {
    const { one, sync, directory } = hybrid();
    const { object } = one(exportedUser('A1', { city: 'Oslo', extensionAttribute3: 'x', department: 'Sales' }));
    expect(object.properties).toMatchObject({ city: 'Oslo', onPremisesExtensionAttributes: { extensionAttribute3: 'x' } });
    const version = directory.changes;
    expect(sync(exportedUser('A1', { city: 'Oslo', extensionAttribute3: 'x', department: 'Sales' }))).toMatchObject([{ outcome: 'unchanged' }]);
    expect(directory.changes).toBe(version);
    one(exportedUser('A1', { department: 'Sales' }));
    expect([object.properties['city'], object.properties['onPremisesExtensionAttributes'], object.properties['department']]).toEqual([undefined, undefined, 'Sales']);
  });

  it('are deleted: users softly, groups and contacts for good', () => {
    const { sync, directory } = hybrid();
    const made = sync(exportedUser('A1'), { type: 'group', sourceAnchor: 'G1', attributes: { displayName: 'G', securityEnabled: true } }, { type: 'contact', sourceAnchor: 'C1', attributes: { displayName: 'C', mail: 'c@partner.example' } });
    sync({ type: 'user', sourceAnchor: 'A1', operation: 'delete' }, { type: 'group', sourceAnchor: 'G1', operation: 'delete' }, { type: 'contact', sourceAnchor: 'C1', operation: 'delete' });
    expect(made.map((r) => directory.any(r.id ?? '')?.place)).toEqual(['bin', undefined, undefined]);
  });

  it('refer to managers and members by source anchor, in any order', () => {
    const { sync, directory } = hybrid();
    const exported = [
      { type: 'group' as const, sourceAnchor: 'G1', attributes: { displayName: 'G', securityEnabled: true }, members: ['A1', 'B1', 'GONE'] },
      exportedUser('A1', {}, { manager: 'B1' }), exportedUser('B1', {}, { manager: null }),
    ];
    const [group, a, b] = sync(...exported);
    expect(group?.unresolved).toEqual(['GONE']);
    expect(directory.user.get(a?.id ?? '')?.manager).toBe(b?.id);
    expect([...directory.group.get(group?.id ?? '')?.members ?? []]).toEqual([a?.id, b?.id]);
    sync({ type: 'group', sourceAnchor: 'G1', attributes: { displayName: 'G', securityEnabled: true }, members: ['B1'] }, exportedUser('A1', {}, { manager: null }));
    expect([...directory.group.get(group?.id ?? '')?.members ?? []]).toEqual([b?.id]);
    expect(directory.user.get(a?.id ?? '')?.manager).toBeNull();
  });

  it('are mail users in Exchange when they have a target address or a mailbox on premises, and get no mailbox by a licence before it is moved', () => {
    const { one, license } = hybrid();
    const guid = '11111111-2222-3333-4444-555555555555';
    const { object } = one(exportedUser('A1', { mailNickname: 'a1', mail: 'a1@example.com', targetAddress: 'SMTP:a1@old.example.com', msExchMailboxGuid: guid }));
    expect(object.exchange).toEqual({ recipientTypeDetails: 'MailUser', externalEmailAddress: 'SMTP:a1@old.example.com', exchangeGuid: guid });
    license(object.id, 'on');
    expect(object.exchange).toMatchObject({ recipientTypeDetails: 'MailUser' });
    expect(shown(object).proxyAddresses).toEqual(['SMTP:a1@example.com', 'smtp:a1@born.onmicrosoft.com']);
    expect(one(exportedUser('B1', { mail: 'b1@example.com', targetAddress: 'SMTP:b1@old.example.com' })).object.exchange).toBeNull();
  });

  it('get a routing address of their new nickname with their new name, and keep the one of before', () => {
    const { one, license } = hybrid();
    const { object } = one(exportedUser('A1', { mailNickname: 'ann' }));
    license(object.id, 'on');
    one(exportedUser('A1', { mailNickname: 'ann2026' }));
    expect(shown(object).proxyAddresses).toEqual(['SMTP:a1@example.com', 'smtp:ann@born.onmicrosoft.com']);
    one(exportedUser('A1', { mailNickname: 'ann2026', userPrincipalName: 'a2@example.com' }));
    expect(shown(object).proxyAddresses).toEqual(['SMTP:a1@example.com', 'smtp:a2@example.com', 'smtp:ann2026@born.onmicrosoft.com', 'smtp:ann@born.onmicrosoft.com']);
  });

  it('lose addresses of unverified domains when they get a licence', () => {
    const { one, license } = hybrid();
    const { object } = one(exportedUser('A1', { proxyAddresses: ['SMTP:a1@example.com', 'smtp:a1@elsewhere.example'] }));
    expect(shown(object).proxyAddresses).toContain('smtp:a1@elsewhere.example');
    license(object.id, 'on');
    expect(shown(object).proxyAddresses).not.toContain('smtp:a1@elsewhere.example');
  });

  it.each([['with a primary address on premises', { proxyAddresses: ['SMTP:first@example.com'] }, 'first@example.com'], ['without one', {}, 'a1@example.com']])('get their new name as a secondary address when they have a licence, %s', (_, attributes, primary) => {
    const { one, license } = hybrid();
    const { object } = one(exportedUser('A1', attributes));
    license(object.id, 'on');
    one(exportedUser('A1', { ...attributes, userPrincipalName: 'renamed@example.com' }));
    expect(shown(object)).toMatchObject({ mail: primary, proxyAddresses: expect.arrayContaining([`SMTP:${primary}`, 'smtp:a1@example.com', 'smtp:renamed@example.com'].filter((a) => a !== `smtp:${primary}`)) });
  });
});
