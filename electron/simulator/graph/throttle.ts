import type { SimulatorClock } from '../clock.ts';
import { GraphRefusal } from './refusal.ts';

/** What one request costs. */
export interface Cost { readonly resourceUnits: number; readonly writes: number }

/** Limits of one scope: so many in a window (Graph documentation, throttling limits, identity and access). */
const WRITES_APP_TENANT = { amount: 3000, windowMs: 150_000 };
const WRITES_APP = { amount: 35_000, windowMs: 300_000 };
const WRITES_TENANT = { amount: 18_000, windowMs: 300_000 };
const UNITS_APP = { amount: 150_000, windowMs: 20_000 };
const REQUESTS_APP = { amount: 130_000, windowMs: 10_000 };
/** Resource units of one application in one tenant by the tenant's size: S below 50 users, M to 500, L above. */
const unitsFor = (users: number) => ({ amount: users < 50 ? 3500 : users <= 500 ? 5000 : 8000, windowMs: 10_000 });

/** A token bucket: full at first, filling evenly, never above its size. */
interface Bucket { level: number; at: number; amount: number; readonly windowMs: number }

/**
 * Cost of a request in resource units and writes (same source: "resource unit cost").
 * `$select` costs one less, `$expand` one more, a page below 20 one less; never below one.
 */
export function costOf(method: string, segments: readonly string[], query: ReadonlyMap<string, string>): Cost {
  const [root, key, relation] = segments;
  if (root === 'directoryObjects' && key?.endsWith('getByIds')) return { resourceUnits: query.has('select') ? 2 : 3, writes: 0 };
  if (method !== 'GET') return { resourceUnits: 1, writes: 1 };
  let units = 1;
  if (root === 'users' && key === undefined) units = 2;
  else if (root === 'groups' && relation === 'members') units = 3;
  else if (relation === 'transitiveMembers') units = 5;
  else if (relation === 'memberOf') units = 2;
  else if (root === 'subscribedSkus') units = 3;
  if (query.has('select')) units--;
  if (query.has('expand')) units++;
  if (query.has('top') && Number(query.get('top')) < 20) units--;
  return { resourceUnits: Math.max(1, units), writes: 0 };
}

/** Charges requests; one per simulator. */
export interface Throttle {
  /**
   * Takes the cost of a request.
   * @returns headers for its answer.
   * @throws GraphRefusal 429 with Retry-After; a refused request costs nothing.
   */
  charge(appId: string, cost: Cost, users: number): Readonly<Record<string, string>>;
  readonly throttled: number;
}

/** @param quotas `off` charges nothing and never refuses. */
export function throttle(quotas: 'off' | 'real', clock: SimulatorClock, tenantId: string): Throttle {
  const buckets = new Map<string, Bucket>();
  let throttled = 0;
  const bucket = (name: string, limit: { readonly amount: number; readonly windowMs: number }): Bucket => {
    const now = clock.quick();
    let found = buckets.get(name);
    if (!found) buckets.set(name, found = { level: limit.amount, at: now, ...limit });
    found.level = Math.min(limit.amount, found.level + ((now - found.at) * limit.amount) / limit.windowMs);
    found.at = now;
    found.amount = limit.amount;
    return found;
  };
  return {
    get throttled() { return throttled; },
    charge: (appId, cost, users) => {
      if (quotas === 'off') return {};
      const units = bucket(`units ${appId}`, unitsFor(users));
      const wanted: readonly (readonly [Bucket, number, string, string])[] = [
        [bucket(`requests ${appId}`, REQUESTS_APP), 1, `Application/Read/${appId}`, 'ResourceUnitLimitExceeded'],
        [units, cost.resourceUnits, `Tenant_Application/ReadWrite/${appId}/${tenantId}`, 'ResourceUnitLimitExceeded'],
        [bucket(`app units ${appId}`, UNITS_APP), cost.resourceUnits, `Application/ReadWrite/${appId}`, 'ResourceUnitLimitExceeded'],
        [bucket(`writes ${appId}`, WRITES_APP_TENANT), cost.writes, `Tenant_Application/Write/${appId}/${tenantId}`, 'WriteLimitExceeded'],
        [bucket(`app writes ${appId}`, WRITES_APP), cost.writes, `Application/Write/${appId}`, 'WriteLimitExceeded'],
        [bucket('tenant writes', WRITES_TENANT), cost.writes, `Tenant/Write/${tenantId}`, 'WriteLimitExceeded'],
      ];
      const empty = wanted.find(([b, amount]) => b.level < amount);
      if (empty) {
        throttled++;
        const [b, amount, scope, information] = empty;
        throw tooMany(retryAfter(((amount - b.level) * b.windowMs) / b.amount, clock, throttled), { 'x-ms-throttle-scope': scope, 'x-ms-throttle-information': information });
      }
      for (const [b, amount] of wanted) b.level -= amount;
      const used = 1 - units.level / units.amount;
      return { 'x-ms-resource-unit': String(cost.resourceUnits), ...(used >= 0.8 ? { 'x-ms-throttle-limit-percentage': used.toFixed(2) } : {}) };
    },
  };
}

/** Seconds to wait as the service words them: whole numbers mostly, a decimal now and then; always enough for the request to pass when it comes alone. */
function retryAfter(quickMs: number, clock: SimulatorClock, count: number): string {
  const seconds = clock.realWait(Math.max(quickMs, 2000)) / 1000;
  return clock.speed !== 1 || count % 3 === 0 ? (seconds + 0.001).toFixed(3) : String(Math.ceil(seconds));
}

function tooMany(seconds: string, headers: Readonly<Record<string, string>>): GraphRefusal {
  return new GraphRefusal(429, 'TooManyRequests', 'Please retry again later.', { headers: { 'retry-after': seconds, ...headers } });
}
