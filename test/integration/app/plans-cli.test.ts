import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import { writeLdif } from '../../../electron/simulator/demo/ldif.ts';
import { guid, works } from './works.ts';

let folder: string;
let project: string;
const before = process.env['CAUSEWAY_HOME'];
/** Names of the people in the tenant, which each command starts from its file and keeps there. */
const people = async (): Promise<string[]> => {
  const text = await readFile(path.join(folder, 'tenant.json'), 'utf8');
  return ['Ann', 'Ben', 'Cem', 'Dot'].filter((name) => text.includes(`"displayName":"${name}"`) || text.includes(`"displayName": "${name}"`));
};
const rewrite = async (entries: Parameters<typeof writeLdif>[0]): Promise<void> => { await writeFile(path.join(folder, 'works.ldf'), writeLdif(entries)); };
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-plans-'));
  project = path.join(folder, 'project.causeway');
  process.env['CAUSEWAY_HOME'] = path.join(folder, 'home');
  await rewrite(works());
  for (const args of [
    ['project', 'create', '--file', project, '--name', 'Works'],
    ['pair', 'create', '--name', 'Works', '--ldif', path.join(folder, 'works.ldf'), '--simulated-state', path.join(folder, 'tenant.json'), '--upn-suffix', 'example.com'],
    ['collection', 'create', '--name', 'Everyone'], ['collection', 'add', '--collection', 'Everyone', '--filter', '(objectClass=*)'],
  ]) expect(await causeway(...args)).toMatchObject({ code: 0 });
});
afterEach(async () => {
  if (before === undefined) delete process.env['CAUSEWAY_HOME']; else process.env['CAUSEWAY_HOME'] = before;
  await rm(folder, { recursive: true, force: true });
});

async function causeway(...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
  const code = await main(['--project', project, '-q', ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  return { code, ...written };
}
const json = async <T>(...args: string[]): Promise<T> => JSON.parse((await causeway('--json', ...args)).stdout) as T;

describe('causeway plan and guard', () => {
  it('stop a plan over the limits of its collection until its text is typed; show, save, schedule and list it on the way', async () => {
    expect(await causeway('guard', 'set', '--collection', 'Everyone', '--creates', 'many')).toMatchObject({ code: 2, stderr: expect.stringContaining('--creates takes a count and a percentage') });
    expect((await causeway('guard', 'set', '--collection', 'Everyone', '--creates', '1/10')).stdout).toMatch(/Limits of the collection\.[\s\S]*objects created +1 +10 +2000\/50/);
    const made = await causeway('plan', '--collection', 'Everyone', '--create', '--merge');
    expect(made, made.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining('Guard: 5 objects would be created; the limit of the collection is 1 and 10% of 5 objects.') });
    const [listed] = await json<{ id: string; taskId: string; state: string; guard: string[] }[]>('plan', 'list', '--waiting');
    const [task, plan] = [listed?.taskId ?? '', listed?.id ?? ''];
    expect(listed).toMatchObject({ state: 'Awaiting approval', guard: [expect.stringContaining('limit of the collection')] });

    const shown = await causeway('plan', 'show', plan, '--object', 'ann', '--attribute', 'jobTitle', '--why');
    expect(shown.stdout).toContain('jobTitle: (none) -> Head of Sales   (Overwrite with title)\n         why: mapping rule 12, Overwrite: user jobTitle from user title, trim (always)\n         source title: Head of Sales');
    expect(await json('plan', 'show', task, '--object', guid(12), '--kind', 'set manager')).toMatchObject({ total: 1, operations: [{ name: 'Ben', kind: 'set manager' }] });

    const saved = path.join(folder, 'saved');
    await mkdir(saved);
    for (const format of ['csv', 'json', 'html', 'powershell']) expect(await causeway('plan', 'export', task, '--format', format, '--file', path.join(saved, format))).toMatchObject({ code: 0 });
    expect((await causeway('plan', 'export', task, '--format', 'json', '--file', '-')).stdout).toContain('"operations": [');
    expect(await readFile(path.join(saved, 'powershell'), 'utf8')).toContain("Invoke-Step 1 'create user' 'Ann' {");
    await writeFile(path.join(saved, 'taken'), 'mine');
    expect(await causeway('plan', 'export', task, '--file', path.join(saved, 'taken'))).toMatchObject({ code: 2 });
    expect(await readFile(path.join(saved, 'taken'), 'utf8')).toBe('mine');

    expect(await causeway('plan', 'schedule', task, '--at', 'tomorrow', '--confirm', 'simulated.onmicrosoft.com')).toMatchObject({ code: 2, stderr: expect.stringContaining('"tomorrow" is not a time') });
    const at = new Date(Date.now() + 86_400_000).toISOString().slice(0, 16);
    expect(await causeway('plan', 'schedule', task, '--at', `${at}Z`, '--yes')).toMatchObject({ code: 4, stdout: expect.stringContaining('--yes is not enough') });
    expect(await causeway('plan', 'schedule', task, '--at', `${at}Z`, '--confirm', 'simulated.onmicrosoft.com')).toMatchObject({ code: 0, stdout: expect.stringContaining(`applied at ${at.replace('T', ' ')} UTC`) });
    expect((await causeway('plan', 'list')).stdout).toContain('Scheduled');
    expect(await causeway('plan', 'unschedule', plan)).toMatchObject({ code: 0 });
    expect(await causeway('plan', 'approve', task, '--yes')).toMatchObject({ code: 4, stdout: expect.stringContaining('The guard stopped the plan; nothing was written') });
    expect(await people()).toEqual([]);
    expect(await causeway('plan', 'approve', task, '--confirm', 'simulated.onmicrosoft.com')).toMatchObject({ code: 0 });
    expect(await people()).toEqual(['Ann', 'Ben', 'Cem', 'Dot']);
    expect(await causeway('plan', 'remove', plan)).toMatchObject({ code: 2, stderr: expect.stringContaining('can still be rolled back') });
  });

  it('refuse a plan that is older than the directory unless --outdated says otherwise, and remove one that was never applied', async () => {
    await causeway('plan', '--collection', 'Everyone', '--create', '--merge');
    const [listed] = await json<{ id: string; taskId: string }[]>('plan', 'list');
    await rewrite(works({ ben: { title: 'Director' } }));
    expect((await causeway('pair', 'discover')).code).toBe(0);
    expect((await causeway('plan', 'show', listed?.id ?? '')).stdout).toContain('Out of date: 1 object has changed in Active Directory since ("Ben").');
    expect(await causeway('plan', 'approve', listed?.id ?? '', '--yes')).toMatchObject({ code: 4, stderr: expect.stringContaining('The plan is older than what it was made from') });
    expect(await people()).toEqual([]);
    expect(await causeway('plan', 'remove', listed?.taskId ?? '')).toMatchObject({ code: 0 });
    expect(await json('plan', 'list')).toEqual([]);
    expect((await causeway('plan', '--collection', 'Everyone', '--create', '--merge')).code).toBe(0);
    const [second] = await json<{ id: string }[]>('plan', 'list');
    await rewrite(works({ ben: { title: 'Chair' } }));
    await causeway('pair', 'discover');
    expect(await causeway('plan', 'approve', second?.id ?? '', '--yes', '--outdated')).toMatchObject({ code: 0 });
    // What was planned was written, and not what the directory says since.
    expect(await readFile(path.join(folder, 'tenant.json'), 'utf8')).toMatch(/Director(?![\s\S]*Chair)/);
  });
});
