import { Button, Field, MessageBar, MessageBarBody, Select, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog, DialogFrame } from '../../ui/Dialogs.tsx';
import { counted } from '../../ui/format.ts';
import { Live } from '../../ui/Live.tsx';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { stateName } from './agent-words.ts';

/** Asks before an agent takes no more tasks. */
export function DrainAgentDialog({ agent, onClose }: DialogProps<'drain agent'>): ReactNode {
  const drain = useCommand('agents.drain');
  return (
    <ConfirmDialog title="Drain Agent" kind="alert" onClose={onClose} confirmLabel="Drain" busy={drain.isPending} error={drain.error ? errorData(drain.error) : null} onConfirm={() => drain.mutate({ id: agent.id }, { onSuccess: onClose })}>
      <Text>{`"${agent.name}" ends the task that it runs and takes no other one. ${agent.queued > 0 ? `${counted(agent.queued, 'task')} that wait${agent.queued === 1 ? 's' : ''} for it, and the` : 'The'} cycles of its ${counted(agent.collections, 'collection')} wait until it is resumed, or until the collections are moved to another agent.`}</Text>
    </ConfirmDialog>
  );
}

/** Asks before an agent is forgotten. */
export function RemoveAgentDialog({ agent, onClose }: DialogProps<'remove agent'>): ReactNode {
  const remove = useCommand('agents.remove');
  return (
    <ConfirmDialog title="Remove Agent" kind="alert" onClose={onClose} confirmLabel="Remove" busy={remove.isPending} error={remove.error ? errorData(remove.error) : null} onConfirm={() => remove.mutate({ id: agent.id }, { onSuccess: onClose })}>
      <Text>{`"${agent.name}" is forgotten. What it wrote stays, with its journal and its tasks. Take its service off ${agent.host || 'its machine'} as well: an agent that starts again under this name appears anew.`}</Text>
    </ConfirmDialog>
  );
}

/** Gives a collection to another agent. */
export function MoveCollectionDialog({ collection, agentId, onClose }: DialogProps<'move collection'>): ReactNode {
  const agents = useCall('agents.list', {});
  const move = useCommand('collections.moveToAgent');
  const [to, setTo] = useState('');
  const title = 'Move Collection to Agent';
  if (move.data) {
    const { agentName, movedTasks, runningTaskId } = move.data;
    return (
      <DialogFrame title={title} onClose={onClose} actions={<Button appearance="primary" onClick={onClose}>Close</Button>}>
        <Live><MessageBar intent="success" layout="multiline"><MessageBarBody>{`"${collection.name}" belongs to "${agentName}" now${movedTasks > 0 ? `; ${counted(movedTasks, 'waiting task')} went along` : ''}.${runningTaskId === null ? '' : ' The task that is at work ends where it runs.'}`}</MessageBarBody></MessageBar></Live>
      </DialogFrame>
    );
  }
  const all = agents.data?.rows ?? [];
  const others = all.filter((a) => a.id !== agentId);
  const target = others.find((a) => a.id === to) ?? others.find((a) => a.alive && !a.drained) ?? others[0];
  const from = all.find((a) => a.id === agentId);
  return (
    <ConfirmDialog title={title} onClose={onClose} confirmLabel="Move" busy={move.isPending} ready={target !== undefined} error={move.error ? errorData(move.error) : null}
      onConfirm={() => { if (target) move.mutate({ collectionId: collection.id, agentId: target.id }); }}>
      <Text>{`Another agent takes over the tasks and cycles of "${collection.name}"${from ? ` from "${from.name}"` : ''}. Tasks that wait go along; one that runs ends where it is. Nothing changes in Active Directory or in the tenant.`}</Text>
      {agents.error ? <ErrorView error={errorData(agents.error)} onRetry={() => { void agents.refetch(); }} /> : !agents.data ? <Loading label="Reading agents…" />
        : others.length === 0 ? <MessageBar intent="warning" layout="multiline"><MessageBarBody>There is no other agent. Make one with New Agent on the Agents page first.</MessageBarBody></MessageBar>
        : <>
          <Field label="Agent" required><Select value={target?.id ?? ''} onChange={(_, d) => setTo(d.value)}>{others.map((a) => <option key={a.id} value={a.id}>{`${a.name} (${stateName(a).toLowerCase()}${a.host === '' ? '' : `, ${a.host}`})`}</option>)}</Select></Field>
          {target && (!target.alive || target.drained) ? <MessageBar intent="warning" layout="multiline"><MessageBarBody>{target.drained ? `"${target.name}" is drained: nothing of the collection runs until it is resumed.` : `"${target.name}" is not running: nothing of the collection runs until it is started.`}</MessageBarBody></MessageBar> : null}
        </>}
    </ConfirmDialog>
  );
}
