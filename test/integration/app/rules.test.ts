import { afterEach, describe, expect, it } from 'vitest';
import type { ChannelInput } from '../../../shared/contracts/index.ts';
import type { MappingRuleInput } from '../../../shared/contracts/rule-values.ts';
import { openRig, type Rig, type RigOptions } from './rig.ts';
import { account, cloudId, group, TYPE, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });

const owner = () => ({ kind: 'collection' as const, id: rig.collectionId });
const rule = (targetAttribute: string, more: Partial<MappingRuleInput>): MappingRuleInput => ({
  enabled: true, action: 'Overwrite', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute, value: '', conversion: 'none', ...more,
});
const expression = (targetAttribute: string, value: string, more: Partial<MappingRuleInput> = {}): MappingRuleInput => rule(targetAttribute, { action: 'Expression', value, ...more });
/** Puts rules before those that are there, in place of those for the same attributes. */
async function put(...rules: readonly MappingRuleInput[]): Promise<void> {
  const { rows } = await rig.call('mappingRules.list', owner());
  for (const old of rows) if (rules.some((r) => r.targetAttribute === old.targetAttribute && r.targetClass === old.targetClass)) await rig.call('mappingRules.remove', { owner: owner(), id: old.id });
  for (const one of rules) await rig.call('mappingRules.save', { owner: owner(), rule: one });
}
const open = async (options: Partial<RigOptions> = {}): Promise<void> => { rig = await openRig({ source: works(), seed: worksTenant(), ...options }); };
const user = (name: string) => rig.simulator.snapshot().users.find((u) => u.properties['displayName'] === name)?.properties ?? {};
const statuses = async () => Object.fromEntries(Object.values(await rig.objects()).map((o) => [o.name, o.status]));

