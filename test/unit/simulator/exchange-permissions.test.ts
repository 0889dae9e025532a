import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MORE, refusedWith, STAFF, tried } from './exchange-groups-support.ts';
import { exchangeRig, IDS, startExchange, type ExchangeRig } from './exchange-support.ts';

const SID = /^S-1-5-21-\d+-\d+-\d+-\d+$/;
const SELF = 'NT AUTHORITY\\SELF';
const notFound = (text: string): RegExp => new RegExp(`^400 [A-Za-z.]+\\|User or group "${text}" wasn't found\\. Please make sure you've typed it correctly\\.$`);
const present = (name: string): RegExp => new RegExp(`^The appropriate access control entry is already present on the object "CN=[^"]+,DC=OUTLOOK,DC=COM" for account "SIM00A001\\\\${name}"\\.$`);
const absent = (name: string): RegExp => new RegExp(`^Can't remove the access control entry on the object "CN=[^"]+,DC=OUTLOOK,DC=COM" for account "SIM00A001\\\\${name}" because the ACE doesn't exist on the object\\.$`);

/** A tenant for tests in which nothing changes. */
let kept: ExchangeRig;
beforeAll(async () => { kept = await startExchange({ seed: STAFF }); });
afterAll(async () => { await kept.sim.close(); });

const full = (user: string, more: Record<string, unknown> = {}) => ({ Identity: 'twina', User: user, AccessRights: ['FullAccess'], ...more });
const sendAs = (trustee: string, identity = 'twina') => ({ Identity: identity, Trustee: trustee, AccessRights: ['SendAs'] });

