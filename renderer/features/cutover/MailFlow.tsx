import { Button, MessageBar, MessageBarBody, SearchBox, Select, Text, Toolbar, makeStyles, tokens } from '@fluentui/react-components';
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import type { MailFlowRow, MailFlowSummary } from '../../../shared/contracts/cutover.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { MAIL_SITUATIONS, MAIL_VERDICTS, type MailSituation, type MailVerdict } from '../../../shared/domain/cutover.ts';
import { errorData, useCall, useCommand, useHost } from '../../app/api.ts';
import { ExportButton } from '../../ui/ExportButton.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { count, counted, time } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { PART_TIMEOUT_MS } from '../../ui/save-parts.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { SENDER_WORDS, SITUATION_WORDS, VERDICT_WORDS } from './words.ts';

/** Both sides are read whole before mail is followed. */
const RUN_TIMEOUT_MS = 900_000;
type Shown = MailVerdict | 'findings' | 'all';
const useStyles = makeStyles({ ways: { display: 'flex', flexDirection: 'column', gap: '8px', flexShrink: 1, minHeight: '140px', maxHeight: '45%', overflowY: 'auto', borderTop: `1px solid ${tokens.colorNeutralStroke2}`, paddingTop: '8px' } });

const COLUMNS: readonly GridColumn<MailFlowRow>[] = [
  { id: 'name', title: 'Person', width: 190, grow: true, render: (r) => r.name },
  { id: 'verdict', title: 'Outcome', width: 150, render: (r) => <StatusBadge status={VERDICT_WORDS[r.verdict]} /> },
  { id: 'message', title: 'Why', width: 420, grow: true, render: (r) => <span title={r.message}>{r.message}</span> },
];

/** Follows everybody's mail through MX records, accepted domains and forwarding of both sides, as it is now and as it will be. */
export function MailFlow({ pair }: { readonly pair: Pair }): ReactNode {
  const l = useLayout();
  const summary = useCall('mailFlow.summary', { pairId: pair.id });
  const run = useCommand('mailFlow.run', RUN_TIMEOUT_MS);
  const [situation, setSituation] = useState<MailSituation>('before');
  if (summary.error) return <ErrorView error={errorData(summary.error)} onRetry={() => { void summary.refetch(); }} />;
  if (!summary.data) return <Loading label="Reading mail flow…" />;
  const of = (one: MailSituation): MailFlowSummary | undefined => summary.data.situations.find((found) => found.situation === one);
  const shown = of(situation);
  const start = (): void => run.mutate({ pairId: pair.id, situation: 'both' });
  const wasRun = summary.data.situations.some((one) => one.runAt !== null);
  const follow = <Button appearance="primary" size="small" disabled={run.isPending} onClick={start}>{run.isPending ? 'Following mail…' : 'Follow mail'}</Button>;
  if (!wasRun) {
    return <>
      {run.error ? <ErrorView error={errorData(run.error)} /> : null}
      <EmptyState title="Mail was not followed yet" actions={follow}>For every person, a message from outside, from Exchange on premises and from Microsoft 365 is followed by MX records, accepted domains, targetAddress and forwarding. Loops, black holes and wrong recipients are findings. Nothing is sent or written.</EmptyState>
    </>;
  }
  return <>
    <div className={l.row}>
      {follow}
      <Select size="small" aria-label="Situation" value={situation} onChange={(_, d) => setSituation(MAIL_SITUATIONS.find((one) => one === d.value) ?? 'before')}>
        {MAIL_SITUATIONS.map((one) => <option key={one} value={one}>{`${SITUATION_WORDS[one]} (${counted(of(one)?.findings ?? 0, 'finding')})`}</option>)}
      </Select>
      <span className={l.grow} />
      <Live>{shown?.runAt == null ? 'Not followed yet.' : `Followed ${time(shown.runAt)}: ${counted(shown.people, 'person', 'people')}, ${counted(shown.findings, 'finding')}`}</Live>
    </div>
    {run.error ? <ErrorView error={errorData(run.error)} /> : null}
    {run.data && run.data.left.length > 0 ? <div><MessageBar intent="warning" layout="multiline"><MessageBarBody>{`Not followed, because nobody is known to accept the domain: ${run.data.left.slice(0, 8).map((one) => `${one.domain} (${counted(one.addresses, 'address', 'addresses')})`).join(', ')}${run.data.left.length > 8 ? ` and ${count(run.data.left.length - 8)} more` : ''}. Name the domains in the cutover settings.`}</MessageBarBody></MessageBar></div> : null}
    {shown ? <People key={situation} pair={pair} summary={shown} /> : null}
  </>;
}

