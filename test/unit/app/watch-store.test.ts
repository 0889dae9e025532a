import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createTeller, type Teller } from '../../../electron/app/notices.ts';
import { watchStore } from '../../../electron/app/watch-store.ts';
import { silentLog } from '../../../electron/platform/index.ts';
import { openProject, type Store } from '../../../electron/store/index.ts';
import { PAIR, sandbox } from '../store/fixture.ts';

const { open, keep } = sandbox();
type Said = readonly [name: string, what: unknown];

let here: Store;
let there: Store;
let tellHere: Teller;
let tellThere: Teller;
let watch: ReturnType<typeof watchStore>;
let said: Said[];
let pairId: string;
let agentId: string;
beforeEach(async () => {
  here = await open();
  pairId = (await here.pairs.create(PAIR)).id;
  agentId = (await here.agents.ensureLocal('h', '1')).id;
  there = keep(await openProject(here.file));
  tellHere = createTeller(here, silentLog);
  tellThere = createTeller(there, silentLog);
  said = [];
  watch = watchStore(here, { publish: (name, payload) => { said.push([name, name === 'tasks.changed' ? (payload as { state: string; done: number }) : (payload as { nouns: readonly string[] }).nouns]); } }, tellHere, silentLog);
});
afterEach(async () => {
  await watch.close();
  await tellHere.close();
  await tellThere.close();
});
const nouns = (): readonly unknown[] => said.flatMap(([name, what]) => (name === 'store.changed' ? [what] : []));
/** Several times the pause between two looks. */
const severalLooks = () => pause(700);

describe('what windows hear of other processes', () => {
  it('is the progress of their tasks as it goes on, without a word that everything is to be read again', async () => {
    const { id } = await there.tasks.create({ pairId, collectionId: null, kind: 'Discover', settings: {}, createdBy: 'me' });
    await there.tasks.claim(agentId, 'them', 60_000);
    await vi.waitFor(() => { expect(said.at(-1)).toMatchObject(['tasks.changed', { id, state: 'Running' }]); });
    await there.tasks.update(id, { done: 7 });
    await vi.waitFor(() => { expect(said.at(-1)).toMatchObject(['tasks.changed', { id, done: 7 }]); });
    await there.tasks.update(id, { state: 'Completed', done: 9 });
    await vi.waitFor(() => { expect(said.at(-1)).toMatchObject(['tasks.changed', { id, state: 'Completed', done: 9 }]); });
    expect(nouns()).toEqual([]);
  });

  it('is the nouns that they say, each once, and not what this process said itself', async () => {
    tellHere.heard('store.changed', { nouns: ['rules'] });
    await vi.waitFor(async () => { expect((await here.notices.told()).get('rules')).toBe(1); });
    tellThere.heard('store.changed', { nouns: ['pairs'] });
    tellThere.heard('store.changed', { nouns: ['pairs'] });
    await vi.waitFor(() => { expect(nouns()).toEqual([['pairs']]); });
    await severalLooks();
    expect(nouns()).toEqual([['pairs']]);
    // Said by both at the same time: ours hides nothing of theirs.
    await there.notices.tell(['rules']);
    tellHere.heard('store.changed', { nouns: ['rules'] });
    await vi.waitFor(() => { expect(nouns().flat()).toContain('rules'); });
  });

  it('is begin and end of a task as news of the tasks', async () => {
    tellThere.heard('tasks.changed', { id: 't', state: 'Running' } as never);
    tellThere.heard('tasks.changed', { id: 't', state: 'Running' } as never);
    await vi.waitFor(async () => { expect((await here.notices.told()).get('tasks')).toBe(1); });
    tellThere.heard('tasks.changed', { id: 't', state: 'Completed' } as never);
    await vi.waitFor(async () => { expect((await here.notices.told()).get('tasks')).toBe(2); });
  });

  it('is nothing when an agent only gives a sign of life, and everything when somebody wrote without a word', async () => {
    await there.agents.heartbeat(agentId);
    await severalLooks();
    expect(said).toEqual([]);
    await there.project.rename('Another');
    await vi.waitFor(() => { expect(nouns().flat()).toEqual(['project', 'pairs', 'collections', 'objects', 'rules', 'tasks', 'agents', 'coexistence', 'mailboxes', 'notifications', 'cutover']); });
  });
});
