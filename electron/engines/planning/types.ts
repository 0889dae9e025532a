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
  /** Operations on the object and its links, each with its place in the plan. */
  readonly operations: readonly Operation[];
  readonly skip: PlanSkip | null;
  /** Values that the rules want and the service cannot write: left out of the plan, never in silence. */
  readonly notes: readonly Finding[];
  /** Findings of mapping and checks: warnings about a planned object, errors of one that is kept out. */
  readonly findings: readonly Finding[];
  /** References that wait for another object. */
  readonly unresolved: readonly UnresolvedReference[];
}

/** Which operations each object that is planned has; made by `createSurveyor`. */
export interface PlanSurvey {
  /** By source id: kind and operations as one number. */
  readonly own: ReadonlyMap<string, number>;
}

/** The first reading. */
export interface Surveyor {
  /** Looks at one object. Objects may come in any order; their links do not matter. */
  object(candidate: PlanCandidate): void;
  /** Takes an object out again, because something about all objects together keeps it out of the plan. */
  exclude(sourceId: string): void;
  finish(): PlanSurvey;
}

/** The second reading. */
export interface Planner {
  /**
   * Plans one object. Users come first, then contacts, then groups.
   * @throws AppError CONFLICT when the object is not what the survey saw.
   */
  object(candidate: PlanCandidate): PlannedObject;
  /** Gives an operation that comes after all objects, and their links, its place in the plan, and counts it. */
  last(operation: Omit<Operation, 'id' | 'seq'>): Operation;
  /** True for an object that has a place in the plan, also when nothing of it changes. */
  has(sourceId: string): boolean;
  /** Totals of everything that was planned. */
  finish(): PlanCounts;
}
