import { Attribute, Change, type Client } from 'ldapts';
import type { Desk } from '../integration/scenarios/corp.ts';

/** Somebody outside, as the directory has it; what the tenant must show is the same. */
interface Outsider { readonly alias: string; readonly dn: string; here: boolean; title: string; displayName: string }
/** A distribution list of outsiders, by alias. */
interface List { readonly alias: string; readonly dn: string; displayName: string; readonly members: Set<string> }

/** What Exchange Online keeps of an organisation: contacts outside and distribution lists, worked on in the directory alone. */
export class Correspondents {
  readonly #people: Outsider[] = [];
  readonly #lists: List[] = [];
  readonly #desk: Desk;
  readonly #base: string;
  readonly #roll: (sides: number) => number;
  #number: number;

  /** @param first number after which contacts and lists are counted: two rooms of one domain need other names. */
  constructor(desk: Desk, base: string, roll: (sides: number) => number, first: number) {
    this.#desk = desk;
    this.#base = base;
    this.#roll = roll;
    this.#number = first;
  }

  #one<T>(list: readonly T[]): T | undefined { return list[this.#roll(Math.max(1, list.length))]; }

  /** A contact is entered. */
  async invite(client: Client): Promise<void> {
    const alias = `outside${this.#number += 1}`;
    const dn = `CN=${alias},${this.#base}`;
    const [title, displayName] = [`Buyer ${this.#roll(9)}`, `Outsider ${alias}`];
    await client.add(dn, { objectClass: 'contact', displayName, title, mail: `${alias}@partner.example`, mailNickname: alias, targetAddress: `SMTP:${alias}@partner.example`, proxyAddresses: [`SMTP:${alias}@partner.example`] });
    this.#people.push({ alias, dn, here: true, title, displayName });
  }

  /** A distribution list is made. */
  async list(client: Client): Promise<void> {
    const alias = `list${this.#number += 1}`;
    const dn = `CN=${alias},${this.#base}`;
    const displayName = `List ${alias}`;
    await client.add(dn, { objectClass: 'group', sAMAccountName: alias, displayName, groupType: '8', mail: `${alias}@example.com`, mailNickname: alias, proxyAddresses: [`SMTP:${alias}@example.com`] });
    this.#lists.push({ alias, dn, displayName, members: new Set() });
  }

  /** One random thing happens. */
  async work(client: Client): Promise<void> {
    const replace = async (dn: string, type: string, value: string): Promise<void> => { await client.modify(dn, new Change({ operation: 'replace', modification: new Attribute({ type, values: [value] }) })); };
    const person = this.#one(this.#people.filter((one) => one.here));
    const list = this.#one(this.#lists);
    if (person === undefined || list === undefined) return;
    switch (this.#roll(8)) {
      case 0: return await this.invite(client);
      case 1: case 2: person.title = `Buyer ${this.#roll(1_000)}`; return await replace(person.dn, 'title', person.title);
      case 3: person.displayName = `Outsider ${person.alias} ${this.#roll(1_000)}`; return await replace(person.dn, 'displayName', person.displayName);
      case 4: list.displayName = `List ${list.alias} ${this.#roll(1_000)}`; return await replace(list.dn, 'displayName', list.displayName);
      case 5: case 6: {
        const is = list.members.has(person.alias);
        await client.modify(list.dn, new Change({ operation: is ? 'delete' : 'add', modification: new Attribute({ type: 'member', values: [person.dn] }) }));
        if (is) list.members.delete(person.alias); else list.members.add(person.alias);
        return;
      }
      default: {
        // The contact in the tenant stays as it was, in its lists, too.
        if (this.#people.filter((one) => one.here).length < 4 || this.#roll(3) > 0) return;
        await client.del(person.dn);
        person.here = false;
        for (const one of this.#lists) one.members.delete(person.alias);
      }
    }
  }

  /** Where Exchange Online differs from what the rules say, one line each. Who left the directory is not looked at. */
  differences(): readonly string[] {
    const { contacts, groups } = this.#desk.simulator.snapshot();
    const byAlias = new Map([...contacts, ...groups].map((one) => [String(one.properties['mailNickname']), one]));
    const aliases = new Map(contacts.map((one) => [one.id, String(one.properties['mailNickname'])]));
    const here = new Set(this.#people.flatMap((one) => (one.here ? [one.alias] : [])));
    const lines: string[] = [];
    const look = (alias: string, wanted: Readonly<Record<string, string>>): void => {
      const there = byAlias.get(alias);
      for (const [name, value] of Object.entries(wanted)) if (there?.properties[name] !== value) lines.push(`${alias} ${name}: ${JSON.stringify(there?.properties[name])} instead of ${value}`);
    };
    for (const { alias, displayName, title } of this.#people.filter((one) => one.here)) look(alias, { displayName, jobTitle: title });
    for (const { alias, displayName, members } of this.#lists) {
      look(alias, { displayName });
      const shown = (byAlias.get(alias)?.members ?? []).map((id) => aliases.get(id) ?? id).filter((one) => here.has(one)).toSorted();
      if (shown.join() !== [...members].toSorted().join()) lines.push(`${alias} has ${shown.join()} instead of ${[...members].toSorted().join()}`);
    }
    return lines;
  }
}
