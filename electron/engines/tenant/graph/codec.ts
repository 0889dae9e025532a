import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { ObjectKind, TargetObject, Values } from '../../../../shared/domain/objects.ts';
import type { AttributeChange } from '../../../../shared/domain/plans.ts';
import { ASSIGNMENTS, formatAssignment } from '../../../../shared/rules/licences.ts';
import { TARGET_ATTRIBUTES, targetAttribute } from '../../../../shared/rules/target-attributes.ts';
import { targetName } from '../../../../shared/rules/target-name.ts';
import type { TargetAttribute } from '../../../../shared/rules/target-attributes.ts';
import type { GraphObject } from './envelopes.ts';

/** Never read: Graph keeps passwords to itself and asks for a special permission to select them. */
const WRITE_ONLY = /^passwordProfile\//;

const attributesOf = (kind: ObjectKind): readonly TargetAttribute[] => TARGET_ATTRIBUTES.filter((one) => one.kinds.includes(kind) && one.shownBy === 'graph' && !WRITE_ONLY.test(one.name));

/**
 * The properties to ask Graph for: all that Causeway knows of that kind, since Graph leaves most out unless asked (Graph
 * documentation, user resource: "returned only on $select").
 * @returns the value of `$select`.
 */
export function selectOf(kind: ObjectKind): string {
  return [...new Set(['id', 'displayName', ...attributesOf(kind).map((one) => one.name.split('/')[0] ?? one.name)])].join(',');
}

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

function at(object: unknown, name: string): unknown {
  return name.split('/').reduce<unknown>((inner, part) => (isRecord(inner) ? inner[part] : undefined), object);
}

/** A single JSON value as text; a licence is told by its sku. Empty text counts as absent, as Graph itself stores it. */
function toText(value: unknown): string | undefined {
  if (typeof value === 'string') return value === '' ? undefined : value;
  if (typeof value === 'boolean' || typeof value === 'number') return String(value);
  return isRecord(value) && typeof value['skuId'] === 'string' ? value['skuId'] : undefined;
}

function toValues(value: unknown): Values {
  return (Array.isArray(value) ? value : [value]).flatMap((one: unknown) => toText(one) ?? []);
}

/** Ways by which a user has its licences; without them (older objects) what `assignedLicenses` tells counts as assigned directly. */
function assignmentTexts(states: unknown, licences: unknown): Values {
  const rows: readonly unknown[] = Array.isArray(states) && states.length > 0 ? states : Array.isArray(licences) ? licences : [];
  const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? value.filter((one) => typeof one === 'string') : []);
  return rows.flatMap((row) => (isRecord(row) && typeof row['skuId'] === 'string' ? [formatAssignment({
    skuId: row['skuId'], disabledPlans: texts(row['disabledPlans']), groupId: typeof row['assignedByGroup'] === 'string' ? row['assignedByGroup'] : null, state: typeof row['state'] === 'string' ? row['state'] : 'Active',
  })] : []));
}

const idOf = (value: unknown): readonly string[] => (isRecord(value) && typeof value['id'] === 'string' ? [value['id']] : []);

/**
 * Turns Graph's JSON into the object that the rest of the program knows: booleans as `true` and `false`, nested properties
 * with a slash, nothing for null, empty text and empty collections.
 * @param more `deleted`: it comes from the recycle bin.
 * @returns the object; `links.manager` only when it has one and the manager was expanded.
 */
export function fromGraph(kind: ObjectKind, json: GraphObject, more: { readonly deleted: boolean } = { deleted: false }): TargetObject {
  const attributes: Record<string, Values> = {};
  for (const { name } of attributesOf(kind)) {
    const values = toValues(at(json, name));
    if (values.length > 0) attributes[name] = values;
  }
  if (kind === 'user') {
    const assignments = assignmentTexts(json['licenseAssignmentStates'], json['assignedLicenses']);
    if (assignments.length > 0) attributes[ASSIGNMENTS] = assignments;
  }
  const manager = idOf(json['manager']);
  return { id: json.id, kind, name: targetName(json.id, attributes), attributes, links: manager.length > 0 ? { manager } : {}, deleted: more.deleted };
}

/**
 * The attributes that a row of a delta query tells, with null for those that were cleared; what the row does not name is as it was. A
 * property of several parts comes whole, so that a part which it leaves out has no value.
 */
export function attributesTold(kind: ObjectKind, row: GraphObject): Readonly<Record<string, Values | null>> {
  const told: Record<string, Values | null> = {};
  for (const { name } of attributesOf(kind)) {
    if (!((name.split('/')[0] ?? name) in row)) continue;
    const values = toValues(at(row, name));
    told[name] = values.length > 0 ? values : null;
  }
  if (kind === 'user' && ('licenseAssignmentStates' in row || 'assignedLicenses' in row)) {
    const assignments = assignmentTexts(row['licenseAssignmentStates'], row['assignedLicenses']);
    told[ASSIGNMENTS] = assignments.length > 0 ? assignments : null;
  }
  return told;
}

function fromValues(kind: ObjectKind, attribute: TargetAttribute, values: Values | null): unknown {
  if (attribute.type === 'texts') return values ?? [];
  const first = values?.[0];
  if (first === undefined) return null;
  if (attribute.type === 'text') return first;
  const lower = first.toLowerCase();
  if (lower === 'true' || lower === 'false') return lower === 'true';
  throw appError(ErrorCode.InvalidInput, `${attribute.name} of a ${kind} must be true or false, not "${first}": correct the mapping rule.`);
}

/**
 * Turns the changes of one operation into the body of a create or an update: null for a cleared value, `[]` for a cleared
 * collection, nested properties as objects. Only what changes is sent (Graph documentation, "Update user": do not include
 * values that have not changed).
 * @param what `create` leaves cleared values out, since there is nothing to clear.
 * @throws AppError INVALID_INPUT for an attribute that Graph cannot write in this way.
 */
export function toGraphBody(kind: ObjectKind, changes: readonly Pick<AttributeChange, 'attribute' | 'after'>[], what: 'create' | 'update'): Readonly<Record<string, unknown>> {
  const body: Record<string, unknown> = {};
  for (const { attribute: name, after } of changes) {
    const attribute = targetAttribute(kind, name);
    if (!attribute) throw appError(ErrorCode.InvalidInput, `"${name}" is no attribute of a ${kind} in Microsoft 365: correct the mapping rule.`);
    const cleared = after === null || after.length === 0;
    if (what === 'create' && cleared) continue;
    if (attribute.service !== 'graph' || !(what === 'create' ? attribute.onCreate : attribute.onUpdate)) {
      throw appError(ErrorCode.InvalidInput, `${attribute.name} of a ${kind} cannot be written through Graph when the object is ${what === 'create' ? 'created' : 'updated'}: correct the mapping rule.`);
    }
    if (what === 'update' && cleared && !attribute.clearable) {
      throw appError(ErrorCode.InvalidInput, `${attribute.name} of a ${kind} cannot be made empty: correct the mapping rule.`);
    }
    const [outer = attribute.name, inner] = attribute.name.split('/');
    const value = fromValues(kind, attribute, after);
    if (inner === undefined) body[outer] = value;
    else body[outer] = { ...(isRecord(body[outer]) ? body[outer] : {}), [inner]: value };
  }
  return body;
}
