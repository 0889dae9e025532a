import { afterEach, describe, expect, it } from 'vitest';
import type { MappingRuleInput, MatchingRuleInput } from '../../../shared/contracts/rule-values.ts';
import type { RuleOwner } from '../../../shared/domain/rules.ts';
import { openRig, type Rig } from './rig.ts';
import { account, cloudId, person, works, worksTenant } from './works.ts';

let rig: Rig;
afterEach(async () => { await rig.close(); });
const open = async (members: string | null = null): Promise<void> => { rig = await openRig({ source: works(), seed: worksTenant(), members }); };
const ofPair = () => ({ kind: 'pair' as const, id: rig.pairId });
const ofCollection = (id = rig.collectionId) => ({ kind: 'collection' as const, id });
const plain = (rows: readonly { readonly id: string; readonly position: number }[]) => rows.map(({ id: _id, position: _position, ...rest }) => rest);
const listsOf = async (owner: RuleOwner) => ({ matching: plain((await rig.call('matchingRules.list', owner as never)).rows), mapping: plain((await rig.call('mappingRules.list', owner as never)).rows) });
const constant = (targetAttribute: string, value: string): MappingRuleInput => ({ enabled: true, action: 'Set constant', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute, value, conversion: 'none' });
const difference = () => rig.call('rules.pushDifference', { pairId: rig.pairId });
const short = (changes: readonly { change: string; text: string; fields: readonly { field: string; before: string; after: string }[] }[]) => changes.map((c) => [c.change, c.text, ...c.fields.map((f) => `${f.field}: ${f.before} -> ${f.after}`)]);

