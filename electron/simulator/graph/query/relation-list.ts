import type { View } from '../../directory/directory.ts';
import { isUnified, type DirectoryKind } from '../../directory/objects.ts';
import { isEventual, type GraphAnswer, type GraphCall } from '../call.ts';
import { countOf, isAdvanced, listPage, type ListSource } from '../list.ts';
import { methodNotAllowed, unknownSegment, unsupportedQuery } from '../refusal.ts';
import { relations, type Relation } from './relations.ts';

const KIND_OF_TYPE: Readonly<Record<string, DirectoryKind>> = { 'microsoft.graph.user': 'user', 'microsoft.graph.group': 'group', 'microsoft.graph.orgContact': 'contact' };

/**
 * `/.../{relation}` with an OData cast, `/$count` and `/$ref` (Graph documentation, list members, list memberOf, list directReports).
 * @param rest segments behind the relation.
 * @throws GraphRefusal 400 for a cast without advanced query parameters, and for groups among the members of a Microsoft 365 group.
 */
export function relationList(call: GraphCall, of: View, relation: Relation, rest: readonly string[]): GraphAnswer {
  if (call.method !== 'GET') throw methodNotAllowed();
  const [first, second, ...more] = rest;
  const kind = KIND_OF_TYPE[first ?? ''];
  if (more.length > 0 || (second !== undefined && (kind === undefined || second !== '$count'))) throw unknownSegment(second ?? more[0] ?? '');
  const { directory } = call;
  const views = (): readonly View[] => call.lists.ordered(JSON.stringify([of.object.id, relation]), directory, () => relations(directory).of(of, relation));
  const mixed: ListSource = { views, kind: 'directoryObject', origin: 'relation', context: 'directoryObjects' };
  if (first === undefined) return listPage(call, mixed);
  if (first === '$count') return countOf(call, mixed);
  if (first === '$ref') return references(call, mixed);
  if (kind === undefined) throw unknownSegment(first);
  if (kind === 'group' && isUnified(of.object) && relation === 'members') throw unsupportedQuery('The specified query is not supported for groups of type Unified.');
  const cast: ListSource = { ...mixed, views: () => views().filter((view) => view.object.kind === kind), kind, context: kind === 'contact' ? 'contacts' : `${kind}s` };
  if (second === '$count') return countOf(call, cast);
  if (!isAdvanced(call) && !(call.query.has('search') && isEventual(call))) throw unsupportedQuery('Unsupported Query.');
  return listPage(call, cast);
}

function references(call: GraphCall, source: ListSource): GraphAnswer {
  const page = listPage({ ...call, query: new Map([...call.query].filter(([name]) => name !== 'select')) }, source);
  const body = page.body as { readonly value: readonly { readonly id: string }[] };
  return { ...page, body: { ...body, value: body.value.map(({ id }) => ({ '@odata.id': `${call.base}/directoryObjects/${id}` })) } };
}
