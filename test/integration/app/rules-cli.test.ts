import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import { openRig, type Rig } from './rig.ts';
import { works, worksTenant } from './works.ts';

let rig: Rig;
const before = process.env['CAUSEWAY_HOME'];
beforeAll(async () => {
  rig = await openRig({ source: works(), seed: worksTenant() });
  await rig.match();
  process.env['CAUSEWAY_HOME'] = `${rig.folder}/home`;
});
afterAll(async () => {
  if (before === undefined) delete process.env['CAUSEWAY_HOME']; else process.env['CAUSEWAY_HOME'] = before;
  await rig.close();
});

/** Runs `causeway rules ...` on the rig's project, in this process. */
const rules = (...args: string[]) => causeway('rules', ...args);
async function causeway(...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
  const code = await main(['--project', rig.file, '--quiet', ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  return { code, ...written };
}
const mapping = async () => (await rig.call('mappingRules.list', { kind: 'collection', id: rig.collectionId })).rows;
const matching = async () => (await rig.call('matchingRules.list', { kind: 'collection', id: rig.collectionId })).rows;
const E = ['--collection', 'Everyone'] as const;

describe('causeway rules', () => {
  it('lists, adds, edits, moves, disables, enables and removes', async () => {
    expect((await rules('list', ...E)).stdout).toMatch(/Matching rules[\s\S]*user userPrincipalName[\s\S]*Mapping rules:[\s\S]*user jobTitle +Overwrite +title/);
    expect(await rules('list')).toMatchObject({ code: 2, stderr: expect.stringContaining('either --collection') });
    const count = (await mapping()).length;
    expect(await rules('mapping', 'add', ...E, '--target', 'employeeType', '--action', 'set constant', '--value', 'Staff', '--condition', 'only on creation')).toMatchObject({ code: 0, stdout: expect.stringContaining(`Added rule ${count + 1}`) });
    expect((await mapping()).at(-1)).toMatchObject({ targetAttribute: 'employeeType', action: 'Set constant', value: 'Staff', condition: 'only on creation' });
    expect((await rules('mapping', 'edit', String(count + 1), ...E, '--action', 'Expression', '--value', 'Trim([department])')).code).toBe(0);
    expect((await mapping()).at(-1)).toMatchObject({ action: 'Expression', value: 'Trim([department])', condition: 'only on creation', enabled: true });
    expect((await rules('move', String(count + 1), '--to', '1', ...E, '--set', 'mapping')).code).toBe(0);
    expect((await mapping())[0]?.targetAttribute).toBe('employeeType');
    expect((await rules('disable', '1', ...E, '--set', 'mapping')).code).toBe(0);
    expect((await mapping())[0]?.enabled).toBe(false);
    expect((await rules('enable', '1', ...E, '--set', 'mapping')).code).toBe(0);
    expect((await mapping())[0]?.enabled).toBe(true);
    expect((await rules('remove', '1', ...E, '--set', 'mapping')).code).toBe(0);
    expect(await mapping()).toHaveLength(count);
    expect(await rules('remove', '999', ...E, '--set', 'mapping')).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no rule 999') });
    expect((await rules('matching', 'add', ...E, '--source', 'employeeID', '--target', 'employeeId')).code).toBe(0);
    expect((await matching()).at(-1)).toMatchObject({ sourceAttribute: 'employeeID', comparison: 'value', enabled: true });
  });

  it('refuses a wrong expression with the place, and previews a right one on real objects', async () => {
    expect(await rules('mapping', 'add', ...E, '--target', 'city', '--action', 'Expression', '--value', 'Trimm([l])')).toMatchObject({ code: 2, stderr: expect.stringMatching(/At character 1: There is no function "Trimm"\. Did you mean "Trim"\?/) });
    const wrong = await rules('preview', ...E, '--target', 'city', '--action', 'Expression', '--value', 'Append([l], Nope())');
    expect([wrong.code, wrong.stdout]).toEqual([2, expect.stringMatching(/^Append\(\[l\], Nope\(\)\)\n {12}\^\^\^\^\nError at character 13/)]);
    const some = await rules('preview', ...E, '--target', 'jobTitle', '--action', 'Expression', '--value', 'IIF([title] = "Clerk", Error("no clerks"), ToUpper([title]))');
    expect(some.code).toBe(1);
    expect(some.stdout).toMatch(/Ben +error[\s\S]*no clerks[\s\S]*Ann +changed +HEAD OF SALES +Trainee/);
    expect(some.stdout).toMatch(/stands before this one/);
    const number = String((await mapping()).find((r) => r.targetAttribute === 'jobTitle')?.position);
    expect(JSON.parse((await rules('preview', ...E, '--rule', number, '--search', 'dot', '--json')).stdout)).toMatchObject({ examined: 1, rows: [{ name: 'Dot', outcome: 'changed', value: 'Trainee' }] });
    expect((await rules('functions', 'Select')).stdout).toMatch(/SelectUniqueValue\(candidate, more, \.\.\.\)/);
    expect((await rules('attributes', ...E)).stdout).toMatch(/user +onPremisesSamAccountName +none +no +Microsoft 365 computes it/);
  });

  it('tests a change of the matching rules', async () => {
    const smtp = (await matching()).find((r) => r.comparison === 'smtp' && r.sourceClass === 'user');
    const told = await rules('test', ...E, '--remove', String(smtp?.position));
    expect([told.code, told.stdout]).toEqual([0, expect.stringMatching(/user +Cem +Matched +Cem +Not matched[\s\S]*1 of 5 objects would be matched differently/)]);
    expect(JSON.parse((await rules('test', ...E, '--edit', String(smtp?.position), '--disabled', '--json')).stdout)).toMatchObject({ changed: 1, rows: [{ name: 'Cem' }] });
    expect(JSON.parse((await rules('test', ...E, '--source', 'title', '--target', 'jobTitle', '--to', '1', '--json')).stdout).rows).toEqual(expect.arrayContaining([expect.objectContaining({ name: 'Dot', wouldBe: expect.objectContaining({ state: expect.stringMatching(/Matched|Conflict/) }) })]));
    expect(await rules('test', ...E, '--move', '1', '--to', '99')).toMatchObject({ code: 2 });
    expect(await rules('test', ...E, '--move', '1', '--remove', '2')).toMatchObject({ code: 2, stderr: expect.stringContaining('only one') });
  });

  it('pushes, and changes the schema template, only with --yes', async () => {
    const own = await mapping();
    const shown = await rules('push', '--pair', 'Works');
    expect([shown.code, shown.stdout]).toEqual([0, expect.stringMatching(/Everyone: 1 differences[\s\S]*removed +user employeeID = user employeeId[\s\S]*Nothing was written/)]);
    expect((await matching()).at(-1)?.sourceAttribute).toBe('employeeID');
    expect((await rules('push', '--pair', 'Works', '--yes')).stdout).toContain('Changed the rules of 1 collections');
    expect((await matching()).at(-1)?.sourceAttribute).not.toBe('employeeID');
    expect((await rules('templates')).stdout).toMatch(/Exchange hybrid +2 /);
    expect((await rules('templates', 'minimal')).stdout).toMatch(/Not written:[\s\S]*left alone by this template/);
    expect(await rules('templates', 'none')).toMatchObject({ code: 2 });
    expect((await rules('difference', ...E)).stdout).toContain('Nobody has changed them since.');
    expect((await rules('apply', ...E, '--template', 'Minimal')).stdout).toContain('Nothing was written.');
    expect(await mapping()).toHaveLength(own.length);
    expect((await rules('apply', ...E, '--template', 'Minimal', '--yes')).code).toBe(0);
    expect((await mapping()).length).toBeLessThan(own.length);
    expect((await rules('difference', ...E)).stdout).toContain('made from "Minimal", version 1');
    // A new pair may start with one.
    const create = ['pair', 'create', '--name', 'Small', '--ldif', rig.ldif, '--simulated', rig.simulator.url, '--tenant', rig.simulator.tenantId, '--client', rig.simulator.clientId, '--sign-in', 'device-code', '--template'];
    expect(await causeway(...create, 'tiny')).toMatchObject({ code: 2, stderr: expect.stringContaining('There is no schema template "tiny"') });
    expect(JSON.parse((await causeway(...create, 'minimal', '--json')).stdout)).toMatchObject({ schemaTemplate: 'Minimal' });
  });
});
