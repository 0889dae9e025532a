import { afterEach, describe, expect, it } from 'vitest';
import type { Rig } from './rig.ts';
import { openRig } from './rig.ts';
import { account, group, groupDn, person, personDn, TYPE, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const findingsOf = async (planId: string) => (await rig.call('plans.findings', { planId, limit: 500 })).rows;
const operationsOf = async (planId: string) => (await rig.call('plans.operations', { planId, limit: 500 })).rows;

describe('names that only one object can have', () => {
  it('a sign-in name that somebody else in the tenant has as an address is told before anything is written', async () => {
    rig = await openRig({
      source: [...works(), person(17, 'ivo')],
      seed: worksTenant([account(18, 'somebody', { displayName: 'Somebody', mail: 'somebody@example.com', proxyAddresses: ['SMTP:somebody@example.com', 'smtp:ivo@example.com'] })]),
    });
    const { plan } = await rig.plan();
    const found = (await findingsOf(plan.id)).filter((f) => f.name === 'Ivo' && f.severity === 'error');
    expect(found.map((f) => [f.attribute, f.message])).toEqual([['userPrincipalName', expect.stringContaining('Somebody')]]);
    expect((await operationsOf(plan.id)).filter((o) => o.name === 'Ivo')).toEqual([]);
  });

  it('two new people who want the same address both stay out, and whoever names them waits or keeps the rest', async () => {
    const twin = { mail: 'twin@example.com' };
    rig = await openRig({
      // Uma is led by Ivo, who comes after her; Trainees are the twins alone, Team has Dot besides.
      source: [
        ...works({ dot: { manager: personDn('ivo') } }), person(17, 'ivo', twin), person(18, 'jan', twin), person(16, 'uma', { manager: personDn('jan') }),
        group(22, 'Team', TYPE.globalSecurity, [personDn('dot'), personDn('ivo'), groupDn('Trainees')]), group(23, 'Trainees', TYPE.globalSecurity, [personDn('ivo'), personDn('jan')]),
      ],
      seed: worksTenant(),
    });
    const { task, plan } = await rig.plan();
    const operations = await operationsOf(plan.id);
    expect(operations.map((o) => o.seq)).toEqual(operations.map((_, i) => i + 1));
    expect(operations.filter((o) => o.name === 'Ivo' || o.name === 'Jan')).toEqual([]);
    expect(operations.filter((o) => o.kind === 'create').map((o) => o.name).toSorted()).toEqual(['Ben', 'Dot', 'Sales', 'Team', 'Trainees', 'Uma']);
    expect(operations.filter((o) => o.kind === 'set manager').map((o) => o.name).toSorted()).toEqual(['Ben', 'Cem']);
    expect(operations.filter((o) => o.kind === 'add members').map((o) => [o.name, o.references.map((r) => r.name).toSorted()])).toEqual([['Sales', ['Ann', 'Ben', 'Cem']], ['Team', ['Dot', 'Trainees']]]);
    const skips = (await rig.call('plans.skips', { planId: plan.id, limit: 500 })).rows;
    expect(skips.filter((s) => s.status === 'Failed').map((s) => [s.name, s.kind, s.reason])).toEqual([['Ivo', 'user', expect.stringContaining('also meant for Jan')], ['Jan', 'user', expect.stringContaining('also meant for Ivo')]]);
    expect(plan.counts).toMatchObject({ creates: 6, managers: 2, membersAdded: 5, skipped: 2, operations: operations.length });
    // Dot and Uma wait for their managers, Team for Ivo, Trainees for both.
    expect(plan.unresolved).toBe(5);

    expect((await rig.approve(task.id)).state).toBe('Completed');
    const { users, groups } = rig.simulator.snapshot();
    expect(users.map((u) => u.properties['displayName'])).not.toContain('Ivo');
    const team = groups.find((g) => g.properties['displayName'] === 'Team');
    expect(team?.members).toHaveLength(2);
    expect(await rig.objects()).toMatchObject({ Ivo: { status: 'Failed' }, Jan: { status: 'Failed' }, Uma: { status: 'Migrated' }, Team: { status: 'Migrated' } });
  });
});
