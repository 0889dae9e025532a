import { ArrowRepeatAllRegular, ArrowSyncOffRegular, ArrowSyncRegular, ArrowUndoRegular, CalendarArrowCounterclockwiseRegular, CalendarClockRegular, DocumentSearchRegular, HandLeftRegular, PauseRegular, PlayRegular, TopSpeedRegular } from '@fluentui/react-icons';
import type { CycleRow } from '../../../shared/contracts/coexistence.ts';
import { INTERVAL_MINUTES } from '../../../shared/domain/coexistence.ts';
import { cliOf, idsOf, quoted, type Command } from '../../app/commands.ts';
import type { CommandContext, ObjectScope } from '../../app/selection.ts';
import { whyNot } from './reasons.ts';

/** How far back a period reaches when no cycle is chosen. */
const DAY_MS = 86_400_000;
const isHere = (c: CommandContext): boolean => c.collection !== null && (c.place.node.kind === 'collection' ? c.place.tab === 'Home' || c.place.tab === 'Objects' || c.place.tab === 'Coexistence' : c.chosen?.kind === 'collection');
const onTab = (c: CommandContext): boolean => c.place.tab === 'Coexistence' && (c.chosen === null || c.chosen.kind === 'cycle');
const name = (c: CommandContext): string => quoted(c.collection?.name ?? '<collection>');
const line = (verb: string) => (c: CommandContext): string => cliOf(c, `coexistence ${verb} ${name(c)}`);
const cycleOf = (c: CommandContext): CycleRow | null => (c.chosen?.kind === 'cycle' ? c.chosen.cycle : null);
const scopeOf = (c: CommandContext): ObjectScope | null => (c.chosen?.kind === 'objects' ? c.chosen.scope : null);

