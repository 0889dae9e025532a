import type { Values } from '../../../../shared/domain/objects.ts';

const keyOf = (value: string): string => (/^smtp:/i.test(value) ? value.slice(5) : value).toLowerCase();
const primaryOf = (values: Values | null): string | undefined => values?.find((value) => value.startsWith('SMTP:'))?.slice(5);

/** What is to be sent so that a planned change of addresses becomes true. */
export interface AddressDelta { readonly add: readonly string[]; readonly remove: readonly string[] }

/**
 * What is left of a planned change of a list of addresses: addresses that others added or that Exchange made stay. An address sent with
 * `SMTP:` becomes the primary one, and the one before stays as a secondary one (ExchangeOnlineManagement cmdlet reference, Set-Mailbox, EmailAddresses).
 * @param now addresses of the object as they are.
 * @param before and @param after the change as it was planned.
 */
export function addressDelta(now: Values, before: Values | null, after: Values | null): AddressDelta {
  const [present, had, wanted] = [now, before ?? [], after ?? []].map((list) => new Set(list.map(keyOf)));
  const add = (after ?? []).filter((value) => !value.startsWith('SMTP:') && !present?.has(keyOf(value)) && !had?.has(keyOf(value)));
  const remove = (before ?? []).filter((value) => !wanted?.has(keyOf(value)) && present?.has(keyOf(value)));
  const primary = primaryOf(after);
  const moved = primary !== undefined && primary.toLowerCase() !== primaryOf(now)?.toLowerCase() && primary.toLowerCase() !== primaryOf(before)?.toLowerCase();
  return { add: [...(moved ? [`SMTP:${primary}`] : []), ...add], remove };
}

/** True when others have made another address the primary one than the plan saw and than it wants. An object that the plan makes has one of its own at first. */
export function primaryDrifted(now: Values, before: Values | null, after: Values | null): boolean {
  const [is, was, wanted] = [primaryOf(now), primaryOf(before), primaryOf(after)].map((address) => address?.toLowerCase());
  return before !== null && wanted !== undefined && wanted !== was && is !== was && is !== wanted;
}

/** Values that a planned change of a list adds and takes away, in any case of letters. */
export function listDelta(before: Values | null, after: Values | null): AddressDelta {
  const without = (all: Values | null, others: Values | null): readonly string[] => { const known = new Set((others ?? []).map((v) => v.toLowerCase())); return (all ?? []).filter((v) => !known.has(v.toLowerCase())); };
  return { add: without(after, before), remove: without(before, after) };
}
