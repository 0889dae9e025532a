import { execFile } from 'node:child_process';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

/** PEM files of a certificate authority made for a test. */
export interface TestAuthority { readonly caFile: string; readonly caKeyFile: string }
/** PEM files of one server certificate. */
export interface TestCertificate { readonly certFile: string; readonly keyFile: string }

/**
 * Makes a certificate authority (EC P-256, valid for ten years) in a folder.
 * @param dir made when it is missing; files `ca.pem` and `ca-key.pem`.
 * @param name common name, so that two authorities can be told apart.
 */
export async function makeAuthority(dir: string, name = 'Causeway test authority'): Promise<TestAuthority> {
  await mkdir(dir, { recursive: true });
  const caFile = path.join(dir, 'ca.pem');
  const caKeyFile = path.join(dir, 'ca-key.pem');
  await run('openssl', ['req', '-x509', ...KEY, '-days', '3650', '-subj', `/CN=${name}`, '-keyout', caKeyFile, '-out', caFile]);
  return { caFile, caKeyFile };
}

/** What {@link makeCertificate} puts into the certificate. */
export interface CertificateWish {
  /** File name stem inside `dir`, e.g. `server` for `server.pem` and `server-key.pem`. */
  readonly name: string;
  readonly dnsNames: readonly string[];
  readonly addresses?: readonly string[];
  /** True: it ended in 2021. */
  readonly expired?: boolean;
}

/** Makes a server certificate signed by the authority (RFC 5280 4.2.1.6: names are in subjectAltName). */
export async function makeCertificate(dir: string, authority: TestAuthority, wish: CertificateWish): Promise<TestCertificate> {
  await mkdir(dir, { recursive: true });
  const file = (suffix: string): string => path.join(dir, `${wish.name}${suffix}`);
  const names = [...wish.dnsNames.map((name) => `DNS:${name}`), ...(wish.addresses ?? []).map((address) => `IP:${address}`)].join(',');
  await run('openssl', ['req', ...KEY, '-subj', `/CN=${wish.dnsNames[0] ?? 'server'}`, '-keyout', file('-key.pem'), '-out', file('.csr')]);
  // `openssl ca` is the only sub-command of OpenSSL 3.0 that takes a start and an end date.
  await writeFile(file('.cnf'), [
    '[ca]', 'default_ca=own', '[own]', `database=${file('.index')}`, `serial=${file('.serial')}`, `new_certs_dir=${dir}`, 'default_md=sha256',
    'policy=any', 'x509_extensions=server', 'unique_subject=no', '[any]', 'commonName=supplied', '[server]',
    `subjectAltName=${names}`, 'extendedKeyUsage=serverAuth', 'basicConstraints=CA:FALSE', '',
  ].join('\n'));
  await writeFile(file('.index'), '');
  await writeFile(file('.serial'), `${Date.now().toString(16).padStart(16, '0')}\n`);
  const dates = wish.expired === true ? ['-startdate', '20200101000000Z', '-enddate', '20210101000000Z'] : ['-days', '3650'];
  await run('openssl', [
    'ca', '-batch', '-notext', '-config', file('.cnf'), '-cert', authority.caFile, '-keyfile', authority.caKeyFile, ...dates,
    '-in', file('.csr'), '-out', file('.pem'),
  ]);
  await Promise.all(['.csr', '.cnf', '.index', '.serial', '.index.old', '.serial.old', '.index.attr'].map((suffix) => rm(file(suffix), { force: true })));
  return { certFile: file('.pem'), keyFile: file('-key.pem') };
}
