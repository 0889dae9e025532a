import { Button, MessageBar, MessageBarBody, SearchBox, Select } from '@fluentui/react-components';
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import type { Coexistence } from '../../../shared/contracts/coexistence.ts';
import type { DriftRow, DriftSelection } from '../../../shared/contracts/drift.ts';
import { DRIFT_STATES, type DriftState } from '../../../shared/domain/coexistence.ts';
import { errorData, useCall, useHost } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog } from '../../app/dialogs.tsx';
import type { CollectionScreenProps } from '../../app/screens.ts';
import { usePublishChosen, type Chosen } from '../../app/selection.ts';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { count, counted, time } from '../../ui/format.ts';
import { NOTHING, selectedCount, type GridSelection } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { POLICY_WORDS } from '../../ui/coexistence-words.ts';
import { NOT_ON } from './reasons.ts';
import { DRIFT_WORDS, driftState, sidesOf, stateOf, whatOf } from '../../ui/drift-words.ts';

const COLUMNS: readonly GridColumn<DriftRow>[] = [
  { id: 'name', title: 'Object', width: 130, grow: true, render: (d) => <span title={d.targetId}>{d.name}</span> },
  { id: 'kind', title: 'Type', width: 70, render: (d) => d.kind ?? '–' },
  { id: 'attribute', title: 'Attribute', width: 125, render: whatOf },
  { id: 'expected', title: 'What the rules say', width: 150, grow: true, render: (d) => { const { expected } = sidesOf(d); return <span title={expected}>{expected}</span>; } },
  { id: 'actual', title: 'In Microsoft 365', width: 150, grow: true, render: (d) => { const { actual } = sidesOf(d); return <span title={actual}>{actual}</span>; } },
  { id: 'state', title: 'State', width: 125, render: (d) => <StatusBadge status={driftState(d)} /> },
  { id: 'seen', title: 'First seen', width: 215, render: (d) => time(d.seenAt) },
  { id: 'by', title: 'By', width: 120, render: (d) => <span title={time(d.changedAt)}>{d.by || 'a cycle'}</span> },
];
/** The most single rows that one decision takes (contract of drift). */
const MOST_IDS = 10_000;
/** Rows that a question shows one by one. */
const MOST_SHOWN = 50;
const NOT_OPEN = 'Only open ones can be decided about. What was accepted is released on the Held objects page.';

