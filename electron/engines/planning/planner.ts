import type { ObjectKind } from '../../../shared/domain/objects.ts';
import { targetAttribute } from '../../../shared/rules/target-attributes.ts';
import type { AttributeChange, Finding, Operation, OperationKind, PlanCounts, PlanSkip } from '../../../shared/domain/plans.ts';
import { agreementOf, divideObject, storedAgreement } from './agreement.ts';
import { addToCounts, emptyCounts, takeFromCounts } from './counts.ts';
import { creationOf } from './creation.ts';
import { diffObject } from './diff.ts';
import type { ObjectDiff } from './diff.ts';
import type { Agreeing } from './drift.ts';
import { planLinks, type PlannedLinks } from './links.ts';
import { createNumbers, isCreated, isUntouched, linksAt, RANK, stepOf, STEPS, survey } from './places.ts';
import type { PlanCandidate, PlannedObject, Planner, PlannerContext } from './types.ts';

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
  // Of what Graph keeps, Exchange Online writes a part.
  const isBeside = ({ attribute }: AttributeChange): boolean => service === 'graph' && targetAttribute(source.kind, attribute, service)?.service === 'exchange';
  const [graph, exchange] = [diff.changes.filter((change) => !isBeside(change)), diff.changes.filter(isBeside)];
  const beside = exchange.length > 0 && mapped.recipient ? [{ ...operation('update', exchange), service: 'exchange' as const, recipient: mapped.recipient }] : [];
  if (target !== null) return [...(target.deleted ? [operation('restore', [])] : []), ...update(graph), ...beside];
  if (service === 'graph') return [operation('create', graph), ...beside];
  const { first, rest } = creationOf(source.kind, diff.changes);
  return [operation('create', first), ...update(rest)];
}

const stepsOf = (operations: readonly Operation[]) => STEPS.filter((step) => operations.some((one) => stepOf(one) === step));

/**
 * Plans one object after the other and keeps none of them: every operation comes back with its `seq`, so that it can be
 * stored at once. Deterministic: the same objects in the same order with the same ids give the same plan.
 * Order of the plan: users, contacts, groups; of one kind restores, updates, creates, what Exchange Online changes (what is alike is sent
 * together, and an object must be restored or made before it can be changed); then the links in the order in which they were planned.
 * A link may name an object that the plan has not come to yet and is expected to make. When it does not, {@link Planner.disappointed} says so
 * in the end, and who names it is planned once more.
 */
