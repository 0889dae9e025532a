import { ToggleButton, makeStyles } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { CheckTotals } from '../../../shared/contracts/checks.ts';
import { count } from '../../ui/format.ts';

const useStyles = makeStyles({ rules: { display: 'flex', flexWrap: 'wrap', gap: '4px', maxHeight: '60px', overflowY: 'auto', flexShrink: 0, border: 'none', padding: 0, margin: 0, minWidth: 0 }, button: { fontWeight: 'normal', minWidth: 0 } });

const figures = ({ errors, warnings }: CheckTotals['byRule'][number]): string => [...(errors > 0 ? [`${count(errors)} ${errors === 1 ? 'error' : 'errors'}`] : []), ...(warnings > 0 ? [`${count(warnings)} ${warnings === 1 ? 'warning' : 'warnings'}`] : [])].join(', ');

/** The summary by rule and severity; a rule that is pressed is the filter. */
export function RuleFilter({ totals, chosen, onChoose }: { readonly totals: CheckTotals; readonly chosen: string; readonly onChoose: (rule: string) => void }): ReactNode {
  const s = useStyles();
  return (
    <fieldset className={s.rules} aria-label="Findings by rule">
      {totals.byRule.map((r) => <ToggleButton key={r.rule} size="small" className={s.button} checked={r.rule === chosen} onClick={() => onChoose(r.rule === chosen ? '' : r.rule)}>{`${r.rule}: ${figures(r)}`}</ToggleButton>)}
    </fieldset>
  );
}
