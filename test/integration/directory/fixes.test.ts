import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import Database from 'better-sqlite3';
import { Attribute, Change } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { applyFixes, openLdapDirectory, type FixIntent, type FixLedger, type FixSettlement } from '../../../electron/engines/directory/index.ts';
import type { CheckFindingRow } from '../../../shared/contracts/checks.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { openFixRig, type FixRig } from './fixes-rig.ts';

const BASE = 'OU=Fix,DC=corp,DC=example,DC=com';
const user = (cn: string, values: Readonly<Record<string, string | readonly string[]>>): string => [
  `dn: CN=${cn},${BASE}`, 'objectClass: user', 'userAccountControl: 514',
  ...Object.entries({ sAMAccountName: cn.toLowerCase(), displayName: cn, userPrincipalName: `${cn.toLowerCase()}@example.com`, ...values }).flatMap(([name, value]) => (typeof value === 'string' ? [value] : value).filter((text) => text !== '').map((text) => `${name}: ${text}`)), '', '',
].join('\n');
const PROXIES = ['SMTP:ann.b@example.com', 'X500:/o=Corp/cn=ann', 'smtp:an n.b@example.com', 'smtp:a(b@example.com'];
const LDIF = [
  `dn: ${BASE}\nobjectClass: organizationalUnit\nou: Fix\n\n`,
  user('Anna', { proxyAddresses: PROXIES, mailNickname: '.anna' }),
  user('Benno', { userPrincipalName: 'b(enno)@example.com', displayName: '' }),
  user('Cemal', { mailNickname: '..cemal', targetAddress: 'SMTP:ce<mal@example.com' }),
  // Nothing about the part before the @ in IdFix's words: its value is to be entered by hand.
  user('Dora', { userPrincipalName: 'dora@works.local' }),
].join('');

const replace = (attribute: string, value: string) => new Change({ operation: 'replace', modification: new Attribute({ type: attribute, values: [value] }) });
const add = (attribute: string, value: string) => new Change({ operation: 'add', modification: new Attribute({ type: attribute, values: [value] }) });
const states = (rows: readonly CheckFindingRow[]) => Object.fromEntries(rows.filter((r) => r.choice !== '').map((r) => [`${r.name} ${r.attribute} ${r.value}`, r.state]));

