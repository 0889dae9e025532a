import { PAGE_SCRIPT, PAGE_STYLE, policyHash } from './assets.ts';
import { duration, escape, number, share } from './words.ts';
import type { RequestRecord } from './requests.ts';
import type { SimulatorState } from './state.ts';

/** Nothing but the page's own style and script, and its own address to read itself from. */
export const PAGE_POLICY = `default-src 'none'; style-src ${policyHash(PAGE_STYLE)}; script-src ${policyHash(PAGE_SCRIPT)}; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Makes the page; the parts with `data-live` are what its script brings up to date. Every text from outside is escaped. */
export function renderPage(state: SimulatorState): string {
  const name = escape(state.tenant.displayName);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${name}: simulated tenant</title>
<link rel="icon" href="data:,">
<noscript><meta http-equiv="refresh" content="10"></noscript>
<style>${PAGE_STYLE}</style>
</head>
<body>
<header>
<div><h1>${name}</h1><p class="quiet">Simulated Microsoft 365 tenant: no real account is touched.</p></div>
<p><span id="live" class="quiet" role="status"></span> <button id="pause" type="button" hidden>Pause</button></p>
</header>
<main>
<div class="cards">
<section aria-labelledby="h-tenant"><h2 id="h-tenant">Tenant</h2><div id="tenant" data-live>${tenant(state)}</div></section>
<section aria-labelledby="h-clock"><h2 id="h-clock">Clock and replication</h2><div id="clock" data-live>${clock(state)}</div></section>
<section aria-labelledby="h-traffic"><h2 id="h-traffic">Traffic</h2><div id="traffic" data-live>${traffic(state)}</div></section>
<section class="wide" aria-labelledby="h-quotas"><h2 id="h-quotas">Quotas</h2><div id="quotas" data-live class="scroll" tabindex="0" role="group" aria-labelledby="h-quotas">${quotas(state)}</div></section>
<section class="wide" aria-labelledby="h-migration"><h2 id="h-migration">Mailbox migration</h2><div id="migration" data-live class="scroll" tabindex="0" role="group" aria-labelledby="h-migration">${migration(state)}</div></section>
<section class="wide" aria-labelledby="h-faults"><h2 id="h-faults">Faults on demand</h2><div id="faults" data-live class="scroll" tabindex="0" role="group" aria-labelledby="h-faults">${faults(state)}</div></section>
<section class="wide" aria-labelledby="h-requests"><h2 id="h-requests">Last requests</h2><div id="requests" data-live class="scroll" tabindex="0" role="group" aria-labelledby="h-requests">${requests(state)}</div></section>
</div>
</main>
<footer class="quiet">The same as data: <a href="/simulator/state.json">/simulator/state.json</a>. Times are UTC.</footer>
<script>${PAGE_SCRIPT}</script>
</body>
</html>
`;
}

const facts = (rows: readonly (readonly [string, string])[]): string => `<dl>${rows.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`).join('')}</dl>`;

const moment = (iso: string): string => `<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}</time>`;

function tenant({ tenant: t, counts }: SimulatorState): string {
  const domain = (d: SimulatorState['tenant']['domains'][number]): string => {
    const marks = [d.isDefault ? 'default' : '', d.isInitial ? 'initial' : '', d.isVerified ? '' : 'not verified', d.federated ? 'federated' : ''].filter(Boolean);
    return `${escape(d.name)}${marks.length > 0 ? ` <span class="quiet">(${marks.join(', ')})</span>` : ''}`;
  };
  return facts([
    ['Users', number(counts.users)], ['Groups', number(counts.groups)], ['Contacts', number(counts.contacts)], ['Mailboxes', number(counts.mailboxes)], ['Recycle bin', number(counts.recycleBin)],
    ['Domains', t.domains.map(domain).join('<br>')], ['Tenant id', `<code>${escape(t.id)}</code>`],
  ]);
}

function clock({ clock: c, replication: r }: SimulatorState): string {
  const lag = (ms: number): string => (ms > 0 ? duration(ms) : 'none');
  return facts([
    ['Now', moment(c.now)], ['Moved forward', c.advancedMs > 0 ? `<span class="warn">${duration(c.advancedMs)}</span>` : 'not at all'],
    ['Speed', c.speed === 1 ? 'real time' : `<span class="warn">${number(c.speed)} times</span>`],
    ['Reads miss a write for', lag(r.lagMs)], ['Between Graph and Exchange', lag(Math.max(r.lagMs, r.exchangeLagMs))],
    ['Objects still replicating', r.pending > 0 ? `<span class="warn">${number(r.pending)}</span>` : '0'],
    ['Mailboxes and licences to come', r.waiting > 0 ? `<span class="warn">${number(r.waiting)}</span>` : '0'],
  ]);
}

function traffic({ traffic: t, quotas: q, faults: f, clock: c }: SimulatorState): string {
  return facts([
    ['HTTP requests', number(t.httpRequests)], ['Batches among them', number(t.batches)], ['Objects created', number(t.created)],
    ['Refused by quotas (429)', q.throttled > 0 ? `<span class="bad">${number(q.throttled)}</span>` : '0'], ['Faults injected', f.injected > 0 ? `<span class="warn">${number(f.injected)}</span>` : '0'],
    ['Started', moment(c.started)],
  ]);
}

function quotas({ quotas: q, apps }: SimulatorState): string {
  if (q.mode === 'off') return '<p class="empty">Off: nothing is throttled.</p>';
  const remark = q.share === 1 ? '' : `<p><span class="mark warn">${share(q.share)} of the documented limits</span></p>`;
  if (q.buckets.length === 0) return `${remark}<p class="empty">As the service documents them. Nobody has called yet.</p>`;
  const rows = q.buckets.map((b) => {
    const left = Math.max(0, Math.min(1, b.level / b.size));
    const label = nameOf(b.name, apps);
    return `<tr><td class="name">${label}</td><td class="bar"><meter aria-label="${share(left)} left" min="0" max="1" low="0.2" high="0.5" optimum="1" value="${left.toFixed(3)}"></meter></td><td class="number${left < 0.2 ? ' bad' : ''}">${share(left)}</td>`
      + `<td class="number${b.refused > 0 ? ' bad' : ''}">${number(b.refused)}</td><td class="number">${number(Math.max(0, Math.floor(b.level)))} of ${number(Math.floor(b.size))}</td><td class="number rest">${left >= 1 ? 'full' : duration((1 - b.level / b.size) * b.windowMs)}</td></tr>`;
  });
  return `${remark}<table><thead><tr><th scope="col">Quota</th><td class="bar"></td><th scope="col" class="number">Left</th><th scope="col" class="number">Throttled</th><th scope="col" class="number">Amount</th><th scope="col" class="number rest">Full again in</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

