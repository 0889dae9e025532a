import { expect, test } from '@playwright/test';
import { violations } from './desk/axe.ts';
import { needsBrowser } from './desk/available.ts';
import { openDesk, type Desk } from './desk/desk.ts';
import { gridOf, type GridPage } from './pages/grid.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

needsBrowser();

let desk: Desk;
let shell: ShellPage;
let grid: GridPage;

test.beforeAll(async ({ browser }) => {
  desk = await openDesk(browser);
  shell = shellOf(desk.page);
  grid = gridOf(shell.panel, 'Objects');
});
test.beforeEach(async () => {
  await shell.open('Causeway demo');
  await shell.open('Everyone', 'Objects');
  await grid.enter();
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => { await desk?.close(); });

const press = (keys: string): Promise<void> => desk.page.keyboard.press(keys);
const selected = (count: number): Promise<void> => expect(shell.panel.getByRole('toolbar', { name: 'Objects' }).locator('output')).toHaveText(new RegExp(`, ${count} selected$`));
/** Name and whether it is out of reach, of every action in an order. */
type Actions = readonly (readonly [title: string, disabled: boolean])[];

test('Ctrl+End, Home, Page Down and the arrows move the focus in the grid, one row at a time', async () => {
  const rows = await grid.count();
  expect(rows).toBeGreaterThan(300);
  await press('Control+End');
  await expect.poll(() => grid.focused()).toBe(rows - 1);
  await expect(grid.at(rows - 1)).not.toContainText('…');
  await press('ArrowUp');
  await expect.poll(() => grid.focused()).toBe(rows - 2);
  await press('Home');
  await expect.poll(() => grid.focused()).toBe(0);
  await press('PageDown');
  await expect.poll(() => grid.focused()).toBeGreaterThan(5);
  const page = await grid.focused();
  await press('ArrowDown');
  await expect.poll(() => grid.focused()).toBe(page + 1);
  await press('PageUp');
  await expect.poll(() => grid.focused()).toBe(1);
});

test('Space, Shift and Ctrl+A select; the filter narrows and forgets the selection', async () => {
  await selected(1);
  await press('ArrowDown');
  await expect(grid.at(1)).toBeFocused();
  await press('Space');
  await selected(2);
  await expect(grid.at(1)).toHaveAttribute('aria-selected', 'true');
  await press('Space');
  await selected(1);
  await press('ArrowDown');
  await expect(grid.at(2)).toBeFocused();
  await press('Space');
  for (const row of [3, 4, 5]) {
    await press('Shift+ArrowDown');
    await expect(grid.at(row)).toBeFocused();
  }
  await selected(4);
  await press('Control+a');
  const rows = await grid.count();
  await selected(rows);
  await expect(shell.panel.getByText(`All ${rows} objects that the filter shows are selected, also those not on screen.`)).toBeVisible();
  await press('Control+f');
  await expect(shell.panel.getByRole('searchbox', { name: 'Search objects' })).toBeFocused();
  await desk.page.keyboard.type('aoife');
  await expect.poll(() => grid.count()).toBeLessThan(20);
  await expect(grid.row('').filter({ hasNotText: /aoife/i })).toHaveCount(0);
  await expect(shell.panel.getByRole('toolbar', { name: 'Objects' }).locator('output')).toHaveText(/^\d+ objects$/);
});

test('Enter opens the row, Escape closes it, and the focus is where it was', async () => {
  await press('ArrowDown');
  await expect(grid.at(1)).toBeFocused();
  const name = (await grid.cells(grid.at(1)))[1] ?? '';
  await press('Enter');
  await expect(shell.dialog(`Why? ${name}`)).toBeVisible();
  await press('Escape');
  await expect(shell.dialog(`Why? ${name}`)).toBeHidden();
  await expect(grid.at(1)).toBeFocused();
});

test('F6 goes through the panes and Shift+F6 back', async () => {
  const inPane = async (): Promise<string> => desk.page.evaluate(() => document.activeElement?.closest('nav,main,aside')?.tagName ?? 'none');
  expect(await inPane()).toBe('MAIN');
  for (const pane of ['ASIDE', 'NAV', 'MAIN']) {
    await press('F6');
    await expect.poll(inPane).toBe(pane);
  }
  for (const pane of ['NAV', 'ASIDE', 'MAIN']) {
    await press('Shift+F6');
    await expect.poll(inPane).toBe(pane);
  }
});

test('Ctrl+1 to Ctrl+9 open the first nine tabs of the node', async () => {
  const tabs = ['Home', 'Objects', 'Coexistence', 'Review', 'Matching', 'Mapping', 'Licences', 'References', 'Checks', 'Statistics', 'Tasks'];
  await expect.poll(() => shell.tabs.getByRole('tab').allInnerTexts()).toEqual(tabs);
  for (const [i, tab] of tabs.slice(0, 9).entries()) {
    await press(`Control+${i + 1}`);
    await expect(shell.tabs.getByRole('tab', { name: tab, exact: true })).toHaveAttribute('aria-selected', 'true');
  }
});

test('tabs that a narrow window has no room for are in a menu beside the others', async () => {
  await desk.page.setViewportSize({ width: 900, height: 700 });
  const hidden = shell.tabs.getByRole('tab', { name: 'Tasks', exact: true });
  await expect(hidden).toBeHidden();
  await desk.page.getByRole('button', { name: /more tabs?$/ }).click();
  await desk.page.getByRole('menuitem', { name: 'Tasks', exact: true }).click();
  await expect(hidden).toBeVisible();
  await expect(hidden).toHaveAttribute('aria-selected', 'true');
  expect(await violations(desk.page)).toEqual([]);
  await desk.page.setViewportSize({ width: 1440, height: 900 });
  await expect(desk.page.getByRole('button', { name: /more tabs?$/ })).toBeHidden();
});

test('the management tree is walked with the arrow keys', async () => {
  await shell.node('Causeway demo').click();
  await press('ArrowDown');
  await press('ArrowDown');
  await press('Enter');
  await expect(shell.tabs.getByRole('tab', { name: 'Objects' })).toBeVisible();
  await press('ArrowLeft');
  await press('Enter');
  await expect(shell.tabs.getByRole('tab', { name: 'Collections' })).toBeVisible();
});

test('Shift+F10 offers what the Actions pane offers, enabled alike', async () => {
  const buttons = shell.actions.getByRole('listitem').getByRole('button');
  // The pane follows what is chosen, and what it reads of the collection.
  for (const title of ['Enable Coexistence', 'Why?']) await expect(shell.action(title)).not.toHaveAttribute('aria-disabled', 'true');
  const pane: Actions = await buttons.evaluateAll((list) => list.map((b): [string, boolean] => [b.textContent?.trim() ?? '', b.getAttribute('aria-disabled') === 'true']));
  expect(pane.length).toBeGreaterThan(8);
  await press('Shift+F10');
  const menu = desk.page.getByRole('menu', { name: 'Actions for the selection' });
  await expect(menu).toBeVisible();
  const offered: Actions = await menu.getByRole('menuitem').evaluateAll((list) => list.map((item): [string, boolean] => [item.querySelector('.fui-MenuItem__content')?.firstChild?.textContent?.trim() ?? '', item.getAttribute('aria-disabled') === 'true']));
  expect(offered).toEqual(pane);
  await press('Escape');
  await expect(menu).toBeHidden();
  await expect(grid.at(0)).toBeFocused();
  const third = (await grid.cells(grid.at(2)))[1];
  await grid.at(2).click({ button: 'right' });
  await expect(menu).toBeVisible();
  await menu.getByRole('menuitem', { name: /^Why\?/ }).click();
  await expect(shell.dialog(`Why? ${String(third)}`)).toBeVisible();
  await press('Escape');
});

test('Ctrl+Shift+P lists the commands; Keyboard Shortcuts names the keys', async () => {
  await press('Control+Shift+P');
  await expect(desk.page.getByRole('menuitem', { name: /^Migrate Objects/ })).toBeVisible();
  await press('Escape');
  await shell.banner.getByRole('button', { name: 'Keyboard shortcuts' }).click();
  await expect(shell.dialog('Keyboard Shortcuts').getByRole('row', { name: /^F6/ })).toBeVisible();
  await press('Escape');
});

test('Show command gives the same on the command line, and the line works', async () => {
  const toggle = shell.actions.getByRole('switch', { name: 'Show command' });
  await toggle.click();
  const line = shell.actions.getByRole('listitem').filter({ hasText: 'Why?' }).getByText(/^causeway /);
  await expect(line).toHaveText(/^causeway objects show [\w-]{36} --collection Everyone$/);
  const text = await line.innerText();
  const ran = await desk.operator.run('--json', ...text.split(' ').slice(1));
  expect(ran, ran.stderr).toMatchObject({ code: 0 });
  expect(JSON.stringify(ran.json)).toContain(String((await grid.cells(grid.at(0)))[1]));
  await toggle.click();
  await expect(line).toBeHidden();
});
