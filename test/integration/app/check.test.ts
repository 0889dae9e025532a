import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import Papa from 'papaparse';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import type { ChannelOutput } from '../../../shared/contracts/index.ts';
import { openRig, type Rig } from './rig.ts';
import { group, guid, person, personDn, works, worksTenant } from './works.ts';

/** A console and the command line on one project; the organisation has defects, and Cem's address is also Eve's. */
let rig: Rig;
const before = { home: process.env['CAUSEWAY_HOME'], project: process.env['CAUSEWAY_PROJECT'] };
type Result = ChannelOutput<'checks.get'> & { readonly matching: number; readonly rows: ChannelOutput<'checks.page'>['rows'] };

beforeAll(async () => {
  rig = await openRig({
    source: [
      ...works({ dot: { userPrincipalName: 'do t@example.com', proxyAddresses: ['smtp:dot:x@example.com', 'smtp:dot@elsewhere.org'] } }),
      person(31, 'eve', { userPrincipalName: 'eve@works.local', mail: 'CEM@example.com', c: 'UK', description: '=cmd' }),
      person(32, 'MSOL_sync', {}), group(33, 'Club', '8', []),
    ],
    seed: { ...worksTenant(), skus: [{ skuId: '05e9a617-0261-4cee-bb44-138d3ef5d965', skuPartNumber: 'SPE_E3', enabled: 2 }] }, members: '(!(cn=Eve))',
  });
  process.env['CAUSEWAY_HOME'] = path.join(rig.folder, 'home');
  process.env['CAUSEWAY_PROJECT'] = rig.file;
  const { taskId } = await rig.call('tasks.discover', { pairId: rig.pairId });
  expect((await rig.ended(taskId)).state).toBe('Completed');
});
afterAll(async () => {
  await rig.close();
  for (const [name, value] of [['CAUSEWAY_HOME', before.home], ['CAUSEWAY_PROJECT', before.project]] as const) {
    if (value === undefined) delete process.env[name]; else process.env[name] = value;
  }
});

