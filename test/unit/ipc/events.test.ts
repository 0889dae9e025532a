import { describe, expect, it } from 'vitest';
import { createEventHub } from '../../../electron/ipc/events.ts';
import { latestPerKey, type Timers } from '../../../electron/ipc/throttle.ts';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';

/** Timers that a test moves on. */
function fakeTimers() {
  let now = 0;
  let due: { at: number; fn: () => void; id: number }[] = [];
  let ids = 0;
  const timers: Timers = {
    set: (fn, ms) => { ids += 1; due.push({ at: now + ms, fn, id: ids }); return ids; },
    clear: (id) => { due = due.filter((d) => d.id !== id); },
  };
  const advance = (ms: number): void => {
    const end = now + ms;
    for (;;) {
      const next = due.filter((d) => d.at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (!next) break;
      due = due.filter((d) => d !== next);
      now = next.at;
      next.fn();
    }
    now = end;
  };
  return { timers, advance, pending: () => due.length };
}

describe('latestPerKey', () => {
  it('sends the first at once, then at most one per interval, and always the last', () => {
    const { timers, advance, pending } = fakeTimers();
    const sent: { n: number }[] = [];
    const throttle = latestPerKey<{ n: number }>(100, (value) => { sent.push(value); }, timers);
    for (let n = 0; n <= 1000; n++) { throttle.push('a', { n }); advance(1); }
    advance(1000);
    expect(sent.length).toBeLessThanOrEqual(12);
    expect(sent[0]).toEqual({ n: 0 });
    expect(sent.at(-1)).toEqual({ n: 1000 });
    expect(pending()).toBe(0);
  });

  it('keeps keys apart', () => {
    const { timers } = fakeTimers();
    const sent: { n: number }[] = [];
    const throttle = latestPerKey<{ n: number }>(100, (value) => { sent.push(value); }, timers);
    throttle.push('a', { n: 1 });
    throttle.push('b', { n: 2 });
    expect(sent).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it('sends a final value at once and never an older one after it', () => {
    const { timers, advance } = fakeTimers();
    const sent: { n: number }[] = [];
    const throttle = latestPerKey<{ n: number }>(100, (value) => { sent.push(value); }, timers);
    throttle.push('a', { n: 1 });
    throttle.push('a', { n: 2 });
    throttle.flush('a', { n: 3 });
    expect(sent).toEqual([{ n: 1 }, { n: 3 }]);
    advance(1000);
    expect(sent).toEqual([{ n: 1 }, { n: 3 }]);
  });

  it('keeps the interval after a final value too', () => {
    const { timers, advance } = fakeTimers();
    const sent: { n: number }[] = [];
    const throttle = latestPerKey<{ n: number }>(100, (value) => { sent.push(value); }, timers);
    throttle.push('a', { n: 1 });
    advance(90);
    throttle.flush('a', { n: 2 });
    throttle.push('a', { n: 3 });
    advance(99);
    expect(sent).toEqual([{ n: 1 }, { n: 2 }]);
    advance(1);
    expect(sent).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
  });

  it('sends nothing once closed', () => {
    const { timers, advance, pending } = fakeTimers();
    const sent: { n: number }[] = [];
    const throttle = latestPerKey<{ n: number }>(100, (value) => { sent.push(value); }, timers);
    throttle.push('a', { n: 1 });
    throttle.push('a', { n: 2 });
    throttle.close();
    expect(pending()).toBe(0);
    advance(1000);
    expect(sent).toEqual([{ n: 1 }]);
  });
});

describe('the event hub', () => {
  const row = (done: number, state: TaskRow['state'] = 'Running'): TaskRow => ({ id: '1', state, done }) as TaskRow;

  it('holds a running task to ten snapshots a second and sends its end at once', () => {
    const { timers, advance } = fakeTimers();
    const hub = createEventHub(timers);
    const seen: TaskRow[] = [];
    hub.subscribe((name, payload) => { if (name === 'tasks.changed') seen.push(payload as TaskRow); });
    for (let n = 0; n < 1000; n++) { hub.publish('tasks.changed', row(n)); advance(1); }
    expect(seen.length).toBeGreaterThanOrEqual(9);
    expect(seen.length).toBeLessThanOrEqual(11);
    hub.publish('tasks.changed', row(1000, 'Completed'));
    expect(seen.at(-1)).toEqual(row(1000, 'Completed'));
    advance(1000);
    expect(seen.at(-1)).toEqual(row(1000, 'Completed'));
  });

  it('loses no noun in a burst', () => {
    const { timers, advance } = fakeTimers();
    const hub = createEventHub(timers);
    const nouns: string[] = [];
    const off = hub.subscribe((name, payload) => { if (name === 'store.changed') nouns.push(...(payload as { nouns: string[] }).nouns); });
    for (let n = 0; n < 50; n++) hub.publish('store.changed', { nouns: ['tasks', 'objects'] });
    hub.publish('store.changed', { nouns: ['rules'] });
    expect(nouns).toEqual(['tasks', 'objects', 'rules']);
    advance(100);
    expect(nouns).toEqual(['tasks', 'objects', 'rules', 'tasks', 'objects']);
    off();
    hub.publish('store.changed', { nouns: ['agents'] });
    expect(nouns).not.toContain('agents');
    hub.close();
  });
});
