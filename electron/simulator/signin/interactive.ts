import { textOf } from '../directory/objects.ts';
import { refuse, SignInRefusal } from './aadsts.ts';
import { isUserConsentable } from './catalogue.ts';
import type { Session } from './grants.ts';
import type { SignInParts } from './parts.ts';
import type { Registration } from './registrations.ts';
import { knownPermission, type AskedScopes } from './scopes.ts';

/** How an interactive sign-in ended. `page`: the person reads it in the browser and the application hears nothing; `client`: the application is told. */
export type Outcome =
  | { readonly kind: 'signed in'; readonly session: Session }
  | { readonly kind: 'page'; readonly refusal: SignInRefusal }
  | { readonly kind: 'client'; readonly refusal: SignInRefusal };

/** The user a sign-in name stands for. @throws SignInRefusal 50034 for an unknown name of the tenant, 50020 for one of another domain. */
export function findUser(parts: SignInParts, app: Registration, name: string): string {
  const { directory } = parts;
  const id = directory.holderOfUpn(name);
  if (id !== undefined && directory.user.has(id)) return id;
  const domain = name.slice(name.lastIndexOf('@') + 1).toLowerCase();
  const isOurs = directory.facts.domains.some((d) => d.isVerified && d.name.toLowerCase() === domain);
  throw isOurs || !name.includes('@') ? refuse.noUser(name, directory.facts.displayName) : refuse.foreignUser(name, domain, directory.facts.displayName, app.facts.appId, app.facts.displayName);
}

/** Refuses a person whom the application is not for. @throws SignInRefusal 50105. */
export function requireAssignment(parts: SignInParts, app: Registration, userId: string): void {
  const { assigned, assignmentRequired, appId, displayName } = app.facts;
  if (!assignmentRequired) return;
  const ids = assigned.map((id) => id.toLowerCase());
  if (ids.includes(userId) || ids.some((id) => parts.directory.group.get(id)?.members?.has(userId) === true)) return;
  throw refuse.notAssigned(textOf(parts.directory.user.get(userId) ?? { properties: {} }, 'userPrincipalName') ?? userId, appId, displayName);
}

/**
 * What a token needs that is issued without anybody at a browser: policies as they are now.
 * @param mfa the sign-in behind it passed multi-factor authentication.
 * @throws SignInRefusal 50034, 50057, 50105, 50076, 50079, 53003.
 */
export function checkSilently(parts: SignInParts, app: Registration, userId: string, mfa: boolean, resource: string): void {
  const user = parts.directory.user.get(userId);
  if (!user) throw refuse.noUser(userId, parts.directory.facts.displayName);
  if (user.properties['accountEnabled'] === false) throw refuse.userDisabled();
  requireAssignment(parts, app, userId);
  const needs = parts.people.needs(userId);
  if (needs.blocked === true) throw refuse.blocked();
  if (needs.mfa === 'not registered') throw refuse.mfaEnrolment(resource);
  if (needs.mfa === 'required' && !mfa) throw refuse.mfa(resource);
}

/**
 * The person at the browser, after everything that may stop the sign-in before any application is looked at.
 * @param name sign-in name; null or empty: whoever plays the administrator.
 * @param resource for messages.
 * @throws SignInRefusal 50034, 50020, 50057, 50055, 50079, 53003.
 */
export function personAtBrowser(parts: SignInParts, app: Registration, name: string | null, resource: string): string {
  const { people, directory } = parts;
  const userId = name !== null && name !== '' ? findUser(parts, app, name) : people.atTheBrowser();
  if (userId === undefined) throw refuse.noUser('', directory.facts.displayName);
  if (directory.user.get(userId)?.properties['accountEnabled'] === false) throw refuse.userDisabled();
  const needs = people.needs(userId);
  if (needs.passwordExpired === true) throw refuse.passwordExpired();
  if (needs.mfa === 'not registered') throw refuse.mfaEnrolment(resource);
  if (needs.blocked === true) throw refuse.blocked();
  return userId;
}

/**
 * Plays a person at the browser: signs in, passes multi-factor authentication if able to, reads the consent page.
 * @param asked what the application asks for.
 * @param wantsConsentPage `prompt=consent`.
 */
export function signInAtBrowser(parts: SignInParts, app: Registration, asked: readonly AskedScopes[], name: string | null, wantsConsentPage: boolean): Outcome {
  let userId: string;
  try {
    userId = personAtBrowser(parts, app, name, asked[0]?.audience ?? '');
    requireAssignment(parts, app, userId);
  } catch (refusal) {
    if (!(refusal instanceof SignInRefusal)) throw refusal;
    return { kind: 'page', refusal };
  }
  const session: Session = { kind: 'session', userId, signedIn: parts.clock.now(), mfa: parts.people.needs(userId).mfa === 'required' };
  const refusal = askConsent(parts, app, asked, userId, wantsConsentPage);
  return refusal ? { kind: 'client', refusal } : { kind: 'signed in', session };
}

/** What a person without the consent that is missing hears; undefined when nothing is missing, or the person grants it. */
function askConsent(parts: SignInParts, app: Registration, asked: readonly AskedScopes[], userId: string, wantsConsentPage: boolean): SignInRefusal | undefined {
  const missing: { readonly resource: AskedScopes['resource']; readonly names: readonly string[] }[] = [];
  for (const one of asked) {
    const listed = app.facts.requested.delegated[one.resource];
    let wanted: readonly string[];
    try {
      wanted = one.isDefault ? listed : one.permissions.map((permission) => knownPermission(app, one, 'delegated', permission));
    } catch (refusal) {
      if (!(refusal instanceof SignInRefusal)) throw refusal;
      return refusal;
    }
    const granted = parts.registrations.delegatedFor(app, one.resource, userId);
    if (one.isDefault && granted.length === 0 && listed.length === 0) return refuse.resourceNotListed(app.facts.appId, app.facts.displayName, one.audience);
    // `.default` asks only when nothing was granted yet (Microsoft identity platform documentation, "the .default scope").
    const names = one.isDefault && granted.length > 0 && !wantsConsentPage ? [] : wanted.filter((permission) => !granted.includes(permission));
    if (names.length > 0) missing.push({ resource: one.resource, names });
  }
  const answer = parts.people.needs(userId).consent;
  if (missing.length === 0) return wantsConsentPage && answer === 'declines' ? refuse.declined() : undefined;
  const isSmall = missing.every((one) => one.names.every((name) => isUserConsentable(one.resource, name)));
  if (!isSmall && !parts.people.mayConsentForAll(userId)) return refuse.adminConsent();
  if (isSmall ? answer === 'declines' : answer !== 'accepts') return refuse.declined();
  for (const one of missing) parts.registrations.consentForOne(app, one.resource, userId, one.names);
  return undefined;
}
