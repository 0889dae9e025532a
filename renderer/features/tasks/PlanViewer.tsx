import { Tab, TabList, makeStyles } from '@fluentui/react-components';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { ChannelOutput } from '../../../shared/contracts/index.ts';
import { errorData, useCall, useHost } from '../../app/api.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { count } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { PlanExport } from './PlanExport.tsx';
import { Operations } from './PlanOperations.tsx';
import { PlanSummary } from './PlanSummary.tsx';
import { RollBackConflicts } from './RollBackConflicts.tsx';

const useStyles = makeStyles({
  viewer: { display: 'flex', flexDirection: 'column', gap: '8px', flexGrow: 1, minHeight: 0 },
});
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
  const plan = useCall('plans.get', { id: planId });
  const [page, setPage] = useState('Summary');
  const [problem, setProblem] = useState<unknown>(null);
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
          {isRollBack && (p.conflicts > 0 || linksBack(p) > 0) ? <Tab value="Changed since">{p.conflicts > 0 ? `Changed since (${count(p.conflicts)})` : `Memberships (${count(linksBack(p))})`}</Tab> : null}
          <Tab value="Skipped">{`Skipped (${count(p.counts.skipped)})`}</Tab>
        </TabList>
        <span className={l.grow} />
        <PlanExport planId={planId} onProblem={setProblem} />
      </div>
      {problem ? <ErrorView error={errorData(problem)} /> : null}
      {page === 'Summary' ? <PlanSummary plan={p} isRollBack={isRollBack} /> : page === 'Operations' ? <Operations planId={planId} />
        : page === 'Changed since' ? <RollBackConflicts planId={planId} taskId={p.taskId} total={p.conflicts} />
        : page === 'Findings' ? <PagedList<Finding> channel="plans.findings" planId={planId} label="Findings" columns={FINDINGS} keyOf={(f) => `${f.sourceId ?? f.name} ${f.attribute} ${f.rule} ${f.value}`} empty="The checks found nothing" />
        : <PagedList<Skip> channel="plans.skips" planId={planId} label="Skipped objects" columns={SKIPS} keyOf={(x) => x.sourceId} empty="No object is left alone" />}
    </div>
  );
}

/** Memberships and permissions that a roll back takes away or gives back. */
const linksBack = ({ counts }: ChannelOutput<'plans.get'>): number => counts.membersAdded + counts.membersRemoved + counts.permissionsAdded + counts.permissionsRemoved;

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
