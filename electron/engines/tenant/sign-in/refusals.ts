import { appError, AppError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { TargetConnection } from '../../../../shared/domain/settings.ts';

type Words = (connection: TargetConnection) => string;
const app: Words = (c) => `application ${c.clientId}`;
const tenant: Words = (c) => `tenant ${c.tenantId}`;

/** AADSTS number to one sentence. Source: "Microsoft Entra authentication and authorization error codes". */
const SENTENCES: Readonly<Record<string, Words>> = {
  7000215: (c) => `The client secret of ${app(c)} is wrong: enter the secret's value (not its id) again.`,
  7000222: (c) => `The client secret of ${app(c)} has expired: make a new one under "Certificates & secrets" and enter it.`,
  7000216: (c) => `The ${app(c)} needs a secret or a certificate: enter one, or choose a sign-in by a person.`,
  7000218: (c) => `The ${app(c)} does not allow sign-in by a person: set "Allow public client flows" to Yes in its registration.`,
  7000112: (c) => `The ${app(c)} is disabled in ${tenant(c)}: enable it under "Enterprise applications".`,
  700016: (c) => `The ${app(c)} was not found in ${tenant(c)}: check the application id and that it was consented to in this tenant.`,
  700027: (c) => `The certificate was not accepted for ${app(c)}: upload this certificate to its registration, or choose the one that is there.`,
  700024: (c) => `The certificate's assertion for ${app(c)} is not valid at this time: check this machine's clock.`,
  700054: (c) => `The ${app(c)} does not allow this kind of sign-in: add the platform "Mobile and desktop applications" with http://localhost.`,
  90002: (c) => `The ${tenant(c)} was not found in this cloud: check the tenant id or domain, and the cloud.`,
  900023: (c) => `"${c.tenantId}" is neither a tenant id nor a domain: check the tenant.`,
  900382: (c) => `The ${tenant(c)} belongs to another Microsoft cloud: choose the cloud that it is in.`,
  65001: (c) => `The ${app(c)} lacks consent in ${tenant(c)}: an administrator must grant its permissions.`,
  65004: () => 'Consent was declined: sign in again and accept, or let an administrator grant the permissions.',
  90094: (c) => `Only an administrator can consent to ${app(c)}: let one grant its permissions.`,
  50011: (c) => `The redirect address http://localhost is missing in ${app(c)}: add it under "Mobile and desktop applications".`,
  50020: (c) => `This account does not exist in ${tenant(c)}: sign in with an account of that tenant.`,
  50034: (c) => `This account does not exist in ${tenant(c)}: check the user name.`,
  50053: () => 'The account is locked, or signs in from an address that is blocked: wait, or unlock it.',
  50055: () => 'The password has expired: change it, then sign in again.',
  50057: () => 'The account is disabled: enable it, or sign in with another one.',
  50058: () => 'Nobody is signed in: sign in again.',
  50072: () => 'The account must set up multi-factor authentication first: sign in once in a browser and follow the steps.',
  50074: () => 'Multi-factor authentication is required: sign in again and confirm it.',
  50076: () => 'Multi-factor authentication is required: sign in again and confirm it.',
  50079: () => 'The account must set up multi-factor authentication first: sign in once in a browser and follow the steps.',
  50105: (c) => `The account is not assigned to ${app(c)}: assign it under "Enterprise applications".`,
  50126: () => 'The user name or password is wrong: sign in again.',
  50158: () => 'An additional sign-in step is required by a policy: sign in again.',
  50173: () => 'The sign-in was revoked, for instance by a new password: sign in again.',
  70000: () => 'The sign-in kept on this machine is no longer valid: sign in again.',
  70008: () => 'The sign-in kept on this machine has expired: sign in again.',
  700082: () => 'The sign-in kept on this machine was not used for too long: sign in again.',
  70016: () => 'The code was not entered yet: open the page shown and enter it.',
  70019: () => 'The code has expired before it was entered: start the sign-in again.',
  70020: () => 'The code has expired before it was entered: start the sign-in again.',
  70011: (c) => `A permission that was asked for is unknown to ${app(c)}: check its API permissions.`,
  53000: () => 'Conditional access asks for a compliant device: sign in from one, or except this application.',
  53003: () => 'Conditional access blocks this sign-in: except this application or machine, or sign in from an allowed place.',
  530003: () => 'Conditional access asks for a managed device: sign in from one, or except this application.',
  500011: (c) => `The service asked for is not present in ${tenant(c)}: check that the tenant has licences for it.`,
  1002016: () => 'This machine speaks an outdated TLS version to the sign-in service: update its TLS settings.',
  90033: () => 'The sign-in service is busy: try again in a minute.',
};

/** Numbers that say "try later" rather than "refused". */
const TRANSIENT = new Set(['90033', '50196', '90006', '90020']);

/** What msal-node throws, as far as it is used here; it is never relied on to be an instance of anything. */
interface MsalFailure {
  readonly errorCode?: unknown;
  readonly errorMessage?: unknown;
  readonly message?: unknown;
}

/**
 * One clear error for whatever went wrong while signing in.
 * @param error what msal-node threw.
 * @param network the last failure of the network during this sign-in; null when each request was answered.
 * @returns AppError: AUTH_FAILED with the AADSTS number in `detail.aadsts`, TENANT_UNAVAILABLE (retryable), CERTIFICATE_REFUSED,
 * CANCELLED, or INTERNAL for a failure that has nothing to do with the service. AppErrors are given back as they are. Entra's own text is not repeated: it may hold names and addresses.
 */
export function signInError(error: unknown, connection: TargetConnection, network: AppError | null): AppError {
  if (error instanceof AppError) return error;
  const failure: MsalFailure = typeof error === 'object' && error !== null ? error : {};
  const code = typeof failure.errorCode === 'string' ? failure.errorCode : '';
  const text = `${typeof failure.errorMessage === 'string' ? failure.errorMessage : ''} ${typeof failure.message === 'string' ? failure.message : ''}`;
  const number = /AADSTS(\d+)/.exec(text)?.[1];
  if (number === undefined && network) return network;
  if (number !== undefined && TRANSIENT.has(number)) {
    return appError(ErrorCode.TenantUnavailable, 'The sign-in service is busy: try again in a minute.', { retryable: true, detail: { aadsts: number }, cause: error });
  }
  const sentence = number === undefined ? undefined : SENTENCES[number]?.(connection);
  if (sentence !== undefined) return appError(ErrorCode.AuthFailed, sentence, { detail: { aadsts: number ?? '' }, cause: error });
  if (code === 'device_code_expired' || code === 'user_timeout_reached') return appError(ErrorCode.AuthFailed, 'The code has expired before it was entered: start the sign-in again.', { cause: error });
  if (code === 'authorization_declined' || code === 'access_denied') return appError(ErrorCode.AuthFailed, 'The sign-in was declined: start it again and accept.', { cause: error });
  if (code === 'endpoints_resolution_error') {
    return appError(ErrorCode.AuthFailed, `The sign-in service does not know ${tenant(connection)}: check the tenant and the cloud.`, { cause: error });
  }
  if (number === undefined && code === '') {
    return appError(ErrorCode.Internal, `Signing in to ${tenant(connection)} failed in Causeway itself: the log tells why.`, { cause: error });
  }
  const hint = number === undefined ? code : `AADSTS${number}`;
  return appError(ErrorCode.AuthFailed, `Signing in to ${tenant(connection)} was refused (${hint}): look the code up at https://login.microsoftonline.com/error.`, {
    detail: number === undefined ? { reason: hint } : { aadsts: number }, cause: error,
  });
}
