import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Command } from 'commander';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { createDemoProject } from '../demo-project.ts';
import { EXIT } from '../exit-codes.ts';
import { createSession, type Session } from '../session.ts';
import type { Run } from '../run.ts';
import { readTenant } from './tenant-state.ts';

/** `causeway demo`: the whole main job on the demo organisation, without a window, proved on the tenant. */
export function addDemoCommand(program: Command, run: Run): void {
  program.command('demo').description('run the whole main job on a demo organisation and a simulated tenant, and verify it')
    .addHelpText('after', '\nDiscovers, matches, checks, plans, migrates, compares with the tenant, rolls back and compares again.\nEnds with 0 only when both comparisons hold. Example:\n  causeway demo --json')
    .option('--json', 'print the result as one JSON line').option('--keep', 'keep the demo project and say where it is')
    .action((o: { json?: boolean; keep?: boolean }) => { if (o.json) program.setOptionValue('json', true); return run({ needs: 'nothing' }, async (_session, context) => {
      const began = performance.now();
      const folder = await mkdtemp(path.join(tmpdir(), 'causeway-demo-'));
      const console = await createDemoProject(path.join(folder, 'demo.causeway'), { platform: context.platform, simulated: context.simulated, note: context.out.note });
      try {
        const session = createSession(console, context.out, context.progress, context.interrupts);
        const { id } = await session.collection(undefined);
        const { target } = await session.pair(undefined);
        const connect = async () => await context.simulated.open(target.simulated ?? { stateFile: '' });
        const start = await readTenant(await connect());
        const match = await ended(session, (await session.call('tasks.match', { collectionId: id, breakExisting: false, upnSuffix: 'example.com' })).taskId, ['Completed']);
        context.out.note(match.message);

        const planned = await ended(session, (await session.call('tasks.migrate', { collectionId: id, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: 'example.com', countryCode: '' } })).taskId, ['Awaiting approval']);
        const plan = await session.call('plans.get', { id: planned.planId ?? '' });
        context.out.note(`Plan: ${plan.counts.creates} to create, ${plan.counts.updates} to change, ${plan.counts.membersAdded} memberships, ${plan.counts.managers} managers, ${plan.counts.skipped} left out.`);
        await session.call('tasks.approve', { taskId: planned.id, confirmation: plan.confirmation });
        const migrated = await ended(session, planned.id, ['Completed', 'Completed with errors']);
        context.out.note(migrated.message);
        // A second plan against the tenant as it is now must find nothing left to do.
        const again = await ended(session, (await session.call('tasks.migrate', { collectionId: id, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: 'example.com', countryCode: '' } })).taskId, ['Completed', 'Awaiting approval']);
        const left = again.planId === null ? null : await session.call('plans.get', { id: again.planId });
        const verifiedAfterMigration = migrated.state === 'Completed' && again.state === 'Completed' && left?.counts.operations === 0;
        context.out.note(verifiedAfterMigration ? 'Verified: the tenant is as the rules say; a second plan is empty.' : 'NOT verified: the tenant is not as the rules say.');

        const back = await ended(session, (await session.call('tasks.rollBack', { collectionId: id, undoes: migrated.id, mode: 'exact', purge: true })).taskId, ['Awaiting approval']);
        const wayBack = await session.call('plans.get', { id: back.planId ?? '' });
        await session.call('tasks.approve', { taskId: back.id, confirmation: wayBack.confirmation });
        const rolledBack = await ended(session, back.id, ['Completed', 'Completed with errors']);
        context.out.note(rolledBack.message);
        const end = await readTenant(await connect());
        const verifiedAfterRollback = rolledBack.state === 'Completed' && digest(start) === digest(end);
        context.out.note(verifiedAfterRollback ? 'Verified: the tenant is as it was before, attribute by attribute.' : 'NOT verified: the tenant differs from its state before.');

        const source = await session.call('statistics.get', { collectionId: id });
        const result = {
          sourceObjects: source.total, created: plan.counts.creates, updated: plan.counts.updates, memberships: plan.counts.membersAdded, rolledBack: wayBack.counts.deletes + wayBack.counts.updates,
          verifiedAfterMigration, verifiedAfterRollback, seconds: Math.round((performance.now() - began) / 100) / 10,
        };
        context.out.result(result, [
          `${result.sourceObjects} objects: ${result.created} created, ${result.updated} updated, ${result.memberships} memberships; ${result.rolledBack} rolled back; ${result.seconds} s.`,
          `After the migration: ${verifiedAfterMigration ? 'verified' : 'NOT verified'}. After the roll back: ${verifiedAfterRollback ? 'verified' : 'NOT verified'}.`,
          ...(o.keep ? [`Project: ${path.join(folder, 'demo.causeway')}`] : []),
        ]);
        return verifiedAfterMigration && verifiedAfterRollback ? EXIT.ok : EXIT.notVerified;
      } finally {
        await console.close();
        await context.simulated.close();
        if (!o.keep) await rm(folder, { recursive: true, force: true });
      }
    }); });
}

async function ended(session: Session, taskId: string, wanted: readonly TaskRow['state'][]): Promise<TaskRow> {
  const task = await session.follow(taskId);
  if (!wanted.includes(task.state)) throw appError(ErrorCode.Internal, `The demo stopped: ${task.kind} is ${task.state}. ${task.message}`);
  return task;
}

const digest = (value: unknown): string => createHash('sha256').update(JSON.stringify(value)).digest('hex');
