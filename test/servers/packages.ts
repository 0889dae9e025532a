import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { chmod, rename, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Debian packages that the real test servers (Samba AD, OpenLDAP) and the browser tests need. */
export const TEST_PACKAGES = [
  'samba', 'samba-ad-provision', 'samba-dsdb-modules', 'samba-vfs-modules', 'python3-samba', 'ldb-tools', 'ldap-utils', 'slapd', 'chromium', 'openssl',
] as const;

/** What {@link ensurePackages} did and could not do. */
export interface PackageReport {
  readonly installed: readonly string[];
  /** Still missing; empty when the tests can start every server. */
  readonly missing: readonly string[];
  /** Why `missing` is not empty, one sentence; empty otherwise. */
  readonly reason: string;
}

/**
 * Which of the named Debian packages are not installed.
 * @param names package names.
 * @returns the missing ones in the given order; all of them where there is no dpkg.
 */
export async function missingPackages(names: readonly string[] = TEST_PACKAGES): Promise<readonly string[]> {
  // dpkg-query ends with 1 when one name is unknown, but still prints the others.
  const outcome = await run('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\n', ...names]).catch((error: { stdout?: string }) => ({ stdout: error.stdout ?? '' }));
  const present = new Set(outcome.stdout.split('\n').filter((line) => line.endsWith(' installed')).map((line) => line.split(' ')[0]));
  return names.filter((name) => !present.has(name));
}

const POLICY = '/usr/sbin/policy-rc.d';
const KEPT = `${POLICY}.before-causeway-tests`;

/**
 * Runs an installation while no package may start a daemon (Debian Policy 9.3.3.1, policy-rc.d), and leaves the
 * machine's own policy file as it was.
 */
async function withoutDaemons<T>(install: () => Promise<T>): Promise<T> {
  if (existsSync(POLICY) && /^\s*exit 101\s*$/m.test(readFileSync(POLICY, 'utf8'))) return install();
  const had = existsSync(POLICY);
  if (had) await rename(POLICY, KEPT);
  try {
    await writeFile(POLICY, '#!/bin/sh\nexit 101\n');
    await chmod(POLICY, 0o755);
    return await install();
  } finally {
    await rm(POLICY, { force: true });
    if (had) await rename(KEPT, POLICY);
  }
}

/**
 * Installs what is missing for the real test servers. Needs root on a Debian system; elsewhere it only reports.
 * @param names package names; default all of {@link TEST_PACKAGES}.
 */
export async function ensurePackages(names: readonly string[] = TEST_PACKAGES): Promise<PackageReport> {
  const missing = await missingPackages(names);
  if (missing.length === 0) return { installed: [], missing, reason: '' };
  if (!existsSync('/etc/debian_version') || !existsSync('/usr/bin/apt-get')) return { installed: [], missing, reason: 'This is not a Debian system.' };
  if (process.getuid?.() !== 0) return { installed: [], missing, reason: `Only root can install packages: apt-get install ${missing.join(' ')}` };
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const quiet = { env, maxBuffer: 64 * 1024 * 1024 };
  try {
    await run('apt-get', ['-q', 'update'], quiet);
    await withoutDaemons(() => run('apt-get', ['-q', '-y', '--no-install-recommends', '-o', 'DPkg::Lock::Timeout=300', 'install', ...missing], quiet));
  } catch (error) {
    const text = error instanceof Error ? (error.message.trim().split('\n').at(-1) ?? '') : String(error);
    return { installed: [], missing: await missingPackages(names), reason: `apt-get failed: ${text}` };
  }
  const still = await missingPackages(names);
  return { installed: missing.filter((name) => !still.includes(name)), missing: still, reason: still.length > 0 ? 'apt-get ended well, but these packages are not installed.' : '' };
}
