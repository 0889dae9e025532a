import type { Values } from '../../../shared/domain/objects.ts';
import type { Operation, OperationKind } from '../../../shared/domain/plans.ts';
import type { RollbackChoice, RollbackConflict, RollbackImpossible, RollbackOptions } from './rollback-types.ts';
import { choiceKey, EXISTENCE } from './rollback-values.ts';
import type { TargetWishes } from './rollback-wishes.ts';

/** Operations by stage; licences that others wait for are freed first; names of recipients go before links, while those who are named still have their addresses; the order of the stages is the order of the plan. */
export const STAGES = ['licences freed', 'restores', 'licences given back', 'names', 'links', 'deletes', 'updates', 'licences taken', 'deletes of restored', 'purges'] as const;
/** When an operation of the way back comes. */
export type Stage = (typeof STAGES)[number];

/** What is collected for all targets. */
export interface Work {
  readonly options: RollbackOptions;
  readonly stages: Readonly<Record<Stage, Operation[]>>;
  readonly conflicts: RollbackConflict[];
  readonly impossible: RollbackImpossible[];
  /** Objects that this plan brings back from the recycle bin: links that lead to them show again. */
  readonly returning: Set<string>;
  /** Objects that this plan deletes. */
  readonly leaving: Set<string>;
}

/** Whether an object that is referred to will not be there when links are written. */
export function isGone(work: Work, id: string | null): boolean {
  return id !== null && work.options.gone?.has(id) === true && !work.returning.has(id);
}

/** The service that keeps the target: that of the task's own writes. */
export const ownerOf = ({ about }: Pick<TargetWishes, 'about'>): 'graph' | 'exchange' => (about.service === 'exchange' && about.objectKind !== 'user' && about.recipient === undefined ? 'exchange' : 'graph');

/** Adds an operation on the target. */
export function add(work: Work, stage: Stage, wishes: TargetWishes, kind: OperationKind, more: Partial<Pick<Operation, 'changes' | 'references' | 'previous' | 'service' | 'permission' | 'recipient'>> = {}): void {
  const { about, targetId } = wishes;
  work.stages[stage].push({
    id: work.options.newId(), seq: 0, kind, service: ownerOf(wishes), objectKind: about.objectKind, sourceId: about.sourceId, targetId, name: about.name,
    changes: [], references: [], previous: [], ...more,
  });
}

/** What the three-way view shows of one value. */
type Contest = Pick<RollbackConflict, 'attribute' | 'value' | 'before' | 'written' | 'current'> & { readonly between?: { readonly values: Values | null } | null; readonly created?: boolean };

/** What a person decided: about the single value, else about its attribute, else about the object that the task made; undefined: nothing. */
export function decisionOn({ options: { choices } }: Work, targetId: string, { attribute, value, created }: Pick<Contest, 'attribute' | 'value' | 'created'>): RollbackChoice | undefined {
  if (choices === undefined) return undefined;
  const one = value === undefined ? undefined : choices.get(choiceKey({ targetId, attribute, value }));
  return one ?? choices.get(choiceKey({ targetId, attribute: created === true ? EXISTENCE : attribute }));
}

/** Notes that others changed something. @returns true when the way back is taken all the same. */
export function contested(work: Work, { targetId, about }: TargetWishes, contest: Contest): boolean {
  const { attribute, value, before, written, current, between = null, created } = contest;
  const overwritten = (decisionOn(work, targetId, contest) ?? (work.options.mode === 'exact' ? 'restore' : 'keep')) === 'restore';
  work.conflicts.push({ targetId, name: about.name, kind: about.objectKind, attribute, before, written, current, between, overwritten, ...(value === undefined ? {} : { value }), ...(created === undefined ? {} : { created }) });
  return overwritten;
}

/** Notes what cannot be taken back. */
export function impossible(work: Work, { targetId, about }: TargetWishes, attribute: string, reason: string, when: 'never' | 'later' = 'never'): void {
  work.impossible.push({ targetId, name: about.name, attribute, reason, ...(when === 'later' ? { later: true as const } : {}) });
}
