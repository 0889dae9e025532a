import type { Command } from 'commander';
import type { PackScope } from '../../../shared/contracts/evidence.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { PACK_FORMATS } from '../../../shared/domain/evidence.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import { readRows, rowLimit } from '../rows.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { saveParts } from './save-parts.ts';

interface PackOptions { readonly task?: string; readonly pair?: string; readonly from?: string; readonly to?: string; readonly format: string; readonly file: string }

/** `causeway verify` and `causeway evidence ...`. */
export function addEvidenceCommands(program: Command, run: Run): void {
  program.command('verify').description('check that nothing of the journal and of the recorded events was changed, removed or added from outside').option('--head <hash>', 'a hash noted earlier: everything up to it must still be there')
    .addHelpText('after', `
Each write and each decision is bound to all before it by a hash. Whoever can write the project could make the whole chain anew; therefore note its head, and
give it with --head later. This machine notes the head at the end of each task by itself, and compares with it. Exit code 5: there are differences.
Examples:
  causeway verify
  causeway verify --head mZ0d4XQkH0lM1bq0gq4mHcJ8ZkV0o4y7vXb0n3T9r2A`)
    .action((o: { head?: string }) => run({ needs: 'project' }, async (session) => {
      const verdict = await session.call('evidence.verify', o.head === undefined ? {} : { head: o.head });
      const { head, links, entries, events } = verdict;
      session.out.result(verdict, verdict.sound
        ? [`Sound: ${links} links bind ${entries} journal entries and ${events} events.`, ...(head === null ? [] : [`Head ${head.hash} (link ${head.number}, ${new Date(head.at).toISOString()}).`])]
        : [`${verdict.total} differences were found.`, ...table(['LINK', 'PROBLEM', 'MEANS'], verdict.problems.map((one) => [one.link === null ? '' : String(one.link), one.kind, one.message])), ...(verdict.total > verdict.problems.length ? [`(${verdict.total - verdict.problems.length} more)`] : [])]);
      return verdict.sound ? EXIT.ok : EXIT.notVerified;
    }));
  const evidence = program.command('evidence').description('evidence of what was decided, written and sent');
  evidence.command('list', { isDefault: true }).description('list recorded events, newest first').option('--pair <name>', 'only those of this pair (default: the whole project)').option('--limit <n>', 'events shown', '50')
    .addHelpText('after', '\nExample:\n  causeway evidence list --limit 200')
    .action((o: { pair?: string; limit: string }) => run({ needs: 'project' }, async (session) => {
      const limit = rowLimit(o.limit);
      const pairId = o.pair === undefined ? null : (await session.pair(o.pair)).id;
      const { rows, total } = await readRows(limit, async (request) => await session.call('evidence.events', { pairId, ...request }));
      session.out.result({ rows, total }, rows.length === 0 ? ['Nothing was recorded yet.'] : [
        ...table(['TIME', 'WHO', 'WHAT', 'OF WHAT'], rows.map((row) => [new Date(row.at).toISOString().slice(0, 19).replace('T', ' '), row.actor, row.kind, row.subject])), ...(total > rows.length ? [`(${total - rows.length} more; use --limit)`] : []),
      ]);
      return EXIT.ok;
    }));
  evidence.command('pack').description('write what was decided, written, found and sent in a task or a period to a file, with who, what, before, after and why').option('--task <id>', 'this task')
    .option('--pair <name>', 'only what concerns this pair (default: the whole project)').option('--from <time>', 'from this time on, e.g. 2026-03-01 or 2026-03-01T08:00Z').option('--to <time>', 'until this time; a day is meant as a whole')
    .option('--format <format>', PACK_FORMATS.join(', '), 'html').requiredOption('--file <file>', 'new file')
    .addHelpText('after', '\nExamples:\n  causeway evidence pack --task 0f8e5a52-6f0b-4c55-9c4e-0d8f4c1b2a3d --file migration.html\n  causeway evidence pack --from 2026-03-01 --to 2026-03-31 --format csv --file march.csv')
    .action((o: PackOptions) => run({ needs: 'project' }, async (session, context) => {
      const format = PACK_FORMATS.find((one) => one === o.format);
      if (format === undefined) throw appError(ErrorCode.InvalidInput, `--format takes ${PACK_FORMATS.join(', ')}, not "${o.format}".`);
      const scope = await scopeOf(session, o);
      const rows = await saveParts(o.file, async (after) => await session.call('evidence.pack', { scope, format, after }), context);
      session.out.result({ file: o.file, rows }, [`Wrote the evidence of ${rows} events, writes, findings and mails to ${o.file}.`]);
      return EXIT.ok;
    }));
}

async function scopeOf(session: Session, o: PackOptions): Promise<PackScope> {
  const period = o.from !== undefined || o.to !== undefined;
  if ((o.task === undefined) !== period) throw appError(ErrorCode.InvalidInput, 'Say what the pack is about: --task ID, or a period with --from and --to.');
  if (o.task !== undefined) return { taskId: o.task };
  return { pairId: o.pair === undefined ? null : (await session.pair(o.pair)).id, from: o.from === undefined ? 0 : timeOf(o.from, 'beginning'), to: o.to === undefined ? Date.now() : timeOf(o.to, 'end') };
}

/** Milliseconds of a day of the calendar (UTC) or of a moment. @throws AppError INVALID_INPUT. */
function timeOf(text: string, of: 'beginning' | 'end'): number {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const ms = Date.parse(isDay ? `${text}T00:00:00Z` : text);
  if (!Number.isFinite(ms) || ms < 0) throw appError(ErrorCode.InvalidInput, `"${text}" is not a time; write it as 2026-03-01 or 2026-03-01T08:00Z.`);
  return isDay && of === 'end' ? ms + 86_400_000 - 1 : ms;
}
