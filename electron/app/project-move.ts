import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { Platform } from '../platform/index.ts';
import { isPostgres, moveProject, type MoveReport } from '../store/index.ts';
import { otherHolder } from './dead-owners.ts';
import { keepPassword, withKnownPassword } from './project-place.ts';
import type { Services } from './services.ts';

const atWork = (name: string, host: string) => appError(ErrorCode.Conflict, `The agent ${name} on ${host} is at work in this project; close every other console and agent before it is moved.`);

/** So long is watched for a sign of life of a task runner that holds no agent's name, milliseconds; it gives one every 500. */
const WATCH_MS = 1_500;

/**
 * Moves the open project to another place. The task runner of this process must stand still.
 * @param to full path of a new file, or an address of PostgreSQL.
 * @throws AppError CONFLICT when an agent of another process is at work, a task runs or the place is taken; what `moveProject` throws.
 */
export async function moveOpenProject({ store, wait, now }: Pick<Services, 'store' | 'wait' | 'now'>, platform: Pick<Platform, 'secrets' | 'machine'>, to: string): Promise<MoveReport> {
  if (isPostgres(to) === isPostgres(store.file)) {
    throw appError(ErrorCode.InvalidInput, isPostgres(to) ? 'The project is on PostgreSQL already; move it to a file first.' : 'The project is a file already; "causeway project copy FILE" makes another.');
  }
  // Asked before anybody is made to wait; also refuses an address that cannot be read.
  const place = await withKnownPassword(platform, to);
  const before = await store.agents.list();
  for (const { id, name } of before) {
    const holder = await otherHolder({ store, now }, id, '');
    if (holder) throw atWork(name, holder.host);
  }
  await wait(WATCH_MS);
  const alive = (await store.agents.list()).find((agent) => agent.heartbeatAt !== (before.find(({ id }) => id === agent.id)?.heartbeatAt ?? null));
  if (alive) throw atWork(alive.name, alive.host);
  const report = await moveProject(store, place);
  await keepPassword(platform, to);
  return report;
}
