import type { Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import { addCollectionContentsCommands } from './collection-contents.ts';
import { addCollectionScopeCommands } from './collection-scope.ts';

/** `causeway collection ...`: create, list, statistics, delete, and what is in a collection. */
export function addCollectionCommands(program: Command, run: Run): void {
  const collection = program.command('collection').description('collections: objects migrated together');
  collection.command('create').description('create a static collection').requiredOption('--name <name>').option('--pair <name>', 'migration pair, when there are several')
    .action((o: { name: string; pair?: string }) => run({ needs: 'project' }, async (session) => {
      const created = await session.call('collections.create', { pairId: (await session.pair(o.pair)).id, name: o.name });
      session.out.result(created, [`Created collection "${created.name}" (${created.id}).`]);
      return EXIT.ok;
    }));
  collection.command('list').description('list the collections').action(() => run({ needs: 'project' }, async (session) => {
    const { rows } = await session.call('collections.list', {});
    session.out.result(rows, table(['NAME', 'KIND', 'OBJECTS', 'AGENT', 'ID'], rows.map((c) => [c.name, c.kind, c.objects, c.agentName, c.id])));
    return EXIT.ok;
  }));
  addCollectionContentsCommands(collection, run);
  addCollectionScopeCommands(collection, run);
  collection.command('statistics').description('objects by status').argument('[collection]').action((name?: string) => run({ needs: 'project' }, async (session) => {
    const statistics = await session.call('statistics.get', { collectionId: (await session.collection(name)).id });
    session.out.result(statistics, table(['TYPE', 'STATUS', 'OBJECTS'], statistics.byKindAndProgress.map((r) => [r.kind, r.status, r.count])));
    return EXIT.ok;
  }));
  collection.command('delete').description('delete a collection from the project').argument('<collection>').option('--force', 'also when objects are migrated and not rolled back')
    .action((name: string, o: { force?: boolean }) => run({ needs: 'project' }, async (session) => {
      const found = await session.collection(name);
      await session.call('collections.delete', { id: found.id, force: o.force ?? false });
      session.out.result({ deleted: found.id }, [`Deleted collection "${found.name}".`]);
      return EXIT.ok;
    }));
}
