import type { Command } from 'commander';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import { reportTask } from '../task-outcome.ts';

/** `causeway match`: Match Objects. */
export function addMatchCommands(program: Command, run: Run): void {
  program.command('match').description('match the objects of a collection with the tenant; nothing is written to the tenant').option('--collection <name>').option('--break', 'break current matching first').option('--upn-suffix <domain>', 'suffix for the rule that compares UPN prefixes', '')
    .addHelpText('after', '\nExample:\n  causeway match --collection Berlin --break')
    .action((o: { collection?: string; break?: boolean; upnSuffix: string }) => run({ needs: 'project' }, async (session) => {
      const { id } = await session.collection(o.collection);
      const { taskId } = await session.call('tasks.match', { collectionId: id, breakExisting: o.break ?? false, upnSuffix: o.upnSuffix });
      const task = await session.follow(taskId);
      const statistics = await session.call('statistics.get', { collectionId: id });
      return reportTask(session.out, task, { task, statistics }, [task.message, ...table(['TYPE', 'STATUS', 'OBJECTS'], statistics.byKindAndProgress.map((r) => [r.kind, r.status, r.count]))]);
    }));
}
