import { z } from 'zod';

/** Exchange servers whose mailboxes a tenant may be asked to migrate. */
export const onPremisesServer = z.object({
  /** Name of the server inside, which clients name as Exchange server. */
  fqdn: z.string(),
  /** Name under which Outlook Anywhere answers from outside. */
  rpcProxy: z.string(),
  version: z.enum(['2003', '2007', '2010', '2013', '2016']).default('2007'),
  /** Domains whose Autodiscover leads to this server. Exchange 2003 has none. */
  autodiscover: z.array(z.string()).default([]),
  certificate: z.enum(['valid', 'untrusted']).default('valid'),
  /** Mailboxes it serves at once. */
  maxConnections: z.int().min(1).default(1000),
  /** False: nobody answers. */
  reachable: z.boolean().default(true),
  accounts: z.array(z.object({
    /** `DOMAIN\user`. */
    name: z.string(), upn: z.string(), password: z.string(),
    /** May write the attribute targetAddress of users. */
    mayWriteTargetAddress: z.boolean().default(true),
  })).default([]),
});
/** An Exchange server on premises. */
export type OnPremisesServer = z.output<typeof onPremisesServer>;

/** A recipient on premises as the migration service meets it. */
export const onPremisesMailbox = z.object({
  /** objectGUID, lower-case dashed text. */
  id: z.string(),
  /** Primary SMTP address. */
  address: z.string(),
  /** All SMTP addresses, without prefix; the primary one may be left out. */
  addresses: z.array(z.string()).default([]),
  /** FQDN of its server. */
  server: z.string(),
  sizeBytes: z.number().min(0).default(10 * 1024 ** 2),
  items: z.int().min(0).default(100),
  /** Items that cannot be read. */
  badItems: z.int().min(0).default(0),
  /** Inconsistencies of folder permissions and other metadata. */
  metadataBad: z.int().min(0).default(0),
  /** msExchMailboxGuid; null: not known. */
  mailboxGuid: z.string().nullable().default(null),
  /** Enabled for unified messaging. */
  um: z.boolean().default(false),
  hidden: z.boolean().default(false),
  kind: z.enum(['user', 'room', 'equipment', 'shared', 'linked', 'group', 'contact', 'mail user']).default('user'),
  targetAddress: z.string().nullable().default(null),
  grants: z.enum(['receive as', 'full access', 'none']).default('receive as'),
  /** What goes wrong while it is copied: the sign-in, a source that stops answering for half an hour, a connection that drops once at 60 percent. */
  fails: z.enum(['sign in', 'stalls', 'drops']).nullable().default(null),
});
export type OnPremisesMailbox = z.output<typeof onPremisesMailbox>;

/** The on-premises side of a seed. */
export const onPremisesSeed = z.object({ servers: z.array(onPremisesServer).default([]), mailboxes: z.array(onPremisesMailbox).default([]) });
export type OnPremisesSeed = z.output<typeof onPremisesSeed>;
/** What a caller writes. */
export type OnPremisesInput = z.input<typeof onPremisesSeed>;

/** An answer that may come at once or later. */
export type Soon<T> = T | Promise<T>;

/** What the migration service reads and writes on premises. Servers and accounts are known at once; recipients may take a while. */
export interface OnPremises {
  servers(): readonly OnPremisesServer[];
  /** Recipients that hold an SMTP address, whichever of theirs it is. */
  find(address: string): Soon<readonly OnPremisesMailbox[]>;
  /**
   * Writes the attribute targetAddress.
   * @param value `SMTP:` and an address.
   * @param account who writes, as the migration endpoint names it.
   */
  setTargetAddress(id: string, value: string, account: string): Soon<'done' | 'access denied' | 'gone'>;
}

/** An on-premises side in memory, which tests and controls may change. */
export interface OnPremisesMemory extends OnPremises {
  find(address: string): readonly OnPremisesMailbox[];
  setTargetAddress(id: string, value: string, account: string): 'done' | 'access denied' | 'gone';
  /** Everything there is. */
  state(): OnPremisesSeed;
  /** Replaces the servers, where given, and adds or replaces mailboxes by id. */
  put(content: OnPremisesInput): void;
  /** Changes one recipient by its id or one of its addresses. */
  change(key: string, values: Partial<Omit<OnPremisesMailbox, 'id'>>): void;
  remove(key: string): void;
  /** Grows with every change. */
  readonly changes: number;
}

/** The account of a server that a user name means, `DOMAIN\user` or a user principal name; upper and lower case do not count. */
export function accountOf(server: OnPremisesServer, username: string): OnPremisesServer['accounts'][number] | undefined {
  const lower = username.toLowerCase();
  return server.accounts.find((a) => a.name.toLowerCase() === lower || a.upn.toLowerCase() === lower);
}

/** Keeps an on-premises side in memory. */
export function onPremisesMemory(content: OnPremisesSeed): OnPremisesMemory {
  let servers = content.servers;
  const mailboxes = new Map(content.mailboxes.map((m) => [m.id, m]));
  let changes = 0;
  /** Ids by address; made anew when addresses have changed. */
  let byAddress: Map<string, string[]> | undefined;
  const idsOf = (address: string): readonly string[] => {
    if (!byAddress) {
      byAddress = new Map();
      for (const m of mailboxes.values()) for (const one of new Set([m.address, ...m.addresses].map((a) => a.toLowerCase()))) byAddress.set(one, [...byAddress.get(one) ?? [], m.id]);
    }
    return byAddress.get(address.toLowerCase()) ?? [];
  };
  const keyed = (key: string): OnPremisesMailbox => {
    const found = mailboxes.get(key.toLowerCase()) ?? mailboxes.get(idsOf(key)[0] ?? '');
    if (!found) throw new RangeError(`There is no ${key} on premises.`);
    return found;
  };
  const change = (key: string, values: Partial<Omit<OnPremisesMailbox, 'id'>>): void => {
    const found = keyed(key);
    mailboxes.set(found.id, { ...found, ...values });
    if ('address' in values || 'addresses' in values) byAddress = undefined;
    changes += 1;
  };
  return {
    servers: () => servers,
    find: (address) => idsOf(address).flatMap((id) => mailboxes.get(id) ?? []),
    setTargetAddress: (id, value, account) => {
      const mailbox = mailboxes.get(id);
      if (!mailbox) return 'gone';
      const server = servers.find((s) => s.fqdn.toLowerCase() === mailbox.server.toLowerCase());
      if (!server || accountOf(server, account)?.mayWriteTargetAddress !== true) return 'access denied';
      change(id, { targetAddress: value });
      return 'done';
    },
    state: () => ({ servers, mailboxes: [...mailboxes.values()] }),
    put: (input) => {
      const more = onPremisesSeed.parse(input);
      if (input.servers !== undefined) servers = more.servers;
      for (const mailbox of more.mailboxes) mailboxes.set(mailbox.id, mailbox);
      byAddress = undefined;
      changes += 1;
    },
    change,
    remove: (key) => { mailboxes.delete(keyed(key).id); byAddress = undefined; changes += 1; },
    get changes() { return changes; },
  };
}
