import { app, session, shell, type IpcMainEvent } from 'electron';
import { WINDOW_ORIGIN } from './protocol.ts';

/** Hosts that a link in the window may open in the user's browser; all else is dropped. */
const LINKED_HOSTS: ReadonlySet<string> = new Set(['microsoft.com', 'login.microsoftonline.com', 'entra.microsoft.com', 'admin.microsoft.com', 'learn.microsoft.com', 'www.microsoft.com']);

/** Opens a link in the user's browser when it is https and of a known host. */
export function openLink(url: string): void {
  if (!URL.canParse(url)) return;
  const { protocol, host, username } = new URL(url);
  if (protocol === 'https:' && username === '' && LINKED_HOSTS.has(host)) void shell.openExternal(url);
}

/**
 * Takes from every page what the console does not need: other addresses, other windows, embedded pages, permissions and devices.
 * Electron's security checklist, points 4, 5, 12 to 15.
 */
export function harden(): void {
  app.on('web-contents-created', (_, contents) => {
    contents.on('will-navigate', (event) => { event.preventDefault(); });
    contents.on('will-redirect', (event) => { event.preventDefault(); });
    contents.on('will-attach-webview', (event) => { event.preventDefault(); });
    contents.setWindowOpenHandler(({ url }) => {
      openLink(url);
      return { action: 'deny' };
    });
  });
}

/** Denies permissions and devices, except writing text to the clipboard from our own page. Call when ready. */
export function denyPermissions(): void {
  const allowed = (permission: string, url: string): boolean => permission === 'clipboard-sanitized-write' && originOf(url) === WINDOW_ORIGIN;
  session.defaultSession.setPermissionRequestHandler((contents, permission, answer) => { answer(allowed(permission, contents.getURL())); });
  session.defaultSession.setPermissionCheckHandler((_, permission, origin) => allowed(permission, origin));
  session.defaultSession.setDevicePermissionHandler(() => false);
}

/** Whether a message comes from the main frame of our own page. A frame that is gone (`null`) is nobody. */
export function isOurWindow(event: IpcMainEvent): boolean {
  const frame = event.senderFrame;
  return frame !== null && frame.parent === null && originOf(frame.url) === WINDOW_ORIGIN;
}

/** Scheme and host; `URL.origin` is the text "null" for schemes that Node does not know. */
function originOf(url: string): string {
  if (!URL.canParse(url)) return '';
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}
