import { describe, expect, it } from 'vitest';
import { browserStarter, openInBrowser, start } from '../../../electron/platform/browser.ts';

const URL_WITH_SHELL_SIGNS = 'http://127.0.0.1:4700/open?token=a&b=$(touch%20x);calc';

describe('opening the browser', () => {
  it.each([
    ['linux', { DISPLAY: ':0' }, 'xdg-open'], ['linux', { WAYLAND_DISPLAY: 'wayland-0' }, 'xdg-open'], ['darwin', {}, 'open'], ['win32', {}, 'rundll32.exe'],
  ] as const)('gives the whole address as one argument on %s %j', (platform, env, command) => {
    const starter = browserStarter(URL_WITH_SHELL_SIGNS, { platform, env });
    expect(starter?.command).toBe(command);
    expect(starter?.args.at(-1)).toBe(URL_WITH_SHELL_SIGNS);
  });

  it('does not try without a display', async () => {
    expect(browserStarter('http://127.0.0.1/', { platform: 'linux', env: {} })).toBeNull();
    expect(await openInBrowser('http://127.0.0.1/', { platform: 'linux', env: {} })).toBe(false);
  });

  it.each(['file:///etc/passwd', 'javascript:alert(1)', '-a Calculator', 'calc.exe', ''])('opens no address of another kind: %s', (url) => {
    for (const platform of ['linux', 'darwin', 'win32'] as const) expect(browserStarter(url, { platform, env: { DISPLAY: ':0' } })).toBeNull();
  });

  it('tells whether the starter worked', async () => {
    expect(await start({ command: process.execPath, args: ['-e', ''] })).toBe(true);
    expect(await start({ command: process.execPath, args: ['-e', 'process.exit(3)'] })).toBe(false);
    expect(await start({ command: 'causeway-has-no-such-program', args: [] })).toBe(false);
  });
});
