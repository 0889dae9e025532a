import type { Command } from 'commander';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import { reportTask } from '../task-outcome.ts';

/** `causeway tasks ...`: list, show, resume, cancel. */
export function addTaskCommands(program: Command, run: Run): void {
  const tasks = program.command('tasks').description('tasks and what came of them');
  tasks.command('list', { isDefault: true }).description('list the tasks, newest first').option('--limit <n>', '', '50').action((o: { limit: string }) => run({ needs: 'project' }, async (session) => {
    const { rows } = await session.call('tasks.list', { limit: Math.min(500, Math.max(1, Number(o.limit) || 50)) });
    session.out.result(rows, table(['CREATED', 'KIND', 'STATE', 'COLLECTION', 'MESSAGE', 'ID'], rows.map((t) => [new Date(t.createdAt).toISOString(), t.kind, t.state, t.collectionName, t.message.slice(0, 60), t.id])));
    return EXIT.ok;
  }));
  tasks.command('show').description('one task with its items').argument('<task>').option('--problems', 'only items with problems').action((id: string, o: { problems?: boolean }) => run({ needs: 'project' }, async (session) => {
    const task = await session.call('tasks.get', { id });
    const items = [];
    let after: string | null = null;
    do {
      const page: { rows: { objectId: string | null; name: string; kind: string; status: string; message: string; at: number }[]; next: string | null } = await session.call('tasks.items', { taskId: id, onlyProblems: o.problems ?? false, after, limit: 500 });
      items.push(...page.rows);
      after = page.next;
    } while (after !== null);
    session.out.result({ task, items }, [`${task.kind}: ${task.state}. ${task.message}`, ...table(['TYPE', 'NAME', 'STATUS', 'MESSAGE'], items.map((i) => [i.kind, i.name, i.status, i.message]))]);
    return EXIT.ok;
  }));
  tasks.command('resume').description('go on with an interrupted, cancelled or failed task from its journal').argument('<task>').action((taskId: string) => run({ needs: 'project' }, async (session) => {
    await session.call('tasks.resume', { taskId });
    const task = await session.follow(taskId);
    return reportTask(session.out, task, task, [task.message]);
  }));
  tasks.command('cancel').description('ask a running task to stop at the next safe point').argument('<task>').action((taskId: string) => run({ needs: 'project' }, async (session) => {
    const task = await session.call('tasks.cancel', { taskId });
    session.out.result(task, [task.message]);
    return EXIT.ok;
  }));
}
