import { ArrowUndoRegular, CalendarCancelRegular, DocumentMultipleRegular, ShieldTaskRegular, ClipboardTaskRegular, DeleteRegular, DismissRegular, DocumentSearchRegular, PlayRegular, SendRegular } from '@fluentui/react-icons';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { cliOf, idsOf, quoted, type Command } from '../../app/commands.ts';
import type { CommandContext, ObjectScope } from '../../app/selection.ts';

const scopeOf = (c: CommandContext): ObjectScope | null => (c.chosen?.kind === 'objects' ? c.chosen.scope : null);
const taskOf = (c: CommandContext): TaskRow | null => (c.chosen?.kind === 'task' ? c.chosen.task : null);
const isCollection = (c: CommandContext): boolean => c.place.node.kind === 'collection' && (c.place.tab === 'Home' || c.place.tab === 'Objects' || c.place.tab === 'Tasks');
const isEmpty = (c: CommandContext): string | null => (c.collection?.objects === 0 ? 'The collection is empty. Add objects first.' : c.collection?.kind === 'dynamic' ? 'A dynamic collection takes part in coexistence only.' : null);
const name = (c: CommandContext): string => quoted(c.collection?.name ?? '<collection>');
const onTask = (c: CommandContext): boolean => c.place.tab === 'Tasks';
/** What was written back to the directory has a way back of its own. */
const rollBack: Command['run'] = (c, { open }) => {
  const task = taskOf(c);
  if (c.pair && (task?.kind === 'Write back' || task?.kind === 'Forward' || task?.kind === 'Convert' || task?.kind === 'Hand over')) open('roll back fixes', { pair: c.pair, collection: task.kind === 'Write back' ? c.collection : null, task });
  else if (c.pair && c.collection) open('roll back', { pair: c.pair, collection: c.collection, task, object: null });
};
const withTask = (reason: (task: TaskRow) => string | null) => (c: CommandContext): string | null => { const task = taskOf(c); return task ? reason(task) : 'Select a task.'; };

