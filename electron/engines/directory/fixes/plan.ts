import type { Values } from '../../../../shared/domain/objects.ts';
import { valuesOf } from '../../../../shared/rules/attributes.ts';
import type { DirectoryEntry, DirectorySchema } from '../port.ts';
import type { FixChange } from './change.ts';

/** What a person decided about one value of one object. */
export interface FixWish {
  readonly attribute: string;
  /** As the check read it; empty: the attribute had no value. */
  readonly value: string;
  /** The value to put in its place; null takes the value away. */
  readonly to: string | null;
}

/** A change to be planned, or why there is none. */
export type PlannedFix = { readonly change: FixChange } | { readonly skip: string };

/**
 * The attribute whose values tell what the signed-in account may write to an object; computed by the directory (MS-ADTS 3.1.1.4.5.22,
 * allowedAttributesEffective). Ask for it together with the attributes to be changed.
 */
export const EFFECTIVE_RIGHTS = 'allowedAttributesEffective';

/**
 * Turns a decision into a change of one attribute against the object as it is now. Nothing is left out in silence: what cannot or need
 * not be written comes back with the reason.
 * @param entry the object with its present values; undefined: it is gone.
 */
export function planFix(wish: FixWish, entry: DirectoryEntry | undefined, schema: DirectorySchema): PlannedFix {
  const { attribute, value, to } = wish;
  if (entry === undefined) return { skip: 'The object is not in the directory any more.' };
  const known = schema.attribute(attribute);
  if (known === undefined) return { skip: `This directory has no attribute ${attribute}; it comes with the schema extension of Exchange.` };
  const now = valuesOf(entry.attributes, attribute) ?? [];
  const present = value !== '' && now.includes(value);
  const before: Values | null = present ? [value] : null;
  if (!present && value !== '') return { skip: to !== null && now.includes(to) ? `${attribute} is ${to} already.` : `${attribute} has changed since the check. Check again to decide.` };
  if (value === '' && known.singleValued && now.length > 0) return { skip: `${attribute} has a value by now. Check again to decide.` };
  if (to === null || to === '') return before === null ? { skip: `${attribute} has no value to remove.` } : { change: { attribute, before, after: null } };
  if (to === value) return { skip: 'The value would stay as it is.' };
  // Two spellings of one value cannot be in one attribute: the mended one is there, so the broken one only goes.
  const twin = now.find((other) => other !== value && other.toLowerCase() === to.toLowerCase());
  if (twin !== undefined) return before === null ? { skip: `${attribute} has the value ${twin} already.` } : { change: { attribute, before, after: null } };
  return { change: { attribute, before, after: [to] } };
}

/**
 * False when the directory says that the account may not write the attribute of this object. A directory that computes {@link EFFECTIVE_RIGHTS}
 * leaves it out when nothing may be written (proved on Samba); one that does not know it says nothing, and then writing is tried.
 */
export function mayWrite(entry: DirectoryEntry, attribute: string, schema: DirectorySchema): boolean {
  if (schema.attribute(EFFECTIVE_RIGHTS) === undefined) return true;
  return (valuesOf(entry.attributes, EFFECTIVE_RIGHTS) ?? []).some((name) => name.toLowerCase() === attribute.toLowerCase());
}
