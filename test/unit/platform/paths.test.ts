import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { ensurePaths, resolvePaths, type Machine } from '../../../electron/platform/paths.ts';

const data = (machine: Partial<Machine>): string => resolvePaths({ platform: 'linux', env: {}, home: '/home/ada', ...machine }).data;

describe('the data folder', () => {
  it.each<[string, Partial<Machine>, string]>([
    ['Linux', {}, '/home/ada/.local/state/causeway'],
    ['Linux with XDG_STATE_HOME', { env: { XDG_STATE_HOME: '/var/ada' } }, '/var/ada/causeway'],
    ['Linux with a relative XDG_STATE_HOME, which the specification ignores', { env: { XDG_STATE_HOME: 'ada' } }, '/home/ada/.local/state/causeway'],
    ['macOS', { platform: 'darwin', home: '/Users/ada' }, '/Users/ada/Library/Application Support/Causeway'],
    ['Windows', { platform: 'win32', home: 'C:\\Users\\ada', env: { LOCALAPPDATA: 'D:\\local' } }, 'D:\\local\\Causeway'],
    ['Windows without LOCALAPPDATA', { platform: 'win32', home: 'C:\\Users\\ada' }, 'C:\\Users\\ada\\AppData\\Local\\Causeway'],
    ['CAUSEWAY_HOME before all', { env: { CAUSEWAY_HOME: '/srv/causeway', XDG_STATE_HOME: '/var/ada' } }, '/srv/causeway'],
  ])('on %s', (_, machine, expected) => { expect(data(machine)).toBe(expected); });

  it.skipIf(process.platform === 'win32')('is made for the user only', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'causeway-paths-'));
    try {
      const paths = ensurePaths(resolvePaths({ platform: process.platform, env: { CAUSEWAY_HOME: path.join(folder, 'a', 'b') }, home: folder }));
      expect(Object.values(paths).map((made) => (statSync(made).mode & 0o777).toString(8))).toEqual(['700', '700', '700', '700']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
