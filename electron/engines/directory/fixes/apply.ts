import { AppError, appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { Values } from '../../../../shared/domain/objects.ts';
import type { AttributeChange, Operation } from '../../../../shared/domain/plans.ts';
import { parentDn } from '../../../../shared/rules/dn.ts';
import { valuesOf } from '../../../../shared/rules/attributes.ts';
import type { DirectoryEntry, DirectorySchema } from '../port.ts';
import { directoryChanges, standing, standingOfAll } from './change.ts';
import { isMembership, readGroup, type GroupNow } from './members.ts';
import { lookUpMembers, membersBefore, sendMembers } from './members-write.ts';
import { EFFECTIVE_RIGHTS, mayWrite } from './plan.ts';
import type { FixDirectory, FixIntent, FixLedger, FixResult, FixSettlement } from './port.ts';

/** Changes written down together before the first of them is sent; so many must be looked for after a crash, at most. */
const WAVE = 25;
/** Answers of a directory that speak of one change and not of the connection. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([ErrorCode.Forbidden, ErrorCode.DirectoryRefused, ErrorCode.NotFound, ErrorCode.InvalidInput]);

/** Everything that writing fixes needs from outside. */
export interface FixPorts {
  readonly directory: FixDirectory;
  readonly ledger: FixLedger;
  readonly newId: () => string;
  /** Milliseconds since 1970 UTC. */
  readonly now: () => number;
  /** Who signs in to the directory, for the sentence about a missing right. */
  readonly account: string;
  readonly onProgress: (progress: { readonly done: number; readonly failed: number }) => void;
}

/** The right that is missing, as an administrator of the directory grants it (MS-ADTS 5.1.3.2: RIGHT_DS_WRITE_PROPERTY). @param attribute one name, or several joined by commas. */
export function rightToGrant(account: string, attribute: string, about: { readonly kind: string; readonly dn: string }): string {
  return `${account} may not write ${attribute} here. Grant it WriteProperty on ${attribute} of ${about.kind} objects in ${parentDn(about.dn) || about.dn}, then resume the task`;
}

/**
 * Writes the pending operations of a plan to a directory, one LDAP modify each. Every operation is written down with the values seen right
 * before; an object of which a value is no longer the planned one is left alone (drifted). What an earlier run left open is looked for first.
 * Operations are of service `directory`: `update` with one change each, or several of different attributes that belong together, and members of groups, in whose settlements `references` are those really changed.
 * @returns totals of this run; `cancelled` when the signal fired between two writes.
 * @throws AppError of the connection; what was sent without an answer stays open and is looked for by the next run.
 */
export async function applyFixes(ports: FixPorts, signal?: AbortSignal): Promise<FixResult> {
  const { directory, ledger } = ports;
  const stopped = (): boolean => signal?.aborted === true;
  const totals = { done: 0, unchanged: 0, failed: 0, drifted: 0 };
  const schema = await directory.schema(signal);
  const count = (settlements: readonly FixSettlement[]): void => {
    for (const { outcome } of settlements) if (outcome !== 'skipped') totals[outcome] += 1;
    ports.onProgress({ done: totals.done + totals.unchanged + totals.failed + totals.drifted, failed: totals.failed + totals.drifted });
  };
  for (const intent of await ledger.openIntents()) {
    const found = isMembership(intent.operation) ? await lookUpMembers(directory, intent, signal) : await lookUp(directory, schema, intent, signal);
    if (found === null) await ledger.reopen(intent.id);
    else { await ledger.settle([found]); count([found]); }
  }
  for (;;) {
    if (stopped()) return { ...totals, cancelled: true };
    const wave = firstOfEach(await ledger.pending(WAVE));
    if (wave.length === 0) return { ...totals, cancelled: false };
    const entries = new Map<string, DirectoryEntry | undefined>();
    const groups = new Map<string, GroupNow | undefined>();
    for (const operation of wave) {
      const { sourceId, changes } = operation;
      if (isMembership(operation)) groups.set(operation.id, await readGroup(directory, operation, signal));
      else entries.set(sourceId ?? '', await directory.get(sourceId ?? '', changes.map((change) => change.attribute), signal));
    }
    const intents = wave.map((operation): FixIntent => ({
      id: ports.newId(), operation, at: ports.now(), targetId: null, before: isMembership(operation) ? membersBefore({ operation }, groups.get(operation.id)) : observed(operation, entries.get(operation.sourceId ?? '')),
    }));
    await ledger.intend(intents);
    const settled: FixSettlement[] = [];
    const unsent: FixIntent[] = [];
    try {
      for (const intent of intents) {
        if (stopped()) { unsent.push(intent); continue; }
        await ledger.mayWrite?.();
        if (isMembership(intent.operation)) settled.push(await sendMembers(directory, intent, groups.get(intent.operation.id), () => rightToGrant(ports.account, 'member', { kind: 'group', dn: groups.get(intent.operation.id)?.entry.dn ?? '' })));
        else settled.push(await send(ports, schema, intent, entries.get(intent.operation.sourceId ?? '')));
      }
    } finally {
      await ledger.settle(settled);
      count(settled);
    }
    for (const { id } of unsent) await ledger.reopen(id);
  }
}

/** Operations up to the second one on an object, whose values the first one changes. */
function firstOfEach(operations: readonly Operation[]): readonly Operation[] {
  const seen = new Set<string>();
  const again = operations.findIndex(({ sourceId }) => seen.size === seen.add(sourceId ?? '').size);
  return again < 0 ? operations : operations.slice(0, again);
}

function observed({ changes }: Operation, entry: DirectoryEntry | undefined): Record<string, Values> {
  return Object.fromEntries(changes.flatMap(({ attribute }) => { const values = entry === undefined ? undefined : valuesOf(entry.attributes, attribute); return values === undefined || values.length === 0 ? [] : [[attribute, values] as const]; }));
}

const settlement = ({ id, operation }: FixIntent, outcome: FixSettlement['outcome'], message = ''): FixSettlement => ({ intentId: id, operation, outcome, targetId: null, references: [], message });
const changesOf = ({ changes }: Operation): readonly AttributeChange[] => {
  if (changes.length === 0 || new Set(changes.map(({ attribute }) => attribute.toLowerCase())).size < changes.length) throw appError(ErrorCode.BadFile, 'A fix of the plan has no change, or two of one attribute. Make a new plan.');
  return changes;
};
const namesOf = (changes: readonly AttributeChange[]): string => changes.map(({ attribute }) => attribute).join(', ');
const isSingle = (schema: DirectorySchema, attribute: string): boolean => schema.attribute(attribute)?.singleValued ?? false;

/** The changes of an operation that somebody else's values stand in the way of. */
const elsewhere = (schema: DirectorySchema, changes: readonly AttributeChange[], now: (attribute: string) => Values): readonly AttributeChange[] => changes.filter((change) => standing(change, now(change.attribute), isSingle(schema, change.attribute)) === 'elsewhere');

async function send({ directory, account }: FixPorts, schema: DirectorySchema, intent: FixIntent, entry: DirectoryEntry | undefined): Promise<FixSettlement> {
  const { operation } = intent;
  const changes = changesOf(operation);
  if (entry === undefined) return settlement(intent, 'failed', `"${operation.name}" is not in the directory any more.`);
  const now = (attribute: string): Values => intent.before[attribute] ?? [];
  const where = standingOfAll(changes, now, (attribute) => isSingle(schema, attribute));
  if (where === 'after') return settlement(intent, 'unchanged', changes.length === 1 ? 'The value was so already.' : 'The values were so already.');
  const drift = (changed: readonly AttributeChange[]): string => `${namesOf(changed)} of "${operation.name}" changed since the plan was made. Check again to decide.`;
  if (where === 'elsewhere') return settlement(intent, 'drifted', drift(elsewhere(schema, changes, now)));
  try {
    // No signal: what is being sent is waited for, so that its outcome is known. One request: all of it is written, or nothing (RFC 4511 4.6).
    await directory.modify(entry.guid, changes.flatMap((change) => directoryChanges(change, now(change.attribute))));
    return settlement(intent, 'done');
  } catch (error) {
    if (!(error instanceof AppError) || !REFUSALS.has(error.data.code)) throw error;
    const forbidden = error.data.code === ErrorCode.Forbidden;
    const since = await directory.get(entry.guid, forbidden ? [EFFECTIVE_RIGHTS] : changes.map(({ attribute }) => attribute));
    if (!forbidden && since !== undefined) {
      // Somebody was faster than this write: that is for a person to look at, and no fault of the directory.
      const present = (attribute: string): Values => valuesOf(since.attributes, attribute) ?? [];
      const changed = changes.filter((change) => standing(change, present(change.attribute), isSingle(schema, change.attribute)) !== standing(change, now(change.attribute), isSingle(schema, change.attribute)));
      if (changed.length > 0) return settlement(intent, 'drifted', drift(changed));
    }
    const denied = since === undefined ? changes : changes.filter(({ attribute }) => !mayWrite(since, attribute, schema));
    const why = forbidden ? rightToGrant(account, namesOf(denied.length === 0 ? changes : denied), { kind: operation.objectKind, dn: entry.dn }) : error.message.replace(/\.$/, '');
    return settlement(intent, 'failed', `${namesOf(changes)} of "${operation.name}" ${changes.length === 1 ? 'was' : 'were'} not changed: ${why}.`);
  }
}

/** What became of an intent whose outcome nobody wrote down; null: it did not happen. */
async function lookUp(directory: FixDirectory, schema: DirectorySchema, intent: FixIntent, signal: AbortSignal | undefined): Promise<FixSettlement | null> {
  const { operation } = intent;
  const changes = changesOf(operation);
  const entry = await directory.get(operation.sourceId ?? '', changes.map(({ attribute }) => attribute), signal);
  if (entry === undefined) return settlement(intent, 'failed', `"${operation.name}" is not in the directory any more.`);
  const single = (attribute: string): boolean => isSingle(schema, attribute);
  const present = (attribute: string): Values => valuesOf(entry.attributes, attribute) ?? [];
  const where = standingOfAll(changes, present, single);
  // Only a change that there was to make can have been made by us.
  if (where === 'after') return standingOfAll(changes, (attribute) => intent.before[attribute] ?? [], single) === 'before' ? settlement(intent, 'done') : settlement(intent, 'unchanged', changes.length === 1 ? 'The value was so already.' : 'The values were so already.');
  return where === 'before' ? null : settlement(intent, 'drifted', `${namesOf(elsewhere(schema, changes, present))} of "${operation.name}" is neither what it was nor what was to be written. Check again to decide.`);
}
