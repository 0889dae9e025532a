import { AddRegular, ArrowDownRegular, ArrowUpRegular, DeleteRegular, EditRegular, ShareRegular, ToggleLeftRegular } from '@fluentui/react-icons';
import { cliOf, quoted, type Command } from '../../app/commands.ts';
import { moveCommand, ownerOf } from '../../app/rule-order.ts';
import type { CommandContext } from '../../app/selection.ts';
import { licenceActionText, licenceConditionText } from '../../../shared/rules/licence-text.ts';

type Chosen = Extract<NonNullable<CommandContext['chosen']>, { readonly kind: 'licence rule' }>;

const isHere = (c: CommandContext): boolean => c.place.tab === 'Licences';
const ruleOf = (c: CommandContext): Chosen | null => (c.chosen?.kind === 'licence rule' ? c.chosen : null);
const needsRule = (c: CommandContext): string | null => (ruleOf(c) ? null : 'Select a rule.');
const scope = (c: CommandContext): string => (c.place.node.kind === 'pair' ? `--pair ${quoted(c.pair?.name ?? '')}` : `--collection ${quoted(c.collection?.name ?? '')}`);

const edit = (c: CommandContext, open: Parameters<Command['run']>[1]['open'], rule: Chosen['rule'] | null): void => {
  const owner = ownerOf(c);
  if (owner && c.pair) open('licence rule', { pairId: c.pair.id, owner, rule });
};

const move = (id: string, title: string, step: 1 | -1, icon: Command['icon']): Command => moveCommand({
  id, title, icon, step, group: 'Licences', appliesTo: isHere, chosen: ruleOf, channels: () => ({ reorder: 'licences.reorder', list: 'licences.list' }),
  cliLine: (c) => { const chosen = ruleOf(c); return chosen ? cliOf(c, `licences move ${chosen.rule.position} ${step < 0 ? '--up' : '--down'} ${scope(c)}`) : null; },
});

/** Commands of licence rules. */
export const licenceCommands: readonly Command[] = [
  { id: 'licences.add', title: 'New Licence Rule', icon: AddRegular, group: 'Licences', appliesTo: isHere, disabledReason: () => null, run: (c, { open }) => edit(c, open, null), cliLine: (c) => cliOf(c, `licences add --product <part number> ${scope(c)}`) },
  { id: 'licences.edit', title: 'Edit Rule', icon: EditRegular, group: 'Licences', shortcut: 'Alt+Enter', appliesTo: isHere, disabledReason: needsRule, run: (c, { open }) => { const chosen = ruleOf(c); if (chosen) edit(c, open, chosen.rule); }, cliLine: () => null },
  move('licences.up', 'Move Up', -1, ArrowUpRegular),
  move('licences.down', 'Move Down', 1, ArrowDownRegular),
  {
    id: 'licences.toggle', title: 'Enable or Disable Rule', icon: ToggleLeftRegular, group: 'Licences', appliesTo: isHere, disabledReason: needsRule,
    run: async (c, { api, cache }) => {
      const owner = ownerOf(c);
      const chosen = ruleOf(c);
      if (!owner || !chosen) return;
      const { position: _, ...rule } = chosen.rule;
      await api.call('licences.save', { owner, rule: { ...rule, enabled: !rule.enabled } });
      await cache.invalidateQueries({ queryKey: ['licences.list'] });
    },
    cliLine: () => null,
  },
  {
    id: 'licences.remove', title: 'Remove Rule', icon: DeleteRegular, group: 'Licences', shortcut: 'Delete', appliesTo: isHere, disabledReason: needsRule,
    run: (c, { open }) => {
      const owner = ownerOf(c);
      const chosen = ruleOf(c);
      if (owner && chosen) open('remove licence rule', { owner, id: chosen.rule.id, title: `${licenceActionText(chosen.rule)} for ${licenceConditionText(chosen.rule)}` });
    },
    cliLine: (c) => { const chosen = ruleOf(c); return chosen ? cliOf(c, `licences remove ${chosen.rule.position} ${scope(c)}`) : null; },
  },
  {
    id: 'licences.push', title: 'Push to Collections', icon: ShareRegular, group: 'Licences', appliesTo: (c) => isHere(c) && c.place.node.kind === 'pair', disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('push rules', { pair: c.pair, lists: 'licences' }); }, cliLine: (c) => cliOf(c, `licences push --pair ${quoted(c.pair?.name ?? '<pair>')}`),
  },
];
