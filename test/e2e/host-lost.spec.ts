import { expect, test } from '@playwright/test';
import { needsBrowser } from './desk/available.ts';
import { openDesk, type Desk } from './desk/desk.ts';
import { shellOf } from './pages/shell.ts';

needsBrowser();

let desk: Desk;
test.beforeAll(async ({ browser }) => { desk = await openDesk(browser); });
test.afterAll(async () => { await desk?.close(); });

test('when the host is gone the window says so, and each call shows its error with the code', async () => {
  const shell = shellOf(desk.page);
  await shell.open('Everyone', 'Objects');
  desk.watch.allow(/WebSocket connection to/);
  await desk.served.kill();
  await expect(desk.page.getByRole('alert').filter({ hasText: 'Connection to the host lost' })).toBeVisible();
  await expect(shell.statusBar).toContainText('Reconnecting…');
  await shell.tab('Mapping');
  await expect(shell.panel.getByRole('alert')).toContainText('Code HOST_GONE', { timeout: 20_000 });
  await expect(shell.panel.getByRole('button', { name: 'Try again' })).toBeVisible();
  await shell.tab('Home');
  await shell.action('Match Objects').click();
  const dialog = shell.dialog('Match Objects');
  await dialog.getByRole('button', { name: 'Match', exact: true }).click();
  await expect(dialog.getByRole('alert')).toContainText('Code HOST_GONE');
  await expect(dialog.getByRole('button', { name: 'Match', exact: true })).toBeEnabled();
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  desk.quiet();
});
