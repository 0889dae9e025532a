import type { Attributes } from '../domain/objects.ts';
import { firstOf, valuesOf } from './attributes.ts';

/** One value of proxyAddresses, taken apart. */
export interface ProxyAddress {
  /** As written: `SMTP` (primary), `smtp`, `X500`, `SIP` ...; empty when the value has no prefix. */
  readonly prefix: string;
  readonly address: string;
  readonly smtp: boolean;
  /** Upper-case `SMTP:` marks the primary address (Exchange: proxyAddresses). */
  readonly primary: boolean;
}

/** Takes a proxy address apart at its first colon. */
export function parseProxyAddress(value: string): ProxyAddress {
  const text = value.trim();
  const colon = text.indexOf(':');
  const prefix = colon < 0 ? '' : text.slice(0, colon);
  return { prefix, address: text.slice(colon + 1).trim(), smtp: prefix.toLowerCase() === 'smtp', primary: prefix === 'SMTP' };
}

/** An address as it is compared: without `smtp:`, trimmed, in lower case. Exchange treats addresses as case-insensitive. */
export function normaliseAddress(value: string): string {
  return value.trim().replace(/^smtp:/i, '').trim().toLowerCase();
}

/** True when the text looks like an address that Exchange Online takes: one `@`, no spaces or `<>();,[]"`, a domain with a dot. */
export function isSmtpAddress(value: string): boolean {
  return /^[^\s@<>();,[\]"\\]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i.test(value);
}

/**
 * Primary SMTP address of an Active Directory or Microsoft 365 object: the `SMTP:` value of proxyAddresses, else mail
 * (Entra Connect, "How the proxyAddresses attribute is populated").
 * @returns the address in lower case, or undefined when the object has none.
 */
export function primarySmtp(attributes: Attributes): string | undefined {
  for (const value of valuesOf(attributes, 'proxyAddresses') ?? []) {
    const proxy = parseProxyAddress(value);
    if (proxy.primary && proxy.address.includes('@')) return proxy.address.toLowerCase();
  }
  const mail = firstOf(attributes, 'mail');
  return mail?.includes('@') === true ? normaliseAddress(mail) : undefined;
}

/** Every SMTP address of an object (proxyAddresses and mail), in lower case, each once, the primary first. */
export function smtpAddresses(attributes: Attributes): readonly string[] {
  const primary = primarySmtp(attributes);
  const all = (valuesOf(attributes, 'proxyAddresses') ?? []).map(parseProxyAddress).filter((p) => p.smtp && p.address !== '').map((p) => p.address.toLowerCase());
  const mail = firstOf(attributes, 'mail');
  return [...new Set([...(primary === undefined ? [] : [primary]), ...all, ...(mail === undefined ? [] : [normaliseAddress(mail)])])];
}

/** The part before the last `@`; the whole text when there is none. */
export function addressPrefix(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? address : address.slice(0, at);
}

/** The part after the last `@`, in lower case; empty when there is none. */
export function addressDomain(address: string): string {
  const at = address.lastIndexOf('@');
  return at < 0 ? '' : address.slice(at + 1).toLowerCase();
}

/**
 * Whether a group or contact is mail-enabled: proxyAddresses holds an SMTP address, or mail an address (Entra Connect default
 * rules). The shipped rule looks for upper-case `SMTP:` only while Microsoft's text accepts lower case too; both count here.
 */
export function isMailEnabled(attributes: Attributes): boolean {
  return smtpAddresses(attributes).some((address) => address.includes('@'));
}
