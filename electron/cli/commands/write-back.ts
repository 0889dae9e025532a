import { Option, type Command } from 'commander';
import type { Collection } from '../../../shared/contracts/collections.ts';
import type { OperationRow, TaskRow } from '../../../shared/contracts/tasks.ts';
import type { WriteBack } from '../../../shared/contracts/write-back.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { WRITE_BACK_RUNS, type WriteBackRuns } from '../../../shared/domain/write-back.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import { readRows, rowLimit } from '../rows.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { reportTask } from '../task-outcome.ts';

interface OfCollection { readonly collection?: string }
interface GroupOptions extends OfCollection { readonly group?: string[] }
interface ApproveOptions { readonly yes?: boolean; readonly confirm?: string; readonly task?: string }

/** Members named in a line of a plan. */
const NAMED = 10;

/** `causeway write-back ...`: membership of chosen distribution groups from Microsoft 365 back to Active Directory. */
export function addWriteBackCommands(program: Command, run: Run): void {
  const writeBack = program.command('write-back').description('write the members of chosen distribution groups from Microsoft 365 back to Active Directory');
  ofCollection(writeBack.command('status', { isDefault: true }).description('chosen groups, when both sides agreed last, and who waits for a match')).option('--limit <n>', 'waiting members shown', '200')
    .addHelpText('after', '\nExample:\n  causeway write-back status --collection Berlin')
    .action((o: OfCollection & { limit: string }) => run({ needs: 'project' }, async (session) => {
      const collection = await session.collection(o.collection);
      const now = await session.call('writeBack.get', { collectionId: collection.id });
      const { rows, total } = await readRows(rowLimit(o.limit), async (request) => await session.call('writeBack.waiting', { collectionId: collection.id, ...request }));
      session.out.result({ ...now, waiting: rows, waitingTotal: total }, [...statusLines(now), ...rows.map((one) => `waiting: ${one.groupName}: ${one.reason}`), ...(total > rows.length ? [`(${total - rows.length} more wait; use --limit)`] : [])]);
      return now.groups.some((one) => one.problem !== '') ? EXIT.failed : EXIT.ok;
    }));
  ofCollection(writeBack.command('groups').description('groups of the collection, and whether they can be chosen')).option('--search <text>', 'part of a name', '').option('--limit <n>', 'groups shown', '200')
    .addHelpText('after', '\nExample:\n  causeway write-back groups --collection Berlin --search sales')
    .action((o: OfCollection & { search: string; limit: string }) => run({ needs: 'project' }, async (session) => {
      const { id: collectionId } = await session.collection(o.collection);
      const { rows, total } = await readRows(rowLimit(o.limit), async (request) => await session.call('writeBack.candidates', { collectionId, search: o.search, ...request }));
      session.out.result({ rows, total }, [...table(['GROUP', 'MAIL', 'CHOSEN', 'WHY NOT', 'OBJECTGUID'], rows.map((r) => [r.name, r.mail, r.chosen ? 'yes' : '', r.reason ?? '', r.sourceId])), ...(total > rows.length ? [`(${total - rows.length} more; use --limit or --search)`] : [])]);
      return EXIT.ok;
    }));
  for (const [verb, chosen, about] of [['choose', 'yes', 'choose groups; their members in Microsoft 365 count from then on'], ['leave', 'no', 'leave groups to Active Directory again']] as const) {
    groupOption(ofCollection(writeBack.command(verb).description(about))).addHelpText('after', `\nExample:\n  causeway write-back ${verb} --collection Berlin --group "Sales list"`)
      .action((o: GroupOptions) => run({ needs: 'project' }, async (session) => {
        const collection = await session.collection(o.collection);
        const ids = await idsOf(session, collection, o.group);
        if (ids === undefined) throw appError(ErrorCode.InvalidInput, 'Name the groups: --group <name or objectGUID>.');
        const now = await session.call('writeBack.choose', { collectionId: collection.id, ids, chosen });
        session.out.result(now, statusLines(now));
        return EXIT.ok;
      }));
  }
  ofCollection(writeBack.command('runs').description('when it runs')).addOption(new Option('--when <when>').choices([...WRITE_BACK_RUNS]).makeOptionMandatory())
    .addHelpText('after', '\nExample:\n  causeway write-back runs --collection Berlin --when "with each cycle"')
    .action((o: OfCollection & { when: WriteBackRuns }) => run({ needs: 'project' }, async (session) => {
      const now = await session.call('writeBack.save', { collectionId: (await session.collection(o.collection)).id, runs: o.when });
      session.out.result(now, statusLines(now));
      return EXIT.ok;
    }));
  approveOptions(groupOption(ofCollection(writeBack.command('plan').description('read both sides and show what is to be written to Active Directory')))).addHelpText('after', `
Examples:
  causeway write-back plan --collection Berlin                        plan only
  causeway write-back apply --task <id> --confirm corp.example.com    apply it
  causeway roll-back --collection Berlin --task <id>                  take it back`)
    .action((o: GroupOptions & ApproveOptions) => run({ needs: 'project' }, async (session) => {
      const collection = await session.collection(o.collection);
      const ids = await idsOf(session, collection, o.group);
      const { taskId } = await session.call('tasks.writeBack', { collectionId: collection.id, ...(ids === undefined ? {} : { ids }) });
      return await applyOrShow(session, await session.follow(taskId), o);
    }));
  approveOptions(writeBack.command('apply').description('approve the plan of a task and apply it')).requiredOption('--task <id>', 'the Write back task')
    .addHelpText('after', '\nExample:\n  causeway write-back apply --task 6f1c2b6e-0d1a-7c3e-9a55-0f2b8e7d4c10 --confirm corp.example.com')
    .action((o: ApproveOptions) => run({ needs: 'project' }, async (session) => await applyOrShow(session, await session.call('tasks.get', { id: o.task ?? '' }), o)));
}

