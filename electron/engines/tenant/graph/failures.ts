import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { AppError } from '../../../../shared/domain/errors.ts';
import type { GraphError } from '../port.ts';

/** Rows of known answers: [HTTP status or 0 for any, code or empty for any, pattern of the message, sentence]. First fit wins. */
const KNOWN: readonly (readonly [number, string, RegExp, (error: GraphError) => string])[] = [
  [401, '', /./s, () => 'The tenant does not accept the sign-in any more: sign in again.'],
  [403, 'Directory_QuotaExceeded', /./s, () => 'The directory quota is used up: delete objects that are not needed, empty the recycle bin, or ask Microsoft for more.'],
  [403, '', /./s, () => 'The application or account lacks a permission for this object (users with an administrator role need a higher one): grant it, or change the object by hand.'],
  [0, '', /mail-enabled security groups? and ?\/?or distribution list/i, () => 'This is a distribution list or mail-enabled security group, which Graph cannot write: change it in Exchange.'],
  [0, '', /on-premises mastered Directory Sync objects/i, () => 'The object is synchronised from an on-premises directory by another program: end that synchronisation for it first.'],
  [0, '', /'?proxyAddresses'? is read-only/i, () => 'Addresses of a mailbox can only be written through Exchange, not through Graph.'],
  [0, '', /invalid usage location/i, () => 'A licence needs a usage location: give the user a country code first.'],
  [0, '', /does not have any available licenses/i, () => 'The tenant has no free licence of the product left: buy more, or take one from somebody, and resume the task.'],
  [0, '', /mutually exclusive/i, () => 'Two services of these licences cannot be had together: switch one of them off in a licence rule.'],
  [0, '', /service plan .* depends on the service plan/i, () => 'A service of these licences needs another one that is off: switch it off too, or leave the other one on.'],
  [0, '', /inherited from a group membership/i, () => 'The licence comes from a group and cannot be taken from the user alone: change the group.'],
  [0, '', /does not correspond to a valid company license/i, () => 'The tenant does not have this product any more: discover it again and correct the licence rule.'],
  [0, '', /references already exist/i, () => 'At least one of the members is in the group already.'],
  [0, '', /removed object references do not exist/i, () => 'The object is no member of the group.'],
  [409, '', /./s, () => 'Another change to the same object was under way: try again.'],
  [429, '', /./s, () => 'The tenant takes no more requests for now: go on later.'],
  [0, '', /password/i, () => 'The initial password does not meet the tenant\'s password policy.'],
  [0, '', /domain portion of the userPrincipalName/i, () => 'The domain of the user principal name is not verified in the tenant: verify it or choose another suffix.'],
  [404, '', /./s, () => 'The object, or one that it refers to, does not exist in the tenant any more: discover again.'],
  [424, '', /./s, () => 'Not done because a request that it depends on failed.'],
];

/**
 * One clear sentence about a refusal of Graph, for the operator. Where the answer is not known, Graph's own message is given.
 */
export function explain(error: GraphError): string {
  const conflict = isConflict(error);
  if (conflict) {
    return `Another object of the tenant already has this ${conflict.property || 'value'}; it may be in the recycle bin, and for an address it may be a mailbox, group or contact: find it and change or remove its value.`;
  }
  const fits = KNOWN.find(([status, code, message]) => (status === 0 || status === error.status) && (code === '' || code === error.code) && message.test(error.message || error.code || 'none'));
  if (fits) return fits[3](error);
  if (error.status >= 500) return `The tenant had a problem of its own (${error.status}${error.code ? `, ${error.code}` : ''}): try again later.`;
  const own = error.message.trim().replace(/\s+/g, ' ').slice(0, 400);
  return own ? `The tenant refused it: ${own.endsWith('.') ? own : `${own}.`}` : `The tenant refused it (${error.status}${error.code ? `, ${error.code}` : ''}) without a reason.`;
}

/**
 * The conflict behind an answer: another object holds a value that must be unique. Graph tells it by a detail code
 * ObjectConflict, and in older answers only by the message.
 * @returns the property in conflict (empty when not told); null when it is no such conflict.
 */
export function isConflict(error: GraphError): { readonly property: string } | null {
  const detail = error.details.find((one) => one.code === 'ObjectConflict' || one.code === 'ConflictingObjects');
  const named = /same value for property ([A-Za-z]+)/i.exec([error.message, ...error.details.map((one) => one.message)].join(' '));
  if (named) return { property: named[1] ?? '' };
  if (detail) return { property: detail.target };
  return error.code === 'Request_MultipleObjectsWithSameKeyValue' ? { property: '' } : null;
}

/** True when a member could not be added because it is one already. */
export function isAlreadyMember(error: GraphError): boolean {
  return error.status === 400 && /object references already exist/i.test(error.message);
}

/** True when a member could not be removed because it is none (any more), or its group or itself is gone. */
export function isNotMember(error: GraphError): boolean {
  return error.status === 404 || (error.status === 400 && /removed object references do not exist/i.test(error.message));
}

/** True when Graph refuses because two changes met (Graph documentation, error codes: Directory_ConcurrencyViolation). */
export function isConcurrency(error: GraphError): boolean {
  return error.status === 409 && (/ConcurrencyViolation/i.test(error.code) || error.details.some((one) => /ConcurrencyViolation/i.test(one.code)) || /concurren/i.test(error.message));
}

/**
 * The AppError for a read that Graph refused.
 * @param what what was being read, for the sentence: `users`.
 */
export function refused(what: string, error: GraphError): AppError {
  const detail = { status: error.status, code: error.code, requestId: error.requestId };
  const say = `Reading ${what} failed. ${explain(error)}`;
  if (error.status === 401) return appError(ErrorCode.AuthFailed, say, { detail });
  if (error.status === 403) return appError(ErrorCode.Forbidden, say, { detail });
  if (error.status === 429) return appError(ErrorCode.Throttled, say, { retryable: true, detail });
  if (error.status >= 500) return appError(ErrorCode.TenantUnavailable, say, { retryable: true, detail });
  return appError(ErrorCode.TenantRefused, say, { detail });
}
