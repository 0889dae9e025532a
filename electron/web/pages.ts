/** Policy of the console's few own pages: they load nothing at all. */
export const PLAIN_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Path of the one-time address. */
export const OPEN_PATH = '/open';

/**
 * A page of one heading and one sentence.
 * @param title the heading; ours, never input.
 * @param text the sentence; ours, never input.
 */
export function plainPage(title: string, text: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Causeway</title></head><body><h1>${title}</h1><p>${text}</p></body></html>`;
}

/**
 * Answer to a valid one-time address. It goes on from our own page instead of redirecting: after a click on a link
 * elsewhere, a redirect would still count as coming from there, and the Strict cookie would not be sent along.
 */
export function goOnPage(): string {
  return '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Causeway</title><meta http-equiv="refresh" content="0;url=/"></head><body><p><a href="/">Open the console</a></p></body></html>';
}

/** What to do, for each refusal. */
export const REFUSED_PAGES = {
  401: plainPage('Not signed in to this console', 'Addresses of the console work once and for ten minutes. Start the console again, or run causeway serve, to get a new address.'),
  403: plainPage('Not allowed', 'The console answers only to its own address in a browser on this machine. Start the console again, or run causeway serve, to get a new address.'),
  404: plainPage('Not found', 'The console has no such file.'),
  405: plainPage('Not allowed', 'The console is read with GET only.'),
  503: plainPage('The window is not built', 'Start the console with npm start, which builds it.'),
} as const;
