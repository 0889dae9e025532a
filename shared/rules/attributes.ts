import type { Attributes, Values } from '../domain/objects.ts';

/**
 * Values of one attribute, found without regard to the case of its name (RFC 4512 2.5: attribute descriptions are
 * case-insensitive). The usual spelling is tried first, so that the common case costs one look-up.
 * @returns the values, or undefined when the attribute is absent; never an empty list.
 */
export function valuesOf(attributes: Attributes, name: string): Values | undefined {
  const direct = attributes[name];
  if (direct !== undefined) return direct.length > 0 ? direct : undefined;
  const wanted = name.toLowerCase();
  for (const key in attributes) {
    // Most attributes that are asked for are absent; the length tells nearly all names apart without making new text of them.
    if (key.length !== wanted.length || key.toLowerCase() !== wanted) continue;
    const values = attributes[key];
    return values !== undefined && values.length > 0 ? values : undefined;
  }
  return undefined;
}

/**
 * First value of an attribute, trimmed.
 * @returns undefined when the attribute is absent or its first value is only white space.
 */
export function firstOf(attributes: Attributes, name: string): string | undefined {
  const value = valuesOf(attributes, name)?.[0]?.trim();
  return value === undefined || value === '' ? undefined : value;
}

/**
 * First value of an integer attribute. Active Directory stores 32-bit flags signed; the number comes back as it was sent.
 * @returns undefined when absent or not a decimal integer.
 */
export function integerOf(attributes: Attributes, name: string): number | undefined {
  const value = firstOf(attributes, name);
  return value !== undefined && /^-?\d{1,15}$/.test(value) ? Number(value) : undefined;
}
