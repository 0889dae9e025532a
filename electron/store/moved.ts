import { ErrorCode, appError } from '../../shared/domain/errors.ts';
import { json } from './columns.ts';
import type { Context } from './context.ts';

/** Setting of a project that was moved: the place where it is now, without a password. */
export const MOVED_TO = 'moved to';
/** Setting of a project that is being written by a move: nobody may open it before it is whole. */
export const BEING_MOVED = 'being moved here';

/**
 * Refuses a project that is somewhere else now, or not whole yet.
 * @param place of the project, as it may be shown.
 * @throws AppError CONFLICT with the place where it is.
 */
export async function requireHere({ db }: Pick<Context, 'db'>, place: string): Promise<void> {
  const rows = await db.selectFrom('setting').selectAll().where('key', 'in', [MOVED_TO, BEING_MOVED]).execute();
  const [to, from] = [MOVED_TO, BEING_MOVED].map((name) => rows.find((row) => row.key === name)?.value);
  if (to !== undefined) throw appError(ErrorCode.Conflict, `The project ${place} was moved to ${json<string>(to)}; open it there.`);
  if (from !== undefined) throw appError(ErrorCode.Conflict, `The project ${place} is being moved here from ${json<string>(from)} and is not whole. If nobody moves it any more, remove what is here and move it again.`);
}
