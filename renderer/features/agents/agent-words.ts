import type { AgentRow, AgentState } from '../../../shared/contracts/agents.ts';
import { ago, count } from '../../ui/format.ts';

/** States of an agent as the console names them, and what each means. */
export const AGENT_WORDS: Readonly<Record<AgentState, { readonly name: string; readonly meaning: string }>> = {
  working: { name: 'Working', meaning: 'It runs a task.' },
  idle: { name: 'Idle', meaning: 'It waits for a task.' },
  draining: { name: 'Draining', meaning: 'It ends its task and takes no other one.' },
  drained: { name: 'Drained', meaning: 'It takes no task until it is resumed.' },
  gone: { name: 'Gone', meaning: 'It has given no sign of life for half a minute. Start it again, or move its collections to another agent.' },
};

/** The state of an agent as it is shown; one that was only named so far has a word of its own. */
export function stateName({ state, heartbeatAt }: Pick<AgentRow, 'state' | 'heartbeatAt'>): string {
  return state === 'gone' && heartbeatAt === null ? 'Not started' : AGENT_WORDS[state].name;
}

/** What the state of an agent means, one sentence; an agent that has never run is told apart from one that ended. */
export function stateMeaning({ state, heartbeatAt }: Pick<AgentRow, 'state' | 'heartbeatAt'>): string {
  return state === 'gone' && heartbeatAt === null ? 'It has never run: start it with the command that New Agent showed.' : AGENT_WORDS[state].meaning;
}

/** When an agent gave its last sign of life, coarsely. */
export function seenWords({ heartbeatAt }: Pick<AgentRow, 'heartbeatAt'>, now: number): string {
  return heartbeatAt === null ? 'never' : ago(heartbeatAt, now);
}

/** What an agent works on, one line, e.g. `Synchronise of Berlin: apply, 120 of 400`; a dash when it runs no task. */
export function taskWords({ currentTask: task }: Pick<AgentRow, 'currentTask'>): string {
  if (task === null) return '–';
  return `${task.kind}${task.collectionName === '' ? '' : ` of ${task.collectionName}`}: ${task.phase}, ${count(task.done)}${task.total === null ? '' : ` of ${count(task.total)}`}`;
}

/** The command that runs an agent on a machine. @param file file or address of the project, without a password. */
export function agentCommand(file: string, name: string): string {
  const quote = (text: string): string => (/^[\w@.,:/=+-]+$/.test(text) ? text : `"${text.replaceAll('"', '\\"')}"`);
  return `causeway --project ${quote(file)} agent --name ${quote(name)}`;
}

/** The port of health and metrics that the settings of a service begin with. */
const METRICS_PORT = 9464;

/** Settings of the agent's service on Linux: what `resources/agent/causeway-agent.service` reads. @param file file or address of the project, without a password. */
export function agentSettings(file: string, name: string): string {
  const quote = (text: string): string => `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  return [`CAUSEWAY_PROJECT=${quote(file)}`, `AGENT_NAME=${quote(name)}`, `AGENT_PORT=${METRICS_PORT}`].join('\n');
}
