/** What is known of the members of one group; members are objectGUIDs. */
export interface MembershipFacts {
  /** Members in the tenant, as the objects that are matched with them. */
  readonly tenant: ReadonlySet<string>;
  /** Members in the directory. */
  readonly directory: ReadonlySet<string>;
  /** Members on which both sides agreed last; null: they never did, and every difference is the tenant's word. */
  readonly agreed: ReadonlySet<string> | null;
  /** True for an object that has a match which is there: whoever has none cannot be a member in the tenant, and its absence says nothing. */
  readonly isMatched: (id: string) => boolean;
  /** True for an object whose agreed membership is in the tenant as it was, though it is not in `tenant` now, because its match was taken away or waits. Absent: nobody's. */
  readonly lingers?: (id: string) => boolean;
}

/** What is to be written to the directory, and what is left as it is. */
export interface MembershipChange {
  readonly add: readonly string[];
  readonly remove: readonly string[];
  /** In the tenant and agreed, but taken out of the group in the directory since: they do not come back by themselves. */
  readonly takenOut: readonly string[];
  /** In the directory only: put there since, or never matched; they stay. */
  readonly stay: readonly string[];
  /** On both sides now. */
  readonly agree: readonly string[];
  /** Agreed once and on neither side any more. */
  readonly forget: readonly string[];
}

/**
 * Compares the members of a group three ways: what the tenant changed since both sides agreed is written to the directory, what the directory
 * changed since stays. Without an agreement the tenant counts, and a person sees the whole before it is written. A member without a match is never
 * removed, and what lingers is not forgotten: who was taken out in the directory does not come back with the match.
 */
export function compareMembership({ tenant, directory, agreed, isMatched, lingers }: MembershipFacts): MembershipChange {
  const change = { add: [] as string[], remove: [] as string[], takenOut: [] as string[], stay: [] as string[], agree: [] as string[], forget: [] as string[] };
  for (const id of tenant) {
    if (directory.has(id)) change.agree.push(id);
    else if (agreed?.has(id) === true) change.takenOut.push(id);
    else change.add.push(id);
  }
  for (const id of directory) {
    if (tenant.has(id)) continue;
    if (isMatched(id) && (agreed === null || agreed.has(id))) change.remove.push(id);
    else change.stay.push(id);
  }
  for (const id of agreed ?? []) if (!tenant.has(id) && !directory.has(id) && lingers?.(id) !== true) change.forget.push(id);
  return change;
}
