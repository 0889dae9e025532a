import { expect, type Locator, type Page } from '@playwright/test';

/** One of the console's grids, whose rows exist only while they are on screen. */
export interface GridPage {
  readonly root: Locator;
  /** The rows on screen whose text holds this. */
  row(text: string | RegExp): Locator;
  /** The row at an index, from 0; only while it is on screen. */
  at(index: number): Locator;
  /** Number of rows that the grid says it has. */
  count(): Promise<number>;
  /** Index of the row that has the focus, from 0; -1 when none has. */
  focused(): Promise<number>;
  /** Texts of the cells of a row, as soon as it is there. */
  cells(row: Locator): Promise<readonly string[]>;
  /** Clicks the first row and waits until the focus is there. */
  enter(): Promise<void>;
}

/** The grid with this label. @param within a dialog, or the page. */
export function gridOf(within: Page | Locator, label: string): GridPage {
  const root = within.getByRole('grid', { name: label, exact: true });
  const at = (index: number): Locator => root.locator(`[aria-rowindex="${index + 2}"]`);
  return {
    root, at,
    row: (text) => root.locator('[role="row"]:not([aria-rowindex="1"])').filter({ hasText: text }),
    count: async () => Number(await root.getAttribute('aria-rowcount')) - 1,
    focused: () => root.evaluate((grid) => {
      const row = document.activeElement?.closest('[aria-rowindex]');
      return row && grid.contains(row) ? Number(row.getAttribute('aria-rowindex')) - 2 : -1;
    }),
    cells: async (row) => {
      await expect(row.getByRole('cell').first()).toBeVisible();
      // A row that scrolls in or is read anew shows dots until it is there.
      await expect(row.getByText('…', { exact: true })).toHaveCount(0);
      return row.getByRole('cell').allInnerTexts();
    },
    enter: async () => {
      await at(0).getByRole('cell').nth(1).click();
      await expect(at(0)).toBeFocused();
    },
  };
}
