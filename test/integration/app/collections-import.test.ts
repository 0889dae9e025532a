import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import Papa from 'papaparse';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import { openRig, type Rig } from './rig.ts';
import { entry, guid, PEOPLE, person, personDn, ROOT, works, worksTenant } from './works.ts';

/** Somebody with two addresses, two people of one display name, a system mailbox and a computer. */
const more = [
  person(41, 'eva', { proxyAddresses: ['SMTP:eva@example.com', 'smtp:eva.old@example.com'], mail: 'eva@example.com', employeeID: '0042' }),
  person(42, 'fay', { displayName: 'Twin' }), person(43, 'guy', { displayName: 'Twin' }), person(44, 'arb', { msExchRecipientTypeDetails: '8388608' }),
  entry(`CN=Jörg Müller,${PEOPLE}`, ['person', 'organizationalPerson', 'user'], 45, { cn: 'Jörg Müller', name: 'Jörg Müller', displayName: 'Jörg Müller', sAMAccountName: 'joerg', userAccountControl: '512' }),
  entry(`CN=PC1,${ROOT}`, ['person', 'organizationalPerson', 'user', 'computer'], 46, { cn: 'PC1', name: 'PC1', sAMAccountName: 'PC1$', userAccountControl: '4096' }),
];

let rig: Rig;
beforeEach(async () => { rig = await openRig({ source: [...works(), ...more], seed: worksTenant(), members: null }); });
afterEach(async () => { await rig.close(); });

const file = (content: string | Uint8Array, collectionId: string | null = rig.collectionId, name = 'list.csv') => ({ pairId: rig.pairId, collectionId, name, content: Buffer.from(content).toString('base64') });
const names = async (collectionId?: string) => Object.keys(await rig.objects(collectionId)).toSorted();
const csvRows = (csv: string) => Papa.parse<string[]>(csv.replace(/^\uFEFF/, ''), { skipEmptyLines: true }).data;

describe('importing a list', () => {
  const list = ['sAMAccountName', 'ann', 'BEN', 'nobody', '', 'Ann', 'arb', 'PC1$', 'Sales'].join('\r\n');

  it('shows first what becomes of every line, and changes nothing by that', async () => {
    const report = await rig.call('collections.previewImport', file(list));
    expect(report).toMatchObject({
      encoding: 'UTF-8', separator: null, attribute: 'sAMAccountName', hasCollections: false, lines: 8, added: 0, problemsTotal: 5,
      counts: { 'found': 3, 'already in': 0, 'not found': 2, 'empty': 1, 'duplicate': 1, 'out of scope': 1, 'several': 0 }, collections: [{ id: rig.collectionId, name: 'Everyone', adds: 3, already: 0 }],
    });
    expect(report.problems.map((p) => [p.line, p.value, p.state])).toEqual([[4, 'nobody', 'not found'], [5, '', 'empty'], [6, 'Ann', 'duplicate'], [7, 'arb', 'out of scope'], [8, 'PC1$', 'not found']]);
    expect(report.problems[2]?.reason).toContain('line 2');
    expect(report.problems[3]?.reason).toContain('system mailbox');
    expect(await names()).toEqual([]);
  });

  it('adds what was found; the lines that were not taken are a CSV with line and reason', async () => {
    await rig.call('collections.addObjects', { id: rig.collectionId, dns: [personDn('ben')] });
    const report = await rig.call('collections.importObjects', file(list));
    expect(report).toMatchObject({ added: 2, counts: { 'found': 2, 'already in': 1 } });
    expect(await names()).toEqual(['Ann', 'Ben', 'Sales']);
    expect(csvRows(report.csv)).toEqual([
      ['Line', 'sAMAccountName', 'Collection', 'Result', 'Reason'], ['3', 'BEN', '', 'already in', expect.any(String)], ['4', 'nobody', '', 'not found', expect.any(String)], ['5', '', '', 'empty', expect.any(String)],
      ['6', 'Ann', '', 'duplicate', expect.any(String)], ['7', 'arb', '', 'out of scope', expect.any(String)], ['8', 'PC1$', '', 'not found', expect.any(String)],
    ]);
    // A second time everything is there.
    expect(await rig.call('collections.importObjects', file(list))).toMatchObject({ added: 0, counts: { 'found': 0, 'already in': 3 } });
    expect((await rig.objects())['Ann']?.status).toBe('New');
  });

  it.each([
    ['userPrincipalName', 'ANN@example.com', 'Ann'], ['mail', 'cem@example.com', 'Cem'], ['proxyAddresses', 'eva.old@example.com', 'Eva'], ['PROXYADDRESSES', 'SMTP:eva@example.com', 'Eva'], ['distinguishedName', `cn=ann, ${PEOPLE.toLowerCase()}`, 'Ann'],
    ['objectGUID', guid(12).toUpperCase(), 'Ben'], ['employeeID', '0042', 'Eva'], ['Name', 'Dot', 'Dot'], ['displayName', 'jorg muller', 'Jörg Müller'],
  ])('finds by %s %s', async (attribute, value, name) => {
    expect(await rig.call('collections.importObjects', file(`${attribute}\n"${value}"\n`))).toMatchObject({ added: 1, problemsTotal: 0 });
    expect(await names()).toEqual([name]);
  });

  it('a value that several objects have is listed with them, and takes none; two values of one object are one', async () => {
    const several = await rig.call('collections.importObjects', file('displayName\nTwin\n'));
    expect(several).toMatchObject({ added: 0, problems: [{ line: 2, value: 'Twin', state: 'several', reason: expect.stringMatching(/2 objects.*CN=Fay.*CN=Guy/) }] });
    const twice = await rig.call('collections.importObjects', file('proxyAddresses\neva@example.com\neva.old@example.com\n'));
    expect(twice).toMatchObject({ added: 1, problems: [{ line: 3, state: 'duplicate', reason: 'The same object as in line 2.' }] });
    expect(await rig.call('collections.previewImport', file('objectGUID\nnot a guid!\n'))).toMatchObject({ problems: [{ state: 'invalid value' }] });
  });

  it('a list in Windows-1252 with semicolons finds people with umlauts', async () => {
    const bytes = Buffer.from([...Buffer.from('displayName;Collection\r\nJ'), 0xf6, ...Buffer.from('rg M'), 0xfc, ...Buffer.from('ller;Everyone\r\n')]);
    expect(await rig.call('collections.importObjects', file(bytes))).toMatchObject({ encoding: 'Windows-1252', separator: 'semicolon', added: 1 });
    expect(await names()).toEqual(['Jörg Müller']);
  });

  it('is refused whole when it is no list, names no attribute of the directory, or no collection is chosen', async () => {
    expect(await rig.refused('collections.importObjects', file('a,b,c\n1,2,3'))).toMatchObject({ code: 'BAD_FILE', message: expect.stringContaining('list.csv') });
    expect(await rig.refused('collections.importObjects', file('shoeSize\n44'))).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('shoeSize') });
    expect(await rig.refused('collections.importObjects', file('mail\nann@example.com', null))).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('choose the collection') });
    expect(await names()).toEqual([]);
  });
});

