import { randomBytes } from 'node:crypto';
import type { HttpAnswer, HttpRequest } from '../http/answer.ts';
import { refusalFields, refuse, SignInRefusal } from './aadsts.ts';
import { sessionShape, type Grant, type Session } from './grants.ts';
import { checkSilently, signInAtBrowser, type Outcome } from './interactive.ts';
import type { SignInParts } from './parts.ts';
import { formPostPage, redirect } from './pages.ts';
import type { Registration } from './registrations.ts';
import { readScopes } from './scopes.ts';
import { clientInfo, grantedScopes } from './tokens.ts';

/** Life of an authorization code: "they expire after about 10 minutes" (Microsoft identity platform documentation, authorization code flow). */
const CODE_MS = 600_000;
/** Life of a browser session without "stay signed in": 24 hours (Microsoft identity platform documentation, "configurable token lifetimes", session tokens). */
const SESSION_MS = 24 * 3_600_000;
/** Name of the session cookie. */
const COOKIE = 'ESTSAUTH';

/** What a code that was handed out stands for. */
export interface PendingCode {
  readonly grant: Grant;
  readonly challenge: string | null;
  readonly method: 'plain' | 'S256';
  readonly redirectUri: string;
  readonly expires: number;
  used: boolean;
}

/** True when two redirect addresses are the same to the service; the port of a loopback address is never compared (RFC 8252 7.3). */
function isSameRedirect(registered: string, asked: string): boolean {
  if (registered === asked) return true;
  if (!URL.canParse(registered) || !URL.canParse(asked)) return false;
  const [a, b] = [new URL(registered), new URL(asked)];
  return a.protocol === 'http:' && b.protocol === 'http:' && ['localhost', '127.0.0.1'].includes(a.hostname) && a.hostname === b.hostname && a.pathname === b.pathname && a.search === b.search;
}

/** Finds the platform of a redirect address. @throws SignInRefusal 900971 without one, 50011 for one that is not registered. */
export function redirectPlatform(app: Registration, uri: string | null): 'native' | 'web' {
  if (uri === null || uri === '') throw refuse.noRedirect();
  if (app.facts.redirectUris.some((known) => isSameRedirect(known, uri))) return 'native';
  if (app.facts.webRedirectUris.some((known) => isSameRedirect(known, uri))) return 'web';
  throw refuse.redirect(uri, app.facts.appId);
}

