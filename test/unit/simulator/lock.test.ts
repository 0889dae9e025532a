import { spawnSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createLockFile, readLockFile, removeLockFile, replaceLockFile } from '../../../electron/simulator/lock-file.ts';
import { createSimulatedTargets, type SimulatedTargets } from '../../../electron/simulator/targets.ts';

let folder: string;
let stateFile: string;
let lockFile: string;
const opened: SimulatedTargets[] = [];
const servers: Server[] = [];
beforeEach(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-lock-'));
  stateFile = path.join(folder, 'tenant.json');
  lockFile = `${stateFile}.lock`;
});
afterEach(async () => {
  for (const targets of opened.splice(0)) await targets.close();
  for (const server of servers.splice(0)) { server.closeAllConnections(); server.close(); }
  await rm(folder, { recursive: true, force: true });
});

/** One finder, as each process has one. */
const finder = (log: (line: string) => void = () => {}): SimulatedTargets => {
  const targets = createSimulatedTargets({ log });
  opened.push(targets);
  return targets;
};
const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;
const lockOf = (origin: string, pid: number): string => JSON.stringify({ origin, pid, tenantId: 't', clientId: 'c', clientSecret: 's' });
/** A server at the origin of a lock. */
const serve = async (react: (answer: (status: number) => void) => void): Promise<string> => {
  const server = createServer((_request, response) => { react((status) => { response.writeHead(status).end('{}'); }); });
  servers.push(server);
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', resolve); });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
describe('a lock file', () => {
  it('is made once, changed and removed only by who names what it holds, and leaves nothing beside it', async () => {
    expect(createLockFile(lockFile, 'a')).toBe(true);
    expect(createLockFile(lockFile, 'b')).toBe(false);
    expect(replaceLockFile(lockFile, 'b', 'c')).toBe(false);
    expect(removeLockFile(lockFile, 'b')).toBe(false);
    expect(readLockFile(lockFile)).toBe('a');
    expect(replaceLockFile(lockFile, 'a', 'c')).toBe(true);
    expect(readLockFile(lockFile)).toBe('c');
    expect(await readdir(folder)).toEqual(['tenant.json.lock']);
    expect(removeLockFile(lockFile, 'c')).toBe(true);
    expect(removeLockFile(lockFile, 'c')).toBe(false);
    expect(readLockFile(lockFile)).toBeUndefined();
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('processes that look for the simulated tenant of one file', () => {
  it.each([
    ['no lock', () => null],
    ['the lock of a simulator that is gone', () => lockOf('http://127.0.0.1:9', deadPid())],
    ['the claim of a process that died while it started', () => String(deadPid())],
    ['a lock that nobody can read', () => '{"origin":'],
  ])('start one simulator between them when they find %s', async (_what, content) => {
    const text = content();
    if (text !== null) await writeFile(lockFile, text);
    // Only the finder whose simulator is asked hears of it.
    const heard = new Set<number>();
    const found = await Promise.all(Array.from({ length: 12 }, async (_, i) => {
      // They do not look in the same moment: one finds the old lock, another the new one.
      await new Promise((resolve) => { setTimeout(resolve, i * 2); });
      return await finder((line) => { if (line.includes('whoIsThere')) heard.add(i); }).open({ stateFile });
    }));
    for (const { transports } of found) await transports.fetch('https://graph.microsoft.com/v1.0/whoIsThere', { method: 'GET' });
    expect([...heard]).toHaveLength(1);
    for (const targets of opened.splice(0)) await targets.close();
    expect(await readdir(folder)).toEqual(['tenant.json']);
  });

  it('do not remove the lock that another has put in place of the dead one since', async () => {
    const living = await serve((answer) => answer(200));
    const fresh = lockOf(living, process.pid).replace('"t"', '"fresh"');
    const gone = await serve((answer) => { void writeFile(lockFile, fresh).then(() => answer(500)); });
    await writeFile(lockFile, lockOf(gone, deadPid()));
    expect((await finder().open({ stateFile })).credentials?.tenantId).toBe('fresh');
    expect(await readFile(lockFile, 'utf8')).toBe(fresh);
    expect(await readdir(folder)).toEqual(['tenant.json.lock']);
  });

  it('do not take the lock of a living simulator that is slow to answer', async () => {
    let slow = true;
    const lock = lockOf(await serve((answer) => { if (!slow) answer(200); }), process.pid);
    await writeFile(lockFile, lock);
    setTimeout(() => { slow = false; }, 2_500);
    expect((await finder().open({ stateFile })).credentials).toEqual({ tenantId: 't', clientId: 'c', clientSecret: 's' });
    expect(await readFile(lockFile, 'utf8')).toBe(lock);
  });

  it('leave the lock of another where it is when they end', async () => {
    const mine = finder();
    await mine.open({ stateFile });
    const others = lockOf('http://127.0.0.1:9', process.pid);
    await writeFile(lockFile, others);
    await mine.close();
    expect(await readFile(lockFile, 'utf8')).toBe(others);
  });
});
