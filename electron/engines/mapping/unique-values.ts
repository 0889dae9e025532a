import type { Attributes, SourceObject, TargetObject, Values } from '../../../shared/domain/objects.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';
import { readExpression } from './expressions/index.ts';
import type { MappedObject } from './types.ts';

/** Sign-in names and addresses share one name space: a sign-in name becomes an address with the licence (Entra Connect, "proxyAddresses attribute population"). */
const ADDRESSES: readonly string[] = ['userPrincipalName', 'mail', 'proxyAddresses'];
const related = (attribute: string): readonly string[] => (ADDRESSES.includes(attribute) ? ADDRESSES : [attribute]);
const plain = (value: string): string => value.trim().toLowerCase().replace(/^smtp:/, '');

/** Chooses among the values that SelectUniqueValue offers. */
export interface UniqueValues {
  /** Takes note of an object of the tenant, the recycle bin included. All of them come before the first {@link UniqueValues.choose}. */
  add(target: TargetObject): void;
  /**
   * The mapped object with each offered list replaced by the first value that nobody in the tenant and no earlier object of the plan has.
   * When all are taken the object gets a problem of severity `error`. The same object gets the same answer again, so that a plan may be read twice.
   */
  choose(source: SourceObject, mapped: MappedObject): MappedObject;
}

interface Choice { readonly value: string; readonly taken: readonly string[] }

/**
 * Makes the chooser of one plan; undefined when no enabled rule offers candidates, so that nothing is kept in memory.
 * Memory: the values of the attributes that such rules write, once for each object of the tenant and of the plan.
 */
export function createUniqueValues(rules: readonly MappingRule[]): UniqueValues | undefined {
  const attributes = new Set<string>();
  for (const rule of rules) {
    if (!rule.enabled || rule.action !== 'Expression') continue;
    const read = readExpression(rule.value);
    if (read.ok && read.expression.explanation.onlyOnCreation) attributes.add(targetAttribute(rule.targetClass, rule.targetAttribute)?.name ?? rule.targetAttribute);
  }
  if (attributes.size === 0) return undefined;
  const holders = new Map<string, string>();
  const spaceOf = (attribute: string): string => (ADDRESSES.includes(attribute) ? 'address' : attribute);
  const take = (attribute: string, value: string, holder: string): void => {
    const key = `${spaceOf(attribute)} ${plain(value)}`;
    if (!holders.has(key)) holders.set(key, holder);
  };
  const wanted = [...new Set([...attributes].flatMap(related))];
  const addAll = (values: Attributes, holder: string, mark: string): void => {
    for (const attribute of wanted) {
      for (const value of values[attribute] ?? []) take(attribute, attribute === 'userPrincipalName' && mark !== '' && value.toLowerCase().startsWith(mark) ? value.slice(mark.length) : value, holder);
    }
  };
  const chosen = new Map<string, Choice>();
  const pick = (source: SourceObject, attribute: string, candidates: Values): Choice => {
    const known = chosen.get(`${source.id} ${attribute}`);
    if (known !== undefined) return known;
    const taken: string[] = [];
    let value = '';
    for (const candidate of candidates) {
      const holder = holders.get(`${spaceOf(attribute)} ${plain(candidate)}`);
      if (holder === undefined) { value = candidate; break; }
      taken.push(`${candidate} belongs to ${holder}`);
    }
    const choice = { value, taken };
    chosen.set(`${source.id} ${attribute}`, choice);
    if (value !== '') take(attribute, value, `${source.name} of the same plan`);
    return choice;
  };
  return {
    // A deleted user's sign-in name carries its id in front; the name it will take back is what counts (Graph documentation, "Restore deleted item").
    add: (target) => { addAll(target.attributes, `${target.name || target.id} of the tenant`, target.deleted ? target.id.replaceAll('-', '').toLowerCase() : ''); },
    choose(source, mapped) {
      const offered = [...mapped.values].filter(([, { candidates }]) => candidates !== undefined && candidates.length > 0);
      if (mapped.skip !== null) return mapped;
      const values = new Map(mapped.values);
      const problems = [...mapped.problems];
      for (const [attribute, entry] of offered) {
        const { value, taken } = pick(source, attribute, entry.candidates ?? []);
        if (value === '') {
          values.delete(attribute);
          problems.push({ sourceId: source.id, name: source.name, attribute, value: entry.candidates?.[0] ?? '', rule: 'mapping', severity: 'error', proposal: null, message: `SelectUniqueValue has no free value of ${attribute} left for ${source.name}: ${taken.join('; ')}. Offer one more value.` });
        } else values.set(attribute, { values: [value], provenance: { ...entry.provenance, reason: `${entry.provenance.reason}; ${taken.length === 0 ? 'the first value is free' : taken.join('; ')}` } });
      }
      // Values that other rules give are taken too, by those who come later.
      for (const attribute of wanted) {
        for (const value of values.get(attribute)?.values ?? []) take(attribute, value, `${source.name} of the same plan`);
      }
      return offered.length === 0 ? mapped : { ...mapped, values, problems };
    },
  };
}