async function causeway(...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
  const code = await main(['--quiet', ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  return { code, ...written };
}
const check = async (...args: string[]) => {
  const { code, stdout } = await causeway('--json', 'check', '--no-discover', ...args);
  return { code, result: JSON.parse(stdout) as Result };
};
const told = (result: Result) => result.rows.map((r) => `${r.name || 'tenant'}: ${r.rules.join('+')} ${r.proposal ?? r.action}`).toSorted();

describe('causeway check on a new project', () => {
  it('reads the directory and the tenant first', async () => {
    const project = path.join(rig.folder, 'second.causeway');
    for (const args of [['project', 'create', '--file', project, '--name', 'Second'], ['pair', 'create', '--name', 'Second', '--ldif', rig.ldif, '--simulated-state', path.join(rig.folder, 'tenant.json'), '--redirection-domain', 'example.com']]) {
      expect(await causeway('--project', project, ...args)).toMatchObject({ code: 0, stderr: '' });
    }
    const unread = JSON.parse((await causeway('--project', project, '--json', 'check', '--no-discover')).stdout) as Result;
    expect(unread).toMatchObject({ tenantRead: false, totals: { checked: 0 }, rows: [{ rules: ['tenant-not-read'], severity: 'warning' }] });
    const read = JSON.parse((await causeway('--project', project, '--json', 'check')).stdout) as Result;
    expect(read.tenantRead).toBe(true);
    // Five people, two groups; the tenant of a new state file has example.com, which may then not redirect mail.
    expect(read.totals.checked).toBe(7);
    expect(read.rows.flatMap((r) => r.rules)).toEqual(expect.arrayContaining(['redirection-domain', 'userPrincipalName-characters']));
  });
});

describe('causeway check', () => {
  it('tells everything about the pair, with the collection of each object', async () => {
    const { code, result } = await check();
    expect(code).toBe(1);
    expect(told(result)).toEqual(expect.arrayContaining([
      'Dot: userPrincipalName-characters dot@example.com', 'Dot: proxyAddresses-second-colon smtp:dotx@example.com', 'Dot: proxyAddresses-verified-domain Fail',
      'Eve: userPrincipalName-top-level-domain+userPrincipalName-verified-suffix Fail', 'Eve: usageLocation Fail', 'Club: outbound-scope Fail',
    ]));
    const shared = result.rows.filter((r) => r.rules.includes('mail-duplicate'));
    expect(shared.map((r) => [r.name, r.collections]).toSorted()).toEqual([['Cem', ['Everyone']], ['Eve', []]]);
    expect(result.leftOut.map((l) => [l.name, l.clause]).toSorted()).toEqual([['Administrator', 'critical system object'], ['MSOL_sync', 'MSOL_ account']]);
    expect(result.rows.filter((r) => r.rules.includes('other-synchronisation')).map((r) => r.value)).toEqual(['MSOL_sync']);
    expect(result.totals.errors + result.totals.warnings).toBe(result.rows.length);
  });

  it('of a collection is silent about others, and compares names with them', async () => {
    const { result } = await check('--collection', 'Everyone');
    expect(result.rows.some((r) => r.name === 'Eve')).toBe(false);
    expect(result.rows.find((r) => r.rules.includes('mail-duplicate'))?.message).toContain('Eve');
  });

  it('ends well when there are warnings only', async () => {
    const { id } = await rig.call('collections.create', { pairId: rig.pairId, name: 'Ann alone' });
    await rig.call('collections.queryObjects', { id, filter: '(cn=Ann)' });
    const { code, result } = await check('--collection', 'Ann alone');
    expect(code).toBe(0);
    expect(result).toMatchObject({ totals: { checked: 1, errors: 0 }, leftOutTotal: 0 });
    expect((await causeway('check', 'list', '--collection', 'Ann alone')).code).toBe(0);
    expect((await causeway('check', 'list', '--collection', 'Ann alone', '--fail-on', 'warning')).code).toBe(1);
    // Nobody has matched her yet; her account in the tenant has her name.
    expect(result.rows.map((r) => r.rules.join())).toContain('userPrincipalName-unique-in-tenant');
    await rig.call('collections.delete', { id });
  });

  it('filters by rule, kind of error and severity, and the exit code is that of all', async () => {
    const { code, result } = await check('--rule', 'character', 'usagelocation');
    expect(told(result)).toEqual(expect.arrayContaining(['Eve: usageLocation Fail']));
    expect(result.rows.every((r) => r.errors.includes('Character') || r.rules.includes('usageLocation'))).toBe(true);
    expect(result.matching).toBeLessThan(result.totals.errors + result.totals.warnings);
    expect((await check('--severity', 'warning')).result.rows.every((r) => r.severity === 'warning')).toBe(true);
    expect(code).toBe(1);
    expect((await check('--rule', 'nothing-like-it'))).toMatchObject({ code: 1, result: { matching: 0, rows: [] } });
    expect((await check('--limit', '1')).result.rows).toHaveLength(1);
  });

  it('looks at names with the suffix of the migration meant, and at the suffix itself', async () => {
    const rules = async (...args: string[]) => (await check(...args)).result.rows.flatMap((r) => r.rules);
    expect(await rules('--upn-suffix', 'example.com')).not.toContain('userPrincipalName-verified-suffix');
    expect(await rules('--upn-suffix', 'nobody.example')).toContain('verified-suffix');
    expect(await rules('--country', 'DE')).not.toContain('usageLocation');
    expect(await rules('--licence', 'NO_SUCH_PRODUCT')).toContain('licences');
  });

  it('counts licences: wanted by everybody, by number, and by the rules of the collection', async () => {
    const licences = async (...args: string[]) => (await check('--collection', 'Everyone', ...args)).result.rows.filter((r) => r.rules.includes('licences')).map((r) => [r.severity, r.value]);
    expect(await licences()).toEqual([['warning', '4 users']]);
    expect(await licences('--licence', 'SPE_E3=3')).toEqual([['error', '3 of SPE_E3']]);
    expect(await licences('--licence', 'SPE_E3=2')).toEqual([]);
    const { id } = await rig.call('licences.save', { owner: { kind: 'collection', id: rig.collectionId }, rule: { enabled: true, condition: { kind: 'attribute equals', attribute: 'department', value: 'Sales' }, action: 'assign', partNumber: 'SPE_E3', disabledPlans: [], when: 'always' } });
    expect(await licences()).toEqual([]);
    await rig.call('licences.save', { owner: { kind: 'collection', id: rig.collectionId }, rule: { id, enabled: true, condition: { kind: 'everybody' }, action: 'assign', partNumber: 'SPE_E3', disabledPlans: [], when: 'always' } });
    expect(await licences('--country', 'DE')).toEqual([['error', '3 of SPE_E3']]);
    await rig.call('licences.remove', { owner: { kind: 'collection', id: rig.collectionId }, id });
  });

  it('writes a CSV in the columns of IdFix, once', async () => {
    const file = path.join(rig.folder, 'findings.csv');
    expect((await causeway('check', '--no-discover', '--csv', file)).code).toBe(1);
    const { data, meta } = Papa.parse<Record<string, string>>((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''), { header: true, skipEmptyLines: true });
    expect(meta.fields?.slice(0, 9)).toEqual(['DISTINGUISHEDNAME', 'COMMONNAME', 'OBJECTCLASS', 'ATTRIBUTE', 'ERROR', 'VALUE', 'UPDATE', 'PROPOSEDACTION', 'ACTION']);
    expect(data.find((row) => row['RULE'] === 'userPrincipalName-characters')).toMatchObject({ DISTINGUISHEDNAME: expect.stringMatching(/^CN=Dot,/), OBJECTCLASS: 'user', ERROR: 'Character', VALUE: 'do t@example.com', UPDATE: 'dot@example.com', PROPOSEDACTION: 'EDIT', ACTION: '', COLLECTION: 'Everyone' });
    expect(data).toHaveLength((await check()).result.matching);
    expect(await causeway('check', '--no-discover', '--csv', file)).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be written') });
  });

  it('prints a table, and reads both sides again unless told otherwise', async () => {
    const { code, stdout } = await causeway('check', '--no-discover', '--rule', 'Duplicate');
    expect(code).toBe(1);
    expect(stdout).toMatch(/Cem +mail +cem@example\.com/);
    expect(stdout).toContain('2 objects are left out of any migration:');
    // The rig keeps the secret of the tenant for itself, so reading again must fail, and a check of old values must not follow.
    const again = await causeway('check');
    expect(again.code).toBe(3);
    expect(again.stdout).toBe('');
  });
});

describe('decisions about findings', () => {
  const rowOf = (result: Result, name: string, attribute: string, value: string) => result.rows.find((r) => r.name === name && r.attribute === attribute && r.value === value)!;
  const latest = async (): Promise<Result> => JSON.parse((await causeway('--json', 'check', 'list', '--collection', 'Everyone')).stdout) as Result;

  it('are kept in the project, also when the same values are checked again', async () => {
    await check('--collection', 'Everyone');
    const upn = rowOf(await latest(), 'Dot', 'userPrincipalName', 'do t@example.com');
    expect(upn).toMatchObject({ state: 'Open', choice: '', fixable: true });
    expect((await causeway('check', 'decide', '--collection', 'Everyone', '--number', String(upn.number), '--action', 'EDIT', '--value', 'd(ot@example.com')).stderr).toContain('characters');
    expect((await causeway('check', 'decide', '--collection', 'Everyone', '--number', String(upn.number), '--action', 'EDIT', '--value', 'dot.works@example.com')).code).toBe(0);
    const { changed, leftTotal } = JSON.parse((await causeway('--json', 'check', 'decide', '--collection', 'Everyone', '--all', '--rule', 'proxyAddresses-second-colon', 'proxyAddresses-verified-domain', '--action', 'proposed')).stdout) as ChannelOutput<'checks.decide'>;
    expect({ changed, leftTotal }).toEqual({ changed: 1, leftTotal: 1 });
    const again = (await check('--collection', 'Everyone')).result;
    expect(again.decided).toMatchObject({ edit: 2, remove: 0, complete: 0, fixed: 0 });
    expect(rowOf(again, 'Dot', 'userPrincipalName', 'do t@example.com')).toMatchObject({ choice: 'EDIT', newValue: 'dot.works@example.com', state: 'Decided' });
    // Only the newest check of a collection is kept, and that of the pair is another one.
    expect((await causeway('check', 'list')).code).toBe(1);
    expect((await rig.call('checks.latest', { pairId: rig.pairId, collectionId: rig.collectionId })).check?.id).toBe(again.id);
  });

  it('go out as CSV and come back from IdFix\'s columns, and every line that does not fit is listed', async () => {
    const file = path.join(rig.folder, 'decisions.csv');
    expect((await causeway('check', 'export', '--collection', 'Everyone', '--file', file)).code).toBe(0);
    const { data } = Papa.parse<string[]>((await readFile(file, 'utf8')).replace(/^\uFEFF/, ''), { skipEmptyLines: true });
    const dn = personDn('dot');
    const [header, ...lines] = data.map((cells) => cells.slice(0, 9));
    const edited = lines.map((cells) => (cells[3] === 'userPrincipalName' && cells[0] === dn ? [...cells.slice(0, 6), 'dot2@example.com', 'EDIT', 'edit'] : cells[3] === 'proxyAddresses' && cells[5] === 'smtp:dot@elsewhere.org' ? [...cells.slice(0, 8), 'REMOVE'] : [...cells.slice(0, 8), '']));
    // As a German spreadsheet saves it: semicolons.
    const text = Papa.unparse([header ?? [], ...edited, [dn, 'Dot', 'user', 'userPrincipalName', 'Character', 'do t@example.com', 'x@example.com', 'EDIT', 'EDIT'],
      ['CN=Nobody,DC=x', 'Nobody', 'user', 'mail', 'Format', 'a', 'b', 'EDIT', 'EDIT'], [dn, 'Dot', 'user', 'mail', 'Format', 'a', 'b', 'EDIT', 'UNDO'], ['only', 'three', 'cells']], { delimiter: ';' });
    await writeFile(path.join(rig.folder, 'back.csv'), text);
    const { code, stdout } = await causeway('--json', 'check', 'import', '--collection', 'Everyone', '--file', path.join(rig.folder, 'back.csv'));
    const result = JSON.parse(stdout) as ChannelOutput<'checks.import'>;
    expect(code).toBe(1);
    expect(result).toMatchObject({ taken: 2, problemsTotal: 4 });
    const first = edited.length + 2;
    expect(result.problems.map((p) => [p.line, p.message])).toEqual([[first, expect.stringContaining('already')], [first + 1, expect.stringContaining('CN=Nobody')], [first + 2, expect.stringContaining('UNDO')], [first + 3, expect.stringContaining('3 columns')]]);
    const now = await latest();
    expect(rowOf(now, 'Dot', 'userPrincipalName', 'do t@example.com')).toMatchObject({ choice: 'EDIT', newValue: 'dot2@example.com' });
    expect(rowOf(now, 'Dot', 'proxyAddresses', 'smtp:dot@elsewhere.org')).toMatchObject({ choice: 'REMOVE', newValue: null });
    expect((await causeway('check', 'import', '--collection', 'Everyone', '--file', rig.ldif))).toMatchObject({ code: 2, stderr: expect.stringContaining('DISTINGUISHEDNAME') });
  });

  it('cannot be written to a file, and a clear sentence says so', async () => {
    const { code, stderr } = await causeway('check', 'fix', '--collection', 'Everyone', '--yes');
    expect(code).toBe(3);
    expect(stderr).toContain('in which nothing can be changed');
    expect((await latest()).cannotFix).toContain(rig.ldif);
  });

  it('of a selection leave the check of the whole collection alone', async () => {
    const whole = (await latest()).id;
    const { result } = await check('--collection', 'Everyone', '--id', guid(14));
    expect(new Set(result.rows.flatMap((r) => (r.sourceId === null ? [] : [r.name])))).toEqual(new Set(['Dot']));
    expect((await rig.call('checks.get', { id: whole })).id).toBe(whole);
    expect(rowOf(result, 'Dot', 'userPrincipalName', 'do t@example.com').choice).toBe('EDIT');
  });
});
