import type { TargetObject } from '../../../shared/domain/objects.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import { ASSIGNMENTS } from '../../../shared/rules/licences.ts';
import { position, readable } from './compare.ts';
import { licencesAt } from './licences.ts';
import { resolvedBy } from './look.ts';
import type { ApplyPorts, Intent, Settlement } from './port.ts';
import type { Present } from './present.ts';
import { settled, type Resolved } from './send.ts';

/** An operation that may be sent. */
export interface Prepared { readonly intent: Intent; readonly references: readonly Resolved[] }
/** An operation that must not be sent, with the reason. */
export interface Refused { readonly intent: Intent; readonly settlement: Settlement }

/** A settlement that changed nothing. */
export const withoutEffect = (intent: Intent, message: string, outcome: Settlement['outcome'] = 'failed'): Settlement => settled(intent, outcome, { references: [], message });

/**
 * Finds the Graph ids, looks at the values before and sorts out what must not be sent.
 * @param state the values right before.
 */
export async function prepare(wave: readonly Operation[], ports: ApplyPorts, state: Pick<Present, 'read'>): Promise<{ readonly ready: readonly Prepared[]; readonly refused: readonly Refused[] }> {
  const ids = await ports.ledger.targetIds([...new Set(wave.flatMap(sourcesOf))]);
  const present = await state.read(wave, ids);
  const ready: Prepared[] = [];
  const refused: Refused[] = [];
  for (const operation of wave) {
    const targetId = operation.targetId ?? (operation.kind === 'create' || operation.sourceId === null ? null : ids.get(operation.sourceId) ?? null);
    const references = resolvedBy(operation, ids);
    const object = targetId === null ? undefined : present.get(targetId);
    const before = object === undefined ? {} : operation.kind === 'set licences' ? { [ASSIGNMENTS]: object.attributes[ASSIGNMENTS] ?? [] } : Object.fromEntries(operation.changes.filter(readable).flatMap((c) => (object.attributes[c.attribute] ? [[c.attribute, object.attributes[c.attribute] ?? []] as const] : [])));
    const manager = object?.links['manager'];
    const intent: Intent = { id: ports.newId(), at: ports.now(), operation: withFoundManager(operation, manager?.[0]), targetId, before: manager ? { ...before, manager } : before };
    const already = operation.kind === 'create' && operation.sourceId !== null ? ids.get(operation.sourceId) : undefined;
    const changed = changedMatch(operation, ids, ports);
    // Security groups have no key that Graph keeps unique: without this look a second plan of the same objects would make a second group.
    const refusal = already !== undefined ? { ...withoutEffect(intent, `"${operation.name}" has been created or matched since the plan was made.`, 'unchanged'), targetId: already }
      : changed === null ? refusalOf(intent.operation, targetId, object, references, intent)
      : withoutEffect(intent, sentenceOf(changed), 'drifted');
    if (refusal) refused.push({ intent, settlement: refusal });
    else ready.push({ intent, references });
  }
  return { ready, refused };
}

/** Source objects whose matches an operation depends on. */
export const sourcesOf = (operation: Operation): string[] => [operation.sourceId, ...operation.references.map((r) => r.sourceId)].flatMap((id) => id ?? []);

/** Said of an object whose match is another than the plan was made for. */
export const sentenceOf = (name: string): string => `The match of "${name}" was changed since the plan was made. Plan again to decide.`;

/**
 * Name of the first object of an operation whose match is another than when the plan was made, or gone; null when all hold, or
 * when matches do not count. What this plan creates has no match before, and is found by the one it gets.
 */
export function changedMatch(operation: Operation, ids: ReadonlyMap<string, string>, { matches }: Pick<ApplyPorts, 'matches'>): string | null {
  if (matches === 'as journalled') return null;
  const differs = (one: { readonly sourceId: string | null; readonly targetId: string | null }) => one.sourceId !== null && one.targetId !== null && ids.get(one.sourceId) !== one.targetId;
  return [operation, ...operation.references].find(differs)?.name ?? null;
}

/** Why an operation must not be carried on with because a match was changed since it was planned; null when it may. */
export async function matchChangedSentence(operation: Operation, ports: Pick<ApplyPorts, 'matches' | 'ledger'>): Promise<string | null> {
  const name = changedMatch(operation, await ports.ledger.targetIds(sourcesOf(operation)), ports);
  return name === null ? null : sentenceOf(name);
}

/** The recycle bin does not show managers: what a restored user had is known only now, and the undo needs it. */
function withFoundManager(operation: Operation, manager: string | undefined): Operation {
  if ((operation.kind !== 'set manager' && operation.kind !== 'clear manager') || operation.previous[0]?.targetId !== null) return operation;
  return { ...operation, previous: manager === undefined ? [] : [{ sourceId: null, targetId: manager, name: manager }] };
}

/** Reasons not to send: the object is gone or was never made, a referred object does not exist, or somebody changed the values. */
function refusalOf(operation: Operation, targetId: string | null, object: TargetObject | undefined, references: readonly Resolved[], intent: Intent): Settlement | null {
  if (operation.kind === 'create' || operation.kind === 'restore' || operation.kind === 'purge') return null;
  if (targetId === null) return withoutEffect(intent, `"${operation.name}" does not exist in the tenant because its creation failed.`, 'skipped');
  if (['set manager', 'add members', 'remove members'].includes(operation.kind) && references.length === 0) return withoutEffect(intent, `None of the objects that "${operation.name}" refers to exists in the tenant.`, 'skipped');
  if (operation.kind === 'delete') return object ? null : withoutEffect(intent, 'The object was gone already.', 'unchanged');
  if (operation.kind === 'add members' || operation.kind === 'remove members') return null;
  if (!object) return withoutEffect(intent, `"${operation.name}" is no longer in the tenant. Discover and plan again.`, 'drifted');
  if (operation.kind === 'set manager' || operation.kind === 'clear manager') {
    const now = object.links['manager']?.[0];
    const wanted = operation.kind === 'set manager' ? references[0]?.id : undefined;
    if (now === wanted) return withoutEffect(intent, 'The manager was set so already.', 'unchanged');
    const expected = operation.previous[0]?.targetId ?? undefined;
    if (now !== expected) return withoutEffect(intent, `The manager of "${operation.name}" was changed since the plan was made. Plan again to decide.`, 'drifted');
    return null;
  }
  if (operation.kind === 'set licences') return licencesRefusal(intent, object);
  const where = position(operation, object);
  if (where.at === 'after') return withoutEffect(intent, 'The values were so already.', 'unchanged');
  if (where.at === 'elsewhere') return withoutEffect(intent, `${where.differing.map((c) => c.attribute).join(', ')} of "${operation.name}" changed since the plan was made. Plan again to decide.`, 'drifted');
  return null;
}

/** Licences are compared as a whole: a second program that gives some at the same time must be seen, since the way back restores all of them. */
function licencesRefusal(intent: Intent, object: TargetObject): Settlement | null {
  const at = licencesAt(intent.operation, object);
  if (at === 'after') return withoutEffect(intent, 'The licences were so already.', 'unchanged');
  return at === 'before' ? null : withoutEffect(intent, `The licences of "${intent.operation.name}" changed since the plan was made. Plan again to decide.`, 'drifted');
}
