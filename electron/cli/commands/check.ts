import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { Option, type Command } from 'commander';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { reportTask } from '../task-outcome.ts';

interface CheckOptions {
  readonly pair?: string; readonly collection?: string; readonly discover: boolean; readonly rule?: string[]; readonly severity?: 'error' | 'warning';
  readonly upnSuffix?: string; readonly country?: string; readonly licence?: string; readonly alternateLogin?: boolean; readonly likeIdfix?: boolean; readonly csv?: string; readonly limit: string;
}

/** `causeway check`: what Microsoft 365 would refuse, before anything is written. */
export function addCheckCommand(program: Command, run: Run): void {
  program.command('check').description('check the directory and the tenant before anything is written: formats, lengths, unique names, domains, licences')
    .option('--collection <name>', 'only its objects are reported; names are compared with the whole directory')
    .option('--pair <name>', 'every object of the pair (default: the only pair)')
    .option('--no-discover', 'check what was read before instead of reading both sides again')
    .option('--rule <id...>', 'only findings of these rules, or of these kinds: Character, Duplicate, Length ...')
    .addOption(new Option('--severity <severity>', 'only errors, or only warnings').choices(['error', 'warning']))
    .option('--upn-suffix <domain>', 'user principal name suffix of the migration meant (default: the pair\'s)').option('--country <code>', 'country code of the migration meant (default: the pair\'s)')
    .option('--licence <part number>', 'product that users are to get, for example ENTERPRISEPACK').option('--alternate-login', 'users sign in with another attribute: userPrincipalName is not looked at')
    .option('--like-idfix', 'leave out what IdFix leaves out, to compare the two').option('--csv <file>', 'write the findings to a new file, in the columns of IdFix and ours').option('--limit <n>', 'findings shown', '200')
    .addHelpText('after', `
Examples:
  causeway check --collection Berlin
  causeway check --collection Berlin --severity error --rule Duplicate Character --csv findings.csv
Exit codes: 0 no error was found, 1 errors were found (whatever the filters show), 2 and 3 as ever.`)
    .action((o: CheckOptions) => run({ needs: 'project' }, async (session) => {
      const limit = Number(o.limit);
      if (!Number.isInteger(limit) || limit < 0 || limit > 5_000) throw appError(ErrorCode.InvalidInput, `--limit must be a whole number from 0 to 5000, not "${o.limit}".`);
      const scope = await scopeOf(session, o);
      if (o.discover) {
        const task = await session.follow((await session.call('tasks.discover', { pairId: scope.pairId })).taskId);
        if (task.state !== 'Completed') return reportTask(session.out, task, { task }, [task.message]);
      }
      const request = {
        ...scope, alternateLogin: o.alternateLogin ?? false, likeIdFix: o.likeIdfix ?? false, rules: o.rule ?? [], severity: o.severity ?? '' as const,
        ...(o.upnSuffix === undefined ? {} : { upnSuffix: o.upnSuffix }), ...(o.country === undefined ? {} : { countryCode: o.country }), ...(o.licence === undefined ? {} : { licence: o.licence }),
      };
      if (o.csv !== undefined) {
        const { text, findings, totals, tenantRead } = await session.call('checks.export', request);
        try { writeFileSync(o.csv, text, { flag: 'wx' }); } catch (cause) { throw appError(ErrorCode.BadFile, `The file ${o.csv} cannot be written: ${(cause as Error).message}.`, { cause }); }
        session.out.result({ file: path.resolve(o.csv), findings, totals, tenantRead }, [`Wrote ${findings} findings to ${o.csv}.`, ...totalLines(totals)]);
        return totals.errors > 0 ? EXIT.failed : EXIT.ok;
      }
      const result = await session.call('checks.run', { ...request, limit });
      session.out.result(result, [
        ...table(['SEVERITY', 'OBJECT', 'ATTRIBUTE', 'VALUE', 'ACTION', 'PROPOSED', 'RULE', 'MESSAGE'], result.rows.map((r) => [r.severity, r.name, r.attribute, r.value, r.action, r.proposal, r.rules.join(', '), r.message])),
        ...(result.matching > result.rows.length ? [`(${result.matching - result.rows.length} more; use --limit, --rule or --csv)`] : []),
        '', ...totalLines(result.totals),
        ...(result.leftOutTotal > 0 ? ['', `${result.leftOutTotal} objects are left out of any migration:`, ...table(['TYPE', 'NAME', 'CLAUSE', 'REASON'], result.leftOut.slice(0, 50).map((l) => [l.kind, l.name, l.clause, l.reason])).map((l) => `  ${l}`)] : []),
      ]);
      return result.totals.errors > 0 ? EXIT.failed : EXIT.ok;
    }));
}

/** The collection named, with its pair; without one, the pair. */
async function scopeOf(session: Session, o: Pick<CheckOptions, 'pair' | 'collection'>): Promise<{ readonly pairId: string; readonly collectionId?: string }> {
  if (o.collection === undefined) return { pairId: (await session.pair(o.pair)).id };
  const collection = await session.collection(o.collection);
  if (o.pair !== undefined && (await session.pair(o.pair)).id !== collection.pairId) throw appError(ErrorCode.InvalidInput, `The collection "${collection.name}" belongs to another pair than "${o.pair}".`);
  return { pairId: collection.pairId, collectionId: collection.id };
}

function totalLines(totals: { readonly checked: number; readonly errors: number; readonly warnings: number; readonly fixable: number; readonly byRule: readonly { readonly rule: string; readonly count: number }[] }): string[] {
  return [
    `Checked ${totals.checked} objects: ${totals.errors} errors, ${totals.warnings} warnings; ${totals.fixable} have a fix to propose.`,
    ...(totals.byRule.length > 0 ? table(['RULE', 'FINDINGS'], totals.byRule.map((r) => [r.rule, r.count])).map((l) => `  ${l}`) : []),
  ];
}
