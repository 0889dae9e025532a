import type { ReactNode } from 'react';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { Section, Tile } from '../../ui/Section.tsx';
import { TaskProgress } from '../../ui/TaskProgress.tsx';
import { count, duration } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { useThroughput } from './throughput.ts';

const rate = (perSecond: number | null): string => (perSecond === null ? '–' : perSecond >= 10 ? `${count(Math.round(perSecond))}/s` : `${perSecond.toFixed(1)}/s`);

/** A task that runs now: how far, how fast, how long yet, and how long the tenant has made it wait. Follows the events of the host. */
export function RunningTask({ task }: { readonly task: TaskRow }): ReactNode {
  const l = useLayout();
  const perSecond = useThroughput(task);
  return (
    <Section title={`${task.kind}${task.collectionName ? ` of ${task.collectionName}` : ''} is running`}>
      <TaskProgress task={task} />
      <div className={l.tiles}>
        <Tile name="Handled" value={task.total === null ? count(task.done) : `${count(task.done)} of ${count(task.total)}`} />
        <Tile name="Per second" value={rate(perSecond)} />
        <Tile name="Time left in this phase" value={task.timeLeftMs === null ? '–' : duration(task.timeLeftMs)} />
        <Tile name="Failed" value={count(task.failed)} />
        <Tile name="Waited for the tenant" value={duration(task.throttledMs)} />
      </div>
    </Section>
  );
}
