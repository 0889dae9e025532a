import { describe, expect, it } from 'vitest';
import { backOffMs, supervise, type HostState } from '../../../electron/platform/supervisor.ts';

/** A supervisor over hosts that end when told, and a clock that the test moves. */
function setUp() {
  let now = 0;
  const spawned: { exit: (code: number) => void; killed: boolean }[] = [];
  const states: HostState[] = [];
  const scheduled: { fn: () => void; ms: number }[] = [];
  const supervisor = supervise({
    maxExits: 3, windowMs: 60_000, now: () => now, schedule: (fn, ms) => { scheduled.push({ fn, ms }); }, onState: (state) => { states.push(state); },
    spawn: () => {
      const host = { exit: (_code: number): void => {}, killed: false };
      spawned.push(host);
      return { onExit: (listener) => { host.exit = listener; }, kill: () => { host.killed = true; host.exit(0); } };
    },
  });
  return { supervisor, spawned, states, scheduled, wait: (ms: number) => { now += ms; }, runNext: () => { scheduled.shift()?.fn(); } };
}

describe('the supervisor', () => {
  it('starts one host, however often it is asked', () => {
    const { supervisor, spawned, states } = setUp();
    supervisor.start();
    supervisor.start();
    expect(spawned).toHaveLength(1);
    expect(states).toEqual(['running']);
  });

  it('starts again after a pause that grows', () => {
    const { supervisor, spawned, scheduled, runNext } = setUp();
    supervisor.start();
    spawned[0]?.exit(1);
    expect(spawned).toHaveLength(1);
    expect(scheduled[0]?.ms).toBe(500);
    runNext();
    spawned[1]?.exit(1);
    expect(scheduled[0]?.ms).toBe(1000);
    expect([1, 2, 3, 4, 5, 6, 20].map(backOffMs)).toEqual([500, 1000, 2000, 4000, 8000, 8000, 8000]);
  });

  it('gives up loudly after three exits within a minute, and starts afresh when a person asks', () => {
    const { supervisor, spawned, states, scheduled, runNext } = setUp();
    supervisor.start();
    for (let i = 0; i < 3; i++) {
      spawned[i]?.exit(1);
      runNext();
    }
    expect(spawned).toHaveLength(3);
    expect(states.at(-1)).toBe('failed');
    expect(scheduled).toEqual([]);
    supervisor.start();
    expect(spawned).toHaveLength(4);
    spawned[3]?.exit(1);
    expect(states.at(-1)).toBe('restarting');
  });

  it('forgives exits that lie far apart', () => {
    const { supervisor, spawned, states, wait, runNext } = setUp();
    supervisor.start();
    for (let i = 0; i < 10; i++) {
      spawned[i]?.exit(1);
      runNext();
      wait(30_001);
    }
    expect(spawned).toHaveLength(11);
    expect(states).not.toContain('failed');
  });

  it('does not start again what was stopped, also when the stop falls into the pause', () => {
    const one = setUp();
    one.supervisor.start();
    one.supervisor.stop();
    expect(one.spawned[0]?.killed).toBe(true);
    expect(one.states).toEqual(['running', 'stopped']);
    const two = setUp();
    two.supervisor.start();
    two.spawned[0]?.exit(1);
    two.supervisor.stop();
    two.runNext();
    expect(two.spawned).toHaveLength(1);
  });

  it('does not start two hosts when it is stopped and started during the pause', () => {
    const { supervisor, spawned, runNext } = setUp();
    supervisor.start();
    spawned[0]?.exit(1);
    supervisor.stop();
    supervisor.start();
    runNext();
    expect(spawned).toHaveLength(2);
  });
});
