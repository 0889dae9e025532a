import { Button, Text, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CheckmarkRegular } from '@fluentui/react-icons';
import { type ReactNode } from 'react';
import { DialogFrame } from './Dialogs.tsx';

const useStyles = makeStyles({
  frame: { display: 'grid', gridTemplateColumns: '190px minmax(0, 1fr)', gap: '20px', flexGrow: 1, minHeight: 0, height: '100%' },
  steps: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '2px', borderRight: `1px solid ${tokens.colorNeutralStroke2}` },
  step: { display: 'flex', gap: '8px', alignItems: 'center', padding: '6px 8px', color: tokens.colorNeutralForeground2 },
  current: { color: tokens.colorNeutralForeground1Selected, fontWeight: tokens.fontWeightSemibold, backgroundColor: tokens.colorNeutralBackground1Selected, borderRadius: tokens.borderRadiusMedium },
  page: { display: 'flex', flexDirection: 'column', gap: '12px', minHeight: 0, minWidth: 0, overflowY: 'auto', padding: '0 4px 4px' },
  mark: { width: '20px', flexShrink: 0, display: 'inline-flex', justifyContent: 'center' },
});

/** The buttons of one wizard page. */
export interface WizardButtons {
  /** Undefined: no way back from this page. */
  readonly onBack?: (() => void) | undefined;
  readonly onNext?: (() => void) | undefined;
  readonly nextLabel?: string;
  readonly nextDisabled?: boolean;
  readonly closeLabel?: string;
  /** More buttons, left of Back. */
  readonly extra?: ReactNode;
}

interface WizardProps extends WizardButtons {
  readonly title: string;
  readonly steps: readonly string[];
  /** Index of the page shown. */
  readonly current: number;
  readonly onClose: () => void;
  readonly children: ReactNode;
  readonly size?: 'wide' | 'full';
}

/** The frame of every wizard: the list of pages, one page, Back, Next and Cancel. */
export function Wizard({ title, steps, current, onClose, children, onBack, onNext, nextLabel = 'Next', nextDisabled = false, closeLabel = 'Cancel', extra, size = 'wide' }: WizardProps): ReactNode {
  const s = useStyles();
  return (
    <DialogFrame title={title} onClose={onClose} size={size} tall actions={<>
      {extra}
      {onBack ? <Button onClick={onBack}>Back</Button> : null}
      {onNext ? <Button appearance="primary" disabled={nextDisabled} onClick={onNext}>{nextLabel}</Button> : null}
      <Button onClick={onClose}>{closeLabel}</Button>
    </>}>
      <div className={s.frame}>
        <ol className={s.steps} aria-label="Pages of the wizard">
          {steps.map((step, i) => (
            <li key={step} className={mergeClasses(s.step, i === current && s.current)} aria-current={i === current ? 'step' : undefined}>
              <span className={s.mark} aria-hidden="true">{i < current ? <CheckmarkRegular /> : i + 1}</span>
              <Text weight={i === current ? 'semibold' : 'regular'}>{step}</Text>
            </li>
          ))}
        </ol>
        <section className={s.page} aria-label={steps[current]}>{children}</section>
      </div>
    </DialogFrame>
  );
}
