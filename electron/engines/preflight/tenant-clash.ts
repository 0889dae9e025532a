import type { NameHolder, NameKind, TenantNames } from './names.ts';

/** One object's wish to have a name. */
export interface NameWish {
  readonly kind: NameKind;
  readonly value: string;
  readonly objectName: string;
  /** Graph id of its match; null: it has none. */
  readonly targetId: string | null;
  /** `not asked`: nobody has looked for a match yet, so the holder may well be that very object. */
  readonly matched: 'yes' | 'no' | 'not asked';
  /** A Microsoft 365 group, which may not share a mailNickname (Graph documentation, group: mailNickname). */
  readonly unified: boolean;
}

/** A name that somebody else in the tenant holds. */
export interface Clash { readonly severity: 'error' | 'warning'; readonly message: string }

/**
 * Two users may share a mailNickname in the directory, only Exchange will not take it; a Microsoft 365 group may not share one
 * (Graph documentation, group: mailNickname must be unique for Microsoft 365 groups).
 */
export function nameSeverity(kind: NameKind, unified: boolean): Clash['severity'] {
  return kind !== 'mailNickname' || unified ? 'error' : 'warning';
}

/** True when an object of the tenant signs in by a name already, or has it as an address: as its sign-in name it is taken from nobody. */
export function holdsAlready(targetId: string | null, name: string, names: TenantNames): boolean {
  return targetId !== null && (['userPrincipalName', 'address'] as const).some((kind) => names.holders(kind, name).some(({ id }) => id === targetId));
}

/** Looks a name up in the tenant, the recycle bin included. @returns null when it is free, or the object's own. */
export function tenantClash({ kind, value, objectName, targetId, matched, unified }: NameWish, names: TenantNames): Clash | null {
  const others = names.holders(kind, value).filter((holder) => holder.id !== targetId);
  const live = others.find((holder) => !holder.deleted);
  const named = ({ kind: what, name }: NameHolder): string => `the ${what} ${name}`;
  if (live !== undefined) {
    return matched === 'not asked'
      ? { severity: 'warning', message: `${value} belongs to ${named(live)} of the tenant; match ${objectName} with it, or change one of the two.` }
      : { severity: nameSeverity(kind, unified), message: `${value} already belongs to ${named(live)} of the tenant. Match ${objectName} with it, or change one of the two.` };
  }
  const deleted = others.find((holder) => holder.deleted);
  if (deleted === undefined || kind === 'anchor') return null;
  // An address stays taken while its holder is in the recycle bin: Graph refuses it to others ("ObjectConflict" on proxyAddresses).
  return kind === 'address'
    ? { severity: 'error', message: `${value} belongs to ${named(deleted)} in the recycle bin, and Microsoft 365 gives it to nobody else while it is there. Restore that object and match ${objectName} with it, or remove it from the recycle bin.` }
    : { severity: 'warning', message: `${value} belongs to ${named(deleted)} in the recycle bin; that object can then not be restored unchanged.` };
}
