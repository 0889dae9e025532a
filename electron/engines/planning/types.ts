import type { MatchResult, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { Finding, Operation, PlanCounts, PlanSkip, UnresolvedReference } from '../../../shared/domain/plans.ts';
import type { MigrationSettings } from '../../../shared/domain/settings.ts';
import type { MappedObject } from '../mapping/index.ts';

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
  /**
   * What becomes of members that the target group has and the source group has not. `never` (the default): they stay.
   * `those Causeway does not know are kept`: members that are matched to a source object are removed, all others stay.
   */
  readonly removeMembers?: 'never' | 'those Causeway does not know are kept';
  /** True for a Graph id that is the match of some source object; needed for removing members. */
  readonly knownTarget?: (targetId: string) => boolean;
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
}

/** What planning one object gave. */
export interface PlannedObject {
  /** Operations on the object itself; its links are queued until `finish`. Their `seq` is 0 until then. */
  readonly operations: readonly Operation[];
  readonly skip: PlanSkip | null;
  /** Values that the rules want and the service cannot write: left out of the plan, never in silence. */
  readonly notes: readonly Finding[];
}

/** A finished plan. */
export interface Plan {
  readonly operations: readonly Operation[];
  readonly counts: PlanCounts;
  readonly skips: readonly PlanSkip[];
  readonly unresolved: readonly UnresolvedReference[];
  readonly notes: readonly Finding[];
  /** Findings of mapping and checks on planned objects (warnings), and on those kept out (errors). */
  readonly findings: readonly Finding[];
}

export interface Planner {
  /** Plans one object. Objects may come in any order. */
  object(candidate: PlanCandidate): PlannedObject;
  /** Orders everything: users, groups, then managers and members; numbers it from 1. Call once, at the end. */
  finish(): Plan;
}
