import type { Attributes } from '../domain/objects.ts';

/** What a person calls an object of the tenant: its display name, else its sign-in name, address or alias, else its Graph id. */
export function targetName(id: string, attributes: Attributes): string {
  return attributes['displayName']?.[0] ?? attributes['userPrincipalName']?.[0] ?? attributes['mail']?.[0] ?? attributes['mailNickname']?.[0] ?? id;
}
