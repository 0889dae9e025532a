import { randomBytes } from 'node:crypto';
import { readFile, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openConsole } from '../../../electron/app/container.ts';
import type { PairInput } from '../../../shared/contracts/pairs.ts';
import { ask, openRig, platformIn, targetOf, type Rig } from './rig.ts';
import { guid, works, worksTenant } from './works.ts';

let rig: Rig;
beforeEach(async () => { rig = await openRig({ source: works(), seed: worksTenant() }); });
afterEach(async () => { await rig.close(); });

const inputOf = (more: Partial<PairInput> = {}): PairInput => ({
  name: 'Other', source: { kind: 'ldif', file: rig.ldif }, target: targetOf(rig.simulator), targetSecret: rig.simulator.clientSecret,
  defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' }, ...more,
});
const outcomes = async (input: ReturnType<typeof inputOf>) => Object.fromEntries((await rig.call('pairs.test', { input })).lines.map((l) => [l.check, l]));
/** An address on this machine where nobody listens. */
const NOBODY = 'http://127.0.0.1:9';

describe('secrets of a pair', () => {
  it('go to the secret store and never into a file or an answer', async () => {
    const keyFile = path.join(rig.folder, 'operator.key');
    await writeFile(keyFile, randomBytes(48).toString('base64'), { mode: 0o600 });
    const platform = platformIn(rig.folder, { CAUSEWAY_KEY_FILE: keyFile });
    const file = path.join(rig.folder, 'sealed.causeway');
    const console = await openConsole({ file, create: { name: 'Sealed', demo: false }, platform, simulated: rig.simulated.open });
    const [password, secret, later] = ['Pass-9c41d7/word', 'Secret-5e02b8+app', 'Later-77aa10=app'];
    try {
      const pair = await ask(console, 'pairs.create', inputOf({
        source: { kind: 'ldap', domain: 'corp.example.com', servers: ['127.0.0.1:1'], security: 'ldaps', caFile: null, username: 'svc@corp.example.com', secretRef: 'chosen by the caller', baseDn: '' },
        target: { ...targetOf(rig.simulator), secretRef: 'chosen by the caller' }, sourcePassword: password, targetSecret: secret, redirectionDomain: 'mail.example.com',
      }));
      expect((await ask(console, 'project.get', {})).secrets).toBe('file');
      expect(await platform.secrets.get(`pair/${pair.id}/source`)).toBe(password);
      expect(await platform.secrets.get(`pair/${pair.id}/target`)).toBe(secret);
      expect(JSON.stringify(pair)).not.toContain(password);
      // The caller cannot point a pair at another pair's secret.
      expect(JSON.stringify(pair)).not.toContain('chosen by the caller');
      const updated = await ask(console, 'pairs.update', { id: pair.id, name: 'Renamed', targetSecret: later });
      // What is not named in a change stays.
      expect(updated).toMatchObject({ name: 'Renamed', redirectionDomain: 'mail.example.com' });
      expect(await platform.secrets.get(`pair/${pair.id}/target`)).toBe(later);
      expect(await platform.secrets.get(`pair/${pair.id}/source`)).toBe(password);
      for (const part of await readdir(rig.folder, { recursive: true, withFileTypes: true })) {
        if (!part.isFile()) continue;
        const content = await readFile(path.join(part.parentPath, part.name), 'latin1');
        for (const text of [password, secret, later]) expect(content.includes(text) || content.includes(Buffer.from(text).toString('base64')), `${part.name} holds ${text}`).toBe(false);
      }
      await ask(console, 'pairs.delete', { id: pair.id });
      expect(await platform.secrets.get(`pair/${pair.id}/source`)).toBeNull();
      expect(await platform.secrets.get(`pair/${pair.id}/target`)).toBeNull();
    } finally { await console.close(); await platform.close(); }
  });

  it('a tenant without its secret says what is missing', async () => {
    const pair = await rig.call('pairs.create', inputOf({ targetSecret: undefined } as Partial<PairInput>));
    const { lines } = await rig.call('pairs.test', { id: pair.id });
    const line = lines.find((l) => l.check === 'Target: sign in');
    expect(line?.outcome).toBe('failed');
    expect(line?.message).toMatch(/secret/i);
  });
});

