import { simulatorClock } from '../../../electron/simulator/clock.ts';
import { Directory } from '../../../electron/simulator/directory/directory.ts';
import { parseAddress, type GraphCall } from '../../../electron/simulator/graph/call.ts';
import { delta } from '../../../electron/simulator/graph/delta/delta.ts';
import { deltaMemory } from '../../../electron/simulator/graph/delta/memory.ts';
import type { DeltaResource } from '../../../electron/simulator/graph/delta/query.ts';
import { GraphRefusal } from '../../../electron/simulator/graph/refusal.ts';
import { simulatorSeed, type SimulatorSeed } from '../../../electron/simulator/seed.ts';

export const DAY = 24 * 3600 * 1000;
export type Row = Readonly<Record<string, unknown>> & { readonly id: string; readonly '@removed'?: { readonly reason: string } };
export type Link = { readonly '@odata.type'?: string; readonly id: string; readonly '@removed'?: { readonly reason: string } };
export interface Answer {
  readonly status: number;
  readonly code: string;
  readonly message: string;
  readonly location: string | undefined;
  readonly value: readonly Row[];
  readonly context: string;
  readonly next: string | undefined;
  readonly delta: string | undefined;
}

const ALL = ['User.Read.All', 'Group.Read.All', 'OrgContact.Read.All'];
export const BASE = 'https://graph.microsoft.com/v1.0';
const SMALL: SimulatorSeed = { tenant: { id: 'ca05e0a1-51f0-4c1d-9a7e-00000000de17', displayName: 'Delta', domains: [{ name: 'delta.onmicrosoft.com', isInitial: true, isDefault: true }, { name: 'example.com' }] } };

/** A tenant in this process, whose delta answers are had without a server. */
export function tenant(seed: Partial<SimulatorSeed> = {}, lagMs = 0, exchangeMs = lagMs) {
  let now = Date.UTC(2026, 0, 1);
  let resets = 0;
  const clock = simulatorClock(() => now, 1);
  const directory = new Directory(simulatorSeed.parse({ ...SMALL, ...seed }), clock, { lags: { replicationMs: lagMs, exchangeMs } });
  const memory = { delta: deltaMemory(directory, () => resets-- > 0) };
  /** `address`: path after the version, or a link. */
  const get = (address: string, headers: Readonly<Record<string, string>> = {}, permissions: readonly string[] = ALL): Answer => {
    const { segments, query } = parseAddress(address.replace(BASE, ''));
    // What else a call carries, delta queries do not read.
    const call = {
      method: 'GET', segments, query, headers, body: undefined, base: BASE, directory, clock, ...memory,
      caller: { appId: 'app', permissions: new Set(permissions), userId: null, isAdministrator: false, expires: Infinity },
    } as Partial<GraphCall> as GraphCall;
    const none = { code: '', message: '', location: undefined, value: [], context: '', next: undefined, delta: undefined };
    try {
      const { status, body } = delta(call, segments[0] as DeltaResource);
      const { value, '@odata.context': context, '@odata.nextLink': next, '@odata.deltaLink': last } = body as Record<string, unknown>;
      return { ...none, status, value: value as Row[], context: String(context), next: next as string | undefined, delta: last as string | undefined };
    } catch (error) {
      if (!(error instanceof GraphRefusal)) throw error;
      return { ...none, status: error.status, code: error.code, message: error.message, location: error.headers['location'] };
    }
  };
  /** Follows next links to the end of a round. */
  const round = (address: string, headers: Readonly<Record<string, string>> = {}): { readonly rows: readonly Row[]; readonly link: string; readonly pages: readonly Answer[] } => {
    const pages: Answer[] = [];
    for (let link: string | undefined = address; link !== undefined;) {
      const page = get(link, headers);
      if (page.status !== 200) throw new Error(`${page.status} ${page.code}: ${page.message}`);
      pages.push(page);
      link = page.next;
    }
    return { rows: pages.flatMap((p) => p.value), link: pages.at(-1)?.delta ?? '', pages };
  };
  const user = (name: string, more: Readonly<Record<string, unknown>> = {}) => directory.create('user', { displayName: name, userPrincipalName: `${name}@example.com`, ...more });
  const group = (name: string, memberIds: readonly string[] = [], ownerIds: readonly string[] = []) => directory.create('group', { displayName: name, mailNickname: name, securityEnabled: true, mailEnabled: false }, { memberIds, ownerIds });
  /** A link to what comes from now on. */
  const latest = (path: string): string => get(`${path}${path.includes('?') ? '&' : '?'}$deltatoken=latest`).delta ?? '';
  return { directory, clock, get, latest, round, user, group, pass: (ms: number) => { now += ms; }, resetNext: () => { resets = 1; }, restart: () => { memory.delta = deltaMemory(directory, () => false); } };
}
export type Tenant = ReturnType<typeof tenant>;

/** A row of an object; the last one when it came several times. */
export function rowOf(rows: readonly Row[], id: string): Row | undefined { return rows.findLast((r) => r.id === id); }
export function linksOf(row: Row | undefined, relation = 'members'): readonly Link[] { return (row?.[`${relation}@delta`] ?? []) as Link[]; }
/** Everything that rows say of one object's relation, as `+id` and `-id`. */
export function linksIn(rows: readonly Row[], id: string, relation = 'members'): readonly string[] {
  return rows.filter((r) => r.id === id).flatMap((r) => linksOf(r, relation)).map((l) => `${l['@removed'] ? '-' : '+'}${l.id}`);
}

/** What a client knows that only merges delta answers, as the documentation tells it to. */
export class Replica {
  readonly objects = new Map<string, { readonly properties: Map<string, unknown>; readonly ends: Map<string, Set<string>> }>();
  apply(rows: readonly Row[]): void {
    for (const row of rows) {
      if (row['@removed']) { this.objects.delete(row.id); continue; }
      let object = this.objects.get(row.id);
      if (!object) this.objects.set(row.id, object = { properties: new Map(), ends: new Map() });
      for (const [name, value] of Object.entries(row)) {
        if (!name.endsWith('@delta')) { object.properties.set(name, value); continue; }
        const relation = name.slice(0, -6);
        const ends = object.ends.get(relation) ?? new Set<string>();
        for (const link of value as Link[]) if (link['@removed']) ends.delete(link.id); else ends.add(link.id);
        object.ends.set(relation, ends);
      }
    }
  }
}
