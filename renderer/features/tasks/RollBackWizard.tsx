import { Checkbox, Field, MessageBar, MessageBarBody, Radio, RadioGroup, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { Wizard } from '../../ui/Wizard.tsx';
import { time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { PlanRun } from './PlanRun.tsx';
import { RollBackObject } from './RollBackObject.tsx';
import { EVERYTHING, scopeOf, type ObjectPart } from './roll-back-part.ts';

const BEFORE = ['Settings'] as const;

/** Roll Back Objects (a migration task) and Roll Back Object (one object, a part of its history or some of its attributes): what, how, the plan with the values that others changed, typed confirmation, applying. */
export function RollBackWizard({ pair, collection, task, object, attributes, since, onClose }: DialogProps<'roll back'>): ReactNode {
  const l = useLayout();
  const [undoes, setUndoes] = useState(task?.id ?? '');
  const [part, setPart] = useState<ObjectPart>(attributes === undefined ? EVERYTHING : { what: 'attributes', since: since ?? '', attributes });
  const [mode, setMode] = useState<'exact' | 'keep changes made since'>('exact');
  const [later, setLater] = useState(false);
  const [purge, setPurge] = useState(false);
  const tasks = useCall('tasks.list', { collectionId: collection.id });
  const rollBack = useCommand('tasks.rollBack');
  const title = object ? `Roll Back Object ${object.name}` : `Roll Back Objects of ${collection.name}`;
  if (rollBack.data) return <PlanRun title={title} taskId={rollBack.data.taskId} before={BEFORE} onClose={onClose} />;
  const choices = tasks.data?.rows.filter((t) => t.canRollBack && t.kind === 'Migrate') ?? [];
  const chosen = undoes || (choices[0]?.id ?? '');
  const scope = object ? scopeOf(object.id, part) : chosen === '' ? null : { undoes: chosen };
  const start = (): void => { if (scope) rollBack.mutate({ collectionId: collection.id, ...scope, mode, purge, later: later ? 'take back too' : 'refuse' }); };
  return (
    <Wizard title={title} steps={[...BEFORE, 'Plan', 'Confirmation', 'Applying']} current={0} onClose={onClose} size="full" onNext={start}
      nextLabel={rollBack.isPending ? 'Starting…' : 'Make plan'} nextDisabled={rollBack.isPending || scope === null}>
      <Text>{object ? `What migrations did to "${object.name}" in the tenant ${pair.targetName || pair.target.tenantId} is taken back, newest first.` : `All changes that one migration task made to the tenant ${pair.targetName || pair.target.tenantId} are taken back, newest first.`}</Text>
      {object ? <RollBackObject collectionId={collection.id} objectId={object.id} part={part} onPart={setPart} />
        : !tasks.data ? tasks.error ? <ErrorView error={errorData(tasks.error)} onRetry={() => { void tasks.refetch(); }} /> : <Loading label="Reading tasks…" />
        : choices.length === 0 ? <EmptyState title="No task can be rolled back">Only a migration that wrote something, and was not rolled back already, can be taken back.</EmptyState> : (
        <Field label="Migration task" required>
          <RadioGroup value={chosen} onChange={(_, d) => setUndoes(d.value)}>{choices.map((t) => <Radio key={t.id} value={t.id} label={`${t.kind}, ${time(t.finishedAt ?? t.createdAt)}: ${t.state}. ${t.message}`} />)}</RadioGroup>
        </Field>
      )}
      {object ? null : (
        <Field hint="Without it the roll back is refused when a later migration wrote the same values, and says which one to roll back first.">
          <Checkbox label="Take back what later migrations wrote to the same values along with it" checked={later} onChange={(_, d) => setLater(d.checked === true)} />
        </Field>
      )}
      <Field label="Values that were changed since">
        <RadioGroup value={mode} onChange={(_, d) => setMode(d.value === 'exact' ? 'exact' : 'keep changes made since')}>
          <Radio value="exact" label="Exact: restore the state before the task started; all later changes are overwritten" />
          <Radio value="keep changes made since" label="Keep changes made since: leave values alone that others changed after the task" />
        </RadioGroup>
      </Field>
      <Text size={200} className={l.muted}>The plan shows each value that others changed: before, written by Causeway and now. You can decide about each of them there.</Text>
      {part.what === 'attributes' && object ? null : (
        <Field hint="Objects that the migration created are deleted by the roll back and stay in the recycle bin of the tenant for 30 days. Purging removes them from there too, so that a later migration can use their names again; that cannot be undone.">
          <Checkbox label="Purge created objects from the recycle bin" checked={purge} onChange={(_, d) => setPurge(d.checked === true)} />
        </Field>
      )}
      <MessageBar intent="info" layout="multiline"><MessageBarBody>Rolling back accounts between a federated and a non-federated domain completes with errors. Perform an explicit migration to a domain of the other kind first, then roll back.</MessageBarBody></MessageBar>
      <Text size={200} className={l.muted}>Next, a plan is made and shown with every conflict. Nothing is written before you approve it.</Text>
      {rollBack.error ? <ErrorView error={errorData(rollBack.error)} /> : null}
    </Wizard>
  );
}
