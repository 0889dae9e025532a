/*
 * What the issue asks for                                    | where it is seen here, on Samba AD and the simulator
 * -----------------------------------------------------------|--------------------------------------------------------------
 * review gate: rule, evidence, risk flags; nothing before    | 'writes what needs no review, and nothing else'
 * accept, reject, pin in bulk; ambiguous and conflict decided | 'writes what was decided, each object as a person said'
 * administrators only with the typed confirmation, another    | 'writes what was decided, each object as a person said'
 *   type never                                               |
 * CSV map                                                    | 'writes what was decided, each object as a person said'
 * every status at object, collection and pair level          | all of them: after each step
 * break matching, undo of a decision                         | 'takes a decision back ...'
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GLOBAL_ADMINISTRATOR, seedTenant } from '../../../electron/simulator/index.ts';
import type { ChannelInput } from '../../../shared/contracts/index.ts';
import type { ReviewRow } from '../../../shared/contracts/matches.ts';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { account, cloudId } from '../app/works.ts';
import { GROUP, group, openDesk, person, statuses, tell, unit, type Desk } from './corp.ts';

const PEOPLE = ['Ann', 'Ben', 'Boss', 'Dot', 'Eve', 'Fay', 'Gil', 'Guy', 'Hal', 'Ivo', 'Kim'];
const where = unit('Review', [
  person('ann', { title: 'Head of Sales', department: 'Sales', mail: 'ann@example.com', c: 'DE', co: 'Germany' }), person('ben', { title: 'Clerk', c: 'NO' }),
  person('boss', { title: 'Boss' }), person('dot', { title: 'Trainee' }), person('eve', { mail: 'eve@example.com', title: 'Engineer' }), person('fay', { title: 'Nurse' }),
  person('gil', { mail: 'gil@example.com', title: 'Pilot' }), person('guy', { mail: 'gil@example.com', title: 'Co-pilot' }), person('hal', { title: 'Computer' }), person('ivo', { extensionAttribute11: 'i'.repeat(1_025) }),
  person('kim', { employeeID: 'E7', title: 'Cook' }),
  group('Staff', GROUP.globalSecurity, { member: PEOPLE.map((name) => `CN=${name},OU=Review,DC=corp,DC=example,DC=com`) }),
  group('List', GROUP.universalDistribution, {}),
]);
const HAL = 'SGFsLCBhbm90aGVyIG9uZQ==';
const tenant = () => ({
  ...seedTenant({
    existing: {
      groups: [{ id: cloudId(50), properties: { displayName: 'Choir', mailNickname: 'choir', mailEnabled: false, securityEnabled: true, groupTypes: [] }, memberIds: [cloudId(11)] }],
      users: [
        account(11, 'ann', { jobTitle: 'Trainee', mail: 'ann@example.com', proxyAddresses: ['SMTP:ann@example.com'] }), account(14, 'dot', { displayName: 'Dorothy', jobTitle: 'Chief' }),
        account(15, 'fay.old', { displayName: 'Fay', jobTitle: 'Retired' }), account(16, 'gil', { mail: 'gil@example.com', proxyAddresses: ['SMTP:gil@example.com'] }),
        account(17, 'hal', { onPremisesImmutableId: HAL, jobTitle: 'Robot' }), account(18, 'somebody', { displayName: 'Somebody', mail: 'somebody@example.com', proxyAddresses: ['SMTP:somebody@example.com'] }),
        account(20, 'boss', { jobTitle: 'President' }), account(31, 'eve1', { displayName: 'Eve', mail: 'eve@example.com' }), account(32, 'eve2', { displayName: 'Eve', mail: 'eve@example.com', city: 'Rome' }),
        account(33, 'kimberly', { displayName: 'Kimberly', jobTitle: 'Chef', employeeId: 'E8' }),
      ],
    },
  }),
  roles: [{ id: cloudId(90), roleTemplateId: GLOBAL_ADMINISTRATOR, displayName: 'Global Administrator', memberIds: [cloudId(20)] }],
});

/** The tenant before anything was written, as {@link tell} tells of it. */
const BEFORE = {
  'Choir': { mailEnabled: false, mailNickname: 'choir', members: ['Ann'], securityEnabled: true },
  'Tenant Administrator': { accountEnabled: true, mailNickname: 'admin', userPrincipalName: 'admin@simulated.onmicrosoft.com' },
  'Ann': { accountEnabled: true, jobTitle: 'Trainee', mail: 'ann@example.com', mailNickname: 'ann', proxyAddresses: ['SMTP:ann@example.com'], userPrincipalName: 'ann@example.com' },
  'Dorothy': { accountEnabled: true, jobTitle: 'Chief', mailNickname: 'dot', userPrincipalName: 'dot@example.com' },
  'Fay': { accountEnabled: true, jobTitle: 'Retired', mailNickname: 'fay.old', userPrincipalName: 'fay.old@example.com' },
  'Gil': { accountEnabled: true, mail: 'gil@example.com', mailNickname: 'gil', proxyAddresses: ['SMTP:gil@example.com'], userPrincipalName: 'gil@example.com' },
  'Hal': { accountEnabled: true, anchor: HAL, jobTitle: 'Robot', mailNickname: 'hal', userPrincipalName: 'hal@example.com' },
  'Somebody': { accountEnabled: true, mail: 'somebody@example.com', mailNickname: 'somebody', proxyAddresses: ['SMTP:somebody@example.com'], userPrincipalName: 'somebody@example.com' },
  'Boss': { accountEnabled: true, jobTitle: 'President', mailNickname: 'boss', userPrincipalName: 'boss@example.com' },
  'Eve <eve1@example.com>': { accountEnabled: true, mail: 'eve@example.com', mailNickname: 'eve1', userPrincipalName: 'eve1@example.com' },
  'Eve <eve2@example.com>': { accountEnabled: true, city: 'Rome', mail: 'eve@example.com', mailNickname: 'eve2', userPrincipalName: 'eve2@example.com' },
  'Kimberly': { accountEnabled: true, employeeId: 'E8', jobTitle: 'Chef', mailNickname: 'kimberly', userPrincipalName: 'kimberly@example.com' },
};
/** Where a person lives is no reason to change where an account that exists is used: without usage location it stays so. */
const ANN = { ...BEFORE.Ann, anchor: 'Ann', country: 'Germany', department: 'Sales', givenName: 'Ann', jobTitle: 'Head of Sales' };
const BEN = { accountEnabled: true, anchor: 'Ben', givenName: 'Ben', jobTitle: 'Clerk', mailNickname: 'ben', usageLocation: 'NO', userPrincipalName: 'ben@example.com' };
const STAFF = { mailEnabled: false, mailNickname: 'Staff', securityEnabled: true };

