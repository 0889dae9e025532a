import { Badge, Button } from '@fluentui/react-components';
import { useMemo, useState, type ReactNode } from 'react';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { errorData, useCall } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { useNavigation } from '../../app/navigation.ts';
import { usePublishChosen } from '../../app/selection.ts';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { count, time } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { tenantName } from './ConnectionTest.tsx';

const COLUMNS: readonly GridColumn<Pair>[] = [
  { id: 'name', title: 'Name', width: 160, grow: true, render: (p) => p.name },
  { id: 'source', title: 'Source', width: 180, grow: true, render: (p) => p.sourceName || (p.source.kind === 'ldif' ? p.source.file : p.source.domain) },
  { id: 'target', title: 'Target', width: 200, grow: true, render: (p) => <>{tenantName(p)} {p.target.simulated ? <Badge appearance="tint" color="brand">Simulated</Badge> : null}</> },
  { id: 'collections', title: 'Collections', width: 100, render: (p) => count(p.collections) },
  { id: 'discovered', title: 'Discovered', width: 200, render: (p) => time(p.discoveredAt) },
];

/** The pairs of the project. */
export function PairsTab(): ReactNode {
  const l = useLayout();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const { go } = useNavigation();
  const pairs = useCall('pairs.list', {});
  const [selection, setSelection] = useState(NOTHING);
  const rows = pairs.data?.rows;
  const chosen = rows?.find((p) => selection.keys.has(p.id));
  usePublishChosen(useMemo(() => (chosen ? { kind: 'pair', pair: chosen } : null), [chosen]));
  if (pairs.error) return <div className={l.fill}><ErrorView error={errorData(pairs.error)} onRetry={() => { void pairs.refetch(); }} /></div>;
  if (!rows) return <Loading label="Reading migration pairs…" />;
  if (rows.length === 0) {
    return (
      <EmptyState title="No migration pairs yet" actions={<Button appearance="primary" onClick={() => open('new pair', {})}>New Migration Pair</Button>}>
        A migration pair joins one Active Directory domain with one Microsoft 365 tenant.
      </EmptyState>
    );
  }
  return (
    <div className={l.fill}>
      <VirtualGrid label="Migration pairs" mode="single" rowCount={rows.length} rowAt={(i) => rows[i]} keyOf={(p) => p.id} columns={COLUMNS} selection={selection} onSelect={setSelection}
        onOpen={(p) => go({ kind: 'pair', pairId: p.id })} onMenu={menu} />
    </div>
  );
}
