import { expect, type Locator, type Page } from '@playwright/test';
import { gridOf } from './grid.ts';

/** The figures on the Summary page of a plan, by their names, e.g. `Objects created`. */
export type Figures = Readonly<Record<string, number>>;

/** Values before and after, by attribute. */
export type Difference = ReadonlyMap<string, { readonly before: string; readonly after: string }>;

/** A wizard or dialog that makes, shows and applies a plan. */
export interface PlanWizard {
  readonly root: Locator;
  /** The page that is shown, by the name in the list of pages. */
  at(step: 'Settings' | 'Schedule' | 'Policies' | 'Groups' | 'Plan' | 'Confirmation' | 'Applying', timeoutMs?: number): Promise<void>;
  /** Presses a button at the bottom. */
  press(name: string): Promise<void>;
  /** Settings: waits until the plan is there. */
  makePlan(timeoutMs: number): Promise<void>;
  figures(): Promise<Figures>;
  /** Plan: the values before and after of each operation of a kind on objects of this name, e.g. `update`. */
  differences(object: string, kind: string): Promise<readonly Difference[]>;
  /** Confirmation: types the text that the page asks for and applies. Gives the text. */
  confirm(): Promise<string>;
  /** Applying: waits for the end and gives the state that is shown. */
  outcome(timeoutMs: number): Promise<string>;
}

/** Page object of the Migrate Objects, Roll Back and Review Plan wizards. */
export function planWizardOf(page: Page, title: string | RegExp): PlanWizard {
  const root = page.getByRole('dialog', { name: title });
  const press = async (name: string): Promise<void> => { await root.getByRole('button', { name, exact: true }).click(); };
  const at: PlanWizard['at'] = async (step, timeoutMs = 10_000) => {
    await expect(root.getByRole('list', { name: 'Pages of the wizard' }).locator('[aria-current="step"]')).toContainText(step, { timeout: timeoutMs });
  };
  return {
    root, press, at,
    makePlan: async (timeoutMs) => {
      await press('Make plan');
      await expect(root.getByRole('tablist', { name: 'Parts of the plan' })).toBeVisible({ timeout: timeoutMs });
    },
    figures: async () => {
      const summary = root.getByRole('tab', { name: 'Summary', exact: true });
      if (await summary.isVisible()) await summary.click();
      const operations = root.getByText('Operations', { exact: true });
      await expect(operations).toBeVisible();
      const tiles = await operations.locator('xpath=../..').locator('> div').evaluateAll((list) => list.map((tile) => [tile.children[1]?.textContent ?? '', tile.children[0]?.textContent ?? '']));
      return Object.fromEntries(tiles.map(([name, value]) => [String(name), Number(String(value).replaceAll(/\D/g, ''))]));
    },
    differences: async (object, kind) => {
      await root.getByRole('tab', { name: /^Operations/ }).click();
      await root.getByRole('searchbox', { name: 'Search operations' }).fill(object);
      await root.getByRole('combobox', { name: 'Filter by operation' }).selectOption(kind);
      const grid = gridOf(root, 'Operations');
      await expect.poll(() => grid.count()).toBeLessThan(12);
      const diff = root.getByRole('region', { name: 'Before and after' });
      const found: Difference[] = [];
      for (let i = 0; i < await grid.count(); i += 1) {
        await expect(grid.at(i)).toContainText(object);
        await grid.at(i).click();
        await expect(diff.getByRole('heading', { name: `${kind}: ${object}` })).toBeVisible();
        const rows = diff.getByRole('table', { name: 'Values before and after' }).locator('tbody tr');
        found.push(new Map(await rows.evaluateAll((list) => list.map((row): [string, { before: string; after: string }] => {
          const [first, before, after] = [...row.children];
          return [first?.firstChild?.textContent ?? '', { before: before?.textContent ?? '', after: after?.textContent ?? '' }];
        }))));
      }
      return found;
    },
    confirm: async () => {
      await press('Next');
      await at('Confirmation');
      const apply = root.getByRole('button', { name: 'Apply', exact: true });
      await expect(apply).toBeDisabled();
      const box = root.getByRole('textbox', { name: 'Type the confirmation text to apply the plan' });
      // Described by the message at the field, when there is one, and then by the text to type.
      const described = (await box.getAttribute('aria-describedby') ?? '').split(' ').at(-1) ?? '';
      const text = await root.page().locator(`[id="${described}"]`).innerText();
      await box.fill(text);
      await apply.click();
      return text;
    },
    outcome: async (timeoutMs) => {
      await at('Applying', 15_000);
      await expect(root.getByText('What came of each operation')).toBeVisible({ timeout: timeoutMs });
      return root.locator('output').first().locator('.fui-Badge').innerText();
    },
  };
}
