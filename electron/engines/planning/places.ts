import type { ObjectKind } from '../../../shared/domain/objects.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import type { MappedObject } from '../mapping/index.ts';
import type { OwnKind, PlanSizes } from './types.ts';

/** Kinds in the order of a plan: groups come last, because their members must be there. */
export const RANK: Readonly<Record<ObjectKind, number>> = { user: 0, contact: 1, group: 2 };
/** Bits of an object's number; in the order in which a plan has them. */
const BIT: Readonly<Record<OwnKind, number>> = { restore: 1, update: 2, create: 4, 'exchange update': 8 };
/** In the order of a plan. */
export const STEPS = ['restore', 'update', 'create', 'exchange update'] as const satisfies readonly OwnKind[];
const BITS = 4;

/** The step of the plan that an operation on an object itself belongs to. */
export const stepOf = ({ kind, service }: Pick<Operation, 'kind' | 'service'>): OwnKind => (kind === 'update' && service === 'exchange' ? 'exchange update' : kind as OwnKind);

/** One number for the kind of an object and its operations: memory is what so many objects cost. */
export const survey = (kind: ObjectKind, operations: readonly OwnKind[]): number => operations.reduce((bits, operation) => bits | BIT[operation], RANK[kind] << BITS);

/** True for the number of an object that the plan creates. */
export const isCreated = (number: number): boolean => (number & BIT.create) !== 0;
/** True for the number of an object of which the plan writes nothing but links. */
export const isUntouched = (number: number): boolean => (number & ((1 << BITS) - 1)) === 0;

/** True when a rule speaks about links of the object. */
export const linksAt = (mapped: Pick<MappedObject, 'links' | 'naming'>): boolean => (mapped.naming?.size ?? 0) > 0 || mapped.links.manager !== undefined || mapped.links.members !== undefined || mapped.links.permissions !== undefined;

/** Places in the plan. */
export interface Numbers {
  /** The next `seq` of an operation on an object itself. */
  own(kind: ObjectKind, operation: OwnKind): number;
  /** The next `seq` of a link. */
  link(): number;
  /** True for a place that {@link Numbers.link} gave. */
  isLink(seq: number): boolean;
}

/**
 * Numbers a plan from 1: each kind's restores, updates, creates and what Exchange Online changes have a stretch of their own, links come after all.
 * A stretch is as long as operations of it are expected, so that each operation has its place as it comes; places that nobody takes are gaps,
 * and what finds no place any more comes after everything else, among the links.
 */
export function createNumbers(sizes: PlanSizes): Numbers {
  const place = (kind: ObjectKind, operation: OwnKind): number => RANK[kind] * STEPS.length + STEPS.indexOf(operation);
  const next: number[] = [];
  const ends: number[] = [];
  let sum = 0;
  for (const kind of (Object.keys(RANK) as ObjectKind[]).toSorted((a, b) => RANK[a] - RANK[b])) {
    for (const step of STEPS) {
      next[place(kind, step)] = sum;
      sum += sizes[kind][step];
      ends[place(kind, step)] = sum;
    }
  }
  const end = sum;
  const late = new Set<number>();
  return {
    own: (kind, operation) => {
      const at = place(kind, operation);
      const seq = (next[at] ?? 0) + 1;
      if (seq <= (ends[at] ?? 0)) return (next[at] = seq);
      late.add(sum += 1);
      return sum;
    },
    link: () => (sum += 1),
    isLink: (seq) => seq > end && !late.has(seq),
  };
}
