import { Button, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle, Select, Text } from '@fluentui/react-components';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { EvidenceEventRow, EvidenceVerdict } from '../../../shared/contracts/evidence.ts';
import { errorData, useCall, useCommand, useHost } from '../../app/api.ts';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { ScrollBox } from '../../ui/ScrollBox.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { count, counted, time } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { detailWords } from './words.ts';

/** The whole journal is read. */
const VERIFY_TIMEOUT_MS = 900_000;
const COLUMNS: readonly GridColumn<EvidenceEventRow>[] = [
  { id: 'at', title: 'When', width: 215, render: (e) => time(e.at) },
  { id: 'kind', title: 'What', width: 150, render: (e) => e.kind },
  { id: 'subject', title: 'To what', width: 240, grow: true, render: (e) => <span title={e.subject}>{e.subject}</span> },
  { id: 'actor', title: 'Who', width: 150, render: (e) => e.actor },
  { id: 'detail', title: 'Details', width: 320, grow: true, render: (e) => <span title={detailWords(e.detail)}>{detailWords(e.detail)}</span> },
];

/** What was decided and sent in the whole project, also in pairs that are gone, and whether it is still as it was written. */
export function EvidenceTab(): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const open = useOpenDialog();
  const pairs = useCall('pairs.list', {});
  const verify = useCommand('evidence.verify', VERIFY_TIMEOUT_MS);
  const [selection, setSelection] = useState(NOTHING);
  const [pairId, setPairId] = useState<string | null>(null);
  const input = useMemo(() => ({ pairId }), [pairId]);
  const key = useMemo(() => ['evidence.events', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('evidence.events', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<EvidenceEventRow>(key, fetch);
  return (
    <div className={l.fill}>
      <div className={l.row}>
        <Button appearance="primary" size="small" disabled={verify.isPending} onClick={() => verify.mutate({})}>{verify.isPending ? 'Verifying…' : 'Verify'}</Button>
        <Button size="small" onClick={() => open('evidence pack', { pairId })}>Export evidence pack</Button>
        <Select size="small" aria-label="Filter by pair" value={pairId ?? ''} onChange={(_, d) => { setPairId(d.value || null); setSelection(NOTHING); }}>
          <option value="">The whole project</option>{pairs.data?.rows.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
        </Select>
        <span className={l.grow} />
        <Live>{counted(rows.total, 'event')}</Live>
      </div>
      <Text size={200} className={l.muted}>Every write and every decision is chained by hash. Verify finds what was changed, removed or added since.</Text>
      {verify.error ? <ErrorView error={errorData(verify.error)} /> : null}
      {verify.data && !verify.isPending ? <Verdict verdict={verify.data} /> : null}
      {rows.error ? <ErrorView error={errorData(rows.error)} onRetry={rows.retry} />
        : rows.loading ? <Loading label="Reading events…" />
        : rows.total === 0 ? <EmptyState title="No event was recorded yet">Approvals, decisions, runs of batches, confirmations and sent mails appear here with who did it and when. What was written to either side is in the journal and in the evidence pack.</EmptyState>
        : <VirtualGrid label="Events" mode="single" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(e) => e.id} columns={COLUMNS} selection={selection} onSelect={setSelection} onRange={rows.onRange} />}
    </div>
  );
}

function Verdict({ verdict }: { readonly verdict: EvidenceVerdict }): ReactNode {
  const l = useLayout();
  const { sound, links, entries, events, head, problems, total } = verdict;
  const [said, setSaid] = useState('Copy the head');
  const copy = (): void => { if (head) navigator.clipboard.writeText(head.hash).then(() => setSaid('Copied'), () => setSaid('Select and copy it')); };
  return <>
    <Live><MessageBar intent={sound ? 'success' : 'error'} layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>{sound ? 'The evidence is sound.' : `${counted(total, 'difference')} found.`}</MessageBarTitle>
        {`${counted(links, 'link')}, ${counted(entries, 'journal entry', 'journal entries')} and ${counted(events, 'event')} were checked. `}
        {head ? <>{`Newest link ${count(head.number)} of ${time(head.at)}: `}<span className={l.mono}>{head.hash}</span>{'. Write it down elsewhere: who can change the project could rewrite the whole chain, but not what you noted.'}</> : 'Nothing was written yet.'}
      </MessageBarBody>
      {head ? <MessageBarActions><Button size="small" onClick={copy}>{said}</Button></MessageBarActions> : null}
    </MessageBar></Live>
    {problems.length === 0 ? null : <ScrollBox label="Differences" height="low">
      <table className={l.plainTable}>
        <thead><tr><th scope="col">Link</th><th scope="col">Kind</th><th scope="col">What is wrong</th></tr></thead>
        <tbody>{problems.map((one, i) => <tr key={`${one.kind} ${one.subject} ${i}`}><td>{one.link ?? '–'}</td><td>{one.kind}</td><td>{one.message}</td></tr>)}</tbody>
      </table>
      {total > problems.length ? <Text>{`and ${count(total - problems.length)} more`}</Text> : null}
    </ScrollBox>}
  </>;
}