describe('pushing the rules of a pair to its collections', () => {
  it('shows for each collection what would be added, changed, moved and removed, and then writes exactly that', async () => {
    await open();
    const other = await rig.call('collections.create', { pairId: rig.pairId, name: 'Other' });
    expect((await difference()).rows.map((r) => [r.name, r.changes])).toEqual([['Everyone', []], ['Other', []]]);
    const { rows } = await rig.call('matchingRules.list', ofPair());
    const ids = rows.map((r) => r.id);
    await rig.call('matchingRules.reorder', { owner: ofPair(), ids: [ids[2] ?? '', ids[0] ?? '', ids[1] ?? '', ...ids.slice(3)] });
    await rig.call('mappingRules.save', { owner: ofPair(), rule: constant('employeeType', 'Staff') });
    const city = (await rig.call('mappingRules.list', ofPair())).rows.find((r) => r.targetAttribute === 'city');
    if (!city) throw new Error('no rule');
    const { position: _, ...body } = city;
    await rig.call('mappingRules.save', { owner: ofPair(), rule: { ...body, condition: 'only on creation' } });
    await rig.call('mappingRules.save', { owner: ofCollection(), rule: constant('state', 'Own') });
    const shown = (await difference()).rows;
    expect(short(shown.find((r) => r.name === 'Everyone')?.changes ?? [])).toEqual([
      ['moved', 'user mail = user mail (smtp)', 'position: 3 -> 1'],
      ['changed', 'user city: Overwrite l (only on creation)', 'condition: always -> only on creation'],
      ['added', 'user employeeType: Set constant "Staff"'],
      ['removed', 'user state: Set constant "Own"'],
    ]);
    expect(shown.find((r) => r.name === 'Other')?.changes).toHaveLength(3);
    // Nothing was written by looking.
    expect((await listsOf(ofCollection(other.id))).mapping).not.toEqual((await listsOf(ofPair())).mapping);
    const kept = (await rig.call('mappingRules.list', ofCollection())).rows.find((r) => r.targetAttribute === 'department')?.id;
    const digests = shown.map(({ collectionId, digest }) => ({ collectionId, digest }));
    expect(await rig.call('rules.push', { pairId: rig.pairId, collections: digests.filter((d) => d.collectionId === rig.collectionId), sets: ['matching', 'mapping'] })).toEqual({ pushed: 1 });
    expect(await listsOf(ofCollection())).toEqual(await listsOf(ofPair()));
    expect((await rig.call('mappingRules.list', ofCollection())).rows.find((r) => r.targetAttribute === 'department')?.id).toBe(kept);
    expect((await difference()).rows.map((r) => [r.name, r.changes.length])).toEqual([['Everyone', 0], ['Other', 3]]);
    // One list only.
    expect(await rig.call('rules.push', { pairId: rig.pairId, collections: digests.filter((d) => d.collectionId === other.id), sets: ['matching'] })).toEqual({ pushed: 1 });
    expect((await listsOf(ofCollection(other.id))).matching).toEqual((await listsOf(ofPair())).matching);
    expect(short((await difference()).rows[1]?.changes ?? []).map((c) => c[0])).toEqual(['changed', 'added']);
  });

  it('shows and pushes licence rules alike, which collections made afterwards get without it', async () => {
    await open('(objectClass=*)');
    const assign = (partNumber: string, disabledPlans: string[] = []) => ({ enabled: true, condition: { kind: 'everybody' as const }, action: 'assign' as const, partNumber, disabledPlans, when: 'always' as const });
    const licences = async (owner: RuleOwner) => plain((await rig.call('licences.list', owner as never)).rows);
    await rig.call('licences.save', { owner: ofCollection(), rule: assign('SPE_E3', ['YAMMER_ENTERPRISE']) });
    await rig.call('licences.save', { owner: ofCollection(), rule: assign('FLOW_FREE') });
    await rig.call('licences.save', { owner: ofPair(), rule: assign('SPE_E3') });
    await rig.call('licences.save', { owner: ofPair(), rule: { ...assign('EXCHANGESTANDARD'), condition: { kind: 'filter', filter: '(title=Clerk)' }, when: 'only on creation' } });
    await rig.call('mappingRules.save', { owner: ofPair(), rule: constant('employeeType', 'Staff') });
    const made = await rig.call('collections.create', { pairId: rig.pairId, name: 'Made afterwards' });
    expect(await licences(ofCollection(made.id))).toEqual(await licences(ofPair()));
    const shown = (await difference()).rows;
    const own = shown.filter((row) => row.collectionId === rig.collectionId);
    expect(short(own[0]?.changes.filter((c) => c.set === 'licence') ?? [])).toEqual([
      ['changed', 'Assign SPE_E3 for everybody', 'services switched off: YAMMER_ENTERPRISE -> '],
      ['added', 'Assign EXCHANGESTANDARD for (title=Clerk) (only on creation)'],
      ['removed', 'Assign FLOW_FREE for everybody'],
    ]);
    expect(shown.find((row) => row.name === 'Made afterwards')?.changes).toEqual([]);
    const before = rig.simulator.snapshot();
    const collections = own.map(({ collectionId, digest }) => ({ collectionId, digest }));
    // Another list that changed meanwhile is not in the way; the same list is.
    await rig.call('mappingRules.save', { owner: ofPair(), rule: constant('state', 'Own') });
    await rig.call('licences.save', { owner: ofPair(), rule: assign('POWER_BI_STANDARD') });
    expect(await rig.refused('rules.push', { pairId: rig.pairId, collections, sets: ['licence'] })).toMatchObject({ code: 'CONFLICT' });
    const rules = await rig.call('licences.list', ofPair());
    await rig.call('licences.remove', { owner: ofPair(), id: rules.rows.at(-1)?.id ?? '' });
    expect(await rig.call('rules.push', { pairId: rig.pairId, collections, sets: ['licence'] })).toEqual({ pushed: 1 });
    expect(await licences(ofCollection())).toEqual(await licences(ofPair()));
    const left = (await difference()).rows.find((row) => row.collectionId === rig.collectionId);
    expect(left?.changes.map((c) => [c.set, c.text])).toEqual([['mapping', 'user employeeType: Set constant "Staff"'], ['mapping', 'user state: Set constant "Own"']]);
    expect(rig.simulator.snapshot()).toEqual(before);
  });

  it('writes nothing at all when one difference is no longer the one that was shown', async () => {
    await open();
    const other = await rig.call('collections.create', { pairId: rig.pairId, name: 'Other' });
    await rig.call('mappingRules.save', { owner: ofPair(), rule: constant('employeeType', 'Staff') });
    const shown = (await difference()).rows.map(({ collectionId, digest }) => ({ collectionId, digest }));
    await rig.call('mappingRules.save', { owner: ofCollection(other.id), rule: constant('state', 'Own') });
    const before = [await listsOf(ofCollection()), await listsOf(ofCollection(other.id))];
    expect(await rig.refused('rules.push', { pairId: rig.pairId, collections: shown, sets: ['matching', 'mapping'] })).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('"Other"') });
    expect([await listsOf(ofCollection()), await listsOf(ofCollection(other.id))]).toEqual(before);
  });
});

