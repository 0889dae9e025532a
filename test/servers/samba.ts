import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { makeAuthority, makeCertificate, type TestCertificate } from './certificates.ts';
import { startServer, untilReady, type ServerProcess } from './child.ts';
import { exchangeSchemaLdif } from './exchange-schema.ts';
import { missingPackages } from './packages.ts';

const run = promisify(execFile);
const REALM = 'CORP.EXAMPLE.COM';
const BASE_DN = 'DC=corp,DC=example,DC=com';
const HOST = 'dc1.corp.example.com';
const PASSWORD = 'Passw0rd!2024';
const PACKAGES = ['samba', 'samba-ad-provision', 'samba-dsdb-modules', 'samba-vfs-modules', 'python3-samba', 'ldb-tools', 'ldap-utils', 'openssl'];
/** Every address a test server may have is in the certificate, so that one snapshot serves all. */
const ADDRESSES = ['127.0.0.1', ...Array.from({ length: 70 }, (_, i) => `127.0.0.${10 + i}`)];
/** Raise when the way a domain is provisioned changes otherwise than in the hashed texts. */
const SNAPSHOT_VERSION = 1;

/** A running Samba Active Directory domain controller. */
export interface SambaServer {
  readonly address: string;
  readonly baseDn: string;
  /** DNS name of the domain. */
  readonly domain: string;
  readonly adminUser: string;
  readonly password: string;
  /** PEM of the authority that signed the server's certificate. */
  readonly caFile: string;
  /** Name in the certificate, which also holds the address. */
  readonly host: string;
  readonly dir: string;
  /** Adds the records of an LDIF text while the server is stopped, then starts it again. About 2.5 ms a user. */
  load(ldif: string): Promise<void>;
  stop(): Promise<void>;
}

/** Why Samba cannot be started on this machine; empty when it can. */
export async function sambaObstacle(): Promise<string> {
  const missing = await missingPackages(PACKAGES);
  if (missing.length > 0) return `missing packages: ${missing.join(' ')}`;
  return process.getuid?.() === 0 ? '' : 'provisioning a Samba domain needs root';
}

/** Only the LDAP service, on one address: the ports 389, 636, 3268 and 3269 cannot be chosen. */
function smbConf(dir: string, address: string): string {
  return `[global]
    netbios name = DC1
    realm = ${REALM}
    workgroup = CORP
    server role = active directory domain controller
    server services = ldap
    dcerpc endpoint servers =
    interfaces = ${address}/8
    bind interfaces only = yes
    ldap server require strong auth = no
    dsdb:schema update allowed = yes
    ldb:nosync = true
    posix:eadb = ${dir}/eadb.tdb
    private dir = ${dir}/private
    state directory = ${dir}/state
    cache directory = ${dir}/cache
    lock directory = ${dir}
    pid directory = ${dir}/run
    binddns dir = ${dir}/bind-dns
    ncalrpc dir = ${dir}/run/ncalrpc
    log file = ${dir}/log.samba
    logging = file
    log level = 0
    max log size = 0
    panic action = /bin/true
    tls enabled = yes
    load printers = no
    printing = bsd
    disable spoolss = yes
`;
}

async function writeConf(dir: string, address: string): Promise<void> {
  await writeFile(path.join(dir, 'smb.conf'), smbConf(dir, address));
  await mkdir(path.join(dir, 'run', 'ncalrpc'), { recursive: true });
  await mkdir(path.join(dir, 'cache'), { recursive: true });
}

async function provision(dir: string): Promise<void> {
  await run('samba-tool', [
    'domain', 'provision', '--quiet', `--realm=${REALM}`, '--domain=CORP', `--adminpass=${PASSWORD}`, '--server-role=dc', '--dns-backend=NONE',
    '--host-name=dc1', '--host-ip=127.0.0.1', `--targetdir=${dir}`, '--backend-store=mdb', '--backend-store-size=16Gb',
    `--option=posix:eadb=${dir}/eadb.tdb`, '--option=interfaces=127.0.0.1/8', '--option=bind interfaces only=yes',
  ]);
  await writeConf(dir, '127.0.0.1');
  const tls = path.join(dir, 'private', 'tls');
  const authority = await makeAuthority(tls, 'CORP test authority');
  const made = await makeCertificate(tls, authority, { name: 'dc1', dnsNames: [HOST, 'localhost'], addresses: ADDRESSES });
  await useCertificate(dir, made);
  const ldif = exchangeSchemaLdif(BASE_DN);
  for (const [name, text] of [['attributes', ldif.attributes], ['classes', ldif.classes]] as const) {
    const file = path.join(dir, `exchange-${name}.ldif`);
    await writeFile(file, text);
    await run('ldbmodify', ['-H', path.join(dir, 'private', 'sam.ldb'), `--configfile=${dir}/smb.conf`, file]);
  }
}

async function useCertificate(dir: string, certificate: TestCertificate): Promise<void> {
  const tls = path.join(dir, 'private', 'tls');
  await cp(certificate.certFile, path.join(tls, 'cert.pem'));
  await cp(certificate.keyFile, path.join(tls, 'key.pem'));
  // Samba refuses a key that others can read.
  await run('chmod', ['600', path.join(tls, 'key.pem')]);
}

