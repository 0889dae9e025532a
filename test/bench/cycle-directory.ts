import { guidBytes } from '../../electron/simulator/demo/identifiers.ts';
import { guid } from '../integration/app/works.ts';
import { dirSyncOf, type FakeAnswer, type FakeAttributes, type FakeScript, type FakeSearch } from '../servers/fake-ldap.ts';
import { BASE, change, changedEntry, containerEntries, entryOf, numberOf, type Organisation, type Told } from './cycle-organisation.ts';

const DIRSYNC = '1.2.840.113556.1.4.841';
const PAGED = '1.2.840.113556.1.4.319';

/** Values of a search: those asked for. */
function shown(attributes: FakeAttributes, wanted: readonly string[]): FakeAttributes {
  const names = new Set(wanted.map((name) => name.toLowerCase()));
  return Object.fromEntries(Object.entries(attributes).filter(([name, values]) => values.length > 0 && names.has(name.toLowerCase())));
}

/** Ids that a filter compares objectGUID with. */
function idsIn(filter: Buffer): readonly number[] {
  const found: number[] = [];
  const name = Buffer.from('objectGUID');
  for (let at = filter.indexOf(name); at >= 0; at = filter.indexOf(name, at + name.length)) {
    // An assertion is name and value, both octet strings (RFC 4511 4.5.1.7).
    const length = filter[at + name.length + 1] ?? 0;
    if (length !== 16) continue;
    const bytes = filter.subarray(at + name.length + 2, at + name.length + 18);
    found.push(numberOf(`${bytes.subarray(8, 10).toString('hex')}-${bytes.subarray(10).toString('hex')}`));
  }
  return found;
}

/** The last word on each object that was told of since a cookie. */
function lastWords(log: readonly Told[], cookie: string): readonly Told[] {
  const last = new Map<number, Told>();
  for (const one of cookie === '' ? [] : log.slice(Number(cookie))) {
    const before = last.get(one.number);
    last.set(one.number, before === undefined ? one : { ...one, names: [...before.names, ...one.names], added: [...before.added, ...one.added], removed: [...before.removed, ...one.removed] });
  }
  return [...last.values()];
}

/** A script of the fake server that plays a domain controller which holds an organisation and tells its changes by DirSync, and somebody who changes it. */
export function playDirectory(made: Organisation): { readonly script: FakeScript; readonly change: (changes: number) => number } {
  const log: Told[] = [];
  let round = 0;
  /** Numbers of everything, listed once for a whole reading. */
  let all: readonly number[] = [];
  const facts = (base: string): FakeAttributes | undefined => {
    if (base === 'CN=NTDS Settings,CN=DC1') return { objectGUID: [guidBytes(guid(1))], invocationId: [guidBytes(guid(7))] };
    return base !== '' ? undefined : {
      defaultNamingContext: [BASE], namingContexts: [BASE], schemaNamingContext: ['CN=Schema'], configurationNamingContext: ['CN=Configuration'], dnsHostName: ['dc1.example.com'], highestCommittedUSN: [String(1_000 + log.length)],
      supportedControl: [DIRSYNC, PAGED], dsServiceName: ['CN=NTDS Settings,CN=DC1'],
    };
  };
  const tellChanges = ({ attributes }: FakeSearch, answer: FakeAnswer, cookie: string): void => {
    for (const one of lastWords(log, cookie)) {
      const entry = changedEntry(made, one);
      if (entry !== undefined) answer.entry(entry.dn, shown(entry.attributes, [...attributes, ...Object.keys(entry.attributes).filter((name) => name.includes(';'))]));
    }
    answer.done({ dirSync: { more: false, cookie: String(log.length) } });
  };
  const search = (request: FakeSearch, answer: FakeAnswer): void => {
    const known = facts(request.base);
    if (known !== undefined) { answer.entry(request.base, known); answer.done(); return; }
    const sync = dirSyncOf(request);
    if (sync !== undefined) { tellChanges(request, answer, sync.cookie); return; }
    const filter = request.filter.toString('latin1');
    const ids = idsIn(request.filter);
    const offset = Number(request.page?.cookie ?? '0') || 0;
    // Nobody has a mailbox here, and the schema is the well-known one.
    if (request.base === 'CN=Schema' || filter.includes('msExchMailboxGuid')) { answer.done({ cookie: '' }); return; }
    if (filter.includes('organizationalUnit')) {
      for (const { dn, attributes } of containerEntries()) answer.entry(dn, shown(attributes, request.attributes));
      answer.done({ cookie: '' });
      return;
    }
    if (ids.length === 0 && offset === 0) all = [...made.people.keys(), ...made.groups.keys()];
    const wanted = ids.length > 0 ? ids : all.slice(offset, offset + (request.page?.size ?? all.length));
    for (const number of wanted) {
      const entry = entryOf(made, number);
      if (entry !== undefined) answer.entry(entry.dn, shown(entry.attributes, request.attributes));
    }
    const next = offset + wanted.length;
    answer.done({ cookie: ids.length > 0 || next >= all.length ? '' : String(next) });
  };
  return {
    script: { search },
    change: (changes) => {
      const told = change(made, changes, ++round);
      log.push(...told);
      return new Set(told.map((one) => one.number)).size;
    },
  };
}
