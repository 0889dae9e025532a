import Database from 'better-sqlite3';
import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeOrganisation } from '../servers/organisation.ts';
import { makeOperator, type Operator, type Ran } from '../integration/main-job/command.ts';
import { differences } from '../integration/main-job/compare.ts';
import { withKnownGuids } from '../integration/main-job/directory-facts.ts';
import { expectTenant } from '../integration/main-job/expected.ts';
import { startTenant, writeState, type CloudState, type TenantProcess } from '../integration/main-job/simulated-tenant.ts';
import { makeTenant } from '../integration/main-job/tenant-seed.ts';
import { openGate, type Gate, type Point } from './gate.ts';

const SECRET = 'secret-of-the-chaos-test';
const USERS = 400;
const STEP = 200_000;

interface Task { readonly id: string; readonly state: string; readonly message: string; readonly canResume: boolean }
interface Planned { readonly task: Task; readonly plan: { readonly confirmation: string; readonly counts: Record<string, number> } }

const organisation = makeOrganisation({ users: USERS, guids: true });
const sources = withKnownGuids(organisation);
const seed = makeTenant(sources);
const expected = expectTenant(sources, seed, { upnSuffix: '', country: '', distributionGroups: 'Microsoft 365 group' });

/** One project on one tenant, with a program that is killed now and then. */
class Victim {
  readonly operator: Operator;
  readonly tenant: TenantProcess;
  readonly before: CloudState;
  readonly project: string;
  readonly gate: Gate;
  private constructor(operator: Operator, tenant: TenantProcess, gate: Gate, before: CloudState) {
    this.gate = gate;
    this.operator = operator;
    this.tenant = tenant;
    this.before = before;
    this.project = `${operator.folder}/chaos.causeway`;
  }

  static async make(): Promise<Victim> {
    const operator = await makeOperator();
    const stateFile = `${operator.folder}/tenant.json`;
    await writeState(stateFile, seed, SECRET);
    const tenant = await startTenant(operator, stateFile, { quotas: 'off' });
    const victim = new Victim(operator, tenant, await openGate(tenant.url), await tenant.read());
    const [ldif, secret] = [await operator.file('corp.ldf', organisation.ldif), await operator.file('secret.txt', SECRET)];
    await victim.well('project', 'create', '--file', victim.project, '--name', 'Chaos');
    await victim.well('pair', 'create', '--name', 'Chaos', '--ldif', ldif, '--simulated', victim.gate.url, '--tenant', tenant.tenantId, '--client', tenant.clientId, '--secret-file', secret, '--distribution-groups', 'Microsoft-365-group');
    await victim.well('collection', 'create', '--name', 'All');
    await victim.well('collection', 'add', ...organisation.containers.flatMap((dn) => ['--dn', dn]));
    await victim.well('match', 'policy', '--wait', 'no match');
    return victim;
  }

  async well(...args: string[]): Promise<Ran> {
    const ran = await this.operator.run('--project', this.project, '--json', ...args);
    expect({ code: ran.code, stderr: ran.stderr, stdout: ran.stdout.slice(0, 500) }).toMatchObject({ code: 0 });
    return ran;
  }

  async plan(): Promise<Planned> { return (await this.well('plan', '--collection', 'All', '--create', '--merge')).json as Planned; }

  /** Rows of the journal by outcome, read past the program. */
  journal(): { readonly settled: number; readonly open: number } {
    const db = new Database(this.project, { readonly: true });
    try {
      const rows = db.prepare('select outcome is null as open, count(*) as n from journal group by 1').all() as readonly { open: number; n: number }[];
      return { settled: rows.find((r) => r.open === 0)?.n ?? 0, open: rows.find((r) => r.open === 1)?.n ?? 0 };
    } finally { db.close(); }
  }

  /**
   * Starts a command and kills it without warning in the middle of its writes.
   * @returns intents that were open when it died; -1 when it ended before.
   */
  async kill(point: Point, ...args: string[]): Promise<number> {
    const running = this.operator.start('--project', this.project, '--json', ...args);
    this.gate.arm(point, () => { running.kill('SIGKILL'); });
    const { code } = await running.ended;
    this.gate.disarm();
    return code === -1 ? this.journal().open : -1;
  }

  async close(): Promise<void> {
    await this.gate.close();
    await this.tenant.stop();
    await this.operator.close();
  }
}

/** Objects that were made: ids that were neither live nor deleted before. */
const made = (state: CloudState, before: CloudState): readonly string[] => {
  const old = new Set([...before.users, ...before.groups, ...before.contacts, ...before.deletedUsers, ...before.deletedGroups].map((o) => o.id));
  return [...state.users, ...state.groups, ...state.contacts, ...state.deletedUsers, ...state.deletedGroups].map((o) => o.id).filter((id) => !old.has(id));
};
const undated = (state: CloudState, without: ReadonlySet<string>): CloudState => ({
  ...state, deletedGroups: state.deletedGroups.filter((d) => !without.has(d.id)), deletedUsers: state.deletedUsers.filter((d) => !without.has(d.id)).map((d) => ({ ...d, properties: { ...d.properties, deletedDateTime: '' } })),
});

