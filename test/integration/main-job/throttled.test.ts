import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeOrganisation } from '../../servers/organisation.ts';
import { makeOperator, type Operator, type Ran } from './command.ts';
import { differences } from './compare.ts';
import { withKnownGuids } from './directory-facts.ts';
import { expectTenant, type Expected } from './expected.ts';
import { readState, startTenant, writeState, type CloudState, type TenantContent, type TenantProcess } from './simulated-tenant.ts';
import { makeTenant } from './tenant-seed.ts';

const SECRET = 'secret-of-the-throttled-test';
const STEP = 200_000;
/** Writes that an application has in a tenant at once (Graph documentation, throttling limits: 3,000 in 150 s). */
const WRITES = 3000;

interface Task { readonly id: string; readonly state: string; readonly message: string; readonly throttledMs: number }
interface Planned { readonly task: Task; readonly plan: { readonly confirmation: string } }

describe('a migration under the service\'s real limits, with a suffix, a country and lists left out', () => {
  const organisation = makeOrganisation({ users: 200, guids: true });
  const sources = withKnownGuids(organisation);
  const seed = makeTenant(sources);
  const expected: Expected = expectTenant(sources, seed, { upnSuffix: 'corp.example.com', country: 'DE', distributionGroups: 'skip' });
  let operator: Operator;
  let tenant: TenantProcess;
  let before: CloudState;
  let stateBefore: TenantContent;
  let task = '';

  const causeway = (...args: string[]): Promise<Ran> => operator.run('--project', `${operator.folder}/small.causeway`, '--json', ...args);
  async function well(...args: string[]): Promise<Ran> {
    const ran = await causeway(...args);
    expect({ code: ran.code, stderr: ran.stderr, stdout: ran.stdout.slice(0, 500) }).toMatchObject({ code: 0 });
    return ran;
  }

  beforeAll(async () => {
    operator = await makeOperator();
    const stateFile = `${operator.folder}/tenant.json`;
    await writeState(stateFile, seed, SECRET);
    tenant = await startTenant(operator, stateFile, { quotas: 'real', speed: 4 });
    before = await tenant.read();
    stateBefore = await readState(stateFile);
    const [ldif, secret] = [await operator.file('corp.ldf', organisation.ldif), await operator.file('secret.txt', SECRET)];
    await well('project', 'create', '--file', `${operator.folder}/small.causeway`, '--name', 'Small');
    await well('pair', 'create', '--name', 'Small', '--ldif', ldif, '--simulated', tenant.url, '--tenant', tenant.tenantId, '--client', tenant.clientId, '--secret-file', secret, '--upn-suffix', 'corp.example.com', '--country', 'DE', '--distribution-groups', 'skip');
    await well('collection', 'create', '--name', 'All');
    await well('collection', 'add', ...organisation.containers.flatMap((dn) => ['--dn', dn]));
    await well('match', 'policy', '--wait', 'no match');
  }, STEP);
  afterAll(async () => {
    await tenant?.stop();
    await operator?.close();
  });

  it('waits when the tenant says so, tells it, and gets everything through', async () => {
    const planned = (await well('plan', '--create', '--merge')).json as Planned;
    task = planned.task.id;
    // Somebody else has used up the quota of this application.
    for (let i = 0; i < WRITES / 20; i += 1) await tenant.graph('POST', '/$batch', { requests: Array.from({ length: 20 }, (_, k) => ({ id: String(k), method: 'DELETE', url: `/users/nobody${k}@example.com` })) });
    const ran = await well('migrate', '--task', task, '--confirm', planned.plan.confirmation);
    const done = (ran.json as Planned).task;
    expect(done).toMatchObject({ state: 'Completed' });
    expect(done.throttledMs).toBeGreaterThan(0);
    expect(ran.stderr).toMatch(/waited \d+ s for the tenant/);
    expect(differences(await tenant.read(), expected, sources)).toEqual([]);
  }, STEP);

  it('rolls back and purges, and says which values cannot be taken back', async () => {
    const ran = await causeway('rollback', '--task', task, '--purge', '--yes');
    expect(ran.code).toBe(1);
    const { task: back } = ran.json as Planned;
    expect(back).toMatchObject({ state: 'Completed with errors' });
    // usageLocation cannot be empty again (Graph documentation, user resource): accounts that had none keep the country.
    const kept = before.users.filter((u) => u.properties['usageLocation'] === undefined && expected.users.get(u.id)?.properties['usageLocation'] === 'DE');
    expect(kept.length).toBeGreaterThan(5);
    const { items } = (await well('tasks', 'show', back.id, '--problems')).json as { items: readonly { message: string }[] };
    expect(items.map((i) => i.message).filter((m) => /^usageLocation was empty before and cannot be made empty again/.test(m)).length).toBe(kept.length);
    expect(items.length).toBe(kept.length);
    const ids = new Set(kept.map((u) => u.id));
    const after = await tenant.read();
    const without = (state: CloudState): CloudState => ({ ...state, users: state.users.map((u) => (ids.has(u.id) ? { ...u, properties: { ...u.properties, usageLocation: '' } } : u)), deletedUsers: state.deletedUsers.map((u) => ({ ...u, properties: { ...u.properties, deletedDateTime: '' } })) });
    expect(without(after)).toEqual(without(before));
    // Nothing of it is left, neither live nor deleted.
    expect(stateBefore.deletedUsers.length).toBe(after.deletedUsers.length);
    expect(after.deletedGroups).toEqual([]);
  }, STEP);
});
