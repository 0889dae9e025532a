import fc from 'fast-check';
import type { ExportedOperation, PlanHeader } from '../../../electron/engines/reporting/index.ts';
import type { AttributeChange } from '../../../shared/domain/plans.ts';

const COUNTS = {
  creates: 1, restores: 0, updates: 1, deletes: 0, managers: 1, membersAdded: 2, membersRemoved: 0, permissionsAdded: 0, permissionsRemoved: 0, healed: 0, licencesAssigned: 0, licencesRemoved: 0, attributes: 4, overwrites: 1, upnChanges: 0, disables: 0, irreversible: 0, unchanged: 0, skipped: 1, operations: 4,
};

/** Top of a plan for Contoso. */
export const HEADER: PlanHeader = {
  planId: '11111111-1111-4111-8111-111111111111', taskId: '22222222-2222-4222-8222-222222222222', kind: 'Migrate', pairName: 'Contoso', collectionName: 'Berlin', tenantName: 'Contoso Ltd',
  organizationId: '33333333-3333-4333-8333-333333333333', cloud: 'global', createdAt: Date.UTC(2026, 2, 1, 12), exportedAt: Date.UTC(2026, 2, 2), settings: null, counts: COUNTS, guard: [], findings: { errors: 0, warnings: 1 }, unresolved: 1, conflicts: 0,
};

/** A change with its reason. */
export function change(attribute: string, before: readonly string[] | null, after: readonly string[] | null, reason = `Overwrite with ${attribute}`): AttributeChange {
  return { attribute, before, after, provenance: { ruleId: '44444444-4444-4444-8444-444444444444', source: attribute, reason }, reversible: true };
}

/** An operation; what is not given is of an update of a user. */
export function operation(more: Partial<ExportedOperation> = {}): ExportedOperation {
  return {
    id: '55555555-5555-4555-8555-555555555555', seq: 1, kind: 'update', service: 'graph', objectKind: 'user', sourceId: 'src-1', targetId: '66666666-6666-4666-8666-666666666666', name: 'Ann', changes: [],
    references: [], previous: [], outcome: 'pending', message: '', ...more,
  };
}

/** Values that people or attackers have put into directories: quotes of every kind, expansions, comments, ends of line, formulas, markup. */
export const HOSTILE: readonly string[] = [
  "'; Remove-MgUser -All #", "O'Brien", '\u2018; calc \u2019', '\u201A\u201B\u2019\u2018', "'@\n'; calc", '$(Remove-Item /)', '`$(calc)`', '"; calc; "', '#> ; calc <#', 'a\r\nRemove-MgUser\r\n', 'null\0byte', 'line\u2028sep\u2029', '\u202Egnp.exe',
  '\uD800 half', '\u{1F600}', '--% calc', '@(calc)', '$env:PATH', ');calc;(', '{calc}', "''", "'", '\u0085next', '\uFEFFbom', '%{calc}', '&calc', '|calc', ' -Confirm:$false', '=HYPERLINK("http://x")', '+1', '-1', '@SUM(1)', '\t=1', '＝1',
  '<script>alert(1)</script>', '"><img src=x onerror=alert(1)>', '&lt;b&gt;', ']]>', '</style><script>', '\u00AD', '@"\n$(calc)\n"@', '\u2018@\n; calc\n@\u2019', '`\n; calc', '`"$(calc)`"', '\u201C; calc \u201D\u201E', '`u{2019}; calc', '\u2019\u2019\u2019; calc', '',
];

/** Any text, also one that no encoding can hold; the hostile ones often. */
export const anyText = fc.oneof(
  fc.constantFrom(...HOSTILE), fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 8 }).map((units) => String.fromCharCode(...units)), fc.array(fc.constantFrom(...HOSTILE), { maxLength: 3 }).map((list) => list.join('')),
);
