import { appError, ErrorCode, type AppError } from '../../../shared/domain/errors.ts';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';
import type { Finding, Operation, OperationKind, PlanCounts, PlanSkip } from '../../../shared/domain/plans.ts';
import { addToCounts, emptyCounts } from './counts.ts';
import { creationOf } from './creation.ts';
import { diffObject } from './diff.ts';
import type { ObjectDiff } from './diff.ts';
import { planLinks } from './links.ts';
import { createNumbers, linksAt, RANK, stepOf, STEPS, survey } from './survey.ts';
import type { PlanCandidate, PlannedObject, Planner, PlannerContext, PlanSurvey, Surveyor } from './types.ts';

/** Properties without which Graph refuses to create (Graph documentation: create user, create group), or Exchange (cmdlet reference: New-MailContact, New-DistributionGroup). */
const REQUIRED = {
  user: ['accountEnabled', 'displayName', 'mailNickname', 'userPrincipalName', 'passwordProfile/password'],
  group: ['displayName', 'mailEnabled', 'mailNickname', 'securityEnabled'],
  contact: ['displayName', 'externalEmailAddress', 'mailNickname'],
} as const;

type Refusal = Pick<PlanSkip, 'status' | 'reason'>;

/** Why the object is left alone, in the order in which a person would want to know. */
function refusalOf({ source, match, target, mapped, findings }: PlanCandidate, context: Pick<PlannerContext, 'settings' | 'matchedBefore'>): Refusal | null {
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

/** Operations on the object itself, without its links, in the order in which they must be carried out; their `seq` is 0. */
function ownOperations({ source, target, mapped }: PlanCandidate, diff: ObjectDiff, newId: () => string): Operation[] {
  const service = mapped.service ?? 'graph';
  const operation = (kind: OperationKind, changes: Operation['changes']): Operation => ({
    id: newId(), seq: 0, kind, service, objectKind: source.kind, sourceId: source.id, targetId: target?.id ?? null, name: source.name, changes, references: [], previous: [],
  });
  const update = (changes: Operation['changes']): Operation[] => (changes.length > 0 ? [operation('update', changes)] : []);
  if (target !== null) return [...(target.deleted ? [operation('restore', [])] : []), ...update(diff.changes)];
  if (service === 'graph') return [operation('create', diff.changes)];
  const { first, rest } = creationOf(source.kind, diff.changes);
  return [operation('create', first), ...update(rest)];
}

const stepsOf = (operations: readonly Operation[]) => STEPS.filter((step) => operations.some((one) => stepOf(one) === step));

/**
 * The first reading of the objects: which operations each will have, so that the second, {@link createPlanner}, can number and
 * hand out operations one object at a time. Keeps one small number an object. Links are not looked at.
 */
export function createSurveyor(context: Pick<PlannerContext, 'settings' | 'matchedBefore'>): Surveyor {
  const own = new Map<string, number>();
  return {
    object(candidate) {
      if (refusalOf(candidate, context) !== null) return;
      const operations = ownOperations(candidate, diffObject(candidate.source.kind, candidate.mapped.values, candidate.target, candidate.mapped.service), () => '');
      own.set(candidate.source.id, survey(candidate.source.kind, stepsOf(operations)));
    },
    exclude(sourceId) { own.delete(sourceId); },
    finish: () => ({ own }),
  };
}

/**
 * Plans one object after the other and keeps none of them: every operation comes back with its final `seq`, so that it can be
 * stored at once. Deterministic: the same objects in the same order with the same ids give the same plan.
 * Order of the plan: users, contacts, groups; of one kind restores, updates, creates, what Exchange Online changes (what is alike is sent
 * together, and an object must be restored or made before it can be changed); then the links in the same order of kinds.
 * @param surveyed what {@link createSurveyor} found for the same objects.
 */
export function createPlanner(context: PlannerContext, surveyed: PlanSurvey): Planner {
  const numbers = createNumbers(surveyed);
  const counts = { ...emptyCounts() };
  const created = { has: (sourceId: string): boolean => numbers.creates(sourceId) };
  /** Users of whom nothing changes yet: what comes last may still change them. */
  const idle = new Set<string>();
  let rank = 0;

  const noteOf = ({ source }: PlanCandidate, refused: ObjectDiff['refused'][number]): Finding => ({
    sourceId: source.id, name: source.name, attribute: refused.attribute, value: targetAttribute(source.kind, refused.attribute)?.name.startsWith('passwordProfile/') === true ? '' : refused.value,
    rule: 'planning', severity: 'warning', message: `${refused.attribute} ${refused.reason}; it was left out of the plan for ${source.name}.`, proposal: null,
  });

  return {
    object(candidate): PlannedObject {
      const { source, target, mapped } = candidate;
      // Links are numbered as they come: all of the users before the first of a group.
      if (RANK[source.kind] < rank) throw new Error(`planned a ${source.kind} after objects that come later`);
      rank = RANK[source.kind];
      const findings = [...mapped.problems, ...(candidate.findings ?? [])];
      const refusal = refusalOf(candidate, context);
      if (refusal !== null) {
        if (numbers.knows(source.id)) throw changedMeanwhile(source.name);
        counts.skipped += 1;
        return { operations: [], skip: { sourceId: source.id, name: source.name, kind: source.kind, ...refusal }, notes: [], findings, unresolved: [] };
      }
      const diff = diffObject(source.kind, mapped.values, target, mapped.service);
      const own = ownOperations(candidate, diff, context.newId);
      if (numbers.of(source.id) !== survey(source.kind, stepsOf(own))) throw changedMeanwhile(source.name);
      const linked = linksAt(mapped) ? planLinks({ source, target, links: mapped.links, service: mapped.service ?? 'graph' }, created, context) : null;
      const operations = [
        ...own.map((one) => ({ ...one, seq: numbers.own(source.kind, stepOf(one)) })),
        ...(linked?.operations ?? []).map((one) => ({ ...one, seq: numbers.link() })),
      ];
      if (operations.length === 0) {
        counts.unchanged += 1;
        if (source.kind === 'user') idle.add(source.id);
      }
      addToCounts(counts, operations);
      return {
        operations, skip: null, findings, notes: [...diff.refused.map((refused) => noteOf(candidate, refused)), ...(linked?.notes ?? [])],
        unresolved: [...mapped.unresolved, ...(linked?.unresolved ?? [])],
      };
    },
    last: (operation) => {
      rank = Number.MAX_SAFE_INTEGER;
      const placed = { ...operation, id: context.newId(), seq: numbers.link() };
      addToCounts(counts, [placed]);
      if (placed.sourceId !== null && idle.delete(placed.sourceId)) counts.unchanged -= 1;
      return placed;
    },
    has: (sourceId) => numbers.knows(sourceId),
    finish: (): PlanCounts => ({ ...counts }),
  };
}

/** The two readings differ: somebody changed what is known of the object in between. */
const changedMeanwhile = (name: string): AppError => appError(ErrorCode.Conflict, `What is known of ${name} changed while the plan was made, so no plan was kept. Start the migration again.`, { retryable: true });
