import type { Directory } from '../directory/directory.ts';
import { textOf } from '../directory/objects.ts';
import { RESOURCES, type AppRegistration, type ResourceName } from './apps.ts';
import { refuse } from './aadsts.ts';
import type { TokenSigner } from './keys.ts';

/** Life of an access token in seconds, as the service answers it in `expires_in`. */
export const TOKEN_SECONDS = 3599;
/** Life of a refresh token in seconds: 90 days (Microsoft identity platform documentation, refresh tokens). */
const REFRESH_SECONDS = 90 * 24 * 3600;
const OIDC = new Set(['openid', 'profile', 'offline_access', 'email']);

/** Scopes asked for, sorted out: one resource and the permissions in its own words. */
export interface AskedScopes {
  readonly audience: string;
  readonly resource: ResourceName;
  readonly isDefault: boolean;
  readonly permissions: readonly string[];
  readonly wantsRefresh: boolean;
  readonly wantsIdToken: boolean;
}

/** Sorts out a `scope` parameter. A permission without a resource belongs to Graph. @throws SignInRefusal 70011. */
export function askedScopes(scope: string): AskedScopes {
  let audience: string | undefined;
  let isDefault = false;
  const permissions: string[] = [];
  const words = scope.split(/\s+/).filter(Boolean);
  for (const word of words) {
    if (OIDC.has(word)) continue;
    const cut = word.includes('://') ? word.lastIndexOf('/') : -1;
    const of = cut < 0 ? 'https://graph.microsoft.com' : word.slice(0, cut).replace(/\/$/, '');
    if (!RESOURCES[of] || (audience !== undefined && audience !== of)) throw refuse.scope(scope);
    audience = of;
    const permission = word.slice(cut + 1);
    if (permission === '.default') isDefault = true;
    else permissions.push(permission);
  }
  const resource = RESOURCES[audience ?? 'https://graph.microsoft.com'];
  if (!resource) throw refuse.scope(scope);
  return { audience: audience ?? 'https://graph.microsoft.com', resource, isDefault, permissions, wantsRefresh: words.includes('offline_access'), wantsIdToken: words.includes('openid') };
}

/** Makes the token endpoint's answers. */
export interface TokenMaker {
  forApp(app: AppRegistration, asked: AskedScopes, proof: 'secret' | 'certificate'): Record<string, unknown>;
  /** `userId`: a live user. Refusals: 50034 unknown, 50057 disabled, 65001 a permission nobody consented to. */
  forUser(app: AppRegistration, asked: AskedScopes, userId: string, origin: string, nonce: string | undefined): Record<string, unknown>;
  /** User and application of a refresh token. @throws SignInRefusal 70000, 70008. */
  readRefresh(token: string, appId: string): string;
}

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** `client_info` as msal expects it: user and tenant that make the home account id. */
export function clientInfo(userId: string, tenantId: string): string {
  return base64url({ uid: userId, utid: tenantId });
}

/** @param now wall time in milliseconds. */
export function tokenMaker(signer: TokenSigner, directory: Directory, now: () => number): TokenMaker {
  const tid = directory.facts.id;
  const seconds = (): number => Math.floor(now() / 1000);
  const common = (app: AppRegistration, audience: string) => {
    const iat = seconds();
    return { aud: audience, iss: `https://sts.windows.net/${tid}/`, iat, nbf: iat, exp: iat + TOKEN_SECONDS, appid: app.appId, app_displayname: app.displayName, tid, ver: '1.0' };
  };
  const bearer = { token_type: 'Bearer', expires_in: TOKEN_SECONDS, ext_expires_in: TOKEN_SECONDS };
  return {
    forApp: (app, asked, proof) => ({
      ...bearer,
      access_token: signer.sign({ ...common(app, asked.audience), appidacr: proof === 'secret' ? '1' : '2', idtyp: 'app', oid: app.servicePrincipalId, sub: app.servicePrincipalId, roles: app.roles[asked.resource] }),
    }),
    forUser: (app, asked, userId, origin, nonce) => {
      const user = directory.user.get(userId);
      if (!user) throw refuse.noUser();
      if (user.properties['accountEnabled'] === false) throw refuse.disabled();
      const granted = app.scopes[asked.resource];
      if (asked.permissions.some((p) => !granted.includes(p))) throw refuse.consent(app.appId);
      const scopes = asked.isDefault ? granted : asked.permissions.length > 0 ? asked.permissions : ['User.Read'];
      const upn = textOf(user, 'userPrincipalName');
      const name = textOf(user, 'displayName');
      const wids = directory.roles.filter((r) => r.memberIds.has(userId)).map((r) => r.roleTemplateId);
      const iat = seconds();
      return {
        ...bearer,
        scope: [...scopes.map((s) => (asked.resource === 'graph' ? s : `${asked.audience}/${s}`)), ...(asked.wantsIdToken ? ['openid', 'profile'] : [])].join(' '),
        access_token: signer.sign({ ...common(app, asked.audience), appidacr: '0', idtyp: 'user', oid: userId, sub: userId, upn, name, scp: scopes.join(' '), wids }),
        ...(asked.wantsRefresh ? { refresh_token: signer.sign({ kind: 'refresh', sub: userId, appid: app.appId, exp: iat + REFRESH_SECONDS }) } : {}),
        ...(asked.wantsIdToken ? {
          id_token: signer.sign({ aud: app.appId, iss: `${origin}/${tid}/v2.0`, iat, nbf: iat, exp: iat + TOKEN_SECONDS, oid: userId, sub: userId, tid, preferred_username: upn, name, ver: '2.0', ...(nonce === undefined ? {} : { nonce }) }),
        } : {}),
        client_info: clientInfo(userId, tid),
      };
    },
    readRefresh: (token, appId) => {
      const claims = signer.read(token);
      if (claims?.['kind'] !== 'refresh' || claims['appid'] !== appId || typeof claims['sub'] !== 'string') throw refuse.code();
      if (Number(claims['exp']) < seconds()) throw refuse.codeExpired();
      return claims['sub'];
    },
  };
}
