import type { View } from '../../directory/directory.ts';
import { ODATA_TYPE } from '../../directory/objects.ts';
import { RESOURCE, spelling } from '../properties.ts';
import { badRequest, unsupportedQuery } from '../refusal.ts';
import { QUERY, type Capability, type ListKind } from './capabilities.ts';
import { EDM, KIND, type Comparison, type Literal, type Path } from './filter-parser.ts';
import { filterError } from './lexer.ts';

/** A property, or the variable of a lambda, that a clause can compare. */
export interface Operand {
  readonly name: string;
  readonly capability: Capability;
  read(view: View, item: unknown): unknown;
}

/** What a filter may ask of one resource. */
export interface Resource {
  /** @throws GraphRefusal 400 for a name the resource does not have, or one that cannot be filtered. */
  property(path: Path): Operand;
  /** The variable of a lambda or a property of it. @throws GraphRefusal 400. */
  item(collection: string, variable: string, path: Path): Operand;
  /** Spelling of a collection that any() can look into. @throws GraphRefusal 400. */
  collection(path: Path): string;
  /** A collection or relation whose $count can be compared; null: none. @throws GraphRefusal 400 for an unknown name. */
  countable(path: Path): { readonly name: string; count(view: View): number } | null;
  /** @throws GraphRefusal 400 when a constant does not fit its property. */
  checkType(operand: Operand, literal: Literal, operator: Comparison): void;
  /** @throws GraphRefusal 400 for an id that is no GUID. */
  checkId(id: string): void;
  /** @throws GraphRefusal 400 for a day without a time (reported by third parties). */
  checkMoment(literal: Literal): void;
  unsupportedMessage(property: string): string;
  unsupported(property: string): Error;
}

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const TYPE: Readonly<Record<Capability['type'], string>> = { string: 'Edm.String', boolean: 'Edm.Boolean', date: 'Edm.DateTimeOffset', guid: 'Edm.Guid' };
/** Complex properties that a path can enter. */
const COMPLEX: readonly string[] = ['onPremisesExtensionAttributes', 'employeeOrgData', 'passwordProfile'];

/** Type name of a list's objects in messages. */
export function typeName(kind: ListKind): string {
  return kind === 'directoryObject' ? 'microsoft.graph.directoryObject' : ODATA_TYPE[kind].slice(1);
}
/** Spelling of a property; lists of several kinds know every kind's properties. */
export function anySpelling(kind: ListKind, name: string): string | undefined {
  return kind === 'directoryObject' ? spelling('user', name) ?? spelling('group', name) ?? spelling('contact', name) : spelling(kind, name);
}
/** Message of the service for a clause that a property does not support. */
export function unsupportedClause(kind: ListKind, property: string, clause: 'filter' | 'search' = 'filter'): string {
  return `Unsupported or invalid query ${clause} clause specified for property '${property}' of resource '${kind === 'directoryObject' ? 'DirectoryObject' : RESOURCE[kind]}'.`;
}
/** 400 for a relation in a filter (reported by third parties). */
const referenceFilter = (): Error => unsupportedQuery('The specified filter to the reference property query is currently not supported.');

/** What filters may ask of a kind of list. */
export function resource(kind: ListKind): Resource {
  const table = QUERY[kind];
  const paths = lowered(table.properties);
  const collections = lowered(table.collections);
  const relations = lowered(table.relations);
  const unsupported = (property: string): Error => unsupportedQuery(unsupportedClause(kind, property));
  const unknown = (name: string, type: string): Error => filterError(`Could not find a property named '${name}' on type '${type}'.`);

  return {
    property(path) {
      const [first = '', ...rest] = path.names;
      const name = paths.get(path.names.join('/').toLowerCase());
      const capability = name === undefined ? undefined : table.properties[name];
      if (name !== undefined && capability) return { name, capability, read: reader(name) };
      if (relations.has(first.toLowerCase())) throw referenceFilter();
      const whole = anySpelling(kind, first);
      if (whole === undefined) throw unknown(first, typeName(kind));
      if (rest.length === 0 && collections.has(first.toLowerCase())) throw filterError("A binary operator with incompatible types was detected. Found operand types 'Collection' and 'Edm.String' for operator kind 'Equal'.");
      if (rest[0] !== undefined && (!COMPLEX.includes(whole) || whole === 'onPremisesExtensionAttributes')) throw unknown(rest[0], `microsoft.graph.${whole}`);
      throw unsupported(whole);
    },
    item(collection, variable, path) {
      const [first = '', ...rest] = path.names;
      if (first.toLowerCase() !== variable) throw unsupported(collection);
      const items = table.collections[collection]?.items ?? {};
      const inner = rest.join('/').toLowerCase();
      const name = Object.keys(items).find((n) => n.toLowerCase() === inner);
      const capability = name === undefined ? undefined : items[name];
      if (name === undefined || !capability) throw unsupported(collection);
      return { name, capability, read: name === '' ? (_, item) => item : (_, item) => (typeof item === 'object' && item !== null ? (item as Readonly<Record<string, unknown>>)[name] : undefined) };
    },
    collection(path) {
      const [first = '', ...rest] = path.names;
      const name = rest.length === 0 ? collections.get(first.toLowerCase()) : undefined;
      if (name !== undefined) return name;
      if (relations.has(first.toLowerCase())) throw referenceFilter();
      if (anySpelling(kind, first) === undefined) throw unknown(first, typeName(kind));
      throw filterError('Any/All may only be used following a collection.');
    },
    countable(path) {
      const [first = '', ...rest] = path.names;
      const key = first.toLowerCase();
      const collection = collections.get(key);
      if (rest.length === 0 && collection !== undefined) {
        const count = (view: View): number => { const values = view.properties[collection]; return Array.isArray(values) ? values.length : 0; };
        return table.collections[collection]?.countable ? { name: collection, count } : null;
      }
      const relation = relations.get(key);
      if (rest.length === 0 && relation === 'owners' && table.relations[relation]?.countable) return { name: relation, count: (view) => view.owners?.size ?? 0 };
      if (relation === undefined && anySpelling(kind, first) === undefined) throw unknown(first, typeName(kind));
      return null;
    },
    checkType({ capability }, literal, operator) {
      const fits = literal.type === 'null' || literal.type === capability.type;
      if (!fits) throw filterError(`A binary operator with incompatible types was detected. Found operand types '${TYPE[capability.type]}' and '${EDM[literal.type]}' for operator kind '${KIND[operator]}'.`);
    },
    checkId(id) { if (!GUID.test(id)) throw badRequest(`Invalid object identifier '${id}'.`); },
    checkMoment(literal) { if (literal.type === 'date' && !/T/i.test(literal.text)) throw unsupportedQuery("The type of the value doesn't match the property whose type is DateTime"); },
    unsupportedMessage: (property) => unsupportedClause(kind, property),
    unsupported,
  };
}

const lowered = (table: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> => new Map(Object.keys(table).map((n) => [n.toLowerCase(), n]));

function reader(name: string): Operand['read'] {
  if (name === 'id') return (view) => view.object.id;
  const [outer = '', inner] = name.split('/');
  if (inner === undefined) return (view) => view.properties[outer];
  return (view) => {
    const whole = view.properties[outer];
    return typeof whole === 'object' && whole !== null ? (whole as Readonly<Record<string, unknown>>)[inner] : undefined;
  };
}
