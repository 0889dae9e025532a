import type { Values } from '../../../shared/domain/objects.ts';
import type { TargetAttribute } from '../../../shared/rules/target-attributes.ts';
import { addressKey } from './diff.ts';
import type { Chain, TargetWishes } from './rollback-wishes.ts';
import { contested, type Work } from './rollback-work.ts';

const ADDRESSES = 'proxyAddresses';
const PRIMARY = 'SMTP:';

/** True for an attribute whose values are decided about one by one. */
export const isSet = (about: TargetAttribute | undefined): about is TargetAttribute => about?.type === 'texts' && about.maxValues !== 1;

/** By what a value is known in all states of the attribute; an address is the same one as primary and as another. */
const keyIn = (about: TargetAttribute) => (value: string): string => (about.caseSensitive && about.name !== ADDRESSES ? value : value.toLowerCase());
/** Values by key. An address counts as another state of itself when it is the primary one. */
const states = (about: TargetAttribute, values: Values | null): ReadonlyMap<string, string> => new Map((values ?? []).filter((value) => value !== '').map((value) => [keyIn(about)(value), value]));
const same = (about: TargetAttribute, a: string | undefined, b: string | undefined): boolean => {
  if (a === undefined || b === undefined) return a === b;
  return about.name === ADDRESSES ? addressKey(a) === addressKey(b) : keyIn(about)(a) === keyIn(about)(b);
};
const list = (value: string | undefined): Values | null => (value === undefined ? null : [value]);

/**
 * What an attribute of many values shall hold after the way back. Each value that others added, took out or (an address) made primary, since or
 * between two writes, is a conflict of its own: the person, else the mode, says whether it is as before or as they have it. All other values are as before.
 */
export function undoSet(work: Work, wishes: TargetWishes, about: TargetAttribute, chain: Chain<Values | null>, now: Values | null): Values | null {
  const [before, written, current] = [chain.before, chain.written, now].map((values) => states(about, values)) as [ReadonlyMap<string, string>, ReadonlyMap<string, string>, ReadonlyMap<string, string>];
  const gaps = (chain.between?.gaps ?? []).map(({ left, found }) => ({ left: states(about, left), found: states(about, found) }));
  const kept = new Set<string>();
  const result = new Map<string, string>();
  for (const key of new Set([before, current, written, ...gaps.map((gap) => gap.found)].flatMap((all) => [...all.keys()]))) {
    const [was, is] = [before.get(key), current.get(key)];
    // Whoever touched it last: others since the last write, else others in the newest gap, else the task alone.
    const since = !same(about, is, written.get(key));
    const gap = since ? undefined : gaps.find(({ left, found }) => !same(about, found.get(key), left.get(key)));
    const theirs = gap === undefined ? is : gap.found.get(key);
    let value = was;
    if ((since || gap !== undefined) && !same(about, was, theirs)) {
      const overwritten = contested(work, wishes, {
        attribute: about.name, value: key, before: list(was), written: list(written.get(key)), current: list(is), ...(gap === undefined ? {} : { between: { values: list(theirs) } }),
      });
      if (!overwritten) { value = theirs; kept.add(key); }
    }
    if (value !== undefined) result.set(key, value);
  }
  const values = about.name === ADDRESSES ? withOnePrimary(result, kept) : [...result.values()];
  return values.length === 0 ? null : values;
}

/** Exactly one SMTP address is primary (Exchange: proxyAddresses): that of others when it is to stay, else that of before. */
function withOnePrimary(result: ReadonlyMap<string, string>, kept: ReadonlySet<string>): Values {
  const smtp = [...result].filter(([key]) => key.startsWith(PRIMARY.toLowerCase()));
  const primaries = smtp.filter(([, value]) => value.startsWith(PRIMARY));
  const [chosen] = primaries.find(([key]) => kept.has(key)) ?? primaries[0] ?? smtp[0] ?? [];
  return [...result].map(([key, value]) => {
    if (!key.startsWith(PRIMARY.toLowerCase())) return value;
    return `${key === chosen ? PRIMARY : PRIMARY.toLowerCase()}${value.slice(PRIMARY.length)}`;
  });
}
