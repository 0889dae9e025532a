import { afterEach, expect, it } from 'vitest';
import { openRig, type Rig } from './rig.ts';
import { cloudId, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

it('a migration whose only write failed cannot be rolled back, and the last one that wrote something is the one that is', async () => {
  let refuses = false;
  rig = await openRig({
    source: works(), seed: worksTenant(),
    wrap: (send) => async (url, init) => (refuses && init.method === 'POST' && url.endsWith('/$batch') ? await refused(send, url, init) : refuses && init.method === 'PATCH' ? denied() : await send(url, init)),
  });
  const first = await rig.migrate();
  expect((await rig.call('tasks.get', { id: first.id })).canRollBack).toBe(true);
  await rig.rewrite(works({ ann: { title: 'Partner' } }));
  refuses = true;
  const second = await rig.migrate();
  refuses = false;
  expect(second).toMatchObject({ state: 'Completed with errors', failed: 1 });
  expect((await rig.call('tasks.get', { id: second.id })).canRollBack).toBe(false);
  expect((await rig.call('tasks.list', { collectionId: rig.collectionId })).rows.filter((row) => row.canRollBack).map((row) => row.id)).toEqual([first.id]);
  expect((await rig.call('tasks.get', { id: second.id })).canResume).toBe(true);
  expect((await rig.rollBack()).undoes).toBe(first.id);
  expect(rig.simulator.snapshot().users.find((u) => u.id === cloudId(11))?.properties['jobTitle']).toBe('Trainee');
});

const BODY = { error: { code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' } };
const denied = (): Response => Response.json(BODY, { status: 403 });

/** A batch whose updates are refused, and whose other requests go through (Graph documentation, "Combine multiple HTTP requests using JSON batching"). */
async function refused(send: (url: string, init: RequestInit) => Promise<Response>, url: string, init: RequestInit): Promise<Response> {
  const { requests } = JSON.parse(String(init.body)) as { requests: { id: string; method: string }[] };
  const { no = [], yes = [] } = Object.groupBy(requests, ({ method }) => (method === 'PATCH' ? 'no' : 'yes'));
  const answered = yes.length === 0 ? [] : ((await (await send(url, { ...init, body: JSON.stringify({ requests: yes }) })).json()) as { responses: unknown[] }).responses;
  return Response.json({ responses: [...answered, ...no.map(({ id }) => ({ id, status: 403, headers: { 'Content-Type': 'application/json' }, body: BODY }))] });
}
