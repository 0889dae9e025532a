import Papa from 'papaparse';
import { FORMULA } from '../../../../shared/rules/spreadsheet.ts';
import { moment } from '../types.ts';
import type { PackExporter, PackHeader, PackRows } from './types.ts';

const COLUMNS = ['part', 'number', 'time', 'settled', 'who', 'approved by', 'task', 'task id', 'operation', 'service', 'type', 'object', 'source id', 'target id', 'attribute', 'before', 'after', 'why', 'mapping rule', 'outcome', 'message', 'taken back by', 'entry'] as const;
type Cells = Partial<Record<(typeof COLUMNS)[number], string>>;

const lines = (rows: readonly Cells[]): string => (rows.length === 0 ? '' : `${Papa.unparse(rows.map((row) => COLUMNS.map((column) => row[column] ?? '')), { escapeFormulae: FORMULA, newline: '\r\n' })}\r\n`);
const joined = (values: readonly string[] | null): string => (values ?? []).join('; ');
const time = (ms: number | null): string => (ms === null ? '' : moment(ms));

const ROWS: { readonly [S in keyof PackRows]: (row: PackRows[S]) => Cells } = {
  events: (e) => ({ 'part': 'event', 'time': time(e.at), 'who': e.actor, 'task id': e.taskId ?? '', 'operation': e.kind, 'object': e.subject, 'message': e.detail === '{}' ? '' : e.detail, 'entry': e.id }),
  changes: (c) => ({
    'part': 'change', 'number': String(c.sequence), 'time': time(c.intendedAt), 'settled': time(c.settledAt), 'who': c.who, 'approved by': c.approvedBy, 'task': c.task, 'task id': c.taskId, 'operation': c.operation, 'service': c.service, 'type': c.objectKind,
    'object': c.object, 'source id': c.sourceId ?? '', 'target id': c.targetId ?? '', 'attribute': c.attribute, 'before': joined(c.before), 'after': joined(c.after), 'why': c.why, 'mapping rule': c.rule ?? '', 'outcome': c.outcome, 'message': c.message,
    'taken back by': c.undoneBy ?? '', 'entry': c.entryId,
  }),
  findings: (f) => ({ 'part': 'finding', 'operation': f.severity, 'object': f.name, 'source id': f.sourceId ?? '', 'attribute': f.attribute, 'before': f.value, 'after': f.proposal ?? '', 'why': f.rule, 'message': f.message }),
  mails: (m) => ({ 'part': 'mail', 'time': time(m.createdAt), 'settled': time(m.sentAt), 'operation': m.scenario, 'object': m.recipient, 'attribute': m.subject, 'outcome': m.state, 'message': m.answer }),
};

const summary = (h: PackHeader): readonly Cells[] => [{ part: 'pack', time: time(h.exportedAt), who: h.exportedBy, object: h.about, message: `Project ${h.projectName}${h.pairName === '' ? '' : `, migration pair ${h.pairName}`}. ${h.totals.events} events, ${h.totals.changes} writes, ${h.totals.findings} findings, ${h.totals.mails} mails.` }];

/** One table for spreadsheets: a line an event, attribute written, finding and mail, and at the end the head of the chain. UTF-8 with a byte order mark. */
export const packCsv: PackExporter = {
  extension: 'csv', mediaType: 'text/csv',
  begin: (header) => `\uFEFF${COLUMNS.join(',')}\r\n${lines(summary(header))}`,
  open: () => '',
  page: (section, rows) => lines(rows.map((row) => ROWS[section](row))),
  close: () => '',
  end: ({ head }) => (head === null ? '' : lines([{ part: 'chain', number: String(head.number), time: time(head.at), entry: head.hash, message: 'Head of the chain of evidence; "causeway verify --head" compares with it.' }])),
};
