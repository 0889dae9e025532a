import type { Command } from 'commander';
import type { AgentRow } from '../../../shared/contracts/agents.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';

const SECOND_MS = 1_000;

/** `causeway agents ...`: who runs tasks, and for which collections. */
export function addAgentsCommands(program: Command, run: Run): void {
  const agents = program.command('agents').description('the agents of the project: who runs tasks, on which machine, for which collections');
  agents.command('list', { isDefault: true }).description('list the agents: state, machine, process, last sign of life, queue, and the task that each runs').addHelpText('after', '\nExample:\n  causeway agents list')
    .action(() => run({ needs: 'project' }, async (session) => {
      const { rows } = await session.call('agents.list', {});
      const { takeOver } = await session.call('agents.settings', {});
      session.out.result({ rows, takeOver }, [
        ...table(['NAME', 'STATE', 'MACHINE', 'PROCESS', 'VERSION', 'SEEN', 'COLLECTIONS', 'QUEUED', 'TASK', 'ID'], rows.map((a) => [a.name, a.state, a.host, a.processId, a.version, seen(a), a.collections, a.queued, working(a), a.id])),
        ...(takeOver ? ['Tasks of an agent that is gone are run by the others ("causeway agents take-over off" ends that).'] : []),
      ]);
      return EXIT.ok;
    }));
  agents.command('create').description('name an agent before it runs for the first time, so that collections can be given to it').argument('<name>').addHelpText('after', '\nExample:\n  causeway agents create berlin-2')
    .action((name: string) => run({ needs: 'project' }, async (session) => {
      const agent = await session.call('agents.create', { name });
      session.out.result(agent, [`Made the agent "${agent.name}". Give it collections with "causeway agents move", and start it on its machine.`]);
      return EXIT.ok;
    }));
  agents.command('drain').description('let an agent end its task and take no other').argument('<name>').addHelpText('after', '\nExample:\n  causeway agents drain berlin-2')
    .action((name: string) => run({ needs: 'project' }, async (session) => {
      const agent = await session.call('agents.drain', { id: (await agentNamed(session, name)).id });
      session.out.result(agent, [agent.state === 'draining' ? `"${agent.name}" ends its task (${working(agent)}) and takes no other.` : `"${agent.name}" takes no more tasks.`]);
      return EXIT.ok;
    }));
  agents.command('resume').description('let a drained agent take tasks again').argument('<name>').addHelpText('after', '\nExample:\n  causeway agents resume berlin-2')
    .action((name: string) => run({ needs: 'project' }, async (session) => {
      const agent = await session.call('agents.resume', { id: (await agentNamed(session, name)).id });
      session.out.result(agent, [`"${agent.name}" takes tasks again.`]);
      return EXIT.ok;
    }));
  agents.command('move').description('give a collection to another agent; its waiting tasks go along, a running one ends first').requiredOption('--collection <name>', 'collection').requiredOption('--to <name>', 'agent')
    .addHelpText('after', '\nExample:\n  causeway agents move --collection Berlin --to berlin-2')
    .action((o: { collection: string; to: string }) => run({ needs: 'project' }, async (session) => {
      const collection = await session.collection(o.collection);
      const moved = await session.call('collections.moveToAgent', { collectionId: collection.id, agentId: (await agentNamed(session, o.to)).id });
      session.out.result(moved, [
        `"${collection.name}" belongs to the agent "${moved.agentName}" now${moved.movedTasks === 0 ? '' : `, and ${moved.movedTasks === 1 ? 'a waiting task' : `${moved.movedTasks} waiting tasks`} with it`}.`,
        ...(moved.runningTaskId === null ? [] : [`The task ${moved.runningTaskId} ends where it runs.`]),
      ]);
      return EXIT.ok;
    }));
  agents.command('remove').description('remove an agent that is stopped and has neither collections nor tasks').argument('<name>').addHelpText('after', '\nExample:\n  causeway agents remove berlin-2')
    .action((name: string) => run({ needs: 'project' }, async (session) => {
      const agent = await agentNamed(session, name);
      const done = await session.call('agents.remove', { id: agent.id });
      session.out.result(done, [`Removed the agent "${agent.name}".`]);
      return EXIT.ok;
    }));
  agents.command('take-over').description('whether tasks of an agent that is gone are run by the others, in a project on PostgreSQL').argument('<on|off>').addHelpText('after', '\nExample:\n  causeway agents take-over off')
    .action((typed: string) => run({ needs: 'project' }, async (session) => {
      if (typed !== 'on' && typed !== 'off') throw appError(ErrorCode.InvalidInput, `Say on or off, not "${typed}".`);
      const settings = await session.call('agents.saveSettings', { takeOver: typed === 'on' });
      session.out.result(settings, [settings.takeOver ? 'Tasks of an agent that is gone are run by the others.' : 'Tasks of an agent that is gone wait until it is back.']);
      return EXIT.ok;
    }));
}

function seen({ heartbeatAt }: AgentRow): string {
  if (heartbeatAt === null) return 'never';
  const seconds = Math.max(0, Math.round((Date.now() - heartbeatAt) / SECOND_MS));
  return seconds < 120 ? `${seconds} s ago` : new Date(heartbeatAt).toISOString().slice(0, 16).replace('T', ' ');
}

function working({ currentTask: task }: AgentRow): string {
  if (task === null) return '';
  return `${task.kind}${task.collectionName === '' ? '' : ` ${task.collectionName}`}${task.total === null ? '' : `, ${task.done} of ${task.total}`}`;
}

/** An agent by name or id. @throws AppError NOT_FOUND. */
export async function agentNamed(session: Session, name: string): Promise<AgentRow> {
  const { rows } = await session.call('agents.list', {});
  const found = rows.find((agent) => agent.id === name || agent.name.toLowerCase() === name.trim().toLowerCase());
  if (found === undefined) throw appError(ErrorCode.NotFound, `There is no agent "${name}"; the project has ${rows.map((agent) => agent.name).join(', ')}.`);
  return found;
}
