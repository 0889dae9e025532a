import { Combobox, Field, MessageBar, MessageBarBody, Option, Select, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { TemplateName } from '../../../shared/domain/notifications.ts';
import { errorData, useCall } from '../../app/api.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { useSettled } from '../../ui/settled.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';

/** The preview follows the text when nothing was typed for so long. */
const PAUSE_MS = 400;
const CHOICES = 20;
const useStyles = makeStyles({
  mail: { border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium, padding: '12px', backgroundColor: tokens.colorNeutralBackground1, display: 'flex', flexDirection: 'column', gap: '8px' },
  body: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', margin: 0, fontFamily: tokens.fontFamilyBase },
});

/** What a person would get: the text as it is typed, filled in for a real object. */
export function TemplatePreview({ name, text }: { readonly name: TemplateName; readonly text: string }): ReactNode {
  const l = useLayout();
  const collections = useCall('collections.list', {});
  const own = collections.data?.rows.filter((one) => one.objects > 0) ?? [];
  const [picked, setPicked] = useState('');
  const collection = own.find((one) => one.id === picked) ?? own[0];
  const [typed, setTyped] = useState<string | null>(null);
  const search = useSettled(typed ?? '', PAUSE_MS);
  const people = useCall('objects.page', { collectionId: collection?.id ?? '', search, kind: 'user', limit: CHOICES }, { enabled: collection !== undefined, keepPrevious: true });
  const [person, setPerson] = useState<string | null>(null);
  const rows = people.data?.rows ?? [];
  const chosen = rows.find((one) => one.id === person) ?? (person === null ? rows[0] : undefined);
  const sourceId = person ?? chosen?.id ?? null;
  if (collections.error) return <ErrorView error={errorData(collections.error)} onRetry={() => { void collections.refetch(); }} />;
  if (!collections.data) return <Loading label="Reading collections…" />;
  if (!collection) return <Text className={l.muted}>A preview needs a person: add objects to a collection first.</Text>;
  return (
    <section className={l.tight} aria-label="Preview">
      <div className={l.fields}>
        {own.length > 1 ? <Field label="Collection"><Select value={collection.id} onChange={(_, d) => { setPicked(d.value); setPerson(null); setTyped(null); }}>{own.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}</Select></Field> : null}
        <Field label="Preview for">
          <Combobox freeform value={typed ?? chosen?.name ?? ''} selectedOptions={sourceId === null ? [] : [sourceId]} placeholder="Name of a person"
            onInput={(e) => setTyped((e.target as HTMLInputElement).value)} onOptionSelect={(_, d) => { if (d.optionValue !== undefined) { setPerson(d.optionValue); setTyped(d.optionText ?? null); } }}>
            {rows.map((one) => <Option key={one.id} value={one.id} text={one.name}>{one.name}</Option>)}
          </Combobox>
        </Field>
      </div>
      {people.error ? <ErrorView error={errorData(people.error)} onRetry={() => { void people.refetch(); }} /> : sourceId === null ? people.data ? <Text className={l.muted}>The collection has no person of this name.</Text> : <Loading label="Reading people…" /> : <Mail pairId={collection.pairId} name={name} text={text} sourceId={sourceId} />}
    </section>
  );
}

function Mail({ pairId, name, text, sourceId }: { readonly pairId: string; readonly name: TemplateName; readonly text: string; readonly sourceId: string }): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const settled = useSettled(text, PAUSE_MS);
  const preview = useCall('notifications.preview', { name, text: settled, pairId, sourceId }, { enabled: settled !== '', keepPrevious: true });
  if (settled === '') return <Text className={l.muted}>No message is sent.</Text>;
  if (preview.error) return <ErrorView error={errorData(preview.error)} onRetry={() => { void preview.refetch(); }} />;
  if (!preview.data) return <Loading label="Filling the message in…" />;
  const { subject, body, to, problems } = preview.data;
  return <>
    {problems.length > 0 ? <Live><MessageBar intent="error" layout="multiline"><MessageBarBody><ul>{problems.map((one) => <li key={`${one.line} ${one.column} ${one.message}`}>{one.line === 0 ? one.message : `Line ${one.line}, column ${one.column}: ${one.message}`}</li>)}</ul></MessageBarBody></MessageBar></Live> : null}
    <div className={s.mail}>
      <Text size={200} className={l.muted}>{`To ${to || 'nobody: the person has no address'}`}</Text>
      <Text weight="semibold">{subject || '(no subject)'}</Text>
      <pre className={s.body}>{body}</pre>
    </div>
  </>;
}
