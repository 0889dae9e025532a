import { AuthenticationHandler, Client, GraphError, PageIterator, RetryHandler, RetryHandlerOptions, TelemetryHandler, type Context, type PageCollection } from '@microsoft/microsoft-graph-client';
import { afterEach, expect, it } from 'vitest';
import { seedTenant, simulatedTransports, startSimulator, type Simulator, type SimulatorOptions } from '../../../electron/simulator/index.ts';
import { signIn } from '../../unit/simulator/support.ts';

const open: Simulator[] = [];
afterEach(async () => { for (const sim of open.splice(0)) await sim.close(); });

/** The stock client; only the last middleware is ours. */
async function connect(options: Partial<SimulatorOptions> = {}): Promise<{ sim: Simulator; client: Client }> {
  const sim = await startSimulator({ quotas: 'off', seed: seedTenant({ users: 450, groups: 3 }), ...options });
  open.push(sim);
  const token = await signIn(sim);
  const transport = simulatedTransports(sim.url);
  const last = { execute: async (context: Context) => { context.response = await transport.fetch(typeof context.request === 'string' ? context.request : context.request.url, context.options as RequestInit); } };
  const middleware = [new AuthenticationHandler({ getAccessToken: () => Promise.resolve(token) }), new RetryHandler(new RetryHandlerOptions()), new TelemetryHandler(), last];
  return { sim, client: Client.initWithMiddleware({ middleware }) };
}

interface Row { readonly id: string; readonly displayName?: string; readonly '@removed'?: { readonly reason: string } }

/** A whole round: what it told and the link to the next one. */
async function round(client: Client, address: string): Promise<{ readonly rows: readonly Row[]; readonly link: string }> {
  const rows: Row[] = [];
  const iterator = new PageIterator(client, await client.api(address).get() as PageCollection, (row: Row) => { rows.push(row); return true; });
  await iterator.iterate();
  return { rows, link: iterator.getDeltaLink() ?? '' };
}

it('gives the stock PageIterator all pages of a round and its delta link', async () => {
  const { client } = await connect();
  const first = await round(client, '/users/delta?$select=displayName');
  expect(new Set(first.rows.map((r) => r.id)).size).toBe(451);
  expect(first.link).toMatch(/^https:\/\/graph\.microsoft\.com\/v1\.0\/users\/delta\?\$deltatoken=/);

  await client.api('/users/user3@example.com').patch({ displayName: 'Changed' });
  const gone = first.rows.find((r) => r.displayName === 'User 4')?.id ?? '';
  await client.api(`/users/${gone}`).delete();
  const second = await round(client, first.link);
  expect(second.rows.map(({ displayName, '@removed': removed }) => removed?.reason ?? displayName)).toEqual(['Changed', 'changed']);
  expect(second.rows[1]?.id).toBe(gone);
});

it('tells the stock client by a 410 that it has to begin again', async () => {
  const { client } = await connect({ faults: 'reset-delta=1' });
  const { '@odata.deltaLink': link } = await client.api('/users/delta?$deltatoken=latest').get() as PageCollection;
  const error = await client.api(String(link)).get().catch((e: unknown) => e);
  expect(error).toBeInstanceOf(GraphError);
  expect(error).toMatchObject({ statusCode: 410, code: 'resyncRequired' });
});