describe.skipIf(skipFor(await sambaObstacle()))('the review gate on a real Active Directory', () => {
  let samba: SambaServer;
  let desk: Desk;
  let second = '';
  let held: Awaited<ReturnType<Desk['held']>>;
  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.45', ldif: where.ldif });
    desk = await openDesk(samba, where, tenant());
    // Names alone are weak evidence: such a match waits for a person.
    await desk.call('matchingRules.save', { owner: { kind: 'collection', id: desk.collectionId }, rule: { enabled: true, sourceClass: 'user', sourceAttribute: 'displayName', targetClass: 'user', targetAttribute: 'displayName', comparison: 'value' } });
    second = (await desk.call('collections.create', { pairId: desk.pairId, name: 'Two of them' })).id;
    await desk.call('collections.addObjects', { id: second, dns: [where.dn('Ann'), where.dn('Ben')] });
    held = await desk.held();
  });
  afterAll(async () => { await desk?.close(); await samba?.stop(); });

  const review = async (): Promise<Record<string, ReviewRow>> => Object.fromEntries((await desk.call('matches.review', { collectionId: desk.collectionId, limit: 500 })).rows.map((row) => [row.name, row]));
  const ids = async (...names: readonly string[]) => ({ mode: 'ids' as const, ids: await Promise.all(names.map(desk.id)) });
  const decide = async (action: ChannelInput<'matches.decide'>['action'], names: readonly string[], more: Partial<ChannelInput<'matches.decide'>> = {}) => await desk.call('matches.decide', { collectionId: desk.collectionId, action, selection: await ids(...names), ...more });
  const counts = async (of: ChannelInput<'statistics.get'>) => { const { total, byProgress, bySynchronisation } = await desk.call('statistics.get', of); return { total, ...Object.fromEntries([...Object.entries(byProgress), ...Object.entries(bySynchronisation)].filter(([, n]) => n > 0)) }; };
  /** Every object has a reason; the collection, the pair and the command line count the same. */
  const expectStatuses = async (expected: Readonly<Record<string, string>>, counted: Readonly<Record<string, number>>) => {
    expect(await statuses(desk)).toEqual(expected);
    for (const row of Object.values(await desk.objects())) expect([row.name, row.reason]).toEqual([row.name, expect.stringMatching(/\w/)]);
    expect(await counts({ collectionId: desk.collectionId })).toEqual({ 'total': 13, 'Never synced': 13, ...counted });
    // Who is in two collections counts once.
    expect(await counts({ pairId: desk.pairId })).toEqual({ 'total': 13, 'Never synced': 13, ...counted });
  };

  it('shows each proposed match with rule, evidence and risks, and writes nothing', async () => {
    await expectStatuses({ ...Object.fromEntries(PEOPLE.map((name) => [name, 'New'])), Staff: 'New', List: 'New' }, { New: 13 });
    expect((await desk.match()).state).toBe('Completed');
    const rows = await review();
    const told = Object.fromEntries(Object.values(rows).filter((row) => row.state !== 'Not matched').map((row) => [row.name, [row.state, row.review, row.targetName, row.value, row.risks.toSorted()]]));
    expect(told).toEqual({
      Ann: ['Matched', 'Not needed', 'Ann', 'ann@example.com', []],
      Boss: ['Conflict', 'To review', 'Boss', 'boss@example.com', ['target has an admin role']],
      Dot: ['Matched', 'To review', 'Dorothy', 'dot@example.com', ['names differ']],
      Eve: ['Ambiguous', 'To review', '', 'eve@example.com', []],
      Fay: ['Matched', 'To review', 'Fay', 'fay', ['weak evidence']],
      Gil: ['Conflict', 'To review', 'Gil', 'gil@example.com', []],
      Guy: ['Conflict', 'To review', 'Gil', 'gil@example.com', ['names differ']],
      Hal: ['Conflict', 'To review', 'Hal', 'hal@example.com', ['target has another immutable id']],
    });
    expect(rows['Ann']?.rule).toBe('user userPrincipalName = user userPrincipalName');
    expect(rows['Eve']).toMatchObject({ candidates: 2, targetId: null });
    await expectStatuses({
      Ann: 'Matched', Ben: 'Not matched', Boss: 'Conflict', Dot: 'Matched', Eve: 'Ambiguous', Fay: 'Matched', Gil: 'Conflict', Guy: 'Conflict', Hal: 'Conflict', Ivo: 'Not matched', Kim: 'Not matched', Staff: 'Not matched', List: 'Not matched',
    }, { 'Matched': 3, 'Not matched': 5, 'Ambiguous': 1, 'Conflict': 4 });
    expect(await tell(desk)).toEqual(BEFORE);
    expect(await desk.held()).toEqual(held);
  });

  it('writes what needs no review, and nothing else: who waits is nobody\'s member either', async () => {
    const task = await desk.migrate();
    expect(task, task.message).toMatchObject({ state: 'Completed' });
    expect(await tell(desk)).toEqual({
      ...BEFORE, Ann: ANN, Ben: BEN, Kim: { accountEnabled: true, anchor: 'Kim', employeeId: 'E7', givenName: 'Kim', jobTitle: 'Cook', mailNickname: 'kim', userPrincipalName: 'kim@example.com' },
      Staff: { ...STAFF, members: ['Ann', 'Ben', 'Kim'] },
    });
    await expectStatuses({
      Ann: 'Migrated', Ben: 'Migrated', Boss: 'Conflict', Dot: 'Skipped', Eve: 'Ambiguous', Fay: 'Skipped', Gil: 'Conflict', Guy: 'Conflict', Hal: 'Conflict', Ivo: 'Failed', Kim: 'Migrated', Staff: 'Migrated', List: 'Skipped',
    }, { Migrated: 4, Skipped: 3, Conflict: 4, Ambiguous: 1, Failed: 1 });
    const rows = await desk.objects();
    expect(rows['Dot']?.reason).toMatch(/^Its match with Dorothy waits for review: names differ/);
    expect(rows['Ivo']?.reason).toMatch(/1025 characters, 1024 are allowed/);
    expect(rows['List']?.reason).toContain('distribution group');
    expect(await desk.held()).toEqual(held);
    expect((await desk.rollBack({ purge: true })).state).toBe('Completed');
    expect(await tell(desk)).toEqual(BEFORE);
  });

  it('writes what was decided, each object as a person said', async () => {
    await desk.match({ breakExisting: true });
    // In bulk: what can be accepted is, the others are named with what is missing.
    const everything = { mode: 'all except' as const, ids: [], review: 'To review' as const };
    const preview = await desk.call('matches.preview', { collectionId: desk.collectionId, action: 'accept', selection: everything });
    expect(preview).toMatchObject({ batch: '', changed: 2, refusedTotal: 5, risky: 2 });
    expect(Object.fromEntries(preview.refused.map((one) => [one.name, one.reason]))).toEqual({
      Boss: expect.stringContaining('admin role') as string, Eve: 'Choose one of its 2 candidates.', Gil: expect.stringContaining('several objects: ') as string, Guy: expect.stringContaining('several objects: ') as string, Hal: expect.stringContaining('another immutable id') as string,
    });
    expect(await decide('reject', ['Fay'])).toMatchObject({ changed: 1, refusedTotal: 0 });
    expect(await desk.call('matches.decide', { collectionId: desk.collectionId, action: 'accept', selection: everything })).toMatchObject({ changed: 1, refusedTotal: 5 });
    expect(await decide('accept', ['Eve'], { targetId: cloudId(32) })).toMatchObject({ changed: 1 });
    expect(await decide('pin', ['Gil'])).toMatchObject({ changed: 1 });
    // Nothing of a person could be written to a group, so no text lets that through.
    expect(await decide('pin', ['Ben'], { targetId: cloudId(50), override: 'Ben' })).toMatchObject({ changed: 0, risky: 0, refused: [{ reason: expect.stringContaining('different types') }] });
    expect(await desk.refused('matches.decide', { collectionId: desk.collectionId, action: 'accept', selection: await ids('Boss'), override: 'yes' })).toMatchObject({ code: 'GUARD_STOPPED', message: expect.stringContaining('"Boss"') });
    expect(await decide('accept', ['Boss'], { override: 'Boss' })).toMatchObject({ changed: 1 });
    expect(await decide('leave out', ['Hal', 'Ivo'])).toMatchObject({ changed: 2 });
    // A list from elsewhere says who Kim is; the other line finds nobody, and says so.
    const csv = await desk.call('matches.mapCsv', { collectionId: desk.collectionId, text: `employeeID;UPN\r\nE7;KIMBERLY@example.com\r\nE9;ann@example.com\r\n`, apply: true });
    expect(csv.lines.map((line) => [line.line, line.outcome]).toSorted()).toEqual([[2, 'done'], [3, 'problem']]);
    expect(await tell(desk)).toEqual(BEFORE);

    const task = await desk.migrate();
    expect(task).toMatchObject({ state: 'Completed with errors' });
    const now = await tell(desk);
    expect(now).toEqual({
      ...BEFORE, Ann: ANN, Ben: BEN,
      // Accepted: the account found by the sign-in name is hers, and is called Dot now.
      Dorothy: undefined, Dot: { ...BEFORE.Dorothy, anchor: 'Dot', givenName: 'Dot', jobTitle: 'Trainee' },
      // Tied to the second candidate, which keeps its alias because the directory has none; the first one is as it was.
      'Eve <eve2@example.com>': undefined, 'Eve <eve@example.com>': { ...BEFORE['Eve <eve2@example.com>'], anchor: 'Eve', givenName: 'Eve', jobTitle: 'Engineer', userPrincipalName: 'eve@example.com' },
      // Rejected: an account of its own beside the one of the same name.
      'Fay': undefined, 'Fay <fay.old@example.com>': BEFORE.Fay, 'Fay <fay@example.com>': { accountEnabled: true, anchor: 'Fay', givenName: 'Fay', jobTitle: 'Nurse', mailNickname: 'fay', userPrincipalName: 'fay@example.com' },
      'Gil': { ...BEFORE.Gil, anchor: 'Gil', givenName: 'Gil', jobTitle: 'Pilot' },
      // Mapped by the list.
      'Kimberly': undefined, 'Kim': { ...BEFORE.Kimberly, anchor: 'Kim', employeeId: 'E7', givenName: 'Kim', jobTitle: 'Cook', userPrincipalName: 'kim@example.com' },
      'Staff': { ...STAFF, members: ['Ann', 'Ben', 'Boss', 'Dot', 'Eve <eve@example.com>', 'Fay <fay@example.com>', 'Gil', 'Kim'] },
    });
    await expectStatuses({
      // Microsoft 365 keeps an administrator from an application without a role of its own.
      Ann: 'Migrated', Ben: 'Migrated', Boss: 'Failed', Dot: 'Migrated', Eve: 'Migrated', Fay: 'Migrated', Gil: 'Migrated', Guy: 'Conflict', Hal: 'Skipped', Ivo: 'Skipped', Kim: 'Migrated', Staff: 'Migrated', List: 'Skipped',
    }, { Migrated: 8, Skipped: 3, Conflict: 1, Failed: 1 });
    expect((await desk.objects())['Boss']?.reason).toMatch(/administrator role/);
    expect(await desk.held()).toEqual(held);
    const listed = await desk.causeway('--json', 'objects', 'list', '--collection', 'Everyone');
    expect(Object.fromEntries((JSON.parse(listed.stdout) as readonly { name: string; status: string }[]).map((row) => [row.name, row.status]))).toEqual(await statuses(desk));
  });

  it('takes a decision back, and everything written with the migration: the tenant is as it was', async () => {
    expect((await desk.rollBack({ purge: true })).state).toBe('Completed');
    expect(await tell(desk)).toEqual(BEFORE);
    expect(await desk.call('matches.undo', { collectionId: desk.collectionId })).toMatchObject({ action: 'map', restored: 1 });
    expect(await desk.call('objects.breakMatching', { collectionId: desk.collectionId, selection: await ids('Ann') })).toEqual({ broken: 1 });
    expect(await statuses(desk)).toMatchObject({ Ann: 'New', Kim: 'Not matched' });
    expect((await desk.causeway('match', '--collection', 'Everyone')).code).toBe(0);
    expect(await statuses(desk)).toMatchObject({ Ann: 'Matched', Kim: 'Not matched' });
    expect(await tell(desk)).toEqual(BEFORE);
    expect(await desk.held()).toEqual(held);
  });
});
