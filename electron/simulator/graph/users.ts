import type { View } from '../directory/directory.ts';
import type { GraphAnswer, GraphCall } from './call.ts';
import { delta, isDelta } from './delta/delta.ts';
import { getByIds, isGetByIds } from './get-by-ids.ts';
import { assignLicense, licenseDetails, reprocessLicenseAssignment } from './licences.ts';
import { countOf, isAdvanced, listPage, type ListSource } from './list.ts';
import { membershipAction, relatedObjects, runMembershipAction } from './memberships.ts';
import { need } from './permissions.ts';
import { methodNotAllowed, unknownSegment } from './refusal.ts';
import { readShape, render } from './render.ts';
import { retryServiceProvisioning, syncBehavior } from './sync-behavior.ts';
import { revokeSignInSessions } from './users/account.ts';
import { existingUser, liveUser } from './users/find.ts';
import { sendMail } from './users/send-mail.ts';
import { manager } from './users/manager.ts';
import { createUser, deleteUser, updateUser } from './users/write.ts';

/** `/users`, `/users/$count`, `/users/{id}` and what hangs on it. */
export function users(call: GraphCall): GraphAnswer {
  const [, key, relation, ...rest] = call.segments;
  if (key === undefined) {
    if (call.method === 'GET') { need(call, 'readUsers'); return listPage(call, source(call)); }
    if (call.method === 'POST') return createUser(call);
    throw methodNotAllowed();
  }
  if (isDelta(key)) return delta(call, 'users');
  if (key === '$count') { need(call, 'readUsers'); return countOf(call, source(call)); }
  if (isGetByIds(key)) return getByIds(call);
  if (relation === undefined) return oneUser(call, key);
  if (relation === 'manager') return manager(call, key, rest);
  if (relation === 'memberOf' || relation === 'transitiveMemberOf' || relation === 'directReports' || relation === 'ownedObjects') {
    need(call, 'readUsers');
    return relatedObjects(call, existingUser(call, key), relation, rest);
  }
  if (rest.length > 0) throw unknownSegment(rest[0] ?? '');
  const action = membershipAction(relation);
  if (action) return runMembershipAction(call, existingUser(call, key), action);
  switch (relation.replace(/^microsoft\.graph\./, '')) {
    case 'assignLicense': {
      if (call.method !== 'POST') throw methodNotAllowed();
      need(call, 'assignLicenses');
      liveUser(call, key);
      return assignLicense(call, existingUser(call, key));
    }
    case 'reprocessLicenseAssignment': {
      if (call.method !== 'POST') throw methodNotAllowed();
      need(call, 'assignLicenses');
      liveUser(call, key);
      return reprocessLicenseAssignment(call, existingUser(call, key));
    }
    case 'licenseDetails': {
      if (call.method !== 'GET') throw methodNotAllowed();
      need(call, 'readLicences');
      return licenseDetails(call, existingUser(call, key));
    }
    case 'sendMail': return sendMail(call, key);
    case 'revokeSignInSessions': return revokeSignInSessions(call, key);
    case 'retryServiceProvisioning': return retryServiceProvisioning(call, existingUser(call, key).object);
    case 'onPremisesSyncBehavior': return syncBehavior(call, existingUser(call, key));
    default: throw unknownSegment(relation);
  }
}

function source(call: GraphCall): ListSource {
  const { directory } = call;
  // The keys hold what was written; a reader may still see the value of before. The filter itself decides in any case.
  const candidates = (id: string | undefined): readonly View[] => {
    const found = id === undefined ? undefined : directory.visible(id);
    const late = directory.pending('user').filter((o) => o !== found?.object).map((o) => directory.view(o)).filter((v) => v !== undefined);
    return [...(found?.object.kind === 'user' ? [found] : []), ...late].toSorted((x, y) => x.object.sequence - y.object.sequence);
  };
  return {
    views: (after) => directory.readable('user', 'graph', after), kind: 'user', origin: 'collection', context: 'users',
    lookup: (property, value) => (property === 'id' ? candidates(value.toLowerCase())
      : property === 'userPrincipalName' ? candidates(directory.holderOfUpn(value))
        : property === 'onPremisesImmutableId' ? candidates(directory.holderOfAnchor(value))
          : property === 'proxyAddresses' ? candidates(directory.holderOfAddress(value)) : undefined),
  };
}

function oneUser(call: GraphCall, key: string): GraphAnswer {
  switch (call.method) {
    case 'GET': {
      need(call, 'readUsers');
      const shape = readShape('user', call.query, false, isAdvanced(call) ? 'eventual' : 'default');
      return { status: 200, body: { '@odata.context': `${call.base}/$metadata#users/$entity`, ...render(existingUser(call, key), shape, call.directory, false) } };
    }
    case 'PATCH': return updateUser(call, key);
    case 'DELETE': return deleteUser(call, key);
    default: throw methodNotAllowed();
  }
}