describe('what a migration leaves in the tenant', () => {
  it('of an Expression, AuthoritativeNull, NULL, parameters, a constant, Clear, and of each condition', async () => {
    await open({ source: works({ ann: { l: 'Bonn' }, ben: { l: 'Oslo', description: 'Founder' }, cem: { l: 'Rome' } }) });
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { department: 'Old', companyName: 'Old Ltd', officeLocation: 'A1', faxNumber: '1' });
    await put(
      expression('jobTitle', 'ToUpper([title])'), expression('department', 'IIF([department] = "Sales", AuthoritativeNull, "Works")'),
      expression('companyName', 'IIF(IsPresent([description]), [description], NULL)'),
      expression('officeLocation', '%Domain.FQDN% & "/" & %Tenant.InitialDomain%', { condition: 'only on creation' }),
      expression('city', '[l]', { condition: 'only if the target is empty' }),
      rule('employeeType', { action: 'Set constant', value: 'Staff' }), rule('faxNumber', { action: 'Clear' }),
    );
    expect((await rig.migrate()).state).toBe('Completed');
    const place = 'works.example.com/simulated.onmicrosoft.com';
    expect(user('Ann')).toMatchObject({ jobTitle: 'HEAD OF SALES', companyName: 'Old Ltd', officeLocation: 'A1', city: 'Bonn', employeeType: 'Staff' });
    expect([user('Ann')['department'] ?? null, user('Ann')['faxNumber'] ?? null]).toEqual([null, null]);
    expect(user('Cem')).toMatchObject({ jobTitle: 'CLERK', department: 'Works', city: 'Oslo', employeeType: 'Staff' });
    expect(user('Cem')['officeLocation'] ?? null).toBeNull();
    expect(user('Ben')).toMatchObject({ jobTitle: 'CLERK', companyName: 'Founder', officeLocation: place, city: 'Oslo', employeeType: 'Staff' });
    expect(user('Ben')['department'] ?? null).toBeNull();
    expect(user('Dot')).toMatchObject({ department: 'Works', officeLocation: place });
    const after = rig.simulator.snapshot();
    // Nothing is left to do, so a second run writes nothing.
    expect((await rig.plan()).plan.counts.operations).toBe(0);
    expect(rig.simulator.snapshot()).toEqual(after);
  });

  it('of Merge: what people entered stays, new values come after', async () => {
    await open({ source: works({ ann: { otherMailbox: ['new@other.example', 'KEPT@other.example'] } }) });
    await rig.graph('PATCH', `/users/${cloudId(11)}`, { otherMails: ['kept@other.example'] });
    await put(rule('otherMails', { action: 'Merge', sourceAttribute: 'otherMailbox', conversion: 'other mails' }));
    expect((await rig.migrate()).state).toBe('Completed');
    expect(user('Ann')['otherMails']).toEqual(['kept@other.example', 'new@other.example']);
  });

  it('of SelectUniqueValue: the first name that nobody in the tenant and no earlier object of the plan has; matched accounts keep theirs', async () => {
    await open({ seed: worksTenant([account(90, 'staff', { displayName: 'Somebody Else', proxyAddresses: ['SMTP:staff@example.com', 'smtp:staff2@example.com'], mail: 'staff@example.com' })]) });
    await put(expression('userPrincipalName', 'SelectUniqueValue("staff@example.com", "Staff2@example.com", "staff3@example.com", "staff4@example.com")'));
    const { task, plan } = await rig.plan();
    const { rows } = await rig.call('plans.operations', { planId: plan.id, limit: 500 });
    const reasons = rows.filter((o) => o.kind === 'create' && o.objectKind === 'user').map((o) => o.changes.find((c) => c.attribute === 'userPrincipalName')?.reason ?? '');
    expect(reasons[0]).toContain('staff@example.com belongs to Somebody Else of the tenant; Staff2@example.com belongs to Somebody Else');
    expect(reasons[1]).toContain('staff3@example.com belongs to Ben of the same plan');
    expect((await rig.approve(task.id)).state).toBe('Completed');
    expect([user('Ben'), user('Dot'), user('Ann')].map((u) => u['userPrincipalName'])).toEqual(['staff3@example.com', 'staff4@example.com', 'ann@example.com']);
  });

  it('of SelectUniqueValue without a free value: those it leaves none for fail with who has them, the rest is written', async () => {
    await open({});
    await put(expression('userPrincipalName', 'SelectUniqueValue("ann@example.com", "one@example.com")'));
    await rig.migrate();
    expect(await statuses()).toMatchObject({ Ben: 'Migrated', Dot: 'Failed' });
    expect((await rig.objects())['Dot']?.reason).toMatch(/no free value of userPrincipalName left for Dot: ann@example\.com belongs to Ann of the tenant; one@example\.com belongs to Ben of the same plan/);
    expect(user('Dot')).toEqual({});
  });

  it('of an expression that fails for one object: that object is left out with the place and the reason, the others are written', async () => {
    await open({ source: works({ dot: { title: [] } }) });
    await put(expression('jobTitle', 'IIF(IsPresent([title]), [title], Error("a title is needed"))'));
    const why = (await rig.call('objects.get', { collectionId: rig.collectionId, id: (await rig.objects())['Dot']?.id ?? '' })).mapped;
    expect(why.find((m) => m.attribute === 'jobTitle')).toMatchObject({ desired: '(the rule fails)', same: false, reason: expect.stringContaining('a title is needed') });
    await rig.migrate();
    expect(await statuses()).toMatchObject({ Ann: 'Migrated', Ben: 'Migrated', Dot: 'Failed' });
    expect((await rig.objects())['Dot']?.reason).toMatch(/\(jobTitle\): a title is needed.*\(character 34 of the expression\)/);
    expect(user('Dot')).toEqual({});
    expect(user('Ben')['jobTitle']).toBe('Clerk');
  });

  it('of Resolve, saved again after a change: managers and members follow', async () => {
    await open({});
    const { rows } = await rig.call('mappingRules.list', owner());
    const manager = rows.find((r) => r.targetAttribute === 'manager');
    if (!manager) throw new Error('no manager rule');
    const { position: _, ...body } = manager;
    expect(await rig.call('mappingRules.save', { owner: owner(), rule: { ...body, condition: 'only on creation' } })).toMatchObject({ condition: 'only on creation', action: 'Resolve' });
    expect((await rig.migrate()).state).toBe('Completed');
    const snapshot = rig.simulator.snapshot();
    expect(snapshot.users.find((u) => u.properties['displayName'] === 'Ben')).toMatchObject({ manager: cloudId(11) });
    expect(snapshot.users.find((u) => u.properties['displayName'] === 'Cem')?.manager ?? null).toBeNull();
  });

  it('an attribute that only an expression names is read by the next discovery', async () => {
    await open({ source: works({ dot: { carLicense: 'B-1' }, ann: { carLicense: 'B-2', thumbnailLogo: Buffer.from([1, 2, 255]) } }) });
    // Binary is what the directory's schema says, also of attributes that no list of ours knows; links hold names of objects.
    await put(expression('employeeId', '[carLicense]'), expression('companyName', 'ConvertToBase64([thumbnailLogo])'), expression('officeLocation', 'IIF(IsPresent([manager]), DNComponent([manager], 1), IIF([title] = "Clerk", Error("a clerk without a manager"), NULL))'));
    const before = await rig.call('rules.preview', { owner: owner(), rule: expression('employeeId', '[carLicense]') });
    expect(before.notes.join()).toContain('carLicense');
    await rig.ended((await rig.call('tasks.discover', { pairId: rig.pairId })).taskId);
    expect((await rig.call('rules.attributes', { owner: owner() })).source.find((a) => a.name === 'carLicense')).toMatchObject({ kind: 'user', seen: 2 });
    await rig.migrate();
    expect([user('Dot'), user('Ann')].map((u) => u['employeeId'])).toEqual(['B-1', 'B-2']);
    expect([user('Ann')['companyName'], user('Ben')['officeLocation'], user('Cem')['officeLocation']]).toEqual(['AQL/', 'Ann', 'Ann']);
  });
});

