import type { BrowserContext, ConsoleMessage, Page } from '@playwright/test';

/** Listens to everything that goes wrong in the pages of a browser context. */
export interface Watch {
  /** What went wrong since the last call: errors and warnings of the browser's console, uncaught errors, violations of the content policy. */
  take(): readonly string[];
  /** Everything that the pages ever wrote to the browser's console. */
  readonly written: readonly string[];
  /** Every frame that the host ever sent to the pages. */
  readonly received: readonly string[];
  /** From now on a problem of this kind is meant to happen. */
  allow(kind: RegExp): void;
}

const VIOLATION = 'content policy violated:';

/** Starts listening; call it before the first page is opened. */
export async function watchContext(context: BrowserContext): Promise<Watch> {
  const problems: string[] = [];
  const written: string[] = [];
  const received: string[] = [];
  const allowed: RegExp[] = [];
  const add = (text: string): void => { if (!allowed.some((kind) => kind.test(text))) problems.push(text); };
  await context.addInitScript((mark) => {
    document.addEventListener('securitypolicyviolation', (e) => { console.error(mark, e.violatedDirective, e.blockedURI, `${e.sourceFile}:${e.lineNumber}`); });
  }, VIOLATION);
  const watchPage = (page: Page): void => {
    page.on('pageerror', (error) => add(`uncaught: ${error.stack ?? error.message}`));
    page.on('websocket', (socket) => { socket.on('framereceived', ({ payload }) => { received.push(String(payload)); }); });
    page.on('crash', () => add('the page crashed'));
  };
  context.on('page', watchPage);
  context.on('console', (message: ConsoleMessage) => {
    const text = message.text();
    written.push(text);
    if (message.type() === 'error' || message.type() === 'warning' || text.startsWith(VIOLATION)) add(`${message.type()}: ${text} (${message.location().url})`);
  });
  return { take: () => problems.splice(0), written, received, allow: (kind) => { allowed.push(kind); } };
}