const ofCollection = (command: Command): Command => command.option('--collection <name>', 'the collection (default: the only one)');
const groupOption = (command: Command): Command => command.option('--group <name...>', 'groups by name or objectGUID');
const approveOptions = (command: Command): Command => command.option('--yes', 'approve without typing the name of the domain').option('--confirm <domain>', 'approve: the name of the Active Directory domain, as the plan says');

/** Groups by name or id. @throws AppError INVALID_INPUT for a name that no group of the collection has, or several have. */
async function idsOf(session: Session, { id: collectionId, name: collectionName }: Pick<Collection, 'id' | 'name'>, names: readonly string[] | undefined): Promise<string[] | undefined> {
  if (names === undefined) return undefined;
  const ids: string[] = [];
  for (const name of names) {
    if (/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(name)) { ids.push(name.toLowerCase()); continue; }
    const { rows } = await readRows(Number.POSITIVE_INFINITY, async (request) => await session.call('writeBack.candidates', { collectionId, search: name, ...request }));
    const [found, ...more] = rows.filter((row) => row.name.toLowerCase() === name.toLowerCase());
    if (found === undefined) throw appError(ErrorCode.InvalidInput, `Collection "${collectionName}" has no group "${name}". See: causeway write-back groups`);
    if (more.length > 0) throw appError(ErrorCode.InvalidInput, `Collection "${collectionName}" has ${more.length + 1} groups "${name}". Give the objectGUID of the one that is meant.`);
    ids.push(found.sourceId);
  }
  return ids;
}

const time = (at: number | null): string => (at === null ? 'never' : new Date(at).toISOString().slice(0, 16).replace('T', ' '));
const statusLines = (now: WriteBack): string[] => (now.groups.length === 0 ? [`No group of "${now.collectionName}" is chosen: membership is not written back.`] : [
  `Membership of ${now.groups.length} groups of "${now.collectionName}" is written back ${now.runs === 'on demand' ? 'on demand' : 'on demand and with each cycle of coexistence'}.`,
  ...(now.cannotWrite === null ? [] : [`attention: ${now.cannotWrite}`]), ...(now.taskId === null ? [] : [`Task ${now.taskId} is at work or waits for approval.`]),
  ...table(['GROUP', 'MAIL', 'MEMBERS', 'WAITING', 'AGREED', 'PROBLEM', 'OBJECTGUID'], now.groups.map((g) => [g.name, g.mail, g.members ?? '?', g.waiting, time(g.agreedAt), g.problem, g.sourceId])),
]);

const names = ({ references }: OperationRow): string => `${references.slice(0, NAMED).map((one) => one.name).join(', ')}${references.length > NAMED ? ` and ${references.length - NAMED} more` : ''}`;

/** Applies a plan that waits, when that was approved; else shows it. */
async function applyOrShow(session: Session, task: TaskRow, o: ApproveOptions): Promise<number> {
  if (task.kind !== 'Write back') throw appError(ErrorCode.InvalidInput, `Task ${task.id} is a ${task.kind} task and writes no membership back.`);
  if (task.planId === null) return reportTask(session.out, task, { task }, [task.message]);
  const plan = await session.call('plans.get', { id: task.planId });
  const { rows } = await session.call('plans.operations', { planId: plan.id, limit: 500 });
  const { rows: skips } = await session.call('plans.skips', { planId: plan.id, limit: 500 });
  const { rows: findings } = await session.call('plans.findings', { planId: plan.id, limit: 500 });
  const lines = [
    ...table(['GROUP', 'WHAT', 'MEMBERS'], rows.map((r) => [r.name, r.kind, names(r)])), ...(plan.counts.operations > rows.length ? [`(${plan.counts.operations - rows.length} more)`] : []),
    ...skips.map((s) => `left as it is: ${s.name}: ${s.reason}`), ...findings.map((f) => `${f.severity}: ${f.message}`), ...plan.guard.map((g) => `attention: ${g.message}`),
  ];
  if (task.state !== 'Awaiting approval') return reportTask(session.out, task, { task, plan, skips }, [...lines, '', task.message]);
  // As with migrations: past the guard only by typing the name.
  const confirmation = o.confirm ?? (o.yes === true && plan.guard.length === 0 ? plan.confirmation : undefined);
  if (confirmation === undefined) {
    session.out.result({ task, plan, operations: rows, skips, findings }, [...lines, '', `${plan.counts.membersAdded} members to add and ${plan.counts.membersRemoved} to remove in ${plan.tenantName}; nothing was written. Apply them:  causeway write-back apply --task ${task.id} --confirm ${plan.confirmation}`]);
    return EXIT.notApproved;
  }
  await session.call('tasks.approve', { taskId: task.id, confirmation });
  const ended = await session.follow(task.id);
  const { rows: items } = await session.call('tasks.items', { taskId: task.id, onlyProblems: true, limit: 200 });
  return reportTask(session.out, ended, { task: ended, plan, items, skips }, [...lines, '', ended.message, ...items.map((i) => `  ${i.name}: ${i.message}`)]);
}