/** Archive of the provisioned, empty domain: made once per machine and per way of provisioning. */
async function snapshot(): Promise<string> {
  const ldif = exchangeSchemaLdif(BASE_DN);
  const version = await run('dpkg-query', ['-W', '-f=${Version}', 'samba']).then((done) => done.stdout);
  const key = createHash('sha256').update(JSON.stringify([SNAPSHOT_VERSION, version, REALM, PASSWORD, ADDRESSES, smbConf('DIR', 'ADDRESS'), ldif])).digest('hex').slice(0, 16);
  const cache = path.join(os.tmpdir(), 'causeway-test-cache');
  const file = path.join(cache, `samba-${key}.tgz`);
  if (existsSync(file)) return file;
  await mkdir(cache, { recursive: true });
  const dir = await mkdtemp(path.join(cache, 'provision-'));
  try {
    await provision(dir);
    const part = `${file}.${process.pid}`;
    await run('tar', ['czf', part, '-C', dir, '--exclude=*.ldb-lock', '--exclude=msg.sock', '--exclude=./run', '--exclude=ldapi', '.']);
    await rename(part, file);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
  return file;
}

/** Adds records inside a few large transactions; single adds through ldbadd take quadratic time. */
const BULK_LOAD = `
import sys
from samba.samdb import SamDB
from samba.param import LoadParm
from samba.auth import system_session
lp = LoadParm(); lp.load(sys.argv[2])
db = SamDB(url=sys.argv[1], lp=lp, session_info=system_session(), options=['batch_mode:1', 'transaction_index_cache_size:200000'])
n = 0
db.transaction_start()
for change, msg in db.parse_ldif(open(sys.argv[3], encoding='utf-8').read()):
    db.add(msg); n += 1
    if n % 5000 == 0:
        db.transaction_commit(); db.transaction_start()
db.transaction_commit()
`;

async function bulkLoad(dir: string, ldif: string): Promise<void> {
  const file = path.join(dir, 'load.ldif');
  await writeFile(file, ldif);
  await run('/usr/bin/python3', ['-c', BULK_LOAD, path.join(dir, 'private', 'sam.ldb'), path.join(dir, 'smb.conf'), file], { maxBuffer: 64 * 1024 * 1024 });
  await rm(file, { force: true });
}

async function launch(dir: string, address: string): Promise<ServerProcess> {
  const log = path.join(dir, 'samba.out');
  const server = startServer('samba', ['-s', path.join(dir, 'smb.conf'), '--foreground', '--no-process-group', '--model=prefork'], log);
  const answers = async (): Promise<boolean> => run('ldapsearch', ['-x', '-LLL', '-H', `ldap://${address}`, '-s', 'base', '-b', '', 'defaultNamingContext']).then(() => true, () => false);
  await untilReady(server, answers, async () => (await readFile(log, 'utf8').catch(() => '')) + (await readFile(path.join(dir, 'log.samba'), 'utf8').catch(() => '')));
  return server;
}

/** Else what answers is another server, left over from a run that was killed. @throws Error that names the address. */
async function requireFree(address: string): Promise<void> {
  const taken = await new Promise<boolean>((resolve) => {
    const socket = net.connect({ host: address, port: 389 }, () => { socket.destroy(); resolve(true); });
    socket.once('error', () => { resolve(false); });
  });
  if (taken) throw new Error(`another server listens on ${address}:389; end it, it may be left over from a run that was killed`);
}

/** How to start a domain controller. */
export interface SambaOptions {
  /** Its own loopback address, 127.0.0.10 to 127.0.0.79; one per test file that may run at the same time. */
  readonly address: string;
  /** Folder for its files; default a new one, removed by `stop`. */
  readonly dir?: string;
  /** LDIF loaded before the start: objects below {@link SambaServer.baseDn}. */
  readonly ldif?: string;
  /** Another certificate than the usual one, e.g. an expired one. */
  readonly certificate?: TestCertificate;
}

/**
 * Starts a fresh Samba AD domain CORP.EXAMPLE.COM with the Exchange attributes. The first call on a machine provisions it
 * (about 10 s), later ones unpack a snapshot (under 1 s). Throws with Samba's own words when it does not get ready.
 */
export async function startSamba(options: SambaOptions): Promise<SambaServer> {
  if (!ADDRESSES.includes(options.address)) throw new Error(`use one of ${ADDRESSES.join(', ')}, not ${options.address}`);
  const obstacle = await sambaObstacle();
  if (obstacle !== '') throw new Error(`Samba cannot be started: ${obstacle}`);
  await requireFree(options.address);
  const archive = await snapshot();
  const dir = options.dir ?? await mkdtemp(path.join(os.tmpdir(), 'causeway-samba-'));
  await mkdir(dir, { recursive: true });
  await run('tar', ['xzf', archive, '-C', dir]);
  await writeConf(dir, options.address);
  if (options.certificate !== undefined) await useCertificate(dir, options.certificate);
  if (options.ldif !== undefined) await bulkLoad(dir, options.ldif);
  let server = await launch(dir, options.address).catch(async (error: unknown) => {
    if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    throw error;
  });
  return {
    address: options.address, baseDn: BASE_DN, domain: REALM.toLowerCase(), adminUser: `Administrator@${REALM}`, password: PASSWORD, host: HOST, dir,
    caFile: path.join(dir, 'private', 'tls', 'ca.pem'),
    load: async (ldif) => {
      await server.stop();
      await bulkLoad(dir, ldif);
      server = await launch(dir, options.address);
    },
    stop: async () => {
      await server.stop();
      if (options.dir === undefined) await rm(dir, { recursive: true, force: true });
    },
  };
}
