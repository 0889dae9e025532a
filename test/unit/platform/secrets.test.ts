import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readKeyFile } from '../../../electron/platform/secrets/key-file.ts';
import { openSecretStore, type OsVault, type SecretStore } from '../../../electron/platform/secrets/index.ts';

let folder: string;
let keyFile: string;
const KEY = 'q2k1p3VbS0m8nJ4tZr6yX9wQdE5fGhIjKlMnOpQrStUvWxYz';
beforeEach(() => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'causeway-secrets-'));
  keyFile = path.join(folder, 'key');
  writeFileSync(keyFile, `${KEY}\n`, { mode: 0o600 });
});
afterEach(() => { rmSync(folder, { recursive: true }); });

/** A vault that turns text round: enough to see that sealed text is stored and names are bound to it. */
const vault: OsVault = {
  encrypt: async (text) => Buffer.from([...text].toReversed().join('')).toString('base64'),
  decrypt: async (sealed) => [...Buffer.from(sealed, 'base64').toString()].toReversed().join(''),
};
const fileStore = (): SecretStore => openSecretStore({ folder, env: { CAUSEWAY_KEY_FILE: keyFile } });
const sealedFile = (): string => path.join(folder, 'sealed.json');

describe.each([
  ['session', () => openSecretStore({ folder, env: {} })], ['file', fileStore], ['os', () => openSecretStore({ folder, env: { CAUSEWAY_KEY_FILE: keyFile }, vault })],
] as const)('the %s store', (protection, open) => {
  it('keeps, replaces and forgets', async () => {
    const store = open();
    expect(store.protection()).toBe(protection);
    expect(await store.get('pair/source')).toBeNull();
    await store.set('pair/source', 'first');
    await store.set('pair/source', 'Ünï – 秘密');
    expect(await store.get('pair/source')).toBe('Ünï – 秘密');
    expect(await store.get('toString')).toBeNull();
    await store.delete('pair/source');
    await store.delete('pair/source');
    expect(await store.get('pair/source')).toBeNull();
  });

  it('loses nothing when many are stored at once', async () => {
    const store = open();
    await Promise.all(Array.from({ length: 20 }, (_, i) => store.set(`s${i}`, `v${i}`)));
    expect(await Promise.all(Array.from({ length: 20 }, (_, i) => store.get(`s${i}`)))).toEqual(Array.from({ length: 20 }, (_, i) => `v${i}`));
  });
});