describe('schema templates', () => {
  it('start the rules of a pair, are remembered by collections, and tell what people changed since', async () => {
    await open();
    const { rows } = await rig.call('templates.list', {});
    expect(rows.map((t) => t.name)).toEqual(['Exchange', 'Exchange hybrid', 'Minimal', 'Users and groups']);
    const pair = await rig.call('pairs.create', {
      name: 'Second', source: { kind: 'ldif', file: rig.ldif }, target: (await rig.call('pairs.get', { id: rig.pairId })).target, schemaTemplate: 'minimal', defaults: (await rig.call('pairs.get', { id: rig.pairId })).defaults,
    });
    expect(pair.schemaTemplate).toBe('Minimal');
    const collection = await rig.call('collections.create', { pairId: pair.id, name: 'Second' });
    const owner = ofCollection(collection.id);
    expect((await rig.call('mappingRules.list', owner)).rows.length).toBeLessThan(30);
    expect(await rig.call('templates.difference', { owner })).toMatchObject({ template: 'Minimal', version: 1, newest: 1, origin: { template: 'Minimal', version: 1 }, sinceOrigin: [], ofTemplate: [], toTemplate: [] });
    await rig.call('mappingRules.save', { owner, rule: constant('employeeType', 'Staff') });
    const since = await rig.call('templates.difference', { owner });
    expect(short(since.sinceOrigin ?? [])).toEqual([['added', 'user employeeType: Set constant "Staff"']]);
    expect(short(since.toTemplate)).toEqual([['removed', 'user employeeType: Set constant "Staff"']]);
    expect(await rig.refused('pairs.create', { ...await rig.call('pairs.get', { id: rig.pairId }), name: 'Third', schemaTemplate: 'Nope' })).toMatchObject({ code: 'NOT_FOUND', message: expect.stringContaining('Minimal') });
  });

  it.each(['Exchange', 'Exchange hybrid', 'Minimal', 'Users and groups'])('%s goes there and back without a loss, on the pair and on a collection', async (template) => {
    await open();
    const before = await listsOf(ofPair());
    for (const owner of [ofPair(), ofCollection()]) {
      const there = await rig.call('templates.difference', { owner, template });
      await rig.call('templates.apply', { owner, template, version: there.version, digest: there.digest });
      expect(await rig.call('templates.difference', { owner })).toMatchObject({ template, sinceOrigin: [], toTemplate: [] });
      // Every rule that is shipped can be saved by hand.
      if (owner.kind === 'collection') for (const { position: _, ...rule } of (await rig.call('mappingRules.list', owner)).rows) await rig.call('mappingRules.save', { owner, rule });
      const back = await rig.call('templates.difference', { owner, template: 'Exchange' });
      expect(back.toTemplate.length).toBe(there.toTemplate.length);
      await rig.call('templates.apply', { owner, template: 'Exchange', version: back.version, digest: back.digest });
      expect(await listsOf(owner)).toEqual(before);
    }
    expect((await rig.call('pairs.get', { id: rig.pairId })).schemaTemplate).toBe('Exchange');
  });

  it('keeps what people did when asked to, and refuses what was not shown', async () => {
    await open();
    const owner = ofCollection();
    const rule = async (target: string) => {
      const found = (await rig.call('mappingRules.list', owner)).rows.find((r) => r.targetAttribute === target && r.targetClass === 'user');
      if (!found) throw new Error(`no rule for ${target}`);
      const { position: _, ...body } = found;
      return body;
    };
    await rig.call('mappingRules.save', { owner, rule: constant('onPremisesExtensionAttributes/extensionAttribute1', 'X') });
    await rig.call('mappingRules.save', { owner, rule: { ...await rule('displayName'), condition: 'only on creation' } });
    await rig.call('mappingRules.remove', { owner, id: (await rule('usageLocation')).id });
    const request = { owner, template: 'Minimal', ownRules: 'keep' } as const;
    const shown = await rig.call('templates.difference', request);
    await rig.call('mappingRules.remove', { owner, id: (await rule('city')).id });
    expect(await rig.refused('templates.apply', { ...request, version: 1, digest: shown.digest })).toMatchObject({ code: 'CONFLICT' });
    expect((await rig.call('mappingRules.list', owner)).rows.some((r) => r.targetAttribute === 'jobTitle')).toBe(true);
    await rig.call('templates.apply', { ...request, version: 1, digest: (await rig.call('templates.difference', request)).digest });
    const now = (await rig.call('mappingRules.list', owner)).rows.filter((r) => r.targetClass === 'user');
    expect(now.some((r) => ['jobTitle', 'usageLocation'].includes(r.targetAttribute))).toBe(false);
    expect(now.find((r) => r.targetAttribute === 'displayName')?.condition).toBe('only on creation');
    expect(now.filter((r) => r.targetAttribute.endsWith('extensionAttribute1')).map((r) => r.value)).toEqual(['X']);
    expect(short((await rig.call('templates.difference', { owner })).sinceOrigin ?? []).map((c) => c[0])).toEqual(['changed', 'added', 'removed']);
  });
});

