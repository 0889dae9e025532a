import { createHash } from 'node:crypto';

/** Style of the page: system fonts and colours of both themes; every pair of text and ground has a contrast of 4.5 or more. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --ground: #f5f6f8; --card: #ffffff; --text: #1b1f24; --quiet: #57606a; --line: #d5d9de; --accent: #0b5cad; --bad: #a8071a; --bad-ground: #fdecea; --warn: #7a4b00; --warn-ground: #fff4dc; --good: #186a3b; }
@media (prefers-color-scheme: dark) { :root { --ground: #14171a; --card: #1d2126; --text: #e7eaee; --quiet: #a5adb8; --line: #363d45; --accent: #7cb7ff; --bad: #ffa198; --bad-ground: #3b1a1c; --warn: #f3c56b; --warn-ground: #37290d; --good: #7ee2a8; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 15px/1.45 system-ui, "Segoe UI", sans-serif; }
header, main, footer { max-width: 1280px; margin: 0 auto; padding: 0 20px; }
header { padding-top: 18px; padding-bottom: 14px; display: flex; flex-wrap: wrap; gap: 4px 20px; align-items: baseline; justify-content: space-between; }
h1 { font-size: 22px; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 15px; margin: 0 0 10px; }
.quiet { color: var(--quiet); }
.mark { display: inline-block; padding: 0 8px; border: 1px solid var(--line); border-radius: 10px; font-size: 13px; color: var(--quiet); white-space: nowrap; }
.mark.warn { color: var(--warn); background: var(--warn-ground); border-color: transparent; }
.mark.bad { color: var(--bad); background: var(--bad-ground); border-color: transparent; }
header p { margin: 0; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 300px), 1fr)); gap: 14px; margin-bottom: 14px; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 8px; padding: 14px 16px; min-width: 0; }
.cards .wide { grid-column: 1 / -1; }
dl { display: grid; grid-template-columns: auto 1fr; gap: 3px 16px; margin: 0; }
dt { color: var(--quiet); }
dd { margin: 0; text-align: right; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
code, .code { font: 13px/1.5 ui-monospace, "Cascadia Mono", Consolas, monospace; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th { text-align: left; font-weight: 600; font-size: 13px; color: var(--quiet); }
th, td { padding: 4px 14px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; white-space: nowrap; }
th:last-child, td:last-child { padding-right: 0; }
tbody tr:last-child td { border-bottom: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
td.code, td.name { white-space: normal; }
td.address { min-width: 240px; }
time { white-space: nowrap; }
section p { margin: 0 0 8px; }
meter { width: 120px; height: 12px; vertical-align: -1px; }
.bad { color: var(--bad); font-weight: 600; }
.warn { color: var(--warn); }
.good { color: var(--good); }
section p.empty { margin: 0; color: var(--quiet); }
section p.after { margin-top: 8px; }
a { color: var(--accent); }
button { font: inherit; font-size: 13px; color: var(--accent); background: transparent; border: 1px solid var(--line); border-radius: 6px; padding: 2px 10px; cursor: pointer; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
footer { padding-top: 14px; padding-bottom: 24px; font-size: 13px; }
@media (max-width: 640px) { header, main, footer { padding-left: 12px; padding-right: 12px; } .bar, .rest { display: none; } td.name { min-width: 110px; } th, td { padding-right: 10px; } }
`;

/** Script of the page: brings what changes up to date every two seconds, and keeps still when it is told to. */
export const PAGE_SCRIPT = `
(() => {
  const button = document.getElementById('pause');
  const live = document.getElementById('live');
  let paused = false;
  let failed = false;
  const say = () => { live.textContent = failed ? 'The simulator does not answer. It may have been stopped.' : paused ? 'Paused.' : ''; live.className = failed ? 'bad' : 'quiet'; };
  button.hidden = false;
  button.addEventListener('click', () => { paused = !paused; button.textContent = paused ? 'Go on' : 'Pause'; say(); });
  const bring = async () => {
    if (paused || document.hidden) return;
    try {
      const answer = await fetch('/', { cache: 'no-store' });
      if (!answer.ok) throw new Error();
      const next = new DOMParser().parseFromString(await answer.text(), 'text/html');
      for (const part of document.querySelectorAll('[data-live]')) {
        const fresh = next.getElementById(part.id);
        if (fresh && fresh.innerHTML !== part.innerHTML) part.replaceChildren(...document.adoptNode(fresh).childNodes);
      }
      document.title = next.title;
      failed = false;
    } catch { failed = true; }
    say();
  };
  const round = () => { setTimeout(() => { bring().finally(round); }, 2000); };
  round();
})();
`;

/** The source of a Content Security Policy that allows exactly this inline text. */
export function policyHash(text: string): string {
  return `'sha256-${createHash('sha256').update(text).digest('base64')}'`;
}
