import { guidBytes } from '../../../../electron/simulator/demo/identifiers.ts';
import { seedTenant, type SimulatorSeed } from '../../../../electron/simulator/index.ts';
import { existingContact, existingGroup } from '../exchange-works.ts';
import { account, cloudId, guid } from '../works.ts';
import { CONTACTS, GROUPS, PEOPLE, type World } from './organisation.ts';

/** Products of the tenant: with a mailbox and without. */
export const SKUS = [
  { skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965', skuPartNumber: 'SPE_E3', enabled: 50 }, { skuId: '4b9405b0-7788-4568-add1-99614e613b69', skuPartNumber: 'EXCHANGESTANDARD', enabled: 50 },
  { skuId: 'a403ebcc-fae0-4ca2-8c8c-7a907fd6c235', skuPartNumber: 'POWER_BI_STANDARD', enabled: 50 },
] as const;

/** The tenant that an organisation moves to: some of its objects are there already, with other values, members and holders. */
export function tenantOf({ people, groups, contacts }: World): SimulatorSeed {
  const accounts = PEOPLE.flatMap(([alias, n], i) => {
    const given = people[i];
    if (given === undefined || given.there === 'no') return [];
    const mail = `${alias}@example.com`;
    const hasMail = given.there === 'mailbox' || given.there === 'mail user';
    const seeded = account(n, alias, {
      jobTitle: 'Trainee', city: 'Rome', ...(given.heldBefore.length < 2 ? { usageLocation: 'SE' } : {}), ...(hasMail ? { mail, proxyAddresses: [`SMTP:${mail}`] } : {}),
      ...(given.heldBefore.length === 1 ? { assignedLicenses: [{ skuId: SKUS[2].skuId, disabledPlans: [] }] } : {}), ...(given.there === 'in the recycle bin' ? { onPremisesImmutableId: guidBytes(guid(n)).toString('base64') } : {}),
    });
    const permissions = given.heldBefore.flatMap((holder) => (holder !== n && holder < 20 && people[PEOPLE.findIndex(([, number]) => number === holder)]?.there === 'mailbox' ? [{ trustee: cloudId(holder), rights: ['FullAccess'] }] : []));
    const exchange = given.there === 'mailbox' ? { recipientTypeDetails: 'SharedMailbox', ...(permissions.length > 0 ? { permissions } : {}) } : given.there === 'mail user' ? { recipientTypeDetails: 'MailUser', externalEmailAddress: `SMTP:${alias}@fabrikam.com` } : undefined;
    return [{ deleted: given.there === 'in the recycle bin', user: exchange === undefined ? seeded : { ...seeded, exchange } }];
  });
  const mailboxes = PEOPLE.flatMap(([, n], i) => (people[i]?.there === 'mailbox' || people[i]?.there === 'mail user' ? [cloudId(n)] : []));
  const anybody = PEOPLE.flatMap(([, n], i) => (people[i]?.there === 'no' || people[i]?.there === 'in the recycle bin' ? [] : [cloudId(n)]));
  const own = GROUPS.flatMap(([name, n], i) => {
    const given = groups[i];
    if (given?.there !== true || n < 40) return [];
    const mail = `${name.toLowerCase()}@example.com`;
    const seeded = existingGroup(n, name, name.toLowerCase(), [`SMTP:${mail}`], mailboxes.filter((_, k) => (given.oldMembers >> k) % 2 === 1), mailboxes.slice(0, 1));
    return [n === 42 ? { ...seeded, properties: { ...seeded.properties, securityEnabled: true } } : seeded];
  });
  const seed = seedTenant({ users: 2, groups: 0, existing: { users: accounts.flatMap((one) => (one.deleted ? [] : [one.user])), groups: own } });
  const plain = GROUPS.flatMap(([name, n], i) => (groups[i]?.there === true && n < 40 ? [{ id: cloudId(n), properties: { displayName: name, mailNickname: name, mailEnabled: false, securityEnabled: true, groupTypes: [], createdDateTime: '2025-01-01T00:00:00Z' }, memberIds: anybody.filter((_, k) => ((groups[i]?.oldMembers ?? 0) >> k) % 2 === 1) }] : []));
  return {
    ...seed, skus: SKUS.map((one) => ({ ...one })), groups: [...seed.groups ?? [], ...plain], deletedUsers: accounts.flatMap((one) => (one.deleted ? [one.user] : [])),
    contacts: [existingContact(50, 'Old contact', 'old@fabrikam.com'), ...CONTACTS.flatMap(([name, n], i) => (contacts[i] === true ? [existingContact(n, name, `${name.toLowerCase()}@fabrikam.com`, { jobTitle: 'Clerk' })] : []))],
    ...(seed.tenant === undefined ? {} : { tenant: { ...seed.tenant, domains: [...seed.tenant.domains, { name: 'moved.example' }] } }),
  };
}
