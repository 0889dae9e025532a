import { cloudUser } from './accounts.ts';
import { CREATED, type TenantDraft } from './draft.ts';

/** Ways in which something of the tenant stands in the way of a user that is to be created, in the order they are dealt out. */
export const CONFLICT_KINDS = [
  'user principal name', 'address of a user', 'nickname and address of a Microsoft 365 group', 'address of a contact', 'address in the recycle bin', 'foreign anchor', 'nickname of a distribution group',
] as const;

/**
 * Adds accounts that hold what `user<first>`, `user<first+1>` ... of a migration would want, one of each kind in turn.
 * @param first number of the first user who meets one.
 */
export function addConflicts(draft: TenantDraft, first: number, count: number): void {
  for (let i = 0; i < count; i++) addConflict(draft, `user${first + i}`, CONFLICT_KINDS[i % CONFLICT_KINDS.length] ?? 'user principal name', i);
}

function addConflict(draft: TenantDraft, name: string, kind: (typeof CONFLICT_KINDS)[number], i: number): void {
  const { domain, id } = draft;
  const wanted = `${name}@${domain}`;
  const other = `holder${i}`;
  const title = `Holder ${i} (${kind})`;
  const created = { createdDateTime: CREATED };
  switch (kind) {
    case 'user principal name':
      draft.users.push(cloudUser(draft, other, title, { userPrincipalName: wanted }));
      break;
    case 'address of a user':
      draft.users.push(cloudUser(draft, other, title, { mail: `${other}@${domain}`, proxyAddresses: [`SMTP:${other}@${domain}`, `smtp:${wanted}`] }));
      break;
    case 'nickname and address of a Microsoft 365 group':
      draft.groups.push({ id: id(), memberIds: [], ownerIds: [], properties: { displayName: title, mailNickname: name, mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'], visibility: 'Private', mail: wanted, proxyAddresses: [`SMTP:${wanted}`], ...created } });
      break;
    case 'address of a contact':
      draft.contacts.push({ id: id(), properties: { displayName: title, mailNickname: other, mail: `${other}@partner.example`, proxyAddresses: [`SMTP:${other}@partner.example`, `smtp:${wanted}`] } });
      break;
    case 'address in the recycle bin':
      draft.deletedUsers.push(cloudUser(draft, name, title, { userPrincipalName: wanted, mail: wanted, proxyAddresses: [`SMTP:${wanted}`] }));
      break;
    case 'foreign anchor':
      draft.users.push(cloudUser(draft, name, title, { userPrincipalName: wanted, mail: wanted, proxyAddresses: [`SMTP:${wanted}`], onPremisesImmutableId: Buffer.from(id().replaceAll('-', ''), 'hex').toString('base64') }));
      break;
    case 'nickname of a distribution group':
      draft.groups.push({ id: id(), memberIds: [], ownerIds: [], properties: { displayName: title, mailNickname: name, mailEnabled: true, securityEnabled: false, groupTypes: [], mail: `${other}@${domain}`, proxyAddresses: [`SMTP:${other}@${domain}`], ...created } });
      break;
  }
}