describe('a list with a column Collection', () => {
  const list = 'sAMAccountName,Collection\nann,everyone\nben,Wave 1\ncem,WAVE 1\nann,Wave 1\ndot,\nnobody,Wave 2\nben,Wave 1,x\n';

  it('fills several collections; missing ones are shown, and made only when told so', async () => {
    const preview = await rig.call('collections.previewImport', file(list, null));
    expect(preview.collections).toEqual([{ id: rig.collectionId, name: 'Everyone', adds: 1, already: 0 }, { id: null, name: 'Wave 1', adds: 3, already: 0 }]);
    expect(preview.problems.map((p) => [p.line, p.state])).toEqual([[6, 'no collection'], [7, 'not found'], [8, 'malformed']]);
    expect(await rig.refused('collections.importObjects', file(list, null))).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('"Wave 1"') });
    expect((await rig.call('collections.list', {})).rows.map((c) => c.name)).toEqual(['Everyone']);
    expect(await names()).toEqual([]);

    const report = await rig.call('collections.importObjects', { ...file(list, null), missing: 'create' });
    expect(report.added).toBe(4);
    const rows = (await rig.call('collections.list', {})).rows;
    expect(rows.map((c) => [c.name, c.objects])).toEqual([['Everyone', 1], ['Wave 1', 3]]);
    const wave = rows.find((c) => c.name === 'Wave 1')?.id ?? '';
    expect(report.collections.find((c) => c.name === 'Wave 1')?.id).toBe(wave);
    expect(await names(wave)).toEqual(['Ann', 'Ben', 'Cem']);
    expect((await rig.call('mappingRules.list', { kind: 'collection', id: wave })).rows.length).toBeGreaterThan(5);
  });

  it('migrates just what it filled a collection with: the tenant gets those and nobody else', async () => {
    const displayNames = () => rig.simulator.snapshot().users.map((user) => user.properties['displayName']).toSorted();
    const before = displayNames();
    // Ben and Jörg have no account yet, Ann has; Dot, Eva and the twins are in no collection, the arbitration mailbox never.
    const report = await rig.call('collections.importObjects', { ...file('sAMAccountName,Collection\nann,Wave 1\nben,Wave 1\njoerg,Wave 1\narb,Wave 1\ndot,\n', null), missing: 'create' });
    const wave = report.collections[0]?.id ?? '';
    const task = await rig.migrate({ countryCode: 'DE', upnSuffix: 'example.com' }, { collectionId: wave });
    expect(task.state).toBe('Completed');
    expect(displayNames()).toEqual([...before, 'Ben', 'Jörg Müller'].toSorted());
    expect(rig.simulator.snapshot().users.find((user) => user.properties['displayName'] === 'Ann')?.properties).toMatchObject({ jobTitle: 'Head of Sales' });
    const status = (await rig.objects(wave))['Ben']?.status;
    expect(['Migrated', 'Completed']).toContain(status);
    // Moved away, an object leaves the next migration of the collection; what the tenant has of it stays.
    await rig.call('collections.moveObjects', { id: wave, to: rig.collectionId, selection: { mode: 'ids', ids: [guid(12)] } });
    await rig.rewrite([...works({ ann: { title: 'Director' }, ben: { title: 'Director' } }), ...more]);
    await rig.ended((await rig.call('tasks.discover', { pairId: rig.pairId })).taskId);
    await rig.migrate({ countryCode: 'DE', upnSuffix: 'example.com' }, { collectionId: wave });
    const titles = Object.fromEntries(rig.simulator.snapshot().users.map((user) => [user.properties['displayName'], user.properties['jobTitle']]));
    expect([titles['Ann'], titles['Ben']]).toEqual(['Director', 'Clerk']);
    expect((await rig.objects())['Ben']?.status).toBe(status);
  });

  it('lines to a dynamic collection are not taken', async () => {
    await rig.call('collections.createDynamic', { pairId: rig.pairId, name: 'All people', scope: { base: PEOPLE, filter: '(objectClass=user)' } });
    const report = await rig.call('collections.importObjects', file('sAMAccountName,Collection\nann,All people\nben,Everyone\n', null));
    expect(report).toMatchObject({ added: 1, problems: [{ line: 2, state: 'dynamic collection' }] });
    expect(await names()).toEqual(['Ben']);
  });
});

