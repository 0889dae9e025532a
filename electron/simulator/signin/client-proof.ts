import { constants, verify, X509Certificate } from 'node:crypto';
import type { AppRegistration } from './apps.ts';
import { refuse } from './aadsts.ts';
import { splitJws } from './keys.ts';

/** Tolerated difference of clocks in seconds (Microsoft identity platform: five minutes). */
const SKEW_SECONDS = 300;

/**
 * Checks that the caller of the token endpoint is the application: a client secret, or an assertion signed by the key of a
 * registered certificate with PS256 or RS256 (Microsoft identity platform documentation, "certificate credentials"; RFC 7523).
 * @param tokenEndpoint full address the client called: the audience the assertion must have.
 * @param now wall time in milliseconds.
 * @throws SignInRefusal when the proof is missing or wrong.
 */
export function proveClient(app: AppRegistration, form: URLSearchParams, tokenEndpoint: string, now: number): 'secret' | 'certificate' {
  const assertion = form.get('client_assertion');
  const secret = form.get('client_secret');
  if (assertion === null && secret === null) throw refuse.noCredential();
  if (assertion === null) {
    if (secret !== app.secret) throw refuse.secret(app.appId);
    return 'secret';
  }
  if (form.get('client_assertion_type') !== 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer') throw refuse.malformed();
  const parts = splitJws(assertion);
  if (!parts) throw refuse.assertionSignature();
  const { header, claims } = parts;
  const certificate = app.certificates.map((pem) => new X509Certificate(pem)).find((c) => matches(c, header));
  if (!certificate) throw refuse.assertionKey();
  const pss = header['alg'] === 'PS256';
  if (!pss && header['alg'] !== 'RS256') throw refuse.assertionSignature();
  const key = { key: certificate.publicKey, padding: pss ? constants.RSA_PKCS1_PSS_PADDING : constants.RSA_PKCS1_PADDING, saltLength: 32 };
  if (!verify('sha256', parts.signed, key, parts.signature)) throw refuse.assertionSignature();
  if (claims['iss'] !== app.appId || claims['sub'] !== app.appId) throw refuse.assertionIssuer();
  if (claims['aud'] !== tokenEndpoint) throw refuse.assertionAudience();
  const seconds = now / 1000;
  const { exp, nbf } = claims;
  if (typeof exp !== 'number' || exp + SKEW_SECONDS < seconds || (typeof nbf === 'number' && nbf - SKEW_SECONDS > seconds)) throw refuse.assertionTime();
  return 'certificate';
}

/** True when the header names this certificate by SHA-256 or SHA-1 thumbprint (RFC 7515 4.1.7, 4.1.8). */
function matches(certificate: X509Certificate, header: Readonly<Record<string, unknown>>): boolean {
  const encoded = (fingerprint: string): string => Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url');
  return header['x5t#S256'] === encoded(certificate.fingerprint256) || header['x5t'] === encoded(certificate.fingerprint);
}
