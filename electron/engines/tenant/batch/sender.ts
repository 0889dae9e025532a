import { AppError } from '../../../../shared/domain/errors.ts';
import type { GraphClient } from '../graph/client.ts';
import { batchAnswer, readGraphError } from '../graph/envelopes.ts';
import { isRead } from '../graph/read-only.ts';
import { DEFAULT_RETRY_AFTER_MS } from '../graph/reader.ts';
import type { Traffic } from '../graph/traffic.ts';
import type { GraphAnswer, GraphRequest } from '../port.ts';
import type { Gate } from '../throttle/gate.ts';
import { backOff, cancelled, retryAfterMs, throwIfAborted } from '../throttle/timing.ts';
import type { Timing } from '../throttle/timing.ts';
import { MAX_BATCH, requireIndependent, unitsOf } from './requests.ts';
import { judge, judgeLost } from './verdict.ts';
import type { Verdict } from './verdict.ts';

/** Tries of one request after errors of the service or the network. */
const MAX_TRIES = 6;
/** Times one request is throttled before it is given back as 429: with 10 s each, more than a quarter of an hour. */
const MAX_THROTTLED = 100;

/** One request on its way. */
interface Item {
  readonly index: number;
  readonly request: GraphRequest;
  tries: number;
  throttled: number;
  /** An earlier try may have been carried out. */
  mayExist: boolean;
  /** Not before this time of the injected clock, milliseconds. */
  notBefore: number;
}

type Send = (requests: readonly GraphRequest[], signal?: AbortSignal, before?: () => Promise<void>) => Promise<readonly GraphAnswer[]>;

const headerOf = (headers: Readonly<Record<string, unknown>> | null | undefined, name: string): string | null => {
  const value = Object.entries(headers ?? {}).find(([key]) => key.toLowerCase() === name)?.[1];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
};

/** The answer as the caller gets it: a refusal after a try that may have been carried out says so. */
const marked = (answer: GraphAnswer, { mayExist }: Item): GraphAnswer => (mayExist && answer.kind === 'answered' && answer.error !== null ? { ...answer, repeated: true } : answer);

/** What ran dry, as the service tells it, else by the kind of request. */
const what = (information: string | null, wrote: boolean): 'writes' | 'units' =>
  information === null ? (wrote ? 'writes' : 'units') : /write/i.test(information) ? 'writes' : 'units';

/**
 * Makes the function behind `Tenant.send`: batches of 20, three lanes shared by the gate, throttled and failed requests sent
 * again in new batches while the others go on. Once a batch is on its way it is waited for, even after a cancel, so that no
 * write goes through unseen; only reads are cut off.
 */
