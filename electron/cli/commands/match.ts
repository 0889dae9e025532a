import type { Command } from 'commander';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import { reportTask } from '../task-outcome.ts';
import { addMatchFileCommands } from './match-files.ts';
import { addMatchReviewCommands } from './match-review.ts';

/** `causeway match`: Match Objects, and below it the review of what was matched. */
export function addMatchCommands(program: Command, run: Run): void {
  const match = program.command('match').description('match the objects of a collection with the tenant; nothing is written to the tenant').option('--collection <name>').option('--break', 'break current matching first').option('--upn-suffix <domain>', 'suffix for the rule that compares UPN prefixes', '')
    // Of an option that both have, commander gives the value to the outer command, wherever it stands.
    .hook('preAction', (outer, inner) => { if (inner !== outer && inner.getOptionValue('collection') === undefined) inner.setOptionValue('collection', outer.getOptionValue('collection')); })
    .addHelpText('after', '\nExample:\n  causeway match --collection Berlin --break\n  causeway match review --collection Berlin')
    .action((o: { collection?: string; break?: boolean; upnSuffix: string }) => run({ needs: 'project' }, async (session) => {
      const { id } = await session.collection(o.collection);
      const { taskId } = await session.call('tasks.match', { collectionId: id, breakExisting: o.break ?? false, upnSuffix: o.upnSuffix });
      const task = await session.follow(taskId);
      const statistics = await session.call('statistics.get', { collectionId: id });
      const { byReview } = await session.call('matches.summary', { collectionId: id });
      const waiting = byReview['To review'];
      return reportTask(session.out, task, { task, statistics, review: byReview }, [
        task.message, ...table(['TYPE', 'STATUS', 'OBJECTS'], statistics.byKindAndProgress.map((r) => [r.kind, r.status, r.count])),
        ...(waiting > 0 ? [`${waiting} wait for review: causeway match review`] : []),
      ]);
    }));
  addMatchReviewCommands(match, run);
  addMatchFileCommands(match, run);
}
