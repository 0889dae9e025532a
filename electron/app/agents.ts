import type { AgentRow, AgentState } from '../../shared/contracts/agents.ts';
import type { ReadonlyDeep } from '../../shared/contracts/index.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { Handlers } from '../ipc/router.ts';
import { LOCAL_AGENT, type AgentRecord, type Repositories, type TaskRecord } from '../store/index.ts';
import { GONE_MS, isShared, setTakeOver, takesOver } from './agents-takeover.ts';
import type { Services } from './services.ts';

type Store = Pick<Repositories, 'agents' | 'collections' | 'tasks'>;

const isAlive = ({ heartbeatAt }: AgentRecord, now: number): boolean => heartbeatAt !== null && now - heartbeatAt < GONE_MS;

function stateOf(agent: AgentRecord, now: number): AgentState {
  if (!isAlive(agent, now)) return 'gone';
  if (agent.drained) return agent.running > 0 ? 'draining' : 'drained';
  return agent.running > 0 ? 'working' : 'idle';
}

/** Number of the process in its name, `host:pid:random` (dead-owners.ts); null: none. */
function processOf({ owner }: AgentRecord): number | null {
  const pid = Number(owner?.split(':').at(-2) ?? Number.NaN);
  return Number.isInteger(pid) ? pid : null;
}

/** Why an agent cannot be removed now, in words with what to do; null: it can. */
function whyNotRemoved(agent: AgentRecord, now: number): string | null {
  if (agent.name === LOCAL_AGENT) return `The agent ${LOCAL_AGENT} belongs to the project and cannot be removed.`;
  if (agent.collections > 0) return `The agent "${agent.name}" works for ${agent.collections === 1 ? 'a collection' : `${agent.collections} collections`}. Move them to another agent first.`;
  if (agent.running > 0 || agent.queued > 0) return `The agent "${agent.name}" has tasks to do. Wait for their end, or cancel them; then remove it.`;
  return isAlive(agent, now) ? `The agent "${agent.name}" is running on ${agent.host}. Stop it there; it can be removed ${GONE_MS / 1_000} seconds later.` : null;
}

const TASK = ['id', 'kind', 'collectionName', 'phase', 'done', 'total', 'message', 'startedAt'] as const satisfies readonly (keyof TaskRecord)[];
const shown = (task: TaskRecord): NonNullable<AgentRow['currentTask']> => Object.fromEntries(TASK.map((name) => [name, task[name]])) as NonNullable<AgentRow['currentTask']>;

async function rowsOf(store: Store, agents: readonly AgentRecord[], now: number, problems: ReadonlyMap<string, string>): Promise<ReadonlyDeep<AgentRow>[]> {
  const collections = (await store.collections.list()).toSorted((a, b) => a.name.localeCompare(b.name));
  const running = new Map<string, TaskRecord>();
  if (agents.some((agent) => agent.running > 0)) for await (const page of store.tasks.iterate({ states: ['Running', 'Cancelling'] })) for (const task of page) running.set(task.agentId, task);
  return agents.map((agent) => {
    const task = running.get(agent.id);
    return {
      id: agent.id, name: agent.name, host: agent.host, version: agent.version, processId: processOf(agent), heartbeatAt: agent.heartbeatAt, alive: isAlive(agent, now), state: stateOf(agent, now), drained: agent.drained, ...(problems.has(agent.id) ? { problem: problems.get(agent.id) } : {}),
      collections: agent.collections, queued: agent.queued, running: agent.running, collectionList: collections.filter((one) => one.agentId === agent.id).map(({ id, name, pairId }) => ({ id, name, pairId })),
      currentTask: task === undefined ? null : shown(task), notRemovable: whyNotRemoved(agent, now),
    };
  });
}

/** Channels of the Directory Migration Agents. */
export function agentHandlers(services: Services): Pick<Handlers, 'agents.list' | 'agents.create' | 'agents.drain' | 'agents.resume' | 'agents.remove' | 'agents.settings' | 'agents.saveSettings' | 'collections.moveToAgent'> {
  const { store } = services;
  const row = async (agent: AgentRecord) => {
    const [only] = await rowsOf(store, [agent], services.now(), services.agentProblems);
    if (only === undefined) throw appError(ErrorCode.NotFound, `The agent ${agent.id} is not in this project any more.`);
    return only;
  };
  const changed = async (agent: AgentRecord) => {
    services.emit('store.changed', { nouns: ['agents'] });
    // An agent of this process looks at once; others look by themselves.
    services.nudge();
    return await row(agent);
  };
  const settings = async () => ({ takeOver: await takesOver(store), shared: isShared(store) });
  return {
    'agents.list': async () => ({ rows: await rowsOf(store, await store.agents.list(), services.now(), services.agentProblems) }),
    'agents.create': async ({ name }) => await changed(await store.agents.create(name)),
    'agents.drain': async ({ id }) => await changed(await store.agents.setDrained(id, 'drained')),
    'agents.resume': async ({ id }) => await changed(await store.agents.setDrained(id, 'at work')),
    async 'agents.remove'({ id }) {
      await store.transaction(async (tx) => {
        const why = whyNotRemoved(await tx.agents.get(id), services.now());
        if (why !== null) throw appError(ErrorCode.Conflict, why);
        await tx.agents.remove(id);
      });
      services.emit('store.changed', { nouns: ['agents'] });
      return { done: true };
    },
    async 'collections.moveToAgent'({ collectionId, agentId }) {
      const moved = await store.transaction(async (tx) => ({ ...await tx.agents.moveCollection(collectionId, agentId), agent: await tx.agents.get(agentId) }));
      services.emit('store.changed', { nouns: ['agents', 'collections', 'tasks'] });
      services.nudge();
      return { collectionId, agentId, agentName: moved.agent.name, movedTasks: moved.queued, runningTaskId: moved.running };
    },
    'agents.settings': settings,
    async 'agents.saveSettings'({ takeOver }) {
      if (!isShared(store)) throw appError(ErrorCode.Conflict, 'The project is a file of this machine, whose only agents are here; agents stand in for each other in a project on PostgreSQL.');
      await setTakeOver(store, takeOver);
      services.emit('store.changed', { nouns: ['agents'] });
      services.nudge();
      return await settings();
    },
  };
}