describe('the file store', () => {
  it('is read by the next start, and holds neither secret nor key in clear', async () => {
    await fileStore().set('pair/source', 'hunter2-hunter2');
    expect(await fileStore().get('pair/source')).toBe('hunter2-hunter2');
    const text = readFileSync(sealedFile(), 'utf8');
    for (const hidden of ['hunter2', Buffer.from('hunter2-hunter2').toString('base64'), KEY]) expect(text).not.toContain(hidden);
    expect(readdirSync(folder).filter((file) => file.endsWith('.tmp'))).toEqual([]);
  });

  it.skipIf(process.platform === 'win32')('is readable by the user only', async () => {
    await fileStore().set('a', 'x');
    expect(statSync(sealedFile()).mode & 0o777).toBe(0o600);
  });

  it('seals the same value differently each time', async () => {
    const store = fileStore();
    await store.set('a', 'same');
    await store.set('b', 'same');
    const { entries } = JSON.parse(readFileSync(sealedFile(), 'utf8')) as { entries: Record<string, string> };
    expect(entries['a']?.slice(0, 16)).not.toBe(entries['b']?.slice(0, 16));
  });

  it('says that the key is wrong, for reading and for writing, and leaves the file as it was', async () => {
    await fileStore().set('a', 'x');
    const before = readFileSync(sealedFile(), 'utf8');
    writeFileSync(keyFile, KEY.replace('q', 'r'));
    for (const act of [(s: SecretStore) => s.get('a'), (s: SecretStore) => s.set('b', 'y')]) {
      await expect(act(fileStore())).rejects.toMatchObject({ data: { code: 'AUTH_FAILED', message: expect.stringContaining(keyFile) as string } });
    }
    expect(readFileSync(sealedFile(), 'utf8')).toBe(before);
  });

  it('notices a value that was moved under another name or changed', async () => {
    const store = fileStore();
    await store.set('a', 'secret of a');
    await store.set('b', 'secret of b');
    const contents = JSON.parse(readFileSync(sealedFile(), 'utf8')) as { entries: Record<string, string> };
    const [a, b] = [contents.entries['a'] ?? '', contents.entries['b'] ?? ''];
    writeFileSync(sealedFile(), JSON.stringify({ ...contents, entries: { a: b, b: `${b.slice(0, -4)}AAA=` } }));
    expect(a).not.toBe('');
    await expect(fileStore().get('a')).rejects.toMatchObject({ data: { code: 'BAD_FILE' } });
    await expect(fileStore().get('b')).rejects.toMatchObject({ data: { code: 'BAD_FILE' } });
  });

  it.each(['', '{', '[]', '{"version":2,"salt":"","check":"","entries":{}}'])('refuses a damaged file: %j', async (text) => {
    writeFileSync(sealedFile(), text);
    await expect(fileStore().get('a')).rejects.toMatchObject({ data: { code: 'BAD_FILE' } });
  });

  it.skipIf(process.platform === 'win32')('takes a credential of systemd, whose group bits are the mask of an access control list, and nothing that all can read', async () => {
    const credentials = { CREDENTIALS_DIRECTORY: folder };
    chmodSync(keyFile, 0o440);
    expect((await readKeyFile(keyFile, credentials)).toString()).toBe(KEY);
    for (const env of [{}, { CREDENTIALS_DIRECTORY: path.dirname(folder) }]) await expect(readKeyFile(keyFile, env)).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } });
    chmodSync(keyFile, 0o444);
    await expect(readKeyFile(keyFile, credentials)).rejects.toMatchObject({ data: { code: 'FORBIDDEN' } });
  });

  it.skipIf(process.platform === 'win32')('refuses a key file that others can read, and works once that is mended', async () => {
    chmodSync(keyFile, 0o640);
    const store = fileStore();
    await expect(store.set('a', 'x')).rejects.toMatchObject({ data: { code: 'FORBIDDEN', message: expect.stringContaining('chmod 600') as string } });
    expect(existsSync(sealedFile())).toBe(false);
    chmodSync(keyFile, 0o600);
    await store.set('a', 'x');
    expect(await store.get('a')).toBe('x');
  });

  it('refuses a missing, short or folder key and never falls back to memory', async () => {
    writeFileSync(keyFile, 'short');
    await expect(fileStore().set('a', 'x')).rejects.toMatchObject({ data: { code: 'BAD_FILE' } });
    rmSync(keyFile);
    await expect(fileStore().set('a', 'x')).rejects.toMatchObject({ data: { code: 'SECRET_MISSING' } });
    const onFolder = openSecretStore({ folder, env: { CAUSEWAY_KEY_FILE: folder } });
    await expect(onFolder.set('a', 'x')).rejects.toMatchObject({ data: { code: expect.stringMatching(/BAD_FILE|SECRET_MISSING|FORBIDDEN/) as string } });
    expect(existsSync(sealedFile())).toBe(false);
  });
});

describe('the os store', () => {
  it('binds the name to the value', async () => {
    const open = (): SecretStore => openSecretStore({ folder, env: {}, vault });
    await open().set('a', 'x');
    const file = path.join(folder, 'os.json');
    const contents = JSON.parse(readFileSync(file, 'utf8')) as { entries: Record<string, string> };
    writeFileSync(file, JSON.stringify({ ...contents, entries: { b: contents.entries['a'] } }));
    await expect(open().get('b')).rejects.toMatchObject({ data: { code: 'BAD_FILE' } });
  });

  it('says when the system cannot open what was stored', async () => {
    await openSecretStore({ folder, env: {}, vault }).set('a', 'x');
    const other: OsVault = { encrypt: vault.encrypt, decrypt: async () => { throw new Error('other user'); } };
    await expect(openSecretStore({ folder, env: {}, vault: other }).get('a')).rejects.toMatchObject({ data: { code: 'AUTH_FAILED' } });
  });
});
