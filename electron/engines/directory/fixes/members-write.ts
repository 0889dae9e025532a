import { AppError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { Reference } from '../../../../shared/domain/plans.ts';
import { normaliseDn } from '../../../../shared/rules/dn.ts';
import type { DirectoryChange } from '../port.ts';
import { isMembership, leftOf, MEMBER, readGroup, type GroupNow } from './members.ts';
import type { FixDirectory, FixIntent, FixSettlement } from './port.ts';

/** Answers of a directory that speak of the values sent and not of the connection. */
const REFUSALS: ReadonlySet<ErrorCode> = new Set([ErrorCode.Forbidden, ErrorCode.DirectoryRefused, ErrorCode.NotFound, ErrorCode.InvalidInput]);
/** Names told in one sentence. */
const NAMED = 5;

const settlement = ({ id, operation }: FixIntent, outcome: FixSettlement['outcome'], references: readonly Reference[] = [], message = ''): FixSettlement => ({ intentId: id, operation, outcome, targetId: null, references, message });
const named = (some: readonly Reference[]): string => `${some.slice(0, NAMED).map(({ name }) => `"${name}"`).join(', ')}${some.length > NAMED ? ` and ${some.length - NAMED} more` : ''}`;
const gone = (intent: FixIntent): FixSettlement => settlement(intent, 'failed', [], `"${intent.operation.name}" is not in the directory any more.`);

/** What of the operation was so before it was written: objectGUIDs of its objects that were members. */
export const membersBefore = ({ operation }: Pick<FixIntent, 'operation'>, now: GroupNow | undefined): Record<string, readonly string[]> =>
  (now === undefined || !isMembership(operation) ? {} : { [MEMBER]: operation.references.flatMap(({ sourceId }) => (sourceId !== null && now.held.has(sourceId) ? [sourceId] : [])) });

/** The value that names an object in the group. */
const valueOf = ({ operation: { kind } }: FixIntent, { sourceId }: Reference, { dns, held }: GroupNow): string => (kind === 'add members' ? dns : held).get(sourceId ?? '') ?? '';
const changeOf = (intent: FixIntent, some: readonly Reference[], now: GroupNow): DirectoryChange => ({ operation: intent.operation.kind === 'add members' ? 'add' : 'remove', attribute: MEMBER, values: some.map((one) => valueOf(intent, one, now)) });

/** How writing some objects went. */
interface Written { readonly done: readonly Reference[]; readonly refused: readonly Reference[]; readonly error: AppError | null }

/** Writes objects together; when they are refused, each half on its own, so that one that the directory does not take keeps no other out. */
async function write(directory: FixDirectory, intent: FixIntent, some: readonly Reference[], now: GroupNow): Promise<Written> {
  if (some.length === 0) return { done: [], refused: [], error: null };
  try {
    // No signal: what is being sent is waited for, so that its outcome is known.
    const back = await directory.modify(now.entry.guid, [changeOf(intent, some, now)]);
    // What takes it back says what was changed: somebody may have been faster with some of them.
    const changed = new Set(back.flatMap(({ values }) => values).map(normaliseDn));
    return { done: some.filter((one) => changed.has(normaliseDn(valueOf(intent, one, now)))), refused: [], error: null };
  } catch (error) {
    if (!(error instanceof AppError) || !REFUSALS.has(error.data.code)) throw error;
    if (some.length === 1 || error.data.code === ErrorCode.Forbidden) return { done: [], refused: some, error };
    const half = Math.ceil(some.length / 2);
    const [first, second] = [await write(directory, intent, some.slice(0, half), now), await write(directory, intent, some.slice(half), now)];
    return { done: [...first.done, ...second.done], refused: [...first.refused, ...second.refused], error: first.error ?? second.error };
  }
}

/**
 * Writes the members of one operation. Those that somebody put in or took out meanwhile are left as they are and are not ours.
 * @param now the group right before. @param right the sentence about a missing right.
 */
export async function sendMembers(directory: FixDirectory, intent: FixIntent, now: GroupNow | undefined, right: () => string): Promise<FixSettlement> {
  const { operation } = intent;
  if (now === undefined) return gone(intent);
  const adding = operation.kind === 'add members';
  const absent = adding ? operation.references.filter(({ sourceId }) => !now.dns.has(sourceId ?? '')) : [];
  const { done, refused, error } = await write(directory, intent, leftOf(operation, now), now);
  // Somebody was faster with some of them: the refusal is none.
  const since = refused.length === 0 || error?.data.code === ErrorCode.Forbidden ? undefined : await readGroup(directory, { ...operation, references: refused });
  if (refused.length > 0 && error?.data.code === ErrorCode.NotFound && since === undefined) return gone(intent);
  const still = since === undefined ? refused : leftOf({ ...operation, references: refused }, since);
  if (still.length === 0 && absent.length === 0) return done.length > 0 ? settlement(intent, 'done', done) : settlement(intent, 'unchanged', [], adding ? 'They are members already.' : 'They are no members any more.');
  const why = [
    ...(absent.length === 0 ? [] : [`${named(absent)} ${absent.length === 1 ? 'is' : 'are'} not in the directory any more.`]),
    ...(still.length === 0 ? [] : [`${named(still)} ${still.length === 1 ? 'was' : 'were'} not ${adding ? 'added to' : 'removed from'} "${operation.name}": ${error?.data.code === ErrorCode.Forbidden ? right() : (error?.message ?? '').replace(/\.$/, '')}.`]),
  ];
  return settlement(intent, 'failed', done, why.join(' '));
}

/** What became of the members of an intent whose outcome nobody wrote down; null: nothing of it happened. */
export async function lookUpMembers(directory: FixDirectory, intent: FixIntent, signal: AbortSignal | undefined): Promise<FixSettlement | null> {
  const { operation } = intent;
  const now = await readGroup(directory, operation, signal);
  if (now === undefined) return gone(intent);
  const before = new Set(intent.before[MEMBER] ?? []);
  const adding = operation.kind === 'add members';
  // Only what there was to write can have been written by us.
  const ours = operation.references.filter(({ sourceId }) => sourceId !== null && now.dns.has(sourceId) && before.has(sourceId) !== adding);
  const done = ours.filter(({ sourceId }) => now.held.has(sourceId ?? '') === adding);
  if (ours.length === 0) return settlement(intent, 'unchanged', [], adding ? 'They are members already.' : 'They are no members any more.');
  if (done.length === 0) return null;
  return done.length === ours.length ? settlement(intent, 'done', done) : settlement(intent, 'failed', done, `The program ended while the members of "${operation.name}" were written: ${done.length} of ${ours.length} are. Resume the task for the others.`);
}
