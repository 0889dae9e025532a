import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

/** Makes values that only this authority can read and nobody can change: refresh tokens and session cookies (Microsoft identity platform documentation, refresh tokens: "encrypted and only the Microsoft identity platform can read them"). */
export interface Sealer {
  seal(value: unknown): string;
  /** The value; undefined when the text was not made by {@link Sealer.seal}. */
  open(text: string): unknown;
}

/** AES-256-GCM under a key derived from the signing key, so that values outlive a run with the state file. @param secret PEM of the signing key. @param purpose values of one purpose cannot be used for another. */
export function sealer(secret: string, purpose: string): Sealer {
  const key = Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
  return {
    seal: (value) => {
      const iv = randomBytes(12);
      const cipher = createCipheriv('aes-256-gcm', key, iv);
      const body = Buffer.concat([cipher.update(JSON.stringify(value), 'utf8'), cipher.final()]);
      return `1.A${Buffer.concat([iv, cipher.getAuthTag(), body]).toString('base64url')}`;
    },
    open: (text) => {
      const bytes = Buffer.from(text.startsWith('1.A') ? text.slice(3) : '', 'base64url');
      if (bytes.length < 29) return undefined;
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12), { authTagLength: 16 });
        decipher.setAuthTag(bytes.subarray(12, 28));
        return JSON.parse(Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8')) as unknown;
      } catch {
        return undefined;
      }
    },
  };
}
