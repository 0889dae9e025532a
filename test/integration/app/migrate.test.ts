import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openRig, type Answers, type Rig } from './rig.ts';
import { account, cloudId, CONTAINERS, group, groupDn, guid, person, personDn, TYPE, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const state = () => rig.simulator.snapshot();
const cloud = (upn: string) => state().users.find((u) => u.properties['userPrincipalName'] === upn);
const statuses = async () => Object.fromEntries(Object.values(await rig.objects()).map((o) => [o.name, o.status]));
const writes = () => Object.entries(rig.simulator.stats.requests).filter(([name]) => !name.startsWith('GET') && !name.includes('getByIds') && !name.includes('$batch') && !name.includes('token')).reduce((n, [, count]) => n + count, 0);
const skipsOf = async (planId: string) => Object.fromEntries((await rig.call('plans.skips', { planId })).rows.map((s) => [s.name, `${s.status}: ${s.reason}`]));

describe('the four questions of the wizard', () => {
  beforeEach(async () => { rig = await openRig({ source: works(), seed: worksTenant() }); });

  const rows: readonly [Answers, { created: string[]; changed: string[]; left: Record<string, RegExp> }][] = [
    [{ createUnmatched: true, mergeUnmatched: true }, { created: ['Ben', 'Dot', 'Sales'], changed: ['Ann', 'Cem'], left: {} }],
    [{ createUnmatched: true, mergeUnmatched: false }, { created: ['Ben', 'Dot', 'Sales'], changed: [], left: { Ann: /^Skipped: .*does not merge/, Cem: /^Skipped: .*does not merge/ } }],
    [{ createUnmatched: false, mergeUnmatched: true }, { created: [], changed: ['Ann', 'Cem'], left: { Ben: /^Not matched: .*does not create/, Dot: /^Not matched/, Sales: /^Not matched/ } }],
    [{ createUnmatched: false, mergeUnmatched: false }, { created: [], changed: [], left: { Ann: /^Skipped/, Cem: /^Skipped/, Ben: /^Not matched/, Dot: /^Not matched/, Sales: /^Not matched/ } }],
  ];
  it.each(rows)('%o', async (answers, expected) => {
    const before = state();
    const { task, plan } = await rig.plan(answers);
    expect(state()).toEqual(before);
    const { rows: operations } = await rig.call('plans.operations', { planId: plan.id, limit: 500 });
    expect(operations.filter((o) => o.kind === 'create').map((o) => o.name)).toEqual(expected.created);
    expect(operations.filter((o) => o.kind === 'update').map((o) => o.name)).toEqual(expected.changed);
    const left = await skipsOf(plan.id);
    expect(Object.keys(left).toSorted()).toEqual(Object.keys(expected.left).toSorted());
    for (const [name, pattern] of Object.entries(expected.left)) expect(left[name], name).toMatch(pattern);
    expect(plan.counts.skipped).toBe(Object.keys(expected.left).length);

    const done = task.state === 'Awaiting approval' ? await rig.approve(task.id) : task;
    expect(done.state).toBe('Completed');
    const now = await rig.objects();
    for (const o of Object.values(now)) {
      const wanted = expected.left[o.name];
      expect(o.status, o.name).toBe(wanted === undefined ? 'Migrated' : left[o.name]?.split(':')[0]);
      if (wanted !== undefined) expect(o.reason, o.name).not.toBe('');
    }
    const after = state();
    expect(after.users.length - before.users.length).toBe(expected.created.filter((n) => n !== 'Sales').length);
    expect(after.groups.length - before.groups.length).toBe(expected.created.includes('Sales') ? 1 : 0);
    for (const user of before.users) {
      const changed = expected.changed.includes(String(user.properties['displayName']));
      const same = JSON.stringify(after.users.find((u) => u.id === user.id)) === JSON.stringify(user);
      expect([user.properties['displayName'], same]).toEqual([user.properties['displayName'], !changed]);
    }
    if (expected.created.length + expected.changed.length === 0) expect(after).toEqual(before);
  });

  it('merge "no" still writes what was matched before this run', async () => {
    await rig.match();
    const { plan } = await rig.plan({ mergeUnmatched: false });
    expect(plan.counts).toMatchObject({ creates: 3, updates: 2, skipped: 0 });
  });

  it('the UPN suffix names new people and renames matched ones; one that is not verified falls back and says so', async () => {
    const { plan } = await rig.plan({ upnSuffix: 'simulated.onmicrosoft.com' });
    const { rows: operations } = await rig.call('plans.operations', { planId: plan.id });
    const upns = Object.fromEntries(operations.flatMap((o) => o.changes.filter((c) => c.attribute === 'userPrincipalName').map((c) => [o.name, [c.before?.[0] ?? null, c.after?.[0], c.reason]])));
    expect(upns).toEqual({
      Ann: ['ann@example.com', 'ann@simulated.onmicrosoft.com', 'UPN suffix simulated.onmicrosoft.com of this migration'],
      Ben: [null, 'ben@simulated.onmicrosoft.com', 'UPN suffix simulated.onmicrosoft.com of this migration'], Dot: [null, 'dot@simulated.onmicrosoft.com', 'UPN suffix simulated.onmicrosoft.com of this migration'],
    });
    expect(plan.counts.upnChanges).toBe(1);
    const other = await rig.plan({ upnSuffix: 'nowhere.example' });
    const findings = (await rig.call('plans.findings', { planId: other.plan.id })).rows.map((f) => `${f.name}: ${f.message}`).join('\n');
    expect(findings).toContain('Ben will sign in as ben@simulated.onmicrosoft.com: nowhere.example is not a verified domain of the tenant');
    expect(findings).toContain('The sign-in name of Ann is left as it is');
  });

  it('the country code is set for everybody; without one, only new people get the country of the directory', async () => {
    const located = async (answers: Answers) => {
      const { rows: operations } = await rig.call('plans.operations', { planId: (await rig.plan(answers)).plan.id });
      return Object.fromEntries(operations.flatMap((o) => o.changes.filter((c) => c.attribute === 'usageLocation').map((c) => [o.name, c.after?.[0]])));
    };
    expect(await located({ countryCode: '' })).toEqual({ Ben: 'NO', Dot: 'FR' });
    expect(await located({ countryCode: 'SE' })).toEqual({ Ann: 'SE', Ben: 'SE', Cem: 'SE', Dot: 'SE' });
  });
});

describe('a migration', () => {
  beforeEach(async () => { rig = await openRig({ source: works(), seed: worksTenant() }); });

  it('writes nothing before it is approved, and nothing at all when it is discarded', async () => {
    const before = state();
    const { task, plan } = await rig.plan();
    expect(task).toMatchObject({ state: 'Awaiting approval', canApprove: true, canRollBack: false, phase: 'approve' });
    expect(plan).toMatchObject({ tenantName: 'Test tenant (simulated.onmicrosoft.com)', confirmation: 'simulated.onmicrosoft.com', guard: [], unresolved: 0 });
    for (const confirmation of ['', 'yes', 'Test tenant', 'SIMULATED.onmicrosoft.com']) {
      expect(await rig.refused('tasks.approve', { taskId: task.id, confirmation })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('simulated.onmicrosoft.com') });
    }
    expect(await statuses()).toEqual({ Ann: 'Matched', Ben: 'Not matched', Cem: 'Matched', Dot: 'Not matched', Sales: 'Not matched' });
    expect(await rig.call('tasks.discard', { taskId: task.id })).toMatchObject({ state: 'Discarded', canApprove: false, canResume: false, canRollBack: false });
    expect(await rig.refused('tasks.approve', { taskId: task.id, confirmation: plan.confirmation })).toMatchObject({ code: 'CONFLICT' });
    expect(await rig.refused('tasks.discard', { taskId: task.id })).toMatchObject({ code: 'CONFLICT' });
    expect(state()).toEqual(before);
    expect(writes()).toBe(0);
  });

  it('writes each value once, ends Migrated, and a second plan is empty', async () => {
    const migrated = await rig.migrate();
    expect(migrated).toMatchObject({ state: 'Completed', canRollBack: true, canResume: false });
    expect(await statuses()).toEqual({ Ann: 'Migrated', Ben: 'Migrated', Cem: 'Migrated', Dot: 'Migrated', Sales: 'Migrated' });
    expect(cloud('ben@example.com')).toMatchObject({ manager: cloudId(11), properties: { displayName: 'Ben', jobTitle: 'Clerk', department: 'Sales', usageLocation: 'NO', accountEnabled: true, onPremisesImmutableId: Buffer.from('00c71e0b00000040800000000000 0012'.replaceAll(' ', ''), 'hex').toString('base64') } });
    expect(state().groups.find((g) => g.properties['displayName'] === 'Sales')).toMatchObject({ properties: { securityEnabled: true, mailEnabled: false, description: 'Everybody of Sales' }, members: [cloudId(11), cloudId(13), cloud('ben@example.com')?.id ?? ''].toSorted() });
    expect(writes()).toBe(8);
    const again = await rig.plan();
    expect(again.task).toMatchObject({ state: 'Completed' });
    expect(again.plan.counts).toMatchObject({ operations: 0, unchanged: 5, skipped: 0 });
    expect(writes()).toBe(8);
    expect(Object.values(await statuses())).toEqual(Array.from({ length: 5 }, () => 'Migrated'));
    const items = await rig.call('tasks.items', { taskId: migrated.id, onlyProblems: true });
    expect(items.rows).toEqual([]);
  });

  it('tells the whole story of an object', async () => {
    const migrated = await rig.migrate();
    const ann = await rig.call('objects.get', { collectionId: rig.collectionId, id: guid(11) });
    expect(ann.row.status).toBe('Migrated');
    expect(ann.mapped.every((m) => m.same), JSON.stringify(ann.mapped.filter((m) => !m.same))).toBe(true);
    expect(ann.history).toContainEqual(expect.objectContaining({ taskId: migrated.id, operation: 'update', attribute: 'jobTitle', before: 'Trainee', after: 'Head of Sales', outcome: 'done' }));
    const ben = await rig.call('objects.get', { collectionId: rig.collectionId, id: guid(12) });
    expect(ben.target?.links['manager']).toEqual([cloudId(11)]);
    expect(ben.history.map((h) => h.operation)).toEqual(expect.arrayContaining(['create', 'set manager']));
    expect(ben.history.find((h) => h.operation === 'set manager')).toMatchObject({ attribute: 'manager', after: 'Ann', outcome: 'done' });
    expect(ben.row.reason).toBe('Written, read back and compared.');
    // The password was made, sent and forgotten.
    expect(JSON.stringify([ben, (await rig.call('plans.export', { planId: migrated.planId ?? '', format: 'json' })).text])).not.toMatch(/"after":\["(?!<generated>)[^"]{20}"\][^}]*password/i);
    const back = await rig.rollBack();
    const after = await rig.call('objects.get', { collectionId: rig.collectionId, id: guid(11) });
    expect(after.history.find((h) => h.taskId === migrated.id && h.attribute === 'jobTitle')?.outcome).toBe('rolled back');
    expect(after.history.find((h) => h.taskId === back.id && h.attribute === 'jobTitle')).toMatchObject({ before: 'Head of Sales', after: 'Trainee', outcome: 'done' });
  });

  it('of a selection writes only the selected', async () => {
    const before = state();
    const { task, plan } = await rig.plan({}, { selection: { mode: 'ids', ids: [guid(14), guid(11)] } });
    expect(plan.counts).toMatchObject({ creates: 1, updates: 1, operations: 2 });
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(state().users).toHaveLength(before.users.length + 1);
    expect(state().groups).toEqual(before.groups);
    expect(await statuses()).toEqual({ Ann: 'Migrated', Ben: 'New', Cem: 'New', Dot: 'Migrated', Sales: 'New' });
  });

  it('after an edit in Active Directory writes the changed values and nothing else', async () => {
    await rig.migrate();
    const before = writes();
    await rig.rewrite(works({ ben: { title: 'Senior clerk', telephoneNumber: '+47 1' }, Sales: { description: 'The sellers' } }));
    const { task, plan } = await rig.plan();
    const { rows: operations } = await rig.call('plans.operations', { planId: plan.id });
    expect(operations.map((o) => [o.kind, o.name, o.changes.map((c) => [c.attribute, c.before, c.after])])).toEqual([
      ['update', 'Ben', [['jobTitle', ['Clerk'], ['Senior clerk']], ['businessPhones', null, ['+47 1']]]], ['update', 'Sales', [['description', ['Everybody of Sales'], ['The sellers']]]],
    ]);
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(writes() - before).toBe(2);
    expect(cloud('ben@example.com')?.properties).toMatchObject({ jobTitle: 'Senior clerk', businessPhones: ['+47 1'] });
  });

  it('a value that somebody changed between plan and approval stays; the task says so, and the rest is written', async () => {
    const { task } = await rig.plan();
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Director' });
    const done = await rig.approve(task.id);
    expect(done.state).toBe('Completed with errors');
    expect(done.message).toContain('1 failed');
    expect(state().users.find((u) => u.id === cloudId(11))?.properties).toMatchObject({ jobTitle: 'Director' });
    expect(cloud('ben@example.com')).toBeDefined();
    const items = await rig.call('tasks.items', { taskId: task.id, onlyProblems: true });
    expect(items.rows).toMatchObject([{ objectId: guid(11), name: 'Ann', status: 'Failed', message: expect.stringContaining('jobTitle') }]);
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'Failed', reason: expect.stringContaining('changed since the plan was made') });
    expect((await rig.call('plans.operations', { planId: task.planId ?? '', outcome: 'drifted' })).rows.map((o) => o.name)).toEqual(['Ann']);
    // Planning again shows the new value before it is overwritten.
    const again = await rig.plan();
    expect((await rig.call('plans.operations', { planId: again.plan.id })).rows.flatMap((o) => o.changes.filter((c) => c.attribute === 'jobTitle').map((c) => [c.before, c.after]))).toEqual([[['Director'], ['Head of Sales']]]);
    expect((await rig.approve(again.task.id)).state).toBe('Completed');
    expect((await rig.objects())['Ann']).toMatchObject({ status: 'Migrated', reason: 'Written, read back and compared.' });
  });

  it('a value that somebody changed to what was wanted is no drift', async () => {
    const { task } = await rig.plan();
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { jobTitle: 'Head of Sales' });
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(state().users.find((u) => u.id === cloudId(11))?.properties).toMatchObject({ jobTitle: 'Head of Sales', department: 'Sales' });
    // The roll back does not take away what others had set: it was there when the task came.
    await rig.rollBack();
    expect(state().users.find((u) => u.id === cloudId(11))?.properties['department']).toBeUndefined();
  });

  it('a name taken between plan and approval fails that object alone, with the reason', async () => {
    const { task } = await rig.plan();
    await rig.graph('POST', '/users', { accountEnabled: true, displayName: 'Somebody', mailNickname: 'ben', userPrincipalName: 'ben@example.com', passwordProfile: { password: 'Long-enough-1!' } });
    const done = await rig.approve(task.id);
    expect(done.state).toBe('Completed with errors');
    const objects = await rig.objects();
    expect(objects['Ben']).toMatchObject({ status: 'Failed', targetId: null });
    expect(objects['Ben']?.reason).toContain('"Ben" was not created');
    expect(objects['Dot']?.status).toBe('Migrated');
    // The group got the members that exist, and says who is missing.
    const sales = () => state().groups.find((g) => g.properties['displayName'] === 'Sales');
    expect(sales()?.members).toEqual([cloudId(11), cloudId(13)]);
    expect(objects['Sales']).toMatchObject({ status: 'Failed', reason: expect.stringContaining('Ben') });
    const stranger = cloud('ben@example.com');
    expect(stranger?.properties['displayName']).toBe('Somebody');
    // Once the name is free the same task goes on: the rest is written, nothing twice.
    await rig.graph('DELETE', `/users/${stranger?.id}`);
    await rig.graph('DELETE', `/directory/deletedItems/${stranger?.id}`);
    await rig.call('tasks.resume', { taskId: task.id });
    expect(await rig.ended(task.id)).toMatchObject({ state: 'Completed' });
    expect(sales()?.members).toEqual([cloudId(11), cloudId(13), cloud('ben@example.com')?.id ?? ''].toSorted());
    expect(cloud('ben@example.com')?.manager).toBe(cloudId(11));
    expect(Object.values(await statuses())).toEqual(Array.from({ length: 5 }, () => 'Migrated'));
    expect((await rig.rollBack({ purge: true })).state).toBe('Completed');
    expect(state().users).toHaveLength(6);
  });

  it('an object gone from the directory, or out of scope by now, is left out with its reason and keeps its status', async () => {
    await rig.migrate({}, { selection: { mode: 'ids', ids: [guid(11), guid(12), guid(13)] } });
    const before = state();
    await rig.rewrite(works({ dot: { isCriticalSystemObject: 'TRUE' } }).filter((e) => e.dn !== personDn('cem')));
    const { task, plan } = await rig.plan();
    expect(await skipsOf(plan.id)).toEqual({ Cem: expect.stringContaining('no longer in Active Directory'), Dot: expect.stringContaining('isCriticalSystemObject') });
    expect(plan.counts.skipped).toBe(2);
    expect((await rig.approve(task.id)).message).toContain('2 left out');
    expect(await statuses()).toEqual({ Ann: 'Migrated', Ben: 'Migrated', Cem: 'Migrated', Dot: 'Skipped', Sales: 'Migrated' });
    expect((await rig.objects())['Cem']?.reason).toContain('no longer in Active Directory');
    expect(state().users.find((u) => u.id === cloudId(13))).toEqual(before.users.find((u) => u.id === cloudId(13)));
  });

  it('only one task at a time writes: the other\'s approval is refused while it does', async () => {
    const first = await rig.plan({}, { selection: { mode: 'ids', ids: [guid(11)] } });
    const second = await rig.plan({}, { selection: { mode: 'ids', ids: [guid(14)] } });
    await rig.call('tasks.approve', { taskId: first.task.id, confirmation: first.plan.confirmation });
    const refused = await rig.refused('tasks.approve', { taskId: second.task.id, confirmation: second.plan.confirmation });
    expect(refused).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('Another task is writing') });
    expect((await rig.ended(first.task.id)).state).toBe('Completed');
    expect((await rig.approve(second.task.id)).state).toBe('Completed');
  });

  it('two plans of the same objects: the later approval finds everything done and claims nothing for itself', async () => {
    const before = state();
    const first = await rig.plan();
    const second = await rig.plan();
    expect((await rig.approve(first.task.id)).state).toBe('Completed');
    const after = state();
    expect(await rig.refused('tasks.approve', { taskId: second.task.id, confirmation: second.plan.confirmation })).toMatchObject({ code: 'DRIFT', message: expect.stringContaining('3 objects have another match now') });
    await rig.call('tasks.approve', { taskId: second.task.id, confirmation: second.plan.confirmation, outdated: 'apply all the same' });
    const late = await rig.ended(second.task.id);
    expect(late.state).toBe('Completed');
    expect(rig.simulator.stats.created).toBe(3);
    expect(state()).toEqual(after);
    const outcomes = (await rig.call('plans.operations', { planId: second.plan.id })).rows.map((o) => [o.kind, o.name, o.outcome]);
    expect(outcomes.filter(([, , outcome]) => outcome !== 'unchanged')).toEqual([]);
    // Nothing of the second task can be taken back, so the first is free to go.
    const { taskId } = await rig.call('tasks.rollBack', { collectionId: rig.collectionId, undoes: first.task.id, purge: true });
    await rig.ended(taskId);
    expect((await rig.approve(taskId)).state).toBe('Completed');
    expect(state()).toEqual(before);
  });

  it('is stopped by the guard where it takes much away, and goes on when approved', async () => {
    await rig.close();
    const many = Array.from({ length: 30 }, (_, i) => ({ alias: `gone${i}`, n: 100 + i }));
    rig = await openRig({ source: [...CONTAINERS, ...many.map(({ alias, n }) => person(n, alias, { userAccountControl: '514' }))], seed: worksTenant(many.map(({ alias, n }) => account(n, alias))) });
    const { task, plan } = await rig.plan();
    expect(plan.guard).toMatchObject([{ limit: 'disables', count: 30, allowed: 20 }]);
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(state().users.filter((u) => u.properties['accountEnabled'] === false)).toHaveLength(30);
  });
});

