import { Button, Checkbox, Field, Input, MessageBar, MessageBarBody, MessageBarTitle, Radio, RadioGroup, makeStyles } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { TaskRow } from '../../../shared/contracts/tasks.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import { duration, time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView } from '../../ui/states.tsx';

/** When a plan is to be applied; `local` as a date and time box gives it, in the time of this machine. */
export interface Timing { readonly when: 'now' | 'later'; readonly local: string }

/** Above a list that takes the height that is left: keeps its own. */
const useStyles = makeStyles({ firm: { flexShrink: 0, display: 'flex', flexDirection: 'column', gap: '8px' } });
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** A length of time, in days when it is some. */
const span = (ms: number): string => (ms >= 2 * DAY_MS ? `${Math.round(ms / DAY_MS)} days` : duration(ms));
/** The moment meant; null while the box holds none that is at least a minute ahead. */
export function scheduleOf({ local }: Timing, now: number): number | null {
  const at = Date.parse(local);
  return Number.isNaN(at) || at < now + MINUTE_MS ? null : at;
}

/** A moment in the time of this machine, with its time zone. */
function localTime(ms: number): string {
  return new Date(ms).toLocaleString(undefined, { dateStyle: 'full', timeStyle: 'short' });
}
const zone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** Now, or at a time. The time zone is said beside the box, and the same moment in UTC. */
export function ApprovalTime({ timing, onTiming, now }: { readonly timing: Timing; readonly onTiming: (timing: Timing) => void; readonly now: number }): ReactNode {
  const l = useLayout();
  const at = scheduleOf(timing, now);
  return (
    <div className={l.column}>
      <Field label="When">
        <RadioGroup layout="horizontal" value={timing.when} onChange={(_, d) => onTiming({ ...timing, when: d.value === 'later' ? 'later' : 'now' })}>
          <Radio value="now" label="Apply now" /><Radio value="later" label="Schedule" />
        </RadioGroup>
      </Field>
      {timing.when === 'later' ? (
        <Field label={`Date and time (${zone()})`} hint={at === null ? 'The agent of the collection applies the plan then: this console, or "causeway serve", must be running.' : `That is ${time(at)}, in ${span(at - now)}. This console, or "causeway serve", must be running then.`}
          {...(timing.local !== '' && at === null ? { validationState: 'error' as const, validationMessage: 'Choose a time at least a minute ahead.' } : {})}>
          <Input type="datetime-local" value={timing.local} onChange={(_, d) => onTiming({ ...timing, local: d.value })} />
        </Field>
      ) : null}
    </div>
  );
}

/** Warns when objects, matches or rules changed since the plan was made, and asks whether it shall be applied all the same. */
export function Outdated({ planId, accepted, onAccepted }: { readonly planId: string; readonly accepted: boolean; readonly onAccepted?: (accepted: boolean) => void }): ReactNode {
  const s = useStyles();
  const changes = useCall('plans.changes', { planId });
  if (changes.error) return <ErrorView error={errorData(changes.error)} onRetry={() => { void changes.refetch(); }} />;
  if (!changes.data || changes.data.reasons.length === 0) return null;
  return (
    <div className={s.firm}>
      <MessageBar intent="warning" layout="multiline"><MessageBarBody>
        <MessageBarTitle>The plan is older than what it was made from.</MessageBarTitle>{`${changes.data.reasons.join(' ')} It was made ${span(changes.data.ageMs)} ago. Discard it and plan again, unless you know that the changes do not matter.`}
      </MessageBarBody></MessageBar>
      {onAccepted ? <Checkbox label="Apply it all the same" checked={accepted} onChange={(_, d) => onAccepted(d.checked === true)} /> : null}
    </div>
  );
}

/** Says when an approved plan is applied, and takes the time away. */
export function Scheduled({ task }: { readonly task: TaskRow }): ReactNode {
  const s = useStyles();
  const unschedule = useCommand('plans.unschedule');
  if (task.scheduledAt === null) return null;
  return (
    <div className={s.firm}>
      <MessageBar intent="info" layout="multiline">
        <MessageBarBody><MessageBarTitle>{`Approved for ${localTime(task.scheduledAt)}`}</MessageBarTitle>{`${time(task.scheduledAt)}. Nothing was written yet. When something that the plan was made from changes before, it is not applied and waits for you again.`}</MessageBarBody>
      </MessageBar>
      <div><Button size="small" disabled={unschedule.isPending} onClick={() => unschedule.mutate({ taskId: task.id })}>Take the time away</Button></div>
      {unschedule.error ? <ErrorView error={errorData(unschedule.error)} /> : null}
    </div>
  );
}