describe('saving a mapping rule', () => {
  const refused: readonly (readonly [string, MappingRuleInput, RegExp])[] = [
    ['an open bracket', expression('city', 'Left([l], 3'), /^At character \d+: /],
    ['an unknown function, with what was meant', expression('city', 'Trimm([l])'), /^At character 1: There is no function "Trimm"\. Did you mean "Trim"\?$/],
    ['an attribute that neither the project nor the directory knows', expression('city', 'Trim([departmnt])'), /^At character 6: The directory has no attribute "departmnt"\. Did you mean "department"\?$/],
    ['an unknown parameter', expression('city', '%Domain.FQDM%'), /^At character 1: There is no parameter %Domain\.FQDM%/],
    ['no text', expression('city', '  '), /Expression needs a text/],
    ['text made of binary', expression('city', 'Trim([objectGUID])'), /^At character 6: .*binary/],
    ['an attribute that Microsoft 365 computes', rule('onPremisesSamAccountName', { sourceAttribute: 'sAMAccountName' }), /"onPremisesSamAccountName" of a user cannot be written: Microsoft 365 computes it/],
    ['Merge into one value', rule('city', { action: 'Merge', sourceAttribute: 'l' }), /one value only/],
    ['Clear of what cannot be empty', rule('displayName', { action: 'Clear' }), /cannot be empty/],
    ['an expression into a link', expression('manager', '[manager]'), /linked attribute; only Resolve and Clear/],
    ['classes that differ', rule('city', { sourceClass: 'group', sourceAttribute: 'l' }), /same class/],
  ];
  it('refuses what could never be written, with the position', async () => {
    await open({});
    const before = (await rig.call('mappingRules.list', owner())).rows;
    for (const [what, given, message] of refused) expect(await rig.refused('mappingRules.save', { owner: owner(), rule: given }), what).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringMatching(message) });
    expect((await rig.refused('mappingRules.save', { owner: owner(), rule: expression('city', 'Trim(Nope([l]))') })).detail).toMatchObject({ offset: 5, length: 4 });
    expect((await rig.call('mappingRules.list', owner())).rows).toEqual(before);
    // Letter case of attributes does not matter, and what the directory's schema knows may be named before it was ever read.
    expect(await rig.call('mappingRules.save', { owner: owner(), rule: expression('city', 'Trim([DEPARTMENT]) & [msExchExtensionCustomAttribute1]') })).toMatchObject({ action: 'Expression' });
  });
});

describe('the editor of expressions', () => {
  it('offers functions, attributes that were seen and parameters, explains the function at the caret, and marks what is wrong', async () => {
    await open({});
    const assist = (text: string, caret = text.length) => rig.call('expressions.assist', { owner: owner(), kind: 'user', text, caret });
    expect((await assist('Left([de')).completions).toMatchObject({ offset: 5, length: 3, items: expect.arrayContaining([expect.objectContaining({ label: 'department', insert: '[department]' })]) });
    expect((await assist('%')).completions.items.map((i) => i.label)).toEqual(['Domain.FQDN', 'Domain.LDAP', 'Domain.NetBIOS', 'Forest.FQDN', 'Forest.LDAP', 'Forest.NetBIOS', 'Tenant.InitialDomain', 'Migration.UpnSuffix', 'Migration.CountryCode']);
    expect((await assist('Le')).completions.items[0]).toMatchObject({ label: 'Left', detail: 'Left(text, count)', documentation: expect.stringContaining('Example: Left("John Doe", 3) gives Joh') });
    expect((await assist('Replace([mail], "a", ')).signature).toMatchObject({ argument: 2, description: expect.stringContaining('Replaces') });
    expect((await assist('Trim([departmnt]')).problems).toMatchObject([{ severity: 'error' }]);
    expect((await assist('Trim([departmnt])')).problems).toMatchObject([{ severity: 'warning', offset: 5, length: 11, hint: 'Did you mean "department"?' }]);
    const functions = await rig.call('expressions.functions', {});
    expect(functions.rows.length).toBeGreaterThan(60);
    expect(functions.rows.every((f) => f.description !== '' && f.example !== '' && f.result !== '')).toBe(true);
  });
});

