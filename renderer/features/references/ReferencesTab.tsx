import { Badge, Button, MessageBar, MessageBarBody, SearchBox, Select, Switch, Toolbar } from '@fluentui/react-components';
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import type { ReferenceRow } from '../../../shared/contracts/references.ts';
import { canBeWritten, whyWaits, type ReferenceState, type ReferenceView } from '../../../shared/domain/references.ts';
import { errorData, useCall, useCommand, useHost } from '../../app/api.ts';
import type { CollectionScreenProps, PairScreenProps } from '../../app/screens.ts';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { ExportButton } from '../../ui/ExportButton.tsx';
import { PART_TIMEOUT_MS } from '../../ui/save-parts.ts';
import { counted, time } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { Live } from '../../ui/Live.tsx';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';

const stateOf = (r: ReferenceRow): string => (r.healedBy !== null ? 'Healed' : r.remade !== null ? 'Matched anew' : canBeWritten(r) ? 'Can be written' : 'Waits');
const COLOURS = { 'Healed': 'success', 'Can be written': 'informative', 'Waits': 'warning', 'Matched anew': 'warning' } as const;
const whyOf = (r: ReferenceRow): string => (r.healedBy === null && canBeWritten(r) ? `${whyWaits(r)}; it is there now, so the next migration writes it` : whyWaits(r));
const COLUMNS: readonly GridColumn<ReferenceRow>[] = [
  { id: 'name', title: 'Who waits', width: 140, grow: true, render: (r) => <span title={r.name}>{r.name}</span> },
  { id: 'attribute', title: 'Attribute', width: 110, render: (r) => r.attribute },
  { id: 'other', title: 'For whom', width: 160, grow: true, render: (r) => <span title={r.dn}>{r.otherName ?? r.dn}</span> },
  { id: 'state', title: 'State', width: 135, render: (r) => { const state = stateOf(r); return <Badge appearance="tint" color={COLOURS[state as keyof typeof COLOURS]}>{state}</Badge>; } },
  { id: 'since', title: 'Since', width: 155, render: (r) => <span title={time(r.healedAt ?? r.since)}>{time(r.healedAt ?? r.since).slice(0, 16)}</span> },
  { id: 'reason', title: 'Why', width: 180, grow: true, render: (r) => <span title={whyOf(r)}>{whyOf(r)}</span> },
];

/** What waits for whom in all collections of a pair, and what becomes of it. */
export function PairReferencesTab({ pair }: PairScreenProps): ReactNode {
  return <References pairId={pair.id} head={<Healing pairId={pair.id} />} />;
}

/** What waits, and what is waited for, in a collection. */
export function CollectionReferencesTab({ pair, collection }: CollectionScreenProps): ReactNode {
  return <References pairId={pair.id} collectionId={collection.id} head={null} />;
}

/** The switch of the pair. */
function Healing({ pairId }: { readonly pairId: string }): ReactNode {
  const settings = useCall('references.settings', { pairId });
  const save = useCommand('references.saveSettings');
  const automatic = (save.isPending ? save.variables.healing : settings.data?.healing) !== 'only by re-migration';
  const failure = save.error ?? settings.error;
  return (
    <>
      <Switch checked={automatic} disabled={settings.data === undefined || save.isPending} onChange={(_, d) => save.mutate({ pairId, healing: d.checked ? 'automatic' : 'only by re-migration' })}
        label={automatic ? 'Write references when the other object arrives: its plan adds them, also in other collections of this pair' : 'Write references when the other object arrives: off, they wait until the object that refers is migrated again'} />
      {failure ? <ErrorView error={errorData(failure)} /> : null}
    </>
  );
}

function References({ pairId, collectionId, head }: { readonly pairId: string; readonly collectionId?: string; readonly head: ReactNode }): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const [view, setView] = useState<ReferenceView>('who waits');
  const [state, setState] = useState<ReferenceState>('waits');
  const [selection, setSelection] = useState(NOTHING);
  const [problem, setProblem] = useState<unknown>(null);
  const input = useMemo(() => ({ pairId, ...(collectionId === undefined ? {} : { collectionId }), view, state, search }), [pairId, collectionId, view, state, search]);
  const key = useMemo(() => ['references.page', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('references.page', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<ReferenceRow>(key, fetch);
  const failure = problem ?? rows.error;
  const empty = search !== ''
    ? <EmptyState title="Nothing fits the filter" actions={<Button onClick={() => setText('')}>Clear filter</Button>} />
    : state === 'healed'
      ? <EmptyState title="Nothing was written later">References that waited and were written by a later migration appear here, with the task that did it in the export.</EmptyState>
      : <EmptyState title="Nothing waits">{view === 'for whom' && collectionId !== undefined ? 'No object waits for one of this collection.' : 'When a migration meets a member, a manager or another reference whose object is not in the tenant yet, it is kept here until that object is.'}</EmptyState>;
  return (
    <div className={l.fill}>
      {head}
      <Toolbar aria-label="References" size="small" className={l.row}>
        <SearchBox type="search" size="small" aria-label="Search references" placeholder="Name or DN (Ctrl+F)" value={text} onChange={(_, d) => setText(d.value)} />
        <Select size="small" aria-label="Which side" value={view} onChange={(_, d) => setView(d.value === 'for whom' ? 'for whom' : 'who waits')}>
          <option value="who waits">{collectionId === undefined ? 'By who waits' : 'Objects here that wait'}</option>
          <option value="for whom">{collectionId === undefined ? 'By who is waited for' : 'Objects here that are waited for'}</option>
        </Select>
        <Select size="small" aria-label="Filter by state" value={state} onChange={(_, d) => setState(d.value === 'healed' ? 'healed' : 'waits')}>
          <option value="waits">Waiting</option><option value="healed">Written later</option>
        </Select>
        <span className={l.grow} />
        <Live>{counted(rows.total, 'reference')}</Live>
        <ExportButton title="Export list" disabled={rows.total === 0} onProblem={setProblem} part={(after, signal) => api.call('references.export', { ...input, after }, { timeoutMs: PART_TIMEOUT_MS, signal })} />
      </Toolbar>
      {failure ? <ErrorView error={errorData(failure)} onRetry={() => { setProblem(null); rows.retry(); }} /> : null}
      {rows.loading && !rows.error ? <Loading label="Reading references…" />
        : rows.total === 0 && !rows.error ? empty
          : <VirtualGrid label="References" mode="single" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(r) => `${r.sourceId} ${r.attribute} ${r.dn}`} columns={COLUMNS} selection={selection} onSelect={setSelection} onRange={rows.onRange} />}
      {state === 'waits' && rows.total > 0 && collectionId !== undefined ? <MessageBar intent="info" layout="multiline"><MessageBarBody>Migrate the objects that are waited for; how their references are written then is set on the References tab of the migration pair.</MessageBarBody></MessageBar> : null}
    </div>
  );
}
