import type { SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { DriftPolicy } from '../../../shared/domain/coexistence.ts';
import { MEMBER_ITEM, readAgreed, readMembers } from '../../../shared/rules/agreed.ts';
import type { Baseline, Drift, PlanCandidate, PlannedObject } from '../../engines/planning/index.ts';
import type { AgreedRecord, CollectionRecord, DriftFound, LiveDrift, PlannedAgreement, Repositories } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { createEchoes } from './cycle-echoes.ts';
import type { HeldValues } from './held-values.ts';

/** What coexistence agreed on before with the objects of a plan, and where it keeps what the plan finds. Memory is one page. */
export interface Baselines {
  /** Looks up a page of objects; the other questions are about objects of the last page. @param without those of them that have no match that the tenant shows. */
  prepare(ids: readonly string[], without: ReadonlySet<string>): Promise<void>;
  /** What is known of one object. @param target its match, as the plan compares it. */
  of(source: Pick<SourceObject, 'id'>, target: TargetObject | null): Baseline;
  /** Keeps what planning the objects of the page found, in the transaction that stores their operations. */
  look(planned: readonly Compared[]): Promise<(tx: Repositories, planId: string) => Promise<void>>;
}

/** An object of a plan, and what planning it gave. */
export interface Compared { readonly candidate: PlanCandidate; readonly planned: PlannedObject }

const keyOf = (sourceId: string, attribute: string, item: string): string => `${sourceId} ${attribute} ${item}`;

/**
 * Makes the baselines of a cycle.
 * @param policy what the collection says about changes of others.
 * @param held what is left alone; asked about objects that were looked up.
 */
export async function createBaselines({ store, now }: Pick<Services, 'store' | 'now'>, { id: collectionId, pairId }: Pick<CollectionRecord, 'id' | 'pairId'>, policy: DriftPolicy, held: HeldValues): Promise<Baselines> {
  // Nearly always nothing is open: then nobody is asked about it.
  const any = (await store.drift.counts(collectionId)).live > 0;
  const echoes = createEchoes(store, pairId, now);
  let agreed: ReadonlyMap<string, AgreedRecord> = new Map();
  let live: ReadonlyMap<string, LiveDrift> = new Map();
  let vanished: ReadonlySet<string> = new Set();
  return {
    async prepare(ids, without) {
      agreed = await store.syncState.of(collectionId, ids);
      live = new Map(any ? (await store.drift.live(collectionId, ids)).map((one) => [keyOf(one.sourceId, one.attribute, one.item), one]) : []);
      // Of what nothing is agreed on, such as what a roll back deleted, nobody else can have deleted it.
      const lost = [...agreed].filter(([id, one]) => without.has(id) && one.agreed !== '');
      const there = lost.length === 0 ? new Map() : await store.targets.getMany(pairId, lost.map(([, one]) => one.targetId), 'without links');
      vanished = new Set(lost.flatMap(([id, { targetId }]) => (there.has(targetId) ? [] : [id])));
    },
    of({ id }, target) {
      const known = agreed.get(id);
      // With another match nothing was agreed on yet.
      const same = known !== undefined && (target === null || target.id === known.targetId);
      return {
        values: same && known.agreed !== '' ? readAgreed(known.agreed) : null, members: same ? readMembers(known.members) : null, vanished: target === null && vanished.has(id),
        treatment: (attribute, item) => (live.get(keyOf(id, attribute, item))?.asked === true ? 'asked for' : policy === 'show' ? 'left' : 'written over'),
        isHeldMember: (memberId) => held.holds(id, `${MEMBER_ITEM}${memberId}`),
      };
    },
    async look(all) {
      const compared = all.filter(({ planned }) => planned.agreed !== undefined);
      const changes = compared.flatMap(({ candidate, planned }) => (planned.drift ?? []).map((drift) => ({ candidate, drift })));
      const names = await namesOf(store, pairId, changes.map((one) => one.drift));
      const isEcho = await echoes(changes.map(({ candidate, drift }) => ({ targetId: targetOf(candidate, agreed), kind: candidate.source.kind, drift })));
      const found = changes.map(({ candidate, drift }, i): DriftFound & { readonly over: boolean } => ({
        sourceId: candidate.source.id, targetId: targetOf(candidate, agreed), attribute: drift.attribute, item: drift.item, expected: named(drift.expected, drift, names), actual: named(drift.actual, drift, names),
        state: drift.left && isEcho(i) ? 'settling' : 'open', planId: null, over: !drift.left,
      }));
      const seen = new Set(found.map((one) => keyOf(one.sourceId, one.attribute, one.item)));
      const writes = new Set(compared.flatMap(({ candidate, planned }) => (planned.operations.length > 0 ? [candidate.source.id] : [])));
      const ids = new Set(compared.map(({ candidate }) => candidate.source.id));
      const ended = [...live].flatMap(([key, one]) => (ids.has(one.sourceId) && !seen.has(key) ? [one] : []));
      // Released from a hold, it is no change of others any more but what the rules want.
      const wanted = ended.filter((one) => one.asked && writes.has(one.sourceId));
      const gone = ended.filter((one) => !wanted.includes(one));
      const agreements = compared.flatMap(({ candidate, planned }): PlannedAgreement[] => {
        const [before, after] = [agreed.get(candidate.source.id), planned.agreed];
        if (after === undefined) return [];
        const members = after.members ?? before?.members ?? '';
        return before?.own === true && before.agreed === after.values && before.members === members ? [] : [{ sourceId: candidate.source.id, agreed: after.values, members }];
      });
      return async (tx, planId) => {
        if (agreements.length > 0) await tx.syncState.plan(planId, agreements);
        if (found.length > 0) await tx.drift.record(pairId, collectionId, found.map(({ over, ...one }) => ({ ...one, planId: over ? planId : null })));
        if (wanted.length > 0) await tx.drift.planned(planId, wanted.map((one) => one.number));
        if (gone.length > 0) await tx.drift.gone(gone.map((one) => one.number));
      };
    },
  };
}

/** The object in the tenant; of one that is gone the one that was agreed with. */
const targetOf = ({ source, target }: PlanCandidate, agreed: ReadonlyMap<string, AgreedRecord>): string => target?.id ?? agreed.get(source.id)?.targetId ?? '';

/** Members and managers are shown by name. */
const isLink = ({ attribute }: Pick<Drift, 'attribute'>): boolean => attribute === 'members' || attribute === 'manager';

async function namesOf(store: Pick<Repositories, 'targets'>, pairId: string, drift: readonly Drift[]): Promise<ReadonlyMap<string, string>> {
  const ids = new Set(drift.filter(isLink).flatMap((one) => [...one.expected, ...one.actual]));
  return ids.size === 0 ? new Map() : new Map([...(await store.targets.getMany(pairId, [...ids], 'without links')).values()].map((one) => [one.id, one.name]));
}

const named = (values: readonly string[], drift: Drift, names: ReadonlyMap<string, string>): readonly string[] => (isLink(drift) ? values.map((value) => names.get(value) ?? value) : values);
