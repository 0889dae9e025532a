import type { SimulatorSeed } from '../../../electron/simulator/index.ts';
import { guidBytes, type OrganisationObject } from '../../servers/organisation.ts';

/** A source object and the objectGUID that its server gave it. */
export interface Source extends OrganisationObject { readonly guid: string }

/** Domain that the tenant was born with. */
export const INITIAL = 'simulated.onmicrosoft.com';
/** Domains that sign-in names may use, besides {@link INITIAL}. `corp.local` is not among them. */
export const VERIFIED = ['example.com', 'corp.example.com'] as const;

type User = NonNullable<SimulatorSeed['users']>[number];
type Group = NonNullable<SimulatorSeed['groups']>[number];
const TIME = '2025-02-03T04:05:06Z';
const idOf = (kind: number, n: number): string => `5eed000${kind}-0000-4000-8000-${String(n).padStart(12, '0')}`;
const of = (object: OrganisationObject, name: string): string => object.attributes[name]?.[0]?.trim() ?? '';

/** The anchor that a tenant holds for an object: Base64 of the bytes of mS-DS-ConsistencyGuid, else of objectGUID. */
export const anchorOf = (source: Source): string => source.attributes['mS-DS-ConsistencyGuid']?.[0] ?? guidBytes(source.guid).toString('base64');

/**
 * A tenant that was in use before the migration: accounts to be found by sign-in name, by address and by anchor, accounts that
 * must not be taken, and objects that the migration has nothing to do with.
 */
