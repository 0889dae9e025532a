import { Button, MessageBar, MessageBarActions, MessageBarBody, SearchBox, Select, Toolbar } from '@fluentui/react-components';
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import type { MailRow } from '../../../shared/contracts/notifications.ts';
import { MAIL_STATES, type MailState } from '../../../shared/domain/notifications.ts';
import { errorData, useCall, useHost } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { usePublishChosen, type Chosen } from '../../app/selection.ts';
import { ExportButton } from '../../ui/ExportButton.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { count, counted, time } from '../../ui/format.ts';
import { NOTHING, selectedCount, type GridSelection } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { PART_TIMEOUT_MS } from '../../ui/save-parts.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { MAIL_WORDS, countWords, remarkOf, stateOf } from './words.ts';

const COLUMNS: readonly GridColumn<MailRow>[] = [
  { id: 'state', title: 'State', width: 115, render: (m) => <span title={MAIL_WORDS[m.state].meaning}><StatusBadge status={MAIL_WORDS[m.state].name} /></span> },
  { id: 'to', title: 'To', width: 200, grow: true, render: (m) => <span title={m.recipient}>{m.recipientName === '' ? m.recipient : `${m.recipientName} (${m.recipient})`}</span> },
  { id: 'subject', title: 'Subject', width: 210, grow: true, render: (m) => <span title={m.subject}>{m.subject}</span> },
  { id: 'kind', title: 'Message', width: 180, render: (m) => m.scenario },
  { id: 'tries', title: 'Tries', width: 55, render: (m) => count(m.tries) },
  { id: 'remark', title: 'Answer', width: 240, grow: true, render: (m) => <span title={remarkOf(m)}>{remarkOf(m)}</span> },
  { id: 'created', title: 'Made', width: 200, render: (m) => time(m.createdAt) },
  { id: 'sent', title: 'Sent', width: 200, render: (m) => time(m.sentAt) },
];
/** Rows that a command can work on: those that are on screen or near it. */
const MOST_SHOWN = 1_000;

/** Mails of the project or of a pair, newest first. */
export function Outbox({ onSettings }: { readonly onSettings: () => void }): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const [state, setState] = useState<MailState | ''>('');
  const [selection, setSelection] = useState<GridSelection>(NOTHING);
  const [problem, setProblem] = useState<unknown>(null);
  const [pairId, setPairId] = useState('');
  const pairs = useCall('pairs.list', {});
  const settings = useCall('notifications.settings', {});
  const input = useMemo(() => ({ ...(pairId === '' ? {} : { pairId }), state, search }), [pairId, state, search]);
  const key = useMemo(() => ['notifications.mails', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('notifications.mails', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<MailRow>(key, fetch);
  const counts = useCall('notifications.mails', { ...(pairId === '' ? {} : { pairId }), limit: 1 }).data?.counts;
  const size = selectedCount(selection, rows.total);
  const mails: MailRow[] = [];
  for (let i = 0; size > 0 && i < Math.min(rows.total, MOST_SHOWN); i++) {
    const row = rows.rowAt(i);
    if (row && (selection.mode === 'ids') === selection.keys.has(row.id)) mails.push(row);
  }
  const shownKey = JSON.stringify(mails);
  usePublishChosen(useMemo<Chosen>(() => ({ kind: 'mails', mails: JSON.parse(shownKey) as MailRow[], count: size }), [shownKey, size]));
  const filtered = search !== '' || state !== '' || pairId !== '';
  const clear = (): void => { setText(''); setState(''); setPairId(''); setSelection(NOTHING); };
  const isOff = settings.data?.transport === 'none';
  return <>
    {isOff ? <div><MessageBar intent="warning" layout="multiline"><MessageBarBody>Mails are made and kept here, but none leaves: no mail server is set.</MessageBarBody><MessageBarActions><Button size="small" onClick={onSettings}>Settings</Button></MessageBarActions></MessageBar></div> : null}
    {settings.data && !settings.data.delivery.delivers && !isOff ? <div><MessageBar intent="info" layout="multiline"><MessageBarBody>{settings.data.delivery.reason}</MessageBarBody></MessageBar></div> : null}
    <div className={l.row}>
      <SearchBox type="search" size="small" aria-label="Search mails" placeholder="Recipient or subject (Ctrl+F)" value={text} onChange={(_, d) => { setText(d.value); setSelection(NOTHING); }} />
      <Select size="small" aria-label="Filter by state" value={state} onChange={(_, d) => { setState(stateOf(d.value)); setSelection(NOTHING); }}>
        <option value="">All states</option>{MAIL_STATES.map((one) => <option key={one} value={one}>{counts === undefined ? MAIL_WORDS[one].name : `${MAIL_WORDS[one].name} (${count(counts[one] ?? 0)})`}</option>)}
      </Select>
      <Select size="small" aria-label="Filter by pair" value={pairId} onChange={(_, d) => { setPairId(d.value); setSelection(NOTHING); }}>
        <option value="">All pairs</option>{pairs.data?.rows.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}
      </Select>
      {filtered ? <Button size="small" appearance="subtle" onClick={clear}>Clear filter</Button> : null}
      <span className={l.grow} />
      <Live>{`${counted(rows.total, 'mail')}${counts === undefined || filtered ? '' : countWords(counts)}${size > 0 ? `, ${count(size)} selected` : ''}`}</Live>
      <Toolbar aria-label="Outbox" size="small"><ExportButton title="Export list" onProblem={setProblem} part={(after, signal) => api.call('notifications.export', { ...input, after }, { timeoutMs: PART_TIMEOUT_MS, signal })} /></Toolbar>
    </div>
    {problem ? <ErrorView error={errorData(problem)} /> : null}
    {rows.error ? <ErrorView error={errorData(rows.error)} onRetry={rows.retry} />
      : rows.loading ? <Loading label="Reading the outbox…" />
      : rows.total === 0 ? filtered ? <EmptyState title="No mail fits the filter" actions={<Button onClick={clear}>Clear filter</Button>} /> : <EmptyState title="No mail was made yet">A migration that creates accounts, changes user principal names or moves sign-in tells the people here, by the templates. Status mails of mailbox batches are here too.</EmptyState>
      : <VirtualGrid label="Outbox" mode="multi" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(m) => m.id} columns={COLUMNS} selection={selection} onSelect={setSelection} onRange={rows.onRange} readRange={(first, last) => rows.readRange(first, last)} onMenu={menu} onOpen={(mail) => open('mail details', { mail })} />}
  </>;
}
