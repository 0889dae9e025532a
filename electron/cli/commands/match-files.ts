import { readFileSync } from 'node:fs';
import type { Command } from 'commander';
import type { CsvResult } from '../../../shared/contracts/matches.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { csvText } from '../../app/csv-lines.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import { scopeOf, withScope, type ScopeOptions } from './match-review.ts';

interface FileOptions extends ScopeOptions { readonly apply?: boolean }

function read(file: string): string {
  let bytes: Buffer;
  try { bytes = readFileSync(file); } catch (cause) { throw appError(ErrorCode.BadFile, `The file ${file} cannot be read: ${(cause as Error).message}.`, { cause }); }
  return csvText(bytes, file);
}

/** `causeway match map` and `causeway match import`: matches and decisions from files. */
export function addMatchFileCommands(match: Command, run: Run): void {
  withScope(match.command('map').description('pin matches from a CSV file of two columns, source and target; the header names the attributes. Shows what would happen unless --apply is given')
    .argument('<file>')).option('--apply', 'pin them')
    .addHelpText('after', '\nThe target is named by id, userPrincipalName, mail or proxyAddresses; the source by any attribute that identifies it.\nExample of a file:\n  sAMAccountName,userPrincipalName\n  ann,ann@contoso.com\nExample:\n  causeway match map pairs.csv --collection Berlin --apply')
    .action((file: string, o: FileOptions) => run({ needs: 'project' }, async (session) => {
      const result = await session.call('matches.mapCsv', { ...await scopeOf(session, o), text: read(file), apply: o.apply ?? false });
      session.out.result(result, linesOf(result, 'pinned', o.apply ?? false));
      return result.problems > 0 ? EXIT.failed : EXIT.ok;
    }));
  withScope(match.command('import').description('decisions from a file that `match review --csv` wrote, with its column Decision filled in. Shows what would happen unless --apply is given')
    .argument('<file>')).option('--apply', 'decide')
    .addHelpText('after', '\nDecisions: accept, reject, pin, unpin, create, leave out, take back.\nExample:\n  causeway match import review.csv --collection Berlin --apply')
    .action((file: string, o: FileOptions) => run({ needs: 'project' }, async (session) => {
      const result = await session.call('matches.importDecisions', { ...await scopeOf(session, o), text: read(file), apply: o.apply ?? false });
      session.out.result(result, linesOf(result, 'decided', o.apply ?? false));
      return result.problems > 0 ? EXIT.failed : EXIT.ok;
    }));
}

function linesOf(result: CsvResult, word: string, applied: boolean): string[] {
  return [
    ...table(['LINE', 'SOURCE', 'TARGET', 'OUTCOME', 'MESSAGE'], result.lines.map((line) => [line.line, line.source, line.target, line.outcome, line.message])),
    '', `${result.total} lines: ${result.ready} ${applied ? word : `would be ${word}`}, ${result.unchanged} unchanged, ${result.problems} with a problem.`,
    ...(applied || result.ready === 0 ? [] : ['Nothing was changed. Repeat with --apply.']),
  ];
}
