import type { SeedUser } from '../seed.ts';
import { CREATED, INITIAL_DOMAIN, SKU_ID, type TenantDraft } from './draft.ts';

const times = (count: number, make: (i: number) => void): void => { for (let i = 0; i < count; i++) make(i); };

/** A cloud user of the draft, not yet added. `more` replaces. */
export function cloudUser(draft: TenantDraft, name: string, displayName: string, more: Record<string, unknown> = {}): SeedUser {
  return { id: draft.id(), properties: { accountEnabled: true, displayName, mailNickname: name, userPrincipalName: `${name}@${draft.domain}`, userType: 'Member', createdDateTime: CREATED, ...more } };
}

/** Organisational contacts with addresses outside the tenant. */
export function contactsOutside(draft: TenantDraft, count: number): void {
  times(count, (i) => {
    const mail = `contact${i}@partner.example`;
    draft.contacts.push({ id: draft.id(), properties: { displayName: `Contact ${i}`, givenName: 'Contact', surname: String(i), mailNickname: `contact${i}`, mail, proxyAddresses: [`SMTP:${mail}`], companyName: 'Partner' } });
  });
}

/** Users with mailboxes. Every tenth is no person's: a shared, a room or an equipment mailbox without a licence, its account disabled. */
export function addMailboxes(draft: TenantDraft, count: number): void {
  times(count, (i) => {
    const name = `mailbox${i}`;
    const kind = i % 10 === 9 ? ['SharedMailbox', 'RoomMailbox', 'EquipmentMailbox'][Math.floor(i / 10) % 3] ?? 'SharedMailbox' : 'UserMailbox';
    const isPerson = kind === 'UserMailbox';
    const mail = `${name}@${draft.domain}`;
    const user = cloudUser(draft, name, `Mailbox ${i}`, {
      accountEnabled: isPerson, mail, proxyAddresses: [`SMTP:${mail}`, ...(draft.domain === INITIAL_DOMAIN ? [] : [`smtp:${name}@${INITIAL_DOMAIN}`])], usageLocation: 'NO',
      ...(isPerson ? { assignedLicenses: [{ skuId: SKU_ID, disabledPlans: [] }] } : {}),
    });
    draft.users.push({ ...user, exchange: { recipientTypeDetails: kind, exchangeGuid: draft.id() } });
  });
}

/** Users and groups that another directory synchronisation masters, so that nobody else can write them. */
export function addSynced(draft: TenantDraft, count: number): void {
  const sid = (rid: number): string => `S-1-5-21-1004336348-1177238915-682003330-${rid}`;
  const synced = (rid: number) => ({ onPremisesSyncEnabled: true, onPremisesSecurityIdentifier: sid(rid), onPremisesLastSyncDateTime: CREATED });
  const first = draft.users.length;
  times(count, (i) => {
    const name = `synced${i}`;
    const mail = `${name}@${draft.domain}`;
    draft.users.push(cloudUser(draft, name, `Synced ${i}`, {
      mail, proxyAddresses: [`SMTP:${mail}`], onPremisesImmutableId: Buffer.from(draft.id().replaceAll('-', ''), 'hex').toString('base64'), onPremisesSamAccountName: name, onPremisesDomainName: 'old.example.com',
      onPremisesUserPrincipalName: `${name}@old.example.com`, onPremisesDistinguishedName: `CN=Synced ${i},OU=People,DC=old,DC=example,DC=com`, ...synced(1200 + i),
    }));
  });
  times(Math.ceil(count / 10), (g) => {
    draft.groups.push({
      id: draft.id(), memberIds: draft.users.slice(first + g * 10, first + g * 10 + 10).map((u) => u.id), ownerIds: [],
      properties: { displayName: `Synced group ${g}`, mailNickname: `syncedgroup${g}`, mailEnabled: false, securityEnabled: true, groupTypes: [], onPremisesSamAccountName: `syncedgroup${g}`, createdDateTime: CREATED, ...synced(1_000_000 + g) },
    });
  });
}

/** People of other organisations, invited. */
export function guestUsers(draft: TenantDraft, count: number): void {
  times(count, (i) => {
    const mail = `guest${i}@partner.example`;
    draft.users.push(cloudUser(draft, `guest${i}_partner.example#EXT#`, `Guest ${i}`, {
      userPrincipalName: `guest${i}_partner.example#EXT#@${INITIAL_DOMAIN}`, mail, otherMails: [mail], proxyAddresses: [`SMTP:${mail}`], userType: 'Guest', creationType: 'Invitation', externalUserState: 'Accepted',
    }));
  });
}

/** Users in the recycle bin; their addresses stay taken. */
export function deletedHolders(draft: TenantDraft, count: number): void {
  times(count, (i) => {
    const mail = `gone${i}@${draft.domain}`;
    draft.deletedUsers.push(cloudUser(draft, `gone${i}`, `Gone ${i}`, { mail, proxyAddresses: [`SMTP:${mail}`, `smtp:left${i}@${draft.domain}`] }));
  });
}

/** Groups that only Exchange can write. @param size members of each, from the first users on. */
export function distributionLists(draft: TenantDraft, count: number, size: number): void {
  const people = draft.users.slice(1, 1 + size).map((u) => u.id);
  times(count, (i) => {
    const mail = `list${i}@${draft.domain}`;
    draft.groups.push({
      id: draft.id(), memberIds: people, ownerIds: [],
      properties: { displayName: `List ${i}`, mailNickname: `list${i}`, mailEnabled: true, securityEnabled: i % 2 === 1, groupTypes: [], mail, proxyAddresses: [`SMTP:${mail}`], createdDateTime: CREATED },
    });
  });
}

/** Holders of a directory role, whom an application cannot change. */
export function addAdministrators(draft: TenantDraft, count: number): void {
  times(count, (i) => {
    const user = cloudUser(draft, `admin${i}`, `Administrator ${i}`);
    draft.users.push(user);
    draft.administrators.push(user.id);
  });
}
