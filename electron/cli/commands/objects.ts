import type { Command } from 'commander';
import type { ObjectRow } from '../../../shared/contracts/objects.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { MIGRATION_PROGRESS, type MigrationProgress } from '../../../shared/domain/statuses.ts';
import { EXIT } from '../exit-codes.ts';
import { printable, table } from '../output.ts';
import type { Run } from '../run.ts';

/** `causeway objects ...`: list, show ("Why?"), pin, break. */
export function addObjectCommands(program: Command, run: Run): void {
  const objects = program.command('objects').description('objects of a collection and their statuses');
  objects.command('list').description('list objects with status and reason').option('--collection <name>').option('--status <status>', `one of ${MIGRATION_PROGRESS.join(', ')}`).option('--search <text>', '', '')
    .action((o: { collection?: string; status?: string; search: string }) => run({ needs: 'project' }, async (session) => {
      const status = MIGRATION_PROGRESS.find((s) => s.toLowerCase() === o.status?.toLowerCase());
      if (o.status !== undefined && status === undefined) throw appError(ErrorCode.InvalidInput, `"${o.status}" is not a status; use one of ${MIGRATION_PROGRESS.join(', ')}.`);
      const { id } = await session.collection(o.collection);
      const rows: ObjectRow[] = [];
      let after: string | null = null;
      do {
        const page: { rows: ObjectRow[]; next: string | null } = await session.call('objects.page', { collectionId: id, search: o.search, status: (status ?? '') as MigrationProgress | '', after, limit: 500 });
        rows.push(...page.rows);
        after = page.next;
      } while (after !== null);
      session.out.result(rows, table(['TYPE', 'NAME', 'STATUS', 'MATCHED WITH', 'REASON', 'ID'], rows.map((r) => [r.kind, r.name, r.status, r.targetName, r.reason, r.id])));
      return EXIT.ok;
    }));
  objects.command('show').description('everything known of one object: match, mapping, history').argument('<objectGUID>').option('--collection <name>')
    .action((id: string, o: { collection?: string }) => run({ needs: 'project' }, async (session) => {
      const d = await session.call('objects.get', { collectionId: (await session.collection(o.collection)).id, id: id.toLowerCase() });
      session.out.result(d, [
        `${d.row.name} (${d.row.kind})`, `  ${printable(d.row.dn)}`, `  Status: ${d.row.status}. ${d.row.reason}`, `  Matched with: ${d.row.targetName || 'nothing'}${d.row.rule === '' ? '' : ` by ${d.row.rule}`}`,
        'Rules tried:', ...d.evidence.map((e) => `  ${e.rule}: ${printable(e.value) || '(no value)'} -> ${e.hits.length} found`),
        'Values:', ...table(['ATTRIBUTE', 'PRESENT', 'DESIRED', 'WHY'], d.mapped.map((m) => [m.attribute, m.present, m.desired, m.reason])).map((l) => `  ${l}`),
        ...(d.waiting.length > 0 ? ['Waiting for:', ...d.waiting.map((w) => `  ${w.attribute}: ${printable(w.dn)} (${w.reason})`)] : []),
        ...(d.history.length > 0 ? ['History:', ...d.history.map((h) => `  ${new Date(h.at).toISOString()} ${h.operation} ${h.attribute}: ${printable(h.before)} -> ${printable(h.after)} (${h.outcome})`)] : []),
      ]);
      return EXIT.ok;
    }));
  objects.command('pin').description('match an object by hand; it is never evaluated again').argument('<objectGUID>').option('--collection <name>').option('--target <id>', 'Graph id of the target object').option('--unpin', 'let the rules decide again').option('--override <name>', 'name of the object, typed, for a match with risks')
    .action((id: string, o: { collection?: string; target?: string; unpin?: boolean; override?: string }) => run({ needs: 'project' }, async (session) => {
      if ((o.target === undefined) === (o.unpin === undefined)) throw appError(ErrorCode.InvalidInput, 'Give either --target or --unpin.');
      const row = await session.call('objects.pin', { collectionId: (await session.collection(o.collection)).id, id: id.toLowerCase(), targetId: o.target ?? null, ...(o.override === undefined ? {} : { override: o.override }) });
      session.out.result(row, [`${row.name}: ${row.status}. ${row.reason}`]);
      return EXIT.ok;
    }));
  objects.command('break').description('break the matching of objects; nothing is written to the tenant').option('--collection <name>').option('--id <guid...>').option('--all', 'every object of the collection')
    .action((o: { collection?: string; id?: string[]; all?: boolean }) => run({ needs: 'project' }, async (session) => {
      if ((o.id === undefined) === (o.all === undefined)) throw appError(ErrorCode.InvalidInput, 'Give either --id or --all.');
      const result = await session.call('objects.breakMatching', { collectionId: (await session.collection(o.collection)).id, selection: o.id ? { mode: 'ids', ids: o.id.map((i) => i.toLowerCase()) } : { mode: 'all except', ids: [] } });
      session.out.result(result, [`Broke the matching of ${result.broken} objects.`]);
      return EXIT.ok;
    }));
}
