import type { EvidenceKind } from '../../../shared/domain/evidence.ts';
import { count, pieces } from '../columns.ts';
import { inTransaction, type Context } from '../context.ts';
import { eventDigest } from '../evidence-chain.ts';
import { after, limitOf, startOf, toPage, type Page, type PageRequest } from '../paging.ts';
import type { EvidenceEventTable } from '../schema.ts';
import { checkEvidence, type EvidenceCheck, type EvidenceHead } from './evidence-check.ts';
import { addLinks } from './evidence-links.ts';
import { toEntry, type JournalEntry } from './journal-entry.ts';

/** A recorded event; `detail` is JSON without secrets. */
export interface EvidenceEvent {
  readonly id: string; readonly pairId: string | null; readonly collectionId: string | null; readonly taskId: string | null; readonly kind: EvidenceKind; readonly actor: string; readonly at: number; readonly subject: string; readonly detail: string;
}

export type { EvidenceHead } from './evidence-check.ts';

/** What is asked for: that of one task, or of a period (milliseconds since 1970 UTC, both ends included) of a pair or, with null, of the project. */
export type EvidenceScope = { readonly taskId: string } | { readonly pairId: string | null; readonly from: number; readonly to: number };

/** What of a mail is evidence. */
export interface EvidenceMail { readonly createdAt: number; readonly sentAt: number | null; readonly scenario: string; readonly recipient: string; readonly subject: string; readonly state: string; readonly answer: string }

