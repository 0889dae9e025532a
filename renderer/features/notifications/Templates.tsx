import { Button, Field, MessageBar, MessageBarBody, Text, Textarea, makeStyles, tokens } from '@fluentui/react-components';
import { useMemo, useState, type ReactNode } from 'react';
import type { TemplateRow } from '../../../shared/contracts/notifications.ts';
import { LARGEST_TEMPLATE, PLACEHOLDERS, type TemplateName } from '../../../shared/domain/notifications.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import { usePublishChosen } from '../../app/selection.ts';
import { ScrollBox } from '../../ui/ScrollBox.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { TemplatePreview } from './TemplatePreview.tsx';
import { originWords } from './words.ts';

const useStyles = makeStyles({
  split: { display: 'grid', gridTemplateColumns: '215px minmax(0, 1fr)', gap: '16px', flexGrow: 1, minHeight: 0 },
  list: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '2px', overflowY: 'auto' },
  name: { justifyContent: 'flex-start', width: '100%', textAlign: 'left' },
  editor: { display: 'flex', flexDirection: 'column', gap: '12px', overflowY: 'auto', minHeight: 0, paddingRight: '4px' },
  sides: { display: 'grid', gridTemplateColumns: 'repeat(auto-fit, minmax(min(300px, 100%), 1fr))', gap: '16px', alignItems: 'start' },
  text: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, '& textarea': { minHeight: '260px' } },
});

/** The templates of the project, one at a time, with a preview on a real object. */
export function Templates(): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const [name, setName] = useState<TemplateName>('NewUser_NewPassword');
  const templates = useCall('notifications.templates', {});
  usePublishChosen(null);
  if (templates.error) return <ErrorView error={errorData(templates.error)} onRetry={() => { void templates.refetch(); }} />;
  if (!templates.data) return <Loading label="Reading templates…" />;
  const { rows } = templates.data;
  const row = rows.find((one) => one.name === name) ?? rows[0];
  return <>
    <Text size={200} className={l.muted}>Templates hold for all pairs and agents of the project, unless an agent has its own. An empty text switches a message off.</Text>
    <div className={s.split}>
      <ul className={s.list} aria-label="Templates">{rows.map((one) => (
        <li key={one.name}><Button className={s.name} appearance={one.name === row?.name ? 'secondary' : 'subtle'} aria-current={one.name === row?.name} onClick={() => setName(one.name)}>
          <span className={l.tight}><span>{one.name}</span><Text size={200} className={l.muted}>{originWords(one)}{one.problems.length > 0 ? ', has problems' : ''}</Text></span>
        </Button></li>
      ))}</ul>
      {row ? <Editor key={`${row.name} ${JSON.stringify(row.projectText)}`} row={row} /> : null}
    </div>
  </>;
}

function Editor({ row }: { readonly row: TemplateRow }): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const kept = row.projectText ?? row.defaultText;
  const [text, setText] = useState(kept);
  const save = useCommand('notifications.saveTemplate');
  const remove = useCommand('notifications.removeTemplate');
  const changed = text !== kept;
  const isOff = text === '';
  const failure = save.error ?? remove.error;
  const placeholders = useMemo(() => Object.entries(PLACEHOLDERS), []);
  return (
    <section className={s.editor} aria-label={`Template ${row.name}`}>
      <div className={l.row}><Text weight="semibold">{row.name}</Text><StatusBadge status={row.disabled ? 'Off' : 'On'} /><Text>{row.occasion}</Text></div>
      <div className={s.sides}>
        <div className={l.tight}>
          <Field label="Text" hint="First line Subject: and the subject, an empty line, then the message.">
            <Textarea className={s.text} rows={14} spellCheck={false} maxLength={LARGEST_TEMPLATE} value={text} onChange={(_, d) => { setText(d.value); save.reset(); }} />
          </Field>
          {isOff ? <MessageBar intent="warning" layout="multiline"><MessageBarBody>The message is switched off: nobody gets it.</MessageBarBody></MessageBar> : null}
          <div className={l.row}>
            <Button appearance="primary" disabled={!changed || save.isPending} onClick={() => save.mutate({ name: row.name, text })}>{save.isPending ? 'Saving…' : isOff ? 'Switch off' : 'Save'}</Button>
            <Button disabled={!changed} onClick={() => setText(kept)}>Undo changes</Button>
            <Button disabled={row.projectText === null || remove.isPending} onClick={() => remove.mutate({ name: row.name })}>Back to the shipped text</Button>
          </div>
          {failure ? <ErrorView error={errorData(failure)} /> : null}
        </div>
        <TemplatePreview name={row.name} text={text} />
      </div>
      <ScrollBox label="Placeholders" height="low">
        <table className={l.plainTable}>
          <thead><tr><th scope="col">Placeholder</th><th scope="col">What it becomes</th></tr></thead>
          <tbody>{placeholders.map(([name, meaning]) => <tr key={name}><td className={l.mono}>{`{${name}}`}</td><td>{meaning}</td></tr>)}<tr><td className={l.mono}>{'{{  }}'}</td><td>A brace</td></tr></tbody>
        </table>
      </ScrollBox>
    </section>
  );
}