export function createSender(parts: { readonly client: GraphClient; readonly gate: Gate; readonly timing: Timing; readonly traffic: Traffic }): Send {
  const { client, gate, timing, traffic } = parts;

  const bodyOf = (items: readonly Item[]): unknown => ({
    requests: items.map(({ request }, position) => ({
      id: String(position + 1), method: request.method, url: request.url,
      ...(request.body === undefined
        ? request.headers ? { headers: request.headers } : {}
        : { headers: { 'Content-Type': 'application/json', ...request.headers }, body: request.body }),
    })),
  });

  /** Sends one batch once. @returns a verdict for each item, in order. */
  async function attempt(items: readonly Item[], signal: AbortSignal | undefined, before: (() => Promise<void>) | undefined): Promise<readonly Verdict[]> {
    const writes = items.filter((one) => !isRead(one.request)).length;
    await gate.enter({ writes, units: items.reduce((sum, one) => sum + unitsOf(one.request), 0) }, signal);
    await before?.();
    throwIfAborted(signal);
    traffic.batches += 1;
    traffic.requests += items.length;
    const outer = await client.request({ method: 'POST', address: '/$batch', body: bodyOf(items) }, writes === 0 ? signal : undefined);

    if (outer.kind === 'lost') {
      if (!outer.failure.mayHaveBeenSent) {
        // Nothing left this machine: everything may be repeated, and when that is of no use the caller must know why.
        if (!outer.failure.error.data.retryable || items.some((one) => one.tries + 1 >= MAX_TRIES)) throw outer.failure.error;
        return items.map(() => ({ kind: 'again', when: 'back off', mayExist: false, last: { kind: 'ambiguous', reason: outer.failure.reason } }));
      }
      return items.map((one) => judgeLost(one.request, outer.failure.reason));
    }
    if (outer.status === 429) {
      traffic.throttled += 1;
      gate.throttled(retryAfterMs(outer.headers.get('retry-after'), Date.now()) ?? DEFAULT_RETRY_AFTER_MS, what(outer.headers.get('x-ms-throttle-information'), writes > 0));
      return items.map(() => ({ kind: 'throttled' }));
    }
    if (outer.status >= 500) return items.map((one) => judgeLost(one.request, `the tenant answered ${outer.status} to the whole batch`));
    if (outer.status >= 400) {
      const answer: GraphAnswer = { kind: 'answered', status: outer.status, body: outer.body ?? null, error: readGraphError(outer.status, outer.body) };
      return items.map(() => ({ kind: 'final', answer }));
    }
    const parsed = batchAnswer.safeParse(outer.body);
    if (!parsed.success) return items.map((one) => judgeLost(one.request, 'the tenant\'s answer could not be read'));

    const byId = new Map(parsed.data.responses.map((one) => [one.id, one]));
    let longest = -1;
    let dry: 'writes' | 'units' = 'units';
    const verdicts = items.map((one, position): Verdict => {
      const inner = byId.get(String(position + 1));
      if (!inner) return judgeLost(one.request, 'the tenant\'s answer left it out');
      const verdict = judge(one.request, inner.status, inner.body, one.mayExist);
      if (verdict.kind === 'throttled') {
        traffic.throttled += 1;
        longest = Math.max(longest, retryAfterMs(headerOf(inner.headers, 'retry-after'), Date.now()) ?? DEFAULT_RETRY_AFTER_MS);
        if (what(headerOf(inner.headers, 'x-ms-throttle-information'), !isRead(one.request)) === 'writes') dry = 'writes';
      }
      return verdict;
    });
    if (longest >= 0) gate.throttled(longest, dry);
    gate.wrote(items.filter((one, position) => !isRead(one.request) && verdicts[position]?.kind === 'final').length);
    return verdicts;
  }

  return async (requests, signal, before) => {
    requireIndependent(requests);
    throwIfAborted(signal);
    const answers = new Array<GraphAnswer>(requests.length);
    const waiting: Item[] = requests.map((request, index) => ({ index, request, tries: 0, throttled: 0, mayExist: false, notBefore: 0 }));
    if (waiting.length === 0) return [];

    let failure: unknown;
    let failed = false;
    // Ends the waiting of the other batches when one has failed for good.
    const stop = new AbortController();
    const ended = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal;
    const running = new Set<Promise<void>>();

    const settle = (item: Item, verdict: Verdict): void => {
      if (verdict.kind === 'final') {
        answers[item.index] = marked(verdict.answer, item);
        return;
      }
      if (verdict.kind === 'throttled') {
        item.throttled += 1;
        if (item.throttled >= MAX_THROTTLED) answers[item.index] = marked({ kind: 'answered', status: 429, body: null, error: { status: 429, code: 'TooManyRequests', message: '', details: [], requestId: '' } }, item);
        else again.push(item);
        return;
      }
      item.tries += 1;
      item.mayExist ||= verdict.mayExist;
      if (item.tries >= MAX_TRIES) {
        answers[item.index] = marked(verdict.last, item);
        return;
      }
      item.notBefore = verdict.when === 'next' ? 0 : timing.now() + backOff(item.tries, timing.random());
      again.push(item);
    };

    /** Items that come back to be sent again; bundled, so that a few failures do not become a batch each. */
    const again: Item[] = [];
    const launch = (items: readonly Item[], priority: number): void => {
      const work = (async () => {
        const wait = Math.max(...items.map((one) => one.notBefore)) - timing.now();
        // Outside the lane: whoever backs off must not keep the others from sending.
        if (wait > 0) await timing.sleep(wait, ended);
        await gate.lanes.add(async () => {
          if (failed) return;
          const verdicts = await attempt(items, ended, before);
          for (const [position, item] of items.entries()) {
            const verdict = verdicts[position];
            if (verdict) settle(item, verdict);
          }
        }, { priority });
      })().catch((error: unknown) => {
        if (!failed) failure = error;
        failed = true;
        stop.abort();
      }).finally(() => running.delete(work));
      running.add(work);
    };

    while (waiting.length > 0) launch(waiting.splice(0, MAX_BATCH), 0);
    while (running.size > 0) {
      await Promise.race(running);
      while (!failed && (again.length >= MAX_BATCH || (running.size === 0 && again.length > 0))) launch(again.splice(0, MAX_BATCH), 1);
    }
    if (failed) throw failure instanceof AppError ? failure : signal?.aborted ? cancelled(failure) : failure;
    return answers;
  };
}
