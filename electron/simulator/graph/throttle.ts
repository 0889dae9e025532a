import type { SimulatorClock } from '../clock.ts';
import type { Cost } from './cost.ts';
import { GraphRefusal } from './refusal.ts';

/** Limits of one scope: so many in a window (Graph documentation, throttling limits, identity and access). */
const WRITES_APP_TENANT = { amount: 3000, windowMs: 150_000 };
const WRITES_APP = { amount: 35_000, windowMs: 300_000 };
const WRITES_TENANT = { amount: 18_000, windowMs: 300_000 };
const UNITS_APP = { amount: 150_000, windowMs: 20_000 };
const REQUESTS_APP = { amount: 130_000, windowMs: 10_000 };
/** Resource units of one application in one tenant by the tenant's size: S below 50 users, M to 500, L above. */
const unitsFor = (users: number) => ({ amount: users < 50 ? 3500 : users <= 500 ? 5000 : 8000, windowMs: 10_000 });

/** A token bucket: full at first, filling evenly, never above its size. */
interface Bucket { level: number; at: number; amount: number; readonly windowMs: number; refused: number }

/** One quota as a person may read it. */
export interface QuotaLevel {
  /** What is counted and for whom, e.g. `writes 1d3c…`. */
  readonly name: string;
  readonly level: number;
  readonly size: number;
  /** Quick milliseconds in which an empty one is full again. */
  readonly windowMs: number;
  /** Requests it refused. */
  readonly refused: number;
}

/** Words of `x-ms-throttle-priority`; anything else is normal. */
export type Priority = 'low' | 'normal' | 'high';

/** Part of a quota that requests of low priority leave to the others: they are throttled first (same source, request headers). The share is this simulator's choice. */
const KEPT_FROM_LOW = 0.1;
/** Refused requests count too, up to this part of a quota: usage is published up to 1.8 of the limit (same source, response headers; throttling guidance, "all requests accrue against your usage limits"). */
const OVERDRAFT = 0.8;

/** Charges requests; one per simulator. */
export interface Throttle {
  /**
   * Takes the cost of a request.
   * @returns headers for its answer.
   * @throws GraphRefusal 429 with Retry-After; a refused request counts as well, so that a client which does not wait is refused again.
   */
  charge(appId: string, cost: Cost, users: number, priority?: Priority): Readonly<Record<string, string>>;
  readonly throttled: number;
  /** Every quota that was asked for so far; empty when there are none. */
  levels(): readonly QuotaLevel[];
  /** Empties every quota at once, those of applications that have not called yet too. */
  empty(): void;
}

/**
 * @param quotas `off` charges nothing and never refuses.
 * @param share of the documented limits that is in force now, above 0 to 1.
 */
export function throttle(quotas: 'off' | 'real', clock: SimulatorClock, tenantId: string, share: () => number = () => 1): Throttle {
  const buckets = new Map<string, Bucket>();
  let [charged, throttled] = [0, 0];
  let emptied: number | null = null;
  const bucket = (name: string, limit: { readonly amount: number; readonly windowMs: number }): Bucket => {
    const now = clock.quick();
    const amount = limit.amount * share();
    let found = buckets.get(name);
    if (!found) buckets.set(name, found = emptied === null ? { level: amount, at: now, ...limit, refused: 0 } : { level: 0, at: emptied, ...limit, refused: 0 });
    found.level = Math.min(amount, found.level + ((now - found.at) * amount) / limit.windowMs);
    found.at = now;
    found.amount = amount;
    return found;
  };
  return {
    get throttled() { return throttled; },
    levels: () => [...buckets].map(([name, b]) => ({ name, level: Math.min(b.amount, b.level + ((clock.quick() - b.at) * b.amount) / b.windowMs), size: b.amount, windowMs: b.windowMs, refused: b.refused })),
    empty: () => {
      emptied = clock.quick();
      for (const b of buckets.values()) { b.level = 0; b.at = emptied; }
    },
    charge: (appId, cost, users, priority = 'normal') => {
      if (quotas === 'off') return {};
      const units = bucket(`units ${appId}`, unitsFor(users));
      const writes = bucket(`writes ${appId}`, WRITES_APP_TENANT);
      const wanted: readonly Wanted[] = [
        [bucket(`requests ${appId}`, REQUESTS_APP), 1, 'Application/ReadWrite', 'ResourceUnitLimitExceeded'],
        [units, cost.resourceUnits, 'Tenant_Application/ReadWrite', 'ResourceUnitLimitExceeded'],
        [bucket(`app units ${appId}`, UNITS_APP), cost.resourceUnits, 'Application/ReadWrite', 'ResourceUnitLimitExceeded'],
        [writes, cost.writes, 'Tenant_Application/Write', 'WriteLimitExceeded'],
        [bucket(`app writes ${appId}`, WRITES_APP), cost.writes, 'Application/Write', 'WriteLimitExceeded'],
        [bucket('tenant writes', WRITES_TENANT), cost.writes, 'Tenant/Write', 'WriteLimitExceeded'],
      ];
      const kept = priority === 'low' ? KEPT_FROM_LOW : 0;
      // A bucket that the request takes nothing from cannot refuse it, even when it is overdrawn.
      const empty = wanted.find(([b, amount]) => amount > 0 && b.level < amount + kept * b.amount);
      if (empty) {
        const [b, amount, scope, information] = empty;
        throttled++;
        b.refused++;
        b.level = Math.max(-OVERDRAFT * b.amount, b.level - amount);
        const missing = amount + kept * b.amount - b.level;
        throw tooMany(retryAfter((missing * b.windowMs) / b.amount, clock, throttled), { 'x-ms-throttle-scope': `${scope}/${appId}/${tenantId}`, 'x-ms-throttle-information': information });
      }
      for (const [b, amount] of wanted) b.level -= amount;
      charged++;
      const used = Math.max(usedOf(units), usedOf(writes));
      return {
        'x-ms-resource-unit': String(cost.resourceUnits),
        // Published as soon as 0.8 is reached, reported as often missing: every other answer has it.
        ...(used >= 0.8 && charged % 2 === 0 ? { 'x-ms-throttle-limit-percentage': used.toFixed(2) } : {}),
      };
    },
  };
}

/** A quota, what is wanted of it, and the start of `x-ms-throttle-scope` and the text of `x-ms-throttle-information` when it refuses. */
type Wanted = readonly [Bucket, number, string, string];

const usedOf = ({ level, amount }: Bucket): number => 1 - level / amount;

/** Seconds to wait as the service words them: whole numbers mostly, a decimal now and then; always enough for the request to pass when it comes alone. */
function retryAfter(quickMs: number, clock: SimulatorClock, count: number): string {
  const seconds = clock.realWait(Math.max(quickMs, 2000)) / 1000;
  return clock.speed !== 1 || count % 3 === 0 ? (seconds + 0.001).toFixed(3) : String(Math.ceil(seconds));
}

function tooMany(seconds: string, headers: Readonly<Record<string, string>>): GraphRefusal {
  return new GraphRefusal(429, 'TooManyRequests', 'Please retry again later.', { headers: { 'retry-after': seconds, ...headers } });
}
