import type { ObjectKind, TargetObject } from '../../../shared/domain/objects.ts';
import type { MatchingRule } from '../../../shared/domain/rules.ts';
import { firstOf, valuesOf } from '../../../shared/rules/attributes.ts';
import { targetKeys } from './keys.ts';

/** What the index keeps of a target: enough for risks, nothing more, so that a large tenant fits in memory. */
export interface IndexedTarget {
  readonly id: string;
  readonly kind: ObjectKind;
  readonly name: string;
  readonly deleted: boolean;
  /** onPremisesImmutableId; empty when it has none. */
  readonly immutableId: string;
  /** onPremisesSyncEnabled is true: another directory synchronisation owns the object. */
  readonly synchronised: boolean;
  /** Has a licence and a mail address: somebody may be reading mail there. */
  readonly mailbox: boolean;
}

/** Targets by the values that the rules compare. Filled page by page. */
export interface TargetIndex {
  /** Adds one target; adding the same id again replaces what is known of it only for {@link TargetIndex.get}. */
  add(target: TargetObject): void;
  get(id: string): IndexedTarget | undefined;
  /** Targets a rule finds for a normalised value, live ones and those of the recycle bin. */
  find(rule: MatchingRule, key: string): readonly IndexedTarget[];
  /** Targets of any kind whose primary address it is. Filled only when a rule compares addresses. */
  findByAddress(address: string): readonly IndexedTarget[];
  readonly size: number;
}

/** One id, or several: nearly every value belongs to one object, and an array for each costs memory. */
type Ids = string | string[];

/**
 * An empty index for these rules.
 * @param rules enabled ones are indexed; several that look at the same target attribute share one table.
 * @param options `upnSuffix`: for UPN prefix rules only UPNs with this suffix can ever match, so only those are kept.
 */
export function createTargetIndex(rules: readonly MatchingRule[], options: { readonly upnSuffix: string }): TargetIndex {
  const suffix = `@${options.upnSuffix.toLowerCase()}`;
  const tableName = (rule: MatchingRule): string => `${rule.targetClass}/${rule.comparison}/${rule.comparison === 'value' ? rule.targetAttribute.toLowerCase() : ''}`;
  const tables = new Map<string, { readonly rule: MatchingRule; readonly ids: Map<string, Ids> }>();
  for (const rule of rules) if (rule.enabled && !tables.has(tableName(rule))) tables.set(tableName(rule), { rule, ids: new Map() });
  const addresses = rules.some((rule) => rule.enabled && rule.comparison === 'smtp') ? new Map<string, Ids>() : null;
  const targets = new Map<string, IndexedTarget>();

  const put = (table: Map<string, Ids>, key: string, id: string): void => {
    const held = table.get(key);
    if (held === undefined) table.set(key, id);
    else if (typeof held === 'string') { if (held !== id) table.set(key, [held, id]); } else if (!held.includes(id)) held.push(id);
  };
  const look = (table: Map<string, Ids> | null | undefined, key: string): readonly IndexedTarget[] => {
    const held = table?.get(key);
    const ids = held === undefined ? [] : typeof held === 'string' ? [held] : held;
    return ids.flatMap((id) => targets.get(id) ?? []);
  };

  return {
    add(target) {
      targets.set(target.id, {
        id: target.id, kind: target.kind, name: target.name, deleted: target.deleted,
        immutableId: firstOf(target.attributes, 'onPremisesImmutableId') ?? '',
        synchronised: firstOf(target.attributes, 'onPremisesSyncEnabled') === 'true',
        mailbox: valuesOf(target.attributes, 'assignedLicenses') !== undefined && firstOf(target.attributes, 'mail') !== undefined,
      });
      for (const { rule, ids } of tables.values()) {
        if (rule.targetClass !== target.kind || (target.deleted && rule.comparison !== 'anchor')) continue;
        for (const key of targetKeys(rule, target)) if (rule.comparison !== 'upn prefix' || key.endsWith(suffix)) put(ids, key, target.id);
      }
      if (addresses !== null && !target.deleted) for (const key of targetKeys({ comparison: 'smtp', targetAttribute: 'mail' }, target)) put(addresses, key, target.id);
    },
    get: (id) => targets.get(id),
    find: (rule, key) => look(tables.get(tableName(rule))?.ids, key),
    findByAddress: (address) => look(addresses, address),
    get size() { return targets.size; },
  };
}
