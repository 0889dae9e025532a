import { randomUUID } from 'node:crypto';
import type { SimulatorClock } from '../clock.ts';
import type { FullSeed } from '../seed.ts';
import { Journal, type JournalEntry, type RelationChanges, type SavedJournal } from './journal.ts';
import { Keys } from './keys.ts';
import { NameIndex } from './name-index.ts';
import { blankObject, isExchangeOnly, textOf, type DirectoryKind, type DirectoryObject, type Properties, type State } from './objects.ts';
import { Replication, type Lags, type Reader } from './replication.ts';
import { Shelf } from './shelf.ts';

/** Soft-deleted objects can be restored for 30 days (Graph documentation, deletedItems: restore). */
export const RECYCLE_BIN_MS = 30 * 24 * 3600 * 1000;

/** A live object as a reader sees it. */
export interface View extends Omit<State, 'place'> { readonly object: DirectoryObject }

/** What a directory starts from besides its seed. */
export interface DirectoryOptions { readonly lags?: Lags; readonly journal?: SavedJournal | undefined }

/**
 * The directory of one tenant, which Graph and Exchange Online share: objects, the keys that uniqueness needs, the recycle bin,
 * delayed replication and the journal of writes. It knows no HTTP and no rule of a service; callers check before they write.
 */
export class Directory {
  readonly facts: FullSeed['tenant'];
  readonly skus: FullSeed['skus'];
  readonly roles: { readonly id: string; readonly roleTemplateId: string; readonly displayName: string; readonly memberIds: Set<string> }[];
  readonly user = new Map<string, DirectoryObject>();
  readonly group = new Map<string, DirectoryObject>();
  readonly contact = new Map<string, DirectoryObject>();
  readonly deleted = new Map<string, DirectoryObject>();
  /** Connectors of Exchange Online by direction and name in lower case. */
  readonly connectors: Map<string, Readonly<Record<string, unknown>>>;
  /** Live groups that can hold directory roles: few, and asked for with every sensitive write of a user. */
  readonly roleGroups = new Set<DirectoryObject>();
  readonly journal: Journal;
  readonly #clock: SimulatorClock;
  readonly #shelves: Readonly<Record<DirectoryKind, Shelf>> = { user: new Shelf(), group: new Shelf(), contact: new Shelf() };
  readonly #keys = new Keys();
  readonly #replication: Replication;
  readonly #domains: Set<string>;
  readonly #names = new NameIndex(this);
  #sequence = 0;
  #connectorChanges = 0;
  /** No deletion in the recycle bin is older. */
  #oldestDeletion = Infinity;

  /**
   * @param seed starting content; not validated as Graph would.
   * @param clock time of deletions and replication.
   */
  constructor(seed: FullSeed, clock: SimulatorClock, options: DirectoryOptions = {}) {
    this.facts = seed.tenant;
    this.skus = seed.skus;
    this.connectors = new Map(Object.entries(seed.connectors ?? {}));
    this.roles = seed.roles.map((role) => ({ ...role, memberIds: new Set(role.memberIds) }));
    this.#clock = clock;
    this.journal = new Journal(clock, options.journal);
    this.#replication = new Replication(clock, options.lags ?? { replicationMs: 0, exchangeMs: 0 });
    this.#domains = new Set(seed.tenant.domains.filter((d) => d.isVerified).map((d) => d.name.toLowerCase()));
    const now = new Date(clock.now()).toISOString();
    for (const u of seed.users) this.#put(blankObject('user', u.id, { createdDateTime: now, ...u.properties }, { manager: u.managerId ?? null, exchange: u.exchange ?? null }));
    for (const g of seed.groups) this.#put(blankObject('group', g.id, { createdDateTime: now, ...g.properties }, { ...g, exchange: g.exchange ?? null }));
    for (const c of seed.contacts) this.#put(blankObject('contact', c.id, c.properties, { exchange: c.exchange ?? null }));
    for (const u of seed.deletedUsers) this.#bin(blankObject('user', u.id, u.properties, { manager: u.managerId ?? null, exchange: u.exchange ?? null }));
    for (const g of seed.deletedGroups) this.#bin(blankObject('group', g.id, g.properties, { ...g, exchange: g.exchange ?? null }));
    for (const { id, at } of options.journal?.entries ?? []) { const object = this.any(id); if (object) object.changedAt = at; }
  }

