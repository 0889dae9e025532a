import { expect, test } from '@playwright/test';
import { makeOrganisation } from '../servers/organisation.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../servers/samba.ts';
import type { Operator } from '../integration/main-job/command.ts';
import { differences } from '../integration/main-job/compare.ts';
import { closeCycle, withServerGuids } from '../integration/main-job/directory-facts.ts';
import { expectTenant, type Expected, type ExpectedOutcome } from '../integration/main-job/expected.ts';
import { startTenant, writeState, type CloudState, type TenantProcess } from '../integration/main-job/simulated-tenant.ts';
import { INITIAL, makeTenant, type Source } from '../integration/main-job/tenant-seed.ts';
import { needsBrowser } from './desk/available.ts';
import { newOperator, openDesk, type Desk } from './desk/desk.ts';
import { addContainers } from './pages/add-objects.ts';
import { gridOf } from './pages/grid.ts';
import { createPair } from './pages/pair-wizard.ts';
import { planWizardOf, type Figures } from './pages/plan-wizard.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

const SECRET = 'Client-Secret~of+the/Application=7f3a9c';
const STEP = 120_000;

test.describe.configure({ mode: 'serial', timeout: STEP });
needsBrowser(sambaObstacle);

const organisation = makeOrganisation();
let samba: SambaServer;
let operator: Operator;
let tenant: TenantProcess;
let sources: readonly Source[];
let expected: Expected;
let before: CloudState;
let desk: Desk;
let shell: ShellPage;
let planned: Figures = {};
/** What the window showed while it was open, to look for secrets in it. */
const seen: string[] = [];

test.beforeAll(async ({ browser }) => {
  test.setTimeout(STEP);
  samba = await startSamba({ address: '127.0.0.44', ldif: organisation.ldif });
  await closeCycle(organisation, samba);
  sources = await withServerGuids(organisation, samba);
  operator = await newOperator();
  const seed = makeTenant(sources);
  expected = expectTenant(sources, seed, { upnSuffix: '', country: '', distributionGroups: 'Microsoft 365 group' });
  await writeState(`${operator.folder}/tenant.json`, seed, SECRET);
  tenant = await startTenant(operator, `${operator.folder}/tenant.json`, { quotas: 'off' });
  before = await tenant.read();
  const made = await operator.run('project', 'create', '--file', `${operator.folder}/corp.causeway`, '--name', 'Corp');
  expect(made, made.stderr).toMatchObject({ code: 0 });
  desk = await openDesk(browser, { operator, project: `${operator.folder}/corp.causeway` });
  shell = shellOf(desk.page);
});
test.afterEach(async () => {
  if (desk === undefined || desk.page.isClosed()) return;
  seen.push(await desk.page.content());
  desk.quiet();
});
test.afterAll(async () => {
  await desk?.close();
  await operator?.close();
  await samba?.stop();
});

/** The objects of the collection that the oracle gives a status. */
const outcomes = (status: ExpectedOutcome['status']): readonly Source[] => sources.filter((s) => expected.outcomes.get(s.key)?.status === status);
const nameOf = (source: Source): string => source.attributes['displayName']?.[0]?.trim() ?? source.cn;
/** Every object of two states that is not the same in both, attribute by attribute; the time of deletion is set anew when an object was restored and deleted again. */
function changed(one: CloudState, other: CloudState): readonly string[] {
  const texts = (state: CloudState): ReadonlyMap<string, string> => new Map((['users', 'groups', 'contacts', 'deletedUsers', 'deletedGroups'] as const).flatMap((list) => state[list].map((o): [string, string] => [`${list} ${o.id}`, JSON.stringify({ ...o, properties: { ...o.properties, deletedDateTime: '' } })])));
  const [was, is] = [texts(one), texts(other)];
  return [...new Set([...was.keys(), ...is.keys()])].filter((key) => was.get(key) !== is.get(key)).map((key) => `${key}: ${was.get(key) ?? 'absent'} -> ${is.get(key) ?? 'absent'}`);
}

