import { AddRegular, ArrowSyncRegular, DeleteRegular, OpenRegular, PlugConnectedRegular, SettingsRegular } from '@fluentui/react-icons';
import { cliOf, quoted, type Command } from '../../app/commands.ts';
import type { CommandContext } from '../../app/selection.ts';

const isOnPair = (c: CommandContext): boolean => c.pair !== null && (c.place.node.kind === 'pair' ? c.chosen === null || c.chosen.kind === 'pair' : c.chosen?.kind === 'pair');
const pairName = (c: CommandContext): string => quoted(c.pair?.name ?? '<pair>');

/** Commands of migration pairs. */
export const pairCommands: readonly Command[] = [
  {
    id: 'pairs.new', title: 'New Migration Pair', icon: AddRegular, group: 'Migration Pairs', appliesTo: (c) => c.place.node.kind === 'project' && c.place.tab !== 'Agents', disabledReason: () => null,
    run: (_, { open }) => open('new pair', {}), cliLine: (c) => cliOf(c, 'pair create --name <name> ...'),
  },
  {
    id: 'pairs.open', title: 'Open', icon: OpenRegular, group: 'Migration Pair', appliesTo: (c) => c.chosen?.kind === 'pair', disabledReason: () => null,
    run: (c, { go }) => { if (c.pair) go({ kind: 'pair', pairId: c.pair.id }); }, cliLine: (c) => cliOf(c, 'pair list'),
  },
  {
    id: 'pairs.discover', title: 'Discover Now', icon: ArrowSyncRegular, group: 'Migration Pair', appliesTo: isOnPair, disabledReason: () => null,
    run: async (c, { api, go }) => { if (c.pair) { await api.call('tasks.discover', { pairId: c.pair.id }); go({ kind: 'pair', pairId: c.pair.id }, 'Home'); } },
    cliLine: (c) => cliOf(c, `pair discover ${pairName(c)}`),
  },
  {
    id: 'pairs.test', title: 'Test Connection', icon: PlugConnectedRegular, group: 'Migration Pair', appliesTo: isOnPair, disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('pair test', { pair: c.pair }); }, cliLine: (c) => cliOf(c, `pair test ${pairName(c)}`),
  },
  {
    id: 'pairs.properties', title: 'Properties', icon: SettingsRegular, group: 'Migration Pair', shortcut: 'Alt+Enter', appliesTo: isOnPair, disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('pair properties', { pair: c.pair }); }, cliLine: () => null,
  },
  {
    id: 'pairs.delete', title: 'Delete Migration Pair', icon: DeleteRegular, group: 'Migration Pair', appliesTo: isOnPair, disabledReason: () => null,
    run: (c, { open }) => { if (c.pair) open('pair delete', { pair: c.pair }); }, cliLine: (c) => cliOf(c, `pair delete ${pairName(c)}`),
  },
];
