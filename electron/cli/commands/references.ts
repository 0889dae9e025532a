import path from 'node:path';
import { Option, type Command } from 'commander';
import { canBeWritten, REFERENCE_HEALING, whyWaits, type ReferenceHealing } from '../../../shared/domain/references.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import { readRows, rowLimit } from '../rows.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { saveParts } from './save-parts.ts';

interface ListOptions { readonly pair?: string; readonly collection?: string; readonly forWhom?: boolean; readonly healed?: boolean; readonly search: string; readonly csv?: string; readonly limit: string }

/** `causeway references ...`: what waits for whom, and what becomes of it. */
export function addReferenceCommands(program: Command, run: Run): void {
  const references = program.command('references').description('references that wait for another object: members, managers and other links');
  references.command('list', { isDefault: true }).description('list what waits for whom, since when and why')
    .option('--pair <name>', 'every collection of the pair (default: the only pair)').option('--collection <name>', 'only objects of this collection that wait')
    .option('--for-whom', 'order by, and with --collection look for, the objects that are waited for').option('--healed', 'what was written meanwhile, with the task that did it')
    .option('--search <text>', 'part of a name or of the DN waited for', '').option('--csv <file>', 'write everything to a new CSV file').option('--limit <n>', 'entries shown', '200')
    .addHelpText('after', `
Examples:
  causeway references
  causeway references list --collection Berlin --for-whom
  causeway references list --pair Contoso --csv waiting.csv`)
    .action((o: ListOptions) => run({ needs: 'project' }, async (session, context) => {
      const limit = rowLimit(o.limit);
      const query = { ...await scopeOf(session, o), view: o.forWhom === true ? 'for whom' as const : 'who waits' as const, state: o.healed === true ? 'healed' as const : 'waits' as const, search: o.search };
      if (o.csv !== undefined) {
        const entries = await saveParts(o.csv, async (after) => await session.call('references.export', { ...query, after }), context);
        session.out.result({ file: path.resolve(o.csv), entries }, [`Wrote ${entries} entries to ${o.csv}.`]);
        return EXIT.ok;
      }
      const { rows, total } = await readRows(limit, async (request) => await session.call('references.page', { ...query, ...request }));
      session.out.result({ rows, total }, [
        ...table(['WHO WAITS', 'TYPE', 'ATTRIBUTE', 'FOR WHOM', o.healed === true ? 'HEALED BY TASK' : 'SINCE', 'WHY'], rows.map((r) => [
          r.name, r.kind, r.attribute, r.otherName ?? r.dn, r.healedBy ?? new Date(r.since).toISOString().slice(0, 16).replace('T', ' '),
          r.healedBy === null && canBeWritten(r) ? `${whyWaits(r)}; it has a match by now` : whyWaits(r),
        ])),
        ...(total > rows.length ? [`(${total - rows.length} more; use --limit, --search or --csv)`] : []),
      ]);
      return EXIT.ok;
    }));
  references.command('healing').description('show, or choose, what becomes of references when the other object arrives').addOption(new Option('--set <choice>').choices([...REFERENCE_HEALING])).option('--pair <name>')
    .action((o: { set?: ReferenceHealing; pair?: string }) => run({ needs: 'project' }, async (session) => {
      const { id, name } = await session.pair(o.pair);
      const { healing } = o.set === undefined ? await session.call('references.settings', { pairId: id }) : await session.call('references.saveSettings', { pairId: id, healing: o.set });
      session.out.result({ pair: name, healing }, [healing === 'automatic'
        ? `${name}: automatic. A migration that brings the other object plans the reference too, also in other collections of the pair.`
        : `${name}: only by re-migration. A reference waits until the object that refers is migrated again.`]);
      return EXIT.ok;
    }));
}

async function scopeOf(session: Session, o: Pick<ListOptions, 'pair' | 'collection'>): Promise<{ readonly pairId: string; readonly collectionId?: string }> {
  if (o.collection === undefined) return { pairId: (await session.pair(o.pair)).id };
  const collection = await session.collection(o.collection);
  return { pairId: collection.pairId, collectionId: collection.id };
}
