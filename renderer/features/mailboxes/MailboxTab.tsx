import { Button, Tab, TabList, makeStyles, mergeClasses } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCall } from '../../app/api.ts';
import { useOpenDialog } from '../../app/dialogs.tsx';
import type { PairScreenProps } from '../../app/screens.ts';
import { count } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { BatchGrid } from './BatchGrid.tsx';
import { ActivePane, MigrationPane } from './Panes.tsx';
import { Reports } from './Reports.tsx';
import { RowGrid } from './RowGrid.tsx';
import { activeBatches } from './words.ts';

/** What the service does is told by no event until the agent has looked; between looks nothing moves. */
const REFRESH_MS = 5_000;
const PARTS = ['mailboxes', 'batches', 'reports'] as const;
type Part = (typeof PARTS)[number];
/** In a low window the tab scrolls, so that neither the panes nor the list is cut. */
const useStyles = makeStyles({ tab: { overflowY: 'auto' }, panes: { flexShrink: 0 }, lists: { display: 'flex', flexDirection: 'column', gap: '8px', flex: '1 0 300px', minHeight: '300px' } });

/** Staged mailbox migration of a pair: the two panes, batches, their mailboxes and the reports. */
export function MailboxTab({ pair }: PairScreenProps): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const open = useOpenDialog();
  const [part, setPart] = useState<Part>('mailboxes');
  const [picked, setPicked] = useState<string | null>(null);
  const batches = useCall('mailboxes.batches', { pairId: pair.id }, { refetchMs: REFRESH_MS });
  if (batches.error) return <div className={l.fill}><ErrorView error={errorData(batches.error)} onRetry={() => { void batches.refetch(); }} /></div>;
  if (!batches.data) return <Loading label="Reading mailbox batches…" />;
  const all = batches.data;
  const active = activeBatches(all);
  const batch = all.rows.find((one) => one.id === picked) ?? active[0] ?? all.rows[0];
  if (batch === undefined) {
    return (
      <EmptyState title="No mailbox was migrated yet" actions={<Button appearance="primary" onClick={() => open('new mailbox batch', { pair })}>New</Button>}>
        A batch copies the on-premises mailboxes of a list to Microsoft 365 (staged Exchange migration). The wizard tests the connection and checks the list before anything is changed.
      </EmptyState>
    );
  }
  const shown = active.find((one) => one.id === batch.id) ?? active[0];
  return (
    <div className={mergeClasses(l.fill, s.tab)}>
      <div className={s.panes}><div className={l.cards}>
        {shown === undefined ? null : <ActivePane key={shown.id} batch={shown} />}
        <MigrationPane pair={pair} all={all} ended={all.rows.find((one) => one.endedAt !== null) ?? null} />
      </div></div>
      <div className={s.lists}>
        <TabList size="small" selectedValue={part} onTabSelect={(_, d) => setPart(PARTS.find((one) => one === d.value) ?? 'mailboxes')} aria-label="Parts of mailbox migration">
          <Tab value="mailboxes">Mailboxes</Tab><Tab value="batches">{`Batches (${count(all.rows.length)})`}</Tab><Tab value="reports">Reports</Tab>
        </TabList>
        {part === 'batches' ? <BatchGrid rows={all.rows} batch={batch} onPick={setPicked} />
          : part === 'reports' ? <Reports pairId={pair.id} />
          : <RowGrid key={batch.id} pair={pair} batch={batch} rows={all.rows} onPick={setPicked} />}
      </div>
    </div>
  );
}
