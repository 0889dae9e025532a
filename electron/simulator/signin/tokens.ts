import { createHash } from 'node:crypto';
import type { Chance } from '../chance.ts';
import { textOf } from '../directory/objects.ts';
import { isUserConsentable } from './catalogue.ts';
import type { SignInParts } from './parts.ts';
import { refuse } from './aadsts.ts';
import type { Registration } from './registrations.ts';
import { knownPermission, type AskedScopes } from './scopes.ts';
import type { Grant } from './grants.ts';

/** Shortest life of an access token in seconds, and how much longer it may be: between 60 and 90 minutes at random (Microsoft identity platform documentation, "configurable token lifetimes", default). */
export const TOKEN_SECONDS = { least: 3599, spread: 1801 } as const;

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** `client_info` as msal expects it: user and tenant that make the home account id. */
export function clientInfo(userId: string, tenantId: string): string {
  return base64url({ uid: userId, utid: tenantId });
}

/** Makes the token endpoint's answers. */
export interface TokenMaker {
  /** Token of an application on its own, with exactly the application permissions that were consented to. */
  forApp(app: Registration, asked: AskedScopes, proof: 'secret' | 'certificate'): Record<string, unknown>;
  /** Tokens for a person. @throws SignInRefusal 65001 for a permission nobody consented to, 650053 for one that does not exist, 650057 for a resource the registration does not list. */
  forUser(app: Registration, asked: AskedScopes, grant: Grant, origin: string): Record<string, unknown>;
}

/**
 * The delegated permissions that a person's token gets: those asked for, all of which must be consented to, or with `.default`
 * everything consented to for that resource.
 * @throws SignInRefusal 65001, 650053, 650057.
 */
export function grantedScopes(parts: SignInParts, app: Registration, asked: AskedScopes, userId: string): readonly string[] {
  const granted = parts.registrations.delegatedFor(app, asked.resource, userId);
  const consent = refuse.consent(app.facts.appId, app.facts.displayName);
  if (asked.isDefault) {
    if (granted.length === 0 && app.facts.requested.delegated[asked.resource].length === 0) throw refuse.resourceNotListed(app.facts.appId, app.facts.displayName, asked.audience);
    if (granted.length === 0) throw consent;
    return granted;
  }
  const wanted = asked.permissions.map((name) => knownPermission(app, asked, 'delegated', name));
  if (wanted.some((name) => !granted.includes(name))) throw consent;
  // Words of OpenID Connect alone give a token for Graph that reads the signed-in person, where that is consented to.
  return wanted.length > 0 ? wanted : granted.filter((name) => isUserConsentable(asked.resource, name));
}

/** @param luck decides the life of access tokens. */
export function tokenMaker(parts: SignInParts, luck: Chance): TokenMaker {
  const { signer, directory, people, clock, refresh } = parts;
  const tid = directory.facts.id;
  const seconds = (): number => Math.floor(clock.now() / 1000);
  const start = (app: Registration, audience: string) => {
    const iat = seconds();
    const life = TOKEN_SECONDS.least + luck.below(TOKEN_SECONDS.spread);
    const claims = { aud: audience, iss: `https://sts.windows.net/${tid}/`, iat, nbf: iat, exp: iat + life, appid: app.facts.appId, app_displayname: app.facts.displayName, idp: `https://sts.windows.net/${tid}/`, tid, uti: luck.hex(11), ver: '1.0' };
    return { claims, bearer: { token_type: 'Bearer', expires_in: life, ext_expires_in: life } };
  };
  return {
    forApp: (app, asked, proof) => {
      const { claims, bearer } = start(app, asked.audience);
      const roles = [...app.consented.application[asked.resource]];
      const id = app.servicePrincipalId;
      return { ...bearer, access_token: signer.sign({ ...claims, appidacr: proof === 'secret' ? '1' : '2', idtyp: 'app', oid: id, sub: id, ...(roles.length > 0 ? { roles } : {}) }) };
    },
    forUser: (app, asked, grant, origin) => {
      const { userId } = grant;
      const user = directory.user.get(userId);
      const scopes = grantedScopes(parts, app, asked, userId);
      const { claims, bearer } = start(app, asked.audience);
      const [upn, name] = [user && textOf(user, 'userPrincipalName'), user && textOf(user, 'displayName')];
      const shown = [...asked.oidc].filter((word) => word !== 'offline_access');
      const sub = createHash('sha256').update(`${app.facts.appId}/${userId}`).digest('base64url');
      const { iat, exp } = claims;
      return {
        ...bearer,
        scope: [...scopes.map((s) => (asked.audience === 'https://graph.microsoft.com' ? s : `${asked.audience}/${s}`)), ...shown].join(' '),
        access_token: signer.sign({ ...claims, appidacr: grant.isConfidential ? '1' : '0', amr: grant.mfa ? ['pwd', 'mfa'] : ['pwd'], idtyp: 'user', oid: userId, sub, upn, name, scp: scopes.length > 0 ? scopes.join(' ') : shown.join(' '), wids: people.roleTemplates(userId) }),
        ...(asked.oidc.has('offline_access') ? { refresh_token: refresh.seal({ kind: 'refresh', ...grant, issued: clock.now() }) } : {}),
        ...(asked.oidc.has('openid') ? {
          id_token: signer.sign({ aud: app.facts.appId, iss: `${origin}/${tid}/v2.0`, iat, nbf: iat, exp, oid: userId, sub, tid, preferred_username: upn, name, ver: '2.0', ...(grant.nonce === undefined ? {} : { nonce: grant.nonce }) }),
        } : {}),
        client_info: clientInfo(userId, tid),
      };
    },
  };
}
