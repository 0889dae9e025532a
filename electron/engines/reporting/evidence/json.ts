import { moment } from '../types.ts';
import type { PackChange, PackEvent, PackExporter, PackMail, PackRows, PackSection } from './types.ts';

const time = (ms: number | null): string | null => (ms === null ? null : moment(ms));

function objectOf(detail: string): unknown {
  // Text that somebody altered is shown as it is.
  try { return JSON.parse(detail) as unknown; } catch { return detail; }
}

const SHOWN: { readonly [S in PackSection]: (row: PackRows[S]) => unknown } = {
  events: (e: PackEvent) => ({ ...e, at: time(e.at), detail: objectOf(e.detail) }),
  changes: (c: PackChange) => ({ ...c, intendedAt: time(c.intendedAt), settledAt: time(c.settledAt) }),
  findings: (finding) => finding,
  mails: (m: PackMail) => ({ ...m, createdAt: time(m.createdAt), sentAt: time(m.sentAt) }),
};

/** One JSON object for programs: `pack`, `events`, `changes`, `findings`, `mails` and `chain`, its head; one row a line, times in ISO 8601. */
export const packJson: PackExporter = {
  extension: 'json', mediaType: 'application/json',
  begin: ({ projectName, pairName, about, exportedAt, exportedBy, totals }) => `{\n"pack": ${JSON.stringify({ projectName, pairName, about, exportedAt: time(exportedAt), exportedBy, totals })}`,
  open: (section) => `,\n"${section}": [`,
  page: (section, rows, first) => rows.map((row, i) => `${first && i === 0 ? '' : ','}\n${JSON.stringify(SHOWN[section](row))}`).join(''),
  close: () => '\n]',
  end: ({ head }) => `,\n"chain": ${JSON.stringify(head === null ? null : { ...head, at: time(head.at) })}\n}\n`,
};
