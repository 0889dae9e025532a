/** Kinds of directory objects the simulator keeps. */
export type DirectoryKind = 'user' | 'group' | 'contact';

/** Graph's JSON properties by name. Never changed in place: a write puts a new object, so that a reader may hold the old one. */
export type Properties = Readonly<Record<string, unknown>>;

/** State of an object at one moment. */
export interface State {
  /** In the directory, in the recycle bin, or not there (not yet, or purged). */
  readonly place: 'live' | 'bin' | 'none';
  readonly properties: Properties;
  /** Id of the manager; may name an object that is deleted meanwhile, which no reader sees. */
  readonly manager: string | null;
  /** Direct members and owners, groups only. May name deleted objects, which no reader sees. */
  readonly members: ReadonlySet<string> | null;
  readonly owners: ReadonlySet<string> | null;
  /** What only Exchange Online stores of the object; null: no recipient of its own making. */
  readonly exchange: Properties | null;
  /** When Exchange's directory took the last write, wall time in milliseconds since 1970; null: nothing was written since the tenant began. */
  readonly changedAt: number | null;
}

/** What a reader that is not up to date still sees (Graph documentation, "eventual consistency" of directory objects). */
export interface Replica {
  /** Quick time from which this reader sees the new state. */
  readonly until: number;
  readonly before: State;
  /** Version of the journal before the first write that this reader misses. */
  readonly version: number;
}

/** One object of the directory. */
export interface DirectoryObject extends State {
  readonly kind: DirectoryKind;
  /** Lower-case dashed GUID. */
  readonly id: string;
  /** Grows with every object that is added; gives lists a stable order. */
  sequence: number;
  place: State['place'];
  properties: Properties;
  manager: string | null;
  readonly members: Set<string> | null;
  readonly owners: Set<string> | null;
  exchange: Properties | null;
  changedAt: number | null;
  /** Wall time of the soft deletion. */
  deletedAt: number | null;
  graphReplica: Replica | null;
  exchangeReplica: Replica | null;
}

/** A new object that is in no directory yet. `id`: dashed GUID, stored in lower case. */
export function blankObject(kind: DirectoryKind, id: string, properties: Properties, more: { readonly manager?: string | null; readonly memberIds?: readonly string[]; readonly ownerIds?: readonly string[]; readonly exchange?: Properties | null } = {}): DirectoryObject {
  const links = (ids: readonly string[] = []): Set<string> | null => (kind === 'group' ? new Set(ids) : null);
  return {
    kind, id: id.toLowerCase(), sequence: 0, place: 'none', properties, manager: more.manager ?? null, members: links(more.memberIds), owners: links(more.ownerIds),
    exchange: more.exchange ?? null, changedAt: null, deletedAt: null, graphReplica: null, exchangeReplica: null,
  };
}

/** OData type of a kind (Graph CSDL v1.0). */
export const ODATA_TYPE: Readonly<Record<DirectoryKind, string>> = {
  user: '#microsoft.graph.user', group: '#microsoft.graph.group', contact: '#microsoft.graph.orgContact',
};

/** Text of a property, or undefined when it is absent or of another type. */
export function textOf(object: { readonly properties: Properties }, name: string): string | undefined {
  const value = object.properties[name];
  return typeof value === 'string' ? value : undefined;
}

/** Texts of a collection property, empty when absent. */
export function textsOf(object: { readonly properties: Properties }, name: string): readonly string[] {
  const value = object.properties[name];
  return Array.isArray(value) ? value.filter((v): v is string => typeof v === 'string') : [];
}

/** True for a Microsoft 365 group (Graph documentation, group resource: groupTypes holds `Unified`). */
export function isUnified(object: DirectoryObject): boolean {
  return object.kind === 'group' && textsOf(object, 'groupTypes').includes('Unified');
}

/** True for a distribution list or mail-enabled security group, which Graph cannot write. */
export function isExchangeGroup(object: DirectoryObject): boolean {
  return object.kind === 'group' && object.properties['mailEnabled'] === true && !isUnified(object);
}

/** True for a dynamic distribution group: Exchange keeps it for itself, Graph never shows it (ExchangeOnlineManagement reference, New-DynamicDistributionGroup; Graph documentation, group resource: kinds of groups). */
export function isExchangeOnly({ exchange }: State): boolean {
  return exchange !== null && exchange['recipientTypeDetails'] === 'DynamicDistributionGroup';
}

/** True for an object mastered by a directory synchronisation. */
export function isSynced(object: DirectoryObject): boolean {
  return object.properties['onPremisesSyncEnabled'] === true;
}

/** Address without its `smtp:` prefix in lower case; other address types keep their prefix. The key of uniqueness. */
export function addressKey(proxyAddress: string): string {
  const lower = proxyAddress.toLowerCase();
  return lower.startsWith('smtp:') ? lower.slice(5) : lower;
}
