import { describe, expect, it } from 'vitest';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { exitCodeOfTask } from '../../../electron/cli/task-outcome.ts';

const task = (more: Partial<TaskRow>): TaskRow => ({
  id: 'a2f6a4b0-3a0f-4b51-8d7e-1f0a6a1b2c3d', collectionId: null, pairId: 'a2f6a4b0-3a0f-4b51-8d7e-1f0a6a1b2c3e', collectionName: '', kind: 'Migrate', state: 'Completed', phase: 'done', done: 0, failed: 0, total: null, message: '',
  timeLeftMs: null, throttledMs: 0, planId: null, undoes: null, rolledBackBy: null, createdAt: 0, startedAt: null, scheduledAt: null, finishedAt: null, createdBy: '', canCancel: false, canResume: false, canRollBack: false, canApprove: false, seq: 0, ...more,
});

describe('the exit code of a task', () => {
  it.each<[string, Partial<TaskRow>, number]>([
    ['done', {}, 0],
    ['some writes were refused', { state: 'Completed with errors', failed: 2, verified: true }, 1],
    ['everything was taken, and the tenant shows something else', { state: 'Completed with errors', failed: 0, verified: false }, 5],
    ['refused and not found so: the refusal is told', { state: 'Completed with errors', failed: 1, verified: false }, 1],
    ['a plan waits', { state: 'Awaiting approval' }, 4],
    ['cancelled', { state: 'Cancelled' }, 130],
    ['the sign-in was refused', { state: 'Failed', failure: 'AUTH_FAILED' }, 3],
    ['a bug', { state: 'Failed' }, 1],
  ])('%s', (_what, more, code) => { expect(exitCodeOfTask(task(more))).toBe(code); });
});
