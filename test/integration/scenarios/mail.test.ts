/*
 * What the issue asks for                                    | where it is seen here, on Samba AD and the simulator
 * -----------------------------------------------------------|--------------------------------------------------------------
 * kinds: users, contacts, distribution, mail-enabled security | 'every kind of object ...'
 *   and security groups, room, equipment, shared mailboxes;  |
 *   dynamic distribution groups reported; out of scope by    |
 *   clause                                                   |
 * Full Access, Send As, Send On Behalf through Exchange      | 'every kind of object ...', 'what waits for somebody ...'
 * linked attributes, the ledger and its healing              | 'what waits for somebody is written when he comes ...'
 * healing only by re-migration; re-migration fills           | 'with healing only by re-migration ...'
 *   memberships and permissions                              |
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { securityDescriptor } from '../../servers/security-descriptor.ts';
import { exchangeTenant, liveOf, toldOf } from '../app/exchange-works.ts';
import { account, cloudId } from '../app/works.ts';
import { allowSendAs, contact, GROUP, group, openDesk, person, sidOf, statuses, tell, unit, type Desk } from './corp.ts';

const at = (ou: string) => (cn: string) => `CN=${cn},OU=${ou},DC=corp,DC=example,DC=com`;
const k = at('Kinds');
const KINDS = unit('Kinds', [
  person('cem', { mail: 'cem@example.com', msExchMailboxGuid: Buffer.alloc(16, 6) }),
  person('ann', { mail: 'ann@example.com', c: 'DE', msExchMailboxGuid: Buffer.alloc(16, 7), publicDelegates: [k('Cem')] }),
  person('room', { displayName: 'Board room', msExchRecipientTypeDetails: '16', userAccountControl: '546' }), person('beamer', { msExchRecipientTypeDetails: '32', userAccountControl: '546' }), person('info', { msExchRecipientTypeDetails: '4', userAccountControl: '546' }),
  person('arb', { msExchRecipientTypeDetails: '8388608' }), person('MSOL_4711'),
  contact('Ed Tailspin', {
    mail: 'ed@tailspintoys.com', mailNickname: 'ed.tailspin', targetAddress: 'SMTP:ed@tailspintoys.com', proxyAddresses: ['SMTP:ed@tailspintoys.com', 'smtp:ed.outside@example.com', 'X500:/o=old/cn=ed', 'smtp:ed@unverified.example'],
    legacyExchangeDN: '/o=Works/cn=ed', givenName: 'Ed', sn: 'Tailspin', title: 'Buyer', department: 'Purchase', company: 'Tailspin', l: 'Oslo', c: 'NO', co: 'Norway', telephoneNumber: '+47 1', mobile: '+47 2', msExchHideFromAddressLists: 'TRUE', extensionAttribute3: 'outside',
  }),
  contact('Postman', { telephoneNumber: '1' }),
  group('Delegates', GROUP.universalSecurity, { member: [k('Cem')], mail: 'delegates@example.com', mailNickname: 'delegates' }),
  group('Crew', GROUP.universalDistribution, {
    member: [k('Ann'), k('Ed Tailspin'), k('Delegates')], mail: 'crew@example.com', mailNickname: 'crew', proxyAddresses: ['SMTP:crew@example.com', 'smtp:team@example.com'], description: 'Everybody on board', msExchRequireAuthToSendTo: 'FALSE', msExchHideFromAddressLists: 'TRUE', extensionAttribute1: 'A1', managedBy: k('Ann'),
  }),
  group('Vault', GROUP.globalSecurity, { member: [k('Ann')], description: 'Keys' }),
  { cn: 'Everybody here', classes: 'msExchDynamicDistributionList', values: { displayName: 'Everybody here', mail: 'everybody@example.com' } },
]);

const l = at('Links');
/** Sales, Eve and the mailboxes of Ava and Dan wait for Ben; Pilots and Dan's mailbox for Kay. */
const LINKS = unit('Links', [
  person('ben', { mail: 'ben@example.com' }), person('kay', { mail: 'kay@example.com' }),
  person('ava', { mail: 'ava@example.com', msExchMailboxGuid: Buffer.alloc(16, 7), publicDelegates: [l('Ben')] }), person('dan', { mail: 'dan@example.com', msExchMailboxGuid: Buffer.alloc(16, 8) }),
  person('eve', { manager: l('Ben') }), group('Sales', GROUP.globalSecurity, { member: [l('Ben'), l('Eve')] }), group('Pilots', GROUP.globalSecurity, { member: [l('Kay'), l('Eve')] }),
]);

