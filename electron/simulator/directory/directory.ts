import { randomUUID } from 'node:crypto';
import type { SimulatorClock } from '../clock.ts';
import type { FullSeed } from '../seed.ts';
import { addressKey, isUnified, textOf, textsOf, type DirectoryKind, type DirectoryObject, type Properties } from './objects.ts';

/** Soft-deleted objects can be restored for 30 days (Graph documentation, deletedItems: restore). */
export const RECYCLE_BIN_MS = 30 * 24 * 3600 * 1000;

/** State as a reader sees it. */
export interface View {
  readonly object: DirectoryObject;
  readonly properties: Properties;
  readonly manager: string | null;
  readonly members: ReadonlySet<string> | null;
}

/**
 * The directory of one tenant: objects, the indexes that uniqueness needs, the recycle bin and delayed replication.
 * It knows no HTTP and no rule of Graph but uniqueness of keys; callers check before they write.
 */
export class Directory {
  readonly facts: FullSeed['tenant'];
  readonly skus: FullSeed['skus'];
  readonly roles: { readonly id: string; readonly roleTemplateId: string; readonly displayName: string; readonly memberIds: Set<string> }[];
  readonly user = new Map<string, DirectoryObject>();
  readonly group = new Map<string, DirectoryObject>();
  readonly contact = new Map<string, DirectoryObject>();
  readonly deleted = new Map<string, DirectoryObject>();
  /** Grows with every write; a saver compares it. */
  changes = 0;
  readonly #clock: SimulatorClock;
  readonly #lagMs: number;
  readonly #upns = new Map<string, string>();
  readonly #addresses = new Map<string, string>();
  readonly #anchors = new Map<string, string>();
  readonly #aliases = new Map<string, string>();
  readonly #domains: Set<string>;
  #sequence = 0;

  /**
   * @param seed starting content; not validated as Graph would.
   * @param clock time of deletions and replication.
   * @param replicationLagMs quick milliseconds for which readers miss a write; 0: never.
   */
  constructor(seed: FullSeed, clock: SimulatorClock, replicationLagMs: number) {
    this.facts = seed.tenant;
    this.skus = seed.skus;
    this.roles = seed.roles.map((role) => ({ ...role, memberIds: new Set(role.memberIds) }));
    this.#clock = clock;
    this.#lagMs = replicationLagMs;
    this.#domains = new Set(seed.tenant.domains.filter((d) => d.isVerified).map((d) => d.name.toLowerCase()));
    const now = new Date(clock.now()).toISOString();
    for (const u of seed.users) this.#put(blank('user', u.id, { createdDateTime: now, ...u.properties }, u.managerId ?? null, null));
    for (const g of seed.groups) this.#put(blank('group', g.id, { createdDateTime: now, ...g.properties }, null, g));
    for (const c of seed.contacts) this.#put(blank('contact', c.id, c.properties, null, null));
    for (const u of seed.deletedUsers) this.#bin(blank('user', u.id, u.properties, u.managerId ?? null, null));
    for (const g of seed.deletedGroups) this.#bin(blank('group', g.id, g.properties, null, g));
  }

