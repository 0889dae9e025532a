/*
 * What the issue asks for                                    | where it is seen here, on Samba AD and the simulator
 * -----------------------------------------------------------|--------------------------------------------------------------
 * dynamic collections: preview, Change Scope, coexistence only | 'a dynamic collection follows what others do ...'
 * "Test this rule", rules of the pair pushed to collections  | 'a matching rule is tried, saved at the pair and pushed ...'
 * schema templates and "what changed since"                  | 'a schema template writes what it says ...'
 * the five actions, Expression and the three conditions      | 'expressions and conditions ...'
 * checks against the tenant, decisions, fixes as a plan      | 'findings are decided, mended in Active Directory ...'
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seedTenant } from '../../../electron/simulator/index.ts';
import type { MappingRuleInput, MatchingRuleInput } from '../../../shared/contracts/rule-values.ts';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { account } from '../app/works.ts';
import { openDesk, person, sidOf, statuses, tell, unit, type Desk } from './corp.ts';

const SCOPE = unit('Scope', [person('ned', { title: 'Clerk' }), person('oda', { title: 'Clerk' }), person('pam', { title: 'Clerk' }), person('qin', { title: 'Writer' })].map((one) => ({ ...one, cn: `${one.cn === 'Qin' ? 'Press' : 'Sales'}/${one.cn}` })), ['Sales', 'Press']);
const TRIED = unit('Tried', [person('ida', { employeeID: '7', title: 'Smith' }), person('jon', { employeeID: '9', title: 'Miller' }), person('lea', { title: 'Tailor', sn: 'Lund' })]);
const VALUES = unit('Values', [
  person('uma', { title: 'head', department: 'Sales', l: 'Bonn', accountExpires: '129699324000000000', otherMailbox: ['new@other.example', 'KEPT@other.example'] }),
  person('vic', { title: 'clerk', department: 'Purchase', l: 'Rome' }), person('wim', { title: 'trainee', l: 'Paris', userAccountControl: '546' }),
]);
const CHECKS = unit('Checks', [
  person('max', { userPrincipalName: 'max m@example.com', mail: 'max@example.com', proxyAddresses: ['SMTP:max@example.com', 'smtp:taken@example.com'], mailNickname: 'max', c: 'NO' }),
  person('pia', { mailNickname: '..pia', c: 'NO' }), person('quo', { userPrincipalName: 'quo@works.local', title: 'Owner', c: 'NO' }),
]);

const owner = (desk: Desk, id = desk.collectionId) => ({ kind: 'collection' as const, id });
const rule = (targetAttribute: string, more: Partial<MappingRuleInput>): MappingRuleInput => ({ enabled: true, action: 'Overwrite', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute, value: '', conversion: 'none', ...more });
const collect = async (desk: Desk, name: string, filter: string): Promise<string> => {
  const { id } = await desk.call('collections.create', { pairId: desk.pairId, name });
  await desk.call('collections.queryObjects', { id, filter });
  return id;
};

describe.skipIf(skipFor(await sambaObstacle()))('collections, rules and checks on a real Active Directory', () => {
  let samba: SambaServer;
  let desk: Desk | undefined;
  beforeAll(async () => { samba = await startSamba({ address: '127.0.0.46', ldif: SCOPE.ldif + TRIED.ldif + VALUES.ldif + CHECKS.ldif }); });
  afterAll(async () => { await samba?.stop(); });
  const open = async (...rest: Parameters<typeof openDesk> extends [SambaServer, ...infer R] ? R : never): Promise<Desk> => (desk = await openDesk(samba, ...rest));
  const close = async () => { await desk?.close(); desk = undefined; };

  it('a dynamic collection follows what others do in the directory: moved, deleted, renamed and new objects; Change Scope after its preview', async () => {
    const d = await open(SCOPE, seedTenant({ existing: { users: [account(11, 'ned')] } }), { members: null });
    try {
      const before = d.simulator.snapshot();
      const sales = { base: `OU=Sales,${SCOPE.base}`, filter: '(title=*)' };
      const { id } = await d.call('collections.createDynamic', { pairId: d.pairId, name: 'Salesmen', scope: sales });
      const inside = async () => Object.fromEntries(Object.values(await d.objects(id)).map((row) => [row.name, row.dn]));
      expect(Object.keys(await inside())).toEqual(['Ned', 'Oda', 'Pam']);
      const pam = (await d.objects(id))['Pam']?.id;
      await d.directory(async (client) => {
        await client.modifyDN(SCOPE.dn('Sales/Ned'), `CN=Ned,OU=Press,${SCOPE.base}`);
        await client.del(SCOPE.dn('Sales/Oda'));
        await client.modifyDN(SCOPE.dn('Sales/Pam'), `CN=Pamela,OU=Sales,${SCOPE.base}`);
        await client.add(SCOPE.dn('Sales/Rea'), { objectClass: 'user', sAMAccountName: 'rea', displayName: 'Rea', title: 'Clerk', userPrincipalName: 'rea@example.com' });
      });
      const held = await d.held();
      const preview = await d.call('collections.previewScope', { pairId: d.pairId, collectionId: id, scope: sales });
      expect(preview).toMatchObject({ adds: 1, removes: 2, stays: 1, leftOut: 0 });
      expect(preview.rows.map((row) => [row.name, row.state]).toSorted()).toEqual([['Ned', 'is removed'], ['Oda', 'is removed'], ['Pam', 'stays'], ['Rea', 'is added']]);
      expect(Object.keys(await inside())).toEqual(['Ned', 'Oda', 'Pam']);
      expect((await d.ended((await d.call('tasks.discover', { pairId: d.pairId })).taskId)).state).toBe('Completed');
      expect(await inside()).toEqual({ Pam: `CN=Pamela,OU=Sales,${SCOPE.base}`, Rea: `CN=Rea,OU=Sales,${SCOPE.base}` });
      // Renamed is still the same object.
      expect((await d.objects(id))['Pam']?.id).toBe(pam);

      const press = { base: `OU=Press,${SCOPE.base}`, filter: '(|(title=Clerk)(title=Writer))' };
      const changed = await d.causeway('collection', 'change-scope', '--collection', 'Salesmen', '--base', press.base, '--filter', press.filter, '--preview');
      expect(changed, changed.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('Would add 2, remove 2, leave 0 unchanged') });
      expect(Object.keys(await inside())).toEqual(['Pam', 'Rea']);
      expect(await d.call('collections.changeScope', { id, scope: press })).toMatchObject({ added: 2, removed: 2, unchanged: 0 });
      expect(await inside()).toEqual({ Ned: `CN=Ned,OU=Press,${SCOPE.base}`, Qin: `CN=Qin,OU=Press,${SCOPE.base}` });
      expect(await d.refused('tasks.migrate', { collectionId: id, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' } })).toMatchObject({ message: expect.stringContaining('coexistence only') });
      expect(d.simulator.snapshot()).toEqual(before);
      expect(await d.held()).toEqual(held);
    } finally { await close(); }
  });

  it('a matching rule is tried, saved at the pair and pushed to one of two collections: only there it decides what is written', async () => {
    const d = await open(TRIED, seedTenant({ existing: { users: [account(11, 'ida.old', { displayName: 'Ida', employeeId: '7', jobTitle: 'Clerk' }), account(12, 'jon.old', { displayName: 'Jon', employeeId: '9' })] } }), { members: null });
    try {
      const old = { accountEnabled: true, employeeId: '7', jobTitle: 'Clerk', mailNickname: 'ida.old', userPrincipalName: 'ida.old@example.com' };
      const before = await tell(d);
      expect(before).toMatchObject({ Ida: old, Jon: { employeeId: '9', userPrincipalName: 'jon.old@example.com' } });
      const [first, second] = [await collect(d, 'First', '(cn=Ida)'), await collect(d, 'Second', '(cn=Jon)')];
      await d.match({ collectionId: first });
      await d.match({ collectionId: second });
      const more: MatchingRuleInput = { enabled: true, sourceClass: 'user', sourceAttribute: 'employeeID', targetClass: 'user', targetAttribute: 'employeeId', comparison: 'value' };
      const rules = (await d.call('matchingRules.list', owner(d, first))).rows;
      const tested = await d.call('rules.testMatching', { collectionId: first, rules: [...rules.map(({ position: _position, ...one }) => one), more] });
      expect(tested.rows.map((row) => [row.name, row.was.state, row.wouldBe.state, row.wouldBe.target])).toEqual([['Ida', 'Not matched', 'Matched', 'Ida']]);
      expect((await d.call('matchingRules.list', owner(d, first))).rows).toEqual(rules);
      expect(await statuses(d, first)).toEqual({ Ida: 'Not matched' });

      await d.call('matchingRules.save', { owner: { kind: 'pair', id: d.pairId }, rule: more });
      await d.call('matches.setPolicy', { kind: 'pair', id: d.pairId, policy: 'no match' });
      const shown = (await d.call('rules.pushDifference', { pairId: d.pairId })).rows.filter((row) => row.name !== 'Everyone');
      expect(shown.map((row) => [row.name, row.changes.map((one) => [one.set, one.change, one.text])])).toEqual([
        ['First', [['matching', 'added', 'user employeeID = user employeeId']]], ['Second', [['matching', 'added', 'user employeeID = user employeeId']]],
      ]);
      expect(await d.call('rules.push', { pairId: d.pairId, collections: shown.filter((row) => row.name === 'First').map(({ collectionId, digest }) => ({ collectionId, digest })), sets: ['matching'] })).toEqual({ pushed: 1 });
      expect(await tell(d)).toEqual(before);
      for (const collectionId of [first, second]) expect((await d.migrate({}, { collectionId })).state).toBe('Completed');
      const { users } = d.simulator.snapshot();
      expect(users.map((u) => [u.properties['userPrincipalName'], u.properties['employeeId'], u.properties['jobTitle']]).toSorted()).toEqual([
        ['admin@simulated.onmicrosoft.com', undefined, undefined], ['ida@example.com', '7', 'Smith'], ['jon.old@example.com', '9', undefined], ['jon@example.com', '9', 'Miller'],
      ]);
      for (const collectionId of [first, second]) expect((await d.rollBack({ collectionId, purge: true })).state).toBe('Completed');
      expect(await tell(d)).toEqual(before);
    } finally { await close(); }
  });

  it('a schema template writes what it says and leaves the rest alone; what people changed since is told and kept', async () => {
    const d = await open(TRIED, seedTenant({ existing: { users: [account(13, 'lea', { displayName: 'L. Lund', jobTitle: 'Student' })] } }), { members: null });
    try {
      await d.call('matches.setPolicy', { kind: 'pair', id: d.pairId, policy: 'no match' });
      const collectionId = await collect(d, 'Third', '(|(cn=Lea)(cn=Jon))');
      const apply = async (template: string, ownRules: 'keep' | 'remove' = 'remove') => {
        const { digest, version } = await d.call('templates.difference', { owner: owner(d, collectionId), template, ownRules });
        await d.call('templates.apply', { owner: owner(d, collectionId), template, version, ownRules, digest });
      };
      await apply('Minimal');
      expect((await d.migrate({}, { collectionId })).state).toBe('Completed');
      const names = new Map(Object.values(await d.objects(collectionId)).map((row) => [row.name, row.id]));
      expect([...names.keys()]).toEqual(['Jon', 'Lea']);
      const bare = (upn: string, nickname: string) => ({ accountEnabled: true, anchor: expect.any(String) as string, mailNickname: nickname, userPrincipalName: upn });
      expect(await tell(d)).toEqual({ 'Tenant Administrator': expect.anything() as unknown, 'Jon': bare('jon@example.com', 'jon'), 'Lea': { ...bare('lea@example.com', 'lea'), jobTitle: 'Student' } });

      await d.call('mappingRules.save', { owner: owner(d, collectionId), rule: rule('employeeType', { action: 'Set constant', value: 'Staff' }) });
      expect((await d.call('templates.difference', { owner: owner(d, collectionId) })).sinceOrigin?.map((one) => [one.change, one.text])).toEqual([['added', 'user employeeType: Set constant "Staff"']]);
      await apply('Exchange', 'keep');
      expect((await d.migrate({}, { collectionId })).state).toBe('Completed');
      expect(await tell(d)).toEqual({
        'Tenant Administrator': expect.anything() as unknown,
        'Jon': { ...bare('jon@example.com', 'jon'), employeeId: '9', employeeType: 'Staff', givenName: 'Jon', jobTitle: 'Miller' },
        'Lea': { ...bare('lea@example.com', 'lea'), employeeType: 'Staff', givenName: 'Lea', jobTitle: 'Tailor', surname: 'Lund' },
      });
      expect((await d.plan({}, { collectionId })).plan.counts.operations).toBe(0);
    } finally { await close(); }
  });

  it('expressions and conditions write what was meant, on values that Active Directory itself has made', async () => {
    const d = await open(VALUES, seedTenant({ existing: { users: [
      account(21, 'uma', { department: 'Old', officeLocation: 'A1', faxNumber: '1', otherMails: ['kept@other.example'] }), account(22, 'vic', { city: 'Oslo', officeLocation: 'B2' }),
    ] } }));
    try {
      const held = await d.held();
      const before = d.simulator.snapshot();
      const wanted = [
        rule('jobTitle', { action: 'Expression', value: 'ToUpper([title])' }), rule('department', { action: 'Expression', value: 'IIF([department] = "Sales", AuthoritativeNull, "Works")' }),
        rule('companyName', { action: 'Expression', value: 'StringFromSid([objectSid])' }),
        rule('streetAddress', { action: 'Expression', value: 'IIF([accountExpires] = 9223372036854775807, NULL, FormatDateTime(DateFromNum([accountExpires]), "yyyy-MM-dd HH:mm"))' }),
        rule('state', { action: 'Expression', value: 'IIF(BitAnd([userAccountControl], 2) = 0, "works", "left")' }),
        rule('officeLocation', { action: 'Expression', value: '%Domain.FQDN% & "/" & %Tenant.InitialDomain%', condition: 'only on creation' }),
        rule('city', { sourceAttribute: 'l', condition: 'only if the target is empty' }), rule('employeeType', { action: 'Set constant', value: 'Staff' }), rule('faxNumber', { action: 'Clear' }),
        rule('otherMails', { action: 'Merge', sourceAttribute: 'otherMailbox', conversion: 'other mails' }),
      ];
      const { rows } = await d.call('mappingRules.list', owner(d));
      for (const old of rows) if (old.targetClass === 'user' && wanted.some((one) => one.targetAttribute === old.targetAttribute)) await d.call('mappingRules.remove', { owner: owner(d), id: old.id });
      for (const one of wanted) await d.call('mappingRules.save', { owner: owner(d), rule: one });
      expect(await d.refused('mappingRules.save', { owner: owner(d), rule: rule('city', { action: 'Expression', value: 'Trim([departmnt])' }) })).toMatchObject({ message: 'At character 6: The directory has no attribute "departmnt". Did you mean "department"?' });
      const task = await d.migrate();
      expect(task, task.message).toMatchObject({ state: 'Completed' });
      const sid = Object.fromEntries(await Promise.all(['Uma', 'Vic', 'Wim'].map(async (name) => [name, await sidOf(samba, VALUES.dn(name))] as const)));
      expect(sid['Uma']).toMatch(/^S-1-5-21-/);
      const staff = (name: string) => ({ accountEnabled: true, anchor: name, companyName: sid[name], employeeType: 'Staff', givenName: name, mailNickname: name.toLowerCase(), state: 'works', userPrincipalName: `${name.toLowerCase()}@example.com` });
      expect(await tell(d)).toEqual({
        'Tenant Administrator': expect.anything() as unknown,
        // Worked case of the time number: 129699324000000000 is one hour before midnight of 1 January 2012, UTC.
        'Uma': { ...staff('Uma'), city: 'Bonn', jobTitle: 'HEAD', officeLocation: 'A1', otherMails: ['kept@other.example', 'new@other.example'], streetAddress: '2012-01-01 23:00' },
        'Vic': { ...staff('Vic'), city: 'Oslo', department: 'Works', jobTitle: 'CLERK', officeLocation: 'B2' },
        'Wim': { ...staff('Wim'), accountEnabled: false, city: 'Paris', department: 'Works', jobTitle: 'TRAINEE', officeLocation: 'corp.example.com/simulated.onmicrosoft.com', state: 'left' },
      });
      expect((await d.plan()).plan.counts.operations).toBe(0);
      expect(await d.held()).toEqual(held);
      expect((await d.rollBack({ purge: true })).state).toBe('Completed');
      expect(d.simulator.snapshot()).toEqual(before);
    } finally { await close(); }
  });

  it('findings are decided, mended in Active Directory, and what is migrated then is the mended value; both sides go back', async () => {
    const d = await open(CHECKS, seedTenant({ existing: { users: [account(31, 'other', { displayName: 'Other', mail: 'taken@example.com', proxyAddresses: ['SMTP:taken@example.com'] })] } }));
    try {
      const held = await d.held();
      const before = d.simulator.snapshot();
      const { taskId: check } = await d.call('checks.start', { pairId: d.pairId, collectionId: d.collectionId });
      expect((await d.ended(check)).state).toBe('Completed');
      const findings = async () => (await d.call('checks.page', { id: check, limit: 500 })).rows;
      const errors = (await findings()).filter((one) => one.severity === 'error' || one.fixable);
      expect(errors.map((one) => [one.name, one.attribute, one.value, one.proposal]).toSorted()).toEqual([
        ['Max', 'proxyAddresses', 'smtp:taken@example.com', null], ['Max', 'userPrincipalName', 'max m@example.com', 'maxm@example.com'], ['Pia', 'mailNickname', '..pia', 'pia'], ['Quo', 'userPrincipalName', 'quo@works.local', null],
      ]);
      const all = { mode: 'all except' as const, numbers: [], filter: { fixable: true } };
      await d.call('checks.decide', { id: check, selection: all, choice: 'proposed' });
      const number = async (name: string, attribute: string) => (await findings()).find((one) => one.name === name && one.attribute === attribute)?.number ?? -1;
      await d.call('checks.decide', { id: check, selection: { mode: 'numbers', numbers: [await number('Max', 'proxyAddresses')] }, choice: 'REMOVE' });
      expect((await d.causeway('check', 'decide', '--collection', 'Everyone', '--number', String(await number('Quo', 'userPrincipalName')), '--action', 'EDIT', '--value', 'quo@example.com')).code).toBe(0);
      const fix = await d.ended((await d.call('checks.fix', { id: check })).taskId);
      expect(fix, fix.message).toMatchObject({ kind: 'Fix', state: 'Awaiting approval' });
      expect(await d.held()).toEqual(held);
      expect(await d.approve(fix.id)).toMatchObject({ state: 'Completed' });
      const mended = structuredClone(held) as Record<string, Record<string, readonly string[]>>;
      Object.assign(mended[CHECKS.dn('Max')] ?? {}, { userPrincipalName: ['maxm@example.com'], proxyAddresses: ['SMTP:max@example.com'] });
      Object.assign(mended[CHECKS.dn('Pia')] ?? {}, { mailNickname: ['pia'] });
      Object.assign(mended[CHECKS.dn('Quo')] ?? {}, { userPrincipalName: ['quo@example.com'] });
      expect(await d.held()).toEqual(mended);
      expect(d.simulator.snapshot()).toEqual(before);

      const task = await d.migrate();
      expect(task, task.message).toMatchObject({ state: 'Completed' });
      const made = (name: string, more: object) => ({ accountEnabled: true, anchor: name, givenName: name, usageLocation: 'NO', ...more });
      expect(await tell(d)).toEqual({
        'Tenant Administrator': expect.anything() as unknown, 'Other': { accountEnabled: true, mail: 'taken@example.com', mailNickname: 'other', proxyAddresses: ['SMTP:taken@example.com'], userPrincipalName: 'other@example.com' },
        'Max': made('Max', { mail: 'max@example.com', mailNickname: 'max', proxyAddresses: ['SMTP:max@example.com'], userPrincipalName: 'maxm@example.com' }),
        'Pia': made('Pia', { mailNickname: 'pia', userPrincipalName: 'pia@example.com' }), 'Quo': made('Quo', { jobTitle: 'Owner', mailNickname: 'quo', userPrincipalName: 'quo@example.com' }),
      });
      expect((await d.rollBack({ purge: true })).state).toBe('Completed');
      expect(d.simulator.snapshot()).toEqual(before);
      expect(await d.approve((await d.ended((await d.call('checks.rollBack', { taskId: fix.id })).taskId)).id)).toMatchObject({ state: 'Completed' });
      expect(await d.held()).toEqual(held);
    } finally { await close(); }
  });
});
