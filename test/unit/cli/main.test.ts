import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { main } from '../../../electron/cli/main.ts';

let folder: string;
const before = { home: process.env['CAUSEWAY_HOME'], project: process.env['CAUSEWAY_PROJECT'] };
beforeAll(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'causeway-cli-'));
  process.env['CAUSEWAY_HOME'] = path.join(folder, 'home');
  delete process.env['CAUSEWAY_PROJECT'];
});
afterAll(() => {
  for (const [name, value] of [['CAUSEWAY_HOME', before.home], ['CAUSEWAY_PROJECT', before.project]] as const) {
    if (value === undefined) delete process.env[name]; else process.env[name] = value;
  }
  rmSync(folder, { recursive: true, force: true });
});

/** Runs the command in this process. */
async function causeway(...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
  const code = await main(args, { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  return { code, ...written };
}
/** Names of the commands in a help text. */
const commandsIn = (help: string) => [...(/Commands:\n([\s\S]*?)(?:\n\n|$)/.exec(help)?.[1] ?? '').matchAll(/^ {2}([a-z-]+)/gm)].map((m) => m[1] ?? '').filter((n) => n !== 'help');

describe('help', () => {
  it('lists every command with a description, examples and the exit codes', async () => {
    const { code, stdout, stderr } = await causeway('--help');
    expect([code, stderr]).toEqual([0, '']);
    expect(commandsIn(stdout)).toEqual(['project', 'pair', 'collection', 'objects', 'match', 'check', 'rules', 'plan', 'guard', 'migrate', 'coexistence', 'roll-back', 'holds', 'write-back', 'mailbox', 'cutover', 'decommission', 'mail-flow', 'verify', 'evidence', 'hand-over', 'licences', 'passwords', 'references', 'notifications', 'agents', 'tasks', 'simulator', 'serve', 'agent', 'demo']);
    expect(stdout).toContain('Examples:');
    for (const exit of ['0 done', '1 failed', '2 wrong use', '3 connection', '4 waits', '5 verification', '130 cancelled']) expect(stdout).toContain(exit);
  });

  it('of each command says what it does; the first line of its use names it', async () => {
    const leaves: string[][] = [];
    const visit = async (words: string[]): Promise<void> => {
      const { code, stdout } = await causeway(...words, '--help');
      expect(code, words.join(' ')).toBe(0);
      expect(stdout).toMatch(new RegExp(`^Usage: causeway ${words.join(' ')}(\\|[\\w-]+)?( |$)`, 'm'));
      expect(stdout.split('\n').find((line, i) => i > 0 && line.trim() !== '')?.length, `${words.join(' ')} has no description`).toBeGreaterThan(10);
      const inner = commandsIn(stdout);
      for (const name of inner) await visit([...words, name]);
      if (inner.length === 0) {
        leaves.push(words);
        expect(stdout, `${words.join(' ')} has no example`).toMatch(/Examples?:\n/);
      }
    };
    for (const name of commandsIn((await causeway('--help')).stdout)) await visit([name]);
    expect(leaves.map((l) => l.join(' '))).toEqual(expect.arrayContaining(['project create', 'pair test', 'collection add', 'objects show', 'match review', 'plan export', 'migrate', 'roll-back start', 'roll-back conflicts', 'tasks resume', 'demo']));
    expect(leaves.length).toBeGreaterThan(25);
  });

  it('with nothing to do shows the commands and ends as wrong use', async () => {
    const { code, stderr } = await causeway();
    expect(code).toBe(2);
    expect(stderr).toContain('Commands:');
  });
});

describe('wrong use', () => {
  it.each([[['--nonsense']], [['nonsense']], [['match', '--nonsense']], [['project', 'create']], [['collection', 'create', 'x', 'y']], [['rollback', '--mode', 'sideways']], [['objects', 'show']], [['simulator', '--quotas', 'some']]])('%j ends with 2 and one hint', async (args) => {
    const { code, stdout, stderr } = await causeway(...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(/^error: /);
    expect(stderr).toContain('causeway --help');
    expect(stderr).not.toContain('    at ');
  });

  it('with --json tells the same as JSON', async () => {
    const { code, stdout } = await causeway('--json', 'match', '--nonsense');
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ error: { code: 'INVALID_INPUT', message: 'unknown option \'--nonsense\'', retryable: false } });
  });

  it.each([
    [['collection', 'add', '--filter', '(a=b)', '--dn', 'CN=a'], 'Give either --dn or --filter.'], [['collection', 'add'], 'Give either --dn or --filter.'], [['objects', 'break'], 'Give either --id or --all.'],
    [['objects', 'pin', 'x'], 'Give either --target or --unpin.'], [['objects', 'list', '--status', 'odd'], '"odd" is not a status'], [['pair', 'create', '--name', 'P'], 'Give the source'],
    [['pair', 'create', '--name', 'P', '--ldif', 'x.ldf'], 'Give --tenant and --client'], [['collection', 'statistics'], 'The project has no collection yet'], [['pair', 'test', 'Nobody'], 'There is no migration pair "Nobody"'],
    [['tasks', 'show', 'x'], 'id:'], [['match', '--upn-suffix', 'not a domain'], 'The project has no collection yet'],
  ])('%j says what to give', async (args, sentence) => {
    const project = path.join(folder, 'use.causeway');
    await causeway('project', 'create', '--file', project, '--name', 'Use');
    const { code, stderr, stdout } = await causeway('--project', project, ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(sentence);
  });

  it('of the simulator and the server is refused before anything starts', async () => {
    expect((await causeway('simulator', '--listen', '0.0.0.0:80')).stderr).toContain('not an address of the loopback');
    expect((await causeway('simulator', '--speed', '0')).stderr).toContain('not a speed');
    expect((await causeway('simulator', '--seed', 'people=4')).stderr).toContain('not understood in --seed');
  });
});

describe('a project on the command line', () => {
  it('is made, described, renamed and copied; each as JSON when asked', async () => {
    const file = path.join(folder, 'a.causeway');
    const made = await causeway('--json', 'project', 'create', '--file', file, '--name', 'A');
    expect(made).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(made.stdout)).toMatchObject({ name: 'A', file, demo: false });
    expect((await causeway('--project', file, 'project', 'rename', 'B')).stdout).toBe('The project is now "B".\n');
    const copy = path.join(folder, 'b.causeway');
    expect((await causeway('-p', file, 'project', 'export', copy)).stdout).toBe(`Copied to ${copy}.\n`);
    expect((await causeway('-p', copy, 'project', 'info')).stdout).toMatch(/^Project {4}B\n/);
    process.env['CAUSEWAY_PROJECT'] = copy;
    expect(JSON.parse((await causeway('--json', 'project', 'info')).stdout)).toMatchObject({ file: copy, statistics: { total: 0 } });
    delete process.env['CAUSEWAY_PROJECT'];
  });

  it('that is missing, taken or none ends with 2, the sentence and, as JSON, the code', async () => {
    const missing = await causeway('--json', '--project', path.join(folder, 'none.causeway'), 'tasks');
    expect(missing.code).toBe(2);
    expect(JSON.parse(missing.stdout)).toMatchObject({ error: { code: 'NOT_FOUND', message: expect.stringContaining('causeway project create') } });
    const taken = path.join(folder, 'taken.causeway');
    writeFileSync(taken, 'not a project');
    expect(await causeway('project', 'create', '--file', taken, '--name', 'X')).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('exists already') });
    expect(await causeway('-p', taken, 'tasks')).toMatchObject({ code: 2, stderr: expect.stringContaining('not a Causeway project') });
  });
});