describe.skipIf(skipFor(await sambaObstacle()))('fixes of Active Directory (Samba)', () => {
  let samba: SambaServer;
  let rig: FixRig;
  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.21', ldif: LDIF });
    rig = await openFixRig(samba);
  });
  afterAll(async () => {
    await rig?.close();
    await samba?.stop();
  });

  /** What a crash or another administrator leaves in the project. */
  function sql(statement: string, id: string): void {
    const database = new Database(rig.file);
    try { database.prepare(statement).run(id); } finally { database.close(); }
  }

  it('are planned, drift, are written value by value, read back, and taken back exactly', async () => {
    const check = await rig.check();
    const all = { mode: 'all except' as const, numbers: [], filter: {} };
    expect(await rig.refused('checks.fix', { id: check })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('nothing to write') });
    const decided = await rig.call('checks.decide', { id: check, selection: all, choice: 'proposed' });
    expect(decided.left.map((l) => l.name)).toEqual(['Dora']);
    const dora = (await rig.findings(check)).find((f) => f.name === 'Dora')!;
    // The same rules as the check's: this value would only be the next finding.
    expect(await rig.refused('checks.edit', { id: check, number: dora.number, value: 'do ra@example.com' })).toMatchObject({ message: expect.stringContaining('characters') });
    expect((await rig.call('checks.edit', { id: check, number: dora.number, value: 'dora@example.com' })).row).toMatchObject({ choice: 'EDIT', newValue: 'dora@example.com', state: 'Decided' });

    const planned = await rig.plan(check);
    expect(planned).toMatchObject({ kind: 'Fix', state: 'Awaiting approval' });
    const { rows: operations } = await rig.call('plans.operations', { planId: planned.planId ?? '' });
    expect(operations.map((o) => [o.service, o.name, ...o.changes.flatMap((c) => [c.attribute, c.before?.join() ?? null, c.after?.join() ?? null])]).toSorted()).toEqual([
      ['directory', 'Anna', 'mailNickname', '.anna', 'anna'], ['directory', 'Anna', 'proxyAddresses', 'smtp:a(b@example.com', 'smtp:ab@example.com'], ['directory', 'Anna', 'proxyAddresses', 'smtp:an n.b@example.com', null],
      ['directory', 'Benno', 'displayName', null, 'Benno'], ['directory', 'Benno', 'userPrincipalName', 'b(enno)@example.com', 'benno@example.com'],
      ['directory', 'Cemal', 'mailNickname', '..cemal', 'cemal'], ['directory', 'Cemal', 'targetAddress', 'SMTP:ce<mal@example.com', 'SMTP:cemal@example.com'],
      ['directory', 'Dora', 'userPrincipalName', 'dora@works.local', 'dora@example.com'],
    ]);
    expect((await rig.call('plans.findings', { planId: planned.planId ?? '' })).rows).toEqual([]);
    // Nothing was written, and the name of the domain must be typed.
    expect(await rig.values('Anna', 'mailNickname')).toEqual(['.anna']);
    expect(await rig.refused('tasks.approve', { taskId: planned.id, confirmation: 'contoso.onmicrosoft.com' })).toMatchObject({ message: expect.stringContaining('corp.example.com') });

    // Somebody adds an address, which is no business of the plan, and changes one that is.
    await rig.change('Anna', (client, dn) => client.modify(dn, add('proxyAddresses', 'smtp:new@example.com')));
    await rig.change('Cemal', (client, dn) => client.modify(dn, replace('targetAddress', 'SMTP:other@example.com')));
    const fixed = await rig.approve(planned);
    expect(fixed).toMatchObject({ state: 'Completed with errors', verified: true, canRollBack: true, done: 8, failed: 1 });
    expect((await rig.call('plans.operations', { planId: planned.planId ?? '', outcome: 'drifted' })).rows.map((o) => [o.name, o.changes[0]?.attribute])).toEqual([['Cemal', 'targetAddress']]);
    expect(await rig.values('Anna', 'proxyAddresses')).toEqual(['SMTP:ann.b@example.com', 'X500:/o=Corp/cn=ann', 'smtp:ab@example.com', 'smtp:new@example.com']);
    expect(await rig.values('Anna', 'mailNickname')).toEqual(['anna']);
    expect(await rig.values('Benno', 'displayName')).toEqual(['Benno']);
    expect(await rig.values('Benno', 'userPrincipalName')).toEqual(['benno@example.com']);
    expect(await rig.values('Cemal', 'mailNickname')).toEqual(['cemal']);
    expect(await rig.values('Cemal', 'targetAddress')).toEqual(['SMTP:other@example.com']);
    expect(await rig.values('Dora', 'userPrincipalName')).toEqual(['dora@example.com']);
    expect(states(await rig.findings(check))).toMatchObject({ 'Anna mailNickname .anna': 'Fixed', 'Cemal targetAddress SMTP:ce<mal@example.com': 'Failed', 'Dora userPrincipalName dora@works.local': 'Fixed' });
    expect(await rig.refused('checks.edit', { id: check, number: dora.number, value: 'dora2@example.com' })).toMatchObject({ message: expect.stringContaining('fixed already') });
    // What was read back is known at once: a check without reading again does not find it any more.
    const again = await rig.ended((await rig.call('checks.start', { pairId: rig.pairId, collectionId: rig.collectionId, discover: false, selection: { mode: 'all except', ids: [] } })).taskId);
    expect((await rig.findings(again.id)).filter((f) => f.severity === 'error')).toEqual([]);

    const back = await rig.ended((await rig.call('checks.rollBack', { taskId: planned.id })).taskId);
    expect(back).toMatchObject({ kind: 'Roll back', state: 'Awaiting approval' });
    expect(await rig.approve(back)).toMatchObject({ state: 'Completed', verified: true });
    expect(await rig.values('Anna', 'proxyAddresses')).toEqual([...PROXIES, 'smtp:new@example.com'].toSorted());
    expect(await rig.values('Anna', 'mailNickname')).toEqual(['.anna']);
    expect(await rig.values('Benno', 'displayName')).toEqual([]);
    expect(await rig.values('Benno', 'userPrincipalName')).toEqual(['b(enno)@example.com']);
    expect(await rig.values('Cemal', 'mailNickname')).toEqual(['..cemal']);
    expect(await rig.values('Cemal', 'targetAddress')).toEqual(['SMTP:other@example.com']);
    expect(await rig.values('Dora', 'userPrincipalName')).toEqual(['dora@works.local']);
    expect(new Set(Object.values(states(await rig.findings(check))))).toEqual(new Set(['Decided', 'Failed']));
    expect(await rig.refused('checks.rollBack', { taskId: planned.id })).toMatchObject({ message: expect.stringContaining('rolled back already') });
  });

  it('go from the command line too; a roll back keeps what others wrote since, when asked to', async () => {
    const check = await rig.check();
    const { number } = (await rig.findings(check)).find((f) => f.name === 'Benno' && f.attribute === 'displayName')!;
    expect((await rig.causeway('check', 'decide', '--collection', 'Everyone', '--number', String(number), '--action', 'proposed')).code).toBe(0);
    // Somebody else's sign-in name or address is never given away, in whatever attribute and letters that one has it.
    const dora = (await rig.findings(check)).find((f) => f.name === 'Dora')!.number;
    const spaced = (await rig.findings(check)).find((f) => f.value === 'smtp:a(b@example.com')!.number;
    await rig.change('Cemal', (client, dn) => client.modify(dn, replace('mail', 'taken@example.com')));
    await rig.call('checks.edit', { id: check, number: dora, value: 'ANNA@example.com' });
    await rig.call('checks.edit', { id: check, number: spaced, value: 'smtp:Taken@example.com' });
    const nothing = await rig.ended((await rig.call('checks.fix', { id: check, selection: { mode: 'numbers', numbers: [dora, spaced] } })).taskId);
    expect(nothing).toMatchObject({ state: 'Completed' });
    expect((await rig.call('plans.skips', { planId: nothing.planId ?? '' })).rows.map((s) => [s.name, s.reason]).toSorted()).toEqual([['Anna', expect.stringContaining('belongs to CN=Cemal')], ['Dora', expect.stringContaining('belongs to CN=Anna')]]);
    const nickname = (await rig.findings(check)).find((f) => f.name === 'Cemal' && f.attribute === 'mailNickname')!.number;
    // Decisions about the same values are still there from the check before; only these are to be written.
    const planned = await rig.causeway('check', 'fix', '--collection', 'Everyone', '--number', String(number), String(nickname));
    expect(planned).toMatchObject({ code: 4, stdout: expect.stringMatching(/Benno +displayName +\(none\) +Benno/) });
    const task = /--task (\S+) --confirm corp\.example\.com/.exec(planned.stdout)?.[1] ?? '';
    // The process ends right after the plan was stored.
    const { planId } = await rig.call('tasks.get', { id: task });
    sql("update task set state = 'Interrupted' where id = ?", task);
    await rig.call('tasks.resume', { taskId: task });
    expect(await rig.ended(task)).toMatchObject({ state: 'Awaiting approval', planId });
    expect((await rig.causeway('check', 'fix', '--task', task, '--confirm', 'example.com')).code).toBe(2);
    expect(await rig.values('Benno', 'displayName')).toEqual([]);
    expect((await rig.causeway('check', 'fix', '--task', task, '--confirm', 'corp.example.com')).code).toBe(0);
    expect(await rig.values('Benno', 'displayName')).toEqual(['Benno']);
    expect(await rig.values('Cemal', 'mailNickname')).toEqual(['cemal']);
    await rig.change('Benno', (client, dn) => client.modify(dn, replace('displayName', 'Benno the Great')));
    // The connection of the pair leads to another domain than the one that was written to.
    sql("update plan set tenant_name = 'lab.example.com (Active Directory)' where task_id = ?", task);
    expect(await rig.ended((await rig.call('checks.rollBack', { taskId: task })).taskId)).toMatchObject({ state: 'Failed', message: expect.stringContaining('lab.example.com') });
    sql("update plan set tenant_name = 'corp.example.com (Active Directory)' where task_id = ?", task);
    const back = await rig.causeway('check', 'rollback', '--task', task, '--keep', '--yes');
    expect(back).toMatchObject({ code: 0, stdout: expect.stringContaining('Took back 1 change of') });
    expect(await rig.values('Benno', 'displayName')).toEqual(['Benno the Great']);
    expect(await rig.values('Cemal', 'mailNickname')).toEqual(['..cemal']);
  });

  it('looks, after a crash, whether the last change was made, and makes it once', async () => {
    const directory = await openLdapDirectory({
      connection: { kind: 'ldap', domain: samba.domain, servers: [samba.address], security: 'ldaps', caFile: samba.caFile, username: samba.adminUser, secretRef: '', baseDn: '' }, password: samba.password, resolveSrv: () => Promise.resolve([]),
    });
    try {
      const { guid } = (await directory.get(`CN=Anna,${BASE}`, ['mailNickname']))!;
      const change = { attribute: 'mailNickname', before: ['.anna'], after: ['anna'], reversible: true, provenance: { ruleId: null, source: '', reason: '' } };
      const operation: Operation = { id: 'o1', seq: 1, kind: 'update', service: 'directory', objectKind: 'user', sourceId: guid, targetId: null, name: 'Anna', changes: [change], references: [], previous: [] };
      const journal: FixIntent[] = [];
      const settled: FixSettlement[] = [];
      let crash = true;
      let pending = [operation];
      const ledger: FixLedger = {
        pending: () => Promise.resolve(pending), intend: (intents) => { journal.push(...intents); pending = []; return Promise.resolve(); },
        settle: (some) => { if (crash && some.length > 0) throw new Error('power failure'); settled.push(...some); return Promise.resolve(); },
        openIntents: () => Promise.resolve(journal.filter((i) => !settled.some((s) => s.intentId === i.id))), reopen: () => { pending = [operation]; return Promise.resolve(); },
      };
      const ports = { directory, ledger, newId: () => 'i1', now: () => 1, account: '', onProgress: () => {} };
      await expect(applyFixes(ports)).rejects.toThrow('power failure');
      expect(await rig.values('Anna', 'mailNickname')).toEqual(['anna']);
      crash = false;
      expect(await applyFixes(ports)).toMatchObject({ done: 1, drifted: 0 });
      expect(settled).toMatchObject([{ outcome: 'done' }]);
    } finally { await directory.close(); }
  });

  it('leaves a value alone that somebody takes away between the look and the write', async () => {
    const directory = await openLdapDirectory({
      connection: { kind: 'ldap', domain: samba.domain, servers: [samba.address], security: 'ldaps', caFile: samba.caFile, username: samba.adminUser, secretRef: '', baseDn: '' }, password: samba.password, resolveSrv: () => Promise.resolve([]),
    });
    try {
      const { guid } = (await directory.get(`CN=Anna,${BASE}`, ['name']))!;
      const before = await rig.values('Anna', 'proxyAddresses');
      const operation: Operation = {
        id: 'o2', seq: 1, kind: 'update', service: 'directory', objectKind: 'user', sourceId: guid, targetId: null, name: 'Anna', references: [], previous: [],
        changes: [{ attribute: 'proxyAddresses', before: ['smtp:a(b@example.com'], after: ['smtp:ab@example.com'], reversible: true, provenance: { ruleId: null, source: '', reason: '' } }],
      };
      const settled: FixSettlement[] = [];
      let pending = [operation];
      const ledger: FixLedger = {
        // Written down; now somebody is faster.
        intend: async () => { pending = []; await rig.change('Anna', (client, dn) => client.modify(dn, new Change({ operation: 'delete', modification: new Attribute({ type: 'proxyAddresses', values: ['smtp:a(b@example.com'] }) }))); },
        pending: () => Promise.resolve(pending), settle: (some) => { settled.push(...some); return Promise.resolve(); }, openIntents: () => Promise.resolve([]), reopen: () => Promise.resolve(),
      };
      expect(await applyFixes({ directory, ledger, newId: () => 'i2', now: () => 1, account: '', onProgress: () => {} })).toMatchObject({ done: 0, drifted: 1 });
      expect(settled).toMatchObject([{ outcome: 'drifted', message: expect.stringContaining('Check again') }]);
      expect(await rig.values('Anna', 'proxyAddresses')).toEqual(before.filter((value) => value !== 'smtp:a(b@example.com'));
    } finally { await directory.close(); }
  });

  it('tells which right is missing before and after, and changes nothing', async () => {
    await rig.change('Anna', async (client) => {
      await client.add(`CN=svc,CN=Users,${samba.baseDn}`, { objectClass: 'user', sAMAccountName: 'svc', userPrincipalName: 'svc@corp.example.com', unicodePwd: Buffer.from('"Passw0rd!svc"', 'utf16le') as never, userAccountControl: '512' });
    });
    const other = await openFixRig(samba, { username: 'svc@corp.example.com', password: 'Passw0rd!svc' });
    try {
      const check = await other.check();
      await other.call('checks.decide', { id: check, selection: { mode: 'all except', numbers: [], filter: { attribute: 'mailNickname' } }, choice: 'proposed' });
      const planned = await other.plan(check);
      const right = `WriteProperty on mailNickname of user objects in ${BASE}`;
      const { rows } = await other.call('plans.findings', { planId: planned.planId ?? '' });
      expect(rows.map((f) => f.message)).toEqual([expect.stringContaining(right)]);
      const ended = await other.approve(planned);
      expect(ended).toMatchObject({ state: 'Completed with errors', message: expect.stringContaining(right) });
      expect(await other.values('Cemal', 'mailNickname')).toEqual(['..cemal']);
      // Once the right is granted, resuming writes what was refused.
      await grant(samba, 'svc');
      await other.call('tasks.resume', { taskId: planned.id });
      expect(await other.ended(planned.id)).toMatchObject({ state: 'Completed' });
      expect(await other.values('Cemal', 'mailNickname')).toEqual(['cemal']);
    } finally { await other.close(); }
  });

  it('never give one address to two objects: neither two of one plan, nor one that somebody has', async () => {
    const create = async (cn: string, more: Record<string, string>) => { await rig.change(cn, async (client, dn) => { await client.add(dn, { objectClass: 'user', sAMAccountName: cn.toLowerCase(), displayName: cn, userPrincipalName: `${cn.toLowerCase()}@example.com`, ...more }); }); };
    await create('Emil', { mail: 'em il@example.com' });
    await create('Frida', { proxyAddresses: 'smtp:fri da@example.com' });
    await create('Gustav', { mail: 'gus tav@example.com' });
    await create('Hanna', { mail: 'hanna@example.com' });
    await rig.call('collections.queryObjects', { id: rig.collectionId, base: BASE, filter: '(|(cn=Emil)(cn=Frida)(cn=Gustav)(cn=Hanna))' });
    const check = await rig.check();
    const found = (await rig.findings(check)).filter((f) => ['Emil', 'Frida', 'Gustav'].includes(f.name) && ['mail', 'proxyAddresses'].includes(f.attribute));
    expect(found.map((f) => f.name).toSorted()).toEqual(['Emil', 'Frida', 'Gustav']);
    const edit = async (name: string, value: string) => { await rig.call('checks.edit', { id: check, number: found.find((f) => f.name === name)?.number ?? 0, value }); };
    await edit('Emil', 'Shared@example.com');
    await edit('Frida', 'smtp:shared@example.com');
    await edit('Gustav', 'HANNA@example.com');
    const planned = await rig.plan(check);
    const of = async (name: string) => (await rig.call('plans.operations', { planId: planned.planId ?? '', search: name })).rows.map((o) => o.changes[0]?.after?.[0]);
    const skipped = (await rig.call('plans.skips', { planId: planned.planId ?? '' })).rows.filter((s) => ['Emil', 'Frida', 'Gustav'].includes(s.name)).map((s) => s.reason);
    expect(skipped).toHaveLength(2);
    expect(skipped).toEqual(expect.arrayContaining([expect.stringMatching(/shared@example\.com is planned for (?:Emil|Frida) as well/i), expect.stringMatching(/HANNA@example\.com belongs to CN=Hanna/)]));
    expect([...await of('Emil'), ...await of('Frida')]).toHaveLength(1);
    await rig.approve(planned);
    // In the directory one of the two has the address, and the other, as Gustav, what it had.
    const emil = await rig.values('Emil', 'mail');
    const frida = await rig.values('Frida', 'proxyAddresses');
    expect([[['Shared@example.com'], ['smtp:fri da@example.com']], [['em il@example.com'], ['smtp:shared@example.com']]]).toContainEqual([emil, frida]);
    expect(await rig.values('Gustav', 'mail')).toEqual(['gus tav@example.com']);
  });
});

/** Gives an account the right to write mailNickname of users below OU=Fix. */
async function grant(samba: SambaServer, account: string): Promise<void> {
  const run = promisify(execFile);
  const ldb = ['-H', `${samba.dir}/private/sam.ldb`, `--configfile=${samba.dir}/smb.conf`];
  const search = async (filter: string, base: string, attribute: string) => /: (\S+)\s*$/m.exec((await run('ldbsearch', [...ldb, '-b', base, filter, attribute])).stdout.split('\n').find((line) => line.startsWith(`${attribute}:`)) ?? '')?.[1] ?? '';
  const sid = await search(`(sAMAccountName=${account})`, samba.baseDn, 'objectSid');
  const guid = await search('(lDAPDisplayName=mailNickname)', `CN=Schema,CN=Configuration,${samba.baseDn}`, 'schemaIDGUID');
  await run('samba-tool', ['dsacl', 'set', ...ldb, `--objectdn=${BASE}`, `--sddl=(OA;CIIO;WP;${guid};bf967aba-0de6-11d0-a285-00aa003049e2;${sid})`]);
}
