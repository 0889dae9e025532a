import type { Finding, PlanSkip, UnresolvedReference } from '../../../shared/domain/plans.ts';
import { linkOf, moment, shownValues, takesAway, type ExportedOperation, type PlanExporter, type PlanHeader, type Section } from './types.ts';

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
/** Text for any place of the page; controls and direction marks, which could show another text than the one that is there, become visible. */
export const esc = (text: string): string => (PLAIN.test(text) ? text : text.replaceAll(/[&<>"']/g, (c) => ESCAPES[c] ?? c).replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '\u{fffd}'));
/** The usual text, told quickly: printable ASCII without markup. */
const PLAIN = /^[ !#-%(-;=?-~]*$/;

/** Light and dark by the reader's system, black on white on paper. */
export const STYLE = `
:root{color-scheme:light dark;--fg:#1b1a19;--bg:#fff;--muted:#605e5c;--line:#d2d0ce;--old:#fdf3f4;--new:#f1faf1;--warn:#fff9f5;--bad:#a4262c}
@media (prefers-color-scheme:dark){:root{--fg:#f3f2f1;--bg:#1f1f1f;--muted:#b3b0ad;--line:#484644;--old:#3b2224;--new:#1d331d;--warn:#3a2f22;--bad:#ff99a4}}
*{box-sizing:border-box}body{margin:0 auto;padding:24px;max-width:1200px;font:14px/1.45 "Segoe UI",system-ui,sans-serif;color:var(--fg);background:var(--bg)}
h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:28px 0 8px}h3{font-size:14px;margin:0}
p{margin:4px 0}.muted{color:var(--muted)}.guard{background:var(--warn);border-left:4px solid var(--bad);padding:6px 10px;margin:6px 0}
table{border-collapse:collapse;width:100%;margin:6px 0}.figures{width:auto;min-width:320px}th,td{border:1px solid var(--line);padding:3px 8px;text-align:left;vertical-align:top;overflow-wrap:anywhere;unicode-bidi:isolate}
th{font-weight:600}td.old{background:var(--old)}td.new{background:var(--new)}td.n{text-align:right;white-space:nowrap}col.a{width:20%}col.v{width:25%}
article{border:1px solid var(--line);border-radius:4px;padding:8px 12px;margin:8px 0;content-visibility:auto;contain-intrinsic-size:auto 120px}
@media print{:root{--fg:#000;--bg:#fff;--muted:#444;--line:#999;--old:#fff;--new:#fff;--warn:#fff}body{padding:0;max-width:none;font-size:10pt}article{break-inside:avoid;content-visibility:visible}thead{display:table-header-group}}
`.trim();

const FIGURES: readonly (readonly [keyof PlanHeader['counts'], string])[] = [
  ['operations', 'Operations'], ['creates', 'Objects created'], ['restores', 'Restored from the recycle bin'], ['updates', 'Objects changed'], ['deletes', 'Objects deleted'], ['attributes', 'Attributes written'],
  ['overwrites', 'Values overwritten'], ['upnChanges', 'UPN changes'], ['managers', 'Managers set'], ['membersAdded', 'Members added'], ['membersRemoved', 'Members removed'], ['permissionsAdded', 'Mailbox permissions added'], ['permissionsRemoved', 'Mailbox permissions removed'], ['healed', 'Links healed outside the collection'], ['licencesAssigned', 'Licences assigned'], ['licencesRemoved', 'Licences removed'], ['disables', 'Accounts disabled'],
  ['irreversible', 'Cannot be undone'], ['unchanged', 'Unchanged objects'], ['skipped', 'Skipped objects'],
];

function begin(h: PlanHeader): string {
  const title = `${h.kind} plan for ${h.tenantName}`;
  const figures = FIGURES.filter(([key]) => h.counts[key] > 0 || key === 'operations').map(([key, name]) => `<tr><th scope="row">${esc(name)}</th><td class="n">${h.counts[key]}</td></tr>`).join('');
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer">
<title>${esc(title)}</title><style>${STYLE}</style></head><body>
<h1>${esc(title)}</h1>
<p>Collection ${esc(h.collectionName)} of the migration pair ${esc(h.pairName)}. Planned ${moment(h.createdAt)}, exported ${moment(h.exportedAt)}.</p>
<p class="muted">Tenant ${esc(h.organizationId)}, plan ${esc(h.planId)}. Checks: ${h.findings.errors} errors, ${h.findings.warnings} warnings. ${h.unresolved} references wait. ${h.conflicts} values were changed by others.</p>
${h.guard.map((g) => `<p class="guard">Guard, ${esc(g.limit)}: ${esc(g.message)}</p>\n`).join('')}<table class="figures"><tbody>${figures}</tbody></table>
`;
}

/** A cell with the values of an attribute, one a line. */
export const cell = (values: readonly string[] | null, mark: 'old' | 'new'): string => `<td class="${mark}">${values === null || values.length === 0 ? '<span class="muted">(none)</span>' : values.map(esc).join('<br>')}</td>`;

function operation(o: ExportedOperation): string {
  const rows = o.changes.map((c) => `<tr><td>${esc(c.attribute)}</td>${cell(shownValues(c.attribute, c.before), 'old')}${cell(shownValues(c.attribute, c.after), 'new')}<td>${esc(c.provenance.reason)}${c.provenance.source === '' ? '' : ` <span class="muted">(${esc(c.provenance.source)})</span>`}${c.reversible ? '' : ' <strong>Cannot be undone.</strong>'}${typeof c.conflict === 'string' ? ` <strong>${esc(c.conflict)}</strong>` : ''}</td></tr>`);
  const names = (list: ExportedOperation['references']): string[] => list.map((r) => r.name);
  if (o.references.length + o.previous.length > 0) {
    const [before, after] = takesAway(o) ? [names(o.references), []] : [names(o.previous), names(o.references)];
    rows.push(`<tr><td>${linkOf(o)}</td>${cell(before, 'old')}${cell(after, 'new')}<td></td></tr>`);
  }
  const outcome = o.outcome === 'pending' ? '' : ` <span class="muted">${esc(o.outcome)}${o.message === '' ? '' : `: ${esc(o.message)}`}</span>`;
  const table = rows.length === 0 ? '' : `<table><colgroup><col class="a"><col class="v"><col class="v"><col></colgroup><thead><tr><th scope="col">Attribute</th><th scope="col">Before</th><th scope="col">After</th><th scope="col">Why</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
  return `<article><h3>${o.seq}. ${esc(o.kind)}: ${esc(o.name)} <span class="muted">${esc(o.objectKind)}, ${esc(o.service)}</span>${outcome}</h3>${table}</article>\n`;
}

const row = (...cells: readonly string[]): string => `<tr>${cells.map((text) => `<td>${esc(text)}</td>`).join('')}</tr>\n`;
const HEADS: Readonly<Record<Section, { readonly title: string; readonly columns: readonly string[] }>> = {
  'operations': { title: 'Operations', columns: [] }, 'left out': { title: 'Objects left out', columns: ['Object', 'Type', 'Status', 'Reason'] },
  'findings': { title: 'Findings of the checks', columns: ['Severity', 'Object', 'Attribute', 'Value', 'Finding', 'Proposal'] }, 'waiting': { title: 'References that wait', columns: ['Object', 'Attribute', 'Waits for', 'Reason'] },
};

/** One page for people: no script, nothing loaded from elsewhere, light and dark, ready to print. */
export const htmlExporter: PlanExporter = {
  extension: 'html', mediaType: 'text/html', sections: ['operations', 'left out', 'findings', 'waiting'],
  begin,
  open: (section) => {
    const { title, columns } = HEADS[section];
    return `<section><h2>${title}</h2>\n${columns.length === 0 ? '' : `<table><thead><tr>${columns.map((c) => `<th scope="col">${c}</th>`).join('')}</tr></thead><tbody>\n`}`;
  },
  page: (section, rows) => {
    switch (section) {
      case 'operations': return (rows as readonly ExportedOperation[]).map(operation).join('');
      case 'left out': return (rows as readonly PlanSkip[]).map((s) => row(s.name, s.kind, s.status, s.reason)).join('');
      case 'findings': return (rows as readonly Finding[]).map((f) => row(f.severity, f.name, f.attribute, f.value, f.message, f.proposal ?? '')).join('');
      default: return (rows as readonly UnresolvedReference[]).map((u) => row(u.sourceId, u.attribute, u.dn, u.reason)).join('');
    }
  },
  close: (section) => `${section === 'operations' ? '' : '</tbody></table>'}</section>\n`,
  end: () => '</body></html>\n',
};
