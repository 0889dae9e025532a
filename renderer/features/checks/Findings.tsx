import { Button, MessageBar, MessageBarBody, SearchBox, Select, Toolbar, ToolbarButton } from '@fluentui/react-components';
import { ArrowUploadRegular } from '@fluentui/react-icons';
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import type { CheckFindingRow, CheckSummary, FindingSelection } from '../../../shared/contracts/checks.ts';
import type { Collection } from '../../../shared/contracts/collections.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { CHECK_CHOICES } from '../../../shared/domain/checks.ts';
import { errorData, useHost } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { usePublishChosen, type Chosen } from '../../app/selection.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { ExportButton } from '../../ui/ExportButton.tsx';
import { PART_TIMEOUT_MS } from '../../ui/save-parts.ts';
import { counted } from '../../ui/format.ts';
import { NOTHING, selectedCount, type GridSelection } from '../../ui/grid-selection.ts';
import { Live } from '../../ui/Live.tsx';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { DecisionBar } from './DecisionBar.tsx';
import { RuleFilter } from './RuleFilter.tsx';

/** The most single findings that one decision takes (contract of selections). */
const MOST = 10_000;
const dash = (text: string | null): ReactNode => <span title={text ?? ''}>{text === null || text === '' ? '–' : text}</span>;
const wanted = (f: CheckFindingRow): string | null => (f.choice === 'EDIT' ? f.newValue ?? f.proposal : f.choice === 'REMOVE' ? '(removed)' : f.proposal);
const COLUMNS: readonly GridColumn<CheckFindingRow>[] = [
  { id: 'severity', title: 'Severity', width: 104, sort: 'severity', render: (f) => <StatusBadge status={f.severity} /> },
  { id: 'name', title: 'Object', width: 130, grow: true, sort: 'name', render: (f) => <span title={f.dn}>{f.sourceId === null ? 'the pair' : f.name}</span> },
  { id: 'attribute', title: 'Attribute', width: 140, render: (f) => dash(f.attribute) },
  { id: 'value', title: 'Value', width: 150, grow: true, render: (f) => dash(f.value) },
  { id: 'proposal', title: 'Proposed value', width: 150, grow: true, render: (f) => dash(wanted(f)) },
  { id: 'action', title: 'Action', width: 108, render: (f) => f.choice || <span title="Proposed; nobody has decided yet">{f.action === 'Fail' ? '–' : `${f.action.toUpperCase()}?`}</span> },
  { id: 'state', title: 'State', width: 122, render: (f) => <span title={f.stateMessage}><StatusBadge status={f.state} /></span> },
  { id: 'rule', title: 'Rule', width: 190, render: (f) => dash(f.rules.join(', ')) },
  { id: 'message', title: 'Finding', width: 300, grow: true, render: (f) => dash(f.message) },
];
type Sort = 'severity' | 'name';

