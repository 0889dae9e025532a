import path from 'node:path';
import { app, BrowserWindow, dialog, ipcMain, shell } from 'electron';
import { createPlatform, type Platform } from '../platform/index.ts';
import { openPreferences } from './bounds.ts';
import { createEngineHost, type EngineHost } from './host-process.ts';
import { installMenu } from './menu.ts';
import { registerScheme, serveWindow } from './protocol.ts';
import { denyPermissions, harden, isOurWindow } from './security.ts';
import { vaultIsSafe } from './vault.ts';
import { openWindow } from './window.ts';

/*
 * Entry of the desktop application. Never run on the machines that test this project, which have no Electron binary;
 * checked by the compiler, and kept so thin that there is little to get wrong.
 */
app.enableSandbox();
registerScheme();
harden();
if (app.requestSingleInstanceLock()) void start();
else app.quit();

async function start(): Promise<void> {
  const platform = createPlatform({ program: 'shell' });
  app.setPath('userData', path.join(platform.paths.data, 'desktop'));
  app.on('second-instance', () => {
    const [window] = BrowserWindow.getAllWindows();
    if (window?.isMinimized()) window.restore();
    window?.focus();
  });
  app.on('window-all-closed', () => { app.quit(); });
  await app.whenReady();

  denyPermissions();
  installMenu();
  serveWindow(path.join(import.meta.dirname, '../renderer'));
  const host: EngineHost = createEngineHost({
    entry: path.join(import.meta.dirname, 'host.js'), agentEntry: path.join(import.meta.dirname, 'agent.js'), vault: await vaultIsSafe(), log: platform.log,
    onState: (state) => { if (state === 'failed') void explainFailure(platform, () => { host.start(); }); },
  });
  ipcMain.on('causeway:ready', (event) => { if (isOurWindow(event)) host.connect(event.sender); });
  quitAfter(() => host.stop());
  host.start();
  openWindow(openPreferences(platform.paths.data));
}

/** The host ended three times within a minute: a person decides. */
async function explainFailure(platform: Platform, startAgain: () => void): Promise<void> {
  const buttons = ['Start again', 'Open logs', 'Quit'];
  const { response } = await dialog.showMessageBox({
    type: 'error', title: 'Causeway', message: 'The engine of the console stopped three times within a minute.',
    detail: 'Nothing is lost: tasks that ran can be resumed. The logs say what happened.', buttons, defaultId: 0, cancelId: 0, noLink: true,
  });
  if (response === 2) app.quit();
  else if (response === 1) {
    await shell.openPath(platform.log.folder);
    await explainFailure(platform, startAgain);
  } else startAgain();
}

/** Lets the project be closed before the application ends. */
function quitAfter(close: () => Promise<void>): void {
  let closing = false;
  app.on('before-quit', (event) => {
    if (closing) return;
    closing = true;
    event.preventDefault();
    void close().finally(() => { app.quit(); });
  });
}
