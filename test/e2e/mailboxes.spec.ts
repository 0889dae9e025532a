import { expect, test } from '@playwright/test';
import { startSimulator, type Simulator } from '../../electron/simulator/index.ts';
import { company, EXCHANGE, MIGRATOR } from '../integration/mailboxes/company.ts';
import type { Operator } from '../integration/main-job/command.ts';
import { onUnit } from '../integration/scenarios/corp.ts';
import { directoryOnPremises, type DirectoryOnPremises } from '../servers/on-premises.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../servers/samba.ts';
import { signingKeyPem } from '../servers/signing-key.ts';
import { violations } from './desk/axe.ts';
import { needsBrowser } from './desk/available.ts';
import { newOperator, openDesk, type Desk } from './desk/desk.ts';
import { gridOf } from './pages/grid.ts';
import { mailboxWizardOf, type MailboxWizard } from './pages/mailbox-wizard.ts';
import { planWizardOf } from './pages/plan-wizard.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser(sambaObstacle);

/** One row of each kind of error, and six good ones. */
const MOVERS = company('Movers', { each: 1, total: 25 });
/** The longest that a batch of some rows may take here; the service works so many times faster. */
const BATCH_MS = 120_000;
const SPEED = 300;
let samba: SambaServer;
let onPremises: DirectoryOnPremises;
let simulator: Simulator;
let operator: Operator;
let desk: Desk;
let shell: ShellPage;
let wizard: MailboxWizard;
const mailboxes = () => gridOf(shell.panel, 'Mailboxes');
const part = (name: string | RegExp) => shell.panel.getByRole('tablist', { name: 'Parts of mailbox migration' }).getByRole('tab', { name }).click();

