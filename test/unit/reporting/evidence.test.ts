import Papa from 'papaparse';
import { describe, expect, it } from 'vitest';
import { changesOf, PACK_EXPORTERS, PACK_SECTIONS, type JournalledWrite, type PackHeader, type PackRows } from '../../../electron/engines/reporting/index.ts';

const provenance = { ruleId: 'r1', source: 'l', reason: 'Overwrite with l' };
const reference = (name: string) => ({ sourceId: null, targetId: null, name });
const write = (more: Partial<JournalledWrite> = {}, operation: Partial<JournalledWrite['operation']> = {}): JournalledWrite => ({
  sequence: 7, id: 'e7', taskId: 't', sourceId: 's', targetId: 'g', kind: 'update', before: null, intentAt: 1_000, outcome: 'done', message: '', settledAt: 2_000, references: [], undoneBy: null, undoneValues: [], ...more,
  operation: { kind: more.kind ?? 'update', service: 'graph', objectKind: 'user', name: 'Ann', changes: [{ attribute: 'city', before: ['Bonn'], after: ['Ulm'], provenance, reversible: true }], references: [], previous: [], ...operation },
});
const task = { kind: 'Migrate', who: 'Ada', approvedBy: 'Bob' };

describe('changes of a journal entry', () => {
  it('tell the value that was seen before the write, where it was, and else the planned one', () => {
    expect(changesOf(write({ before: { attributes: { city: ['Köln'] } } }), task)).toMatchObject([{ attribute: 'city', before: ['Köln'], after: ['Ulm'], why: 'Overwrite with l', rule: 'r1', who: 'Ada', approvedBy: 'Bob', outcome: 'done' }]);
    expect(changesOf(write(), task)).toMatchObject([{ before: ['Bonn'] }]);
    expect(changesOf(write({ before: { attributes: { state: ['x'] } } }), task)).toMatchObject([{ before: ['Bonn'] }]);
  });

  it('never show a password, on neither side', () => {
    const secret = write({ kind: 'create', before: { attributes: { 'passwordProfile/password': ['hunter1'] } } }, { changes: [{ attribute: 'passwordProfile/password', before: null, after: ['hunter2'], provenance, reversible: true }] });
    const text = (['html', 'csv', 'json'] as const).map((format) => PACK_EXPORTERS[format].page('changes', changesOf(secret, task), true)).join('');
    expect(text).not.toContain('hunter');
    expect(text).toContain('(generated when it is written)');
  });

  it('name the members that were really written, and those that were taken away as what was before', () => {
    const added = write({ kind: 'add members', references: [reference('Ben')] }, { kind: 'add members', changes: [], references: [reference('Ben'), reference('Cem')] });
    expect(changesOf(added, task)).toMatchObject([{ attribute: 'members', before: null, after: ['Ben'] }]);
    const removed = write({ kind: 'remove members' }, { kind: 'remove members', changes: [], references: [reference('Ben')] });
    expect(changesOf(removed, task)).toMatchObject([{ attribute: 'members', before: ['Ben'], after: null }]);
    const manager = write({ kind: 'set manager' }, { kind: 'set manager', changes: [], references: [reference('Dot')], previous: [reference('Cem')] });
    expect(changesOf(manager, task)).toMatchObject([{ attribute: 'manager', before: ['Cem'], after: ['Dot'] }]);
    expect(changesOf(write({ kind: 'delete' }, { kind: 'delete', changes: [] }), task)).toMatchObject([{ attribute: '', before: null, after: null, operation: 'delete' }]);
  });

  it('say what is open, and what was taken back as a whole or in part', () => {
    expect(changesOf(write({ outcome: null }), task)).toMatchObject([{ outcome: 'open' }]);
    expect(changesOf(write({ undoneBy: 't2' }), task)).toMatchObject([{ undoneBy: 't2' }]);
    const both = write({ undoneValues: ['state'] }, { changes: ['city', 'state'].map((attribute) => ({ attribute, before: null, after: ['x'], provenance, reversible: true })) });
    expect(changesOf(both, task).map(({ attribute, undoneBy }) => [attribute, undoneBy])).toEqual([['city', null], ['state', 'in part']]);
  });
});

const header: PackHeader = { projectName: 'P <1>', pairName: '', about: '=1+1', exportedAt: 3_000, exportedBy: 'Ada', head: { number: 4, hash: 'h'.repeat(43), at: 2_000 }, totals: { events: 1, changes: 1, findings: 1, mails: 1 } };
const evil = '<img src=x onerror=alert(1)>\u{202e}';
const rows: PackRows = {
  events: { id: 'v1', at: 1_000, actor: evil, kind: 'plan approved', subject: '=HYPERLINK("x")', taskId: null, detail: '{"a":1}' },
  changes: changesOf(write({}, { name: evil, changes: [{ attribute: 'city', before: ['@SUM(A1)'], after: [evil, 'b'], provenance, reversible: true }] }), task)[0] as PackRows['changes'],
  findings: { sourceId: 's', name: evil, attribute: 'mail', value: '-1', rule: 'x', severity: 'error', message: 'm', proposal: null },
  mails: { createdAt: 1_000, sentAt: null, scenario: 'account', recipient: '+x@example.com', subject: evil, state: 'sent', answer: '250' },
};
const whole = (format: 'html' | 'csv' | 'json', head = header.head): string => {
  const exporter = PACK_EXPORTERS[format];
  return exporter.begin(header) + PACK_SECTIONS.map((section) => exporter.open(section) + exporter.page(section, [rows[section]] as never, true) + exporter.page(section, [rows[section]] as never, false) + exporter.close(section)).join('') + exporter.end({ ...header, head });
};

describe('the forms of a pack', () => {
  it('are safe to open: no markup of others, no formula', () => {
    const html = whole('html');
    expect(html).not.toContain('<img');
    expect(html).not.toContain('\u{202e}');
    expect(html).toContain('P &lt;1&gt;');
    const cells = Papa.parse<string[]>(whole('csv').slice(1).trim()).data.flat();
    expect(cells.filter((cell) => /^[=+\-@]/.test(cell))).toEqual([]);
    expect(cells).toContain(`'=HYPERLINK("x")`);
  });

  it('have every section once, in pages, and end with the head of the chain', () => {
    const json = JSON.parse(whole('json')) as Record<string, unknown[]> & { readonly chain: unknown };
    expect(Object.keys(json)).toEqual(['pack', 'events', 'changes', 'findings', 'mails', 'chain']);
    for (const section of PACK_SECTIONS) expect(json[section]).toHaveLength(2);
    expect(json['events']?.[0]).toMatchObject({ at: '1970-01-01T00:00:01Z', detail: { a: 1 } });
    expect(json.chain).toEqual({ number: 4, hash: 'h'.repeat(43), at: '1970-01-01T00:00:02Z' });
    expect(JSON.parse(whole('json', null))).toMatchObject({ chain: null });
    expect(whole('html')).toContain(`causeway verify --head ${'h'.repeat(43)}`);
    expect(whole('html', null)).toContain('Nothing was written yet.');
    expect(whole('csv').trimEnd().split('\r\n').at(-1)).toContain('h'.repeat(43));
    expect(JSON.parse(PACK_EXPORTERS.json.page('events', [{ ...rows.events, detail: 'not JSON' }], true))).toMatchObject({ detail: 'not JSON' });
  });
});
