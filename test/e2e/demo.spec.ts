import { expect, test } from '@playwright/test';
import { violations } from './desk/axe.ts';
import { needsBrowser } from './desk/available.ts';
import { openDesk, type Desk } from './desk/desk.ts';
import { gridOf } from './pages/grid.ts';
import { planWizardOf } from './pages/plan-wizard.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser();

const PLACES = [
  ['Causeway demo', ['Home', 'Migration Pairs', 'Tasks', 'Notifications', 'Evidence', 'Agents']],
  ['Demo organisation', ['Home', 'Collections', 'Review', 'Matching', 'Mapping', 'Licences', 'Checks', 'Mailbox Migration', 'Cutover', 'Tasks', 'References', 'Statistics']],
  ['Everyone', ['Home', 'Objects', 'Coexistence', 'Review', 'Matching', 'Mapping', 'Licences', 'References', 'Checks', 'Statistics', 'Tasks']],
  ['Agents', ['Agents']],
] as const;

/** Every tab of every node takes some 50 s on two cores; a busy machine is several times as slow. */
const WALK_MS = 300_000;
let desk: Desk;
let shell: ShellPage;

test.beforeAll(async ({ browser }) => {
  desk = await openDesk(browser);
  shell = shellOf(desk.page);
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => { await desk?.close(); });

/** Waits until the open tab has read what it shows, and gives its text. */
async function settled(): Promise<string> {
  // What is wrong with a tab that stays empty is said by the walk.
  await expect(shell.panel).toHaveText(/(\S\s*){10}/).catch(() => {});
  await expect(shell.panel.getByText(/^(Reading|Counting|Drawing).*…$/)).toHaveCount(0);
  await expect(shell.panel.getByText('…', { exact: true })).toHaveCount(0);
  return shell.panel.innerText();
}

/** Opens every tab of every node and gives what is wrong, by place. */
async function walk(look: (place: string) => Promise<readonly string[]>): Promise<Readonly<Record<string, readonly string[]>>> {
  const wrong: Record<string, readonly string[]> = {};
  for (const [node, tabs] of PLACES) {
    await shell.open(node);
    // The last ones may be in the menu beside the others; the walk opens them from there.
    await expect.poll(async () => (await shell.tabs.getByRole('tab').allInnerTexts()).slice(0, 10)).toEqual(tabs.slice(0, 10));
    for (const tab of tabs) {
      await shell.tab(tab);
      const text = await settled();
      const found = [...(text.trim().length < 20 ? [`shows only "${text.trim()}"`] : []), ...await shell.panel.getByRole('alert').allInnerTexts(), ...await look(`${node}, ${tab}`)];
      if (found.length > 0) wrong[`${node}, ${tab}`] = found;
    }
  }
  return wrong;
}

/** A dead end: nothing to do, or an action that is out of reach and does not say why. */
async function deadEnds(): Promise<readonly string[]> {
  const buttons = await shell.actions.getByRole('listitem').getByRole('button').all();
  const wrong = buttons.length === 0 ? ['no action at all'] : [];
  for (const button of buttons) {
    if (await button.getAttribute('aria-disabled') !== 'true') continue;
    const by = await button.getAttribute('aria-describedby');
    if (by !== null) continue;
    // The reason is the description of the button as soon as it is pointed at or focused.
    await button.focus();
    const reason = desk.page.getByRole('tooltip');
    if (await reason.waitFor({ timeout: 5_000 }).then(() => true, () => false)) continue;
    // It may have come into reach meanwhile, when the tab had read all.
    if (await button.getAttribute('aria-disabled') === 'true') wrong.push(`"${await button.innerText()}" is disabled without a reason`);
  }
  return wrong;
}

test('first start with an empty data folder: the demo project is there', async () => {
  await expect(shell.banner).toContainText('Causeway demo');
  await expect(shell.statusBar).toContainText('demo.causeway');
  await expect(shell.statusBar).toContainText('Connected');
  await expect(desk.page).toHaveTitle(/^Causeway/);
});

test('every tab of every node opens, has content, leads on, and has no violation of axe in light colours', async () => {
  test.setTimeout(WALK_MS);
  expect(await walk(async () => [...await deadEnds(), ...await violations(desk.page)])).toEqual({});
});

test('dark colours have no violation of axe either', async () => {
  test.setTimeout(WALK_MS);
  await desk.page.getByRole('button', { name: 'Theme' }).click();
  await desk.page.getByRole('menuitemradio', { name: 'Dark' }).click();
  expect(await walk(() => violations(desk.page))).toEqual({});
});

test('dialogs and wizards have no violation of axe, in dark and light', async () => {
  // Thirty-six dialogs.
  test.setTimeout(2 * WALK_MS);
  const wrong: Record<string, readonly string[]> = {};
  const look = async (node: string, tab: string, action: string, theme: string): Promise<void> => {
    await shell.open(node, tab);
    await settled();
    await shell.action(action).click();
    const dialog = desk.page.getByRole('dialog').or(desk.page.getByRole('alertdialog'));
    await expect(dialog).toBeVisible();
    await expect(dialog.getByText(/^(Reading|Testing).*…$/)).toHaveCount(0);
    const found = await violations(desk.page);
    if (found.length > 0) wrong[`${action}, ${theme}`] = found;
    await desk.page.keyboard.press('Escape');
    await expect(dialog).toBeHidden();
  };
  for (const theme of ['Dark', 'Light']) {
    await desk.page.getByRole('button', { name: 'Theme' }).click();
    await desk.page.getByRole('menuitemradio', { name: theme, exact: true }).click();
    for (const action of ['New Migration Pair', 'New Project', 'Rename Project', 'Copy Project', 'Move Project']) await look('Causeway demo', 'Home', action, theme);
    for (const action of ['Test Connection', 'Properties', 'New Collection', 'Delete Migration Pair']) await look('Demo organisation', 'Home', action, theme);
    for (const action of ['Add Objects', 'Query Objects', 'Match Objects', 'Migrate Objects', 'Roll Back Objects', 'Delete Collection']) await look('Everyone', 'Home', action, theme);
    await look('Demo organisation', 'Matching', 'Add Matching Rule', theme);
    await look('Demo organisation', 'Mapping', 'New Mapping Rule', theme);
  }
  expect(wrong).toEqual({});
});

test('the tabs are as good after a migration, with the plan viewer and "Why?"', async () => {
  test.setTimeout(2 * WALK_MS);
  await shell.open('Everyone', 'Objects');
  await shell.action('Migrate Objects').click();
  const wizard = planWizardOf(desk.page, 'Migrate Objects of Everyone');
  await wizard.makePlan(60_000);
  const wrong: Record<string, readonly string[]> = {};
  const note = async (place: string): Promise<void> => { const found = await violations(desk.page); if (found.length > 0) wrong[place] = found; };
  for (const part of ['Summary', 'Operations', 'Findings', 'Skipped']) {
    await wizard.root.getByRole('tab', { name: new RegExp(`^${part}`) }).click();
    await expect(wizard.root.getByText(/^Reading.*…$/)).toHaveCount(0);
    await note(`plan, ${part}`);
  }
  await wizard.root.getByRole('tab', { name: /^Operations/ }).click();
  await gridOf(wizard.root, 'Operations').at(0).click();
  await note('plan, difference');
  await wizard.confirm();
  expect(await wizard.outcome(90_000)).toMatch(/^Completed/);
  await note('applied');
  await wizard.root.getByRole('button', { name: 'Close', exact: true }).last().click();
  await gridOf(shell.panel, 'Objects').enter();
  await desk.page.keyboard.press('Enter');
  const why = shell.dialog(/^Why\?/);
  for (const part of ['Match', 'Mapped values', 'Attributes', 'References', 'History']) {
    await why.getByRole('tab', { name: part }).click();
    await note(`Why?, ${part}`);
  }
  await desk.page.keyboard.press('Escape');
  expect(wrong).toEqual({});
  expect(await walk(() => violations(desk.page))).toEqual({});
});