/** The authorize endpoint. A person's part is played by {@link signInAtBrowser}. */
export function authorizer(parts: SignInParts, codes: Map<string, PendingCode>): (app: Registration, query: URLSearchParams, request: HttpRequest) => HttpAnswer {
  const { clock, directory } = parts;

  const sessionOf = (request: HttpRequest): Session | undefined => {
    const sealed = new RegExp(`(?:^|;\\s*)${COOKIE}=([^;\\s]+)`).exec(request.headers['cookie'] ?? '')?.[1];
    const read = sessionShape.safeParse(sealed === undefined ? undefined : parts.session.open(sealed));
    if (!read.success || read.data.signedIn + SESSION_MS < clock.now() || read.data.signedIn < parts.people.validFrom(read.data.userId)) return undefined;
    return directory.user.has(read.data.userId) ? read.data : undefined;
  };

  return (app, query, request) => {
    const uri = query.get('redirect_uri');
    const platform = redirectPlatform(app, uri);
    const mode = query.get('response_mode') ?? 'query';
    if (!['query', 'fragment', 'form_post'].includes(mode)) throw refuse.responseMode(mode);
    const state: Record<string, string> = query.has('state') ? { state: query.get('state') ?? '' } : {};
    const answer = (fields: Record<string, string>, headers: Record<string, string> = {}): HttpAnswer => {
      const all = { ...fields, ...state };
      const made = mode === 'form_post' ? formPostPage(uri ?? '', all) : redirect(uri ?? '', all, mode === 'fragment' ? 'fragment' : 'query');
      return { ...made, headers: { 'cache-control': 'no-store, no-cache', ...made.headers, ...headers } };
    };
    try {
      const scope = query.get('scope') ?? '';
      const type = query.get('response_type');
      if (type === null || type === '') throw refuse.missing('response_type');
      if (type !== 'code') throw type.split(' ').includes('id_token') ? refuse.idTokenResponse() : refuse.responseType(type);
      if (scope.trim() === '') throw refuse.missing('scope');
      const asked = readScopes(scope, directory.facts.displayName);
      const pkce = readChallenge(query);
      const prompt = query.get('prompt');
      if (prompt !== null && !['login', 'none', 'consent', 'select_account'].includes(prompt)) throw refuse.prompt(prompt);
      const session = sessionOf(request);
      const hint = query.get('login_hint');

      let outcome: Outcome;
      if (prompt === 'none') {
        const known = session && (hint === null || directory.holderOfUpn(hint) === session.userId) ? session : undefined;
        if (!known) throw refuse.noSession();
        try {
          checkSilently(parts, app, known.userId, known.mfa, asked[0].audience);
          for (const one of asked) grantedScopes(parts, app, one, known.userId);
        } catch (error) {
          if (error instanceof SignInRefusal && error.error === 'invalid_grant') throw error.as(error.code === 65001 ? 'consent_required' : 'interaction_required');
          throw error;
        }
        outcome = { kind: 'signed in', session: known };
      } else {
        // Single sign-on: the sole person of the session, unless the request wants another or a fresh sign-in.
        const name = hint ?? (session && prompt !== 'login' && prompt !== 'select_account' ? String(directory.user.get(session.userId)?.properties['userPrincipalName'] ?? '') : null);
        outcome = signInAtBrowser(parts, app, asked, name, prompt === 'consent');
      }
      if (outcome.kind === 'page') throw new PageRefusal(outcome.refusal);
      if (outcome.kind === 'client') throw outcome.refusal.error === 'invalid_grant' ? outcome.refusal.as('consent_required') : outcome.refusal;
      const { userId, signedIn, mfa } = outcome.session;
      const code = `1.A${randomBytes(48).toString('base64url')}`;
      const nonce = query.get('nonce');
      const grant: Grant = { userId, appId: app.facts.appId, scope, signedIn, mfa, isConfidential: platform === 'web', ...(nonce === null ? {} : { nonce }) };
      codes.set(code, { grant, ...pkce, redirectUri: uri ?? '', expires: clock.now() + CODE_MS, used: false });
      return answer({ code, client_info: clientInfo(userId, directory.facts.id), session_state: parts.session.seal(userId).slice(0, 40) }, { 'set-cookie': `${COOKIE}=${parts.session.seal(outcome.session)}; path=/; HttpOnly; SameSite=None; Secure` });
    } catch (error) {
      if (error instanceof PageRefusal) throw error.refusal;
      if (!(error instanceof SignInRefusal)) throw error;
      return answer(refusalFields(error, clock.now(), request.headers['client-request-id']));
    }
  };
}

/** A refusal that the person reads instead of the application. */
class PageRefusal extends Error {
  readonly refusal: SignInRefusal;
  constructor(refusal: SignInRefusal) {
    super(refusal.message);
    this.refusal = refusal;
  }
}

/** Proof Key for Code Exchange: `S256` or `plain`, or none (RFC 7636; Microsoft identity platform documentation: recommended, not required but for single-page applications). */
function readChallenge(query: URLSearchParams): { readonly challenge: string | null; readonly method: 'plain' | 'S256' } {
  const challenge = query.get('code_challenge');
  const method = query.get('code_challenge_method') ?? 'plain';
  if (method !== 'plain' && method !== 'S256') throw refuse.challengeMethod();
  if (challenge === null && query.has('code_challenge_method')) throw refuse.challengeSize();
  if (challenge !== null && !/^[A-Za-z0-9\-._~]{43,128}$/.test(challenge)) throw refuse.challengeSize();
  return { challenge, method };
}
