import type { DirectoryKind } from '../directory/objects.ts';
import { bodyObject, type GraphAnswer, type GraphCall } from './call.ts';
import { GUID } from './changes.ts';
import { listPage } from './list.ts';
import { need } from './permissions.ts';
import { DEFAULT_SELECT, spelling } from './properties.ts';
import { badRequest, methodNotAllowed, notFound, notSimulated, unknownSegment, unsupportedQuery } from './refusal.ts';
import { readShape, render } from './render.ts';

const ALL_IN_ONE = 'This resource does not support custom page sizes. Please retry without a page size argument.';

function pick(all: Record<string, unknown>, query: ReadonlyMap<string, string>): Record<string, unknown> {
  const names = query.get('select')?.split(',').map((w) => w.trim());
  return names ? Object.fromEntries(Object.entries(all).filter(([n]) => names.includes(n))) : all;
}
const collection = (call: GraphCall, context: string, value: readonly Record<string, unknown>[]): GraphAnswer => ({
  status: 200, body: { '@odata.context': `${call.base}/$metadata#${context}`, value: value.map((v) => pick(v, call.query)) },
});
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
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#organization/$entity`, ...pick(body, call.query) } };
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
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#domains/$entity`, ...pick(found, call.query) } };
}

/** `/subscribedSkus`: always whole, `$top` is refused. */
export function subscribedSkus(call: GraphCall): GraphAnswer {
  readOnly(call);
  need(call, 'readSkus');
  if (call.query.has('top')) throw unsupportedQuery(ALL_IN_ONE);
  const used = new Map<string, number>();
  for (const user of call.directory.user.values()) {
    const licences = user.properties['assignedLicenses'];
    if (Array.isArray(licences)) for (const { skuId } of licences as { skuId: string }[]) used.set(skuId, (used.get(skuId) ?? 0) + 1);
  }
  return collection(call, 'subscribedSkus', call.directory.skus.map((s) => ({
    id: `${call.directory.facts.id}_${s.skuId}`, skuId: s.skuId, skuPartNumber: s.skuPartNumber, appliesTo: 'User', capabilityStatus: 'Enabled', consumedUnits: used.get(s.skuId) ?? 0,
    prepaidUnits: { enabled: s.enabled, suspended: 0, warning: 0, lockedOut: 0 }, servicePlans: [],
  })));
}

/** `/directoryRoles` and `/directoryRoles/{id}/members`, read only. */
export function directoryRoles(call: GraphCall): GraphAnswer {
  readOnly(call);
  need(call, 'readRoles');
  if (call.query.has('top')) throw unsupportedQuery(ALL_IN_ONE);
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
  readOnly(call);
  need(call, 'readContacts');
  const key = call.segments[1];
  if (key === undefined) return listPage(call, { objects: () => call.directory.contact.values(), kind: 'contact', mixed: false, context: 'contacts' });
  if (/^delta(\(\))?$/.test(key)) throw notSimulated('delta queries');
  const view = call.directory.visible(key);
  if (!view || view.object.kind !== 'contact') throw notFound(key);
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#contacts/$entity`, ...render(view, readShape('contact', call.query, false), call.directory, false) } };
}

/** Ids that getByIds takes at most (Graph documentation, directoryObject: getByIds). */
const GET_BY_IDS_LIMIT = 1000;
const TYPES: Readonly<Record<string, DirectoryKind>> = { user: 'user', group: 'group', orgcontact: 'contact' };

/** `/directoryObjects/getByIds` and `/directoryObjects/{id}`. */
export function directoryObjects(call: GraphCall): GraphAnswer {
  const key = call.segments[1];
  need(call, 'readObjects');
  const shaped = (id: string): Record<string, unknown> | undefined => {
    const view = call.directory.visible(id);
    if (!view) return undefined;
    const { kind } = view.object;
    const select = call.query.get('select')?.split(',').map((w) => spelling(kind, w.trim())).filter((n) => n !== undefined) ?? DEFAULT_SELECT[kind];
    return render(view, { select, expand: null }, call.directory, true);
  };
  if (key !== 'getByIds' && key !== 'microsoft.graph.getByIds') {
    readOnly(call);
    const found = key === undefined ? undefined : shaped(key);
    if (!found) throw notFound(key ?? 'directoryObjects');
    return { status: 200, body: { '@odata.context': `${call.base}/$metadata#directoryObjects/$entity`, ...found } };
  }
  if (call.method !== 'POST') throw methodNotAllowed();
  const { ids, types } = bodyObject(call);
  if (!Array.isArray(ids) || !ids.every((i) => typeof i === 'string' && GUID.test(i))) throw badRequest("Invalid GUID value specified in the parameter 'ids'.");
  if (ids.length > GET_BY_IDS_LIMIT) throw badRequest(`The number of ids exceeds the maximum of ${GET_BY_IDS_LIMIT}.`);
  const kinds = Array.isArray(types) && types.length > 0 ? new Set(types.map((t) => TYPES[String(t).toLowerCase().replace(/^#?microsoft\.graph\./, '')])) : null;
  const value = ids.flatMap((id: string) => {
    const found = kinds && !kinds.has(call.directory.live(id)?.kind) ? undefined : shaped(id);
    return found ? [found] : [];
  });
  return { status: 200, body: { '@odata.context': `${call.base}/$metadata#directoryObjects`, value } };
}