describe('groups', () => {
  const lists = [
    ...works(), group(22, 'News', TYPE.universalDistribution, [personDn('ann'), personDn('dot'), groupDn('Sales')], { mail: 'news@example.com', mailNickname: 'news', proxyAddresses: ['SMTP:news@example.com'] }),
  ];

  it('distribution groups are left out when the pair says so, with how to change that', async () => {
    rig = await openRig({ source: lists, seed: worksTenant(), defaults: { distributionGroups: 'skip' } });
    const { task, plan } = await rig.plan();
    expect((await skipsOf(plan.id))['News']).toMatch(/^Skipped: .*distribution groups.*Microsoft 365 group/);
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect((await rig.objects())['News']).toMatchObject({ status: 'Skipped', reason: expect.stringContaining('Choose "Microsoft 365 group"') });
    expect(state().groups.some((g) => g.properties['displayName'] === 'News')).toBe(false);
  });

  it('or become Microsoft 365 groups, whose members are people: a nested group stays out with the reason', async () => {
    rig = await openRig({ source: lists, seed: worksTenant(), defaults: { distributionGroups: 'Microsoft 365 group' } });
    const { task, plan } = await rig.plan();
    expect(plan.unresolved).toBe(1);
    expect((await rig.approve(task.id)).state).toBe('Completed');
    const news = state().groups.find((g) => g.properties['displayName'] === 'News');
    expect(news).toMatchObject({ properties: { groupTypes: ['Unified'], mailEnabled: true, securityEnabled: false, mailNickname: 'news' }, members: [cloudId(11), cloud('dot@example.com')?.id ?? ''].toSorted() });
    const detail = await rig.call('objects.get', { collectionId: rig.collectionId, id: guid(22) });
    expect(detail.waiting).toEqual([{ attribute: 'member', dn: groupDn('Sales'), reason: expect.stringContaining('cannot hold a group') }]);
    expect((await rig.plan()).plan.counts.operations).toBe(0);
    await rig.rollBack({ purge: true });
    expect(state().groups.some((g) => g.properties['displayName'] === 'News')).toBe(false);
  });

  it('a member that is migrated later gets into the group when the group is migrated again', async () => {
    rig = await openRig({ source: works(), seed: worksTenant(), members: '(|(cn=Sales)(cn=Ann))' });
    await rig.call('references.saveSettings', { pairId: rig.pairId, healing: 'only by re-migration' });
    const first = await rig.migrate();
    expect(first.state).toBe('Completed');
    const sales = () => state().groups.find((g) => g.properties['displayName'] === 'Sales');
    expect(sales()?.members).toEqual([cloudId(11)]);
    expect((await rig.call('objects.get', { collectionId: rig.collectionId, id: guid(21) })).waiting.map((w) => w.dn).toSorted()).toEqual([personDn('ben'), personDn('cem')]);
    // The others come with another collection; backlinks do not cross collections, so the group must be migrated again.
    const other = await rig.call('collections.create', { pairId: rig.pairId, name: 'Others' });
    await rig.call('collections.addObjects', { id: other.id, dns: [personDn('ben'), personDn('cem')] });
    const { taskId } = await rig.call('tasks.migrate', { collectionId: other.id, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: '', countryCode: '' } });
    await rig.ended(taskId);
    expect((await rig.approve(taskId)).state).toBe('Completed');
    expect(sales()?.members).toEqual([cloudId(11)]);
    // Ben's manager was migrated before, so that is resolved at once.
    expect(cloud('ben@example.com')?.manager).toBe(cloudId(11));
    const { task, plan } = await rig.plan();
    expect(plan.counts).toMatchObject({ membersAdded: 2, operations: 1 });
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect(sales()?.members).toHaveLength(3);
    expect((await rig.call('objects.get', { collectionId: rig.collectionId, id: guid(21) })).waiting).toEqual([]);
  });
});
