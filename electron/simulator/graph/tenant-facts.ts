import type { View } from '../directory/directory.ts';
import { textsOf } from '../directory/objects.ts';
import type { GraphAnswer, GraphCall } from './call.ts';
import { delta, isDelta } from './delta/delta.ts';
import { getByIds, isGetByIds, presenter } from './get-by-ids.ts';
import { skuRow } from './licences.ts';
import { countOf, isAdvanced, listPage, type ListSource } from './list.ts';
import { membershipAction, relatedObjects, runMembershipAction } from './memberships.ts';
import { need } from './permissions.ts';
import { methodNotAllowed, notFound, notSimulated, unknownSegment, unsupportedQuery } from './refusal.ts';
import { readShape, render } from './render.ts';
import { retryServiceProvisioning, syncBehavior } from './sync-behavior.ts';
import { readManager } from './users/manager.ts';

const ALL_IN_ONE = 'This resource does not support custom page sizes. Please retry without a page size argument.';

/** Options that some of these resources take in the service and none takes here: refused, because an ignored filter gives a wrong answer. */
const LEFT_OUT = ['filter', 'search', 'orderby', 'expand', 'skip', 'skiptoken'];

/** @throws GraphRefusal 400 for a page size, 501 for {@link LEFT_OUT}. */
function wholeOnly(call: GraphCall): void {
  if (call.query.has('top')) throw unsupportedQuery(ALL_IN_ONE);
  const option = LEFT_OUT.find((name) => call.query.has(name)) ?? (isAdvanced(call) ? 'count' : undefined);
  if (option !== undefined) throw notSimulated(`$${option} of ${call.segments.join('/')}`);
}

/** `$select`. @throws GraphRefusal 501 for a property that is not kept here, which the service may know. */
function pick(all: Record<string, unknown>, { query, segments }: GraphCall): Record<string, unknown> {
  const names = query.get('select')?.split(',').map((w) => w.trim());
  const wrong = names?.find((n) => !Object.hasOwn(all, n));
  if (wrong !== undefined) throw notSimulated(`the property '${wrong}' of ${segments.join('/')}`);
  return names ? Object.fromEntries(Object.entries(all).filter(([n]) => names.includes(n))) : all;
}
function collection(call: GraphCall, context: string, value: readonly Record<string, unknown>[]): GraphAnswer {
  wholeOnly(call);
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#${context}`, value: value.map((v) => pick(v, call)) } };
}
const readOnly = (call: GraphCall): void => { if (call.method !== 'GET') throw methodNotAllowed(); };

/** `/organization` and `/organization/{id}`. */
export function organization(call: GraphCall): GraphAnswer {
  readOnly(call);
  need(call, 'readOrganization');
  const { facts } = call.directory;
  const body = {
    id: facts.id, displayName: facts.displayName, countryLetterCode: facts.countryLetterCode, tenantType: 'AAD', onPremisesSyncEnabled: facts.onPremisesSyncEnabled ? true : null,
    onPremisesLastSyncDateTime: facts.onPremisesSyncEnabled ? new Date(call.clock.now()).toISOString() : null,
    verifiedDomains: facts.domains.filter((d) => d.isVerified).map((d) => ({ capabilities: 'Email, OfficeCommunicationsOnline', isDefault: d.isDefault, isInitial: d.isInitial, name: d.name, type: d.federated ? 'Federated' : 'Managed' })),
  };
  const key = call.segments[1];
  if (key === undefined) return collection(call, 'organization', [body]);
  if (key.toLowerCase() !== facts.id) throw notFound(key);
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#organization/$entity`, ...pick(body, call) } };
}

/** `/domains` and `/domains/{name}`. */
export function domains(call: GraphCall): GraphAnswer {
  readOnly(call);
  need(call, 'readDomains');
  const all = call.directory.facts.domains.map((d) => ({
    id: d.name, authenticationType: d.federated ? 'Federated' : 'Managed', isAdminManaged: true, isDefault: d.isDefault, isInitial: d.isInitial, isRoot: true,
    isVerified: d.isVerified, supportedServices: ['Email', 'OfficeCommunicationsOnline'],
  }));
  const key = call.segments[1];
  if (key === undefined) return collection(call, 'domains', all);
  const found = all.find((d) => d.id.toLowerCase() === key.toLowerCase());
  if (!found) throw notFound(key);
  if (call.segments[2] === 'domainNameReferences') return domainNameReferences(call, found.id);
  if (call.segments[2] !== undefined) throw unknownSegment(call.segments[2]);
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#domains/$entity`, ...pick(found, call) } };
}

/** `/subscribedSkus`: always whole, `$top` is refused. */
export function subscribedSkus(call: GraphCall): GraphAnswer {
  readOnly(call);
  need(call, 'readSkus');
  return collection(call, 'subscribedSkus', call.directory.skus.map((s) => skuRow(call, s)));
}

