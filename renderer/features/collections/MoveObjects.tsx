import { Button, Field, MessageBar, MessageBarBody, Select, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog, DialogFrame } from '../../ui/Dialogs.tsx';
import { count, counted } from '../../ui/format.ts';
import { Live } from '../../ui/Live.tsx';
import { OverlapWarning } from './Overlaps.tsx';

/** Moves objects to another static collection of the pair. */
export function MoveObjectsDialog({ collection, scope, onClose }: DialogProps<'move objects'>): ReactNode {
  const collections = useCall('collections.list', { pairId: collection.pairId });
  const move = useCommand('collections.moveObjects');
  const [to, setTo] = useState('');
  const others = collections.data?.rows.filter((c) => c.id !== collection.id && c.kind === 'static') ?? [];
  const target = others.find((c) => c.id === to) ?? others[0];
  if (move.data) {
    return (
      <DialogFrame title="Move to Collection" onClose={onClose} actions={<Button appearance="primary" onClick={onClose}>Close</Button>}>
        <Live><MessageBar intent="success" layout="multiline"><MessageBarBody>{`${counted(move.data.moved, 'object')} moved to "${target?.name ?? ''}"${move.data.already > 0 ? `; ${count(move.data.already)} were there already and only left "${collection.name}"` : ''}.`}</MessageBarBody></MessageBar></Live>
        <OverlapWarning overlaps={move.data.overlaps} />
      </DialogFrame>
    );
  }
  return (
    <ConfirmDialog title="Move to Collection" onClose={onClose} confirmLabel="Move" busy={move.isPending} ready={target !== undefined} error={move.error ? errorData(move.error) : null}
      onConfirm={() => { if (target) move.mutate({ id: collection.id, to: target.id, selection: scope.selection }); }}>
      <Text>{`${scope.single ? `"${scope.single.name}" leaves` : `${counted(scope.count, 'object')} leave`} "${collection.name}" and keep${scope.count === 1 ? 's' : ''} the status. Nothing changes in Active Directory or in the tenant; from then on the rules of the other collection apply.`}</Text>
      {collections.data && others.length === 0 ? <MessageBar intent="warning"><MessageBarBody>There is no other static collection in this pair. Make one first.</MessageBarBody></MessageBar>
        : <Field label="Move to" required><Select value={target?.id ?? ''} onChange={(_, d) => setTo(d.value)}>{others.map((c) => <option key={c.id} value={c.id}>{c.name}</option>)}</Select></Field>}
    </ConfirmDialog>
  );
}
