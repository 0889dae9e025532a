import { Attribute, Change, Control, type Client } from 'ldapts';
import { guidFromBytes, guidToBytes } from '../../shared/rules/guid.ts';
import type { DriftPolicy } from '../../shared/domain/coexistence.ts';
import type { Desk } from '../integration/scenarios/corp.ts';

class ShowDeleted extends Control { constructor() { super('1.2.840.113556.1.4.417', { critical: true }); } }

/** A random source whose numbers can be had again: mulberry32. */
export function dice(seed: number): (sides: number) => number {
  let state = seed >>> 0;
  return (sides) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % sides;
  };
}

/** A person as the directory has it, and what the tenant must show of it by the rules. */
interface Person {
  readonly alias: string;
  readonly anchor: string;
  dn: string;
  here: boolean;
  /** Out of the collection's scope: what changes waits until it is back. */
  away: boolean;
  enabled: boolean;
  manager: string | null;
  readonly values: Map<Edited, string>;
  readonly expected: Map<string, unknown>;
  /** Values that the tenant and the rules agreed on in the last cycle that had the person in its scope, and which of them others changed since. */
  readonly agreed: Map<Edited, string>;
  readonly foreign: Set<Edited>;
  expectedManager: string | null;
  /** The manager that the tenant and the rules agreed on; null: none. */
  agreedManager: string | null;
  /** Managers that the product wrote or wrote over: to find one of them may be a late echo, which is not shown within an hour. */
  readonly managersWritten: Set<string | null>;
}
/** A group likewise; members by anchor, those of the directory, those that the tenant must show, and those that both agreed on. */
interface Group { readonly name: string; readonly anchor: string; dn: string; readonly members: Set<string>; description: string; readonly expected: Set<string>; readonly agreed: Set<string>; /** Whom the product put in or took out: likewise. */ readonly written: Set<string> }

/** Attributes that are edited, and where the default rules write them. */
const FLOW = { title: 'jobTitle', department: 'department', displayName: 'displayName', l: 'city', physicalDeliveryOfficeName: 'officeLocation' } as const;
type Edited = keyof typeof FLOW;
const EDITED = Object.keys(FLOW) as readonly Edited[];
/** Office of those who are out of the collection's scope. */
export const AWAY = 'Away';

/**
 * An organisation that people work in, in the directory and in the tenant, and an account of what the rules say of it that knows nothing of
 * the product: a value of the source is written, an empty one writes nothing, members and managers follow, an object that leaves stays as it was.
 */
export class Organisation {
  readonly people: Person[] = [];
  readonly groups: Group[] = [];
  readonly #desk: Desk;
  readonly #base: string;
  readonly #roll: (sides: number) => number;
  readonly #drift: DriftPolicy;
  #number = 0;
  #rooms = 0;

  /** @param drift what the collection says about changes of others. @param first number after which people and groups are counted: two organisations of one domain need other names. */
  constructor(desk: Desk, base: string, roll: (sides: number) => number, { drift, first }: { readonly drift: DriftPolicy; readonly first: number }) {
    this.#drift = drift;
    this.#number = first;
    this.#desk = desk;
    this.#base = base;
    this.#roll = roll;
  }

