import { ArrowUndoRegular, ClipboardCheckmarkRegular, ShieldCheckmarkRegular } from '@fluentui/react-icons';
import type { CheckSummary } from '../../../shared/contracts/checks.ts';
import { cliOf, idsOf, quoted, type Command } from '../../app/commands.ts';
import type { CommandContext } from '../../app/selection.ts';

type CheckChosen = Extract<NonNullable<CommandContext['chosen']>, { readonly kind: 'check' }>;
const chosenOf = (c: CommandContext): CheckChosen | null => (c.chosen?.kind === 'check' ? c.chosen : null);
const taskOf = (c: CommandContext) => (c.chosen?.kind === 'task' ? c.chosen.task : null);
const scopeOf = (c: CommandContext) => (c.chosen?.kind === 'objects' ? c.chosen.scope : null);
const scopeWords = (c: CommandContext): string => (c.collection ? ` --collection ${quoted(c.collection.name)}` : c.pair ? ` --pair ${quoted(c.pair.name)}` : '');
const isHere = ({ place: { node, tab } }: CommandContext): boolean => (node.kind === 'collection' && (tab === 'Home' || tab === 'Objects' || tab === 'Checks')) || (node.kind === 'pair' && (tab === 'Home' || tab === 'Checks'));
/** Decisions that are not written yet. */
const openDecisions = ({ decided }: CheckSummary): number => decided.edit + decided.remove - decided.fixed;

/** Commands of the checks before anything is written. */
export const checkCommands: readonly Command[] = [
  {
    id: 'checks.start', title: 'Check Objects', icon: ClipboardCheckmarkRegular, group: 'Checks', appliesTo: isHere,
    disabledReason: (c) => (c.place.node.kind === 'collection' && c.collection?.objects === 0 ? 'The collection is empty. Add objects first.' : null),
    run: (c, { open }) => { if (c.pair) open('check objects', { pair: c.pair, collection: c.place.node.kind === 'collection' ? c.collection : null, scope: scopeOf(c) }); },
    cliLine: (c) => { const selection = scopeOf(c)?.selection; return selection?.mode === 'all except' ? null : cliOf(c, `check${scopeWords(c)}${selection === undefined ? '' : ` --id ${idsOf(selection)}`}`); },
  },
  {
    id: 'checks.fix', title: 'Fix Active Directory', icon: ShieldCheckmarkRegular, group: 'Checks', appliesTo: (c) => c.place.tab === 'Checks',
    disabledReason: (c) => {
      const check = chosenOf(c)?.check;
      return check === undefined ? 'Check the objects first.' : check.cannotFix ?? (openDecisions(check) > 0 ? null : 'Nothing is decided for EDIT or REMOVE. Decide about findings first.');
    },
    run: async (c, { api, open }) => {
      const chosen = chosenOf(c);
      if (!chosen) return;
      const { taskId } = await api.call('checks.fix', { id: chosen.check.id });
      open('review plan', { task: await api.call('tasks.get', { id: taskId }) });
    },
    cliLine: (c) => cliOf(c, `check fix${scopeWords(c)}`),
  },
  {
    id: 'checks.rollBack', title: 'Roll Back Fixes', icon: ArrowUndoRegular, group: 'Checks', appliesTo: (c) => c.place.tab === 'Checks' || (c.place.tab === 'Tasks' && taskOf(c)?.kind === 'Fix'),
    disabledReason: (c) => { const task = taskOf(c); return c.pair === null ? 'Open the migration pair first.' : task && !task.canRollBack ? 'The selected task wrote nothing that can be rolled back.' : null; },
    run: (c, { open }) => { if (c.pair) open('roll back fixes', { pair: c.pair, collection: c.place.node.kind === 'collection' ? c.collection : null, task: taskOf(c) }); },
    cliLine: (c) => cliOf(c, `check roll-back --task ${taskOf(c)?.id ?? '<task>'}`),
  },
];
