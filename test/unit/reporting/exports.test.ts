import Papa from 'papaparse';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EXPORTERS, type PlanExporter, type SectionRows } from '../../../electron/engines/reporting/index.ts';
import { anyText, change, HEADER, operation } from './plan-model.ts';

const ROWS: { readonly [S in keyof SectionRows]: readonly SectionRows[S][] } = {
  'operations': [
    operation({ seq: 1, kind: 'create', name: 'Ben', targetId: null, changes: [change('userPrincipalName', null, ['ben@example.com'], 'Overwrite with userPrincipalName'), change('passwordProfile/password', null, ['real secret'])] }),
    operation({ seq: 2, changes: [{ ...change('jobTitle', ['Trainee'], ['Head'], 'Overwrite with title'), conflict: 'changed since', reversible: false }, change('businessPhones', ['1', '2'], null)] }),
    operation({ seq: 3, kind: 'add members', objectKind: 'group', name: 'Sales', references: [{ sourceId: 's', targetId: null, name: 'Ben' }, { sourceId: null, targetId: 't', name: 'Cem' }] }),
    operation({ seq: 4, kind: 'remove members', objectKind: 'group', name: 'Sales', references: [{ sourceId: null, targetId: 't', name: 'Dot' }] }),
  ],
  'left out': [{ sourceId: 'src-9', name: 'Admin', kind: 'user', status: 'Skipped', reason: 'It is a critical system object.' }],
  'findings': [{ sourceId: 'src-2', name: 'Ben', attribute: 'mail', value: 'ben@', rule: 'mail-format', severity: 'warning', message: 'No domain.', proposal: 'ben@example.com' }],
  'waiting': [{ sourceId: 'src-3', attribute: 'member', dn: 'CN=Gone,DC=x', reason: 'has no match' }],
};

/** The file, made of pages of one row each. */
function file(exporter: PlanExporter, rows: typeof ROWS = ROWS): string {
  const page = <S extends keyof SectionRows>(section: S): string => [exporter.open(section), ...rows[section].map((row, i) => exporter.page(section, [row] as never, i === 0)), exporter.close(section)].join('');
  return [exporter.begin(HEADER), ...exporter.sections.map(page), exporter.end(HEADER)].join('');
}
const csvRows = (text: string): Record<string, string>[] => Papa.parse<Record<string, string>>(text.replace(/^\uFEFF/, ''), { header: true, skipEmptyLines: true }).data;

describe('CSV', () => {
  it('has a line for each attribute with its reason, and tells of what is left out, found and waiting', () => {
    const rows = csvRows(file(EXPORTERS.csv));
    expect(rows.map((r) => [r['part'], r['number'], r['operation'], r['attribute'], r['before'], r['after']])).toEqual([
      ['operation', '1', 'create', 'userPrincipalName', '', 'ben@example.com'], ['operation', '1', 'create', 'passwordProfile/password', '', '(generated when it is written)'],
      ['operation', '2', 'update', 'jobTitle', 'Trainee', 'Head'], ['operation', '2', 'update', 'businessPhones', '1; 2', ''],
      ['operation', '3', 'add members', 'members', '', 'Ben; Cem'], ['operation', '4', 'remove members', 'members', 'Dot', ''],
      ['left out', '', '', '', '', ''], ['finding', '', 'warning', 'mail', 'ben@', 'ben@example.com'], ['waiting', '', '', 'member', '', 'CN=Gone,DC=x'],
    ]);
    expect(rows[2]).toMatchObject({ 'why': 'Overwrite with title', 'source attribute': 'jobTitle', 'mapping rule': '44444444-4444-4444-8444-444444444444', 'can be undone': 'no', 'changed by others': 'changed since', 'object': 'Ann' });
    expect(rows[6]).toMatchObject({ object: 'Admin', outcome: 'Skipped', message: 'It is a critical system object.' });
    expect(file(EXPORTERS.csv).startsWith('\uFEFF')).toBe(true);
  });
  it('gives a spreadsheet no formula, whatever a value begins with, and reads back as it was written', () => {
    fc.assert(fc.property(anyText.filter((t) => t !== '' && !t.includes('\0')), (text) => {
      const [row] = csvRows(EXPORTERS.csv.begin(HEADER) + EXPORTERS.csv.page('operations', [operation({ name: text, changes: [change('jobTitle', null, [text])] })], true));
      for (const cell of [row?.['object'] ?? '', row?.['after'] ?? '']) {
        expect(cell).not.toMatch(/^[=+\-@\t\r\n＝＋－＠]/);
        // One apostrophe is ours where what follows it, apostrophes aside, begins like a formula.
        expect(/^''*[=+\-@\t\r\n＝＋－＠]/.test(cell) ? cell.slice(1) : cell).toBe(text);
      }
    }), { numRuns: 200 });
  });
});

