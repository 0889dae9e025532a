import { Button, SearchBox, Select } from '@fluentui/react-components';
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import type { MailboxBatch, MailboxRow } from '../../../shared/contracts/mailboxes.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { ROW_STAGES, ROW_STATES, type RowStage, type RowState } from '../../../shared/domain/mailboxes.ts';
import { errorData, useHost } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { usePublishChosen } from '../../app/selection.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { count, counted } from '../../ui/format.ts';
import { NOTHING, selectedCount, type GridSelection } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { STAGE_WORDS, gradeMeaning, itemWords, size } from './words.ts';

const COLUMNS: readonly GridColumn<MailboxRow>[] = [
  { id: 'line', title: 'Row', width: 55, render: (r) => count(r.line) },
  { id: 'address', title: 'EmailAddress', width: 190, grow: true, render: (r) => <span title={r.sourceName}>{r.address || '–'}</span> },
  { id: 'state', title: 'State', width: 120, render: (r) => <span title={r.serviceStatus}><StatusBadge status={r.state} /></span> },
  { id: 'stage', title: 'Stage', width: 115, render: (r) => <span title={STAGE_WORDS[r.stage].meaning}>{STAGE_WORDS[r.stage].name}</span> },
  { id: 'error', title: 'Error', width: 230, grow: true, render: (r) => <span title={`${r.error} ${r.suggestion}`.trim()}>{r.error || '–'}</span> },
  { id: 'items', title: 'Items', width: 140, render: itemWords },
  { id: 'data', title: 'Data migrated', width: 110, render: (r) => size(r.bytes) },
  { id: 'rate', title: 'Rate', width: 95, render: (r) => (r.rate === null ? '–' : `${size(r.rate)}/h`) },
  { id: 'grade', title: 'Data consistency', width: 125, render: (r) => <span title={gradeMeaning(r.grade)}>{r.grade === '' ? '–' : <StatusBadge status={r.grade} />}</span> },
  { id: 'origin', title: 'Earlier batches', width: 125, render: (r) => r.origin },
  { id: 'routing', title: 'Mail goes to', width: 220, grow: true, render: (r) => <span title={r.routing}>{r.routing || '–'}</span> },
];
/** The most mailboxes that one plan takes one by one (contract of the switch). */
const MOST_IDS = 10_000;
const LINE = 'line ';

interface RowsProps { readonly pair: Pair; readonly batch: MailboxBatch; readonly rows: readonly MailboxBatch[]; readonly onPick: (id: string) => void }

/** The mailboxes of one batch: where each stands, what is wrong and what to do about it. */
export function RowGrid({ pair, batch, rows: batches, onPick }: RowsProps): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const [state, setState] = useState<RowState | ''>('');
  const [stage, setStage] = useState<RowStage | ''>('');
  const [selection, setSelection] = useState<GridSelection>(NOTHING);
  const input = useMemo(() => ({ batchId: batch.id, state, stage, search }), [batch.id, state, stage, search]);
  const key = useMemo(() => ['mailboxes.rows', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('mailboxes.rows', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<MailboxRow>(key, fetch);
  const filtered = search !== '' || state !== '' || stage !== '';
  const chosen = selectedCount(selection, rows.total);
  const keys = [...selection.keys];
  const ids = keys.filter((one) => !one.startsWith(LINE));
  const problem = chosen === 0 ? null
    : selection.mode === 'all except' ? (selection.keys.size > 0 || filtered ? 'Select all mailboxes of the batch without a filter, or single ones.' : null)
    : ids.length < keys.length ? 'The selection holds rows for which no on-premises mailbox was found.'
    : ids.length > MOST_IDS ? `At most ${count(MOST_IDS)} can be selected one by one.` : null;
  const picked = selection.mode === 'ids' ? ids.join(' ') : '';
  usePublishChosen(useMemo(() => ({ kind: 'mailboxes' as const, batch, scope: { batchId: batch.id, batchName: batch.name, ids: picked === '' ? [] : picked.split(' ') }, problem }), [batch, picked, problem]));
  const clear = (): void => { setText(''); setState(''); setStage(''); setSelection(NOTHING); };
  return <>
    <div className={l.row}>
      <Select size="small" aria-label="Batch" value={batch.id} onChange={(_, d) => onPick(d.value)}>{batches.map((one) => <option key={one.id} value={one.id}>{`${one.name} (${one.state})`}</option>)}</Select>
      <SearchBox type="search" size="small" aria-label="Search mailboxes" placeholder="Address or name (Ctrl+F)" value={text} onChange={(_, d) => { setText(d.value); setSelection(NOTHING); }} />
      <Select size="small" aria-label="Filter by state" value={state} onChange={(_, d) => { setState(ROW_STATES.find((one) => one === d.value) ?? ''); setSelection(NOTHING); }}>
        <option value="">All states</option>{ROW_STATES.map((one) => <option key={one} value={one}>{one}</option>)}
      </Select>
      <Select size="small" aria-label="Filter by stage" value={stage} onChange={(_, d) => { setStage(ROW_STAGES.find((one) => one === d.value) ?? ''); setSelection(NOTHING); }}>
        <option value="">All stages</option>{ROW_STAGES.map((one) => <option key={one} value={one}>{STAGE_WORDS[one].name}</option>)}
      </Select>
      {filtered ? <Button size="small" appearance="subtle" onClick={clear}>Clear filter</Button> : null}
      <span className={l.grow} />
      <Live>{`${counted(rows.total, 'row')}${chosen > 0 ? `, ${count(chosen)} selected` : ''}`}</Live>
    </div>
    {rows.error ? <ErrorView error={errorData(rows.error)} onRetry={rows.retry} />
      : rows.loading ? <Loading label="Reading mailboxes…" />
      : rows.total === 0 ? <EmptyState title={filtered ? 'No mailbox fits the filter' : 'The batch has no rows'} {...(filtered ? { actions: <Button onClick={clear}>Clear filter</Button> } : {})} />
      : <VirtualGrid label="Mailboxes" mode="multi" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(r) => r.sourceId ?? `${LINE}${r.line}`} columns={COLUMNS} selection={selection} onSelect={setSelection}
          onRange={rows.onRange} readRange={(first, last) => rows.readRange(first, last)} onMenu={menu} onOpen={(row) => open('mailbox details', { pair, batch, row })} />}
  </>;
}
