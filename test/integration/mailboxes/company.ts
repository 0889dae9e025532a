import { createHash } from 'node:crypto';
import type { SimulatorSeed } from '../../../electron/simulator/index.ts';
import { directoryOnPremises, type DirectoryOnPremises, type Facts } from '../../servers/on-premises.ts';
import type { SambaServer } from '../../servers/samba.ts';
import { GROUP, group, person, unit, type Entry, type Unit, type Values } from '../scenarios/corp.ts';

/** Why a row of the list cannot be migrated, or what happens to it on the way; `good` ones simply arrive. */
export const KINDS = {
  list: ['address invalid', 'address empty', 'spaces', 'twice in file', 'force value', 'force with federation'],
  sides: ['no mailbox', 'not primary', 'not a mailbox', 'no mail user', 'other kind', 'hidden'],
  run: ['sign-in refused', 'right on targetAddress', 'drops', 'stalls', 'Good', 'Investigate', 'Poor'],
} as const;
export type Kind = 'good' | (typeof KINDS)['list' | 'sides' | 'run'][number];

/** A row with what is known of it beforehand. */
export interface Row { readonly kind: Kind; readonly alias: string; readonly address: string; readonly force: string }

/** An organisation that is migrated: its directory, what directory synchronisation made of it, and the list. */
export interface Company {
  readonly unit: Unit;
  readonly seed: SimulatorSeed;
  readonly facts: Readonly<Record<string, Facts>>;
  readonly rows: readonly Row[];
  readonly csv: string;
}

/** The account of the migration service on premises; it may write only where that was allowed. */
export const MIGRATOR = { name: 'CORP\\migrator', upn: 'migrator@corp.example.com', password: 'Passw0rd!mig' };
export const EXCHANGE = { fqdn: 'ex07.corp.example.com', rpcProxy: 'mail.example.com', version: '2007' as const, autodiscover: ['example.com'], accounts: [MIGRATOR] };
/** Connection settings that work. */
export const SETTINGS = {
  profile: 'current' as const, method: 'manual' as const, administrator: '', username: MIGRATOR.name, server: EXCHANGE.fqdn, proxy: EXCHANGE.rpcProxy, authentication: 'Basic' as const, endpoint: '', atATime: 10, recipients: ['boss@example.com'], sourceVersion: 'unknown' as const,
};
export const CSV_PASSWORD = 'Tr0ub4dor-and-3';
const TYPES = ['1', '4', '16', '32'] as const;
const MB = 1024 ** 2;

const bytesOf = (alias: string): Buffer => createHash('sha256').update(`mailbox of ${alias}`).digest().subarray(0, 16);
/** GUID of a mailbox as text: the first three parts are little-endian (MS-DTYP 2.3.4.2). */
export function guidOf(alias: string): string {
  const hex = (from: number, to: number, reverse: boolean): string => { const part = Buffer.from(bytesOf(alias).subarray(from, to)); return (reverse ? part.reverse() : part).toString('hex'); };
  return [hex(0, 4, true), hex(4, 6, true), hex(6, 8, true), hex(8, 10, false), hex(10, 16, false)].join('-');
}

const FACTS: Partial<Record<Kind, Facts>> = {
  'sign-in refused': { grants: 'none' }, drops: { fails: 'drops', sizeBytes: 40 * MB, items: 400 }, stalls: { fails: 'stalls' }, Good: { metadataBad: 2 }, Investigate: { items: 100, badItems: 8 }, Poor: { items: 100, badItems: 60 },
};

/**
 * Makes a company whose list has so many rows of each kind of error, and good ones for the rest.
 * @param each rows of each kind. @param total rows of the list.
 */
