import { describe, expect, it } from 'vitest';
import { silentAttributes, type AttributeSchema, type DirectorySchema } from '../../../../electron/engines/directory/index.ts';

const known = new Map<string, AttributeSchema>([
  ['mail', 'caseIgnore', null], ['memberOf', 'dn', 3], ['manager', 'dn', 42], ['secretary', 'dn', null], ['homeMDB', 'dn', 80], ['distinguishedName', 'dn', null], ['canonicalName', 'caseIgnore', null],
].map(([name, syntax, linkId]) => [String(name).toLowerCase(), { name, syntax, singleValued: true, linkId } as AttributeSchema]));
const schema: DirectorySchema = { attribute: (name) => known.get(name.toLowerCase()), attributes: [...known.values()] };

describe('attributes whose changes the directory does not tell', () => {
  it.each([
    ['an ordinary one', 'mail', false], ['a link that is followed', 'manager', false], ['a back link', 'memberOf', true], ['the name of another object', 'secretary', true],
    ['the mailbox database, of which only the presence counts', 'homeMDB', false], ['the own name, which is followed', 'distinguishedName', false], ['a constructed one', 'CanonicalName', true], ['one that the schema does not know', 'extra', false],
  ])('%s', (_, name, silent) => {
    expect(silentAttributes(schema, ['mail', name], (link) => link === 'manager')).toEqual(silent ? [name] : []);
  });
});
