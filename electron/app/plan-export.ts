import { z } from 'zod';
import type { ExportPart } from '../../shared/contracts/export.ts';
import type { ExportFormat } from '../../shared/domain/plan-export.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { EXPORTERS, type PlanHeader, type Section, type SectionRows } from '../engines/reporting/index.ts';
import type { Page, PageRequest } from '../store/index.ts';
import type { Services } from './services.ts';

/** Rows in one part of an export: some megabytes of text at most. */
const ROWS = 500;

/** Where the next part starts: section, cursor of the store in it, whether a row of the section was written, rows written in all. */
const Place = z.object({ s: z.int().min(0).max(10), k: z.string().max(1500).nullable(), f: z.boolean(), d: z.int().nonnegative() });

function placeOf(after: string | null | undefined): z.output<typeof Place> | null {
  if (after === null || after === undefined) return null;
  try {
    return Place.parse(JSON.parse(after));
  } catch (cause) {
    throw appError(ErrorCode.InvalidInput, 'The place in the export is not recognised; start the export again.', { cause });
  }
}

/**
 * Makes one part of a plan's file. Parts are independent of each other, so that nothing has to be kept between them: not by the
 * program, and not by who saves them.
 * @throws AppError NOT_FOUND; INVALID_INPUT for a cursor that is none; CONFLICT for a script of a plan whose tenant is not known.
 */
export async function exportPart(services: Services, planId: string, format: ExportFormat, after: string | null | undefined): Promise<ExportPart> {
  const exporter = EXPORTERS[format];
  const header = await headerOf(services, planId);
  if (format === 'powershell' && header.organizationId === '') throw appError(ErrorCode.Conflict, 'It is not known which tenant this plan was made for, so no script can be made of it. Make a new plan.');
  const { counts, findings, unresolved } = header;
  const total = { 'operations': counts.operations, 'left out': counts.skipped, 'findings': findings.errors + findings.warnings, 'waiting': unresolved };
  const about = { fileName: `plan-${planId}.${exporter.extension}`, mediaType: exporter.mediaType, total: exporter.sections.reduce((n, s) => n + total[s], 0) };
  const place = placeOf(after);
  let text = place === null ? exporter.begin(header) : '';
  let at = place ?? { s: 0, k: null, f: true, d: 0 };
  // Short sections share a part; a part holds one page of rows at most.
  let left = ROWS;
  for (;;) {
    const section = exporter.sections[at.s];
    if (section === undefined) return { ...about, text: text + exporter.end(header), next: null, done: at.d };
    if (at.k === null) text += exporter.open(section);
    const page = await READ[section](services, planId, { after: at.k, limit: left });
    text += exporter.page(section, page.rows as never, at.f);
    const done = at.d + page.rows.length;
    left -= page.rows.length;
    if (page.next === null) {
      text += exporter.close(section);
      at = { s: at.s + 1, k: null, f: true, d: done };
      if (left > 0) continue;
    } else at = { s: at.s, k: page.next, f: at.f && page.rows.length === 0, d: done };
    return { ...about, text, next: JSON.stringify(at), done };
  }
}

const READ: { readonly [S in Section]: (services: Services, planId: string, request: PageRequest) => Promise<Page<SectionRows[S]>> } = {
  'operations': async ({ store }, planId, request) => await store.plans.pageOperations({ planId, ...request }),
  'left out': async ({ store }, planId, request) => await store.plans.pageSkips({ planId, ...request }),
  'findings': async ({ store }, planId, request) => await store.plans.pageFindings({ planId, ...request }),
  'waiting': async ({ store }, planId, request) => await store.plans.pageUnresolved({ planId, ...request }),
};

async function headerOf({ store, now }: Services, planId: string): Promise<PlanHeader> {
  const plan = await store.plans.get(planId);
  const task = await store.tasks.get(plan.taskId);
  const pair = await store.pairs.get(task.pairId);
  return {
    planId, taskId: task.id, kind: task.kind, pairName: pair.name, collectionName: task.collectionName, tenantName: plan.tenantName, organizationId: plan.organizationId, cloud: pair.target.cloud,
    createdAt: plan.createdAt, exportedAt: now(), settings: plan.settings, counts: plan.counts, guard: plan.guard, findings: plan.findings, unresolved: plan.unresolved, conflicts: plan.conflicts,
  };
}
