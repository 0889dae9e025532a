import { readTargetChanges, type TargetChanges } from '../../../electron/app/pipeline/read-target-changes.ts';
import type { Reporter } from '../../../electron/app/pipeline/reporter.ts';
import type { Services } from '../../../electron/app/services.ts';
import type { FeedEntry } from '../../../electron/store/index.ts';
import { openRig, type Rig, type RigOptions } from './rig.ts';

/** A rig whose pair's tenant is followed by its changes. */
export interface ChangesRig extends Rig {
  readonly services: Services;
  /** Reads what changed. */
  follow(): Promise<TargetChanges>;
  /** Everything that is stored of the tenant, with links of what is not in the recycle bin, sorted. */
  stored(): Promise<readonly unknown[]>;
  /** The same as a whole reading into another pair stores it. */
  fresh(): Promise<readonly unknown[]>;
  /** Somebody else's request to the tenant, at whatever time it is there. @returns the status. */
  elsewhere(method: string, address: string, body?: unknown): Promise<number>;
  /** Entries of the change feed since the last call. */
  fed(): Promise<readonly FeedEntry[]>;
}

const SILENT: Reporter = {
  phase: () => Promise.resolve(), progress: () => undefined, estimateWith: () => undefined, throttled: () => undefined, item: () => undefined, end: () => Promise.resolve(), flush: () => Promise.resolve(),
};

/** Opens such a rig; nothing was read yet. */
export async function openChangesRig(options: Omit<RigOptions, 'services' | 'members'>): Promise<ChangesRig> {
  let services: Services | undefined;
  const rig = await openRig({ ...options, members: null, services: (given) => { services = given; return given; } });
  const known = (): Services => { if (services === undefined) throw new Error('no services'); return services; };
  const reader = async (pairId: string): Promise<TargetChanges> => {
    const all = known();
    const signal = new AbortController().signal;
    const pair = await all.store.pairs.get(pairId);
    const tenant = await all.openTenant(pair, { signal });
    try {
      return await readTargetChanges(all, pair, tenant, SILENT, signal);
    } finally { await tenant.close(); }
  };
  const stored = async (pairId: string): Promise<readonly unknown[]> => {
    const all: unknown[] = [];
    for await (const page of known().store.targets.iterate(pairId, { withLinks: true })) {
      for (const { id, kind, name, attributes, links, deleted } of page) {
        all.push({ id, kind, name, deleted, attributes: Object.fromEntries(Object.entries(attributes).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([n, values]) => [n, values.toSorted()])), links: deleted ? {} : Object.fromEntries(Object.entries(links).toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([n, values]) => [n, values.toSorted()])) });
      }
    }
    return all;
  };
  let position = 0;
  return {
    ...rig, get services() { return known(); },
    follow: () => reader(rig.pairId),
    stored: () => stored(rig.pairId),
    fresh: async () => {
      const { id } = await rig.call('pairs.create', { name: `Fresh ${known().newId()}`, source: { kind: 'ldif', file: rig.ldif }, target: (await known().store.pairs.get(rig.pairId)).target, targetSecret: rig.simulator.clientSecret, defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' } });
      // Whether Exchange Online matters follows from what the directory holds.
      for await (const page of known().store.sources.iterate(rig.pairId)) await known().store.sources.upsertPage(id, page, 'fresh');
      await reader(id);
      const all = await stored(id);
      await known().store.pairs.remove(id);
      return all;
    },
    elsewhere: async (method, address, body) => {
      const { url, tenantId, clientId, clientSecret } = rig.simulator;
      const signed = await fetch(`${url}/${tenantId}/oauth2/v2.0/token`, { method: 'POST', body: new URLSearchParams({ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret, scope: 'https://graph.microsoft.com/.default' }) });
      const { access_token: token } = await signed.json() as { access_token: string };
      const answer = await fetch(`${url}/v1.0${address}`, { method, headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
      await answer.text();
      return answer.status;
    },
    fed: async () => {
      const entries = await known().store.changeFeed.page(rig.pairId, position, 10_000);
      position = entries.at(-1)?.number ?? position;
      return entries;
    },
  };
}
