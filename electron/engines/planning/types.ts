import type { MatchResult, ObjectKind, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { Finding, Operation, PlanCounts, PlanSkip, UnresolvedReference } from '../../../shared/domain/plans.ts';
import type { MigrationSettings } from '../../../shared/domain/settings.ts';
import type { MappedObject } from '../mapping/index.ts';
import type { Baseline, Drift } from './drift.ts';

/** Operations on an object itself. What Exchange Online writes of an object comes after everything that Graph does, and after its creation. */
export type OwnKind = 'restore' | 'update' | 'create' | 'exchange update';

/** What a plan needs to know besides its objects. */
export interface PlannerContext {
  readonly settings: Pick<MigrationSettings, 'createUnmatched' | 'mergeUnmatched'>;
  /** A fresh id for each operation. Handed in, so that planning stays pure. */
  readonly newId: () => string;
  /**
   * True for a source whose match was known before this run (matched explicitly, pinned or migrated). Only the others fall under
   * "Merge not matched yet objects with their matching objects".
   */
  readonly matchedBefore: (sourceId: string) => boolean;
  /** True for a source that this run means to create. Links to it are planned before it is known whether it can be. */
  readonly expected: (sourceId: string) => boolean;
  readonly sizes: PlanSizes;
  /**
   * What becomes of members that the target group has and the source group has not. `never` (the default): they stay.
   * `those Causeway does not know are kept`: members that are matched to a source object are removed, all others stay.
   */
  readonly removeMembers?: 'never' | 'those Causeway does not know are kept';
  /** True for a Graph id that is the match of some source object and may be taken out of the group of this source id; needed for removing members. */
  readonly knownTarget?: (targetId: string, groupId: string) => boolean;
}

/** One object to be planned. */
export interface PlanCandidate {
  readonly source: SourceObject;
  readonly match: MatchResult;
  /** The matched target with its present attributes and links; null when there is none. */
  readonly target: TargetObject | null;
  readonly mapped: MappedObject;
  /** Findings of the preflight checks about this object; one of severity `error` keeps it out. */
  readonly findings?: readonly Finding[];
  /** What coexistence knows of the object; absent: the plan is none of coexistence. */
  readonly baseline?: Baseline;
}

/** What planning one object gave. */
export interface PlannedObject {
  /** Operations on the object and its links, each with its place in the plan. */
  readonly operations: readonly Operation[];
  readonly skip: PlanSkip | null;
  /** Values that the rules want and the service cannot write: left out of the plan, never in silence. */
  readonly notes: readonly Finding[];
  /** Findings of mapping and checks: warnings about a planned object, errors of one that is kept out. */
  readonly findings: readonly Finding[];
  /** References that wait for another object. */
  readonly unresolved: readonly UnresolvedReference[];
  /** What others changed in the tenant since coexistence brought it in step. */
  readonly drift?: readonly Drift[];
  /** What the object and the tenant agree about when its operations are carried out, as it is stored; `members` null: as before. Absent: nothing. */
  readonly agreed?: { readonly values: string; readonly members: string | null };
}

/** So many operations of each step are expected; exact figures leave no gaps between the numbers. */
export type PlanSizes = Readonly<Record<ObjectKind, Readonly<Record<OwnKind, number>>>>;

/** Plans objects one after the other. */
export interface Planner {
  /** Plans one object. Users come first, then contacts, then groups. */
  object(candidate: PlanCandidate): PlannedObject;
  /**
   * Takes an object out of the plan again, because something about all objects together keeps it out. Nothing happens when it is not in.
   * @param operations what was planned of it; the caller removes it.
   */
  exclude(object: { readonly sourceId: string }, operations: readonly Operation[]): void;
  /** Objects that were expected to be created and are not: links that count on them must be planned anew. Ask after all objects. */
  disappointed(): readonly string[];
  /**
   * Plans the links of an object once more, when it is known what the plan creates.
   * @param before operations on its links that were planned first; the caller removes them.
   */
  links(candidate: PlanCandidate, before: readonly Operation[]): Pick<PlannedObject, 'operations' | 'unresolved'>;
  /** True for an operation of this plan that came of an object's links. */
  isLink(operation: Pick<Operation, 'seq'>): boolean;
  /** Gives an operation that comes after all objects, and their links, its place in the plan, and counts it. */
  last(operation: Omit<Operation, 'id' | 'seq'>): Operation;
  /** True for an object that has a place in the plan, also when nothing of it changes. */
  has(sourceId: string): boolean;
  /** Totals of everything that was planned. */
  finish(): PlanCounts;
}
