import type { Command } from 'commander';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';

/** `causeway collection ...`: create, list, add, remove, statistics, delete. */
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
  collection.command('add').description('add objects: containers and objects by DN, or what an LDAP filter finds').option('--collection <name>', 'collection, when there are several')
    .option('--dn <dn...>', 'objects, or containers with everything below').option('--filter <ldap filter>', 'RFC 4515 filter').option('--base <dn>', 'where the filter searches', '')
    .addHelpText('after', `
Examples:
  causeway collection add --collection Berlin --dn "OU=Berlin,DC=corp,DC=example,DC=com"
  causeway collection add --collection Sales --filter "(&(objectClass=user)(department=Sales))"`)
    .action((o: { collection?: string; dn?: string[]; filter?: string; base: string }) => run({ needs: 'project' }, async (session) => {
      if ((o.dn === undefined) === (o.filter === undefined)) throw appError(ErrorCode.InvalidInput, 'Give either --dn or --filter.');
      const { id } = await session.collection(o.collection);
      const result = o.dn !== undefined ? await session.call('collections.addObjects', { id, dns: o.dn }) : await session.call('collections.queryObjects', { id, base: o.base, filter: o.filter ?? '' });
      session.out.result(result, [
        `Added ${result.added} objects${result.already > 0 ? `; ${result.already} were in the collection already` : ''}${result.skippedTotal > 0 ? `; left out ${result.skippedTotal}:` : '.'}`,
        ...result.skipped.map((s) => `  ${s.name}: ${s.reason}`),
      ]);
      return EXIT.ok;
    }));
  collection.command('remove').description('take objects out of a collection; nothing in the directory or the tenant changes').option('--collection <name>').option('--id <guid...>', 'objectGUID').option('--all', 'every object of the collection')
    .action((o: { collection?: string; id?: string[]; all?: boolean }) => run({ needs: 'project' }, async (session) => {
      if ((o.id === undefined) === (o.all === undefined)) throw appError(ErrorCode.InvalidInput, 'Give either --id or --all.');
      const selection = o.id ? { mode: 'ids' as const, ids: o.id.map((i) => i.toLowerCase()) } : { mode: 'all except' as const, ids: [], search: '', status: '' as const };
      const result = await session.call('collections.removeObjects', { id: (await session.collection(o.collection)).id, selection });
      session.out.result(result, [`Removed ${result.removed} object${result.removed === 1 ? '' : 's'}.`]);
      return EXIT.ok;
    }));
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
