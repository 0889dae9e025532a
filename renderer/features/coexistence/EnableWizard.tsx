import { Button, MessageBar, MessageBarActions, MessageBarBody, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { Coexistence } from '../../../shared/contracts/coexistence.ts';
import { errorData, useCall, useCommand, useHost } from '../../app/api.ts';
import { useOpenDialog, type DialogProps } from '../../app/dialogs.tsx';
import { useMigrationQuestions } from '../../app/migration-questions.tsx';
import { Wizard } from '../../ui/Wizard.tsx';
import { counted } from '../../ui/format.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { draftOf, scheduleOf } from './draft.ts';
import { PolicyForm } from './PolicyForm.tsx';
import { ScheduleForm } from './ScheduleForm.tsx';

const BEFORE = ['Settings', 'Schedule', 'Policies'] as const;
const STEPS = [...BEFORE, 'Plan', 'Confirmation', 'Applying'] as const;
const titleOf = (name: string): string => `Enable Coexistence for ${name}`;
type WizardInput = DialogProps<'enable coexistence'>;

/** Enable Coexistence: four questions, the schedule and the policies, then the plan of the first cycle, its approval and its progress as for a migration. */
export function EnableCoexistenceWizard(input: WizardInput): ReactNode {
  const { collection, onClose } = input;
  const coexistence = useCall('coexistence.get', { collectionId: collection.id });
  if (coexistence.data) return <Questions {...input} coexistence={coexistence.data} />;
  return (
    <Wizard title={titleOf(collection.name)} steps={STEPS} current={0} onClose={onClose} size="full">
      {coexistence.error ? <ErrorView error={errorData(coexistence.error)} onRetry={() => { void coexistence.refetch(); }} /> : <Loading label="Reading the settings…" />}
    </Wizard>
  );
}

function Questions({ pair, collection, coexistence, onClose }: WizardInput & { readonly coexistence: Coexistence }): ReactNode {
  const { api } = useHost();
  const open = useOpenDialog();
  const [page, setPage] = useState<(typeof BEFORE)[number]>('Settings');
  const { fields, settings } = useMigrationQuestions(pair, coexistence.settings);
  const [draft, setDraft] = useState(() => draftOf(coexistence.settings, Intl.DateTimeFormat().resolvedOptions().timeZone));
  const [lost, setLost] = useState<unknown>(null);
  const plan = useCommand('coexistence.plan');
  const title = titleOf(collection.name);
  const { schedule } = scheduleOf(draft);
  const { total } = coexistence.objects;
  const isEmpty = collection.kind === 'static' && total === 0;
  const start = (): void => {
    if (!settings || !schedule) return;
    setLost(null);
    plan.mutate({ collectionId: collection.id, settings: { ...settings, ...schedule, workingHours: schedule.workingHours && { ...schedule.workingHours, days: [...schedule.workingHours.days] } } }, {
      onSuccess: ({ taskId }) => { api.call('tasks.get', { id: taskId }).then((task) => { onClose(); open('review plan', { task, title, before: BEFORE }); }, setLost); },
    });
  };
  const failure = plan.error ?? lost;
  const at = BEFORE.indexOf(page);
  const isLast = page === 'Policies';
  const busy = plan.isPending || plan.isSuccess;
  return (
    <Wizard title={title} steps={STEPS} current={at} onClose={onClose} size="full"
      onBack={at > 0 ? () => setPage(BEFORE[at - 1] ?? 'Settings') : undefined} onNext={isLast ? start : () => setPage(BEFORE[at + 1] ?? 'Policies')}
      nextLabel={!isLast ? 'Next' : busy ? 'Starting…' : 'Make plan'} nextDisabled={page === 'Settings' ? !settings || isEmpty : busy || !schedule}>
      {page === 'Settings' ? <>
        {isEmpty ? (
          <MessageBar intent="warning" layout="multiline">
            <MessageBarBody>The collection is empty. Add objects first.</MessageBarBody>
            <MessageBarActions>
              <Button size="small" onClick={() => open('add objects', { pair, collection })}>Add Objects</Button>
              <Button size="small" onClick={() => open('query objects', { pair, collection })}>Query Objects</Button>
              <Button size="small" onClick={() => open('import objects', { pair, collection })}>Import Objects</Button>
            </MessageBarActions>
          </MessageBar>
        ) : <Text>{`All ${counted(total, 'object')} of "${collection.name}" are kept in step: from ${pair.sourceName || pair.name} to the tenant ${pair.targetName || pair.target.tenantId}.`}</Text>}
        {pair.target.readOnly ? <MessageBar intent="warning" layout="multiline"><MessageBarBody>The pair is read-only. The plan can be made and reviewed, but not applied.</MessageBarBody></MessageBar> : null}
        {fields}
        <MessageBar intent="warning" layout="multiline"><MessageBarBody>Review the matching and mapping rules of the collection first: once coexistence is on, attributes of matched objects are overwritten without asking, within the limits of the guard. Every cycle can be rolled back.</MessageBarBody></MessageBar>
      </> : page === 'Schedule' ? <ScheduleForm draft={draft} onChange={setDraft} /> : <>
        <PolicyForm draft={draft} onChange={setDraft} dynamic={collection.kind === 'dynamic'} />
        <MessageBar intent="info" layout="multiline"><MessageBarBody>Next, the plan of the first cycle is made. It is shown in full, and nothing is written before you approve it. Later cycles run by themselves; one that passes a limit of the guard writes nothing and waits for you.</MessageBarBody></MessageBar>
      </>}
      {failure ? <ErrorView error={errorData(failure)} /> : null}
    </Wizard>
  );
}
