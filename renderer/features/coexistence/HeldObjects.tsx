import { Button, SearchBox } from '@fluentui/react-components';
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import type { HoldRow } from '../../../shared/contracts/holds.ts';
import { errorData, useCommand, useHost } from '../../app/api.ts';
import type { CollectionScreenProps } from '../../app/screens.ts';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { counted, time } from '../../ui/format.ts';
import { NOTHING, selectedCount, type GridSelection } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';

const COLUMNS: readonly GridColumn<HoldRow>[] = [
  { id: 'name', title: 'Object', width: 190, grow: true, render: (h) => h.name },
  { id: 'kind', title: 'Type', width: 90, render: (h) => h.kind ?? '–' },
  { id: 'attribute', title: 'Held', width: 160, render: (h) => h.attribute || 'whole object' },
  { id: 'since', title: 'Since', width: 215, render: (h) => time(h.since) },
  { id: 'by', title: 'Held by', width: 130, render: (h) => h.by },
  { id: 'reason', title: 'Reason', width: 260, grow: true, render: (h) => <span title={h.reason}>{h.reason || '–'}</span> },
];
/** The most that one release takes (contract of holds). */
const MOST = 10_000;
const keyOf = (h: HoldRow): string => `${h.sourceId} ${h.attribute}`;
const holdOf = (key: string): { sourceId: string; attribute: string } => { const at = key.indexOf(' '); return { sourceId: key.slice(0, at), attribute: key.slice(at + 1) }; };

/** What coexistence leaves alone in a collection, and how to release it. */
export function HeldObjects({ pair, collection }: CollectionScreenProps): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const [selection, setSelection] = useState<GridSelection>(NOTHING);
  const [problem, setProblem] = useState<unknown>(null);
  const release = useCommand('holds.release');
  const input = useMemo(() => ({ pairId: pair.id, collectionId: collection.id, search }), [pair.id, collection.id, search]);
  const key = useMemo(() => ['holds.page', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('holds.page', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<HoldRow>(key, fetch);
  const size = selectedCount(selection, rows.total);
  const start = async (): Promise<void> => {
    setProblem(null);
    const keys = selection.mode === 'ids' ? [...selection.keys] : (await rows.readRange(0, rows.total - 1)).map(keyOf).filter((one) => !selection.keys.has(one));
    release.mutate({ pairId: pair.id, holds: keys.map(holdOf) }, { onSuccess: () => setSelection(NOTHING) });
  };
  const failure = problem ?? release.error ?? rows.error;
  return <>
    <div className={l.row}>
      <SearchBox type="search" size="small" aria-label="Search held objects" placeholder="Name (Ctrl+F)" value={text} onChange={(_, d) => { setText(d.value); setSelection(NOTHING); }} />
      <Button size="small" appearance="primary" disabled={size === 0 || size > MOST || release.isPending} onClick={() => { start().catch(setProblem); }}>{release.isPending ? 'Releasing…' : 'Release'}</Button>
      <span className={l.grow} />
      <Live>{release.data && size === 0 ? `${counted(release.data.released, 'hold')} released; the next cycle compares what was held again.` : `${counted(rows.total, 'hold')}${size > 0 ? `, ${size.toLocaleString()} selected` : ''}${size > MOST ? `; at most ${MOST.toLocaleString()} can be released at once` : ''}`}</Live>
    </div>
    {failure ? <ErrorView error={errorData(failure)} onRetry={rows.retry} /> : null}
    {rows.error ? null : rows.loading ? <Loading label="Reading held objects…" />
      : rows.total === 0 ? search !== '' ? <EmptyState title="No held object fits the search" actions={<Button onClick={() => setText('')}>Clear search</Button>} />
        : <EmptyState title="Nothing is held">What is rolled back is held out of coexistence, so that the next cycle does not write it again, until it is released here. Objects can also be held on the Objects tab.</EmptyState>
      : <VirtualGrid label="Held objects" mode="multi" rowCount={rows.total} rowAt={rows.rowAt} keyOf={keyOf} columns={COLUMNS} selection={selection} onSelect={setSelection} onRange={rows.onRange} readRange={(first, last) => rows.readRange(first, last)} />}
  </>;
}
