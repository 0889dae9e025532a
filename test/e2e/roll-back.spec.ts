import { expect, test } from '@playwright/test';
import { writeLdif } from '../../electron/simulator/demo/ldif.ts';
import { cloudId, works, worksTenant } from '../integration/app/works.ts';
import type { Operator } from '../integration/main-job/command.ts';
import type { TenantProcess } from '../integration/main-job/simulated-tenant.ts';
import { violations } from './desk/axe.ts';
import { needsBrowser } from './desk/available.ts';
import { newOperator, openDesk, type Desk } from './desk/desk.ts';
import { makeProject } from './desk/project.ts';
import { gridOf } from './pages/grid.ts';
import { planWizardOf } from './pages/plan-wizard.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser();

let operator: Operator;
let tenant: TenantProcess;
let desk: Desk;
let shell: ShellPage;

const ann = async () => (await tenant.read()).users.find((user) => user.id === cloudId(11))?.properties;

test.beforeAll(async ({ browser }) => {
  operator = await newOperator();
  const made = await makeProject(operator, { name: 'way-back', ldif: writeLdif(works()), seed: worksTenant(), fill: ['query', '--filter', '(objectClass=*)'] });
  tenant = made.tenant;
  await made.run('migrate', '--collection', 'Everyone', '--create', '--merge', '--yes');
  desk = await openDesk(browser, { operator, project: made.project });
  shell = shellOf(desk.page);
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => {
  await desk?.close();
  await operator?.close();
});

test('one change goes back from the history of its object; nothing else does', async () => {
  await shell.open('Everyone', 'Objects');
  const objects = gridOf(shell.panel, 'Objects');
  const why = shell.dialog('Why? Ann');
  const history = async (): Promise<void> => {
    await objects.row('Ann').getByRole('cell').nth(1).click();
    await desk.page.keyboard.press('Enter');
    await why.getByRole('tab', { name: 'History' }).click();
  };
  await history();
  await why.getByRole('button', { name: 'Roll back this change of jobTitle' }).click();
  const wizard = planWizardOf(desk.page, 'Roll Back Object Ann');
  await expect(wizard.root.getByRole('checkbox', { name: 'jobTitle' })).toBeChecked();
  expect(await violations(desk.page)).toEqual([]);
  await wizard.makePlan(60_000);
  expect(await wizard.figures()).toMatchObject({ 'Operations': 1, 'Attributes written': 1 });
  await wizard.confirm();
  expect(await wizard.outcome(60_000)).toBe('Completed');
  expect(await ann()).toMatchObject({ jobTitle: 'Trainee', department: 'Sales' });
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  await history();
  await expect(why.locator('tr').filter({ hasText: 'jobTitle' }).filter({ hasText: 'rolled back' })).toHaveCount(1);
  await expect(why.getByRole('button', { name: 'Roll back this change of jobTitle' })).toHaveCount(0);
  await why.getByRole('button', { name: 'Close', exact: true }).last().click();
});

test('values that others changed: before, written and now; the decision about each is followed', async () => {
  await tenant.graph('PATCH', `/users/${cloudId(11)}`, { department: 'Board' });
  await tenant.graph('PATCH', `/users/${cloudId(13)}`, { jobTitle: 'Director' });
  await shell.tab('Tasks');
  await gridOf(shell.panel, 'Tasks').row('Migrate').first().getByRole('cell').first().click();
  await shell.action('Roll Back Objects').click();
  const wizard = planWizardOf(desk.page, 'Roll Back Objects of Everyone');
  await wizard.makePlan(60_000);
  await wizard.root.getByRole('tab', { name: 'Changed since (2)' }).click();
  const table = wizard.root.getByRole('table', { name: 'Values changed by others since' });
  await expect(table.locator('tbody tr').filter({ hasText: 'Ann' })).toContainText(/department.*Sales.*Board/);
  await table.getByRole('combobox', { name: 'Roll back department of Ann' }).selectOption({ label: 'Keep theirs' });
  expect(await violations(desk.page)).toEqual([]);
  await wizard.press('Make plan with these decisions');
  await expect(wizard.root.getByRole('tab', { name: 'Summary', exact: true })).toHaveAttribute('aria-selected', 'true', { timeout: 60_000 });
  await wizard.root.getByRole('tab', { name: 'Changed since (2)' }).click();
  await expect(table.getByRole('combobox', { name: 'Roll back department of Ann' })).toHaveValue('keep');
  await expect(table.getByRole('combobox', { name: 'Roll back jobTitle of Cem' })).toHaveValue('restore');
  await wizard.confirm();
  expect(await wizard.outcome(60_000)).toBe('Completed');
  expect(await ann()).toMatchObject({ jobTitle: 'Trainee', department: 'Board' });
  expect((await tenant.read()).users.find((user) => user.id === cloudId(13))?.properties).not.toHaveProperty('jobTitle');
});

test('single memberships: what others put into a group that the migration made may stay, and so may one that goes back', async () => {
  // Made anew: what comes out of the recycle bin was there before.
  for (const { id: deleted } of (await tenant.read()).deletedGroups) await tenant.graph('DELETE', `/directory/deletedItems/${deleted}`);
  const ran = await operator.run('--project', `${operator.folder}/way-back.causeway`, 'migrate', '--collection', 'Everyone', '--create', '--merge', '--yes');
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  const sales = async () => (await tenant.read()).groups.find((group) => group.properties['displayName'] === 'Sales');
  const id = (await sales())?.id ?? '';
  const [first, second] = (await tenant.read()).users.filter((user) => /^User \d$/.test(String(user.properties['displayName'])));
  for (const one of [first, second]) await tenant.graph('POST', `/groups/${id}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${one?.id}` });
  const wizard = planWizardOf(desk.page, 'Roll Back Objects of Everyone');
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  await shell.tab('Tasks');
  const tasks = gridOf(shell.panel, 'Tasks');
  // The command line is another program: until the window has read its task, the first one is the one that was rolled back above.
  await expect(tasks.row('Migrate')).toHaveCount(2);
  await tasks.row('Migrate').first().getByRole('cell').first().click();
  await shell.action('Roll Back Objects').click();
  await wizard.makePlan(60_000);
  await wizard.root.getByRole('tab', { name: 'Changed since (2)' }).click();
  const changed = wizard.root.getByRole('table', { name: 'Values changed by others since' });
  const name = String(second?.properties['displayName']);
  await expect(changed.locator('tbody tr').filter({ hasText: name })).toContainText(/members: User \d.*not a member.*not a member.*member/);
  await changed.getByRole('combobox', { name: `Roll back members: ${name} of Sales` }).selectOption({ label: 'Keep, with the object' });
  expect(await violations(desk.page)).toEqual([]);
  await wizard.press('Make plan with these decisions');
  await expect(wizard.root.getByRole('tab', { name: 'Summary', exact: true })).toHaveAttribute('aria-selected', 'true', { timeout: 60_000 });
  await wizard.root.getByRole('tab', { name: 'Changed since (2)' }).click();
  // The group stays, so its members go back one by one; Cem may stay.
  const links = wizard.root.getByRole('table', { name: 'Memberships and permissions that go back' });
  await expect(links.locator('tbody tr').filter({ hasText: 'members: Cem' })).toContainText(/not a member.*member/);
  await links.getByRole('combobox', { name: 'Roll back members: Cem of Sales' }).selectOption({ label: 'Leave in' });
  await wizard.press('Make plan with these decisions');
  await expect(wizard.root.getByRole('tab', { name: 'Summary', exact: true })).toHaveAttribute('aria-selected', 'true', { timeout: 60_000 });
  await wizard.root.getByRole('tab', { name: 'Changed since (3)' }).click();
  await expect(changed.getByRole('combobox', { name: 'Roll back members: Cem of Sales' })).toHaveValue('keep');
  await wizard.confirm();
  expect(await wizard.outcome(60_000)).toBe('Completed');
  expect((await sales())?.members.toSorted()).toEqual([second?.id ?? '', cloudId(13)].toSorted());
});
