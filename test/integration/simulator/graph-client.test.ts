import { AuthenticationHandler, BatchRequestContent, BatchResponseContent, Client, GraphError, PageIterator, RetryHandler, RetryHandlerOptions, TelemetryHandler, type Context, type PageCollection } from '@microsoft/microsoft-graph-client';
import { afterEach, expect, it } from 'vitest';
import { seedTenant, simulatedTransports, startSimulator, type Simulator, type SimulatorOptions } from '../../../electron/simulator/index.ts';
import { newUser, signIn } from '../../unit/simulator/support.ts';

const open: Simulator[] = [];
afterEach(async () => { for (const sim of open.splice(0)) await sim.close(); });

/** The stock client and its stock handlers; only the last middleware is ours. */
async function connect(options: Partial<SimulatorOptions> = {}, onAttempt: (attempt: number, sim: Simulator) => void = () => undefined): Promise<{ sim: Simulator; client: Client; attempts: () => number }> {
  const sim = await startSimulator({ quotas: 'off', ...options });
  open.push(sim);
  const token = await signIn(sim);
  const transport = simulatedTransports(sim.url);
  let attempts = 0;
  const last = {
    execute: async (context: Context) => {
      onAttempt(++attempts, sim);
      context.response = await transport.fetch(typeof context.request === 'string' ? context.request : context.request.url, context.options as RequestInit);
    },
  };
  const middleware = [new AuthenticationHandler({ getAccessToken: () => Promise.resolve(token) }), new RetryHandler(new RetryHandlerOptions()), new TelemetryHandler(), last];
  return { sim, client: Client.initWithMiddleware({ middleware }), attempts: () => attempts };
}

it('writes, reads and iterates over pages with links at the production address', async () => {
  const { client, sim } = await connect();
  for (let i = 0; i < 7; i++) await client.api('/users').post(newUser(`user${i}`));
  const first = await client.api('/users').top(3).select('id,displayName').get() as PageCollection;
  expect(first['@odata.nextLink']).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/users\?/);
  const seen: unknown[] = [];
  const iterator = new PageIterator(client, first, (item: { displayName: string }) => { seen.push(item.displayName); return true; });
  await iterator.iterate();
  expect(seen).toHaveLength(8);
  expect(iterator.isComplete()).toBe(true);
  await client.api('/users/user1@example.com').patch({ city: 'Oslo' });
  expect(await client.api('/users/user1@example.com').select('city').get()).toMatchObject({ city: 'Oslo' });
  await client.api('/users/user1@example.com').delete();
  expect(sim.snapshot().deletedUsers).toHaveLength(1);
});

it('gets errors as the client reads them', async () => {
  const { client } = await connect();
  await client.api('/users').post(newUser('ann'));
  const error = await client.api('/users').post(newUser('ann')).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(GraphError);
  expect(error).toMatchObject({ statusCode: 400, code: 'Request_BadRequest', message: 'Another object with the same value for property userPrincipalName already exists.' });
});

it('waits as Retry-After says and then gets through', async () => {
  const { client, attempts, sim } = await connect({ quotas: 'real' });
  // More than one bucket of writes, since it fills again meanwhile.
  for (let i = 0; i < 400 && sim.stats.throttled === 0; i++) await client.api('/$batch').post({ requests: Array.from({ length: 20 }, (_, k) => ({ id: String(k), method: 'DELETE', url: `/users/nobody${k}@example.com` })) });
  const before = attempts();
  await client.api('/users').post(newUser('late'));
  expect(attempts() - before).toBeGreaterThan(1);
  expect(sim.snapshot().users.map((u) => u.properties['displayName'])).toContain('late');
});

it('tries again what a 503 refused, by Retry-After with decimals, and gives up after three more tries', async () => {
  // The fault ends before the third attempt.
  const { client, attempts, sim } = await connect({ faults: 'error=1:503:200ms@/users/*' }, (attempt, s) => { if (attempt === 3) s.setFaults(''); });
  const began = performance.now();
  expect(await client.api('/users/admin@simulated.onmicrosoft.com').select('mailNickname').get()).toMatchObject({ mailNickname: 'admin' });
  expect(attempts()).toBe(3);
  expect(performance.now() - began).toBeGreaterThan(390);
  sim.setFaults('error=1:503:50ms@/users/*');
  const error = await client.api('/users/admin@simulated.onmicrosoft.com').get().catch((e: unknown) => e);
  expect(error).toMatchObject({ statusCode: 503 });
  expect(attempts()).toBe(3 + 4);
});

