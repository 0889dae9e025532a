import { expect, test } from '@playwright/test';
import { startRunner } from '../../electron/agent/runner.ts';
import { openConsole } from '../../electron/app/container.ts';
import { createPlatform } from '../../electron/platform/index.ts';
import { writeLdif } from '../../electron/simulator/demo/ldif.ts';
import { createSimulatedTargets } from '../../electron/simulator/targets.ts';
import type { Operator } from '../integration/main-job/command.ts';
import { startTenant, writeState, type TenantProcess } from '../integration/main-job/simulated-tenant.ts';
import { ask } from '../integration/app/rig.ts';
import { GROUPS, PEOPLE, works, worksTenant } from '../integration/app/works.ts';
import { needsBrowser } from './desk/available.ts';
import { violations } from './desk/axe.ts';
import { newOperator, openDesk, type Desk } from './desk/desk.ts';
import { gridOf } from './pages/grid.ts';
import { planWizardOf } from './pages/plan-wizard.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser();

let operator: Operator;
let tenant: TenantProcess;
let desk: Desk;
let shell: ShellPage;

/** A project whose groups are migrated already; made in this process, which is a lot faster than by commands. */
async function makeProject(file: string): Promise<void> {
  const platform = createPlatform({ program: 'cli', machine: { platform: process.platform, home: operator.folder, env: { CAUSEWAY_HOME: operator.home, CAUSEWAY_KEY_FILE: `${operator.folder}/operator.key` } } });
  const simulated = createSimulatedTargets({ log: () => {} });
  const console = await openConsole({ file, create: { name: 'Licences', demo: false }, platform, simulated: simulated.open, startRunner });
  try {
    const { id: pairId } = await ask(console, 'pairs.create', {
      name: 'Pair', source: { kind: 'ldif', file: await operator.file('works.ldf', writeLdif(works())) }, targetSecret: tenant.clientSecret, defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' },
      target: { cloud: 'global', tenantId: tenant.tenantId, clientId: tenant.clientId, signIn: 'client secret', secretRef: '', certificateFile: null, readOnly: false, simulated: { origin: tenant.url } },
    });
    const collect = async (name: string, dn: string): Promise<string> => {
      const { id } = await ask(console, 'collections.create', { pairId, name });
      await ask(console, 'collections.addObjects', { id, dns: [dn] });
      return id;
    };
    const groups = await collect('Groups', GROUPS);
    await collect('People', PEOPLE);
    const { taskId } = await ask(console, 'tasks.migrate', { collectionId: groups, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' } });
    const reaches = (state: string) => expect.poll(async () => (await ask(console, 'tasks.get', { id: taskId })).state, { timeout: 30_000 }).toBe(state);
    await reaches('Awaiting approval');
    await ask(console, 'tasks.approve', { taskId, confirmation: 'simulated.onmicrosoft.com' });
    await reaches('Completed');
  } finally {
    await console.close();
    await simulated.close();
    await platform.close();
  }
}

test.beforeAll(async ({ browser }) => {
  operator = await newOperator();
  await writeState(`${operator.folder}/tenant.json`, worksTenant(), 'secret-of-the-licences');
  tenant = await startTenant(operator, `${operator.folder}/tenant.json`, { quotas: 'off' });
  const project = `${operator.folder}/licences.causeway`;
  await makeProject(project);
  desk = await openDesk(browser, { operator, project });
  shell = shellOf(desk.page);
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => {
  await desk?.close();
  await operator?.close();
});

test('a group that is migrated first shows for whom it waits, from both sides', async () => {
  await shell.open('Groups', 'References');
  const grid = gridOf(shell.panel, 'References');
  await expect(grid.at(0)).toContainText('Sales');
  await expect.poll(() => grid.count()).toBe(3);
  await shell.panel.getByRole('combobox', { name: 'Which side' }).selectOption('for whom');
  await expect(shell.panel.getByText('No object waits for one of this collection.')).toBeVisible();
  await shell.open('People', 'References');
  await expect(shell.panel.getByText('Nothing waits')).toBeVisible();
  await shell.panel.getByRole('combobox', { name: 'Which side' }).selectOption('for whom');
  await expect(grid.at(1)).toContainText('Ben');
  expect(await grid.cells(grid.at(1))).toEqual(['Sales', 'member', 'Ben', 'Waits', expect.stringMatching(/^20[-\d: ]{14}$/), 'has no match in the tenant yet']);
  expect(await violations(desk.page)).toEqual([]);
  await shell.open('Pair', 'References');
  await expect(shell.panel.getByRole('switch')).toBeChecked();
});

test('a licence rule is written, counted and planned together with what waited', async () => {
  await shell.open('People', 'Licences');
  await shell.panel.getByRole('button', { name: 'New Licence Rule' }).click();
  const dialog = shell.dialog('New Licence Rule');
  await dialog.getByRole('combobox', { name: 'For whom' }).selectOption('Users with a value');
  await dialog.getByRole('textbox', { name: 'Source attribute' }).fill('department');
  await dialog.getByRole('textbox', { name: 'Value' }).fill('Sales');
  await dialog.getByRole('combobox', { name: 'Product' }).click();
  await dialog.getByRole('option', { name: /^SPE_E3/ }).click();
  await expect(dialog.getByText('100 of 100 units are free.')).toBeVisible();
  await dialog.getByRole('combobox', { name: 'Services switched off' }).click();
  await dialog.getByRole('menuitemcheckbox', { name: 'YAMMER_ENTERPRISE' }).click();
  await desk.page.keyboard.press('Escape');
  expect(await violations(desk.page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog).toBeHidden();
  const rules = gridOf(shell.panel, 'Licence rules');
  await expect(rules.at(0)).toContainText('SPE_E3');
  expect(await rules.cells(rules.at(0))).toEqual(['1', 'Enabled', 'department is "Sales"', 'Assign SPE_E3 without YAMMER_ENTERPRISE', 'always']);
  await shell.panel.getByRole('button', { name: 'Count licences' }).click();
  await expect(shell.panel.getByText('2 of 4 users would get other licences than now.')).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);

  await shell.tab('Home');
  await shell.action('Migrate Objects').click();
  const wizard = planWizardOf(desk.page, 'Migrate Objects of People');
  await wizard.makePlan(60_000);
  expect(await wizard.figures()).toMatchObject({ 'Members added': 3, 'Links healed outside the collection': 3, 'Licences assigned': 2 });
  await wizard.confirm();
  expect(await wizard.outcome(60_000)).toBe('Completed');
  await wizard.root.getByRole('button', { name: 'Close' }).last().click();
  await shell.tab('References');
  await shell.panel.getByRole('combobox', { name: 'Which side' }).selectOption('for whom');
  await expect(shell.panel.getByText('No object waits for one of this collection.')).toBeVisible();
  const { groups } = await tenant.read();
  expect(groups.find((g) => g.properties['displayName'] === 'Sales')?.members).toHaveLength(3);

  await shell.open('Pair', 'Home');
  await shell.action('Initial Passwords').click();
  const passwords = shell.dialog('Initial Passwords');
  await expect(passwords.getByText('Nobody knows these passwords.')).toBeVisible();
  const accounts = gridOf(passwords, 'New accounts');
  await expect(accounts.at(0)).toContainText('needs a reset');
  await expect.poll(() => accounts.count()).toBe(2);
  expect(await violations(desk.page)).toEqual([]);
});

test('licence rules of the pair are pushed after their difference was shown', async () => {
  await shell.dialog('Initial Passwords').getByRole('button', { name: 'Close' }).last().click();
  await shell.open('Pair', 'Licences');
  await shell.action('New Licence Rule').click();
  const rule = shell.dialog('New Licence Rule');
  await rule.getByRole('combobox', { name: 'Product' }).click();
  await rule.getByRole('option', { name: /^SPE_E3/ }).click();
  await rule.getByRole('button', { name: 'Save' }).click();
  await expect(rule).toBeHidden();
  await shell.action('Push to Collections').click();
  const push = shell.dialog('Push Licence Rules to Collections');
  await expect(push.getByRole('checkbox', { name: 'Groups: 1 added' })).toBeChecked();
  await expect(push.getByRole('region', { name: 'People', exact: true })).toContainText('services switched off: YAMMER_ENTERPRISE');
  expect(await violations(desk.page)).toEqual([]);
  await push.getByRole('checkbox', { name: /^People: / }).uncheck();
  await push.getByRole('button', { name: 'Push to 1 collection' }).click();
  await expect(push).toBeHidden();
  await shell.open('Groups', 'Licences');
  await expect(gridOf(shell.panel, 'Licence rules').at(0)).toContainText('everybody');
  await shell.open('People', 'Licences');
  await expect(gridOf(shell.panel, 'Licence rules').at(0)).toContainText('department is "Sales"');
});