/** Filters the Objects tab by a status and gives how many objects the tab says there are. */
async function countOf(status: string): Promise<number> {
  await shell.panel.getByRole('combobox', { name: 'Filter by status' }).selectOption(status);
  const live = shell.panel.getByRole('toolbar').locator('output');
  const empty = shell.panel.getByText('No object fits the filter');
  const rows = gridOf(shell.panel, 'Objects').root.getByRole('cell', { name: status, exact: true });
  await expect(empty.or(rows.first())).toBeVisible();
  return Number(/^([\d,]+) objects?/.exec(await live.innerText())?.[1]?.replaceAll(',', ''));
}

test('New Migration Pair: both sides typed in, every check of the connection test passed', async () => {
  const checks = await createPair(desk.page, {
    name: 'Corp to cloud', domain: samba.domain, server: samba.address, caFile: samba.caFile, user: samba.adminUser, password: samba.password,
    origin: tenant.url, tenantId: tenant.tenantId, clientId: tenant.clientId, clientSecret: SECRET,
  }, async () => { seen.push(await desk.page.content()); });
  expect(checks.length).toBeGreaterThan(5);
  expect(checks.filter((line) => line[1] !== 'passed')).toEqual([]);
  await expect(shell.node('Corp to cloud')).toBeVisible();
});

test('Test Connection of the saved pair passes with the stored secrets', async () => {
  await shell.action('Test Connection').click();
  const dialog = shell.dialog('Test Connection of Corp to cloud');
  await expect(dialog.getByText(/^All \d+ checks were made without a failure\.$/)).toBeVisible({ timeout: 30_000 });
  await expect(dialog.getByRole('cell', { name: 'failed', exact: true })).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
});

test('New Collection and Add Objects by browsing the directory; what is left out has its reason', async () => {
  await shell.action('New Collection').click();
  const dialog = shell.dialog('New Collection');
  await dialog.getByRole('textbox', { name: 'Name' }).fill('Everybody');
  await dialog.getByRole('button', { name: 'Create', exact: true }).click();
  await expect(shell.node('Everybody')).toBeVisible();
  await shell.tab('Objects');
  await expect(shell.panel.getByText('The collection is empty')).toBeVisible();
  const units = sources.filter((s) => s.collected && s.dn.includes(',OU=People,')).map((s) => s.dn.split(/(?<!\\),/).at(-5) ?? '');
  const people = [...new Set(units)].map((rdn) => ['People', rdn.replace(/^OU=/, '').replaceAll('\\', '')]);
  expect(people.length).toBeGreaterThan(7);
  const result = await addContainers(desk.page, 'Everybody', [...people, ['Groups'], ['Contacts']]);
  const candidates = sources.filter((s) => s.collected && s.kind !== 'computer');
  const out = candidates.filter((s) => s.keptOut !== '');
  expect(result).toMatchObject({ added: candidates.length - out.length, skipped: out.length });
  for (const s of out) expect(result.reasons.find(([name]) => name === nameOf(s))?.[1], s.key).toContain(s.keptOut);
  await expect.poll(() => gridOf(shell.panel, 'Objects').count()).toBe(candidates.length - out.length);
});

test('Match Objects: the rules decide as they are written, and nothing is written', async () => {
  await shell.action('Match Objects').click();
  const dialog = shell.dialog('Match Objects');
  await dialog.getByRole('button', { name: 'Match', exact: true }).click();
  const show = dialog.getByRole('button', { name: 'Show Objects' });
  await expect(show).toBeVisible({ timeout: STEP });
  await expect(dialog.locator('.fui-Badge')).toHaveText('Completed');
  await show.click();
  expect(await countOf('Ambiguous')).toBe(outcomes('Ambiguous').length);
  expect(await countOf('Conflict')).toBe(outcomes('Conflict').length);
  for (const source of outcomes('Conflict')) {
    await expect(gridOf(shell.panel, 'Objects').row(nameOf(source)).filter({ hasText: expected.outcomes.get(source.key)?.reason ?? '' }).first(), source.key).toBeVisible();
  }
  await shell.panel.getByRole('button', { name: 'Clear filter' }).click();
  expect(changed(before, await tenant.read())).toEqual([]);
});