describe.skipIf(skipFor(await sambaObstacle()))('mail and links of a real Active Directory', () => {
  let samba: SambaServer;
  let desk: Desk | undefined;
  beforeAll(async () => { samba = await startSamba({ address: '127.0.0.47', ldif: KINDS.ldif + LINKS.ldif }); });
  afterAll(async () => { await samba?.stop(); });
  const open = async (...rest: Parameters<typeof openDesk> extends [SambaServer, ...infer R] ? R : never): Promise<Desk> => (desk = await openDesk(samba, ...rest));
  const close = async () => { await desk?.close(); desk = undefined; };
  const allow = (...sids: readonly string[]) => securityDescriptor([{ type: 0, mask: 1, sid: 'S-1-5-10' }, ...sids.map((sid) => ({ type: 0, mask: 1, sid }))]);

  /** Who holds what on each mailbox of the tenant, as Exchange Online keeps it. */
  const held = (d: Desk): Record<string, string[]> => {
    const { users, groups } = d.simulator.snapshot();
    const names = new Map([...users, ...groups].map((o) => [o.id, String(o.properties['displayName'])]));
    return Object.fromEntries(users.filter((u) => u.exchange !== undefined).map((u) => {
      const { permissions = [], grantSendOnBehalfTo = [] } = u.exchange as { permissions?: readonly { trustee: string; rights: readonly string[] }[]; grantSendOnBehalfTo?: readonly string[] };
      return [String(u.properties['displayName']), [...permissions.map((one) => `${one.rights.join()} ${names.get(one.trustee)}`), ...grantSendOnBehalfTo.map((id) => `SendOnBehalf ${names.get(id)}`)].toSorted()];
    }));
  };
  const waiting = async (d: Desk) => (await d.call('references.page', { pairId: d.pairId })).rows.map((row) => `${row.name} ${row.attribute} ${row.otherName ?? row.dn}`).toSorted();

  it('every kind of object becomes what it is in Microsoft 365, dynamic groups are reported, and mailboxes open to whom they were open', async () => {
    const d = await open(KINDS, exchangeTenant(), { members: null, defaults: { distributionGroups: 'distribution group' } });
    try {
      const [cem, delegates] = [await sidOf(samba, k('Cem')), await sidOf(samba, k('Delegates'))];
      await d.set('Ann', 'msExchMailboxSecurityDescriptor', allow(cem, delegates));
      await allowSendAs(samba, k('Ann'), cem);
      const [directory, before] = [await d.held(), liveOf(d)];
      const added = await d.call('collections.queryObjects', { id: d.collectionId, filter: '(objectClass=*)' });
      expect(added).toMatchObject({ added: 10, skippedTotal: 3 });
      expect((await d.call('collections.leftOut', { id: d.collectionId })).groups.map((one) => [one.type, one.clause, one.count]).toSorted()).toEqual([['dynamic distribution group', 'dynamic distribution group', 1], ['user', 'MSOL_ account', 1], ['user', 'system mailbox', 1]]);
      const types = await Promise.all(Object.values(await d.objects()).map(async (row) => [row.name, (await d.call('objects.get', { collectionId: d.collectionId, id: row.id })).objectType] as const));
      expect(Object.fromEntries(types)).toEqual({
        'Ann': 'user', 'Cem': 'user', 'Board room': 'room mailbox', 'Beamer': 'equipment mailbox', 'Info': 'shared mailbox', 'Ed Tailspin': 'contact', 'Postman': 'contact', 'Crew': 'distribution group', 'Delegates': 'mail-enabled security group', 'Vault': 'security group',
      });

      const task = await d.migrate();
      expect(task, task.message).toMatchObject({ state: 'Completed' });
      const groups = [
        { displayName: 'Crew', alias: 'crew', security: false, description: 'Everybody on board', proxyAddresses: ['SMTP:crew@example.com', 'smtp:crew@simulated.onmicrosoft.com', 'smtp:team@example.com'], members: ['Ann', 'Delegates', 'Ed Tailspin'], owners: ['Ann'], hidden: true, closed: false, custom: { 1: 'A1' } },
        { displayName: 'Delegates', alias: 'delegates', security: true, proxyAddresses: ['SMTP:delegates@example.com', 'smtp:delegates@simulated.onmicrosoft.com'], members: ['Cem'], owners: [], hidden: false, closed: true, custom: {} },
      ];
      const contacts = [{
        displayName: 'Ed Tailspin', alias: 'ed.tailspin', external: 'SMTP:ed@tailspintoys.com', proxyAddresses: ['SMTP:ed@tailspintoys.com', 'X500:/o=Works/cn=ed', 'X500:/o=old/cn=ed', 'smtp:ed.outside@example.com'], hidden: true, custom: { 3: 'outside' },
        person: { givenName: 'Ed', surname: 'Tailspin', jobTitle: 'Buyer', department: 'Purchase', companyName: 'Tailspin', city: 'Oslo', country: 'Norway', phones: ['+47 1', '+47 2'] },
      }];
      expect(toldOf(d)).toEqual({ contacts, groups });
      const mailbox = (name: string, alias: string) => ({ accountEnabled: true, anchor: name, givenName: name, mail: `${alias}@example.com`, mailNickname: alias, proxyAddresses: [`SMTP:${alias}@example.com`], usageLocation: 'DE', userPrincipalName: `${alias}@example.com` });
      const closed = (name: string, given: string, alias: string) => ({ accountEnabled: false, anchor: name, givenName: given, mailNickname: alias, userPrincipalName: `${alias}@example.com` });
      const { Crew: _crew, Delegates: _delegates, 'Ed Tailspin': _ed, ...others } = await tell(d);
      expect(others).toEqual({
        'Tenant Administrator': expect.anything() as unknown, 'Ann': mailbox('Ann', 'ann'), 'Cem': mailbox('Cem', 'cem'),
        'Board room': closed('Board room', 'Room', 'room'), 'Beamer': closed('Beamer', 'Beamer', 'beamer'), 'Info': closed('Info', 'Info', 'info'),
        'Vault': { description: 'Keys', mailEnabled: false, mailNickname: 'Vault', members: ['Ann'], securityEnabled: true },
      });
      // The group is made by the same task, and holds its permission at once.
      expect(held(d)).toEqual({ Ann: ['FullAccess Cem', 'FullAccess Delegates', 'SendAs Cem', 'SendOnBehalf Cem'], Cem: [] });
      expect(await waiting(d)).toEqual([]);
      expect(await statuses(d)).toEqual({ ...Object.fromEntries(types.map(([name]) => [name, 'Migrated'])), Postman: 'Skipped' });
      expect((await d.objects())['Postman']?.reason).toContain('a contact without a mail address');
      expect((await d.plan()).plan.counts.operations).toBe(0);

      expect(await d.rollBack({ undoes: task.id, purge: true })).toMatchObject({ state: 'Completed' });
      expect(held(d)).toEqual({ Ann: [], Cem: [] });
      const empty = ({ users, ...rest }: ReturnType<typeof liveOf>) => ({ ...rest, users: users.map(({ exchange: _exchange, ...user }) => user) });
      expect(empty(liveOf(d))).toEqual(empty(before));
      expect(await d.held()).toEqual(directory);
    } finally { await close(); }
  });

  const box = (n: number, alias: string) => ({ ...account(n, alias, { mail: `${alias}@example.com`, proxyAddresses: [`SMTP:${alias}@example.com`] }), exchange: { recipientTypeDetails: 'SharedMailbox' as const } });
  const waves = async () => {
    const d = await open(LINKS, exchangeTenant({ users: [...(exchangeTenant().users ?? []).filter((u) => u.id !== cloudId(11) && u.id !== cloudId(13)), box(21, 'ava'), box(22, 'ben'), box(23, 'dan'), box(24, 'kay')] }), { members: null });
    const [ben, kay] = [await sidOf(samba, l('Ben')), await sidOf(samba, l('Kay'))];
    await d.set('Ava', 'msExchMailboxSecurityDescriptor', allow(ben));
    await d.set('Dan', 'msExchMailboxSecurityDescriptor', allow(kay));
    await allowSendAs(samba, l('Dan'), ben);
    const collect = async (name: string, filter: string) => {
      const { id } = await d.call('collections.create', { pairId: d.pairId, name });
      await d.call('collections.queryObjects', { id, filter });
      return id;
    };
    return { d, first: await collect('First', '(|(cn=Ava)(cn=Dan)(cn=Eve)(objectClass=group))'), bens: await collect('Ben', '(cn=Ben)'), kays: await collect('Kay', '(cn=Kay)') };
  };
  const links = async (d: Desk) => { const all = await tell(d); return { Sales: all['Sales']?.['members'], Pilots: all['Pilots']?.['members'], Eve: all['Eve']?.['manager'], ...held(d) }; };
  const UNRESOLVED = { Sales: ['Eve'], Pilots: ['Eve'], Eve: undefined, Ava: [], Ben: [], Dan: [], Kay: [] };
  const LEDGER = ['Ava msExchMailboxSecurityDescriptor Ben', 'Ava publicDelegates Ben', 'Dan msExchMailboxSecurityDescriptor Kay', 'Dan nTSecurityDescriptor Ben', 'Eve manager Ben', 'Pilots member Kay', 'Sales member Ben'];

  it('what waits for somebody is written when he comes, and taken back with him', async () => {
    const { d, first, bens, kays } = await waves();
    try {
      const directory = await d.held();
      expect((await d.migrate({}, { collectionId: first })).state).toBe('Completed');
      expect(await links(d)).toEqual(UNRESOLVED);
      expect(await waiting(d)).toEqual(LEDGER);
      const between = d.simulator.snapshot();
      const task = await d.migrate({}, { collectionId: bens });
      expect(task, task.message).toMatchObject({ state: 'Completed' });
      expect(await links(d)).toEqual({ Sales: ['Ben', 'Eve'], Pilots: ['Eve'], Eve: 'Ben', Ava: ['FullAccess Ben', 'SendOnBehalf Ben'], Ben: [], Dan: ['SendAs Ben'], Kay: [] });
      expect(await waiting(d)).toEqual(['Dan msExchMailboxSecurityDescriptor Kay', 'Pilots member Kay']);
      expect((await d.migrate({}, { collectionId: kays })).state).toBe('Completed');
      expect(await links(d)).toEqual({ Sales: ['Ben', 'Eve'], Pilots: ['Eve', 'Kay'], Eve: 'Ben', Ava: ['FullAccess Ben', 'SendOnBehalf Ben'], Ben: [], Dan: ['FullAccess Kay', 'SendAs Ben'], Kay: [] });
      expect(await waiting(d)).toEqual([]);
      expect((await d.rollBack({ collectionId: kays, purge: true })).state).toBe('Completed');
      expect((await d.rollBack({ collectionId: bens, undoes: task.id, purge: true })).state).toBe('Completed');
      expect(await links(d)).toEqual(UNRESOLVED);
      expect(await waiting(d)).toEqual(LEDGER);
      const plain = ({ users, groups }: typeof between) => [users, groups].map((all) => all.map(({ exchange: _exchange, ...one }) => one));
      expect(plain(d.simulator.snapshot())).toEqual(plain(between));
      expect(await d.held()).toEqual(directory);
    } finally { await close(); }
  });

  it('with healing only by re-migration, who comes later is linked when the others are migrated again', async () => {
    const { d, first, bens, kays } = await waves();
    try {
      expect(await d.causeway('references', 'healing', '--set', 'only by re-migration')).toMatchObject({ code: 0, stdout: expect.stringContaining('until the object that refers is migrated again') });
      for (const collectionId of [first, bens, kays]) expect((await d.migrate({}, { collectionId })).state).toBe('Completed');
      expect(await links(d)).toEqual(UNRESOLVED);
      expect(await waiting(d)).toEqual(LEDGER);
      const again = await d.migrate({}, { collectionId: first });
      expect(again, again.message).toMatchObject({ state: 'Completed' });
      expect(await links(d)).toEqual({ Sales: ['Ben', 'Eve'], Pilots: ['Eve', 'Kay'], Eve: 'Ben', Ava: ['FullAccess Ben', 'SendOnBehalf Ben'], Ben: [], Dan: ['FullAccess Kay', 'SendAs Ben'], Kay: [] });
      expect(await waiting(d)).toEqual([]);
      // And the way back of that run alone leaves everybody unlinked.
      expect((await d.rollBack({ collectionId: first, undoes: again.id })).state).toBe('Completed');
      expect(await links(d)).toEqual(UNRESOLVED);
    } finally { await close(); }
  });
});