it('iterates over a list that changes meanwhile without losing or repeating anybody', async () => {
  const { client } = await connect({ seed: seedTenant({ users: 230, groups: 1, membersPerGroup: 150 }) });
  const names = new Map<string, number>();
  const first = await client.api('/users').select('displayName').get() as PageCollection;
  await client.api('/users').post(newUser('latecomer'));
  await new PageIterator(client, first, (item: { displayName: string }) => { names.set(item.displayName, (names.get(item.displayName) ?? 0) + 1); return true; }).iterate();
  expect([...names.values()].every((count) => count === 1)).toBe(true);
  expect(names.size).toBeGreaterThanOrEqual(231);
  const [group] = (await client.api('/groups').select('id').get() as PageCollection).value as { id: string }[];
  const members: string[] = [];
  await new PageIterator(client, await client.api(`/groups/${group?.id}/members`).top(40).select('id').get() as PageCollection, (item: { id: string }) => { members.push(item.id); return true; }).iterate();
  expect(new Set(members).size).toBe(150);
});

it('stops and resumes between pages', async () => {
  const { client } = await connect({ seed: seedTenant({ users: 30 }) });
  const seen: unknown[] = [];
  const iterator = new PageIterator(client, await client.api('/users').top(10).get() as PageCollection, (item) => { seen.push(item); return seen.length !== 15; });
  await iterator.iterate();
  expect([seen.length, iterator.isComplete()]).toEqual([15, false]);
  await iterator.resume();
  expect([seen.length, iterator.isComplete()]).toEqual([31, true]);
});

it('sends batches as plain JSON', async () => {
  const { client } = await connect();
  const { responses } = await client.api('/$batch').post({
    requests: [
      { id: 'a', method: 'POST', url: '/users', headers: { 'Content-Type': 'application/json' }, body: newUser('ann') }, { id: 'b', method: 'GET', url: '/users/ann@example.com?$select=displayName', dependsOn: ['a'] },
      { id: 'c', method: 'DELETE', url: '/users/nobody@example.com', dependsOn: ['b'] }, { id: 'd', method: 'GET', url: '/users', dependsOn: ['c'] },
    ],
  }) as { responses: { id: string; status: number; body?: { displayName?: string } }[] };
  expect(Object.fromEntries(responses.map((r) => [r.id, r.status]))).toEqual({ a: 201, b: 200, c: 404, d: 424 });
  expect(responses.find((r) => r.id === 'b')?.body?.displayName).toBe('ann');
});

it('sends batches made by BatchRequestContent and reads them by BatchResponseContent', async () => {
  const { client, sim } = await connect();
  // An address without a version: the client takes the version for a part of the path.
  const post = new Request('https://graph.microsoft.com/users', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(newUser('bob')) });
  const content = new BatchRequestContent([{ id: '1', request: post }, { id: '2', request: new Request('https://graph.microsoft.com/users/bob@example.com', { method: 'GET' }), dependsOn: ['1'] }]);
  const batch = new BatchResponseContent(await client.api('/$batch').post(await content.getContent()) as ConstructorParameters<typeof BatchResponseContent>[0]);
  expect(batch.getResponseById('1').status).toBe(201);
  expect(await batch.getResponseById('2').json()).toMatchObject({ displayName: 'bob' });
  await client.api('/users/bob@example.com').delete();
  expect(sim.snapshot().deletedUsers).toHaveLength(1);
});

it.each([
  ['a missing object', (c: Client) => c.api('/users/nobody@example.com').get(), 404, 'Request_ResourceNotFound'],
  ['a page that is too large', (c: Client) => c.api('/users').top(1000).get(), 400, 'Request_UnsupportedQuery'],
  ['a read-only property', (c: Client) => c.api('/users/admin@simulated.onmicrosoft.com').patch({ proxyAddresses: ['SMTP:x@example.com'] }), 400, 'Request_BadRequest'],
] as const)('reads the error of %s', async (_, call, statusCode, code) => {
  const { client } = await connect();
  const error: unknown = await call(client).catch((e: unknown) => e);
  expect(error).toBeInstanceOf(GraphError);
  expect(error).toMatchObject({ statusCode, code });
  expect((error as GraphError).requestId).toMatch(/^[0-9a-f-]{36}$/);
  expect(JSON.parse(String((error as GraphError).body))).toMatchObject({ code });
});