describe('testing a pair', () => {
  it('both sides good: a line for each step, all passed', async () => {
    const { lines } = await rig.call('pairs.test', { id: rig.pairId });
    expect(lines.map((l) => [l.check, l.outcome])).toEqual([
      ['Source: connect and sign in', 'passed'], ['Source: read objects', 'passed'], ['Target: sign in', 'passed'], ['Target: other synchronisation', 'passed'], ['Target: read domains', 'passed'], ['Target: administrators', 'passed'], ['Target: Exchange Online', 'passed'], ['Target: read users and groups', 'passed'],
    ]);
    expect(lines[4]?.message).toContain('example.com');
    const before = rig.simulator.snapshot();
    await rig.call('pairs.test', { input: inputOf() });
    expect(rig.simulator.snapshot()).toEqual(before);
    expect((await rig.call('pairs.list', {})).rows).toHaveLength(1);
  });

  it('a wrong secret fails the sign-in and leaves the rest untried; the source is still tested', async () => {
    const lines = await outcomes(inputOf({ targetSecret: 'wrong' }));
    expect(lines['Target: sign in']).toMatchObject({ outcome: 'failed' });
    expect(lines['Target: sign in']?.message).toMatch(/secret/i);
    expect(lines['Target: sign in']?.message).not.toContain('wrong"');
    expect(lines['Target: read domains']).toMatchObject({ outcome: 'not tried' });
    expect(lines['Source: read objects']).toMatchObject({ outcome: 'passed' });
  });

  it('an unreachable tenant, an unknown one and an unknown application each say so', async () => {
    const unreachable = await outcomes(inputOf({ target: { ...targetOf(rig.simulator), simulated: { origin: NOBODY } } }));
    expect(unreachable['Target: sign in']).toMatchObject({ outcome: 'failed' });
    expect(unreachable['Target: sign in']?.message).toMatch(/reach|connect/i);
    const tenant = await outcomes(inputOf({ target: { ...targetOf(rig.simulator), tenantId: 'nowhere.example.com' } }));
    expect(tenant['Target: sign in']).toMatchObject({ outcome: 'failed' });
    expect(tenant['Target: sign in']?.message).toContain('nowhere.example.com');
    const application = await outcomes(inputOf({ target: { ...targetOf(rig.simulator), clientId: guid(99) } }));
    expect(application['Target: sign in']).toMatchObject({ outcome: 'failed' });
    expect(application['Target: sign in']?.message).toMatch(/application/i);
  });

  it('a bad export names file and line, a missing one the file, an empty one how to make it', async () => {
    const bad = path.join(rig.folder, 'bad.ldf');
    await writeFile(bad, 'version: 1\n\ndn: CN=x,DC=a\nobjectClass: user\nthis is no attribute\n');
    const line = (await outcomes(inputOf({ source: { kind: 'ldif', file: bad } })))['Source: connect and sign in'];
    expect(line).toMatchObject({ outcome: 'failed' });
    expect(line?.message).toContain(bad);
    expect(line?.message).toMatch(/line 5/);
    const missing = path.join(rig.folder, 'none.ldf');
    expect((await outcomes(inputOf({ source: { kind: 'ldif', file: missing } })))['Source: connect and sign in']?.message).toContain(missing);
    await writeFile(bad, 'version: 1\n');
    expect((await outcomes(inputOf({ source: { kind: 'ldif', file: bad } })))['Source: connect and sign in']?.message).toContain('ldifde');
  });

  it('an unreachable domain controller fails within the limit; the target is tested all the same', async () => {
    const lines = await outcomes(inputOf({ source: { kind: 'ldap', domain: '', servers: ['127.0.0.1:1'], security: 'ldaps', caFile: null, username: 'svc', secretRef: '', baseDn: '' }, sourcePassword: 'x' }));
    expect(lines['Source: connect and sign in']).toMatchObject({ outcome: 'failed' });
    expect(lines['Source: connect and sign in']?.message).toContain('127.0.0.1');
    expect(lines['Source: read objects']).toMatchObject({ outcome: 'not tried' });
    expect(lines['Target: read users and groups']).toMatchObject({ outcome: 'passed' });
  });
});

