import { ErrorCode, appError } from '../../../shared/domain/errors.ts';
import type { Context } from '../context.ts';

/** The open project. Times are milliseconds since 1970 UTC. */
export interface ProjectRecord { readonly id: string; readonly name: string; readonly createdAt: number; readonly demo: boolean }

/** The one project of the file. */
export interface ProjectRepository {
  /** @throws AppError BAD_FILE when the file has no project (its making was interrupted). */
  get(): Promise<ProjectRecord>;
  /** Gives it another name; white space around it is dropped. */
  rename(name: string): Promise<ProjectRecord>;
}

/** Makes the repository of the project's own row. */
export function projectRepository({ db }: Context): ProjectRepository {
  const get = async (): Promise<ProjectRecord> => {
    const row = await db.selectFrom('project').selectAll().executeTakeFirst();
    if (row === undefined) throw appError(ErrorCode.BadFile, 'This project file was never finished; create the project again.');
    return { id: row.id, name: row.name, createdAt: row.created_at, demo: row.demo === 1 };
  };
  return {
    get,
    rename: async (name) => {
      await db.updateTable('project').set({ name: name.trim() }).execute();
      return get();
    },
  };
}
