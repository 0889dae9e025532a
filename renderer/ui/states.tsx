import { Body1, Button, Link, MessageBar, MessageBarActions, MessageBarBody, MessageBarTitle, Spinner, Subtitle2, Text, makeStyles, tokens } from '@fluentui/react-components';
import { CopyRegular } from '@fluentui/react-icons';
import { useState, type ReactNode } from 'react';
import type { AppErrorData } from '../../shared/domain/errors.ts';
import { Live } from './Live.tsx';
import { useLayout } from './layout.ts';

const useStyles = makeStyles({
  empty: { display: 'flex', flexDirection: 'column', alignItems: 'center', justifyContent: 'center', gap: '8px', padding: '32px 16px', textAlign: 'center', flexGrow: 1 },
  text: { maxWidth: '480px', color: tokens.colorNeutralForeground2 },
  bar: { flexShrink: 0 },
  wrap: { whiteSpace: 'normal' },
});

/** What a list shows when there is nothing in it: why, and what to do next. */
export function EmptyState({ title, children, actions }: { readonly title: string; readonly children?: ReactNode; readonly actions?: ReactNode }): ReactNode {
  const s = useStyles();
  const l = useLayout();
  return (
    <div className={s.empty}>
      <Subtitle2 as="h2">{title}</Subtitle2>
      {children ? <Body1 as="p" className={s.text}>{children}</Body1> : null}
      {actions ? <div className={l.row}>{actions}</div> : null}
    </div>
  );
}

/** Something is being read; `label` says what. */
export function Loading({ label }: { readonly label: string }): ReactNode {
  const s = useStyles();
  return <Live className={s.empty}><Spinner size="small" label={label} /></Live>;
}

/** A failure: what happened, its code and reference, and what can be done. `Try again` only when that may help. */
export function ErrorView({ error, onRetry }: { readonly error: AppErrorData; readonly onRetry?: (() => void) | undefined }): ReactNode {
  const s = useStyles();
  const l = useLayout();
  const [copied, setCopied] = useState(false);
  const details = [error.code, error.message, ...(error.ref ? [`Reference: ${error.ref}`] : []), ...Object.entries(error.detail ?? {}).map(([k, v]) => `${k}: ${v}`)].join('\n');
  const copy = (): void => { navigator.clipboard.writeText(details).then(() => setCopied(true), () => setCopied(false)); };
  return (
    <MessageBar intent="error" layout="multiline" className={s.bar} role="alert">
      <MessageBarBody className={s.wrap}>
        <MessageBarTitle>{error.message}</MessageBarTitle>
        <Text size={200} block>{`Code ${error.code}${error.ref ? `, reference ${error.ref}` : ''}`}</Text>
        {error.detail ? <details><summary>Details</summary><div className={l.mono}>{Object.entries(error.detail).map(([k, v]) => <div key={k}>{`${k}: ${v}`}</div>)}</div></details> : null}
      </MessageBarBody>
      <MessageBarActions>
        {error.retryable && onRetry ? <Button size="small" onClick={onRetry}>Try again</Button> : null}
        <Button size="small" icon={<CopyRegular />} onClick={copy}>{copied ? 'Copied' : 'Copy details'}</Button>
      </MessageBarActions>
    </MessageBar>
  );
}

/** A link that acts inside the console. */
export function ActionLink({ onClick, children }: { readonly onClick: () => void; readonly children: ReactNode }): ReactNode {
  return <Link as="button" type="button" onClick={onClick} inline>{children}</Link>;
}
