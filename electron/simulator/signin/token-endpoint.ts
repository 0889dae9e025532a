import { createHash } from 'node:crypto';
import { refuse } from './aadsts.ts';
import type { PendingCode } from './authorize.ts';
import { readProof, requireProof } from './client-proof.ts';
import type { Devices } from './device.ts';
import { refreshShape, type Grant } from './grants.ts';
import { checkSilently, findUser } from './interactive.ts';
import type { SignInParts } from './parts.ts';
import type { Registration } from './registrations.ts';
import { readScope } from './scopes.ts';
import type { TokenMaker } from './tokens.ts';

/** Days after which an unused refresh token ends (Microsoft identity platform documentation, refresh tokens: token lifetime). */
const REFRESH_DAYS = 90;

/** A request to the token endpoint. */
export interface TokenRequest {
  readonly form: URLSearchParams;
  /** Tenant of the address as written. */
  readonly tenant: string;
  readonly origin: string;
  /** Addresses of the endpoint that an assertion may be for. */
  readonly audiences: readonly string[];
}

/** The token endpoint: gives the body of a successful answer. @throws SignInRefusal for every other. */
export function tokenEndpoint(parts: SignInParts, maker: TokenMaker, codes: Map<string, PendingCode>, devices: Devices): (app: Registration, request: TokenRequest) => Record<string, unknown> {
  const { clock, directory, people } = parts;
  const scopeOf = (text: string) => readScope(text, directory.facts.displayName);
  const prove = (app: Registration, request: TokenRequest) => requireProof(app, request.form, request.audiences, clock.now());

  /** A grant of a person becomes tokens under today's policies. */
  const issue = (app: Registration, grant: Grant, scope: string | null, origin: string): Record<string, unknown> => {
    const asked = scopeOf(scope === null || scope.trim() === '' ? grant.scope : scope);
    const validFrom = people.validFrom(grant.userId);
    if (grant.signedIn < validFrom) throw refuse.revoked(new Date(grant.signedIn).toISOString(), new Date(validFrom).toISOString());
    checkSilently(parts, app, grant.userId, grant.mfa, asked.audience);
    return maker.forUser(app, asked, grant, origin);
  };

  /** A client with an address of the platform "Web" proves itself; a native one must not hold a secret at all. */
  const checkClient = (app: Registration, request: TokenRequest, isConfidential: boolean): void => {
    if (isConfidential) prove(app, request);
    else if (request.form.has('client_secret') || request.form.has('client_assertion')) throw refuse.publicWithCredential();
  };

  const redeemCode = (app: Registration, request: TokenRequest): Record<string, unknown> => {
    const { form } = request;
    const text = form.get('code');
    if (text === null || text === '') throw refuse.missing('code');
    const code = codes.get(text);
    if (!code) throw refuse.malformedGrant();
    if (code.grant.appId !== app.facts.appId) throw refuse.code();
    checkClient(app, request, code.grant.isConfidential);
    const uri = form.get('redirect_uri');
    if (uri !== code.redirectUri) throw uri === null ? refuse.missing('redirect_uri') : refuse.redirectDiffers(uri, code.redirectUri);
    if (code.used) throw refuse.codeUsed();
    if (code.expires < clock.now()) throw refuse.codeExpired();
    if (code.challenge !== null) {
      const verifier = form.get('code_verifier') ?? '';
      const shown = code.method === 'plain' ? verifier : createHash('sha256').update(verifier).digest('base64url');
      if (shown !== code.challenge) throw refuse.pkce();
    }
    code.used = true;
    return issue(app, code.grant, form.get('scope'), request.origin);
  };

  const refresh = (app: Registration, request: TokenRequest): Record<string, unknown> => {
    const text = request.form.get('refresh_token');
    if (text === null || text === '') throw refuse.missing('refresh_token');
    const read = refreshShape.safeParse(parts.refresh.open(text));
    if (!read.success) throw refuse.malformedGrant();
    const { kind: _, issued, nonce: _nonce, ...grant } = read.data;
    if (grant.appId !== app.facts.appId) throw refuse.code();
    checkClient(app, request, grant.isConfidential);
    if (issued + REFRESH_DAYS * 86_400_000 <= clock.now()) throw refuse.refreshExpired(new Date(issued).toISOString(), REFRESH_DAYS);
    // A used refresh token stays valid; the answer brings a new one (documentation: "doesn't revoke old refresh tokens when used").
    const scope = request.form.get('scope');
    return issue(app, grant, scope === null ? null : `${scope} offline_access`, request.origin);
  };

  const password = (app: Registration, request: TokenRequest): Record<string, unknown> => {
    const { form, tenant } = request;
    if (tenant === 'common' || tenant === 'consumers') throw refuse.passwordTenant();
    if (readProof(app, form, request.audiences, clock.now()) === null && !app.facts.allowPublicClient) throw refuse.noCredential();
    for (const name of ['username', 'password']) if (!form.get(name)) throw refuse.missing(name);
    const userId = findUser(parts, app, form.get('username') ?? '');
    const needs = people.needs(userId);
    if (needs.password === undefined || needs.password !== form.get('password')) throw refuse.password();
    if (needs.passwordExpired === true) throw refuse.passwordExpired();
    const grant: Grant = { userId, appId: app.facts.appId, scope: form.get('scope') ?? '', signedIn: clock.now(), mfa: false, isConfidential: false };
    return issue(app, grant, null, request.origin);
  };

  return (app, request) => {
    const { form } = request;
    const grantType = form.get('grant_type');
    switch (grantType) {
      case null:
      case '': throw refuse.missing('grant_type');
      case 'client_credentials': {
        if (['common', 'organizations', 'consumers'].includes(request.tenant)) throw refuse.noTenant();
        const proof = prove(app, request);
        const scope = form.get('scope') ?? '';
        if (scope.trim() === '') throw refuse.missing('scope');
        const asked = scopeOf(scope);
        if (!asked.isDefault || asked.oidc.size > 0) throw refuse.appScope(scope);
        return maker.forApp(app, asked, proof);
      }
      // msal-node sends the bare name, RFC 8628 3.4 the URN; the service takes both.
      case 'device_code':
      case 'urn:ietf:params:oauth:grant-type:device_code': {
        if (!app.facts.allowPublicClient) throw refuse.noCredential();
        const code = form.get('device_code');
        if (code === null || code === '') throw refuse.missing('device_code');
        return issue(app, devices.poll(app, code), null, request.origin);
      }
      case 'authorization_code': return redeemCode(app, request);
      case 'refresh_token': return refresh(app, request);
      case 'password': return password(app, request);
      default: throw refuse.grant(grantType);
    }
  };
}
