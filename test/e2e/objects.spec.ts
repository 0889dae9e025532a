import { expect, test } from '@playwright/test';
import { needsBrowser } from './desk/available.ts';
import { demoTenant, type DemoTenant } from './desk/demo-tenant.ts';
import { openDesk, type Desk } from './desk/desk.ts';
import { gridOf, type GridPage } from './pages/grid.ts';
import { planWizardOf } from './pages/plan-wizard.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser();

let desk: Desk;
let shell: ShellPage;
let grid: GridPage;
let tenant: DemoTenant;
let users: readonly unknown[];
/** Names: an object that a rule matched, and one that no rule could decide. */
let matched = '';
let ambiguous = '';

test.beforeAll(async ({ browser }) => {
  desk = await openDesk(browser);
  shell = shellOf(desk.page);
  grid = gridOf(shell.panel, 'Objects');
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => { await desk?.close(); });

const readUsers = (): Promise<readonly unknown[]> => tenant.list('/users?$select=id,accountEnabled,city,companyName,department,displayName,givenName,jobTitle,mailNickname,onPremisesImmutableId,surname,usageLocation,userPrincipalName&$expand=manager($select=id)&$top=999');

/** Shows the objects of one status only. */
async function only(status: string): Promise<void> {
  await shell.panel.getByRole('combobox', { name: 'Filter by status' }).selectOption(status);
  await expect(grid.at(0)).toContainText(status);
}

/** Shows the object of a name only, and selects it. */
async function find(name: string): Promise<void> {
  await shell.panel.getByRole('combobox', { name: 'Filter by status' }).selectOption('');
  await shell.panel.getByRole('searchbox', { name: 'Search objects' }).fill(name);
  await expect.poll(() => grid.count()).toBe(1);
  await expect(grid.at(0)).toContainText(name);
  await grid.at(0).getByRole('cell').nth(1).click();
}

async function match(): Promise<void> {
  await shell.action('Match Objects').click();
  const dialog = shell.dialog('Match Objects');
  await dialog.getByRole('button', { name: 'Match', exact: true }).click();
  await dialog.getByRole('button', { name: 'Show Objects' }).click({ timeout: 60_000 });
  await expect(dialog).toBeHidden();
}

test('Match Objects from the project\'s own next step', async () => {
  await shell.panel.getByRole('region', { name: 'What to do next' }).getByRole('button', { name: 'Match Objects' }).click();
  const dialog = shell.dialog('Match Objects');
  await dialog.getByRole('button', { name: 'Match', exact: true }).click();
  await dialog.getByRole('button', { name: 'Show Objects' }).click({ timeout: 60_000 });
  await only('Ambiguous');
  ambiguous = (await grid.cells(grid.at(0)))[1] ?? '';
  await only('Matched');
  const rows = await Promise.all([...Array(12).keys()].map((i) => grid.cells(grid.at(i))));
  await shell.panel.getByRole('combobox', { name: 'Filter by status' }).selectOption('');
  for (const [, name = '', kind] of rows) {
    if (kind !== 'user') continue;
    await shell.panel.getByRole('searchbox', { name: 'Search objects' }).fill(name);
    await expect(grid.at(0)).toContainText(name);
    if (await grid.count() === 1) { matched = name; break; }
  }
  expect({ ambiguous, matched }).toEqual({ ambiguous: expect.stringMatching(/\w/), matched: expect.stringMatching(/\w/) });
  tenant = await demoTenant(desk.operator);
  users = await readUsers();
  expect(users.length).toBeGreaterThan(20);
});

test('Break Matching: asks first, then the object is no longer matched; matching again brings it back', async () => {
  await find(matched);
  await shell.action('Break Matching').click();
  const dialog = shell.dialog('Break Matching');
  await expect(dialog).toContainText(`"${matched}"`);
  await expect(dialog).toContainText('Nothing is written to the tenant.');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(grid.at(0)).toContainText('Matched');
  await shell.action('Break Matching').click();
  await dialog.getByRole('button', { name: 'Break Matching', exact: true }).click();
  await expect(dialog).toBeHidden();
  await expect.poll(async () => (await grid.cells(grid.at(0)))[3]).toMatch(/^(New|Not matched)$/);
  await expect.poll(async () => (await grid.cells(grid.at(0)))[5]).toBe('–');
  await find(matched);
  await expect(shell.action('Break Matching')).toHaveAttribute('aria-disabled', 'true');
  await match();
  await find(matched);
  await expect.poll(async () => (await grid.cells(grid.at(0)))[3]).toBe('Matched');
});

test('a person pins the match of an ambiguous object, and unpins it', async () => {
  await find(ambiguous);
  await shell.action('Why?').click();
  const dialog = shell.dialog(`Why? ${ambiguous}`);
  const candidates = dialog.getByRole('radiogroup', { name: 'Candidates' }).getByRole('radio');
  await expect(candidates.nth(1)).toBeVisible();
  const pin = dialog.getByRole('button', { name: 'Pin this match' });
  await expect(pin).toBeDisabled();
  await candidates.first().click();
  await pin.click();
  const unpin = dialog.getByRole('button', { name: 'Unpin' });
  const name = dialog.getByRole('textbox', { name: /^This match is risky/ });
  await expect(unpin.or(name)).toBeVisible();
  if (await name.isVisible()) {
    await name.fill(ambiguous);
    await pin.click();
  }
  await expect(unpin).toBeVisible();
  await expect(dialog.getByText('a person (pinned; never evaluated again)')).toBeVisible();
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await find(ambiguous);
  await expect.poll(async () => (await grid.cells(grid.at(0)))[3]).toBe('Matched');
  await expect.poll(async () => (await grid.cells(grid.at(0)))[5]).toContain('(pinned)');
  await match();
  await find(ambiguous);
  await expect.poll(async () => (await grid.cells(grid.at(0)))[5]).toContain('(pinned)');
  await shell.action('Why?').click();
  await dialog.getByRole('button', { name: 'Unpin' }).click();
  await expect(dialog.getByRole('button', { name: 'Unpin' })).toBeHidden();
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
});

test('migrating one selected object changes that account only, and Roll Back Object restores it exactly', async () => {
  await find(matched);
  await shell.action('Migrate Objects').click();
  const wizard = planWizardOf(desk.page, 'Migrate Objects of Everyone');
  await expect(wizard.root.getByText(/^1 selected object of "Everyone"/)).toBeVisible();
  await wizard.makePlan(60_000);
  const figures = await wizard.figures();
  expect(figures['Objects changed']).toBe(1);
  expect(figures['Objects created'] ?? 0).toBe(0);
  await wizard.confirm();
  expect(await wizard.outcome(60_000)).toBe('Completed');
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  const now = await readUsers();
  const different = now.filter((user, i) => JSON.stringify(user) !== JSON.stringify(users[i]));
  expect(now.length).toBe(users.length);
  expect(different.map((user) => (user as { readonly displayName: string }).displayName)).toEqual([matched]);

  await find(matched);
  await expect.poll(async () => (await grid.cells(grid.at(0)))[3]).toBe('Migrated');
  await shell.action('Roll Back Object').click();
  const back = planWizardOf(desk.page, `Roll Back Object ${matched}`);
  await back.makePlan(60_000);
  await back.confirm();
  expect(await back.outcome(60_000)).toBe('Completed');
  await back.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  expect(await readUsers()).toEqual(users);
});
