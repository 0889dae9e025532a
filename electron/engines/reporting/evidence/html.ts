import { cell, esc, STYLE } from '../html.ts';
import { moment } from '../types.ts';
import type { PackChange, PackExporter, PackHeader, PackRows, PackSection } from './types.ts';

const time = (ms: number | null): string => (ms === null ? '' : moment(ms));
const row = (...cells: readonly string[]): string => `<tr>${cells.map((text) => `<td>${esc(text)}</td>`).join('')}</tr>\n`;

const HEADS: Readonly<Record<PackSection, { readonly title: string; readonly columns: readonly string[] }>> = {
  events: { title: 'Decisions and events', columns: ['Time', 'Who', 'What', 'Of what', 'Details'] },
  changes: { title: 'Changes', columns: ['Time', 'Who', 'Write', 'Object', 'Attribute', 'Before', 'After', 'Why', 'Outcome'] },
  findings: { title: 'Findings of the checks', columns: ['Severity', 'Object', 'Attribute', 'Value', 'Finding', 'Proposal'] },
  mails: { title: 'Mails', columns: ['Time', 'Sent', 'Occasion', 'To', 'Subject', 'State', 'Answer of the server'] },
};

function change(c: PackChange): string {
  const outcome = `${c.outcome}${c.message === '' ? '' : `: ${c.message}`}${c.undoneBy === null ? '' : ` (taken back${c.undoneBy === 'in part' ? ' in part' : ` by task ${c.undoneBy}`})`}`;
  const who = c.approvedBy === '' ? c.who : `${c.who}, approved by ${c.approvedBy}`;
  return `<tr><td>${esc(time(c.intendedAt))}</td><td>${esc(who)}</td><td>${esc(`${c.task}: ${c.operation}`)}</td><td>${esc(c.object)}<br><span class="muted">${esc(`${c.objectKind}, ${c.service}`)}</span></td><td>${esc(c.attribute)}</td>${cell(c.before, 'old')}${cell(c.after, 'new')}<td>${esc(c.why)}</td><td>${esc(outcome)}<br><span class="muted">${esc(`${c.sequence}: ${c.entryId}`)}</span></td></tr>\n`;
}

const ROWS: { readonly [S in PackSection]: (one: PackRows[S]) => string } = {
  events: (e) => row(time(e.at), e.actor, e.kind, e.subject, e.detail === '{}' ? '' : e.detail),
  changes: change,
  findings: (f) => row(f.severity, f.name, f.attribute, f.value, f.message, f.proposal ?? ''),
  mails: (m) => row(time(m.createdAt), time(m.sentAt), m.scenario, m.recipient, m.subject, m.state, m.answer),
};

function begin(h: PackHeader): string {
  const title = `Evidence: ${h.about}`;
  const figures = ([['Decisions and events', h.totals.events], ['Writes', h.totals.changes], ['Findings', h.totals.findings], ['Mails', h.totals.mails]] as const).map(([name, n]) => `<tr><th scope="row">${name}</th><td class="n">${n}</td></tr>`).join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">
<title>${esc(title)}</title><style>${STYLE}</style></head><body>
<h1>${esc(title)}</h1>
<p>Project ${esc(h.projectName)}${h.pairName === '' ? '' : `, migration pair ${esc(h.pairName)}`}. Exported ${esc(time(h.exportedAt))} by ${esc(h.exportedBy)}.</p>
<table class="figures"><tbody>${figures}</tbody></table>
`;
}

function end({ head }: PackHeader): string {
  const chain = head === null ? '<p>Nothing was written yet.</p>' : `<p>Link ${head.number} of ${esc(time(head.at))} has the hash <code>${esc(head.hash)}</code>. What this pack shows is as it was written while <code>causeway verify --head ${esc(head.hash)}</code> finds no difference.</p>`;
  return `<section><h2>Head of the chain of evidence</h2>\n${chain}</section>\n</body></html>\n`;
}

/** One page for people: no script, nothing loaded from elsewhere, ready to print. */
export const packHtml: PackExporter = {
  extension: 'html', mediaType: 'text/html',
  begin,
  open: (section) => `<section><h2>${HEADS[section].title}</h2>\n<table><thead><tr>${HEADS[section].columns.map((column) => `<th scope="col">${column}</th>`).join('')}</tr></thead><tbody>\n`,
  page: (section, rows) => rows.map((one) => ROWS[section](one)).join(''),
  close: () => '</tbody></table></section>\n',
  end,
};
