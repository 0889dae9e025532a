import { describe, expect, it } from 'vitest';
import fc from 'fast-check';
import { divideMembers, originOf, type Baseline, type DriftTreatment } from '../../../electron/engines/planning/drift.ts';
import { attributeCode, memberCode, readAgreed, readMembers, valueCode, writeAgreed, writeMembers } from '../../../shared/rules/agreed.ts';
import { TARGET_ATTRIBUTES } from '../../../shared/rules/target-attributes.ts';

const agreedOn = (...values: string[]) => new Set(values.map(valueCode));
const LETTERS = ['a', 'b', 'c', 'd'];

describe('who changed a value', () => {
  it.each([
    ['the source', ['new'], ['old'], ['old'], 'source'],
    ['others', ['old'], ['other'], ['old'], 'others'],
    ['others, who emptied it', ['old'], [], ['old'], 'others'],
    ['both', ['new'], ['other'], ['old'], 'both'],
    ['both, others by emptying it', ['new'], [], ['old'], 'both'],
    ['the source, where it was empty', ['new'], [], [], 'source'],
    ['others, where it was empty', [], ['other'], [], 'others'],
    ['the source, which emptied it', [], ['old'], ['old'], 'source'],
    ['both, the source by emptying what others replaced', [], ['other'], ['old'], 'both'],
  ] as const)('%s', (_, wanted, present, agreed, origin) => {
    expect(originOf('user', 'jobTitle', present.length === 0 ? null : present, wanted.length === 0 ? null : wanted, agreedOn(...agreed))).toBe(origin);
  });

  it('is both for a manager whom the source takes away after others gave another one, and others where the source never had one', () => {
    expect(originOf('user', 'manager', ['m2'], null, agreedOn('m1'))).toBe('both');
    expect(originOf('user', 'manager', ['m2'], null, agreedOn())).toBe('others');
    expect(originOf('user', 'manager', null, ['m1'], agreedOn('m1'))).toBe('others');
  });

  it('of several values is both when the source emptied them all and others left something there, and others for what only they put in', () => {
    const agreed = agreedOn('smtp:a@example.com', 'smtp:b@example.com');
    const of = (present: readonly string[], wanted: readonly string[] | null) => originOf('group', 'proxyAddresses', present, wanted, agreed);
    expect(of(['smtp:c@example.com'], null)).toBe('both');
    expect(of(['smtp:a@example.com', 'smtp:b@example.com', 'smtp:c@example.com'], null)).toBe('both');
    // Source and others took the same one out: what is left to say is what others put in.
    expect(of(['smtp:a@example.com', 'smtp:c@example.com'], ['smtp:a@example.com'])).toBe('others');
    expect(of(['smtp:b@example.com'], ['smtp:a@example.com'])).toBe('both');
    expect(of(['smtp:a@example.com', 'smtp:b@example.com', 'smtp:c@example.com'], ['smtp:a@example.com', 'smtp:b@example.com'])).toBe('others');
  });

  it('is the source when nothing was agreed on', () => {
    expect(originOf('user', 'jobTitle', ['other'], ['new'], undefined)).toBe('source');
  });

  it('looks at each of several values, whatever their case when they are addresses', () => {
    const agreed = agreedOn('SMTP:ann@example.com', 'smtp:a@example.com');
    const of = (present: readonly string[], wanted: readonly string[]) => originOf('group', 'proxyAddresses', present, wanted, agreed);
    expect(of(['SMTP:ann@example.com'], ['SMTP:Ann@example.com', 'smtp:A@example.com'])).toBe('others');
    expect(of(['SMTP:ann@example.com', 'smtp:a@example.com'], ['SMTP:ann@example.com', 'smtp:a@example.com', 'smtp:b@example.com'])).toBe('source');
    expect(of(['SMTP:ann@example.com'], ['SMTP:ann@example.com', 'smtp:a@example.com', 'smtp:b@example.com'])).toBe('both');
  });
});