export function createPlanner(context: PlannerContext): Planner {
  const numbers = createNumbers(context.sizes);
  const counts = { ...emptyCounts() };
  /** What each planned object has, as one number. */
  const own = new Map<string, number>();
  /** Objects that the plan has come to and left alone. */
  const refused = new Set<string>();
  const excluded = new Set<string>();
  /** Objects that a link counts on before the plan has come to them. */
  const promised = new Set<string>();
  /** What the plan creates, once it has come to every object. */
  const created = { has: (sourceId: string): boolean => isCreated(own.get(sourceId) ?? 0) };
  /** Before that: what it has come to, and what it is expected to create. */
  const foreseen = {
    has: (sourceId: string): boolean => {
      if (own.has(sourceId)) return created.has(sourceId);
      if (refused.has(sourceId) || !context.expected(sourceId)) return false;
      promised.add(sourceId);
      return true;
    },
  };
  /** Users of whom nothing changes yet: what comes last may still change them. */
  const idle = new Set<string>();
  let rank = 0;

  const noteOf = ({ source }: PlanCandidate, refused: ObjectDiff['refused'][number]): Finding => ({
    sourceId: source.id, name: source.name, attribute: refused.attribute, value: targetAttribute(source.kind, refused.attribute)?.name.startsWith('passwordProfile/') === true ? '' : refused.value,
    rule: 'planning', severity: 'warning', message: `${refused.attribute} ${refused.reason}; it was left out of the plan for ${source.name}.`, proposal: null,
  });
  const linksOf = ({ source, target, mapped, baseline }: PlanCandidate, made: Pick<ReadonlySet<string>, 'has'>, agreeing?: Agreeing): PlannedLinks | null => (linksAt(mapped)
    ? planLinks({ source, target, links: mapped.links, naming: mapped.naming, recipient: mapped.recipient ?? null, service: mapped.service ?? 'graph', baseline, agreeing }, made, context) : null);
  const placed = (operations: readonly Operation[]): Operation[] => operations.map((one) => ({ ...one, seq: numbers.link() }));
  const rest = (sourceId: string, kind: ObjectKind): void => {
    counts.unchanged += 1;
    if (kind === 'user') idle.add(sourceId);
  };

  return {
    object(candidate): PlannedObject {
      const { source, target, mapped } = candidate;
      // Operations are numbered as they come: all of the users before the first of a group.
      if (RANK[source.kind] < rank) throw new Error(`planned a ${source.kind} after objects that come later`);
      rank = RANK[source.kind];
      const findings = [...mapped.problems, ...(candidate.findings ?? [])];
      const refusal = refusalOf(candidate, context);
      if (refusal !== null) {
        refused.add(source.id);
        counts.skipped += 1;
        return { operations: [], skip: { sourceId: source.id, name: source.name, kind: source.kind, ...refusal }, notes: [], findings, unresolved: [] };
      }
      const diff = diffObject(source.kind, mapped.values, target, mapped.service, mapped.recipient);
      const divided = divideObject(candidate, diff);
      const agreeing = agreementOf(candidate, diff, divided);
      const steps = divided.isLeft ? [] : ownOperations(candidate, { ...diff, changes: divided.changes }, context.newId);
      own.set(source.id, survey(source.kind, stepsOf(steps)));
      const linked = divided.isLeft ? null : linksOf(candidate, foreseen, agreeing);
      const operations = [...steps.map((one) => ({ ...one, seq: numbers.own(source.kind, stepOf(one)) })), ...placed(linked?.operations ?? [])];
      if (operations.length === 0) rest(source.id, source.kind);
      addToCounts(counts, operations);
      return {
        operations, skip: null, findings, notes: [...diff.refused.map((refused) => noteOf(candidate, refused)), ...(linked?.notes ?? [])],
        unresolved: [...mapped.unresolved, ...(linked?.unresolved ?? [])],
        ...(candidate.baseline === undefined ? {} : { drift: [...divided.drift, ...(linked?.drift ?? [])], agreed: storedAgreement(agreeing, candidate.baseline, divided.isLeft) }),
      };
    },
    exclude(object, operations) {
      if (!own.delete(object.sourceId)) return;
      excluded.add(object.sourceId);
      if (operations.length === 0) counts.unchanged -= 1;
      idle.delete(object.sourceId);
      takeFromCounts(counts, operations);
      counts.skipped += 1;
    },
    disappointed: () => [...new Set([...excluded, ...[...promised].filter((id) => !own.has(id))])],
    isLink: ({ seq }) => numbers.isLink(seq),
    links(candidate, before) {
      const { source, mapped } = candidate;
      if (!own.has(source.id)) return { operations: [], unresolved: [] };
      const linked = divideObject(candidate, diffObject(source.kind, mapped.values, candidate.target, mapped.service, mapped.recipient)).isLeft ? null : linksOf(candidate, created);
      const operations = placed(linked?.operations ?? []);
      takeFromCounts(counts, before);
      addToCounts(counts, operations);
      if (before.length > 0 && operations.length === 0 && isUntouched(own.get(source.id) ?? 0)) rest(source.id, source.kind);
      return { operations, unresolved: [...mapped.unresolved, ...(linked?.unresolved ?? [])] };
    },
    last: (operation) => {
      rank = Number.MAX_SAFE_INTEGER;
      const one = { ...operation, id: context.newId(), seq: numbers.link() };
      addToCounts(counts, [one]);
      if (one.sourceId !== null && idle.delete(one.sourceId)) counts.unchanged -= 1;
      return one;
    },
    has: (sourceId) => own.has(sourceId),
    finish: (): PlanCounts => ({ ...counts }),
  };
}
