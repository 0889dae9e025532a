import { Badge, Button, SearchBox, Select, Tab, TabList, Text, Toolbar, makeStyles, tokens } from '@fluentui/react-components';
import { ArrowDownloadRegular } from '@fluentui/react-icons';
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import { OPERATION_KINDS, OUTCOMES, type OperationKind, type Outcome } from '../../../shared/domain/plans.ts';
import type { OperationRow } from '../../../shared/contracts/tasks.ts';
import type { ChannelOutput } from '../../../shared/contracts/index.ts';
import { errorData, useCall, useHost } from '../../app/api.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { download } from '../../ui/download.ts';
import { count, counted } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { Live } from '../../ui/Live.tsx';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { OperationDiff, summaryOf } from './OperationDiff.tsx';
import { PlanSummary } from './PlanSummary.tsx';

const useStyles = makeStyles({
  viewer: { display: 'flex', flexDirection: 'column', gap: '8px', flexGrow: 1, minHeight: 0 },
  split: { display: 'grid', gridTemplateColumns: 'minmax(0, 5fr) minmax(260px, 4fr)', gap: '8px', flexGrow: 1, minHeight: '240px' },
  list: { display: 'flex', minHeight: 0, minWidth: 0 },
  diff: { overflow: 'auto', border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium, padding: '8px' },
});
const EXPORT_TIMEOUT_MS = 120_000;
const OPERATIONS: readonly GridColumn<OperationRow>[] = [
  { id: 'seq', title: 'No.', width: 56, render: (o) => count(o.seq) },
  { id: 'kind', title: 'Operation', width: 116, render: (o) => o.kind },
  { id: 'name', title: 'Object', width: 120, grow: true, render: (o) => `${o.name} (${o.objectKind})` },
  { id: 'changes', title: 'Changes', width: 110, grow: true, render: (o) => <span title={summaryOf(o)}>{o.changes.some((c) => c.conflict !== null) ? <Badge color="warning" appearance="tint">conflict</Badge> : null} {summaryOf(o)}</span> },
  { id: 'outcome', title: 'Outcome', width: 116, render: (o) => <StatusBadge status={o.outcome} /> },
];
type Finding = ChannelOutput<'plans.findings'>['rows'][number];
const FINDINGS: readonly GridColumn<Finding>[] = [
  { id: 'severity', title: 'Severity', width: 110, render: (f) => <StatusBadge status={f.severity} /> },
  { id: 'name', title: 'Object', width: 160, grow: true, render: (f) => f.name },
  { id: 'attribute', title: 'Attribute', width: 150, render: (f) => f.attribute },
  { id: 'value', title: 'Value', width: 160, grow: true, render: (f) => <span title={f.value}>{f.value}</span> },
  { id: 'message', title: 'Finding', width: 280, grow: true, render: (f) => <span title={f.message}>{f.message}</span> },
  { id: 'proposal', title: 'Proposal', width: 160, grow: true, render: (f) => f.proposal ?? '–' },
];
type Skip = ChannelOutput<'plans.skips'>['rows'][number];
const SKIPS: readonly GridColumn<Skip>[] = [
  { id: 'name', title: 'Object', width: 200, grow: true, render: (x) => x.name },
  { id: 'kind', title: 'Type', width: 90, render: (x) => x.kind },
  { id: 'status', title: 'Status', width: 140, render: (x) => <StatusBadge status={x.status} /> },
  { id: 'reason', title: 'Reason', width: 320, grow: true, render: (x) => <span title={x.reason}>{x.reason}</span> },
];

/** Everything about one plan: figures, operations with before and after, findings, and what is left alone. */
export function PlanViewer({ planId, isRollBack }: { readonly planId: string; readonly isRollBack: boolean }): ReactNode {
  const s = useStyles();
  const l = useLayout();
  const { api } = useHost();
  const plan = useCall('plans.get', { id: planId });
  const [page, setPage] = useState('Summary');
  const [problem, setProblem] = useState<unknown>(null);
  const save = (format: 'csv' | 'json'): void => {
    setProblem(null);
    api.call('plans.export', { planId, format }, { timeoutMs: EXPORT_TIMEOUT_MS }).then((file) => download(file.fileName, file.text), setProblem);
  };
  if (plan.error) return <ErrorView error={errorData(plan.error)} onRetry={() => { void plan.refetch(); }} />;
  if (!plan.data) return <Loading label="Reading the plan…" />;
  const p = plan.data;
  return (
    <div className={s.viewer}>
      <div className={l.row}>
        <TabList size="small" selectedValue={page} onTabSelect={(_, d) => setPage(String(d.value))} aria-label="Parts of the plan">
          <Tab value="Summary">Summary</Tab>
          <Tab value="Operations">{`Operations (${count(p.counts.operations)})`}</Tab>
          <Tab value="Findings">{`Findings (${count(p.findings.errors + p.findings.warnings)})`}</Tab>
          <Tab value="Skipped">{`Skipped (${count(p.counts.skipped)})`}</Tab>
        </TabList>
        <span className={l.grow} />
        <Button size="small" icon={<ArrowDownloadRegular />} onClick={() => save('csv')}>Export CSV</Button>
        <Button size="small" icon={<ArrowDownloadRegular />} onClick={() => save('json')}>Export JSON</Button>
      </div>
      {problem ? <ErrorView error={errorData(problem)} /> : null}
      {page === 'Summary' ? <PlanSummary plan={p} isRollBack={isRollBack} /> : page === 'Operations' ? <Operations planId={planId} />
        : page === 'Findings' ? <PagedList<Finding> channel="plans.findings" planId={planId} label="Findings" columns={FINDINGS} keyOf={(f) => `${f.sourceId ?? f.name} ${f.attribute} ${f.rule} ${f.value}`} empty="The checks found nothing" />
        : <PagedList<Skip> channel="plans.skips" planId={planId} label="Skipped objects" columns={SKIPS} keyOf={(x) => x.sourceId} empty="No object is left alone" />}
    </div>
  );
}