describe('the preview of a rule', () => {
  const preview = (given: MappingRuleInput, more: Partial<ChannelInput<'rules.preview'>> = {}) => rig.call('rules.preview', { owner: owner(), rule: given, limit: 50, ...more });
  const shown = async (given: MappingRuleInput) => Object.fromEntries((await preview(given)).rows.map((r) => [r.name, [r.outcome, r.value, r.present]]));

  it('is what the plan then says, for each object, with what the target has; nothing is stored', async () => {
    await open({ source: [...works({ ann: { title: 'Trainee' } }), group(22, 'Lists', TYPE.universalDistribution, [])] });
    await rig.match();
    const given = expression('jobTitle', 'IIF([title] = "Clerk", Error("no clerks"), [title])');
    const before = (await rig.call('mappingRules.list', owner())).rows;
    const said = await shown(given);
    expect(said).toEqual({ Ann: ['unchanged', 'Trainee', 'Trainee'], Ben: ['error', '', ''], Cem: ['error', '', ''], Dot: ['changed', 'Trainee', ''] });
    const { counts, rows, examined } = await preview(given, { limit: 1 });
    expect({ counts, examined }).toEqual({ counts: { 'changed': 1, 'unchanged': 1, 'left alone': 0, 'error': 2, 'not migrated': 0 }, examined: 4 });
    expect(rows).toMatchObject([{ outcome: 'error', message: expect.stringContaining('no clerks') }]);
    expect((await rig.call('mappingRules.list', owner())).rows).toEqual(before);
    await put(given);
    const { plan } = await rig.plan();
    const { rows: operations } = await rig.call('plans.operations', { planId: plan.id, limit: 500 });
    for (const [name, [outcome, value]] of Object.entries(said)) {
      const change = operations.find((o) => o.name === name)?.changes.find((c) => c.attribute === 'jobTitle');
      expect([name, change?.after?.[0] ?? null], name).toEqual([name, outcome === 'changed' ? value : null]);
    }
    expect(Object.entries(await statuses()).filter(([, status]) => status === 'Failed').map(([name]) => name)).toEqual(['Ben', 'Cem']);
  });

  it('says why an object is left alone, and when nothing can be shown', async () => {
    await open({});
    await rig.match();
    const why = async (given: MappingRuleInput) => Object.fromEntries((await preview(given)).rows.map((r) => [r.name, `${r.outcome}: ${r.message}`]));
    expect((await why(expression('city', '[l]', { condition: 'only if the target is empty' })))['Cem']).toMatch(/^left alone: only if the target is empty, and it is not/);
    expect((await why(rule('city', { action: 'Set constant', value: 'X', condition: 'only on creation' })))['Ann']).toMatch(/^left alone: only on creation/);
    expect((await why(expression('city', 'NULL')))['Ben']).toMatch(/AuthoritativeNull makes it empty/);
    expect((await why(expression('userPrincipalName', 'SelectUniqueValue("a@example.com", "b@example.com", "c@example.com")')))).toMatchObject({ Ann: expect.stringContaining('on creation only'), Ben: expect.stringContaining('the first value is free'), Dot: expect.stringContaining('a@example.com belongs to Ben') });
    expect(await shown(rule('manager', { action: 'Resolve', sourceAttribute: 'manager' }))).toMatchObject({ Ben: ['changed', 'Ann', ''] });
    expect((await why(rule('mail', { sourceAttribute: 'mail' })))['Cem']).toMatch(/^unchanged/);
    expect((await why(rule('mail', { action: 'Set constant', value: 'new@example.com' })))).toMatchObject({ Ann: 'left alone: mail can be given only when the object is created', Dot: expect.stringMatching(/^changed/) });
    expect(await rig.refused('rules.preview', { owner: owner(), rule: rule('onPremisesSamAccountName', { sourceAttribute: 'cn' }) })).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('Microsoft 365 computes it') });
    expect(await preview(expression('city', 'Nope('))).toMatchObject({ examined: 0, rows: [], problems: [{ severity: 'error' }] });
    expect((await preview(expression('city', '[l]', { sourceClass: 'contact', targetClass: 'contact' }))).notes).toEqual(['There is no contact to show it on.']);
    expect((await preview(expression('city', '[l]'), { search: 'DOT' })).rows.map((r) => r.name)).toEqual(['Dot']);
    const ofPair = await rig.call('rules.preview', { owner: { kind: 'pair', id: rig.pairId }, rule: expression('jobTitle', '[title]') });
    expect(ofPair.rows.find((r) => r.name === 'Dot')).toMatchObject({ outcome: 'changed', value: 'Trainee' });
  });
});
