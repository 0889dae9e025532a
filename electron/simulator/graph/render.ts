import type { Directory, View } from '../directory/directory.ts';
import { ODATA_TYPE, type DirectoryKind } from '../directory/objects.ts';
import { DEFAULT_SELECT, PROPERTIES, spelling } from './properties.ts';
import { badGateway, badRequest, GraphRefusal } from './refusal.ts';

/** What a reader wants of each object. */
export interface Shape {
  readonly select: readonly string[];
  readonly expand: { readonly relation: 'manager' | 'members' | 'owners'; readonly select: readonly string[] | null } | null;
}

/** Objects of an expanded collection that Graph gives at most (Graph documentation, query parameters: $expand). */
const EXPAND_LIMIT = 20;

/**
 * Reads `$select` and `$expand` for a kind.
 * @param many a list: properties kept outside the directory are refused with 501.
 * @throws GraphRefusal naming an unknown property.
 */
export function readShape(kind: DirectoryKind, query: ReadonlyMap<string, string>, many: boolean): Shape {
  const select = query.get('select');
  return { select: select === undefined ? DEFAULT_SELECT[kind] : readSelect(kind, select, many), expand: readExpand(kind, query.get('expand')) };
}

/** Names of a `$select` in Graph's spelling. */
export function readSelect(kind: DirectoryKind, text: string, many: boolean): readonly string[] {
  const names: string[] = [];
  for (const word of text.split(',').map((w) => w.trim())) {
    if (word === '' ) throw badGateway('Parsing OData Select and Expand failed: Term is not valid in a $select or $expand expression.');
    const name = spelling(kind, word);
    const type = ODATA_TYPE[kind].slice(1);
    if (name === undefined) throw badGateway(`Parsing OData Select and Expand failed: Could not find a property named '${word}' on type '${type}'.`);
    if (many && PROPERTIES[kind][name]?.elsewhere) throw new GraphRefusal(501, 'NotImplemented', 'This operation target is not yet supported.');
    if (!names.includes(name)) names.push(name);
  }
  return names;
}

function readExpand(kind: DirectoryKind, text: string | undefined): Shape['expand'] {
  if (text === undefined) return null;
  const match = /^\s*(\w+)\s*(?:\(\s*\$select\s*=\s*([\w,\s]+)\)\s*)?$/.exec(text);
  const relation = match?.[1];
  const allowed = kind === 'user' ? ['manager'] : kind === 'group' ? ['members', 'owners'] : [];
  if (!match || relation === undefined || !allowed.includes(relation)) throw badGateway(`Parsing OData Select and Expand failed: Could not find a property named '${relation ?? text}' on type '${ODATA_TYPE[kind].slice(1)}'.`);
  if (text.split(',').length > 1 && !match[2]) throw badRequest('Only one property can be expanded in a single query.');
  return { relation: relation as 'manager' | 'members' | 'owners', select: match[2] === undefined ? null : match[2].split(',').map((w) => w.trim()) };
}

/**
 * One object as JSON.
 * @param typed adds `@odata.type`, as lists of mixed kinds do.
 */
export function render(view: View, shape: Shape, directory: Directory, typed: boolean): Record<string, unknown> {
  const { object } = view;
  const out: Record<string, unknown> = typed ? { '@odata.type': ODATA_TYPE[object.kind] } : {};
  const table = PROPERTIES[object.kind];
  for (const name of shape.select) {
    if (name === 'id') out['id'] = object.id;
    else if (name === 'onPremisesExtensionAttributes') out[name] = extensionAttributes(view.properties[name]);
    else if (name === 'passwordProfile') out[name] = null;
    else out[name] = view.properties[name] ?? (table[name]?.type === 'texts' || ARRAYS.has(name) ? [] : null);
  }
  // A deleted user's name is free for others, so the service shows it with the id in front.
  if (object.deletedAt !== null && typeof out['userPrincipalName'] === 'string') out['userPrincipalName'] = `${object.id.replaceAll('-', '')}${out['userPrincipalName']}`;
  if (shape.expand) expand(out, view, shape.expand, directory);
  return out;
}
const ARRAYS = new Set(['assignedLicenses', 'assignedPlans', 'licenseAssignmentStates', 'provisionedPlans', 'onPremisesProvisioningErrors', 'serviceProvisioningErrors', 'identities', 'addresses', 'phones']);

function expand(out: Record<string, unknown>, view: View, wanted: NonNullable<Shape['expand']>, directory: Directory): void {
  const one = (id: string): Record<string, unknown> | undefined => {
    const other = directory.visible(id);
    if (!other) return undefined;
    const { kind } = other.object;
    const select = wanted.select === null ? DEFAULT_SELECT[kind] : wanted.select.map((w) => spelling(kind, w)).filter((n) => n !== undefined);
    return render(other, { select, expand: null }, directory, true);
  };
  if (wanted.relation === 'manager') {
    const manager = view.manager === null ? undefined : one(view.manager);
    if (manager) out['manager'] = manager;
    return;
  }
  const ids = wanted.relation === 'members' ? view.members : view.object.owners;
  const found: Record<string, unknown>[] = [];
  for (const id of ids ?? []) {
    const other = one(id);
    if (other) found.push(other);
    if (found.length === EXPAND_LIMIT) break;
  }
  out[wanted.relation] = found;
}

const EXTENSIONS = Array.from({ length: 15 }, (_, i) => `extensionAttribute${i + 1}`);

const NO_EXTENSIONS: Readonly<Record<string, null>> = Object.freeze(Object.fromEntries(EXTENSIONS.map((n) => [n, null])));

/** The fifteen values, null where none is set. */
function extensionAttributes(value: unknown): Readonly<Record<string, unknown>> {
  if (value === undefined) return NO_EXTENSIONS;
  const set = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return Object.fromEntries(EXTENSIONS.map((n) => [n, set[n] ?? null]));
}

/** Names a client may set inside onPremisesExtensionAttributes. */
export function isExtensionAttribute(name: string): boolean { return EXTENSIONS.includes(name); }
