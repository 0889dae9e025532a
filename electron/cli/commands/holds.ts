import type { Command } from 'commander';
import type { HoldRow } from '../../../shared/contracts/holds.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import { readRows, rowLimit, type ReadRows } from '../rows.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';

interface OfPair { readonly pair?: string; readonly collection?: string }
interface ListOptions extends OfPair { readonly search: string; readonly limit: string }
interface ChangeOptions extends OfPair { readonly object?: string[]; readonly attribute?: string[]; readonly reason: string; readonly all?: boolean }

/** Holds released in one call: as many as the contract takes. */
const PIECE = 10_000;

/** `causeway holds ...`: what is held out of coexistence, by a roll back or by a person. */
export function addHoldCommands(program: Command, run: Run): void {
  const holds = program.command('holds').description('objects and attributes that coexistence leaves alone until they are released');
  ofPair(holds.command('list', { isDefault: true }).description('list what is held, since when, by whom and why')).option('--search <text>', 'part of a name', '').option('--limit <n>', 'entries shown', '200')
    .addHelpText('after', '\nExample:\n  causeway holds list --collection Berlin')
    .action((o: ListOptions) => run({ needs: 'project' }, async (session) => {
      const limit = rowLimit(o.limit);
      const { rows, total } = await readHolds(session, { ...await scopeOf(session, o), search: o.search }, limit);
      session.out.result({ rows, total }, rows.length === 0 ? ['Nothing is held: coexistence keeps every object of its collections in step.'] : [
        ...table(['OBJECT', 'TYPE', 'ATTRIBUTE', 'SINCE', 'BY', 'WHY', 'OBJECTGUID'], rows.map((r) => [r.name, r.kind ?? '', r.attribute || '(whole object)', new Date(r.since).toISOString().slice(0, 16).replace('T', ' '), r.by, r.reason, r.sourceId])),
        ...(total > rows.length ? [`(${total - rows.length} more; use --limit or --search)`] : []),
      ]);
      return EXIT.ok;
    }));
  changes(ofPair(holds.command('put').description('hold objects, or attributes of them, out of coexistence'))).option('--reason <text>', 'why, for who reads the list', '')
    .addHelpText('after', '\nExample:\n  causeway holds put --object 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d --attribute jobTitle --reason "HR writes it in the cloud"')
    .action((o: ChangeOptions) => run({ needs: 'project' }, async (session) => {
      const { pairId } = await scopeOf(session, o);
      if (o.object === undefined) throw appError(ErrorCode.InvalidInput, 'Name the objects to hold: --object <objectGUID>.');
      const { held } = await session.call('holds.put', { pairId, ids: o.object.map((id) => id.toLowerCase()), ...(o.attribute === undefined ? {} : { attributes: o.attribute }), reason: o.reason });
      session.out.result({ held }, [held === 0 ? 'All of that was held already.' : `Held ${held}; coexistence leaves them alone until they are released.`]);
      return EXIT.ok;
    }));
  changes(ofPair(holds.command('release').description('let coexistence go on with objects or attributes; the next cycle compares them again'))).option('--all', 'everything that is held in the pair or collection')
    .addHelpText('after', '\nExamples:\n  causeway holds release --object 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d\n  causeway holds release --collection Berlin --all')
    .action((o: ChangeOptions) => run({ needs: 'project' }, async (session) => {
      const scope = await scopeOf(session, o);
      if ((o.object === undefined) === (o.all !== true)) throw appError(ErrorCode.InvalidInput, 'Say what to release: --object <objectGUID>, or --all.');
      const [ids, names] = [o.object === undefined ? null : new Set(o.object.map((id) => id.toLowerCase())), o.attribute === undefined ? null : new Set(o.attribute.map((name) => name.toLowerCase()))];
      const { rows } = await readHolds(session, { ...scope, search: '' }, Number.POSITIVE_INFINITY);
      const chosen = rows.filter((row) => ids?.has(row.sourceId) !== false && names?.has(row.attribute.toLowerCase()) !== false);
      let released = 0;
      for (let from = 0; from < chosen.length; from += PIECE) {
        released += (await session.call('holds.release', { pairId: scope.pairId, holds: chosen.slice(from, from + PIECE).map(({ sourceId, attribute }) => ({ sourceId, attribute })) })).released;
      }
      session.out.result({ released }, [released === 0 ? 'Nothing of that was held.' : `Released ${released}; the next cycle compares them again.`]);
      return EXIT.ok;
    }));
}

const ofPair = (command: Command): Command => command.option('--pair <name>', 'every collection of the pair (default: the only pair)').option('--collection <name>', 'only objects of this collection');
const changes = (command: Command): Command => command.option('--object <objectGUID...>', 'these objects').option('--attribute <name...>', 'only these attributes of them, by Graph\'s name; also manager and members');

async function scopeOf(session: Session, o: OfPair): Promise<{ readonly pairId: string; readonly collectionId?: string }> {
  if (o.collection === undefined) return { pairId: (await session.pair(o.pair)).id };
  const collection = await session.collection(o.collection);
  return { pairId: collection.pairId, collectionId: collection.id };
}

const readHolds = async (session: Session, query: { readonly pairId: string; readonly collectionId?: string; readonly search: string }, limit: number): Promise<ReadRows<HoldRow>> =>
  await readRows(limit, async (request) => await session.call('holds.page', { ...query, ...request }));
