import type { HttpAnswer } from '../http/answer.ts';

const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** The authority's answer to an authorization request: a page that posts the fields to the client (OAuth 2.0 Form Post Response Mode). */
export function formPostPage(action: string, fields: Readonly<Record<string, string>>): HttpAnswer {
  const inputs = Object.entries(fields).map(([name, value]) => `<input type="hidden" name="${escape(name)}" value="${escape(value)}"/>`).join('');
  return html(200, `<form method="POST" name="hiddenform" action="${escape(action)}">${inputs}<noscript><p>Script is disabled. Click Submit to continue.</p><input type="submit" value="Submit"/></noscript></form><script>document.forms[0].submit();</script>`);
}

/** The same fields in a redirect: in its query, or after `#` (OAuth 2.0 Multiple Response Type Encoding Practices 2.1). */
export function redirect(to: string, fields: Readonly<Record<string, string>>, place: 'query' | 'fragment'): HttpAnswer {
  const url = new URL(to);
  if (place === 'query') for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  else url.hash = new URLSearchParams(fields).toString();
  return { status: 302, headers: { location: url.href } };
}

/** The page where a person enters the code that a device shows. */
export function devicePage(userCode: string): HttpAnswer {
  return html(200, `<form method="POST"><p>Enter the code displayed on your app or device.</p><label>Code <input name="otc" value="${escape(userCode)}"/></label><label>Account <input name="login" placeholder="an administrator"/></label><button name="decision" value="continue">Continue</button><button name="decision" value="cancel">Cancel</button></form>`);
}

/** A page for a person. */
export function messagePage(status: number, message: string): HttpAnswer {
  return html(status, `<p>${escape(message)}</p>`);
}

function html(status: number, content: string): HttpAnswer {
  return { status, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store, no-cache' }, body: `<!doctype html><html lang="en"><head><title>Sign in to your account (simulated)</title></head><body>${content}</body></html>` };
}
