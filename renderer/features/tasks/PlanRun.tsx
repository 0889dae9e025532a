import { Button, MessageBar, MessageBarBody, MessageBarTitle, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { PlanSummary, TaskRow } from '../../../shared/contracts/tasks.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import { hasEnded } from '../../app/cache.ts';
import { TypedConfirmation } from '../../ui/Dialogs.tsx';
import { useNow } from '../../ui/now.ts';
import { Wizard } from '../../ui/Wizard.tsx';
import { TaskProgress } from '../../ui/TaskProgress.tsx';
import { counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { PlanSummary as Figures } from './PlanSummary.tsx';
import { ApprovalTime, Outdated, scheduleOf, Scheduled, type Timing } from './PlanApproval.tsx';
import { Operations } from './PlanOperations.tsx';
import { PlanViewer } from './PlanViewer.tsx';
import { RollBackFindings } from './RollBackFindings.tsx';
import { planningWords, rollBackTitle, wayBackOf } from './way-back.ts';

const REFRESH_MS = 5_000;
type Stage = 'plan' | 'confirm' | 'apply';

/** The stage that a task is in, whoever started it. */
function stageOf(task: TaskRow, wantsToConfirm: boolean): Stage {
  if (task.state === 'Awaiting approval' || task.state === 'Scheduled') return wantsToConfirm ? 'confirm' : 'plan';
  return task.phase === 'apply' || task.phase === 'verify' || task.phase === 'roll back' || (hasEnded(task) && task.planId !== null && task.state !== 'Discarded') ? 'apply' : 'plan';
}

interface PlanRunProps {
  readonly title: string;
  readonly taskId: string;
  /** Names of the pages before the plan. */
  readonly before: readonly string[];
  readonly onClose: () => void;
}

/** From plan to result: live progress until the plan is there, review, typed confirmation, applying, outcome. May be closed at any time. */
export function PlanRun({ title, taskId, before, onClose }: PlanRunProps): ReactNode {
  const l = useLayout();
  const [confirming, setConfirming] = useState(false);
  const [typed, setTyped] = useState('');
  const [timing, setTiming] = useState<Timing>({ when: 'now', local: '' });
  const [accepted, setAccepted] = useState(false);
  const task = useCall('tasks.get', { id: taskId }, { refetchMs: REFRESH_MS });
  const planId = task.data?.planId ?? null;
  const plan = useCall('plans.get', { id: planId ?? '' }, { enabled: planId !== null });
  const approve = useCommand('tasks.approve');
  const schedule = useCommand('plans.schedule');
  const discard = useCommand('tasks.discard');
  const cancel = useCommand('tasks.cancel');
  const resume = useCommand('tasks.resume');
  const t = task.data;
  const stage = t ? stageOf(t, confirming) : 'plan';
  const steps = [...before, 'Plan', 'Confirmation', 'Applying'];
  const current = before.length + (stage === 'plan' ? 0 : stage === 'confirm' ? 1 : 2);
  const failure = approve.error ?? schedule.error ?? discard.error ?? cancel.error ?? resume.error;
  const isPlanned = t?.canApprove === true && plan.data !== undefined;
  const now = useNow();
  const at = scheduleOf(timing, now);
  const isBusy = approve.isPending || schedule.isPending;
  const changes = useCall('plans.changes', { planId: planId ?? '' }, { enabled: planId !== null && isPlanned });
  const isOutdated = (changes.data?.reasons.length ?? 0) > 0;
  const confirm = (): void => {
    const approval = { taskId, confirmation: typed, outdated: accepted ? 'apply all the same' as const : 'refuse' as const };
    const onSuccess = (): void => { setConfirming(false); setTyped(''); };
    if (timing.when === 'now') approve.mutate(approval, { onSuccess });
    else if (at !== null) schedule.mutate({ ...approval, at }, { onSuccess });
  };
  const extra = <>
    {t?.canCancel && !isPlanned ? <Button disabled={cancel.isPending} onClick={() => cancel.mutate({ taskId })}>Cancel task</Button> : null}
    {t?.canResume ? <Button disabled={resume.isPending} onClick={() => resume.mutate({ taskId })}>Resume</Button> : null}
    {isPlanned ? <Button disabled={discard.isPending} onClick={() => discard.mutate({ taskId }, { onSuccess: onClose })}>Discard plan</Button> : null}
  </>;
  return (
    <Wizard title={title} steps={steps} current={current} onClose={onClose} size="full" closeLabel="Close" extra={extra}
      onBack={stage === 'confirm' ? () => setConfirming(false) : undefined}
      onNext={stage === 'plan' && isPlanned ? () => setConfirming(true) : stage === 'confirm' && plan.data ? confirm : undefined}
      nextLabel={stage === 'confirm' ? (isBusy ? 'Starting…' : timing.when === 'now' ? 'Apply' : 'Schedule') : 'Next'}
      nextDisabled={stage === 'confirm' ? isBusy || typed !== plan.data?.confirmation || (isOutdated && !accepted) || (timing.when === 'later' && at === null) : plan.data?.counts.operations === 0}>
      <span hidden data-watched-task={taskId} />
      {task.error ? <ErrorView error={errorData(task.error)} onRetry={() => { void task.refetch(); }} /> : null}
      {failure ? <ErrorView error={errorData(failure)} /> : null}
      {!t ? task.error ? null : <Loading label="Starting the task…" />
        : stage === 'plan' ? isPlanned && planId ? <><Scheduled task={t} /><Outdated planId={planId} accepted={accepted} /><PlanViewer planId={planId} isRollBack={t.kind === 'Roll back'} /></> : <Planning task={t} />
        : stage === 'confirm' && plan.data ? <Confirmation plan={plan.data} task={t} typed={typed} onTyped={setTyped}>
            <Outdated planId={plan.data.id} accepted={accepted} onAccepted={setAccepted} />
            <ApprovalTime timing={timing} onTiming={setTiming} now={now} />
          </Confirmation>
        : <Applying task={t} plan={plan.data ?? null} />}
      {t && !hasEnded(t) && !t.canApprove ? <Text size={200} className={l.muted}>You can close this window; the task goes on and is shown on the Tasks tab.</Text> : null}
    </Wizard>
  );
}

function Planning({ task }: { readonly task: TaskRow }): ReactNode {
  const l = useLayout();
  return (
    <div className={l.column}>
      <TaskProgress task={task} />
      {hasEnded(task) ? null : <MessageBar intent="info" layout="multiline"><MessageBarBody>{`${planningWords(task.kind)} Nothing is written before you approve the plan.`}</MessageBarBody></MessageBar>}
    </div>
  );
}

/** A plan of fixes writes to the directory, and its header says so. */
const isDirectory = (plan: PlanSummary): boolean => plan.tenantName.endsWith('(Active Directory)');

function Confirmation({ plan, task, typed, onTyped, children }: { readonly plan: PlanSummary; readonly task: TaskRow; readonly typed: string; readonly onTyped: (text: string) => void; readonly children: ReactNode }): ReactNode {
  const l = useLayout();
  const project = useCall('project.get', {});
  const isRollBack = task.kind === 'Roll back';
  const purges = useCall('plans.operations', { planId: plan.id, kind: 'purge', limit: 1 }, { enabled: isRollBack });
  const undo = isRollBack ? wayBackOf(plan, purges.data?.total ?? null) : `To take this back, roll the task back on the Tasks tab${plan.counts.irreversible > 0 ? `; ${counted(plan.counts.irreversible, 'value')} cannot be undone` : ''}.`;
  return (
    <div className={l.column}>
      <MessageBar intent="warning" layout="multiline"><MessageBarBody>
        <MessageBarTitle>{`${counted(plan.counts.operations, 'operation')} will be written to ${isDirectory(plan) ? '' : 'the tenant '}${plan.tenantName}.`}</MessageBarTitle>
        {`Project ${project.data?.name ?? ''}${task.collectionName ? `, collection ${task.collectionName}` : ''}. ${undo}`}
      </MessageBarBody></MessageBar>
      <Figures plan={plan} isRollBack={isRollBack} />
      {isRollBack ? <RollBackFindings plan={plan} /> : null}
      {children}
      <TypedConfirmation expected={plan.confirmation} value={typed} onChange={onTyped} label="Type the confirmation text to apply the plan" />
    </div>
  );
}

function Applying({ task, plan }: { readonly task: TaskRow; readonly plan: PlanSummary | null }): ReactNode {
  const l = useLayout();
  const ended = hasEnded(task);
  const isClean = task.state === 'Completed';
  return (
    <>
      <TaskProgress task={task} />
      {ended ? (
        <MessageBar intent={isClean ? 'success' : 'warning'} layout="multiline"><MessageBarBody>
          <MessageBarTitle>{isClean ? 'Done.' : `${task.state}.`}</MessageBarTitle>
          {`${plan ? `${isDirectory(plan) ? '' : 'Tenant '}${plan.tenantName}. ` : ''}${task.canRollBack ? `Every change${plan && plan.counts.irreversible > 0 ? `, except ${counted(plan.counts.irreversible, 'value')},` : ''} can be taken back with ${rollBackTitle(task.kind)}.` : ''}${task.canResume ? ' What is missing can be resumed.' : ''}`}
        </MessageBarBody></MessageBar>
      ) : null}
      {ended && plan ? <><Text weight="semibold" className={l.number}>What came of each operation</Text><Operations planId={plan.id} firstOutcome={isClean ? '' : 'failed'} /></> : null}
    </>
  );
}
