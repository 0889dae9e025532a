import { expect, test } from '@playwright/test';
import { writeLdif } from '../../electron/simulator/demo/ldif.ts';
import { cloudId, works, worksTenant } from '../integration/app/works.ts';
import type { Operator } from '../integration/main-job/command.ts';
import type { TenantProcess } from '../integration/main-job/simulated-tenant.ts';
import { violations } from './desk/axe.ts';
import { needsBrowser } from './desk/available.ts';
import { newOperator, openDesk, type Desk } from './desk/desk.ts';
import { makeProject, type MadeProject } from './desk/project.ts';
import { gridOf, type GridPage } from './pages/grid.ts';
import { planWizardOf } from './pages/plan-wizard.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser();

/** The longest that a cycle of a handful of objects may take here. */
const CYCLE_MS = 30_000;
let operator: Operator;
let run: MadeProject['run'];
let tenant: TenantProcess;
let desk: Desk;
let shell: ShellPage;
let cycles: GridPage;

const ann = async () => (await tenant.read()).users.find((user) => user.id === cloudId(11))?.properties;
/** Writes the export of the directory anew, as a person who edits Ann would leave it. */
const setTitle = async (title: string): Promise<void> => { await operator.file('organisation.ldf', writeLdif(works({ ann: { title } }))); };
const ACTIONS = ['Enable Coexistence', 'Disable Synchronization', 'Restart Coexistence', 'Run Now', 'Pause', 'Resume', 'Schedule'];
/** Which actions on coexistence can be taken now. */
const allowed = async (): Promise<readonly string[]> => {
  const can = await shell.actions.getByRole('button').evaluateAll((list) => list.filter((one) => one.ariaDisabled !== 'true').map((one) => one.textContent));
  return ACTIONS.filter((title) => can.includes(title));
};

