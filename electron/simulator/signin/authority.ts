import { chance } from '../chance.ts';
import type { HttpAnswer, HttpRequest } from '../http/answer.ts';
import { refusalAnswer, refusalLine, refuse, SignInRefusal } from './aadsts.ts';
import { adminConsent } from './admin-consent.ts';
import { authorizer, type PendingCode } from './authorize.ts';
import { tokenForm } from './client-proof.ts';
import { devices } from './device.ts';
import { instanceDiscovery, openidConfiguration } from './discovery.ts';
import { messagePage } from './pages.ts';
import type { SignInParts } from './parts.ts';
import type { Registration } from './registrations.ts';
import { tokenEndpoint } from './token-endpoint.ts';
import { tokenMaker } from './tokens.ts';

/** Answers requests to the sign-in service; undefined for a path that is none of its own. */
export type Authority = (request: HttpRequest) => HttpAnswer | undefined;

/** Names that stand for any tenant. */
const ALIASES = ['common', 'organizations', 'consumers'];
/** Endpoints for a person, whose refusals are pages. */
const PAGES = new Set(['oauth2/v2.0/authorize', 'adminconsent', 'v2.0/adminconsent', 'oauth2/deviceauth']);
const ENDPOINTS = new Set([...PAGES, 'v2.0/.well-known/openid-configuration', 'discovery/v2.0/keys', 'oauth2/v2.0/devicecode', 'oauth2/v2.0/token']);

/**
 * The sign-in service: discovery, authorize, device code, token and admin consent endpoints of the Microsoft identity platform v2.0.
 * A person's part is played by an administrator of the tenant, or by the user that `login_hint` names; what that person can and
 * will do stands in the seed.
 */
export function authority(parts: SignInParts): Authority {
  const { registrations, directory, signer, clock } = parts;
  const codes = new Map<string, PendingCode>();
  const tid = directory.facts.id;
  const maker = tokenMaker(parts, chance(0x70_6b_65_6e));
  const waiting = devices(parts);
  const token = tokenEndpoint(parts, maker, codes, waiting);
  const authorize = authorizer(parts, codes);

  const isOurs = (tenant: string): boolean => tenant === tid || directory.facts.domains.some((d) => d.isVerified && d.name.toLowerCase() === tenant);
  const checkTenant = (tenant: string): void => {
    if (isOurs(tenant) || ALIASES.includes(tenant)) return;
    throw /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(tenant) || tenant.includes('.') ? refuse.tenant(tenant) : refuse.tenantName(tenant);
  };
  const findApp = (id: string | null, tenant: string, isAlone: boolean): Registration => {
    if (id === null || id === '') throw refuse.missing('client_id');
    const app = registrations.find(id);
    if (!app) throw refuse.app(id, directory.facts.displayName);
    const { appId, displayName, enabled, multitenant } = app.facts;
    if (!enabled) throw refuse.appDisabled(appId, displayName);
    if (isAlone || isOurs(tenant)) return app;
    if (tenant === 'consumers') throw refuse.consumers(appId, displayName);
    if (!multitenant) throw refuse.oneTenantApp(appId, displayName);
    return app;
  };
  /** Codes that nobody can redeem any more are forgotten. */
  const tidy = (): void => { for (const [text, code] of codes) if (code.expires + 3_600_000 < clock.now()) codes.delete(text); };

  const answer = (request: HttpRequest, tenant: string, path: string): HttpAnswer => {
    checkTenant(tenant);
    switch (path) {
      case 'v2.0/.well-known/openid-configuration': return { status: 200, body: ALIASES.includes(tenant) ? openidConfiguration(request.origin, tenant, '{tenantid}') : openidConfiguration(request.origin, tid, tid) };
      case 'discovery/v2.0/keys': return { status: 200, body: { keys: [{ ...signer.jwk, issuer: `${request.origin}/${tid}/v2.0` }] } };
      case 'oauth2/deviceauth': return waiting.page(request);
      case 'adminconsent':
      case 'v2.0/adminconsent': return adminConsent(parts, findApp(request.url.searchParams.get('client_id'), tenant, true), path === 'adminconsent' ? 1 : 2, request);
      case 'oauth2/v2.0/authorize': {
        tidy();
        const query = request.method === 'POST' ? new URLSearchParams(request.body) : request.url.searchParams;
        return authorize(findApp(query.get('client_id'), tenant, false), query, request);
      }
      default: {
        if (request.method !== 'POST') throw refuse.verb(request.method);
        if (!/^application\/x-www-form-urlencoded\b/i.test(request.headers['content-type'] ?? '')) throw path.endsWith('devicecode') ? refuse.missing('client_id') : refuse.missing('grant_type');
        const form = tokenForm(request);
        for (const name of new Set(form.keys())) if (form.getAll(name).length > 1) throw refuse.malformed();
        const app = findApp(form.get('client_id'), tenant, form.get('grant_type') === 'client_credentials');
        if (path === 'oauth2/v2.0/devicecode') return waiting.start(app, form.get('scope') ?? '');
        const base = `${request.origin}/${tid}`;
        const audiences = [`${request.origin}${request.url.pathname}`, `${base}/oauth2/v2.0/token`, `${base}/v2.0`];
        return { status: 200, headers: { 'cache-control': 'no-store, no-cache', pragma: 'no-cache' }, body: token(app, { form, tenant, origin: request.origin, audiences }) };
      }
    }
  };

  return (request) => {
    const [, first = '', ...rest] = request.url.pathname.split('/');
    // https://microsoft.com/devicelogin leads to the sign-in service's own page.
    const [tenant, path] = first === 'devicelogin' && rest.length === 0 ? ['common', 'oauth2/deviceauth'] : [first.toLowerCase(), rest.join('/')];
    const correlation = request.headers['client-request-id'] ?? undefined;
    try {
      if (path === 'discovery/instance') return instanceDiscovery(request);
      if (!ENDPOINTS.has(path)) return undefined;
      return answer(request, tenant, path);
    } catch (error) {
      if (!(error instanceof SignInRefusal)) throw error;
      if (PAGES.has(path)) return messagePage(error.status, refusalLine(error, clock.now(), correlation));
      return refusalAnswer(path.endsWith('openid-configuration') && error.code === 90002 ? error.as('invalid_tenant') : error, clock.now(), correlation);
    }
  };
}
