import type { Handlers } from '../ipc/router.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { csvOf } from './csv.ts';
import type { Services } from './services.ts';
import type { StoredOperation } from '../store/index.ts';

/** Largest export given as text, operations. */
const EXPORT_LIMIT = 200_000;

/** Channels of plans. */
export function planHandlers(services: Services): Pick<Handlers, 'plans.get' | 'plans.operations' | 'plans.skips' | 'plans.findings' | 'plans.export'> {
  const { plans } = services.store;
  return {
    'plans.get': async ({ id }) => await plans.get(id),
    'plans.operations': async (query) => { const page = await plans.pageOperations(query); return { ...page, rows: page.rows.map(toRow) }; },
    'plans.skips': async (query) => await plans.pageSkips(query),
    'plans.findings': async (query) => await plans.pageFindings(query),
    async 'plans.export'({ planId, format }) {
      const plan = await plans.get(planId);
      if (plan.counts.operations > EXPORT_LIMIT) throw appError(ErrorCode.InvalidInput, `The plan has ${plan.counts.operations} operations; at most ${EXPORT_LIMIT} can be exported at once.`);
      const operations: StoredOperation[] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof plans.pageOperations>> = await plans.pageOperations({ planId, search: '', kind: '', outcome: '', after, limit: 500 });
        operations.push(...page.rows);
        after = page.next;
      } while (after !== null);
      if (format === 'json') return { fileName: `plan-${planId}.json`, text: `${JSON.stringify({ plan, operations }, null, 2)}\n` };
      return { fileName: `plan-${planId}.csv`, text: csvOf([['number', 'operation', 'type', 'object', 'attribute', 'before', 'after', 'why', 'outcome', 'message'], ...operations.flatMap(lines)]) };
    },
  };
}

const toRow = (o: StoredOperation) => ({ ...o, changes: o.changes.map(({ provenance, ...c }) => ({ ...c, reason: provenance.reason, source: provenance.source, conflict: c.conflict ?? null })) });

function lines(o: StoredOperation): string[][] {
  const base = [String(o.seq), o.kind, o.objectKind, o.name];
  const rest = [o.outcome, o.message];
  const changes = o.changes.map((c) => [...base, c.attribute, (c.before ?? []).join('; '), (c.after ?? []).join('; '), c.provenance.reason, ...rest]);
  const references = o.references.length > 0 ? [[...base, o.kind.includes('manager') ? 'manager' : 'members', o.previous.map((r) => r.name).join('; '), o.references.map((r) => r.name).join('; '), '', ...rest]] : [];
  return changes.length + references.length > 0 ? [...changes, ...references] : [[...base, '', '', '', '', ...rest]];
}
