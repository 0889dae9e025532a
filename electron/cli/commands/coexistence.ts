import { Option, type Command } from 'commander';
import type { Coexistence } from '../../../shared/contracts/coexistence.ts';
import { DRIFT_POLICIES, INTERVAL_MINUTES, OUT_OF_SCOPE, type DriftPolicy, type OutOfScope } from '../../../shared/domain/coexistence.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import { readRows, rowLimit } from '../rows.ts';
import type { Run } from '../run.ts';
import { reportTask } from '../task-outcome.ts';
import { hoursOf, hoursText } from './coexistence-hours.ts';
import { addDriftCommands } from './drift.ts';
import { approveAndFollow, approveOptions, settingsOptions, type ApproveOptions, type SettingsOptions } from './migrate.ts';

interface ScheduleOptions { readonly interval?: string; readonly hours?: string; readonly outOfScope?: string; readonly drift?: DriftPolicy }

function scheduleOptions(command: Command): Command {
  return command.option('--interval <minutes>', `minutes between two cycles, ${INTERVAL_MINUTES.least} to ${INTERVAL_MINUTES.most}`).option('--hours <hours>', 'when cycles may run, such as "Mon-Fri 20:00-06:00 Europe/Berlin", or "always"')
    .option('--out-of-scope <what>', `what becomes of the Microsoft 365 object of who leaves: ${OUT_OF_SCOPE.join(', ')}`)
    .addOption(new Option('--drift <what>', 'what becomes of changes that others make in Microsoft 365: shown until somebody decides, or written over with what the rules say').choices(DRIFT_POLICIES));
}

function scheduleOf(o: ScheduleOptions) {
  const policy = o.outOfScope?.toLowerCase() as OutOfScope | undefined;
  if (policy !== undefined && !OUT_OF_SCOPE.includes(policy)) throw appError(ErrorCode.InvalidInput, `"${o.outOfScope}" is not one of ${OUT_OF_SCOPE.join(', ')}.`);
  const minutes = o.interval === undefined ? undefined : Number(o.interval);
  if (minutes !== undefined && !Number.isInteger(minutes)) throw appError(ErrorCode.InvalidInput, `"${o.interval}" is no number of minutes.`);
  const hours = o.hours === undefined ? undefined : hoursOf(o.hours);
  return {
    ...(minutes === undefined ? {} : { intervalMinutes: minutes }), ...(hours === undefined ? {} : { workingHours: hours === null ? null : { ...hours, days: [...hours.days] } }), ...(policy === undefined ? {} : { outOfScope: policy }), ...(o.drift === undefined ? {} : { drift: o.drift }),
  };
}

const time = (at: number | null): string => (at === null ? '-' : new Date(at).toISOString().slice(0, 16).replace('T', ' '));
const lines = (now: Coexistence): string[] => [
  `Coexistence of "${now.collectionName}" is ${now.state}${now.running ? '; a cycle is at work' : ''}.`,
  `  ${now.objects.inSync} of ${now.objects.total} objects in step, ${now.objects.failed} failed, ${now.objects.notIntended} not intended to be synced, ${now.objects.neverSynced} never synced.`,
  ...(now.settings === null ? [] : [`  Every ${now.settings.intervalMinutes} minutes, ${hoursText(now.settings.workingHours)}; who leaves: ${now.settings.outOfScope}; what others change: ${now.settings.drift}.`]),
  ...(now.drift === 0 ? [] : [`  ${now.drift} changes of others wait for a decision: causeway coexistence drift list.`]),
  ...(now.nextAt === null ? [] : [`  Next cycle: ${time(now.nextAt)} UTC.`]),
  ...(now.lastCycle === null ? [] : [`  Last cycle: ${time(now.lastCycle.startedAt)} UTC, ${now.lastCycle.outcome}. ${now.lastCycle.message}`]),
  ...now.restartAdvised.map((reason) => `  ${reason} Restart coexistence to apply it to all objects.`),
  ...(now.attention === '' ? [] : [`  Attention: ${now.attention}`]),
];

/** 4 while a plan waits for a person, 1 while cycles or objects fail. */
const exitCodeOf = (rows: readonly Coexistence[]): number => (rows.some((one) => one.state === 'Quarantined' || one.state === 'Planned') ? EXIT.notApproved : rows.some((one) => one.failures > 0 || one.objects.failed > 0) ? EXIT.failed : EXIT.ok);

