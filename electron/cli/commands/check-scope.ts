import type { Command } from 'commander';
import type { CheckSummary } from '../../../shared/contracts/checks.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Session } from '../session.ts';

/** Options that name what was or is to be checked. */
export interface ScopeOptions { readonly pair?: string; readonly collection?: string }

/** Adds `--collection` and `--pair`. */
export function scopeOptions(command: Command): Command {
  return command.option('--collection <name>', 'only its objects are reported; names are compared with the whole directory').option('--pair <name>', 'every object of the pair (default: the only pair)');
}

/** The collection named, with its pair; without one, the pair. */
export async function scopeOf(session: Session, o: ScopeOptions): Promise<{ readonly pairId: string; readonly collectionId?: string }> {
  if (o.collection === undefined) return { pairId: (await session.pair(o.pair)).id };
  const collection = await session.collection(o.collection);
  if (o.pair !== undefined && (await session.pair(o.pair)).id !== collection.pairId) throw appError(ErrorCode.InvalidInput, `The collection "${collection.name}" belongs to another pair than "${o.pair}".`);
  return { pairId: collection.pairId, collectionId: collection.id };
}

/** The last finished check of what is named. @throws AppError NOT_FOUND when there is none. */
export async function latestOf(session: Session, o: ScopeOptions): Promise<CheckSummary> {
  const { check } = await session.call('checks.latest', await scopeOf(session, o));
  if (check === null) throw appError(ErrorCode.NotFound, `${o.collection === undefined ? 'The pair' : `The collection "${o.collection}"`} was not checked yet. Run: causeway check${o.collection === undefined ? '' : ` --collection ${o.collection}`}`);
  return check;
}
