import { expect, test, type Locator } from '@playwright/test';
import { faded, violations } from './desk/axe.ts';
import { needsBrowser } from './desk/available.ts';
import { openDesk, type Desk } from './desk/desk.ts';
import { gridOf } from './pages/grid.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

needsBrowser();

let desk: Desk;
let shell: ShellPage;
test.beforeAll(async ({ browser }) => {
  desk = await openDesk(browser);
  shell = shellOf(desk.page);
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => { await desk?.close(); });

const DIALOGS = [['Matching', 'Add Matching Rule'], ['Mapping', 'New Mapping Rule']] as const;
const boxOf = (dialog: Locator): Locator => dialog.getByRole('combobox', { name: 'Target attribute' });
const open = async (tab: string, action: string): Promise<Locator> => {
  await shell.open('Demo organisation', tab);
  await shell.action(action).click();
  const dialog = shell.dialog(action);
  await expect.soft(dialog).toBeVisible();
  return dialog;
};
/** What the list of the box offers; select boxes have options of their own. */
const options = (): Locator => desk.page.locator('.fui-Option:visible');

for (const [tab, action] of DIALOGS) {
  test(`${action}: a name that is typed stays as typed when Tab leaves the box, and axe finds nothing`, async () => {
    const dialog = await open(tab, action);
    const box = boxOf(dialog);
    for (const name of ['mail', 'employee', 'noSuchAttribute']) {
      for (const how of ['typed', 'pasted'] as const) {
        await box.fill('');
        await (how === 'typed' ? box.pressSequentially(name) : box.fill(name));
        expect.soft(await violations(desk.page), `${name} ${how}, in the box`).toEqual([]);
        await desk.page.keyboard.press('Tab');
        await expect(box).not.toBeFocused();
        await expect.soft(options()).toHaveCount(0);
        await expect.soft(box, `${name} ${how}`).toHaveValue(name);
        await expect.soft(box).toHaveAttribute('aria-expanded', 'false');
        await expect.soft(box, `${name} ${how}`).not.toHaveAttribute('aria-activedescendant');
        expect.soft(await violations(desk.page), `${name} ${how}, left`).toEqual([]);
      }
    }
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });

  test(`${action}: Escape closes the list, and only then the dialog`, async () => {
    const dialog = await open(tab, action);
    const box = boxOf(dialog);
    const ways: readonly (readonly [string, () => Promise<void>])[] = [
      ['typing', () => box.pressSequentially('m')], ['the pointer', () => box.click()], ['an arrow', () => box.press('ArrowDown')], ['pasting and an arrow', async () => { await box.fill('ma'); await box.press('ArrowDown'); }],
    ];
    for (const [way, openList] of ways) {
      await box.fill('');
      await openList();
      await expect(box, way).toHaveAttribute('aria-expanded', 'true');
      await desk.page.keyboard.press('Escape');
      await expect.soft(box, way).toHaveAttribute('aria-expanded', 'false');
      // A dialog that closes is gone when it has faded out.
      await faded(desk.page);
      await expect(dialog, way).toBeVisible();
    }
    await desk.page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  });

  test(`${action}: a name is chosen from the list with arrows and Enter, and with the pointer`, async () => {
    const dialog = await open(tab, action);
    const box = boxOf(dialog);
    await box.pressSequentially('employee');
    await desk.page.keyboard.press('ArrowDown');
    await expect(box).toHaveAttribute('aria-activedescendant', /./);
    const active = await box.getAttribute('aria-activedescendant');
    const name = await desk.page.locator(`[id="${active}"]`).innerText();
    await desk.page.keyboard.press('Enter');
    await expect.soft(box).toHaveValue(name);
    await expect.soft(dialog).toBeVisible();
    await box.fill('');
    await box.pressSequentially('display');
    await options().filter({ hasText: /^displayName$/ }).click();
    await expect(box).toHaveValue('displayName');
    await expect(options()).toHaveCount(0);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
  });
}

test('Shift selects every row between two that are far apart, also those that were never read', async () => {
  await shell.open('Everyone', 'Objects');
  const grid = gridOf(shell.panel, 'Objects');
  const count = await grid.count();
  await grid.at(9).getByRole('cell').nth(1).click();
  await desk.page.keyboard.press('End');
  await expect(grid.at(count - 1)).toBeFocused();
  await grid.at(count - 1).getByRole('cell').nth(1).click({ modifiers: ['Shift'] });
  await expect(shell.panel.getByText(`${(count - 9).toLocaleString('en-GB')} selected`)).toBeVisible();
});

test('after Ctrl+A everything that the filter shows can be removed from a collection', async () => {
  await shell.open('Everyone', 'Objects');
  const grid = gridOf(shell.panel, 'Objects');
  const all = await grid.count();
  await shell.panel.getByRole('searchbox', { name: 'Search objects' }).fill('an');
  await expect.poll(() => grid.count()).toBeLessThan(all);
  await expect(grid.at(0)).toBeVisible();
  const found = await grid.count();
  await grid.enter();
  await desk.page.keyboard.press('Control+a');
  await shell.action('Remove from Collection').click();
  const dialog = shell.dialog('Remove from Collection');
  await expect(dialog).toContainText('found by "an"');
  await dialog.getByRole('button', { name: 'Remove', exact: true }).click();
  await expect(dialog).toBeHidden();
  await shell.panel.getByRole('button', { name: 'Clear filter' }).first().click();
  await expect.poll(() => grid.count()).toBe(all - found);
});