/** Events and the chain that binds them and the journal. Nothing of it is ever changed or removed. */
export interface EvidenceRepository {
  /** Records an event and its link. */
  record(event: Omit<EvidenceEvent, 'id'>): Promise<void>;
  /** Events in the order recorded. @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  pageEvents(scope: EvidenceScope, request: PageRequest): Promise<Page<EvidenceEvent>>;
  /** Events of a pair, or with null of the project, newest first. @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  latestEvents(pairId: string | null, request: PageRequest): Promise<Page<EvidenceEvent>>;
  /** Journal entries, settled or open, in the order of writing. @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  pageEntries(scope: EvidenceScope, request: PageRequest): Promise<Page<JournalEntry>>;
  /** Mails by the time they were made, without their text. @throws AppError INVALID_INPUT when the cursor or the limit is wrong. */
  pageMails(scope: EvidenceScope, request: PageRequest): Promise<Page<EvidenceMail>>;
  /** Who approved the plans of these tasks last, by task. */
  approvals(taskIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Undefined: nothing was written yet. */
  head(): Promise<EvidenceHead | undefined>;
  /** Hash of the link with this number; undefined: there is none. */
  hashAt(number: number): Promise<string | undefined>;
  /** Reads the whole chain, and everything that it speaks of, a page at a time; others can write meanwhile. @param heads hashes that must be in the chain. */
  check(heads: readonly string[]): Promise<EvidenceCheck>;
}

const toEvent = (row: Omit<EvidenceEventTable, 'number'>): EvidenceEvent => ({
  id: row.id, pairId: row.pair_id, collectionId: row.collection_id, taskId: row.task_id, kind: row.kind as EvidenceKind, actor: row.actor, at: row.at, subject: row.subject, detail: row.detail,
});

async function record(context: Context, event: Omit<EvidenceEvent, 'id'>): Promise<void> {
  const row = { id: context.environment.randomUUID(), pair_id: event.pairId, collection_id: event.collectionId, task_id: event.taskId, kind: event.kind, actor: event.actor, at: event.at, subject: event.subject, detail: event.detail };
  await context.db.insertInto('evidence_event').values(row).execute();
  await addLinks(context, [{ event: 'recorded', pairId: event.pairId, content: { marks: [[row.id, eventDigest(row)]] }, last: 'evidence_event' }]);
}

/** Makes the repository of evidence. */
export function evidenceRepository(context: Context): EvidenceRepository {
  const { db } = context;
  const eventsOf = (scope: EvidenceScope) => {
    const events = db.selectFrom('evidence_event');
    if ('taskId' in scope) return events.where('task_id', '=', scope.taskId);
    const within = events.where('at', '>=', scope.from).where('at', '<=', scope.to);
    return scope.pairId === null ? within : within.where('pair_id', '=', scope.pairId);
  };
  const entriesOf = (scope: EvidenceScope) => {
    const entries = db.selectFrom('journal');
    if ('taskId' in scope) return entries.where('task_id', '=', scope.taskId);
    const within = entries.where('intent_at', '>=', scope.from).where('intent_at', '<=', scope.to);
    return scope.pairId === null ? within : within.where('pair_id', '=', scope.pairId);
  };
  const mailsOf = (scope: EvidenceScope) => {
    const mails = db.selectFrom('mail');
    if ('taskId' in scope) return mails.where('task_id', '=', scope.taskId);
    const within = mails.where('created_at', '>=', scope.from).where('created_at', '<=', scope.to);
    return scope.pairId === null ? within : within.where('pair_id', '=', scope.pairId);
  };
  return {
    record: (event) => inTransaction(context, (within) => record(within, event)),
    pageEvents: async (scope, request) => {
      const [limit, start] = [limitOf(request.limit), startOf(request.after, ['number'])];
      const total = start?.total ?? count((await eventsOf(scope).select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      const from = start === undefined ? eventsOf(scope) : eventsOf(scope).where(after(['number'], start));
      return toPage(await from.selectAll().orderBy('number').limit(limit + 1).execute(), limit, total, (row) => [row.number], toEvent);
    },
    latestEvents: async (pairId, request) => {
      const [limit, start] = [limitOf(request.limit), startOf(request.after, ['number'])];
      const events = pairId === null ? db.selectFrom('evidence_event') : db.selectFrom('evidence_event').where('pair_id', '=', pairId);
      const total = start?.total ?? count((await events.select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      const from = start === undefined ? events : events.where(after(['number'], start, 'descending'));
      return toPage(await from.selectAll().orderBy('number', 'desc').limit(limit + 1).execute(), limit, total, (row) => [row.number], toEvent);
    },
    pageEntries: async (scope, request) => {
      const [limit, start] = [limitOf(request.limit), startOf(request.after, ['number'])];
      const total = start?.total ?? count((await entriesOf(scope).select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      const from = start === undefined ? entriesOf(scope) : entriesOf(scope).where(after(['number'], start));
      return toPage(await from.selectAll().orderBy('number').limit(limit + 1).execute(), limit, total, (row) => [row.number], toEntry);
    },
    pageMails: async (scope, request) => {
      const [limit, start] = [limitOf(request.limit), startOf(request.after, ['number'])];
      const total = start?.total ?? count((await mailsOf(scope).select((eb) => eb.fn.countAll().as('n')).executeTakeFirst())?.n);
      const from = start === undefined ? mailsOf(scope) : mailsOf(scope).where(after(['number'], start));
      const rows = await from.select(['number', 'created_at', 'sent_at', 'scenario', 'recipient', 'subject', 'state', 'answer']).orderBy('number').limit(limit + 1).execute();
      return toPage(rows, limit, total, (row) => [row.number], (row) => ({ createdAt: row.created_at, sentAt: row.sent_at, scenario: row.scenario, recipient: row.recipient, subject: row.subject, state: row.state, answer: row.answer }));
    },
    approvals: async (taskIds) => {
      const found = new Map<string, string>();
      for (const ids of pieces(taskIds)) {
        const kinds: readonly EvidenceKind[] = ['plan approved', 'plan scheduled'];
        for (const row of await db.selectFrom('evidence_event').select(['task_id', 'actor']).where('task_id', 'in', ids).where('kind', 'in', kinds).orderBy('number').execute()) if (row.task_id !== null) found.set(row.task_id, row.actor);
      }
      return found;
    },
    head: () => db.selectFrom('evidence_link').select(['number', 'hash', 'at']).orderBy('number', 'desc').limit(1).executeTakeFirst(),
    hashAt: async (number) => (await db.selectFrom('evidence_link').select('hash').where('number', '=', number).executeTakeFirst())?.hash,
    check: (heads) => checkEvidence(context, heads),
  };
}
