import { describe, expect, it } from 'vitest';
import { exportPart } from '../../../electron/app/plan-export.ts';
import type { Services } from '../../../electron/app/services.ts';
import type { PlannedOperation, Store } from '../../../electron/store/index.ts';
import type { ExportFormat } from '../../../shared/domain/plan-export.ts';
import { emptyCounts } from '../../../electron/engines/planning/index.ts';
import { failure, guid, sandbox, seeded } from '../store/fixture.ts';

const { open } = sandbox();
const OPERATIONS = 1_234;

/** A plan with many operations, two objects that are left out, and one finding. */
async function planned(): Promise<{ readonly services: Services; readonly store: Store; readonly planId: string }> {
  const store = await open({ name: 'memory', on: 'memory', environment: {} });
  const { pair, collectionId } = await seeded(store, 3);
  await store.pairs.setTenantFacts(pair.id, { organization: { id: guid(99), displayName: 'Contoso', initialDomain: 'contoso.onmicrosoft.com', onPremisesSyncEnabled: false }, domains: [], skus: [], adminIds: [] } as never);
  const task = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Migrate', settings: {}, createdBy: 'test' });
  const { id: planId } = await store.plans.create({ taskId: task.id, collectionId, tenantName: 'Contoso', settings: null, confirmation: 'contoso' });
  const operations = Array.from({ length: OPERATIONS }, (_, i): PlannedOperation => ({
    id: guid(10_000 + i), seq: i + 1, kind: 'update', service: 'graph', objectKind: 'user', sourceId: guid(1), targetId: guid(2), name: `Person ${i + 1}`, references: [], previous: [],
    changes: [{ attribute: 'jobTitle', before: null, after: [`Title ${i + 1}`], provenance: { ruleId: null, source: 'title', reason: 'Overwrite with title' }, reversible: true }],
  }));
  await store.plans.appendOperations(planId, operations);
  await store.plans.appendSkips(planId, [1, 2].map((n) => ({ sourceId: guid(n), name: `Left ${n}`, kind: 'user', status: 'Skipped', reason: 'out of scope' })));
  await store.plans.appendFindings(planId, [{ sourceId: null, name: 'N', attribute: '', value: '', rule: 'r', severity: 'warning', message: 'm', proposal: null }]);
  await store.plans.saveSummary(planId, { counts: { ...emptyCounts(), operations: OPERATIONS, skipped: 2 }, guard: [], findings: { errors: 0, warnings: 1 }, unresolved: 0, conflicts: 0 });
  return { services: { store, now: () => 0 } as unknown as Services, store, planId };
}

describe('an export', () => {
  it('comes in parts of one page, which in order make the whole file, each row once', async () => {
    const { services, planId } = await planned();
    const parts = async (format: ExportFormat) => {
      const found: Awaited<ReturnType<typeof exportPart>>[] = [];
      for (let after: string | null = null; ;) {
        const part = await exportPart(services, planId, format, after);
        found.push(part);
        if (part.next === null) return found;
        after = part.next;
      }
    };
    const json = await parts('json');
    expect(json.map((p) => p.done)).toEqual([500, 1_000, OPERATIONS + 3]);
    expect(json[0]).toMatchObject({ fileName: `plan-${planId}.json`, mediaType: 'application/json', total: OPERATIONS + 3 });
    const plan = JSON.parse(json.map((p) => p.text).join('')) as { operations: { seq: number }[]; leftOut: { name: string }[]; findings: unknown[]; waiting: unknown[] };
    expect(plan.operations.map((o) => o.seq)).toEqual(Array.from({ length: OPERATIONS }, (_, i) => i + 1));
    expect(plan.leftOut.map((s) => s.name)).toEqual(['Left 1', 'Left 2']);
    expect([plan.findings.length, plan.waiting.length]).toEqual([1, 0]);
    // A part can be asked for again: what was lost on the way is the same the second time.
    expect(await exportPart(services, planId, 'json', json[0]?.next)).toEqual(json[1]);
    const script = (await parts('powershell')).map((p) => p.text).join('');
    expect([...script.matchAll(/^Invoke-Step (\d+) /gm)].map((m) => Number(m[1]))).toEqual(plan.operations.map((o) => o.seq));
    expect(script.trimEnd().endsWith("')")).toBe(true);
  });

  it('of a plan whose tenant is not known makes no script, and a cursor that is none is refused', async () => {
    const { services, store, planId } = await planned();
    expect(await failure(exportPart(services, planId, 'csv', 'nonsense'))).toBe('INVALID_INPUT');
    expect(await failure(exportPart(services, guid(1), 'csv', null))).toBe('NOT_FOUND');
    const { taskId } = await store.plans.get(planId);
    const task = await store.tasks.get(taskId);
    await store.pairs.forgetTenant(task.pairId, 'test');
    const other = await store.plans.create({ taskId, collectionId: null, tenantName: '', settings: null, confirmation: 'x' });
    expect(await failure(exportPart(services, other.id, 'powershell', null))).toBe('CONFLICT');
    expect(await failure(exportPart(services, other.id, 'csv', null))).toBe('none');
  });
});
