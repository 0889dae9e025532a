import type { Kysely } from 'kysely';
import { ErrorCode, appError } from '../../shared/domain/errors.ts';
import { isPostgres, shownPlace } from './address.ts';
import { json } from './columns.ts';
import { inTransaction, type Context } from './context.ts';
import type { Row, TableShape } from './dialect/dialect.ts';
import { BEING_MOVED, MOVED_TO } from './moved.ts';
import type { Made } from './open-file.ts';
import { makePlace } from './open.ts';
import { ACTIVE_STATES } from './repositories/tasks.ts';
import type { Tables } from './schema.ts';
import { CONTEXT, type Store } from './store.ts';
import { pagesOf, tableDigest } from './table-pages.ts';

/** What was moved of one table; `digest`: SHA-256 of all its values in the order of the key, the same on both sides. */
export interface MovedTable { readonly name: string; readonly rows: number; readonly digest: string }

/** What came of a move. */
export interface MoveReport {
  /** Where the project is now, without a password. */
  readonly place: string;
  readonly rows: number;
  readonly tables: readonly MovedTable[];
  /** Names of the secrets that the project speaks of. They are not in it: each machine that works with the project needs them in its own secret store. */
  readonly secrets: readonly string[];
}

/** Rows that belong to a place and not to the project. */
const ownOfPlace = (table: string, row: Row): boolean => table === 'setting' && (row['key'] === MOVED_TO || row['key'] === BEING_MOVED);

async function requireQuiet(db: Kysely<Tables>): Promise<void> {
  const task = await db.selectFrom('task').select(['kind', 'collection_name', 'lease_owner']).where('state', 'in', ACTIVE_STATES).executeTakeFirst();
  if (task === undefined) return;
  throw appError(ErrorCode.Conflict, `The project cannot be moved while a ${task.kind} task${task.collection_name === '' ? '' : ` of ${task.collection_name}`} runs (${task.lease_owner ?? 'nobody has it'}); cancel it or wait for its end.`);
}

const sameShape = (one: TableShape, two: TableShape | undefined): boolean => JSON.stringify([one.columns, one.key, one.counter]) === JSON.stringify([two?.columns, two?.key, two?.counter]);

async function copyTable(from: Context, to: Context, table: TableShape): Promise<MovedTable> {
  const [read, written] = [tableDigest(table), tableDigest(table)];
  const columns = table.columns.map((column) => column.name);
  const name = table.name as keyof Tables;
  for await (const page of pagesOf(from.db, table)) {
    const rows = page.filter((row) => !ownOfPlace(name, row));
    read.add(rows);
    await to.dialect.bulk.insert(to.db, { table: name, columns, key: [], update: [] }, rows);
  }
  if (table.counter !== null) await to.dialect.setLastNumber(to.db, table, await from.dialect.lastNumber(from.db, table));
  for await (const page of pagesOf(to.db, table)) written.add(page);
  const [here, there] = [read.end(), written.end()];
  if (here.rows !== there.rows || here.digest !== there.digest) {
    throw appError(ErrorCode.Internal, `The table ${name} did not arrive as it was sent: ${here.rows} rows were read and ${there.rows} written, or their values differ. The project stays where it was.`);
  }
  return { name, ...here };
}

/** What is written and the end of the mark are one: until then whoever opens the new place is told that it is not whole. */
async function copyAll(from: Context, target: Context, origin: string): Promise<readonly MovedTable[]> {
  await target.db.insertInto('setting').values({ key: BEING_MOVED, value: JSON.stringify(origin) }).execute();
  const [shape, there] = [await from.dialect.shape(from.db), await target.dialect.shape(target.db)];
  return await target.dialect.durably(target.db, async (db) => {
    await db.deleteFrom('setting').where('key', '=', BEING_MOVED).execute();
    const moved: MovedTable[] = [];
    for (const table of shape) {
      if (!sameShape(table, there.find(({ name }) => name === table.name))) throw appError(ErrorCode.Internal, `The table ${table.name} is not the same in both places; the project stays where it was.`);
      moved.push(await copyTable(from, { ...target, db }, table));
    }
    return moved;
  });
}

async function secretNames(db: Kysely<Tables>): Promise<readonly string[]> {
  const pairs = await db.selectFrom('pair').select(['source', 'target']).orderBy('name_key').execute();
  const waiting = await db.selectFrom('outbox').select('secret_ref').where('secret_ref', 'is not', null).orderBy('number').execute();
  const mails = await db.selectFrom('mail').select('secret_ref').where('secret_ref', 'is not', null).orderBy('number').execute();
  const mailboxes = await db.selectFrom('mailbox_row').select('secret_ref').where('secret_ref', 'is not', null).orderBy('batch_id').orderBy('line').execute();
  const exchange = await db.selectFrom('pair_setting').select(['pair_id', 'value']).where('name', '=', 'mailboxes').orderBy('pair_id').execute();
  const administrators = exchange.flatMap(({ pair_id, value }) => (json<{ readonly method?: unknown }>(value).method === 'existing' ? [] : [`pair/${pair_id}/exchange`]));
  const of = (text: string): unknown => json<{ readonly secretRef?: unknown }>(text).secretRef;
  const names = [...pairs.flatMap((pair) => [of(pair.source), of(pair.target)]), ...administrators, ...[...waiting, ...mails, ...mailboxes].map((row) => row.secret_ref)];
  return [...new Set(names.filter((name): name is string => typeof name === 'string' && name !== ''))];
}

/**
 * Moves an open project to another place, from a file to PostgreSQL or back: every table in the order of its key, with the numbers that its counter gave,
 * read again at its new place and compared value by value. Nobody can write meanwhile; calls of this process wait. The old project is marked with where it went,
 * and nobody opens it any more; this store must be closed. When anything fails, nothing is left at the new place and the old one is as it was.
 * @param to path of a new file, or an address of PostgreSQL with or without its password.
 * @throws AppError CONFLICT while a task runs or when the place is taken; what creating a project throws; INTERNAL when what arrived is not what was sent.
 */
export async function moveProject(store: Store, to: string): Promise<MoveReport> {
  const whole = store[CONTEXT];
  if (!isPostgres(to) && !isPostgres(store.file)) throw appError(ErrorCode.InvalidInput, 'Both places are files; copy the project with "causeway project copy FILE".');
  let made: Made | undefined;
  try {
    const report = await inTransaction(whole, async (from) => {
      await requireQuiet(from.db);
      made = await makePlace(to, whole.environment);
      const tables = await copyAll(from, made.opened.context, store.file);
      const secrets = await secretNames(from.db);
      const place = shownPlace(to);
      // Last of all. Should the machine stop before this is on disk, both are whole and the old one is still the project.
      await from.db.insertInto('setting').values({ key: MOVED_TO, value: JSON.stringify(place) }).execute();
      return { place, tables, rows: tables.reduce((sum, table) => sum + table.rows, 0), secrets };
    });
    await made?.opened.close();
    return report;
  } catch (error) {
    await made?.discard();
    throw error;
  }
}