const lost = (batch: number): Point => ({ batch, answer: 'lost' });
const unsent = (batch: number): Point => ({ batch, answer: 'never sent' });

describe.concurrent.each([
  { name: 'at its first write and while users are made', kills: [unsent(1), lost(1), lost(7), unsent(4)], back: [lost(1), unsent(9), lost(14)] },
  { name: 'while groups, managers and members are written', kills: [lost(25), lost(8), unsent(9), lost(12)], back: [lost(2), lost(12), lost(10)] },
])('a migration killed $name', ({ kills, back: backKills }) => {
  let victim: Victim;
  let task: Task;
  let creates = 0;
  beforeAll(async () => { victim = await Victim.make(); }, STEP);
  afterAll(async () => { await victim?.close(); });

  it('is resumed from its journal each time and ends as if nothing had happened', { concurrent: false }, async () => {
    const planned = await victim.plan();
    task = planned.task;
    creates = planned.plan.counts['creates'] ?? 0;
    const [first = lost(1), ...others] = kills;
    const open = [await victim.kill(first, 'migrate', '--task', task.id, '--confirm', planned.plan.confirmation)];
    for (const point of others) open.push(await victim.kill(point, 'tasks', 'resume', task.id));
    // Else the kill has hit no write under way, and this test shows nothing.
    expect(Math.min(...open)).toBeGreaterThan(0);
    const done = (await victim.well('tasks', 'resume', task.id)).json as Task;
    expect(done).toMatchObject({ state: 'Completed' });
  });

  it('has made no object twice and left no intent open', { concurrent: false }, async () => {
    const state = await victim.tenant.read();
    expect(differences(state, expected, sources)).toEqual([]);
    expect(made(state, victim.before).length).toBe(creates);
    expect(state.deletedUsers.length + state.deletedGroups.length).toBe(expected.deleted.size);
    const anchors = state.users.flatMap((u) => u.properties['onPremisesImmutableId'] ?? []);
    expect(new Set(anchors).size).toBe(anchors.length);
    const nicknames = state.groups.map((g) => String(g.properties['mailNickname']).toLowerCase());
    expect(new Set(nicknames).size).toBe(nicknames.length);
    expect(victim.journal().open).toBe(0);
    expect((await victim.plan()).task).toMatchObject({ state: 'Completed' });
  });

  it('rolls back, killed three times in the middle, to the state before', { concurrent: false }, async () => {
    const waiting = await victim.operator.run('--project', victim.project, '--json', 'rollback', '--task', task.id, '--purge');
    expect(waiting.code).toBe(4);
    const { task: back, plan } = waiting.json as Planned;
    const open: number[] = [];
    for (const [i, point] of backKills.entries()) open.push(i === 0 ? await victim.kill(point, 'migrate', '--task', back.id, '--confirm', plan.confirmation) : await victim.kill(point, 'tasks', 'resume', back.id));
    expect(Math.min(...open)).toBeGreaterThan(0);
    const done = (await victim.well('tasks', 'resume', back.id)).json as Task;
    expect(done).toMatchObject({ state: 'Completed' });
    expect(victim.journal().open).toBe(0);
    const state = await victim.tenant.read();
    expect(undated(state, new Set())).toEqual(undated(victim.before, new Set()));
    expect(made(state, victim.before)).toEqual([]);
  });

  it('leaves no temporary files beside the project', { concurrent: false }, async () => {
    await victim.well('tasks', 'list');
    expect(readdirSync(victim.operator.folder).filter((name) => name.startsWith('chaos.causeway')).toSorted()).toEqual(['chaos.causeway']);
  });
});

describe.concurrent.each([
  { name: 'whose last batch arrived', kills: [lost(7)] },
  { name: 'whose last batch never arrived', kills: [unsent(4)] },
  { name: 'twice, the second time while groups, managers and members are written', kills: [lost(25), lost(8)] },
])('a migration killed $name and never resumed to its end', ({ kills }) => {
  let victim: Victim;
  beforeAll(async () => { victim = await Victim.make(); }, STEP);
  afterAll(async () => { await victim?.close(); });

  it('is rolled back to the state before: nothing that was sent stays in the tenant', { concurrent: false }, async () => {
    const { task, plan } = await victim.plan();
    const [first = lost(1), ...others] = kills;
    const open = [await victim.kill(first, 'migrate', '--task', task.id, '--confirm', plan.confirmation)];
    for (const point of others) open.push(await victim.kill(point, 'tasks', 'resume', task.id));
    expect(Math.min(...open)).toBeGreaterThan(0);
    const waiting = await victim.operator.run('--project', victim.project, '--json', 'rollback', '--task', task.id, '--purge');
    expect({ code: waiting.code, stderr: waiting.stderr }).toMatchObject({ code: 4 });
    expect(victim.journal().open).toBe(0);
    const back = waiting.json as Planned;
    expect((await victim.well('migrate', '--task', back.task.id, '--confirm', back.plan.confirmation)).json).toMatchObject({ task: { state: 'Completed' } });
    const state = await victim.tenant.read();
    expect(made(state, victim.before)).toEqual([]);
    expect(undated(state, new Set())).toEqual(undated(victim.before, new Set()));
  });
});
