import { refuse } from './aadsts.ts';
import { RESOURCES, type ResourceName } from './apps.ts';
import { spelled, type PermissionKind } from './catalogue.ts';
import type { Registration } from './registrations.ts';

/** Scopes of OpenID Connect, which belong to no resource and need no administrator. */
const OIDC = new Set(['openid', 'profile', 'offline_access', 'email']);
const GRAPH = 'https://graph.microsoft.com';

/** What a `scope` parameter asks of one resource. */
export interface AskedScopes {
  /** As the client names the resource: the audience of the token. */
  readonly audience: string;
  readonly resource: ResourceName;
  readonly isDefault: boolean;
  /** Permissions as written; empty with `.default`. */
  readonly permissions: readonly string[];
  /** Words of OpenID Connect. */
  readonly oidc: ReadonlySet<string>;
}

/**
 * Sorts a `scope` parameter out by resource, the first named first. A permission without a resource belongs to Graph, and so do
 * words of OpenID Connect alone (Microsoft identity platform documentation, "scopes and permissions").
 * @param tenant name of the tenant, for messages.
 * @throws SignInRefusal 70011 for words that are no scopes, 500011 for a resource that is not there.
 */
export function readScopes(scope: string, tenant: string): readonly [AskedScopes, ...AskedScopes[]] {
  const words = scope.split(/\s+/).filter(Boolean);
  const oidc = new Set(words.filter((word) => OIDC.has(word.toLowerCase())).map((word) => word.toLowerCase()));
  const byAudience = new Map<string, string[]>();
  for (const word of words) {
    if (OIDC.has(word.toLowerCase())) continue;
    // RFC 6749 3.3: printable characters without quotes and backslashes.
    if (!/^[\x21\x23-\x5b\x5d-\x7e]+$/.test(word)) throw refuse.scope(scope);
    const cut = word.lastIndexOf('/');
    const of = cut < 0 ? GRAPH : word.slice(0, cut).replace(/\/$/, '');
    const name = word.slice(cut + 1);
    if (name === '' || of === '') throw refuse.scope(scope);
    if (!Object.hasOwn(RESOURCES, of)) throw refuse.resource(of, tenant);
    byAudience.set(of, [...byAudience.get(of) ?? [], name]);
  }
  if (byAudience.size === 0) byAudience.set(GRAPH, []);
  const asked = [...byAudience].map(([audience, names]): AskedScopes => {
    const isDefault = names.includes('.default');
    if (isDefault && names.length > 1) throw refuse.defaultScope(scope);
    return { audience, resource: RESOURCES[audience] ?? 'graph', isDefault, permissions: isDefault ? [] : names, oidc };
  });
  const [first, ...rest] = asked;
  if (!first) throw refuse.scope(scope);
  return [first, ...rest];
}

/** The same for the token endpoint, where a scope has one resource. @throws SignInRefusal 700022 besides those of {@link readScopes}. */
export function readScope(scope: string, tenant: string): AskedScopes {
  const [asked, second] = readScopes(scope, tenant);
  if (second) throw refuse.scopes(scope);
  return asked;
}

/** A permission in the spelling of its resource. A name that only the registration knows counts too. @throws SignInRefusal 650053 for one that does not exist. */
export function knownPermission(app: Registration, asked: AskedScopes, kind: PermissionKind, name: string): string {
  const registered = [...app.facts.requested[kind][asked.resource], ...app.consented[kind][asked.resource]].find((known) => known.toLowerCase() === name.toLowerCase());
  const known = spelled(asked.resource, kind, name) ?? registered;
  if (known === undefined) throw refuse.unknownPermission(app.facts.displayName, name, asked.resource === 'graph' ? '00000003-0000-0000-c000-000000000000' : '00000002-0000-0ff1-ce00-000000000000');
  return known;
}
