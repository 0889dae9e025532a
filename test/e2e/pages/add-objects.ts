import { expect, type Page } from '@playwright/test';
import { shellOf } from './shell.ts';

/** What adding said. */
export interface Added { readonly added: number; readonly skipped: number; readonly reasons: readonly (readonly string[])[] }

/**
 * Adds containers by browsing the directory in the Add Objects dialog.
 * @param collection the collection that is open.
 * @param paths each container as the names on the way to it, e.g. `['People', 'Berlin']`.
 */
export async function addContainers(page: Page, collection: string, paths: readonly (readonly string[])[]): Promise<Added> {
  const shell = shellOf(page);
  await shell.action('Add Objects').click();
  const dialog = shell.dialog(`Add Objects to ${collection}`);
  const tree = dialog.getByRole('tree', { name: 'Directory' });
  for (const names of paths) {
    let within = tree;
    for (const [i, name] of names.entries()) {
      const box = page.getByRole('checkbox', { name, exact: true });
      const item = within.getByRole('treeitem', { level: i + 1 }).filter({ has: box });
      await expect(item).toBeVisible({ timeout: 30_000 });
      if (i === names.length - 1) await item.getByRole('checkbox', { name, exact: true }).click();
      else if (await item.getAttribute('aria-expanded') !== 'true') await item.locator('.fui-TreeItemLayout__expandIcon').first().click();
      within = item;
    }
  }
  await expect(dialog.getByRole('list', { name: 'Selected entries' }).getByRole('listitem')).toHaveCount(paths.length);
  await dialog.getByRole('button', { name: /^Add \d+ entr/ }).click();
  const outcome = shell.dialog('Add Objects').filter({ hasText: 'added.' });
  await expect(outcome).toBeVisible({ timeout: 60_000 });
  const text = await outcome.getByRole('status').innerText();
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1]?.replaceAll(',', '') ?? 'NaN');
  const rows = outcome.getByRole('table', { name: 'Skipped entries' }).locator('tbody tr');
  const reasons = await rows.evaluateAll((list) => list.map((row) => [...row.children].map((cell) => cell.textContent ?? '')));
  await outcome.getByRole('button', { name: 'Close', exact: true }).last().click();
  return { added: number(/([\d,]+) objects? added/), skipped: number(/([\d,]+) were skipped/), reasons };
}
