import type { TaskRow } from './tasks.ts';

/** What the host tells windows without being asked. Snapshots, never deltas: a missed one does no harm. */
export interface Events {
  /** At most 10 a second per task, the final one always. */
  readonly 'tasks.changed': TaskRow;
  /** Something of that noun changed; read it again. */
  readonly 'store.changed': { readonly nouns: readonly ('project' | 'pairs' | 'collections' | 'objects' | 'rules' | 'tasks' | 'agents' | 'coexistence' | 'mailboxes' | 'notifications' | 'cutover')[] };
  /** A collection in coexistence needs a person: the guard stopped a cycle, or cycles fail one after the other. */
  readonly 'coexistence.attention': { readonly collectionId: string; readonly collectionName: string; readonly pairId: string; readonly taskId: string | null; readonly message: string };
}
export type EventName = keyof Events;
