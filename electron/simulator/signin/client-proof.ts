import { constants, verify, type X509Certificate } from 'node:crypto';
import type { HttpRequest } from '../http/answer.ts';
import { refuse } from './aadsts.ts';
import { splitJws, type Claims } from './keys.ts';
import type { Registration } from './registrations.ts';

/** Tolerated difference of clocks in seconds (Microsoft identity platform: five minutes). */
const SKEW_SECONDS = 300;

/** How a client has shown who it is; null: not at all, as public clients do. */
export type Proof = 'secret' | 'certificate' | null;

/**
 * Reads the form of a request to the token endpoint with a client id and secret that came in an Authorization header put in
 * (RFC 6749 2.3.1; Microsoft identity platform documentation, client credentials flow).
 */
export function tokenForm(request: HttpRequest): URLSearchParams {
  const form = new URLSearchParams(request.body);
  const basic = /^Basic\s+([A-Za-z0-9+/=]+)$/i.exec(request.headers['authorization'] ?? '')?.[1];
  if (basic === undefined) return form;
  const [id = '', secret = ''] = Buffer.from(basic, 'base64').toString('utf8').split(':').map(decoded);
  if (!form.has('client_id')) form.set('client_id', id);
  if (!form.has('client_secret')) form.set('client_secret', secret);
  return form;
}
function decoded(text: string): string {
  try { return decodeURIComponent(text.replaceAll('+', ' ')); } catch { return text; }
}

/**
 * Checks a client secret, or an assertion signed by the key of a registered certificate with PS256 or RS256 (Microsoft identity
 * platform documentation, "certificate credentials"; RFC 7523 3). An assertion may be used again until it expires, as documented.
 * @param audiences addresses of the token endpoint that an assertion may name.
 * @param now wall time in milliseconds.
 * @returns null when the client sent neither.
 * @throws SignInRefusal when what it sent is wrong.
 */
export function readProof(app: Registration, form: URLSearchParams, audiences: readonly string[], now: number): Proof {
  const assertion = form.get('client_assertion');
  const secret = form.get('client_secret');
  if (assertion !== null) {
    if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') throw refuse.malformed();
    checkAssertion(app, assertion, audiences, now);
    return 'certificate';
  }
  if (secret === null) return null;
  const isExpired = (one: Registration['secrets'][number]): boolean => one.expires !== undefined && Date.parse(one.expires) <= now;
  const found = app.secrets.find((one) => one.value === secret);
  if (found ? isExpired(found) : app.secrets.length > 0 && app.secrets.every(isExpired)) throw refuse.secretExpired(app.facts.appId);
  if (!found) throw refuse.secret(app.facts.appId);
  return 'secret';
}

/** The same for a client that has to prove itself. @throws SignInRefusal 7000218 when it sent nothing. */
export function requireProof(app: Registration, form: URLSearchParams, audiences: readonly string[], now: number): 'secret' | 'certificate' {
  const proof = readProof(app, form, audiences, now);
  if (proof === null) throw refuse.noCredential();
  return proof;
}

function checkAssertion(app: Registration, assertion: string, audiences: readonly string[], now: number): void {
  const { appId } = app.facts;
  const parts = splitJws(assertion);
  if (!parts) throw refuse.assertionMalformed('Token format is not proper.');
  const { header, claims } = parts;
  const pss = header['alg'] === 'PS256';
  if (!pss && header['alg'] !== 'RS256') throw refuse.assertionMalformed(`The algorithm '${String(header['alg'])}' is not supported.`);
  const certificate = app.certificates.find((one) => isNamed(one, header));
  const thumbprint = Buffer.from(String(header['x5t#S256'] ?? header['x5t'] ?? ''), 'base64url').toString('hex').toUpperCase();
  if (!certificate) throw refuse.assertionKey(appId, thumbprint, 'The key was not found.');
  if (certificate.validToDate.getTime() < now) throw refuse.assertionKey(appId, thumbprint, 'The key used is expired.');
  const key = { key: certificate.publicKey, padding: pss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
  if (!verify('sha256', parts.signed, key, parts.signature)) throw refuse.assertionSignature();
  checkClaims(appId, claims, audiences, now);
}

function checkClaims(appId: string, claims: Claims, audiences: readonly string[], now: number): void {
  if (typeof claims['iss'] !== 'string' || claims['iss'].toLowerCase() !== appId) throw refuse.assertionIssuer();
  if (claims['sub'] !== claims['iss']) throw refuse.assertionSubject();
  if (typeof claims['aud'] !== 'string' || !audiences.includes(claims['aud'])) throw refuse.assertionAudience();
  const seconds = now / 1000;
  const { exp, nbf } = claims;
  const iso = (value: number): string => new Date(value * 1000).toISOString();
  if (typeof exp !== 'number' || !Number.isFinite(exp) || Math.abs(exp) > 8e12) throw refuse.assertionMalformed("It has no valid 'exp' claim.");
  if (exp + SKEW_SECONDS < seconds || (nbf !== undefined && (typeof nbf !== 'number' || nbf - SKEW_SECONDS > seconds))) throw refuse.assertionTime(iso(seconds), iso(exp));
}

/** True when the header names this certificate by SHA-256 or SHA-1 thumbprint (RFC 7515 4.1.7, 4.1.8). */
function isNamed(certificate: X509Certificate, header: Claims): boolean {
  const encoded = (fingerprint: string): string => Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url');
  if (header['x5t#S256'] !== undefined) return header['x5t#S256'] === encoded(certificate.fingerprint256);
  return header['x5t'] === encoded(certificate.fingerprint);
}
