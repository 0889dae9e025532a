import { Toolbar } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { MailboxReport } from '../../../shared/contracts/mailboxes.ts';
import { errorData, useCall, useHost } from '../../app/api.ts';
import { ExportButton } from '../../ui/ExportButton.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { count, counted, time } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { PART_TIMEOUT_MS } from '../../ui/save-parts.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';

const COLUMNS: readonly GridColumn<MailboxReport>[] = [
  { id: 'kind', title: 'Report', width: 210, grow: true, render: (r) => r.kind },
  { id: 'batch', title: 'Batch', width: 190, grow: true, render: (r) => r.batchName },
  { id: 'made', title: 'Made', width: 215, render: (r) => time(r.madeAt) },
  { id: 'rows', title: 'Rows', width: 80, render: (r) => count(r.rows) },
];

/** Reports of all batches of a pair, as they were sent by mail. */
export function Reports({ pairId }: { readonly pairId: string }): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const reports = useCall('mailboxes.reports', { pairId });
  const [selection, setSelection] = useState(NOTHING);
  const [problem, setProblem] = useState<unknown>(null);
  if (reports.error) return <ErrorView error={errorData(reports.error)} onRetry={() => { void reports.refetch(); }} />;
  if (!reports.data) return <Loading label="Reading reports…" />;
  const { rows } = reports.data;
  if (rows.length === 0) return <EmptyState title="No report yet">Reports are made when the mailboxes of a batch are ready, when it ends or is stopped; they are sent by mail and kept here.</EmptyState>;
  const report = rows.find((one) => selection.keys.has(one.id));
  return <>
    <div className={l.row}>
      <Toolbar aria-label="Reports" size="small">
        <ExportButton title="Save report" disabled={report === undefined} onProblem={setProblem} part={(after, signal) => api.call('mailboxes.report', { id: report?.id ?? '', after }, { timeoutMs: PART_TIMEOUT_MS, signal })} />
      </Toolbar>
      <span className={l.grow} /><Live>{counted(rows.length, 'report')}</Live>
    </div>
    {problem ? <ErrorView error={errorData(problem)} /> : null}
    <VirtualGrid label="Reports" mode="single" rowCount={rows.length} rowAt={(i) => rows[i]} keyOf={(r) => r.id} columns={COLUMNS} selection={selection} onSelect={setSelection} />
  </>;
}