/** What the quotas of identity and access are called there, in words for a person. */
const QUOTA_WORDS: readonly (readonly [RegExp, string])[] = [
  [/^units (.+)$/, 'Resource units: $1, this tenant'], [/^app units (.+)$/, 'Resource units: $1, all tenants'], [/^writes (.+)$/, 'Writes: $1, this tenant'], [/^app writes (.+)$/, 'Writes: $1, all tenants'],
  [/^requests (.+)$/, 'Requests: $1, all tenants'], [/^tenant writes$/, 'Writes: all applications, this tenant'],
];

/** A quota's name in words, with the application's name instead of its id. */
function nameOf(name: string, apps: SimulatorState['apps']): string {
  const named = name.replaceAll(/[\da-f]{8}-[\da-f-]{27}/gi, (id) => apps[id.toLowerCase()] ?? id);
  const [pattern, words] = QUOTA_WORDS.find(([known]) => known.test(named)) ?? [];
  return escape(pattern && words !== undefined ? named.replace(pattern, words) : named);
}

function faults({ faults: f }: SimulatorState): string {
  if (f.clauses.length === 0) return '<p class="empty">None. Start with --faults, or POST {"spec": "error=0.05:503"} to /simulator/faults.</p>';
  const end = '<p class="empty after">To end them, POST {"spec": ""} to /simulator/faults as application/json.</p>';
  const count = (c: SimulatorState['faults']['clauses'][number]): string => {
    if (/^(quota|lag|exchange-lag)\b(?!-drop)/.test(c.clause)) return '<td class="number warn" colspan="2">in force</td>';
    return `<td class="number">${number(c.met)}</td><td class="number${c.injected > 0 ? ' warn' : ''}">${number(c.injected)}</td>`;
  };
  const rows = f.clauses.map((c) => `<tr><td class="code">${escape(c.clause)}</td>${count(c)}</tr>`);
  return `<table><thead><tr><th scope="col">Fault</th><th scope="col" class="number">Requests</th><th scope="col" class="number">Injected</th></tr></thead><tbody>${rows.join('')}</tbody></table>${end}`;
}

function migration({ migration: m }: SimulatorState): string {
  const counts = `<p>Migration endpoints: ${number(m.endpoints)}. Mails sent: ${number(m.mails)}.</p>`;
  if (m.batches.length === 0) return `${counts}<p class="empty">No batches.</p>`;
  const users = (list: Readonly<Record<string, number>>): string => Object.entries(list).map(([status, count]) => `${number(count)} ${escape(status)}`).join(', ');
  const rows = m.batches.map((b) => `<tr><td class="name">${escape(b.name)}</td><td>${escape(b.status)}</td><td>${users(b.users)}</td><td class="number">${number(b.leftOut)}</td></tr>`);
  return `${counts}<table><thead><tr><th scope="col">Batch</th><th scope="col">Status</th><th scope="col">Mailboxes</th><th scope="col" class="number">Rows left out</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

function requests({ requests: r, apps }: SimulatorState): string {
  if (r.length === 0) return '<p class="empty">None yet.</p>';
  const row = (one: RequestRecord): string => {
    const isBad = one.status === null || one.status >= 400;
    const inner = one.inner ? `${number(one.inner.count)}${one.inner.refused > 0 ? `, <span class="bad">${number(one.inner.refused)} refused</span>` : ''}` : '';
    const status = one.status === null ? 'no answer' : String(one.status);
    return `<tr><td>${new Date(one.at).toISOString().slice(11, 23)}</td><td>${isBad ? `<span class="mark bad">${status}</span>` : status}${one.code === null ? '' : ` <span class="quiet">${escape(one.code)}</span>`}</td><td>${escape(one.method)}</td>`
      + `<td class="code address">${escape(one.path)}${one.cmdlet === null ? '' : ` <strong>${escape(one.cmdlet)}</strong>`}${one.delivery === null ? '' : ` <span class="mark warn">${escape(one.delivery)}</span>`}</td>`
      + `<td>${inner}</td><td class="number">${one.ms.toFixed(1)}</td><td>${one.appId === null ? '' : escape(apps[one.appId.toLowerCase()] ?? one.appId)}</td></tr>`;
  };
  return `<table><thead><tr><th scope="col">Time</th><th scope="col">Status</th><th scope="col">Method</th><th scope="col">Address</th><th scope="col">In the batch</th><th scope="col" class="number">ms</th><th scope="col">Application</th></tr></thead><tbody>${r.map(row).join('')}</tbody></table>`;
}
