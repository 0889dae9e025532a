import { Button, makeStyles, MessageBar, MessageBarBody, SearchBox, Select, tokens, Toolbar, ToolbarButton } from '@fluentui/react-components';
import { ArrowUndoRegular } from '@fluentui/react-icons';
import { useCallback, useDeferredValue, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import type { Collection } from '../../../shared/contracts/collections.ts';
import type { ReviewRow } from '../../../shared/contracts/matches.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { RISK_FLAGS, type RiskFlag } from '../../../shared/domain/objects.ts';
import { REVIEW_STATES, type ReviewState } from '../../../shared/domain/review.ts';
import { errorData, useCall, useHost } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog } from '../../app/dialogs.tsx';
import type { CollectionScreenProps, PairScreenProps } from '../../app/screens.ts';
import { usePublishChosen, type Chosen } from '../../app/selection.ts';
import { Live } from '../../ui/Live.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { ExportButton } from '../../ui/ExportButton.tsx';
import { PART_TIMEOUT_MS } from '../../ui/save-parts.ts';
import { count, counted } from '../../ui/format.ts';
import { NOTHING, selectedCount, type GridSelection } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { ActionLink, EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { Evidence, Risks } from './Evidence.tsx';
import { scopeOf } from './scope.ts';
import { ACTION_WORDS, differs } from './words.ts';

const useStyles = makeStyles({
  bar: { flexShrink: 0 },
  narrow: { maxWidth: '190px' },
  grid: { flexGrow: 1, minHeight: '140px', display: 'flex', flexDirection: 'column' },
  evidence: { flexShrink: 0, maxHeight: '32%', overflowY: 'auto', borderTop: `1px solid ${tokens.colorNeutralStroke1}`, paddingTop: '8px' },
});
const COLUMNS: readonly GridColumn<ReviewRow>[] = [
  { id: 'name', title: 'Source object', width: 150, grow: true, render: (r) => <span title={r.dn}>{r.name}</span> },
  { id: 'review', title: 'Review', width: 130, render: (r) => <StatusBadge status={r.review} /> },
  { id: 'state', title: 'Match', width: 120, render: (r) => <StatusBadge status={r.state} /> },
  { id: 'target', title: 'Target object', width: 150, grow: true, render: (r) => (r.targetId === null ? r.state === 'Ambiguous' ? `${r.candidates} candidates` : '–' : <span title={r.targetUserName}>{r.targetName || r.targetId}</span>) },
  { id: 'risks', title: 'Risks', width: 170, grow: true, render: (r) => <Risks row={r} /> },
  { id: 'differs', title: 'Differs', width: 140, grow: true, render: (r) => <span title={differs(r)}>{differs(r) || '–'}</span> },
  { id: 'rule', title: 'Rule', width: 130, grow: true, render: (r) => <span title={`${r.rule}: ${r.value}`}>{r.rule || '–'}</span> },
  { id: 'kind', title: 'Type', width: 70, render: (r) => r.kind },
];
/** Decisions that are one click away; the others are in the Actions pane. */
const QUICK = ['accept', 'reject', 'pin'] as const;
/** The most single objects that one command takes (contract of selections). */
const MOST_IDS = 10_000;
/** Rows of a page: as long as there are no more, all of them are known. */
const FIRST_PAGE = 200;

/** Proposed matches of a collection, each to be accepted, rejected or pinned before a migration uses it. */
export function CollectionReviewTab({ pair, collection }: CollectionScreenProps): ReactNode {
  return <ReviewList key={collection.id} pair={pair} collection={collection} />;
}
/** The same of all collections of a pair. */
export function PairReviewTab({ pair }: PairScreenProps): ReactNode {
  return <ReviewList key={pair.id} pair={pair} collection={null} />;
}

/** Where an object is; only a list of several collections needs to say so. */
const COLLECTION: GridColumn<ReviewRow> = { id: 'collections', title: 'Collection', width: 130, grow: true, render: (r) => { const names = r.collections.map((one) => one.name).join(', '); return <span title={names}>{names}</span>; } };
const PAIR_COLUMNS = COLUMNS.toSpliced(1, 0, COLLECTION);

function ReviewList({ pair, collection }: { readonly pair: Pair; readonly collection: Collection | null }): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const { api } = useHost();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const [review, setReview] = useState<ReviewState | ''>('To review');
  const [risk, setRisk] = useState<RiskFlag | ''>('');
  const [selection, setSelection] = useState<GridSelection>(NOTHING);
  const [problem, setProblem] = useState<unknown>(null);

  const summary = useCall('matches.summary', scopeOf(pair, collection), { keepPrevious: true });
  const filter = useMemo(() => ({ search, review, risk, state: '' as const, kind: '' as const }), [search, review, risk]);
  const scopeId = collection?.id;
  const input = useMemo(() => ({ ...(scopeId === undefined ? { pairId: pair.id } : { collectionId: scopeId }), ...filter }), [pair.id, scopeId, filter]);
  const key = useMemo(() => ['matches.review', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('matches.review', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<ReviewRow>(key, fetch);
  const shown = useRef(input);
  useEffect(() => { shown.current = input; }, [input]);
  const readRange = async (first: number, last: number): Promise<readonly ReviewRow[] | undefined> => {
    if (last - first >= MOST_IDS) return undefined;
    const all = await rows.readRange(first, last).catch((error: unknown) => { setProblem(error); return undefined; });
    return shown.current === input ? all : undefined;
  };

  const size = selectedCount(selection, rows.total);
  const only = selection.mode === 'ids' && selection.keys.size === 1 ? [...selection.keys][0] : undefined;
  let single: ReviewRow | null = null;
  for (let i = 0; only !== undefined && single === null && i < rows.total; i++) {
    const row = rows.rowAt(i);
    if (row?.id === only) single = row;
  }
  // Decided rows leave the filter: what is no longer shown is no longer selected.
  const gone = only !== undefined && single === null && !rows.loading && rows.total <= FIRST_PAGE;
  if (gone) setSelection(NOTHING);
  const chosen = useMemo<Chosen | null>(() => (size === 0 || gone ? null : {
    kind: 'matches', count: size, single, selection: selection.mode === 'ids' ? { mode: 'ids', ids: [...selection.keys] } : { mode: 'all except', ids: [...selection.keys], ...filter },
  }), [size, gone, single, selection, filter]);
  usePublishChosen(chosen);

  const clear = (): void => { setText(''); setReview(''); setRisk(''); setSelection(NOTHING); };
  const waiting = summary.data?.byReview['To review'] ?? 0;
  const last = summary.data?.batches.find((batch) => batch.undone < batch.objects);
  const failure = problem ?? rows.error ?? summary.error;
  const isMatched = (summary.data?.total ?? 1) > 0;
  return (
    <div className={l.fill}>
      {summary.data && isMatched ? (
        <MessageBar intent={waiting > 0 ? 'warning' : 'success'} layout="multiline" className={s.bar}>
          <MessageBarBody>
            {waiting > 0 ? `${counted(waiting, 'object')} to review: a migration leaves them out until you decide. ` : 'Nothing waits for review. '}
            <ActionLink onClick={() => open('review policy', { pair, collection })}>What waits for review?</ActionLink>
          </MessageBarBody>
        </MessageBar>
      ) : null}
      <Toolbar aria-label="Review" size="small" className={l.row}>
        <SearchBox type="search" size="small" aria-label="Search matches" placeholder="Name, UPN or mail (Ctrl+F)" value={text} onChange={(_, d) => { setText(d.value); setSelection(NOTHING); }} />
        <Select size="small" aria-label="Filter by review" value={review} onChange={(_, d) => { setReview(REVIEW_STATES.find((one) => one === d.value) ?? ''); setSelection(NOTHING); }}>
          <option value="">All matches</option>{REVIEW_STATES.map((one) => <option key={one} value={one}>{`${one} (${count(summary.data?.byReview[one] ?? 0)})`}</option>)}
        </Select>
        <Select size="small" className={s.narrow} aria-label="Filter by risk" value={risk} onChange={(_, d) => { setRisk(RISK_FLAGS.find((one) => one === d.value) ?? ''); setSelection(NOTHING); }}>
          <option value="">All risks</option>{(summary.data?.byRisk ?? []).map((one) => <option key={one.risk} value={one.risk}>{`${one.risk} (${count(one.count)})`}</option>)}
        </Select>
        {QUICK.map((action) => <ToolbarButton key={action} disabled={chosen === null} onClick={() => { if (chosen?.kind === 'matches') open('decide matches', { pair, collection, action, selection: chosen.selection, count: chosen.count, single: chosen.single }); }}>{`${ACTION_WORDS[action].verb}…`}</ToolbarButton>)}
        <span className={l.grow} />
        <Live>{`${counted(rows.total, 'object')}${size > 0 && !gone ? `, ${count(size)} selected` : ''}`}</Live>
        <ToolbarButton icon={<ArrowUndoRegular />} disabled={last === undefined} onClick={() => open('undo decision', { pair, collection })}>
          {last ? `Undo "${ACTION_WORDS[last.action as keyof typeof ACTION_WORDS]?.verb ?? last.action}" of ${count(last.objects - last.undone)}` : 'Undo'}
        </ToolbarButton>
        <ExportButton title="Export list" disabled={rows.total === 0} onProblem={setProblem} part={(after, signal) => api.call('matches.export', { ...input, after }, { timeoutMs: PART_TIMEOUT_MS, signal })} />
      </Toolbar>
      {failure ? <ErrorView error={errorData(failure)} onRetry={() => { setProblem(null); rows.retry(); }} /> : null}
      {selection.mode === 'all except' ? <MessageBar intent="info"><MessageBarBody>{`All ${counted(size, 'object')} that the filter shows are selected, also those not on screen.`}</MessageBarBody></MessageBar> : null}
      {rows.loading && !rows.error ? <Loading label="Reading matches…" />
        : rows.total === 0 && !rows.error ? !isMatched
          ? <EmptyState title="Nothing was matched yet" {...(collection?.kind === 'static' ? { actions: <Button appearance="primary" onClick={() => open('match objects', { pair, collection, scope: null })}>Match Objects</Button> } : {})}>{collection?.kind === 'dynamic' ? 'A dynamic collection takes part in coexistence only. A match that must not be left to the rules can be pinned on the Objects tab before that.' : `Match the objects${collection ? '' : ' of the collections'} first; what should be looked at is shown here.`}</EmptyState>
          : review === 'To review' && search === '' && risk === ''
            ? <EmptyState title="Everything is decided" actions={<Button onClick={clear}>Show all matches</Button>}>No match waits for a person.</EmptyState>
            : <EmptyState title="No match fits the filter" actions={<Button onClick={clear}>Clear filter</Button>} />
        : <>
          <div className={s.grid}>
            <VirtualGrid label="Matches" mode="multi" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(r) => r.id} columns={collection ? COLUMNS : PAIR_COLUMNS} selection={selection} onSelect={setSelection} readRange={readRange} onRange={rows.onRange} onMenu={menu}
              onOpen={(row) => open('review match', { pair, collection, row })} />
          </div>
          {single ? <div className={s.evidence}><Evidence row={single} /></div> : null}
        </>}
    </div>
  );
}
