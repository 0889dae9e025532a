import { Checkbox, Field, MessageBar, MessageBarBody, Radio, RadioGroup, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { Wizard } from '../../ui/Wizard.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView } from '../../ui/states.tsx';
import { PlanRun } from './PlanRun.tsx';
import { RollBackObject } from './RollBackObject.tsx';
import { RollBackTasks, useNewestWriting, type TasksDraft } from './RollBackTasks.tsx';
import { periodDraft, periodOf } from './roll-back-period.ts';
import { EVERYTHING, scopeOf, type ObjectPart } from './roll-back-part.ts';

const BEFORE = ['Settings'] as const;
/** The period offered first ends now and is this long. */
const DAY_MS = 86_400_000;

/** Roll Back Objects (a task, or all tasks of a period) and Roll Back Object (one object, a part of its history or some of its attributes): what, how, the plan with the values that others changed, typed confirmation, applying. */
export function RollBackWizard({ pair, collection, task, object, attributes, since, window, onClose }: DialogProps<'roll back'>): ReactNode {
  const l = useLayout();
  const [draft, setDraft] = useState<TasksDraft>(() => { const now = Date.now(); return { what: window ? 'period' : 'task', undoes: task?.id ?? '', period: periodDraft(window?.from ?? now - DAY_MS, window?.to ?? now) }; });
  const newest = useNewestWriting(collection.id);
  const [part, setPart] = useState<ObjectPart>(attributes === undefined ? EVERYTHING : { what: 'attributes', since: since ?? '', attributes });
  const [mode, setMode] = useState<'exact' | 'keep changes made since'>('exact');
  const [later, setLater] = useState(false);
  const [purge, setPurge] = useState(false);
  const rollBack = useCommand('tasks.rollBack');
  const title = object ? `Roll Back Object ${object.name}` : `Roll Back Objects of ${collection.name}`;
  if (rollBack.data) return <PlanRun title={title} taskId={rollBack.data.taskId} before={BEFORE} onClose={onClose} />;
  const chosen = draft.undoes || newest;
  const period = periodOf(draft.period);
  const scope = object ? scopeOf(object.id, part) : draft.what === 'period' ? period && newest !== '' ? { window: { collectionId: collection.id, ...period } } : null : chosen === '' ? null : { undoes: chosen };
  const start = (): void => { if (scope) rollBack.mutate({ collectionId: collection.id, ...scope, mode, purge, later: later ? 'take back too' : 'refuse' }); };
  return (
    <Wizard title={title} steps={[...BEFORE, 'Plan', 'Confirmation', 'Applying']} current={0} onClose={onClose} size="full" onNext={start}
      nextLabel={rollBack.isPending ? 'Starting…' : 'Make plan'} nextDisabled={rollBack.isPending || scope === null}>
      <Text>{object ? `What migrations and coexistence did to "${object.name}" in the tenant ${pair.targetName || pair.target.tenantId} is taken back, newest first.` : `All changes that a task, or all tasks of a period, made to the tenant ${pair.targetName || pair.target.tenantId} are taken back, newest first.`}</Text>
      {object ? <RollBackObject collectionId={collection.id} objectId={object.id} part={part} onPart={setPart} />
        : <RollBackTasks collectionId={collection.id} asked={task} draft={draft} onDraft={setDraft} />}
      {object ? null : (
        <Field hint="Without it the roll back is refused when a later task wrote the same values, and says which one to roll back first.">
          <Checkbox label="Take back what later tasks wrote to the same values along with it" checked={later} onChange={(_, d) => setLater(d.checked === true)} />
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
        <Field hint="Objects that were created are deleted by the roll back and stay in the recycle bin of the tenant for 30 days. Purging removes them from there too, so that a later migration can use their names again; that cannot be undone.">
          <Checkbox label="Purge created objects from the recycle bin" checked={purge} onChange={(_, d) => setPurge(d.checked === true)} />
        </Field>
      )}
      {collection.coexistence ? <MessageBar intent="info" layout="multiline"><MessageBarBody>What is rolled back is held out of coexistence, so that the next cycle does not write it again, until it is released on the Coexistence tab. No cycle starts while the plan of the roll back waits.</MessageBarBody></MessageBar> : null}
      <MessageBar intent="info" layout="multiline"><MessageBarBody>Rolling back accounts between a federated and a non-federated domain completes with errors. Perform an explicit migration to a domain of the other kind first, then roll back.</MessageBarBody></MessageBar>
      <Text size={200} className={l.muted}>Next, a plan is made and shown with every conflict. Nothing is written before you approve it.</Text>
      {rollBack.error ? <ErrorView error={errorData(rollBack.error)} /> : null}
    </Wizard>
  );
}
