import { Option, type Command } from 'commander';
import type { DriftRow, DriftSelection } from '../../../shared/contracts/drift.ts';
import { DRIFT_STATES, type DriftState } from '../../../shared/domain/coexistence.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import { readRows, rowLimit } from '../rows.ts';
import type { Run } from '../run.ts';
import { reportTask } from '../task-outcome.ts';

interface Chosen { readonly id?: string[]; readonly all?: boolean; readonly search: string; readonly attribute?: string }

const time = (at: number): string => new Date(at).toISOString().slice(0, 16).replace('T', ' ');
const text = (values: readonly string[]): string => (values.length === 0 ? '(nothing)' : values.join(', '));
const what = ({ attribute }: DriftRow): string => (attribute === '' ? '(the object)' : attribute);

/** What of the list is meant. @throws AppError INVALID_INPUT unless it is said one way. */
function selectionOf({ id, all, search, attribute }: Chosen): DriftSelection {
  if ((id === undefined) === (all !== true)) throw appError(ErrorCode.InvalidInput, 'Say which changes of others are meant: --id <number> as the list shows it, or --all, which --search and --attribute narrow.');
  return id === undefined ? { mode: 'all', search, ...(attribute === undefined ? {} : { attribute }) } : { mode: 'ids', ids: id };
}

/** `causeway coexistence drift`: what others changed in the tenant. @param coexistence the command above it. */
export function addDriftCommands(coexistence: Command, run: Run): void {
  const drift = coexistence.command('drift').description('what others changed in Microsoft 365, against the rules: show it, write the rules over it, or accept it');
  drift.command('list', { isDefault: true }).description('list what others changed, newest first').argument('[collection]').addOption(new Option('--state <state>', 'only those in this state').choices(DRIFT_STATES).default('open')).option('--everything', 'in every state')
    .option('--attribute <name>', 'only this attribute, by its name in Graph; also manager and members').option('--search <text>', 'part of an object\'s name', '').option('--limit <n>', 'rows shown', '200')
    .addHelpText('after', '\nExamples:\n  causeway coexistence drift list Berlin\n  causeway coexistence drift list Berlin --attribute jobTitle --everything --json')
    .action((of: string | undefined, o: { state: DriftState; everything?: boolean; attribute?: string; search: string; limit: string }) => run({ needs: 'project' }, async (session) => {
      const limit = rowLimit(o.limit);
      const { id: collectionId } = await session.collection(of);
      const query = { collectionId, search: o.search, ...(o.everything === true ? {} : { state: o.state }), ...(o.attribute === undefined ? {} : { attribute: o.attribute }) };
      const { rows, total } = await readRows(limit, async (request) => await session.call('drift.page', { ...query, ...request }));
      session.out.result({ rows, total }, rows.length === 0 ? ['Nothing: nobody else changed what coexistence writes.'] : [
        ...table(['NUMBER', 'OBJECT', 'TYPE', 'ATTRIBUTE', 'RULES', 'MICROSOFT 365', 'SEEN', 'STATE'], rows.map((r) => [r.id, r.name, r.kind ?? '', what(r), text(r.expected), text(r.actual), time(r.seenAt), r.asked ? 'to be re-applied' : r.state])),
        ...(total > rows.length ? [`(${total - rows.length} more; use --limit or --search)`] : []),
      ]);
      return EXIT.ok;
    }));
  choosing(drift.command('re-apply').description('a cycle over these objects alone writes what the rules say; it can be rolled back')).argument('[collection]')
    .addHelpText('after', '\nExamples:\n  causeway coexistence drift re-apply Berlin --id 17 --id 21\n  causeway coexistence drift re-apply Berlin --all --attribute jobTitle')
    .action((of: string | undefined, o: Chosen) => run({ needs: 'project' }, async (session) => {
      const selection = selectionOf(o);
      const { taskId } = await session.call('drift.reapply', { collectionId: (await session.collection(of)).id, selection });
      const task = await session.follow(taskId);
      return reportTask(session.out, task, { task }, [task.message]);
    }));
  choosing(drift.command('accept').description('leave these values as others made them until they are released (causeway holds release)')).argument('[collection]')
    .addHelpText('after', '\nExample:\n  causeway coexistence drift accept Berlin --all --attribute members')
    .action((of: string | undefined, o: Chosen) => run({ needs: 'project' }, async (session) => {
      const selection = selectionOf(o);
      const { accepted } = await session.call('drift.accept', { collectionId: (await session.collection(of)).id, selection });
      session.out.result({ accepted }, [`Accepted ${accepted}: coexistence leaves them alone until they are released (causeway holds list).`]);
      return EXIT.ok;
    }));
}

const choosing = (command: Command): Command => command.option('--id <number...>', 'these, by their number in the list').option('--all', 'all that are open').option('--attribute <name>', 'with --all: only this attribute').option('--search <text>', 'with --all: only objects with this in their name', '');
