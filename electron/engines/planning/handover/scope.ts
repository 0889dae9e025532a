import type { SourceObject } from '../../../../shared/domain/objects.ts';
import { firstOf, valuesOf } from '../../../../shared/rules/attributes.ts';
import { recipientTypeOf } from '../../../../shared/rules/recipient-type.ts';

/** Bits of msExchRecipientTypeDetails of what is no person's: public folders, system and arbitration mailboxes, plans, discovery (Entra Connect, default configuration, synchronization rules: cloudFiltered). */
const NOBODYS = 0x21C0_7000n;
/** Bit of role groups of Exchange. */
const ROLE_GROUP = 0x4000_0000n;
/** Security groups (MS-ADTS 2.2.12: GROUP_TYPE_SECURITY_ENABLED). */
const SECURITY = 0x8000_0000;

/** True for a group or contact that has mail (Entra Connect, default configuration: mailEnabled): a primary address, or mail, with an @. */
export function isMailEnabled({ attributes }: Pick<SourceObject, 'attributes'>): boolean {
  return (valuesOf(attributes, 'proxyAddresses') ?? []).some((value) => value.includes('SMTP:') && value.includes('@')) || (firstOf(attributes, 'mail')?.includes('@') ?? false);
}

/**
 * Why the default rules of directory synchronisation leave an object out (Entra Connect, default configuration: cloudFiltered, and the outbound conditions of
 * groups and contacts); null: they do not.
 */
export function whyLeftOut(source: Pick<SourceObject, 'kind' | 'attributes' | 'dn'>): string | null {
  const of = (name: string): string => firstOf(source.attributes, name) ?? '';
  const [account, nickname] = [of('sAMAccountName'), of('mailNickname')];
  if (of('isCriticalSystemObject') !== '') return 'It is an object of the system.';
  if (source.dn.includes(String.raw`\0ACNF:`)) return 'It is a duplicate that replication left behind.';
  if (source.kind === 'user') {
    if (account === '') return 'It has no sAMAccountName.';
    if (account === 'SUPPORT_388945a0' || account.startsWith('AAD_') || account.startsWith('MSOL_')) return `It is the service account ${account}.`;
    if (nickname.startsWith('SystemMailbox{') || [account, nickname].some((name) => name.startsWith('CAS_') && name.includes('}')) || (recipientTypeOf(source.attributes) & NOBODYS) !== 0n) return 'It is a mailbox of the Exchange organisation itself.';
    if (of('adminDescription').startsWith('User_')) return 'Its adminDescription begins with User_: it was written back from Microsoft 365.';
    return null;
  }
  if (source.kind === 'group') {
    if ((valuesOf(source.attributes, 'objectClass') ?? []).some((name) => name.toLowerCase() === 'msexchdynamicdistributionlist')) return 'Dynamic distribution groups are not synchronised.';
    if (account === 'MSOL_AD_Sync_RichCoexistence' || (recipientTypeOf(source.attributes) & ROLE_GROUP) !== 0n) return 'It is a group of the Exchange organisation itself.';
    if (of('adminDescription').startsWith('Group_')) return 'Its adminDescription begins with Group_: it was written back from Microsoft 365.';
    return isMailEnabled(source) || (Number(of('groupType')) & SECURITY) !== 0 ? null : 'A distribution group without an address is not synchronised.';
  }
  if (of('displayName').includes('(MSOL)') && of('msExchHideFromAddressLists').toUpperCase() === 'TRUE') return 'It is a contact of directory synchronisation itself.';
  return isMailEnabled(source) ? null : 'A contact without an address is not synchronised.';
}
