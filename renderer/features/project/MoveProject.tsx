import { Button, Field, Input, MessageBar, MessageBarBody, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog, DialogFrame } from '../../ui/Dialogs.tsx';
import { count, counted } from '../../ui/format.ts';
import { Live } from '../../ui/Live.tsx';

/** A project of a million rows is moved and compared within this time, milliseconds. */
const MOVE_TIMEOUT_MS = 30 * 60_000;

/** Moves the project from its file to PostgreSQL, or back to a new file. */
export function MoveProjectDialog({ file, onClose }: DialogProps<'project move'>): ReactNode {
  const [to, setTo] = useState('');
  const move = useCommand('project.move', MOVE_TIMEOUT_MS);
  const toFile = /^postgres(ql)?:/.test(file);
  if (move.data) return <Moved moved={move.data} onClose={onClose} />;
  return (
    <ConfirmDialog title="Move Project" size="wide" onClose={onClose} confirmLabel="Move" busy={move.isPending} ready={to.trim() !== ''} error={move.error ? errorData(move.error) : null} onConfirm={() => move.mutate({ to: to.trim() })}>
      <Text>{toFile
        ? 'The project is on PostgreSQL, for agents on many machines. It is moved to a file of this machine, which only agents of this machine can use.'
        : 'The project is a file of this machine. It is moved to PostgreSQL, so that agents on other machines can work for it too.'}</Text>
      <Field label={toFile ? 'New project file' : 'Address on PostgreSQL'} required
        hint={toFile ? 'Full path on the machine where the host runs. An existing file is never overwritten.' : 'For example postgres://causeway@db.example.com/migration?schema=contoso. The schema must not have a project yet.'}>
        <Input value={to} autoComplete="off" spellCheck={false} onChange={(_, d) => setTo(d.value)} />
      </Field>
      <MessageBar intent="info" layout="multiline"><MessageBarBody>Every row is counted and every table compared in its new place before it is used; then the project is open there. No task may run and no other console or agent may be at work in it. Secrets stay in the secret store of this machine.</MessageBarBody></MessageBar>
    </ConfirmDialog>
  );
}

function Moved({ moved, onClose }: { readonly moved: { readonly project: { readonly file: string }; readonly rows: number; readonly tables: readonly { readonly rows: number }[]; readonly secrets: readonly string[] }; readonly onClose: () => void }): ReactNode {
  return (
    <DialogFrame title="Move Project" size="wide" onClose={onClose} actions={<Button appearance="primary" onClick={onClose}>Close</Button>}>
      <Live><MessageBar intent="success" layout="multiline"><MessageBarBody>{`The project is open in its new place, ${moved.project.file}. ${count(moved.rows)} rows of ${counted(moved.tables.filter((table) => table.rows > 0).length, 'table')} arrived as they were sent.`}</MessageBarBody></MessageBar></Live>
      {moved.secrets.length > 0 ? <>
        <Text>Secrets are not in a project. Other machines that work with it need these in their own secret store:</Text>
        <ul>{moved.secrets.map((name) => <li key={name}>{name}</li>)}</ul>
      </> : null}
    </DialogFrame>
  );
}
