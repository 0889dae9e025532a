import { randomUUID } from 'node:crypto';
import type { HttpAnswer } from '../http/answer.ts';

/** What a refusal carries besides error and text. `claims`: the challenge that a new sign-in has to answer. */
export interface RefusalExtras { readonly suberror?: string; readonly claims?: string }

/** A refusal of the authority. A protocol answer, turned into HTTP where the request came in; it never leaves the simulator. */
export class SignInRefusal extends Error {
  readonly status: number;
  readonly error: string;
  readonly code: number;
  readonly extras: RefusalExtras;
  constructor(error: string, code: number, text: string, extras: RefusalExtras = {}) {
    super(text);
    this.status = error === 'invalid_client' ? 401 : 400;
    this.error = error;
    this.code = code;
    this.extras = extras;
  }
  /** The same under another `error`: the authorize endpoint and the token endpoint class some refusals differently. */
  as(error: string): SignInRefusal { return new SignInRefusal(error, this.code, this.message, this.extras); }
}

/** Challenge of a Conditional Access policy (Microsoft identity platform documentation, "claims challenges"). The policy id is the simulator's. */
const CHALLENGE = JSON.stringify({ access_token: { capolids: { essential: true, values: ['ca05e0a1-51f0-4c1d-9a7e-0000000000ca'] } } });

/**
 * Known refusals, by name (Microsoft identity platform documentation, "AADSTS error codes"; texts as public reports quote them).
 * Each takes what the message names and gives a {@link SignInRefusal}.
 */
