import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto';
import { open } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Sealer } from './port.ts';

/** Environment variable that names the operator's key file. */
export const KEY_FILE_VARIABLE = 'CAUSEWAY_KEY_FILE';

/** Least length of the key in bytes: 32 characters of Base64 carry 192 random bits. */
export const MIN_KEY_BYTES = 32;
const MAX_KEY_BYTES = 64 * 1024;

/** Cost of deriving the key, once per process; OWASP Password Storage Cheat Sheet, scrypt: N = 2^17, r = 8, p = 1 (128 MiB). */
const COST = { N: 2 ** 17, r: 8, p: 1, maxmem: 192 * 1024 * 1024 } as const;

const derive = promisify<string | Buffer, Uint8Array, number, typeof COST, Buffer>(scrypt);

/** Lengths in bytes for AES-256-GCM: NIST SP 800-38D 5.2.1.1 (96-bit nonce) and 5.2.1.2 (128-bit tag). */
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Rights that others must not have. */
const OTHERS = 0o077;
/**
 * The same for a file that systemd hands to a service: it gives the service's user the right to read by an access control list where the file system
 * has them, and the group's bits of the mode then show the mask of the list, not a right of the group (systemd.exec(5), "LoadCredential="; acl(5),
 * "Correspondence between ACL entries and file permission bits").
 */
const OTHERS_OF_CREDENTIAL = 0o037;

/** Environment variable by which systemd names the folder of a service's credentials. */
const CREDENTIALS_VARIABLE = 'CREDENTIALS_DIRECTORY';

/**
 * Reads the operator's key file. Blanks and line ends around the key do not count.
 * @param env environment of the process.
 * @returns the key material, not yet a key.
 * @throws {AppError} `SECRET_MISSING` when it cannot be read, `FORBIDDEN` when others may read it (not checked on Windows,
 * which has no such mode), `BAD_FILE` when it is too short or too long.
 */
export async function readKeyFile(file: string, env: Readonly<Record<string, string | undefined>> = {}): Promise<Buffer> {
  const handle = await open(file, 'r').catch((cause: unknown) => {
    throw appError(ErrorCode.SecretMissing, `The key file ${file} (${KEY_FILE_VARIABLE}) cannot be read. Check the path and its owner.`, { cause });
  });
  try {
    const stat = await handle.stat();
    if (!stat.isFile()) throw appError(ErrorCode.BadFile, `The key file ${file} (${KEY_FILE_VARIABLE}) is not a file.`);
    if (process.platform !== 'win32' && (stat.mode & (path.dirname(path.resolve(file)) === env[CREDENTIALS_VARIABLE] ? OTHERS_OF_CREDENTIAL : OTHERS)) !== 0) {
      throw appError(ErrorCode.Forbidden, `Others can read the key file ${file}. Run: chmod 600 ${file}`);
    }
    if (stat.size > MAX_KEY_BYTES) throw appError(ErrorCode.BadFile, `The key file ${file} has more than ${MAX_KEY_BYTES} bytes; it is not a key.`);
    const key = Buffer.from((await handle.readFile('latin1')).trim(), 'latin1');
    if (key.length < MIN_KEY_BYTES) {
      throw appError(ErrorCode.BadFile, `The key in ${file} is shorter than ${MIN_KEY_BYTES} characters. Make one with: openssl rand -base64 48`);
    }
    return key;
  } finally {
    await handle.close();
  }
}

/**
 * Seals with AES-256-GCM under a key derived from the key file by scrypt: a fresh nonce per seal, the name as
 * additional authenticated data.
 * @param material see {@link readKeyFile}.
 * @param salt 16 bytes kept beside the sealed values.
 */
export async function keySealer(material: Buffer, salt: Uint8Array): Promise<Sealer> {
  const key = await derive(material, salt, 32, COST);
  return {
    seal: async (name, value) => {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
      cipher.setAAD(Buffer.from(name, 'utf8'));
      const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
      return Buffer.concat([nonce, cipher.getAuthTag(), sealed]).toString('base64');
    },
    open: async (name, text) => {
      const bytes = Buffer.from(text, 'base64');
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
      decipher.setAAD(Buffer.from(name, 'utf8'));
      decipher.setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
      return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
    },
  };
}