test('Why? shows which rule found which object', async () => {
  const [source] = outcomes('Ambiguous');
  if (source === undefined) throw new Error('the organisation has no ambiguous object');
  await shell.panel.getByRole('searchbox', { name: 'Search objects' }).fill(source.attributes['userPrincipalName']?.[0] ?? '');
  const row = gridOf(shell.panel, 'Objects').row(nameOf(source));
  await expect(row).toHaveCount(1);
  await row.getByRole('cell').nth(1).click();
  await shell.action('Why?').click();
  const dialog = shell.dialog(`Why? ${nameOf(source)}`);
  await expect(dialog.getByRole('radio')).toHaveCount(2);
  await expect(dialog.getByRole('row').filter({ hasText: 'Doubled 1' })).toContainText('Doubled 2');
  await dialog.getByRole('button', { name: 'Close', exact: true }).last().click();
  await shell.panel.getByRole('button', { name: 'Clear filter' }).click();
});

test('Review: what can be accepted at once is accepted, the rest is named and waits', async () => {
  await shell.tab('Review');
  const grid = gridOf(shell.panel, 'Matches');
  const waiting = await grid.count();
  await grid.enter();
  await desk.page.keyboard.press('Control+a');
  await shell.action('Accept').click();
  const dialog = shell.dialog('Accept Matches');
  await dialog.getByRole('button', { name: /^Accept \d+$/ }).click({ timeout: STEP });
  await expect(dialog).toBeHidden({ timeout: STEP });
  await expect.poll(() => grid.count()).toBe(outcomes('Ambiguous').length + outcomes('Conflict').length);
  expect(waiting).toBeGreaterThan(outcomes('Ambiguous').length + outcomes('Conflict').length);
  expect(changed(before, await tenant.read())).toEqual([]);
  await shell.tab('Objects');
});

test('Migrate Objects: four settings, a plan to read, and nothing is written before the text is typed', async () => {
  await shell.action('Migrate Objects').click();
  const wizard = planWizardOf(desk.page, 'Migrate Objects of Everybody');
  await wizard.at('Settings');
  await expect(wizard.root.getByRole('checkbox', { name: /^Create objects for which there are no matching objects/ })).toBeChecked();
  await expect(wizard.root.getByRole('checkbox', { name: /^Merge not matched yet objects/ })).toBeChecked();
  await wizard.root.getByRole('combobox', { name: 'User principal names (UPN) suffix to use' }).fill('example.com');
  await wizard.root.getByRole('combobox', { name: 'User principal names (UPN) suffix to use' }).fill('');
  await wizard.root.getByRole('textbox', { name: 'Country code to set for the users' }).fill('');
  await wizard.makePlan(STEP);
  planned = await wizard.figures();
  const existing = new Set([...before.users, ...before.groups, ...before.contacts, ...before.deletedUsers].map((o) => o.id));
  const created = [...expected.users.keys(), ...expected.groups.keys(), ...expected.contacts.keys()].filter((label) => !existing.has(label));
  expect(planned['Objects created']).toBe(created.length);
  expect(planned['Restored from the recycle bin']).toBe(before.deletedUsers.length - expected.deleted.size);
  const old = before.users.find((u) => u.properties['displayName'] === 'Old name 0');
  const wanted = expected.users.get(old?.id ?? '')?.properties ?? {};
  const diffs = await wizard.differences(String(wanted['displayName']), 'update');
  const diff = diffs.find((one) => one.get('displayName')?.before === 'Old name 0');
  expect(diff?.get('displayName')?.after).toBe(wanted['displayName']);
  expect(diff?.get('department')).toEqual({ before: 'Old department', after: wanted['department'] });
  expect(changed(before, await tenant.read())).toEqual([]);
});

