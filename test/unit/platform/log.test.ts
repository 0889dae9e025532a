import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEPT_LOG_FILES, openLog } from '../../../electron/platform/log.ts';
import { redact, REDACTED, scrub } from '../../../electron/platform/redaction.ts';

let folder: string;
beforeEach(() => { folder = mkdtempSync(path.join(os.tmpdir(), 'causeway-log-')); });
afterEach(() => { rmSync(folder, { recursive: true }); });

describe('redaction', () => {
  const SECRET = 'Tr0ub4dor&3';

  it.each(['password', 'secret', 'token', 'assertion', 'cookie', 'unicodePwd', 'userPassword', 'authorization', 'sourcePassword', 'clientSecret', 'access_token', 'set-cookie', 'Authorization', 'passphrase'])('removes the value of %s at any depth', (key) => {
    const line = { a: { b: [{ c: { d: { [key]: SECRET } } }] }, [key]: [SECRET], dn: 'CN=Ada' };
    const text = JSON.stringify(redact(line));
    expect(text).not.toContain(SECRET);
    expect(text).toContain('CN=Ada');
  });

  it('removes secrets from errors, their causes and their own properties', () => {
    const cause = Object.assign(new Error(`client_secret=${SECRET} was refused`), { config: { headers: { authorization: `Bearer ${SECRET}` } } });
    const text = JSON.stringify(redact({ err: new Error('sign-in failed', { cause }) }));
    expect(text).not.toContain(SECRET);
    expect(text).toContain('sign-in failed');
    expect(text).toContain('stack');
  });

  it('looks into maps, sets and headers', () => {
    expect(JSON.stringify(redact({ m: new Map([['password', SECRET]]), s: new Set([{ token: SECRET }]), h: new Headers({ Cookie: SECRET }) }))).not.toContain(SECRET);
  });

  it('never writes binary values, and survives cycles, depth, bigint and functions', () => {
    const ring: Record<string, unknown> = { bytes: Buffer.from(SECRET), n: 5n, f: () => SECRET, at: new Date(0) };
    ring['self'] = ring;
    expect(redact(ring)).toEqual({ bytes: '[11 bytes]', n: '5', f: '[function]', at: '1970-01-01T00:00:00.000Z', self: '[circular]' });
    let deep: object = { password: SECRET };
    for (let i = 0; i < 100; i++) deep = { deep };
    expect(JSON.stringify(redact(deep))).not.toContain(SECRET);
  });

  it('leaves the caller\'s object alone and keeps flags', () => {
    const fields = { password: SECRET, hasPassword: true, twice: [1, 1] };
    expect(redact(fields)).toEqual({ password: REDACTED, hasPassword: true, twice: [1, 1] });
    expect(fields.password).toBe(SECRET);
  });

  it.each([
    'Authorization: Bearer abcdefghijklmnop', 'POST body client_secret=abcdefghijklmnop&scope=x', 'http://127.0.0.1:4700/open?token=abcdefghijklmnop', '{"password":"abcdefghijklmnop"}',
    'jwt eyJhbGciOiJub25lIn0.abcdefghijklmnop.abcdefghijklmnop', '-----BEGIN PRIVATE KEY-----\nabcdefghijklmnop\n-----END PRIVATE KEY-----', "password: 'abcdefghijklmnop'",
  ])('removes it from text: %s', (text) => { expect(scrub(text)).not.toContain('abcdefghijklmnop'); });

  it('leaves ordinary text as it is', () => {
    const text = 'CN=Ada Lovelace,OU=People,DC=corp,DC=example,DC=com: proxyAddresses differs (SMTP:ada@corp.example.com)';
    expect(scrub(text)).toBe(text);
  });
});

describe('the log file', () => {
  const open = (now: number) => openLog({ folder, process: 'cli', now });

  it('holds one JSON object a line, without secrets in fields, children or sentences', () => {
    const log = open(0);
    log.child({ token: 'hidden-one' }).info({ dn: 'CN=Ada', password: 'hidden-two' }, 'bound with password=hidden-three');
    log.debug({}, 'not written at this level');
    log.close();
    const text = readFileSync(log.file, 'utf8');
    expect(text).not.toContain('hidden');
    const lines = text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines).toMatchObject([{ dn: 'CN=Ada', process: 'cli', password: REDACTED }]);
  });

  it.skipIf(process.platform === 'win32')('is readable by the user only', () => {
    const log = open(0);
    log.close();
    expect(statSync(log.file).mode & 0o777).toBe(0o600);
  });

  it('keeps the newest files of its kind and touches no others', () => {
    for (let i = 0; i < KEPT_LOG_FILES + 5; i++) writeFileSync(path.join(folder, `cli-20260101T0000${String(i).padStart(2, '0')}Z-1.log`), '');
    writeFileSync(path.join(folder, 'agent-20250101T000000Z-1.log'), '');
    writeFileSync(path.join(folder, 'notes.txt'), '');
    open(Date.UTC(2026, 1, 1)).close();
    const files = readdirSync(folder);
    expect(files.filter((f) => f.startsWith('cli-'))).toHaveLength(KEPT_LOG_FILES);
    expect(files).toContain(`cli-20260201T000000Z-${process.pid}.log`);
    expect(files).not.toContain('cli-20260101T000000Z-1.log');
    expect(files).toContain('agent-20250101T000000Z-1.log');
    expect(files).toContain('notes.txt');
  });
});
