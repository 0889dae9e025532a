import { Button, Checkbox, Field, Input, MessageBar, MessageBarBody, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import { hasEnded } from '../../app/cache.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { useNavigation } from '../../app/navigation.ts';
import { ConfirmDialog, DialogFrame } from '../../ui/Dialogs.tsx';
import { TaskProgress } from '../../ui/TaskProgress.tsx';
import { counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';

/** Starts matching of a collection or of the selected objects, and shows its progress. */
export function MatchObjectsDialog({ pair, collection, scope, onClose }: DialogProps<'match objects'>): ReactNode {
  const l = useLayout();
  const [breakExisting, setBreakExisting] = useState(false);
  const [upnSuffix, setUpnSuffix] = useState(pair.defaults.upnSuffix);
  const match = useCommand('tasks.match');
  if (match.data) return <MatchProgress taskId={match.data.taskId} collection={collection} pair={pair} onClose={onClose} />;
  const what = scope ? counted(scope.count, 'selected object') : `all ${counted(collection.objects, 'object')} of "${collection.name}"`;
  return (
    <ConfirmDialog title="Match Objects" onClose={onClose} confirmLabel="Match" busy={match.isPending} error={match.error ? errorData(match.error) : null}
      onConfirm={() => match.mutate({ collectionId: collection.id, breakExisting, upnSuffix, ...(scope ? { selection: scope.selection } : {}) })}>
      <div className={l.column}>
        <Text>{`Both sides are read and ${what} are compared with the tenant ${pair.targetName || pair.target.tenantId} by the collection's matching rules, from the top. Nothing is written to the tenant.`}</Text>
        <Field hint="Needed when matching rules were changed and should apply to objects that are matched already. Pinned matches stay."><Checkbox label="Break current matching first" checked={breakExisting} onChange={(_, d) => setBreakExisting(d.checked === true)} /></Field>
        <Field label="User principal names (UPN) suffix" hint="Used by the rules that compare the part before @. Leave empty to keep the source's."><Input value={upnSuffix} onChange={(_, d) => setUpnSuffix(d.value)} placeholder="contoso.com" /></Field>
      </div>
    </ConfirmDialog>
  );
}

function MatchProgress({ taskId, pair, collection, onClose }: { readonly taskId: string } & Pick<DialogProps<'match objects'>, 'pair' | 'collection' | 'onClose'>): ReactNode {
  const l = useLayout();
  const { go } = useNavigation();
  const task = useCall('tasks.get', { id: taskId }, { refetchMs: 5_000 });
  const cancel = useCommand('tasks.cancel');
  const ended = task.data ? hasEnded(task.data) : false;
  return (
    <DialogFrame title="Match Objects" onClose={onClose} actions={<>
      {task.data?.canCancel ? <Button disabled={cancel.isPending} onClick={() => cancel.mutate({ taskId })}>Cancel task</Button> : null}
      {ended ? <Button appearance="primary" onClick={() => { onClose(); go({ kind: 'collection', pairId: pair.id, collectionId: collection.id }, 'Objects'); }}>Show Objects</Button> : null}
      <Button onClick={onClose}>Close</Button>
    </>}>
      <div className={l.column}>
        <span hidden data-watched-task={taskId} />
        {task.data ? <TaskProgress task={task.data} /> : task.error ? <ErrorView error={errorData(task.error)} onRetry={() => { void task.refetch(); }} /> : <Loading label="Starting…" />}
        {ended ? null : <MessageBar intent="info" layout="multiline"><MessageBarBody>You can close this window; the task goes on and is shown on the Tasks tab.</MessageBarBody></MessageBar>}
      </div>
    </DialogFrame>
  );
}

/** Ends the match of the selected objects. */
export function BreakMatchingDialog({ pair, collection, scope, onClose }: DialogProps<'break matching'>): ReactNode {
  const breakMatching = useCommand('objects.breakMatching');
  return (
    <ConfirmDialog title="Break Matching" kind="alert" onClose={onClose} confirmLabel="Break Matching" busy={breakMatching.isPending} error={breakMatching.error ? errorData(breakMatching.error) : null}
      onConfirm={() => breakMatching.mutate({ collectionId: collection.id, selection: scope.selection }, { onSuccess: onClose })}>
      <Text>{`${scope.single ? `"${scope.single.name}" is` : `${counted(scope.count, 'object')} of "${collection.name}" are`} no longer considered matched with objects of the tenant ${pair.targetName || pair.target.tenantId}. Nothing is written to the tenant. Match the objects again to take this back; a pinned match must be pinned again.`}</Text>
    </ConfirmDialog>
  );
}
