import { Button, MessageBar, MessageBarBody, SearchBox, Select, Toolbar } from '@fluentui/react-components';
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { type AppError, appError, ErrorCode } from '../../../shared/domain/errors.ts';
import { OBJECT_KINDS, type ObjectKind } from '../../../shared/domain/objects.ts';
import { MIGRATION_PROGRESS, type MigrationProgress } from '../../../shared/domain/statuses.ts';
import type { ObjectRow } from '../../../shared/contracts/objects.ts';
import { errorData, useHost } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog } from '../../app/dialogs.tsx';
import type { CollectionScreenProps } from '../../app/screens.ts';
import { usePublishChosen, type Chosen } from '../../app/selection.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { ExportButton } from '../../ui/ExportButton.tsx';
import { PAGE_SIZE } from '../../ui/read-range.ts';
import { PART_TIMEOUT_MS, type PartOf } from '../../ui/save-parts.ts';
import { csv } from '../../ui/download.ts';
import { count, counted } from '../../ui/format.ts';
import { NOTHING, selectedCount, type GridSelection } from '../../ui/grid-selection.ts';
import { Live } from '../../ui/Live.tsx';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';

const COLUMNS_OF_FILE = ['Name', 'Type', 'Distinguished name', 'User principal name', 'Mail', 'Migration Progress', 'Synchronization Status', 'Matched with', 'Target ID', 'Rule', 'Pinned', 'Risks', 'Reason', 'Synchronization Reason'];
/** The most single objects that one command takes (contract of selections). */
const MOST_IDS = 10_000;
const COLUMNS: readonly GridColumn<ObjectRow>[] = [
  { id: 'name', title: 'Name', width: 190, grow: true, sort: 'name', render: (o) => <span title={o.dn}>{o.name}</span> },
  { id: 'kind', title: 'Type', width: 80, sort: 'kind', render: (o) => o.kind },
  { id: 'status', title: 'Migration Progress', width: 165, sort: 'status', render: (o) => <StatusBadge status={o.status} /> },
  { id: 'sync', title: 'Synchronization Status', width: 195, render: (o) => <span title={o.synchronisationReason}><StatusBadge status={o.synchronisation} /></span> },
  { id: 'target', title: 'Matched with', width: 190, grow: true, render: (o) => (o.targetId === null ? '–' : `${o.targetName}${o.pinned ? ' (pinned)' : ''}`) },
  { id: 'rule', title: 'Rule', width: 180, grow: true, render: (o) => <span title={o.rule}>{o.rule || '–'}</span> },
  { id: 'reason', title: 'Reason', width: 260, grow: true, render: (o) => { const why = [...new Set([o.reason, o.synchronisationReason, ...o.risks])].filter(Boolean).join('; '); return <span title={why}>{why || '–'}</span>; } },
];
const tooMany = (size: number): AppError => appError(ErrorCode.InvalidInput, `${counted(size, 'object')} cannot be selected one by one; at most ${count(MOST_IDS)} can. Narrow the list with the filter, or select everything that it shows with Ctrl+A, which has no limit as long as no type is chosen.`);
type SortBy = 'name' | 'status' | 'kind';