describe('a pair', () => {
  it('needs a domain or a server, and a certificate where it signs in with one', async () => {
    expect(await rig.refused('pairs.create', inputOf({ source: { kind: 'ldap', domain: '', servers: [], security: 'ldaps', caFile: null, username: 'svc', secretRef: '', baseDn: '' } }))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await rig.refused('pairs.create', inputOf({ target: { ...targetOf(rig.simulator), signIn: 'certificate' } }))).toMatchObject({ code: 'INVALID_INPUT' });
    expect(await rig.refused('pairs.create', inputOf({ name: 'works' }))).toMatchObject({ code: 'CONFLICT' });
    expect((await rig.call('pairs.list', {})).rows).toHaveLength(1);
  });

  it('shows what a discovery found, and the verified domains only after it', async () => {
    expect((await rig.call('pairs.domains', { id: rig.pairId })).rows).toEqual([]);
    const { taskId } = await rig.call('tasks.discover', { pairId: rig.pairId });
    expect(await rig.ended(taskId)).toMatchObject({ state: 'Completed', kind: 'Discover', collectionId: null });
    const pair = await rig.call('pairs.get', { id: rig.pairId });
    expect(pair).toMatchObject({ sourceName: 'works.example.com', targetName: 'Test tenant (simulated.onmicrosoft.com)', collections: 1 });
    expect(pair.sourceObjects).toBe(6);
    expect(pair.targetObjects).toBe(7);
    expect((await rig.call('pairs.domains', { id: rig.pairId })).rows.map((d) => [d.name, d.verified])).toEqual([['simulated.onmicrosoft.com', true], ['example.com', true]]);
  });

  it('keeps its tenant once it has written to it', async () => {
    const other = { ...targetOf(rig.simulator), tenantId: 'other.onmicrosoft.com' };
    expect((await rig.call('pairs.update', { id: rig.pairId, target: other })).target.tenantId).toBe('other.onmicrosoft.com');
    await rig.call('pairs.update', { id: rig.pairId, target: targetOf(rig.simulator) });
    await rig.migrate();
    const refused = await rig.refused('pairs.update', { id: rig.pairId, target: other });
    expect(refused).toMatchObject({ code: 'CONFLICT' });
    expect(refused.message).toContain('other.onmicrosoft.com');
    // Where the same tenant is reached may change.
    expect((await rig.call('pairs.update', { id: rig.pairId, target: { ...targetOf(rig.simulator), clientId: guid(98) } })).target.clientId).toBe(guid(98));
  });

  it('is deleted only with force while its objects are migrated', async () => {
    const migrated = await rig.migrate();
    const refused = await rig.refused('pairs.delete', { id: rig.pairId });
    expect(refused).toMatchObject({ code: 'CONFLICT' });
    expect(refused.message).toContain('5 objects');
    expect(await rig.refused('collections.delete', { id: rig.collectionId })).toMatchObject({ code: 'CONFLICT' });
    await rig.call('pairs.delete', { id: rig.pairId, force: true });
    expect((await rig.call('pairs.list', {})).rows).toEqual([]);
    expect((await rig.call('collections.list', {})).rows).toEqual([]);
    expect(await rig.refused('tasks.get', { id: migrated.id })).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('and also when nobody would tell from the statuses, because matching was broken since', async () => {
    await rig.migrate();
    await rig.call('objects.breakMatching', { collectionId: rig.collectionId, selection: { mode: 'all except', ids: [] } });
    expect((await rig.call('statistics.get', { pairId: rig.pairId })).byProgress.Migrated).toBe(0);
    expect(await rig.refused('pairs.delete', { id: rig.pairId })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('rolled back') });
    expect(await rig.refused('collections.delete', { id: rig.collectionId })).toMatchObject({ code: 'CONFLICT' });
    expect((await rig.rollBack({ purge: true })).state).toBe('Completed');
    await rig.call('collections.delete', { id: rig.collectionId });
    await rig.call('pairs.delete', { id: rig.pairId });
  });

  it('after a roll back it is deleted without force', async () => {
    await rig.migrate();
    await rig.rollBack();
    await rig.call('pairs.delete', { id: rig.pairId });
    expect((await rig.call('pairs.list', {})).rows).toEqual([]);
  });

  it('read-only: reads and matches, and refuses to roll back with one sentence', async () => {
    await rig.call('pairs.update', { id: rig.pairId, target: { ...targetOf(rig.simulator), clientId: rig.simulator.clientIdReadOnly, readOnly: true }, targetSecret: rig.simulator.clientSecretReadOnly });
    expect((await rig.match()).state).toBe('Completed');
    const refused = await rig.refused('tasks.rollBack', { collectionId: rig.collectionId });
    expect(refused).toMatchObject({ code: 'FORBIDDEN' });
    expect(refused.message).toContain('"Works"');
    expect(refused.message).toContain('read-only');
  });

  it('made read-only while a plan waits: approving is refused and nothing is written', async () => {
    const { task, plan } = await rig.plan();
    const before = rig.simulator.snapshot();
    await rig.call('pairs.update', { id: rig.pairId, target: { ...targetOf(rig.simulator), readOnly: true } });
    expect(await rig.refused('tasks.approve', { taskId: task.id, confirmation: plan.confirmation })).toMatchObject({ code: 'FORBIDDEN' });
    expect(rig.simulator.snapshot()).toEqual(before);
  });

  it('lists the permissions it needs, each with a reason; read-only asks for no write', async () => {
    const full = (await rig.call('pairs.permissions', { readOnly: false })).rows;
    const less = (await rig.call('pairs.permissions', { readOnly: true })).rows;
    expect(full.some((p) => p.kind === 'write')).toBe(true);
    expect(less.length).toBeGreaterThan(0);
    expect(less.every((p) => p.kind === 'read')).toBe(true);
    for (const p of [...full, ...less]) expect(p.reason.length, p.permission).toBeGreaterThan(10);
  });
});
