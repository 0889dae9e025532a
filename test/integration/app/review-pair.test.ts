import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import type { ReviewRow } from '../../../shared/contracts/matches.ts';
import { openRig, type Rig } from './rig.ts';
import { account, cloudId, guid, person, works, worksTenant } from './works.ts';

let rig: Rig;
let [first, second] = ['', ''];
/** Dot and Eve wait for a person (another name; two candidates), Dot in both collections; Ann is clean. */
beforeEach(async () => {
  rig = await openRig({
    source: [...works(), person(16, 'eve', { mail: 'eve@example.com' }), person(17, 'fay')], members: null,
    seed: worksTenant([account(14, 'dot', { displayName: 'Dorothy' }), account(31, 'eve1', { displayName: 'Eve', mail: 'eve@example.com' }), account(32, 'eve2', { displayName: 'Eve', mail: 'eve@example.com' }), account(17, 'fay', { displayName: 'Felicity' })]),
  });
  const collect = async (name: string, ...names: string[]) => {
    const { id } = await rig.call('collections.create', { pairId: rig.pairId, name });
    await rig.call('collections.queryObjects', { id, filter: `(|${names.map((one) => `(sAMAccountName=${one})`).join('')})` });
    return id;
  };
  first = await collect('First', 'ann', 'dot', 'ben');
  second = await collect('Second', 'dot', 'eve', 'fay');
  for (const collectionId of [first, second]) await rig.match({ collectionId });
});
afterEach(async () => { await rig.close(); });

const list = async (more: Partial<Parameters<typeof rig.call<'matches.review'>>[1]> = {}): Promise<readonly ReviewRow[]> => (await rig.call('matches.review', { pairId: rig.pairId, ...more })).rows;
const where = (row: ReviewRow) => `${row.name} (${row.collections.map((one) => one.name).join(', ')}): ${row.review}`;
const statusOf = async (collectionId: string, name: string) => (await rig.objects(collectionId))[name]?.status;

