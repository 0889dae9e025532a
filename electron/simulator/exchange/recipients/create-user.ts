import type { Directory } from '../../directory/directory.ts';
import type { DirectoryObject } from '../../directory/objects.ts';
import { isComplexPassword } from '../../identity/password.ts';
import type { CmdletCall } from '../cmdlet/cmdlet.ts';
import { alreadyExists, invalidValue } from '../refusal.ts';
import { checkAddresses } from './address-rules.ts';
import { domainOf, readAddress, type AddressList } from './addresses.ts';
import { aliasFrom, checkAlias, localPartOf } from './alias.ts';
import { checkUserId, present } from './edit.ts';
import type { Facet } from './facet.ts';
import { freeRecipientName } from './unique.ts';

/** What a New cmdlet makes an account from. */
export interface NewAccount {
  /** User ID; absent: made from the alias and the default domain. */
  readonly userId: string | undefined;
  readonly password: string | undefined;
  readonly enabled: boolean;
  /** SMTP address that may be of any domain and becomes the primary one unless PrimarySmtpAddress is given. */
  readonly external?: string | undefined;
  /** An alias that is given makes the primary address; it never does for mail users. */
  readonly aliasMakesAddress: boolean;
}

/** An address whose local part is free in a domain: digits are appended where it is taken, as Exchange does for the initial domain. */
export function freeAddress(directory: Directory, local: string, domain: string): string {
  const taken = (address: string): boolean => directory.holderOfAddress(address) !== undefined || directory.holderOfUpn(address) !== undefined;
  let address = `${local}@${domain}`;
  for (let i = 1; taken(address); i++) address = `${local}${1000 + i}@${domain}`;
  return address;
}

/**
 * Checks the parameters of New-Mailbox and New-MailUser and gives the function that makes the account: user principal name, alias,
 * names, addresses (the primary one and one at the initial domain).
 * @throws ExchangeRefusal 400.
 */
export function newAccount(call: CmdletCall, account: NewAccount, facet: Facet): () => DirectoryObject {
  const { arguments: given, directory, clock } = call;
  const name = freeRecipientName(call, given.given('Name') ?? '', undefined);
  const aliasAsked = given.given('Alias');
  const alias = checkAlias(aliasAsked ?? (aliasFrom(account.userId ?? name).replaceAll('?', '') || 'recipient'));
  const local = localPartOf(alias);
  const userId = checkUserId(call, account.userId ?? `${local.replaceAll(/[^A-Za-z0-9'.\-_!#^~]/g, '')}@${directory.defaultDomain}`, undefined);
  const primaryAsked = given.given('PrimarySmtpAddress');
  const made = account.aliasMakesAddress && aliasAsked !== undefined ? `${local}@${domainOf(userId)}` : userId;
  const primary = primaryAsked === undefined ? account.external ?? made : readAddress(`smtp:${primaryAsked}`).slice(5);
  const initial = `${local}@${directory.initialDomain}`;
  const addresses: AddressList = primary.toLowerCase() === initial.toLowerCase() ? [`SMTP:${primary}`] : [`SMTP:${primary}`, `smtp:${freeAddress(directory, local, directory.initialDomain)}`];
  checkAddresses(directory, addresses, [], undefined, account.external);
  if (account.password !== undefined && !isComplexPassword(account.password)) throw invalidValue('The password that you entered doesn\'t meet the minimum security requirements. Use 8 to 256 characters of at least three of these kinds: lower case, upper case, digits, symbols.');
  const anchor = given.given('ImmutableId');
  if (anchor !== undefined && (directory.holderOfAnchor(anchor) ?? directory.holderOfBinnedAnchor(anchor)) !== undefined) throw alreadyExists(anchor);
  const properties = present({
    accountEnabled: account.enabled, displayName: given.given('DisplayName') ?? name, givenName: given.given('FirstName'), surname: given.given('LastName'), mailNickname: alias, userPrincipalName: userId,
    mail: primary, proxyAddresses: addresses, userType: 'Member', createdDateTime: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'), onPremisesImmutableId: anchor,
  });
  return () => directory.create('user', properties, { exchange: { name, ...facet } }, 'exchange');
}
