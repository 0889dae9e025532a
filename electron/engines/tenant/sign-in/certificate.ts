import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';

/** What msal-node needs to sign an assertion. */
export interface AppCertificate {
  /** SHA-256 of the DER certificate, hexadecimal, lower case, 64 characters. */
  readonly thumbprintSha256: string;
  readonly privateKey: string;
  /** PEM certificate, sent along so that subject name and issuer authentication works too. */
  readonly x5c: string;
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/;
const PRIVATE_KEY = /-----BEGIN ((?:RSA |EC |ENCRYPTED )?PRIVATE KEY)-----[\s\S]+?-----END \1-----/;

const bad = (message: string, cause?: unknown): Error => appError(ErrorCode.BadFile, message, cause === undefined ? {} : { cause });

/**
 * Puts certificate and private key together and checks that they fit before anything is sent.
 * @param secretPem PEM of the private key; may hold the certificate too.
 * @param certificatePem PEM of the certificate; null: it is in `secretPem`.
 * @param now milliseconds since 1970.
 * @throws AppError BAD_FILE: not PEM, key encrypted, not RSA or not of this certificate. AUTH_FAILED: not valid at this time.
 */
export function appCertificate(secretPem: string, certificatePem: string | null, now: number): AppCertificate {
  const pem = CERTIFICATE.exec(certificatePem ?? secretPem)?.[0];
  if (pem === undefined) throw bad('The certificate file holds no PEM certificate: export it as Base64 encoded X.509 (-----BEGIN CERTIFICATE-----).');
  const found = PRIVATE_KEY.exec(secretPem);
  if (!found) throw bad('The secret holds no PEM private key: export it as PKCS #8 PEM (-----BEGIN PRIVATE KEY-----).');
  if (found[1] === 'ENCRYPTED PRIVATE KEY') throw bad('The private key is protected by a passphrase: export it without one; Causeway keeps it in the secret store.');
  let certificate: X509Certificate;
  let key: KeyObject;
  try {
    certificate = new X509Certificate(pem);
    key = createPrivateKey(found[0]);
  } catch (error) {
    throw bad('The certificate or its private key cannot be read: export both again as PEM.', error);
  }
  if (key.asymmetricKeyType !== 'rsa') throw bad('The certificate\'s key is not RSA, which the sign-in service needs: make an RSA certificate of 2048 bits or more.');
  if (!certificate.checkPrivateKey(key)) throw bad('The private key does not belong to the certificate: choose the pair that was made together.');
  if (certificate.validToDate.getTime() < now) throw appError(ErrorCode.AuthFailed, `The certificate has expired on ${certificate.validToDate.toISOString().slice(0, 10)}: make a new one and upload it to the app registration.`);
  if (certificate.validFromDate.getTime() > now) throw appError(ErrorCode.AuthFailed, `The certificate is valid only from ${certificate.validFromDate.toISOString().slice(0, 10)}: check this machine's clock.`);
  return { thumbprintSha256: certificate.fingerprint256.replaceAll(':', '').toLowerCase(), privateKey: found[0], x5c: pem };
}
