import { Checkbox, Field, Radio, RadioGroup, Text, makeStyles, mergeClasses } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { errorData, useCall } from '../../app/api.ts';
import { counted, time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { EVERYTHING, type ObjectPart } from './roll-back-part.ts';

const useStyles = makeStyles({ plain: { border: 'none', margin: 0, padding: 0 } });

interface RollBackObjectProps { readonly collectionId: string; readonly objectId: string; readonly part: ObjectPart; readonly onPart: (part: ObjectPart) => void }

/** What of one object is taken back: everything, everything since a migration, or some attributes. */
export function RollBackObject({ collectionId, objectId, part, onPart }: RollBackObjectProps): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const wrote = useCall('rollBack.ofObject', { collectionId, objectId });
  if (wrote.error) return <ErrorView error={errorData(wrote.error)} onRetry={() => { void wrote.refetch(); }} />;
  if (!wrote.data) return <Loading label="Reading the history of the object…" />;
  const { tasks } = wrote.data;
  if (tasks.length === 0) return <EmptyState title="Nothing to take back">No change that a migration made to this object is still in place.</EmptyState>;
  const attributes = [...new Set(tasks.flatMap((t) => t.attributes))].toSorted();
  const newest = tasks[0]?.taskId ?? '';
  const toggle = (name: string, on: boolean): void => onPart({ ...part, attributes: on ? [...part.attributes, name] : part.attributes.filter((one) => one !== name) });
  return (
    <>
      <Field label="What is taken back" required>
        <RadioGroup value={part.what} onChange={(_, d) => onPart(d.value === 'since' ? { ...EVERYTHING, what: 'since', since: newest } : d.value === 'attributes' ? { ...EVERYTHING, what: 'attributes' } : EVERYTHING)}>
          <Radio value="everything" label={`Everything that ${tasks.length === 1 ? 'the migration' : counted(tasks.length, 'migration')} did to it`} />
          <Radio value="since" label="What one migration and all later ones did to it" />
          <Radio value="attributes" label="Only some attributes" />
        </RadioGroup>
      </Field>
      {/* No Field around the boxes: it would give all of them one id. */}
      {part.what === 'attributes' ? (
        <div className={l.tight}>
          <Text>{part.attributes.length === 0 ? 'Attributes: choose at least one' : 'Attributes'}</Text>
          <fieldset className={mergeClasses(l.fields, s.plain)} aria-label="Attributes">{attributes.map((name) => <Checkbox key={name} label={name} checked={part.attributes.includes(name)} onChange={(_, d) => toggle(name, d.checked === true)} />)}</fieldset>
        </div>
      ) : null}
      {part.what !== 'everything' ? (
        <Field label="Back to the state before" required>
          <RadioGroup value={part.since} onChange={(_, d) => onPart({ ...part, since: d.value })}>
            {part.what === 'attributes' ? <Radio value="" label="all migrations" /> : null}
            {tasks.map((t) => <Radio key={t.taskId} value={t.taskId} label={`the migration of ${time(t.at)}: ${t.created ? 'created the object' : t.attributes.join(', ')}`} />)}
          </RadioGroup>
        </Field>
      ) : null}
    </>
  );
}
