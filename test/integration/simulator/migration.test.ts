import { Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../../electron/simulator/index.ts';
import { skipFor } from '../../servers/available.ts';
import { directoryOnPremises, type DirectoryOnPremises } from '../../servers/on-premises.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { signingKeyPem } from '../../servers/signing-key.ts';
import { contact, group, GROUP, hands, person, unit, type Entry, type Values } from '../scenarios/corp.ts';
import { exchangeToken, readReply } from '../../unit/simulator/exchange-support.ts';
import { bothSides, credential, csv, MANUAL, MINUTE } from '../../unit/simulator/migration-support.ts';

/*
 * The simulated migration service against a real directory: what it looks up, what it writes, and what the directory refuses.
 */
const BASE = 'OU=Staged,DC=corp,DC=example,DC=com';
const DATABASE = `CN=Database 1,${BASE}`;
const bytes = (n: number): Buffer => Buffer.from(`a1b2c3d4e5f60718293a4b5c6d7e8f${n.toString(16).padStart(2, '0')}`, 'hex');
/** The same as text: the first three parts are little-endian (MS-DTYP 2.3.4.2). */
const guid = (n: number): string => `d4c3b2a1-f6e5-1807-293a-4b5c6d7e8f${n.toString(16).padStart(2, '0')}`;
const owner = (alias: string, n: number, more: Values = {}): Entry => person(alias, {
  mail: `${alias}@example.com`, mailNickname: alias, proxyAddresses: [`SMTP:${alias}@example.com`, `smtp:${alias}.old@example.com`], homeMDB: DATABASE, msExchMailboxGuid: bytes(n), msExchRecipientTypeDetails: '1', ...more,
});
const people = ['ann', 'bob', 'cyd', 'dan', 'eve', 'fay', 'gus'];
const staged = unit('Staged', [
  { cn: 'Database 1', classes: 'container', values: {} },
  owner('ann', 1), owner('bob', 2, { msExchRecipientTypeDetails: '16' }), owner('cyd', 3, { msExchHideFromAddressLists: 'TRUE' }), owner('dan', 4, { msExchRecipientTypeDetails: '2' }), owner('eve', 5),
  person('fay', { mail: 'fay@example.com', mailNickname: 'fay', proxyAddresses: 'SMTP:fay@example.com', targetAddress: 'SMTP:fay@elsewhere.example', msExchRecipientTypeDetails: '128' }), owner('gus', 7),
  group('Team', GROUP.universalDistribution, { mail: 'team@example.com', proxyAddresses: 'SMTP:team@example.com' }), contact('Out', { mail: 'out@example.com', proxyAddresses: 'SMTP:out@example.com' }),
]);
const ACCOUNTS = [{ name: 'CORP\\Administrator', upn: 'administrator@corp.example.com', password: 'Passw0rd!2024' }, { name: 'CORP\\plain', upn: 'plain@corp.example.com', password: 'Passw0rd!svc' }];
const SERVERS = [{ fqdn: 'ex07.corp.example.com', rpcProxy: 'mail.example.com', version: '2007' as const, accounts: ACCOUNTS }];

describe.skipIf(skipFor(await sambaObstacle()))('the simulated migration service and a real Active Directory (Samba)', () => {
  let samba: SambaServer;
  let side: DirectoryOnPremises;
  let sim: Simulator;
  let token: string;
  const run = async (CmdletName: string, Parameters: Record<string, unknown> = {}) => {
    const answer = await fetch(`${sim.url}/adminapi/beta/${sim.tenantId}/InvokeCommand`, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ CmdletInput: { CmdletName, Parameters } }) });
    return readReply(answer.status, await answer.json());
  };
  /** Lets time pass; every question to the directory is answered on the way. */
  const pass = async (ms: number): Promise<void> => { sim.advance(ms); await sim.onPremisesQuiet(); token = await exchangeToken(sim); };
  const endpoint = async (Name: string, user: string, password: string): Promise<void> => {
    const { RPCProxyServer, ...manual } = MANUAL;
    const made = await run('New-MigrationEndpoint', { ...manual, RpcProxyServer: RPCProxyServer, Credentials: credential(user, password), Name, MaxConcurrentMigrations: 3 });
    expect([made.status, made.told]).toEqual([200, '']);
  };
  const users = async (): Promise<Record<string, string>> => Object.fromEntries((await run('Get-MigrationUser')).rows.map((r) => [String(r['Identity']).split('@')[0] ?? '', String(r['Status'])]));
  const targets = async (): Promise<Record<string, string>> => hands(samba, staged).directory(async (client) => {
    const { searchEntries } = await client.search(BASE, { scope: 'sub', filter: '(targetAddress=*)', attributes: ['cn', 'targetAddress'] });
    return Object.fromEntries(searchEntries.map((e) => [String(e['cn']), String(e['targetAddress'])]));
  });

  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.50', ldif: staged.ldif });
    const admin = new Client({ url: `ldaps://${samba.address}`, tlsOptions: { rejectUnauthorized: false } });
    await admin.bind(samba.adminUser, samba.password);
    await admin.add(`CN=plain,CN=Users,${samba.baseDn}`, { objectClass: 'user', sAMAccountName: 'plain', userPrincipalName: 'plain@corp.example.com', unicodePwd: Buffer.from('"Passw0rd!svc"', 'utf16le') as never, userAccountControl: '512' });
    await admin.unbind();
    side = directoryOnPremises({ samba, baseDn: BASE, servers: SERVERS, facts: { eve: { grants: 'none' }, gus: { fails: 'drops', items: 500 } } });
    const { onPremises: _, ...seed } = bothSides(people);
    sim = await startSimulator({
      quotas: 'off', signingKeyPem, onPremises: side, clock: () => Date.UTC(2026, 2, 2),
      seed: { ...seed, synchronised: people.map((name, i) => ({ type: 'user' as const, sourceAnchor: name, attributes: { userPrincipalName: `${name}@example.com`, displayName: name, mailNickname: name, mail: `${name}@example.com`, proxyAddresses: [`SMTP:${name}@example.com`], msExchMailboxGuid: guid(i + 1) } })) },
    });
    token = await exchangeToken(sim);
  });
  afterAll(async () => { await sim?.close(); await side?.close(); await samba?.stop(); });

  it('reads what kind of recipient an address means', async () => {
    const found = await Promise.all([...people.map((n) => `${n}@example.com`), 'ann.old@example.com', 'team@example.com', 'out@example.com', 'nobody@example.com', 'a*@example.com'].map((a) => side.find(a)));
    expect(found.map((list) => list.map((m) => `${m.kind}${m.hidden ? ' hidden' : ''}`).join())).toEqual(['user', 'room', 'user hidden', 'linked', 'user', 'mail user', 'user', 'user', 'group', 'contact', '', '']);
    expect(found[0]?.[0]).toMatchObject({ address: 'ann@example.com', mailboxGuid: guid(1), targetAddress: null, server: 'ex07.corp.example.com' });
  });

  it('is refused by the directory where the administrator of the migration may not write', async () => {
    expect(await side.setTargetAddress((await side.find('ann@example.com'))[0]?.id ?? '', 'SMTP:x@y.example', 'CORP\\plain')).toBe('access denied');
    expect(await side.setTargetAddress((await side.find('ann@example.com'))[0]?.id ?? '', 'SMTP:x@y.example', 'CORP\\nobody')).toBe('access denied');
    expect(await side.setTargetAddress('00000000-0000-4000-8000-000000000000', 'SMTP:x@y.example', 'CORP\\Administrator')).toBe('gone');
    expect(await targets()).toEqual({ Fay: 'SMTP:fay@elsewhere.example' });
  });

  it('fails a mailbox whose forwarding the directory refuses, and goes on when the right is there', async () => {
    await endpoint('Weak', 'CORP\\plain', 'Passw0rd!svc');
    await run('New-MigrationBatch', { Name: 'W', SourceEndpoint: 'Weak', AutoStart: true, CSVData: csv('EmailAddress', 'ann@example.com') });
    await pass(30 * MINUTE);
    expect((await run('Get-MigrationUser')).rows[0]).toMatchObject({ Status: 'Failed', ErrorSummary: expect.stringMatching(/TargetAddress property .* CORP\\plain needs permission/) as string });
    expect(await targets()).toEqual({ Fay: 'SMTP:fay@elsewhere.example' });
    expect((await run('Get-Recipient', { Identity: 'ann@example.com' })).rows[0]).toMatchObject({ RecipientTypeDetails: 'UserMailbox' });
    await run('Remove-MigrationBatch', { Identity: 'W' });
    await pass(2 * MINUTE);
  });

  it('migrates those it can, writes targetAddress of those only, and says why of the others', async () => {
    await endpoint('Old', 'CORP\\Administrator', 'Passw0rd!2024');
    expect((await run('New-MigrationBatch', { Name: 'B', SourceEndpoint: 'Old', AutoStart: true, CSVData: csv('EmailAddress', ...people.map((n) => `${n}@example.com`), 'team@example.com', 'out@example.com') })).status).toBe(200);
    await pass(30 * MINUTE);
    expect(await users()).toEqual({ ann: 'Synced', bob: 'Synced', cyd: 'Failed', dan: 'Failed', eve: 'Failed', fay: 'Failed', gus: 'Failed', team: 'Failed', out: 'Failed' });
    const at = (name: string): string => `SMTP:${name}@staged.onmicrosoft.com`;
    expect(await targets()).toEqual({ Ann: at('ann'), Bob: at('bob'), Eve: at('eve'), Gus: at('gus'), Fay: 'SMTP:fay@elsewhere.example' });
    expect((await run('Get-Recipient', { Identity: 'bob@example.com' })).rows[0]).toMatchObject({ RecipientTypeDetails: 'RoomMailbox', ExchangeGuid: guid(2) });
    side.facts.set('eve', { grants: 'full access' });
    await run('Start-MigrationBatch', { Identity: 'B' });
    await pass(30 * MINUTE);
    expect(await users()).toMatchObject({ eve: 'Synced', gus: 'Synced', cyd: 'Failed' });
    expect(sim.migration().provisioned.find((p) => p.address === 'gus@example.com')).toMatchObject({ itemsRead: 500, copied: 1 });
  });
});
