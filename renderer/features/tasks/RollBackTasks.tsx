import { Field, Input, Radio, RadioGroup } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { isWriting } from '../../../shared/domain/statuses.ts';
import { errorData, useCall } from '../../app/api.ts';
import { time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { periodOf, type PeriodDraft } from './roll-back-period.ts';

/** What a person wants to take back of a collection: one task, or all that was written in a period. */
export interface TasksDraft { readonly what: 'task' | 'period'; readonly undoes: string; readonly period: PeriodDraft }

interface Props { readonly collectionId: string; readonly asked: TaskRow | null; readonly draft: TasksDraft; readonly onDraft: (draft: TasksDraft) => void }

/** Chooses one task that wrote something, or a period; the newest task is chosen first. */
export function RollBackTasks({ collectionId, asked, draft, onDraft }: Props): ReactNode {
  const l = useLayout();
  const tasks = useCall('tasks.list', { collectionId });
  if (tasks.error) return <ErrorView error={errorData(tasks.error)} onRetry={() => { void tasks.refetch(); }} />;
  if (!tasks.data) return <Loading label="Reading tasks…" />;
  const listed = tasks.data.rows.filter((t) => t.canRollBack && isWriting(t.kind));
  // A cycle that is older than the list.
  const choices = asked && asked.canRollBack && isWriting(asked.kind) && !listed.some((t) => t.id === asked.id) ? [asked, ...listed] : listed;
  if (choices.length === 0) return <EmptyState title="No task can be rolled back">Only a migration or a cycle of coexistence that wrote something, and was not rolled back already, can be taken back.</EmptyState>;
  const period = (change: Partial<PeriodDraft>): void => onDraft({ ...draft, period: { ...draft.period, ...change } });
  const problem = periodOf(draft.period) === null ? { validationState: 'error' as const, validationMessage: 'The period must begin before it ends.' } : {};
  return (
    <>
      <Field label="What is taken back" required>
        <RadioGroup layout="horizontal" value={draft.what} onChange={(_, d) => onDraft({ ...draft, what: d.value === 'period' ? 'period' : 'task' })}>
          <Radio value="task" label="One task" /><Radio value="period" label="All that was written in a period" />
        </RadioGroup>
      </Field>
      {draft.what === 'task' ? (
        <Field label="Task" required>
          <RadioGroup value={draft.undoes || (choices[0]?.id ?? '')} onChange={(_, d) => onDraft({ ...draft, undoes: d.value })}>{choices.map((t) => <Radio key={t.id} value={t.id} label={`${t.kind}, ${time(t.finishedAt ?? t.createdAt)}: ${t.state}. ${t.message}`} />)}</RadioGroup>
        </Field>
      ) : (
        <div className={l.fields}>
          <Field label="From (time of this machine)" {...problem}><Input type="datetime-local" value={draft.period.from} onChange={(_, d) => period({ from: d.value })} /></Field>
          <Field label="To (time of this machine)" hint="Each migration or cycle that wrote something in this time is taken back as a whole."><Input type="datetime-local" value={draft.period.to} onChange={(_, d) => period({ to: d.value })} /></Field>
        </div>
      )}
    </>
  );
}

/** The newest task that can be taken back, chosen when a person has not chosen another; empty: none. */
export function useNewestWriting(collectionId: string): string {
  const tasks = useCall('tasks.list', { collectionId });
  return tasks.data?.rows.find((t) => t.canRollBack && isWriting(t.kind))?.id ?? '';
}
