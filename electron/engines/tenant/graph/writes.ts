import { z } from 'zod';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { ObjectKind } from '../../../../shared/domain/objects.ts';
import type { Cloud } from '../../../../shared/domain/settings.ts';
import { CLOUD_HOSTS, GRAPH_VERSION } from '../clouds.ts';
import type { GraphRequest } from '../port.ts';

/** Collection of a kind in addresses. Contacts are `/contacts`, which Graph only reads (orgContact resource). */
export const COLLECTION: Readonly<Record<ObjectKind, string>> = { user: '/users', group: '/groups', contact: '/contacts' };

/** Members bound by one PATCH at most (Graph documentation, "Add members": up to 20, all or nothing). */
export const MAX_BIND = 20;

/** The requests that write, one function per kind of operation. Addresses in bodies are those of one cloud. */
export interface GraphWrites {
  /** Answers 201 with the id. @throws AppError INVALID_INPUT for a contact, which only Exchange creates. */
  create(kind: ObjectKind, body: Readonly<Record<string, unknown>>): GraphRequest;
  /** Answers 204. @throws AppError INVALID_INPUT for a contact. */
  update(kind: ObjectKind, id: string, body: Readonly<Record<string, unknown>>): GraphRequest;
  /** Users only; the manager may be a user or a contact. Replaces the present one. */
  setManager(userId: string, managerId: string): GraphRequest;
  clearManager(userId: string): GraphRequest;
  /** One write for up to 20 members, all or nothing. @throws AppError INVALID_INPUT for none or more than 20. */
  addMembers(groupId: string, memberIds: readonly string[]): GraphRequest;
  addMember(groupId: string, memberId: string): GraphRequest;
  removeMember(groupId: string, memberId: string): GraphRequest;
  /** Licences of a user; both lists are required (Graph documentation, user: assignLicense). All or nothing. */
  assignLicense(userId: string, add: readonly { readonly skuId: string; readonly disabledPlans: readonly string[] }[], remove: readonly string[]): GraphRequest;
  /** Into the recycle bin, for 30 days. @throws AppError INVALID_INPUT for a contact. */
  delete(kind: ObjectKind, id: string): GraphRequest;
  /** Out of the recycle bin. */
  restore(id: string): GraphRequest;
  /** Out of the recycle bin for good. */
  purge(id: string): GraphRequest;
}

const part = (id: string): string => encodeURIComponent(id);

function collection(kind: ObjectKind, verb: string): string {
  if (kind === 'contact') throw appError(ErrorCode.InvalidInput, `Graph cannot ${verb} contacts: it is done through Exchange.`);
  return COLLECTION[kind];
}

/** Requests for the given cloud. */
export function graphWrites(cloud: Cloud): GraphWrites {
  const reference = (id: string): string => `${CLOUD_HOSTS[cloud].graph}/${GRAPH_VERSION}/directoryObjects/${part(id)}`;
  return {
    create: (kind, body) => ({ method: 'POST', url: collection(kind, 'create'), body }),
    update: (kind, id, body) => ({ method: 'PATCH', url: `${collection(kind, 'change')}/${part(id)}`, body }),
    setManager: (userId, managerId) => ({ method: 'PUT', url: `/users/${part(userId)}/manager/$ref`, body: { '@odata.id': reference(managerId) } }),
    clearManager: (userId) => ({ method: 'DELETE', url: `/users/${part(userId)}/manager/$ref` }),
    addMembers(groupId, memberIds) {
      if (memberIds.length < 1 || memberIds.length > MAX_BIND) {
        throw appError(ErrorCode.InvalidInput, `${memberIds.length} members were to be added to group ${groupId} at once: 1 to ${MAX_BIND} can be.`);
      }
      return { method: 'PATCH', url: `/groups/${part(groupId)}`, body: { 'members@odata.bind': memberIds.map(reference) } };
    },
    addMember: (groupId, memberId) => ({ method: 'POST', url: `/groups/${part(groupId)}/members/$ref`, body: { '@odata.id': reference(memberId) } }),
    removeMember: (groupId, memberId) => ({ method: 'DELETE', url: `/groups/${part(groupId)}/members/${part(memberId)}/$ref` }),
    delete: (kind, id) => ({ method: 'DELETE', url: `${collection(kind, 'delete')}/${part(id)}` }),
    // A batch refuses a POST without a body, whatever the request itself needs (Graph documentation, JSON batching).
    restore: (id) => ({ method: 'POST', url: `/directory/deletedItems/${part(id)}/restore`, body: {} }),
    assignLicense: (userId, add, remove) => ({ method: 'POST', url: `/users/${part(userId)}/assignLicense`, body: { addLicenses: add.map(({ skuId, disabledPlans }) => ({ skuId, disabledPlans })), removeLicenses: remove } }),
    purge: (id) => ({ method: 'DELETE', url: `/directory/deletedItems/${part(id)}` }),
  };
}

/**
 * Request that finds objects by one property that is indexed and compared for equality, for instance userPrincipalName,
 * mailNickname or onPremisesImmutableId. It asks for two, so that "more than one" can be told.
 * @param key a property's name; letters and digits only.
 * @throws AppError INVALID_INPUT for another name.
 */
export function findRequest(kind: ObjectKind, key: string, value: string): GraphRequest {
  if (!/^[A-Za-z][A-Za-z0-9]*$/.test(key)) throw appError(ErrorCode.InvalidInput, `"${key}" is no property that can be searched by.`);
  // OData 4.01 URL conventions, 5.1.1.14.1: a quote inside text is doubled.
  const filter = encodeURIComponent(`${key} eq '${value.replaceAll("'", "''")}'`);
  return { method: 'GET', url: `${COLLECTION[kind]}?$filter=${filter}&$select=id&$top=2` };
}

const found = z.looseObject({ value: z.array(z.looseObject({ id: z.string() })) });

/** Graph ids in the answer to {@link findRequest}; none when the answer is something else. */
export function foundIds(body: unknown): readonly string[] {
  const parsed = found.safeParse(body);
  return parsed.success ? parsed.data.value.map((one) => one.id) : [];
}
