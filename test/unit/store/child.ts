import { openProject } from '../../../electron/store/index.ts';
import { guid, operation } from './samples.ts';

/**
 * The other process of the tests. Arguments: what to do, place of the project (file or address), and a name.
 * - `intend`: writes an intent, applies it, says so, and waits to be killed before it can settle.
 * - `claim`: claims tasks until none waits and reports their ids.
 * - `count`: increments a setting 100 times, each in a transaction that reads first.
 */
const [job = '', file = '', name = ''] = process.argv.slice(2);
const store = await openProject(file);
const agentId = (await store.agents.list())[0]?.id ?? '';

if (job === 'intend') {
  const task = await store.tasks.claim(agentId, name, 60_000);
  await store.journal.intend([{
    id: guid(1, 11), taskId: task?.id ?? '', planId: guid(1), operationId: guid(1, 9), sourceId: guid(1), targetId: null, kind: 'create', operation: operation(1), before: null, intentAt: 1,
  }]);
  process.send?.({ intended: true });
  await new Promise((resolve) => setTimeout(resolve, 60_000));
}
if (job === 'claim') {
  process.send?.({ ready: true });
  await new Promise((resolve) => process.once('message', resolve));
  const ids: string[] = [];
  for (let task = await store.tasks.claim(agentId, name, 60_000); task !== undefined; task = await store.tasks.claim(agentId, name, 60_000)) {
    ids.push(task.id);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  process.send?.({ ids });
}
if (job === 'count') {
  process.send?.({ ready: true });
  await new Promise((resolve) => process.once('message', resolve));
  for (let i = 0; i < 100; i += 1) {
    await store.transaction(async (within) => {
      const before = Number((await within.settings.get('count')) ?? 0);
      await new Promise((resolve) => setImmediate(resolve));
      await within.settings.set('count', before + 1);
    });
  }
  process.send?.({ ids: [] });
}
await store.close();
process.disconnect?.();
