import { expect, test } from '@playwright/test';
import type { Operator } from '../integration/main-job/command.ts';
import { onUnit } from '../integration/scenarios/corp.ts';
import { lists, listsTenant } from '../integration/write-back/lists.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../servers/samba.ts';
import { violations } from './desk/axe.ts';
import { needsBrowser } from './desk/available.ts';
import { newOperator, openDesk, type Desk } from './desk/desk.ts';
import { makeProject } from './desk/project.ts';
import { gridOf } from './pages/grid.ts';
import { planWizardOf, type PlanWizard } from './pages/plan-wizard.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser(sambaObstacle);

const LISTS = lists('Posts');
const TITLE = 'Write Back Membership of Everyone';
let samba: SambaServer;
let operator: Operator;
let desk: Desk;
let shell: ShellPage;
let wizard: PlanWizard;

test.beforeAll(async ({ browser }) => {
  samba = await startSamba({ address: '127.0.0.76', ldif: LISTS.ldif });
  operator = await newOperator();
  const { directory } = onUnit(samba, LISTS);
  const password = await operator.file('password.txt', directory?.password ?? '');
  const source = ['--domain', samba.domain, '--server', samba.address, '--ca', samba.caFile, '--user', samba.adminUser, '--password-file', password, '--base', LISTS.base];
  const made = await makeProject(operator, { name: 'lists', ldif: '', source, seed: listsTenant(), fill: ['query', '--filter', '(|(objectClass=user)(objectClass=group))'] });
  await made.run('match', '--collection', 'Everyone');
  desk = await openDesk(browser, { operator, project: made.project });
  shell = shellOf(desk.page);
  wizard = planWizardOf(desk.page, TITLE);
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => {
  await desk?.close();
  await operator?.close();
  await samba?.stop();
});

test('groups are chosen among those that can be, and the others say why they cannot', async () => {
  await shell.open('Everyone', 'Coexistence');
  await shell.panel.getByRole('tab', { name: 'Write-back' }).click();
  await expect(shell.action('Write Back Membership')).toHaveAttribute('aria-disabled', 'true');
  await shell.panel.getByRole('button', { name: 'Choose Groups' }).click();
  const dialog = shell.dialog('Choose Groups of Everyone');
  const groups = gridOf(dialog, 'Groups of the collection');
  await expect(groups.row('Guards')).toContainText('It is a security group');
  await groups.enter();
  await desk.page.keyboard.press('Control+a');
  await expect(dialog.locator('output')).toHaveText('4 groups, 2 selected. 2 groups of the selection cannot be chosen and are left out.');
  expect(await violations(desk.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Choose 2 groups' }).click();
  await expect(dialog).toBeHidden();
  const chosen = gridOf(shell.panel, 'Groups written back');
  await expect(chosen.row('News')).toContainText('never');
  await expect(chosen.row('Team')).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
});

test('members without a match wait, and are listed', async () => {
  await shell.panel.getByRole('tab', { name: /^Waiting members \(\d+\)$/ }).click();
  await expect(gridOf(shell.panel, 'Waiting members').row('Zoe')).toContainText('News');
  await shell.panel.getByRole('tab', { name: /^Groups \(2\)$/ }).click();
});

test('the plan is shown, and is written to Active Directory for the typed name of its domain', async () => {
  await shell.panel.getByRole('button', { name: 'Write Back', exact: true }).click();
  await wizard.at('Groups');
  expect(await violations(desk.page)).toEqual([]);
  await wizard.makePlan(60_000);
  await wizard.root.getByRole('tab', { name: /^Operations/ }).click();
  const operations = gridOf(wizard.root, 'Operations');
  await expect(operations.row('add members').filter({ hasText: 'News' })).toBeVisible();
  await expect(operations.row('remove members').filter({ hasText: 'News' })).toContainText(/Directory.*Ben/);
  expect(await violations(desk.page)).toEqual([]);
  expect(await wizard.confirm()).toBe('corp.example.com');
  expect(await wizard.outcome(60_000)).toBe('Completed');
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(gridOf(shell.panel, 'Groups written back').row('Team')).not.toContainText('never');
});

test('what was written is taken back from the same page', async () => {
  await shell.action('Roll Back Write-back').click();
  const dialog = shell.dialog('Roll Back Write-back');
  await expect(dialog.getByRole('radiogroup', { name: 'Write-back' }).getByRole('radio')).toHaveCount(1);
  expect(await violations(desk.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Make plan' }).click();
  const way = planWizardOf(desk.page, 'Roll back of Everyone');
  await expect(way.root.getByRole('tablist', { name: 'Parts of the plan' })).toBeVisible({ timeout: 60_000 });
  expect(await way.confirm()).toBe('corp.example.com');
  expect(await way.outcome(60_000)).toBe('Completed');
  await way.root.getByRole('button', { name: 'Close', exact: true }).last().click();
});

test('a group is left to Active Directory again', async () => {
  await gridOf(shell.panel, 'Groups written back').row('Team').getByRole('cell').nth(1).click();
  await shell.action('Leave to Active Directory').click();
  const leave = shell.dialog('Leave to Active Directory');
  await expect(leave).toContainText('"Team"');
  expect(await violations(desk.page)).toEqual([]);
  await leave.getByRole('button', { name: 'Leave', exact: true }).click();
  await expect(gridOf(shell.panel, 'Groups written back').row('Team')).toHaveCount(0);
  await expect(gridOf(shell.panel, 'Groups written back').row('News')).toBeVisible();
});
