import { stat } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { needsBrowser } from './desk/available.ts';
import { openDesk, type Desk } from './desk/desk.ts';
import { gridOf } from './pages/grid.ts';
import { planWizardOf } from './pages/plan-wizard.ts';
import { shellOf } from './pages/shell.ts';

/** The picture of the README is a copy of this file. */
const PICTURE = path.resolve(import.meta.dirname, '../../out/test/console.png');
const LIMIT_BYTES = 300 * 1024;

needsBrowser();

let desk: Desk;
test.beforeAll(async ({ browser }) => { desk = await openDesk(browser); });
test.afterAll(async () => { await desk?.close(); });

test('screenshot of the Objects tab after a migration of the demo', async () => {
  test.setTimeout(120_000);
  const { page } = desk;
  const shell = shellOf(page);
  await shell.open('Everyone', 'Objects');
  await shell.action('Migrate Objects').click();
  const wizard = planWizardOf(page, 'Migrate Objects of Everyone');
  await wizard.makePlan(60_000);
  await wizard.confirm();
  expect(await wizard.outcome(90_000)).toMatch(/^Completed/);
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  const grid = gridOf(shell.panel, 'Objects');
  await expect(grid.row('Migrated').first()).toBeVisible();
  await grid.enter();
  await expect(shell.notifications.getByRole('alert')).toHaveCount(0);
  await page.mouse.move(700, 890);
  await page.screenshot({ path: PICTURE, animations: 'disabled', caret: 'hide' });
  expect((await stat(PICTURE)).size).toBeLessThan(LIMIT_BYTES);
  expect((await stat(PICTURE)).size).toBeGreaterThan(40 * 1024);
  desk.quiet();
});
