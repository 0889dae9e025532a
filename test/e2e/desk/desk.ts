import { expect, type Browser, type BrowserContext, type BrowserContextOptions, type Page } from '@playwright/test';
import { makeOperator, type Operator, type Ran } from '../../integration/main-job/command.ts';
import { watchContext, type Watch } from './watch.ts';

/** A `causeway serve` process that answers. */
export interface Served {
  /** The one-time address that it printed. */
  readonly oneTimeUrl: string;
  /** `http://127.0.0.1:PORT` */
  readonly origin: string;
  readonly pid: number;
  /** Asks it to end as Ctrl+C does, and gives what it said. */
  stop(): Promise<Ran>;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
}

/** One person at the console: a data folder, a served project and a browser. */
export interface Desk {
  readonly operator: Operator;
  readonly served: Served;
  readonly context: BrowserContext;
  readonly page: Page;
  readonly watch: Watch;
  /** Fails when anything went wrong in the page since the last call. */
  quiet(): void;
  close(): Promise<void>;
}

/** How to open a desk. */
export interface DeskOptions {
  /** Project file; none: the demo project, made at the first start. */
  readonly project?: string;
  /** An operator with files of its own; default a new one with an empty data folder. */
  readonly operator?: Operator;
  readonly browser?: BrowserContextOptions;
}

/** The longest that one spec serves a console, in milliseconds. */
const SERVE_LIMIT_MS = 10 * 60_000;

/** An operator whose processes may run as long as a spec file does. */
export const newOperator = (): Promise<Operator> => makeOperator({ limitMs: SERVE_LIMIT_MS });

/** Starts `causeway serve` and waits for its address. Throws with its own words when it ends instead. */
export async function serve(operator: Operator, project?: string): Promise<Served> {
  const running = operator.start(...(project === undefined ? [] : ['--project', project]), 'serve', '--json');
  const died = running.ended.then((ran): string => { throw new Error(`the console did not start (${ran.code}): ${ran.stderr}`); });
  const { url } = JSON.parse(await Promise.race([running.stdoutLine, died])) as { readonly url: string };
  died.catch(() => {});
  const end = async (signal: NodeJS.Signals): Promise<Ran> => { running.kill(signal); return running.ended; };
  return { oneTimeUrl: url, origin: new URL(url).origin, pid: running.pid, stop: () => end('SIGTERM'), kill: async () => { await end('SIGKILL'); } };
}

/** Starts a console on a project and opens its one-time address in the browser. Leaves nothing behind when that fails. */
export async function openDesk(browser: Browser, options: DeskOptions = {}): Promise<Desk> {
  const operator = options.operator ?? await newOperator();
  const ends: (() => Promise<unknown>)[] = options.operator === undefined ? [() => operator.close()] : [];
  const close = async (): Promise<void> => { for (const end of ends.splice(0)) await end(); };
  try {
    const served = await serve(operator, options.project);
    ends.unshift(() => served.stop());
    const context = await browser.newContext(options.browser);
    ends.unshift(() => context.close());
    const watch = await watchContext(context);
    const page = await context.newPage();
    await page.goto(served.oneTimeUrl);
    await expect(page.getByRole('tree', { name: 'Management tree' })).toBeVisible();
    return { operator, served, context, page, watch, close, quiet: () => { expect(watch.take(), 'errors in the page').toEqual([]); } };
  } catch (error) {
    await close();
    throw error;
  }
}