describe('members of a group', () => {
  const subset = fc.subarray(LETTERS);
  const baseline = (treatment: DriftTreatment, wanted: readonly string[] | null, others: readonly string[] = [], held: readonly string[] = []): Baseline => ({
    values: new Map(), members: wanted === null ? null : { wanted: new Set(wanted.map(memberCode)), others: new Set(others.map(memberCode)) }, vanished: false, treatment: () => treatment, isHeldMember: (id) => held.includes(id),
  });
  const divide = (wanted: readonly string[], present: readonly string[], base: Baseline, known: readonly string[] = LETTERS) =>
    divideMembers({ present: new Set(present), wanted: new Set(wanted), kept: new Set(), isKnown: (id) => known.includes(id) }, base);

  it('follow the source as far as the source changed, and are shown as far as others did', () => {
    const { add, remove, drift } = divide(['a', 'c', 'd'], ['b', 'c', 'x'], baseline('left', ['a', 'b', 'c'], []), LETTERS);
    expect([...add]).toEqual(['d']);
    expect(remove).toEqual(['b']);
    expect(drift).toEqual([{ item: 'a', expected: ['a'], actual: [], left: true }, { item: 'x', expected: [], actual: ['x'], left: true }]);
  });

  it('whom nobody of the directory matches is taken out only when a person asks for it', () => {
    expect(divide(['a'], ['a', 'x'], baseline('written over', ['a'])).remove).toEqual([]);
    expect(divide(['a'], ['a', 'x'], baseline('asked for', ['a'])).remove).toEqual(['x']);
    expect(divide(['a'], ['a', 'b'], baseline('written over', ['a'])).remove).toEqual(['b']);
  });

  it('who was there before coexistence is none of its business, and who was accepted is left alone', () => {
    const first = divide(['a'], ['a', 'x'], baseline('left', null), LETTERS);
    expect([first.remove, first.drift]).toEqual([[], []]);
    const agreed = first.agreed;
    expect(divide(['a'], ['a', 'x'], { ...baseline('left', []), members: agreed }).drift).toEqual([]);
    expect(divide(['a', 'b'], ['c'], baseline('left', ['a', 'b'], [], ['a', 'b', 'c']))).toMatchObject({ add: new Set(), remove: [], drift: [] });
  });

  it('property: without changes of others the group comes to be what the source has; with them nothing of theirs is written over, and twice is as once', () => {
    fc.assert(fc.property(subset, subset, subset, (before, wanted, present) => {
      const undisturbed = divide(wanted, before, baseline('left', before));
      expect(new Set([...before.filter((id) => !undisturbed.remove.includes(id)), ...undisturbed.add])).toEqual(new Set(wanted));
      expect(undisturbed.drift).toEqual([]);
      const { add, remove, drift, agreed } = divide(wanted, present, baseline('left', before));
      const after = new Set([...present.filter((id) => !remove.includes(id)), ...add]);
      for (const { item, expected } of drift) expect(after.has(item)).toBe(expected.length === 0);
      const again = divide(wanted, [...after], { ...baseline('left', []), members: agreed });
      expect([[...again.add], again.remove, again.drift.map((one) => one.item).toSorted()]).toEqual([[], [], drift.map((one) => one.item).toSorted()]);
      const all = divide(wanted, present, baseline('written over', before));
      expect(new Set([...present.filter((id) => !all.remove.includes(id)), ...all.add])).toEqual(new Set(wanted));
    }));
  });
});

describe('what was agreed on, as it is stored', () => {
  it('comes back as it was, with and without values', () => {
    const values = new Map([[attributeCode('jobTitle'), agreedOn('x')], [attributeCode('proxyAddresses'), agreedOn('a', 'b')], [attributeCode('department'), new Set<string>()]]);
    expect(readAgreed(writeAgreed(values))).toEqual(values);
    expect(readAgreed('')).toEqual(new Map());
    const members = { wanted: new Set([memberCode('a'), memberCode('b')]), others: new Set([memberCode('c')]) };
    expect(readMembers(writeMembers(members))).toEqual(members);
    expect(readMembers(writeMembers({ wanted: new Set(), others: new Set() }))).toEqual({ wanted: new Set(), others: new Set() });
    expect(readMembers('')).toBeNull();
  });

  it('tells all attributes of the product from one another', () => {
    const names = new Set([...TARGET_ATTRIBUTES.map((one) => one.name.toLowerCase()), 'manager', 'members']);
    expect(new Set([...names].map(attributeCode)).size).toBe(names.size);
  });
});
