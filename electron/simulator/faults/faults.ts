import type { Chance } from '../chance.ts';
import type { Delivery, HttpAnswer, HttpRequest } from '../http/answer.ts';
import { requestIds, serviceOf, type Service } from '../http/services.ts';
import { draws, type Draws } from './draws.ts';
import { injectedError } from './errors.ts';
import { parseFaults, type FaultClause, type FaultRule, type Span } from './spec.ts';
import { innerSubject, meets, outerSubject, type Subject } from './target.ts';

/** How often a clause had its say. */
export interface FaultCount {
  readonly clause: string;
  /** Requests it is about. */
  readonly met: number;
  /** Faults it caused. */
  readonly injected: number;
}

/** One request inside a batch. */
export interface InnerRequest { readonly method: string; readonly url: string; readonly headers: Readonly<Record<string, string | undefined>>; readonly body?: unknown }
/** Its answer. */
export interface InnerAnswer { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: unknown }

/** The faults of one simulated tenant. */
export interface Faults {
  /** The specification in force. */
  readonly spec: string;
  /** Counts since the specification was set, in its order. */
  readonly counts: readonly FaultCount[];
  /** Faults injected by clause since the specification was set, equal clauses together. */
  readonly byClause: Readonly<Record<string, number>>;
  /** Faults since the start, all specifications together. */
  readonly injected: number;
  /** Share of the documented limits that is in force, above 0 to 1. */
  readonly quotaShare: number;
  /**
   * Replaces all faults and starts their chances anew.
   * @throws AppError INVALID_INPUT; the old ones stay.
   */
  set(spec: string): void;
  /** Answers one HTTP request, with what goes wrong before, after and on the way. */
  around(request: HttpRequest, run: () => HttpAnswer): HttpAnswer;
  /** Answers one request of a batch. */
  inner(service: Service, request: InnerRequest, run: () => InnerAnswer): InnerAnswer;
  /** True when a delta token is to be refused as if the service had reset it. One draw for each call. */
  deltaReset(): boolean;
}

/** What faults reach of the tenant. */
export interface FaultSurroundings {
  /** Wall time in milliseconds since 1970. */
  readonly now: () => number;
  /** Changed in place; what they are now is what holds without faults. In quick milliseconds. */
  readonly lags: { replicationMs: number; exchangeMs: number };
  /** Empties every quota. */
  readonly emptyQuotas: () => void;
}

interface Active { readonly clause: FaultClause; readonly draws: Draws; met: number; injected: number }
/** A clause that is about a request, with the chances of this one. */
interface Drawn<Rule extends FaultRule = FaultRule> { readonly active: Active; readonly rule: Rule; readonly luck: Chance; readonly happens: boolean }
type ErrorRule = Extract<FaultRule, { readonly status: number }>;

const INNER: ReadonlySet<FaultRule['kind']> = new Set(['error', 'error-after', 'quota-drop']);
const spanOf = (span: Span, luck: Chance): number => span.from + luck.fraction() * (span.to - span.from);

