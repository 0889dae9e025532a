/*
 * What was decided and written in a small organisation (LDIF and the simulated tenant, by the command line), as evidence:
 * - a migration and its way back: the chain stays sound, the pack of each task is the journal, line by line;
 * - three forms of the pack, whole and without a password;
 * - a period across tasks, and of the pair after it is gone;
 * - tampering by another program, links cut off, an older copy of the project put back: found, with exit code 5.
 */
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import Database from 'better-sqlite3';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { EvidenceVerdict } from '../../../shared/contracts/evidence.ts';
import { main } from '../../../electron/cli/main.ts';
import { writeLdif } from '../../../electron/simulator/demo/ldif.ts';
import { works } from '../app/works.ts';

let folder = '';
const inFolder = (name: string): string => path.join(folder, name);
const project = (): string => inFolder('project.causeway');

async function causeway(...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
  const code = await main(['--project', project(), '-q', ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  return { code, ...written };
}
const well = async (...args: string[]) => { const ran = await causeway(...args); expect(ran, `${ran.stderr} ${ran.stdout}`).toMatchObject({ code: 0 }); return ran; };
const verify = async (...args: string[]): Promise<EvidenceVerdict & { readonly code: number }> => { const { code, stdout } = await causeway('--json', 'verify', ...args); return { code, ...JSON.parse(stdout) as EvidenceVerdict }; };
/** Another program at the project file. */
function sqlite<T>(work: (database: Database.Database) => T): T {
  const database = new Database(project());
  try { return work(database); } finally { database.close(); }
}
interface Written { readonly number: number; readonly id: string; readonly kind: string; readonly operation: string; readonly outcome: string; readonly undone_by: string | null }
const journalOf = (taskId: string): Written[] => sqlite((database) => database.prepare('select number, id, kind, operation, outcome, undone_by from journal where task_id = ? order by number').all(taskId) as Written[]);
interface Change { readonly attribute: string; readonly before: string[] | null; readonly after: string[] | null; readonly provenance: { readonly reason: string } }
interface PackedChange { readonly sequence: number; readonly entryId: string; readonly attribute: string; readonly before: string[] | null; readonly after: string[] | null; readonly why: string; readonly who: string; readonly outcome: string; readonly undoneBy: string | null }
interface Pack { readonly pack: { readonly about: string; readonly totals: Record<string, number> }; readonly events: { readonly kind: string; readonly actor: string; readonly subject: string; readonly detail: Record<string, unknown> }[]; readonly changes: PackedChange[]; readonly findings: unknown[]; readonly mails: unknown[]; readonly chain: { readonly hash: string; readonly number: number } }
let saved = 0;
async function pack(format: 'html' | 'csv' | 'json', ...scope: string[]): Promise<string> {
  const file = inFolder(`pack-${saved += 1}.${format}`);
  await well('evidence', 'pack', ...scope, '--format', format, '--file', file);
  return await readFile(file, 'utf8');
}
const packed = async (...scope: string[]): Promise<Pack> => JSON.parse(await pack('json', ...scope)) as Pack;
const tasks = async (kind: string): Promise<string[]> => (JSON.parse((await well('--json', 'tasks', 'list')).stdout) as { readonly id: string; readonly kind: string }[]).filter((task) => task.kind === kind).map((task) => task.id);

let migration = '';
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-evidence-'));
  vi.stubEnv('CAUSEWAY_HOME', inFolder('home'));
  await writeFile(inFolder('works.ldf'), writeLdif(works()));
  await well('project', 'create', '--file', project(), '--name', 'Works');
  await well('pair', 'create', '--name', 'Works', '--ldif', inFolder('works.ldf'), '--simulated-state', inFolder('tenant.json'), '--upn-suffix', 'example.com');
  await well('collection', 'create', '--name', 'Everyone');
  await well('collection', 'add', '--collection', 'Everyone', '--filter', '(objectClass=*)');
  await well('migrate', '--create', '--merge', '--yes');
  [migration = ''] = await tasks('Migrate');
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

describe('evidence of a migration', () => {
  it('is sound, and its pack has every attribute written with who, before, after and why', async () => {
    const verdict = await verify();
    const journal = journalOf(migration);
    expect(verdict).toMatchObject({ code: 0, sound: true, total: 0, entries: journal.length, compared: [verdict.head?.hash] });
    expect(verdict.head?.hash).toMatch(/^[\w-]{43}$/);
    const { pack: about, changes, chain, events } = await packed('--task', migration);
    expect(about).toMatchObject({ about: expect.stringContaining('collection Everyone') as string, totals: { changes: journal.length } });
    expect(chain).toMatchObject({ hash: verdict.head?.hash, number: verdict.head?.number });
    expect(events.map(({ kind, actor }) => [kind, actor])).toEqual([['plan approved', os.userInfo().username]]);
    const expected = journal.flatMap(({ number, id, operation, outcome }) => (JSON.parse(operation) as { readonly changes: Change[] }).changes.map((change) => ({ sequence: number, entryId: id, attribute: change.attribute, after: change.attribute.startsWith('passwordProfile/password') ? ['(generated when it is written)'] : change.after, why: change.provenance.reason, who: os.userInfo().username, outcome, undoneBy: null })));
    expect(expected.length).toBeGreaterThan(20);
    expect(changes.filter((change) => change.why !== '').map(({ sequence, entryId, attribute, after, why, who, outcome, undoneBy }) => ({ sequence, entryId, attribute, after, why, who, outcome, undoneBy }))).toEqual(expected);
    expect(changes.find((change) => change.attribute === 'members')).toMatchObject({ after: expect.arrayContaining(['Ann', 'Ben', 'Cem']) as string[] });
  });

  it('comes in three forms that say the same, none with a password', async () => {
    const { changes, events } = await packed('--task', migration);
    const csv = await pack('csv', '--task', migration);
    const { data } = Papa.parse<Record<string, string>>(csv.slice(1).trim(), { header: true });
    expect(data.filter((row) => row['part'] === 'change').map((row) => [row['number'], row['entry'], row['attribute'], row['after'], row['why']])).toEqual(changes.map((change) => [String(change.sequence), change.entryId, change.attribute, (change.after ?? []).join('; '), change.why]));
    expect(data.filter((row) => row['part'] === 'event')).toHaveLength(events.length);
    expect(data.at(-1)).toMatchObject({ part: 'chain', entry: (await verify()).head?.hash });
    const html = await pack('html', '--task', migration);
    for (const change of changes) expect(html).toContain(change.entryId);
    expect(html.match(/<script/g)).toBeNull();
    expect(html.match(/<tr>/g)?.length).toBeGreaterThan(changes.length + events.length);
    expect(html.trimEnd().endsWith('</body></html>')).toBe(true);
    for (const text of [csv, html]) expect(text).toContain('(generated when it is written)');
    expect(await causeway('evidence', 'pack', '--file', inFolder('none.html'))).toMatchObject({ code: 2, stderr: expect.stringContaining('--task ID, or a period') as string });
    expect(await causeway('evidence', 'pack', '--task', migration, '--from', '2026-01-01', '--file', inFolder('none.html'))).toMatchObject({ code: 2 });
    expect(await causeway('evidence', 'pack', '--from', '2026-02-01', '--to', '2026-01-01', '--file', inFolder('none.html'))).toMatchObject({ code: 2, stderr: expect.stringContaining('ends before it begins') as string });
    expect(await causeway('evidence', 'pack', '--from', 'yesterday', '--file', inFolder('none.html'))).toMatchObject({ code: 2, stderr: expect.stringContaining('"yesterday" is not a time') as string });
    expect(await causeway('evidence', 'pack', '--task', migration, '--format', 'pdf', '--file', inFolder('none.html'))).toMatchObject({ code: 2 });
  });

  it('goes on through the way back, which is told with what it took back', async () => {
    const before = await verify();
    await well('roll-back', '--object', (JSON.parse(journalOf(migration).find(({ kind }) => kind === 'create')?.operation ?? '{}') as { readonly sourceId: string }).sourceId, '--yes');
    const after = await verify('--head', before.head?.hash ?? '');
    expect(after).toMatchObject({ code: 0, sound: true, total: 0 });
    expect(after.head?.number).toBeGreaterThan(before.head?.number ?? 0);
    const [way = ''] = await tasks('Roll back');
    const { changes, events } = await packed('--task', way);
    expect([...new Set(changes.map((change) => change.entryId))]).toEqual(journalOf(way).map((entry) => entry.id));
    expect(events.map(({ kind }) => kind)).toEqual(['roll back started', 'plan approved']);
    const taken = journalOf(migration).filter((entry) => entry.undone_by === way).map((entry) => entry.id);
    expect(taken.length).toBeGreaterThan(0);
    const { changes: now } = await packed('--task', migration);
    expect([...new Set(now.filter((change) => change.undoneBy === way).map((change) => change.entryId))]).toEqual(taken);
    const period = await packed('--from', '2020-01-01', '--pair', 'Works');
    expect(period.pack.totals['changes']).toBe(journalOf(migration).length + journalOf(way).length);
    expect((await packed('--to', '2020-01-01')).changes).toEqual([]);
    expect((await causeway('evidence', 'list')).stdout).toMatch(/roll back started +Everyone/);
  });

  it('finds what another program changed, cut off or put back, and says so with exit code 5', async () => {
    const { head } = await verify();
    await copyFile(project(), inFolder('older.causeway'));
    const id = journalOf(migration)[0]?.id ?? '';
    const was = sqlite((database) => database.prepare('select message from journal where id = ?').pluck().get(id) as string);
    sqlite((database) => database.prepare("update journal set message = 'nothing happened' where id = ?").run(id));
    expect(await verify()).toMatchObject({ code: 5, sound: false, total: 1, problems: [{ kind: 'entry altered', subject: id }] });
    expect(await causeway('verify')).toMatchObject({ code: 5, stdout: expect.stringContaining(`The journal entry ${id} was altered`) as string });
    sqlite((database) => database.prepare('update journal set message = ? where id = ?').run(was, id));
    expect(await verify()).toMatchObject({ code: 0, sound: true });
    // Whoever gives a head that never was is told; what is no head is refused.
    expect(await verify('--head', 'x'.repeat(43))).toMatchObject({ code: 5, problems: [{ kind: 'head not found' }] });
    expect(await causeway('verify', '--head', 'short')).toMatchObject({ code: 2, stderr: expect.stringContaining('must be a hash') as string });

    // The newest links are cut off with what they speak of: only the head outside of the project tells.
    await well('guard', 'set', '--collection', 'Everyone', '--creates', '90/90');
    const newest = await verify();
    expect(newest).toMatchObject({ code: 0, head: { number: (head?.number ?? 0) + 1 } });
    sqlite((database) => { database.prepare('delete from evidence_link where number > ?').run(head?.number); database.prepare('delete from evidence_event where number = (select max(number) from evidence_event)').run(); });
    const cut = await verify();
    expect(cut).toMatchObject({ code: 5, problems: [{ kind: 'head not found', subject: newest.head?.hash }] });
    const [noted = ''] = await readdir(inFolder('home/evidence-heads'));
    expect(cut.problems[0]?.message).toContain(noted);
    // What goes on from there does not hide it.
    await well('guard', 'set', '--collection', 'Everyone', '--creates', '80/80');
    await well('match', '--collection', 'Everyone');
    expect(await verify()).toMatchObject({ code: 5, problems: [{ kind: 'head not found', subject: newest.head?.hash }] });
    await rm(inFolder(`home/evidence-heads/${noted}`));
    expect(await verify()).toMatchObject({ code: 0 });
  });

  it('outlives its pair', async () => {
    await well('pair', 'delete', 'Works', '--force');
    expect(await verify()).toMatchObject({ code: 0, entries: 0, sound: true });
    const { events, changes } = await packed('--from', '2020-01-01');
    expect(changes).toEqual([]);
    expect(events.at(-1)).toMatchObject({ kind: 'pair removed', subject: 'Works', detail: { force: true } });
    expect(events.map(({ kind }) => kind)).toContain('plan approved');
    expect(await causeway('evidence', 'pack', '--task', migration, '--file', inFolder('none.html'))).toMatchObject({ code: 2 });
  });
});
