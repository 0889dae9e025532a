import type { ObjectKind, TargetObject } from '../../../../shared/domain/objects.ts';
import { firstOf, valuesOf } from '../../../../shared/rules/attributes.ts';

/** What of an object of the tenant decides about matches. */
export interface HeldObject {
  readonly id: string;
  readonly kind: ObjectKind;
  readonly name: string;
  /** onPremisesImmutableId; empty: none. */
  readonly anchor: string;
  /** Another directory synchronisation keeps it already. */
  readonly synchronised: boolean;
  /** Address with `SMTP:` in lower case; empty: none. */
  readonly primary: string;
  /** Sign-in name of a user as it is written; null: it is none. */
  readonly upn: string | null;
}

/** The tenant by everything that directory synchronisation matches with or that must be one object's only. */
export interface HandOverIndex {
  add(target: TargetObject): void;
  byId(id: string): HeldObject | undefined;
  /** With regard to letter case (Entra documentation, sourceAnchor). */
  byAnchor(anchor: string): HeldObject | undefined;
  /** Users only. */
  byUpn(upn: string): HeldObject | undefined;
  /** Of any kind; any of its addresses. */
  byAddress(address: string): HeldObject | undefined;
}

/** Addresses of an object by SMTP in lower case, without their prefix, and the primary one. */
export function smtpOf(values: readonly string[]): { readonly all: readonly string[]; readonly primary: string } {
  const smtp = values.filter((value) => /^smtp:/i.test(value));
  return { all: smtp.map((value) => value.slice(5).trim().toLowerCase()), primary: smtp.find((value) => value.startsWith('SMTP:'))?.slice(5).trim().toLowerCase() ?? '' };
}

/** An empty index. Memory: some hundred bytes an object. */
export function createHandOverIndex(): HandOverIndex {
  const [ids, anchors, upns, addresses] = [new Map<string, HeldObject>(), new Map<string, HeldObject>(), new Map<string, HeldObject>(), new Map<string, HeldObject>()];
  return {
    add(target) {
      if (target.deleted) return;
      const { all, primary } = smtpOf(valuesOf(target.attributes, 'proxyAddresses') ?? []);
      const held: HeldObject = { id: target.id, kind: target.kind, name: target.name, anchor: firstOf(target.attributes, 'onPremisesImmutableId') ?? '', synchronised: firstOf(target.attributes, 'onPremisesSyncEnabled')?.toLowerCase() === 'true', primary, upn: target.kind === 'user' ? firstOf(target.attributes, 'userPrincipalName') ?? null : null };
      ids.set(held.id, held);
      if (held.anchor !== '') anchors.set(held.anchor, held);
      if (held.upn !== null) upns.set(held.upn.toLowerCase(), held);
      for (const address of all) addresses.set(address, held);
    },
    byId: (id) => ids.get(id), byAnchor: (anchor) => anchors.get(anchor), byUpn: (upn) => upns.get(upn.toLowerCase()), byAddress: (address) => addresses.get(address.toLowerCase()),
  };
}
