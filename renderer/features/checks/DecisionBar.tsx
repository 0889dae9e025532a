import { Button, Field, Input, MessageBar, MessageBarBody, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { CheckFindingRow, CheckSummary, FindingSelection } from '../../../shared/contracts/checks.ts';
import type { ChannelOutput } from '../../../shared/contracts/index.ts';
import { CHECK_CHOICES, type CheckChoice } from '../../../shared/domain/checks.ts';
import { errorData, useCommand } from '../../app/api.ts';
import { count, counted } from '../../ui/format.ts';
import { Live } from '../../ui/Live.tsx';
import { useLayout } from '../../ui/layout.ts';
import { hasToBeSent, writtenByEdit } from './own-value.ts';

const useStyles = makeStyles({
  bar: { display: 'flex', flexDirection: 'column', gap: '8px', flexShrink: 0, padding: '8px 12px', border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground2 },
  value: { minWidth: '220px', flexGrow: 1 },
});
const MEANING: Readonly<Record<CheckChoice, string>> = { EDIT: 'Write the proposed value', REMOVE: 'Take the value away', COMPLETE: 'Leave it as it is' };

/** Decides about the chosen findings: for one of them the value can be changed in place, under the same rules that found it. */
export function DecisionBar({ check, row, selection, count: size }: { readonly check: CheckSummary; readonly row: CheckFindingRow | null; readonly selection: FindingSelection; readonly count: number }): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const [value, setValue] = useState(writtenByEdit(row));
  const [warnings, setWarnings] = useState<readonly string[]>([]);
  const decide = useCommand('checks.decide');
  const edit = useCommand('checks.edit');
  const busy = decide.isPending || edit.isPending;
  const choose = (choice: CheckChoice | 'proposed' | ''): void => {
    setWarnings([]);
    edit.reset();
    // A value of its own is checked by the host; the proposal was checked when it was made.
    if (choice === 'EDIT' && row && hasToBeSent(row, value)) edit.mutate({ id: check.id, number: row.number, value }, { onSuccess: (done) => setWarnings(done.warnings) });
    else decide.mutate({ id: check.id, selection, choice });
  };
  const error = edit.error ?? decide.error;
  const fixable = row === null || row.fixable;
  const fixed = row !== null && (row.state === 'Fixed' || row.state === 'Planned');
  return (
    <section className={s.bar} aria-label="Decision">
      {row ? <Text className={l.wrap}><Text weight="semibold">{`${row.name} `}</Text>{row.message}{row.stateMessage === '' ? '' : ` ${row.stateMessage}`}</Text> : <Text weight="semibold">{`${counted(size, 'finding')} selected`}</Text>}
      <div className={l.row}>
        {row && fixable && !fixed ? (
          <Field className={s.value} size="small" validationState={edit.error ? 'error' : 'none'} {...(edit.error ? { validationMessage: errorData(edit.error).message } : {})}>
            <Input size="small" value={value} aria-label={`New value of ${row.attribute}`} placeholder={`New value of ${row.attribute}`} spellCheck={false} onChange={(_, d) => { setValue(d.value); edit.reset(); }}
              onKeyDown={(e) => { if (e.key === 'Enter' && value.trim() !== '') choose('EDIT'); }} />
          </Field>
        ) : null}
        {row ? null : <Button size="small" appearance="primary" disabled={busy} onClick={() => choose('proposed')}>Accept proposals</Button>}
        {fixed ? null : CHECK_CHOICES.map((choice) => (
          <Button key={choice} size="small" title={MEANING[choice]} disabled={busy || (row !== null && choice !== 'COMPLETE' && !fixable) || (row !== null && choice === 'EDIT' && value.trim() === '') || (row !== null && choice === 'REMOVE' && row.value === '')}
            appearance={row?.choice === choice ? 'primary' : 'secondary'} onClick={() => choose(choice)}>{choice}</Button>
        ))}
        {fixed || (row && row.choice === '') ? null : <Button size="small" appearance="subtle" disabled={busy} onClick={() => choose('')}>Undo decision</Button>}
        {row && !fixable ? <Text size={200} className={l.muted}>No value of Active Directory mends this; do what the finding says, or take the object out.</Text> : null}
      </div>
      {error && error !== edit.error ? <MessageBar intent="error" layout="multiline"><MessageBarBody>{errorData(error).message}</MessageBarBody></MessageBar> : null}
      {warnings.length > 0 ? <MessageBar intent="warning" layout="multiline"><MessageBarBody>{warnings.join(' ')}</MessageBarBody></MessageBar> : null}
      {decide.data ? <Left result={decide.data} /> : null}
    </section>
  );
}

/** What a decision about many left as it is, and why. */
function Left({ result }: { readonly result: ChannelOutput<'checks.decide'> }): ReactNode {
  const l = useLayout();
  return (
    <Live>
      {`Decided about ${counted(result.changed, 'finding')}.`}
      {result.leftTotal > 0 ? <details><summary>{`${counted(result.leftTotal, 'finding')} left as they are`}</summary><ul>{result.left.slice(0, 20).map((x) => <li key={x.number} className={l.wrap}>{`${x.name}: ${x.reason}`}</li>)}{result.leftTotal > 20 ? <li>{`and ${count(result.leftTotal - 20)} more`}</li> : null}</ul></details> : null}
    </Live>
  );
}
