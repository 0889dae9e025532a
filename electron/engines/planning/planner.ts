import { targetAttribute } from '../../../shared/rules/target-attributes.ts';
import type { Finding, Operation, OperationKind, PlanSkip, UnresolvedReference } from '../../../shared/domain/plans.ts';
import { countOperations } from './counts.ts';
import { diffObject } from './diff.ts';
import type { ObjectDiff } from './diff.ts';
import { planLinks } from './links.ts';
import type { QueuedLinks } from './links.ts';
import type { Plan, PlanCandidate, PlannedObject, Planner, PlannerContext } from './types.ts';

/** Properties without which Graph refuses to create (Graph documentation: create user, create group). */
const REQUIRED = {
  user: ['accountEnabled', 'displayName', 'mailNickname', 'userPrincipalName', 'passwordProfile/password'],
  group: ['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled'],
  contact: ['displayName'],
} as const;

type Refusal = Pick<PlanSkip, 'status' | 'reason'>;

/** Why the object is left alone, in the order in which a person would want to know. */
function refusalOf({ source, match, target, mapped, findings }: PlanCandidate, context: PlannerContext): Refusal | null {
  if (match.state === 'Ambiguous' || match.state === 'Conflict') return { status: match.state, reason: match.reason };
  if (mapped.skip !== null) return { status: 'Skipped', reason: mapped.skip };
  if (match.state === 'Matched' && (target === null || target.id !== match.targetId)) return { status: 'Failed', reason: `The matched object ${match.targetId ?? ''} could not be read from the tenant. Read the tenant again and match anew.` };
  if (match.state === 'Matched' && target !== null && target.kind !== source.kind) return { status: 'Conflict', reason: `The matched object ${target.name} is a ${target.kind}, not a ${source.kind}. Break the match.` };
  if (match.state === 'Not matched' && !context.settings.createUnmatched) return { status: 'Not matched', reason: `${match.reason} This run does not create objects.` };
  if (match.state === 'Matched' && !context.settings.mergeUnmatched && !context.matchedBefore(source.id)) {
    return { status: 'Skipped', reason: `Found to match ${target?.name ?? ''}, but this run does not merge objects that were not matched before it. Match Objects, or another answer to that question, lets it through.` };
  }
  const error = [...mapped.problems, ...(findings ?? [])].find((finding) => finding.severity === 'error');
  if (error !== undefined) return { status: 'Failed', reason: error.message };
  const missing = match.state === 'Matched' ? [] : REQUIRED[source.kind].filter((name) => (mapped.values.get(name)?.values?.length ?? 0) === 0);
  return missing.length > 0 ? { status: 'Failed', reason: `Cannot be created without ${missing.join(', ')}; no mapping rule gives a value.` } : null;
}

/**
 * Collects objects into a plan. Deterministic: the same objects in the same order with the same ids give the same plan.
 * Memory holds the operations; sources and targets are kept only as far as their links wait for `finish`.
 */
export function createPlanner(context: PlannerContext): Planner {
  const operations: Operation[] = [];
  const queue: QueuedLinks[] = [];
  const created = new Set<string>();
  const skips: PlanSkip[] = [];
  const notes: Finding[] = [];
  const findings: Finding[] = [];
  const unresolved: UnresolvedReference[] = [];
  /** Sources with an operation, so that the others can be counted as unchanged. */
  const touched = new Set<string>();
  let planned = 0;

  const operation = ({ source, target }: PlanCandidate, kind: OperationKind, changes: Operation['changes']): Operation => ({
    id: context.newId(), seq: 0, kind, service: 'graph', objectKind: source.kind, sourceId: source.id, targetId: target?.id ?? null, name: source.name,
    changes, references: [], previous: [],
  });
  const noteOf = ({ source }: PlanCandidate, refused: ObjectDiff['refused'][number]): Finding => ({
    sourceId: source.id, name: source.name, attribute: refused.attribute, value: targetAttribute(source.kind, refused.attribute)?.name.startsWith('passwordProfile/') === true ? '' : refused.value,
    rule: 'planning', severity: 'warning', message: `${refused.attribute} ${refused.reason}; it was left out of the plan for ${source.name}.`, proposal: null,
  });

  return {
    object(candidate): PlannedObject {
      const { source, target, mapped } = candidate;
      findings.push(...mapped.problems, ...(candidate.findings ?? []));
      const refusal = refusalOf(candidate, context);
      if (refusal !== null) {
        const skip: PlanSkip = { sourceId: source.id, name: source.name, kind: source.kind, ...refusal };
        skips.push(skip);
        return { operations: [], skip, notes: [] };
      }
      planned += 1;
      const diff = diffObject(source.kind, mapped.values, target);
      const own: Operation[] = [];
      if (target === null) own.push(operation(candidate, 'create', diff.changes));
      else {
        if (target.deleted) own.push(operation(candidate, 'restore', []));
        if (diff.changes.length > 0) own.push(operation(candidate, 'update', diff.changes));
      }
      if (target === null) created.add(source.id);
      if (own.length > 0) touched.add(source.id);
      operations.push(...own);
      const refusedNotes = diff.refused.map((refused) => noteOf(candidate, refused));
      notes.push(...refusedNotes);
      unresolved.push(...mapped.unresolved);
      if (mapped.links.manager !== undefined || mapped.links.members !== undefined) queue.push({ source: { id: source.id, name: source.name, kind: source.kind }, target, links: mapped.links });
      return { operations: own, skip: null, notes: refusedNotes };
    },

    finish(): Plan {
      const links: Operation[] = [];
      for (const queued of queue) {
        const outcome = planLinks(queued, created, context);
        links.push(...outcome.operations);
        unresolved.push(...outcome.unresolved);
        notes.push(...outcome.notes);
        if (outcome.operations.length > 0) touched.add(queued.source.id);
      }
      const rank = { user: 0, contact: 1, group: 2 } as const;
      // One kind after the other: what is alike is sent together, and an object must be restored before it can be changed.
      const step = (one: Operation): number => (one.kind === 'restore' ? 0 : one.kind === 'update' ? 1 : 2);
      const ordered = [...operations.toSorted((a, b) => rank[a.objectKind] - rank[b.objectKind] || step(a) - step(b)), ...links.toSorted((a, b) => rank[a.objectKind] - rank[b.objectKind])]
        .map((one, i) => ({ ...one, seq: i + 1 }));
      return { operations: ordered, counts: countOperations(ordered, { unchanged: planned - touched.size, skipped: skips.length }), skips, unresolved, notes, findings };
    },
  };
}
