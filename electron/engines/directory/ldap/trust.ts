import { readFile } from 'node:fs/promises';
import tls from 'node:tls';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';

/**
 * Authorities that a directory's certificate may come from: those of Node, those of the operating system (where an
 * organisation puts its own, e.g. of Active Directory Certificate Services), and the given file.
 * @param caFile PEM file with one or more certificates; null for none. Throws INVALID_INPUT when it cannot be used.
 * @returns PEM texts for `ca` of a TLS connection.
 */
export async function trustedAuthorities(caFile: string | null): Promise<readonly string[]> {
  const known = [...tls.getCACertificates('default'), ...systemAuthorities()];
  if (caFile === null) return known;
  const text = await readFile(caFile, 'utf8').catch((cause: unknown) => {
    throw appError(ErrorCode.InvalidInput, `The certificate file ${caFile} cannot be read. Choose the PEM file of the authority that signed the domain controller's certificate.`, { cause });
  });
  if (!/-----BEGIN (TRUSTED )?CERTIFICATE-----/.test(text)) {
    throw appError(ErrorCode.InvalidInput, `${caFile} holds no PEM certificate. Export the authority's certificate as Base64 (PEM).`);
  }
  return [...known, text];
}

/** Some builds of Node cannot read the store of the operating system; Node's own list remains. */
function systemAuthorities(): readonly string[] {
  try {
    return tls.getCACertificates('system');
  } catch {
    return [];
  }
}