/** The objects of a collection. */
export function ObjectsTab({ pair, collection }: CollectionScreenProps): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const [status, setStatus] = useState<MigrationProgress | ''>('');
  const [kind, setKind] = useState<ObjectKind | ''>('');
  const [sort, setSort] = useState<{ readonly by: SortBy; readonly direction: 'ascending' | 'descending' }>({ by: 'name', direction: 'ascending' });
  const [selection, setSelection] = useState<GridSelection>(NOTHING);
  const [members, setMembers] = useState(collection.objects);
  // Objects came or went: what was selected may be gone.
  if (members !== collection.objects) { setMembers(collection.objects); setSelection(NOTHING); }
  const [problem, setProblem] = useState<unknown>(null);
  /** Rows of a range that are being read before they are selected. */
  const [reading, setReading] = useState<{ readonly count: number; readonly found: number } | null>(null);

  const input = useMemo(() => ({ collectionId: collection.id, search, status, kind, sort: sort.by, direction: sort.direction }), [collection.id, search, status, kind, sort]);
  const key = useMemo(() => ['objects.page', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('objects.page', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<ObjectRow>(key, fetch);
  const shown = useRef(input);
  useEffect(() => { shown.current = input; }, [input]);

  const select = (next: GridSelection): void => {
    setProblem(null);
    // A selection of "all except" knows no filter by type: then the rows themselves are gathered.
    if (next.mode !== 'all except' || kind === '') setSelection(next);
    else if (rows.total > 0) readRange(0, rows.total - 1).then((all) => { if (all) setSelection({ mode: 'ids', keys: new Set(all.map((o) => o.id)) }); }, setProblem);
  };
  const readRange = async (first: number, last: number): Promise<readonly ObjectRow[] | undefined> => {
    setProblem(null);
    if (last - first >= MOST_IDS) { setProblem(tooMany(last - first + 1)); return undefined; }
    const what = { count: last - first + 1, found: 0 };
    setReading(what);
    try {
      const all = await rows.readRange(first, last, (found) => setReading({ ...what, found }));
      // The list may show something else by now.
      return shown.current === input ? all : undefined;
    } catch (error) {
      setProblem(error);
      return undefined;
    } finally { setReading(null); }
  };
  const size = selectedCount(selection, rows.total);
  const only = selection.mode === 'ids' && selection.keys.size === 1 ? [...selection.keys][0] : undefined;
  let single: ObjectRow | null = null;
  for (let i = 0; only !== undefined && single === null && i < rows.total; i++) {
    const row = rows.rowAt(i);
    if (row?.id === only) single = row;
  }
  const chosen = useMemo<Chosen | null>(() => (size === 0 ? null : {
    kind: 'objects',
    scope: { selection: selection.mode === 'ids' ? { mode: 'ids', ids: [...selection.keys] } : { mode: 'all except', ids: [...selection.keys], search, status }, count: size, single },
  }), [selection, size, search, status, single]);
  usePublishChosen(chosen);

  const part: PartOf = async (after, signal, before) => {
    const page = await api.call('objects.page', { ...input, after, limit: PAGE_SIZE }, { timeoutMs: PART_TIMEOUT_MS, signal });
    const lines = page.rows.map((o) => [o.name, o.kind, o.dn, o.userPrincipalName, o.mail, o.status, o.synchronisation, o.targetName, o.targetId ?? '', o.rule, o.pinned ? 'yes' : 'no', o.risks.join('; '), o.reason, o.synchronisationReason]);
    // The byte order mark tells spreadsheets that it is UTF-8.
    const text = after === null ? `\uFEFF${csv([COLUMNS_OF_FILE, ...lines])}` : lines.length === 0 ? '' : csv(lines);
    return { fileName: `${collection.name} objects.csv`, mediaType: 'text/csv', text, next: page.next, done: before + page.rows.length, total: page.total };
  };
  const clear = (): void => { setText(''); setStatus(''); setKind(''); setSelection(NOTHING); };
  const filtered = search !== '' || status !== '' || kind !== '';
  const failure = problem ?? rows.error;
  return (
    <div className={l.fill}>
      <Toolbar aria-label="Objects" size="small" className={l.row}>
        <SearchBox type="search" size="small" aria-label="Search objects" placeholder="Name, UPN or mail (Ctrl+F)" value={text} onChange={(_, d) => { setText(d.value); setSelection(NOTHING); }} />
        <Select size="small" aria-label="Filter by status" value={status} onChange={(_, d) => { setStatus(MIGRATION_PROGRESS.find((p) => p === d.value) ?? ''); setSelection(NOTHING); }}>
          <option value="">All statuses</option>{MIGRATION_PROGRESS.map((p) => <option key={p} value={p}>{p}</option>)}
        </Select>
        <Select size="small" aria-label="Filter by type" value={kind} onChange={(_, d) => { setKind(OBJECT_KINDS.find((k) => k === d.value) ?? ''); setSelection(NOTHING); }}>
          <option value="">All types</option>{OBJECT_KINDS.map((k) => <option key={k} value={k}>{k}</option>)}
        </Select>
        {filtered ? <Button size="small" appearance="subtle" onClick={clear}>Clear filter</Button> : null}
        <span className={l.grow} />
        <Live>{reading ? `Reading the selected rows: ${count(reading.found)} of ${count(reading.count)}…` : `${counted(rows.total, 'object')}${size > 0 ? `, ${size.toLocaleString()} selected` : ''}`}</Live>
        <ExportButton title="Export list" disabled={rows.total === 0} onProblem={setProblem} part={part} />
      </Toolbar>
      {failure ? <ErrorView error={errorData(failure)} onRetry={() => { setProblem(null); rows.retry(); }} /> : null}
      {selection.mode === 'all except' ? <MessageBar intent="info"><MessageBarBody>{`All ${counted(size, 'object')} that the filter shows are selected, also those not on screen.`}</MessageBarBody></MessageBar> : null}
      {rows.loading && !rows.error ? <Loading label="Reading objects…" />
        : rows.total === 0 && !rows.error ? filtered
          ? <EmptyState title="No object fits the filter" actions={<Button onClick={clear}>Clear filter</Button>} />
          : collection.kind === 'dynamic' ? <EmptyState title="The collection is empty" actions={<Button appearance="primary" onClick={() => open('change scope', { pair, collection })}>Change Scope</Button>}>Nothing in the directory fits the container and the filter of this dynamic collection.</EmptyState>
          : <EmptyState title="The collection is empty" actions={<>
              <Button appearance="primary" onClick={() => open('add objects', { pair, collection })}>Add Objects</Button>
              <Button onClick={() => open('query objects', { pair, collection })}>Query Objects</Button>
              <Button onClick={() => open('import objects', { pair, collection })}>Import Objects</Button>
            </>}>Add objects and containers from Active Directory, query them by attribute values, or import a list.</EmptyState>
        : <VirtualGrid label="Objects" mode="multi" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(o) => o.id} columns={COLUMNS} selection={selection} onSelect={select} readRange={readRange} onRange={rows.onRange} onMenu={menu}
            onOpen={(object) => open('object details', { pair, collection, object })} sort={sort}
            onSort={(by) => setSort((s) => ({ by: by as SortBy, direction: s.by === by && s.direction === 'ascending' ? 'descending' : 'ascending' }))} />}
    </div>
  );
}
