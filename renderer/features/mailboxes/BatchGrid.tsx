import { useMemo, type ReactNode } from 'react';
import type { MailboxBatch } from '../../../shared/contracts/mailboxes.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { usePublishChosen } from '../../app/selection.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { count, time } from '../../ui/format.ts';
import { gradeMeaning } from './words.ts';

const COLUMNS: readonly GridColumn<MailboxBatch>[] = [
  { id: 'name', title: 'Batch', width: 150, grow: true, render: (b) => <span title={b.csvName}>{b.name}</span> },
  { id: 'state', title: 'State', width: 185, render: (b) => <span title={b.serviceStatus}><StatusBadge status={b.state} /></span> },
  { id: 'total', title: 'Rows', width: 60, render: (b) => count(b.total) },
  { id: 'left', title: 'Left out', width: 75, render: (b) => count(b.leftOut) },
  { id: 'created', title: 'Created', width: 75, render: (b) => `${count(b.created)} of ${count(b.toCreate)}` },
  { id: 'forwarded', title: 'Forwarded', width: 90, render: (b) => count(b.forwarded) },
  { id: 'done', title: 'Done', width: 60, render: (b) => count(b.done) },
  { id: 'failed', title: 'Failed', width: 60, render: (b) => count(b.failed) },
  { id: 'converted', title: 'Converted', width: 85, render: (b) => count(b.converted) },
  { id: 'grade', title: 'Data', width: 115, render: (b) => <span title={gradeMeaning(b.grade)}>{b.grade === '' ? '–' : <StatusBadge status={b.grade} />}</span> },
  { id: 'started', title: 'Started', width: 200, render: (b) => time(b.startedAt) },
  { id: 'message', title: 'Message', width: 220, grow: true, render: (b) => <span title={b.message}>{b.message || '–'}</span> },
];

/** The batches of a pair, newest first; the chosen one is that of the other lists and of the Actions pane. */
export function BatchGrid({ rows, batch, onPick }: { readonly rows: readonly MailboxBatch[]; readonly batch: MailboxBatch; readonly onPick: (id: string) => void }): ReactNode {
  const menu = useCommandMenu();
  const open = useOpenDialog();
  const selection = useMemo(() => ({ mode: 'ids' as const, keys: new Set([batch.id]) }), [batch.id]);
  usePublishChosen(useMemo(() => ({ kind: 'mailboxes' as const, batch, scope: { batchId: batch.id, batchName: batch.name, ids: [] }, problem: null }), [batch]));
  return <VirtualGrid label="Mailbox batches" mode="single" rowCount={rows.length} rowAt={(i) => rows[i]} keyOf={(b) => b.id} columns={COLUMNS} selection={selection} onSelect={({ keys }) => { const [id] = keys; if (id !== undefined) onPick(id); }} onMenu={menu} onOpen={(b) => open('mailbox batch', { batch: b })} />;
}