/** Commands of coexistence, by the names of the reference system where it has one ("Synchronizing Directories", "Restarting Coexistence"). */
export const coexistenceCommands: readonly Command[] = [
  {
    id: 'coexistence.enable', title: 'Enable Coexistence', icon: ArrowSyncRegular, group: 'Coexistence', appliesTo: isHere, disabledReason: (c) => whyNot(c.coexistence, 'enable'),
    run: (c, { open }) => { if (c.pair && c.collection) open('enable coexistence', { pair: c.pair, collection: c.collection }); }, cliLine: (c) => cliOf(c, `coexistence enable --collection ${name(c)} --create --merge`),
  },
  {
    id: 'coexistence.disable', title: 'Disable Synchronization', icon: ArrowSyncOffRegular, group: 'Coexistence', appliesTo: isHere, disabledReason: (c) => whyNot(c.coexistence, 'disable'),
    run: (c, { open }) => { if (c.pair && c.collection) open('disable synchronization', { pair: c.pair, collection: c.collection }); }, cliLine: line('disable'),
  },
  {
    id: 'coexistence.restart', title: 'Restart Coexistence', icon: ArrowRepeatAllRegular, group: 'Coexistence', appliesTo: isHere, disabledReason: (c) => whyNot(c.coexistence, 'restart'),
    run: (c, { open }) => { if (c.pair && c.collection) open('restart coexistence', { pair: c.pair, collection: c.collection }); }, cliLine: line('restart'),
  },
  {
    id: 'coexistence.runNow', title: 'Run Now', icon: TopSpeedRegular, group: 'Coexistence', appliesTo: isHere, disabledReason: (c) => whyNot(c.coexistence, 'run now'),
    run: async (c, { api, cache }) => { if (c.collection) { await api.call('coexistence.runNow', { collectionId: c.collection.id }); await cache.invalidateQueries({ queryKey: ['coexistence.get'] }); } }, cliLine: line('run'),
  },
  {
    id: 'coexistence.pause', title: 'Pause', icon: PauseRegular, group: 'Coexistence', appliesTo: (c) => isHere(c) && c.coexistence?.state !== 'Paused', disabledReason: (c) => whyNot(c.coexistence, 'pause'),
    run: async (c, { api, cache }) => { if (c.collection) { await api.call('coexistence.pause', { collectionId: c.collection.id }); await cache.invalidateQueries({ queryKey: ['coexistence.get'] }); } }, cliLine: line('pause'),
  },
  {
    id: 'coexistence.resume', title: 'Resume', icon: PlayRegular, group: 'Coexistence', appliesTo: (c) => isHere(c) && c.coexistence?.state === 'Paused', disabledReason: (c) => whyNot(c.coexistence, 'resume'),
    run: async (c, { api, cache }) => { if (c.collection) { await api.call('coexistence.resume', { collectionId: c.collection.id }); await cache.invalidateQueries({ queryKey: ['coexistence.get'] }); } }, cliLine: line('resume'),
  },
  {
    id: 'coexistence.schedule', title: 'Schedule', icon: CalendarClockRegular, group: 'Coexistence', appliesTo: (c) => isHere(c) && c.place.tab !== 'Objects', disabledReason: (c) => (c.coexistence?.settings && c.coexistence.state !== 'Off' && c.coexistence.state !== 'Planned' ? null : 'Coexistence is not enabled.'),
    run: (c, { open }) => { if (c.collection) open('coexistence schedule', { collection: c.collection }); }, cliLine: (c) => cliOf(c, `coexistence set ${name(c)} --interval ${c.coexistence?.settings?.intervalMinutes ?? INTERVAL_MINUTES.usual}`),
  },
  {
    id: 'coexistence.cyclePlan', title: 'Show Plan', icon: DocumentSearchRegular, group: 'Cycle', shortcut: 'Alt+Enter', appliesTo: onTab,
    disabledReason: (c) => { const cycle = cycleOf(c); return !cycle ? 'Select a cycle.' : cycle.taskId !== null && cycle.planId !== null ? null : 'The cycle has no plan: there was nothing to write.'; },
    run: async (c, { api, open }) => { const id = cycleOf(c)?.taskId; if (id) open('review plan', { task: await api.call('tasks.get', { id }) }); }, cliLine: (c) => cliOf(c, `plan show ${cycleOf(c)?.taskId ?? '<task>'}`),
  },
  {
    id: 'coexistence.rollBackCycle', title: 'Roll Back Cycle', icon: ArrowUndoRegular, group: 'Cycle', appliesTo: onTab,
    disabledReason: (c) => { const cycle = cycleOf(c); return !cycle ? 'Select a cycle.' : cycle.taskId !== null && cycle.operations > 0 ? null : 'The cycle wrote nothing that can be rolled back.'; },
    run: async (c, { api, open }) => { const id = cycleOf(c)?.taskId; if (id && c.pair && c.collection) open('roll back', { pair: c.pair, collection: c.collection, task: await api.call('tasks.get', { id }), object: null }); },
    cliLine: (c) => cliOf(c, `roll-back --collection ${name(c)} --cycle ${cycleOf(c)?.id ?? '<cycle>'}`),
  },
  {
    id: 'coexistence.rollBackPeriod', title: 'Roll Back Period', icon: CalendarArrowCounterclockwiseRegular, group: 'Cycle', appliesTo: onTab, disabledReason: () => null,
    run: (c, { open }) => { const cycle = cycleOf(c); const now = Date.now(); if (c.pair && c.collection) open('roll back', { pair: c.pair, collection: c.collection, task: null, object: null, window: { from: cycle?.startedAt ?? now - DAY_MS, to: now } }); },
    cliLine: (c) => cliOf(c, `roll-back --collection ${name(c)} --from <time> --to <time>`),
  },
  {
    id: 'holds.put', title: 'Hold Out of Coexistence', icon: HandLeftRegular, group: 'Objects', appliesTo: (c) => c.place.tab === 'Objects',
    disabledReason: (c) => { const scope = scopeOf(c); return !scope ? 'Select the objects first.' : scope.selection.mode === 'ids' ? null : 'Select the objects one by one.'; },
    run: (c, { open }) => { const scope = scopeOf(c); if (c.pair && scope) open('hold objects', { pair: c.pair, scope }); },
    cliLine: (c) => cliOf(c, `holds put --object ${idsOf(scopeOf(c)?.selection)}`),
  },
];
