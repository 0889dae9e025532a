import { AddCircleRegular, ArrowExportRegular, DeleteRegular, PauseCircleRegular, PlayCircleRegular } from '@fluentui/react-icons';
import type { AgentRow } from '../../../shared/contracts/agents.ts';
import { cliOf, quoted, type Command } from '../../app/commands.ts';
import type { CommandContext } from '../../app/selection.ts';

const onTab = (c: CommandContext): boolean => c.place.tab === 'Agents';
const agentOf = (c: CommandContext): AgentRow | null => (c.chosen?.kind === 'agent' ? c.chosen.agent : null);
const withAgent = (reason: (agent: AgentRow) => string | null) => (c: CommandContext): string | null => { const agent = agentOf(c); return agent ? reason(agent) : 'Select an agent.'; };
const name = (c: CommandContext): string => quoted(agentOf(c)?.name ?? '<agent>');
const onCollection = (c: CommandContext): boolean => c.collection !== null && (c.place.node.kind === 'collection' ? c.place.tab === 'Home' : c.chosen?.kind === 'collection');

/** Commands of agents, by the names of the reference system where it has one ("Managing Directory Migration Agents"). */
export const agentCommands: readonly Command[] = [
  {
    id: 'agents.new', title: 'New Agent', icon: AddCircleRegular, group: 'Agents', appliesTo: onTab, disabledReason: () => null,
    run: (_, { open }) => open('new agent', {}), cliLine: (c) => cliOf(c, 'agents create <name>'),
  },
  {
    id: 'agents.drain', title: 'Drain', icon: PauseCircleRegular, group: 'Agent', appliesTo: onTab, disabledReason: withAgent((a) => (a.drained ? 'It is drained already: Resume takes that back.' : null)),
    run: (c, { open }) => { const agent = agentOf(c); if (agent) open('drain agent', { agent }); }, cliLine: (c) => cliOf(c, `agents drain ${name(c)}`),
  },
  {
    id: 'agents.resume', title: 'Resume', icon: PlayCircleRegular, group: 'Agent', appliesTo: onTab, disabledReason: withAgent((a) => (a.drained ? null : 'It is not drained.')),
    run: async (c, { api, cache }) => { const agent = agentOf(c); if (agent) { await api.call('agents.resume', { id: agent.id }); await cache.invalidateQueries({ queryKey: ['agents.list'] }); } }, cliLine: (c) => cliOf(c, `agents resume ${name(c)}`),
  },
  {
    id: 'agents.remove', title: 'Remove', icon: DeleteRegular, group: 'Agent', shortcut: 'Delete', appliesTo: onTab, disabledReason: withAgent((a) => a.notRemovable),
    run: (c, { open }) => { const agent = agentOf(c); if (agent) open('remove agent', { agent }); }, cliLine: (c) => cliOf(c, `agents remove ${name(c)}`),
  },
  {
    id: 'agents.moveCollection', title: 'Move Collection to Agent', icon: ArrowExportRegular, group: 'Collection', appliesTo: onCollection, disabledReason: () => null,
    run: (c, { open }) => { if (c.collection) open('move collection', { collection: { id: c.collection.id, name: c.collection.name }, agentId: c.collection.agentId }); },
    cliLine: (c) => cliOf(c, `agents move --collection ${quoted(c.collection?.name ?? '<collection>')} --to <agent>`),
  },
];
