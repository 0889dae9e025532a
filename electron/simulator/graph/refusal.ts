/** One entry of `error.details`. */
export interface RefusalDetail { readonly code: string; readonly message: string; readonly target: string }

/** A refusal of Graph: a protocol answer, turned into its error envelope where the request came in; it never leaves the simulator. */
export class GraphRefusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly RefusalDetail[];
  readonly headers: Readonly<Record<string, string>>;
  constructor(status: number, code: string, message: string, more: { readonly details?: readonly RefusalDetail[]; readonly headers?: Readonly<Record<string, string>> } = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = more.details ?? [];
    this.headers = more.headers ?? {};
  }
}

/** 400 with the catch-all code of the directory. */
export function badRequest(message: string, details: readonly RefusalDetail[] = []): GraphRefusal {
  return new GraphRefusal(400, 'Request_BadRequest', message, { details });
}
/** 400 of Graph's own gateway, before the directory is asked. */
export function badGateway(message: string): GraphRefusal {
  return new GraphRefusal(400, 'BadRequest', message);
}
export function unsupportedQuery(message: string): GraphRefusal {
  return new GraphRefusal(400, 'Request_UnsupportedQuery', message);
}
/** 404 for an object or a reference that is not there. */
export function notFound(id: string): GraphRefusal {
  return new GraphRefusal(404, 'Request_ResourceNotFound', `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`);
}
export function unknownSegment(segment: string): GraphRefusal {
  return badGateway(`Resource not found for the segment '${segment}'.`);
}
export function denied(): GraphRefusal {
  return new GraphRefusal(403, 'Authorization_RequestDenied', 'Insufficient privileges to complete the operation.');
}
/** 501 for a part of Graph that this simulator leaves out: said plainly, never imitated. */
export function notSimulated(what: string): GraphRefusal {
  return new GraphRefusal(501, 'NotImplemented', `The simulator does not offer ${what}.`);
}
export function methodNotAllowed(): GraphRefusal {
  return new GraphRefusal(405, 'Request_BadRequest', 'Specified HTTP method is not allowed for the request target.');
}
/** A value is taken: the conflict is a detail code, and for addresses the holder is never named. */
export function conflict(property: 'userPrincipalName' | 'mailNickname' | 'proxyAddresses' | 'onPremisesImmutableId' | 'uniqueName'): GraphRefusal {
  const message = `Another object with the same value for property ${property} already exists.`;
  return badRequest(message, [{ code: 'ObjectConflict', message, target: property }]);
}
/** A value does not fit its property. `resource`: `User` or `Group`. */
export function invalidValue(property: string, resource: string): GraphRefusal {
  const message = `Invalid value specified for property '${property}' of resource '${resource}'.`;
  return badRequest(message, [{ code: 'InvalidValue', message, target: property }]);
}
/** An object mastered by a directory synchronisation. */
export function syncedObject(): GraphRefusal {
  return badRequest('Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.');
}
/** A distribution list or mail-enabled security group. */
export function exchangeGroup(): GraphRefusal {
  return badRequest('Cannot Update a mail-enabled security groups and or distribution list.');
}
/** A property that a creation needs is absent. `resource`: `User` or `Group`. */
export function missingValue(property: string, resource: string): GraphRefusal {
  const message = `A value is required for property '${property}' of resource '${resource}'.`;
  return badRequest(message, [{ code: 'MissingValue', message, target: property }]);
}
/** A property that no client writes. */
export function readOnlyProperty(name: string): GraphRefusal {
  return badRequest(`Property '${name}' is read-only and cannot be set.`);
}
/** Two writes of one object met (Graph documentation, error codes: Directory_ConcurrencyViolation; words as reported by third parties). */
export function concurrent(): GraphRefusal {
  return new GraphRefusal(409, 'Directory_ConcurrencyViolation', 'Error due to concurrent requests being made to the tenant. Please wait briefly and retry.');
}
export function quotaExceeded(message: string): GraphRefusal {
  return new GraphRefusal(403, 'Directory_QuotaExceeded', message);
}
/** A value lives in another service and cannot be written together with others, or not for this kind of object. */
export function unsupportedTarget(): GraphRefusal {
  return badGateway('The request is currently not supported on the targeted entity set');
}
