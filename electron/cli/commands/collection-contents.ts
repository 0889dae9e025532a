import { InvalidArgumentError, type Command } from 'commander';
import type { AddResult, FoundObjects } from '../../../shared/contracts/collections.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { conditionProblem, FILTER_OPERATORS, filterOfQuery, needsNoValue, QUERY_CLASSES, type FilterCondition, type QueryClass } from '../../../shared/rules/filter-conditions.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import { addImportCommand } from './collection-import.ts';
import { overlapLines } from './collection-overlap-lines.ts';

/** Objects listed by name on the terminal; `--json` has up to 500. */
const LISTED = 50;

/** What adding did. */
function addLines(result: AddResult): string[] {
  return [
    `Added ${result.added} objects${result.already > 0 ? `; ${result.already} were in the collection already` : ''}${result.skippedTotal > 0 ? `; left out ${result.skippedTotal}:` : '.'}`,
    ...result.skipped.map((s) => `  ${s.name} (${s.type}): ${s.reason}`),
    ...overlapLines(result.overlaps),
  ];
}

/** What a query or a scope would do. */
export function foundLines(found: FoundObjects): string[] {
  return [
    `Would add ${found.adds}, remove ${found.removes}, leave ${found.stays} unchanged; ${found.leftOut} ${found.leftOut === 1 ? 'is' : 'are'} left out.`,
    ...found.groups.map((g) => `  left out: ${g.count} x ${g.type}: ${g.reason}`),
    ...(found.rows.length === 0 ? [] : table(['RESULT', 'TYPE', 'NAME', 'DN'], found.rows.slice(0, LISTED).map((r) => [r.state, r.type, r.name, r.dn]))),
    ...(found.rows.length > LISTED || found.more ? ['... there are more.'] : []),
  ];
}

/** A condition as `attribute operator value`, with the operators of the query builder. */
export function readCondition(text: string): FilterCondition {
  const at = /^\s*(\S+)\s+(.*)$/s.exec(text);
  const rest = at?.[2] ?? '';
  // The longest first: "is not present" begins with "is".
  const operator = [...FILTER_OPERATORS].toSorted((a, b) => b.length - a.length).find((one) => rest === one || rest.startsWith(`${one} `));
  if (at === null || operator === undefined) throw new InvalidArgumentError(`Write attribute, operator and value, for example "department is Sales". Operators: ${FILTER_OPERATORS.join(', ')}.`);
  const condition = { attribute: at[1] ?? '', operator, value: needsNoValue(operator) ? '' : rest.slice(operator.length + 1) };
  const problem = conditionProblem(condition);
  if (problem !== '') throw new InvalidArgumentError(problem);
  return condition;
}

const readClass = (text: string): QueryClass => {
  const found = QUERY_CLASSES.find((one) => one === text.toLowerCase());
  if (found === undefined) throw new InvalidArgumentError(`Choose one of ${QUERY_CLASSES.filter((one) => one !== '').join(', ')}.`);
  return found;
};
const gather = (text: string, before: readonly FilterCondition[]): FilterCondition[] => [...before, readCondition(text)];

