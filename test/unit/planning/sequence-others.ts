import type { TargetObject } from '../../../shared/domain/objects.ts';
import { MAILBOX_PERMISSIONS } from '../../../shared/domain/plans.ts';
import { ASSIGNMENTS, formatAssignment, LICENCES } from '../../../shared/rules/licences.ts';
import type { Model } from './model.ts';
import type { Step } from './sequence-steps.ts';
import { EXISTS, keyOf, type Timeline } from './timeline.ts';

/** What somebody else changes: one value of one object. */
export interface Other { readonly object: TargetObject; readonly key: string; readonly changed: TargetObject }

const at = <T>(list: readonly T[], i: number): T | undefined => list[list.length === 0 ? 0 : i % list.length];
const TENANT_ATTRIBUTES = ['jobTitle', 'city', 'displayName', 'givenName'] as const;

/** What a step of others does; null: nothing. @param value a value that nobody has had so far. */
export function changeOfOthers({ who, what, whom }: Extract<Step, { kind: 'others' }>, model: Model, timeline: Timeline, value: () => string): Other | null {
  const live = [...model.values()].filter((object) => !object.deleted);
  const object = at(live, who);
  if (object === undefined) return null;
  const other = at(live.filter((one) => one.kind === 'user' && one.id !== object.id), whom);
  const attribute = object.kind !== 'user' ? 'displayName' : at(TENANT_ATTRIBUTES, whom) ?? 'city';
  const to = (name: string, changed: Partial<TargetObject>): Other => ({ object, key: keyOf(object.id, name), changed: { ...object, ...changed } });
  /** Puts the other into a list of links, or takes him out. Where Causeway has put him, or has taken him out before, nobody can be told from Causeway. */
  const toggled = (list: string): Other | null => {
    const ids = object.links[list] ?? [];
    if (other === undefined) return null;
    const isIn = ids.includes(other.id);
    const key = keyOf(object.id, `${list}/${other.id}`);
    if (isIn ? timeline.hasWritten(key, 'false') : timeline.isHeld(key)) return null;
    return to(`${list}/${other.id}`, { links: { ...object.links, [list]: isIn ? ids.filter((id) => id !== other.id) : [...ids, other.id] } });
  };
  const mailbox = MAILBOX_PERMISSIONS.find((permission) => object.links[permission] !== undefined);
  // What Exchange Online keeps is gone for good when it is deleted.
  if (what % 7 === 0 && object.kind !== 'contact' && object.attributes['mailEnabled']?.[0] !== 'true') return to(EXISTS, { deleted: true });
  if (what % 7 === 1 && mailbox !== undefined && other !== undefined) return toggled(mailbox);
  if (what % 7 === 2 && object.kind === 'user') {
    const given = formatAssignment({ skuId: `00000000-0000-4000-8000-${value().slice(1).padStart(12, '9')}`, disabledPlans: [], groupId: null, state: 'Active' });
    return to(LICENCES, { attributes: { ...object.attributes, [ASSIGNMENTS]: [...object.attributes[ASSIGNMENTS] ?? [], given] } });
  }
  if (object.kind === 'group' && what % 2 === 0 && other !== undefined) return toggled('members');
  // Nor can somebody be told from Causeway who chooses the manager that Causeway has chosen before.
  if (object.kind === 'user' && what % 3 === 0 && other !== undefined && timeline.hasWritten(keyOf(object.id, 'manager'), other.id)) return null;
  if (object.kind === 'user' && what % 3 === 0 && other !== undefined) return to('manager', { links: { ...object.links, manager: [other.id] } });
  // Nor can somebody who empties what Causeway has emptied before.
  if (what % 5 === 0 && ['jobTitle', 'city', 'givenName'].includes(attribute) && !timeline.isHeld(keyOf(object.id, attribute))) {
    const { [attribute]: _, ...rest } = object.attributes;
    return to(attribute, { attributes: rest });
  }
  return to(attribute, { attributes: { ...object.attributes, [attribute]: [value()] } });
}