  #one<T>(list: readonly T[]): T | undefined { return list[this.#roll(Math.max(1, list.length))]; }
  #place(): string { return this.#one([this.#base, `OU=North,${this.#base}`, `OU=South,${this.#base}`]) ?? this.#base; }
  /** Puts an entry into the directory. @returns its source anchor. */
  async #add(client: Client, dn: string, attributes: Record<string, string | string[]>): Promise<string> {
    await client.add(dn, attributes);
    const { searchEntries } = await client.search(dn, { scope: 'base', attributes: ['objectGUID'], explicitBufferAttributes: ['objectGUID'] });
    const id = searchEntries[0]?.['objectGUID'];
    if (!Buffer.isBuffer(id)) throw new Error(`${dn} was not made`);
    return id.toString('base64');
  }

  /** Somebody is hired. */
  async hire(client: Client): Promise<void> {
    const alias = `p${this.#number += 1}`;
    const dn = `CN=${alias},${this.#place()}`;
    const values = new Map<Edited, string>([['displayName', `Person ${alias}`], ['title', `Title ${this.#roll(9)}`]]);
    const anchor = await this.#add(client, dn, { objectClass: 'user', sAMAccountName: alias, userPrincipalName: `${alias}@example.com`, userAccountControl: '544', ...Object.fromEntries(values) });
    const expected = new Map<string, unknown>([['userPrincipalName', `${alias}@example.com`], ['accountEnabled', true], ['displayName', `Person ${alias}`], ['jobTitle', values.get('title')]]);
    this.people.push({ alias, anchor, dn, here: true, away: false, enabled: true, manager: null, values, expected, agreed: new Map(values), foreign: new Set(), expectedManager: null, agreedManager: null, managersWritten: new Set() });
  }

  /** A group is made. */
  async found(client: Client): Promise<void> {
    const name = `Team ${this.#number += 1}`;
    const dn = `CN=${name},${this.#place()}`;
    const anchor = await this.#add(client, dn, { objectClass: 'group', sAMAccountName: name.replace(' ', ''), displayName: name, groupType: '-2147483646', description: 'New' });
    this.groups.push({ name, anchor, dn, members: new Set(), description: 'New', expected: new Set(), agreed: new Set(), written: new Set() });
  }

  /** One random thing happens in the directory. */
  async work(client: Client): Promise<void> {
    const person = this.#one(this.people.filter((one) => one.here));
    const group = this.#one(this.groups);
    const replace = async (dn: string, type: string, values: string[]): Promise<void> => { await client.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type, values }) })); };
    const member = async (operation: 'add' | 'delete', of: Group, dn: string): Promise<void> => { await client.modify(of.dn, new Change({ operation, modification: new Attribute({ type: 'member', values: [dn] }) })); };
    switch (this.#roll(15)) {
      case 0: return await this.hire(client);
      case 1: case 2: case 3: {
        if (person === undefined) return;
        const attribute = this.#one(EDITED) ?? 'title';
        const value = `${attribute} ${this.#roll(1_000)}`;
        await replace(person.dn, attribute, [value]);
        person.values.set(attribute, value);
        if (attribute === 'physicalDeliveryOfficeName') person.away = false;
        return;
      }
      // An empty value of the source writes nothing: what the tenant has stays.
      case 4: if (person !== undefined) { await replace(person.dn, 'department', []); person.values.delete('department'); } return;
      case 5: case 6: {
        if (person === undefined || group === undefined) return;
        const is = group.members.has(person.anchor);
        await member(is ? 'delete' : 'add', group, person.dn);
        if (is) group.members.delete(person.anchor); else group.members.add(person.anchor);
        return;
      }
      case 7: {
        const boss = this.#one(this.people.filter((one) => one.here && one !== person));
        if (person === undefined || boss === undefined) return;
        await replace(person.dn, 'manager', [boss.dn]);
        person.manager = boss.anchor;
        return;
      }
      // Renamed: the entry, not what it is called.
      case 8: if (person !== undefined) await this.#move(client, person, `CN=${person.alias}-${this.#roll(1_000)}`, person.dn.slice(person.dn.indexOf(',') + 1)); return;
      case 9: if (person !== undefined) await this.#move(client, person, person.dn.slice(0, person.dn.indexOf(',')), this.#place()); return;
      case 10: {
        if (person === undefined) return;
        person.enabled = !person.enabled;
        await replace(person.dn, 'userAccountControl', [person.enabled ? '544' : '546']);
        return;
      }
      case 11: if (group !== undefined) { group.description = `Text ${this.#roll(1_000)}`; await replace(group.dn, 'description', [group.description]); } return;
      // Out of the scope: its object in the tenant stays as it was until somebody gives it another office.
      case 12: {
        if (person === undefined || this.#roll(2) > 0) return;
        await replace(person.dn, 'physicalDeliveryOfficeName', [AWAY]);
        person.values.set('physicalDeliveryOfficeName', AWAY);
        person.away = true;
        return;
      }
      case 13: return await this.#restore(client);
      default: {
        // Few leave: the organisation shall not die out. The object in the tenant stays as it was, in its groups, too.
        if (person === undefined || this.people.filter((one) => one.here).length < 8 || this.#roll(3) > 0) return;
        await client.del(person.dn);
        person.here = false;
        for (const one of this.groups) one.members.delete(person.anchor);
        for (const one of this.people) if (one.manager === person.anchor) one.manager = null;
      }
    }
  }

  /** What the rules write of everybody who is in the scope now: call it when a cycle is about to run. */
  flow(): void {
    const { users } = this.#tenant();
    /** Who is in the tenant, or comes with this cycle. */
    const comes = (anchor: string): boolean => users.has(anchor) || this.people.some((one) => one.anchor === anchor && one.here && !one.away);
    for (const person of this.people) {
      // Who is kept when it left is begun anew with when it comes back.
      if (person.away || !person.here) { person.agreed.clear(); person.foreign.clear(); person.agreedManager = null; continue; }
      for (const attribute of EDITED) {
        const value = person.values.get(attribute);
        const is = person.foreign.has(attribute) && value === person.agreed.get(attribute);
        // What others changed and the source did not stays; what the source changed, too, is written.
        if (value !== undefined && !is) person.expected.set(FLOW[attribute], value);
        if (!is) person.foreign.delete(attribute);
        if (value === undefined) person.agreed.delete(attribute); else person.agreed.set(attribute, value);
      }
      person.expected.set('accountEnabled', person.enabled);
      // Nobody to report to writes nothing: who was it stays. So does who was given by others while the source says what it said before.
      const manager = person.manager !== null && comes(person.manager) ? person.manager : null;
      if (manager !== null && manager !== person.expectedManager && !(this.#drift === 'show' && manager === person.agreedManager)) {
        person.managersWritten.add(person.expectedManager).add(manager);
        person.expectedManager = manager;
      }
      person.agreedManager = manager;
    }
    for (const group of this.groups) this.#flowMembers(group, new Set([...group.members].filter(comes)));
  }

  /** Members one by one: who is new in the source comes, who left it goes, and what others did stands or is written over. */
  #flowMembers(group: Group, wanted: ReadonlySet<string>): void {
    const shown = this.#drift === 'show';
    const before = new Set(group.expected);
    for (const one of wanted) if (!(shown && group.agreed.has(one))) group.expected.add(one);
    const here = new Set(this.people.flatMap((one) => (one.here ? [one.anchor] : [])));
    // Who is gone from the directory is kept where it is.
    for (const one of group.expected) if (!wanted.has(one) && here.has(one) && (!shown || group.agreed.has(one))) group.expected.delete(one);
    for (const one of [...before, ...group.expected]) if (before.has(one) !== group.expected.has(one)) group.written.add(one);
    group.agreed.clear();
    for (const one of wanted) group.agreed.add(one);
  }

  /** Somebody who was deleted is brought back to life, as the directory does it without a recycle bin: the identity is the old one, and everything else is entered again. */
  async #restore(client: Client): Promise<void> {
    const person = this.#one(this.people.filter((one) => !one.here));
    if (person === undefined) return;
    const { searchEntries } = await client.search(`<GUID=${guidFromBytes(Buffer.from(person.anchor, 'base64'))}>`, { scope: 'base', attributes: ['cn'] }, new ShowDeleted());
    const dead = searchEntries[0]?.dn;
    if (dead === undefined) throw new Error(`${person.alias} is not among the deleted`);
    const dn = `CN=${person.alias}-back${this.#roll(1_000)},${this.#place()}`;
    const set = (operation: 'add' | 'replace' | 'delete', type: string, values: string[]) => new Change({ operation, modification: new Attribute({ type, values }) });
    await client.modify(dead, [set('delete', 'isDeleted', []), set('replace', 'distinguishedName', [dn])], new ShowDeleted());
    const values = new Map<Edited, string>([['displayName', `Person ${person.alias}`], ['title', `Title ${this.#roll(9)}`]]);
    await client.modify(dn, [set('replace', 'userPrincipalName', [`${person.alias}@example.com`]), set('replace', 'userAccountControl', ['544']), ...[...values].map(([type, value]) => set('replace', type, [value]))]);
    Object.assign(person, { dn, here: true, away: false, enabled: true, manager: null });
    person.values.clear();
    for (const [type, value] of values) person.values.set(type, value);
  }

  async #move(client: Client, person: Person, rdn: string, parent: string): Promise<void> {
    const dn = `${rdn},${parent}`;
    if (dn === person.dn) return;
    await client.modifyDN(person.dn, dn);
    person.dn = dn;
  }

  /** A container is renamed: everything below it has another name, of which the directory says nothing. */
  async renameContainer(client: Client): Promise<void> {
    const from = `OU=South,${this.#base}`;
    const to = `OU=Room ${this.#rooms += 1},${this.#base}`;
    await client.modifyDN(from, to);
    await client.add(from, { objectClass: 'organizationalUnit' });
    for (const one of [...this.people, ...this.groups]) if (one.dn.endsWith(`,${from}`)) one.dn = one.dn.slice(0, -from.length) + to;
  }

  /** One random thing that somebody else does in the tenant: it stands where the source says nothing, and goes where it does. */
  async meddle(): Promise<void> {
    const tenant = this.#tenant();
    const there = this.people.filter((one) => one.here && tenant.users.has(one.anchor));
    const person = this.#one(there);
    if (person === undefined) return;
    const id = (anchor: string): string => tenant.users.get(anchor)?.id ?? '';
    const kind = this.#roll(5);
    if (kind === 0) {
      const boss = this.#one(there.filter((one) => one !== person));
      if (boss === undefined) return;
      await this.#patiently('PUT', `/users/${id(person.anchor)}/manager/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${id(boss.anchor)}` });
      person.expectedManager = boss.anchor;
      return;
    }
    if (kind === 1) {
      const group = this.#one(this.groups.filter((one) => tenant.groups.has(one.name)));
      if (group === undefined) return;
      const { id: groupId = '', members = [] } = tenant.groups.get(group.name) ?? {};
      if (members.includes(id(person.anchor))) {
        await this.#patiently('DELETE', `/groups/${groupId}/members/${id(person.anchor)}/$ref`);
        group.expected.delete(person.anchor);
      } else {
        await this.#patiently('POST', `/groups/${groupId}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${id(person.anchor)}` });
        group.expected.add(person.anchor);
      }
      return;
    }
    const attribute = this.#one(EDITED) ?? 'title';
    const value = `by hand ${this.#roll(1_000)}`;
    await this.#patiently('PATCH', `/users/${id(person.anchor)}`, { [FLOW[attribute]]: value });
    if (person.away || !person.values.has(attribute) || this.#drift === 'show') person.expected.set(FLOW[attribute], value);
    if (!person.away && person.agreed.has(attribute) && this.#drift === 'show') person.foreign.add(attribute);
  }

  /** The tenant fails for others as it does for us. */
  async #patiently(method: string, address: string, body?: unknown, tries = 20): Promise<void> {
    try { await this.#desk.graph(method, address, body); } catch (error) {
      if (tries === 0) throw error;
      await this.#patiently(method, address, body, tries - 1);
    }
  }

  #tenant() {
    const { users, groups } = this.#desk.simulator.snapshot();
    const byAnchor = new Map(users.map((one) => [String(one.properties['onPremisesImmutableId'] ?? ''), one]));
    return { users: byAnchor, anchorOf: new Map(users.map((one) => [one.id, String(one.properties['onPremisesImmutableId'] ?? '')])), groups: new Map(groups.map((one) => [String(one.properties['displayName']), one])) };
  }

  /** Changes of others that stand against the rules, `alias attribute` each, in order. */
  foreign(): readonly string[] {
    const people = this.people.filter((one) => one.here && !one.away);
    const here = new Map(this.people.flatMap((one) => (one.here ? [[one.anchor, one.alias] as const] : [])));
    return [
      ...people.flatMap((one) => [...one.foreign].map((attribute) => `${one.alias} ${FLOW[attribute]}`)),
      ...people.flatMap((one) => (one.agreedManager !== null && one.agreedManager !== one.expectedManager && !one.managersWritten.has(one.expectedManager) ? [`${one.alias} manager`] : [])),
      ...this.groups.flatMap((group) => [...here].flatMap(([anchor, alias]) => (group.expected.has(anchor) === group.agreed.has(anchor) || group.written.has(anchor) ? [] : [`${group.name} members ${alias}`]))),
    ].toSorted();
  }

  /** The same of rows of the product's list. */
  inWords(rows: readonly { readonly sourceId: string; readonly attribute: string; readonly item: string }[]): readonly string[] {
    const { anchorOf } = this.#tenant();
    const owner = (sourceId: string): string => { const anchor = Buffer.from(guidToBytes(sourceId) ?? []).toString('base64'); return this.people.find((one) => one.anchor === anchor)?.alias ?? this.groups.find((one) => one.anchor === anchor)?.name ?? sourceId; };
    return rows.flatMap(({ sourceId, attribute, item }) => {
      const member = item === '' ? undefined : this.people.find((one) => one.anchor === anchorOf.get(item));
      return member?.here === false ? [] : [`${owner(sourceId)} ${attribute}${item === '' ? '' : ` ${member?.alias ?? item}`}`];
    }).toSorted();
  }

  /** Where the tenant differs from what the rules say, one line each; none: it is in step. */
  differences(): readonly string[] {
    const { users, anchorOf: anchors, groups } = this.#tenant();
    const lines: string[] = [];
    const named = (anchor: string | null): string => this.people.find((one) => one.anchor === anchor)?.alias ?? String(anchor);
    for (const person of this.people) {
      const user = users.get(person.anchor);
      // Who was hired and left between two cycles never came.
      if (user === undefined) { if (person.here && !person.away) lines.push(`${person.alias} is not there`); continue; }
      if (!person.here) continue;
      for (const [attribute, value] of person.expected) if (user.properties[attribute] !== value) lines.push(`${person.alias} ${attribute}: ${JSON.stringify(user.properties[attribute])} instead of ${JSON.stringify(value)}`);
      const manager = user.manager === null ? null : anchors.get(user.manager) ?? user.manager;
      // Who went away before ever coming to the tenant is waited for.
      if (manager !== person.expectedManager && (person.expectedManager === null || users.has(person.expectedManager))) lines.push(`${person.alias} manager: ${named(manager)} instead of ${named(person.expectedManager)}`);
    }
    for (const group of this.groups) {
      const there = groups.get(group.name);
      if (there === undefined) { lines.push(`${group.name} is not there`); continue; }
      if (there.properties['description'] !== group.description) lines.push(`${group.name} description: ${String(there.properties['description'])} instead of ${group.description}`);
      const left = new Set(this.people.filter((one) => !one.here).map((one) => one.anchor));
      const members = new Set(there.members.map((id) => anchors.get(id) ?? id).filter((one) => !left.has(one)));
      for (const one of group.expected) if (!members.has(one) && !left.has(one)) lines.push(`${group.name} lacks ${named(one)}`);
      for (const one of members) if (!group.expected.has(one)) lines.push(`${group.name} has ${named(one)} too many`);
    }
    return lines;
  }
}
