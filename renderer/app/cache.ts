import { QueryClient } from '@tanstack/react-query';
import type { Events } from '../../shared/contracts/events.ts';
import type { ChannelName, ChannelOutput } from '../../shared/contracts/index.ts';
import type { TaskRow } from '../../shared/contracts/tasks.ts';
import { errorData } from './api.ts';
import type { Host } from './api.ts';

type Noun = Events['store.changed']['nouns'][number];

/** Which channels show something of a noun: they are read again when it changes. */
const SHOWN_BY: Readonly<Record<Noun, readonly ChannelName[]>> = {
  project: ['project.get'],
  pairs: ['limits.get', 'pairs.list', 'pairs.get', 'pairs.domains', 'pairs.signIn', 'references.settings', 'licences.products', 'passwords.policy', 'evidence.events'],
  collections: ['collections.list', 'collections.get', 'collections.overlaps', 'collections.leftOut', 'coexistence.get', 'coexistence.list', 'statistics.get', 'pairs.list', 'pairs.get'],
  objects: ['matches.review', 'matches.summary', 'plans.changes', 'objects.page', 'objects.get', 'references.page', 'passwords.accounts', 'statistics.get', 'collections.list', 'collections.get', 'coexistence.get', 'coexistence.list', 'holds.page', 'writeBack.get', 'writeBack.candidates', 'writeBack.waiting', 'evidence.events'],
  rules: ['coexistence.get', 'coexistence.list', 'plans.changes', 'collections.overlaps', 'matchingRules.list', 'mappingRules.list', 'licences.list', 'licences.headCount', 'rules.pushDifference', 'templates.difference'],
  tasks: ['coexistence.get', 'coexistence.list', 'coexistence.cycles', 'coexistence.timeline', 'holds.page', 'drift.page', 'drift.summary', 'writeBack.get', 'writeBack.candidates', 'writeBack.waiting', 'agents.list', 'tasks.list', 'tasks.get', 'tasks.items', 'plans.get', 'plans.operations', 'plans.list', 'plans.changes', 'rollBack.ofObject', 'statistics.get', 'pairs.signIn', 'checks.latest', 'checks.get', 'checks.page', 'evidence.events'],
  agents: ['agents.list', 'agents.settings', 'collections.list', 'collections.get'],
  coexistence: ['coexistence.get', 'coexistence.list', 'coexistence.cycles', 'coexistence.timeline', 'holds.page', 'drift.page', 'drift.summary', 'writeBack.get', 'collections.list', 'collections.get'],
  mailboxes: ['mailboxes.settings', 'mailboxes.batches', 'mailboxes.batch', 'mailboxes.rows', 'mailboxes.reports', 'switch.standing', 'evidence.events'],
  notifications: ['notifications.settings', 'notifications.templates', 'notifications.mails', 'evidence.events'],
  cutover: ['cutover.settings', 'cutover.runbook', 'mailFlow.summary', 'mailFlow.rows', 'mailFlow.path', 'evidence.events'],
};

const MAX_RETRIES = 2;

/** The cache of the window. Only queries are repeated, and only when the host says that it may help. */
export function createCache(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 60_000, refetchOnWindowFocus: false, networkMode: 'always',
        retry: (count, error) => errorData(error).retryable && count < MAX_RETRIES,
      },
      mutations: { networkMode: 'always', retry: false },
    },
  });
}

const ENDED: readonly TaskRow['state'][] = ['Completed', 'Completed with errors', 'Failed', 'Cancelled', 'Interrupted', 'Discarded'];

/** True when a task is over (it may still be resumed). */
export function hasEnded(task: TaskRow): boolean {
  return ENDED.includes(task.state);
}

/**
 * Keeps the cache in step with the host's events until the returned function is called. A snapshot that is older than what is
 * shown (by `seq`) is dropped.
 * @param onTransition called when a task ends or begins to wait for approval.
 */
export function followEvents(host: Host, cache: QueryClient, onTransition: (task: TaskRow) => void): () => void {
  const shown = new Map<string, { seq: number; state: TaskRow['state'] }>();
  const offTasks = host.api.on('tasks.changed', (task) => {
    const before = shown.get(task.id);
    if (before && before.seq >= task.seq) return;
    shown.set(task.id, { seq: task.seq, state: task.state });
    let known = false;
    cache.setQueriesData<ChannelOutput<'tasks.list'>>({ queryKey: ['tasks.list'] }, (list) => {
      const at = list?.rows.findIndex((row) => row.id === task.id) ?? -1;
      if (!list || at < 0) return list;
      known = true;
      return { rows: list.rows.with(at, task) };
    });
    cache.setQueryData<TaskRow>(['tasks.get', { id: task.id }], task);
    if (!known) void cache.invalidateQueries({ queryKey: ['tasks.list'] });
    const moved = before ? before.state !== task.state : true;
    if (moved && (hasEnded(task) || task.state === 'Awaiting approval' || task.state === 'Scheduled')) {
      for (const channel of [...SHOWN_BY.tasks, ...SHOWN_BY.objects, ...SHOWN_BY.pairs]) void cache.invalidateQueries({ queryKey: [channel] });
      onTransition(task);
    }
  });
  const offStore = host.api.on('store.changed', ({ nouns }) => {
    for (const channel of new Set(nouns.flatMap((noun) => SHOWN_BY[noun]))) void cache.invalidateQueries({ queryKey: [channel] });
  });
  const offState = host.connection.onState(() => {
    // Events are not replayed: after a reconnect everything that is shown is read again.
    if (host.connection.state() === 'connected') void cache.invalidateQueries();
  });
  return () => { offTasks(); offStore(); offState(); };
}
