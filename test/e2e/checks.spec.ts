import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { needsBrowser } from './desk/available.ts';
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
  grid = gridOf(shell.panel, 'Findings');
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => { await desk?.close(); });

test('a collection is checked, and the findings are summed up by rule', async () => {
  await shell.open('Everyone', 'Checks');
  await expect(shell.panel).toContainText('Not checked yet');
  await shell.panel.getByRole('button', { name: 'Check Objects' }).click();
  const dialog = shell.dialog('Check Objects');
  await dialog.getByRole('button', { name: 'Check', exact: true }).click();
  await expect(grid.root).toBeVisible({ timeout: 30_000 });
  const rules = shell.panel.getByRole('group', { name: 'Findings by rule' });
  const all = await grid.count();
  const rule = rules.getByRole('button').first();
  await rule.click();
  await expect(rule).toHaveAttribute('aria-pressed', 'true');
  await expect.poll(() => grid.count()).toBeLessThan(all);
  await rule.click();
  await expect.poll(() => grid.count()).toBe(all);
});

test('a proposal is edited in place, under the same rules', async () => {
  await shell.panel.getByRole('group', { name: 'Findings by rule' }).getByRole('button', { name: /^userPrincipalName-(characters|allowed-characters|accents|local-part)/ }).first().click();
  await expect(grid.row('').filter({ hasNotText: 'userPrincipalName' })).toHaveCount(0);
  await grid.at(0).getByRole('cell').nth(2).click();
  const bar = shell.panel.getByRole('region', { name: 'Decision' });
  const value = bar.getByRole('textbox');
  const good = await value.inputValue();
  await value.fill('not a name');
  await bar.getByRole('button', { name: 'EDIT' }).click();
  await expect(bar.getByRole('alert').or(bar.locator('[role="alert"], .fui-Field__validationMessage')).first()).toContainText(/@|characters/);
  await value.fill(`x.${good}`);
  await value.press('Enter');
  await expect(grid.at(0)).toContainText('Decided');
  await expect(grid.at(0)).toContainText(`x.${good}`);
});

test('many are decided at once, go out as CSV and come back', async () => {
  await grid.root.press('Control+a');
  await shell.panel.getByRole('button', { name: 'Accept proposals' }).click();
  await expect(shell.panel).toContainText(/Decided about \d+ finding/);
  const [file] = await Promise.all([desk.page.waitForEvent('download'), shell.panel.getByRole('button', { name: 'Export CSV' }).click()]);
  const saved = path.join(desk.operator.folder, 'findings.csv');
  await file.saveAs(saved);
  const text = await readFile(saved, 'utf8');
  expect(text.replace('\uFEFF', '')).toMatch(/^DISTINGUISHEDNAME,COMMONNAME,OBJECTCLASS,ATTRIBUTE,ERROR,VALUE,UPDATE,PROPOSEDACTION,ACTION/);
  await writeFile(saved, `${text.replaceAll(',EDIT,EDIT,', ',EDIT,COMPLETE,')}one,two\r\n`);
  await shell.panel.getByRole('button', { name: 'Import CSV' }).click();
  const dialog = shell.dialog('Import CSV');
  await dialog.getByLabel('CSV file').setInputFiles(saved);
  await dialog.getByRole('button', { name: 'Import' }).click();
  await expect(dialog).toContainText('1 line does not fit');
  await expect(dialog).toContainText('The line has 2 columns');
  await dialog.getByRole('button', { name: 'Close' }).last().click();
  await expect(grid.at(0)).toContainText('COMPLETE');
});

test('the demo\'s directory is a file, in which nothing can be fixed', async () => {
  await expect(shell.action('Fix Active Directory')).toBeVisible();
  await expect(shell.action('Fix Active Directory')).toHaveAttribute('aria-disabled', 'true');
  await shell.tab('Tasks');
  await expect(gridOf(shell.panel, 'Tasks').row('Check')).toContainText('Completed');
});
