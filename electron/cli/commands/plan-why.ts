import type { PlannedWhy } from '../../../shared/contracts/plans.ts';
import type { OperationRow } from '../../../shared/contracts/tasks.ts';
import type { Session } from '../session.ts';

/** Lines under each value of each operation (by its id and attribute), and the same as data. */
export interface WhyLines { readonly lines: ReadonlyMap<string, ReadonlyMap<string, readonly string[]>>; readonly data: readonly PlannedWhy[] }

/** Asks "Why?" of each value of these operations. @param only an attribute; absent: all. */
export async function whyLines(session: Session, planId: string, operations: readonly OperationRow[], only?: string): Promise<WhyLines> {
  const lines = new Map<string, Map<string, readonly string[]>>();
  const data: PlannedWhy[] = [];
  for (const operation of operations) {
    const links = operation.kind.includes('manager') ? ['manager'] : operation.kind.includes('members') ? ['members'] : [];
    for (const attribute of [...operation.changes.map((c) => c.attribute), ...links]) {
      if (only !== undefined && attribute.toLowerCase() !== only.toLowerCase()) continue;
      const why = await session.call('plans.why', { planId, operationId: operation.id, attribute });
      data.push(why);
      const ofOperation = lines.get(operation.id) ?? new Map<string, readonly string[]>();
      lines.set(operation.id, ofOperation.set(attribute, textOf(why)));
    }
  }
  return { lines, data };
}

function textOf({ rule, ruleGone, source, reason, reversible, conflict }: PlannedWhy): string[] {
  return [
    ...(rule === null ? [ruleGone ? `why: ${reason}; the rule was removed since` : `why: ${reason}`] : [`why: mapping rule ${rule.position}, ${rule.text} (${rule.condition})`, ...(rule.expression === '' ? [] : [`     ${rule.expression}`])]),
    ...Object.entries(source).map(([name, values]) => `source ${name}: ${values.join(', ')}`),
    ...(reversible ? [] : ['cannot be undone']), ...(conflict === null ? [] : [conflict]),
  ];
}
