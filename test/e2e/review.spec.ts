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
  grid = gridOf(shell.panel, 'Matches');
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => { await desk?.close(); });

const filter = (state: string) => shell.panel.getByRole('combobox', { name: 'Filter by review' }).selectOption(state);
const chooseRow = async (text: string): Promise<string> => {
  const row = grid.row(text).first();
  await row.getByRole('cell').nth(1).click();
  return (await grid.cells(row))[1] ?? '';
};

test('the Review tab asks to match first, then shows what waits and why', async () => {
  await shell.open('Everyone', 'Review');
  await shell.panel.getByRole('button', { name: 'Match Objects' }).click();
  const dialog = shell.dialog('Match Objects');
  await dialog.getByRole('button', { name: 'Match', exact: true }).click();
  await dialog.getByRole('button', { name: 'Show Objects' }).click({ timeout: 60_000 });
  await shell.tab('Review');
  await expect(shell.panel).toContainText('6 objects to review: a migration leaves them out until you decide.');
  await expect.poll(() => grid.count()).toBe(6);
  await chooseRow('target has an admin role');
  const evidence = shell.panel.getByRole('region', { name: /^Evidence of / });
  await expect(evidence.getByRole('row', { name: /^userPrincipalName .* yes$/ })).toBeVisible();
  await expect(shell.action('Accept')).toBeEnabled();
  await expect(shell.action('Unpin')).toHaveAttribute('aria-disabled', 'true');
});

test('an administrator is accepted only for the typed text, and undo takes it back', async () => {
  const name = await chooseRow('target has an admin role');
  await shell.action('Accept').click();
  const dialog = shell.dialog('Accept Matches');
  await expect(dialog).toContainText('target has an admin role');
  await expect(dialog.getByRole('button', { name: 'Accept', exact: true })).toBeDisabled();
  const box = dialog.getByRole('textbox');
  await box.fill('something else');
  await expect(dialog.getByRole('button', { name: 'Accept', exact: true })).toBeDisabled();
  await box.fill(name);
  await dialog.getByRole('button', { name: 'Accept 1' }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(() => grid.count()).toBe(5);
  await filter('Accepted');
  await expect(grid.row(name)).toContainText('Accepted');
  await shell.panel.getByRole('button', { name: 'Undo "Accept" of 1' }).click();
  await shell.dialog('Undo Decision').getByRole('button', { name: 'Undo', exact: true }).click();
  await filter('To review');
  await expect.poll(() => grid.count()).toBe(6);
});

test('an ambiguous object is opened and its candidate chosen', async () => {
  const name = await chooseRow('Ambiguous');
  await expect(shell.action('Accept')).toHaveAttribute('aria-disabled', 'true');
  await shell.action('Open Match').click();
  const dialog = shell.dialog(`Review: ${name}`);
  await expect(dialog.getByRole('button', { name: 'Accept…' })).toBeDisabled();
  await dialog.getByRole('radiogroup', { name: 'Candidates' }).getByRole('radio').first().check();
  await dialog.getByRole('button', { name: 'Accept…' }).click();
  await shell.dialog('Accept Matches').getByRole('button', { name: 'Accept 1' }).click();
  await expect.poll(() => grid.count()).toBe(5);
  await filter('Accepted');
  await expect(grid.row(name)).toContainText('Matched');
  await filter('To review');
});

test('the Review tab of the pair lists all collections, says where an object is, and decides alike', async () => {
  await shell.open('Demo organisation', 'Review');
  await expect(shell.panel).toContainText('5 objects to review');
  await expect.poll(() => grid.count()).toBe(5);
  await expect(grid.root.getByRole('columnheader', { name: 'Collection' })).toBeVisible();
  expect((await grid.cells(grid.at(0)))[2]).toBe('Everyone');
  expect(await violations(desk.page)).toEqual([]);
  const name = await chooseRow('Everyone');
  await shell.action('Open Match').click();
  const dialog = shell.dialog(`Review: ${name}`);
  await expect(dialog).toContainText('In "Everyone"');
  await dialog.getByRole('button', { name: 'Reject…' }).click();
  const reject = shell.dialog('Reject Matches');
  await reject.getByRole('button', { name: 'Reject 1' }).click();
  await expect.poll(() => grid.count()).toBe(4);
  await shell.panel.getByRole('button', { name: 'Undo "Reject" of 1' }).click();
  await shell.dialog('Undo Decision').getByRole('button', { name: 'Undo', exact: true }).click();
  await expect.poll(() => grid.count()).toBe(5);
  await shell.open('Everyone', 'Review');
});

test('all that is shown is rejected at once; a file of matches shows every line first', async () => {
  await grid.enter();
  await desk.page.keyboard.press('Control+a');
  await expect(shell.panel).toContainText('All 5 objects that the filter shows are selected');
  await shell.action('Reject').click();
  await shell.dialog('Reject Matches').getByRole('button', { name: 'Reject 5' }).click();
  await expect(shell.panel).toContainText('Everything is decided');
  await shell.panel.getByRole('button', { name: 'Show all matches' }).click();
  await shell.action('Match From File').click();
  const dialog = shell.dialog('Match From File');
  await dialog.locator('input[type="file"]').setInputFiles({ name: 'pairs.csv', mimeType: 'text/csv', buffer: Buffer.from('sAMAccountName,userPrincipalName\nnobody,nobody@example.com\n') });
  await expect(dialog).toContainText('1 line: 0 ready, 0 unchanged, 1 with a problem');
  await expect(gridOf(dialog, 'Lines of the file').at(0)).toContainText('No object of "Everyone" has the sAMAccountName nobody.');
  await expect(dialog.getByRole('button', { name: 'Pin 0' })).toBeDisabled();
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
});
