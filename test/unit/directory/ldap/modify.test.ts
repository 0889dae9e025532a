import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planModify } from '../../../../electron/engines/directory/ldap/modify.ts';
import { schemaOf } from '../../../../electron/engines/directory/ldap/schema.ts';
import type { DirectoryChange } from '../../../../electron/engines/directory/index.ts';

const definition = (name: string, syntax: string, single: boolean, link?: number): Parameters<typeof schemaOf>[0][number] => ({
  guid: '', dn: '', objectClass: [], deleted: false,
  attributes: { lDAPDisplayName: [name], attributeSyntax: [syntax], isSingleValued: [single ? 'TRUE' : 'FALSE'], ...(link === undefined ? {} : { linkID: [String(link)] }) },
});
const SCHEMA = schemaOf([
  definition('proxyAddresses', '2.5.5.12', false), definition('targetAddress', '2.5.5.12', true), definition('mS-DS-ConsistencyGuid', '2.5.5.10', true),
  definition('member', '2.5.5.1', false, 2), definition('memberOf', '2.5.5.1', false, 3),
]);
const DN = 'CN=Anna,DC=x';
const plan = (before: Record<string, readonly string[]>, ...changes: DirectoryChange[]): ReturnType<typeof planModify> => planModify(DN, before, changes, SCHEMA);

/** A directory's own behaviour for the planned changes, as strict as Windows. */
function apply(state: Record<string, readonly string[]>, changes: readonly DirectoryChange[]): Record<string, readonly string[]> {
  const out = { ...state };
  for (const { attribute, operation, values } of changes) {
    const now = out[attribute] ?? [];
    const has = (value: string): boolean => now.some((each) => each.toLowerCase() === value.toLowerCase());
    if (operation === 'add' && values.some(has)) throw new Error('20');
    if (operation === 'remove' && !values.every(has)) throw new Error('16');
    const next = operation === 'add' ? [...now, ...values] : operation === 'replace' ? values : now.filter((value) => !values.some((each) => each.toLowerCase() === value.toLowerCase()));
    if (next.length === 0) delete out[attribute];
    else out[attribute] = next;
  }
  return out;
}

describe('planning a change with its way back', () => {
  it('leaves out what changes nothing', () => {
    expect(plan({ proxyAddresses: ['smtp:a@x'] },
      { operation: 'add', attribute: 'proxyaddresses', values: ['SMTP:A@x'] }, { operation: 'remove', attribute: 'proxyAddresses', values: ['smtp:b@x'] },
      { operation: 'replace', attribute: 'targetAddress', values: [] }, { operation: 'remove', attribute: 'targetAddress', values: [] })).toStrictEqual({ changes: [], inverse: [] });
  });

  it('brings a removed value back in its stored spelling', () => {
    expect(plan({ proxyAddresses: ['smtp:Anna@X'] }, { operation: 'remove', attribute: 'proxyAddresses', values: ['SMTP:anna@x'] })).toStrictEqual({
      changes: [{ operation: 'remove', attribute: 'proxyAddresses', values: ['smtp:Anna@X'] }], inverse: [{ operation: 'add', attribute: 'proxyAddresses', values: ['smtp:Anna@X'] }],
    });
  });

  it('changes only the case of a value when asked to replace it', () => {
    expect(plan({ targetAddress: ['smtp:a@x'] }, { operation: 'replace', attribute: 'targetAddress', values: ['SMTP:a@x'] }).inverse).toStrictEqual([{ operation: 'replace', attribute: 'targetAddress', values: ['smtp:a@x'] }]);
  });

  it('takes DNs for equal whatever their spelling', () => {
    expect(plan({ member: ['CN=Meyer\\, Jörg,DC=x'] }, { operation: 'remove', attribute: 'member', values: ['cn=meyer\\2c j\\c3\\b6rg, dc=x'] }).changes).toStrictEqual([{ operation: 'remove', attribute: 'member', values: ['CN=Meyer\\, Jörg,DC=x'] }]);
  });

  it.each([
    ['a back link', { operation: 'add', attribute: 'memberOf', values: ['CN=g'] }],
    ['a password', { operation: 'replace', attribute: 'unicodePwd', values: ['eA=='] }],
    ['an empty value', { operation: 'replace', attribute: 'targetAddress', values: [''] }],
    ['bytes that are no Base64', { operation: 'replace', attribute: 'mS-DS-ConsistencyGuid', values: ['not base64!'] }],
    ['an addition of nothing', { operation: 'add', attribute: 'proxyAddresses', values: [] }],
  ] as const)('refuses %s', (_, change) => {
    expect(() => plan({}, change)).toThrow(expect.objectContaining({ data: expect.objectContaining({ code: 'INVALID_INPUT' }) }));
  });

  it('is always accepted and always taken back exactly', () => {
    const value = fc.constantFrom('smtp:a@x', 'SMTP:a@x', 'smtp:b@x', 'smtp:c@x');
    const unique = fc.uniqueArray(value, { selector: (each) => each.toLowerCase() });
    const change = fc.record({ operation: fc.constantFrom('add' as const, 'replace' as const, 'remove' as const), attribute: fc.constant('proxyAddresses'), values: unique })
      .filter((each) => each.operation !== 'add' || each.values.length > 0);
    fc.assert(fc.property(unique, fc.array(change, { maxLength: 5 }), (have, changes) => {
      const before: Record<string, readonly string[]> = have.length > 0 ? { proxyAddresses: have } : {};
      const { changes: sent, inverse } = plan(before, ...changes);
      const after = apply(apply(before, sent), inverse);
      expect([...(after['proxyAddresses'] ?? [])].toSorted()).toStrictEqual([...have].toSorted());
    }), { numRuns: 1000 });
  });
});
