import { CYCLE_OUTCOMES } from '../../shared/domain/coexistence.ts';
import { TASK_STATES } from '../../shared/domain/statuses.ts';
import type { Figures } from './figures.ts';

/** Content type of the Prometheus text format (Prometheus documentation, "Exposition formats", text format 0.0.4). */
export const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** What the metrics of an agent are made of. */
export interface Measured {
  readonly name: string;
  readonly host: string;
  readonly version: string;
  /** Number of the agent's tasks by state; null: the project cannot be reached. */
  readonly tasks: ReadonlyMap<string, number> | null;
  /** Milliseconds since a lease was last renewed: of the agent's name and, while there is one, of its task. */
  readonly leases: { readonly name: number; readonly task: number | null };
  readonly figures: Figures;
}

interface Sample { readonly labels?: Readonly<Record<string, string>>; readonly suffix?: string; readonly value: number }

/** Backslash, line end and, in a label, the double quote are escaped (text format 0.0.4, "Comments, help text, and type information"). */
const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"');

function metric(name: string, type: 'gauge' | 'counter' | 'summary', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels = {}, suffix = '', value }) => {
    const inside = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`).join(',');
    return `${name}${suffix}${inside === '' ? '' : `{${inside}}`} ${value}`;
  });
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines, ''].join('\n');
}

const seconds = (ms: number): number => Math.round(ms) / 1000;

/** Writes the metrics of an agent in the Prometheus text format. They carry no name of a person, a tenant or an object. */
export function metricsText({ name, host, version, tasks, leases, figures }: Measured): string {
  const of = [...CYCLE_OUTCOMES].filter((outcome) => outcome !== 'running');
  return [
    metric('causeway_agent_up', 'gauge', 'Whether the agent reaches its project.', [{ value: tasks === null ? 0 : 1 }]),
    metric('causeway_agent_info', 'gauge', 'Name, machine and version of the agent.', [{ labels: { name, host, version }, value: 1 }]),
    metric('causeway_lease_age_seconds', 'gauge', 'Time since a lease was last renewed.', [
      { labels: { lease: 'agent' }, value: seconds(leases.name) }, ...(leases.task === null ? [] : [{ labels: { lease: 'task' }, value: seconds(leases.task) }]),
    ]),
    ...(tasks === null ? [] : [metric('causeway_tasks', 'gauge', 'Tasks of the agent by state.', TASK_STATES.map((state) => ({ labels: { state }, value: tasks.get(state) ?? 0 })))]),
    metric('causeway_cycles_total', 'counter', 'Cycles of coexistence that ended in this process, by outcome.', of.map((outcome) => ({ labels: { outcome }, value: figures.cycles.get(outcome) ?? 0 }))),
    metric('causeway_cycle_duration_seconds', 'summary', 'Duration of the cycles of coexistence.', [{ suffix: '_sum', value: seconds(figures.cycleMs) }, { suffix: '_count', value: figures.ended }]),
    ...(figures.lagMs === null ? [] : [metric('causeway_lag_seconds', 'gauge', 'Time from the oldest change to the end of the last cycle that carried one over.', [{ value: seconds(figures.lagMs) }])]),
    metric('causeway_requests_total', 'counter', 'HTTP requests to tenants, a batch counting once.', [{ value: figures.requests }]),
    metric('causeway_throttled_seconds_total', 'counter', 'Time that requests waited because a tenant throttles.', [{ value: seconds(figures.throttledMs) }]),
    metric('causeway_operations_total', 'counter', 'Operations of plans that were applied, by result.', [{ labels: { result: 'written' }, value: figures.written }, { labels: { result: 'failed' }, value: figures.failed }]),
  ].join('');
}
