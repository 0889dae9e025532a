import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import { writeLdif } from '../../../electron/simulator/demo/ldif.ts';
import { groupDn, works } from './works.ts';

let folder: string;
const before = process.env['CAUSEWAY_HOME'];
async function causeway(...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
  const code = await main(['--project', path.join(folder, 'project.causeway'), '-q', ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  return { code, ...written };
}
const well = async (...args: string[]): Promise<string> => { const ran = await causeway(...args); expect(ran, `${args.join(' ')}: ${ran.stderr}`).toMatchObject({ code: 0 }); return ran.stdout; };

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-licences-'));
  process.env['CAUSEWAY_HOME'] = path.join(folder, 'home');
  await writeFile(path.join(folder, 'works.ldf'), writeLdif(works()));
  await well('project', 'create', '--file', path.join(folder, 'project.causeway'), '--name', 'Works');
  await well('pair', 'create', '--name', 'Works', '--ldif', path.join(folder, 'works.ldf'), '--simulated-state', path.join(folder, 'tenant.json'), '--country', 'NO');
  for (const [name, filter] of [['Groups', '(objectClass=group)'], ['People', '(objectClass=user)']] as const) {
    await well('collection', 'create', '--name', name);
    await well('collection', 'add', '--collection', name, '--filter', filter);
  }
});
afterEach(async () => {
  if (before === undefined) delete process.env['CAUSEWAY_HOME']; else process.env['CAUSEWAY_HOME'] = before;
  await rm(folder, { recursive: true, force: true });
});

it('licences, references and passwords work from the command line', async () => {
  await well('migrate', '--collection', 'Groups', '--create', '--merge', '--yes');
  expect(await well('references', '--collection', 'Groups')).toMatch(/WHO WAITS +TYPE +ATTRIBUTE +FOR WHOM[\s\S]*Sales +group +member +Ben +20/);
  expect(await well('references', 'list', '--collection', 'People', '--for-whom', '--search', 'ben')).toContain('Sales');
  await well('references', 'list', '--csv', path.join(folder, 'waiting.csv'));
  expect(await readFile(path.join(folder, 'waiting.csv'), 'utf8')).toContain('Sales,group,');
  expect(await causeway('references', 'list', '--csv', path.join(folder, 'waiting.csv'))).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot be written') });
  expect(await well('references', 'healing', '--set', 'only by re-migration')).toContain('waits until the object that refers is migrated again');
  expect(await well('references', 'healing', '--set', 'automatic')).toContain('Works: automatic.');

  const product = (JSON.parse(await well('--json', 'licences', 'products')) as { partNumber: string }[])[0]?.partNumber ?? '';
  expect(await well('licences', 'add', '--collection', 'People', '--product', product, '--group', groupDn('Sales'), '--without', 'YAMMER_ENTERPRISE')).toContain(`Rule 1 of People: assign ${product} without YAMMER_ENTERPRISE for members of ${groupDn('Sales')}, always.`);
  await well('licences', 'add', '--collection', 'People', '--product', product, '--remove', '--where', 'department=Sales');
  expect(await well('licences', 'list', '--collection', 'People')).toMatch(/2 +enabled +department is "Sales" +remove/);
  expect(await well('licences', 'count', '--collection', 'People')).toMatch(new RegExp(`3 of 4 users would get other licences than now\\.[\\s\\S]*${product} +3 `));
  await well('licences', 'move', '2', '--up', '--collection', 'People');
  expect(await well('licences', 'remove', '1', '--collection', 'People')).toContain('Removed rule 1 of People: remove');
  expect(await causeway('licences', 'remove', '9', '--collection', 'People')).toMatchObject({ code: 2, stderr: expect.stringContaining('has no licence rule 9') });
  await well('licences', 'add', '--pair', 'Works', '--product', product, '--where', 'department=Sales');
  expect(await well('licences', 'push', '--pair', 'Works')).toMatch(/Groups: 1 differences\n[\s\S]*licence +added +Assign \S+ for department is "Sales"[\s\S]*People: 1 differences\n[\s\S]*Nothing was written\. Add --yes/);
  expect(await well('licences', 'list', '--collection', 'Groups')).not.toContain('Sales');
  expect(await well('licences', 'push', '--pair', 'Works', '--collection', 'Groups', '--yes')).toContain('Changed the rules of 1 collections. The next migration of each assigns and removes by them.');
  expect(await well('licences', 'list', '--collection', 'Groups')).toMatch(/1 +enabled +department is "Sales"/);
  expect(await well('rules', 'push', '--pair', 'Works')).toMatch(/Groups: the same rules as the pair/);
  expect(await causeway('licences', 'add', '--collection', 'People', '--product', product, '--where', 'Sales')).toMatchObject({ code: 2, stderr: expect.stringContaining('attribute=value') });

  expect(await well('passwords', 'policy', '--length', '24', '--symbols', '')).toMatch(/24 characters; look-alikes left out; symbols none\.\nPasswords are sent once and kept nowhere/);
  expect(await causeway('passwords', 'policy', '--length', '4')).toMatchObject({ code: 2, stderr: expect.stringContaining('must be 8 at least') });
  expect(await well('plan', '--collection', 'People', '--create', '--merge')).toMatch(/licences to assign +3/);
  await well('migrate', '--collection', 'People', '--create', '--merge', '--yes');
  expect(await well('references')).toContain('(none)');
  expect(await well('passwords', 'list', '--state', 'needs a reset')).toMatch(/ben@\S+ +Ben +needs a reset/);
});
