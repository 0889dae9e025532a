import { MessageBar, MessageBarBody, Text } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { errorData, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { useMigrationQuestions } from '../../app/migration-questions.tsx';
import { Wizard } from '../../ui/Wizard.tsx';
import { counted } from '../../ui/format.ts';
import { ErrorView } from '../../ui/states.tsx';
import { PlanRun } from './PlanRun.tsx';

const BEFORE = ['Settings'] as const;

/** Migrate Objects: four settings, the plan, a typed confirmation, applying. */
export function MigrateWizard({ pair, collection, scope, onClose }: DialogProps<'migrate objects'>): ReactNode {
  const { fields, settings } = useMigrationQuestions(pair);
  const migrate = useCommand('tasks.migrate');
  if (migrate.data) return <PlanRun title={`Migrate Objects of ${collection.name}`} taskId={migrate.data.taskId} before={BEFORE} onClose={onClose} />;
  const start = (): void => {
    if (settings) migrate.mutate({ collectionId: collection.id, settings, ...(scope ? { selection: scope.selection } : {}) });
  };
  return (
    <Wizard title={`Migrate Objects of ${collection.name}`} steps={[...BEFORE, 'Plan', 'Confirmation', 'Applying']} current={0} onClose={onClose} size="full"
      onNext={start} nextLabel={migrate.isPending ? 'Starting…' : 'Make plan'} nextDisabled={migrate.isPending || !settings}>
      <Text>{`${scope ? counted(scope.count, 'selected object') : `All ${counted(collection.objects, 'object')}`} of "${collection.name}", from ${pair.sourceName || pair.name} to the tenant ${pair.targetName || pair.target.tenantId}.`}</Text>
      {pair.target.readOnly ? <MessageBar intent="warning" layout="multiline"><MessageBarBody>The pair is read-only. The plan can be made and reviewed, but not applied.</MessageBarBody></MessageBar> : null}
      {fields}
      <MessageBar intent="info" layout="multiline"><MessageBarBody>Next, a plan is made. It is shown in full, and nothing is written before you approve it.</MessageBarBody></MessageBar>
      {migrate.error ? <ErrorView error={errorData(migrate.error)} /> : null}
    </Wizard>
  );
}

/** Reviews the plan of a task that waits, or watches one that runs. */
export function ReviewPlanDialog({ task, title, before, onClose }: DialogProps<'review plan'>): ReactNode {
  return <PlanRun title={title ?? `${task.kind}${task.collectionName ? ` of ${task.collectionName}` : ''}`} taskId={task.id} before={before ?? []} onClose={onClose} />;
}
