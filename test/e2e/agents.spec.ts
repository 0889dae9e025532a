import { expect, test } from '@playwright/test';
import { violations } from './desk/axe.ts';
import { needsBrowser } from './desk/available.ts';
import { openDesk, type Desk } from './desk/desk.ts';
import { gridOf, type GridPage } from './pages/grid.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser();

let desk: Desk;
let shell: ShellPage;
let agents: GridPage;

test.beforeAll(async ({ browser }) => {
  desk = await openDesk(browser);
  shell = shellOf(desk.page);
  agents = gridOf(shell.panel, 'Agents');
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => { await desk?.close(); });

test('the page says how the local agent is, where it runs, and for which collections', async () => {
  await shell.open('Agents');
  await expect(agents.row('Local')).toContainText('Idle');
  await expect(shell.panel.getByText('The project is a file')).toBeVisible();
  for (const action of ['Drain', 'Resume', 'Remove']) await expect(shell.action(action)).toHaveAttribute('aria-disabled', 'true');
  await agents.enter();
  const details = shell.panel.getByRole('region', { name: 'Agent Local' });
  await expect(details.getByRole('list', { name: 'Collections of Local' })).toContainText('Everyone');
  await expect(details).toContainText(/Machine.*process \d+/);
  await expect(shell.action('Remove')).toHaveAttribute('aria-disabled', 'true');
  expect(await violations(desk.page)).toEqual([]);
});

test('New Agent names one and shows the command that runs it; a collection is moved to it', async () => {
  await shell.action('New Agent').click();
  const dialog = shell.dialog('New Agent');
  await expect(dialog.getByRole('button', { name: 'Create', exact: true })).toBeDisabled();
  await expect(dialog.getByText('The project is a file, so the agent must run on this machine.')).toBeVisible();
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Berlin 2');
  expect(await violations(desk.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  const made = shell.dialog('Agent Berlin 2');
  await expect(made.getByText(/^causeway --project \S+demo\.causeway agent --name "Berlin 2"$/)).toBeVisible();
  await expect(made.getByRole('region', { name: 'Settings of the service' })).toContainText('AGENT_NAME="Berlin 2"');
  await expect(made.getByRole('region', { name: 'Unit of the service' })).toContainText('ExecStart=');
  expect(await violations(desk.page)).toEqual([]);
  await made.getByRole('button', { name: 'Close', exact: true }).last().click();
  await expect(agents.row('Berlin 2')).toContainText(/Not started.*never/);
  await shell.panel.getByRole('button', { name: 'Move Everyone to another agent' }).click();
  const move = shell.dialog('Move Collection to Agent');
  await expect(move.getByText('"Berlin 2" is not running')).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await move.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(move).toContainText('"Everyone" belongs to "Berlin 2" now.');
  await move.getByRole('button', { name: 'Close', exact: true }).last().click();
  await shell.open('Everyone', 'Home');
  await expect(shell.panel.getByRole('region', { name: 'Collection', exact: true })).toContainText('Berlin 2');
});

test('an agent with a collection cannot be removed; without it, it is; the local one is drained and resumed', async () => {
  await shell.open('Agents');
  await agents.row('Berlin 2').getByRole('cell').first().click();
  await expect(shell.panel.getByText('Move them to another agent first.')).toBeVisible();
  await expect(shell.action('Remove')).toHaveAttribute('aria-disabled', 'true');
  await shell.open('Everyone', 'Home');
  await shell.action('Move Collection to Agent').click();
  const move = shell.dialog('Move Collection to Agent');
  await move.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(move).toContainText('"Everyone" belongs to "Local" now.');
  await move.getByRole('button', { name: 'Close', exact: true }).last().click();
  await shell.open('Agents');
  await agents.row('Berlin 2').getByRole('cell').first().click();
  await shell.action('Remove').click();
  await shell.dialog('Remove Agent').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(agents.row('Berlin 2')).toHaveCount(0);
  await agents.row('Local').getByRole('cell').first().click();
  await shell.action('Drain').click();
  const drain = shell.dialog('Drain Agent');
  expect(await violations(desk.page)).toEqual([]);
  await drain.getByRole('button', { name: 'Drain', exact: true }).click();
  await expect(agents.row('Local')).toContainText('Drained');
  await shell.action('Resume').click();
  await expect(agents.row('Local')).toContainText('Idle');
});
