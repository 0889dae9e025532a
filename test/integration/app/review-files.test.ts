import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GLOBAL_ADMINISTRATOR } from '../../../electron/simulator/index.ts';
import type { CsvResult, ReviewRow } from '../../../shared/contracts/matches.ts';
import { openRig, type Rig } from './rig.ts';
import { account, cloudId, guid, person, works, worksTenant } from './works.ts';

let rig: Rig;
const open = async () => {
  const seed = worksTenant([
    account(14, 'dot', { displayName: 'Dorothy', userPrincipalName: 'dorothy@example.com', employeeId: 'E14', proxyAddresses: ['SMTP:dorothy@example.com', 'smtp:dd@example.com'], mail: 'dorothy@example.com' }),
    account(20, 'boss', { displayName: 'Boss' }), account(31, 'eve1', { displayName: 'Eve', mail: 'eve@example.com' }), account(32, 'eve2', { displayName: 'Eve', mail: 'eve@example.com' }),
  ]);
  rig = await openRig({
    source: [...works({ dot: { employeeID: 'E14' }, ben: { employeeID: 'E12' }, cem: { employeeID: 'E12' } }), person(15, 'boss'), person(16, 'eve', { mail: 'eve@example.com' })],
    seed: { ...seed, roles: [{ id: cloudId(90), roleTemplateId: GLOBAL_ADMINISTRATOR, displayName: 'Global Administrator', memberIds: [cloudId(20)] }] },
  });
  await rig.match();
};
const close = async () => { await rig.close(); };

const map = async (text: string, apply = false): Promise<CsvResult> => await rig.call('matches.mapCsv', { collectionId: rig.collectionId, text, apply });
const lines = (result: CsvResult) => Object.fromEntries(result.lines.map((line) => [line.line, `${line.outcome}: ${line.message}`]));
const cloud = (id: string) => rig.simulator.snapshot().users.find((u) => u.id === id)?.properties;
const rows = async (): Promise<Record<string, ReviewRow>> => Object.fromEntries((await rig.call('matches.review', { collectionId: rig.collectionId, limit: 500 })).rows.map((row) => [row.name, row]));

describe('a CSV of matches', () => {
  beforeAll(open);
  afterAll(close);

  it('shows first, names every line that does nothing, pins on apply, and the pinned account is migrated to', async () => {
    const group = rig.simulator.snapshot().groups[0];
    const text = [
      '\uFEFFsAMAccountName;id', `dot;${cloudId(14)}`, `nobody;${cloudId(32)}`, `ben;${cloudId(99)}`, '', `boss;${cloudId(20)}`, `ben;${group?.id}`, `"eve";"${cloudId(11)}"`, 'cem;', `Sales;${cloudId(32)}`,
    ].join('\r\n');
    const preview = await map(text);
    expect(lines(preview)).toEqual({
      2: 'ready: Look first: names differ.', 3: 'problem: No object of "Everyone" has the sAMAccountName nobody.', 4: `problem: No object of the tenant has the id ${cloudId(99)}.`,
      6: expect.stringMatching(/^problem: .*target has an admin role\. Pin it by itself/) as string, 7: expect.stringMatching(/^problem: "Ben" is a user and ".*" is a group/) as string,
      8: 'problem: "Ann" is matched with another object already: Ann. Break that match first.', 9: 'problem: The line has no target.', 10: expect.stringMatching(/^problem: "Sales" is a group/) as string,
    });
    expect(preview).toMatchObject({ total: 8, ready: 1, problems: 7, unchanged: 0, batch: '' });
    expect(preview.lines[0]?.outcome).toBe('problem');
    expect((await rows())['Dot']?.targetId).toBeNull();
    const applied = await map(text, true);
    expect(lines(applied)[2]).toBe('done: Look first: names differ.');
    expect((await rows())['Dot']).toMatchObject({ review: 'Pinned', pinned: true, targetId: cloudId(14) });
    expect(lines(await map(text, true))[2]).toBe('unchanged: Pinned so already.');
    await rig.migrate();
    expect(cloud(cloudId(14))).toMatchObject({ displayName: 'Dot', jobTitle: 'Trainee', employeeId: 'E14' });
  });
});

