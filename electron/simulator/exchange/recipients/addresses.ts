import { addressKey } from '../../directory/objects.ts';
import { isSmtpAddress } from '../../identity/smtp-address.ts';
import type { ListChange } from '../cmdlet/arguments.ts';
import { invalidValue } from '../refusal.ts';

/** Proxy addresses as Exchange and Graph show them: `SMTP:` for the primary one, `smtp:`, `X500:`, `sip:` ... */
export type AddressList = readonly string[];

/** Longest address with its prefix (Active Directory schema documentation, proxyAddresses: 1123 characters). */
const LONGEST = 1123;

/**
 * Puts an address in the form it is stored in: `smtp:` when it has no prefix; SMTP addresses are checked, others are not
 * (cmdlet reference, Set-Mailbox, EmailAddresses).
 * @throws ExchangeRefusal 400 for an SMTP address that is none.
 */
export function readAddress(text: string): string {
  const trimmed = text.trim();
  const [, prefix, rest] = /^([A-Za-z0-9]{1,9}):(.*)$/s.exec(trimmed) ?? [];
  const value = prefix === undefined ? trimmed : rest ?? '';
  const isSmtp = prefix === undefined || prefix.toLowerCase() === 'smtp';
  if (isSmtp && !isSmtpAddress(value)) {
    throw invalidValue(`The address '${trimmed}' is invalid: "${value}" isn't a valid SMTP address. The domain name can't contain spaces and it has to have a prefix and a suffix, such as example.com.`);
  }
  if (value === '' || trimmed.length > LONGEST) throw invalidValue(`The address '${trimmed.slice(0, 100)}' is invalid.`);
  return isSmtp ? `${prefix === 'SMTP' ? 'SMTP' : 'smtp'}:${value}` : trimmed;
}

/** True for an SMTP address of a list, primary or not. */
export function isSmtp(address: string): boolean { return /^smtp:/i.test(address); }
/** Domain of an SMTP address, with or without prefix, in lower case. */
export function domainOf(address: string): string { return address.slice(address.lastIndexOf('@') + 1).toLowerCase(); }

/** Makes one address the primary one; the one before stays as a secondary one. */
export function withPrimary(list: AddressList, address: string): AddressList {
  const key = addressKey(address);
  const others = list.filter((a) => addressKey(a) !== key).map((a) => (a.startsWith('SMTP:') ? `smtp:${a.slice(5)}` : a));
  return [`SMTP:${address}`, ...others];
}

/**
 * The list after a change (cmdlet reference, Set-Mailbox, EmailAddresses): a whole list must hold an SMTP address and no address
 * twice; its `SMTP:` entry is the primary one, or its first SMTP address when there is none or more than one. An added `SMTP:` address takes the
 * place of the primary one, which stays as a secondary one. Adding what is there and removing what is not changes nothing.
 * @throws ExchangeRefusal 400 for an invalid address, a duplicate, the removal of the primary address, or a list without one.
 */
export function changedAddresses(before: AddressList, change: ListChange): AddressList {
  return 'replace' in change ? wholeList(change.replace) : addedAndRemoved(before, change.add, change.remove);
}

function wholeList(texts: readonly string[]): AddressList {
  const list = texts.map(readAddress);
  const keys = new Set<string>();
  for (const address of list) {
    if (keys.has(addressKey(address))) throw invalidValue(`The value "${address}" is already present in the collection.`);
    keys.add(addressKey(address));
  }
  const marked = list.filter((a) => a.startsWith('SMTP:'));
  const primary = marked.length === 1 ? marked[0] : list.find(isSmtp);
  if (primary === undefined) throw noPrimary();
  return list.map((a) => (a === primary ? `SMTP:${a.slice(5)}` : a.startsWith('SMTP:') ? `smtp:${a.slice(5)}` : a));
}

function addedAndRemoved(before: AddressList, add: readonly string[], remove: readonly string[]): AddressList {
  let list = before;
  // Removals come last, so that one command can name a new primary address and drop the old one.
  for (const address of add.map(readAddress)) {
    const isThere = list.some((a) => addressKey(a) === addressKey(address));
    if (address.startsWith('SMTP:')) list = withPrimary(list, address.slice(5));
    else if (!isThere) list = [...list, address];
  }
  for (const address of remove.map(readAddress)) {
    const found = list.find((a) => addressKey(a) === addressKey(address));
    if (found?.startsWith('SMTP:')) throw invalidValue(`The address "${found}" is the primary SMTP address and can't be removed from the EmailAddresses collection. Specify another primary SMTP address first.`);
    list = list.filter((a) => a !== found);
  }
  return list;
}

const noPrimary = () => invalidValue('There is no primary SMTP address in the EmailAddresses collection. A recipient must have one.');
