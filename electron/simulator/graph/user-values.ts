import type { Directory } from '../directory/directory.ts';
import { badRequest, invalidValue } from './refusal.ts';

/**
 * Checks a user principal name: characters, points between others only, lengths (64 before and 48 after the @), a verified domain.
 * Source: Graph documentation, user resource, userPrincipalName; Entra documentation, UPN characters.
 * @throws GraphRefusal 400.
 */
export function userPrincipalNameParts(value: unknown, directory: Directory): { readonly prefix: string; readonly domain: string } {
  const match = typeof value === 'string' ? /^([^@]+)@([^@]+)$/.exec(value) : null;
  const [, prefix = '', domain = ''] = match ?? [];
  const message = 'Property userPrincipalName is invalid.';
  const bad = badRequest(message, [{ code: 'InvalidValue', message, target: 'userPrincipalName' }]);
  if (!match || !/^[A-Za-z0-9'\-_!#^~]+(\.[A-Za-z0-9'\-_!#^~]+)*$/.test(prefix) || prefix.length > 64 || domain.length > 48) throw bad;
  if (!directory.isVerifiedDomain(domain)) {
    const text = 'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.';
    throw badRequest(text, [{ code: 'InvalidValue', message: text, target: 'userPrincipalName' }]);
  }
  return { prefix, domain };
}

/** Checks the mailNickname of a user: ASCII without @ () \ [] " ; : <> , SPACE, and no point at either end. */
export function usersMailNickname(value: unknown): void {
  const text = String(value);
  if (!/^[\x21-\x7e]+$/.test(text) || /[@()\\[\]";:<>,]/.test(text) || text.startsWith('.') || text.endsWith('.')) throw invalidValue('mailNickname', 'User');
}

/** Checks the mailNickname of a group: the same without the point (Graph documentation, group resource, mailNickname). */
export function groupsMailNickname(value: unknown): void {
  const text = String(value);
  if (!/^[\x21-\x7e]+$/.test(text) || /[@()\\[\]";:.<>,]/.test(text)) throw invalidValue('mailNickname', 'Group');
}

/** Eight to 256 characters of at least three of four classes (Entra documentation, password policies). */
export function passwordIsComplex(password: string): void {
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((c) => c.test(password)).length;
  if (password.length < 8 || password.length > 256 || classes < 3) {
    const message = 'The specified password does not comply with password complexity requirements. Please provide a different password.';
    throw badRequest(message, [{ code: 'InvalidPassword', message, target: 'password' }]);
  }
}
