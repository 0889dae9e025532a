import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Command } from 'commander';
import type { ImportReport } from '../../../shared/contracts/collection-import.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Run } from '../run.ts';
import { overlapLines } from './collection-overlap-lines.ts';

/** Lines listed on the terminal; `--report` writes them all. */
const LISTED = 50;

/** A report for a person: what was read, where it goes, and every line that is not taken. */
function reportLines(report: ImportReport, preview: boolean): string[] {
  const { counts } = report;
  const goes = report.collections.map((c) => `  ${c.name}${c.id === null ? ' (would be made)' : ''}: ${c.adds} ${preview ? 'to be added' : 'added'}, ${c.already} in it already`);
  return [
    `${report.lines} lines with ${report.attribute} (${report.encoding}${report.separator === null ? '' : `, separated by ${report.separator}`}): ${counts.found} ${preview ? 'found' : 'taken'}, ${counts['already in']} in the collection already, ${report.problemsTotal} not taken.`,
    ...goes,
    ...report.problems.slice(0, LISTED).map((p) => `  line ${p.line}${p.value === '' ? '' : ` "${p.value}"`}: ${p.state}: ${p.reason}`),
    ...(report.problemsTotal > LISTED ? [`  ... and ${report.problemsTotal - Math.min(LISTED, report.problems.length)} more; --report <file> writes all of them.`] : []),
    ...(preview ? ['Nothing was added: this is a preview.'] : [`Added ${report.added} objects.`]),
    ...overlapLines(report.overlaps),
  ];
}

/** Makes the file of the report before anything is added, so that nothing is added whose report cannot be written; another file is never replaced. */
async function withReport(file: string, work: () => Promise<ImportReport>): Promise<ImportReport> {
  const opened = await open(file, 'wx').catch((cause: unknown) => { throw appError(ErrorCode.BadFile, `The report ${file} cannot be written: ${(cause as Error).message}. Nothing was added; name a new file.`, { cause }); });
  try {
    const report = await work();
    await opened.writeFile(report.csv);
    await opened.close();
    return report;
  } catch (error) {
    await opened.close();
    await rm(file, { force: true });
    throw error;
  }
}

/** `causeway collection import <file>`. Exits with 1 when lines were not taken, so that a script notices. */
export function addImportCommand(collection: Command, run: Run): void {
  collection.command('import').description('add the objects of a CSV file: the header names the attribute; a second column Collection may say where each goes').argument('<file>', 'CSV: comma, semicolon or tab; UTF-8, UTF-16 or Windows-1252')
    .option('--collection <name>', 'collection, for a file without a column Collection').option('--pair <name>', 'migration pair, when there are several')
    .option('--preview', 'only show what would be added').option('--create-missing', 'make collections that the file names and that are not there').option('--report <file>', 'write every line that is not added, with its reason, to a new CSV file')
    .addHelpText('after', `
Examples:
  causeway collection import berlin.csv --collection Berlin --preview
  causeway collection import waves.csv --create-missing --report not-taken.csv`)
    .action((file: string, o: { collection?: string; pair?: string; preview?: boolean; createMissing?: boolean; report?: string }) => run({ needs: 'project' }, async (session) => {
      const content = await readFile(file).catch((cause: unknown) => { throw appError(ErrorCode.NotFound, `"${file}" cannot be read. Check the path and your rights.`, { cause }); });
      const chosen = o.collection === undefined ? await session.collection(undefined).catch(() => null) : await session.collection(o.collection);
      const pairId = o.pair === undefined && chosen !== null ? chosen.pairId : (await session.pair(o.pair)).id;
      const input = { pairId, collectionId: chosen?.id ?? null, name: path.basename(file), content: content.toString('base64') };
      const work = async (): Promise<ImportReport> => (o.preview === true ? await session.call('collections.previewImport', input) : await session.call('collections.importObjects', { ...input, missing: o.createMissing === true ? 'create' : 'refuse' }));
      const report = o.report === undefined ? await work() : await withReport(o.report, work);
      session.out.result(report, reportLines(report, o.preview === true));
      return report.problemsTotal > 0 ? EXIT.failed : EXIT.ok;
    }));
}
