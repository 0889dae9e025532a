import { Attribute, Change, Client, Control } from 'ldapts';

/** One object of the generated organisation. */
export interface Node { id: string; readonly kind: 'ou' | 'user' | 'group' | 'contact'; name: string; parent: Node | null; deleted: boolean }

class ShowDeleted extends Control { constructor() { super('1.2.840.113556.1.4.417', { critical: true }); } }

/** Mulberry32: the same numbers from the same seed. */
export function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const guidText = (bytes: Buffer): string => {
  const hex = bytes.toString('hex');
  const pairs = (from: number, to: number): string => hex.slice(from, to).match(/../g)!.toReversed().join('');
  return `${pairs(0, 8)}-${pairs(8, 12)}-${pairs(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
};

/** An organisation in a directory to which random things happen, by another client than ours. */
export class Organisation {
  readonly #client: Client;
  readonly #top: Node;
  readonly #pick: (below: number) => number;
  readonly nodes: Node[] = [];
  /** What happened, in words. */
  readonly log: string[] = [];
  #count = 0;

  constructor(client: Client, baseDn: string, seed: number) {
    this.#client = client;
    this.#top = { id: '', kind: 'ou', name: baseDn, parent: null, deleted: false };
    this.#pick = random(seed);
  }

  dn(node: Node): string {
    if (node.parent === null) return node.name;
    const name = node.name.replace(/[\\,+"<>;=#]/g, '\\$&');
    return `${node.kind === 'ou' ? 'OU' : 'CN'}=${name},${this.dn(node.parent)}`;
  }

  async add(kind: Node['kind'], name: string, parent: Node = this.#top, more: Record<string, string | string[]> = {}): Promise<Node> {
    const node: Node = { id: '', kind, name, parent, deleted: false };
    const classes = { ou: 'organizationalUnit', user: 'user', group: 'group', contact: 'contact' };
    const account = kind === 'user' || kind === 'group' ? { sAMAccountName: `${kind.charAt(0)}${this.#count++}` } : {};
    await this.#client.add(this.dn(node), { objectClass: classes[kind], ...account, ...more });
    const { searchEntries } = await this.#client.search(this.dn(node), { scope: 'base', attributes: ['objectGUID'], explicitBufferAttributes: ['objectGUID'] });
    node.id = guidText(searchEntries[0]!['objectGUID'] as Buffer);
    this.nodes.push(node);
    return node;
  }

  /** Values of an attribute are added, removed or replaced; without values it is cleared. */
  async set(node: Node, operation: 'add' | 'delete' | 'replace', type: string, ...values: string[]): Promise<void> {
    await this.#client.modify(this.dn(node), new Change({ operation, modification: new Attribute({ type, values }) })).catch((error: unknown) => {
      // The value is there already, or is not there: nothing happened.
      if (!/(TypeOrValueExists|NoSuchAttribute|AlreadyExists|UnwillingToPerform|AttributeOrValueExists)/.test((error as Error).name)) throw error;
    });
  }

  async move(node: Node, name: string, parent: Node | null = node.parent): Promise<void> {
    const before = this.dn(node);
    await this.#client.modifyDN(before, this.dn({ ...node, name, parent }));
    Object.assign(node, { name, parent });
  }

  async remove(node: Node): Promise<void> {
    await this.#client.del(this.dn(node));
    node.deleted = true;
  }

  /** Brings a deleted object back to life at its old place, under a new name. */
  async reanimate(node: Node): Promise<void> {
    const { searchEntries } = await this.#client.search(`<GUID=${node.id}>`, { scope: 'base', attributes: ['cn'] }, new ShowDeleted());
    node.name = `${node.name.split(' ')[0]} back${this.#count++}`;
    node.deleted = false;
    await this.#client.modify(searchEntries[0]!.dn, [
      new Change({ operation: 'delete', modification: new Attribute({ type: 'isDeleted', values: [] }) }),
      new Change({ operation: 'replace', modification: new Attribute({ type: 'distinguishedName', values: [this.dn(node)] }) }),
    ], new ShowDeleted());
  }

  #one(...kinds: readonly Node['kind'][]): Node {
    const there = this.nodes.filter((node) => kinds.includes(node.kind) && !node.deleted);
    return there[this.#pick(there.length)]!;
  }

  /** One random change; links are set to people and groups of the organisation. */
  async step(): Promise<void> {
    const number = this.#count++;
    const what = this.#pick(16);
    const person = this.#one('user', 'contact');
    const any = this.#one('user', 'contact', 'group');
    const group = this.#one('group');
    const unit = this.#one('ou');
    this.log.push(`${what}: ${this.dn(any)} / ${this.dn(person)} / ${this.dn(group)} / ${this.dn(unit)}`);
    switch (what) {
      case 0: return await this.set(any, 'replace', 'displayName', `Display ${number}`);
      case 1: return await this.set(person, 'replace', 'mail', ...(this.#pick(3) === 0 ? [] : [`m${number}@x.test`]));
      case 2: return await this.set(any, 'add', 'proxyAddresses', `smtp:p${number}@x.test`);
      // Nobody reads it.
      case 3: return await this.set(person, 'replace', 'facsimileTelephoneNumber', String(number));
      case 4: return await this.move(any, `${any.name.split(' ')[0]} r${number}`);
      case 5: return await this.move(any, any.name, unit).catch(() => {});
      case 6: return await this.move(unit, `Unit, ${number}`);
      case 7: {
        const below = this.#one('ou');
        for (let at: Node | null = unit; at !== null; at = at.parent) if (at === below) return;
        return await this.move(below, below.name, unit).catch(() => {});
      }
      case 8: case 9: return await this.set(group, 'add', 'member', this.dn(any));
      case 10: return await this.set(group, 'delete', 'member', this.dn(any));
      case 11: return await this.set(person, 'replace', 'manager', ...(this.#pick(3) === 0 ? [] : [this.dn(this.#one('user'))]));
      case 12: return void await this.add('user', `New${number}`, unit).then((made) => this.set(group, 'add', 'member', this.dn(made)));
      case 13: return this.nodes.filter((node) => node.kind !== 'ou' && !node.deleted).length < 20 ? undefined : await this.remove(any);
      case 14: {
        const dead = this.nodes.filter((node) => node.deleted && !node.parent!.deleted);
        return dead.length === 0 ? undefined : await this.reanimate(dead[this.#pick(dead.length)]!);
      }
      default: {
        // One takes the name that another gave up.
        const other = this.#one('user');
        if (other === any || other.kind !== any.kind || other.parent !== any.parent) return;
        const [mine, theirs] = [any.name, other.name];
        await this.move(any, `Between${number}`);
        await this.move(other, mine);
        if (this.#pick(2) === 0) await this.move(any, theirs);
      }
    }
  }
}
