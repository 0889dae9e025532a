import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { exportPart } from '../../../electron/app/plan-export.ts';
import type { Services } from '../../../electron/app/services.ts';
import { saveParts, type PartOf } from '../../../electron/cli/commands/save-parts.ts';
import type { Written } from '../../../electron/cli/progress.ts';
import type { PlannedOperation } from '../../../electron/store/index.ts';
import { emptyCounts } from '../../../electron/engines/planning/index.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { failure, guid } from '../store/fixture.ts';

const OPERATIONS = 100_000;
/** More text than any part of such a plan has, characters. */
const BOUND = 1_000_000;

let folder: string;
beforeEach(() => { folder = mkdtempSync(path.join(tmpdir(), 'causeway-export-')); });
afterEach(() => { rmSync(folder, { recursive: true, force: true }); });
const file = (): string => path.join(folder, 'plan.csv');

/** What a command has: Ctrl+C, which can be pressed, and a progress that is listened to. */
function desk() {
  const listeners = new Set<() => void>();
  const written: Written[] = [];
  return {
    written, listeners, press: () => { for (const one of listeners) one(); },
    context: {
      interrupts: { onInterrupt: (listener: () => void) => { listeners.add(listener); return () => { listeners.delete(listener); }; } },
      progress: { show: () => {}, wrote: (one: Written) => { written.push(one); }, end: () => {} },
    },
  };
}

/** A plan whose operations are made when they are read. */
function largePlan(): Services {
  const operation = (i: number): PlannedOperation => ({
    id: guid(i), seq: i + 1, kind: 'update', service: 'graph', objectKind: 'user', sourceId: guid(i), targetId: guid(i), name: `Person ${i + 1}`, references: [], previous: [],
    changes: [{ attribute: 'jobTitle', before: null, after: [`Title ${i + 1}`], provenance: { ruleId: null, source: 'title', reason: 'Overwrite with title' }, reversible: true }],
  });
  const nothing = async () => await Promise.resolve({ rows: [], next: null, total: 0 });
  const plans = {
    get: async () => await Promise.resolve({ taskId: 'task', tenantName: 'Contoso', organizationId: 'o', createdAt: 0, settings: null, counts: { ...emptyCounts(), operations: OPERATIONS }, guard: [], findings: { errors: 0, warnings: 0 }, unresolved: 0, conflicts: 0 }),
    pageOperations: async ({ after, limit }: { after: string | null; limit: number }) => {
      const from = Number(after ?? 0);
      const rows = Array.from({ length: Math.min(limit, OPERATIONS - from) }, (_, k) => ({ ...operation(from + k), outcome: 'pending', message: '' }));
      return await Promise.resolve({ rows, next: from + rows.length < OPERATIONS ? String(from + rows.length) : null, total: OPERATIONS });
    },
    pageSkips: nothing, pageFindings: nothing, pageUnresolved: nothing,
  };
  return { store: { plans, tasks: { get: async () => await Promise.resolve({ id: 'task', kind: 'Migrate', pairId: 'p', collectionName: 'C' }) }, pairs: { get: async () => await Promise.resolve({ name: 'P', target: { cloud: 'global' } }) } }, now: () => 0 } as unknown as Services;
}

describe('saving an export', () => {
  it('of 100,000 operations never has more than a part in hand, tells how far it is, and leaves the file alone', async () => {
    const services = largePlan();
    const { context, written, listeners } = desk();
    const sizes: number[] = [];
    const seen: { readonly name: string; readonly bytes: number }[] = [];
    const rows = await saveParts(file(), async (after) => {
      seen.push(...readdirSync(folder).map((name) => ({ name, bytes: statSync(path.join(folder, name)).size })));
      const part = await exportPart(services, 'plan', 'csv', after);
      sizes.push(part.text.length);
      return part;
    }, context);
    expect(rows).toBe(OPERATIONS);
    expect(Math.max(...sizes)).toBeLessThan(BOUND);
    expect(sizes.length).toBeGreaterThanOrEqual(OPERATIONS / 500);
    expect(written.at(-1)).toEqual({ file: file(), done: OPERATIONS, total: OPERATIONS });
    expect(written.map((one) => one.done)).toEqual(written.map((one) => one.done).toSorted((a, b) => a - b));
    // The name is given at the end: until then nobody can take a part of the file for the whole.
    expect(seen.some(({ name }) => name === 'plan.csv')).toBe(false);
    // What was read is on the disk before more is read.
    expect(seen.every(({ bytes }, i) => i === 0 ? bytes === 0 : bytes - (seen[i - 1]?.bytes ?? 0) > 500)).toBe(true);
    expect(readdirSync(folder)).toEqual(['plan.csv']);
    const lines = readFileSync(file(), 'utf8').split('\r\n');
    expect([lines.length, lines[0]?.charCodeAt(0)]).toEqual([OPERATIONS + 2, 0xfeff]);
    expect(new Set(lines.slice(1, -1)).size).toBe(OPERATIONS);
    expect(listeners.size).toBe(0);
  });

  it('that fails or is cancelled leaves nothing, and asks for no further part', async () => {
    const { context, press, listeners } = desk();
    let asked = 0;
    const endless: PartOf = async (after) => { asked++; if (asked === 3) press(); return await Promise.resolve({ text: `${after ?? ''}\n`, next: 'more', done: asked, total: 10 }); };
    expect(await failure(saveParts(file(), endless, context))).toBe('CANCELLED');
    expect([asked, readdirSync(folder), listeners.size]).toEqual([3, [], 0]);
    const broken: PartOf = async (after) => { if (after !== null) throw appError(ErrorCode.NotFound, 'The plan is gone.'); return await Promise.resolve({ text: 'a\n', next: 'b', done: 1, total: 2 }); };
    expect(await failure(saveParts(file(), broken, context))).toBe('NOT_FOUND');
    expect(readdirSync(folder)).toEqual([]);
  });

  it('never replaces a file, neither one that was there nor one that came meanwhile', async () => {
    const { context } = desk();
    const one: PartOf = async () => await Promise.resolve({ text: 'new', next: null, done: 1, total: 1 });
    const late: PartOf = async (after) => { writeFileSync(file(), 'theirs'); return await one(after); };
    expect(await failure(saveParts(file(), late, context))).toBe('BAD_FILE');
    expect(await failure(saveParts(file(), one, context))).toBe('BAD_FILE');
    expect([readdirSync(folder), readFileSync(file(), 'utf8')]).toEqual([['plan.csv'], 'theirs']);
    expect(await failure(saveParts(path.join(folder, 'no', 'such.csv'), one, context))).toBe('BAD_FILE');
  });
});
