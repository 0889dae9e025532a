import { describe, expect, it } from 'vitest';
import { TenantGates } from '../../../electron/engines/tenant/index.ts';
import { backOff, retryAfterMs } from '../../../electron/engines/tenant/throttle/timing.ts';
import { connectionTo, jumpingClock } from './loopback.ts';

const batch = { writes: 20, units: 20 };
const connection = connectionTo('http://127.0.0.1:1');

describe('the throttle gate', () => {
  it('is one per cloud, tenant and application', () => {
    const gates = new TenantGates();
    const gate = gates.of(connection);
    expect(gates.of({ ...connection, tenantId: connection.tenantId.toUpperCase() })).toBe(gate);
    expect(gates.of({ ...connection, clientId: 'other' })).not.toBe(gate);
    expect(gates.of({ ...connection, cloud: 'china' })).not.toBe(gate);
    expect(gates.of({ ...connection, simulated: null })).not.toBe(gate);
    expect(new TenantGates().of(connection)).not.toBe(gate);
  });

  it('never waits while the service does not throttle, however much is written', async () => {
    const timing = jumpingClock();
    const gate = new TenantGates({ timing }).of(connection);
    for (let i = 0; i < 500; i++) await gate.enter(batch);
    expect(timing.slept).toEqual([]);
  });

  it('stops everybody until the longest Retry-After is over, and tells only what is added', async () => {
    const timing = jumpingClock();
    const gate = new TenantGates({ timing }).of(connection);
    const told: number[] = [];
    const end = gate.onThrottled((ms) => told.push(ms));
    gate.throttled(2000, 'units');
    gate.throttled(1000, 'units');
    gate.throttled(5000, 'units');
    end();
    gate.throttled(6000, 'units');
    expect(told).toEqual([2000, 3000]);
    await gate.enter({ writes: 0, units: 1 });
    expect(timing.slept[0]).toBe(6000);
  });

  it('paces writes to the documented 19 a second after the first 429 on writes, and lets reads through', async () => {
    const timing = jumpingClock();
    const gate = new TenantGates({ timing }).of(connection);
    gate.throttled(0, 'writes');
    const from = timing.now();
    for (let i = 0; i < 95; i++) await gate.enter(batch);
    expect((timing.now() - from) / 1000).toBeCloseTo(1900 / 19, 0);
    const before = timing.now();
    await gate.enter({ writes: 0, units: 5 });
    expect(timing.now()).toBe(before);
  });

  it('counts on nothing that would have flowed in while the service wanted to be left alone', async () => {
    const timing = jumpingClock();
    const gate = new TenantGates({ timing }).of(connection);
    const from = timing.now();
    gate.throttled(10_000, 'writes');
    await gate.enter(batch);
    expect((timing.now() - from) / 1000).toBeCloseTo(10 + 20 / 19, 1);
  });

  it('allows a burst again when the tenant was left alone', async () => {
    const timing = jumpingClock();
    const gate = new TenantGates({ timing, pace: { writesPerSecond: 10, burst: 100 } }).of(connection);
    gate.throttled(0, 'writes');
    await timing.sleep(60_000);
    timing.slept.length = 0;
    for (let i = 0; i < 5; i++) await gate.enter(batch);
    expect(timing.slept).toEqual([]);
    await gate.enter(batch);
    expect(timing.slept).toEqual([2000]);
  });

  it('can be called off while it waits', async () => {
    const gate = new TenantGates().of(connection);
    gate.throttled(60_000, 'writes');
    await expect(gate.enter(batch, AbortSignal.timeout(10))).rejects.toMatchObject({ data: { code: 'CANCELLED' } });
  });

  it('estimates what is ahead: the burst at once, the rest at the documented rate, and the pause', async () => {
    const timing = jumpingClock();
    const gate = new TenantGates({ timing }).of(connection);
    expect(gate.estimate(3000)).toBe(0);
    expect(gate.estimate(3000 + 1900) / 1000).toBeCloseTo(100, 0);
    gate.throttled(10_000, 'writes');
    expect(gate.estimate(1900) / 1000).toBeCloseTo(110, 0);
  });

  it('believes a tenant that is faster than documented', async () => {
    const timing = jumpingClock();
    const gate = new TenantGates({ timing }).of(connection);
    for (let i = 0; i < 400; i++) {
      await gate.enter(batch);
      await timing.sleep(50);
      gate.wrote(20);
    }
    expect(gate.estimate(4000) / 1000).toBeGreaterThan(8);
    expect(gate.estimate(4000) / 1000).toBeLessThan(12);
  });
});

describe('times', () => {
  it('reads Retry-After as seconds with decimals or as a date', () => {
    expect(retryAfterMs('2.128', 0)).toBe(2128);
    expect(retryAfterMs('10', 0)).toBe(10_000);
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:30 GMT', 10_000)).toBe(20_000);
    expect(retryAfterMs('Thu, 01 Jan 1970 00:00:30 GMT', 40_000)).toBe(0);
    expect(retryAfterMs('soon', 0)).toBeNull();
    expect(retryAfterMs(null, 0)).toBeNull();
  });

  it('doubles the back-off up to 30 s, with half of it left to chance', () => {
    expect([1, 2, 3, 12].map((attempt) => backOff(attempt, 1))).toEqual([500, 1000, 2000, 30_000]);
    expect(backOff(3, 0)).toBe(1000);
  });
});