test.beforeAll(async ({ browser }) => {
  samba = await startSamba({ address: '127.0.0.75', ldif: MOVERS.unit.ldif });
  // The administrator of the domain may write every mailbox, so that no row depends on rights.
  onPremises = directoryOnPremises({ samba, baseDn: MOVERS.unit.base, servers: [{ ...EXCHANGE, accounts: [{ ...MIGRATOR, upn: samba.adminUser, password: samba.password }] }], facts: MOVERS.facts });
  simulator = await startSimulator({ quotas: 'off', signingKeyPem, seed: MOVERS.seed, onPremises, speed: SPEED });
  operator = await newOperator();
  const { directory } = onUnit(samba, MOVERS.unit);
  const project = `${operator.folder}/movers.causeway`;
  const run = async (...args: string[]): Promise<void> => { const ran = await operator.run('--project', project, ...args); expect(ran, ran.stderr).toMatchObject({ code: 0 }); };
  await run('project', 'create', '--file', project, '--name', 'movers');
  await run('pair', 'create', '--name', 'Pair', '--domain', samba.domain, '--server', samba.address, '--ca', samba.caFile, '--user', samba.adminUser, '--password-file', await operator.file('password.txt', directory?.password ?? ''), '--base', MOVERS.unit.base,
    '--simulated', simulator.url, '--tenant', simulator.tenantId, '--client', simulator.clientId, '--secret-file', await operator.file('secret.txt', simulator.clientSecret));
  await run('pair', 'discover', 'Pair');
  desk = await openDesk(browser, { operator, project });
  shell = shellOf(desk.page);
  wizard = mailboxWizardOf(desk.page);
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => {
  await desk?.close();
  await operator?.close();
  await simulator?.close();
  await onPremises?.close();
  await samba?.stop();
});

test('the wizard has the pages and labels of the reference system; when Autodiscover fails the settings are asked for', async () => {
  await shell.open('Pair', 'Mailbox Migration');
  await expect(shell.panel.getByText('No mailbox was migrated yet')).toBeVisible();
  await shell.action('New E-Mail Migration').click();
  await wizard.at('Welcome to E-mail Migration');
  for (const label of ['Exchange 2007 and later versions - Automatically detect connection settings with Autodiscover', 'Exchange 2003 and later versions - Manually specify connection settings', 'Use an existing migration endpoint']) await expect(wizard.root.getByRole('radio', { name: label, exact: true })).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await wizard.press('Next');
  await wizard.at('Configure the connection settings');
  await wizard.press('Next');
  await expect(wizard.root.getByText('must not be empty').first()).toBeVisible();
  const box = (label: string) => wizard.root.getByLabel(label, { exact: false });
  await box('Migration administrator e-mail address').fill('migrator@nowhere.example');
  await box('Domain\\Username').fill(MIGRATOR.name);
  await box('Password').fill(samba.password);
  await expect(box('Number of mailboxes to migrate simultaneously')).toHaveValue('20');
  expect(await violations(desk.page)).toEqual([]);
  await wizard.press('Next');
  await expect(wizard.root.getByText('Autodiscover did not find the connection settings. Specify them manually.')).toBeVisible({ timeout: 60_000 });
  await expect(wizard.root.getByText('You have to connect to the Exchange server to continue.').first()).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await box('Exchange server').fill(EXCHANGE.fqdn);
  await box('RPC proxy server').fill(EXCHANGE.rpcProxy);
  await wizard.press('Next');
  await wizard.at('Select Mailboxes to Migrate', 60_000);
});

test('a list that cannot be used is refused with all findings at once; without consent there is no way on', async () => {
  const next = wizard.root.getByRole('button', { name: 'Next', exact: true });
  await wizard.browse('broken.csv', 'EmailAdress;Password\nann@example.com;x\n');
  await expect(next).toBeDisabled();
  await wizard.consent();
  await next.click();
  await expect(wizard.root.getByText(/^The list cannot be used/)).toBeVisible({ timeout: 60_000 });
  expect(await violations(desk.page)).toEqual([]);
  await wizard.browse('movers.csv', MOVERS.csv);
  await next.click();
  await wizard.at('Start the migration', 60_000);
});

test('the last page counts, lists what is left out with what to do, and runs the batch', async () => {
  await expect(wizard.root.getByText(/^Number of mailboxes that will be migrated: \d+$/)).toBeVisible();
  await expect(wizard.root.getByRole('region', { name: 'Rows with errors or warnings' })).toContainText('no.at.0');
  await expect(wizard.root.getByRole('button', { name: 'Start Over' })).toBeVisible();
  await wizard.root.getByRole('textbox', { name: 'Send status e-mail messages also to' }).fill('nobody');
  await expect(wizard.root.getByRole('button', { name: 'Run', exact: true })).toBeDisabled();
  await wizard.root.getByRole('textbox', { name: 'Send status e-mail messages also to' }).fill('boss@example.com');
  expect(await violations(desk.page)).toEqual([]);
  const download = desk.page.waitForEvent('download');
  await wizard.root.getByRole('button', { name: 'Validation error report' }).click();
  expect((await download).suggestedFilename()).toMatch(/\.csv$/);
  await wizard.press('Run');
  await expect(wizard.root).toBeHidden({ timeout: 60_000 });
  const active = shell.panel.getByRole('region', { name: 'Active E-Mail Migration' });
  await expect(active).toContainText('Started');
  await expect(active.getByRole('button', { name: 'Active Mailbox Migration report' })).toBeVisible();
  await expect(shell.action('Stop')).not.toHaveAttribute('aria-disabled', 'true', { timeout: BATCH_MS });
  expect(await violations(desk.page)).toEqual([]);
});

test('each mailbox shows where it stands; the batch ends with its errors, and the reports are kept', async () => {
  test.setTimeout(2 * BATCH_MS);
  await expect(shell.panel.getByRole('region', { name: 'Active E-Mail Migration' })).toBeHidden({ timeout: BATCH_MS });
  await expect(mailboxes().row('g003@example.com')).toContainText('Done');
  await expect(mailboxes().row('no.at.0')).toContainText('Left out');
  await shell.panel.getByRole('combobox', { name: 'Filter by state' }).selectOption('Failed');
  await mailboxes().enter();
  await desk.page.keyboard.press('Enter');
  const details = shell.dialog(/^Mailbox /);
  await expect(details).toContainText('Data consistency');
  expect(await violations(desk.page)).toEqual([]);
  await desk.page.keyboard.press('Escape');
  await part('Reports');
  await expect(gridOf(shell.panel, 'Reports').row('Mailboxes Ready Report').first()).toBeVisible();
  await expect(gridOf(shell.panel, 'Reports').row('Error Report').first()).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await part(/^Batches/);
  await expect(gridOf(shell.panel, 'Mailbox batches').row('movers')).toContainText('Completed with errors');
  await part('Mailboxes');
});

test('a mailbox is converted by a plan that is shown first, and the kept settings lead straight to the next list', async () => {
  test.setTimeout(BATCH_MS);
  await shell.panel.getByRole('combobox', { name: 'Filter by state' }).selectOption('Done');
  await mailboxes().row('g002@example.com').getByRole('cell').nth(2).click();
  await shell.action('Convert to Mail-Enabled Users').click();
  const convert = planWizardOf(desk.page, 'Convert to Mail-Enabled Users');
  await expect(convert.root.getByText('1 selected mailbox:')).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await convert.makePlan(60_000);
  expect(await convert.confirm()).toBe('corp.example.com');
  expect(await convert.outcome(60_000)).toBe('Completed');
  await convert.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  await shell.action('New E-Mail Migration').click();
  await wizard.at('Select Mailboxes to Migrate', 60_000);
  await desk.page.keyboard.press('Escape');
});

test('Complete Migration names what it leaves behind and asks for the name of the tenant', async () => {
  await shell.panel.getByRole('button', { name: 'Complete Migration' }).click();
  const dialog = shell.dialog('Complete Migration');
  const complete = dialog.getByRole('button', { name: 'Complete Migration', exact: true });
  await expect(dialog.getByRole('checkbox', { name: 'Complete the migration all the same' })).toBeVisible({ timeout: 60_000 });
  expect(await violations(desk.page)).toEqual([]);
  const box = dialog.getByRole('textbox', { name: 'Type the confirmation text to complete the migration' });
  const described = (await box.getAttribute('aria-describedby') ?? '').split(' ').at(-1) ?? '';
  await box.fill(await desk.page.locator(`[id="${described}"]`).innerText());
  await expect(complete).toBeDisabled();
  await dialog.getByRole('checkbox', { name: 'Complete the migration all the same' }).click();
  await complete.click();
  await expect(dialog).toBeHidden({ timeout: 60_000 });
  await part(/^Batches/);
  await expect(gridOf(shell.panel, 'Mailbox batches').row('movers')).toContainText('Closed', { timeout: 60_000 });
});
