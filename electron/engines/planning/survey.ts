import type { ObjectKind } from '../../../shared/domain/objects.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import type { MappedObject } from '../mapping/index.ts';
import type { PlanSurvey } from './types.ts';

/** Operations on an object itself. What Exchange Online writes of an object comes after everything that Graph does, and after its creation. */
export type OwnKind = 'restore' | 'update' | 'create' | 'exchange update';

/** Kinds in the order of a plan: groups come last, because their members must be there. */
export const RANK: Readonly<Record<ObjectKind, number>> = { user: 0, contact: 1, group: 2 };
/** Bits of a survey's number; in the order in which a plan has them. */
const BIT: Readonly<Record<OwnKind, number>> = { restore: 1, update: 2, create: 4, 'exchange update': 8 };
/** In the order of a plan. */
export const STEPS = ['restore', 'update', 'create', 'exchange update'] as const satisfies readonly OwnKind[];
const BITS = 4;

/** The step of the plan that an operation on an object itself belongs to. */
export const stepOf = ({ kind, service }: Pick<Operation, 'kind' | 'service'>): OwnKind => (kind === 'update' && service === 'exchange' ? 'exchange update' : kind as OwnKind);

/** One number for the kind of an object and its operations. */
export const survey = (kind: ObjectKind, operations: readonly OwnKind[]): number => operations.reduce((bits, operation) => bits | BIT[operation], RANK[kind] << BITS);

/** True when a rule speaks about links of the object. */
export const linksAt = (mapped: Pick<MappedObject, 'links'>): boolean => mapped.links.manager !== undefined || mapped.links.members !== undefined || mapped.links.permissions !== undefined;

/** Places in the plan. */
export interface Numbers {
  /** True for an object that has a place, also when nothing of it changes. */
  knows(sourceId: string): boolean;
  /** The survey's number of an object; undefined when it is not to be planned. */
  of(sourceId: string): number | undefined;
  /** True for an object that the plan creates. */
  creates(sourceId: string): boolean;
  /** The next `seq` of an operation on an object itself. */
  own(kind: ObjectKind, operation: OwnKind): number;
  /** The next `seq` of a link. */
  link(): number;
}

/** Numbers a plan from 1 without gaps: each kind's restores, updates and creates have a stretch of their own, links come after all. */
export function createNumbers({ own }: PlanSurvey): Numbers {
  const place = (rank: number, operation: OwnKind): number => rank * STEPS.length + STEPS.indexOf(operation);
  const sizes = Array.from({ length: Object.keys(RANK).length * STEPS.length }, () => 0);
  for (const number of own.values()) {
    for (const step of STEPS) if ((number & BIT[step]) !== 0) sizes[place(number >> BITS, step)] = (sizes[place(number >> BITS, step)] ?? 0) + 1;
  }
  let sum = 0;
  const last = sizes.map((size) => { const before = sum; sum += size; return before; });
  return {
    knows: (sourceId) => own.has(sourceId),
    of: (sourceId) => own.get(sourceId),
    creates: (sourceId) => ((own.get(sourceId) ?? 0) & BIT.create) !== 0,
    own: (kind, operation) => {
      const at = place(RANK[kind], operation);
      return (last[at] = (last[at] ?? 0) + 1);
    },
    link: () => (sum += 1),
  };
}
