import {
  Button, Checkbox, Dialog, DialogActions, DialogBody, DialogContent, DialogSurface, DialogTitle, Field, Input, makeStyles, mergeClasses, tokens,
} from '@fluentui/react-components';
import { DismissRegular } from '@fluentui/react-icons';
import { useId, useState, type ReactNode } from 'react';
import type { AppErrorData } from '../../shared/domain/errors.ts';
import { useLayout } from './layout.ts';
import { ErrorView } from './states.tsx';

const useStyles = makeStyles({
  wide: { maxWidth: 'min(960px, calc(100vw - 32px))', width: '960px' },
  full: { maxWidth: 'min(1240px, calc(100vw - 32px))', width: '1240px' },
  tall: { height: 'calc(100vh - 96px)', maxHeight: '860px', display: 'flex', flexDirection: 'column', '& > .fui-DialogBody': { flexGrow: 1, minHeight: 0, maxHeight: '100%' } },
  content: { display: 'flex', flexDirection: 'column', gap: '12px', minHeight: 0 },
  intro: { color: tokens.colorNeutralForeground2, margin: 0 },
});

interface FrameProps {
  readonly title: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
  /** Buttons at the bottom right, in reading order. */
  readonly actions: ReactNode;
  readonly size?: 'normal' | 'wide' | 'full';
  /** True: as high as the window, for content that scrolls by itself. */
  readonly tall?: boolean;
  /** `alert`: announced as a question. No dialog is left by clicking beside it. */
  readonly kind?: 'modal' | 'alert';
}

/** The frame of every dialog: title, close button, content, buttons. */
export function DialogFrame({ title, onClose, children, actions, size = 'normal', tall = false, kind = 'modal' }: FrameProps): ReactNode {
  const s = useStyles();
  return (
    <Dialog open modalType={kind} onOpenChange={(_, data) => { if (!data.open && data.type !== 'backdropClick') onClose(); }}>
      <DialogSurface className={mergeClasses(size === 'wide' && s.wide, size === 'full' && s.full, tall && s.tall)} aria-label={title}>
        <DialogBody>
          <DialogTitle action={<Button appearance="subtle" aria-label="Close" icon={<DismissRegular />} onClick={onClose} />}>{title}</DialogTitle>
          <DialogContent className={s.content}>{children}</DialogContent>
          <DialogActions fluid>{actions}</DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

interface ConfirmProps {
  readonly title: string;
  readonly onClose: () => void;
  /** What will change, on which tenant, and how to take it back. */
  readonly children: ReactNode;
  readonly confirmLabel: string;
  readonly busy: boolean;
  readonly error: AppErrorData | null;
  readonly onConfirm: () => void;
  /** False keeps the button disabled. */
  readonly ready?: boolean;
  /** `alert` for a question without a form, about something that is taken away. */
  readonly kind?: 'modal' | 'alert';
  readonly size?: 'normal' | 'wide';
}

/** Asks before something is done. */
export function ConfirmDialog({ title, onClose, children, confirmLabel, busy, error, onConfirm, ready = true, kind = 'modal', size = 'normal' }: ConfirmProps): ReactNode {
  return (
    <DialogFrame title={title} onClose={onClose} kind={kind} size={size} actions={<>
      <Button onClick={onClose}>Cancel</Button>
      <Button appearance="primary" disabled={busy || !ready} onClick={onConfirm}>{busy ? 'Working…' : confirmLabel}</Button>
    </>}>
      {children}
      {error ? <ErrorView error={error} /> : null}
    </DialogFrame>
  );
}

/** A box in which a text must be typed exactly before a risky action goes on. */
export function TypedConfirmation({ expected, value, onChange, label }: { readonly expected: string; readonly value: string; readonly onChange: (text: string) => void; readonly label?: string }): ReactNode {
  const l = useLayout();
  const id = useId();
  const matches = value === expected;
  return (
    <Field label={label ?? 'Type the confirmation text to go on'} validationState={value === '' ? 'none' : matches ? 'success' : 'error'}
      {...(value !== '' && !matches ? { validationMessage: 'The text differs from the confirmation text.' } : {})}>
      <span id={id} className={l.mono}>{expected}</span>
      <Input value={value} onChange={(_, d) => onChange(d.value)} autoComplete="off" spellCheck={false} aria-describedby={id} aria-label={label ?? 'Confirmation text'} />
    </Field>
  );
}

/** A check box that must be ticked first, for a consequence that a person must have read. */
export function Consent({ label, onChange }: { readonly label: string; readonly onChange: (given: boolean) => void }): ReactNode {
  const [given, setGiven] = useState(false);
  return <Checkbox label={label} checked={given} onChange={(_, d) => { setGiven(d.checked === true); onChange(d.checked === true); }} />;
}
