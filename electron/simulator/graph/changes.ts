import type { DirectoryKind } from '../directory/objects.ts';
import { bodyObject, type GraphCall } from './call.ts';
import { PROPERTIES, RESOURCE, type PropertyRule } from './properties.ts';
import { badGateway, badRequest, invalidValue, notFound, readOnlyProperty } from './refusal.ts';
import { isExtensionAttribute } from './render.ts';

/** A checked write: property values and references to bind. */
export interface Changes {
  readonly values: Readonly<Record<string, unknown>>;
  /** Ids of `members@odata.bind` and `owners@odata.bind`; undefined when the body has none. */
  readonly members: readonly string[] | undefined;
  readonly owners: readonly string[] | undefined;
}

/** References one request may bind (Graph documentation, create group, update group, add members). */
export const BIND_LIMIT = 20;

/**
 * Checks the body of a POST or PATCH on a user or group against the property table: names, types, lengths, access, null.
 * Rules that need the directory (uniqueness, domains) are the caller's.
 */
export function readChanges(call: GraphCall, kind: 'user' | 'group', mode: 'create' | 'update'): Changes {
  const values: Record<string, unknown> = {};
  let members: readonly string[] | undefined;
  let owners: readonly string[] | undefined;
  for (const [name, value] of Object.entries(bodyObject(call))) {
    if (name === '@odata.type' || name === '@odata.context' || name === '@odata.id') continue;
    // Given by the address of an upsert only (Graph documentation, group resource: uniqueName, "Immutable. Read-only").
    if (kind === 'group' && name === 'uniqueName') throw readOnlyProperty(name);
    if (kind === 'group' && name === 'members@odata.bind') members = references(value, name);
    else if (kind === 'group' && name === 'owners@odata.bind') owners = references(value, name);
    else values[name] = checked(kind, name, value, mode);
  }
  if ((members?.length ?? 0) + (owners?.length ?? 0) > BIND_LIMIT) throw badRequest(`The number of references in the request exceeds the maximum of ${BIND_LIMIT}.`);
  return { values, members, owners };
}

function checked(kind: DirectoryKind, name: string, value: unknown, mode: 'create' | 'update'): unknown {
  const rule = PROPERTIES[kind][name];
  const resource = RESOURCE[kind];
  if (!rule) throw badRequest(`Invalid property '${name}'.`);
  if (rule.access === 'read') throw readOnlyProperty(name);
  if (rule.access !== 'write' && rule.access !== mode) throw badRequest(mode === 'create' ? `Property '${name}' cannot be set when the object is created. Update the object instead.` : readOnlyProperty(name).message);
  if (value === null) {
    if (!rule.nullable) throw invalidValue(name, resource);
    return null;
  }
  checkType(name, value, rule);
  if (rule.type === 'text') checkText(name, value as string, rule, resource);
  if (rule.type === 'texts') for (const text of value as string[]) checkText(name, text, rule, resource);
  const parts = PARTS[name];
  if (parts) for (const [key, part] of Object.entries(value as object)) checkPart(name, key, part, parts, resource);
  if (name === 'onPremisesExtensionAttributes') for (const [key, text] of Object.entries(value as object)) {
    if (!isExtensionAttribute(key)) throw badRequest(`Invalid property '${key}'.`);
    if (text !== null && (typeof text !== 'string' || text === '' || text.length > rule.max)) throw invalidValue(key, resource);
  }
  return value;
}

/** Parts of complex values with their types (Graph CSDL v1.0: passwordProfile, employeeOrgData). */
const PARTS: Readonly<Record<string, Readonly<Record<string, 'text' | 'boolean'>>>> = {
  passwordProfile: { password: 'text', forceChangePasswordNextSignIn: 'boolean', forceChangePasswordNextSignInWithMfa: 'boolean' },
  employeeOrgData: { division: 'text', costCenter: 'text' },
};

function checkPart(name: string, key: string, part: unknown, parts: Readonly<Record<string, 'text' | 'boolean'>>, resource: string): void {
  if (key.startsWith('@odata.')) return;
  const type = parts[key];
  if (type === undefined) throw badRequest(`Invalid property '${key}'.`);
  if (part === null) return;
  if (typeof part !== (type === 'text' ? 'string' : 'boolean')) throw badGateway(`Cannot convert the value of property '${key}' to the expected type '${EDM[type]}'.`);
  if (part === '') throw invalidValue(`${name}/${key}`, resource);
}

const EDM: Readonly<Record<PropertyRule['type'], string>> = { text: 'Edm.String', boolean: 'Edm.Boolean', texts: 'Collection(Edm.String)', object: 'Edm.ComplexType', number: 'Edm.Int32' };

function checkType(name: string, value: unknown, rule: PropertyRule): void {
  const fits = rule.type === 'text' ? typeof value === 'string'
    : rule.type === 'boolean' ? typeof value === 'boolean'
      : rule.type === 'number' ? typeof value === 'number'
        : rule.type === 'texts' ? Array.isArray(value) && value.every((v) => typeof v === 'string')
          : typeof value === 'object' && !Array.isArray(value);
  if (!fits) throw badGateway(`Cannot convert the value of property '${name}' to the expected type '${EDM[rule.type]}'.`);
}

function checkText(name: string, text: string, rule: PropertyRule, resource: string): void {
  // The directory takes null for "no value" and refuses an empty text. That a blank one is refused too is not published.
  if (text.trim() === '' || (rule.max > 0 && text.length > rule.max)) throw invalidValue(name, resource);
}

const COLLECTIONS = 'directoryObjects|users|groups|contacts|devices|servicePrincipals';
const REFERENCE = new RegExp(`^https?://[^/]+/(?:v1\\.0|beta)/(?:[0-9a-f-]{36}/)?(?:${COLLECTIONS})(?:/|\\(')([^/')]+)(?:'\\))?$`, 'i');

/** Id that an `@odata.id` address names. @throws GraphRefusal when it is no such address. */
export function referencedId(value: unknown): string {
  const id = typeof value === 'string' ? REFERENCE.exec(value)?.[1] : undefined;
  if (id === undefined) throw badRequest('Invalid URL format specified in @odata.id.');
  if (!GUID.test(id)) throw notFound(id);
  return id.toLowerCase();
}

function references(value: unknown, name: string): readonly string[] {
  if (!Array.isArray(value)) throw badGateway(`Cannot convert the value of property '${name}' to the expected type 'Collection(Edm.String)'.`);
  return value.map(referencedId);
}

/** Dashed GUID in any letter case. */
export const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
