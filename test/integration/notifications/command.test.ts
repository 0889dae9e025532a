/** Notifications from the command line: settings, texts in files as they are kept in a folder, mails, and sending where no agent runs. */
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { main } from '../../../electron/cli/main.ts';
import { writeLdif } from '../../../electron/simulator/demo/ldif.ts';
import { startSmtp, type TestSmtp } from '../../servers/smtp.ts';
import { works } from '../app/works.ts';

let folder: string;
let smtp: TestSmtp;
async function causeway(...args: string[]) {
  const written = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => new PassThrough().setEncoding('utf8').on('data', (chunk: string) => { written[name] += chunk; }) as unknown as NodeJS.WriteStream;
  const code = await main(['--project', path.join(folder, 'project.causeway'), '-q', ...args], { stdout: stream('stdout'), stderr: stream('stderr'), stdin: new PassThrough() as unknown as NodeJS.ReadStream });
  return { code, ...written };
}
const well = async (...args: string[]): Promise<string> => { const ran = await causeway(...args); expect(ran, `${args.join(' ')}: ${ran.stderr}`).toMatchObject({ code: 0 }); return ran.stdout; };
const file = async (name: string, text: string): Promise<string> => { await writeFile(path.join(folder, name), text, { mode: 0o600 }); return path.join(folder, name); };

beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-notifications-'));
  smtp = await startSmtp();
  vi.stubEnv('CAUSEWAY_HOME', path.join(folder, 'home'));
  vi.stubEnv('CAUSEWAY_KEY_FILE', await file('operator.key', randomBytes(48).toString('base64')));
  await writeFile(path.join(folder, 'works.ldf'), writeLdif(works()));
  await well('project', 'create', '--file', path.join(folder, 'project.causeway'), '--name', 'Works');
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await smtp.close();
  await rm(folder, { recursive: true, force: true });
});

it('notifications are set up, written, sent and listed from the command line', async () => {
  expect(await well('notifications')).toContain('No mail is sent.');
  expect(await causeway('notifications', 'settings', '--transport', 'smtp', '--host', 'mail.contoso.com', '--security', 'none', '--from', 'it@contoso.com')).toMatchObject({ code: 2, stderr: expect.stringContaining('in the clear') as string });
  const settings = await well('notifications', 'settings', '--transport', 'smtp', '--host', '127.0.0.1', '--port', String(smtp.port), '--security', 'none', '--from', 'it@contoso.com', '--support', 'Call 1234.', '--hold', 'ChangeUPN');
  expect(settings).toContain(`Mails go to 127.0.0.1:${smtp.port} (none), from it@contoso.com.`);
  expect(settings).toContain('These wait until they are released: ChangeUPN.');
  expect(settings).toContain('Initial passwords are sent to their owners');
  // The other settings stay when one is changed; a secret is read from a file and shown nowhere.
  const withSecret = await well('notifications', 'settings', '--username', 'it', '--password-file', await file('secret.txt', 'server secret\n'));
  expect(withSecret).toContain('as it)');
  expect(JSON.stringify(await causeway('--json', 'notifications'))).not.toContain('server secret');
  await well('notifications', 'settings', '--username', '');

  // Texts as files of a folder.
  await mkdir(path.join(folder, 'Notifications'));
  await file('Notifications/NewUser_NewPassword.custom.txt', 'Subject: Welcome {GivenName}\n\n{Password}\n');
  await file('Notifications/EnableSSO.custom.txt', '');
  expect(await well('notifications', 'import', path.join(folder, 'Notifications'))).toContain('Took 2 messages for the project');
  expect(await well('notifications', 'template', 'list')).toMatch(/NewUser_NewPassword +project +on[^]*EnableSSO +project +off/);
  await well('agents', 'create', 'Berlin');
  await well('notifications', 'template', 'set', 'ChangeUPN', '--agent', 'Berlin', '--file', await file('own.txt', 'Subject: Berlin\n\nText\n'));
  expect(await well('notifications', 'template', 'list', '--agent', 'Berlin')).toMatch(/NewUser_NewPassword +project +on[^]*ChangeUPN +agent +on/);
  expect(await well('notifications', 'template', 'show', 'ChangeUPN')).toMatch(/Until now: \{PreviousUserPrincipalName\}[^]*\{Support\} +Whom to ask/);
  await well('notifications', 'template', 'remove', 'ChangeUPN', '--agent', 'Berlin');
  expect(await causeway('notifications', 'template', 'set', 'ChangeUPN', '--file', await file('bad.txt', 'Subject: x\n\n{Wrong}\n'))).toMatchObject({ code: 2, stderr: expect.stringContaining('line 3, column 1') as string });
  await file('Notifications/NewUSer.custom.txt', 'x');
  expect(await causeway('notifications', 'import', path.join(folder, 'Notifications'))).toMatchObject({ code: 2, stderr: expect.stringContaining('NewUSer.custom.txt is no message') as string });
  await well('notifications', 'export', path.join(folder, 'out'));
  expect((await readdir(path.join(folder, 'out'))).filter((name) => name.endsWith('.custom.txt'))).toEqual(['EnableSSO.custom.txt', 'NewUser_NewPassword.custom.txt']);

  // A migration, and its mails where no agent runs.
  await well('pair', 'create', '--name', 'Works', '--ldif', path.join(folder, 'works.ldf'), '--simulated-state', path.join(folder, 'tenant.json'));
  await well('collection', 'create', '--name', 'People');
  await well('collection', 'add', '--collection', 'People', '--filter', '(objectClass=user)');
  await well('migrate', '--collection', 'People', '--create', '--merge', '--country', 'NO', '--yes');
  expect(await well('notifications', 'preview', 'NewUser_NewPassword', '--object', 'Ben')).toMatch(/^To: ben@example.com\nSubject: Welcome Ben\n\n•+\n/);
  expect(await well('notifications', 'mails')).toMatch(/waiting +NewUser_NewPassword +ben@example.com/);
  // Dot has no address, which a script is told of.
  const sent = await causeway('notifications', 'send');
  expect(sent).toMatchObject({ code: 1, stdout: expect.stringMatching(/\d mails were handled; 0 wait, 1 failed/) as string });
  const ben = smtp.taken.find((one) => one.to[0] === 'ben@example.com');
  expect(ben).toMatchObject({ subject: 'Welcome Ben', text: expect.stringMatching(/^\S{20}$/) as string });
  expect(await well('passwords', 'list', '--state', 'delivered')).toContain('ben@');
  const before = smtp.taken.length;
  expect(await causeway('notifications', 'send')).toMatchObject({ stdout: expect.stringContaining('0 mails were handled') as string });
  expect(smtp.taken).toHaveLength(before);
  expect(await causeway('notifications', 'retry')).toMatchObject({ code: 2 });
  expect(await well('notifications', 'retry', '--state', 'failed')).toContain('0 of 1 mails');
  await well('notifications', 'mails', '--csv', path.join(folder, 'mails.csv'));
  expect(await readFile(path.join(folder, 'mails.csv'), 'utf8')).toContain('sent,NewUser_NewPassword,ben@example.com,Ben');
  expect(await well('notifications', 'test', '--to', 'me@contoso.com')).toContain('Sent to me@contoso.com. The server said: 250');
});