/** @throws AppError INVALID_INPUT for a specification that is not understood. */
export function createFaults(spec: string, around: FaultSurroundings): Faults {
  const base = { ...around.lags };
  let text = '';
  let active: readonly Active[] = [];
  let earlier = 0;
  const current = (): number => active.reduce((sum, a) => sum + a.injected, 0);

  const set = (next: string): void => {
    const parsed = parseFaults(next);
    earlier += current();
    const equals = new Map<string, number>();
    active = parsed.clauses.map((clause) => {
      const same = equals.get(clause.text) ?? 0;
      equals.set(clause.text, same + 1);
      return { clause, draws: draws(parsed.seed, `${clause.text}\n${same}`), met: 0, injected: 0 };
    });
    text = next.trim();
    Object.assign(around.lags, base);
    // In force at once: an export of a directory synchronisation, or a look at the page, may come before the first request.
    for (const { clause: { rule } } of active) {
      if (rule.kind === 'lag') around.lags.replicationMs = rule.span.to;
      if (rule.kind === 'exchange-lag') around.lags.exchangeMs = rule.span.to;
    }
  };
  set(spec);

  /** Lets every clause draw that is about the request, whether or not another one decides it: none may shift another's chances. */
  const draw = (subject: Subject, isInner: boolean): readonly Drawn[] => {
    const drawn: Drawn[] = [];
    for (const a of active) {
      const { rule, target } = a.clause;
      if (rule.kind === 'quota' || rule.kind === 'reset-delta' || (isInner && !INNER.has(rule.kind)) || !meets(target, subject)) continue;
      a.met++;
      const luck = a.draws.next();
      drawn.push({ active: a, rule, luck, happens: 'rate' in rule ? luck.happens(rule.rate) : true });
    }
    for (const { rule, luck } of drawn) {
      if (rule.kind === 'lag') around.lags.replicationMs = spanOf(rule.span, luck);
      if (rule.kind === 'exchange-lag') around.lags.exchangeMs = spanOf(rule.span, luck);
    }
    for (const d of happening(drawn, 'quota-drop')) { d.active.injected++; around.emptyQuotas(); }
    return drawn;
  };

  return {
    get spec() { return text; },
    get counts() { return active.map(({ clause, met, injected }) => ({ clause: clause.text, met, injected })); },
    get byClause() {
      const sums: Record<string, number> = {};
      for (const { clause, injected } of active) sums[clause.text] = (sums[clause.text] ?? 0) + injected;
      return sums;
    },
    get injected() { return earlier + current(); },
    get quotaShare() { return active.reduce((share, { clause: { rule } }) => (rule.kind === 'quota' ? rule.share : share), 1); },
    set,
    around: (request, run) => {
      if (active.length === 0) return run();
      const service = serviceOf(request.url.pathname);
      const drawn = draw(outerSubject(request.method, request.url.pathname, request.body), false);
      const error = (d: Drawn<ErrorRule>): HttpAnswer => injectedError(d.rule, service, d.luck, around.now(), requestIds(request.headers['client-request-id']), false);
      // The first of the specification decides.
      const [before] = happening(drawn, 'error', 'drop-before', 'reset-before');
      if (before) before.active.injected++;
      if (before) return isError(before) ? travelling(error(before), drawn) : { status: 500, delivery: ending(before) };
      const answer = run();
      const after = happening(drawn, 'error-after').find(isError);
      if (!after) return travelling(answer, drawn);
      after.active.injected++;
      return travelling(error(after), drawn);
    },
    inner: (service, request, run) => {
      if (active.length === 0) return run();
      const drawn = draw(innerSubject(service, request), true);
      const error = (d: Drawn<ErrorRule>): InnerAnswer => {
        d.active.injected++;
        return injectedError(d.rule, service, d.luck, around.now(), requestIds(request.headers['client-request-id']), true);
      };
      const before = happening(drawn, 'error').find(isError);
      if (before) return error(before);
      const answer = run();
      const after = happening(drawn, 'error-after').find(isError);
      return after ? error(after) : answer;
    },
    deltaReset: () => {
      let resets = false;
      for (const a of active) {
        const { rule } = a.clause;
        if (rule.kind !== 'reset-delta') continue;
        a.met++;
        if (!a.draws.next().happens(rule.rate)) continue;
        a.injected++;
        resets = true;
      }
      return resets;
    },
  };
}

function happening(drawn: readonly Drawn[], ...kinds: readonly FaultRule['kind'][]): readonly Drawn[] {
  return drawn.filter((d) => d.happens && kinds.includes(d.rule.kind));
}

const isError = (drawn: Drawn): drawn is Drawn<ErrorRule> => 'status' in drawn.rule;

/** The answer with what befalls it on its way: waits add up, and one end at most. */
function travelling(answer: HttpAnswer, drawn: readonly Drawn[]): HttpAnswer {
  const [end] = happening(drawn, 'drop-after', 'reset-after', 'reset-middle', 'truncate');
  const delivery: { waitMs?: number; overMs?: number } & Omit<Delivery, 'waitMs' | 'overMs'> = end ? ending(end) : {};
  if (end) end.active.injected++;
  for (const d of happening(drawn, 'slow', 'trickle')) {
    if (d.rule.kind !== 'slow' && d.rule.kind !== 'trickle') continue;
    d.active.injected++;
    const name = d.rule.kind === 'slow' ? 'waitMs' : 'overMs';
    delivery[name] = (delivery[name] ?? 0) + spanOf(d.rule.span, d.luck);
  }
  return Object.keys(delivery).length === 0 ? answer : { ...answer, delivery };
}

function ending({ rule, luck }: Drawn): Delivery {
  switch (rule.kind) {
    case 'drop-before': case 'drop-after': return { end: 'closed', waitMs: spanOf(rule.span, luck) };
    case 'reset-before': case 'reset-after': return { end: 'reset' };
    case 'reset-middle': return { end: 'reset in the middle' };
    default: return { end: 'truncated' };
  }
}
