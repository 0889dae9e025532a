import { expect, test } from '@playwright/test';
import { startSmtp, type TestSmtp } from '../servers/smtp.ts';
import { violations } from './desk/axe.ts';
import { needsBrowser } from './desk/available.ts';
import { openDesk, type Desk } from './desk/desk.ts';
import { gridOf } from './pages/grid.ts';
import { planWizardOf } from './pages/plan-wizard.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser();

let smtp: TestSmtp;
let desk: Desk;
let shell: ShellPage;
const part = (name: string) => shell.panel.getByRole('tablist', { name: 'Parts of notifications' }).getByRole('tab', { name, exact: true });

test.beforeAll(async ({ browser }) => {
  smtp = await startSmtp();
  desk = await openDesk(browser);
  shell = shellOf(desk.page);
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => {
  await desk?.close();
  await smtp?.close();
});

test('without a mail server the outbox says so, and leads to the settings; a mail server that nobody encrypts must be on this machine', async () => {
  await shell.open('Causeway demo', 'Notifications');
  await expect(shell.panel.getByText('No mail was made yet')).toBeVisible();
  for (const action of ['Release', 'Send Again', 'Cancel Mail']) await expect(shell.action(action)).toHaveAttribute('aria-disabled', 'true');
  expect(await violations(desk.page)).toEqual([]);
  await shell.panel.getByRole('button', { name: 'Settings', exact: true }).click();
  await shell.panel.getByRole('radio', { name: 'By a mail server (SMTP)' }).click();
  const save = shell.panel.getByRole('button', { name: 'Save', exact: true });
  await expect(save).toBeDisabled();
  await shell.panel.getByRole('textbox', { name: 'Mail server' }).fill('mail.example.com');
  await shell.panel.getByRole('spinbutton', { name: 'Port' }).fill(String(smtp.port));
  await shell.panel.getByRole('combobox', { name: 'Connection security' }).selectOption('none');
  await shell.panel.getByRole('textbox', { name: 'Sender' }).fill('migration@example.com');
  await shell.panel.getByRole('spinbutton', { name: 'Mails a minute, at most' }).fill('10000');
  expect(await violations(desk.page)).toEqual([]);
  await save.click();
  await expect(shell.panel.getByRole('alert').first()).toContainText(/this machine|loopback/i);
  await shell.panel.getByRole('textbox', { name: 'Mail server' }).fill('127.0.0.1');
  await save.click();
  await expect(shell.panel.getByRole('button', { name: 'Send test mail' })).toBeEnabled();
});

test('a test mail shows what the server answered', async () => {
  await shell.panel.getByRole('button', { name: 'Send test mail' }).click();
  const dialog = shell.dialog('Send Test Mail');
  await dialog.getByRole('textbox', { name: 'To' }).fill('nobody');
  await expect(dialog.getByRole('button', { name: 'Send', exact: true })).toBeDisabled();
  await dialog.getByRole('textbox', { name: 'To' }).fill('operator@example.com');
  await dialog.getByRole('combobox', { name: 'Message' }).selectOption('NewUser_NewPassword');
  await dialog.getByRole('button', { name: 'Send', exact: true }).click();
  await expect(dialog.getByRole('status')).toContainText('The server answered: 250');
  expect(await violations(desk.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  expect(smtp.taken.map((mail) => mail.to)).toEqual([['operator@example.com']]);
});

test('a template is previewed on a person as it is typed; a wrong placeholder is told with its place and refused; an empty text switches it off', async () => {
  await part('Templates').click();
  await shell.panel.getByRole('button', { name: /^ChangeUPN\b(?!_)/ }).first().click();
  const editor = shell.panel.getByRole('region', { name: 'Template ChangeUPN', exact: true });
  const text = editor.getByRole('textbox', { name: 'Text' });
  const preview = editor.getByRole('region', { name: 'Preview' });
  await text.fill('Subject: Your name\n\nHello {DisplayName}, ask {Suport}.');
  await expect(preview.getByRole('status')).toContainText(/Line 3, column \d+: .*Suport/);
  expect(await violations(desk.page)).toEqual([]);
  await editor.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(editor.getByRole('alert')).toContainText('Suport');
  await text.fill('Subject: Your name\n\nHello {DisplayName}, you sign in as {UserPrincipalName} now.');
  await expect(preview.getByText(/Hello \S.+, you sign in as \S+@\S+ now\./)).toBeVisible();
  await editor.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(shell.panel.getByRole('list', { name: 'Templates' }).getByRole('listitem').filter({ hasText: /^ChangeUPNOf this project/ })).toBeVisible();
  await text.fill('');
  await editor.getByRole('button', { name: 'Switch off' }).click();
  await expect(editor.getByText('Off', { exact: true })).toBeVisible();
  await editor.getByRole('button', { name: 'Back to the shipped text' }).click();
  await expect(text).toHaveValue(/^Subject: /);
});

test('a migration tells the new people; each mail is in the outbox, and none twice', async () => {
  test.setTimeout(180_000);
  const before = smtp.taken.length;
  await shell.open('Everyone', 'Objects');
  const objects = gridOf(shell.panel, 'Objects');
  await shell.panel.getByRole('searchbox', { name: 'Search objects' }).fill('agnieszka');
  await expect(objects.row('').filter({ hasNotText: /agnieszka/i })).toHaveCount(0);
  await objects.enter();
  await desk.page.keyboard.press('Control+a');
  await shell.action('Migrate Objects').click();
  const wizard = planWizardOf(desk.page, 'Migrate Objects of Everyone');
  await wizard.makePlan(60_000);
  await wizard.confirm();
  expect(await wizard.outcome(90_000)).toMatch(/^Completed/);
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  await shell.open('Causeway demo', 'Notifications');
  const outbox = gridOf(shell.panel, 'Outbox');
  await expect(shell.panel.locator('output')).toHaveText(/^\d+ mails?: \d+ sent$/, { timeout: 60_000 });
  await shell.panel.getByRole('combobox', { name: 'Filter by state' }).selectOption('sent');
  await expect(outbox.row('Sent').first()).toBeVisible();
  await expect(outbox.at(0)).toContainText('NewUser');
  expect(await violations(desk.page)).toEqual([]);
  await outbox.enter();
  await shell.action('Mail Details').click();
  const details = shell.dialog(/./);
  await expect(details).toContainText('Message');
  expect(await violations(desk.page)).toEqual([]);
  await desk.page.keyboard.press('Escape');
  const ids = smtp.taken.slice(before).map((mail) => mail.messageId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(0);
});
