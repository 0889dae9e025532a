import type { Directory } from '../../directory/directory.ts';
import { addressKey } from '../../directory/objects.ts';
import { addressTaken, domainNotAccepted } from '../refusal.ts';
import { domainOf, isSmtp, type AddressList } from './addresses.ts';
import { nameOf } from './facet.ts';

/**
 * Checks addresses that an object is about to get: none held by another object, live or deleted, none equal to the user principal
 * name of another, SMTP domains accepted. What the object already holds is not checked again.
 * @param self id of the object; undefined for a new one.
 * @param outside an SMTP address that may be of any domain: the external address of a mail user or contact.
 * @throws ExchangeRefusal 400.
 */
export function checkAddresses(directory: Directory, after: AddressList, before: AddressList, self: string | undefined, outside?: string): void {
  const held = new Set(before.map(addressKey));
  for (const address of after) {
    const key = addressKey(address);
    if (held.has(key)) continue;
    if (isSmtp(address) && key !== outside?.toLowerCase() && !directory.isVerifiedDomain(domainOf(key))) throw domainNotAccepted();
    checkFree(directory, address, self);
  }
}

/** @throws ExchangeRefusal 400 when another object holds the address or is named so. */
export function checkFree(directory: Directory, proxyAddress: string, self: string | undefined): void {
  const byName = isSmtp(proxyAddress) ? directory.holderOfUpn(addressKey(proxyAddress)) : undefined;
  for (const holder of [directory.holderOfAddress(proxyAddress), byName]) {
    if (holder === undefined || holder === self) continue;
    const object = directory.any(holder);
    throw addressTaken(proxyAddress, canonicalName(directory, object ? nameOf(directory.primary(object)) : holder));
  }
}

/** Path of an object in Exchange Online's own directory, as messages name it. */
function canonicalName(directory: Directory, name: string): string { return `SIM00A001.PROD.OUTLOOK.COM/Microsoft Exchange Hosted Organizations/${directory.initialDomain}/${name}`; }
