import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { localAgent, type AgentChild, type LocalAgentState } from '../../../electron/agent/local/local-agent.ts';
import { NAME_TAKEN, toAgent, type ToAgent } from '../../../electron/agent/local/protocol.ts';
import { consoleSecrets, createQuestions } from '../../../electron/agent/local/questions.ts';
import type { Services } from '../../../electron/app/services.ts';
import { remoteAgents } from '../../../electron/host/agents.ts';
import { agentOrder, type AgentOrder } from '../../../electron/host/protocol.ts';
import { sessionSecretStore, silentLog } from '../../../electron/platform/index.ts';
import type { Store } from '../../../electron/store/index.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { sandbox } from '../store/fixture.ts';

const { open } = sandbox();
/** A process that a test plays. */
interface Played { readonly told: ToAgent[]; say(message: unknown): void; exit(code: number | null): void; killed: boolean }

let store: Store;
let services: Services;
let agentId: string;
let lives: Played[];
let states: [LocalAgentState, string][];
let emitted: [string, unknown][];
let close: () => Promise<void>;
let nudge: () => void;
beforeEach(async () => {
  store = await open();
  agentId = (await store.agents.ensureLocal('h', '1')).id;
  [lives, states, emitted] = [[], [], []];
  services = { store, log: silentLog, now: Date.now, secrets: sessionSecretStore(), pendingSignIns: new Map(), agentProblems: new Map(), emit: (name: string, payload: unknown) => { emitted.push([name, payload]); } } as unknown as Services;
});
afterEach(async () => {
  const closing = close();
  for (const life of lives) life.exit(0);
  await closing;
});

function launch(): AgentChild {
  let said: (message: unknown) => void = () => {};
  let exited: (code: number | null) => void = () => {};
  const life: Played = { told: [], killed: false, say: (message) => { said(message); }, exit: (code) => { exited(code); } };
  lives.push(life);
  return { tell: (message) => { life.told.push(toAgent.parse(message)); }, onMessage: (listener) => { said = listener; }, onExit: (listener) => { exited = listener; }, kill: () => { life.killed = true; exited(null); } };
}
async function start(simulated?: () => Promise<never>): Promise<Played> {
  const runner = localAgent({ launch, onState: (state, why) => { states.push([state, why]); }, backOff: () => 1, ...(simulated ? { simulated } : {}) })(services, { agentId, owner: 'host:1:random' });
  ({ close, nudge } = runner);
  return await vi.waitFor(() => { const [life] = lives; if (life === undefined) throw new Error('not yet'); return life; });
}
const next = async (number: number): Promise<Played> => await vi.waitFor(() => { const life = lives[number]; if (life === undefined) throw new Error('not yet'); return life; });

