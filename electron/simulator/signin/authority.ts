import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { SimulatorClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import type { HttpAnswer, HttpRequest } from '../http/answer.ts';
import { refusalAnswer, refuse, SignInRefusal } from './aadsts.ts';
import type { AppRegistration } from './apps.ts';
import { proveClient } from './client-proof.ts';
import type { TokenSigner } from './keys.ts';
import { formPostPage, messagePage, redirect } from './pages.ts';
import { askedScopes, clientInfo, tokenMaker } from './tokens.ts';

/** Life of an authorization code: 10 minutes, as the service's codes. Of a device code: 15 minutes. */
const CODE_MS = 600_000;
const DEVICE_MS = 900_000;
/** Seconds between polls of a device code that the service asks for. */
const POLL_SECONDS = 5;

interface PendingCode { readonly appId: string; readonly challenge: string; readonly scope: string; readonly userId: string; readonly nonce: string | undefined; readonly redirectUri: string; readonly expires: number; used: boolean }
interface PendingDevice { readonly appId: string; readonly scope: string; readonly userId: string; readonly expires: number; polls: number }

/** Answers requests to the sign-in service; undefined for a path that is none of its own. */
export type Authority = (request: HttpRequest) => HttpAnswer | undefined;

/**
 * The sign-in service: discovery, authorize, device code and token endpoints of the Microsoft identity platform v2.0.
 * A person's part is played by an administrator of the seed, or by the user that `login_hint` names: the authorize page signs in
 * at once, and a device code is approved at its second poll.
 */
export function authority(apps: readonly AppRegistration[], directory: Directory, signer: TokenSigner, clock: SimulatorClock): Authority {
  const codes = new Map<string, PendingCode>();
  const devices = new Map<string, PendingDevice>();
  const maker = tokenMaker(signer, directory, clock.now);
  const tid = directory.facts.id;

  const findApp = (id: string | null): AppRegistration => {
    if (id === null || id === '') throw refuse.missing('client_id');
    const app = apps.find((a) => a.appId === id.toLowerCase());
    if (!app) throw refuse.app(id, directory.facts.displayName);
    return app;
  };
  const person = (hint: string | null): string => {
    const id = hint ? directory.holderOfUpn(hint) : directory.roles.flatMap((r) => [...r.memberIds]).find((m) => directory.user.get(m)?.properties['accountEnabled'] === true);
    if (id === undefined) throw refuse.noUser();
    return id;
  };
  const isOurs = (tenant: string): boolean => tenant.toLowerCase() === tid || directory.facts.domains.some((d) => d.name.toLowerCase() === tenant.toLowerCase());

  const authorize = (query: URLSearchParams): HttpAnswer => {
    const app = findApp(query.get('client_id'));
    const uri = query.get('redirect_uri') ?? '';
    // A port of a loopback redirect is never compared (RFC 8252 7.3); the registration says http://localhost.
    if (!/^http:\/\/(localhost|127\.0\.0\.1)(:\d+)?(\/|$)/.test(uri)) throw refuse.redirect(uri, app.appId);
    const state: Record<string, string> = query.has('state') ? { state: query.get('state') ?? '' } : {};
    const answer = (fields: Record<string, string>): HttpAnswer => (query.get('response_mode') === 'form_post' ? formPostPage(uri, { ...fields, ...state }) : redirect(uri, { ...fields, ...state }));
    try {
      const scope = query.get('scope') ?? '';
      askedScopes(scope);
      if (query.get('response_type') !== 'code') throw refuse.malformed();
      if (query.get('code_challenge_method') !== 'S256' || !query.get('code_challenge')) throw refuse.pkceMissing();
      const userId = person(query.get('login_hint'));
      const code = `1.${randomBytes(48).toString('base64url')}`;
      codes.set(code, { appId: app.appId, challenge: query.get('code_challenge') ?? '', scope, userId, nonce: query.get('nonce') ?? undefined, redirectUri: uri, expires: clock.now() + CODE_MS, used: false });
      return answer({ code, client_info: clientInfo(userId, tid), session_state: randomUUID() });
    } catch (error) {
      if (!(error instanceof SignInRefusal)) throw error;
      return answer({ error: error.error, error_description: `AADSTS${error.code}: ${error.message}` });
    }
  };

  const deviceCode = (form: URLSearchParams): HttpAnswer => {
    const app = findApp(form.get('client_id'));
    const scope = form.get('scope') ?? '';
    askedScopes(scope);
    const code = randomBytes(48).toString('base64url');
    const userCode = randomBytes(5).toString('hex').slice(0, 9).toUpperCase();
    devices.set(code, { appId: app.appId, scope, userId: person(null), expires: clock.now() + DEVICE_MS, polls: 0 });
    return {
      status: 200,
      body: {
        user_code: userCode, device_code: code, verification_uri: 'https://microsoft.com/devicelogin', expires_in: DEVICE_MS / 1000, interval: Math.max(1, Math.ceil(clock.realWait(POLL_SECONDS))),
        message: `To sign in, use a web browser to open the page https://microsoft.com/devicelogin and enter the code ${userCode} to authenticate.`,
      },
    };
  };

  const token = (form: URLSearchParams, origin: string, endpoint: string, tenant: string): Record<string, unknown> => {
    const app = findApp(form.get('client_id'));
    const grant = form.get('grant_type');
    switch (grant) {
      case null: throw refuse.missing('grant_type');
      case 'client_credentials': {
        if (!isOurs(tenant)) throw refuse.tenant(tenant);
        const proof = proveClient(app, form, endpoint, clock.now());
        const scope = form.get('scope') ?? '';
        if (!/^\S+\/\.default$/.test(scope)) throw refuse.appScope(scope);
        return maker.forApp(app, askedScopes(scope), proof);
      }
      // msal-node sends the bare name, RFC 8628 3.4 the URN; the service takes both.
      case 'device_code':
      case 'urn:ietf:params:oauth:grant-type:device_code': {
        const device = devices.get(form.get('device_code') ?? '');
        if (!device || device.appId !== app.appId) throw refuse.deviceUnknown();
        if (device.expires < clock.now()) throw refuse.deviceExpired();
        if (device.polls++ === 0) throw refuse.pending();
        devices.delete(form.get('device_code') ?? '');
        return maker.forUser(app, askedScopes(device.scope), device.userId, origin, undefined);
      }
      case 'authorization_code': {
        const code = codes.get(form.get('code') ?? '');
        if (!code || code.appId !== app.appId || code.redirectUri !== form.get('redirect_uri')) throw refuse.code();
        if (code.used) throw refuse.codeUsed();
        if (code.expires < clock.now()) throw refuse.codeExpired();
        if (createHash('sha256').update(form.get('code_verifier') ?? '').digest('base64url') !== code.challenge) throw refuse.pkce();
        code.used = true;
        return maker.forUser(app, askedScopes(form.get('scope') ?? code.scope), code.userId, origin, code.nonce);
      }
      case 'refresh_token': {
        const asked = askedScopes(form.get('scope') ?? 'openid profile offline_access');
        return maker.forUser(app, asked, maker.readRefresh(form.get('refresh_token') ?? '', app.appId), origin, undefined);
      }
      default: throw refuse.grant();
    }
  };

  return (request) => {
    const [, tenant = '', ...rest] = request.url.pathname.split('/');
    const path = rest.join('/');
    try {
      if (path === 'discovery/instance') return { status: 200, body: { tenant_discovery_endpoint: `${request.origin}/${tid}/v2.0/.well-known/openid-configuration`, metadata: [] } };
      if (!['v2.0/.well-known/openid-configuration', 'discovery/v2.0/keys', 'oauth2/v2.0/authorize', 'oauth2/v2.0/devicecode', 'oauth2/v2.0/token'].includes(path)) return undefined;
      if (!isOurs(tenant) && !['common', 'organizations'].includes(tenant)) throw refuse.tenant(tenant);
      if (path === 'v2.0/.well-known/openid-configuration') return { status: 200, body: discovery(request.origin, tid) };
      if (path === 'discovery/v2.0/keys') return { status: 200, body: { keys: [signer.jwk] } };
      if (path === 'oauth2/v2.0/authorize') return authorize(request.method === 'POST' ? new URLSearchParams(request.body) : request.url.searchParams);
      if (request.method !== 'POST' || !(request.headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded')) throw refuse.missing('grant_type');
      const form = new URLSearchParams(request.body);
      if (path === 'oauth2/v2.0/devicecode') return deviceCode(form);
      return { status: 200, headers: { 'cache-control': 'no-store' }, body: token(form, request.origin, `${request.origin}${request.url.pathname}`, tenant) };
    } catch (error) {
      if (!(error instanceof SignInRefusal)) throw error;
      if (path === 'oauth2/v2.0/authorize') return messagePage(error.status, `AADSTS${error.code}: ${error.message}`);
      return refusalAnswer(error, clock.now(), request.headers['client-request-id']);
    }
  };
}

/** OpenID Connect discovery document of one tenant (OpenID Connect Discovery 1.0, section 3). */
function discovery(origin: string, tid: string): Record<string, unknown> {
  const base = `${origin}/${tid}`;
  return {
    issuer: `${base}/v2.0`, authorization_endpoint: `${base}/oauth2/v2.0/authorize`, token_endpoint: `${base}/oauth2/v2.0/token`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`, jwks_uri: `${base}/discovery/v2.0/keys`, end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt'], response_modes_supported: ['query', 'fragment', 'form_post'],
    response_types_supported: ['code'], subject_types_supported: ['pairwise'], id_token_signing_alg_values_supported: ['RS256'], scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
  };
}
