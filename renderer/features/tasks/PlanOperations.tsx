import { Badge, Button, SearchBox, Select, Text, Toolbar, makeStyles, tokens } from '@fluentui/react-components';
import { useCallback, useDeferredValue, useEffect, useMemo, useState, type ReactNode } from 'react';
import { OPERATION_KINDS, OUTCOMES, type OperationKind, type Outcome } from '../../../shared/domain/plans.ts';
import type { OperationRow } from '../../../shared/contracts/tasks.ts';
import { errorData, useCall, useHost } from '../../app/api.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { count, counted } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { Live } from '../../ui/Live.tsx';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { OperationDiff, SERVICE_NAMES, summaryOf } from './OperationDiff.tsx';

const useStyles = makeStyles({
  split: { display: 'grid', gridTemplateColumns: 'minmax(0, 5fr) minmax(260px, 4fr)', gap: '8px', flexGrow: 1, minHeight: '240px' },
  list: { display: 'flex', minHeight: 0, minWidth: 0 },
  diff: { overflow: 'auto', border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium, padding: '8px' },
  filter: { maxWidth: '190px' },
});
const COLUMNS: readonly GridColumn<OperationRow>[] = [
  { id: 'seq', title: 'No.', width: 48, render: (o) => count(o.seq) },
  { id: 'kind', title: 'Operation', width: 132, render: (o) => o.kind },
  { id: 'service', title: 'Service', width: 92, render: (o) => SERVICE_NAMES[o.service] },
  { id: 'name', title: 'Object', width: 100, grow: true, render: (o) => `${o.name} (${o.objectKind})` },
  { id: 'changes', title: 'Changes', width: 76, grow: true, render: (o) => <span title={summaryOf(o)}>{o.changes.some((c) => c.conflict !== null) ? <Badge color="warning" appearance="tint">conflict</Badge> : null} {summaryOf(o)}</span> },
  { id: 'outcome', title: 'Outcome', width: 104, render: (o) => <StatusBadge status={o.outcome} /> },
];

const VALUES_REST_MS = 600;

/** The text once it has not changed for so long. */
function useRested(text: string, ms: number): string {
  const [rested, setRested] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), ms);
    return () => clearTimeout(timer);
  }, [text, ms]);
  return rested;
}

/** Operations of a plan with search and filters, and the difference of the chosen one beside. */
export function Operations({ planId, firstOutcome = '' }: { readonly planId: string; readonly firstOutcome?: Outcome | '' }): ReactNode {
  const s = useStyles();
  const l = useLayout();
  const { api } = useHost();
  const facets = useCall('plans.facets', { planId });
  const [text, setText] = useState('');
  const [where, setWhere] = useState<'names' | 'values'>('names');
  // Names have an index; for values the whole plan is read, so that waits until the person has stopped typing.
  const rested = useRested(text.trim(), VALUES_REST_MS);
  const deferred = useDeferredValue(text.trim());
  const typed = where === 'values' ? rested : deferred;
  const [kind, setKind] = useState<OperationKind | ''>('');
  const [outcome, setOutcome] = useState<Outcome | ''>(firstOutcome);
  const [attribute, setAttribute] = useState('');
  const [finding, setFinding] = useState('');
  const [selection, setSelection] = useState(NOTHING);
  const [shown, setShown] = useState<OperationRow | null>(null);
  const input = useMemo(() => ({ planId, search: where === 'names' ? typed : '', value: where === 'values' ? typed : '', kind, outcome, attribute, finding }), [planId, typed, where, kind, outcome, attribute, finding]);
  const key = useMemo(() => ['plans.operations', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('plans.operations', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<OperationRow>(key, fetch);
  const isFiltered = typed !== '' || kind !== '' || outcome !== '' || attribute !== '' || finding !== '';
  const clear = (): void => { setText(''); setKind(''); setOutcome(''); setAttribute(''); setFinding(''); };
  let operation = shown;
  for (let i = 0; i < Math.min(rows.total, 200); i++) { const row = rows.rowAt(i); if (row && row.id === shown?.id) operation = row; }
  return (
    <>
      <Toolbar aria-label="Operations" size="small" className={l.row}>
        <SearchBox type="search" size="small" aria-label="Search operations" placeholder={where === 'names' ? 'Name of the object' : 'Text in a value'} value={text} onChange={(_, d) => setText(d.value)} />
        <Select size="small" className={s.filter} aria-label="Search in" value={where} onChange={(_, d) => setWhere(d.value === 'values' ? 'values' : 'names')}><option value="names">in names</option><option value="values">in values</option></Select>
        <Select size="small" className={s.filter} aria-label="Filter by operation" value={kind} onChange={(_, d) => setKind(OPERATION_KINDS.find((k) => k === d.value) ?? '')}><option value="">All operations</option>{OPERATION_KINDS.map((k) => <option key={k} value={k}>{k}</option>)}</Select>
        <Select size="small" className={s.filter} aria-label="Filter by attribute" value={attribute} onChange={(_, d) => setAttribute(d.value)}><option value="">All attributes</option>{(facets.data?.attributes ?? []).map((a) => <option key={a.attribute} value={a.attribute}>{`${a.attribute} (${count(a.operations)})`}</option>)}</Select>
        {(facets.data?.findings.length ?? 0) > 0 ? <Select size="small" className={s.filter} aria-label="Filter by finding" value={finding} onChange={(_, d) => setFinding(d.value)}><option value="">With or without findings</option><option value="*">With any finding</option>{(facets.data?.findings ?? []).map((f) => <option key={`${f.rule} ${f.severity}`} value={f.rule}>{`${f.rule} (${count(f.count)})`}</option>)}</Select> : null}
        <Select size="small" className={s.filter} aria-label="Filter by outcome" value={outcome} onChange={(_, d) => setOutcome(OUTCOMES.find((o) => o === d.value) ?? '')}><option value="">All outcomes</option>{OUTCOMES.map((o) => <option key={o} value={o}>{o}</option>)}</Select>
        {isFiltered ? <Button size="small" appearance="subtle" onClick={clear}>Clear filters</Button> : null}
        <span className={l.grow} /><Live>{counted(rows.total, 'operation')}</Live>
      </Toolbar>
      {rows.error ? <ErrorView error={errorData(rows.error)} onRetry={rows.retry} /> : null}
      {rows.loading && !rows.error ? <Loading label="Reading operations…" /> : rows.total === 0 && !rows.error ? <EmptyState title="No operation fits" /> : (
        <div className={s.split}>
          <div className={s.list}>
            <VirtualGrid label="Operations" mode="single" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(o) => o.id} columns={COLUMNS} selection={selection} onRange={rows.onRange}
              onSelect={(next) => {
                setSelection(next);
                const id = [...next.keys][0];
                for (let i = 0; i < rows.total; i++) { const row = rows.rowAt(i); if (row && row.id === id) { setShown(row); break; } }
              }} />
          </div>
          <section className={s.diff} aria-label="Before and after">{operation ? <OperationDiff planId={planId} operation={operation} /> : <Text className={l.muted}>Select an operation to see each value before and after, and the reason.</Text>}</section>
        </div>
      )}
    </>
  );
}