test.beforeAll(async ({ browser }) => {
  operator = await newOperator();
  const made = await makeProject(operator, { name: 'in-step', ldif: writeLdif(works()), seed: worksTenant(), fill: ['query', '--filter', '(objectClass=*)'] });
  ({ tenant, run } = made);
  desk = await openDesk(browser, { operator, project: made.project });
  shell = shellOf(desk.page);
  cycles = gridOf(shell.panel, 'Cycles');
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => {
  await desk?.close();
  await operator?.close();
});

test('the wizard asks the four questions, the schedule and the policies, and shows the plan of the first cycle before it runs', async () => {
  await shell.open('Everyone', 'Home');
  await expect(shell.panel.getByRole('region', { name: 'Coexistence' })).toContainText('The collection is not synchronised.');
  await expect.poll(allowed).toEqual(['Enable Coexistence']);
  await shell.action('Enable Coexistence').click();
  const wizard = planWizardOf(desk.page, 'Enable Coexistence for Everyone');
  await expect(wizard.root.getByRole('checkbox', { name: 'Create objects for which there are no matching objects in Microsoft Office 365' })).toBeChecked();
  await expect(wizard.root.getByRole('checkbox', { name: 'Merge not matched yet objects with their matching objects in Microsoft Office 365' })).toBeChecked();
  await expect(wizard.root.getByRole('combobox', { name: 'User principal names (UPN) suffix to use' })).toBeVisible();
  await expect(wizard.root.getByRole('textbox', { name: 'Country code to set for the users' })).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await wizard.press('Next');
  const interval = wizard.root.getByRole('spinbutton', { name: 'Minutes between two cycles' });
  const next = wizard.root.getByRole('button', { name: 'Next' });
  await interval.fill('0');
  await expect(next).toBeDisabled();
  await interval.fill('60');
  await wizard.root.getByRole('radio', { name: 'Cycles run only in these hours' }).click();
  for (const day of ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday']) await wizard.root.getByRole('checkbox', { name: day }).click();
  await expect(wizard.root.getByRole('alert')).toContainText('must have at least one day');
  await expect(next).toBeDisabled();
  expect(await violations(desk.page)).toEqual([]);
  await wizard.root.getByRole('radio', { name: 'Cycles may run at any time' }).click();
  await next.click();
  await wizard.at('Policies');
  await expect(wizard.root.getByRole('radio', { name: /^Keep:/ })).toBeChecked();
  await expect(wizard.root.getByRole('radio', { name: /^Show:/ })).toBeChecked();
  expect(await violations(desk.page)).toEqual([]);
  const before = await ann();
  await wizard.makePlan(CYCLE_MS);
  expect((await wizard.figures())['Operations']).toBeGreaterThan(0);
  expect(await ann()).toEqual(before);
  expect(await violations(desk.page)).toEqual([]);
  await wizard.confirm();
  expect(await wizard.outcome(CYCLE_MS)).toBe('Completed');
  expect(await ann()).toMatchObject({ jobTitle: 'Head of Sales' });
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
});

test('the home of the collection says that it is in step, and which actions can be taken', async () => {
  const card = shell.panel.getByRole('region', { name: 'Coexistence' });
  await expect(card.getByText('On', { exact: true })).toBeVisible({ timeout: CYCLE_MS });
  await expect(card).toContainText('every hour, at any time');
  await expect(card).toContainText(/In step[1-9]\d* of \d+/);
  await expect.poll(allowed).toEqual(['Disable Synchronization', 'Restart Coexistence', 'Run Now', 'Pause', 'Schedule']);
  expect(await violations(desk.page)).toEqual([]);
  await shell.tab('Objects');
  await expect(gridOf(shell.panel, 'Objects').row('Ann')).toContainText('In sync');
});

test('a second cycle brings a change over; its plan is shown from the list', async () => {
  await setTitle('Chair');
  await shell.tab('Coexistence');
  await expect(cycles.at(0)).toContainText('First, of all objects');
  await shell.action('Run Now').click();
  await expect.poll(() => cycles.count(), { timeout: CYCLE_MS }).toBe(2);
  await expect(cycles.at(0).getByRole('cell').nth(1)).toHaveText('done', { timeout: CYCLE_MS });
  expect(await ann()).toMatchObject({ jobTitle: 'Chair' });
  expect(await violations(desk.page)).toEqual([]);
  await cycles.enter();
  await desk.page.keyboard.press('Enter');
  const plan = planWizardOf(desk.page, 'Synchronise of Everyone');
  await expect(gridOf(plan.root, 'Operations').row('Ann')).toBeVisible();
  await plan.root.getByRole('button', { name: 'Close', exact: true }).last().click();
});

test('a cycle with nothing to do leaves a line that can be hidden', async () => {
  await shell.action('Run Now').click();
  await expect.poll(() => cycles.count(), { timeout: CYCLE_MS }).toBe(3);
  await expect(cycles.at(0).getByRole('cell').nth(1)).toHaveText('nothing to do', { timeout: CYCLE_MS });
  await shell.panel.getByRole('checkbox', { name: 'Show cycles with nothing to do' }).click();
  await expect.poll(() => cycles.count()).toBe(2);
  await shell.panel.getByRole('checkbox', { name: 'Show cycles with nothing to do' }).click();
});

test('a rolled back cycle holds its objects until they are released', async () => {
  await cycles.row('done').first().getByRole('cell').first().click();
  await shell.action('Roll Back Cycle').click();
  const wizard = planWizardOf(desk.page, 'Roll Back Objects of Everyone');
  await wizard.makePlan(CYCLE_MS);
  await wizard.confirm();
  expect(await wizard.outcome(CYCLE_MS)).toBe('Completed');
  expect(await ann()).toMatchObject({ jobTitle: 'Head of Sales' });
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  await shell.panel.getByRole('tab', { name: 'Held objects' }).click();
  const held = gridOf(shell.panel, 'Held objects');
  await expect(held.row('Ann')).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await held.row('Ann').getByRole('cell').nth(1).click();
  await shell.panel.getByRole('button', { name: 'Release' }).click();
  await expect(shell.panel.getByRole('heading', { name: 'Nothing is held' })).toBeVisible();
});

test('pausing and resuming; the schedule can be changed; the timeline counts the cycles', async () => {
  await shell.action('Pause').click();
  await expect.poll(allowed).toEqual(['Disable Synchronization', 'Resume', 'Schedule']);
  await shell.action('Schedule').click();
  const dialog = shell.dialog('Schedule of Everyone');
  await dialog.getByRole('spinbutton', { name: 'Minutes between two cycles' }).fill('45');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await shell.tab('Home');
  await expect(shell.panel.getByRole('region', { name: 'Coexistence' })).toContainText('every 45 min, at any time');
  await shell.action('Resume').click();
  await expect.poll(allowed).toContain('Pause');
  await desk.page.evaluate(() => { window.location.hash = window.location.hash.replace(/[^/]+$/, 'statistics'); });
  const timeline = shell.panel.getByRole('region', { name: 'Coexistence over time' });
  await timeline.getByText('Show the figures as a table').click();
  await expect(timeline.getByRole('table', { name: 'Coexistence over time' }).locator('tbody tr').first()).toBeVisible();
  await expect(timeline.getByRole('heading', { name: 'Objects in step, %' })).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
});

test('a cycle that the guard stops is quarantined; its plan is approved from the home of the collection', async () => {
  await run('guard', 'set', '--collection', 'Everyone', '--overwrites', '0/1');
  await setTitle('Owner');
  await shell.tab('Home');
  const written = await ann();
  await shell.action('Run Now').click();
  const card = shell.panel.getByRole('region', { name: 'Coexistence' });
  await expect(card.getByText('Quarantined.')).toBeVisible({ timeout: CYCLE_MS });
  await expect(shell.notifications).toContainText('Coexistence of Everyone needs attention');
  await expect.poll(allowed).toEqual(['Disable Synchronization', 'Schedule']);
  expect(await ann()).toEqual(written);
  expect(await violations(desk.page)).toEqual([]);
  await card.getByRole('button', { name: 'Review Plan' }).click();
  const wizard = planWizardOf(desk.page, 'Synchronise of Everyone');
  await wizard.confirm();
  expect(await wizard.outcome(CYCLE_MS)).toBe('Completed');
  expect(await ann()).toMatchObject({ jobTitle: 'Owner' });
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(card.getByText('On', { exact: true })).toBeVisible();
  await run('guard', 'reset', '--collection', 'Everyone');
});

test('a changed rule is told, and Restart Coexistence compares all objects again', async () => {
  await shell.tab('Mapping');
  await gridOf(shell.panel, 'Mapping rules').at(0).getByRole('cell').first().click();
  await shell.action('Remove Rule').click();
  await shell.dialog('Remove Mapping Rule').getByRole('button', { name: 'Remove', exact: true }).click();
  await shell.tab('Home');
  const card = shell.panel.getByRole('region', { name: 'Coexistence' });
  await expect(card.getByText('A full cycle is needed.')).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await card.getByRole('button', { name: 'Restart Coexistence' }).click();
  await shell.dialog('Restart Coexistence').getByRole('button', { name: 'Restart', exact: true }).click();
  await expect(card.getByText('A full cycle is needed.')).toBeHidden({ timeout: CYCLE_MS });
  await shell.tab('Coexistence');
  await expect(cycles.at(0)).toContainText('Full, of all objects');
});

test('a new collection with coexistence opens the wizard, which asks for objects first', async () => {
  await shell.open('Pair', 'Collections');
  await expect(gridOf(shell.panel, 'Collections').row('Everyone')).toContainText('On');
  await shell.action('New Collection').click();
  const dialog = shell.dialog('New Collection');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Later');
  await dialog.getByRole('checkbox', { name: 'Enable coexistence immediately' }).click();
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  const wizard = planWizardOf(desk.page, 'Enable Coexistence for Later');
  await expect(wizard.root.getByText('The collection is empty. Add objects first.')).toBeVisible();
  await expect(wizard.root.getByRole('button', { name: 'Next' })).toBeDisabled();
  expect(await violations(desk.page)).toEqual([]);
  await wizard.root.getByRole('button', { name: 'Query Objects' }).click();
  const query = shell.dialog(/^Query Objects/);
  await query.getByRole('textbox', { name: 'Value of condition 1' }).fill('Sales');
  await query.getByRole('button', { name: 'Preview' }).click();
  await query.getByRole('button', { name: 'Add what is found' }).click();
  await query.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(wizard.root.getByText(/^All [1-9]\d* objects? of "Later"/)).toBeVisible();
  await wizard.press('Next');
  await wizard.at('Schedule');
  await wizard.press('Cancel');
});

test('what others change is shown; it is re-applied or accepted, value by value, and Why? tells it', async () => {
  await shell.open('Everyone', 'Coexistence');
  await tenant.graph('PATCH', `/users/${cloudId(11)}`, { department: 'Board', jobTitle: 'Boss' });
  await shell.action('Run Now').click();
  await shell.panel.getByRole('tab', { name: 'Drift (2)' }).click({ timeout: CYCLE_MS });
  const drift = gridOf(shell.panel, 'Drift');
  await expect(drift.row('department')).toContainText(/Ann.*department.*Sales.*Board.*open/);
  expect(await ann()).toMatchObject({ department: 'Board', jobTitle: 'Boss' });
  await drift.row('jobTitle').getByRole('cell').nth(1).click();
  expect(await violations(desk.page)).toEqual([]);
  await shell.action('Re-apply').click();
  const reapply = shell.dialog('Re-apply');
  await expect(reapply.getByRole('table').locator('tbody tr')).toHaveText([/^AnnjobTitleBossOwner$/]);
  expect(await violations(desk.page)).toEqual([]);
  await reapply.getByRole('button', { name: 'Re-apply', exact: true }).click();
  await expect(reapply).toBeHidden();
  await expect.poll(() => drift.count(), { timeout: CYCLE_MS }).toBe(1);
  expect(await ann()).toMatchObject({ department: 'Board', jobTitle: 'Owner' });
  await drift.row('department').getByRole('cell').nth(1).click();
  await shell.panel.getByRole('button', { name: 'Accept' }).click();
  await shell.dialog('Accept').getByRole('button', { name: 'Accept', exact: true }).click();
  await expect(shell.panel.getByRole('heading', { name: 'Nobody else has changed anything' })).toBeVisible();
  await shell.panel.getByRole('combobox', { name: 'Filter by state' }).selectOption('Accepted');
  await expect(drift.row('department')).toContainText('accepted');
  await expect(shell.action('Accept')).toHaveAttribute('aria-disabled', 'true');
  await shell.panel.getByRole('tab', { name: 'Held objects' }).click();
  await expect(gridOf(shell.panel, 'Held objects').row('department')).toContainText('Ann');
  expect(await ann()).toMatchObject({ department: 'Board', jobTitle: 'Owner' });
  await shell.tab('Objects');
  await gridOf(shell.panel, 'Objects').row('Ann').getByRole('cell').nth(1).click();
  await shell.action('Why?').click();
  const why = shell.dialog('Why? Ann');
  await why.getByRole('tab', { name: 'Drift' }).click();
  await expect(why.locator('tbody tr').filter({ hasText: 'jobTitle' })).toContainText('re-applied');
  await expect(why.locator('tbody tr').filter({ hasText: 'department' })).toContainText('accepted');
  expect(await violations(desk.page)).toEqual([]);
  await why.getByRole('button', { name: 'Close', exact: true }).last().click();
});

test('membership cannot be written back to an export, and the page says so', async () => {
  await shell.open('Everyone', 'Coexistence');
  await shell.panel.getByRole('tab', { name: 'Write-back' }).click();
  await expect(shell.panel.getByRole('heading', { name: 'No group is chosen' })).toBeVisible();
  await expect(shell.action('Write Back Membership')).toHaveAttribute('aria-disabled', 'true');
  expect(await violations(desk.page)).toEqual([]);
  await shell.panel.getByRole('button', { name: 'Choose Groups' }).click();
  const choose = shell.dialog('Choose Groups of Everyone');
  const groups = gridOf(choose, 'Groups of the collection');
  await groups.enter();
  await expect(choose.getByRole('button', { name: /^Choose \d+ groups?$/ })).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await choose.getByRole('button', { name: 'Cancel' }).click();
});

test('Disable Synchronization ends it', async () => {
  await shell.open('Everyone', 'Home');
  await shell.action('Disable Synchronization').click();
  const dialog = shell.dialog('Disable Synchronization');
  expect(await violations(desk.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Disable', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(allowed).toEqual(['Enable Coexistence']);
});
