import { AddRegular, ArrowDownRegular, ArrowSortRegular, ArrowUpRegular, DeleteRegular, DocumentTableRegular, EditRegular, ShareRegular, ToggleLeftRegular } from '@fluentui/react-icons';
import { cliOf, quoted, type Command } from '../../app/commands.ts';
import { moveCommand, ownerOf } from '../../app/rule-order.ts';
import type { CommandContext } from '../../app/selection.ts';

type RuleChosen = Extract<NonNullable<CommandContext['chosen']>, { readonly kind: 'matching rule' | 'mapping rule' }>;

const ruleOf = (c: CommandContext): RuleChosen | null => (c.chosen?.kind === 'matching rule' || c.chosen?.kind === 'mapping rule' ? c.chosen : null);
const isRuleTab = (c: CommandContext): boolean => c.place.tab === 'Matching' || c.place.tab === 'Mapping';
const needsRule = (c: CommandContext): string | null => (ruleOf(c) ? null : 'Select a rule.');
const words = (r: RuleChosen): string => `${r.rule.sourceClass} ${r.rule.sourceAttribute} to ${r.rule.targetClass} ${r.rule.targetAttribute}`;

const setOf = (c: CommandContext): string => (c.place.tab === 'Matching' ? 'matching' : 'mapping');
const numberOf = (c: CommandContext): string => { const chosen = ruleOf(c); return chosen ? String(chosen.rule.position) : '<number>'; };
/** The same on the command line. */
const cli = (c: CommandContext, words: string): string => cliOf(c, `rules ${words} ${c.place.node.kind === 'collection' ? `--collection ${quoted(c.collection?.name ?? '<collection>')}` : `--pair ${quoted(c.pair?.name ?? '<pair>')}`}`);

const move = (id: string, title: string, step: 1 | -1, icon: Command['icon']): Command => moveCommand({
  id, title, icon, step, group: 'Rules', appliesTo: isRuleTab, chosen: ruleOf,
  channels: ({ kind }) => (kind === 'matching rule' ? { reorder: 'matchingRules.reorder', list: 'matchingRules.list' } : { reorder: 'mappingRules.reorder', list: 'mappingRules.list' }),
  cliLine: (c) => cli(c, `move ${numberOf(c)} --to <number> --set ${setOf(c)}`),
});

const editor = (c: CommandContext, open: Parameters<Command['run']>[1]['open'], isNew: boolean): void => {
  const owner = ownerOf(c);
  if (!owner) return;
  const chosen = isNew ? null : ruleOf(c);
  if (c.place.tab === 'Matching') open('matching rule', { owner, rule: chosen?.kind === 'matching rule' ? chosen.rule : null });
  else open('mapping rule', { owner, rule: chosen?.kind === 'mapping rule' ? chosen.rule : null });
};

/** Commands of matching and mapping rules. */
export const ruleCommands: readonly Command[] = [
  { id: 'matching.add', title: 'Add Matching Rule', icon: AddRegular, group: 'Rules', appliesTo: (c) => c.place.tab === 'Matching', disabledReason: () => null, run: (c, { open }) => editor(c, open, true), cliLine: (c) => cli(c, 'matching add --source <attribute> --target <attribute>') },
  { id: 'mapping.add', title: 'New Mapping Rule', icon: AddRegular, group: 'Rules', appliesTo: (c) => c.place.tab === 'Mapping', disabledReason: () => null, run: (c, { open }) => editor(c, open, true), cliLine: (c) => cli(c, 'mapping add --target <attribute> --action <action>') },
  { id: 'rules.edit', title: 'Edit Rule', icon: EditRegular, group: 'Rules', shortcut: 'Alt+Enter', appliesTo: isRuleTab, disabledReason: needsRule, run: (c, { open }) => editor(c, open, false), cliLine: (c) => cli(c, `${setOf(c)} edit ${numberOf(c)}`) },
  {
    id: 'matching.order', title: 'Change Priority', icon: ArrowSortRegular, group: 'Rules', appliesTo: (c) => c.place.tab === 'Matching', disabledReason: () => null,
    run: (c, { open }) => { const owner = ownerOf(c); if (owner) open('rule order', { owner }); }, cliLine: (c) => cli(c, 'test --move <number> --to <number>'),
  },
  move('rules.up', 'Move Up', -1, ArrowUpRegular),
  move('rules.down', 'Move Down', 1, ArrowDownRegular),
  {
    id: 'rules.toggle', title: 'Enable or Disable Rule', icon: ToggleLeftRegular, group: 'Rules', appliesTo: isRuleTab, disabledReason: needsRule,
    run: async (c, { api, cache }) => {
      const owner = ownerOf(c);
      const chosen = ruleOf(c);
      if (!owner || !chosen) return;
      if (chosen.kind === 'matching rule') {
        const { position: _, ...rule } = chosen.rule;
        await api.call('matchingRules.save', { owner, rule: { ...rule, enabled: !rule.enabled } });
      } else {
        const { position: _, ...rule } = chosen.rule;
        await api.call('mappingRules.save', { owner, rule: { ...rule, enabled: !rule.enabled } });
      }
      await cache.invalidateQueries({ queryKey: [chosen.kind === 'matching rule' ? 'matchingRules.list' : 'mappingRules.list'] });
    },
    cliLine: (c) => cli(c, `${ruleOf(c)?.rule.enabled === false ? 'enable' : 'disable'} ${numberOf(c)} --set ${setOf(c)}`),
  },
  {
    id: 'rules.remove', title: 'Remove Rule', icon: DeleteRegular, group: 'Rules', shortcut: 'Delete', appliesTo: isRuleTab, disabledReason: needsRule,
    run: (c, { open }) => {
      const owner = ownerOf(c);
      const chosen = ruleOf(c);
      if (owner && chosen) open('remove rule', { owner, set: chosen.kind === 'matching rule' ? 'matching' : 'mapping', id: chosen.rule.id, title: words(chosen) });
    },
    cliLine: (c) => cli(c, `remove ${numberOf(c)} --set ${setOf(c)}`),
  },
  {
    id: 'rules.template', title: 'Change Schema Template', icon: DocumentTableRegular, group: 'Rule Sets', appliesTo: isRuleTab, disabledReason: () => null,
    run: (c, { open }) => { const owner = ownerOf(c); if (owner) open('schema template', { owner }); }, cliLine: (c) => cli(c, 'difference --template <name>'),
  },
  {
    id: 'rules.push', title: 'Push to Collections', icon: ShareRegular, group: 'Rule Sets', appliesTo: (c) => isRuleTab(c) && c.place.node.kind === 'pair', disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('push rules', { pair: c.pair, lists: 'matching and mapping' }); }, cliLine: (c) => cliOf(c, `rules push --pair ${quoted(c.pair?.name ?? '<pair>')}`),
  },
];
