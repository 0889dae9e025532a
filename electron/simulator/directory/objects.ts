/** Kinds of directory objects the simulator keeps. */
export type DirectoryKind = 'user' | 'group' | 'contact';

/** Graph's JSON properties by name. Never changed in place: a write puts a new object, so that a reader may hold the old one. */
export type Properties = Readonly<Record<string, unknown>>;

/** What a reader that is not up to date still sees (Graph documentation, "eventual consistency" of directory objects). */
export interface Replica {
  /** Quick time from which everybody sees the new state. */
  readonly until: number;
  /** State before the write; null: the object did not exist. */
  readonly before: { readonly properties: Properties; readonly manager: string | null; readonly members: ReadonlySet<string> | null } | null;
}

/** One object of the directory. */
export interface DirectoryObject {
  readonly kind: DirectoryKind;
  /** Lower-case dashed GUID. */
  readonly id: string;
  /** Grows with every object that is added; gives lists a stable order. */
  sequence: number;
  properties: Properties;
  /** Id of the manager; may name an object that is deleted meanwhile, which no reader sees. */
  manager: string | null;
  /** Direct members and owners, groups only. May name deleted objects, which no reader sees. */
  readonly members: Set<string> | null;
  readonly owners: Set<string> | null;
  /** Wall time of the soft deletion. */
  deletedAt: number | null;
  replica: Replica | null;
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

/** True for an object mastered by a directory synchronisation. */
export function isSynced(object: DirectoryObject): boolean {
  return object.properties['onPremisesSyncEnabled'] === true;
}

/** Address without its `smtp:` prefix in lower case; other address types keep their prefix. The key of uniqueness. */
export function addressKey(proxyAddress: string): string {
  const lower = proxyAddress.toLowerCase();
  return lower.startsWith('smtp:') ? lower.slice(5) : lower;
}
