import { addressKey, isUnified, textOf, textsOf, type DirectoryObject } from './objects.ts';

/** The indexes behind uniqueness: who holds a user principal name, an address, an anchor, an alias. Always as written, never a delayed replica. */
export class Keys {
  readonly #upns = new Map<string, string>();
  readonly #addresses = new Map<string, string>();
  readonly #anchors = new Map<string, string>();
  readonly #binnedAnchors = new Map<string, string>();
  readonly #uniqueNames = new Map<string, string>();
  readonly #aliases = new Map<string, string>();

  /** Id of the live user with that user principal name. */
  upn(upn: string): string | undefined { return this.#upns.get(upn.toLowerCase()); }
  /** Id of the object, live or soft-deleted, that holds an address (without or with `smtp:`). */
  address(address: string): string | undefined { return this.#addresses.get(addressKey(address)); }
  /** Id of the live object with that onPremisesImmutableId; upper and lower case differ. */
  anchor(anchor: string): string | undefined { return this.#anchors.get(anchor); }
  /** Id of a soft-deleted object with that onPremisesImmutableId. */
  binnedAnchor(anchor: string): string | undefined { return this.#binnedAnchors.get(anchor); }
  /** Id of the live or soft-deleted group with that uniqueName; upper and lower case do not count. */
  uniqueName(name: string): string | undefined { return this.#uniqueNames.get(name.toLowerCase()); }
  /** Id of the live or soft-deleted Microsoft 365 or mail-enabled group with that mailNickname. */
  alias(alias: string): string | undefined { return this.#aliases.get(alias.toLowerCase()); }

  add(object: DirectoryObject): void {
    const alive = object.place === 'live';
    for (const address of textsOf(object, 'proxyAddresses')) this.#addresses.set(addressKey(address), object.id);
    const upn = textOf(object, 'userPrincipalName');
    if (alive && upn) this.#upns.set(upn.toLowerCase(), object.id);
    const anchor = textOf(object, 'onPremisesImmutableId');
    if (anchor) (alive ? this.#anchors : this.#binnedAnchors).set(anchor, object.id);
    const uniqueName = textOf(object, 'uniqueName');
    if (uniqueName) this.#uniqueNames.set(uniqueName.toLowerCase(), object.id);
    const alias = textOf(object, 'mailNickname');
    if (alias && (isUnified(object) || object.properties['mailEnabled'] === true)) this.#aliases.set(alias.toLowerCase(), object.id);
  }
  remove(object: DirectoryObject): void {
    const drop = (index: Map<string, string>, key: string): void => { if (index.get(key) === object.id) index.delete(key); };
    for (const address of textsOf(object, 'proxyAddresses')) drop(this.#addresses, addressKey(address));
    drop(this.#upns, (textOf(object, 'userPrincipalName') ?? '').toLowerCase());
    for (const index of [this.#anchors, this.#binnedAnchors]) drop(index, textOf(object, 'onPremisesImmutableId') ?? '');
    drop(this.#uniqueNames, (textOf(object, 'uniqueName') ?? '').toLowerCase());
    drop(this.#aliases, (textOf(object, 'mailNickname') ?? '').toLowerCase());
  }
}