describe('"Test this rule"', () => {
  const matching = (sourceAttribute: string, targetAttribute: string, more: Partial<MatchingRuleInput> = {}): MatchingRuleInput => ({ enabled: true, sourceClass: 'user', sourceAttribute, targetClass: 'user', targetAttribute, comparison: 'value', ...more });
  const rules = async (): Promise<MatchingRuleInput[]> => (await rig.call('matchingRules.list', ofCollection())).rows.map(({ position: _position, ...rule }) => rule);
  const without = (all: readonly MatchingRuleInput[], pick: (r: MatchingRuleInput) => boolean): MatchingRuleInput[] => all.filter((r) => !pick(r));
  type Change = (present: MatchingRuleInput[]) => MatchingRuleInput[];
  const changes: readonly (readonly [string, Change])[] = [
    ['nothing', (r) => r],
    ['a new rule', (r) => [...r, matching('employeeID', 'employeeId')]],
    ['a new rule on top that is ambiguous', (r) => [matching('title', 'jobTitle'), ...r]],
    ['a rule changed', (r) => r.map((one) => (one.comparison === 'smtp' && one.sourceClass === 'user' ? matching('telephoneNumber', 'city', { ...(one.id === undefined ? {} : { id: one.id }) }) : one))],
    ['a rule removed', (r) => without(r, (one) => one.sourceClass === 'user' && one.comparison === 'smtp')],
    ['every rule disabled', (r) => r.map((one) => ({ ...one, enabled: false }))],
    ['another order', (r) => r.toReversed()],
    ['a rule that ties two people to one account', (r) => [matching('department', 'department'), ...r]],
  ];
  it.each(changes)('%s: says what a later match does, and keeps nothing', async (_what, change) => {
    rig = await openRig({
      source: [...works({ ann: { employeeID: '7' }, cem: { title: 'Clerk', telephoneNumber: 'Oslo' }, dot: { employeeID: '9' } }), person(15, 'eve', { department: 'Sales', employeeID: '9' })],
      seed: worksTenant([account(31, 'fay', { employeeId: '9', jobTitle: 'Clerk' }), account(32, 'gus', { jobTitle: 'Clerk', department: 'Sales' })]),
    });
    expect((await rig.match({ breakExisting: true })).state).toBe('Completed');
    const stand = async () => Object.fromEntries(Object.values(await rig.objects()).map((o) => [o.id, [o.status, o.targetId]]));
    const before = await stand();
    const seen = [await rig.objects(), await rig.call('matchingRules.list', ofCollection())];
    const wanted = change(await rules());
    const told = await rig.call('rules.testMatching', { collectionId: rig.collectionId, rules: wanted });
    expect([await rig.objects(), await rig.call('matchingRules.list', ofCollection())]).toEqual(seen);
    // The same change for good, then the real match.
    for (const old of await rules()) await rig.call('matchingRules.remove', { owner: ofCollection(), id: old.id ?? '' });
    for (const { id: _id, ...rule } of wanted) await rig.call('matchingRules.save', { owner: ofCollection(), rule });
    await rig.match({ breakExisting: true });
    const after = await stand();
    const different = Object.keys(after).filter((id) => JSON.stringify(after[id]) !== JSON.stringify(before[id])).toSorted();
    expect(told.rows.map((r) => r.id).toSorted()).toEqual(different);
    expect(told.changed).toBe(different.length);
    for (const row of told.rows) expect([row.was.state, row.wouldBe.state], row.name).toEqual([before[row.id]?.[0], after[row.id]?.[0]]);
    const counts = Object.values(after).reduce<Record<string, number>>((sum, [status]) => ({ ...sum, [String(status)]: (sum[String(status)] ?? 0) + 1 }), {});
    for (const { state, wouldBe } of told.totals) expect([state, wouldBe]).toEqual([state, counts[state] ?? 0]);
  });

  it('leaves a pinned match alone, and refuses a rule between classes', async () => {
    await open('(objectClass=*)');
    await rig.match();
    const dot = (await rig.objects())['Dot']?.id ?? '';
    const free = rig.simulator.snapshot().users.find((u) => u.id !== cloudId(11) && u.id !== cloudId(13))?.id ?? '';
    await rig.call('objects.pin', { collectionId: rig.collectionId, id: dot, targetId: free, override: 'Dot' });
    const told = await rig.call('rules.testMatching', { collectionId: rig.collectionId, rules: [] });
    expect(told.rows.map((r) => r.name)).not.toContain('Dot');
    expect(told.rows.map((r) => [r.name, r.was.state, r.wouldBe.state])).toEqual(expect.arrayContaining([['Ann', 'Matched', 'Not matched']]));
    expect(await rig.refused('rules.testMatching', { collectionId: rig.collectionId, rules: [matching('mail', 'mail', { sourceClass: 'group' })] })).toMatchObject({ code: 'INVALID_INPUT' });
  });
});
