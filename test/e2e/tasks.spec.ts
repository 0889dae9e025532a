import { expect, test, type Locator } from '@playwright/test';
import { withKnownGuids } from '../integration/main-job/directory-facts.ts';
import type { Operator } from '../integration/main-job/command.ts';
import type { TenantProcess } from '../integration/main-job/simulated-tenant.ts';
import { makeTenant } from '../integration/main-job/tenant-seed.ts';
import { makeOrganisation } from '../servers/organisation.ts';
import { needsBrowser } from './desk/available.ts';
import { newOperator, openDesk, type Desk } from './desk/desk.ts';
import { makeProject } from './desk/project.ts';
import { gridOf, type GridPage } from './pages/grid.ts';
import { planWizardOf } from './pages/plan-wizard.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser();

/** Large enough that applying lasts some seconds, so that there is time to cancel it. */
const USERS = 1500;
const TITLE = 'Migrate Objects of Everyone';
let operator: Operator;
let tenant: TenantProcess;
let desk: Desk;
let shell: ShellPage;
let grid: GridPage;
let before = 0;

test.beforeAll(async ({ browser }) => {
  operator = await newOperator();
  const organisation = makeOrganisation({ users: USERS, guids: true });
  const made = await makeProject(operator, { name: 'tasks', ldif: organisation.ldif, seed: makeTenant(withKnownGuids(organisation)), fill: ['add', ...organisation.containers.flatMap((dn) => ['--dn', dn])] });
  tenant = made.tenant;
  desk = await openDesk(browser, { operator, project: made.project });
  shell = shellOf(desk.page);
  grid = gridOf(shell.panel, 'Tasks');
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => {
  await desk?.close();
  await operator?.close();
});

/** Users, groups, managers and memberships of the tenant together: grows with every piece of a migration. */
async function countAll(): Promise<number> {
  const { users, groups } = await tenant.read();
  return users.length + users.filter((user) => user.manager !== null).length + groups.reduce((sum, group) => sum + 1 + group.members.length, 0);
}
/** The newest task of the tab. */
const newest = (): Locator => grid.at(0);

/** Makes a plan for everything and leaves the wizard while it waits. */
async function planAndLeave(): Promise<void> {
  await shell.action('Migrate Objects').click();
  const wizard = planWizardOf(desk.page, TITLE);
  await wizard.makePlan(60_000);
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  await shell.tab('Tasks');
  await expect(newest()).toContainText('Awaiting approval');
  await newest().getByRole('cell').first().click();
}

test('New Migration Pair: errors stand at their fields, Next stays, and Back keeps what was typed', async () => {
  await shell.action('New Migration Pair').click();
  const wizard = shell.dialog('New Migration Pair');
  const next = wizard.getByRole('button', { name: 'Next', exact: true });
  const back = wizard.getByRole('button', { name: 'Back', exact: true });
  await next.click();
  const name = wizard.getByRole('textbox', { name: 'Name' });
  await expect(name).toHaveAttribute('aria-invalid', 'true');
  await expect(name).toBeFocused();
  await expect(wizard.getByText('must not be empty')).toBeVisible();
  await name.fill('Second');
  await next.click();
  await next.click();
  await expect(wizard.getByText('name the domain, or at least one server')).toBeVisible();
  await expect(wizard.getByRole('textbox', { name: 'User name' })).toHaveAttribute('aria-invalid', 'true');
  await wizard.getByLabel('Domain', { exact: true }).fill('corp.example.com');
  await wizard.getByRole('textbox', { name: 'User name' }).fill('reader@corp.example.com');
  await wizard.getByLabel('Password', { exact: true }).fill('not a real one');
  await next.click();
  await wizard.getByRole('radio', { name: /^Simulated tenant/ }).click();
  await wizard.getByRole('radio', { name: 'A simulation that runs already' }).click();
  await wizard.getByRole('textbox', { name: 'Origin' }).fill('https://graph.example.com');
  await next.click();
  await expect(wizard.getByText('must be a loopback address, for example http://127.0.0.1:4710')).toBeVisible();
  await back.click();
  await expect(wizard.getByLabel('Domain', { exact: true })).toHaveValue('corp.example.com');
  await expect(wizard.getByLabel('Password', { exact: true })).toHaveValue('not a real one');
  await back.click();
  await expect(name).toHaveValue('Second');
  await next.click();
  await next.click();
  await expect(wizard.getByRole('textbox', { name: 'Origin' })).toHaveValue('https://graph.example.com');
  await wizard.getByRole('button', { name: 'Cancel', exact: true }).click();
  await expect(wizard).toBeHidden();
  await expect(shell.node('Second')).toHaveCount(0);
});

test('a plan that waits is discarded from the Tasks tab; nothing was written', async () => {
  await shell.open('Everyone');
  await planAndLeave();
  before = await countAll();
  await expect(shell.action('Resume Task')).toHaveAttribute('aria-disabled', 'true');
  await shell.action('Discard Plan').click();
  await expect(newest()).toContainText('Discarded');
  await expect(shell.action('Discard Plan')).toHaveAttribute('aria-disabled', 'true');
  expect(await countAll()).toBe(before);
});

test('Migrate Objects: a wrong suffix and a wrong country are refused at their fields', async () => {
  await shell.tab('Home');
  await shell.action('Migrate Objects').click();
  const wizard = planWizardOf(desk.page, TITLE);
  const make = wizard.root.getByRole('button', { name: 'Make plan' });
  const suffix = wizard.root.getByRole('combobox', { name: 'User principal names (UPN) suffix to use' });
  await suffix.fill('not a domain');
  await expect(suffix).toHaveAttribute('aria-invalid', 'true');
  await expect(make).toBeDisabled();
  await suffix.fill('unknown.example');
  await expect(wizard.root.getByText('The tenant has no such domain. Users cannot get this suffix.')).toBeVisible();
  await suffix.fill('example.com');
  const country = wizard.root.getByRole('textbox', { name: 'Country code to set for the users' });
  await country.fill('D');
  await expect(country).toHaveAttribute('aria-invalid', 'true');
  await expect(make).toBeDisabled();
  await country.fill('de');
  await expect(country).toHaveValue('DE');
  await expect(make).toBeEnabled();
  await wizard.root.getByRole('button', { name: 'Cancel', exact: true }).click();
});

test('another plan is approved from the Tasks tab, and cancelled while it is applied', async () => {
  await planAndLeave();
  await desk.page.keyboard.press('Enter');
  const review = planWizardOf(desk.page, 'Migrate of Everyone');
  await review.confirm();
  await review.at('Applying');
  const progress = review.root.getByRole('progressbar');
  await expect.poll(async () => Number(await progress.getAttribute('aria-valuenow')), { timeout: 20_000, intervals: [20] }).toBeGreaterThan(0);
  await expect(shell.statusBar).toContainText(/Migrate: apply, [\d,]+ of [\d,]+/);
  await review.press('Cancel task');
  expect(await review.outcome(30_000)).toBe('Cancelled');
  await expect(review.root.getByText('What is missing can be resumed.')).toBeVisible();
  await review.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(newest()).toContainText('Cancelled');
  expect(await countAll()).toBeGreaterThan(before);
});

test('Resume Task goes on where it stopped and writes what is missing, nothing twice', async () => {
  test.setTimeout(120_000);
  const half = await countAll();
  await newest().getByRole('cell').first().click();
  await expect(shell.action('Cancel Task')).toHaveAttribute('aria-disabled', 'true');
  await shell.action('Resume Task').click();
  await expect(newest()).toContainText('Completed', { timeout: 90_000 });
  expect(await countAll()).toBeGreaterThan(half);
  const { users, groups } = await tenant.read();
  const names = [...users.flatMap((user) => [user.properties['userPrincipalName'], user.properties['onPremisesImmutableId']]), ...groups.map((group) => group.properties['mailNickname'])].filter((value) => typeof value === 'string');
  expect(new Set(names).size).toBe(names.length);
  await newest().getByRole('cell').first().click();
  await shell.action('Task Details').click();
  const details = shell.dialog('Migrate of Everyone');
  await details.getByRole('tab', { name: 'Operations' }).click();
  const operations = gridOf(details, 'Operations');
  const total = await operations.count();
  await details.getByRole('combobox', { name: 'Filter by outcome' }).selectOption('pending');
  await expect(details.getByText('No operation fits')).toBeVisible();
  await details.getByRole('combobox', { name: 'Filter by outcome' }).selectOption('done');
  await expect(operations.at(0)).toContainText('done');
  expect(await operations.count()).toBe(total);
  await details.getByRole('button', { name: 'Close', exact: true }).last().click();
});

test('a second migration finds nothing to write', async () => {
  await shell.tab('Home');
  await shell.action('Migrate Objects').click();
  const wizard = planWizardOf(desk.page, TITLE);
  await wizard.press('Make plan');
  await expect(wizard.root.locator('output').getByText('Completed', { exact: true })).toBeVisible({ timeout: 60_000 });
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
});
