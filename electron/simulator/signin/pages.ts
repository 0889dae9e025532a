import type { HttpAnswer } from '../http/answer.ts';

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The authority's answer to an authorization request: a page that posts the fields to the client (OAuth 2.0 Form Post Response Mode). */
export function formPostPage(action: string, fields: Readonly<Record<string, string>>): HttpAnswer {
  const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}"/>`).join('');
  return html(200, `<form method="POST" name="hiddenform" action="${escape(action)}">${inputs}<noscript><p>Script is disabled. Click Submit to continue.</p><input type="submit" value="Submit"/></noscript></form><script>document.forms[0].submit();</script>`);
}

/** The same fields in the query of a redirect (response_mode=query). */
export function redirect(to: string, fields: Readonly<Record<string, string>>): HttpAnswer {
  const url = new URL(to);
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  return { status: 302, headers: { location: url.href } };
}

/** A page for a person. */
export function messagePage(status: number, message: string): HttpAnswer {
  return html(status, `<p>${escape(message)}</p>`);
}

function html(status: number, content: string): HttpAnswer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8' }, body: `<!doctype html><html lang="en"><head><title>Sign in to your account (simulated)</title></head><body>${content}</body></html>` };
}
