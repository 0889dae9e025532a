import tls from 'node:tls';

/**
 * Makes this process trust the authorities that the machine trusts, besides those that Node brings and those of
 * `NODE_EXTRA_CA_CERTS`: domain controllers and proxies carry certificates of the organisation's own authority.
 * Trust is only ever added; no check is switched off. Node documentation, `tls.setDefaultCACertificates` (24.5).
 * @returns how many authorities the machine added; 0 where this Node cannot ask the machine.
 */
export function trustSystemAuthorities(): number {
  if (typeof tls.setDefaultCACertificates !== 'function') return 0;
  const known = tls.getCACertificates('default');
  const all = new Set([...known, ...tls.getCACertificates('system')]);
  const added = all.size - new Set(known).size;
  if (added > 0) tls.setDefaultCACertificates([...all]);
  return added;
}