/** `/directoryRoles` and `/directoryRoles/{id}/members`, read only. */
export function directoryRoles(call: GraphCall): GraphAnswer {
  readOnly(call);
  need(call, 'readRoles');
  wholeOnly(call);
  const [, key, relation] = call.segments;
  const { roles } = call.directory;
  if (key === undefined) return collection(call, 'directoryRoles', roles.map(({ id, roleTemplateId, displayName }) => ({ id, deletedDateTime: null, description: displayName, displayName, roleTemplateId })));
  const role = roles.find((r) => r.id === key.toLowerCase() || `roleTemplateId=${r.roleTemplateId}` === key);
  if (!role) throw notFound(key);
  if (relation !== 'members') throw unknownSegment(relation ?? key);
  const views = [...role.memberIds].map((id) => call.directory.visible(id)).filter((v) => v !== undefined);
  const shape = readShape('user', call.query, true);
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#directoryObjects`, value: views.map((v) => render(v, shape, call.directory, true)) } };
}

/** `/roleManagement/directory/roleAssignments`: who holds which role, read only. */
export function roleManagement(call: GraphCall): GraphAnswer {
  readOnly(call);
  need(call, 'readRoles');
  if (call.segments[1] !== 'directory' || call.segments[2] !== 'roleAssignments') throw unknownSegment(call.segments[2] ?? call.segments[1] ?? 'roleManagement');
  const rows = call.directory.roles.flatMap((r) => [...r.memberIds].map((principalId) => ({ id: `${r.id}.${principalId}`, principalId, roleDefinitionId: r.roleTemplateId, directoryScopeId: '/', resourceScope: '/' })));
  return collection(call, 'roleManagement/directory/roleAssignments', rows);
}

/** `/contacts`: organisational contacts, read only in Graph. */
export function contacts(call: GraphCall): GraphAnswer {
  const { directory } = call;
  const [, key, relation, ...rest] = call.segments;
  if (key !== undefined && isGetByIds(key)) return getByIds(call);
  const isAction = relation !== undefined && call.method !== 'GET';
  if (!isAction) readOnly(call);
  need(call, 'readContacts');
  const source: ListSource = { views: (after) => directory.readable('contact', 'graph', after), kind: 'contact', origin: 'collection', context: 'contacts' };
  if (key === undefined) return listPage(call, source);
  if (isDelta(key)) return delta(call, 'contacts');
  if (key === '$count') return countOf(call, source);
  const view = directory.visible(key);
  if (!view || view.object.kind !== 'contact') throw notFound(key);
  if (relation === undefined) return { status: 200, body: { '@odata.context': `${call.base}/$metadata#contacts/$entity`, ...render(view, readShape('contact', call.query, false), directory, false) } };
  if (relation === 'memberOf' || relation === 'transitiveMemberOf' || relation === 'directReports') return relatedObjects(call, view, relation, rest);
  if (relation === 'manager') return readManager(call, view, rest);
  if (rest.length > 0) throw unknownSegment(rest[0] ?? '');
  const action = membershipAction(relation);
  if (action) return runMembershipAction(call, view, action);
  if (/^(microsoft\.graph\.)?retryServiceProvisioning$/.test(relation)) return retryServiceProvisioning(call, view.object);
  if (relation === 'onPremisesSyncBehavior') return syncBehavior(call, view);
  throw unknownSegment(relation);
}

/** `/directoryObjects/getByIds`, `/directoryObjects/{id}` and the actions on its memberships. */
export function directoryObjects(call: GraphCall): GraphAnswer {
  const [, key, relation, ...rest] = call.segments;
  if (key !== undefined && isDelta(key)) return delta(call, 'directoryObjects');
  if (key !== undefined && isGetByIds(key)) return getByIds(call);
  if (key !== undefined && /^(microsoft\.graph\.)?validateProperties$/.test(key)) throw notSimulated('the naming policy of groups');
  const view = key === undefined ? undefined : call.directory.visible(key);
  if (relation === undefined) {
    readOnly(call);
    need(call, 'readObjects');
    if (!view) throw notFound(key ?? 'directoryObjects');
    return { status: 200, body: { '@odata.context': `${call.base}/$metadata#directoryObjects/$entity`, ...presenter(call)(view) } };
  }
  const action = rest.length === 0 ? membershipAction(relation) : undefined;
  if (!action) throw unknownSegment(relation);
  if (!view) throw notFound(key ?? '');
  return runMembershipAction(call, view, action);
}

/** `/contracts`: partners' customers, of which this tenant has none. */
export function contracts(call: GraphCall): GraphAnswer {
  readOnly(call);
  need(call, 'readObjects');
  return collection(call, 'contracts', []);
}

/** `/domains/{name}/domainNameReferences`: users and groups whose names or addresses use a domain (Graph documentation, list domainNameReferences). */
function domainNameReferences(call: GraphCall, domain: string): GraphAnswer {
  const { directory } = call;
  const suffix = `@${domain.toLowerCase()}`;
  const uses = ({ properties }: View): boolean => [properties['userPrincipalName'], properties['mail'], ...textsOf({ properties }, 'proxyAddresses')].some((t) => typeof t === 'string' && t.toLowerCase().endsWith(suffix));
  const views = (): View[] => [...directory.readable('user'), ...directory.readable('group')].filter(uses).toSorted((a, b) => a.object.sequence - b.object.sequence);
  return listPage(call, { views, kind: 'directoryObject', origin: 'relation', context: 'directoryObjects' });
}
