import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  box: { overflow: 'auto', border: `1px solid ${tokens.colorNeutralStroke2}`, borderRadius: tokens.borderRadiusMedium },
  low: { maxHeight: '220px' }, high: { maxHeight: '420px' }, middle: { maxHeight: '300px' },
});

/** A table that scrolls by itself. It takes the focus, because otherwise nobody could scroll it with the keyboard (WCAG 2.1.1). */
export function ScrollBox({ label, height, children }: { readonly label: string; readonly height: 'low' | 'middle' | 'high'; readonly children: ReactNode }): ReactNode {
  const s = useStyles();
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- a region that scrolls must be reachable (axe: scrollable-region-focusable)
  return <section className={mergeClasses(s.box, s[height])} tabIndex={0} aria-label={label}>{children}</section>;
}
