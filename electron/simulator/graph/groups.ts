import type { View } from '../directory/directory.ts';
import { alternateKey, type GraphAnswer, type GraphCall } from './call.ts';
import { GUID } from './changes.ts';
import { delta, isDelta } from './delta/delta.ts';
import { getByIds, isGetByIds } from './get-by-ids.ts';
import { createGroup } from './groups/create.ts';
import { deleteGroup, updateGroup } from './groups/update.ts';
import { assignGroupLicense } from './licences.ts';
import { countOf, isAdvanced, listPage, type ListSource } from './list.ts';
import { related } from './members.ts';
import { membershipAction, relatedObjects, runMembershipAction } from './memberships.ts';
import { need } from './permissions.ts';
import { badRequest, methodNotAllowed, notFound, notSimulated, unknownSegment } from './refusal.ts';
import { readShape, render } from './render.ts';
import { retryServiceProvisioning, syncBehavior } from './sync-behavior.ts';

/** `/groups`, `/groups/{id}` and what hangs on it. */
export function groups(call: GraphCall): GraphAnswer {
  const [, key, ...rest] = call.segments;
  if (key === undefined) {
    if (call.method === 'GET') { need(call, 'readGroups'); return listPage(call, source(call)); }
    if (call.method === 'POST') return createGroup(call);
    throw methodNotAllowed();
  }
  if (isDelta(key)) return delta(call, 'groups');
  if (key === '$count') { need(call, 'readGroups'); return countOf(call, source(call)); }
  if (isGetByIds(key)) return getByIds(call);
  const uniqueName = alternateKey(key, 'uniqueName');
  const view = uniqueName === undefined ? byId(call, key) : byUniqueName(call, uniqueName);
  if (!view) {
    // An upsert (Graph documentation, upsert group); without the header it is an update of a group that is not there.
    if (uniqueName !== undefined && rest.length === 0 && call.method === 'PATCH' && prefersCreation(call)) return createGroup(call, uniqueName);
    throw notFound(uniqueName ?? key);
  }
  const [relation, ...more] = rest;
  switch (relation?.replace(/^microsoft\.graph\./, '')) {
    case undefined: return oneGroup(call, view);
    case 'members': case 'owners': case 'transitiveMembers': return related(call, view, rest);
    case 'memberOf': case 'transitiveMemberOf': { need(call, 'readGroups'); return relatedObjects(call, view, relation === 'memberOf' ? relation : 'transitiveMemberOf', more); }
    default:
  }
  if (more.length > 0) throw unknownSegment(more[0] ?? '');
  const action = membershipAction(relation ?? '');
  if (action) return runMembershipAction(call, view, action);
  switch (relation?.replace(/^microsoft\.graph\./, '')) {
    case 'assignLicense': {
      if (call.method !== 'POST') throw methodNotAllowed();
      need(call, 'assignGroupLicenses');
      if (view.object.place !== 'live') throw notFound(key);
      return assignGroupLicense(call, view);
    }
    case 'retryServiceProvisioning': return retryServiceProvisioning(call, view.object);
    case 'onPremisesSyncBehavior': return syncBehavior(call, view);
    case 'validateProperties': throw notSimulated('the naming policy of groups');
    default: throw unknownSegment(relation ?? '');
  }
}

function byId({ directory }: GraphCall, key: string): View | undefined {
  if (!GUID.test(key)) throw badRequest(`Invalid object identifier '${key}'.`);
  const view = directory.visible(key);
  return view?.object.kind === 'group' ? view : undefined;
}

function byUniqueName({ directory }: GraphCall, uniqueName: string): View | undefined {
  const holder = directory.holderOfUniqueName(uniqueName);
  return holder === undefined ? undefined : directory.visible(holder);
}

/** True for `Prefer: create-if-missing`, alone or among other preferences (RFC 7240). */
function prefersCreation(call: GraphCall): boolean {
  return (call.headers['prefer'] ?? '').split(',').some((p) => p.trim().toLowerCase() === 'create-if-missing');
}

function source(call: GraphCall): ListSource {
  const { directory } = call;
  return {
    views: (after) => directory.readable('group', 'graph', after), kind: 'group', origin: 'collection', context: 'groups',
    lookup: (property, value) => {
      if (property !== 'id') return undefined;
      const view = directory.visible(value);
      return view?.object.kind === 'group' ? [view] : [];
    },
  };
}

function oneGroup(call: GraphCall, view: View): GraphAnswer {
  const { directory } = call;
  switch (call.method) {
    case 'GET': {
      need(call, 'readGroups');
      return { status: 200, body: { '@odata.context': `${call.base}/$metadata#groups/$entity`, ...render(view, readShape('group', call.query, false, isAdvanced(call) ? 'eventual' : 'default'), directory, false) } };
    }
    case 'PATCH': return updateGroup(call, view.object);
    case 'DELETE': return deleteGroup(call, view.object);
    default: throw methodNotAllowed();
  }
}
