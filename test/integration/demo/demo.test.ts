import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

const run = promisify(execFile);
const ROOT = path.resolve(import.meta.dirname, '../../..');
const home = await mkdtemp(path.join(tmpdir(), 'causeway-demo-test-'));
afterAll(() => rm(home, { recursive: true, force: true }));

const Result = z.strictObject({
  sourceObjects: z.int(), created: z.int(), updated: z.int(), memberships: z.int(), rolledBack: z.int(), verifiedAfterMigration: z.literal(true), verifiedAfterRollback: z.literal(true), seconds: z.number(),
});

describe('npm run demo', () => {
  it('does the whole main job, ends with one JSON line and with 0', async () => {
    const { stdout, stderr } = await run(process.execPath, ['electron/cli/index.ts', 'demo', '--json'], { cwd: ROOT, env: { ...process.env, CAUSEWAY_HOME: home } });
    const lines = stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    const result = Result.parse(JSON.parse(lines[0] ?? ''));
    expect(result.sourceObjects).toBeGreaterThan(250);
    expect(result.created).toBeGreaterThan(200);
    expect(result.memberships).toBeGreaterThan(500);
    // Everything that was created or changed is taken back, each object once.
    expect(result.rolledBack).toBe(result.created + result.updated);
    // Not a terminal: plain lines, no control sequences.
    expect(stderr).toContain('Verified: the tenant is as it was before');
    expect(stderr).not.toContain('\u001b[');
  });
});
