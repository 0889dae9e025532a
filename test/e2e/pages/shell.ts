import { expect, type Locator, type Page } from '@playwright/test';

/** The window of the console, by what a person or a screen reader finds in it. */
export interface ShellPage {
  readonly page: Page;
  readonly tree: Locator;
  readonly tabs: Locator;
  readonly panel: Locator;
  readonly actions: Locator;
  readonly banner: Locator;
  /** The bottom line; found also behind a dialog, where it has no role. */
  readonly statusBar: Locator;
  /** A node of the management tree by the name that it begins with. */
  node(name: string): Locator;
  /** Goes to a node and one of its tabs by clicking. */
  open(node: string, tab?: string): Promise<void>;
  /** Goes to a tab of the node that is open. */
  tab(name: string): Promise<void>;
  /** A button of the Actions pane. */
  action(title: string): Locator;
  /** The dialog on top, by its title. */
  dialog(title: string | RegExp): Locator;
  /** Texts of the notifications. */
  readonly notifications: Locator;
}

/** Page object of the window. */
export function shellOf(page: Page): ShellPage {
  const tree = page.getByRole('tree', { name: 'Management tree' });
  const tabs = page.getByRole('tablist', { name: 'Tabs of the node' });
  const actions = page.getByRole('complementary', { name: 'Actions' });
  // The text of a node of the tree is its own row and the rows below it; the row that begins with the name is meant.
  const node = (name: string): Locator => tree.locator('.fui-TreeItemLayout').filter({ hasText: new RegExp(`^${name.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}(\\d[\\d,]*)?$`) });
  const tab = async (name: string): Promise<void> => {
    const own = tabs.getByRole('tab', { name, exact: true });
    const more = page.getByRole('button', { name: /more tabs?$/ });
    const item = page.getByRole('menuitem', { name, exact: true });
    // A tab that the window has no room for is in the menu beside the others. Right after another node was opened the tabs of the last one may still be there.
    await expect(async () => {
      if (await own.isVisible()) { await own.click({ timeout: 2_000 }); return; }
      await more.click({ timeout: 2_000 });
      if (await item.waitFor({ timeout: 2_000 }).then(() => true, () => false)) { await item.click({ timeout: 2_000 }); return; }
      await page.keyboard.press('Escape');
      throw new Error(`there is no tab ${name} yet`);
    }).toPass({ timeout: 20_000 });
    await expect(page.getByRole('tabpanel', { name, exact: true })).toBeVisible();
  };
  return {
    page, tree, tabs, actions, node, tab,
    panel: page.getByRole('tabpanel'), banner: page.getByRole('banner'), statusBar: page.locator('footer'), notifications: page.getByRole('region', { name: 'Notifications' }),
    open: async (name, tabName) => {
      await node(name).click();
      if (tabName !== undefined) await tab(tabName);
    },
    action: (title) => actions.getByRole('button', { name: title, exact: true }),
    dialog: (title) => page.getByRole('dialog', { name: title }).or(page.getByRole('alertdialog', { name: title })),
  };
}
