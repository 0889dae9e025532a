import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { createPasswordDesk, expirePasswords, forgetLeftPasswords, forgetPassword, forgetPasswords, passwordDelivered, passwordForDelivery, sealedPasswords } from '../../../electron/app/initial-passwords-desk.ts';
import { sessionSecretStore, type SecretStore } from '../../../electron/platform/index.ts';
import { createProject, IN_MEMORY, type OutboxEntry } from '../../../electron/store/index.ts';
import { DEFAULT_PASSWORD_POLICY } from '../../../shared/domain/passwords.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import { openRig, type Rig } from './rig.ts';
import { works, worksTenant } from './works.ts';

/** Everything in a folder as one text, files of the log and the database's side files included; some come and go. */
async function everything(folder: string): Promise<string> {
  const files = await readdir(folder, { recursive: true, withFileTypes: true });
  return (await Promise.all(files.filter((f) => f.isFile()).map((f) => readFile(path.join(f.parentPath, f.name), 'latin1').catch(() => '')))).join('\n');
}

describe('initial passwords of a migration', () => {
  let rig: Rig;
  afterEach(async () => { await rig.close(); });

  it('follow the pair\'s policy, are sent, and are found nowhere afterwards; the accounts are listed as in need of a reset', async () => {
    const sent: string[] = [];
    rig = await openRig({
      source: works(), seed: worksTenant(),
      wrap: (send) => async (url, init) => {
        sent.push(...[...String(init.body ?? '').matchAll(/"password":("(?:[^"\\]|\\.)*")/g)].map((m) => JSON.parse(m[1] ?? '""') as string));
        return await send(url, init);
      },
    });
    expect(await rig.call('passwords.policy', { pairId: rig.pairId })).toEqual({ ...DEFAULT_PASSWORD_POLICY, delivery: 'none' });
    await rig.call('passwords.savePolicy', { pairId: rig.pairId, policy: { length: 31, lookAlikes: 'allowed', symbols: '' } });
    const migrated = await rig.migrate();
    expect(migrated.state).toBe('Completed');
    expect(sent).toHaveLength(2);
    for (const password of sent) expect(password).toMatch(/^[A-Za-z0-9]{31}$/);
    const exported = await Promise.all([
      rig.call('plans.export', { planId: migrated.planId ?? '', format: 'json' }), rig.call('plans.export', { planId: migrated.planId ?? '', format: 'csv' }),
      rig.call('tasks.exportItems', { taskId: migrated.id }), rig.call('passwords.export', { pairId: rig.pairId }),
    ]);
    const kept = JSON.stringify(exported) + JSON.stringify(rig.heard) + await everything(rig.folder);
    expect(kept).toContain('ben@example.com');
    for (const password of sent) expect(kept.includes(password)).toBe(false);

    const { rows, total } = await rig.call('passwords.accounts', { pairId: rig.pairId });
    expect(total).toBe(2);
    expect(rows.map((r) => [r.userPrincipalName, r.state, r.taskId, r.expiresAt])).toEqual([['dot@example.com', 'needs a reset', migrated.id, null], ['ben@example.com', 'needs a reset', migrated.id, null]]);
    expect(exported[3]?.text).toContain('ben@example.com,Ben,');
    const reason = (await rig.call('plans.operations', { planId: migrated.planId ?? '', search: 'ben' })).rows.flatMap((o) => o.changes).find((c) => c.attribute === 'passwordProfile/password')?.reason;
    expect(reason).toContain('kept nowhere; reset it');
    await rig.rollBack({ undoes: migrated.id });
    expect((await rig.call('passwords.accounts', { pairId: rig.pairId })).total).toBe(0);
  });

  it('refuse a policy that Entra would refuse', async () => {
    rig = await openRig({ source: works(), seed: worksTenant(), runner: 'none' });
    const save = (policy: object) => rig.call('passwords.savePolicy', { pairId: rig.pairId, policy: { ...DEFAULT_PASSWORD_POLICY, ...policy } });
    await expect(save({ length: 7 })).rejects.toThrow('must be 8 at least');
    await expect(save({ length: 257 })).rejects.toThrow('must be 256 at most');
    await expect(save({ symbols: 'é' })).rejects.toThrow('symbols that Microsoft Entra accepts');
    expect(await save({ length: 8, symbols: '!!#' })).toEqual({ length: 8, lookAlikes: 'left out', symbols: '!#' });
  });
});

describe('the outbox', () => {
  /** As a vault of the operating system: what it keeps outlives the program. */
  const vault = (): SecretStore & { readonly names: () => string[] } => {
    const values = new Map<string, string>();
    return { get: async (n) => values.get(n) ?? null, set: async (n, v) => { values.set(n, v); }, delete: async (n) => { values.delete(n); }, protection: () => 'os', names: () => [...values.keys()] };
  };
  const operation = { id: 'o1', seq: 1, kind: 'create', service: 'graph', objectKind: 'user', sourceId: 's1', targetId: null, name: 'Ben', references: [], previous: [],
    changes: [['userPrincipalName', 'ben@example.com'], ['passwordProfile/password', '<generated>']].map(([attribute = '', value = '']) => ({ attribute, before: null, after: [value], reversible: true, provenance: { ruleId: null, source: '', reason: '' } })) } satisfies Operation;
  const settled = { intentId: 'i', operation, outcome: 'done' as const, targetId: 't1', references: [], message: '' };
  const desk = (secrets: SecretStore, keepForMs: number | null, now = 1_000) => createPasswordDesk({ secrets, newId: () => 'e1', now: () => now }, DEFAULT_PASSWORD_POLICY, keepForMs === null ? { delivers: false, reason: '' } : { delivers: true, keepForMs }, { pairId: 'p', taskId: 't' });

  it('with a delivery: the password is sealed, handed out, and forgotten when it was delivered', async () => {
    const secrets = vault();
    const store = await createProject({ file: IN_MEMORY, name: 'x', demo: false });
    try {
      const d = desk(secrets, 500);
      const password = d.newPassword(operation);
      // A create that is sent again carries the same password: nobody knows which of the tries was carried out.
      expect(d.newPassword(operation)).toBe(password);
      const entries = await d.keep([settled]);
      expect(entries).toEqual<OutboxEntry[]>([{ id: 'e1', pairId: 'p', taskId: 't', sourceId: 's1', targetId: 't1', name: 'Ben', userPrincipalName: 'ben@example.com', state: 'waits for delivery', secretRef: 'outbox/e1', createdAt: 1_000, expiresAt: 1_500 }]);
      await store.outbox.add(entries);
      expect(await passwordForDelivery({ store, secrets, now: () => 1_499 }, 'e1')).toBe(password);
      expect(await passwordForDelivery({ store, secrets, now: () => 1_500 }, 'e1')).toBeNull();
      await passwordDelivered({ store, secrets }, 'e1');
      expect(secrets.names()).toEqual([]);
      expect(await store.outbox.get('e1')).toMatchObject({ state: 'delivered', secretRef: null });
      expect(await passwordForDelivery({ store, secrets, now: () => 1_001 }, 'e1')).toBeNull();
    } finally { await store.close(); }
  });

  it('forgets what nobody takes in time', async () => {
    const secrets = vault();
    const store = await createProject({ file: IN_MEMORY, name: 'x', demo: false });
    try {
      const d = desk(secrets, 500);
      d.newPassword(operation);
      await store.outbox.add(await d.keep([settled]));
      expect(await expirePasswords({ store, secrets, now: () => 1_499 })).toBe(0);
      expect(await expirePasswords({ store, secrets, now: () => 1_500 })).toBe(1);
      expect(secrets.names()).toEqual([]);
      expect(await store.outbox.get('e1')).toMatchObject({ state: 'expired', secretRef: null });
    } finally { await store.close(); }
  });

  it('forgets on the machine that has a password what another machine gave up', async () => {
    const [here, there] = [vault(), vault()];
    const store = await createProject({ file: IN_MEMORY, name: 'x', demo: false });
    const now = () => 1_500;
    const make = async (): Promise<OutboxEntry> => {
      const d = desk(here, 500);
      d.newPassword(operation);
      const [entry] = await d.keep([settled]);
      if (entry === undefined) throw new Error('nothing was kept');
      await store.outbox.add([entry]);
      await store.targets.upsertPage('p', [{ id: 't1', kind: 'user', name: 'Ben', deleted: false, links: {}, attributes: {} }], 'run');
      return entry;
    };
    try {
      for (const [state, giveUp] of [
        ['expired', async () => { await expirePasswords({ store, secrets: there, now }); }],
        ['needs a reset', async (entry: OutboxEntry) => { await forgetPassword({ store, secrets: there }, entry); }],
      ] as const) {
        await giveUp(await make());
        expect(await store.outbox.get('e1')).toMatchObject({ state, secretRef: 'outbox/e1' });
        expect(await sealedPasswords(store, 'p')).toEqual(['outbox/e1']);
        expect(await forgetLeftPasswords({ store, secrets: there })).toBe(0);
        expect(await forgetLeftPasswords({ store, secrets: here })).toBe(1);
        expect(here.names()).toEqual([]);
        expect(await store.outbox.get('e1')).toMatchObject({ state, secretRef: null });
        expect(await store.outbox.left()).toEqual([]);
        await store.outbox.removeAll(['e1']);
      }
      // An account that was deleted from elsewhere.
      await make();
      await forgetPasswords({ secrets: there, now }, store, 'p', ['t1']);
      await store.targets.remove('p', 't1');
      expect(await forgetLeftPasswords({ store, secrets: here })).toBe(1);
      expect(here.names()).toEqual([]);
      expect(await store.outbox.get('e1')).toBeUndefined();
    } finally { await store.close(); }
  });

  it.each([
    ['there is no delivery', () => ({ secrets: vault(), keepForMs: null, made: true })],
    ['secrets last only as long as the program', () => ({ secrets: sessionSecretStore(), keepForMs: 500, made: true })],
    ['the program ended between sending and settling', () => ({ secrets: vault(), keepForMs: 500, made: false })],
  ])('keeps nothing when %s', async (_, how) => {
    const { secrets, keepForMs, made } = how();
    const d = desk(secrets, keepForMs);
    if (made) d.newPassword(operation);
    expect(await d.keep([settled])).toMatchObject([{ state: 'needs a reset', secretRef: null, expiresAt: null }]);
    expect(await secrets.get('outbox/e1')).toBeNull();
    expect(await d.keep([{ ...settled, outcome: 'failed' }])).toEqual([]);
  });
});
