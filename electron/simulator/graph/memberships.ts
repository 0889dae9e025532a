import type { View } from '../directory/directory.ts';
import { ODATA_TYPE, type DirectoryKind } from '../directory/objects.ts';
import { bodyObject, type GraphAnswer, type GraphCall } from './call.ts';
import { GUID } from './changes.ts';
import { holds, need, READ_OF } from './permissions.ts';
import { relationList } from './query/relation-list.ts';
import { relations, type Relation } from './query/relations.ts';
import { badGateway, badRequest, GraphRefusal, methodNotAllowed } from './refusal.ts';

const KIND_OF_TYPE: ReadonlyMap<unknown, DirectoryKind> = new Map((Object.keys(ODATA_TYPE) as DirectoryKind[]).map((kind) => [ODATA_TYPE[kind], kind]));

/**
 * A list of related objects. Those of a kind that the caller may not read are listed with type and id only
 * (Graph documentation, "Limited information returned for inaccessible member objects").
 */
export function relatedObjects(call: GraphCall, of: View, relation: Relation, rest: readonly string[]): GraphAnswer {
  const answer = relationList(call, of, relation, rest);
  const body = answer.body as { readonly value?: readonly Record<string, unknown>[] } | string;
  if (typeof body === 'string' || !body.value) return answer;
  return { ...answer, body: { ...body, value: body.value.map((item) => limited(call, item)) } };
}

function limited(call: GraphCall, item: Record<string, unknown>): Record<string, unknown> {
  const kind = KIND_OF_TYPE.get(item['@odata.type']);
  if (kind === undefined || holds(call, READ_OF[kind])) return item;
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [name, name === 'id' || name.startsWith('@') ? value : Array.isArray(value) ? [] : null]));
}

/** Ids that one check may name (Graph documentation, checkMemberGroups, checkMemberObjects). */
const CHECK_LIMIT = 20;
/** Ids that one answer may have; more is an error, not a page (Graph documentation, getMemberGroups, getMemberObjects). */
const ANSWER_LIMIT = 11_000;

/** `getMemberGroups`, `checkMemberGroups` and the same for objects, with directory roles among the latter; memberships through groups count. */
export type MembershipAction = 'getMemberGroups' | 'getMemberObjects' | 'checkMemberGroups' | 'checkMemberObjects';

/** The action behind an object that a segment names, with or without `microsoft.graph.`; undefined for another segment. */
export function membershipAction(segment: string): MembershipAction | undefined {
  const name = /^(?:microsoft\.graph\.)?((?:get|check)Member(?:Groups|Objects))$/.exec(segment)?.[1];
  return name as MembershipAction | undefined;
}

/** Runs an action. @throws GraphRefusal 400 for a wrong body or too many ids. */
export function runMembershipAction(call: GraphCall, of: View, action: MembershipAction): GraphAnswer {
  if (call.method !== 'POST') throw methodNotAllowed();
  need(call, READ_OF[of.object.kind]);
  need(call, 'readGroups');
  const body = bodyObject(call);
  const reached = relations(call.directory).of(of, 'transitiveMemberOf').filter((v) => v.object.kind === 'group');
  const roles = action.endsWith('Objects') ? call.directory.roles.filter((r) => r.memberIds.has(of.object.id)).map((r) => r.id) : [];
  const answer = (value: readonly string[]): GraphAnswer => ({ status: 200, body: { '@odata.context': `${call.base}/$metadata#Collection(Edm.String)`, value } });
  if (action.startsWith('check')) {
    const parameter = action === 'checkMemberGroups' ? 'groupIds' : 'ids';
    const asked = body[parameter];
    if (!Array.isArray(asked) || !asked.every((i) => typeof i === 'string' && GUID.test(i))) throw badRequest(`Invalid GUID value specified in the parameter '${parameter}'.`);
    if (asked.length > CHECK_LIMIT) throw badRequest(`The number of ids exceeds the maximum of ${CHECK_LIMIT}.`);
    const found = new Set([...reached.map((v) => v.object.id), ...roles]);
    return answer((asked as string[]).map((i) => i.toLowerCase()).filter((i) => found.has(i)));
  }
  const only = body['securityEnabledOnly'];
  if (only !== undefined && typeof only !== 'boolean') throw badGateway("Cannot convert the value of parameter 'securityEnabledOnly' to the expected type 'Edm.Boolean'.");
  if (only === true && of.object.kind !== 'user') throw badRequest("The parameter 'securityEnabledOnly' can be true for users and service principals only.");
  const ids = [...reached.filter((v) => only !== true || v.properties['securityEnabled'] === true).map((v) => v.object.id), ...roles];
  if (ids.length > ANSWER_LIMIT) throw new GraphRefusal(400, 'Directory_ResultSizeLimitExceeded', 'The size of the response is too big. Reduce the number of results.');
  return answer(ids);
}
