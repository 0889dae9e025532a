import type { Capability } from './capabilities.ts';
import type { Comparison } from './filter-parser.ts';

/** A constant to compare with; dates and GUIDs are texts here. */
export type Value = string | boolean | null;

/** How a property's text is brought into the form in which the directory compares it. */
export function folded(text: string, capability: Pick<Capability, 'exact'>): string {
  return capability.exact ? text : text.toLowerCase();
}

/**
 * Test of one stored value against a constant. Texts compare without regard to case, dates by the moment they name.
 * A missing value equals null and nothing else, and lies in no range.
 */
export function comparisonTest(operator: Comparison, wanted: Value, capability: Capability): (value: unknown) => boolean {
  const equal = equality(wanted, capability);
  switch (operator) {
    case 'eq': return equal;
    case 'ne': return (value) => !equal(value);
    default: {
      const order = ordering(capability);
      const bound = order(wanted);
      const isUpper = operator === 'le';
      return (value) => {
        const place = order(value);
        return place !== null && bound !== null && (isUpper ? place <= bound : place >= bound);
      };
    }
  }
}

/** Test of the beginning or the end of a text. */
export function textTest(where: 'starts' | 'ends', wanted: string, capability: Capability): (value: unknown) => boolean {
  const part = folded(wanted, capability);
  if (where === 'starts') return (value) => typeof value === 'string' && folded(value, capability).startsWith(part);
  return (value) => typeof value === 'string' && folded(value, capability).endsWith(part);
}

function equality(wanted: Value, capability: Capability): (value: unknown) => boolean {
  if (wanted === null) return (value) => value === null || value === undefined;
  if (typeof wanted === 'boolean') return (value) => value === wanted;
  if (capability.type === 'date') {
    const moment = Date.parse(wanted);
    return (value) => typeof value === 'string' && Date.parse(value) === moment;
  }
  const text = folded(wanted, capability);
  return (value) => typeof value === 'string' && folded(value, capability) === text;
}

function ordering(capability: Capability): (value: unknown) => string | number | null {
  if (capability.type === 'date') return (value) => (typeof value === 'string' ? Date.parse(value) : null);
  return (value) => (typeof value === 'string' ? folded(value, capability) : null);
}
