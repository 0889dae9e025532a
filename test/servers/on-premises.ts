import { Attribute, Change, Client, InsufficientAccessError, NoSuchObjectError, type Entry } from 'ldapts';
import { onPremisesSeed, type OnPremises, type OnPremisesInput, type OnPremisesMailbox, type OnPremisesServer } from '../../electron/simulator/index.ts';
import type { SambaServer } from './samba.ts';

/** What no attribute of a directory tells of a mailbox. */
export type Facts = Partial<Pick<OnPremisesMailbox, 'sizeBytes' | 'items' | 'badItems' | 'metadataBad' | 'um' | 'grants' | 'fails'>>;

/** Exchange on premises, whose recipients stand in a real Active Directory. */
export interface DirectoryOnPremises extends OnPremises {
  /** Facts of mailboxes by sAMAccountName, which a test may change at any time. */
  readonly facts: Map<string, Facts>;
  /** The servers, which a test may change at any time. */
  put(servers: NonNullable<OnPremisesInput['servers']>): void;
  close(): Promise<void>;
}

/** Where the recipients are. */
export interface DirectoryOnPremisesOptions {
  readonly samba: SambaServer;
  /** Distinguished name below which they stand. */
  readonly baseDn: string;
  readonly servers: NonNullable<OnPremisesInput['servers']>;
  readonly facts?: Readonly<Record<string, Facts>>;
}

const ATTRIBUTES = ['objectGUID', 'objectClass', 'sAMAccountName', 'proxyAddresses', 'homeMDB', 'msExchMailboxGuid', 'msExchRecipientTypeDetails', 'msExchHideFromAddressLists', 'targetAddress'];
/** Kinds by msExchRecipientTypeDetails; a mailbox of Exchange 2003 has none. */
const KINDS: Readonly<Record<string, OnPremisesMailbox['kind']>> = { 1: 'user', 2: 'linked', 4: 'shared', 16: 'room', 32: 'equipment', 128: 'mail user' };

/**
 * The migration service's on-premises side over LDAP: recipients are looked up by their addresses, and targetAddress is written with the
 * bind of the migration administrator, so that a missing right is the directory's own refusal.
 */
export function directoryOnPremises({ samba, baseDn, servers, facts = {} }: DirectoryOnPremisesOptions): DirectoryOnPremises {
  let known: readonly OnPremisesServer[] = onPremisesSeed.parse({ servers }).servers;
  const own = new Map(Object.entries(facts));
  const clients = new Map<string, Promise<Client>>();
  const bound = (user: string, password: string): Promise<Client> => {
    const key = JSON.stringify([user, password]);
    const open = clients.get(key) ?? (async () => {
      const client = new Client({ url: `ldap://${samba.address}` });
      await client.bind(user, password);
      return client;
    })();
    clients.set(key, open);
    // A bind that was refused is tried again with the next question.
    open.catch(() => { clients.delete(key); });
    return open;
  };
  const search = async (where: string, filter: string): Promise<readonly Entry[]> => {
    const client = await bound(samba.adminUser, samba.password);
    return (await client.search(where, { scope: where === baseDn ? 'sub' : 'base', filter, attributes: ATTRIBUTES, explicitBufferAttributes: ['objectGUID', 'msExchMailboxGuid'] })).searchEntries;
  };
  return {
    facts: own,
    servers: () => known,
    put: (next) => { known = onPremisesSeed.parse({ servers: next }).servers; },
    find: async (address) => (await search(baseDn, `(proxyAddresses=smtp:${escaped(address)})`)).map((entry) => mailboxOf(entry, known[0]?.fqdn ?? '', own)),
    setTargetAddress: async (id, value, account) => {
      // MS-ADTS 3.1.1.3.1.2.4: an object by its GUID.
      const [entry] = await search(`<GUID=${id}>`, '(objectClass=*)').catch((error: unknown) => { if (error instanceof NoSuchObjectError) return []; throw error; });
      if (!entry) return 'gone';
      const found = known.flatMap((s) => s.accounts).find((a) => [a.name, a.upn].some((n) => n.toLowerCase() === account.toLowerCase()));
      if (!found) return 'access denied';
      try {
        await (await bound(found.upn, found.password)).modify(entry.dn, new Change({ operation: 'replace', modification: new Attribute({ type: 'targetAddress', values: [value] }) }));
        return 'done';
      } catch (error) {
        if (error instanceof InsufficientAccessError) return 'access denied';
        if (error instanceof NoSuchObjectError) return 'gone';
        throw error;
      }
    },
    close: async () => {
      for (const open of clients.values()) await (await open).unbind();
      clients.clear();
    },
  };
}

function mailboxOf(entry: Entry, server: string, facts: ReadonlyMap<string, Facts>): OnPremisesMailbox {
  const texts = (name: string): readonly string[] => [entry[name] ?? []].flat().map(String);
  const [guid, mailboxGuid] = [entry['objectGUID'], entry['msExchMailboxGuid']];
  const addresses = texts('proxyAddresses').filter((a) => /^smtp:/i.test(a));
  const classes = texts('objectClass').map((c) => c.toLowerCase());
  const details = texts('msExchRecipientTypeDetails')[0];
  const kind = classes.includes('group') ? 'group' as const : classes.includes('contact') ? 'contact' as const
    : texts('homeMDB').length === 0 ? 'mail user' as const : details === undefined ? 'user' as const : KINDS[details] ?? 'mail user';
  const { sizeBytes = 10 * 1024 ** 2, items = 100, badItems = 0, metadataBad = 0, um = false, grants = 'receive as', fails = null } = facts.get(texts('sAMAccountName')[0] ?? '') ?? {};
  return {
    id: Buffer.isBuffer(guid) ? textOf(guid) : '', address: (addresses.find((a) => a.startsWith('SMTP:')) ?? '').slice(5), addresses: addresses.map((a) => a.slice(5)), server, kind,
    mailboxGuid: Buffer.isBuffer(mailboxGuid) && mailboxGuid.length === 16 ? textOf(mailboxGuid) : null, hidden: texts('msExchHideFromAddressLists')[0] === 'TRUE', targetAddress: texts('targetAddress')[0] ?? null,
    sizeBytes, items, badItems, metadataBad, um, grants, fails,
  };
}

/** Text of a value in a filter (RFC 4515 3). */
const escaped = (text: string): string => [...Buffer.from(text)].map((b) => `\\${b.toString(16).padStart(2, '0')}`).join('');

/** A GUID's text; its first three parts are little-endian (MS-DTYP 2.3.4.2). */
function textOf(bytes: Buffer): string {
  const part = (from: number, to: number, reversed: 'reversed' | 'as it is'): string => { const b = Buffer.from(bytes.subarray(from, to)); return (reversed === 'reversed' ? b.reverse() : b).toString('hex'); };
  return [part(0, 4, 'reversed'), part(4, 6, 'reversed'), part(6, 8, 'reversed'), part(8, 10, 'as it is'), part(10, 16, 'as it is')].join('-');
}
