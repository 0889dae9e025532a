import { expect, test } from '@playwright/test';
import { exchangeTenant, exchangeWorks } from '../integration/app/exchange-works.ts';
import type { Operator } from '../integration/main-job/command.ts';
import type { TenantProcess } from '../integration/main-job/simulated-tenant.ts';
import { writeLdif } from '../../electron/simulator/demo/ldif.ts';
import { needsBrowser } from './desk/available.ts';
import { newOperator, openDesk, type Desk } from './desk/desk.ts';
import { makeProject } from './desk/project.ts';
import { gridOf } from './pages/grid.ts';
import { planWizardOf } from './pages/plan-wizard.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

needsBrowser();

let operator: Operator;
let tenant: TenantProcess;
let desk: Desk;
let shell: ShellPage;

test.beforeAll(async ({ browser }) => {
  operator = await newOperator();
  const made = await makeProject(operator, { name: 'exchange', ldif: writeLdif(exchangeWorks()), seed: exchangeTenant(), fill: ['add', '--dn', 'OU=People,DC=works,DC=example,DC=com', '--dn', 'OU=Groups,DC=works,DC=example,DC=com'] });
  tenant = made.tenant;
  desk = await openDesk(browser, { operator, project: made.project });
  shell = shellOf(desk.page);
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => {
  await desk?.close();
  await operator?.close();
});

test('the plan says which service writes what, before anything is written', async () => {
  await shell.open('Everyone', 'Home');
  await shell.action('Migrate Objects').click();
  const wizard = planWizardOf(desk.page, 'Migrate Objects of Everyone');
  await wizard.makePlan(60_000);
  // Only contacts and groups are created: nobody gets a password.
  await expect(wizard.root.getByText('Objects created')).toBeVisible();
  await expect(wizard.root.getByText(/random password/)).toHaveCount(0);
  await wizard.root.getByRole('tab', { name: /^Operations/ }).click();
  await wizard.root.getByRole('combobox', { name: 'Filter by operation' }).selectOption('create');
  const grid = gridOf(wizard.root, 'Operations');
  await expect.poll(() => grid.count()).toBe(4);
  await expect(grid.at(0)).toContainText('Exchange');
  await expect(grid.at(0)).toContainText('Ed Tailspin (contact)');
  await grid.at(0).click();
  await expect(wizard.root.getByLabel('Written through Exchange')).toBeVisible();
  await expect(wizard.root.getByRole('table', { name: 'Values before and after' })).toContainText('externalEmailAddress');
  expect((await tenant.read()).contacts).toEqual([]);
});