describe('a console with its Local agent', () => {
  it('tells it the project and nothing secret, passes words on, and shows how it stands', async () => {
    const life = await start();
    expect(life.told).toEqual([{ t: 'start', place: store.file, name: 'Local', random: 'random', protection: 'session' }]);
    life.say({ t: 'started' });
    nudge();
    expect(life.told.at(-1)).toEqual({ t: 'nudge' });
    expect(states).toEqual([['starting', ''], ['running', '']]);
    life.say({ t: 'sign-in', pairId: 'p', pending: { userCode: 'ABC', verificationUri: 'https://x', expiresAt: 1 } });
    expect(services.pendingSignIns.get('p')).toMatchObject({ userCode: 'ABC' });
    life.say({ t: 'sign-in', pairId: 'p', pending: null });
    expect(services.pendingSignIns.size).toBe(0);
    const attention = { collectionId: 'c', collectionName: 'Berlin', pairId: 'p', taskId: null, message: 'The guard stopped a cycle.' };
    life.say({ t: 'attention', attention });
    expect(emitted).toContainEqual(['coexistence.attention', attention]);
    // Nonsense is not heard.
    life.say({ t: 'attention' });
    life.say('secret');
  });

  it('forgets with it the sign-ins that it waited for, and keeps those of the console itself', async () => {
    const life = await start();
    const code = (userCode: string) => ({ userCode, verificationUri: 'https://x', expiresAt: 1 });
    services.pendingSignIns.set('tested here', code('OWN'));
    services.pendingSignIns.set('both', code('OWN TOO'));
    life.say({ t: 'sign-in', pairId: 'agent', pending: code('AGENT') });
    // What the console shows is not ended by an agent that never waited for it.
    life.say({ t: 'sign-in', pairId: 'both', pending: null });
    life.exit(1);
    await next(1);
    expect([...services.pendingSignIns].map(([pairId, { userCode }]) => [pairId, userCode])).toEqual([['tested here', 'OWN'], ['both', 'OWN TOO']]);
    expect(emitted.filter(([name, payload]) => name === 'store.changed' && JSON.stringify(payload).includes('pairs'))).toHaveLength(3);
  });

  it('answers questions for secrets, its own errors too', async () => {
    const life = await start(async () => { throw appError(ErrorCode.TenantUnavailable, 'No tenant here.'); });
    const questions = createQuestions((message) => { life.say(message); });
    const secrets = consoleSecrets(questions, 'session');
    const ask = async <T>(work: Promise<T>): Promise<T> => {
      const before = life.told.length;
      await vi.waitFor(() => { expect(life.told.length).toBeGreaterThan(before); });
      const answer = life.told.at(-1);
      if (answer?.t === 'answer') questions.answered(answer);
      return await work;
    };
    await ask(secrets.set('pair/1/target', 'hush'));
    expect(await services.secrets.get('pair/1/target')).toBe('hush');
    expect(await ask(secrets.get('pair/1/target'))).toBe('hush');
    expect(await ask(secrets.get('other'))).toBeNull();
    await ask(secrets.delete('pair/1/target'));
    expect(await services.secrets.get('pair/1/target')).toBeNull();
    expect(secrets.protection()).toBe('session');
    await expect(ask(questions.ask({ what: 'simulated tenant', simulated: { stateFile: 'x' } }))).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE', message: 'No tenant here.' } });
    const never = secrets.get('x');
    questions.end();
    await expect(never).rejects.toMatchObject({ data: { code: 'HOST_GONE' } });
    await expect(secrets.get('x')).rejects.toMatchObject({ data: { code: 'HOST_GONE' } });
  });

  it('starts it again whenever it ends by itself, and says why', async () => {
    const life = await start();
    life.say({ t: 'refused', failure: { code: 'BAD_FILE', message: 'The project file is damaged.', retryable: false } });
    life.exit(78);
    (await next(1)).exit(null);
    const third = await next(2);
    expect([...services.agentProblems.values()]).toEqual([expect.stringContaining('ended by itself')]);
    third.say({ t: 'started' });
    expect(services.agentProblems.size).toBe(0);
    expect(states.map(([state, why]) => `${state} ${why}`.trim())).toEqual([
      'starting', 'restarting The project file is damaged.', 'starting', 'restarting The Local agent ended by itself (a signal); it starts again. Its log says why.', 'starting', 'running',
    ]);
  });

  it('uses the one of another process while that holds the name, also when that was a moment faster', async () => {
    await store.agents.takeLease(agentId, 'far:9:other', 60_000, { host: 'far', version: '1', health: null });
    const runner = localAgent({ launch, onState: (state, why) => { states.push([state, why]); } })(services, { agentId, owner: 'host:1:random' });
    ({ close, nudge } = runner);
    await vi.waitFor(() => { expect(states).toEqual([['elsewhere', 'The Local agent of this project runs on far (process 9).']]); });
    nudge();
    expect(lives).toEqual([]);
    await store.agents.giveLeaseBack(agentId, 'far:9:other');
    const life = await vi.waitFor(() => { const [one] = lives; if (one === undefined) throw new Error('not yet'); return one; }, 5_000);
    await store.agents.takeLease(agentId, 'far:9:third', 60_000, { host: 'far', version: '1', health: null });
    life.exit(NAME_TAKEN);
    await vi.waitFor(() => { expect(states.at(-1)).toMatchObject(['elsewhere', expect.stringContaining('far')]); }, 5_000);
    expect(states.some(([state]) => state === 'restarting')).toBe(false);
  });

  it('asks it to end when the project is closed, and starts no other', async () => {
    const life = await start();
    const closing = close();
    expect(life.told.at(-1)).toEqual({ t: 'end' });
    life.exit(0);
    await closing;
    await pause(20);
    expect(lives).toHaveLength(1);
    expect(states.at(-1)).toEqual(['stopped', '']);
  });
});

describe('agents that the desktop shell starts for the host', () => {
  it('are kept apart by the number of their life', () => {
    const orders: AgentOrder[] = [];
    const agents = remoteAgents((order) => { orders.push(agentOrder.parse(order)); });
    const [first, second] = [agents.launch(), agents.launch()];
    const heard: unknown[] = [];
    first.onMessage((message) => { heard.push(['first', message]); });
    second.onMessage((message) => { heard.push(['second', message]); });
    second.onExit((code) => { heard.push(['second ended', code]); });
    first.tell({ t: 'nudge' });
    agents.heard({ t: 'agent said', id: 2, message: 'hello' });
    agents.heard({ t: 'agent ended', id: 2, code: 70 });
    agents.heard({ t: 'agent said', id: 2, message: 'late' });
    second.tell({ t: 'nudge' });
    first.kill();
    expect(orders).toEqual([{ t: 'agent start', id: 1 }, { t: 'agent start', id: 2 }, { t: 'agent tell', id: 1, message: { t: 'nudge' } }, { t: 'agent kill', id: 1 }]);
    expect(heard).toEqual([['second', 'hello'], ['second ended', 70]]);
    close = async () => {};
  });
});