  /** Domain part that new user principal names may use. */
  isVerifiedDomain(name: string): boolean { return this.#domains.has(name.toLowerCase()); }
  isFederatedDomain(name: string): boolean { return this.facts.domains.some((d) => d.federated && d.name.toLowerCase() === name.toLowerCase()); }
  get defaultDomain(): string { return (this.facts.domains.find((d) => d.isDefault) ?? this.facts.domains.find((d) => d.isInitial) ?? this.facts.domains[0])?.name ?? 'invalid'; }

  /** Live object of any kind. */
  live(id: string): DirectoryObject | undefined {
    const key = id.toLowerCase();
    return this.user.get(key) ?? this.group.get(key) ?? this.contact.get(key);
  }
  /** Live object as a reader sees it now; undefined while its creation has not replicated. */
  visible(id: string): View | undefined {
    const object = this.live(id);
    return object && this.view(object);
  }
  /** Live user by id or user principal name as a reader sees it now. */
  visibleUser(key: string): View | undefined {
    const lower = key.toLowerCase();
    const object = this.user.get(lower) ?? this.user.get(this.#upns.get(lower) ?? '');
    return object && this.view(object);
  }
  /** An object as a reader sees it now. */
  view(object: DirectoryObject): View | undefined {
    if (object.replica && object.replica.until > this.#clock.quick()) {
      const { before } = object.replica;
      return before ? { object, ...before } : undefined;
    }
    return { object, properties: object.properties, manager: object.manager, members: object.members };
  }

  /** Id of the live user with that user principal name. */
  holderOfUpn(upn: string): string | undefined { return this.#upns.get(upn.toLowerCase()); }
  /** Id of the object, live or soft-deleted, that holds an address (without or with `smtp:`). */
  holderOfAddress(address: string): string | undefined { return this.#addresses.get(addressKey(address)); }
  /** Id of the live user with that onPremisesImmutableId. */
  holderOfAnchor(anchor: string): string | undefined { return this.#anchors.get(anchor); }
  /** Id of the live or soft-deleted Microsoft 365 or mail-enabled group with that mailNickname. */
  holderOfAlias(alias: string): string | undefined { return this.#aliases.get(alias.toLowerCase()); }

  /** Adds an object with a new id. */
  create(kind: DirectoryKind, properties: Properties, memberIds: readonly string[] = [], ownerIds: readonly string[] = []): DirectoryObject {
    const object = blank(kind, randomUUID(), properties, null, kind === 'group' ? { memberIds, ownerIds } : null);
    if (this.#lagMs > 0) object.replica = { until: this.#clock.quick() + this.#lagMs, before: null };
    this.#put(object);
    this.changes++;
    return object;
  }
  /** Replaces the properties of a live object and keeps the indexes. */
  update(object: DirectoryObject, properties: Properties): void {
    this.#delay(object);
    this.#unindex(object);
    object.properties = properties;
    this.#index(object);
    this.changes++;
  }
  setManager(object: DirectoryObject, managerId: string | null): void {
    this.#delay(object);
    object.manager = managerId;
    this.changes++;
  }
  /** Adds and removes members or owners of a group. */
  relate(group: DirectoryObject, relation: 'members' | 'owners', add: readonly string[], remove: readonly string[]): void {
    this.#delay(group);
    for (const id of add) group[relation]?.add(id);
    for (const id of remove) group[relation]?.delete(id);
    this.changes++;
  }
  /** Moves a live object to the recycle bin. Its addresses stay taken; its user principal name becomes free. */
  softDelete(object: DirectoryObject): void {
    this[object.kind].delete(object.id);
    this.#unindex(object);
    object.properties = { ...object.properties, deletedDateTime: new Date(this.#clock.now()).toISOString() };
    this.#bin(object);
    this.changes++;
  }
  /** Takes an object back from the recycle bin; the caller has checked that its keys are free. */
  restore(object: DirectoryObject): void {
    this.deleted.delete(object.id);
    this.#unindex(object);
    const { deletedDateTime: _, ...rest } = object.properties;
    object.properties = rest;
    object.deletedAt = null;
    this.#put(object);
    this.changes++;
  }
  /** Removes an object for good, live or deleted. */
  purge(object: DirectoryObject): void {
    this.deleted.delete(object.id);
    this[object.kind].delete(object.id);
    this.#unindex(object);
    this.changes++;
  }
  /** Purges what has been in the recycle bin for more than 30 days. */
  emptyExpired(): void {
    const limit = this.#clock.now() - RECYCLE_BIN_MS;
    for (const object of this.deleted.values()) if ((object.deletedAt ?? 0) < limit) this.purge(object);
  }

  #delay(object: DirectoryObject): void {
    if (this.#lagMs === 0) return;
    const now = this.#clock.quick();
    const pending = object.replica && object.replica.until > now ? object.replica : null;
    const before = pending ? pending.before : { properties: object.properties, manager: object.manager, members: object.members && new Set(object.members) };
    object.replica = { until: now + this.#lagMs, before };
  }
  #put(object: DirectoryObject): void {
    object.sequence = ++this.#sequence;
    this[object.kind].set(object.id, object);
    this.#index(object);
  }
  #bin(object: DirectoryObject): void {
    const stamp = Date.parse(textOf(object, 'deletedDateTime') ?? '');
    object.deletedAt = Number.isNaN(stamp) ? this.#clock.now() : stamp;
    object.replica = null;
    object.sequence = ++this.#sequence;
    this.deleted.set(object.id, object);
    this.#index(object);
  }
  #index(object: DirectoryObject): void {
    const alive = object.deletedAt === null;
    for (const address of textsOf(object, 'proxyAddresses')) this.#addresses.set(addressKey(address), object.id);
    const upn = textOf(object, 'userPrincipalName');
    if (alive && upn) this.#upns.set(upn.toLowerCase(), object.id);
    const anchor = textOf(object, 'onPremisesImmutableId');
    if (alive && anchor) this.#anchors.set(anchor, object.id);
    const alias = textOf(object, 'mailNickname');
    if (alias && (isUnified(object) || object.properties['mailEnabled'] === true)) this.#aliases.set(alias.toLowerCase(), object.id);
  }
  #unindex(object: DirectoryObject): void {
    const drop = (index: Map<string, string>, key: string): void => { if (index.get(key) === object.id) index.delete(key); };
    for (const address of textsOf(object, 'proxyAddresses')) drop(this.#addresses, addressKey(address));
    drop(this.#upns, (textOf(object, 'userPrincipalName') ?? '').toLowerCase());
    drop(this.#anchors, textOf(object, 'onPremisesImmutableId') ?? '');
    drop(this.#aliases, (textOf(object, 'mailNickname') ?? '').toLowerCase());
  }
}

function blank(kind: DirectoryKind, id: string, properties: Properties, manager: string | null, links: { readonly memberIds: readonly string[]; readonly ownerIds: readonly string[] } | null): DirectoryObject {
  return {
    kind, id: id.toLowerCase(), sequence: 0, properties, manager,
    members: links ? new Set(links.memberIds) : null, owners: links ? new Set(links.ownerIds) : null, deletedAt: null, replica: null,
  };
}
