import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { skipFor } from '../../servers/available.ts';
import { makeOrganisation } from '../../servers/organisation.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { makeOperator, type Operator, type Ran } from './command.ts';
import { differences } from './compare.ts';
import { closeCycle, withServerGuids } from './directory-facts.ts';
import { expectTenant, type Expected } from './expected.ts';
import { readState, startTenant, writeState, type CloudState, type TenantContent, type TenantProcess } from './simulated-tenant.ts';
import { INITIAL, makeTenant, type Source } from './tenant-seed.ts';

const SECRET = 'Client-Secret~of+the/Application=7f3a9c';
const STEP = 200_000;

interface Task { readonly id: string; readonly state: string; readonly message: string }
interface Plan { readonly confirmation: string; readonly counts: Record<string, number>; readonly guard: readonly unknown[] }
interface Row { readonly id: string; readonly name: string; readonly status: string; readonly reason: string }

describe.skipIf(skipFor(await sambaObstacle()))('the main job on the command line, with 2,000 people', () => {
  const organisation = makeOrganisation();
  let samba: SambaServer;
  let operator: Operator;
  let tenant: TenantProcess;
  let sources: readonly Source[];
  let expected: Expected;
  let before: CloudState;
  let stateBefore: TenantContent;
  let firstTask = '';
  let createdIds: readonly string[] = [];
  /** Of those what Exchange Online keeps: it has no recycle bin. */
  let atExchange: readonly string[] = [];
  const times: string[] = [];

  /** Runs a command that must end well and quietly. */
  async function causeway(...args: string[]): Promise<Ran> {
    const ran = await operator.run('--project', `${operator.folder}/corp.causeway`, '--json', ...args);
    times.push(`${args.slice(0, 2).join(' ')}: ${ran.ms} ms`);
    expect({ code: ran.code, stderr: ran.stderr, stdout: ran.stdout.slice(0, 2000) }).toMatchObject({ code: 0 });
    expect(ran.json, 'one JSON line').toBeDefined();
    return ran;
  }
  const planned = async (...more: string[]): Promise<{ readonly task: Task; readonly plan: Plan }> => (await causeway('plan', '--collection', 'Everybody', '--create', '--merge', ...more)).json as { task: Task; plan: Plan };
  const madeSince = (after: CloudState) => {
    const made = [...after.users, ...after.groups, ...after.contacts].filter(({ id }) => ![...before.users, ...before.groups, ...before.contacts, ...before.deletedUsers].some((o) => o.id === id));
    const kept = made.filter((o) => after.contacts.includes(o) || (o.properties['mailEnabled'] === true && !(o.properties['groupTypes'] as readonly string[] | undefined)?.includes('Unified')));
    return { createdIds: made.map((o) => o.id), atExchange: kept.map((o) => o.id) };
  };
  const nowhereBut = (state: CloudState): CloudState => ({ ...state, deletedUsers: state.deletedUsers.filter((d) => !createdIds.includes(d.id)), deletedGroups: state.deletedGroups.filter((d) => !createdIds.includes(d.id)) });

  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.41', ldif: organisation.ldif });
    await closeCycle(organisation, samba);
    sources = await withServerGuids(organisation, samba);
    operator = await makeOperator();
    const seed = makeTenant(sources);
    expected = expectTenant(sources, seed, { upnSuffix: '', country: '', distributionGroups: 'Microsoft 365 group' });
    const stateFile = `${operator.folder}/tenant.json`;
    await writeState(stateFile, seed, SECRET);
    tenant = await startTenant(operator, stateFile, { quotas: 'off' });
    before = await tenant.read();
    stateBefore = await readState(stateFile);
  }, 120_000);
  afterAll(async () => {
    process.stderr.write(`${times.join('\n')}\n`);
    await operator?.close();
    await samba?.stop();
  });

  it('the oracle says something about everything: each kind of outcome occurs', () => {
    const count = Map.groupBy(expected.outcomes.values(), (o) => o.status);
    expect(Object.fromEntries([...count].map(([status, list]) => [status, list.length]))).toMatchObject({ Migrated: expect.any(Number), Ambiguous: 1, Conflict: 7, Failed: 7 });
    expect(count.get('Migrated')?.length).toBeGreaterThan(2050);
  });

  it('makes a project and a pair, and tests the pair', async () => {
    const password = await operator.file('password.txt', `${samba.password}\n`);
    const secret = await operator.file('secret.txt', SECRET);
    await causeway('project', 'create', '--file', `${operator.folder}/corp.causeway`, '--name', 'Corp');
    await causeway('pair', 'create', '--name', 'Corp to cloud', '--domain', samba.domain, '--server', samba.address, '--user', samba.adminUser, '--password-file', password, '--ca', samba.caFile,
      '--tenant', tenant.tenantId, '--client', tenant.clientId, '--secret-file', secret, '--simulated', tenant.url, '--distribution-groups', 'Microsoft-365-group');
    // The passwords must come from the sealed file from now on.
    await operator.file('password.txt', 'gone');
    await operator.file('secret.txt', 'gone');
    const lines = (await causeway('pair', 'test')).json as readonly { check: string; outcome: string; message: string }[];
    expect(lines.map((l) => l.outcome).filter((o) => o !== 'passed')).toEqual([]);
    expect(lines.length).toBeGreaterThan(5);
  }, STEP);

  it('adds three organisational units to a collection and says what it leaves out and why', async () => {
    await causeway('collection', 'create', '--name', 'Everybody');
    const added = (await causeway('collection', 'add', '--collection', 'Everybody', ...organisation.containers.flatMap((dn) => ['--dn', dn]))).json as { added: number; skippedTotal: number; skipped: readonly { name: string; reason: string }[] };
    const kept = sources.filter((s) => s.collected && s.kind !== 'computer');
    expect(added.added).toBe(kept.filter((s) => s.keptOut === '').length);
    const out = kept.filter((s) => s.keptOut !== '');
    expect(added.skippedTotal).toBe(out.length);
    for (const s of out) expect(added.skipped.find((one) => one.name === (s.attributes['displayName']?.[0] ?? s.cn))?.reason, s.key).toContain(s.keptOut);
  }, STEP);

  it('matches as the rules say and writes nothing', async () => {
    const { task } = (await causeway('match', '--collection', 'Everybody')).json as { task: Task };
    expect(task.state).toBe('Completed');
    const rows = (await causeway('objects', 'list', '--collection', 'Everybody')).json as readonly Row[];
    const byId = new Map(rows.map((r) => [r.id, r]));
    for (const s of sources) {
      const outcome = expected.outcomes.get(s.key);
      if (outcome?.status !== 'Ambiguous' && outcome?.status !== 'Conflict') continue;
      expect(byId.get(s.guid), s.key).toMatchObject({ status: outcome.status, reason: expect.stringContaining(outcome.reason) });
    }
    expect(await tenant.read()).toEqual(before);
  }, STEP);

  it('shows the matches that a person should look at, and takes their word for them', async () => {
    const shown = (await causeway('match', 'review', '--collection', 'Everybody', '--state', 'Matched')).json as { readonly rows: readonly { readonly risks: readonly string[] }[]; readonly total: number };
    expect(shown.total).toBeGreaterThan(10);
    for (const row of shown.rows) expect(row.risks.length).toBeGreaterThan(0);
    expect((await causeway('match', 'accept', '--collection', 'Everybody', '--all', '--state', 'Matched')).json).toMatchObject({ changed: shown.total, refusedTotal: 0 });
    expect(await tenant.read()).toEqual(before);
  }, STEP);

  it('plans, waits for the typed confirmation, migrates, and the tenant is as the rules say', async () => {
    const { task, plan } = await planned();
    firstTask = task.id;
    expect(task.state).toBe('Awaiting approval');
    expect(plan.confirmation).toBe(INITIAL);
    expect(await tenant.read()).toEqual(before);
    const refused = await operator.run('--project', `${operator.folder}/corp.causeway`, '--quiet', 'migrate', '--task', task.id, '--confirm', 'something else');
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(/^Type "simulated\.onmicrosoft\.com" to approve [^\n]*\n$/) });
    const done = (await causeway('migrate', '--task', task.id, '--confirm', plan.confirmation)).json as { task: Task };
    expect(done.task).toMatchObject({ state: 'Completed' });
    const after = await tenant.read();
    expect(differences(after, expected, sources)).toEqual([]);
    ({ createdIds, atExchange } = madeSince(after));
    expect(createdIds.length).toBe(plan.counts['creates']);
    expect(atExchange.length).toBeGreaterThan(2);
  }, STEP);

  it('gives each object its status and each one left out its reason', async () => {
    const rows = (await causeway('objects', 'list', '--collection', 'Everybody')).json as readonly Row[];
    const byId = new Map(rows.map((r) => [r.id, r]));
    expect(rows.length).toBe(expected.outcomes.size);
    const wrong = sources.flatMap((s) => {
      const [outcome, row] = [expected.outcomes.get(s.key), byId.get(s.guid)];
      return outcome === undefined || (row?.status === outcome.status && row.reason.includes(outcome.reason)) ? [] : [`${s.key} is ${row?.status} (${row?.reason}), should be ${outcome.status} (${outcome.reason})`];
    });
    expect(wrong).toEqual([]);
  }, STEP);

  it('finds nothing to do in a second plan', async () => {
    const { task } = await planned();
    expect(task).toMatchObject({ state: 'Completed', message: expect.stringMatching(/^Migrated/) });
  }, STEP);

  it('rolls back: the tenant is as before, attribute by attribute, and what was made is in the recycle bin', async () => {
    const stopped = await operator.run('--project', `${operator.folder}/corp.causeway`, '--json', 'rollback', '--task', firstTask);
    expect(stopped.code).toBe(4);
    const { task, plan } = stopped.json as { task: Task; plan: Plan };
    const done = (await causeway('migrate', '--task', task.id, '--confirm', plan.confirmation)).json as { task: Task };
    expect(done.task).toMatchObject({ state: 'Completed' });
    const after = await tenant.read();
    expect([...after.deletedUsers, ...after.deletedGroups].map((d) => d.id).filter((id) => createdIds.includes(id)).toSorted()).toEqual(createdIds.filter((id) => !atExchange.includes(id)).toSorted());
    expect(unfold(nowhereBut(after))).toEqual(unfold(before));
  }, STEP);

  it('migrates again after the roll back: what it had made comes back from the recycle bin', async () => {
    const { task, plan } = await planned();
    expect(plan.counts['restores']).toBe(createdIds.length - atExchange.length + 2);
    expect(plan.counts['creates']).toBe(atExchange.length);
    const done = (await causeway('migrate', '--task', task.id, '--confirm', plan.confirmation)).json as { task: Task };
    expect(done.task).toMatchObject({ state: 'Completed' });
    const after = await tenant.read();
    expect(differences(after, expected, sources)).toEqual([]);
    expect((await planned()).task).toMatchObject({ state: 'Completed' });
  }, STEP);

  it('rolls the second migration back to the state before it', async () => {
    const done = (await causeway('rollback', '--collection', 'Everybody', '--yes', '--purge')).json as { task: Task };
    expect(done.task).toMatchObject({ state: 'Completed' });
    expect(unfold(nowhereBut(await tenant.read()))).toEqual(unfold(before));
  }, STEP);

  it('leaves the whole state of the tenant as it was, also what Graph does not show', async () => {
    await tenant.stop();
    const content = await readState(tenant.stateFile);
    expect({ ...content, groups: unmarked(content.groups), contacts: unmarked(content.contacts), deletedUsers: undated(content.deletedUsers.filter((d) => !createdIds.includes(d.id))), deletedGroups: content.deletedGroups.filter((d) => !createdIds.includes(d.id)) })
      .toEqual({ ...stateBefore, groups: unmarked(stateBefore.groups), contacts: unmarked(stateBefore.contacts), deletedUsers: undated(stateBefore.deletedUsers) });
  }, STEP);

  it('keeps the password and the secret out of every output, log and project file', async () => {
    expect(await operator.leaks([samba.password, SECRET], [tenant.stateFile])).toEqual([]);
  });
});

/** Exchange notes when it changed an object, and the name that it had before it was renamed. */
const unmarked = <T extends { readonly id: string }>(objects: readonly T[]): readonly T[] => objects.map((o) => { const { exchange: _, ...rest } = o as T & { readonly exchange?: unknown }; return rest as unknown as T; }).toSorted((a, b) => (a.id < b.id ? -1 : 1));

/** The time of deletion changes when an object was restored and deleted again. */
const undated = <T extends { readonly properties: Readonly<Record<string, unknown>> }>(objects: readonly T[]): readonly T[] => objects.map((o) => ({ ...o, properties: { ...o.properties, deletedDateTime: '' } }));
const unfold = (state: CloudState): CloudState => ({ ...state, deletedUsers: undated(state.deletedUsers) });