function People({ pair, summary }: { readonly pair: Pair; readonly summary: MailFlowSummary }): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const { situation } = summary;
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const [verdict, setVerdict] = useState<Shown>('findings');
  const [selection, setSelection] = useState(NOTHING);
  const [problem, setProblem] = useState<unknown>(null);
  const input = useMemo(() => ({ pairId: pair.id, situation, verdict, search }), [pair.id, situation, verdict, search]);
  const key = useMemo(() => ['mailFlow.rows', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('mailFlow.rows', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<MailFlowRow>(key, fetch);
  const [chosen] = selection.keys;
  const clear = (): void => { setText(''); setVerdict('all'); };
  return <>
    <div className={l.row}>
      <SearchBox type="search" size="small" aria-label="Search people" placeholder="Person (Ctrl+F)" value={text} onChange={(_, d) => { setText(d.value); setSelection(NOTHING); }} />
      <Select size="small" aria-label="Filter by verdict" value={verdict} onChange={(_, d) => { setVerdict(verdictOf(d.value)); setSelection(NOTHING); }}>
        <option value="findings">{`Findings (${count(summary.findings)})`}</option><option value="all">{`Everybody (${count(summary.people)})`}</option>
        {MAIL_VERDICTS.map((one) => <option key={one} value={one}>{`${VERDICT_WORDS[one]} (${count(summary.counts[one] ?? 0)})`}</option>)}
      </Select>
      <span className={l.grow} />
      <Toolbar aria-label="Mail flow" size="small"><ExportButton title="Export list" onProblem={setProblem} part={(after, signal) => api.call('mailFlow.export', { pairId: pair.id, situation, verdict, after }, { timeoutMs: PART_TIMEOUT_MS, signal })} /></Toolbar>
    </div>
    {problem ? <ErrorView error={errorData(problem)} /> : null}
    {rows.error ? <ErrorView error={errorData(rows.error)} onRetry={rows.retry} />
      : rows.loading ? <Loading label="Reading people…" />
      : rows.total === 0 ? verdict === 'findings' && search === '' ? <EmptyState title="Every message arrives where it should" actions={<Button onClick={clear}>Show everybody</Button>} /> : <EmptyState title="Nobody fits the filter" actions={<Button onClick={clear}>Show everybody</Button>} />
      : <VirtualGrid label="Mail flow" mode="single" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(r) => r.sourceId} columns={COLUMNS} selection={selection} onSelect={setSelection} onRange={rows.onRange} />}
    {chosen === undefined ? <Text size={200} className={l.muted}>Choose a person to see the way of their mail, hop by hop.</Text> : <Ways pairId={pair.id} situation={situation} sourceId={chosen} />}
  </>;
}

const verdictOf = (value: string): Shown => MAIL_VERDICTS.find((one) => one === value) ?? (value === 'all' ? 'all' : 'findings');

function Ways({ pairId, situation, sourceId }: { readonly pairId: string; readonly situation: MailSituation; readonly sourceId: string }): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const path = useCall('mailFlow.path', { pairId, situation, sourceId });
  if (path.error) return <ErrorView error={errorData(path.error)} onRetry={() => { void path.refetch(); }} />;
  if (!path.data) return <Loading label="Reading the way…" />;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable (axe: scrollable-region-focusable)
    <section className={s.ways} tabIndex={0} aria-label={`Ways of mail to ${path.data.row.name}`}>
      {path.data.traces.map((trace, i) => (
        <div key={`${trace.sender} ${trace.address} ${i}`} className={l.tight}>
          <div className={l.row}><StatusBadge status={VERDICT_WORDS[trace.verdict]} /><Text weight="semibold">{`To ${trace.address}, ${SENDER_WORDS[trace.sender]}`}</Text></div>
          <ol>{trace.hops.map((hop, at) => <li key={`${at} ${hop}`}>{hop}</li>)}</ol>
          <Text>{trace.message}</Text>
        </div>
      ))}
    </section>
  );
}