/** What others changed in the tenant: shown by object and attribute, written back or accepted. */
export function DriftPage({ pair, collection, coexistence }: CollectionScreenProps & { readonly coexistence: Coexistence }): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const [state, setState] = useState<DriftState | undefined>('open');
  const [attribute, setAttribute] = useState<string | undefined>(undefined);
  const [selection, setSelection] = useState<GridSelection>(NOTHING);
  const summary = useCall('drift.summary', { collectionId: collection.id });
  const input = useMemo(() => ({ collectionId: collection.id, search, ...(state === undefined ? {} : { state }), ...(attribute === undefined ? {} : { attribute }) }), [collection.id, search, state, attribute]);
  const key = useMemo(() => ['drift.page', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('drift.page', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<DriftRow>(key, fetch);
  const size = selectedCount(selection, rows.total);
  const shown: DriftRow[] = [];
  for (let i = 0; size > 0 && i < rows.total && shown.length < MOST_SHOWN; i++) {
    const row = rows.rowAt(i);
    if (row && (selection.mode === 'ids') === selection.keys.has(row.id)) shown.push(row);
  }
  const isWhole = selection.mode === 'all except' && selection.keys.size === 0;
  const problem = shown.some((row) => row.state !== 'open') ? NOT_OPEN
    : selection.mode === 'all except' && (!isWhole || state !== 'open') ? 'Select all of the open ones with Ctrl+A, or single ones.'
    : selection.mode === 'ids' && size > MOST_IDS ? `At most ${count(MOST_IDS)} can be selected one by one; Ctrl+A has no limit.` : null;
  const picked = useMemo<DriftSelection | null>(() => (size === 0 ? null : selection.mode === 'ids' ? { mode: 'ids', ids: [...selection.keys] } : { mode: 'all', search, ...(attribute === undefined ? {} : { attribute }) }), [selection, size, search, attribute]);
  const shownKey = JSON.stringify(shown);
  const chosen = useMemo<Chosen>(() => ({ kind: 'drift', scope: picked && { selection: picked, count: size, rows: JSON.parse(shownKey) as DriftRow[] }, problem }), [picked, size, shownKey, problem]);
  usePublishChosen(chosen);
  const scope = chosen.kind === 'drift' ? chosen.scope : null;
  const act = (name: 're-apply drift' | 'accept drift') => (): void => { if (scope) open(name, { pair, collection, scope }); };
  const clear = (): void => { setText(''); setAttribute(undefined); setState('open'); setSelection(NOTHING); };
  const filtered = search !== '' || attribute !== undefined || state !== 'open';
  const policy = coexistence.settings?.drift ?? 'show';
  const attributes = summary.data?.byAttribute ?? [];
  return <>
    <div className={l.row}>
      <SearchBox type="search" size="small" aria-label="Search drift" placeholder="Object (Ctrl+F)" value={text} onChange={(_, d) => { setText(d.value); setSelection(NOTHING); }} />
      <Select size="small" aria-label="Filter by state" value={state ?? ''} onChange={(_, d) => { setState(stateOf(d.value)); setSelection(NOTHING); }}>
        <option value="">All states</option>{DRIFT_STATES.map((one) => <option key={one} value={one}>{DRIFT_WORDS[one]}</option>)}
      </Select>
      <Select size="small" aria-label="Filter by attribute" value={attribute ?? '*'} onChange={(_, d) => { setAttribute(d.value === '*' ? undefined : d.value); setSelection(NOTHING); }}>
        <option value="*">All attributes</option>
        {attribute !== undefined && !attributes.some((one) => one.attribute === attribute) ? <option value={attribute}>{whatOf({ attribute })}</option> : null}
        {attributes.map((one) => <option key={one.attribute} value={one.attribute}>{`${whatOf(one)} (${count(one.open)} open)`}</option>)}
      </Select>
      {filtered ? <Button size="small" appearance="subtle" onClick={clear}>Clear filter</Button> : null}
      <span className={l.grow} />
      <Live>{`${counted(rows.total, 'value')}${size > 0 ? `, ${count(size)} selected` : ''}${size > 0 && problem !== null ? `. ${problem}` : ''}`}</Live>
      <Button size="small" appearance="primary" disabled={size === 0 || problem !== null || coexistence.state !== 'On'} title={coexistence.state === 'On' ? '' : NOT_ON} onClick={act('re-apply drift')}>Re-apply</Button>
      <Button size="small" disabled={size === 0 || problem !== null} onClick={act('accept drift')}>Accept</Button>
    </div>
    {rows.error ? <ErrorView error={errorData(rows.error)} onRetry={rows.retry} />
      : rows.loading ? <Loading label="Reading drift…" />
      : rows.total === 0 ? filtered ? <EmptyState title="No change of others fits the filter" actions={<Button onClick={clear}>Clear filter</Button>} />
        : <EmptyState title="Nobody else has changed anything">{`What others change in Microsoft 365 of the objects in step appears here after the next cycle. Policy: ${POLICY_WORDS[policy].name}; ${POLICY_WORDS[policy].effect}.`}</EmptyState>
      : <>
        {policy === 're-apply' && state === 'open' ? <MessageBar intent="info" layout="multiline"><MessageBarBody>{`Policy: ${POLICY_WORDS[policy].name}; ${POLICY_WORDS[policy].effect}.`}</MessageBarBody></MessageBar> : null}
        <VirtualGrid label="Drift" mode="multi" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(d) => d.id} columns={COLUMNS} selection={selection} onSelect={setSelection} onRange={rows.onRange} readRange={(first, last) => rows.readRange(first, last)} onMenu={menu} />
      </>}
  </>;
}
