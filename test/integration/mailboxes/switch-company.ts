import type { Services } from '../../../electron/app/services.ts';
import { seedTenant, type SimulatorSeed } from '../../../electron/simulator/index.ts';
import { securityDescriptor } from '../../servers/security-descriptor.ts';
import { account } from '../app/works.ts';
import { person, unit, type Entry, type Unit, type Values } from '../scenarios/corp.ts';

/** GUID of the mailbox of a person by number, as dashed text. Its bytes are no text, so that clients show them as bytes. */
export const mailboxGuid = (n: number): string => `${String(n).padStart(8, '0')}-aaaa-bbbb-cccc-dddddddddddd`;
/** The same as its 16 raw bytes: the first three parts little-endian (MS-DTYP 2.3.4.2). */
export const guidBytes = (guid: string): Buffer => {
  const [a = '', b = '', c = '', ...rest] = guid.split('-');
  return Buffer.concat([...[a, b, c].map((part) => Buffer.from(part, 'hex').reverse()), Buffer.from(rest.join(''), 'hex')]);
};
/** legacyExchangeDN on premises, with a comma in it. */
export const onPremisesDn = (alias: string): string => `/o=Corp, Inc/ou=First Administrative Group/cn=Recipients/cn=${alias}`;
/** legacyExchangeDN of the mailbox in Microsoft 365. */
export const cloudDn = (alias: string): string => `/o=ExchangeLabs/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=0123-${alias}`;

/** Somebody with a mailbox on premises. */
export const mailbox = (ou: string, n: number, alias: string, values: Values = {}): Entry => person(alias, {
  mail: `${alias}@example.com`, mailNickname: alias, proxyAddresses: [`SMTP:${alias}@example.com`, `smtp:${alias}.old@example.com`], legacyExchangeDN: onPremisesDn(alias),
  homeMDB: `CN=Database 1,OU=${ou},DC=corp,DC=example,DC=com`, homeMTA: `CN=Database 1,OU=${ou},DC=corp,DC=example,DC=com`, msExchHomeServerName: '/o=Corp/cn=EX1', mDBUseDefaults: 'TRUE', msExchMailboxGuid: guidBytes(mailboxGuid(n)),
  msExchRecipientTypeDetails: '1', msExchRecipientDisplayType: '1073741824', msExchMailboxSecurityDescriptor: securityDescriptor([{ type: 0, mask: 1, sid: 'S-1-5-10' }]), ...values,
});

/** A unit of mailboxes, with the database that they are in. */
export const company = (ou: string, entries: readonly Entry[]): Unit => unit(ou, [{ cn: 'Database 1', classes: 'container', values: {} }, ...entries]);

/** The same person in Microsoft 365, with a mailbox that was made of the mail user. */
export const cloudMailbox = (n: number, alias: string, { exchange = {}, ...properties }: Readonly<Record<string, unknown>> & { readonly exchange?: Readonly<Record<string, unknown>> } = {}): NonNullable<SimulatorSeed['users']>[number] => ({
  ...account(n, alias, { mail: `${alias}@example.com`, mailNickname: alias, proxyAddresses: [`SMTP:${alias}@example.com`, `smtp:${alias}@simulated.onmicrosoft.com`], onPremisesSyncEnabled: true, ...properties }),
  exchange: { recipientTypeDetails: 'UserMailbox', exchangeGuid: mailboxGuid(n), legacyExchangeDN: cloudDn(alias), ...exchange },
});

/** A tenant with these people. */
export const tenantOf = (users: NonNullable<SimulatorSeed['users']>): SimulatorSeed => {
  const seed = seedTenant({ existing: { users } });
  return { ...seed, tenant: { ...seed.tenant, onPremisesSyncEnabled: true } };
};

/** A mailbox batch that has ended, as it is kept; nobody looks at it any more. @param rows what it tells of each object, by objectGUID. */
export async function oneBatch({ store, newId }: Services, pairId: string, rows: readonly { readonly sourceId: string; readonly name: string; readonly dataAt?: number; readonly grade?: 'Perfect' | 'Poor'; readonly targetBefore?: string }[]): Promise<string> {
  const id = newId();
  await store.mailboxBatches.create({ id, pairId, collectionId: null, name: 'First wave', serviceName: `Causeway-${id.slice(0, 8)}`, endpoint: 'E', profile: 'current', settings: {} as never, csvName: 'first.csv', csvHash: '', total: rows.length, agentId: 'nobody', createdAt: 1, createdBy: 'test' }, { at: 1, by: 'test' });
  await store.mailboxBatches.update(id, { state: 'Completed' });
  await store.mailboxRows.add(rows.map(({ sourceId, name, dataAt, grade, targetBefore }, i) => ({
    batchId: id, line: i + 1, pairId, address: `${name.toLowerCase()}@example.com`, sourceId, sourceName: name, targetId: null, stage: 'data', state: 'Done', origin: 'new', errorCode: '', error: '', suggestion: '', secretRef: null, forceChange: null, serviceStatus: 'Synced',
    routing: '', targetBefore: targetBefore ?? null, items: 1, skipped: 0, itemsTotal: 1, bytes: 1, bytesTotal: 1, grade: grade ?? 'Perfect', queuedMs: 0, busyMs: 0, stalledMs: 0, provisionedAt: 1, forwardedAt: null, dataAt: dataAt ?? null, completedAt: null, convertedAt: null, changedAt: 1,
  })));
  return id;
}
