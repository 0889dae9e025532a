import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { SourceObject } from '../../../shared/domain/objects.ts';
import { findings, fixed, options, user } from './source-objects.ts';

/** Any text, lone surrogates and control characters among it, and texts that look like what the rules are about. */
const piece = fc.oneof(fc.string({ unit: 'binary', maxLength: 6 }), fc.string({ unit: fc.integer({ min: 0, max: 0xffff }).map((code) => String.fromCharCode(code)), maxLength: 6 }), fc.constantFrom('a', 'A', 'b', '.', '..', ' ', 'ü', 'ǿ', '😀', '\ud800', '[', ':', '@', "'", '\\', 'x'.repeat(70)));
const word = fc.array(piece, { maxLength: 5 }).map((parts) => parts.join(''));
const few = fc.constantFrom('a', 'b', 'a b', 'A', 'a.', 'ä');
const domain = fc.oneof({ weight: 4, arbitrary: fc.constantFrom('x.com', 'X.com', 'y.com', 'corp.local', 'x', 'x_y.com', 'x y.com') }, word);
const address = fc.oneof(fc.tuple(fc.oneof(few, word), domain).map(([local, after]) => `${local}@${after}`), word);
const proxy = fc.oneof({ weight: 4, arbitrary: fc.tuple(fc.constantFrom('smtp:', 'SMTP:', 'sip:', 'X500:', 'x400:', ''), address).map(([prefix, rest]) => `${prefix}${rest}`) }, word);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary.map((value) => [value]), { nil: undefined });

const object = fc.record({
  kind: fc.constantFrom('user' as const, 'group' as const, 'contact' as const),
  attributes: fc.record({
    cn: maybe(word), displayName: maybe(word), givenName: maybe(word), mail: maybe(address), mailNickname: maybe(fc.oneof(few, word, fc.constant('admin'))), sAMAccountName: maybe(fc.oneof(few, word)),
    targetAddress: maybe(proxy), userPrincipalName: maybe(address), homeMDB: maybe(fc.constant('CN=DB')), c: maybe(fc.constantFrom('DE', 'UK')), proxyAddresses: fc.option(fc.uniqueArray(proxy, { maxLength: 4 }), { nil: undefined }),
  }),
});
const organisation = fc.array(object, { maxLength: 8 }).map((objects) => objects.map(({ kind, attributes }, i): SourceObject => {
  const present = Object.fromEntries(Object.entries(attributes).flatMap(([name, values]) => (values === undefined || values.length === 0 ? [] : [[name, values] as const])));
  return { ...user(`o${i}`), kind, attributes: { objectClass: ['top', kind], userAccountControl: ['512'], ...present } };
}));
const how = fc.constantFrom(options(), options([], { upnSuffix: 'x.com' }), options([], { verifiedDomains: null, names: null }));
const key = (found: ReturnType<typeof findings>) => found.map((f) => JSON.stringify([f.sourceId, f.attribute, f.value, f.rules.toSorted(), f.severity, f.proposal, f.action])).toSorted();

describe('for any directory', () => {
  test('applying all proposed fixes leaves nothing that has a fix', () => {
    fc.assert(fc.property(organisation, how, (objects, given) => {
      const again = findings(fixed(objects, findings(objects, given)), given).filter((f) => f.proposal !== null || f.action === 'Remove');
      expect(again).toEqual([]);
    }), { numRuns: 1500 });
  });
  test('the order of the objects does not matter', () => {
    fc.assert(fc.property(organisation.chain((objects) => fc.tuple(fc.constant(objects), fc.shuffledSubarray(objects, { minLength: objects.length }))), ([objects, shuffled]) => {
      expect(key(findings(shuffled))).toEqual(key(findings(objects)));
    }), { numRuns: 500 });
  });
  test('findings are whole: rules, a sentence and an action, and a proposal other than the value', () => {
    fc.assert(fc.property(organisation, (objects) => {
      for (const f of findings(objects)) {
        expect(f.rules.length * f.errors.length * f.message.length).toBeGreaterThan(0);
        expect(f.proposal).not.toBe(f.value);
        expect(f.proposal === null || f.action === 'Edit').toBe(true);
      }
    }), { numRuns: 500 });
  });
});
