import { execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { startServer, untilReady } from './child.ts';
import { missingPackages } from './packages.ts';
import { AD_LIKE_SCHEMA } from './slapd-schema.ts';
import { peopleLdif } from './users.ts';

const run = promisify(execFile);
const BASE_DN = 'DC=corp,DC=example,DC=com';
const USER = `CN=Administrator,CN=Users,${BASE_DN}`;
const PASSWORD = 'Passw0rd!2024';

/** A running OpenLDAP server with Active Directory's attribute names: for size, not for behaviour. */
export interface SlapdServer {
  readonly url: string;
  /** `127.0.0.1:port`, as a connection wants it. */
  readonly server: string;
  readonly baseDn: string;
  /** DN that may read everything. */
  readonly user: string;
  readonly password: string;
  /** DN of the container with the people. */
  readonly peopleDn: string;
  stop(): Promise<void>;
}

/** Why OpenLDAP cannot be started on this machine; empty when it can. */
export async function slapdObstacle(): Promise<string> {
  const missing = await missingPackages(['slapd', 'ldap-utils']);
  return missing.length === 0 ? '' : `missing packages: ${missing.join(' ')}`;
}

function conf(dir: string): string {
  return `include /etc/ldap/schema/core.schema
include ${dir}/ad.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${dir}/slapd.pid
argsfile ${dir}/slapd.args
sizelimit unlimited
timelimit unlimited
database mdb
suffix "${BASE_DN}"
rootdn "${USER}"
rootpw ${PASSWORD}
directory ${dir}/db
maxsize 4294967296
dbnosync
index objectClass,sAMAccountName,userPrincipalName,mail,proxyAddresses,objectGUID,uSNChanged eq
`;
}

/**
 * Loads a made-up organisation into a fresh server and starts it on loopback. 100,000 people take about 7 s.
 * @param options `port` on 127.0.0.1; `people` (default 1,000) in OU=People.
 */
export async function startSlapd(options: { readonly port: number; readonly people?: number }): Promise<SlapdServer> {
  const dir = await mkdtemp(path.join(os.tmpdir(), 'causeway-slapd-'));
  await mkdir(path.join(dir, 'db'));
  await writeFile(path.join(dir, 'ad.schema'), AD_LIKE_SCHEMA);
  await writeFile(path.join(dir, 'slapd.conf'), conf(dir));
  await load(dir, options.people ?? 1000);
  const url = `ldap://127.0.0.1:${options.port}`;
  const log = path.join(dir, 'slapd.out');
  // A debug level keeps slapd in the foreground, as our child.
  const server = startServer('/usr/sbin/slapd', ['-d', '0', '-f', path.join(dir, 'slapd.conf'), '-h', url], log);
  const answers = async (): Promise<boolean> => run('ldapsearch', ['-x', '-LLL', '-H', url, '-s', 'base', '-b', '', '1.1']).then(() => true, () => false);
  await untilReady(server, answers, () => readFile(log, 'utf8'));
  return {
    url, server: `127.0.0.1:${options.port}`, baseDn: BASE_DN, user: USER, password: PASSWORD, peopleDn: `OU=People,${BASE_DN}`,
    stop: async () => {
      await server.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function load(dir: string, people: number): Promise<void> {
  const child = spawn('/usr/sbin/slapadd', ['-q', '-f', path.join(dir, 'slapd.conf')], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => { said = (said + chunk.toString()).slice(-2000); });
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  await pipeline(Readable.from(peopleLdif({ count: people, ou: 'People', base: BASE_DN, dialect: 'slapd' })), child.stdin).catch(() => undefined);
  const code = await ended;
  if (code !== 0) throw new Error(`slapadd ended with ${code}: ${said}`);
}
