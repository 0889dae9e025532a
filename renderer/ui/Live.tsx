import { makeStyles, mergeClasses } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({ live: { display: 'block' } });

/** A region whose changes are read out (role status). */
export function Live({ className, children }: { readonly className?: string; readonly children: ReactNode }): ReactNode {
  const s = useStyles();
  return <output className={mergeClasses(s.live, className)} aria-live="polite">{children}</output>;
}
