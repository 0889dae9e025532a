import type { Directory, View } from '../directory/directory.ts';
import { ODATA_TYPE, type DirectoryKind } from '../directory/objects.ts';
import { DEFAULT_SELECT, PROPERTIES, spelling } from './properties.ts';
import type { ListKind } from './query/capabilities.ts';
import { EXPAND_LIMIT, parseExpand, type Expand } from './query/expand.ts';
import { relations, type Relations } from './query/relations.ts';
import { anySpelling, typeName } from './query/resource.ts';
import { badGateway, GraphRefusal } from './refusal.ts';

/** What a reader wants of each object. */
export interface Shape {
  readonly select: readonly string[];
  readonly expand: Expand | null;
}

/**
 * Reads `$select` and `$expand` for a kind.
 * @param many a list: properties kept outside the directory are refused with 501.
 * @param consistency `eventual` for a request with advanced query parameters.
 * @throws GraphRefusal naming an unknown property, and for options of lists on a single object.
 */
export function readShape(kind: DirectoryKind, query: ReadonlyMap<string, string>, many: boolean, consistency: 'eventual' | 'default' = 'default'): Shape {
  const select = query.get('select');
  const expand = query.get('expand');
  if (!many && LIST_OPTIONS.some((option) => query.has(option) && !(option === 'count' && expand !== undefined))) throw badGateway(NO_COLLECTION);
  return {
    select: select === undefined ? DEFAULT_SELECT[kind] : readSelect(kind, select, many),
    expand: expand === undefined ? null : parseExpand(kind, expand, consistency),
  };
}

/** Options that lists alone take; `$count` beside the chain of managers is published (Graph documentation, list manager). */
const LIST_OPTIONS = ['filter', 'orderby', 'count', 'skip', 'top', 'search', 'skiptoken', 'deltatoken'];
/** Message of the OData library for the first five, reported by third parties. */
const NO_COLLECTION = 'The query specified in the URI is not valid. The requested resource is not a collection. Query options $filter, $orderby, $count, $skip, and $top can be applied only on collections.';

/** Names of a `$select` in Graph's spelling. For a list of several kinds: those that at least one kind knows. */
export function readSelect(kind: ListKind, text: string, many: boolean): readonly string[] {
  const names: string[] = [];
  for (const word of text.split(',').map((w) => w.trim())) {
    if (word === '') throw badGateway('Parsing OData Select and Expand failed: Term is not valid in a $select or $expand expression.');
    const name = anySpelling(kind, word);
    if (name === undefined) throw badGateway(`Parsing OData Select and Expand failed: Could not find a property named '${word}' on type '${typeName(kind)}'.`);
    if (many && kind !== 'directoryObject' && PROPERTIES[kind][name]?.elsewhere) throw new GraphRefusal(501, 'NotImplemented', 'This operation target is not yet supported.');
    if (!names.includes(name)) names.push(name);
  }
  return names;
}

/** The shape of one object of a list of several kinds: what its own kind knows of the names, or its kind's default. */
export function ownShape(kind: DirectoryKind, select: readonly string[] | null): Shape {
  return { select: select === null ? DEFAULT_SELECT[kind] : [...new Set(select.map((n) => spelling(kind, n)).filter((n) => n !== undefined))], expand: null };
}

/**
 * One object as JSON.
 * @param typed adds `@odata.type`, as lists of mixed kinds do.
 * @param follow relations of the request, for a list that is expanded.
 */
export function render(view: View, shape: Shape, directory: Directory, typed: boolean, follow?: Relations): Record<string, unknown> {
  const { object } = view;
  const out: Record<string, unknown> = typed ? { '@odata.type': ODATA_TYPE[object.kind] } : {};
  const table = PROPERTIES[object.kind];
  for (const name of shape.select) {
    if (name === 'id') out['id'] = object.id;
    else if (name === 'onPremisesExtensionAttributes') out[name] = extensionAttributes(view.properties[name]);
    else if (name === 'passwordProfile') out[name] = null;
    else out[name] = view.properties[name] ?? (table[name]?.type === 'texts' || ARRAYS.has(name) ? [] : null);
  }
  // A deleted user's name is free for others, so the service shows it with the id in front; a late reader still sees the user of before.
  if (object.deletedAt !== null && view.properties === object.properties && typeof out['userPrincipalName'] === 'string') out['userPrincipalName'] = `${object.id.replaceAll('-', '')}${out['userPrincipalName']}`;
  if (shape.expand) expandInto(out, view, shape.expand, directory, follow ?? relations(directory));
  return out;
}
const ARRAYS = new Set(['assignedLicenses', 'assignedPlans', 'licenseAssignmentStates', 'provisionedPlans', 'onPremisesProvisioningErrors', 'serviceProvisioningErrors', 'identities', 'addresses', 'phones']);

function expandInto(out: Record<string, unknown>, view: View, wanted: Expand, directory: Directory, follow: Relations): void {
  const one = (other: View): Record<string, unknown> => render(other, ownShape(other.object.kind, wanted.select), directory, true);
  if (wanted.relation !== 'manager') {
    out[wanted.relation] = follow.of(view, wanted.relation).slice(0, EXPAND_LIMIT).map(one);
    return;
  }
  const seen = new Set([view.object.id]);
  let [place, current] = [out, view];
  for (let level = 0; level < (wanted.levels ?? 1); level++) {
    const [manager] = follow.of(current, 'manager');
    if (!manager || seen.has(manager.object.id)) return;
    seen.add(manager.object.id);
    const shown = one(manager);
    place['manager'] = shown;
    [place, current] = [shown, manager];
  }
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
