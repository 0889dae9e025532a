import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, sign, verify, type KeyObject } from 'node:crypto';

/** Claims of a token after its signature was checked. */
export type Claims = Readonly<Record<string, unknown>>;

/** Signs and checks the simulator's own tokens (JSON Web Signature with RS256: RFC 7515, RFC 7518 3.3). */
export interface TokenSigner {
  sign(claims: Claims): string;
  /** Claims, or undefined when the token is malformed or not signed by this key. Says nothing of times or audience. */
  read(token: string): Claims | undefined;
  /** Public key as JWK for the discovery document's `jwks_uri`. */
  readonly jwk: Readonly<Record<string, unknown>>;
  /** Private key as PKCS 8 PEM, for the state file. */
  readonly pem: string;
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Splits a JWS in its three parts as JSON and bytes; undefined when it is malformed (RFC 7515 3.1). */
export function splitJws(token: string): { readonly header: Claims; readonly claims: Claims; readonly signed: Buffer; readonly signature: Buffer } | undefined {
  const [head, payload, signature, more] = token.split('.');
  if (!head || !payload || !signature || more !== undefined) return undefined;
  // Node's decoder skips what is no Base64url; a signature has one spelling.
  if (Buffer.from(signature, 'base64url').toString('base64url') !== signature) return undefined;
  try {
    const header: unknown = JSON.parse(Buffer.from(head, 'base64url').toString('utf8'));
    const claims: unknown = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
    if (typeof header !== 'object' || header === null || typeof claims !== 'object' || claims === null) return undefined;
    return { header: header as Claims, claims: claims as Claims, signed: Buffer.from(`${head}.${payload}`), signature: Buffer.from(signature, 'base64url') };
  } catch {
    return undefined;
  }
}

/** Makes a signer from a stored key, or from a new 2048 bit RSA key. */
export function tokenSigner(pem?: string): TokenSigner {
  const key: KeyObject = pem === undefined ? generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey : createPrivateKey(pem);
  const publicKey = createPublicKey(key);
  const kid = createHash('sha1').update(publicKey.export({ type: 'spki', format: 'der' })).digest('base64url');
  const header = encode({ typ: 'JWT', alg: 'RS256', x5t: kid, kid });
  return {
    pem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
    jwk: { ...publicKey.export({ format: 'jwk' }), kid, x5t: kid, use: 'sig' },
    sign: (claims) => {
      const signed = `${header}.${encode(claims)}`;
      return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
    },
    read: (token) => {
      const parts = splitJws(token);
      return parts && parts.header['alg'] === 'RS256' && verify('sha256', parts.signed, publicKey, parts.signature) ? parts.claims : undefined;
    },
  };
}
