import { expect, test, type Download, type Locator } from '@playwright/test';
import { readFile } from 'node:fs/promises';
import { withKnownGuids } from '../integration/main-job/directory-facts.ts';
import type { Operator } from '../integration/main-job/command.ts';
import type { TenantProcess } from '../integration/main-job/simulated-tenant.ts';
import { makeTenant } from '../integration/main-job/tenant-seed.ts';
import { makeOrganisation } from '../servers/organisation.ts';
import { needsBrowser } from './desk/available.ts';
import { newOperator, openDesk, type Desk } from './desk/desk.ts';
import { makeProject } from './desk/project.ts';
import { gridOf } from './pages/grid.ts';
import { planWizardOf, type PlanWizard } from './pages/plan-wizard.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser();

let operator: Operator;
let tenant: TenantProcess;
let desk: Desk;
let shell: ShellPage;
let wizard: PlanWizard;
let before = 0;
const countUsers = async (): Promise<number> => (await tenant.read()).users.length;
const close = async (dialog: Locator): Promise<void> => { await dialog.getByRole('button', { name: 'Close', exact: true }).last().click(); };

test.beforeAll(async ({ browser }) => {
  operator = await newOperator();
  const organisation = makeOrganisation({ users: 200, guids: true });
  const made = await makeProject(operator, { name: 'plans', ldif: organisation.ldif, seed: makeTenant(withKnownGuids(organisation)), fill: ['add', ...organisation.containers.flatMap((dn) => ['--dn', dn])] });
  tenant = made.tenant;
  desk = await openDesk(browser, { operator, project: made.project });
  shell = shellOf(desk.page);
  before = await countUsers();
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => {
  await desk?.close();
  await operator?.close();
});

test('limits of the guard are changed for the collection, and stop its next plan with the reason', async () => {
  await shell.open('Everyone', 'Home');
  await shell.action('Guard Limits').click();
  const limits = shell.dialog('Guard Limits of Everyone');
  await expect(limits.getByText('These are the shipped limits.')).toBeVisible();
  await limits.getByRole('spinbutton', { name: 'Objects created, count' }).fill('-1');
  await expect(limits.getByRole('button', { name: 'Save' })).toBeDisabled();
  await limits.getByRole('spinbutton', { name: 'Objects created, count' }).fill('2');
  await limits.getByRole('spinbutton', { name: 'Objects created, percent' }).fill('1');
  await limits.getByRole('button', { name: 'Save' }).click();
  await expect(limits).toBeHidden();

  await shell.action('Migrate Objects').click();
  wizard = planWizardOf(desk.page, 'Migrate Objects of Everyone');
  await wizard.makePlan(60_000);
  await expect(wizard.root.getByText('Guard: creates')).toBeVisible();
  await expect(wizard.root.getByText(/the limit of the collection is 2 and 1%/)).toBeVisible();
  expect(await countUsers()).toBe(before);
});

test('operations are found by attribute, and every value says why', async () => {
  await wizard.root.getByRole('tab', { name: /^Operations/ }).click();
  const grid = gridOf(wizard.root, 'Operations');
  const all = await grid.count();
  await wizard.root.getByRole('combobox', { name: 'Filter by attribute' }).selectOption('manager');
  await expect.poll(() => grid.count()).toBeLessThan(all);
  await expect(grid.at(0)).toContainText('set manager');
  await wizard.root.getByRole('button', { name: 'Clear filters' }).click();
  await wizard.root.getByRole('combobox', { name: 'Filter by operation' }).selectOption('create');
  await expect(grid.row('').filter({ hasNotText: 'create' })).toHaveCount(0);
  await grid.at(0).click();
  await wizard.root.getByRole('button', { name: 'Why displayName?' }).click();
  const why = wizard.root.getByRole('region', { name: 'Why displayName' });
  await expect(why.getByText('Overwrite: user displayName from user displayName, display name')).toBeVisible();
  await expect(why.getByText('Source displayName')).toBeVisible();
  await wizard.root.getByRole('button', { name: 'Why displayName?' }).press('Enter');
  await expect(why).toBeHidden();
});

test('the plan is saved in every form', async () => {
  const save = async (title: string): Promise<string> => {
    const arrives: Promise<Download> = desk.page.waitForEvent('download');
    await wizard.root.getByRole('button', { name: 'Export', exact: true }).click();
    await desk.page.getByRole('menuitem', { name: title }).click();
    return await readFile(await (await arrives).path(), 'utf8');
  };
  const json = JSON.parse(await save('JSON')) as { operations: unknown[] };
  expect(json.operations.length).toBeGreaterThan(40);
  expect((await save('PowerShell script')).match(/^Invoke-Step /gm)).toHaveLength(json.operations.length);
  expect((await save('HTML')).match(/<article>/g)).toHaveLength(json.operations.length);
  expect((await save('CSV')).startsWith('\uFEFFpart,number,operation')).toBe(true);
});

test('a plan is approved for a time, listed, and its time is taken away; nothing is written', async () => {
  await wizard.press('Next');
  await wizard.at('Confirmation');
  await wizard.root.getByRole('radio', { name: 'Schedule' }).check();
  const apply = wizard.root.getByRole('button', { name: 'Schedule', exact: true });
  const when = wizard.root.getByLabel(/^Date and time/);
  await when.fill('2020-01-01T02:00');
  await expect(wizard.root.getByText('Choose a time at least a minute ahead.')).toBeVisible();
  const later = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10);
  await when.fill(`${later}T02:00`);
  await expect(apply).toBeDisabled();
  await wizard.root.getByRole('textbox', { name: 'Type the confirmation text to apply the plan' }).fill('simulated.onmicrosoft.com');
  await apply.click();
  await expect(wizard.root.getByText(/^Approved for /)).toBeVisible();
  await close(wizard.root);

  await shell.action('Plans').click();
  const plans = shell.dialog('Plans of Everyone');
  const row = gridOf(plans, 'Plans').at(0);
  await expect(row).toContainText('Scheduled');
  await expect(row).toContainText(later.slice(0, 7));
  await close(plans);
  await shell.tab('Tasks');
  await gridOf(shell.panel, 'Tasks').at(0).getByRole('cell').first().click();
  await shell.action('Unschedule Plan').click();
  await expect(gridOf(shell.panel, 'Tasks').at(0)).toContainText('Awaiting approval');
  expect(await countUsers()).toBe(before);
});

test('a plan is removed from the list; the tenant is as it was', async () => {
  await shell.action('Plans').click();
  const plans = shell.dialog('Plans of Everyone');
  await gridOf(plans, 'Plans').at(0).getByRole('cell').first().click();
  await plans.getByRole('button', { name: 'Remove Plan' }).click();
  await shell.dialog('Remove Plan').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(plans.getByText('No plans yet')).toBeVisible();
  await close(plans);
  expect(await countUsers()).toBe(before);
});
