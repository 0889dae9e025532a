import { ArrowSyncCheckmarkRegular, ArrowUndoRegular, CheckmarkRegular, DocumentArrowUpRegular, PeopleAddRegular, PeopleSubtractRegular } from '@fluentui/react-icons';
import type { WriteBack } from '../../../shared/contracts/write-back.ts';
import { cliOf, quoted, type Command } from '../../app/commands.ts';
import type { CommandContext, DriftScope } from '../../app/selection.ts';
import { NOT_ON } from './reasons.ts';

const onDrift = (c: CommandContext): boolean => c.chosen?.kind === 'drift';
const scopeOf = (c: CommandContext): DriftScope | null => (c.chosen?.kind === 'drift' ? c.chosen.scope : null);
const notNow = (c: CommandContext): string | null => (c.chosen?.kind !== 'drift' || c.chosen.scope === null ? 'Select the changes first.' : c.chosen.problem);
const onWriteBack = (c: CommandContext): boolean => c.chosen?.kind === 'write back';
const groupsOf = (c: CommandContext): { readonly writeBack: WriteBack; readonly ids: readonly string[] } | null => (c.chosen?.kind === 'write back' ? c.chosen : null);
const name = (c: CommandContext): string => quoted(c.collection?.name ?? '<collection>');
/** The same choice on the command line; a long list of numbers is cut. */
const driftLine = (verb: string) => (c: CommandContext): string => {
  const selection = scopeOf(c)?.selection;
  const which = selection === undefined ? '--id <number>' : selection.mode === 'ids' ? `--id ${selection.ids.slice(0, MOST_IDS).join(' ')}${selection.ids.length > MOST_IDS ? ' ...' : ''}`
    : `--all${selection.attribute === undefined ? '' : ` --attribute ${quoted(selection.attribute)}`}${selection.search ? ` --search ${quoted(selection.search)}` : ''}`;
  return cliOf(c, `coexistence drift ${verb} ${name(c)} ${which}`);
};
const MOST_IDS = 20;
const groupLine = (verb: string) => (c: CommandContext): string => {
  const chosen = groupsOf(c);
  const names = chosen?.writeBack.groups.filter((group) => chosen.ids.includes(group.sourceId)).slice(0, MOST_IDS).map((group) => quoted(group.name)) ?? [];
  return cliOf(c, `write-back ${verb} --collection ${name(c)}${names.length > 0 ? ` --group ${names.join(' ')}` : verb === 'plan' ? '' : ' --group <group>'}`);
};

/** Commands of what others changed in the tenant, and of membership that is written back to Active Directory. */
export const driftCommands: readonly Command[] = [
  {
    id: 'drift.reapply', title: 'Re-apply', icon: ArrowSyncCheckmarkRegular, group: 'Drift', appliesTo: onDrift, disabledReason: (c) => notNow(c) ?? (c.coexistence?.state === 'On' ? null : NOT_ON),
    run: (c, { open }) => { const scope = scopeOf(c); if (c.pair && c.collection && scope) open('re-apply drift', { pair: c.pair, collection: c.collection, scope }); }, cliLine: driftLine('re-apply'),
  },
  {
    id: 'drift.accept', title: 'Accept', icon: CheckmarkRegular, group: 'Drift', appliesTo: onDrift, disabledReason: notNow,
    run: (c, { open }) => { const scope = scopeOf(c); if (c.collection && scope) open('accept drift', { collection: c.collection, scope }); }, cliLine: driftLine('accept'),
  },
  {
    id: 'writeBack.choose', title: 'Choose Groups', icon: PeopleAddRegular, group: 'Write-back', appliesTo: onWriteBack, disabledReason: () => null,
    run: (c, { open }) => { if (c.collection) open('choose groups', { collection: c.collection }); }, cliLine: (c) => cliOf(c, `write-back choose --collection ${name(c)} --group <group>`),
  },
  {
    id: 'writeBack.leave', title: 'Leave to Active Directory', icon: PeopleSubtractRegular, group: 'Write-back', appliesTo: onWriteBack, disabledReason: (c) => ((groupsOf(c)?.ids.length ?? 0) > 0 ? null : 'Select the groups first.'),
    run: (c, { open }) => { const chosen = groupsOf(c); if (c.collection && chosen) open('leave groups', { collection: c.collection, groups: chosen.writeBack.groups.filter((group) => chosen.ids.includes(group.sourceId)) }); }, cliLine: groupLine('leave'),
  },
  {
    id: 'writeBack.rollBack', title: 'Roll Back Write-back', icon: ArrowUndoRegular, group: 'Write-back', appliesTo: onWriteBack, disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('roll back fixes', { pair: c.pair, collection: c.collection, task: null, kind: 'Write back' }); }, cliLine: (c) => cliOf(c, 'roll-back --task <task>'),
  },
  {
    id: 'writeBack.plan', title: 'Write Back Membership', icon: DocumentArrowUpRegular, group: 'Write-back', appliesTo: onWriteBack,
    disabledReason: (c) => { const one = groupsOf(c)?.writeBack; return !one || one.groups.length === 0 ? 'Choose groups first.' : one.cannotWrite ?? (one.taskId === null ? null : 'A task of write-back waits or is at work.'); },
    run: (c, { open }) => { const chosen = groupsOf(c); if (c.pair && c.collection && chosen) open('write back', { pair: c.pair, collection: c.collection, writeBack: chosen.writeBack, ids: chosen.ids }); }, cliLine: groupLine('plan'),
  },
];
