import { Option, type Command } from 'commander';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { CONVERSION_GUIDS, MAILBOX_ONLY_ATTRIBUTES, SWITCH_DIRECTIONS, type ConversionGuid, type MailboxOnlyAttribute, type SwitchDirection } from '../../../shared/domain/mailbox-switch.ts';
import { EXIT } from '../exit-codes.ts';
import { table } from '../output.ts';
import type { Run } from '../run.ts';
import type { Session } from '../session.ts';
import { reportTask } from '../task-outcome.ts';

interface ChosenOptions { readonly pair?: string; readonly batch?: string; readonly collection?: string; readonly id?: string[] }
interface ApproveOptions { readonly yes?: boolean; readonly confirm?: string; readonly task?: string }
interface ForwardOptions extends ChosenOptions, ApproveOptions { readonly direction: SwitchDirection; readonly redirection?: boolean }
interface ConvertOptions extends ChosenOptions, ApproveOptions { readonly guid: ConversionGuid; readonly keep?: MailboxOnlyAttribute[]; readonly moved?: boolean; readonly poor?: boolean }

/** `causeway mailbox switch|forward|convert|take-back`: mail is sent on to Microsoft 365, and mailboxes on premises become mail-enabled users. */
export function addMailboxSwitchCommands(program: Command, run: Run): void {
  const mailbox = program.commands.find((one) => one.name() === 'mailbox') ?? program.command('mailbox').description('mailboxes: forwarding, and conversion to mail-enabled users');
  mailbox.command('switch').description('where the mailboxes of a pair stand: on premises, forwarded, converted').option('--pair <name>')
    .addHelpText('after', '\nExample:\n  causeway mailbox switch')
    .action((o: { pair?: string }) => run({ needs: 'project' }, async (session) => {
      const now = await session.call('switch.standing', { pairId: (await session.pair(o.pair)).id });
      session.out.result(now, [
        `On premises, not forwarded: ${now.onPremises}. Forwarded to Microsoft 365: ${now.forwarded}. Converted to mail-enabled users: ${now.converted}. Completed objects: ${now.completed}.`,
        now.redirectionDomain === '' ? 'The pair has no mail redirection domain.' : `Mail redirection domain: ${now.redirectionDomain}.`, ...(now.cannotWrite === null ? [] : [`attention: ${now.cannotWrite}`]),
      ]);
      return EXIT.ok;
    }));
  approveOptions(chosenOptions(mailbox.command('forward').description('set, reset or take away the forwarding of mailboxes on premises (targetAddress): plans, asks, writes, reads back')))
    .addOption(new Option('--direction <direction>', 'to the cloud: mail is sent on to Microsoft 365; back: as before the switch; none: nothing is sent on').choices([...SWITCH_DIRECTIONS]).default('to the cloud'))
    .option('--redirection', 'also the way back from Microsoft 365, by the mail redirection domain of the pair')
    .addHelpText('after', '\nExamples:\n  causeway mailbox forward --batch <id>                                   plan only\n  causeway mailbox forward --task <id> --confirm corp.example.com         apply it\n  causeway mailbox forward --collection Berlin --direction back --redirection')
    .action((o: ForwardOptions) => run({ needs: 'project' }, async (session) => {
      if (o.task !== undefined) return await applyOrShow(session, await session.call('tasks.get', { id: o.task }), o);
      const { taskId } = await session.call('switch.forward', { ...await chosenOf(session, o), direction: o.direction, redirection: o.redirection === true ? 'yes' : 'no' });
      return await applyOrShow(session, await session.follow(taskId), o);
    }));
  approveOptions(chosenOptions(mailbox.command('convert').description('make mail-enabled users of mailboxes on premises whose contents are in Microsoft 365: plans, asks, writes, reads back')))
    .addOption(new Option('--guid <guid>', 'msExchMailboxGuid afterwards: that of the mailbox in Microsoft 365, or the one on premises').choices([...CONVERSION_GUIDS]).default('cloud'))
    .addOption(new Option('--keep <attribute...>', 'attributes of the mailbox that stay').choices([...MAILBOX_ONLY_ATTRIBUTES])).option('--moved', 'the contents were moved by other means than mailbox batches').option('--poor', 'also mailboxes whose data consistency is Poor')
    .addHelpText('after', '\nExamples:\n  causeway mailbox convert --batch <id>                                   plan only\n  causeway mailbox convert --task <id> --confirm corp.example.com         apply it')
    .action((o: ConvertOptions) => run({ needs: 'project' }, async (session) => {
      if (o.task !== undefined) return await applyOrShow(session, await session.call('tasks.get', { id: o.task }), o);
      const { taskId } = await session.call('switch.convert', { ...await chosenOf(session, o), guid: o.guid, keep: o.keep ?? [], contents: o.moved === true ? 'moved otherwise' : 'as batches tell', poor: o.poor === true ? 'convert' : 'leave out' });
      return await applyOrShow(session, await session.follow(taskId), o);
    }));
  approveOptions(mailbox.command('take-back').description('take back what a Forward or Convert task wrote')).requiredOption('--task <id>', 'the task, or its roll back').option('--object <objectGUID>', 'only what it did to this object')
    .option('--keep', 'keep values that others changed since (default: restore the state before the task exactly)')
    .addHelpText('after', '\nExample:\n  causeway mailbox take-back --task 6f1c2b6e-0d1a-7c3e-9a55-0f2b8e7d4c10 --confirm corp.example.com')
    .action((o: ApproveOptions & { task: string; object?: string; keep?: boolean }) => run({ needs: 'project' }, async (session) => {
      const given = await session.call('tasks.get', { id: o.task });
      if (given.kind === 'Roll back') return await applyOrShow(session, given, o);
      const { taskId } = await session.call('checks.rollBack', { taskId: o.task, mode: o.keep === true ? 'keep changes made since' : 'exact', ...(o.object === undefined ? {} : { objectId: o.object.toLowerCase() }) });
      return await applyOrShow(session, await session.follow(taskId), o);
    }));
}

