import { Button, SearchBox, Text } from '@fluentui/react-components';
import { useCallback, useDeferredValue, useMemo, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { WriteBackCandidate } from '../../../shared/contracts/write-back.ts';
import { errorData, useCommand, useHost } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { count, counted } from '../../ui/format.ts';
import { NOTHING, type GridSelection } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';

type Candidate = z.output<typeof WriteBackCandidate>;
/** The most that one choice takes (contract of write-back). */
const MOST = 1_000;
const canBe = (group: Candidate): boolean => !group.chosen && group.reason === null;
const standing = (group: Candidate): string => (group.chosen ? 'Chosen' : group.reason === null ? 'Can be chosen' : 'Cannot be chosen');
const COLUMNS: readonly GridColumn<Candidate>[] = [
  { id: 'name', title: 'Group', width: 180, grow: true, render: (g) => <span title={g.dn}>{g.name}</span> },
  { id: 'mail', title: 'Mail', width: 180, grow: true, render: (g) => g.mail || '–' },
  { id: 'standing', title: 'Write-back', width: 170, render: (g) => <StatusBadge status={standing(g)} /> },
  { id: 'reason', title: 'Why not', width: 320, grow: true, render: (g) => <span title={g.reason ?? ''}>{g.reason ?? '–'}</span> },
];

/** Chooses the groups whose membership is written back; those that cannot be chosen say why. */
export function ChooseGroupsDialog({ collection, onClose }: DialogProps<'choose groups'>): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const [text, setText] = useState('');
  const search = useDeferredValue(text.trim());
  const [picked, setPicked] = useState<ReadonlySet<string>>(NOTHING.keys);
  const [left, setLeft] = useState(0);
  const [problem, setProblem] = useState<unknown>(null);
  const choose = useCommand('writeBack.choose');
  const input = useMemo(() => ({ collectionId: collection.id, search }), [collection.id, search]);
  const key = useMemo(() => ['writeBack.candidates', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('writeBack.candidates', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<Candidate>(key, fetch);
  // Only what can be chosen is ever selected, so the rows themselves are looked at, also those that are not on screen.
  const select = (next: GridSelection): void => {
    setProblem(null);
    if (rows.total === 0) return;
    rows.readRange(0, rows.total - 1).then((all) => {
      const meant = all.filter((group) => (next.mode === 'ids') === next.keys.has(group.sourceId));
      setPicked(new Set(meant.filter(canBe).map((group) => group.sourceId)));
      setLeft(meant.filter((group) => !canBe(group)).length);
    }, setProblem);
  };
  const start = (): void => choose.mutate({ collectionId: collection.id, ids: [...picked], chosen: 'yes' }, { onSuccess: onClose });
  const failure = problem ?? choose.error ?? rows.error;
  const said = picked.size > MOST ? `At most ${count(MOST)} can be chosen at once.` : left > 0 ? `${counted(left, 'group')} of the selection cannot be chosen and ${left === 1 ? 'is' : 'are'} left out.` : '';
  return (
    <DialogFrame title={`Choose Groups of ${collection.name}`} onClose={onClose} size="full" tall actions={<>
      <Button appearance="primary" disabled={picked.size === 0 || picked.size > MOST || choose.isPending} onClick={start}>{choose.isPending ? 'Working…' : `Choose ${counted(picked.size, 'group')}`}</Button>
      <Button onClick={onClose}>Cancel</Button>
    </>}>
      <Text>From then on the membership of these groups is kept in Microsoft 365: coexistence writes their attributes but no longer their members, and members are written back to Active Directory by a plan that is shown first. Nothing is written now.</Text>
      <div className={l.row}>
        <SearchBox type="search" size="small" aria-label="Search groups" placeholder="Name" value={text} onChange={(_, d) => { setText(d.value); setPicked(NOTHING.keys); setLeft(0); }} />
        <span className={l.grow} />
        <Live>{`${counted(rows.total, 'group')}, ${count(picked.size)} selected${said === '' ? '' : `. ${said}`}`}</Live>
      </div>
      {failure ? <ErrorView error={errorData(failure)} onRetry={rows.retry} /> : null}
      {rows.error ? null : rows.loading ? <Loading label="Reading groups…" />
        : rows.total === 0 ? <EmptyState title={search === '' ? 'The collection has no groups' : 'No group fits the search'}>{search === '' ? 'Add distribution groups to the collection first.' : 'Look for another name.'}</EmptyState>
        : <VirtualGrid label="Groups of the collection" mode="multi" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(g) => g.sourceId} columns={COLUMNS} selection={{ mode: 'ids', keys: picked }} onSelect={select} onRange={rows.onRange} readRange={(first, last) => rows.readRange(first, last)} />}
    </DialogFrame>
  );
}