export function company(name: string, { each, total }: { readonly each: number; readonly total: number }): Company {
  const base = `OU=${name},DC=corp,DC=example,DC=com`;
  const database = `CN=Database 1,${base}`;
  const kinds = [...KINDS.list, ...KINDS.sides, ...KINDS.run].flatMap((kind) => Array.from({ length: each }, (_, i) => ({ kind, i })));
  const rows: Row[] = [];
  const entries: Entry[] = [];
  const synchronised: NonNullable<SimulatorSeed['synchronised']>[number][] = [];
  const facts: Record<string, Facts> = {};
  const mailbox = (alias: string, address: string, values: Values = {}, place = 'Open/'): void => {
    entries.push({ ...person(alias, { userPrincipalName: address, mail: address, mailNickname: alias, proxyAddresses: [`SMTP:${address}`, `smtp:${alias}.alt@example.com`], homeMDB: database, msExchMailboxGuid: bytesOf(alias), msExchRecipientTypeDetails: '1', msExchVersion: '4535486012416', legacyExchangeDN: `/o=Works/cn=${alias}`, ...values }), cn: `${place}${alias}` });
  };
  const toCloud = (alias: string, address: string, more: Record<string, string | string[]> = {}): void => {
    synchronised.push({ type: 'user', sourceAnchor: `anchor-${alias}`, attributes: { userPrincipalName: address, displayName: alias, mailNickname: alias, mail: address, proxyAddresses: [`SMTP:${address}`, `smtp:${alias}.alt@example.com`], msExchMailboxGuid: guidOf(alias), ...more } });
  };
  const row = (kind: Kind, alias: string, address: string, force = 'False'): void => { rows.push({ kind, alias, address, force }); };
  for (let i = 0; i < total - kinds.length; i += 1) {
    const alias = `g${String(i + 1).padStart(3, '0')}`;
    const address = `${alias}@example.com`;
    mailbox(alias, address, { ...(i < 10 ? { msExchRecipientTypeDetails: TYPES[i % 4] ?? '1' } : {}), ...(i >= 10 && i < 13 ? { displayName: `Jürgen Größe ${i}`, legacyExchangeDN: `/o=Works/ou=First, Second/cn=${alias}` } : {}) });
    toCloud(alias, address);
    facts[alias] = { sizeBytes: (i < 2 ? 200 : 5) * MB, items: i < 2 ? 2_000 : 50 };
    row('good', alias, address, i % 7 === 0 ? 'True' : 'False');
  }
  for (const { kind, i } of kinds) {
    const alias = `${kind.replaceAll(/[^A-Za-z]/g, '').toLowerCase().slice(0, 10)}${i}`;
    const address = `${alias}@example.com`;
    switch (kind) {
      case 'address invalid': row(kind, alias, `no.at.${i}`); break;
      case 'address empty': row(kind, alias, ''); break;
      case 'spaces': row(kind, alias, ` ${address}`); break;
      case 'twice in file': row(kind, alias, rows[i]?.address ?? ''); break;
      case 'force value': row(kind, alias, address, 'yes'); break;
      case 'force with federation': row(kind, alias, `${alias}@fed.example`, 'True'); break;
      case 'no mailbox': row(kind, alias, address); break;
      case 'not primary': mailbox(alias, address); toCloud(alias, address); row(kind, alias, `${alias}.alt@example.com`); break;
      case 'not a mailbox': entries.push({ ...group(alias, GROUP.universalDistribution, { mail: address, mailNickname: alias, proxyAddresses: `SMTP:${address}` }), cn: `Open/${alias}` }); row(kind, alias, address); break;
      case 'no mail user': mailbox(alias, address); row(kind, alias, address); break;
      case 'other kind': mailbox(alias, address); toCloud(alias, address, { msExchMailboxGuid: guidOf('somebody else') }); row(kind, alias, address); break;
      case 'hidden': mailbox(alias, address, { msExchHideFromAddressLists: 'TRUE' }); toCloud(alias, address); row(kind, alias, address); break;
      case 'right on targetAddress': mailbox(alias, address, {}, 'Locked/'); toCloud(alias, address); row(kind, alias, address); break;
      default: mailbox(alias, address); toCloud(alias, address); facts[alias] = { ...FACTS[kind] }; row(kind, alias, address);
    }
  }
  return {
    rows, facts, unit: unit(name, [{ cn: 'Database 1', classes: 'container', values: {} }, ...entries], ['Open', 'Locked']),
    seed: {
      tenant: { id: 'dddddddd-0000-4000-8000-0000000000fe', displayName: 'Works', onPremisesSyncEnabled: true, domains: [{ name: 'works.onmicrosoft.com', isInitial: true }, { name: 'example.com', isDefault: true }, { name: 'fed.example', federated: true }] },
      skus: [{ skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965', skuPartNumber: 'SPE_E3', enabled: 50 }], synchronised,
    },
    csv: [['EmailAddress', 'Password', 'ForceChangePassword'], ...rows.map((one) => [one.address, CSV_PASSWORD, one.force])].map((cells) => cells.join(',')).join('\r\n'),
  };
}

/** Exchange on premises over the directory of a company. */
export function exchangeOf(samba: SambaServer, { unit: { base }, facts }: Company): DirectoryOnPremises {
  return directoryOnPremises({ samba, baseDn: base, servers: [EXCHANGE], facts });
}
