import { Button, Field, Input, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog, DialogFrame } from '../../ui/Dialogs.tsx';
import { useLayout } from '../../ui/layout.ts';

/** Gives the project another name. */
export function RenameProjectDialog({ name, onClose }: DialogProps<'project rename'>): ReactNode {
  const [text, setText] = useState(name);
  const rename = useCommand('project.rename');
  return (
    <ConfirmDialog title="Rename Project" onClose={onClose} confirmLabel="Rename" busy={rename.isPending} ready={text.trim() !== ''} error={rename.error ? errorData(rename.error) : null}
      onConfirm={() => rename.mutate({ name: text }, { onSuccess: onClose })}>
      <Field label="Name" required><Input value={text} maxLength={128} onChange={(_, d) => setText(d.value)} /></Field>
    </ConfirmDialog>
  );
}

/** Writes a copy of the project file. */
export function CopyProjectDialog({ onClose }: DialogProps<'project copy'>): ReactNode {
  const [file, setFile] = useState('');
  const copy = useCommand('project.copy');
  if (copy.data) {
    return <DialogFrame title="Copy Project" onClose={onClose} actions={<Button appearance="primary" onClick={onClose}>Close</Button>}>
      <MessageBar intent="success" layout="multiline"><MessageBarBody>{`The project was copied to ${copy.data.file}.`}</MessageBarBody></MessageBar>
    </DialogFrame>;
  }
  return (
    <ConfirmDialog title="Copy Project" onClose={onClose} confirmLabel="Copy" busy={copy.isPending} ready={file.trim() !== ''} error={copy.error ? errorData(copy.error) : null} onConfirm={() => copy.mutate({ file: file.trim() })}>
      <Field label="Copy to file" hint="Full path on the machine where the host runs. An existing file is never overwritten. Secrets are not in the copy." required>
        <Input value={file} onChange={(_, d) => setFile(d.value)} />
      </Field>
    </ConfirmDialog>
  );
}

/** Opens another project file, or makes a new one. */
export function OpenProjectDialog({ mode, onClose }: DialogProps<'project open'>): ReactNode {
  const l = useLayout();
  const [file, setFile] = useState('');
  const [name, setName] = useState('');
  const open = useCommand('project.open');
  const create = useCommand('project.create');
  const isNew = mode === 'create';
  const done = { onSuccess: () => { window.location.hash = '#/project/home'; onClose(); } };
  const error = open.error ?? create.error;
  return (
    <ConfirmDialog title={isNew ? 'New Project' : 'Open Project'} onClose={onClose} confirmLabel={isNew ? 'Create' : 'Open'} busy={open.isPending || create.isPending} ready={file.trim() !== '' && (!isNew || name.trim() !== '')}
      error={error ? errorData(error) : null} onConfirm={() => { if (isNew) create.mutate({ file: file.trim(), name }, done); else open.mutate({ file: file.trim() }, done); }}>
      <div className={l.column}>
        {isNew ? <Field label="Name" required><Input value={name} maxLength={128} onChange={(_, d) => setName(d.value)} /></Field> : null}
        <Field label="Project file" hint="Full path on the machine where the host runs. The project that is open now is closed." required><Input value={file} onChange={(_, d) => setFile(d.value)} /></Field>
      </div>
    </ConfirmDialog>
  );
}

const KEYS: readonly (readonly [string, string])[] = [
  ['F6, Shift+F6', 'Next and previous pane'], ['Ctrl+1 to Ctrl+6', 'Open a tab'], ['F5', 'Read everything again'], ['Ctrl+F', 'Filter of the tab'],
  ['Alt+Enter', 'Properties'], ['Shift+F10, right click', 'Actions for the selection'], ['Ctrl+Shift+P', 'List of actions'], ['Space, Shift+Space', 'Select one row, select up to a row'],
  ['Ctrl+A', 'Select all rows that the filter shows'], ['Home, End, Page Up, Page Down', 'Move in a grid'], ['Enter', 'Open what is selected'], ['Delete', 'Remove; asks first'], ['Esc', 'Close or cancel'],
];

/** The keys of the console. */
export function KeyboardDialog({ onClose }: DialogProps<'keyboard shortcuts'>): ReactNode {
  const l = useLayout();
  return (
    <DialogFrame title="Keyboard Shortcuts" onClose={onClose} actions={<Button appearance="primary" onClick={onClose}>Close</Button>}>
      <table className={l.plainTable}>
        <thead><tr><th scope="col">Keys</th><th scope="col">What they do</th></tr></thead>
        <tbody>{KEYS.map(([keys, text]) => <tr key={keys}><td>{keys}</td><td>{text}</td></tr>)}</tbody>
      </table>
    </DialogFrame>
  );
}
