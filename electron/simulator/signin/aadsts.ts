import { randomUUID } from 'node:crypto';
import type { HttpAnswer } from '../http/answer.ts';

/** A refusal of the authority. A protocol answer, turned into HTTP where the request came in; it never leaves the simulator. */
export class SignInRefusal extends Error {
  readonly status: number;
  readonly error: string;
  readonly code: number;
  constructor(status: number, error: string, code: number, text: string) {
    super(text);
    this.status = status;
    this.error = error;
    this.code = code;
  }
}

/**
 * Known refusals, by name (Microsoft identity platform documentation, "AADSTS error codes").
 * Each takes what the message names and gives a {@link SignInRefusal}.
 */
export const refuse = {
  missing: (parameter: string) => new SignInRefusal(400, 'invalid_request', 900144, `The request body must contain the following parameter: '${parameter}'.`),
  tenant: (name: string) => new SignInRefusal(400, 'invalid_request', 90002, `Tenant '${name}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud.`),
  app: (id: string, tenant: string) => new SignInRefusal(400, 'unauthorized_client', 700016, `Application with identifier '${id}' was not found in the directory '${tenant}'.`),
  secret: (id: string) => new SignInRefusal(401, 'invalid_client', 7000215, `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${id}'.`),
  noCredential: () => new SignInRefusal(401, 'invalid_client', 7000218, "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."),
  assertionKey: () => new SignInRefusal(401, 'invalid_client', 700027, 'The certificate with identifier used to sign the client assertion is not registered on application.'),
  assertionSignature: () => new SignInRefusal(401, 'invalid_client', 700027, 'Client assertion failed signature validation.'),
  assertionTime: () => new SignInRefusal(401, 'invalid_client', 700024, 'Client assertion is not within its valid time range.'),
  assertionIssuer: () => new SignInRefusal(401, 'invalid_client', 700021, "Client assertion application identifier doesn't match 'client_id' parameter."),
  assertionAudience: () => new SignInRefusal(401, 'invalid_client', 700023, 'Client assertion audience claim does not match Realm issuer.'),
  scope: (scope: string) => new SignInRefusal(400, 'invalid_scope', 70011, `The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope ${scope} is not valid.`),
  appScope: (scope: string) => new SignInRefusal(400, 'invalid_scope', 1002012, `The provided value for scope ${scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).`),
  consent: (id: string) => new SignInRefusal(400, 'invalid_grant', 65001, `The user or administrator has not consented to use the application with ID '${id}'. Send an interactive authorization request for this user and resource.`),
  grant: () => new SignInRefusal(400, 'unsupported_grant_type', 70003, "The app requested an unsupported grant type."),
  pending: () => new SignInRefusal(400, 'authorization_pending', 70016, 'OAuth 2.0 device flow error. Authorization is pending. Continue polling.'),
  deviceExpired: () => new SignInRefusal(400, 'expired_token', 70020, 'The provided value for the input parameter device_code is not valid. This device code has expired.'),
  deviceUnknown: () => new SignInRefusal(400, 'bad_verification_code', 70018, 'Bad verification code. User typed in wrong user code for device code flow.'),
  code: () => new SignInRefusal(400, 'invalid_grant', 70000, 'The provided authorization code or refresh token is malformed or invalid.'),
  codeExpired: () => new SignInRefusal(400, 'invalid_grant', 70008, 'The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.'),
  codeUsed: () => new SignInRefusal(400, 'invalid_grant', 54005, 'OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.'),
  pkce: () => new SignInRefusal(400, 'invalid_grant', 501481, 'The Code_Verifier does not match the code_challenge supplied in the authorization request.'),
  pkceMissing: () => new SignInRefusal(400, 'invalid_request', 9002325, 'Proof Key for Code Exchange is required for cross-origin authorization code redemption.'),
  redirect: (uri: string, id: string) => new SignInRefusal(400, 'invalid_request', 50011, `The redirect URI '${uri}' specified in the request does not match the redirect URIs configured for the application '${id}'.`),
  noUser: () => new SignInRefusal(400, 'invalid_grant', 50034, 'The user account does not exist in the directory. To sign into this application, the account must be added to the directory.'),
  disabled: () => new SignInRefusal(400, 'invalid_grant', 50057, 'The user account is disabled.'),
  malformed: () => new SignInRefusal(400, 'invalid_request', 9002313, 'Invalid request. Request is malformed or invalid.'),
} as const;

/** The authority's error body. `correlationId`: the client's `client-request-id` header when it sent one. */
export function refusalAnswer(refusal: SignInRefusal, now: number, correlationId: string | undefined): HttpAnswer {
  const stamp = new Date(now).toISOString().replace('T', ' ').replace(/\.\d+Z$/, 'Z');
  const trace = randomUUID();
  const correlation = correlationId ?? randomUUID();
  return {
    status: refusal.status,
    body: {
      error: refusal.error,
      error_description: `AADSTS${refusal.code}: ${refusal.message} Trace ID: ${trace} Correlation ID: ${correlation} Timestamp: ${stamp}`,
      error_codes: [refusal.code], timestamp: stamp, trace_id: trace, correlation_id: correlation,
      error_uri: `https://login.microsoftonline.com/error?code=${refusal.code}`,
    },
  };
}