/** `causeway coexistence`. */
export function addCoexistenceCommands(program: Command, run: Run): void {
  const coexistence = program.command('coexistence').description('keep a collection in step with Microsoft 365: enable, disable, cycles');
  approveOptions(scheduleOptions(settingsOptions(coexistence.command('enable').description('Enable Coexistence: plan the first cycle, approve it, apply it')))).option('--task <id>', 'approve the first cycle that this task has planned')
    .addHelpText('after', `
Examples:
  causeway coexistence enable --collection Berlin --create --merge --interval 30 --yes
  causeway coexistence enable --collection Berlin --merge --hours "Mon-Fri 20:00-06:00 Europe/Berlin" --out-of-scope disable
Without --yes or --confirm the first cycle is planned and waits for approval (exit code 4).`)
    .action((o: SettingsOptions & ApproveOptions & ScheduleOptions & { task?: string }) => run({ needs: 'project' }, async (session) => {
      if (o.id !== undefined) throw appError(ErrorCode.InvalidInput, 'Coexistence is of a whole collection; put these objects into one of their own.');
      if (o.task !== undefined) return await approveAndFollow(session, await session.call('tasks.get', { id: o.task }), o);
      const collection = await session.collection(o.collection);
      const pair = await session.call('pairs.get', { id: collection.pairId });
      const { taskId } = await session.call('coexistence.plan', {
        collectionId: collection.id,
        settings: {
          createUnmatched: o.create ?? false, mergeUnmatched: o.merge ?? false, upnSuffix: o.upnSuffix ?? pair.defaults.upnSuffix, countryCode: o.country ?? pair.defaults.countryCode,
          intervalMinutes: INTERVAL_MINUTES.usual, workingHours: null, outOfScope: 'keep', drift: 'show', ...scheduleOf(o),
        },
      });
      return await approveAndFollow(session, await session.follow(taskId), o);
    }));
  for (const [name, channel, what] of [
    ['disable', 'coexistence.disable', 'Disable Synchronization: no further cycle; what was written stays'], ['pause', 'coexistence.pause', 'start no further cycle until it is resumed'], ['resume', 'coexistence.resume', 'go on after a pause'],
  ] as const) {
    coexistence.command(name).description(what).argument('[collection]').action((of?: string) => run({ needs: 'project' }, async (session) => {
      const now = await session.call(channel, { collectionId: (await session.collection(of)).id });
      session.out.result(now, lines(now));
      return EXIT.ok;
    }));
  }
  for (const [name, channel, what] of [['restart', 'coexistence.restart', 'Restart Coexistence: compare all objects with the rules and the scope of now'], ['run', 'coexistence.runNow', 'run a cycle now, whatever the working hours']] as const) {
    coexistence.command(name).description(what).argument('[collection]').action((of?: string) => run({ needs: 'project' }, async (session) => {
      const collectionId = (await session.collection(of)).id;
      const task = await session.follow((await session.call(channel, { collectionId })).taskId);
      return reportTask(session.out, task, { task, coexistence: await session.call('coexistence.get', { collectionId }) }, [task.message]);
    }));
  }
  scheduleOptions(coexistence.command('set').description('change interval, working hours, what becomes of who leaves, or of what others change').argument('[collection]')).action((of: string | undefined, o: ScheduleOptions) => run({ needs: 'project' }, async (session) => {
    const now = await session.call('coexistence.save', { collectionId: (await session.collection(of)).id, change: scheduleOf(o) });
    session.out.result(now, lines(now));
    return EXIT.ok;
  }));
  addDriftCommands(coexistence, run);
  coexistence.command('status').description('state of one collection, or of all; exit code 4 while a plan waits, 1 while something fails').argument('[collection]').action((of?: string) => run({ needs: 'project' }, async (session) => {
    const rows = of === undefined ? (await session.call('coexistence.list', {})).rows : [await session.call('coexistence.get', { collectionId: (await session.collection(of)).id })];
    session.out.result(of === undefined ? { rows } : rows[0], rows.flatMap(lines));
    return exitCodeOf(rows);
  }));
  coexistence.command('cycles').description('cycles of a collection, newest first').argument('[collection]').option('--limit <number>', 'at most so many', '50').option('--all', 'also those that had nothing to do')
    .action((of: string | undefined, o: { limit: string; all?: boolean }) => run({ needs: 'project' }, async (session) => {
      const limit = rowLimit(o.limit);
      const { id: collectionId } = await session.collection(of);
      const { rows } = await readRows(limit, async (request) => await session.call('coexistence.cycles', { collectionId, quiet: o.all === true, ...request }));
      session.out.result({ rows }, table(['BEGAN', 'KIND', 'OUTCOME', 'CHANGES', 'OPERATIONS', 'FAILED', 'IN STEP', 'TASK'], rows.map((one) => [time(one.startedAt), one.kind, one.outcome, one.changes, one.operations, one.failed, `${one.inStep}/${one.objects}`, one.planId === null ? '' : one.taskId ?? ''])));
      return EXIT.ok;
    }));
}
