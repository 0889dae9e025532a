import { Button, Field, Input, MessageBar, MessageBarBody, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { Coexistence } from '../../../shared/contracts/coexistence.ts';
import type { Collection } from '../../../shared/contracts/collections.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog, DialogFrame } from '../../ui/Dialogs.tsx';
import { counted } from '../../ui/format.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { draftOf, scheduleOf } from './draft.ts';
import { PolicyForm } from './PolicyForm.tsx';
import { ScheduleForm } from './ScheduleForm.tsx';

/** Asks before a collection is no longer synchronised. */
export function DisableSynchronizationDialog({ pair, collection, onClose }: DialogProps<'disable synchronization'>): ReactNode {
  const disable = useCommand('coexistence.disable');
  return (
    <ConfirmDialog title="Disable Synchronization" kind="alert" onClose={onClose} confirmLabel="Disable" busy={disable.isPending} error={disable.error ? errorData(disable.error) : null}
      onConfirm={() => disable.mutate({ collectionId: collection.id }, { onSuccess: onClose })}>
      <Text>{`"${collection.name}" is no longer kept in step with the tenant ${pair.targetName || pair.target.tenantId}. A cycle that is at work is cancelled, and a plan that waits is discarded. What was written stays; take it back with Roll Back Cycle if need be. Enable Coexistence starts again with a plan.`}</Text>
    </ConfirmDialog>
  );
}

/** Asks before a full cycle. */
export function RestartCoexistenceDialog({ pair, collection, onClose }: DialogProps<'restart coexistence'>): ReactNode {
  const restart = useCommand('coexistence.restart');
  const coexistence = useCall('coexistence.get', { collectionId: collection.id });
  const reasons = coexistence.data?.restartAdvised ?? [];
  return (
    <ConfirmDialog title="Restart Coexistence" kind="alert" onClose={onClose} confirmLabel="Restart" busy={restart.isPending} error={restart.error ? errorData(restart.error) : null}
      onConfirm={() => restart.mutate({ collectionId: collection.id }, { onSuccess: onClose })}>
      <Text>{`All ${counted(collection.objects, 'object')} of "${collection.name}" are read and compared again with the present rules and scope, and what differs is written to the tenant ${pair.targetName || pair.target.tenantId}. This may take a long time. If the plan passes a limit of the guard, nothing is written and it waits for you.`}</Text>
      {reasons.length > 0 ? <MessageBar intent="info" layout="multiline"><MessageBarBody>{reasons.join(' ')}</MessageBarBody></MessageBar> : null}
      <Text>If matching rules changed, break the matching of the objects first: matched objects keep their match.</Text>
    </ConfirmDialog>
  );
}

/** Interval, working hours and policies, while coexistence is on. */
export function CoexistenceScheduleDialog({ collection, onClose }: DialogProps<'coexistence schedule'>): ReactNode {
  const coexistence = useCall('coexistence.get', { collectionId: collection.id });
  if (coexistence.data) return <ScheduleOf coexistence={coexistence.data} collection={collection} onClose={onClose} />;
  return (
    <DialogFrame title={`Schedule of ${collection.name}`} onClose={onClose} size="wide" actions={<Button onClick={onClose}>Cancel</Button>}>
      {coexistence.error ? <ErrorView error={errorData(coexistence.error)} onRetry={() => { void coexistence.refetch(); }} /> : <Loading label="Reading the settings…" />}
    </DialogFrame>
  );
}

function ScheduleOf({ coexistence, collection, onClose }: { readonly coexistence: Coexistence; readonly collection: Collection; readonly onClose: () => void }): ReactNode {
  const [draft, setDraft] = useState(() => draftOf(coexistence.settings, Intl.DateTimeFormat().resolvedOptions().timeZone));
  const save = useCommand('coexistence.save');
  const { schedule } = scheduleOf(draft);
  const send = (): void => {
    if (schedule) save.mutate({ collectionId: collection.id, change: { ...schedule, workingHours: schedule.workingHours && { ...schedule.workingHours, days: [...schedule.workingHours.days] } } }, { onSuccess: onClose });
  };
  return (
    <DialogFrame title={`Schedule of ${collection.name}`} onClose={onClose} size="wide" actions={<>
      <Button appearance="primary" disabled={!schedule || save.isPending} onClick={send}>{save.isPending ? 'Saving…' : 'Save'}</Button>
      <Button onClick={onClose}>Cancel</Button>
    </>}>
      <ScheduleForm draft={draft} onChange={setDraft} />
      <PolicyForm draft={draft} onChange={setDraft} dynamic={collection.kind === 'dynamic'} />
      {save.error ? <ErrorView error={errorData(save.error)} /> : null}
    </DialogFrame>
  );
}

/** Holds objects out of coexistence. */
export function HoldObjectsDialog({ pair, scope, onClose }: DialogProps<'hold objects'>): ReactNode {
  const [reason, setReason] = useState('');
  const hold = useCommand('holds.put');
  const { selection } = scope;
  return (
    <ConfirmDialog title="Hold Out of Coexistence" onClose={onClose} confirmLabel="Hold" busy={hold.isPending} ready={selection.mode === 'ids'} error={hold.error ? errorData(hold.error) : null}
      onConfirm={() => { if (selection.mode === 'ids') hold.mutate({ pairId: pair.id, ids: selection.ids, reason }, { onSuccess: onClose }); }}>
      <Text>{`Coexistence leaves ${scope.single ? `"${scope.single.name}"` : counted(scope.count, 'object')} alone until released on the Coexistence tab. Nothing changes in Active Directory or in the tenant.`}</Text>
      <Field label="Reason" hint="Shown with the held objects."><Input value={reason} maxLength={500} onChange={(_, d) => setReason(d.value)} /></Field>
    </ConfirmDialog>
  );
}
