import { readFile } from 'node:fs/promises';
import { expect, test } from '@playwright/test';
import { needsBrowser } from './desk/available.ts';
import { violations } from './desk/axe.ts';
import { openDesk, type Desk } from './desk/desk.ts';
import { gridOf, type GridPage } from './pages/grid.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser();

let desk: Desk;
let shell: ShellPage;
let grid: GridPage;

test.beforeAll(async ({ browser }) => {
  desk = await openDesk(browser);
  shell = shellOf(desk.page);
  grid = gridOf(shell.panel, 'Objects');
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => { await desk?.close(); });

/** Makes a static collection of the demo's pair and opens it. */
async function make(name: string): Promise<void> {
  await shell.open('Demo organisation', 'Collections');
  await shell.action('New Collection').click();
  const dialog = shell.dialog('New Collection');
  await dialog.getByRole('textbox', { name: 'Name' }).fill(name);
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(shell.panel.getByRole('heading', { name, exact: true })).toBeVisible();
}

test('Query Objects: conditions make a filter; the preview says what is added', async () => {
  await make('Wave 1');
  await shell.action('Query Objects').click();
  const dialog = shell.dialog(/^Query Objects/);
  await expect(dialog.getByRole('button', { name: 'Preview' })).toBeDisabled();
  await dialog.getByRole('textbox', { name: 'Value of condition 1' }).fill('Sales');
  await dialog.getByRole('button', { name: 'Add Condition' }).click();
  await dialog.getByRole('combobox', { name: 'Attribute of condition 2' }).fill('mail');
  await dialog.getByRole('combobox', { name: 'Operator of condition 2' }).selectOption('is present');
  await expect(dialog.getByText('(&(&(objectClass=user)(!(objectClass=computer)))(&(department=Sales)(mail=*)))')).toBeVisible();
  await dialog.getByRole('button', { name: 'Preview' }).click();
  const preview = dialog.getByText(/^Preview: \d+ added/);
  await expect(preview).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  const adds = Number(/(\d+) added/.exec(await preview.innerText())?.[1]);
  expect(adds).toBeGreaterThan(0);
  await dialog.getByRole('button', { name: 'Add what is found' }).click();
  await expect(dialog).toContainText(`${adds} object${adds === 1 ? '' : 's'} added.`);
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await shell.tab('Objects');
  await expect.poll(() => grid.count()).toBe(adds);
});

test('Import Objects: every line that is not taken is listed and exported; a missing collection is made after a tick', async () => {
  await shell.tab('Objects');
  const name = (await grid.cells(grid.at(0)))[1] ?? '';
  await shell.tab('Home');
  await shell.action('Import Objects').click();
  const dialog = shell.dialog(/^Import Objects/);
  const list = `displayName;Collection\r\n${name};Wave 1\r\n${name};Wave 2\r\nNobody At All;Wave 1\r\n;Wave 1\r\n`;
  await dialog.locator('input[type=file]').setInputFiles({ name: 'waves.csv', mimeType: 'text/csv', buffer: Buffer.from(`\uFEFF${list}`, 'utf16le') });
  await expect(dialog).toContainText('Read as UTF-16LE, separated by semicolon');
  await expect(dialog).toContainText('4 lines: 1 found. 1 in the collection already, 2 lines not taken.');
  const lines = dialog.getByRole('table', { name: 'Lines that are not taken' }).locator('tbody tr');
  await expect(lines).toHaveText([/^4Nobody At AllWave 1not found/, /^5–Wave 1empty/]);
  expect(await violations(desk.page)).toEqual([]);
  const add = dialog.getByRole('button', { name: 'Add 1 object' });
  await expect(add).toBeDisabled();
  await dialog.getByRole('checkbox', { name: /Make 1 collection that is not there yet: Wave 2/ }).click();
  const [download] = await Promise.all([desk.page.waitForEvent('download'), dialog.getByRole('button', { name: 'Export' }).click()]);
  expect(download.suggestedFilename()).toBe('waves-not-taken.csv');
  expect((await readFile(await download.path(), 'utf8')).split('\r\n').slice(0, 3)).toEqual(['\uFEFFLine,displayName,Collection,Result,Reason', expect.stringMatching(/^2,/), expect.stringMatching(/^4,Nobody At All,Wave 1,not found,/)]);
  await add.click();
  await expect(dialog).toContainText('1 object added.');
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await shell.open('Wave 2', 'Objects');
  await expect(grid.at(0)).toContainText(name);
});

test('a warning where rules differ, until the object is moved out', async () => {
  await shell.open('Wave 2', 'Matching');
  await gridOf(shell.panel, 'Matching rules').at(0).click();
  await shell.action('Remove Rule').click();
  await shell.dialog('Remove Matching Rule').getByRole('button', { name: 'Remove', exact: true }).click();
  await shell.open('Wave 1', 'Home');
  await expect(shell.panel.getByText('1 object is in "Wave 2" too, which has other matching rules')).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await shell.open('Wave 2', 'Objects');
  await grid.at(0).getByRole('cell').nth(1).click();
  await shell.action('Move to Collection').click();
  const dialog = shell.dialog('Move to Collection');
  await dialog.getByRole('combobox', { name: 'Move to' }).selectOption('Wave 1');
  await dialog.getByRole('button', { name: 'Move', exact: true }).click();
  await expect(dialog).toContainText('1 were there already');
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await shell.open('Wave 1', 'Home');
  await expect(shell.panel.getByText('which has other matching rules')).toHaveCount(0);
});

test('New Dynamic Collection and Change Scope show what is added, removed and unchanged', async () => {
  await shell.open('Demo organisation', 'Collections');
  await shell.action('New Dynamic Collection').click();
  const dialog = shell.dialog('New Dynamic Collection');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('All Sales');
  await dialog.getByRole('tab', { name: 'LDAP filter' }).click();
  await dialog.getByRole('textbox', { name: 'LDAP filter' }).fill('(department=Sales)');
  await dialog.getByRole('button', { name: 'Preview' }).click();
  await expect(dialog.getByText(/^Preview: \d+ added, 0 removed, 0 unchanged/)).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(shell.panel.getByRole('heading', { name: 'All Sales', exact: true })).toBeVisible();
  await expect(shell.action('Add Objects')).toHaveAttribute('aria-disabled', 'true');
  await shell.tab('Objects');
  const before = await grid.count();
  await shell.action('Change Scope').click();
  const change = shell.dialog(/^Change Scope/);
  await change.getByRole('textbox', { name: 'LDAP filter' }).fill('(&(department=Sales)(mail=*))');
  await expect(change.getByRole('button', { name: 'Change Scope', exact: true })).toBeDisabled();
  await change.getByRole('button', { name: 'Preview' }).click();
  const text = await change.getByText(/^Preview: 0 added, \d+ removed, \d+ unchanged/).innerText();
  const unchanged = Number(/(\d+) unchanged/.exec(text)?.[1]);
  await change.getByRole('button', { name: 'Change Scope', exact: true }).click();
  await expect(change).toBeHidden();
  await expect.poll(() => grid.count()).toBe(unchanged);
  expect(before).toBeGreaterThanOrEqual(unchanged);
});
