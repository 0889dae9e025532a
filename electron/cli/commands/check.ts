import path from 'node:path';
import { Option, type Command } from 'commander';
import type { CheckFindingRow, CheckSummary, FindingFilter } from '../../../shared/contracts/checks.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import { readRows, rowLimit } from '../rows.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { reportTask } from '../task-outcome.ts';
import { addCheckFixCommands } from './check-fix.ts';
import { latestOf, scopeOf, scopeOptions, type ScopeOptions } from './check-scope.ts';
import { saveParts } from './save-parts.ts';

interface FilterOptions { readonly rule?: string[]; readonly severity?: 'error' | 'warning'; readonly attribute?: string; readonly search?: string; readonly undecided?: boolean; readonly limit: string }
interface RunOptions extends ScopeOptions, FilterOptions {
  readonly discover: boolean; readonly id?: string[]; readonly upnSuffix?: string; readonly country?: string; readonly licence?: string[]; readonly alternateLogin?: boolean; readonly likeIdfix?: boolean;
  readonly csv?: string; readonly failOn: 'error' | 'warning';
}


/** `causeway check`: what Microsoft 365 would refuse, before anything is written, and the fixes. */
export function addCheckCommand(program: Command, run: Run): void {
  const check = program.command('check').description('check the directory and the tenant before anything is written, and fix what was found');
  const runs = check.command('run', { isDefault: true }).description('check formats, lengths, unique names, domains, licences; the findings are kept')
    .option('--no-discover', 'check what was read before instead of reading both sides again').option('--id <objectGUID...>', 'only these objects of the collection')
    .option('--upn-suffix <domain>', 'user principal name suffix of the migration meant (default: the pair\'s)').option('--country <code>', 'country code of the migration meant (default: the pair\'s)')
    .option('--licence <product...>', 'product that users are to get, for example ENTERPRISEPACK, or how many of it: ENTERPRISEPACK=120').option('--alternate-login', 'users sign in with another attribute: userPrincipalName is not looked at')
    .option('--like-idfix', 'leave out what IdFix leaves out, to compare the two').option('--csv <file>', 'write the findings to a new file, in the columns of IdFix and ours')
    .addOption(failOn());
  filterOptions(scopeOptions(runs)).addHelpText('after', `
Examples:
  causeway check --collection Berlin
  causeway check --collection Berlin --severity error --rule Duplicate Character --csv findings.csv
Exit codes: 0 no error was found, 1 errors were found (whatever the filters show), 2 and 3 as ever.`)
    .action((o: RunOptions) => run({ needs: 'project' }, async (session, context) => {
      const limit = rowLimit(o.limit, { from: 0, to: 5_000 });
      const scope = await scopeOf(session, o);
      const wanted = licencesOf(o.licence ?? []);
      const { taskId } = await session.call('checks.start', {
        ...scope, discover: o.discover, alternateLogin: o.alternateLogin ?? false, likeIdFix: o.likeIdfix ?? false, ...wanted, ...(o.id === undefined ? {} : { selection: { mode: 'ids' as const, ids: o.id } }),
        ...(o.upnSuffix === undefined ? {} : { upnSuffix: o.upnSuffix }), ...(o.country === undefined ? {} : { countryCode: o.country }),
      });
      const task = await session.follow(taskId);
      if (task.state !== 'Completed') return reportTask(session.out, task, { task }, [task.message]);
      const summary = await session.call('checks.get', { id: taskId });
      const code = exitCodeOf(summary, o);
      if (o.csv !== undefined) {
        const findings = await saveParts(o.csv, async (after) => await session.call('checks.export', { id: summary.id, ...filterOf(o), after }), context);
        session.out.result({ file: path.resolve(o.csv), findings, totals: summary.totals, tenantRead: summary.tenantRead }, [`Wrote ${findings} findings to ${o.csv}.`, ...totalLines(summary)]);
        return code;
      }
      await showFindings(session, summary, o, limit);
      return code;
    }));
  filterOptions(scopeOptions(check.command('list').description('show the findings of the last check again, with what was decided'))).addOption(failOn())
    .action((o: ScopeOptions & FilterOptions & Pick<RunOptions, 'failOn'>) => run({ needs: 'project' }, async (session) => {
      const limit = rowLimit(o.limit, { from: 0, to: 5_000 });
      const summary = await latestOf(session, o);
      await showFindings(session, summary, o, limit);
      return exitCodeOf(summary, o);
    }));
  filterOptions(scopeOptions(check.command('export').description('write the findings of the last check to a new CSV file, in the columns of IdFix and ours'))).requiredOption('--file <file>')
    .action((o: ScopeOptions & FilterOptions & { file: string }) => run({ needs: 'project' }, async (session, context) => {
      const { id } = await latestOf(session, o);
      const findings = await saveParts(o.file, async (after) => await session.call('checks.export', { id, ...filterOf(o), after }), context);
      session.out.result({ file: path.resolve(o.file), findings }, [`Wrote ${findings} findings to ${o.file}. Fill in ACTION (EDIT, REMOVE, COMPLETE) and UPDATE, then: causeway check import --file ${o.file}`]);
      return EXIT.ok;
    }));
  addCheckFixCommands(check, run);
}

