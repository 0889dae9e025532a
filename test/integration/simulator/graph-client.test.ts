import { AuthenticationHandler, Client, GraphError, PageIterator, RetryHandler, RetryHandlerOptions, TelemetryHandler, type Context, type PageCollection } from '@microsoft/microsoft-graph-client';
import { afterEach, expect, it } from 'vitest';
import { simulatedTransports, startSimulator, type Simulator, type SimulatorOptions } from '../../../electron/simulator/index.ts';
import { newUser, signIn } from '../../unit/simulator/support.ts';

const open: Simulator[] = [];
afterEach(async () => { for (const sim of open.splice(0)) await sim.close(); });

/** The stock client and its stock handlers; only the last middleware is ours. */
async function connect(options: Partial<SimulatorOptions> = {}): Promise<{ sim: Simulator; client: Client; attempts: () => number }> {
  const sim = await startSimulator({ quotas: 'off', ...options });
  open.push(sim);
  const token = await signIn(sim);
  const transport = simulatedTransports(sim.url);
  let attempts = 0;
  const last = {
    execute: async (context: Context) => {
      attempts++;
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
