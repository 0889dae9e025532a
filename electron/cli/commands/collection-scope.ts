import type { Command } from 'commander';
import type { ScopeResult } from '../../../shared/contracts/collection-scope.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import type { Run } from '../run.ts';
import { foundLines } from './collection-contents.ts';

const resultLines = (name: string, r: ScopeResult): string[] => [`"${name}": ${r.added} added, ${r.removed} removed, ${r.unchanged} unchanged${r.leftOut > 0 ? `; ${r.leftOut} left out (causeway collection left-out)` : ''}.`];

/** `causeway collection create-dynamic`, `preview`, `change-scope` and `refresh`. */
export function addCollectionScopeCommands(collection: Command, run: Run): void {
  const everything = '(objectClass=*)';
  collection.command('create-dynamic').description('create a dynamic collection (coexistence only): everything below a container that a filter lets through').requiredOption('--name <name>')
    .option('--base <dn>', 'container (default: the base of the pair)', '').option('--filter <ldap filter>', 'RFC 4515 filter', everything).option('--pair <name>', 'migration pair, when there are several').option('--preview', 'only show what it would hold')
    .action((o: { name: string; base: string; filter: string; pair?: string; preview?: boolean }) => run({ needs: 'project' }, async (session) => {
      const pairId = (await session.pair(o.pair)).id;
      const scope = { base: o.base, filter: o.filter };
      if (o.preview === true) {
        const found = await session.call('collections.previewScope', { pairId, scope });
        session.out.result(found, foundLines(found));
      } else {
        const made = await session.call('collections.createDynamic', { pairId, name: o.name, scope });
        session.out.result(made, [`Created dynamic collection "${o.name}" (${made.id}).`, ...resultLines(o.name, made)]);
      }
      return EXIT.ok;
    }));
  collection.command('change-scope').description('give a dynamic collection another container or filter').option('--collection <name>').option('--base <dn>', 'container (default: as it is)').option('--filter <ldap filter>', 'RFC 4515 filter (default: as it is)').option('--preview', 'only show what would be added and removed')
    .action((o: { collection?: string; base?: string; filter?: string; preview?: boolean }) => run({ needs: 'project' }, async (session) => {
      const found = await session.collection(o.collection);
      if (o.base === undefined && o.filter === undefined && o.preview !== true) throw appError(ErrorCode.InvalidInput, 'Give --base, --filter or both; "causeway collection refresh" reads the scope as it is.');
      const scope = { base: o.base ?? found.scope?.base ?? '', filter: o.filter ?? found.scope?.filter ?? everything };
      if (o.preview === true) {
        const preview = await session.call('collections.previewScope', { pairId: found.pairId, collectionId: found.id, scope });
        session.out.result(preview, foundLines(preview));
      } else {
        const result = await session.call('collections.changeScope', { id: found.id, scope });
        session.out.result(result, resultLines(found.name, result));
      }
      return EXIT.ok;
    }));
  collection.command('refresh').description('work out the members of a dynamic collection anew, as every discovery does').argument('[collection]').action((name?: string) => run({ needs: 'project' }, async (session) => {
    const found = await session.collection(name);
    const result = await session.call('collections.refreshScope', { id: found.id });
    session.out.result(result, resultLines(found.name, result));
    return EXIT.ok;
  }));
}
