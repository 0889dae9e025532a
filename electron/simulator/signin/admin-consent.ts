import type { HttpAnswer, HttpRequest } from '../http/answer.ts';
import { refusalFields, refuse } from './aadsts.ts';
import { redirectPlatform } from './authorize.ts';
import { personAtBrowser } from './interactive.ts';
import { redirect } from './pages.ts';
import type { SignInParts } from './parts.ts';
import type { Registration } from './registrations.ts';
import { knownPermission, readScopes, type AskedScopes } from './scopes.ts';

/**
 * The admin consent endpoints (Microsoft identity platform documentation, "admin consent" and client credentials flow). The older
 * one grants everything the registration lists; the v2.0 one what `scope` names, with `.default` the whole list of that resource.
 * @param version 1: `/{tenant}/adminconsent`; 2: `/{tenant}/v2.0/adminconsent`.
 * @throws SignInRefusal for what a page tells: an unregistered redirect address, a person who cannot sign in or is no administrator (90094).
 */
export function adminConsent(parts: SignInParts, app: Registration, version: 1 | 2, request: HttpRequest): HttpAnswer {
  const query = request.url.searchParams;
  const uri = query.get('redirect_uri');
  redirectPlatform(app, uri);
  const state: Record<string, string> = query.has('state') ? { state: query.get('state') ?? '' } : {};
  const scope = query.get('scope') ?? '';
  if (version === 2 && scope.trim() === '') throw refuse.missing('scope');
  const { people, registrations, directory } = parts;
  const userId = personAtBrowser(parts, app, query.get('login_hint'), 'https://graph.microsoft.com');
  if (!people.mayConsentForAll(userId)) throw refuse.adminConsent();
  const wanted = version === 1 ? [] : readScopes(scope, directory.facts.displayName).map((asked) => ({ asked, names: namesOf(app, asked) }));
  if (people.needs(userId).consent === 'declines') {
    if (version === 1) return redirect(uri ?? '', { error: 'permission_denied', error_description: 'The admin canceled the request', ...state }, 'query');
    return redirect(uri ?? '', { admin_consent: 'True', ...refusalFields(refuse.declined().as('consent_required'), parts.clock.now(), request.headers['client-request-id']), ...state }, 'query');
  }
  const { requested } = app.facts;
  const whole = (resource: AskedScopes['resource']): void => {
    registrations.consentForAll(app, 'application', resource, requested.application[resource]);
    registrations.consentForAll(app, 'delegated', resource, requested.delegated[resource]);
  };
  if (version === 1) {
    whole('graph');
    whole('exchange');
  } else for (const { asked, names } of wanted) {
    if (asked.isDefault) whole(asked.resource);
    else registrations.consentForAll(app, 'delegated', asked.resource, names);
  }
  return redirect(uri ?? '', { admin_consent: 'True', tenant: directory.facts.id, ...(version === 2 ? { scope } : {}), ...state }, 'query');
}

const namesOf = (app: Registration, asked: AskedScopes): readonly string[] => asked.permissions.map((name) => knownPermission(app, asked, 'delegated', name));
