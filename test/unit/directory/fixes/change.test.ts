import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { directoryChanges, inverseOf, planFix, planUndo, standing, type DirectoryEntry, type DirectorySchema, type FixChange, type FixWish, type WrittenFix } from '../../../../electron/engines/directory/index.ts';
import { planModify } from '../../../../electron/engines/directory/ldap/modify.ts';
import type { Operation } from '../../../../shared/domain/plans.ts';

const schema: DirectorySchema = {
  attributes: [],
  attribute: (name) => ({ proxyaddresses: { name: 'proxyAddresses', syntax: 'caseIgnore' as const, singleValued: false, linkId: null }, mail: { name: 'mail', syntax: 'caseIgnore' as const, singleValued: true, linkId: null } })[name.toLowerCase()],
};
const entry = (attributes: Readonly<Record<string, readonly string[]>>): DirectoryEntry => ({ guid: 'g', dn: 'CN=Ann,DC=x', objectClass: ['user'], attributes, deleted: false });
const change = (attribute: string, before: readonly string[] | null, after: readonly string[] | null): FixChange => ({ attribute, before, after });
const operation = (c: FixChange): Operation => ({
  id: 'o', seq: 1, kind: 'update', service: 'directory', objectKind: 'user', sourceId: 'g', targetId: null, name: 'Ann', references: [], previous: [], changes: [{ ...c, reversible: true, provenance: { ruleId: null, source: '', reason: '' } }],
});
/** The directory after a change, as strict as Windows. */
function written(values: readonly string[], c: FixChange): readonly string[] {
  let now = values;
  const { changes } = planModify('CN=Ann', { [c.attribute]: values }, directoryChanges(c, values), schema);
  for (const each of changes) now = each.operation === 'add' ? [...now, ...each.values] : now.filter((v) => !each.values.includes(v));
  return now;
}

describe('where a value stands', () => {
  it.each<[string, FixChange, readonly string[], boolean, string]>([
    ['as planned', change('p', ['a'], ['b']), ['a', 'x'], false, 'before'], ['written', change('p', ['a'], ['b']), ['b', 'x'], false, 'after'], ['gone', change('p', ['a'], ['b']), ['x'], false, 'elsewhere'],
    ['half written', change('p', ['a'], ['b']), ['a', 'b'], false, 'before'], ['another case', change('p', ['a'], ['b']), ['A'], false, 'elsewhere'],
    ['removed', change('p', ['a'], null), ['x'], false, 'after'], ['to be added', change('p', null, ['b']), ['x'], false, 'before'],
    ['one value: another one', change('m', null, ['b']), ['x'], true, 'elsewhere'], ['one value: empty', change('m', null, ['b']), [], true, 'before'], ['one value: cleared', change('m', ['a'], null), [], true, 'after'], ['one value: another one in place of a cleared one', change('m', ['a'], null), ['x'], true, 'elsewhere'],
  ])('%s', (_, c, now, single, expected) => expect(standing(c, now, single)).toBe(expected));
});

describe('planning a decision', () => {
  const plan = (wish: FixWish, attributes: Readonly<Record<string, readonly string[]>>) => planFix(wish, entry(attributes), schema);
  const fix = (attribute: string, value: string, to: string | null): FixWish => ({ attribute, value, to });
  it.each<[FixWish, Readonly<Record<string, readonly string[]>>, FixChange | string]>([
    [fix('proxyAddresses', 'a', 'b'), { proxyAddresses: ['a', 'c'] }, change('proxyAddresses', ['a'], ['b'])],
    [fix('proxyAddresses', 'a', null), { proxyAddresses: ['a', 'c'] }, change('proxyAddresses', ['a'], null)],
    // Two spellings of one value cannot be in one attribute.
    [fix('proxyAddresses', 'smtp:a b', 'smtp:ab'), { proxyAddresses: ['smtp:a b', 'SMTP:AB'] }, change('proxyAddresses', ['smtp:a b'], null)],
    [fix('proxyAddresses', 'a', 'A'), { proxyAddresses: ['a'] }, change('proxyAddresses', ['a'], ['A'])],
    [fix('mail', '', 'a'), {}, change('mail', null, ['a'])],
    [fix('mail', '', 'a'), { mail: ['x'] }, 'by now'], [fix('mail', 'a', 'b'), { mail: ['x'] }, 'changed since'], [fix('mail', 'a', 'b'), { mail: ['b'] }, 'already'],
    [fix('mail', '', null), {}, 'no value'], [fix('mail', 'a', 'a'), { mail: ['a'] }, 'as it is'], [fix('msExchUsageLocation', '', 'DE'), {}, 'no attribute'],
  ])('%o against %o', (wish, attributes, expected) => {
    const planned = plan(wish, attributes);
    if (typeof expected === 'string') expect('skip' in planned ? planned.skip : '').toContain(expected);
    else expect(planned).toEqual({ change: expected });
  });
  it('of an object that is gone says so', () => expect(planFix(fix('mail', 'a', 'b'), undefined, schema)).toEqual({ skip: expect.stringContaining('not in the directory') }));
});

describe('writing and taking back', () => {
  const value = fc.constantFrom('smtp:a@x', 'SMTP:b@x', 'smtp:c@x', 'smtp:d@x', 'X500:e');
  const values = fc.uniqueArray(value, { maxLength: 5 });

  it('leaves every other value alone, and the way back restores exactly what was there', () => {
    fc.assert(fc.property(values, fc.option(value, { nil: null }), fc.option(value, { nil: null }), (before, from, to) => {
      const c = change('proxyAddresses', from === null ? null : [from], to === null ? null : [to]);
      if (standing(c, before, false) !== 'before') return;
      const after = written(before, c);
      expect(standing(c, after, false)).toBe('after');
      expect(after.filter((v) => v !== from && v !== to)).toEqual(before.filter((v) => v !== from && v !== to));
      const back = inverseOf(c, before);
      expect((back === null ? after : written(after, back)).toSorted()).toEqual(before.toSorted());
    }));
  });

  it('keeps a value that is both before and after', () => expect(written(['a', 'b', 'c'], change('proxyAddresses', ['a', 'b'], ['b']))).toEqual(['b', 'c']));

  it('plans no way back for what is there already, and tells what others changed', () => {
    const fixed: WrittenFix = { operation: operation(change('mail', ['a'], ['b'])), before: { mail: ['a'] } };
    const undo = (now: Readonly<Record<string, readonly string[]>> | null, mode: 'exact' | 'keep changes made since' = 'exact') => planUndo([fixed], new Map(now === null ? [] : [['g', entry(now)]]), schema, mode);
    expect(undo({ mail: ['b'] }).steps).toMatchObject([{ change: change('mail', ['b'], ['a']), conflict: null }]);
    expect(undo({ mail: ['a'] })).toEqual({ steps: [], kept: [], impossible: [] });
    expect(undo({ mail: ['x'] }).steps).toMatchObject([{ change: change('mail', ['x'], ['a']), conflict: expect.stringContaining('changed by others') }]);
    expect(undo({ mail: ['x'] }, 'keep changes made since')).toMatchObject({ steps: [], kept: [{ attribute: 'mail', current: 'x' }] });
    expect(undo(null).impossible).toHaveLength(1);
  });
});
