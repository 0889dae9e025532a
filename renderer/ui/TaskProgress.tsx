import { ProgressBar, Text } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { StatusBadge } from './StatusBadge.tsx';
import { count, counted, duration } from './format.ts';
import { Live } from './Live.tsx';
import { useLayout } from './layout.ts';

/** What is known of the progress of a task. */
export interface ProgressFacts {
  readonly kind: string; readonly state: string; readonly phase: string; readonly message: string;
  readonly done: number; readonly failed: number; readonly total: number | null; readonly timeLeftMs: number | null; readonly throttledMs: number;
}

/** A task that goes on: phase, counts, the time left when it is known. A moving bar, never an invented percentage. */
export function TaskProgress({ task }: { readonly task: ProgressFacts }): ReactNode {
  const l = useLayout();
  const isMoving = task.state === 'Running' || task.state === 'Queued' || task.state === 'Cancelling';
  const left = task.timeLeftMs === null ? 'The time left is not known yet.' : `About ${duration(task.timeLeftMs)} left in this phase.`;
  return (
    <Live className={l.tight}>
      <div className={l.row}><StatusBadge status={task.state} /><Text weight="semibold">{task.message || task.phase}</Text></div>
      {isMoving ? <>
        <ProgressBar aria-label={`${task.kind}: ${task.phase}`} thickness="large" {...(task.total ? { value: Math.min(1, task.done / task.total) } : {})} />
        <Text>{`Phase ${task.phase}: ${count(task.done)}${task.total === null ? '' : ` of ${count(task.total)}`} handled${task.failed > 0 ? `, ${counted(task.failed, 'failure')}` : ''}. ${left}`}</Text>
      </> : null}
      {task.throttledMs > 0 ? <Text size={200} className={l.muted}>{`The tenant asked to slow down; ${duration(task.throttledMs)} were spent waiting so far. Nothing is lost by it.`}</Text> : null}
    </Live>
  );
}
