import type { KeptMailboxSettings, MailboxSettings } from '../../../shared/contracts/mailboxes.ts';
import { CONNECTION_METHODS, MAILBOX_LIMITS, type ConnectionMethod, type MailboxProfile } from '../../../shared/domain/mailboxes.ts';

/** What the first two pages of the wizard hold: every field a text or a choice. An empty secret means that the kept one is used. */
export interface ConnectionDraft extends Omit<MailboxSettings, 'atATime' | 'recipients'> { readonly atATime: string; readonly secret: string }
/** Fields that a person can fill in wrongly. */
export type ConnectionField = 'administrator' | 'username' | 'secret' | 'server' | 'proxy' | 'endpoint' | 'atATime';

const NEEDED = 'must not be empty';
/** A fully qualified domain name: labels of letters, digits and hyphens, at least two of them (RFC 1123 2.1). */
const FQDN = /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+$/i;
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const DOMAIN_USER = /^[^\s\\@]+\\[^\\@]+$/;

/** The fields as they were kept. */
export function draftOf({ administrator, username, server, proxy, authentication, endpoint, atATime, profile, method, sourceVersion }: KeptMailboxSettings): ConnectionDraft {
  return { administrator, username, server, proxy, authentication, endpoint, profile, method, sourceVersion, atATime: String(atATime), secret: '' };
}

/**
 * What is wrong with the fields that the chosen method shows, by field; none: the connection can be tested. Formats are those that the pages name (Exchange
 * documentation, 2011, "Step 2 Configure the connection settings").
 * @param hasSecret a secret is kept already.
 */
export function problemsOf(draft: ConnectionDraft, hasSecret: boolean): Readonly<Partial<Record<ConnectionField, string>>> {
  const { mostAtATime } = MAILBOX_LIMITS[draft.profile];
  const found: Partial<Record<ConnectionField, string>> = {};
  const { method } = draft;
  if (method === 'existing') { if (draft.endpoint.trim() === '') found.endpoint = NEEDED; return found; }
  if (method === 'autodiscover' && !ADDRESS.test(draft.administrator.trim())) found.administrator = draft.administrator.trim() === '' ? NEEDED : 'must be an e-mail address';
  const user = draft.username.trim();
  if (user === '') found.username = NEEDED;
  else if (!DOMAIN_USER.test(user) && !(method === 'autodiscover' && ADDRESS.test(user))) found.username = method === 'autodiscover' ? 'must be Domain\\Username or a UPN' : 'must be domain\\username';
  if (draft.secret === '' && !hasSecret) found.secret = NEEDED;
  if (method === 'manual') {
    for (const field of ['server', 'proxy'] as const) if (!FQDN.test(draft[field].trim())) found[field] = draft[field].trim() === '' ? NEEDED : 'must be a full name, for example mail.contoso.com';
  }
  const number = Number(draft.atATime);
  if (!Number.isInteger(number) || number < 1 || number > mostAtATime) found.atATime = `must be a whole number from 1 to ${mostAtATime}`;
  return found;
}

/** Another profile: the number of mailboxes at a time goes with it, unless a person chose one that is allowed there too. */
export function withProfile(draft: ConnectionDraft, profile: MailboxProfile): ConnectionDraft {
  const number = Number(draft.atATime);
  const { atATime, mostAtATime } = MAILBOX_LIMITS[profile];
  const untouched = number === MAILBOX_LIMITS[draft.profile].atATime;
  return { ...draft, profile, atATime: untouched || number > mostAtATime ? String(atATime) : draft.atATime };
}

/** The method of a radio button. */
export function methodOf(value: string): ConnectionMethod {
  return CONNECTION_METHODS.find((one) => one === value) ?? 'autodiscover';
}

/** What the host is sent, once {@link problemsOf} finds nothing. */
export function settingsOf({ administrator, username, server, proxy, authentication, endpoint, atATime, profile, method, sourceVersion }: ConnectionDraft, recipients: readonly string[]): MailboxSettings {
  return { administrator, username, server, proxy, authentication, endpoint, profile, method, sourceVersion, atATime: Number(atATime), recipients: [...recipients] };
}

/** Addresses of a list that is separated by commas, semicolons, spaces or line ends; each once. */
export function addressesOf(text: string): string[] {
  return [...new Set(text.split(/[\s,;]+/).filter((one) => one !== ''))];
}

/** The first address of a list that is none; null: all are. */
export function wrongAddress(addresses: readonly string[]): string | null {
  return addresses.find((one) => !ADDRESS.test(one)) ?? null;
}

/** What a batch is called until a person says otherwise: the name of the file without its ending, or of the collection. */
export function nameFor(list: string): string {
  return list.replace(/\.[^.]*$/, '').trim().slice(0, 128) || 'Batch';
}