/** Commands of migration, roll back and tasks. */
export const taskCommands: readonly Command[] = [
  {
    id: 'tasks.migrate', title: 'Migrate Objects', icon: SendRegular, group: 'Migration', appliesTo: isCollection, disabledReason: isEmpty,
    run: (c, { open }) => { if (c.pair && c.collection) open('migrate objects', { pair: c.pair, collection: c.collection, scope: scopeOf(c) }); },
    cliLine: (c) => {
      const selection = scopeOf(c)?.selection;
      const { upnSuffix, countryCode } = c.pair?.defaults ?? {};
      if (selection?.mode === 'all except' && (selection.ids.length > 0 || selection.search !== '' || selection.status !== '')) return null;
      return cliOf(c, `migrate --collection ${name(c)} --create --merge${upnSuffix ? ` --upn-suffix ${upnSuffix}` : ''}${countryCode ? ` --country ${countryCode}` : ''}${selection?.mode === 'ids' ? ` --id ${idsOf(selection)}` : ''}`);
    },
  },
  {
    id: 'tasks.rollBackObjects', title: 'Roll Back Objects', icon: ArrowUndoRegular, group: 'Migration', appliesTo: isCollection, disabledReason: (c) => { const task = taskOf(c); return task?.kind === 'Fix' ? 'A fix of Active Directory is taken back with Roll Back Fixes.' : task && !task.canRollBack ? 'The selected task wrote nothing that can be rolled back.' : null; },
    run: rollBack,
    cliLine: (c) => { const task = taskOf(c); return cliOf(c, `roll-back --collection ${name(c)}${task ? ` --task ${task.id}` : ''}`); },
  },
  {
    id: 'tasks.rollBackObject', title: 'Roll Back Object', icon: ArrowUndoRegular, group: 'Migration', appliesTo: (c) => c.place.tab === 'Objects',
    disabledReason: (c) => { const one = scopeOf(c)?.single; return !one ? 'Select one object.' : one.status === 'Migrated' || one.status === 'Completed' || one.status === 'Failed' ? null : 'The object was not migrated.'; },
    run: (c, { open }) => { const object = scopeOf(c)?.single; if (c.pair && c.collection && object) open('roll back', { pair: c.pair, collection: c.collection, task: null, object }); },
    cliLine: (c) => cliOf(c, `roll-back --collection ${name(c)} --object ${scopeOf(c)?.single?.id ?? '<object>'}`),
  },
  {
    id: 'plans.list', title: 'Plans', icon: DocumentMultipleRegular, group: 'Migration', appliesTo: (c) => isCollection(c) || (c.place.node.kind === 'pair' && (c.place.tab === 'Home' || c.place.tab === 'Tasks')), disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('plans', { pair: c.pair, collection: c.place.node.kind === 'collection' ? c.collection : null }); }, cliLine: (c) => cliOf(c, `plan list${c.place.node.kind === 'collection' ? ` --collection ${name(c)}` : ''}`),
  },
  {
    id: 'plans.limits', title: 'Guard Limits', icon: ShieldTaskRegular, group: 'Migration', appliesTo: (c) => (c.place.node.kind === 'collection' || c.place.node.kind === 'pair') && c.place.tab === 'Home', disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('guard limits', { pair: c.pair, collection: c.place.node.kind === 'collection' ? c.collection : null }); },
    cliLine: (c) => cliOf(c, `guard show ${c.place.node.kind === 'collection' ? `--collection ${name(c)}` : `--pair ${quoted(c.pair?.name ?? '<pair>')}`}`),
  },
  {
    id: 'tasks.details', title: 'Task Details', icon: ClipboardTaskRegular, group: 'Task', shortcut: 'Alt+Enter', appliesTo: onTask, disabledReason: withTask(() => null),
    run: (c, { open }) => { const task = taskOf(c); if (task) open('task details', { task }); }, cliLine: (c) => cliOf(c, `tasks show ${taskOf(c)?.id ?? '<task>'}`),
  },
  {
    id: 'tasks.review', title: 'Review Plan', icon: DocumentSearchRegular, group: 'Task', appliesTo: onTask, disabledReason: withTask((t) => (t.planId ? null : 'The task has no plan.')),
    run: (c, { open }) => { const task = taskOf(c); if (task) open('review plan', { task }); }, cliLine: (c) => cliOf(c, `plan show ${taskOf(c)?.id ?? '<task>'}`),
  },
  {
    id: 'tasks.rollBackTask', title: 'Roll Back Task', icon: ArrowUndoRegular, group: 'Task', appliesTo: (c) => onTask(c) && c.place.node.kind !== 'collection',
    disabledReason: withTask((t) => (t.kind === 'Fix' ? 'A fix of Active Directory is taken back with Roll Back Fixes.' : t.canRollBack ? null : 'The task wrote nothing that can be rolled back.')),
    run: rollBack, cliLine: (c) => cliOf(c, `roll-back --collection ${name(c)} --task ${taskOf(c)?.id ?? '<task>'}`),
  },
  {
    id: 'tasks.cancel', title: 'Cancel Task', icon: DismissRegular, group: 'Task', appliesTo: onTask, disabledReason: withTask((t) => (t.canCancel ? null : 'The task is not running.')),
    run: async (c, { api }) => { const task = taskOf(c); if (task) await api.call('tasks.cancel', { taskId: task.id }); }, cliLine: (c) => cliOf(c, `tasks cancel ${taskOf(c)?.id ?? '<task>'}`),
  },
  {
    id: 'tasks.resume', title: 'Resume Task', icon: PlayRegular, group: 'Task', appliesTo: onTask, disabledReason: withTask((t) => (t.canResume ? null : 'There is nothing to resume.')),
    run: async (c, { api }) => { const task = taskOf(c); if (task) await api.call('tasks.resume', { taskId: task.id }); }, cliLine: (c) => cliOf(c, `tasks resume ${taskOf(c)?.id ?? '<task>'}`),
  },
  {
    id: 'plans.unschedule', title: 'Unschedule Plan', icon: CalendarCancelRegular, group: 'Task', appliesTo: onTask, disabledReason: withTask((t) => (t.state === 'Scheduled' ? null : 'The task is not scheduled.')),
    run: async (c, { api }) => { const task = taskOf(c); if (task) await api.call('plans.unschedule', { taskId: task.id }); }, cliLine: (c) => cliOf(c, `plan unschedule ${taskOf(c)?.id ?? '<task>'}`),
  },
  {
    id: 'tasks.discard', title: 'Discard Plan', icon: DeleteRegular, group: 'Task', appliesTo: onTask, disabledReason: withTask((t) => (t.canApprove ? null : 'No plan of this task waits for approval.')),
    run: async (c, { api }) => { const task = taskOf(c); if (task) await api.call('tasks.discard', { taskId: task.id }); }, cliLine: (c) => cliOf(c, `plan discard ${taskOf(c)?.id ?? '<task>'}`),
  },
];
