import type { ChannelInput } from '../../../shared/contracts/index.ts';
import { AppError, appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Session } from '../session.ts';

/** Options that say what a roll back takes back. */
export interface ScopeOptions {
  readonly task?: string; readonly cycle?: string[]; readonly from?: string; readonly to?: string; readonly object?: string; readonly attribute?: string[]; readonly since?: string;
}

type Scope = Pick<ChannelInput<'tasks.rollBack'>, 'undoes' | 'taskIds' | 'window' | 'objectId' | 'since' | 'attributes'>;

/** The scope that options name. @throws AppError INVALID_INPUT for a time that is none, NOT_FOUND for a cycle that is not there or wrote nothing. */
export async function scopeOf(session: Session, collectionId: string, o: ScopeOptions): Promise<Scope> {
  const taskIds = o.cycle === undefined ? undefined : await Promise.all(o.cycle.map(async (id) => await taskOfCycle(session, collectionId, id)));
  const inTime = o.from !== undefined || o.to !== undefined;
  return {
    ...(o.task === undefined ? {} : { undoes: o.task }), ...(taskIds === undefined ? {} : { taskIds }),
    ...(inTime ? { window: { collectionId, from: o.from === undefined ? 0 : timeOf('--from', o.from), to: o.to === undefined ? Date.now() : timeOf('--to', o.to) } } : {}),
    ...(o.object === undefined ? {} : { objectId: o.object.toLowerCase() }), ...(o.since === undefined ? {} : { since: o.since }), ...(o.attribute === undefined ? {} : { attributes: o.attribute }),
  };
}

/** A cycle is named by its own id, as the list of cycles shows it, or by that of its task, as the list of tasks does. */
async function taskOfCycle(session: Session, collectionId: string, id: string): Promise<string> {
  const isTask = await session.call('tasks.get', { id }).then(() => true, (error: unknown) => { if (error instanceof AppError && error.data.code === ErrorCode.NotFound) return false; throw error; });
  if (isTask) return id;
  let after: string | null = null;
  do {
    const page: { rows: { id: string; taskId: string | null; operations: number }[]; next: string | null } = await session.call('coexistence.cycles', { collectionId, quiet: false, after, limit: 500 });
    const cycle = page.rows.find((row) => row.id === id);
    if (cycle !== undefined && cycle.taskId !== null) return cycle.taskId;
    if (cycle !== undefined) break;
    after = page.next;
  } while (after !== null);
  throw appError(ErrorCode.NotFound, `There is no cycle ${id} of this collection that wrote something.`);
}

/** @returns milliseconds since 1970 UTC; a time without a zone is one of this machine's. */
function timeOf(option: string, text: string): number {
  // A date alone would be read as midnight in UTC (ECMAScript, Date.parse).
  const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00` : text);
  if (Number.isNaN(at) || at < 0) throw appError(ErrorCode.InvalidInput, `${option} must be a time, for example 2026-11-21T14:30 or 2026-11-21T13:30Z, not "${text}".`);
  return at;
}