const approveOptions = (command: Command): Command => command.option('--yes', 'approve without typing the name of the domain').option('--confirm <domain>', 'approve: the name of the Active Directory domain, as the plan says');
const chosenOptions = (command: Command): Command => command.option('--task <id>', 'apply the plan of this task').option('--pair <name>').option('--batch <id>', 'the mailboxes of a mailbox batch').option('--collection <name>', 'the mailboxes of a collection').option('--id <objectGUID...>', 'single mailboxes, or these of the batch or collection');

async function chosenOf(session: Session, o: ChosenOptions): Promise<{ readonly pairId: string; readonly batchId?: string; readonly collectionId?: string; readonly selection?: { mode: 'ids'; ids: string[] }; readonly ids?: string[] }> {
  const ids = o.id?.map((id) => id.toLowerCase());
  if (o.batch !== undefined && o.collection !== undefined) throw appError(ErrorCode.InvalidInput, 'Give either --batch or --collection.');
  if (o.collection !== undefined) {
    const { id, pairId } = await session.collection(o.collection);
    return { pairId, collectionId: id, ...(ids === undefined ? {} : { selection: { mode: 'ids', ids } }) };
  }
  if (o.batch === undefined && ids === undefined) throw appError(ErrorCode.InvalidInput, 'Say which mailboxes: --batch, --collection or --id.');
  return { pairId: (await session.pair(o.pair)).id, ...(o.batch === undefined ? {} : { batchId: o.batch }), ...(ids === undefined ? {} : { ids }) };
}

/** Applies a plan that waits, when that was approved; else shows it. */
async function applyOrShow(session: Session, task: TaskRow, o: ApproveOptions): Promise<number> {
  if (task.planId === null) return reportTask(session.out, task, { task }, [task.message]);
  const plan = await session.call('plans.get', { id: task.planId });
  const { rows } = await session.call('plans.operations', { planId: plan.id, limit: 500 });
  const { rows: skips } = await session.call('plans.skips', { planId: plan.id, limit: 500 });
  const { rows: findings } = await session.call('plans.findings', { planId: plan.id, limit: 500 });
  const show = (values: readonly string[] | null): string => (values ?? []).join('; ') || '(none)';
  const lines = [
    ...table(['MAILBOX', 'ATTRIBUTE', 'BEFORE', 'AFTER'], rows.flatMap((r) => r.changes.map((c) => [r.name, c.attribute, show(c.before), show(c.after)]))), ...(plan.counts.operations > rows.length ? [`(${plan.counts.operations - rows.length} more)`] : []),
    ...skips.map((s) => `left as it is: ${s.name}: ${s.reason}`), ...findings.map((f) => `${f.severity}: ${f.message}`), ...plan.guard.map((g) => `attention: ${g.message}`),
  ];
  if (task.state !== 'Awaiting approval') return reportTask(session.out, task, { task, plan, skips }, [...lines, '', task.message]);
  // As with migrations: past the guard only by typing the name.
  const confirmation = o.confirm ?? (o.yes === true && plan.guard.length === 0 ? plan.confirmation : undefined);
  if (confirmation === undefined) {
    const verb = task.kind === 'Roll back' ? 'take-back' : task.kind === 'Convert' ? 'convert' : 'forward';
    session.out.result({ task, plan, operations: rows, skips, findings }, [...lines, '', `${plan.counts.operations === 1 ? '1 mailbox' : `${plan.counts.operations} mailboxes`} of ${plan.tenantName}; nothing was written. Apply them:  causeway mailbox ${verb} --task ${task.id} --confirm ${plan.confirmation}`]);
    return EXIT.notApproved;
  }
  await session.call('tasks.approve', { taskId: task.id, confirmation });
  const ended = await session.follow(task.id);
  const { rows: items } = await session.call('tasks.items', { taskId: task.id, onlyProblems: true, limit: 200 });
  return reportTask(session.out, ended, { task: ended, plan, items, skips }, [...lines, '', ended.message, ...items.map((i) => `  ${i.name}: ${i.message}`)]);
}
