import { MessageBar, MessageBarBody, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCommand, useHost } from '../../app/api.ts';
import { useOpenDialog, type DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog } from '../../ui/Dialogs.tsx';
import { Wizard } from '../../ui/Wizard.tsx';
import { count, counted } from '../../ui/format.ts';
import { ErrorView } from '../../ui/states.tsx';

const BEFORE = ['Groups'] as const;

/** Write Back Membership: which groups, then the plan, its approval and its progress as for a migration. */
export function WriteBackWizard({ pair, collection, writeBack, ids, onClose }: DialogProps<'write back'>): ReactNode {
  const { api } = useHost();
  const open = useOpenDialog();
  const plan = useCommand('tasks.writeBack');
  const [lost, setLost] = useState<unknown>(null);
  const title = `Write Back Membership of ${collection.name}`;
  const groups = ids.length === 0 ? writeBack.groups : writeBack.groups.filter((group) => ids.includes(group.sourceId));
  const waiting = groups.reduce((sum, group) => sum + group.waiting, 0);
  const troubled = groups.filter((group) => group.problem !== '');
  const start = (): void => {
    setLost(null);
    plan.mutate({ collectionId: collection.id, ...(ids.length === 0 ? {} : { ids: [...ids] }) }, {
      onSuccess: ({ taskId }) => { api.call('tasks.get', { id: taskId }).then((task) => { onClose(); open('review plan', { task, title, before: BEFORE }); }, setLost); },
    });
  };
  const failure = plan.error ?? lost;
  const busy = plan.isPending || plan.isSuccess;
  return (
    <Wizard title={title} steps={[...BEFORE, 'Plan', 'Confirmation', 'Applying']} current={0} onClose={onClose} size="full" onNext={start} nextLabel={busy ? 'Starting…' : 'Make plan'} nextDisabled={busy || groups.length === 0}>
      <Text>{`Membership of ${ids.length === 0 ? `all ${counted(groups.length, 'chosen group')}` : counted(groups.length, 'selected group')} of "${collection.name}" is read from the tenant ${pair.targetName || pair.target.tenantId} and compared with Active Directory.`}</Text>
      <ul>{groups.slice(0, 20).map((group) => <li key={group.sourceId}>{group.members === null ? group.name : `${group.name}: ${counted(group.members, 'member')} by the last reading`}</li>)}</ul>
      {groups.length > 20 ? <Text>{`and ${count(groups.length - 20)} more`}</Text> : null}
      {troubled.map((group) => <MessageBar key={group.sourceId} intent="warning" layout="multiline"><MessageBarBody>{group.problem}</MessageBarBody></MessageBar>)}
      {waiting > 0 ? <MessageBar intent="info" layout="multiline"><MessageBarBody>{`${counted(waiting, 'member')} ${waiting === 1 ? 'has' : 'have'} no match in Active Directory and wait${waiting === 1 ? 's' : ''} until there is one.`}</MessageBarBody></MessageBar> : null}
      <MessageBar intent="info" layout="multiline"><MessageBarBody>Next, a plan is made. It is shown in full, and nothing is written to Active Directory before you approve it. It can be rolled back.</MessageBarBody></MessageBar>
      {failure ? <ErrorView error={errorData(failure)} /> : null}
    </Wizard>
  );
}

/** Asks before the membership of groups is left to Active Directory again. */
export function LeaveGroupsDialog({ collection, groups, onClose }: DialogProps<'leave groups'>): ReactNode {
  const leave = useCommand('writeBack.choose');
  const names = groups.slice(0, 5).map((group) => `"${group.name}"`).join(', ');
  return (
    <ConfirmDialog title="Leave to Active Directory" kind="alert" onClose={onClose} confirmLabel="Leave" busy={leave.isPending} ready={groups.length > 0} error={leave.error ? errorData(leave.error) : null}
      onConfirm={() => leave.mutate({ collectionId: collection.id, ids: groups.map((group) => group.sourceId), chosen: 'no' }, { onSuccess: onClose })}>
      <Text>{`The membership of ${names}${groups.length > 5 ? ` and ${count(groups.length - 5)} more` : ''} is no longer written back: with the next cycle of coexistence it follows Active Directory again. Nothing is written now.`}</Text>
    </ConfirmDialog>
  );
}