export function makeTenant(sources: readonly Source[]): SimulatorSeed {
  let count = 0;
  const users: User[] = [];
  const add = (properties: Record<string, unknown>, managerId?: string): string => {
    const id = idOf(1, ++count);
    users.push({ id, properties: { accountEnabled: true, userType: 'Member', createdDateTime: TIME, ...properties }, ...(managerId === undefined ? {} : { managerId }) });
    return id;
  };
  const address = (mail: string): Record<string, unknown> => ({ mail, proxyAddresses: [`SMTP:${mail}`] });
  // Only people whose name and address Microsoft 365 takes as they are; the twentieth and later, so that the top of the tree is created.
  const people = sources.filter((s) => /^u\d+$/.test(s.key) && s.key > 'u00019' && /^[\w.'-]+@corp\.example\.com$/.test(of(s, 'userPrincipalName')) && of(s, 'mail') !== '' && s.attributes['mS-DS-ConsistencyGuid'] === undefined);
  const anchored = sources.filter((s) => s.kind === 'user' && s.attributes['mS-DS-ConsistencyGuid'] !== undefined);
  let next = 0;
  const take = (): Source => {
    const person = people[next++];
    if (person === undefined) throw new Error('the organisation is too small for this tenant');
    return person;
  };

  const admin = add({ displayName: 'Tenant Administrator', mailNickname: 'admin', userPrincipalName: `admin@${INITIAL}` });
  const cloudOnly = Array.from({ length: 30 }, (_, i) => add({ displayName: `Cloud only ${i}`, mailNickname: `cloud${i}`, userPrincipalName: `cloud${i}@${INITIAL}`, department: 'Sky', ...(i % 3 === 0 ? address(`cloud${i}@example.com`) : {}) }, i > 4 ? idOf(1, 2 + (i % 4)) : undefined));
  // By sign-in name.
  const byName = Array.from({ length: 12 }, (_, i) => {
    const s = take();
    return add({
      displayName: i % 2 ? of(s, 'displayName') || s.cn : `Old name ${i}`, mailNickname: i % 3 ? of(s, 'sAMAccountName').toUpperCase() : `old${i}`, userPrincipalName: i % 4 ? of(s, 'userPrincipalName') : of(s, 'userPrincipalName').toUpperCase(),
      department: 'Old department', jobTitle: 'Kept unless the directory knows better', faxNumber: '+1 555 0100', accountEnabled: i !== 5, ...(i % 2 ? address(of(s, 'mail')) : {}), ...(i % 3 === 1 ? { usageLocation: 'FR' } : {}),
      ...(i === 3 ? { onPremisesImmutableId: anchorOf(s) } : {}), onPremisesExtensionAttributes: { extensionAttribute1: 'old', extensionAttribute15: 'kept' }, businessPhones: ['+1 555 0101'],
    }, i % 2 ? cloudOnly[i] : undefined);
  });
  // By primary address, with a name that changes.
  for (let i = 0; i < 8; i += 1) { const s = take(); const mail = s.attributes['proxyAddresses']?.find((a) => a.startsWith('SMTP:'))?.slice(5) ?? of(s, 'mail'); add({ displayName: `By mail ${i}`, mailNickname: `bymail${i}`, userPrincipalName: `bymail${i}@${INITIAL}`, ...address(i % 2 ? mail : mail.toUpperCase()), city: 'Old city', ...(i > 3 ? { usageLocation: 'FR' } : {}) }); }
  // By anchor.
  for (let i = 0; i < 8; i += 1) { const s = take(); add({ displayName: `By anchor ${i}`, mailNickname: `byanchor${i}`, userPrincipalName: `byanchor${i}@${INITIAL}`, onPremisesImmutableId: anchorOf(s), usageLocation: 'FR' }); }
  const [marked] = anchored;
  if (marked) add({ displayName: 'By consistency GUID', mailNickname: 'byguid', userPrincipalName: `byguid@${INITIAL}`, onPremisesImmutableId: anchorOf(marked) });
  // Not to be taken: an administrator, two with another anchor, one of another synchronisation.
  const chief = take();
  const chiefId = add({ displayName: of(chief, 'displayName'), mailNickname: 'chief', userPrincipalName: of(chief, 'userPrincipalName') });
  for (let i = 0; i < 2; i += 1) { const s = take(); add({ displayName: of(s, 'displayName'), mailNickname: `foreign${i}`, userPrincipalName: of(s, 'userPrincipalName'), onPremisesImmutableId: Buffer.from(`another anchor ${i}`).toString('base64') }); }
  const synced = take();
  add({ displayName: of(synced, 'displayName'), mailNickname: 'synced', userPrincipalName: of(synced, 'userPrincipalName'), onPremisesSyncEnabled: true });
  // Two accounts show one address: ambiguous. Only one can hold it.
  const doubled = take();
  add({ displayName: 'Doubled 1', mailNickname: 'doubled1', userPrincipalName: `doubled1@${INITIAL}`, ...address(of(doubled, 'mail')) });
  add({ displayName: 'Doubled 2', mailNickname: 'doubled2', userPrincipalName: `doubled2@${INITIAL}`, mail: of(doubled, 'mail') });
  // One account, two people: the one has its name, the other its address.
  const [first, second] = [take(), take()];
  add({ displayName: 'Shared', mailNickname: 'sharedone', userPrincipalName: of(first, 'userPrincipalName'), ...address(of(second, 'mail')) });
  // An address that somebody holds as a secondary one is no match and no free address either.
  const squatted = take();
  add({ displayName: 'Squatter', mailNickname: 'squatter', userPrincipalName: `squatter@${INITIAL}`, mail: 'squatter@example.com', proxyAddresses: ['SMTP:squatter@example.com', `smtp:${of(squatted, 'mail')}`] });
  // In the recycle bin, with the anchor.
  const deletedUsers: User[] = [take(), take()].map((s, i) => ({
    id: idOf(4, i), managerId: cloudOnly[0], properties: { accountEnabled: i === 0, userType: 'Member', createdDateTime: TIME, deletedDateTime: new Date(Date.now() - 86_400_000).toISOString(), displayName: `Gone ${i}`, mailNickname: `gone${i}`, userPrincipalName: i === 0 ? of(s, 'userPrincipalName') : `gone${i}@${INITIAL}`, onPremisesImmutableId: anchorOf(s), usageLocation: 'SE' },
  }));
  const stranger: User = { id: idOf(4, 9), properties: { accountEnabled: true, displayName: 'Left the company', mailNickname: 'left', userPrincipalName: `left@${INITIAL}`, deletedDateTime: new Date(Date.now() - 86_400_000).toISOString() } };

  const lists = sources.filter((s) => s.kind === 'group' && s.key.startsWith('list-') && of(s, 'mail') !== '');
  const mailSecurity = sources.find((s) => s.key === 'mes-01');
  let made = 0;
  const group = (properties: Record<string, unknown>, memberIds: readonly string[]): Group => ({ id: idOf(2, ++made), properties: { createdDateTime: TIME, groupTypes: [], mailEnabled: false, securityEnabled: true, ...properties }, memberIds: [...memberIds], ownerIds: cloudOnly.slice(0, 1) });
  const team = { mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'], visibility: 'Private' };
  const asTeam = lists[1];
  const asList = lists[2];
  const groupAddress = take();
  const groups: Group[] = [
    ...(asTeam ? [group({ displayName: 'Old team', mailNickname: 'oldteam', description: 'Kept', ...team, ...address(of(asTeam, 'mail')) }, [...cloudOnly.slice(0, 3), ...byName.slice(0, 2)])] : []),
    ...(asList ? [group({ displayName: 'A list of Exchange', mailNickname: 'exlist', mailEnabled: true, securityEnabled: false, ...address(of(asList, 'mail')) }, byName.slice(2, 4))] : []),
    ...(mailSecurity ? [group({ displayName: 'Mail security', mailNickname: 'mailsec', mailEnabled: true, ...address(of(mailSecurity, 'mail')) }, [])] : []),
    group({ displayName: 'Team with the address of a person', mailNickname: 'personteam', ...team, ...address(of(groupAddress, 'mail')) }, cloudOnly.slice(3, 5)),
    group({ displayName: 'Pilots', mailNickname: 'pilots', description: 'Cloud only' }, [...cloudOnly.slice(5, 12), ...byName.slice(4, 7)]),
    group({ displayName: 'Nobody', mailNickname: 'nobody' }, []),
  ];
  return {
    tenant: { id: 'ca05e0a1-51f0-4c1d-9a7e-0000000000aa', displayName: 'Corp Example', domains: [{ name: INITIAL, isInitial: true }, { name: 'example.com', isDefault: true }, { name: 'corp.example.com' }] },
    skus: [{ skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965', skuPartNumber: 'SPE_E3', enabled: 25 }],
    users, groups, deletedUsers: [...deletedUsers, stranger],
    contacts: [{ id: idOf(3, 1), properties: { displayName: 'Tax Adviser', mail: 'tax.adviser@partner.example', mailNickname: 'tax', proxyAddresses: ['SMTP:tax.adviser@partner.example'] } }],
    roles: [{ id: idOf(5, 1), roleTemplateId: '62e90394-69f5-4237-9190-012177145e10', displayName: 'Global Administrator', memberIds: [admin, chiefId] }],
  };
}
