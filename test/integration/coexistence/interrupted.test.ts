import { afterEach, expect, it } from 'vitest';
import { startRunner } from '../../../electron/agent/runner.ts';
import { openConsole, type Console } from '../../../electron/app/container.ts';
import { ask, type Send } from '../app/rig.ts';
import { works, worksTenant } from '../app/works.ts';
import { openCycleRig, type CycleRig } from './desk.ts';

/* The program ends while a cycle writes: the next process goes on with it from its journal, and nothing is written twice. */
let rig: CycleRig | undefined;
let next: Console | undefined;
afterEach(async () => { await next?.close(); await rig?.close(); });

it('a cycle that was interrupted while it wrote is gone on with by the next process, by itself', async () => {
  let sent: () => void = () => {};
  const wrote = new Promise<void>((resolve) => { sent = resolve; });
  let armed = false;
  const slow = (send: Send): Send => async (url, init) => {
    const answer = await send(url, init);
    if (armed && typeof init.body === 'string' && init.body.includes('"PATCH"')) { armed = false; sent(); await new Promise((resolve) => { setTimeout(resolve, 300); }); }
    return answer;
  };
  const opened = await openCycleRig({ source: works(), seed: worksTenant(), members: '(objectClass=user)', wrap: slow });
  rig = opened;
  expect(await opened.enable()).toMatchObject({ state: 'Completed' });
  await opened.rewrite([...works(Object.fromEntries(['ann', 'ben', 'cem', 'dot'].map((alias) => [alias, { title: `Second ${alias}`, manager: [] as string[] }])))]);
  armed = true;
  const { taskId } = await opened.call('coexistence.runNow', { collectionId: opened.collectionId });
  await wrote;
  await opened.console.close();

  next = await openConsole({ file: opened.file, create: null, platform: opened.platform, simulated: opened.simulated.open, startRunner: (services, taker) => startRunner(services, taker) });
  const console = next;
  for (const end = Date.now() + 20_000; ;) {
    const task = await ask(console, 'tasks.get', { id: taskId });
    const { rows } = await ask(console, 'coexistence.cycles', { collectionId: opened.collectionId });
    if (task.state === 'Completed' && rows[0]?.outcome !== 'running') {
      expect(rows.map((row) => row.outcome)).toEqual(['done', 'done']);
      break;
    }
    if (Date.now() > end) throw new Error(`it did not go on: ${JSON.stringify(task)}`);
    await new Promise((resolve) => { setTimeout(resolve, 50); });
  }
  const titles = opened.simulator.snapshot().users.flatMap((one) => (String(one.properties['jobTitle']).startsWith('Second') ? [String(one.properties['jobTitle'])] : [])).toSorted();
  expect(titles).toEqual(['Second ann', 'Second ben', 'Second cem', 'Second dot']);
  expect(await ask(console, 'coexistence.get', { collectionId: opened.collectionId })).toMatchObject({ state: 'On', failures: 0, attention: '', objects: { inSync: 4 } });
});
