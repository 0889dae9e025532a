import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTemplates } from '../../../electron/app/rules-templates.ts';
import { isWritable, targetEntries, TARGET_LINKS } from '../../../electron/app/rules-attributes.ts';
import { DEFAULT_MAPPING_RULES, keepOwnRules, readTemplate, ruleDifferences, templateRules, type MappingBody, type MatchingBody, type RuleLists } from '../../../electron/engines/mapping/index.ts';
import { DEFAULT_MATCHING_RULES } from '../../../electron/engines/matching/index.ts';
import { DEFAULT_SCHEMA_TEMPLATE, MAPPING_ACTIONS, MAPPING_CONDITIONS } from '../../../shared/domain/rules.ts';

const templates = openTemplates();
const without = <T extends { readonly position: number }>(rules: readonly T[]): Omit<T, 'position'>[] => rules.map(({ position: _position, ...rest }) => rest);

describe('the shipped schema templates', () => {
  it('are the four, each with every version from 1 on', () => {
    expect(templates.list().map((t) => t.name)).toEqual(['Exchange', 'Exchange hybrid', 'Minimal', 'Users and groups']);
    for (const { name, version } of templates.list()) expect(templates.versions(name).map((t) => t.version)).toEqual(Array.from({ length: version }, (_, i) => i + 1));
    // From the second on a version says what it changed.
    for (const { name } of templates.list()) for (const t of templates.versions(name)) expect(t.changes.length > 0, `${name} ${t.version}`).toBe(t.version > 1);
  });

  it('the default one is what the engines call their default rules: a change of one needs a new version of the other', () => {
    const { matching, mapping } = templates.get(DEFAULT_SCHEMA_TEMPLATE);
    expect({ matching, mapping }).toEqual({ matching: without(DEFAULT_MATCHING_RULES), mapping: without(DEFAULT_MAPPING_RULES) });
  });

  it.each(templates.list().map((t) => [t.name, t] as const))('%s writes only what a service takes; what it leaves out has a reason and no rule', (_, template) => {
    for (const rule of template.mapping) {
      const name = `${rule.targetClass} ${rule.targetAttribute}`;
      if (rule.action === 'Resolve') expect(rule.sourceAttribute, name).not.toBe('');
      else expect(targetEntries(rule.targetClass, rule.targetAttribute).some(isWritable) || TARGET_LINKS[rule.targetClass].includes(rule.targetAttribute), name).toBe(true);
    }
    const written = new Set(template.mapping.map((r) => `${r.targetClass} ${r.targetAttribute}`.toLowerCase()));
    for (const left of template.notWritten) {
      expect(left.reason.length).toBeGreaterThan(15);
      expect(written.has(`${left.kind} ${left.target}`.toLowerCase()), `${left.kind} ${left.target}`).toBe(false);
    }
    expect(template.notWritten.length).toBeGreaterThan(10);
    expect(readTemplate(JSON.stringify({ format: 1, name: template.name, version: template.version, description: template.description, ...templateRules(template) }), 'x')).toMatchObject({ matching: template.matching, mapping: template.mapping });
  });

  it('account for every attribute of Entra Connect\'s default flow: written, or left out with a reason', () => {
    const flow = ('c co company department displayName facsimileTelephoneNumber givenName homePhone info initials ipPhone l mail middleName mobile pager physicalDeliveryOfficeName postalCode preferredLanguage sn st streetAddress telephoneNumber '
      + 'telephoneAssistant title wWWHomePage description postOfficeBox url proxyAddresses userPrincipalName userAccountControl mailNickname sAMAccountName cn objectSid pwdLastSet countryCode manager assistant').split(' ');
    const { mapping, notWritten } = templates.get('Users and groups');
    const named = new Set([...mapping.filter((r) => r.sourceClass === 'user').map((r) => r.sourceAttribute), ...notWritten.filter((n) => n.kind === 'user').map((n) => n.source)].map((n) => n.toLowerCase()));
    expect(flow.filter((name) => !named.has(name.toLowerCase()))).toEqual([]);
  });

  it('"Users and groups" needs no Exchange Online, and "Exchange" has all it has', () => {
    const [small, large] = [templates.get('Users and groups'), templates.get('Exchange')];
    for (const rule of small.mapping) expect(rule.action === 'Resolve' || targetEntries(rule.targetClass, rule.targetAttribute).some((a) => a.service === 'graph'), rule.targetAttribute).toBe(true);
    expect(small.mapping.some((r) => r.targetClass === 'contact')).toBe(false);
    expect(ruleDifferences(small, large).filter((d) => d.change !== 'added')).toEqual([]);
    expect(large.mapping.some((r) => r.targetClass === 'contact' && r.targetAttribute === 'externalEmailAddress')).toBe(true);
  });

  it.each([
    ['no JSON', '{', /not JSON/], ['an unknown word', '{"format":1,"name":"x","version":1,"description":"x","matching":[],"mapping":[{"class":"user","target":"city","aktion":"Clear"}]}', /wrong at mapping\.0/],
    ['an unknown action', '{"format":1,"name":"x","version":1,"description":"x","matching":[],"mapping":[{"class":"user","target":"city","action":"Burn"}]}', /wrong at mapping\.0\.action/],
    ['another format', '{"format":2}', /wrong at format/],
  ])('a file with %s is refused with its name and the place', (_, text, message) => { expect(() => readTemplate(text, 'bad.json')).toThrow(message); });
});

