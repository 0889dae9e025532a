import { protocol } from 'electron';
import { readWindowFile, SAFE_HEADERS } from '../platform/window-files.ts';

/** The only origin that the window ever shows. */
export const WINDOW_ORIGIN = 'app://console';

/** Must run before the application is ready (Electron documentation, `protocol.registerSchemesAsPrivileged`). */
export function registerScheme(): void {
  protocol.registerSchemesAsPrivileged([{ scheme: 'app', privileges: { standard: true, secure: true, supportFetchAPI: true, codeCache: true } }]);
}

/**
 * Serves the built window under {@link WINDOW_ORIGIN} with a fresh nonce per load, and nothing else.
 * @param root folder of the built window, absolute.
 */
export function serveWindow(root: string): void {
  protocol.handle('app', async (request) => {
    const url = new URL(request.url);
    const file = url.host === 'console' && request.method === 'GET' ? await readWindowFile(root, url.pathname) : null;
    if (file === null) return new Response(null, { status: 404, headers: SAFE_HEADERS });
    return new Response(new Uint8Array(file.body), {
      headers: { ...SAFE_HEADERS, 'Content-Type': file.type, 'Cache-Control': file.cache, ...(file.policy ? { 'Content-Security-Policy': file.policy } : {}) },
    });
  });
}
