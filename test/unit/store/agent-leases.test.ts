import { describe, expect, it } from 'vitest';
import { sandbox, VARIANTS } from './fixture.ts';

describe.each(VARIANTS)('the name of an agent and what processes tell each other ($name)', (variant) => {
  const { open } = sandbox();
  const of = { host: 'h1', version: '1', health: 'http://127.0.0.1:9464' };

  it('makes an agent once, whatever the case of its name', async () => {
    const { agents } = await open(variant);
    const id = await agents.ensure('Berlin', 'h1', '1');
    expect(await agents.ensure('BERLIN', 'h2', '2')).toBe(id);
    expect((await agents.list()).map(({ name, host }) => [name, host])).toEqual([['Local', ''], ['Berlin', 'h1']]);
  });

  it('belongs to one process until that gives it back, its lease runs out, or it is known to be gone', async () => {
    let now = 1_000;
    const { agents } = await open({ ...variant, environment: { ...variant.environment, clock: () => now } });
    const id = await agents.ensure('Berlin', '', '');
    expect(await agents.holder(id)).toBeUndefined();
    expect(await agents.takeLease(id, 'a', 500, of)).toBe(true);
    expect(await agents.holder(id)).toEqual({ owner: 'a', until: 1_500, host: 'h1', health: of.health });
    expect(await agents.takeLease(id, 'b', 500, { ...of, host: 'h2' })).toBe(false);
    expect(await agents.takeLease(id, 'b', 500, of, 'c')).toBe(false);
    expect(await agents.holder(id)).toMatchObject({ owner: 'a', host: 'h1' });

    now = 1_400;
    expect(await agents.holdLease(id, 'b', 500)).toBe(false);
    expect(await agents.holdLease(id, 'a', 500)).toBe(true);
    now = 1_900;
    expect(await agents.takeLease(id, 'b', 500, of)).toBe(false);
    now = 1_901;
    expect(await agents.takeLease(id, 'b', 500, of)).toBe(true);
    expect(await agents.holdLease(id, 'a', 500)).toBe(false);
    expect(await agents.takeLease(id, 'c', 500, of, 'b')).toBe(true);

    await agents.giveLeaseBack(id, 'b');
    expect(await agents.holder(id)).toMatchObject({ owner: 'c' });
    await agents.giveLeaseBack(id, 'c');
    expect(await agents.holder(id)).toBeUndefined();
    expect((await agents.list()).find((agent) => agent.id === id)?.heartbeatAt).toBe(1_901);
    await expect(agents.takeLease('none', 'a', 1, of)).rejects.toMatchObject({ data: { code: 'NOT_FOUND' } });
  });

  it('counts what is said of each noun', async () => {
    const { notices } = await open(variant);
    expect(await notices.told()).toEqual(new Map());
    expect(await notices.tell(['tasks', 'pairs'])).toEqual(new Map([['pairs', 1], ['tasks', 1]]));
    expect(await notices.tell(['tasks'])).toEqual(new Map([['tasks', 2]]));
    expect(await notices.told()).toEqual(new Map([['pairs', 1], ['tasks', 2]]));
  });
});