const matching = (source: string, target: string, enabled = true): MatchingBody => ({ enabled, sourceClass: 'user', sourceAttribute: source, targetClass: 'user', targetAttribute: target, comparison: 'value' });
const names = fc.constantFrom('mail', 'city', 'title', 'state');
const mappingArb: fc.Arbitrary<MappingBody> = fc.record({
  enabled: fc.boolean(), action: fc.constantFrom(...MAPPING_ACTIONS), condition: fc.constantFrom(...MAPPING_CONDITIONS), sourceClass: fc.constant('user' as const), sourceAttribute: names, targetClass: fc.constant('user' as const), targetAttribute: names, value: fc.constantFrom('', 'x'), conversion: fc.constant('none' as const),
});
const lists: fc.Arbitrary<RuleLists> = fc.record({ matching: fc.array(fc.tuple(names, names, fc.boolean()).map(([a, b, on]) => matching(a, b, on)), { maxLength: 5 }), mapping: fc.array(mappingArb, { maxLength: 6 }) });

describe('the difference of two lists of rules', () => {
  it('is empty exactly when both have the same rules in the same order', () => {
    fc.assert(fc.property(lists, lists, (a, b) => { expect(ruleDifferences(a, b).length === 0).toBe(JSON.stringify(a) === JSON.stringify(b)); expect(ruleDifferences(a, a)).toEqual([]); }));
  });

  it('counts each rule once: what goes, comes or changes makes up for the lengths', () => {
    fc.assert(fc.property(lists, lists, (a, b) => {
      for (const set of ['matching', 'mapping'] as const) {
        const of = (change: string) => ruleDifferences(a, b).filter((d) => d.set === set && d.change === change).length;
        expect(b[set].length - a[set].length).toBe(of('added') - of('removed'));
        expect(of('changed')).toBeLessThanOrEqual(Math.min(a[set].length, b[set].length));
      }
    }));
  });

  it('tells a moved rule from the ones it passed', () => {
    const rules = ['a', 'b', 'c', 'd'].map((n) => matching(n, n));
    const [a, b, c, d] = rules as [MatchingBody, MatchingBody, MatchingBody, MatchingBody];
    expect(ruleDifferences({ matching: rules, mapping: [] }, { matching: [d, a, b, c], mapping: [] })).toMatchObject([{ change: 'moved', text: 'user d = user d', fields: [{ before: '4', after: '1' }] }]);
  });

  it('keeping what people did: the newest template over rules made from it leaves them as they are, but for their order', () => {
    fc.assert(fc.property(lists, lists, (base, now) => {
      const left = ruleDifferences(now, keepOwnRules(base, now, base)).filter((d) => d.change !== 'moved');
      // A rule of people's own that equals one of the template is not kept twice.
      expect(left.filter((d) => d.change !== 'removed')).toEqual([]);
    }));
  });

  it('keeping what people did: a newer template brings its own changes and leaves people theirs', () => {
    const base = { matching: ['a', 'b', 'c'].map((n) => matching(n, n)), mapping: [] };
    const newer = { matching: [matching('a', 'a', false), matching('b', 'b'), matching('c', 'c'), matching('n', 'n')], mapping: [] };
    const now = { matching: [matching('a', 'a'), matching('b', 'b', false), matching('o', 'o')], mapping: [] };
    expect(keepOwnRules(newer, now, base).matching.map((r) => [r.sourceAttribute, r.enabled])).toEqual([['a', false], ['b', false], ['n', true], ['o', true]]);
    expect(keepOwnRules(newer, now, null).matching.map((r) => r.sourceAttribute)).toEqual(['a', 'b', 'c', 'n', 'o']);
  });
});
