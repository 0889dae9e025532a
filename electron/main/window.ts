import path from 'node:path';
import { BrowserWindow } from 'electron';
import type { Preferences } from './bounds.ts';
import { WINDOW_ORIGIN } from './protocol.ts';

/** Opens the window: isolated, sandboxed, without Node, showing our own page only. */
export function openWindow(preferences: Preferences): BrowserWindow {
  const window = new BrowserWindow({
    ...preferences.bounds(), minWidth: 800, minHeight: 500, show: false, title: 'Causeway', backgroundColor: '#f5f5f5',
    webPreferences: {
      preload: path.join(import.meta.dirname, '../preload/index.cjs'), contextIsolation: true, sandbox: true, nodeIntegration: false, webviewTag: false, spellcheck: false, devTools: true,
    },
  });
  preferences.follow(window);
  window.once('ready-to-show', () => { window.show(); });
  void window.loadURL(`${WINDOW_ORIGIN}/`);
  return window;
}
