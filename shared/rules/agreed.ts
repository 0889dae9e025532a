/**
 * What coexistence agreed on with the tenant, as short as it can be kept: of an attribute a code of three characters and one of six for each
 * value, of a member eight. A hundred thousand people with 15 attributes are 15 MB that way. Codes compare; the values cannot be had back.
 */

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** The last mixing step of MurmurHash3 (32 bits, public domain). */
function mixed(lane: number): number {
  let h = Math.imul(lane ^ (lane >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A code of so many characters (at most 8, 6 bits each): two lanes in the manner of FNV-1a over UTF-16. */
function code(text: string, length: number): string {
  let [left, right] = [0x811c9dc5, 0x9747b28c];
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    left = Math.imul(left ^ unit, 0x01000193);
    right = Math.imul(right ^ unit, 0x5bd1e995);
  }
  let out = '';
  for (const lane of [mixed(left ^ text.length), mixed(right ^ left)]) for (let shift = 0; shift < 24 && out.length < length; shift += 6) out += ALPHABET.charAt((lane >>> shift) & 63);
  return out;
}

const ATTRIBUTE = 3;
const VALUE = 6;
const MEMBER = 8;

/** The code of an attribute, by its name without regard to case. No two attributes of the product have the same. */
export const attributeCode = (name: string): string => code(name.toLowerCase(), ATTRIBUTE);
/** The code of a value in the form in which it is compared. Of two different ones 2^-36 have the same. */
export const valueCode = (key: string): string => code(key, VALUE);
/** The code of a member of a group by its Graph id. Of the members of a group of 50,000 two have the same with 2^-18. */
export const memberCode = (id: string): string => code(id.toLowerCase(), MEMBER);

/** Codes of the values by the code of their attribute; without values: the attribute was agreed to be empty. An attribute without an entry was not agreed on. */
export type AgreedValues = ReadonlyMap<string, ReadonlySet<string>>;

function pieces(text: string, size: number): string[] {
  return Array.from({ length: Math.floor(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size));
}

/** As it is stored; the same for equal values. */
export const writeAgreed = (values: AgreedValues): string => [...values].map(([attribute, codes]) => `${attribute}${[...codes].toSorted().join('')}`).toSorted().join(',');

/** Reads what {@link writeAgreed} wrote. */
export function readAgreed(text: string): Map<string, Set<string>> {
  return new Map(text === '' ? [] : text.split(',').map((one) => [one.slice(0, ATTRIBUTE), new Set(pieces(one.slice(ATTRIBUTE), VALUE))] as const));
}

/** Codes of the members of a group: those that it shall have, and those that others put in before coexistence looked at it. */
export interface AgreedMembers { readonly wanted: ReadonlySet<string>; readonly others: ReadonlySet<string> }

/** As it is stored; the same for equal members. */
export const writeMembers = ({ wanted, others }: AgreedMembers): string => `${[...wanted].toSorted().join('')}.${[...others].toSorted().join('')}`;

/** Reads what {@link writeMembers} wrote; null for the empty text: nothing was agreed. */
export function readMembers(text: string): AgreedMembers | null {
  if (text === '') return null;
  const [wanted = '', others = ''] = text.split('.');
  return { wanted: new Set(pieces(wanted, MEMBER)), others: new Set(pieces(others, MEMBER)) };
}

/** The name of one membership where single members are decided about: `members/` and the Graph id. */
export const MEMBER_ITEM = 'members/';

/** What was written to an object after it was compared. */
export interface WrittenCodes {
  /** Codes by the code of the attribute; null: what stands there now is not known, so that nothing is agreed on. */
  readonly values: ReadonlyMap<string, ReadonlySet<string> | null>;
  /** Codes of members that were put in, and of those that were taken out. */
  readonly added: ReadonlySet<string>;
  readonly removed: ReadonlySet<string>;
}

/** What was agreed on, as it is stored, with what was written since. Members of which nothing was agreed on stay so. */
export function withWritten(stored: { readonly agreed: string; readonly members: string }, { values, added, removed }: WrittenCodes): { readonly agreed: string; readonly members: string } {
  const agreed = readAgreed(stored.agreed);
  for (const [attribute, codes] of values) {
    if (codes === null) agreed.delete(attribute);
    else agreed.set(attribute, new Set(codes));
  }
  const members = readMembers(stored.members);
  if (members === null) return { agreed: writeAgreed(agreed), members: '' };
  const wanted = new Set([...members.wanted, ...added].filter((one) => !removed.has(one)));
  return { agreed: writeAgreed(agreed), members: writeMembers({ wanted, others: new Set([...members.others].filter((one) => !removed.has(one) && !wanted.has(one))) }) };
}
