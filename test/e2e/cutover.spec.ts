import { expect, test } from '@playwright/test';
import { startDns, type DnsServer } from '../servers/dns.ts';
import { violations } from './desk/axe.ts';
import { needsBrowser } from './desk/available.ts';
import { openDesk, type Desk } from './desk/desk.ts';
import { gridOf } from './pages/grid.ts';
import { shellOf, type ShellPage } from './pages/shell.ts';

test.describe.configure({ mode: 'serial' });
needsBrowser();

/** The longest that all checks may take here, with everybody's mail followed. */
const CHECK_MS = 90_000;
let dns: DnsServer;
let desk: Desk;
let shell: ShellPage;
const steps = () => gridOf(shell.panel, 'Runbook');
const detail = () => shell.panel.getByRole('region', { name: 'Step 1', exact: true });

test.beforeAll(async ({ browser }) => {
  dns = await startDns({ 'example.com': [{ kind: 'MX', host: 'mail.example.com', ttl: 86_400 }] });
  desk = await openDesk(browser);
  shell = shellOf(desk.page);
});
test.afterEach(() => { desk?.quiet(); });
test.afterAll(async () => {
  await desk?.close();
  await dns?.close();
});

test('the runbook has its steps in order, and asks the DNS server that was chosen', async () => {
  test.setTimeout(2 * CHECK_MS);
  await shell.open('Demo organisation', 'Cutover');
  await expect.poll(() => steps().count()).toBe(10);
  await expect(steps().at(0)).toContainText(/Open.*Not checked yet/);
  expect(await violations(desk.page)).toEqual([]);
  await shell.action('Cutover Settings').click();
  const settings = shell.dialog('Cutover Settings');
  await settings.getByRole('textbox', { name: 'DNS servers to ask' }).fill(dns.address);
  await settings.getByRole('textbox', { name: 'Servers of the mail domains themselves' }).fill(dns.address);
  await settings.getByRole('textbox', { name: 'Mail domains', exact: true }).fill('not a domain!');
  await expect(settings.getByRole('button', { name: 'Save', exact: true })).toBeDisabled();
  await settings.getByRole('textbox', { name: 'Mail domains', exact: true }).fill('example.com');
  expect(await violations(desk.page)).toEqual([]);
  await settings.getByRole('button', { name: 'Save', exact: true }).click();
  await expect(settings).toBeHidden();
  await steps().at(0).click();
  await detail().getByRole('button', { name: 'Check', exact: true }).click();
  await expect(steps().at(0)).toContainText('Failed', { timeout: CHECK_MS });
  await expect(detail().getByRole('region', { name: 'What was asked and answered' })).toContainText(dns.address);
  expect(dns.asked).toContain('udp MX example.com');
  expect(await violations(desk.page)).toEqual([]);
});

test('a step that failed is confirmed only with a reason, which is kept; a lower TTL passes', async () => {
  test.setTimeout(2 * CHECK_MS);
  await detail().getByRole('button', { name: 'Confirm', exact: true }).click();
  const confirm = shell.dialog(/^Confirm: /);
  await expect(confirm.getByText('Something stands against it.')).toBeVisible();
  await confirm.getByRole('checkbox', { name: 'Confirm it all the same, for the reason in the note' }).click();
  await expect(confirm.getByRole('button', { name: 'Confirm', exact: true })).toBeDisabled();
  await confirm.getByRole('textbox', { name: 'Note' }).fill('The provider does it tonight.');
  expect(await violations(desk.page)).toEqual([]);
  await confirm.getByRole('button', { name: 'Confirm', exact: true }).click();
  await expect(confirm).toBeHidden({ timeout: CHECK_MS });
  await expect(detail()).toContainText('The provider does it tonight.');
  await detail().getByRole('button', { name: 'What was found when it was confirmed' }).click();
  await expect(shell.dialog(/^Confirmed: /)).toContainText(dns.address);
  await desk.page.keyboard.press('Escape');
  await detail().getByRole('button', { name: 'Take back' }).click();
  await expect(detail().getByRole('button', { name: 'Confirm', exact: true })).toBeVisible();
  dns.zone.set('example.com', [{ kind: 'MX', host: 'mail.example.com', ttl: 3_600 }]);
  await detail().getByRole('button', { name: 'Check', exact: true }).click();
  await expect(steps().at(0)).toContainText('Passed', { timeout: CHECK_MS });
});

test('everybody\'s mail is followed, and each way is shown hop by hop', async () => {
  test.setTimeout(2 * CHECK_MS);
  await shell.panel.getByRole('tab', { name: 'Mail flow' }).click();
  await expect(shell.panel.getByText('Mail was not followed yet')).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await shell.panel.getByRole('button', { name: 'Follow mail' }).click();
  await shell.panel.getByRole('combobox', { name: 'Filter by verdict' }).selectOption('all', { timeout: CHECK_MS });
  const people = gridOf(shell.panel, 'Mail flow');
  await people.enter();
  await expect(shell.panel.getByRole('region', { name: /^Ways of mail to / }).getByRole('listitem').first()).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await shell.panel.getByRole('tab', { name: 'Decommissioning' }).click();
  await expect.poll(() => gridOf(shell.panel, 'Decommissioning').count()).toBe(7);
  expect(await violations(desk.page)).toEqual([]);
});

test('what was confirmed is in the evidence, which is sound and can be taken along', async () => {
  await shell.open('Causeway demo', 'Evidence');
  const events = gridOf(shell.panel, 'Events');
  await expect(events.row('step confirmed')).toContainText('root');
  await shell.panel.getByRole('button', { name: 'Verify', exact: true }).click();
  await expect(shell.panel.getByText('The evidence is sound.')).toBeVisible();
  expect(await violations(desk.page)).toEqual([]);
  await shell.action('Export Evidence Pack').click();
  const pack = shell.dialog('Export Evidence Pack');
  expect(await violations(desk.page)).toEqual([]);
  const download = desk.page.waitForEvent('download');
  await pack.getByRole('button', { name: 'Export', exact: true }).click();
  expect((await download).suggestedFilename()).toMatch(/\.html$/);
});