test('Apply: live progress, and afterwards every object and membership is as the rules say', async () => {
  const wizard = planWizardOf(desk.page, 'Migrate Objects of Everybody');
  await wizard.press('Next');
  await wizard.at('Confirmation');
  await expect(wizard.root.getByText(INITIAL, { exact: true })).toBeVisible();
  const box = wizard.root.getByRole('textbox', { name: 'Type the confirmation text to apply the plan' });
  await box.fill('something else');
  await expect(wizard.root.getByText('The text differs from the confirmation text.')).toBeVisible();
  await expect(wizard.root.getByRole('button', { name: 'Apply', exact: true })).toBeDisabled();
  await wizard.press('Back');
  await wizard.at('Plan');
  expect(await wizard.confirm()).toBe(INITIAL);
  await wizard.at('Applying');
  const progress = wizard.root.getByRole('progressbar', { name: /^Migrate: apply/ });
  await expect(progress).toBeVisible();
  await expect.poll(async () => Number(await progress.getAttribute('aria-valuenow', { timeout: 2_000 })), { message: 'the bar moves', intervals: [50], timeout: STEP / 2 }).toBeGreaterThan(0);
  expect(await wizard.outcome(STEP)).toBe('Completed');
  seen.push(await desk.page.content());
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  const after = await tenant.read();
  expect(differences(after, expected, sources)).toEqual([]);
});

test('the Objects tab gives each object the status that the rules say', async () => {
  for (const status of ['Migrated', 'Skipped', 'Failed', 'Ambiguous', 'Conflict'] as const) expect({ [status]: await countOf(status) }).toEqual({ [status]: outcomes(status).length });
  for (const status of ['New', 'Not matched', 'Matched', 'Completed']) expect({ [status]: await countOf(status) }).toEqual({ [status]: 0 });
  await shell.panel.getByRole('button', { name: 'Clear filter' }).first().click();
});

test('Roll Back Objects: the tenant is as it was before, attribute by attribute, and the recycle bin too', async () => {
  await shell.action('Roll Back Objects').click();
  const wizard = planWizardOf(desk.page, 'Roll Back Objects of Everybody');
  await wizard.at('Settings');
  await expect(wizard.root.getByRole('radiogroup', { name: 'Task' }).getByRole('radio')).toHaveCount(1);
  await expect(wizard.root.getByRole('radio', { name: /^Exact/ })).toBeChecked();
  await wizard.root.getByRole('checkbox', { name: 'Purge created objects from the recycle bin' }).check();
  await wizard.makePlan(STEP);
  const figures = await wizard.figures();
  expect(figures['Objects deleted']).toBe((planned['Objects created'] ?? 0) + (planned['Restored from the recycle bin'] ?? 0));
  expect(await wizard.confirm()).toBe(INITIAL);
  expect(await wizard.outcome(STEP)).toBe('Completed');
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  expect(changed(before, await tenant.read())).toEqual([]);
});

test('no password or secret is in the window, what it was sent, an output, a log or the project file', async () => {
  await shell.tab('Tasks');
  seen.push(...desk.watch.written, ...desk.watch.received, await desk.page.content());
  expect(desk.watch.received.length).toBeGreaterThan(50);
  await desk.close();
  await tenant.stop();
  for (const secret of [samba.password, SECRET]) {
    for (const form of [secret, encodeURIComponent(secret), Buffer.from(secret).toString('base64')]) expect(seen.filter((text) => text.includes(form))).toEqual([]);
  }
  expect(await operator.leaks([samba.password, SECRET], [tenant.stateFile])).toEqual([]);
});