describe('JSON', () => {
  it('is one object with every operation, provenance and finding, and no secret', () => {
    const plan = JSON.parse(file(EXPORTERS.json)) as { plan: { planId: string; createdAt: string }; operations: { seq: number; changes: { attribute: string; after: string[]; provenance: { reason: string } }[] }[]; leftOut: unknown[]; findings: unknown[]; waiting: unknown[] };
    expect(plan.plan).toMatchObject({ planId: HEADER.planId, createdAt: '2026-03-01T12:00:00Z', tenantName: 'Contoso Ltd' });
    expect(plan.operations.map((o) => o.seq)).toEqual([1, 2, 3, 4]);
    expect(plan.operations[0]?.changes[0]).toMatchObject({ attribute: 'userPrincipalName', after: ['ben@example.com'], provenance: { reason: 'Overwrite with userPrincipalName', source: 'userPrincipalName' } });
    expect([plan.leftOut, plan.findings, plan.waiting]).toEqual([ROWS['left out'], ROWS['findings'], ROWS['waiting']]);
    for (const exporter of Object.values(EXPORTERS)) expect(file(exporter)).not.toContain('real secret');
  });
  it('is whole when a part is empty', () => {
    expect(JSON.parse(file(EXPORTERS.json, { 'operations': [], 'left out': [], 'findings': [], 'waiting': [] }))).toMatchObject({ operations: [], leftOut: [], findings: [], waiting: [] });
  });
});

/** Tags of a page with the names of their attributes. */
const tagsOf = (html: string): string[] => [...html.matchAll(/<([^<>]*)>/g)].map((m) => (m[1] ?? '').replaceAll(/"[^"]*"/g, '""'));

describe('HTML', () => {
  const html = file(EXPORTERS.html);
  it('is one page that loads and runs nothing, for light, dark and paper', () => {
    expect(html).toContain(`content="default-src 'none'; style-src 'unsafe-inline'"`);
    expect(html).not.toMatch(/<script|<link|<img|<iframe|javascript:|@import|url\(|\son[a-z]+=/i);
    expect(html).toContain('prefers-color-scheme:dark');
    expect(html).toContain('@media print');
  });
  it('shows each value before and after with its reason, what is left out, found and waits', () => {
    expect(html).toMatch(/<td>jobTitle<\/td><td class="old">Trainee<\/td><td class="new">Head<\/td><td>Overwrite with title/);
    for (const text of ['Cannot be undone.', 'changed since', 'Ben<br>Cem', 'It is a critical system object.', 'No domain.', 'CN=Gone,DC=x']) expect(html).toContain(text);
  });
  it('has the same tags whatever a value holds', () => {
    const page = (t: string) => EXPORTERS.html.begin({ ...HEADER, tenantName: t, collectionName: t, pairName: t, guard: [{ limit: 'deletes', count: 2, allowed: 1, message: t }] })
      + EXPORTERS.html.page('operations', [operation({ name: t, message: t, outcome: 'failed', changes: [{ ...change(t, [t], [t], t), conflict: t }], references: [{ sourceId: t, targetId: t, name: t }] })], true)
      + EXPORTERS.html.page('left out', [{ sourceId: t, name: t, kind: 'user', status: 'Skipped', reason: t }], true) + EXPORTERS.html.page('waiting', [{ sourceId: t, attribute: t, dn: t, reason: t }], true)
      + EXPORTERS.html.page('findings', [{ sourceId: t, name: t, attribute: t, value: t, rule: t, severity: 'error', message: t, proposal: t }], true);
    const expected = tagsOf(page('plain')).join('|');
    const signs = (html: string): number => (html.match(/[<>]/g) ?? []).length;
    const plainSigns = signs(page('plain'));
    expect(expected.split('|').length).toBeGreaterThan(40);
    fc.assert(fc.property(anyText.filter((t) => t !== ''), (t) => {
      const html = page(t);
      expect(tagsOf(html).join('|')).toBe(expected);
      expect(signs(html)).toBe(plainSigns);
    }), { numRuns: 80 });
  });
});
