import { Button, makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { errorData, useCall } from '../../app/api.ts';
import { Properties } from '../../ui/Section.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';

const useStyles = makeStyles({
  button: { minWidth: 'auto', paddingLeft: 0 },
  box: { padding: '4px 8px 8px', backgroundColor: tokens.colorNeutralBackground2, borderRadius: tokens.borderRadiusMedium },
});

/** Opens and closes the answer to "Why?" of one attribute. */
export function WhyButton({ attribute, open, onOpen }: { readonly attribute: string; readonly open: boolean; readonly onOpen: (open: boolean) => void }): ReactNode {
  const s = useStyles();
  return <Button className={s.button} size="small" appearance="transparent" aria-label={`Why ${attribute}?`} aria-expanded={open} onClick={() => onOpen(!open)}>Why?</Button>;
}

/** Where one planned value comes from: the rule, its expression, and the source values that it read. */
export function Why(input: { readonly planId: string; readonly operationId: string; readonly attribute: string }): ReactNode {
  const s = useStyles();
  const l = useLayout();
  const why = useCall('plans.why', input);
  if (why.error) return <ErrorView error={errorData(why.error)} onRetry={() => { void why.refetch(); }} />;
  if (!why.data) return <Loading label="Looking it up…" />;
  const w = why.data;
  const sources = Object.entries(w.source);
  return (
    <section className={s.box} aria-label={`Why ${w.attribute}`}>
      <Properties rows={[
        ['Reason', w.reason],
        ...(w.rule === null ? [] : [['Mapping rule', `${w.rule.position}. ${w.rule.text}`], ['Condition', w.rule.condition]] as const),
        ...(w.rule !== null && w.rule.expression !== '' ? [['Expression', <span key="e" className={l.mono}>{w.rule.expression}</span>]] as const : []),
        ...(w.ruleGone ? [['Mapping rule', 'was removed since the plan was made']] as const : []),
        ...sources.map(([name, values]) => [`Source ${name}`, <span key={name} className={l.wrap}>{values.join('; ')}</span>] as const),
        ...(w.rule !== null && sources.length === 0 && w.rule.action !== 'Set constant' && w.rule.action !== 'Clear' ? [['Source', 'has no such value now, or the rule reads none']] as const : []),
        ...(w.reversible ? [] : [['Undo', 'cannot be undone']] as const),
        ...(w.conflict === null ? [] : [['Changed by others', w.conflict]] as const),
      ]} />
    </section>
  );
}
