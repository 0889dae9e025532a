import Papa from 'papaparse';
import { FORMULA } from '../../../shared/rules/spreadsheet.ts';
import { linkOf, shownValues, takesAway, type ExportedOperation, type PlanExporter, type SectionRows } from './types.ts';

const COLUMNS = ['part', 'number', 'operation', 'service', 'type', 'object', 'source id', 'target id', 'attribute', 'before', 'after', 'why', 'mapping rule', 'source attribute', 'can be undone', 'changed by others', 'outcome', 'message'] as const;
type Cells = Partial<Record<(typeof COLUMNS)[number], string>>;

const lines = (rows: readonly Cells[]): string => (rows.length === 0 ? '' : `${Papa.unparse(rows.map((row) => COLUMNS.map((column) => row[column] ?? '')), { escapeFormulae: FORMULA, newline: '\r\n' })}\r\n`);
const joined = (values: readonly string[] | null): string => (values ?? []).join('; ');

function operationRows(o: ExportedOperation): Cells[] {
  const base: Cells = { 'part': 'operation', 'number': String(o.seq), 'operation': o.kind, 'service': o.service, 'type': o.objectKind, 'object': o.name, 'source id': o.sourceId ?? '', 'target id': o.targetId ?? '', 'outcome': o.outcome, 'message': o.message };
  const changes = o.changes.map((c): Cells => ({
    ...base, 'attribute': c.attribute, 'before': joined(shownValues(c.attribute, c.before)), 'after': joined(shownValues(c.attribute, c.after)), 'why': c.provenance.reason, 'mapping rule': c.provenance.ruleId ?? '',
    'source attribute': c.provenance.source, 'can be undone': c.reversible ? 'yes' : 'no', 'changed by others': c.conflict ?? '',
  }));
  const names = (list: ExportedOperation['references']): string => joined(list.map((r) => r.name));
  const links: Cells[] = o.references.length + o.previous.length === 0 ? [] : [takesAway(o) ? { ...base, attribute: linkOf(o), before: names(o.references) } : { ...base, attribute: linkOf(o), before: names(o.previous), after: names(o.references) }];
  return changes.length + links.length > 0 ? [...changes, ...links] : [base];
}

const ROWS: { readonly [S in keyof SectionRows]: (row: SectionRows[S]) => Cells[] } = {
  'operations': operationRows,
  'left out': (s) => [{ 'part': 'left out', 'type': s.kind, 'object': s.name, 'source id': s.sourceId, 'outcome': s.status, 'message': s.reason }],
  'findings': (f) => [{ 'part': 'finding', 'operation': f.severity, 'object': f.name, 'source id': f.sourceId ?? '', 'attribute': f.attribute, 'before': f.value, 'after': f.proposal ?? '', 'why': f.rule, 'message': f.message }],
  'waiting': (u) => [{ 'part': 'waiting', 'source id': u.sourceId, 'attribute': u.attribute, 'after': u.dn, 'message': u.reason }],
};

/** One table for spreadsheets: a line per attribute with its reason, then what is left out, found, and waits. UTF-8 with a byte order mark. */
export const csvExporter: PlanExporter = {
  extension: 'csv', mediaType: 'text/csv', sections: ['operations', 'left out', 'findings', 'waiting'],
  begin: () => `\uFEFF${COLUMNS.join(',')}\r\n`,
  open: () => '',
  page: (section, rows) => lines(rows.flatMap((row) => ROWS[section](row))),
  close: () => '',
  end: () => '',
};