export const refuse = {
  missing: (parameter: string) => new SignInRefusal('invalid_request', 900144, `The request body must contain the following parameter: '${parameter}'.`),
  verb: (verb: string) => new SignInRefusal('invalid_request', 900561, `The endpoint only accepts POST requests. Received a ${verb} request.`),
  malformed: () => new SignInRefusal('invalid_request', 9002313, 'Invalid request. Request is malformed or invalid.'),
  malformedGrant: () => new SignInRefusal('invalid_grant', 9002313, 'Invalid request. Request is malformed or invalid.'),
  tenant: (name: string) => new SignInRefusal('invalid_request', 90002, `Tenant '${name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.`),
  tenantName: (name: string) => new SignInRefusal('invalid_request', 900023, `Specified tenant identifier '${name}' is neither a valid DNS name, nor a valid external domain.`),
  noTenant: () => new SignInRefusal('invalid_request', 50059, 'No tenant-identifying information found in either the request or implied by any provided credentials.'),
  oneTenantApp: (id: string, name: string) => new SignInRefusal('invalid_request', 50194, `Application '${id}'(${name}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such applications created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.`),
  consumers: (id: string, name: string) => new SignInRefusal('invalid_request', 9002332, `Application '${id}'(${name}) is configured for use by Azure Active Directory users only. Please do not use the /consumers endpoint to serve this request.`),
  app: (id: string, tenant: string) => new SignInRefusal('unauthorized_client', 700016, `Application with identifier '${id}' was not found in the directory '${tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.`),
  appDisabled: (id: string, name: string) => new SignInRefusal('unauthorized_client', 7000112, `Application '${id}'(${name}) is disabled.`),
  secret: (id: string) => new SignInRefusal('invalid_client', 7000215, `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${id}'.`),
  secretExpired: (id: string) => new SignInRefusal('invalid_client', 7000222, `The provided client secret keys for app '${id}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.`),
  noCredential: () => new SignInRefusal('invalid_client', 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
  publicWithCredential: () => new SignInRefusal('invalid_client', 700025, "Client is public so neither 'client_assertion' nor 'client_secret' should be presented."),
  assertionKey: (id: string, thumbprint: string, reason: string) => new SignInRefusal('invalid_client', 700027, `The certificate with identifier used to sign the client assertion is not registered on application. [Reason - ${reason}, Thumbprint of key used by client: '${thumbprint}', Please visit the Azure Portal, Graph Explorer or directly use MS Graph to see configured keys for app Id '${id}'.]`),
  assertionSignature: () => new SignInRefusal('invalid_client', 700027, 'Client assertion failed signature validation.'),
  assertionMalformed: (reason: string) => new SignInRefusal('invalid_client', 50027, `Invalid JWT token. ${reason}`),
  assertionTime: (now: string, expires: string) => new SignInRefusal('invalid_client', 700024, `Client assertion is not within its valid time range. Current time: ${now}, expiry time of assertion ${expires}.`),
  assertionIssuer: () => new SignInRefusal('invalid_client', 700021, "Client assertion application identifier doesn't match 'client_id' parameter."),
  assertionSubject: () => new SignInRefusal('invalid_client', 50048, 'Subject mismatches Issuer claim in the client assertion.'),
  assertionAudience: () => new SignInRefusal('invalid_client', 700023, 'Client assertion audience claim does not match Realm issuer.'),
  scope: (scope: string) => new SignInRefusal('invalid_scope', 70011, `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`),
  defaultScope: (scope: string) => new SignInRefusal('invalid_scope', 70011, `The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid. .default scope can't be combined with resource-specific scopes.`),
  scopes: (scope: string) => new SignInRefusal('invalid_scope', 700022, `The provided value for the input parameter scope '${scope}' is not valid because it contains more than one resource.`),
  appScope: (scope: string) => new SignInRefusal('invalid_scope', 1002012, `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`),
  resource: (name: string, tenant: string) => new SignInRefusal('invalid_resource', 500011, `The resource principal named ${name} was not found in the tenant named ${tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.`),
  resourceNotListed: (id: string, name: string, resource: string) => new SignInRefusal('invalid_resource', 650057, `Invalid resource. The client has requested access to a resource which is not listed in the requested permissions in the client's application registration. Client app ID: ${id}(${name}). Resource value from request: ${resource}.`),
  unknownPermission: (app: string, scope: string, resource: string) => new SignInRefusal('invalid_client', 650053, `The application '${app}' asked for scope '${scope}' that doesn't exist on the resource '${resource}'. Contact the app vendor.`),
  consent: (id: string, name: string) => new SignInRefusal('invalid_grant', 65001, `The user or administrator has not consented to use the application with ID '${id}' named '${name}'. Send an interactive authorization request for this user and resource.`, { suberror: 'consent_required' }),
  declined: () => new SignInRefusal('access_denied', 65004, 'User declined to consent to access the app.'),
  adminConsent: () => new SignInRefusal('consent_required', 90094, 'Admin consent is required for the permissions requested by this application. An admin consent request may be sent to the admin.'),
  grant: (name: string) => new SignInRefusal('unsupported_grant_type', 70003, `The app requested an unsupported grant type '${name}'.`),
  passwordTenant: () => new SignInRefusal('invalid_request', 9001023, 'The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.'),
  pending: () => new SignInRefusal('authorization_pending', 70016, 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.'),
  slowDown: () => new SignInRefusal('slow_down', 70016, 'OAuth 2.0 device flow error. The device polls faster than the interval allows.'),
  deviceDeclined: () => new SignInRefusal('authorization_declined', 65004, 'User declined to consent to access the app.'),
  deviceExpired: () => new SignInRefusal('expired_token', 70020, 'The provided value for the input parameter device_code is not valid. This device code has expired.'),
  deviceUnknown: () => new SignInRefusal('bad_verification_code', 70018, 'Bad verification code. User typed in wrong user code for device code flow.'),
  userCodeMissing: () => new SignInRefusal('invalid_request', 90119, 'The user code is null or empty.'),
  userCodeExpired: () => new SignInRefusal('expired_token', 70019, 'Verification code expired.'),
  userCodeUsed: () => new SignInRefusal('invalid_request', 90120, 'The request was already authorized or declined.'),
  code: () => new SignInRefusal('invalid_grant', 70000, 'Provided grant is invalid or malformed.'),
  codeExpired: () => new SignInRefusal('invalid_grant', 70008, 'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.'),
  codeUsed: () => new SignInRefusal('invalid_grant', 54005, 'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.'),
  refreshExpired: (issued: string, days: number) => new SignInRefusal('invalid_grant', 700082, `The refresh token has expired due to inactivity. The token was issued on ${issued} and was inactive for ${days}.00:00:00.`, { suberror: 'bad_token' }),
  revoked: (issued: string, validFrom: string) => new SignInRefusal('invalid_grant', 50173, `The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '${issued}' and the TokensValidFrom date (before which tokens are not valid) for this user is '${validFrom}'.`, { suberror: 'bad_token' }),
  pkce: () => new SignInRefusal('invalid_grant', 501481, 'The Code_Verifier does not match the code_challenge supplied in the authorization request.'),
  challengeSize: () => new SignInRefusal('invalid_request', 50147, 'Invalid size of Code_Challenge parameter.'),
  challengeMethod: () => new SignInRefusal('invalid_request', 501491, 'Invalid Code_Challenge_method parameter.'),
  redirect: (uri: string, id: string) => new SignInRefusal('invalid_request', 50011, `The redirect URI '${uri}' specified in the request does not match the redirect URIs configured for the application '${id}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.`),
  noRedirect: () => new SignInRefusal('invalid_request', 900971, 'No reply address provided.'),
  redirectDiffers: (now: string, before: string) => new SignInRefusal('invalid_client', 500112, `The reply address '${now}' does not match the reply address '${before}' provided when requesting Authorization code.`),
  responseMode: (mode: string) => new SignInRefusal('invalid_request', 70007, `'${mode}' is not a supported value of 'response_mode' when requesting a token.`),
  responseType: (type: string) => new SignInRefusal('unsupported_response_type', 70005, `response_type '${type}' is not enabled for the application.`),
  idTokenResponse: () => new SignInRefusal('unsupported_response_type', 700054, "response_type 'id_token' is not enabled for the application."),
  prompt: (prompt: string) => new SignInRefusal('invalid_request', 90023, `Unsupported 'prompt' value '${prompt}'.`),
  noSession: () => new SignInRefusal('login_required', 50058, 'A silent sign-in request was sent but no user is signed in.'),
  noUser: (name: string, tenant: string) => new SignInRefusal('invalid_grant', 50034, `The user account ${name} does not exist in the ${tenant} directory. To sign into this application, the account must be added to the directory.`),
  foreignUser: (name: string, provider: string, tenant: string, id: string, app: string) => new SignInRefusal('invalid_grant', 50020, `User account '${name}' from identity provider '${provider}' does not exist in tenant '${tenant}' and cannot access the application '${id}'(${app}) in that tenant. The account needs to be added as an external user in the tenant first. Sign out and sign in again with a different Azure Active Directory user account.`),
  userDisabled: () => new SignInRefusal('invalid_grant', 50057, 'The user account is disabled.'),
  passwordExpired: () => new SignInRefusal('invalid_grant', 50055, 'The password is expired.', { suberror: 'user_password_expired' }),
  password: () => new SignInRefusal('invalid_grant', 50126, 'Error validating credentials due to invalid username or password.'),
  notAssigned: (user: string, id: string, app: string) => new SignInRefusal('invalid_grant', 50105, `Your administrator has configured the application ${app} ('${id}') to block users unless they are specifically granted ('assigned') access to the application. The signed in user '${user}' is blocked because they are not a direct member of a group with access, nor had access directly assigned by an administrator. Please contact your administrator to assign access to this application.`),
  mfa: (resource: string) => new SignInRefusal('invalid_grant', 50076, `Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access '${resource}'.`, { suberror: 'basic_action', claims: CHALLENGE }),
  mfaEnrolment: (resource: string) => new SignInRefusal('invalid_grant', 50079, `Due to a configuration change made by your administrator, or because you moved to a new location, you must enroll in multi-factor authentication to access '${resource}'.`, { suberror: 'basic_action', claims: CHALLENGE }),
  blocked: () => new SignInRefusal('invalid_grant', 53003, 'Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.', { suberror: 'message_only', claims: CHALLENGE }),
  noInstance: (name: string) => new SignInRefusal('invalid_instance', 50049, `Unknown or invalid instance '${name}'.`),
  discovery: () => new SignInRefusal('invalid_request', 50050, 'The request is malformed.'),
} as const;

/** Text of a refusal with the ids that support asks for. */
interface Described { readonly text: string; readonly stamp: string; readonly trace: string; readonly correlation: string }
function describe(refusal: SignInRefusal, now: number, correlationId: string | undefined): Described {
  const stamp = new Date(now).toISOString().replace('T', ' ').replace(/\.\d+Z$/, 'Z');
  const trace = randomUUID();
  const correlation = correlationId ?? randomUUID();
  return { text: `AADSTS${refusal.code}: ${refusal.message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${stamp}`, stamp, trace, correlation };
}

/** The authority's error body. `correlationId`: the client's `client-request-id` header when it sent one. */
export function refusalAnswer(refusal: SignInRefusal, now: number, correlationId: string | undefined): HttpAnswer {
  const { text, stamp, trace, correlation } = describe(refusal, now, correlationId);
  return {
    status: refusal.status, headers: { 'cache-control': 'no-store, no-cache' },
    body: {
      error: refusal.error, error_description: text, error_codes: [refusal.code], timestamp: stamp, trace_id: trace, correlation_id: correlation,
      error_uri: `https://login.microsoftonline.com/error?code=${refusal.code}`, ...refusal.extras,
    },
  };
}

/** The fields of a refusal that goes to the redirect address (Microsoft identity platform documentation, authorization code flow, error response). */
export function refusalFields(refusal: SignInRefusal, now: number, correlationId: string | undefined): Record<string, string> {
  return {
    error: refusal.error, error_description: describe(refusal, now, correlationId).text, error_uri: `https://login.microsoftonline.com/error?code=${refusal.code}`,
    ...(refusal.code === 65004 ? { error_subcode: 'cancel' } : {}), ...refusal.extras,
  };
}

/** The line of a refusal on a page for a person. */
export function refusalLine(refusal: SignInRefusal, now: number, correlationId: string | undefined): string {
  return describe(refusal, now, correlationId).text;
}