describe('the lines of a CSV of matches, looked at only', () => {
  beforeAll(open);
  afterAll(close);

  it.each([
    ['employeeID,UPN', 'E14,DOROTHY@example.com', 'ready: Look first: names differ.'], ['objectGUID\tmail', `${guid(14).toUpperCase()}\tdorothy@example.com`, 'ready: Look first: names differ.'], ['DN|proxyAddresses', 'CN=Dot,OU=People,DC=works,DC=example,DC=com|smtp:DD@example.com', 'ready: Look first: names differ.'],
    ['employeeID,UPN', 'E12,dorothy@example.com', 'problem: 2 objects of "Everyone" have the employeeID E12.'], ['sAMAccountName,mail', 'eve,eve@example.com', 'problem: 2 objects of the tenant have the mail eve@example.com.'],
  ])('finds by %s: %s', async (header, line, expected) => expect(lines(await map(`${header}\n${line}`))).toEqual({ 2: expected }));

  it('two lines of one source or one target are both problems, by their numbers', async () => {
    expect(lines(await map(`sAMAccountName,id\nben,${cloudId(14)}\ndot,${cloudId(14)}\n"eve",${cloudId(31)}\neve,${cloudId(32)}`))).toEqual({
      2: 'problem: The same target is in line 3, too.', 3: 'problem: The same target is in line 2, too.', 4: 'problem: The same source is in line 5, too.', 5: 'problem: The same source is in line 4, too.',
    });
  });

  it('counts lines as an editor does, also after a cell with a line break', async () => {
    expect(Object.keys(lines(await map(`sAMAccountName,id\n"no\nbody",${cloudId(14)}\nnobody,x\n`)))).toEqual(['2', '4']);
  });

  it.each([['Name\nann', 'INVALID_INPUT'], ['sAMAccountName,displayName\nann,Ann', 'INVALID_INPUT'], ['a,id,more\n1,2,3', 'INVALID_INPUT'], ['sAMAccountName,id\n"ann,x', 'BAD_FILE']])('refuses %j', async (text, code) => {
    expect((await rig.refused('matches.mapCsv', { collectionId: rig.collectionId, text, apply: false })).code).toBe(code);
  });
});

describe('a file', () => {
  beforeAll(open);
  afterAll(close);

  it('of matches is undone as one decision', async () => {
    await map(`sAMAccountName,id\nben,${cloudId(14)}\neve,${cloudId(32)}`, true);
    expect(Object.values(await rows()).filter((row) => row.pinned).map((row) => row.name)).toEqual(['Ben', 'Eve']);
    expect(await rig.call('matches.undo', { collectionId: rig.collectionId })).toMatchObject({ action: 'map', restored: 2 });
    expect(await rows()).toMatchObject({ Ben: { state: 'Not matched', pinned: false }, Eve: { state: 'Ambiguous', pinned: false } });
  });

  it('of the review goes out, is filled in and comes back as decisions', async () => {
    const { text, fileName } = await rig.call('matches.export', { collectionId: rig.collectionId });
    expect(fileName).toBe('Everyone review.csv');
    const [head = '', ...body] = text.trim().split('\r\n');
    expect(head.replace('\uFEFF', '').split(',').slice(0, 8)).toEqual(['objectGUID', 'Name', 'Type', 'Status', 'Match', 'Review', 'Decision', 'Target ID']);
    expect(body).toHaveLength(7);
    const decisions: Record<string, readonly [string, string]> = { [guid(11)]: ['accept', ''], [guid(16)]: ['Accept', cloudId(32)], [guid(15)]: ['accept', cloudId(20)], [guid(12)]: ['leave out', ''], [guid(13)]: ['what?', ''] };
    const filled = [head, ...body.map((line) => {
      const cells = line.split(',');
      const [decision, target] = decisions[cells[0] ?? ''] ?? ['', ''];
      return [...cells.slice(0, 6), decision, target || cells[7], ...cells.slice(8)].join(',');
    }), `${guid(99)},,,,,,reject`, `${guid(11)},,,,,,reject`].join('\r\n');
    const preview = await rig.call('matches.importDecisions', { collectionId: rig.collectionId, text: filled, apply: false });
    expect(preview).toMatchObject({ total: 9, ready: 3, problems: 4, unchanged: 2 });
    expect(preview.lines.filter((line) => line.outcome === 'problem').map((line) => line.message)).toEqual(expect.arrayContaining([
      expect.stringContaining('"what?" is no decision'), expect.stringContaining('admin role'), expect.stringContaining('decided in line'), 'It is not in "Everyone".',
    ]));
    expect((await rows())['Eve']?.review).toBe('To review');
    await rig.call('matches.importDecisions', { collectionId: rig.collectionId, text: filled, apply: true });
    expect(await rows()).toMatchObject({ Ann: { review: 'Accepted' }, Eve: { review: 'Accepted', targetId: cloudId(32) }, Ben: { review: 'Left out' }, Boss: { review: 'To review' }, Cem: { review: 'Not needed' } });
    expect(await rig.refused('matches.importDecisions', { collectionId: rig.collectionId, text: 'Name,Decision\nAnn,accept', apply: false })).toMatchObject({ code: 'INVALID_INPUT' });
  });
});
