import type { HttpAnswer, HttpRequest } from '../http/answer.ts';
import { refuse } from './aadsts.ts';

/** The clouds' sign-in hosts as instance discovery lists them (msal's built-in copy of the answer). */
const INSTANCES = [
  { preferred_network: 'login.microsoftonline.com', preferred_cache: 'login.windows.net', aliases: ['login.microsoftonline.com', 'login.windows.net', 'login.microsoft.com', 'sts.windows.net'] },
  { preferred_network: 'login.partner.microsoftonline.cn', preferred_cache: 'login.partner.microsoftonline.cn', aliases: ['login.partner.microsoftonline.cn', 'login.chinacloudapi.cn'] },
  { preferred_network: 'login.microsoftonline.us', preferred_cache: 'login.microsoftonline.us', aliases: ['login.microsoftonline.us', 'login.usgovcloudapi.net'] },
];

/** Instance discovery: `GET /common/discovery/instance?api-version=1.1&authorization_endpoint=...`. @throws SignInRefusal 50050, 50049. */
export function instanceDiscovery(request: HttpRequest): HttpAnswer {
  const endpoint = request.url.searchParams.get('authorization_endpoint') ?? '';
  if (!URL.canParse(endpoint)) throw refuse.discovery();
  const { host, origin, pathname } = new URL(endpoint);
  const isKnown = host === new URL(request.origin).host || INSTANCES.some((one) => one.aliases.includes(host));
  if (!isKnown) throw refuse.noInstance(host);
  const tenant = pathname.split('/')[1] ?? 'common';
  return { status: 200, body: { tenant_discovery_endpoint: `${origin}/${tenant}/v2.0/.well-known/openid-configuration`, 'api-version': '1.1', metadata: INSTANCES } };
}

/**
 * OpenID Connect discovery document (OpenID Connect Discovery 1.0, section 3; Microsoft identity platform documentation, OpenID Connect).
 * @param issuer tenant of the issuer; for `common` and `organizations` the text `{tenantid}`, as the service writes it.
 */
export function openidConfiguration(origin: string, tenant: string, issuer: string): Record<string, unknown> {
  const base = `${origin}/${tenant}`;
  return {
    token_endpoint: `${base}/oauth2/v2.0/token`, token_endpoint_auth_methods_supported: ['client_secret_post', 'private_key_jwt', 'client_secret_basic'], jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'], subject_types_supported: ['pairwise'], id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code', 'id_token', 'code id_token', 'id_token token'], scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    issuer: `${origin}/${issuer}/v2.0`, request_uri_parameter_supported: false, userinfo_endpoint: 'https://graph.microsoft.com/oidc/userinfo', authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`, http_logout_supported: true, frontchannel_logout_supported: true, end_session_endpoint: `${base}/oauth2/v2.0/logout`,
    claims_supported: ['sub', 'iss', 'cloud_instance_name', 'cloud_instance_host_name', 'cloud_graph_host_name', 'msgraph_host', 'aud', 'exp', 'iat', 'auth_time', 'acr', 'nonce', 'preferred_username', 'name', 'tid', 'ver', 'at_hash', 'c_hash', 'email'],
    tenant_region_scope: null, cloud_instance_name: 'microsoftonline.com', cloud_graph_host_name: 'graph.windows.net', msgraph_host: 'graph.microsoft.com', rbac_url: 'https://pas.windows.net',
  };
}
