import { Field, Radio, RadioGroup, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { errorData, useCall, useCommand, useHost } from '../../app/api.ts';
import { useOpenDialog, type DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog } from '../../ui/Dialogs.tsx';
import { time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, Loading } from '../../ui/states.tsx';

/** What the tasks that write to Active Directory are called here, by their kind. */
const WORDS = {
  'Fix': { title: 'Roll Back Fixes', one: 'fix', label: 'Fix' },
  'Write back': { title: 'Roll Back Write-back', one: 'write-back', label: 'Write-back' },
  'Forward': { title: 'Roll Back Forwarding', one: 'forwarding', label: 'Forwarding' },
  'Convert': { title: 'Roll Back Conversion', one: 'conversion', label: 'Conversion' },
  'Hand over': { title: 'Roll Back Hand Over', one: 'hand over', label: 'Hand over' },
} as const;

type DirectoryKind = keyof typeof WORDS;
const kindOf = (task: TaskRow | null): DirectoryKind => (Object.keys(WORDS) as DirectoryKind[]).find((kind) => kind === task?.kind) ?? 'Fix';

/** Takes back what a Fix or Write back task wrote to Active Directory: which task, how, then the plan for review. */
export function RollBackFixesDialog({ pair, collection, task, kind = kindOf(task), onClose }: DialogProps<'roll back fixes'>): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const open = useOpenDialog();
  const [chosen, setChosen] = useState(task?.id ?? '');
  const [mode, setMode] = useState<'exact' | 'keep changes made since'>('exact');
  const tasks = useCall('tasks.list', collection ? { collectionId: collection.id } : { pairId: pair.id });
  const rollBack = useCommand('checks.rollBack');
  const choices = tasks.data?.rows.filter((t) => t.kind === kind && t.canRollBack) ?? [];
  const { title, one, label } = WORDS[kind];
  const taskId = chosen || (choices[0]?.id ?? '');
  const start = (): void => rollBack.mutate({ taskId, mode }, { onSuccess: ({ taskId: id }) => { onClose(); void api.call('tasks.get', { id }).then((made) => open('review plan', { task: made })); } });
  return (
    <ConfirmDialog title={title} onClose={onClose} confirmLabel="Make plan" busy={rollBack.isPending} ready={choices.some((t) => t.id === taskId)} error={rollBack.error ? errorData(rollBack.error) : null} onConfirm={start}>
      <div className={l.column}>
        <Text>{`What a ${one} wrote to ${pair.sourceName || pair.name} is taken back, value by value. A plan is made first; nothing is written before you approve it.`}</Text>
        {!tasks.data ? <Loading label="Reading tasks…" /> : choices.length === 0 ? <EmptyState title={`No ${one} can be rolled back`}>{`Only a ${one} that wrote something, and was not rolled back already, can be taken back.`}</EmptyState> : (
          <Field label={label} required><RadioGroup value={taskId} onChange={(_, d) => setChosen(d.value)}>{choices.map((t) => <Radio key={t.id} value={t.id} label={`${time(t.finishedAt ?? t.createdAt)}: ${t.state}. ${t.message}`} />)}</RadioGroup></Field>
        )}
        <Field label="Values that were changed since">
          <RadioGroup value={mode} onChange={(_, d) => setMode(d.value === 'exact' ? 'exact' : 'keep changes made since')}>
            <Radio value="exact" label={`Exact: restore the values before the ${one}; later changes of the same values are overwritten`} />
            <Radio value="keep changes made since" label={`Keep changes made since: leave values alone that others changed after the ${one}`} />
          </RadioGroup>
        </Field>
      </div>
    </ConfirmDialog>
  );
}
