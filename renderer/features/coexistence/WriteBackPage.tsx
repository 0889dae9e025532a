import { Button, MessageBar, MessageBarActions, MessageBarBody, Select, Tab, TabList } from '@fluentui/react-components';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import type { WaitingMember, WriteBack } from '../../../shared/contracts/write-back.ts';
import type { z } from 'zod';
import { WRITE_BACK_RUNS } from '../../../shared/domain/write-back.ts';
import { errorData, useCall, useCommand, useHost } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog } from '../../app/dialogs.tsx';
import type { CollectionScreenProps } from '../../app/screens.ts';
import { usePublishChosen } from '../../app/selection.ts';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { count, time } from '../../ui/format.ts';
import { NOTHING, type GridSelection } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { RUNS_WORDS } from './write-back-words.ts';

type Group = WriteBack['groups'][number];
type Waiting = z.output<typeof WaitingMember>;

const COLUMNS: readonly GridColumn<Group>[] = [
  { id: 'name', title: 'Group', width: 160, grow: true, render: (g) => <span title={g.dn}>{g.name}</span> },
  { id: 'mail', title: 'Mail', width: 190, grow: true, render: (g) => g.mail || '–' },
  { id: 'members', title: 'Members in Microsoft 365', width: 210, render: (g) => (g.members === null ? 'not read' : count(g.members)) },
  { id: 'waiting', title: 'Waiting', width: 75, render: (g) => count(g.waiting) },
  { id: 'agreed', title: 'Both sides agreed', width: 245, render: (g) => (g.agreedAt === null ? 'never' : `${time(g.agreedAt)}, ${count(g.agreed)}`) },
  { id: 'problem', title: 'Problem', width: 220, grow: true, render: (g) => <span title={g.problem}>{g.problem || '–'}</span> },
  { id: 'since', title: 'Chosen', width: 250, render: (g) => `${time(g.since)}, ${g.by}` },
];
const WAITING: readonly GridColumn<Waiting>[] = [
  { id: 'group', title: 'Group', width: 180, grow: true, render: (w) => w.groupName },
  { id: 'member', title: 'Member in Microsoft 365', width: 220, grow: true, render: (w) => <span title={w.memberId}>{w.memberName}</span> },
  { id: 'reason', title: 'Why it waits', width: 380, grow: true, render: (w) => <span title={w.reason}>{w.reason}</span> },
];

/** Groups whose membership is written from Microsoft 365 back to Active Directory, and the members that wait for a match. */
export function WriteBackPage({ pair, collection }: CollectionScreenProps): ReactNode {
  const writeBack = useCall('writeBack.get', { collectionId: collection.id });
  if (writeBack.error) return <ErrorView error={errorData(writeBack.error)} onRetry={() => { void writeBack.refetch(); }} />;
  if (!writeBack.data) return <Loading label="Reading write-back…" />;
  return <Chosen pair={pair} collection={collection} one={writeBack.data} />;
}

function Chosen({ pair, collection, one }: CollectionScreenProps & { readonly one: WriteBack }): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const save = useCommand('writeBack.save');
  const [list, setList] = useState<'groups' | 'waiting'>('groups');
  const [selection, setSelection] = useState<GridSelection>(NOTHING);
  const { groups, taskId, cannotWrite } = one;
  const ids = useMemo(() => groups.filter((g) => (selection.mode === 'ids') === selection.keys.has(g.sourceId)).map((g) => g.sourceId), [groups, selection]);
  usePublishChosen(useMemo(() => ({ kind: 'write back' as const, writeBack: one, ids }), [one, ids]));
  const waiting = groups.reduce((sum, g) => sum + g.waiting, 0);
  const review = (): void => { if (taskId !== null) void api.call('tasks.get', { id: taskId }).then((task) => open('review plan', { task, title: `Write Back Membership of ${collection.name}` })); };
  const choose = (): void => open('choose groups', { collection });
  return <>
    {cannotWrite === null ? null : <MessageBar intent="warning" layout="multiline"><MessageBarBody>{cannotWrite}</MessageBarBody></MessageBar>}
    {taskId === null ? null : <MessageBar intent="info" layout="multiline"><MessageBarBody>A plan of write-back is being made, waits for approval, or is written.</MessageBarBody><MessageBarActions><Button size="small" onClick={review}>Review Plan</Button></MessageBarActions></MessageBar>}
    {save.error ? <ErrorView error={errorData(save.error)} /> : null}
    {groups.length === 0 ? (
      <EmptyState title="No group is chosen" actions={<Button appearance="primary" onClick={choose}>Choose Groups</Button>}>
        The membership of chosen distribution groups is kept in Microsoft 365 and written back to Active Directory, by a plan that is shown first. Coexistence no longer writes the members of these groups; their attributes still follow Active Directory.
      </EmptyState>
    ) : <>
      <div className={l.row}>
        <TabList size="small" selectedValue={list} onTabSelect={(_, d) => setList(d.value === 'waiting' ? 'waiting' : 'groups')} aria-label="Parts of write-back">
          <Tab value="groups">{`Groups (${count(groups.length)})`}</Tab><Tab value="waiting">{`Waiting members (${count(waiting)})`}</Tab>
        </TabList>
        <span className={l.grow} />
        {ids.length > 0 && list === 'groups' ? <Live>{`${count(ids.length)} selected`}</Live> : null}
        <Select size="small" aria-label="When membership is written back" value={one.runs} disabled={save.isPending} onChange={(_, d) => { const runs = WRITE_BACK_RUNS.find((r) => r === d.value); if (runs) save.mutate({ collectionId: collection.id, runs }); }}>
          {WRITE_BACK_RUNS.map((runs) => <option key={runs} value={runs}>{RUNS_WORDS[runs]}</option>)}
        </Select>
        <Button size="small" onClick={choose}>Choose Groups</Button>
        <Button size="small" appearance="primary" disabled={cannotWrite !== null || taskId !== null} onClick={() => open('write back', { pair, collection, writeBack: one, ids })}>Write Back</Button>
      </div>
      {list === 'waiting' ? <WaitingMembers collectionId={collection.id} />
        : <VirtualGrid label="Groups written back" mode="multi" rowCount={groups.length} rowAt={(i) => groups[i]} keyOf={(g) => g.sourceId} columns={COLUMNS} selection={selection} onSelect={setSelection} onMenu={menu} />}
    </>}
  </>;
}

function WaitingMembers({ collectionId }: { readonly collectionId: string }): ReactNode {
  const { api } = useHost();
  const [selection, setSelection] = useState(NOTHING);
  const input = useMemo(() => ({ collectionId }), [collectionId]);
  const key = useMemo(() => ['writeBack.waiting', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('writeBack.waiting', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<Waiting>(key, fetch);
  if (rows.error) return <ErrorView error={errorData(rows.error)} onRetry={rows.retry} />;
  if (rows.loading) return <Loading label="Reading waiting members…" />;
  if (rows.total === 0) return <EmptyState title="No member waits">Every member in Microsoft 365 of the chosen groups is matched with an object of Active Directory, or was not read yet.</EmptyState>;
  return <VirtualGrid label="Waiting members" mode="single" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(w) => `${w.sourceId} ${w.memberId}`} columns={WAITING} selection={selection} onSelect={setSelection} onRange={rows.onRange} />;
}