/** The findings of a check: filter, decide one by one or many at once, export, import. */
export function Findings({ check, pair, collection }: { readonly check: CheckSummary; readonly pair: Pair; readonly collection: Collection | null }): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const [rule, setRule] = useState('');
  const [severity, setSeverity] = useState<'' | 'error' | 'warning'>('');
  const [choice, setChoice] = useState<CheckFindingRow['choice'] | 'none'>('');
  const [sort, setSort] = useState<Sort>('severity');
  const [selection, setSelection] = useState<GridSelection>(NOTHING);
  const [problem, setProblem] = useState<unknown>(null);
  const filter = useMemo(() => ({ search, rules: rule === '' ? [] : [rule], severity, choice, attribute: '', fixable: false }), [search, rule, severity, choice]);
  const input = useMemo(() => ({ id: check.id, ...filter, sort }), [check.id, filter, sort]);
  const key = useMemo(() => ['checks.page', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('checks.page', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<CheckFindingRow>(key, fetch);
  const size = selectedCount(selection, rows.total);
  const chosen = useMemo<FindingSelection | null>(() => {
    const numbers = [...selection.keys].map(Number);
    return selection.mode === 'all except' ? { mode: 'all except', numbers, filter } : numbers.length === 0 ? null : { mode: 'numbers', numbers };
  }, [selection, filter]);
  usePublishChosen(useMemo<Chosen>(() => ({ kind: 'check', check, selection: chosen, count: size }), [check, chosen, size]));
  let single: CheckFindingRow | null = null;
  const only = selection.mode === 'ids' && selection.keys.size === 1 ? [...selection.keys][0] : undefined;
  for (let i = 0; only !== undefined && single === null && i < rows.total; i++) { const row = rows.rowAt(i); if (row && String(row.number) === only) single = row; }
  // Another filter shows other rows: what was chosen under the old one must not be decided about unseen.
  const [shownFilter, setShownFilter] = useState(filter);
  if (shownFilter !== filter) { setShownFilter(filter); setSelection(NOTHING); }

  const clear = (): void => { setText(''); setRule(''); setSeverity(''); setChoice(''); };
  const filtered = search !== '' || rule !== '' || severity !== '' || choice !== '';
  const failure = problem ?? rows.error;
  if (check.totals.errors + check.totals.warnings === 0) return <EmptyState title="Nothing was found">Every object that was looked at is as Microsoft 365 wants it.</EmptyState>;
  return (
    <>
      <RuleFilter totals={check.totals} chosen={rule} onChoose={setRule} />
      <Toolbar aria-label="Findings" size="small" className={l.row}>
        <SearchBox type="search" size="small" aria-label="Search findings" placeholder="Object or value (Ctrl+F)" value={text} onChange={(_, d) => setText(d.value)} />
        <Select size="small" aria-label="Filter by severity" value={severity} onChange={(_, d) => setSeverity(d.value === 'error' || d.value === 'warning' ? d.value : '')}>
          <option value="">All severities</option><option value="error">errors</option><option value="warning">warnings</option>
        </Select>
        <Select size="small" aria-label="Filter by action" value={choice} onChange={(_, d) => setChoice(d.value === 'none' ? 'none' : CHECK_CHOICES.find((c) => c === d.value) ?? '')}>
          <option value="">All actions</option><option value="none">not decided</option>{CHECK_CHOICES.map((c) => <option key={c} value={c}>{c}</option>)}
        </Select>
        {filtered ? <Button size="small" appearance="subtle" onClick={clear}>Clear filter</Button> : null}
        <span className={l.grow} />
        <Live>{`${counted(rows.total, 'finding')}${size > 0 ? `, ${size.toLocaleString()} selected` : ''}`}</Live>
        <ExportButton title="Export" label="Export CSV" disabled={rows.total === 0} onProblem={setProblem} fileName={(given) => `${collection?.name ?? pair.name} ${given}`}
          part={(after, signal) => api.call('checks.export', { id: check.id, ...filter, after }, { timeoutMs: PART_TIMEOUT_MS, signal })} />
        <ToolbarButton icon={<ArrowUploadRegular />} aria-label="Import CSV" onClick={() => open('import decisions', { check })}>Import</ToolbarButton>
      </Toolbar>
      {failure ? <ErrorView error={errorData(failure)} onRetry={() => { setProblem(null); rows.retry(); }} /> : null}
      {selection.mode === 'all except' ? <MessageBar intent="info"><MessageBarBody>{`All ${counted(size, 'finding')} that the filter shows are selected, also those not on screen.`}</MessageBarBody></MessageBar> : null}
      {rows.loading && !rows.error ? <Loading label="Reading findings…" />
        : rows.total === 0 && !rows.error ? <EmptyState title="No finding fits the filter" actions={<Button onClick={clear}>Clear filter</Button>} />
        : <VirtualGrid label="Findings" mode="multi" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(f) => String(f.number)} columns={COLUMNS} selection={selection} onRange={rows.onRange} onMenu={menu}
            onSelect={setSelection} readRange={(first, last) => rows.readRange(first, Math.min(last, first + MOST - 1))} sort={{ by: sort, direction: 'ascending' }} onSort={(by) => setSort(by === 'name' ? 'name' : 'severity')} />}
      {chosen && size > 0 ? <DecisionBar key={single?.number ?? 'many'} check={check} row={single} selection={chosen} count={size} /> : null}
    </>
  );
}