const failOn = (): Option => new Option('--fail-on <severity>', 'exit code 1 from this severity on').choices(['error', 'warning']).default('error');

/** What the findings mean for a script, whatever the filters show. */
const exitCodeOf = ({ totals }: CheckSummary, o: Pick<RunOptions, 'failOn'>): number => (totals.errors > 0 || (o.failOn === 'warning' && totals.warnings > 0) ? EXIT.failed : EXIT.ok);

function filterOptions(command: Command): Command {
  return command.option('--rule <id...>', 'only findings of these rules, or of these kinds: Character, Duplicate, Length ...').addOption(new Option('--severity <severity>', 'only errors, or only warnings').choices(['error', 'warning']))
    .option('--attribute <name>', 'only findings about this attribute').option('--search <text>', 'only findings whose name, value or distinguished name holds this').option('--undecided', 'only findings that nobody has decided about').option('--limit <n>', 'findings shown', '200');
}

function filterOf(o: Partial<FilterOptions>): FindingFilter {
  return { search: o.search ?? '', rules: o.rule ?? [], severity: o.severity ?? '', attribute: o.attribute ?? '', choice: o.undecided === true ? 'none' : '', fixable: false };
}

/** `NAME` is for everybody without a licence, `NAME=120` is a number. */
function licencesOf(texts: readonly string[]): { readonly licence: string; readonly licences: { partNumber: string; count: number }[] } {
  const parts = texts.map((text) => text.split('='));
  const licences = parts.flatMap(([partNumber = '', count]) => (count === undefined ? [] : [{ partNumber, count: Number(count) }]));
  const bad = licences.find(({ count }) => !Number.isInteger(count) || count < 1);
  if (bad !== undefined) throw appError(ErrorCode.InvalidInput, `--licence ${bad.partNumber}= needs a whole number of licences.`);
  const everybody = parts.filter((part) => part.length === 1);
  if (everybody.length > 1 || (everybody.length === 1 && licences.length > 0)) throw appError(ErrorCode.InvalidInput, 'Give one product for everybody, or several products with the number of each: --licence SPE_E3=80 SPE_F1=40.');
  return { licence: everybody[0]?.[0] ?? '', licences };
}

async function showFindings(session: Session, summary: CheckSummary, o: FilterOptions, limit: number): Promise<void> {
  const { rows, total: matching } = await readRows(Math.max(1, limit), async (request) => await session.call('checks.page', { id: summary.id, ...filterOf(o), ...request }));
  const shown = rows.slice(0, limit);
  const proposed = (r: CheckFindingRow): string | null => (r.choice === 'EDIT' ? r.newValue ?? r.proposal : r.proposal);
  session.out.result({ ...summary, matching, rows: shown }, [
    ...table(['NO', 'SEVERITY', 'OBJECT', 'ATTRIBUTE', 'VALUE', 'ACTION', 'PROPOSED', 'DECIDED', 'RULE', 'MESSAGE'],
      shown.map((r) => [r.number, r.severity, r.name, r.attribute, r.value, r.action.toUpperCase(), proposed(r), r.state === 'Decided' || r.state === 'Left alone' ? r.choice : r.state === 'Open' ? '' : r.state, r.rules.join(', '), r.message])),
    ...(matching > shown.length ? [`(${matching - shown.length} more; use --limit, --rule or --csv)`] : []),
    '', ...totalLines(summary),
    ...(summary.leftOutTotal > 0 ? ['', `${summary.leftOutTotal} objects are left out of any migration:`, ...table(['TYPE', 'NAME', 'CLAUSE', 'REASON'], summary.leftOut.slice(0, 50).map((l) => [l.kind, l.name, l.clause, l.reason])).map((l) => `  ${l}`)] : []),
  ]);
}

function totalLines({ totals, decided }: CheckSummary): string[] {
  const some = decided.edit + decided.remove + decided.complete;
  return [
    `Checked ${totals.checked} objects: ${totals.errors} errors, ${totals.warnings} warnings; ${totals.fixable} have a fix to propose.`,
    ...(some > 0 ? [`Decided: ${decided.edit} EDIT, ${decided.remove} REMOVE, ${decided.complete} COMPLETE; ${decided.fixed} are written.`] : []),
    ...(totals.byRule.length > 0 ? table(['RULE', 'ERRORS', 'WARNINGS'], totals.byRule.map((r) => [r.rule, r.errors, r.warnings])).map((l) => `  ${l}`) : []),
  ];
}
