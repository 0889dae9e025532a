import { Checkbox, Field, MessageBar, MessageBarBody, Radio, RadioGroup, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { Wizard } from '../../ui/Wizard.tsx';
import { time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { PlanRun } from './PlanRun.tsx';

const BEFORE = ['Settings'] as const;

/** Roll Back Objects (a migration task) and Roll Back Object (one object): what, how, the plan with conflicts, typed confirmation, applying. */
export function RollBackWizard({ pair, collection, task, object, onClose }: DialogProps<'roll back'>): ReactNode {
  const l = useLayout();
  const [undoes, setUndoes] = useState(task?.id ?? '');
  const [mode, setMode] = useState<'exact' | 'keep changes made since'>('exact');
  const [purge, setPurge] = useState(false);
  const tasks = useCall('tasks.list', { collectionId: collection.id });
  const rollBack = useCommand('tasks.rollBack');
  const title = object ? `Roll Back Object ${object.name}` : `Roll Back Objects of ${collection.name}`;
  if (rollBack.data) return <PlanRun title={title} taskId={rollBack.data.taskId} before={BEFORE} onClose={onClose} />;
  const choices = tasks.data?.rows.filter((t) => t.canRollBack) ?? [];
  const chosen = undoes || (choices[0]?.id ?? '');
  const start = (): void => rollBack.mutate({ collectionId: collection.id, ...(object ? { objectId: object.id } : { undoes: chosen }), mode, purge });
  return (
    <Wizard title={title} steps={[...BEFORE, 'Plan', 'Confirmation', 'Applying']} current={0} onClose={onClose} size="full" onNext={start}
      nextLabel={rollBack.isPending ? 'Starting…' : 'Make plan'} nextDisabled={rollBack.isPending || (!object && chosen === '')}>
      <Text>{object ? `The changes that migration made to "${object.name}" in the tenant ${pair.targetName || pair.target.tenantId} are taken back.` : `All changes that one migration task made to the tenant ${pair.targetName || pair.target.tenantId} are taken back, newest first.`}</Text>
      {object ? null : !tasks.data ? <Loading label="Reading tasks…" /> : choices.length === 0 ? <EmptyState title="No task can be rolled back">Only a migration that wrote something, and was not rolled back already, can be taken back.</EmptyState> : (
        <Field label="Migration task" required>
          <RadioGroup value={chosen} onChange={(_, d) => setUndoes(d.value)}>{choices.map((t) => <Radio key={t.id} value={t.id} label={`${t.kind}, ${time(t.finishedAt ?? t.createdAt)}: ${t.state}. ${t.message}`} />)}</RadioGroup>
        </Field>
      )}
      <Field label="Values that were changed since">
        <RadioGroup value={mode} onChange={(_, d) => setMode(d.value === 'exact' ? 'exact' : 'keep changes made since')}>
          <Radio value="exact" label="Exact: restore the state before the task started; all later changes are overwritten" />
          <Radio value="keep changes made since" label="Keep changes made since: leave values alone that others changed after the task" />
        </RadioGroup>
      </Field>
      <Field hint="Objects that the migration created are deleted by the roll back and stay in the recycle bin of the tenant for 30 days. Purging removes them from there too, so that a later migration can use their names again; that cannot be undone.">
        <Checkbox label="Purge created objects from the recycle bin" checked={purge} onChange={(_, d) => setPurge(d.checked === true)} />
      </Field>
      <MessageBar intent="info" layout="multiline"><MessageBarBody>Rolling back accounts between a federated and a non-federated domain completes with errors. Migrate them to a domain of the same kind first.</MessageBarBody></MessageBar>
      <Text size={200} className={l.muted}>Next, a plan is made and shown with every conflict. Nothing is written before you approve it.</Text>
      {rollBack.error ? <ErrorView error={errorData(rollBack.error)} /> : null}
    </Wizard>
  );
}