describe('the review of a pair', () => {
  it('lists what waits in all collections, each object once with its collections, by the same filters and pages', async () => {
    expect((await list({ review: 'To review' })).map(where)).toEqual(['Dot (First, Second): To review', 'Eve (Second): To review', 'Fay (Second): To review']);
    expect((await list()).map((row) => row.name)).toEqual(['Ann', 'Ben', 'Dot', 'Eve', 'Fay']);
    expect((await list({ state: 'Ambiguous' })).map((row) => row.name)).toEqual(['Eve']);
    expect((await list({ risk: 'names differ', search: 'DOT' })).map((row) => row.name)).toEqual(['Dot']);
    const page = await rig.call('matches.review', { pairId: rig.pairId, limit: 2 });
    expect([page.total, page.rows.length]).toEqual([5, 2]);
    expect((await rig.call('matches.review', { pairId: rig.pairId, limit: 2, after: page.next })).rows.map((row) => row.name)).toEqual(['Dot', 'Eve']);
    const summary = await rig.call('matches.summary', { pairId: rig.pairId });
    expect(summary).toMatchObject({ total: 5, byReview: { 'To review': 3 }, policy: { own: null } });
    expect(summary.byRisk.find((one) => one.risk === 'names differ')).toEqual({ risk: 'names differ', toReview: 2, count: 2 });
    // A collection's own list is what it was.
    expect((await rig.call('matches.review', { collectionId: first, review: 'To review' })).rows.map((row) => row.name)).toEqual(['Dot']);
    expect(await rig.refused('matches.review', {})).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await rig.refused('matches.summary', { pairId: rig.pairId, collectionId: first })).toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('decides in bulk for all of them, migrations use it, and it is undone as one or by collection', async () => {
    const before = rig.simulator.snapshot();
    const all = { mode: 'all except' as const, ids: [], review: 'To review' as const };
    expect(await rig.call('matches.preview', { pairId: rig.pairId, action: 'accept', selection: all })).toMatchObject({ changed: 2, refusedTotal: 1, refused: [{ name: 'Eve' }] });
    const decided = await rig.call('matches.decide', { pairId: rig.pairId, action: 'accept', selection: all });
    expect(decided).toMatchObject({ changed: 2 });
    expect((await list({ review: 'Accepted' })).map(where)).toEqual(['Dot (First, Second): Accepted', 'Fay (Second): Accepted']);
    expect([await statusOf(first, 'Dot'), await statusOf(second, 'Dot'), await statusOf(second, 'Fay')]).toEqual(['Matched', 'Matched', 'Matched']);
    expect((await rig.call('matches.summary', { pairId: rig.pairId })).batches).toMatchObject([{ id: decided.batch, action: 'accept', objects: 2, undone: 0 }]);

    expect(await rig.call('matches.undo', { pairId: rig.pairId })).toMatchObject({ batch: decided.batch, restored: 2, refusedTotal: 0 });
    expect((await list({ review: 'To review' })).map((row) => row.name)).toEqual(['Dot', 'Eve', 'Fay']);
    expect(await rig.refused('matches.undo', { pairId: rig.pairId })).toMatchObject({ code: 'NOT_FOUND' });

    await rig.call('matches.decide', { pairId: rig.pairId, action: 'pin', selection: { mode: 'ids', ids: [guid(14), guid(17)] } });
    await rig.call('matches.decide', { pairId: rig.pairId, action: 'reject', selection: { mode: 'ids', ids: [guid(16)] } });
    // Undone from one collection: only what the history of that collection holds goes back. Dot's decision is in the first one's.
    expect((await rig.call('matches.summary', { collectionId: second })).batches).toMatchObject([{ action: 'reject', objects: 1 }, { action: 'pin', objects: 1 }, { action: 'accept', objects: 1, undone: 1 }]);
    expect(await rig.call('matches.undo', { collectionId: second })).toMatchObject({ action: 'reject', restored: 1 });
    expect(await rig.call('matches.undo', { collectionId: second })).toMatchObject({ action: 'pin', restored: 1 });
    expect((await list()).map(where)).toEqual(['Ann (First): Not needed', 'Ben (First): Not needed', 'Dot (First, Second): Pinned', 'Eve (Second): To review', 'Fay (Second): To review']);
    expect(rig.simulator.snapshot()).toEqual(before);
    expect((await rig.migrate({ createUnmatched: false }, { collectionId: second })).state).toMatch(/^Completed/);
    expect(rig.simulator.snapshot().users.find((user) => user.id === cloudId(14))?.properties).toMatchObject({ displayName: 'Dot', jobTitle: 'Trainee' });
    expect([await statusOf(first, 'Dot'), await statusOf(second, 'Dot')]).toEqual(['Migrated', 'Migrated']);
  });

  it('pins by a file and takes decisions from its own export', async () => {
    const { text, total, fileName } = await rig.call('matches.export', { pairId: rig.pairId, review: 'To review' });
    expect([total, fileName]).toEqual([3, 'Works review.csv']);
    expect(text.split('\r\n')[0]).toMatch(/,Collections$/);
    expect(text).toMatch(/Dot,.*,First; Second\r\n/);
    const filled = text.split('\r\n').map((line) => (line.includes(',Dot,') || line.includes(',Fay,') ? line.replace(',To review,,', ',To review,accept,') : line)).join('\r\n');
    expect(await rig.call('matches.importDecisions', { pairId: rig.pairId, text: filled, apply: true })).toMatchObject({ ready: 2, unchanged: 1, problems: 0, total: 3 });
    expect((await list({ review: 'Accepted' })).map((row) => row.name)).toEqual(['Dot', 'Fay']);
    const same = `objectGUID,Decision,Target ID\n${guid(16)},pin,${cloudId(31)}\n${guid(12)},pin,${cloudId(31)}\n${guid(11)},pin,${cloudId(11)}\n${guid(11)},reject,\n`;
    expect((await rig.call('matches.importDecisions', { pairId: rig.pairId, text: same, apply: false })).lines).toMatchObject([
      { line: 2, outcome: 'problem', message: expect.stringContaining('lines 2, 3') }, { line: 3, outcome: 'problem', message: expect.stringContaining('lines 2, 3') }, { line: 5, outcome: 'problem', message: 'The same object is decided in line 4 already.' }, { line: 4, outcome: 'ready' },
    ]);
    const stranger = `objectGUID,Decision\n${guid(13)},leave out\n${guid(16)},leave out\n`;
    expect((await rig.call('matches.importDecisions', { pairId: rig.pairId, text: stranger, apply: true })).lines).toMatchObject([{ line: 2, outcome: 'problem', message: 'No collection of "Works" holds it.' }, { line: 3, outcome: 'done' }]);
    const mapped = await rig.call('matches.mapCsv', { pairId: rig.pairId, text: 'sAMAccountName,userPrincipalName\nann,ann@example.com\ncem,eve1@example.com\n', apply: true });
    expect(mapped.lines).toMatchObject([{ line: 3, outcome: 'problem', message: 'No object of "Works" has the sAMAccountName cem.' }, { line: 2, outcome: 'done' }]);
    expect((await list({ review: 'Pinned' })).map((row) => row.name)).toEqual(['Ann']);
  });
});

describe('causeway match ... --pair', () => {
  const before = process.env['CAUSEWAY_HOME'];
  beforeEach(() => { process.env['CAUSEWAY_HOME'] = path.join(rig.folder, 'home'); });
  afterEach(() => { if (before === undefined) delete process.env['CAUSEWAY_HOME']; else process.env['CAUSEWAY_HOME'] = before; });
  const causeway = async (...args: string[]) => {
    const written = { stdout: '', stderr: '' };
    const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
    const code = await main(['--project', rig.file, ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
    return { code, ...written };
  };

  it('lists, decides, exports, imports and undoes for the whole pair', async () => {
    const listed = await causeway('match', 'review', '--pair', 'Works');
    expect(listed.code).toBe(0);
    expect(listed.stdout).toMatch(/SOURCE +COLLECTION +TARGET/);
    expect(listed.stdout).toMatch(/Dot +First, Second +Dorothy/);
    expect((await causeway('match', 'review')).code).toBe(2);
    expect((await causeway('match', 'review', '--collection', 'First')).stdout).not.toContain('Eve');
    expect(await causeway('match', 'review', '--pair', 'Works', '--collection', 'First')).toMatchObject({ code: 2, stderr: expect.stringContaining('either --collection or --pair') });
    expect(await causeway('match', 'policy', '--pair', 'Works', '--collection', 'First', '--wait', 'every match')).toMatchObject({ code: 2, stderr: expect.stringContaining('either --collection or --pair') });
    const file = path.join(rig.folder, 'pair.csv');
    expect((await causeway('match', 'review', '--pair', 'Works', '--csv', file)).stdout).toContain('Wrote 3 matches');
    writeFileSync(file, readFileSync(file, 'utf8').replace(/(,Fay,.*?,To review,),/, '$1accept,').replace(/(,Fay,.*?),To review,,/, '$1,To review,accept,'));
    expect((await causeway('match', 'import', file, '--pair', 'Works', '--apply')).stdout).toContain('1 decided');
    expect(await causeway('match', 'accept', '--pair', 'Works', '--all', '--risk', 'names differ')).toMatchObject({ code: 0, stdout: expect.stringMatching(/accept: 1 objects\. Take it back with: causeway match undo --pair "Works"/) });
    expect((await causeway('match', 'undo', '--pair', 'Works')).stdout).toContain('Undid "accept" of 1 objects.');
    expect((await causeway('match', 'decisions', '--pair', 'Works')).stdout).toMatch(/import/);
    expect(await statusOf(first, 'Dot')).toBe('Matched');
    expect((await list({ review: 'To review' })).map((row) => row.name)).toEqual(['Dot', 'Eve']);
  });
});