/** Operations of a plan with search and filters, and the difference of the chosen one beside. */
export function Operations({ planId, firstOutcome = '' }: { readonly planId: string; readonly firstOutcome?: Outcome | '' }): ReactNode {
  const s = useStyles();
  const l = useLayout();
  const { api } = useHost();
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const [kind, setKind] = useState<OperationKind | ''>('');
  const [outcome, setOutcome] = useState<Outcome | ''>(firstOutcome);
  const [selection, setSelection] = useState(NOTHING);
  const [shown, setShown] = useState<OperationRow | null>(null);
  const input = useMemo(() => ({ planId, search, kind, outcome }), [planId, search, kind, outcome]);
  const key = useMemo(() => ['plans.operations', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('plans.operations', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<OperationRow>(key, fetch);
  let operation = shown;
  for (let i = 0; i < Math.min(rows.total, 200); i++) { const row = rows.rowAt(i); if (row && row.id === shown?.id) operation = row; }
  return (
    <>
      <Toolbar aria-label="Operations" size="small" className={l.row}>
        <SearchBox type="search" size="small" aria-label="Search operations" placeholder="Name of the object" value={text} onChange={(_, d) => setText(d.value)} />
        <Select size="small" aria-label="Filter by operation" value={kind} onChange={(_, d) => setKind(OPERATION_KINDS.find((k) => k === d.value) ?? '')}><option value="">All operations</option>{OPERATION_KINDS.map((k) => <option key={k} value={k}>{k}</option>)}</Select>
        <Select size="small" aria-label="Filter by outcome" value={outcome} onChange={(_, d) => setOutcome(OUTCOMES.find((o) => o === d.value) ?? '')}><option value="">All outcomes</option>{OUTCOMES.map((o) => <option key={o} value={o}>{o}</option>)}</Select>
        <span className={l.grow} /><Live>{counted(rows.total, 'operation')}</Live>
      </Toolbar>
      {rows.error ? <ErrorView error={errorData(rows.error)} onRetry={rows.retry} /> : null}
      {rows.loading && !rows.error ? <Loading label="Reading operations…" /> : rows.total === 0 && !rows.error ? <EmptyState title="No operation fits" /> : (
        <div className={s.split}>
          <div className={s.list}>
            <VirtualGrid label="Operations" mode="single" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(o) => o.id} columns={OPERATIONS} selection={selection} onRange={rows.onRange}
              onSelect={(next) => {
                setSelection(next);
                const id = [...next.keys][0];
                for (let i = 0; i < rows.total; i++) { const row = rows.rowAt(i); if (row && row.id === id) { setShown(row); break; } }
              }} />
          </div>
          <section className={s.diff} aria-label="Before and after">{operation ? <OperationDiff operation={operation} /> : <Text className={l.muted}>Select an operation to see each value before and after, and the reason.</Text>}</section>
        </div>
      )}
    </>
  );
}

interface PagedListProps<Row> {
  readonly channel: 'plans.findings' | 'plans.skips';
  readonly planId: string;
  readonly label: string;
  readonly columns: readonly GridColumn<Row>[];
  readonly keyOf: (row: Row) => string;
  readonly empty: string;
}

function PagedList<Row>({ channel, planId, label, columns, keyOf, empty }: PagedListProps<Row>): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const [selection, setSelection] = useState(NOTHING);
  const key = useMemo(() => [channel, { planId }] as const, [channel, planId]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call(channel, { planId, after }, { signal }) as Promise<never>, [api, channel, planId]);
  const rows = useCursorRows<Row>(key, fetch);
  if (rows.error) return <ErrorView error={errorData(rows.error)} onRetry={rows.retry} />;
  if (rows.loading) return <Loading label={`Reading ${label.toLowerCase()}…`} />;
  if (rows.total === 0) return <EmptyState title={empty} />;
  return <div className={`${l.column} ${l.grow}`}><VirtualGrid label={label} mode="single" rowCount={rows.total} rowAt={rows.rowAt} keyOf={keyOf} columns={columns} selection={selection} onSelect={setSelection} onRange={rows.onRange} /></div>;
}