describe('the command line', () => {
  it('imports a file, lists what it did not take, writes the report, and ends with 1 because of it', async () => {
    const csv = path.join(rig.folder, 'list.csv');
    const out = path.join(rig.folder, 'not taken.csv');
    await writeFile(csv, 'mail\nann@example.com\nnobody@example.com\n');
    const run = async (...argv: string[]) => {
      const [stdout, stderr] = [new PassThrough(), new PassThrough()];
      const code = await main(['--project', rig.file, '--quiet', ...argv], { stdout, stderr: stderr as never, stdin: process.stdin });
      return { code, text: String(stdout.read() ?? ''), error: String(stderr.read() ?? '') };
    };
    const preview = await run('collection', 'import', csv, '--preview');
    expect(preview).toMatchObject({ code: 1, text: expect.stringMatching(/line 3 "nobody@example.com": not found/) });
    expect(await names()).toEqual([]);
    expect(await run('collection', 'import', csv, '--report', out)).toMatchObject({ code: 1, text: expect.stringContaining('Added 1 objects.') });
    expect(await names()).toEqual(['Ann']);
    // A report never takes the place of another file, such as the list itself; then nothing is added either.
    const wide = path.join(rig.folder, 'wide.csv');
    await writeFile(wide, 'mail\ncem@example.com\n');
    for (const where of [wide, path.join(rig.folder, 'nowhere', 'out.csv')]) {
      expect(await run('collection', 'import', wide, '--report', where)).toMatchObject({ code: 2, error: expect.stringContaining('cannot be written') });
    }
    expect(await readFile(wide, 'utf8')).toBe('mail\ncem@example.com\n');
    await writeFile(wide, `mail\n${'x'.repeat(5_000_000)}`);
    expect(await run('collection', 'import', wide)).toMatchObject({ code: 2, error: expect.stringContaining('Cut it into several files') });
    expect(await names()).toEqual(['Ann']);
    expect(await run('collection', 'query', '--class', 'user', '--where', 'title is Clerk', '--where', 'department is not present', '--preview')).toMatchObject({ code: 0, text: expect.stringContaining('Filter: (&(&(objectClass=user)(!(objectClass=computer)))(&(title=Clerk)(!(department=*))))') });
    expect(await run('collection', 'query', '--where', 'title is Clerk', '--any', '--where', 'title is Trainee')).toMatchObject({ code: 0, text: expect.stringContaining('Added 3 objects') });
    expect(await names()).toEqual(['Ann', 'Ben', 'Cem', 'Dot']);
    expect(await run('collection', 'query', '--filter', '(title=')).toMatchObject({ code: 2 });
  });
});
