import { generateKeyPairSync } from 'node:crypto';

/** A key for simulators of one test file: making one takes up to 100 ms, and most tests do not care whose it is. PKCS 8 PEM. */
export const signingKeyPem: string = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
