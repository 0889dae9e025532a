import { Badge, Button, Switch } from '@fluentui/react-components';
import { useMemo, useState, type ReactNode } from 'react';
import type { AgentRow } from '../../../shared/contracts/agents.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { usePublishChosen } from '../../app/selection.ts';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { count, counted } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { useNow } from '../../ui/now.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { AgentDetails } from './AgentDetails.tsx';
import { seenWords, stateMeaning, stateName, taskWords } from './agent-words.ts';

/** Progress of another process is told by no event. */
const REFRESH_MS = 5_000;

const columnsAt = (now: number): readonly GridColumn<AgentRow>[] => [
  { id: 'name', title: 'Name', width: 110, grow: true, render: (a) => a.name },
  { id: 'state', title: 'State', width: 135, render: (a) => <span title={stateMeaning(a)}><StatusBadge status={stateName(a)} />{a.drained && a.state === 'gone' ? <> <Badge appearance="outline" color="informative">drained</Badge></> : null}</span> },
  { id: 'seen', title: 'Heartbeat', width: 125, render: (a) => seenWords(a, now) },
  { id: 'host', title: 'Machine', width: 120, render: (a) => a.host || '–' },
  { id: 'version', title: 'Version', width: 75, render: (a) => a.version || '–' },
  { id: 'task', title: 'Current task', width: 195, grow: true, render: (a) => <span title={a.currentTask?.message ?? ''}>{taskWords(a)}</span> },
  { id: 'queued', title: 'Queue', width: 65, render: (a) => count(a.queued) },
  { id: 'collections', title: 'Collections', width: 100, render: (a) => count(a.collections) },
];

/** The Directory Migration Agents, what they do, and the one that is chosen in full. */
export function AgentsTab(): ReactNode {
  const l = useLayout();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const now = useNow();
  const agents = useCall('agents.list', {}, { refetchMs: REFRESH_MS });
  const [selection, setSelection] = useState(NOTHING);
  const rows = agents.data?.rows;
  const agent = rows?.find((a) => selection.keys.has(a.id));
  usePublishChosen(useMemo(() => (agent ? { kind: 'agent', agent } : null), [agent]));
  const columns = useMemo(() => columnsAt(now), [now]);
  if (agents.error) return <div className={l.fill}><ErrorView error={errorData(agents.error)} onRetry={() => { void agents.refetch(); }} /></div>;
  if (!rows) return <Loading label="Reading agents…" />;
  if (rows.length === 0) return <EmptyState title="No agents" actions={<Button appearance="primary" onClick={() => open('new agent', {})}>New Agent</Button>}>The local agent appears here as soon as it has started.</EmptyState>;
  return (
    <div className={l.fill}>
      <div className={l.row}>
        <TakeOver />
        <span className={l.grow} />
        <Live>{`${counted(rows.length, 'agent')}, ${count(rows.filter((a) => a.alive).length)} alive`}</Live>
      </div>
      <VirtualGrid label="Agents" mode="single" rowCount={rows.length} rowAt={(i) => rows[i]} keyOf={(a) => a.id} columns={columns} selection={selection} onSelect={setSelection} onMenu={menu} />
      {agent ? <AgentDetails agent={agent} now={now} /> : null}
    </div>
  );
}

/** Whether the others run the tasks of an agent that is gone; only where agents share a project. */
function TakeOver(): ReactNode {
  const settings = useCall('agents.settings', {});
  const save = useCommand('agents.saveSettings');
  const failure = settings.error ?? save.error;
  if (failure) return <ErrorView error={errorData(failure)} />;
  if (!settings.data) return null;
  if (!settings.data.shared) return <span>The project is a file: agents run on this machine, and the task of one that is gone waits for a person.</span>;
  return <Switch label="Other agents take over the tasks of one that is gone" checked={settings.data.takeOver} disabled={save.isPending} onChange={(_, d) => save.mutate({ takeOver: d.checked })} />;
}
