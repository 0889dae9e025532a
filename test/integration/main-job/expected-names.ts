import { INITIAL, VERIFIED, type Source } from './tenant-seed.ts';

/** Letters that keep their shape under decomposition (Entra function reference, NormalizeDiacritics). */
const SPELLED: Readonly<Record<string, string>> = { ß: 'ss', ø: 'oe', Ø: 'OE', æ: 'ae', Æ: 'AE', œ: 'oe', Œ: 'OE', ł: 'l', Ł: 'L', ı: 'i', đ: 'd', Đ: 'D', þ: 'th', Þ: 'TH' };

/** What is left of a text as a mailNickname (Graph, user and group resources: ASCII 0-127 but `@ ( ) \ [ ] " ; : < > ,` and space). */
function legal(text: string, group: boolean): string {
  const plain = [...text].map((letter) => SPELLED[letter] ?? letter).join('').normalize('NFD').replaceAll(/\p{M}/gu, '');
  const kept = [...plain].filter((letter) => letter > ' ' && letter < '\u007f' && !'@()\\[]";:<>,'.includes(letter) && !(group && letter === '.')).join('');
  return kept.replaceAll(/\.{2,}/g, '.').slice(0, 64).replaceAll(/^\.+|\.+$/g, '');
}

const text = (source: Source, name: string): string => source.attributes[name]?.[0]?.trim() ?? '';
const before = (address: string): string => address.slice(0, Math.max(0, address.lastIndexOf('@')));

/** Primary SMTP address in lower case: the `SMTP:` value, else mail; empty when there is none. */
export function primaryOf(proxies: readonly string[], mail: string): string {
  return (proxies.find((p) => p.startsWith('SMTP:'))?.slice(5) ?? mail).trim().toLowerCase();
}

/** mailNickname of a new object, in which groups of Graph have no full stop: the first of these that leaves a letter (Entra Connect, "mailNickName at first sync"). */
export function nicknameFor(source: Source, keeper: 'graph' | 'exchange' = 'graph'): string {
  // Exchange takes an alias only once, and an address only once: a contact without an alias is named by its whole address.
  if (source.kind === 'contact' && text(source, 'mailNickname') === '') return primaryOf(source.attributes['proxyAddresses'] ?? [], text(source, 'mail')).replace('@', '.');
  const proxies = source.attributes['proxyAddresses'] ?? [];
  const candidates = [text(source, 'mailNickname'), before(primaryOf(proxies, text(source, 'mail'))), before(text(source, 'mail')), before(text(source, 'userPrincipalName')),
    before(proxies.find((p) => p.startsWith('smtp:'))?.slice(5) ?? ''), text(source, 'sAMAccountName'), source.cn];
  return candidates.map((one) => legal(one, source.kind === 'group' && keeper === 'graph')).find((one) => one !== '') ?? '';
}

/** Sign-in name of a new account: the directory's, unless Microsoft 365 does not take it or its domain. */
export function userNameFor(source: Source, suffix: string): { readonly upn: string; readonly fallback: boolean } {
  const own = text(source, 'userPrincipalName');
  const at = own.lastIndexOf('@');
  const [prefix, domain] = [own.slice(0, at), (suffix || own.slice(at + 1)).toLowerCase()];
  const taken = /^[A-Za-z0-9'.\-_!#^~]{1,64}$/.test(prefix) && !/^\.|\.$/.test(prefix) && ([...VERIFIED, INITIAL] as readonly string[]).includes(domain);
  return taken ? { upn: `${prefix}@${domain}`, fallback: false } : { upn: `${nicknameFor(source)}@${INITIAL}`, fallback: true };
}