describe('Add-, Get- and Remove-MailboxPermission', () => {
  it('give and take access; the owner\'s entry is always shown; what was taken back leaves no trace', async () => {
    const { first, run, sim } = await exchangeRig({ seed: STAFF });
    const before = sim.snapshot();
    const users = async (more: Record<string, unknown> = {}) => (await run('Get-MailboxPermission', { Identity: 'twina', ...more })).rows;
    expect(await users()).toEqual([{ Identity: IDS.twinA, User: SELF, AccessRights: ['FullAccess', 'ReadPermission'], IsInherited: false, Deny: false, InheritanceType: 'All' }]);
    expect(await first('Add-MailboxPermission', full('anna@example.com', { InheritanceType: 'All', AutoMapping: false }))).toEqual({ Identity: IDS.twinA, User: 'anna@example.com', AccessRights: ['FullAccess'], IsInherited: false, Deny: false, InheritanceType: 'All' });
    await first('Add-MailboxPermission', full('secure', { AccessRights: 'FullAccess,ReadPermission'.split(',') }));
    await first('Add-MailboxPermission', full('anna', { AccessRights: ['DeleteItem'] }));
    expect((await users()).map((row) => [row['User'], row['AccessRights']])).toEqual([[SELF, ['FullAccess', 'ReadPermission']], ['anna@example.com', ['FullAccess', 'DeleteItem']], ['Secure', ['FullAccess', 'ReadPermission']]]);
    expect((await users({ User: 'anna' })).map((row) => row['User'])).toEqual(['anna@example.com']);
    expect(await first('Get-MailboxPermission', { Identity: 'twina', Owner: true })).toEqual({ Identity: IDS.twinA, Owner: SELF });
    await run('Remove-MailboxPermission', full('secure', { Confirm: false }));
    expect((await users({ User: 'secure' })).map((row) => row['AccessRights'])).toEqual([['ReadPermission']]);
    await run('Remove-MailboxPermission', full('secure', { AccessRights: ['ReadPermission'] }));
    await run('Remove-MailboxPermission', full('anna', { AccessRights: ['fullaccess', 'DeleteItem'] }));
    expect(await users()).toHaveLength(1);
    expect(sim.snapshot()).toEqual(before);
  });

  it('warn, and change nothing, when an entry is there already or is not there', async () => {
    const { run, sim } = await exchangeRig({ seed: STAFF });
    await run('Add-MailboxPermission', full('bert', { AutoMapping: false }));
    const before = sim.snapshot();
    const again = await run('Add-MailboxPermission', full('bert@example.com'));
    expect(again).toMatchObject({ status: 200, rows: [] });
    expect(again.warnings[0]).toMatch(present('bert'));
    for (const parameters of [full('anna'), full('bert', { AccessRights: ['ReadPermission'] }), full('bert', { Deny: true }), full('bert', { InheritanceType: 'None' })]) {
      const reply = await run('Remove-MailboxPermission', parameters);
      expect(reply.status).toBe(200);
      expect(reply.warnings[0]).toMatch(absent(parameters.User));
    }
    expect(sim.snapshot()).toEqual(before);
  });

  it('keep refusals apart from permissions', async () => {
    const { run } = await exchangeRig({ seed: STAFF });
    await run('Add-MailboxPermission', full('bert'));
    await run('Add-MailboxPermission', full('bert', { Deny: true }));
    expect((await run('Get-MailboxPermission', { Identity: 'twina', User: 'bert' })).rows.map((row) => row['Deny'])).toEqual([false, true]);
    await run('Remove-MailboxPermission', full('bert'));
    expect((await run('Get-MailboxPermission', { Identity: 'twina', User: 'bert' })).rows.map((row) => row['Deny'])).toEqual([true]);
  });

  it('reset a mailbox to its owner without touching SendAs, and switch auto-mapping off', async () => {
    const { run, sim } = await exchangeRig({ seed: STAFF });
    await run('Add-MailboxPermission', full('bert'));
    await run('Add-RecipientPermission', sendAs('bert'));
    await run('Remove-MailboxPermission', { Identity: 'twina', ClearAutoMapping: true });
    const stored = () => sim.snapshot().users.find((user) => user.id === IDS.twinA)?.exchange?.['permissions'];
    expect(stored()).toEqual([{ trustee: MORE.bert, rights: ['FullAccess'], autoMapping: false }, { trustee: MORE.bert, rights: ['SendAs'] }]);
    await run('Remove-MailboxPermission', { Identity: 'twina', ResetDefault: true });
    expect(stored()).toEqual([{ trustee: MORE.bert, rights: ['SendAs'] }]);
  });

  it('take a synchronised mailbox, whose permissions live in the cloud', async () => {
    const { first } = await exchangeRig({ seed: STAFF });
    expect(await first('Add-MailboxPermission', { Identity: 'sven', User: 'anna', AccessRights: ['FullAccess'] })).toMatchObject({ User: 'anna@example.com' });
  });

  it('hold at most 500 entries', async () => {
    const entries = Array.from({ length: 500 }, (_, i) => ({ trustee: `eeeeeeee-0000-4000-8000-${String(i).padStart(12, '0')}`, rights: ['FullAccess'] }));
    const { refused, first } = await exchangeRig({ seed: { ...STAFF, users: (STAFF.users ?? []).map((user) => (user.id === IDS.twinA ? { ...user, exchange: { ...user.exchange, permissions: [...entries, { trustee: MORE.bert, rights: ['SendAs'] }] } } : user.id === IDS.twinB ? { ...user, exchange: { ...user.exchange, permissions: entries.slice(1) } } : user)) } });
    expect(await refused('Add-MailboxPermission', full('anna'))).toMatch(/^400 System\.InvalidOperationException\|The mailbox [0-9a-f-]{36} has reached the limit of maximum allowed access control entries of 500\./);
    await first('Add-MailboxPermission', full('anna', { Identity: 'twinb' }));
  });

  it.each([
    ['a distribution group as holder', 'Add', full('list'), notFound('list')],
    ['a contact as holder', 'Add', full('partner'), notFound('partner')],
    ['a Microsoft 365 group as holder', 'Add', full('team'), notFound('team')],
    ['a security group without mail as holder', 'Add', full('Plain security'), notFound('Plain security')],
    ['a holder that does not exist', 'Add', full('nobody'), notFound('nobody')],
    ['a deleted user as holder', 'Add', full('gone@example.com'), notFound('gone@example.com')],
    ['several holders of one name', 'Add', full('Twin'), /matches multiple entries/],
    ['an unknown right', 'Add', full('anna', { AccessRights: ['Everything'] }), /Unable to match the identifier name Everything/],
    ['SendAs as a right of a mailbox', 'Add', full('anna', { AccessRights: ['SendAs'] }), /Unable to match the identifier name SendAs/],
    ['no right', 'Add', full('anna', { AccessRights: [] }), /'AccessRights' because it is an empty array/],
    ['no holder', 'Add', { Identity: 'twina', AccessRights: ['FullAccess'] }, /missing mandatory parameters: User/],
    ['an unknown inheritance', 'Add', full('anna', { InheritanceType: 'Some' }), /Unable to match the identifier name Some/],
    ['a mail user as mailbox', 'Add', full('anna', { Identity: 'mia' }), /^404 .*object 'mia' couldn't be found/],
    ['a group as mailbox', 'Add', full('anna', { Identity: 'list' }), /^404/],
    ['a change of the owner\'s entry', 'Remove', full(SELF), /^501 /],
    ['two parameter sets', 'Remove', { Identity: 'twina', User: 'anna', ResetDefault: true }, /Parameter set cannot be resolved/],
    ['a holder that does not exist, to remove', 'Remove', full('nobody'), notFound('nobody')],
    ['a security identifier that holds nothing', 'Remove', full('S-1-5-21-1-2-3-4'), notFound('S-1-5-21-1-2-3-4')],
  ])('refuse %s', async (_what, verb, parameters, text) => {
    expect(await tried(kept, `${verb}-MailboxPermission`, parameters)).toEqual(refusedWith(text));
  });
});

describe('holders that are deleted', () => {
  it('are left out of Get-MailboxPermission unless asked for, show as a security identifier, and come back when restored', async () => {
    const { run, call } = await exchangeRig({ seed: STAFF });
    await run('Add-MailboxPermission', full('bert'));
    const users = async (more: Record<string, unknown> = {}) => (await run('Get-MailboxPermission', { Identity: 'twina', ...more })).rows.map((row) => row['User']);
    await call('DELETE', `/users/${MORE.bert}`);
    expect(await users()).toEqual([SELF]);
    expect(await users({ IncludeUnresolvedPermissions: true })).toEqual([SELF]);
    const [, soft] = await users({ IncludeSoftDeletedUserPermissions: true });
    expect(soft).toMatch(SID);
    await call('POST', `/directory/deletedItems/${MORE.bert}/restore`);
    expect(await users()).toEqual([SELF, 'bert@example.com']);
    await call('DELETE', `/users/${MORE.bert}`);
    await call('DELETE', `/directory/deletedItems/${MORE.bert}`);
    expect(await users({ IncludeSoftDeletedUserPermissions: true })).toEqual([SELF]);
    expect(await users({ IncludeUnresolvedPermissions: true })).toEqual([SELF, soft]);
    expect((await run('Remove-MailboxPermission', full(String(soft)))).warnings).toEqual([]);
    expect(await users({ IncludeUnresolvedPermissions: true })).toEqual([SELF]);
  });

  it('show as a security identifier in Get-RecipientPermission, by which they can be removed', async () => {
    const { run } = await exchangeRig({ seed: STAFF });
    await run('Add-RecipientPermission', sendAs('secure', 'list'));
    await run('Remove-DistributionGroup', { Identity: 'secure' });
    const [row] = (await run('Get-RecipientPermission', { Identity: 'list' })).rows;
    expect(row?.['Trustee']).toMatch(SID);
    expect((await run('Remove-RecipientPermission', sendAs('secure', 'list'))).told).toMatch(/wasn't found/);
    expect((await run('Remove-RecipientPermission', sendAs(String(row?.['Trustee']), 'list'))).status).toBe(200);
    expect((await run('Get-RecipientPermission', { Identity: 'list' })).rows).toEqual([]);
  });
});

describe('Add-, Get- and Remove-RecipientPermission', () => {
  it('give and take SendAs on every kind of recipient; what was taken back leaves no trace', async () => {
    const { first, run, sim } = await exchangeRig({ seed: STAFF });
    const before = sim.snapshot();
    for (const [identity, name] of [['anna', IDS.anna], ['twina', IDS.twinA], ['mia', MORE.mailUser], ['partner', 'Partner'], ['list', 'List'], ['secure', 'Secure'], ['onprem', 'Onprem'], ['team', 'Team']] as const) {
      expect(await first('Add-RecipientPermission', { ...sendAs('bert@example.com', identity), Confirm: false })).toEqual({ Identity: name, Trustee: 'bert@example.com', AccessControlType: 'Allow', AccessRights: ['SendAs'], IsInherited: false, InheritanceType: 'None' });
    }
    expect((await run('Get-RecipientPermission', { Trustee: 'bert' })).rows.map((row) => row['Identity'])).toEqual([IDS.anna, IDS.twinA, MORE.mailUser, 'List', 'Secure', 'Team', 'Onprem', 'Partner']);
    expect((await run('Get-RecipientPermission', { Identity: 'twina' })).rows.map((row) => row['Trustee'])).toEqual([SELF, 'bert@example.com']);
    expect((await run('Get-RecipientPermission', { Identity: 'list' })).rows.map((row) => row['Trustee'])).toEqual(['bert@example.com']);
    for (const identity of ['anna', 'twina', 'mia', 'partner', 'list', 'secure', 'onprem', 'team']) expect(await run('Remove-RecipientPermission', sendAs('bert', identity))).toMatchObject({ status: 200, rows: [], warnings: [] });
    expect(sim.snapshot()).toEqual(before);
  });

  it('take mailboxes, mail users and mail-enabled security groups as trustees', async () => {
    const { first } = await exchangeRig({ seed: STAFF });
    expect((await first('Add-RecipientPermission', sendAs('secure', 'list')))['Trustee']).toBe('Secure');
    expect((await first('Add-RecipientPermission', sendAs('mia', 'list')))['Trustee']).toBe('mia@example.com');
  });

  it('warn, and change nothing, when a permission is there already or is not there', async () => {
    const { run, sim } = await exchangeRig({ seed: STAFF });
    await run('Add-RecipientPermission', sendAs('bert', 'partner'));
    const before = sim.snapshot();
    expect((await run('Add-RecipientPermission', sendAs('bert', 'partner'))).warnings[0]).toMatch(present('bert'));
    expect((await run('Remove-RecipientPermission', sendAs('anna', 'partner'))).warnings[0]).toMatch(absent('anna'));
    expect(sim.snapshot()).toEqual(before);
  });

  it('list all recipients in pages without repeating a row', async () => {
    const { run } = await exchangeRig({ seed: STAFF });
    for (const trustee of ['anna', 'bert', 'mia']) await run('Add-RecipientPermission', sendAs(trustee, 'twina'));
    await run('Add-RecipientPermission', sendAs('bert', 'partner'));
    const all = (await run('Get-RecipientPermission', { ResultSize: 'Unlimited' })).rows;
    const headers = { prefer: 'odata.maxpagesize=2' };
    const seen: unknown[] = [];
    for (let reply = await run('Get-RecipientPermission', { ResultSize: 'Unlimited' }, { headers }); ; reply = await run('Get-RecipientPermission', { ResultSize: 'Unlimited' }, { headers, address: reply.next ?? '' })) {
      seen.push(...reply.rows);
      if (reply.next === undefined) break;
    }
    expect(seen).toEqual(all);
    expect(all.filter((row) => row['Trustee'] !== SELF)).toHaveLength(4);
  });

  it.each([
    ['a distribution group as trustee', 'Add', sendAs('list'), notFound('list')],
    ['a contact as trustee', 'Add', sendAs('partner'), notFound('partner')],
    ['an account that is no recipient as trustee', 'Add', sendAs('admin@mixed.onmicrosoft.com'), notFound('admin@mixed.onmicrosoft.com')],
    ['a Microsoft 365 group as trustee', 'Add', sendAs('team'), notFound('team')],
    ['another right', 'Add', { ...sendAs('anna'), AccessRights: ['FullAccess'] }, /Unable to match the identifier name FullAccess/],
    ['no trustee', 'Add', { Identity: 'twina', AccessRights: ['SendAs'] }, /missing mandatory parameters: Trustee/],
    ['a recipient that does not exist', 'Add', sendAs('anna', 'nobody'), /^404/],
    ['an account that is no recipient', 'Add', sendAs('anna', 'admin@mixed.onmicrosoft.com'), /^404/],
    ['a trustee that does not exist, to remove', 'Remove', sendAs('nobody'), notFound('nobody')],
    ['a recipient that does not exist, to read', 'Get', { Identity: 'nobody' }, /^404/],
    ['a trustee that does not exist, to read', 'Get', { Trustee: 'nobody' }, notFound('nobody')],
  ])('refuse %s', async (_what, verb, parameters, text) => {
    expect(await tried(kept, `${verb}-RecipientPermission`, parameters)).toEqual(refusedWith(text));
  });
});

describe('Get-EXOMailboxPermission and Get-EXORecipientPermission', () => {
  it('give the rows of their older namesakes, for one identity of any of four kinds', async () => {
    const { run } = await exchangeRig({ seed: STAFF });
    await run('Add-MailboxPermission', { Identity: 'anna', User: 'bert', AccessRights: ['FullAccess'] });
    await run('Add-RecipientPermission', sendAs('bert', 'anna'));
    for (const [exo, older] of [['Get-EXOMailboxPermission', 'Get-MailboxPermission'], ['Get-EXORecipientPermission', 'Get-RecipientPermission']] as const) {
      const { rows } = await run(older, { Identity: 'anna' });
      expect(rows).toHaveLength(2);
      for (const identity of [{ Identity: 'anna' }, { ExternalDirectoryObjectId: IDS.anna }, { PrimarySmtpAddress: 'anna@example.com' }, { UserPrincipalName: 'anna@example.com' }]) expect((await run(exo, identity)).rows).toEqual(rows);
      expect((await run(exo, { Identity: 'anna', UserPrincipalName: 'anna@example.com' })).status).toBe(400);
      expect((await run(exo, { Identity: 'nobody' })).status).toBe(404);
    }
    expect((await run('Get-EXOMailboxPermission')).told).toContain('missing mandatory parameters: Identity');
    expect((await run('Get-EXORecipientPermission', { Trustee: MORE.bert })).rows).toHaveLength(1);
    expect((await run('Get-EXOMailboxPermission', { Identity: 'anna', User: 'bert' })).status).toBe(400);
  });
});
