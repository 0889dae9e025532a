import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { exportFindings } from '../../../electron/app/checks-csv.ts';
import { csvOf, csvPart } from '../../../electron/app/csv.ts';
import type { Services } from '../../../electron/app/services.ts';
import type { FindingFilter } from '../../../shared/contracts/checks.ts';
import type { ExportPart } from '../../../shared/contracts/export.ts';
import { failure, guid, sandbox, seeded } from '../store/fixture.ts';

const { open } = sandbox();
const FINDINGS = 1_234;
const ALL: FindingFilter = { search: '', rules: [], severity: '', attribute: '', choice: '', fixable: false };

/** Reads every part. */
async function parts(of: (after: string | null) => Promise<ExportPart>): Promise<ExportPart[]> {
  const found: ExportPart[] = [];
  for (let after: string | null = null; ;) {
    const part = await of(after);
    found.push(part);
    if (part.next === null) return found;
    after = part.next;
  }
}

describe('a list as CSV', () => {
  it('comes in parts of one page, which in order are the file that one text would be', async () => {
    const rows = Array.from({ length: 1_700 }, (_, i) => [String(i), i % 7 === 0 ? '=1+1' : `a "quoted", one\n${i}`]);
    const asked: number[] = [];
    const list = {
      fileName: 'list.csv', columns: ['n', 'text'], lines: (page: readonly string[][]) => page,
      read: async ({ after, limit }: { after: string | null; limit: number }) => {
        const from = Number(after ?? 0);
        asked.push(limit);
        return await Promise.resolve({ rows: rows.slice(from, from + limit), next: from + limit < rows.length ? String(from + limit) : null, total: rows.length });
      },
    };
    const found = await parts(async (after) => await csvPart(list, { after }));
    expect(found.map((part) => [part.done, part.total])).toEqual([[500, 1_700], [1_000, 1_700], [1_500, 1_700], [1_700, 1_700]]);
    expect(Math.max(...asked)).toBe(500);
    expect(found.map((part) => part.text).join('')).toBe(csvOf([list.columns, ...rows]));
    expect(await csvPart(list, { after: found[0]?.next })).toEqual(found[1]);
    for (const after of ['nonsense', '12', 'x 500', '']) expect([after, await failure(csvPart(list, { after }))]).toEqual([after, 'INVALID_INPUT']);
    const empty = { ...list, read: async () => await Promise.resolve({ rows: [], next: null, total: 0 }) };
    expect(await csvPart(empty, {})).toMatchObject({ text: '\uFEFFn,text\r\n', next: null, done: 0, total: 0 });
  });

  it('has every finding once, also when decisions take findings out of the filter meanwhile', async () => {
    const store = await open({ name: 'memory', on: 'memory', environment: {} });
    const { pair, collectionId } = await seeded(store, 3);
    const task = await store.tasks.create({ pairId: pair.id, collectionId, kind: 'Check', settings: {}, createdBy: 'test' });
    await store.checks.begin({ id: task.id, pairId: pair.id, collectionId, request: {} as never });
    await store.checks.append(task.id, Array.from({ length: FINDINGS }, (_, i) => ({
      sourceId: guid(i + 1), dn: `CN=P ${i}`, name: `P ${FINDINGS - i}`, kind: 'user' as const, objectClass: 'user', attribute: 'mail', value: `v ${i}`, rules: ['mail-format'], errors: ['Format' as const],
      severity: i % 2 === 0 ? 'error' as const : 'warning' as const, message: 'm', proposal: `p${i}`, action: 'Edit' as const, collections: [],
    })));
    await store.checks.finish(task.id, { totals: { checked: FINDINGS, errors: 0, warnings: 0, fixable: 0, byRule: [] }, leftOut: [], leftOutTotal: 0, tenantRead: false, whole: true });
    const check = await store.checks.get(task.id);
    const services = { store } as unknown as Services;
    const found = await parts(async (after) => {
      const part = await exportFindings(services, check, { ...ALL, choice: 'none' }, { after });
      const page = await store.checks.pageFindings({ id: check.id, sort: 'number', limit: 100 });
      await store.checks.decide(page.rows.map((row) => ({ number: row.number, choice: 'COMPLETE' as const, newValue: null })));
      return part;
    });
    expect(found.map((part) => part.done)).toEqual([500, 1_000, FINDINGS]);
    const table = Papa.parse<Record<string, string>>(found.map((part) => part.text).join('').slice(1), { header: true, skipEmptyLines: true }).data;
    expect(table.map((row) => row['VALUE'])).toEqual(Array.from({ length: FINDINGS }, (_, i) => `v ${i}`));
    expect(await failure(exportFindings(services, check, ALL, { after: '5 {"k":["severity",3],"t":1}' }))).toBe('INVALID_INPUT');
  });
});
