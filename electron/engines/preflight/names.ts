import type { ObjectKind, TargetObject } from '../../../shared/domain/objects.ts';
import { smtpAddresses } from '../../../shared/rules/addresses.ts';
import { firstOf } from '../../../shared/rules/attributes.ts';

/** Names that must be unique: sign-in names and source anchors among users, addresses among everything, aliases among everything with mail. */
export type NameKind = 'userPrincipalName' | 'mailNickname' | 'address' | 'anchor';

/** Who holds a name in the tenant. */
export interface NameHolder { readonly id: string; readonly name: string; readonly kind: ObjectKind; readonly deleted: boolean }

/** Names taken in a tenant, the recycle bin included. Filled page by page. */
export interface TenantNames {
  add(target: TargetObject): void;
  /** Holders of a name in any case; of a source anchor exactly. */
  holders(kind: NameKind, value: string): readonly NameHolder[];
}

/** The keys of one object's names. A deleted user's UPN carries its id in front; the name it will take back is what counts. */
export function namesOf(target: TargetObject): readonly (readonly [NameKind, string])[] {
  const upn = firstOf(target.attributes, 'userPrincipalName')?.toLowerCase();
  const mark = target.id.replaceAll('-', '').toLowerCase();
  const nickname = firstOf(target.attributes, 'mailNickname')?.toLowerCase();
  const anchor = firstOf(target.attributes, 'onPremisesImmutableId');
  return [
    ...(upn === undefined ? [] : [['userPrincipalName', target.deleted && upn.startsWith(mark) ? upn.slice(mark.length) : upn] as const]),
    ...(nickname === undefined ? [] : [['mailNickname', nickname] as const]),
    ...(anchor === undefined ? [] : [['anchor', anchor] as const]),
    ...smtpAddresses(target.attributes).map((address) => ['address', address] as const),
  ];
}

/** An empty index of names. */
export function createTenantNames(): TenantNames {
  // One holder, or several: nearly every name has one, and a list for each costs memory. A table for each kind, so that names need no mark.
  const tables: Readonly<Record<NameKind, Map<string, NameHolder | NameHolder[]>>> = { userPrincipalName: new Map(), mailNickname: new Map(), address: new Map(), anchor: new Map() };
  return {
    add(target) {
      const holder: NameHolder = { id: target.id, name: target.name, kind: target.kind, deleted: target.deleted };
      for (const [kind, value] of namesOf(target)) {
        const table = tables[kind];
        const held = table.get(value);
        if (held === undefined) table.set(value, holder);
        else if (Array.isArray(held)) held.push(holder);
        else table.set(value, [held, holder]);
      }
    },
    holders: (kind, value) => {
      // Base64 differs by case (Microsoft Entra Connect: the source anchor is case-sensitive).
      const held = tables[kind].get(kind === 'anchor' ? value : value.toLowerCase());
      return held === undefined ? [] : Array.isArray(held) ? held : [held];
    },
  };
}
