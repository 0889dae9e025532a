import { createSourceChecks, createTenantNames, type CheckedSource, type SourceCheckOptions } from '../../../electron/engines/preflight/index.ts';
import type { CheckFinding } from '../../../shared/domain/checks.ts';
import type { Attributes, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';

/** A right user: only what a test changes is wrong. */
export function user(id: string, attributes: Attributes = {}, more: Partial<SourceObject> = {}): SourceObject {
  return {
    id, kind: 'user', dn: `CN=${id},DC=x`, name: id, links: {},
    attributes: { objectClass: ['top', 'person', 'user'], cn: [id], displayName: [id], sAMAccountName: [id], userPrincipalName: [`${id}@x.com`], userAccountControl: ['512'], c: ['DE'], ...attributes }, ...more,
  };
}

/** Options of a check against a tenant with the domain x.com. */
export function options(tenant: readonly TargetObject[] = [], more: Partial<SourceCheckOptions> = {}): SourceCheckOptions {
  const names = createTenantNames();
  for (const target of tenant) names.add(target);
  return { verifiedDomains: new Set(['x.com']), upnSuffix: '', countryCode: '', licenceWanted: false, names, alternateLogin: false, ...more };
}

/** All findings, the late ones last. */
export function findings(objects: readonly SourceObject[], how: SourceCheckOptions = options(), about: (id: string) => CheckedSource = () => ({ targetId: null, matched: 'no', as: 'asked for' })): CheckFinding[] {
  const checks = createSourceChecks(how);
  for (const object of objects) checks.note(object);
  return [...objects.flatMap((object) => checks.check(object, about(object.id))), ...checks.finish()];
}

/** What is left of an organisation when every proposed fix has been applied. */
export function fixed(objects: readonly SourceObject[], found: readonly CheckFinding[]): SourceObject[] {
  return objects.map((object) => {
    const attributes: Record<string, readonly string[]> = { ...object.attributes };
    for (const { attribute, value, proposal, action } of found.filter((f) => f.sourceId === object.id)) {
      const values = attributes[attribute] ?? [];
      if (action === 'Remove') {
        const at = values.indexOf(value);
        attributes[attribute] = values.toSpliced(at, at < 0 ? 0 : 1);
      } else if (proposal !== null) attributes[attribute] = values.length === 0 ? [proposal] : values.map((held) => (held === value ? proposal : held));
    }
    return { ...object, attributes };
  });
}
