/** Characters of a text, not halves of surrogate pairs, cut to a length. */
export function cutTo(text: string, most: number): string {
  return text.length <= most ? text : [...text].slice(0, most).join('');
}

/** Number of characters; a surrogate pair is one. */
export function lengthOf(text: string, most: number): number {
  return text.length <= most ? text.length : [...text].length;
}

/** An address taken apart at its only `@`; undefined when it has none or several. */
export function splitAddress(address: string): { readonly local: string; readonly domain: string } | undefined {
  const at = address.indexOf('@');
  return at < 0 || at !== address.lastIndexOf('@') ? undefined : { local: address.slice(0, at), domain: address.slice(at + 1) };
}

/** `smtp:` or `SMTP:` in front of an address and what follows; undefined for every other value. */
export function smtpParts(value: string): { readonly prefix: string; readonly address: string } | undefined {
  return /^smtp:/i.test(value) ? { prefix: value.slice(0, 5), address: value.slice(5) } : undefined;
}

/** The part before `@` as RFC 5322 3.2.3 writes it without quotes (dot-atom), the form that IdFix asks for. */
const DOT_ATOM = /^[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/i;
const NOT_IN_ATOM = /[^a-z0-9!#$%&'*+/=?^_`{|}~.-]/giu;
const LABEL = /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i;
/** The last label: letters, as IdFix asks, or an international one in the form of RFC 5890, which IdFix refuses without need. */
const LAST_LABEL = /^(?:[a-z]{2,17}|xn--[a-z0-9-]*[a-z0-9])$/i;

/** True for the part of an address before the `@`. */
export function isLocalPart(text: string): boolean {
  return DOT_ATOM.test(text);
}

/** The local part without what it cannot hold: other characters, full stops at its ends and in a row (IdFix: RFC2822 fix). May be empty. */
export function mendLocalPart(text: string): string {
  return text.replace(NOT_IN_ATOM, '').split('.').filter((atom) => atom !== '').join('.');
}

/** True for a domain of at least two labels (RFC 1035 2.3.1). */
export function isDomainPart(text: string): boolean {
  const labels = text.split('.');
  return labels.length > 1 && LAST_LABEL.test(labels.at(-1) ?? '') && labels.every((label) => LABEL.test(label));
}

/** The domain without ASCII characters that it cannot hold. Other scripts stay: taking letters out would name another domain. */
export function mendDomainPart(text: string): string {
  return text.replace(/[^a-z0-9.-]/giu, (char) => (char > '\u007f' ? char : ''));
}

/**
 * Names that the internet's DNS never resolves: RFC 2606, RFC 6761, RFC 6762 (with appendix G), RFC 7686, RFC 8375, RFC 9476, and the
 * names that ICANN keeps for private use or will not delegate (home, corp, mail, internal).
 */
const UNROUTABLE: ReadonlySet<string> = new Set(['local', 'localhost', 'localdomain', 'test', 'example', 'invalid', 'onion', 'alt', 'arpa', 'lan', 'intranet', 'private', 'corp', 'home', 'mail', 'internal']);

/** The last label of a domain when mail and sign-in from the internet can never reach it, else undefined. */
export function unroutableLabel(domain: string): string | undefined {
  const label = domain.slice(domain.lastIndexOf('.') + 1).toLowerCase();
  return UNROUTABLE.has(label) ? label : undefined;
}