/** `causeway collection add`, `query`, `import`, `move`, `remove`, `left-out` and `overlaps`. */
export function addCollectionContentsCommands(collection: Command, run: Run): void {
  collection.command('add').description('add objects: containers and objects by DN, or what an LDAP filter finds').option('--collection <name>', 'collection, when there are several')
    .option('--dn <dn...>', 'objects, or containers with everything below').option('--filter <ldap filter>', 'RFC 4515 filter').option('--base <dn>', 'where the filter searches', '')
    .addHelpText('after', `
Examples:
  causeway collection add --collection Berlin --dn "OU=Berlin,DC=corp,DC=example,DC=com"
  causeway collection add --collection Sales --filter "(&(objectClass=user)(department=Sales))"`)
    .action((o: { collection?: string; dn?: string[]; filter?: string; base: string }) => run({ needs: 'project' }, async (session) => {
      if ((o.dn === undefined) === (o.filter === undefined)) throw appError(ErrorCode.InvalidInput, 'Give either --dn or --filter.');
      const { id } = await session.collection(o.collection);
      const result = o.dn !== undefined ? await session.call('collections.addObjects', { id, dns: o.dn }) : await session.call('collections.queryObjects', { id, base: o.base, filter: o.filter ?? '' });
      session.out.result(result, addLines(result));
      return EXIT.ok;
    }));
  collection.command('query').description('add what conditions on attributes find; shows the LDAP filter that they make').option('--collection <name>', 'collection, when there are several')
    .option('--where <condition>', 'condition "attribute operator value"; may be repeated', gather, []).option('--any', 'one condition is enough (default: all must hold)')
    .option('--class <class>', 'user, group or contact (default: all)', readClass, '').option('--filter <ldap filter>', 'a raw RFC 4515 filter in place of conditions').option('--base <dn>', 'where to search', '')
    .option('--preview', 'only show what would be added')
    .addHelpText('after', `
Operators: ${FILTER_OPERATORS.join(', ')}.

Examples:
  causeway collection query --collection Sales --class user --where "department is Sales" --where "mail is present"
  causeway collection query --collection Berlin --where "l is Berlin" --where "l is Potsdam" --any --preview`)
    .action((o: { collection?: string; where: FilterCondition[]; any?: boolean; class: QueryClass; filter?: string; base: string; preview?: boolean }) => run({ needs: 'project' }, async (session) => {
      if ((o.filter !== undefined) === (o.where.length > 0 || o.class !== '')) throw appError(ErrorCode.InvalidInput, 'Give either conditions (--where, --class) or --filter.');
      const filter = o.filter ?? filterOfQuery({ objectClass: o.class, join: o.any === true ? 'or' : 'and', conditions: o.where });
      const { id } = await session.collection(o.collection);
      if (o.preview === true) {
        const found = await session.call('collections.previewQuery', { id, base: o.base, filter });
        session.out.result({ filter, ...found }, [`Filter: ${filter}`, ...foundLines(found)]);
      } else {
        const result = await session.call('collections.queryObjects', { id, base: o.base, filter });
        session.out.result({ filter, ...result }, [`Filter: ${filter}`, ...addLines(result)]);
      }
      return EXIT.ok;
    }));
  addImportCommand(collection, run);
  collection.command('remove').description('take objects out of a collection; nothing in the directory or the tenant changes').option('--collection <name>').option('--id <guid...>', 'objectGUID').option('--all', 'every object of the collection')
    .action((o: Chosen) => run({ needs: 'project' }, async (session) => {
      const selection = selectionOf(o);
      const result = await session.call('collections.removeObjects', { id: (await session.collection(o.collection)).id, selection });
      session.out.result(result, [`Removed ${result.removed} object${result.removed === 1 ? '' : 's'}.`]);
      return EXIT.ok;
    }));
  collection.command('move').description('move objects with their statuses to another collection of the pair').option('--collection <name>', 'from').requiredOption('--to <name>', 'to').option('--id <guid...>', 'objectGUID').option('--all', 'every object of the collection')
    .action((o: Chosen & { to: string }) => run({ needs: 'project' }, async (session) => {
      const selection = selectionOf(o);
      const to = await session.collection(o.to);
      const result = await session.call('collections.moveObjects', { id: (await session.collection(o.collection)).id, to: to.id, selection });
      session.out.result(result, [`Moved ${result.moved} object${result.moved === 1 ? '' : 's'} to "${to.name}"${result.already > 0 ? `; ${result.already} were there already and only left the first collection` : ''}.`, ...overlapLines(result.overlaps)]);
      return EXIT.ok;
    }));
  collection.command('overlaps').description('other collections with other rules that hold objects of this one').argument('[collection]').action((name?: string) => run({ needs: 'project' }, async (session) => {
    const { rows } = await session.call('collections.overlaps', { id: (await session.collection(name)).id });
    session.out.result(rows, rows.length === 0 ? ['No object is in another collection with other rules.'] : overlapLines(rows));
    return EXIT.ok;
  }));
  collection.command('left-out').description('objects that were to be in the collection and are out of scope, with the clause that excluded them').argument('[collection]').action((name?: string) => run({ needs: 'project' }, async (session) => {
    const left = await session.call('collections.leftOut', { id: (await session.collection(name)).id });
    session.out.result(left, left.total === 0 ? ['Nothing was left out.'] : [...left.groups.map((g) => `${g.count} x ${g.type}: ${g.reason}`), '', ...table(['NAME', 'TYPE', 'REASON'], left.rows.map((r) => [r.name, r.type, r.reason]))]);
    return EXIT.ok;
  }));
}

interface Chosen { readonly collection?: string; readonly id?: string[]; readonly all?: boolean }

function selectionOf(o: Chosen) {
  if ((o.id === undefined) === (o.all === undefined)) throw appError(ErrorCode.InvalidInput, 'Give either --id or --all.');
  return o.id ? { mode: 'ids' as const, ids: o.id.map((i) => i.toLowerCase()) } : { mode: 'all except' as const, ids: [], search: '', status: '' as const };
}
