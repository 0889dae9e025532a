import { z } from 'zod';
import type { PackScope } from '../../shared/contracts/evidence.ts';
import type { ExportPart } from '../../shared/contracts/export.ts';
import { appError, AppError, ErrorCode } from '../../shared/domain/errors.ts';
import type { PackFormat } from '../../shared/domain/evidence.ts';
import { changesOf, PACK_EXPORTERS, PACK_SECTIONS, type PackHeader, type PackRows, type PackSection, type WritingTask } from '../engines/reporting/index.ts';
import type { Page, PageRequest, TaskRecord } from '../store/index.ts';
import type { Services } from './services.ts';

/** Rows in one part of a pack: some megabytes of text at most. */
const ROWS = 500;

/** Where the next part starts: section, cursor of the store in it, whether a row of the section was written, rows read in all. */
const Place = z.object({ s: z.int().min(0).max(10), k: z.string().max(1500).nullable(), f: z.boolean(), d: z.int().nonnegative() });

function placeOf(after: string | null | undefined): z.output<typeof Place> | null {
  if (after === null || after === undefined) return null;
  try {
    return Place.parse(JSON.parse(after));
  } catch (cause) {
    throw appError(ErrorCode.InvalidInput, 'The place in the pack is not recognised; start the export again.', { cause });
  }
}

/**
 * Makes one part of an evidence pack: what was decided, written, found and sent in a task or a period, with the head of the chain that binds it.
 * Parts are independent of each other, so that nothing has to be kept between them.
 * @throws AppError NOT_FOUND for a task or pair that is not there; INVALID_INPUT for a cursor that is none, or a period that ends before it begins.
 */
export async function packPart(services: Services, scope: PackScope, format: PackFormat, after: string | null | undefined): Promise<ExportPart> {
  if ('from' in scope && scope.from > scope.to) throw appError(ErrorCode.InvalidInput, 'The period ends before it begins; give an earlier start.');
  const exporter = PACK_EXPORTERS[format];
  const { header, planId } = await headerOf(services, scope);
  const about = { fileName: `evidence-${'taskId' in scope ? scope.taskId : `${day(scope.from)}-to-${day(scope.to)}`}.${exporter.extension}`, mediaType: exporter.mediaType, total: PACK_SECTIONS.reduce((n, section) => n + header.totals[section], 0) };
  const place = placeOf(after);
  let text = place === null ? exporter.begin(header) : '';
  let at = place ?? { s: 0, k: null, f: true, d: 0 };
  // Short sections share a part; a part holds one page of rows at most.
  let left = ROWS;
  for (;;) {
    const section = PACK_SECTIONS[at.s];
    if (section === undefined) return { ...about, text: text + exporter.end(header), next: null, done: at.d };
    if (at.k === null) text += exporter.open(section);
    const { rows, next, read } = await READ[section](services, { scope, planId }, { after: at.k, limit: left });
    text += exporter.page(section, rows as never, at.f);
    const done = at.d + read;
    left -= read;
    if (next === null) {
      text += exporter.close(section);
      at = { s: at.s + 1, k: null, f: true, d: done };
      if (left > 0) continue;
    } else at = { s: at.s, k: next, f: at.f && rows.length === 0, d: done };
    return { ...about, text, next: JSON.stringify(at), done };
  }
}

/** What is read: the scope, and the plan of the task when it is about one. */
interface Reading { readonly scope: PackScope; readonly planId: string | null }
/** A page of a section; `read` counts rows of the store, of which one can become several. */
interface Rows<S extends PackSection> { readonly rows: readonly PackRows[S][]; readonly next: string | null; readonly read: number }

const asRows = <S extends PackSection>({ rows, next }: Page<PackRows[S]>): Rows<S> => ({ rows, next, read: rows.length });
const NOTHING = { rows: [], next: null, read: 0 } as const;

const READ: { readonly [S in PackSection]: (services: Services, reading: Reading, request: PageRequest) => Promise<Rows<S>> } = {
  events: async ({ store }, { scope }, request) => asRows<'events'>(await store.evidence.pageEvents(scope, request)),
  changes: async (services, { scope }, request) => {
    const { rows, next } = await services.store.evidence.pageEntries(scope, request);
    const tasks = await tasksOf(services, [...new Set(rows.map((entry) => entry.taskId))]);
    return { rows: rows.flatMap((entry) => changesOf(entry, tasks.get(entry.taskId) ?? GONE)), next, read: rows.length };
  },
  findings: async ({ store }, { planId }, request) => (planId === null ? NOTHING : asRows<'findings'>(await store.plans.pageFindings({ planId, ...request }))),
  mails: async ({ store }, { scope }, request) => asRows<'mails'>(await store.evidence.pageMails(scope, request)),
};

/** The task of a write was deleted; the write and its reasons were kept. */
const GONE: WritingTask = { kind: '(deleted task)', who: '', approvedBy: '' };

async function taskIfThere({ store }: Pick<Services, 'store'>, id: string): Promise<TaskRecord | undefined> {
  try {
    return await store.tasks.get(id);
  } catch (error) {
    if (error instanceof AppError && error.data.code === ErrorCode.NotFound) return undefined;
    throw error;
  }
}

async function tasksOf(services: Services, ids: readonly string[]): Promise<ReadonlyMap<string, WritingTask>> {
  const approvals = await services.store.evidence.approvals(ids);
  const found = new Map<string, WritingTask>();
  for (const id of ids) {
    const task = await taskIfThere(services, id);
    if (task !== undefined) found.set(id, { kind: task.kind, who: task.createdBy, approvedBy: approvals.get(id) ?? '' });
  }
  return found;
}

const day = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
const minute = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`;

async function headerOf({ store, now, actor }: Services, scope: PackScope): Promise<{ readonly header: PackHeader; readonly planId: string | null }> {
  const task = 'taskId' in scope ? await store.tasks.get(scope.taskId) : null;
  const pairId = 'taskId' in scope ? task?.pairId ?? null : scope.pairId;
  const first = { limit: 1 };
  const findings = task?.planId ? (await store.plans.pageFindings({ planId: task.planId, ...first })).total : 0;
  return {
    planId: task?.planId ?? null,
    header: {
      projectName: (await store.project.get()).name, pairName: pairId === null ? '' : (await store.pairs.get(pairId)).name, exportedAt: now(), exportedBy: actor, head: await store.evidence.head() ?? null,
      about: 'from' in scope ? `${minute(scope.from)} to ${minute(scope.to)}` : `${task?.kind ?? 'Task'} of ${minute(task?.createdAt ?? 0)}${task?.collectionName ? `, collection ${task.collectionName}` : ''}, asked for by ${task?.createdBy ?? ''}`,
      totals: { events: (await store.evidence.pageEvents(scope, first)).total, changes: (await store.evidence.pageEntries(scope, first)).total, findings, mails: (await store.evidence.pageMails(scope, first)).total },
    },
  };
}
