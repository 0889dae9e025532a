import type { MatchResult, SourceObject } from '../../../shared/domain/objects.ts';
import type { MatchingRule } from '../../../shared/domain/rules.ts';
import { sourceKeys, type TargetIndex } from '../../engines/matching/index.ts';
import type { PairRecord, WantedName } from '../../store/index.ts';
import type { Services } from '../services.ts';

/** Kind of the unique names that a rule compares; null: it compares something else, such as the name that people see. */
function kindOf({ comparison, targetAttribute }: MatchingRule): WantedName[0] | null {
  if (comparison === 'anchor') return 'anchor';
  if (comparison === 'smtp') return 'address';
  if (comparison === 'upn prefix') return 'userPrincipalName';
  const kinds: Readonly<Record<string, WantedName[0]>> = { userprincipalname: 'userPrincipalName', mailnickname: 'mailNickname', mail: 'address', onpremisesimmutableid: 'anchor' };
  return kinds[targetAttribute.toLowerCase()] ?? null;
}

/** True when a rule compares names that only one object of the tenant should have. */
export const comparesUniqueName = (rule: MatchingRule): boolean => kindOf(rule) !== null;

/** True when every enabled rule compares unique names, so that a few objects can be matched without reading the whole tenant. */
export const canMatchByName = (rules: readonly MatchingRule[]): boolean => rules.every((rule) => !rule.enabled || comparesUniqueName(rule));

/** Brings the targets that a page of sources may be matched with into an index. */
export interface NamedTargets {
  /** @param known earlier outcomes of these sources; their targets are brought too, as are `others`, by Graph id. */
  bring(sources: readonly SourceObject[], known: ReadonlyMap<string, MatchResult>, others: readonly string[]): Promise<void>;
}

/**
 * Makes what fills an index with nothing but the targets that a few sources need: those that hold one of the values that a rule compares, and
 * those that they were matched with. What matching finds is what it would find in an index of the whole tenant.
 */
export function createNamedTargets({ store }: Pick<Services, 'store'>, pair: Pick<PairRecord, 'id'>, rules: readonly MatchingRule[], index: TargetIndex, upnSuffix: string): NamedTargets {
  const enabled = rules.filter((rule) => rule.enabled);
  const brought = new Set<string>();
  return {
    async bring(sources, known, others) {
      const names: WantedName[] = [];
      for (const source of sources) for (const rule of enabled) {
        const kind = rule.sourceClass === source.kind ? kindOf(rule) : null;
        if (kind !== null) for (const key of sourceKeys(rule, source, upnSuffix)) names.push([kind, key]);
      }
      const wanted = new Set([...await store.targets.holdersOf(pair.id, names), ...[...known.values()].flatMap(({ targetId }) => targetId ?? []), ...others]);
      const missing = [...wanted].filter((id) => !brought.has(id));
      for (const id of missing) brought.add(id);
      for (const target of (await store.targets.getMany(pair.id, missing, 'without links')).values()) index.add(target);
    },
  };
}
