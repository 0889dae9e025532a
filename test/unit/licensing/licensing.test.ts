import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createUnitCounter, licenceRules, planConflict, planLicences, shortages, type LicensingContext } from '../../../electron/engines/licensing/index.ts';
import type { LicenceRule, ProductInfo } from '../../../shared/domain/licences.ts';
import type { SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import { assignmentsOf, directLicences, formatAssignment, formatLicence, licenceOrder, parseAssignment, parseLicence, parseLicences, sameLicences, type Licence } from '../../../shared/rules/licences.ts';

const id = (n: number): string => `${String(n).padStart(8, '0')}-0000-4000-8000-000000000000`;
const PRODUCTS: readonly ProductInfo[] = [
  { id: id(1), partNumber: 'BIG', enabled: 10, consumed: 8, plans: [{ id: id(11), name: 'EXCHANGE_S_ENTERPRISE', forUsers: true }, { id: id(12), name: 'TEAMS1', forUsers: true }, { id: id(13), name: 'COMPANY', forUsers: false }] },
  { id: id(2), partNumber: 'MAIL', enabled: 5, consumed: 7, plans: [{ id: id(21), name: 'EXCHANGE_S_STANDARD', forUsers: true }] },
  { id: id(3), partNumber: 'PHONE', enabled: 5, consumed: 0, plans: [{ id: id(31), name: 'MCOEV', forUsers: true }] },
  { id: id(4), partNumber: 'OLD', enabled: 5, consumed: 0 },
];
const CONTEXT: LicensingContext = { products: PRODUCTS, membersOf: (dn) => (dn === 'CN=G' ? new Set(['u']) : null), fits: (filter, source) => filter === source.name };
const user = (more: Partial<SourceObject> = {}): SourceObject => ({ id: 'u', kind: 'user', dn: 'CN=Ann', name: 'Ann', attributes: { Department: ['Sales'] }, links: {}, ...more });
const rule = (position: number, more: Partial<LicenceRule> = {}): LicenceRule => ({ id: `r${position}`, position, enabled: true, condition: { kind: 'everybody' }, action: 'assign', partNumber: 'BIG', disabledPlans: [], when: 'always', ...more });
const target = (texts: readonly string[], more: Partial<TargetObject> = {}): TargetObject => ({ id: 't', kind: 'user', name: 'Ann', attributes: { licenseAssignmentStates: texts }, links: {}, deleted: false, ...more });
const has = (n: number, off: readonly number[] = [], group: string | null = null, state = 'Active'): string => formatAssignment({ skuId: id(n), disabledPlans: off.map(id), groupId: group, state });
const decide = (rules: readonly LicenceRule[], as: 'created' | 'existing' = 'existing') => licenceRules(rules, CONTEXT).decide(user(), as);
const plan = (rules: readonly LicenceRule[], present: TargetObject | null, located = true) => planLicences({ source: user(), target: present, located }, decide(rules, present === null ? 'created' : 'existing'), PRODUCTS);

describe('licences as text', () => {
  const licence = fc.record({ skuId: fc.uuid().map((s) => s.toLowerCase()), disabledPlans: fc.uniqueArray(fc.uuid().map((s) => s.toLowerCase()), { maxLength: 5 }) });
  it('come back as they went in', () => {
    fc.assert(fc.property(licence, fc.option(fc.uuid()), fc.constantFrom('Active', 'Error', ''), (one, group, state) => {
      const back = parseAssignment(formatAssignment({ ...one, groupId: group, state }));
      expect(back).toMatchObject({ skuId: one.skuId, groupId: group?.toLowerCase() ?? null, state });
      expect(sameLicences([back as Licence], [one])).toBe(true);
      expect(sameLicences([parseLicence(formatLicence(one, PRODUCTS)) as Licence], [one])).toBe(true);
    }));
  });
  it('name product and services, and stand for both without names', () => {
    expect(formatLicence({ skuId: id(1), disabledPlans: [id(12)] }, PRODUCTS)).toBe(`BIG (${id(1)}) without TEAMS1 (${id(12)})`);
    expect(formatLicence({ skuId: id(9), disabledPlans: [id(91)] }, PRODUCTS)).toBe(`product (${id(9)}) without service (${id(91)})`);
    expect(parseLicences(null)).toEqual([]);
    expect(parseAssignment('nonsense')).toBeUndefined();
    expect(assignmentsOf({ licenseAssignmentStates: ['nonsense', has(1)] })).toHaveLength(1);
  });
  it('an order brings one list to the other: what is missing or different is added, what no longer has its product is removed', () => {
    const list = fc.uniqueArray(fc.record({ skuId: fc.constantFrom(id(1), id(2), id(3)), disabledPlans: fc.subarray([id(11), id(12)]) }), { selector: (l) => l.skuId });
    fc.assert(fc.property(list, list, (before, after) => {
      const { add, remove } = licenceOrder(before, after);
      // As the service does it (Graph documentation, user: assignLicense): adding a product that is there replaces its services.
      const applied = [...before.filter((l) => !remove.includes(l.skuId) && !add.some((a) => a.skuId === l.skuId)), ...add];
      expect(sameLicences(applied, after)).toBe(true);
      expect(remove.every((sku) => before.some((l) => l.skuId === sku))).toBe(true);
    }));
  });
});

describe('rules', () => {
  it.each<[string, Partial<LicenceRule>, boolean]>([
    ['everybody', {}, true], ['members', { condition: { kind: 'members of', groupDn: 'CN=G' } }, true],
    ['a value in any case and name in any case', { condition: { kind: 'attribute equals', attribute: 'department', value: ' SALES' } }, true],
    ['another value', { condition: { kind: 'attribute equals', attribute: 'department', value: 'Sale' } }, false],
    ['a filter', { condition: { kind: 'filter', filter: 'Ann' } }, true], ['another filter', { condition: { kind: 'filter', filter: 'Ben' } }, false],
    ['disabled', { enabled: false }, false], ['only on creation', { when: 'only on creation' }, false],
  ])('%s', (_, more, fits) => { expect(decide([rule(1, more)])).toHaveLength(fits ? 1 : 0); });

  it('the topmost rule about a product decides, whatever order they come in; other products are decided besides', () => {
    const rules = [rule(3, { partNumber: 'MAIL' }), rule(2), rule(1, { action: 'remove', partNumber: 'big' })];
    expect(decide(rules).map((d) => [d.rule.position, d.product.partNumber])).toEqual([[1, 'BIG'], [3, 'MAIL']]);
    expect(decide([rule(1, { when: 'only on creation' }), rule(2)], 'created')[0]?.rule.position).toBe(1);
  });

  it.each<[string, Partial<LicenceRule>, RegExp]>([
    ['an unknown product', { partNumber: 'NONE' }, /^Licence rule 1 was left out: the tenant has no product NONE; it has BIG, MAIL, PHONE, OLD\.$/],
    ['an unknown service', { disabledPlans: ['NONE'] }, /BIG has no service NONE/], ['a service of the company', { disabledPlans: ['COMPANY'] }, /COMPANY belongs to the whole tenant/],
    ['services that were never read', { partNumber: 'OLD', disabledPlans: ['TEAMS1'] }, /OLD has no service TEAMS1; discover/],
    ['an unknown group', { condition: { kind: 'members of', groupDn: 'CN=X' } }, /the group CN=X was not found/],
  ])('%s leaves the rule out and says so', (_, more, message) => {
    const { problems, isEmpty } = licenceRules([rule(1, more)], CONTEXT);
    expect(isEmpty).toBe(true);
    expect(problems).toMatchObject([{ severity: 'warning', rule: 'licences', message: expect.stringMatching(message) }]);
  });
  it('are about users only', () => { expect(licenceRules([rule(1)], CONTEXT).decide(user({ kind: 'group' }), 'existing')).toEqual([]); });
});

describe('the licences of one user', () => {
  it.each<[string, readonly LicenceRule[], TargetObject | null, string | null, readonly number[], readonly number[]]>([
    ['a new user gets one', [rule(1, { disabledPlans: ['teams1'] })], null, `BIG (${id(1)}) without TEAMS1 (${id(12)})`, [1], []],
    ['one who has it stays', [rule(1)], target([has(1)]), null, [], []],
    ['other services are switched', [rule(1)], target([has(1, [12])]), `BIG (${id(1)})`, [], []],
    ['one is taken away', [rule(1, { action: 'remove' })], target([has(1), has(4)]), `product (${id(4)})`.replace('product', 'OLD'), [], [1]],
    ['what no rule names stays', [rule(1, { partNumber: 'PHONE', action: 'remove' })], target([has(1)]), null, [], []],
    ['a unit from a group that failed is no unit', [rule(1)], target([has(1, [], id(77), 'Error')]), `BIG (${id(1)})`, [1], []],
    ['one that is taken directly stays by the group: no unit comes back', [rule(1, { action: 'remove' })], target([has(1), has(1, [], id(77))]), '', [], []],
  ])('%s', (_, rules, present, after, taken, freed) => {
    const planned = plan(rules, present);
    expect(planned.change === null ? null : (planned.change.after ?? []).join()).toBe(after);
    expect(planned.taken).toEqual(taken.map(id));
    expect(planned.freed).toEqual(freed.map(id));
    expect(sameLicences(parseLicences(planned.change?.before ?? null), planned.change === null ? [] : directLicences(present?.attributes ?? {}))).toBe(true);
  });

  it.each<[string, readonly LicenceRule[], TargetObject | null, boolean, RegExp]>([
    ['without usage location', [rule(1)], null, false, /needs a usage location/],
    ['from a group already', [rule(1)], target([has(1, [], id(77))]), true, /from group .* already; it is left as it is/],
    ['from a group, to be taken', [rule(1, { action: 'remove' })], target([has(1, [], id(77))]), true, /keeps BIG: it comes from group/],
    ['two mailboxes', [rule(1), rule(2, { partNumber: 'MAIL' })], null, true, /EXCHANGE_S_STANDARD and EXCHANGE_S_ENTERPRISE cannot be had together/],
    ['two mailboxes, one from a group', [rule(1)], target([has(2, [], id(77))]), true, /cannot be had together/],
    ['a service that needs another', [rule(1, { partNumber: 'PHONE' })], null, true, /MCOEV needs MCOSTANDARD or TEAMS1/],
    ['in the recycle bin', [rule(1)], target([], { deleted: true }), true, /recycle bin/],
  ])('%s: nothing changes, and why', (_, rules, present, located, message) => {
    const planned = plan(rules, present, located);
    expect(planned).toMatchObject({ change: null, taken: [], freed: [], notes: [{ name: 'Ann', message: expect.stringMatching(message) }] });
  });

  it('taking away needs no usage location, and a service that is off conflicts with nothing', () => {
    expect(plan([rule(1, { action: 'remove' })], target([has(1)]), false).change).toMatchObject({ after: null });
    expect(plan([rule(1, { disabledPlans: ['EXCHANGE_S_ENTERPRISE'] }), rule(2, { partNumber: 'MAIL' })], null).change?.after).toHaveLength(2);
    expect(plan([rule(1), rule(2, { partNumber: 'PHONE' })], null).change?.after).toHaveLength(2);
  });

  it('what was planned, once written, plans nothing more', () => {
    const rules = fc.array(fc.record({ partNumber: fc.constantFrom('BIG', 'MAIL', 'PHONE', 'OLD'), action: fc.constantFrom<'assign' | 'remove'>('assign', 'remove') }), { maxLength: 6 }).map((all) => all.map((one, i) => rule(i + 1, one)));
    const present = fc.uniqueArray(fc.record({ n: fc.constantFrom(1, 2, 3, 4), group: fc.constantFrom(null, id(77)) }), { selector: (p) => `${p.n} ${p.group}` }).map((all) => all.map(({ n, group }) => has(n, [], group)));
    fc.assert(fc.property(rules, present, (all, texts) => {
      const first = plan(all, target(texts));
      if (first.change === null) return;
      const kept = texts.filter((text) => parseAssignment(text)?.groupId !== null);
      const now = target([...kept, ...parseLicences(first.change.after).map((one) => formatAssignment({ ...one, groupId: null, state: 'Active' }))]);
      expect(plan(all, now).change).toBeNull();
    }));
  });
});

describe('units', () => {
  it('needed against free; what the plan gives back is told and not counted on', () => {
    const units = createUnitCounter();
    for (let i = 0; i < 3; i++) units.add({ taken: [id(1)], freed: i === 0 ? [id(2)] : [] });
    const counts = units.finish(PRODUCTS);
    expect(counts).toEqual([
      { skuId: id(1), partNumber: 'BIG', needed: 3, freed: 0, free: 2, short: 1 },
      // More used than bought: nothing is free, and not less than nothing.
      { skuId: id(2), partNumber: 'MAIL', needed: 0, freed: 1, free: 0, short: 0 },
    ]);
    expect(shortages(counts).map((one) => one.message)).toEqual(['3 units of BIG are needed and 2 are free, so 1 users would get none. Buy more, or migrate in waves.']);
    expect(createUnitCounter().finish(PRODUCTS)).toEqual([]);
  });
  it('conflicts are told for what is on', () => {
    expect(planConflict(new Set(['EXCHANGE_S_STANDARD', 'SHAREPOINTWAC', 'SHAREPOINTSTANDARD']))).toBeNull();
    expect(planConflict(new Set(['SHAREPOINTWAC']))).toMatch(/^SHAREPOINTWAC needs SHAREPOINTSTANDARD or/);
  });
});
