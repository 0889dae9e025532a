import type { DirectoryKind } from '../../directory/objects.ts';
import { spelling } from '../properties.ts';
import { badGateway, badRequest, unsupportedQuery } from '../refusal.ts';
import { anySpelling, typeName } from './resource.ts';
import { RELATIONS, type Relation } from './relations.ts';

/** An `$expand` after parsing. */
export interface Expand {
  readonly relation: Relation;
  /** Names as given, in Graph's spelling for some kind; null: what a read gives by default. */
  readonly select: readonly string[] | null;
  /** Managers to follow upwards; null: `$levels` was not given, the direct one is shown. */
  readonly levels: number | null;
}

/** Objects of an expanded collection that Graph gives at most (Graph documentation, "Customize responses with query parameters", $expand). */
export const EXPAND_LIMIT = 20;
/** Largest page of a list that is expanded, whatever `$top` says (same source: directory objects, maximum of 100 objects). */
export const EXPANDED_PAGE = 100;
/** Largest number of `$levels` (Graph documentation, list manager). */
const MOST_LEVELS = 1000;
/** Options of a nested query that OData knows and directory objects do not take. */
const REFUSED = ['filter', 'orderby', 'top', 'skip', 'count', 'search', 'expand', 'format'];

const failed = (message: string): Error => badGateway(`Parsing OData Select and Expand failed: ${message}`);

/**
 * Parses an `$expand`: one relation, `$select` inside, and `$levels` for the manager.
 * @param consistency `eventual` when the request is an advanced query; `$levels` is published for those only.
 * @throws GraphRefusal 400.
 */
export function parseExpand(kind: DirectoryKind, text: string, consistency: 'eventual' | 'default'): Expand {
  const parts = splitOutside(text, ',');
  if (parts.length > 1) throw badRequest('Only one property can be expanded in a single query.');
  const match = /^\s*([\w.*]+)\s*(?:\((.*)\)\s*)?$/s.exec(text);
  const given = match?.[1];
  if (given === undefined) throw failed(`Syntax error at position 0 in '${text}'.`);
  const relation = RELATIONS[kind].find((r) => r.toLowerCase() === given.toLowerCase());
  if (relation === undefined) {
    if (spelling(kind, given) !== undefined) throw failed(`Property '${given}' on type '${typeName(kind)}' is not a navigation property or complex property. Only navigation properties can be expanded.`);
    throw failed(`Could not find a property named '${given}' on type '${typeName(kind)}'.`);
  }
  const options = new Map<string, string>();
  for (const option of match?.[2] === undefined ? [] : splitOutside(match[2], ';')) {
    const pair = /^\s*\$?(\w+)\s*=(.*)$/s.exec(option);
    const name = pair?.[1]?.toLowerCase() ?? '';
    if (REFUSED.includes(name)) throw unsupportedQuery(`The query option '$${name}' is not supported inside $expand.`);
    if ((name !== 'select' && name !== 'levels') || options.has(name)) throw failed(`Term '${option.trim()}' is not valid in a $select or $expand expression.`);
    options.set(name, (pair?.[2] ?? '').trim());
  }
  return { relation, select: readNames(options.get('select')), levels: readLevels(relation, options.get('levels'), consistency) };
}

function readNames(text: string | undefined): readonly string[] | null {
  if (text === undefined) return null;
  return text.split(',').map((word) => {
    const name = word.trim();
    if (name === '') throw failed('Term is not valid in a $select or $expand expression.');
    if (anySpelling('directoryObject', name) === undefined) throw failed(`Could not find a property named '${name}' on type 'microsoft.graph.directoryObject'.`);
    return name;
  });
}

function readLevels(relation: Relation, text: string | undefined, consistency: 'eventual' | 'default'): number | null {
  if (text === undefined) return null;
  const levels = text.toLowerCase() === 'max' ? MOST_LEVELS : /^\d+$/.test(text) ? Number(text) : 0;
  if (levels < 1 || levels > MOST_LEVELS) throw failed(`Invalid value '${text}' for $levels: 'max' or a number between 1 and ${MOST_LEVELS} is expected.`);
  if (relation !== 'manager' || consistency !== 'eventual') throw unsupportedQuery("The query option '$levels' is supported for 'manager' with $count=true and the header 'ConsistencyLevel: eventual' only.");
  return levels;
}

/** Parts between separators that stand in no brackets. */
function splitOutside(text: string, separator: string): readonly string[] {
  const parts = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth++;
    else if (character === ')') depth--;
    if (character === separator && depth === 0) parts.push('');
    else parts[parts.length - 1] += character;
  }
  return parts;
}
