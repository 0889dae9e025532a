import { primarySmtp, smtpAddresses } from '../../shared/rules/addresses.ts';
import { firstOf } from '../../shared/rules/attributes.ts';
import { escapeFilterValue } from '../../shared/rules/filter-text.ts';
import { guidFromImmutableId } from '../../shared/rules/guid.ts';
import { filterOfGuids, type Directory, type DirectoryEntry } from '../engines/directory/index.ts';
import { versionOf, type OnPremisesReader, type SourceMailbox } from '../engines/mailboxes/index.ts';

/** Objects asked for in one search. */
const TOGETHER = 200;
const SHOWN = [
  'displayName', 'name', 'mail', 'proxyAddresses', 'targetAddress', 'homeMDB', 'msExchMailboxGuid', 'msExchRecipientTypeDetails', 'msExchHideFromAddressLists', 'msExchUMEnabledFlags', 'msExchVersion',
] as const;

/** Types of mailboxes that a staged migration takes: of a person, shared, of a room, of equipment (Exchange Server schema, ms-Exch-Recipient-Type-Details). */
const MAILBOXES: ReadonlySet<string> = new Set(['1', '4', '16', '32']);
const LINKED = '2';

/** True for an object with a mailbox on premises that a staged migration takes; without the type it is one of Exchange 2003. */
export function isOnPremisesMailbox(attributes: DirectoryEntry['attributes']): boolean {
  const type = firstOf(attributes, 'msExchRecipientTypeDetails');
  return firstOf(attributes, 'homeMDB') !== undefined && (type === undefined || type === '0' || MAILBOXES.has(type));
}

/** Exchange on premises through the directory of a pair. @param base below which mailboxes are looked for; empty: the whole domain. */
export function onPremisesReader(directory: Directory, base: string): OnPremisesReader {
  return {
    async byAddress(addresses, signal) {
      const wanted = new Set(addresses);
      const found = new Map<string, SourceMailbox[]>();
      for (const some of pagesOf([...wanted])) {
        const filter = `(|${some.map((address) => `(proxyAddresses=smtp:${escapeFilterValue(address)})(mail=${escapeFilterValue(address)})`).join('')})`;
        for await (const page of directory.read({ base, scope: 'sub', filter, attributes: SHOWN }, signal)) {
          for (const entry of page) {
            const mailbox = mailboxOf(entry);
            for (const address of mailbox.addresses) if (wanted.has(address)) found.set(address, [...found.get(address) ?? [], mailbox]);
          }
        }
      }
      return found;
    },
    async targetAddresses(ids, signal) {
      const found = new Map<string, string | null>();
      for (const some of pagesOf([...new Set(ids)])) {
        for await (const page of directory.read({ base: '', scope: 'sub', filter: filterOfGuids(some), attributes: ['targetAddress'] }, signal)) {
          for (const { guid, attributes } of page) found.set(guid, firstOf(attributes, 'targetAddress') ?? null);
        }
      }
      return found;
    },
  };
}

function* pagesOf<T>(list: readonly T[]): Generator<readonly T[]> {
  for (let from = 0; from < list.length; from += TOGETHER) yield list.slice(from, from + TOGETHER);
}

function mailboxOf({ guid, dn, objectClass, attributes }: DirectoryEntry): SourceMailbox {
  const classes = objectClass.map((one) => one.toLowerCase());
  const has = isOnPremisesMailbox(attributes);
  const kind = classes.includes('group') || classes.includes('msexchdynamicdistributionlist') ? 'group' : classes.includes('contact') ? 'contact'
    : has ? 'mailbox' : firstOf(attributes, 'homeMDB') === undefined ? 'mail user' : firstOf(attributes, 'msExchRecipientTypeDetails') === LINKED ? 'linked mailbox' : 'other';
  const mailboxGuid = firstOf(attributes, 'msExchMailboxGuid');
  return {
    id: guid, dn, name: firstOf(attributes, 'displayName') ?? firstOf(attributes, 'name') ?? dn, kind, primary: primarySmtp(attributes) ?? '', addresses: smtpAddresses(attributes),
    guid: mailboxGuid === undefined ? '' : guidFromImmutableId(mailboxGuid) ?? '', targetAddress: firstOf(attributes, 'targetAddress') ?? null,
    hidden: firstOf(attributes, 'msExchHideFromAddressLists')?.toUpperCase() === 'TRUE', unifiedMessaging: (Number(firstOf(attributes, 'msExchUMEnabledFlags') ?? '0') & 1) === 1,
    version: versionOf(firstOf(attributes, 'msExchVersion'), has),
  };
}
