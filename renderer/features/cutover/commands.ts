import { ArrowUndoRegular, CheckmarkCircleRegular, ClipboardCheckmarkRegular, MailArrowForwardRegular, SettingsRegular, TaskListSquareLtrRegular } from '@fluentui/react-icons';
import { cliOf, quoted, type Command } from '../../app/commands.ts';
import type { CommandContext } from '../../app/selection.ts';

const onTab = (c: CommandContext): boolean => c.place.tab === 'Cutover';
const onSteps = (c: CommandContext): boolean => onTab(c) && c.chosen?.kind === 'step';
const chosen = (c: CommandContext) => (c.chosen?.kind === 'step' ? c.chosen : null);
const pairName = (c: CommandContext): string => quoted(c.pair?.name ?? '<pair>');
const program = (c: CommandContext): string => (chosen(c)?.runbook === 'decommission' ? 'decommission' : 'cutover');
const withStep = (reason: (step: NonNullable<NonNullable<ReturnType<typeof chosen>>['step']>) => string | null) => (c: CommandContext): string | null => { const step = chosen(c)?.step; return step ? reason(step) : 'Select a step.'; };
/** Checks ask DNS servers and both sides. */
const CHECK_TIMEOUT_MS = 300_000;
/** Both sides are read whole before mail is followed. */
const FLOW_TIMEOUT_MS = 900_000;

/** Commands of the cutover. */
export const cutoverCommands: readonly Command[] = [
  {
    id: 'cutover.checkAll', title: 'Check All Steps', icon: ClipboardCheckmarkRegular, group: 'Cutover', appliesTo: onSteps, disabledReason: () => null,
    run: async (c, { api, cache }) => { const list = chosen(c); if (c.pair && list) { await api.call('cutover.check', { pairId: c.pair.id, runbook: list.runbook }, { timeoutMs: CHECK_TIMEOUT_MS }); await cache.invalidateQueries({ queryKey: ['cutover.runbook'] }); } },
    cliLine: (c) => cliOf(c, `${program(c)} check --pair ${pairName(c)}`),
  },
  {
    id: 'mailFlow.run', title: 'Follow Mail', icon: MailArrowForwardRegular, group: 'Cutover', appliesTo: (c) => onTab(c) && !onSteps(c), disabledReason: () => null,
    run: async (c, { api, cache }) => {
      if (!c.pair) return;
      await api.call('mailFlow.run', { pairId: c.pair.id, situation: 'both' }, { timeoutMs: FLOW_TIMEOUT_MS });
      for (const channel of ['mailFlow.summary', 'mailFlow.rows', 'mailFlow.path']) await cache.invalidateQueries({ queryKey: [channel] });
    },
    cliLine: (c) => cliOf(c, `mail-flow run --pair ${pairName(c)}`),
  },
  {
    id: 'cutover.settings', title: 'Cutover Settings', icon: SettingsRegular, group: 'Cutover', appliesTo: onTab, disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('cutover settings', { pair: c.pair }); }, cliLine: (c) => cliOf(c, `cutover settings --pair ${pairName(c)}`),
  },
  {
    id: 'cutover.confirm', title: 'Confirm Step', icon: CheckmarkCircleRegular, group: 'Step', appliesTo: onSteps, disabledReason: withStep((step) => (step.confirmedAt !== null && step.state !== 'stale' ? 'It is confirmed already.' : null)),
    run: (c, { open }) => { const list = chosen(c); if (c.pair && list?.step) open('confirm step', { pair: c.pair, runbook: list.runbook, step: list.step }); },
    cliLine: (c) => cliOf(c, `${program(c)} confirm ${quoted(chosen(c)?.step?.step ?? '<step>')} --pair ${pairName(c)}`),
  },
  {
    id: 'cutover.evidence', title: 'Confirmed Evidence', icon: TaskListSquareLtrRegular, group: 'Step', shortcut: 'Alt+Enter', appliesTo: onSteps, disabledReason: withStep((step) => (step.confirmedAt === null ? 'It is not confirmed.' : null)),
    run: (c, { open }) => { const step = chosen(c)?.step; if (step) open('step evidence', { step }); }, cliLine: (c) => cliOf(c, `${program(c)} status --pair ${pairName(c)}`),
  },
  {
    id: 'cutover.reopen', title: 'Take Confirmation Back', icon: ArrowUndoRegular, group: 'Step', appliesTo: onSteps, disabledReason: withStep((step) => (step.confirmedAt === null ? 'It is not confirmed.' : null)),
    run: async (c, { api, cache }) => { const list = chosen(c); if (c.pair && list?.step) { await api.call('cutover.reopen', { pairId: c.pair.id, runbook: list.runbook, step: list.step.step }); await cache.invalidateQueries({ queryKey: ['cutover.runbook'] }); } },
    cliLine: (c) => cliOf(c, `${program(c)} reopen ${quoted(chosen(c)?.step?.step ?? '<step>')} --pair ${pairName(c)}`),
  },
];
