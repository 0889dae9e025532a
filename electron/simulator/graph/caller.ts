import type { TokenSigner } from '../signin/keys.ts';
import { RESOURCES, type ResourceName } from '../signin/apps.ts';
import { GraphRefusal } from './refusal.ts';

/** Who calls, from the access token. */
export interface Caller {
  readonly appId: string;
  /** Application permissions, or delegated scopes. */
  readonly permissions: ReadonlySet<string>;
  /** Signed-in user; null for an application on its own. */
  readonly userId: string | null;
  /** The signed-in user holds a directory role. */
  readonly isAdministrator: boolean;
  /** Seconds since 1970. */
  readonly expires: number;
}

const invalid = (message: string): GraphRefusal => new GraphRefusal(401, 'InvalidAuthenticationToken', message, { headers: { 'www-authenticate': 'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize"' } });

/** Reads the caller from an Authorization header; the signature of a token is checked once. */
export type CallerReader = (authorization: string | undefined, nowMs: number) => Caller;

/**
 * @param resource the resource tokens must be for.
 * @param tenantId tokens of another tenant are refused.
 */
export function callerReader(signer: TokenSigner, resource: ResourceName, tenantId: string): CallerReader {
  const known = new Map<string, Caller>();
  const read = (token: string): Caller => {
    if (token.split('.').length !== 3) throw invalid('CompactToken parsing failed with error code: 80049217');
    const claims = signer.read(token);
    if (!claims) throw invalid('Access token validation failure.');
    if (RESOURCES[String(claims['aud'])] !== resource) throw invalid('Access token validation failure. Invalid audience.');
    if (claims['tid'] !== tenantId) throw invalid('Access token validation failure. Invalid tenant.');
    const { roles, scp, wids, oid } = claims;
    const isUser = claims['idtyp'] === 'user';
    return {
      appId: String(claims['appid']), userId: isUser ? String(oid) : null,
      permissions: new Set(isUser ? String(scp ?? '').split(' ') : Array.isArray(roles) ? roles.map(String) : []),
      isAdministrator: isUser && Array.isArray(wids) && wids.length > 0, expires: Number(claims['exp']),
    };
  };
  return (authorization, nowMs) => {
    const token = /^Bearer\s+(\S+)\s*$/i.exec(authorization ?? '')?.[1];
    if (token === undefined) throw invalid('Access token is empty.');
    let caller = known.get(token);
    if (!caller) {
      caller = read(token);
      if (known.size >= 1000) known.clear();
      known.set(token, caller);
    }
    if (caller.expires * 1000 <= nowMs) throw invalid('Lifetime validation failed, the token is expired.');
    return caller;
  };
}