  /** Domain part that new user principal names may use. */
  isVerifiedDomain(name: string): boolean { return this.#domains.has(name.toLowerCase()); }
  isFederatedDomain(name: string): boolean { return this.facts.domains.some((d) => d.federated && d.name.toLowerCase() === name.toLowerCase()); }
  get defaultDomain(): string { return (this.facts.domains.find((d) => d.isDefault) ?? this.facts.domains.find((d) => d.isInitial) ?? this.facts.domains[0])?.name ?? 'invalid'; }
  /** The `*.onmicrosoft.com` name that the tenant was made with. */
  get initialDomain(): string { return this.facts.domains.find((d) => d.isInitial)?.name ?? this.defaultDomain; }
  /** Delays of replication; may be changed at any time. */
  get lags(): Lags { return this.#replication.lags; }
  /** Grows with every write; a saver compares it. */
  get changes(): number { return this.journal.version + this.#connectorChanges; }

  /** Keeps a connector; null removes it. */
  setConnector(key: string, row: Readonly<Record<string, unknown>> | null): void {
    this.#connectorChanges += 1;
    if (row === null) this.connectors.delete(key);
    else this.connectors.set(key, row);
  }

  /** Live object of any kind as written. */
  live(id: string): DirectoryObject | undefined {
    const key = id.toLowerCase();
    return this.user.get(key) ?? this.group.get(key) ?? this.contact.get(key);
  }
  /** Any object as written: live or in the recycle bin. */
  any(id: string): DirectoryObject | undefined { return this.live(id) ?? this.deleted.get(id.toLowerCase()); }
  /** Object that this reader sees as live now: one whose creation has replicated and whose deletion has not. */
  visible(id: string, reader: Reader = 'graph'): View | undefined {
    const object = this.any(id) ?? this.#ghost((o) => o.id === id.toLowerCase());
    return object && this.view(object, reader);
  }
  /** User by id or user principal name as this reader sees it now. */
  visibleUser(key: string, reader: Reader = 'graph'): View | undefined {
    const lower = key.toLowerCase();
    const byName = (object: DirectoryObject): boolean => textOf(this.#replication.late(object, reader) ?? object, 'userPrincipalName')?.toLowerCase() === lower;
    const object = this.user.get(lower) ?? this.user.get(this.#keys.upn(lower) ?? '');
    const view = object && this.view(object, reader);
    if (view && (object.id === lower || byName(object))) return view;
    const ghost = this.#ghost((o) => o.kind === 'user' && (o.id === lower || byName(o)) && this.view(o, reader) !== undefined);
    return ghost && this.view(ghost, reader);
  }
  /** The object as this reader sees it now; undefined when it is not live to the reader. */
  view(object: DirectoryObject, reader: Reader = 'graph'): View | undefined {
    const late = object.graphReplica || object.exchangeReplica ? this.#replication.late(object, reader) : null;
    const state = late ?? object;
    return state.place === 'live' && !(reader === 'graph' && isExchangeOnly(state)) ? viewOf(object, state) : undefined;
  }
  /** The object as written. */
  primary(object: DirectoryObject): View { return viewOf(object, object); }
  /**
   * Objects of a kind that this reader sees as live, in ascending order of `sequence`.
   * @param after only those with a higher sequence; costs no more than a search.
   */
  *readable(kind: DirectoryKind, reader: Reader = 'graph', after = 0): Iterable<View> {
    const ghosts = this.#replication.pending().filter((o) => o.kind === kind && o.place !== 'live' && o.sequence > after).toSorted((a, b) => a.sequence - b.sequence);
    let next = 0;
    for (const object of this.#shelves[kind].after(after)) {
      for (let ghost = ghosts[next]; ghost && ghost.sequence < object.sequence; ghost = ghosts[++next]) {
        const view = this.view(ghost, reader);
        if (view) yield view;
      }
      const view = this.view(object, reader);
      if (view) yield view;
    }
    for (const ghost of ghosts.slice(next)) {
      const view = this.view(ghost, reader);
      if (view) yield view;
    }
  }
  /** Objects that Graph shows in the recycle bin now, in ascending order of `sequence`. */
  binned(kind?: DirectoryKind): readonly DirectoryObject[] {
    const pending = this.#replication.pending().filter((o) => o.place !== 'bin');
    const all = [...this.deleted.values(), ...pending].filter((o) => (kind === undefined || o.kind === kind) && (this.#replication.late(o, 'graph') ?? o).place === 'bin');
    return pending.length > 0 ? all.toSorted((a, b) => a.sequence - b.sequence) : all;
  }
  /** The object with that id when Graph shows it in the recycle bin now. */
  binnedOne(id: string): DirectoryObject | undefined {
    const key = id.toLowerCase();
    const object = this.any(key) ?? this.#ghost((o) => o.id === key);
    return object && (this.#replication.late(object, 'graph') ?? object).place === 'bin' ? object : undefined;
  }
  /** Highest version of the journal up to which a reader of Graph sees everything; never falls. */
  get settledVersion(): number {
    return this.#replication.pending().reduce((least, o) => Math.min(least, o.graphReplica?.version ?? least), this.journal.version);
  }
  /** Objects of a kind that some reader does not see as they are: the keys do not find these by what that reader sees. */
  pending(kind: DirectoryKind): readonly DirectoryObject[] { return this.#replication.pending().filter((o) => o.kind === kind); }
  /** Number of objects that some reader does not see as they are. */
  get pendingReplicas(): number { return this.#replication.pending().length; }

  /** Id of the live user with that user principal name. */
  holderOfUpn(upn: string): string | undefined { return this.#keys.upn(upn); }
  /** Id of the object, live or soft-deleted, that holds an address (without or with `smtp:`). */
  holderOfAddress(address: string): string | undefined { return this.#keys.address(address); }
  /** Id of the live user with that onPremisesImmutableId. */
  holderOfAnchor(anchor: string): string | undefined { return this.#keys.anchor(anchor); }
  /** Id of a soft-deleted user with that onPremisesImmutableId. */
  holderOfBinnedAnchor(anchor: string): string | undefined { return this.#keys.binnedAnchor(anchor); }
  /** Id of the live or soft-deleted group with that uniqueName; upper and lower case do not count. */
  holderOfUniqueName(name: string): string | undefined { return this.#keys.uniqueName(name); }
  /** Objects as written, live or soft-deleted, whose mailNickname, display name or name in Exchange is that text; upper and lower case do not count. */
  namesakes(text: string): readonly DirectoryObject[] { return this.#names.of(text); }
  /** Id of the live or soft-deleted Microsoft 365 or mail-enabled group with that mailNickname. */
  holderOfAlias(alias: string): string | undefined { return this.#keys.alias(alias); }

  /** Adds an object with a new id. */
  create(kind: DirectoryKind, properties: Properties, more: { readonly memberIds?: readonly string[]; readonly ownerIds?: readonly string[]; readonly exchange?: Properties | null } = {}, by: Reader = 'graph'): DirectoryObject {
    const object = blankObject(kind, randomUUID(), properties, more);
    this.#delay(object, by);
    this.#put(object);
    this.#note(object, 'created', Object.keys(properties), { addedMembers: [...object.members ?? []], addedOwners: [...object.owners ?? []] });
    return object;
  }
  /** Replaces the properties of a live object and keeps the keys. Nothing is noted when nothing changed. */
  update(object: DirectoryObject, properties: Properties, by: Reader = 'graph'): void {
    const names = changedNames(object.properties, properties);
    if (names.length === 0) return;
    this.#delay(object, by);
    this.#keys.remove(object);
    object.properties = properties;
    this.#keys.add(object);
    this.#note(object, 'updated', names);
  }
  /** Replaces what only Exchange stores. */
  setExchange(object: DirectoryObject, exchange: Properties | null, by: Reader = 'exchange'): void {
    this.#delay(object, by);
    object.exchange = exchange;
    this.#note(object, 'updated', ['exchange']);
  }
  setManager(object: DirectoryObject, managerId: string | null, by: Reader = 'graph'): void {
    this.#delay(object, by);
    const formerManager = object.manager;
    object.manager = managerId;
    this.#note(object, 'updated', ['manager'], { formerManager });
  }
  /** Adds and removes members or owners of a group. */
  relate(group: DirectoryObject, relation: 'members' | 'owners', add: readonly string[], remove: readonly string[], by: Reader = 'graph'): void {
    this.#delay(group, by);
    for (const id of add) group[relation]?.add(id);
    for (const id of remove) group[relation]?.delete(id);
    this.#note(group, 'updated', [relation], relation === 'members' ? { addedMembers: add, removedMembers: remove } : { addedOwners: add, removedOwners: remove });
  }
  /** Moves a live object to the recycle bin. Its addresses stay taken; its user principal name becomes free. */
  softDelete(object: DirectoryObject, by: Reader = 'graph'): void {
    this.#delay(object, by);
    object.place = 'bin';
    this.#leave(object);
    this.#keys.remove(object);
    object.properties = { ...object.properties, deletedDateTime: new Date(this.#clock.now()).toISOString() };
    this.#bin(object);
    this.#note(object, 'deleted', []);
  }
  /** Takes an object back from the recycle bin; the caller has checked that its keys are free. */
  restore(object: DirectoryObject, by: Reader = 'graph'): void {
    this.#delay(object, by);
    this.deleted.delete(object.id);
    this.#keys.remove(object);
    const { deletedDateTime: _, ...rest } = object.properties;
    object.properties = rest;
    object.deletedAt = null;
    this.#put(object);
    this.#note(object, 'restored', Object.keys(rest));
  }
  /** Removes an object for good, live or deleted. */
  purge(object: DirectoryObject, by: Reader = 'graph'): void {
    this.#delay(object, by);
    object.place = 'none';
    this.deleted.delete(object.id);
    this.#leave(object);
    this.#keys.remove(object);
    this.#note(object, 'purged', []);
  }
  /** Purges what has been in the recycle bin for more than 30 days. */
  emptyExpired(): void {
    const limit = this.#clock.now() - RECYCLE_BIN_MS;
    if (this.#oldestDeletion >= limit) return;
    let oldest = Infinity;
    for (const object of this.deleted.values()) {
      const at = object.deletedAt ?? 0;
      if (at < limit) this.purge(object);
      else oldest = Math.min(oldest, at);
    }
    this.#oldestDeletion = oldest;
  }

  #delay(object: DirectoryObject, by: Reader): void {
    this.#replication.delay(object, () => stateOf(object), by, this.journal.version);
    // Exchange's copy of the directory dates a write by the time when it arrives there.
    object.changedAt = Math.max(object.changedAt ?? 0, this.#clock.now() + (by === 'exchange' ? 0 : this.#replication.untilExchangeMs()));
  }
  #ghost(fits: (object: DirectoryObject) => boolean): DirectoryObject | undefined { return this.#replication.pending().find(fits); }
  #note(object: DirectoryObject, change: JournalEntry['change'], names: readonly string[], relations: Partial<RelationChanges> = {}): void {
    this.journal.append({ kind: object.kind, id: object.id, change, names, ...UNRELATED, ...relations });
  }
  #put(object: DirectoryObject): void {
    object.sequence = ++this.#sequence;
    object.place = 'live';
    this[object.kind].set(object.id, object);
    if (object.kind === 'group' && object.properties['isAssignableToRole'] === true) this.roleGroups.add(object);
    this.#shelves[object.kind].add(object);
    this.#keys.add(object);
  }
  #leave(object: DirectoryObject): void {
    this.roleGroups.delete(object);
    if (this[object.kind].delete(object.id)) this.#shelves[object.kind].drop();
  }
  #bin(object: DirectoryObject): void {
    const stamp = Date.parse(textOf(object, 'deletedDateTime') ?? '');
    object.deletedAt = Number.isNaN(stamp) ? this.#clock.now() : stamp;
    this.#oldestDeletion = Math.min(this.#oldestDeletion, object.deletedAt);
    object.sequence = ++this.#sequence;
    object.place = 'bin';
    this.deleted.set(object.id, object);
    this.#keys.add(object);
  }
}

const NONE: readonly string[] = [];
const UNRELATED: RelationChanges = { addedMembers: NONE, removedMembers: NONE, addedOwners: NONE, removedOwners: NONE, formerManager: null };

function viewOf(object: DirectoryObject, { properties, manager, members, owners, exchange, changedAt }: State): View {
  return { object, properties, manager, members, owners, exchange, changedAt };
}

/** A copy that later writes do not touch. */
function stateOf({ place, properties, manager, members, owners, exchange, changedAt }: DirectoryObject): State {
  return { place, properties, manager, members: members && new Set(members), owners: owners && new Set(owners), exchange, changedAt };
}

function changedNames(before: Properties, after: Properties): readonly string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((n) => before[n] !== after[n] && (typeof before[n] !== 'object' || typeof after[n] !== 'object' || JSON.stringify(before[n]) !== JSON.stringify(after[n])));
}
