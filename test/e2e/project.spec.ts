import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { needsBrowser } from './desk/available.ts';
import { openDesk, type Desk } from './desk/desk.ts';
import { gridOf } from './pages/grid.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser();

let desk: Desk;
let shell: ShellPage;
const file = (name: string): string => path.join(desk.operator.folder, name);

test.beforeAll(async ({ browser }) => {
  desk = await openDesk(browser);
  shell = shellOf(desk.page);
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => { await desk?.close(); });

/** Opens or makes a project by its dialog. */
async function ask(action: 'New Project' | 'Open Project', target: string, name?: string): Promise<void> {
  await shell.action(action).click();
  const dialog = shell.dialog(action);
  if (name !== undefined) await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('textbox', { name: 'Project file' }).fill(target);
  await dialog.getByRole('button', { name: name === undefined ? 'Open' : 'Create', exact: true }).click();
}

test('New Project: an empty project leads on from every one of its tabs', async () => {
  await ask('New Project', file('new.causeway'), 'Fresh');
  await expect(shell.banner).toContainText('Fresh');
  await expect(shell.banner).not.toContainText('Demo');
  await expect(shell.panel.getByRole('heading', { name: 'Welcome to Fresh' })).toBeVisible();
  const steps = shell.panel.getByRole('region', { name: 'What to do next' });
  await expect(steps.getByRole('button', { name: 'New Migration Pair' })).toBeEnabled();
  for (const later of ['Match Objects', 'Migrate Objects']) await expect(steps.getByRole('button', { name: later })).toBeDisabled();
  await expect(steps.getByText('Add a migration pair first.').first()).toBeVisible();
  await shell.tab('Tasks');
  await expect(shell.panel.getByRole('heading', { name: 'No tasks yet' })).toBeVisible();
  await shell.tab('Agents');
  await expect(gridOf(shell.panel, 'Agents').row('Local')).toContainText('Idle');
  await shell.tab('Migration Pairs');
  await shell.panel.getByRole('button', { name: 'New Migration Pair' }).click();
  await shell.dialog('New Migration Pair').getByRole('button', { name: 'Cancel', exact: true }).click();
});

test('Open Project: a file that is none is refused with the reason and its code, and the open project stays', async () => {
  await writeFile(file('text.causeway'), 'no project '.repeat(50));
  await shell.tab('Home');
  await ask('Open Project', file('text.causeway'));
  const dialog = shell.dialog('Open Project');
  await expect(dialog.getByRole('alert')).toContainText(`${file('text.causeway')} is not a Causeway project; choose a project file.`);
  await expect(dialog.getByRole('alert')).toContainText('Code BAD_FILE');
  await dialog.getByRole('textbox', { name: 'Project file' }).fill(file('missing.causeway'));
  await dialog.getByRole('button', { name: 'Open', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('Code NOT_FOUND');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(shell.banner).toContainText('Fresh');
  await ask('New Project', file('new.causeway'), 'Again');
  await expect(shell.dialog('New Project').getByRole('alert')).toContainText('Code CONFLICT');
  await shell.dialog('New Project').getByRole('button', { name: 'Cancel' }).click();
});

test('Rename and Copy Project; the copy opens and has the new name', async () => {
  await shell.action('Rename Project').click();
  await shell.dialog('Rename Project').getByRole('textbox', { name: 'Name' }).fill('Contoso');
  await shell.dialog('Rename Project').getByRole('button', { name: 'Rename', exact: true }).click();
  await expect(shell.node('Contoso')).toBeVisible();
  await shell.action('Copy Project').click();
  const copy = shell.dialog('Copy Project');
  await copy.getByRole('textbox', { name: 'Copy to file' }).fill(file('copy.causeway'));
  await copy.getByRole('button', { name: 'Copy', exact: true }).click();
  await expect(copy.getByText(`The project was copied to ${file('copy.causeway')}.`)).toBeVisible();
  await copy.getByRole('button', { name: 'Close', exact: true }).last().click();
  await shell.action('Move Project').click();
  const move = shell.dialog('Move Project');
  await expect(move.getByRole('button', { name: 'Move', exact: true })).toBeDisabled();
  await move.getByRole('textbox', { name: 'Address on PostgreSQL' }).fill(file('moved.causeway'));
  await move.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(move.getByRole('alert')).toContainText('The project is a file already');
  await move.getByRole('button', { name: 'Cancel' }).click();
  await ask('Open Project', file('copy.causeway'));
  await expect(shell.statusBar).toContainText(file('copy.causeway'));
  await expect(shell.banner).toContainText('Contoso');
});

test('the demo project opens again; its pair takes no wrong property and keeps a right one', async () => {
  await ask('Open Project', path.join(desk.operator.home, 'demo', 'demo.causeway'));
  await expect(shell.node('Demo organisation')).toBeVisible();
  await shell.open('Demo organisation');
  await shell.action('Properties').click();
  const dialog = shell.dialog('Properties of Demo organisation');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Works');
  await dialog.getByRole('tab', { name: 'Defaults' }).click();
  await dialog.getByRole('textbox', { name: 'Country code' }).fill('Germany');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog.getByRole('textbox', { name: 'Country code' })).toHaveAttribute('aria-invalid', 'true');
  await dialog.getByRole('textbox', { name: 'Country code' }).fill('DE');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect(shell.node('Works')).toBeVisible();
  await expect(shell.panel.getByRole('definition').filter({ hasText: /^DE$/ })).toBeVisible();
});

test('matching rules: added, moved, disabled and removed, and a new collection gets a copy of them', async () => {
  await shell.tab('Matching');
  const grid = gridOf(shell.panel, 'Matching rules');
  const rules = await grid.count();
  expect(rules).toBeGreaterThan(2);
  await shell.action('Add Matching Rule').click();
  const dialog = shell.dialog('Add Matching Rule');
  await dialog.getByRole('combobox', { name: 'Target attribute' }).fill('employeeId');
  await dialog.getByRole('combobox', { name: 'Source attribute' }).fill('employeeID');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(() => grid.count()).toBe(rules + 1);
  const mine = grid.row('employeeID');
  await mine.getByRole('cell').first().click();
  await shell.action('Move Up').click();
  await expect(grid.at(rules - 1)).toContainText('employeeID');
  await shell.action('Enable or Disable Rule').click();
  await expect(mine).toContainText('Disabled');
  await shell.action('New Collection').click();
  await shell.dialog('New Collection').getByRole('textbox', { name: 'Name' }).fill('Pilot');
  await shell.dialog('New Collection').getByRole('button', { name: 'Create', exact: true }).click();
  await shell.open('Pilot', 'Matching');
  await expect(grid.row('employeeID')).toContainText('Disabled');
  await grid.row('employeeID').getByRole('cell').first().click();
  await shell.action('Remove Rule').click();
  await shell.dialog('Remove Matching Rule').getByRole('button', { name: 'Remove', exact: true }).click();
  await expect.poll(() => grid.count()).toBe(rules);
  await shell.open('Works', 'Matching');
  await expect.poll(() => grid.count()).toBe(rules + 1);
});

test('mapping rules: a constant is added and changed with the keyboard', async () => {
  await shell.open('Pilot', 'Mapping');
  const grid = gridOf(shell.panel, 'Mapping rules');
  await shell.action('New Mapping Rule').click();
  const dialog = shell.dialog('New Mapping Rule');
  await dialog.getByRole('combobox', { name: 'Target attribute' }).fill('companyName');
  await dialog.getByRole('radio', { name: /^Set constant/ }).click();
  await dialog.getByRole('textbox', { name: 'Constant' }).fill('Contoso');
  await dialog.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(dialog).toBeHidden();
  await shell.panel.getByRole('searchbox').fill('companyName');
  await grid.row('Set constant').filter({ hasText: 'Contoso' }).getByRole('cell').first().click();
  await expect(shell.action('Edit Rule')).not.toHaveAttribute('aria-disabled', 'true');
  const edit = shell.dialog('Edit Mapping Rule');
  // The window hears no shortcuts while the dialog before still fades out.
  await expect(async () => {
    await desk.page.keyboard.press('Alt+Enter');
    await expect(edit).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await expect(edit.getByRole('textbox', { name: 'Constant' })).toHaveValue('Contoso');
  await edit.getByRole('textbox', { name: 'Constant' }).fill('Fabrikam');
  await edit.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(grid.row('Set constant').filter({ hasText: 'Fabrikam' })).toBeVisible();
});

test('Query Objects: preview, add, remove, and an export of the list', async () => {
  await shell.tab('Objects');
  await shell.panel.getByRole('button', { name: 'Query Objects' }).click();
  const dialog = shell.dialog(/^Query Objects/);
  await dialog.getByRole('tab', { name: 'LDAP filter' }).click();
  const filter = dialog.getByRole('textbox', { name: 'LDAP filter' });
  await filter.fill('objectClass=group');
  await expect(dialog.getByText('at character 1: a filter starts with an opening bracket')).toBeVisible();
  await filter.fill('(&(objectClass=group)');
  await expect(dialog.getByText('at character 22: a closing bracket is missing')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Preview' })).toBeDisabled();
  await filter.fill('(objectClass=group)');
  await dialog.getByRole('button', { name: 'Preview' }).click();
  await expect(dialog.getByText(/^Preview: \d+ added, 0 in the collection already, \d+ left out\.$/)).toBeVisible();
  await dialog.getByRole('button', { name: 'Add what is found' }).click();
  await expect(dialog).toContainText(/\d+ objects added\./);
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  const grid = gridOf(shell.panel, 'Objects');
  await expect(grid.at(0)).toContainText('group');
  const count = await grid.count();
  expect(count).toBeGreaterThan(20);
  await grid.enter();
  const name = (await grid.cells(grid.at(0)))[1] ?? '';
  await expect(shell.action('Remove from Collection')).not.toHaveAttribute('aria-disabled', 'true');
  await desk.page.keyboard.press('Delete');
  const remove = shell.dialog('Remove from Collection');
  await expect(remove).toContainText(`"${name}"`);
  await remove.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect.poll(() => grid.count()).toBe(count - 1);
  const [download] = await Promise.all([desk.page.waitForEvent('download'), shell.panel.getByRole('button', { name: 'Export list' }).click()]);
  expect(download.suggestedFilename()).toBe('Pilot objects.csv');
  const text = await readFile(await download.path(), 'utf8');
  expect(text.startsWith('\uFEFFName,Type,')).toBe(true);
  expect(text.trim().split('\r\n')).toHaveLength(count);
  expect(text).not.toContain(`\n${name},`);
});

test('Delete Collection and Delete Migration Pair ask first and say what stays', async () => {
  await shell.open('Pilot', 'Home');
  await shell.action('Delete Collection').click();
  const collection = shell.dialog('Delete Collection');
  await expect(collection).toContainText('Nothing changes in Active Directory or in the tenant');
  await collection.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(shell.node('Pilot')).toHaveCount(0);
  await expect(gridOf(shell.panel, 'Collections').row('Everyone')).toBeVisible();
  await shell.tab('Home');
  await shell.action('Delete Migration Pair').click();
  const pair = shell.dialog('Delete Migration Pair');
  await pair.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(shell.panel.getByRole('heading', { name: 'No migration pairs yet' })).toBeVisible();
  await desk.page.goBack();
  await expect(shell.panel.getByRole('heading', { name: 'This is no longer in the project' })).toBeVisible();
  await shell.panel.getByRole('button', { name: 'Go to the project' }).click();
  await expect(shell.panel.getByRole('heading', { name: /^Welcome to/ })).toBeVisible();
});
