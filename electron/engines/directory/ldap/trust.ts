import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';

/**
 * What a directory's certificate is checked against: the authorities of Node, those of the operating system (where an
 * organisation puts its own, e.g. of Active Directory Certificate Services), and the given file.
 * @param caFile certificates as PEM, or one as DER, as Windows exports both under `.cer`; null for none. Throws INVALID_INPUT when it cannot be used.
 * @returns made once and used for every connection, as reading some hundred certificates takes time.
 */
export async function trustFor(caFile: string | null): Promise<tls.SecureContext> {
  const own = caFile === null ? [] : [await readAuthority(caFile)];
  return tls.createSecureContext({ ca: [...new Set([...authorities('default'), ...authorities('system'), ...own])], minVersion: 'TLSv1.2' });
}

/** PEM text of the file. */
async function readAuthority(caFile: string): Promise<string> {
  const bytes = await readFile(caFile).catch((cause: unknown) => {
    throw appError(ErrorCode.InvalidInput, `The certificate file ${caFile} cannot be read. Choose the file of the authority that signed the domain controller's certificate.`, { cause });
  });
  try {
    // Reads the first certificate of a PEM file, so that a file which is none is refused here and not with the first connection.
    const first = new X509Certificate(bytes);
    return bytes.includes('-----BEGIN') ? bytes.toString('latin1') : first.toString();
  } catch (cause) {
    throw appError(ErrorCode.InvalidInput, `${caFile} holds no certificate. Export the certificate of the authority as Base64 (PEM) or DER.`, { cause });
  }
}

/** Some builds of Node cannot read the store of the operating system; Node's own list remains. */
function authorities(store: 'default' | 'system'): readonly string[] {
  try {
    return tls.getCACertificates(store);
  } catch {
    return tls.rootCertificates;
  }
}
