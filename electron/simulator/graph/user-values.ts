import type { Directory } from '../directory/directory.ts';
import { isComplexPassword } from '../identity/password.ts';
import { userPrincipalNameForm } from '../identity/user-principal-name.ts';
import { badRequest, invalidValue } from './refusal.ts';

/**
 * Checks a user principal name: its form, and a verified domain (Graph documentation, user resource, userPrincipalName).
 * @throws GraphRefusal 400.
 */
export function userPrincipalNameParts(value: unknown, directory: Directory): { readonly prefix: string; readonly domain: string } {
  const parts = typeof value === 'string' ? userPrincipalNameForm(value) : undefined;
  if (!parts) {
    const message = 'Property userPrincipalName is invalid.';
    throw badRequest(message, [{ code: 'InvalidValue', message, target: 'userPrincipalName' }]);
  }
  const { domain } = parts;
  if (!directory.isVerifiedDomain(domain)) {
    const text = 'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.';
    throw badRequest(text, [{ code: 'InvalidValue', message: text, target: 'userPrincipalName' }]);
  }
  return parts;
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

/** @throws GraphRefusal 400 for a password that the policy does not allow. */
export function passwordIsComplex(password: string): void {
  if (isComplexPassword(password)) return;
  const message = 'The specified password does not comply with password complexity requirements. Please provide a different password.';
  throw badRequest(message, [{ code: 'InvalidPassword', message, target: 'password' }]);
}
