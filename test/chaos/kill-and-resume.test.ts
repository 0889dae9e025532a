import Database from 'better-sqlite3';
import { readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeOrganisation } from '../servers/organisation.ts';
import { makeOperator, type Operator, type Ran } from '../integration/main-job/command.ts';
import { differences } from '../integration/main-job/compare.ts';
import { withKnownGuids } from '../integration/main-job/directory-facts.ts';
import { expectTenant } from '../integration/main-job/expected.ts';
import { startTenant, writeState, type CloudState, type TenantProcess } from '../integration/main-job/simulated-tenant.ts';
import { makeTenant } from '../integration/main-job/tenant-seed.ts';

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
  private constructor(operator: Operator, tenant: TenantProcess, before: CloudState) {
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
    const victim = new Victim(operator, tenant, await tenant.read());
    const [ldif, secret] = [await operator.file('corp.ldf', organisation.ldif), await operator.file('secret.txt', SECRET)];
    await victim.well('project', 'create', '--file', victim.project, '--name', 'Chaos');
    await victim.well('pair', 'create', '--name', 'Chaos', '--ldif', ldif, '--simulated', tenant.url, '--tenant', tenant.tenantId, '--client', tenant.clientId, '--secret-file', secret, '--distribution-groups', 'Microsoft-365-group');
    await victim.well('collection', 'create', '--name', 'All');
    await victim.well('collection', 'add', ...organisation.containers.flatMap((dn) => ['--dn', dn]));
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
   * Starts a command and kills it without warning in the middle of a wave of writes: once so many more operations are settled,
   * others are written down and not settled, and some milliseconds have gone by in which the tenant may have carried out a part of them.
   * @returns intents that were open when it died; -1 when it ended before.
   */
  async kill(point: { readonly after: number; readonly ms: number }, ...args: string[]): Promise<number> {
    const start = this.journal().settled;
    const running = this.operator.start('--project', this.project, '--json', ...args);
    let over = false;
    const ended = running.ended.then(() => { over = true; });
    const reached = (): boolean => { const now = this.journal(); return now.settled >= start + point.after && now.open > 0; };
    while (!over && !reached()) await sleep(2);
    await sleep(point.ms);
    running.kill('SIGKILL');
    await ended;
    return (await running.ended).code === -1 ? this.journal().open : -1;
  }

  async close(): Promise<void> {
    await this.tenant.stop();
    await this.operator.close();
  }
}

/** Objects that were made: ids that were neither live nor deleted before. */
const made = (state: CloudState, before: CloudState): readonly string[] => {
  const old = new Set([...before.users, ...before.groups, ...before.deletedUsers, ...before.deletedGroups].map((o) => o.id));
  return [...state.users, ...state.groups, ...state.deletedUsers, ...state.deletedGroups].map((o) => o.id).filter((id) => !old.has(id));
};
const undated = (state: CloudState, without: ReadonlySet<string>): CloudState => ({
  ...state, deletedGroups: state.deletedGroups.filter((d) => !without.has(d.id)), deletedUsers: state.deletedUsers.filter((d) => !without.has(d.id)).map((d) => ({ ...d, properties: { ...d.properties, deletedDateTime: '' } })),
});

describe.each([
  { name: 'at its first write and while users are made', kills: [{ after: 0, ms: 5 }, { after: 1, ms: 20 }, { after: 100, ms: 40 }] },
  { name: 'while groups, managers and members are written', kills: [{ after: 430, ms: 10 }, { after: 130, ms: 25 }, { after: 150, ms: 5 }, { after: 60, ms: 15 }] },
])('a migration killed $name', ({ kills }) => {
  let victim: Victim;
  let task: Task;
  let creates = 0;
  beforeAll(async () => { victim = await Victim.make(); }, STEP);
  afterAll(async () => { await victim?.close(); });

  it('is resumed from its journal each time and ends as if nothing had happened', async () => {
    const planned = await victim.plan();
    task = planned.task;
    creates = planned.plan.counts['creates'] ?? 0;
    const [first = { after: 0, ms: 0 }, ...others] = kills;
    const open = [await victim.kill(first, 'migrate', '--task', task.id, '--confirm', planned.plan.confirmation)];
    for (const point of others) open.push(await victim.kill(point, 'tasks', 'resume', task.id));
    expect(open).not.toContain(-1);
    // Else no kill has hit a write under way, and this test shows nothing.
    expect(Math.max(...open)).toBeGreaterThan(0);
    const done = (await victim.well('tasks', 'resume', task.id)).json as Task;
    expect(done).toMatchObject({ state: 'Completed' });
  }, STEP);

  it('has made no object twice and left no intent open', async () => {
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
  }, STEP);

  it('rolls back, killed three times in the middle, to the state before', async () => {
    const waiting = await victim.operator.run('--project', victim.project, '--json', 'rollback', '--task', task.id, '--purge');
    expect(waiting.code).toBe(4);
    const { task: back, plan } = waiting.json as Planned;
    const open = [await victim.kill({ after: 40, ms: 10 }, 'migrate', '--task', back.id, '--confirm', plan.confirmation), await victim.kill({ after: 150, ms: 20 }, 'tasks', 'resume', back.id), await victim.kill({ after: 200, ms: 5 }, 'tasks', 'resume', back.id)];
    expect(open).not.toContain(-1);
    expect(Math.max(...open)).toBeGreaterThan(0);
    const done = (await victim.well('tasks', 'resume', back.id)).json as Task;
    expect(done).toMatchObject({ state: 'Completed' });
    expect(victim.journal().open).toBe(0);
    const state = await victim.tenant.read();
    expect(undated(state, new Set())).toEqual(undated(victim.before, new Set()));
    expect(made(state, victim.before)).toEqual([]);
  }, STEP);

  it('leaves no temporary files beside the project', async () => {
    await victim.well('tasks', 'list');
    expect(readdirSync(victim.operator.folder).filter((name) => name.startsWith('chaos.causeway')).toSorted()).toEqual(['chaos.causeway']);
  }, STEP);
});
