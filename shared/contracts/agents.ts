import { z } from 'zod';
import { channel } from './define.ts';
import { Done, Id, Millis, Name, Nothing, TaskKindSchema, TaskPhaseSchema } from './values.ts';

/**
 * How an agent is. `working`: it runs a task. `idle`: it waits for one. `draining`: it ends its task and takes no other. `drained`: it takes none.
 * `gone`: no sign of life for half a minute, or it has never run.
 */
export const AGENT_STATES = ['working', 'idle', 'draining', 'drained', 'gone'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** A Directory Migration Agent as the console shows it. */
export const AgentRow = z.object({
  id: Id, name: Name,
  /** Machine and version that it ran with last; empty: it has never run. */
  host: z.string(), version: z.string(),
  /** Its process on that machine; null: it has never run. */
  processId: z.int().nullable(),
  heartbeatAt: Millis.nullable(),
  /** False exactly in state `gone`. */
  alive: z.boolean(),
  state: z.enum(AGENT_STATES),
  /** A person has asked it to take no more tasks, also when it is gone. */
  drained: z.boolean(),
  /** Why this console cannot keep its process running, one sentence; absent: it runs, or another console has it. */
  problem: z.string().optional(),
  /** Number of collections that it works for, of tasks that wait for it, and of tasks that it runs (0 or 1). */
  collections: z.int(), queued: z.int(), running: z.int(),
  /** The collections that it works for, by name. */
  collectionList: z.array(z.object({ id: Id, name: z.string(), pairId: Id })),
  /** The task that it runs; null: none. */
  currentTask: z.object({ id: Id, kind: TaskKindSchema, collectionName: z.string(), phase: TaskPhaseSchema, done: z.int(), total: z.int().nullable(), message: z.string(), startedAt: Millis.nullable() }).nullable(),
  /** Why it cannot be removed now, one sentence with what to do; null: it can. */
  notRemovable: z.string().nullable(),
});
export type AgentRow = z.output<typeof AgentRow>;

/** What came of moving a collection to another agent. */
export const MovedCollection = z.object({
  collectionId: Id, agentId: Id, agentName: z.string(),
  /** Tasks that waited and wait for the new agent now. */
  movedTasks: z.int(),
  /** A task of the collection that the old agent is at work on: it ends there; null: none. */
  runningTaskId: Id.nullable(),
});
export type MovedCollection = z.output<typeof MovedCollection>;

const OfAgent = z.object({ id: Id });

/** Channels of the Agents page. */
export const agentChannels = {
  /** All agents by name, `Local` first. */
  'agents.list': channel('query', Nothing, z.object({ rows: z.array(AgentRow) })),
  /** Names an agent before it runs for the first time, so that collections can be given to it. */
  'agents.create': channel('command', z.object({ name: Name }), AgentRow),
  /** The agent ends its task and takes no other one. */
  'agents.drain': channel('command', OfAgent, AgentRow),
  /** The agent takes tasks again. */
  'agents.resume': channel('command', OfAgent, AgentRow),
  /** Refused for `Local`, and while the agent is alive or has collections or tasks to do. */
  'agents.remove': channel('command', OfAgent, Done),
  /** Gives a collection to another agent; its waiting tasks go along, a running one ends first. */
  'collections.moveToAgent': channel('command', z.object({ collectionId: Id, agentId: Id }), MovedCollection),
  /** Whether tasks of an agent that is gone are run by the others; `shared` false: the project is a file, and a task that was left behind waits for a person. */
  'agents.settings': channel('query', Nothing, z.object({ takeOver: z.boolean(), shared: z.boolean() })),
  'agents.saveSettings': channel('command', z.object({ takeOver: z.boolean() }), z.object({ takeOver: z.boolean(), shared: z.boolean() })),
} as const;
