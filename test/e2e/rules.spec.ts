import { expect, test } from '@playwright/test';
import { violations } from './desk/axe.ts';
import { needsBrowser } from './desk/available.ts';
import { openDesk, type Desk } from './desk/desk.ts';
import { gridOf } from './pages/grid.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser();

let desk: Desk;
let shell: ShellPage;
test.beforeAll(async ({ browser }) => {
  desk = await openDesk(browser);
  shell = shellOf(desk.page);
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => { await desk?.close(); });

test('the project is read from both sides', async () => {
  await shell.open('Demo organisation', 'Home');
  await shell.panel.getByRole('button', { name: 'Discover now' }).click();
  await expect(shell.panel.getByText('Never. Discover now')).toBeHidden({ timeout: 30_000 });
});

test('an expression is written with completion, marked where it is wrong, shown on real objects, and saved', async () => {
  await shell.open('Everyone', 'Mapping');
  await shell.action('New Mapping Rule').click();
  const dialog = shell.dialog('New Mapping Rule');
  await dialog.getByRole('combobox', { name: 'Target attribute' }).fill('jobTitle');
  await desk.page.keyboard.press('Tab');
  await dialog.getByRole('radio', { name: /^Expression:/ }).click();
  const text = dialog.getByRole('textbox', { name: 'Expression' });
  await text.pressSequentially('ToUpp');
  const list = dialog.getByRole('listbox', { name: 'Completions' });
  await expect(list.getByRole('option').first()).toContainText('ToUpper');
  // Escape closes the list only.
  await desk.page.keyboard.press('Escape');
  await expect(list).toBeHidden();
  await expect(dialog).toBeVisible();
  await desk.page.keyboard.press('Control+Space');
  await expect(list).toBeVisible();
  await desk.page.keyboard.press('Enter');
  await expect(text).toHaveValue('ToUpper(');
  await expect(dialog.getByText('ToUpper(source, [culture])')).toBeVisible();
  await text.pressSequentially('[titl');
  await expect(list.getByRole('option').first()).toContainText('title');
  await desk.page.keyboard.press('Enter');
  await expect(text).toHaveValue('ToUpper([title]');
  await expect(dialog.getByRole('alert').or(dialog.locator('.fui-Field__validationMessage'))).toContainText(/^At character \d+/);
  const preview = dialog.getByRole('region', { name: 'Preview' });
  await expect(preview).toContainText('cannot be read yet');
  await text.press('End');
  await text.pressSequentially(')');
  await expect(preview.getByText(/objects looked at.*changed/)).toBeVisible();
  await expect(preview.getByRole('table').getByRole('row').nth(1)).toContainText('changed');
  expect.soft(await violations(desk.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  await shell.panel.getByRole('searchbox', { name: 'Search mapping rules' }).fill('ToUpper');
  await expect(gridOf(shell.panel, 'Mapping rules').at(0)).toContainText('ToUpper([title])');
});

test('"Test this rule" says what a matching rule would change, before it is saved', async () => {
  await shell.open('Everyone', 'Matching');
  await shell.action('Add Matching Rule').click();
  const dialog = shell.dialog('Add Matching Rule');
  await dialog.getByRole('combobox', { name: 'Target attribute' }).fill('displayName');
  await desk.page.keyboard.press('Tab');
  await dialog.getByRole('combobox', { name: 'Source attribute' }).fill('displayName');
  await desk.page.keyboard.press('Tab');
  await dialog.getByRole('button', { name: 'Test this rule' }).click();
  const result = dialog.getByRole('region', { name: 'Test this rule' });
  await expect(result.getByText(/objects? would be matched differently/)).toBeVisible({ timeout: 30_000 });
  expect.soft(await violations(desk.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await gridOf(shell.panel, 'Matching rules').row('user  userPrincipalName').first().getByRole('cell').nth(1).click();
  await shell.action('Remove Rule').click();
  const remove = shell.dialog('Remove Matching Rule');
  await remove.getByRole('button', { name: 'Test without this rule' }).click();
  await expect(remove.getByText(/^[1-9]\d* of \d+ objects would be matched differently: /)).toBeVisible({ timeout: 30_000 });
  await expect(remove.getByRole('region', { name: 'Objects that would be matched differently' }).getByRole('row').nth(1)).toContainText('Matched');
  await remove.getByRole('button', { name: 'Cancel' }).click();
  await shell.action('Change Priority').click();
  const order = shell.dialog('Change Priority');
  await order.getByRole('button', { name: 'Move rule 3 up' }).click();
  await order.getByRole('button', { name: 'Test this order' }).click();
  await expect(order.getByText(/objects? would be matched differently/)).toBeVisible({ timeout: 30_000 });
  await order.getByRole('button', { name: 'Cancel' }).click();
});

test('the pair\'s rules are pushed after the difference was shown; a schema template says what it would change', async () => {
  await shell.open('Demo organisation', 'Mapping');
  await shell.action('Push to Collections').click();
  const push = shell.dialog('Push to Collections');
  await expect(push.getByRole('region', { name: 'What changes in Everyone' })).toContainText('ToUpper([title])');
  await expect(push.getByRole('checkbox', { name: 'Everyone: 1 removed' })).toBeChecked();
  await push.getByRole('button', { name: 'Push to 1 collection' }).click();
  await expect(push).toBeHidden();
  await shell.action('Push to Collections').click();
  await expect(push).toContainText('Every collection has the rules of the pair');
  await push.getByRole('button', { name: 'Close', exact: true }).last().click();
  await shell.action('Change Schema Template').click();
  const template = shell.dialog('Schema Template');
  await expect(template).toContainText('Nobody has changed them since.');
  await template.getByRole('combobox', { name: 'Schema template' }).selectOption('Minimal');
  await expect(template.getByRole('region', { name: 'What applying the template changes' })).toContainText('removed');
  expect.soft(await violations(desk.page)).toEqual([]);
  await template.getByRole('button', { name: 'Apply' }).click();
  await expect(template).toBeHidden();
  await expect(shell.panel.getByText('Schema template: Minimal.')).toBeVisible();
});
