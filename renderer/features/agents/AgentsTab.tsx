import { Badge } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { AgentRow } from '../../../shared/contracts/project.ts';
import { errorData, useCall } from '../../app/api.ts';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { ago, count } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';

const REFRESH_MS = 10_000;
const COLUMNS: readonly GridColumn<AgentRow>[] = [
  { id: 'name', title: 'Name', width: 160, grow: true, render: (a) => a.name },
  { id: 'state', title: 'State', width: 120, render: (a) => <Badge appearance="tint" color={a.alive ? 'success' : 'danger'}>{a.alive ? 'Active' : 'Not active'}</Badge> },
  { id: 'seen', title: 'Last sign of life', width: 160, render: (a) => (a.heartbeatAt === null ? 'never' : ago(a.heartbeatAt, Date.now())) },
  { id: 'host', title: 'Machine', width: 160, render: (a) => a.host },
  { id: 'version', title: 'Version', width: 100, render: (a) => a.version },
  { id: 'collections', title: 'Collections', width: 100, render: (a) => count(a.collections) },
  { id: 'queued', title: 'Queued tasks', width: 110, render: (a) => count(a.queued) },
  { id: 'running', title: 'Running tasks', width: 110, render: (a) => count(a.running) },
];

/** The Directory Migration Agents and how they are. */
export function AgentsTab(): ReactNode {
  const l = useLayout();
  const agents = useCall('agents.list', {}, { refetchMs: REFRESH_MS });
  const [selection, setSelection] = useState(NOTHING);
  if (agents.error) return <div className={l.fill}><ErrorView error={errorData(agents.error)} onRetry={() => { void agents.refetch(); }} /></div>;
  if (!agents.data) return <Loading label="Reading agents…" />;
  const { rows } = agents.data;
  if (rows.length === 0) return <EmptyState title="No agents">The local agent appears here as soon as the host runs tasks.</EmptyState>;
  return (
    <div className={l.fill}>
      <VirtualGrid label="Agents" mode="single" rowCount={rows.length} rowAt={(i) => rows[i]} keyOf={(a) => a.id} columns={COLUMNS} selection={selection} onSelect={setSelection} />
    </div>
  );
}
