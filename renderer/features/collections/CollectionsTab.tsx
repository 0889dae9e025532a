import { Button } from '@fluentui/react-components';
import { useMemo, useState, type ReactNode } from 'react';
import type { Collection } from '../../../shared/contracts/collections.ts';
import type { CoexistenceState } from '../../../shared/domain/coexistence.ts';
import { errorData, useCall } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { useNavigation } from '../../app/navigation.ts';
import type { PairScreenProps } from '../../app/screens.ts';
import { usePublishChosen } from '../../app/selection.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { count, time } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';

type Row = Collection & { readonly state: CoexistenceState | undefined };
const COLUMNS: readonly GridColumn<Row>[] = [
  { id: 'name', title: 'Name', width: 200, grow: true, render: (c) => c.name },
  { id: 'kind', title: 'Type', width: 100, render: (c) => (c.kind === 'static' ? 'Static' : 'Dynamic') },
  { id: 'objects', title: 'Objects', width: 100, render: (c) => count(c.objects) },
  { id: 'agent', title: 'Directory Migration Agent', width: 215, render: (c) => c.agentName },
  { id: 'coexistence', title: 'Coexistence', width: 130, render: (c) => (c.state === undefined ? '…' : <StatusBadge status={c.state} />) },
  { id: 'created', title: 'Created', width: 200, render: (c) => time(c.createdAt) },
];

/** The collections of a pair. */
export function CollectionsTab({ pair }: PairScreenProps): ReactNode {
  const l = useLayout();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const { go } = useNavigation();
  const collections = useCall('collections.list', { pairId: pair.id });
  const [selection, setSelection] = useState(NOTHING);
  const states = useCall('coexistence.list', { pairId: pair.id });
  const rows = useMemo(() => {
    const by = new Map(states.data?.rows.map((one) => [one.collectionId, one.state]));
    return collections.data?.rows.map((c): Row => ({ ...c, state: by.get(c.id) }));
  }, [collections.data, states.data]);
  const chosen = rows?.find((c) => selection.keys.has(c.id));
  usePublishChosen(useMemo(() => (chosen ? { kind: 'collection', collection: chosen } : null), [chosen]));
  if (collections.error) return <div className={l.fill}><ErrorView error={errorData(collections.error)} onRetry={() => { void collections.refetch(); }} /></div>;
  if (!rows) return <Loading label="Reading collections…" />;
  if (rows.length === 0) {
    return (
      <EmptyState title="No collections yet" actions={<Button appearance="primary" onClick={() => open('new collection', { pair })}>New Collection</Button>}>
        A collection is a set of objects that are migrated together by one Directory Migration Agent. Review the pair's matching and mapping rules first: they are copied into collections made afterwards.
      </EmptyState>
    );
  }
  return (
    <div className={l.fill}>
      <VirtualGrid label="Collections" mode="single" rowCount={rows.length} rowAt={(i) => rows[i]} keyOf={(c) => c.id} columns={COLUMNS} selection={selection} onSelect={setSelection}
        onOpen={(c) => go({ kind: 'collection', pairId: c.pairId, collectionId: c.id })} onMenu={menu} />
    </div>
  );
}
