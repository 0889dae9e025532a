import { randomUUID } from 'node:crypto';
import { expect } from 'vitest';
import { discoverSource } from '../../../electron/app/pipeline/discover.ts';
import { readSourceChanges, type SourceChanges, type SourceReadingMode } from '../../../electron/app/pipeline/read-source-changes.ts';
import type { Reporter } from '../../../electron/app/pipeline/reporter.ts';
import type { Services } from '../../../electron/app/services.ts';
import { openLdapDirectory, type Directory } from '../../../electron/engines/directory/index.ts';
import { createProject, IN_MEMORY, type FeedEntry, type PairInput, type PairRecord, type Store } from '../../../electron/store/index.ts';
import { normaliseDn } from '../../../shared/rules/dn.ts';
import type { SambaServer } from '../../servers/samba.ts';
import { PAIR } from '../../unit/store/samples.ts';

/** Who signs in, and from where on objects are of interest. */
export interface Account { readonly username: string; readonly password: string; readonly baseDn?: string }

const nothing = (): Promise<void> => Promise.resolve();
/** A reporter that tells nobody. */
export const SILENT: Reporter = { phase: nothing, progress: () => {}, estimateWith: () => {}, throttled: () => {}, item: () => {}, end: nothing, flush: nothing };

/** What the pipelines of the source need; `ahead`: milliseconds that the clock is fast. */
export function servicesOn(store: Store, clock: { ahead: number } = { ahead: 0 }): Services {
  const log = { info: () => {}, warn: () => {}, error: () => {}, debug: () => {} };
  return { store, now: () => Date.now() + clock.ahead, newId: randomUUID, log, emit: () => {} } as unknown as Services;
}

/** A project that follows a directory. */
export interface Follower {
  readonly store: Store;
  readonly pair: PairRecord;
  readonly clock: { ahead: number };
  readonly directory: Directory;
  /** Reads what changed, on a connection of its own as every cycle does. */
  read(mode?: SourceReadingMode): Promise<SourceChanges>;
  /** Entries of the feed since the last time it was asked. */
  feed(): Promise<readonly FeedEntry[]>;
  close(): Promise<void>;
}

/** Connection settings of an account on a Samba server. */
export const sourceOf = (samba: SambaServer, { username, baseDn = '' }: Account): Extract<PairInput['source'], { kind: 'ldap' }> =>
  ({ kind: 'ldap', domain: samba.domain, servers: [samba.address], security: 'ldaps', caFile: samba.caFile, username, secretRef: '', baseDn });

/** Opens a directory as an account. */
export const connect = (samba: SambaServer, account: Account): Promise<Directory> =>
  openLdapDirectory({ connection: sourceOf(samba, account), password: account.password, resolveSrv: () => Promise.resolve([]), timeouts: { connect: 5000 } });

/** Makes a project that follows a directory; nothing is read yet. */
export async function follow(source: PairInput['source'], open: () => Promise<Directory>): Promise<Follower> {
  const store = await createProject({ file: IN_MEMORY, name: 'Follower', demo: false });
  const pair = await store.pairs.create({ ...PAIR, source });
  const clock = { ahead: 0 };
  const directory = await open();
  let position = 0;
  return {
    store, pair, clock, directory,
    read: async (mode) => {
      const own = await open();
      try { return await readSourceChanges(servicesOn(store, clock), pair, own, SILENT, new AbortController().signal, mode); } finally { await own.close(); }
    },
    feed: async () => {
      const entries = await store.changeFeed.page(pair.id, position, 10_000);
      position = entries.at(-1)?.number ?? position;
      return entries;
    },
    async close() { await directory.close(); await store.close(); },
  };
}

/**
 * What is stored of the objects that are there, as plain values; stamps of the server and the order of linked values do not count. With a base links count that
 * name an object below it: others stand for nothing, and nobody follows what becomes of them.
 */
export async function contents(store: Store, pairId: string, base = ''): Promise<Readonly<Record<string, unknown>>> {
  const all: Record<string, unknown> = {};
  const there = new Set<string>();
  if (base !== '') for await (const page of store.sources.iterate(pairId, { links: 'without links' })) for (const { dn } of page) there.add(dn);
  for await (const page of store.sources.iterate(pairId)) {
    for (const { id, kind, dn, name, attributes: { uSNChanged: _usn, whenChanged: _when, ...attributes }, links } of page) {
      all[id] = { kind, dn, name, attributes, links: Object.fromEntries(Object.entries(links).map(([attribute, values]) => [attribute, values.filter((dn) => base === '' || there.has(dn)).toSorted()] as const).filter(([, values]) => values.length > 0)) };
    }
  }
  return all;
}

/** Reads the directory whole into another project and expects the follower to hold the very same. */
export async function expectSameAsWhole(follower: Follower): Promise<void> {
  const fresh = await createProject({ file: IN_MEMORY, name: 'Fresh', demo: false });
  try {
    const pair = await fresh.pairs.create({ ...PAIR, source: follower.pair.source });
    await discoverSource(servicesOn(fresh), pair, follower.directory, SILENT, new AbortController().signal);
    const base = pair.source.kind === 'ldap' ? pair.source.baseDn : '';
    expect(await contents(follower.store, follower.pair.id, base)).toEqual(await contents(fresh, pair.id, base));
    // What is found by its name is found by its present one.
    const stored = await contents(follower.store, follower.pair.id, base);
    const names = Object.entries(stored).map(([id, object]) => [normaliseDn((object as { readonly dn: string }).dn), id] as const);
    expect(await follower.store.sources.byDns(follower.pair.id, names.map(([key]) => key))).toEqual(new Map(names));
  } finally { await fresh.close(); }
}
