import { Button, MessageBar, MessageBarBody, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { ChannelInput } from '../../../shared/contracts/index.ts';
import type { Decided } from '../../../shared/contracts/matches.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog, DialogFrame, TypedConfirmation } from '../../ui/Dialogs.tsx';
import { count, counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { scopeName, scopeOf } from './scope.ts';
import { ACTION_WORDS } from './words.ts';

/** Refused objects that are listed. */
const LISTED = 50;

function Refused({ result }: { readonly result: Pick<Decided, 'refused' | 'refusedTotal'> }): ReactNode {
  const l = useLayout();
  return (
    <table className={l.plainTable}>
      <thead><tr><th scope="col">Object</th><th scope="col">Why it stays as it is</th></tr></thead>
      <tbody>
        {result.refused.slice(0, LISTED).map((one) => <tr key={one.id}><td>{one.name}</td><td>{one.reason}</td></tr>)}
        {result.refusedTotal > LISTED ? <tr><td colSpan={2}>{`and ${count(result.refusedTotal - LISTED)} more`}</td></tr> : null}
      </tbody>
    </table>
  );
}

/** Shows what a decision would do, asks for the typed text where it is risky, and decides. */
export function DecideMatchesDialog({ pair, collection, action, selection, count: size, single, targetId, onClose }: DialogProps<'decide matches'>): ReactNode {
  const l = useLayout();
  const words = ACTION_WORDS[action];
  const [typed, setTyped] = useState('');
  const input: ChannelInput<'matches.decide'> = { ...scopeOf(pair, collection), action, selection, ...(targetId === undefined ? {} : { targetId }) };
  const preview = useCall('matches.preview', input, { timeoutMs: 120_000 });
  const decide = useCommand('matches.decide', 300_000);
  const d = preview.data;
  const isTyped = d !== undefined && d.confirmation !== '' && typed === d.confirmation;
  const changes = (d?.changed ?? 0) + (isTyped ? d.risky : 0);
  return (
    <ConfirmDialog title={words.title} onClose={onClose} confirmLabel={changes > 0 ? `${words.verb} ${count(changes)}` : words.verb} busy={decide.isPending} ready={d !== undefined && changes > 0 && (typed === '' || isTyped)} error={decide.error ? errorData(decide.error) : null}
      onConfirm={() => decide.mutate({ ...input, ...(isTyped ? { override: typed } : {}) }, { onSuccess: onClose })}>
      <div className={l.column}>
        <Text>{`${single ? `"${single.name}"` : `${counted(size, 'selected object')} of "${scopeName(pair, collection)}"`}. ${words.meaning} Nothing is written to the tenant ${pair.targetName || pair.target.tenantId} by it, and it can be undone.`}</Text>
        {preview.error ? <ErrorView error={errorData(preview.error)} onRetry={() => { void preview.refetch(); }} /> : !d ? <Loading label="Looking at what it would change…" /> : <>
          {d.changed > 0 ? <MessageBar intent="info"><MessageBarBody>{`${counted(d.changed, 'object')} can be decided so.`}</MessageBarBody></MessageBar> : null}
          {d.refusedTotal > 0 ? <>
            <MessageBar intent="warning" layout="multiline"><MessageBarBody>{`${counted(d.refusedTotal, 'object')} cannot be decided so:`}</MessageBarBody></MessageBar>
            <Refused result={d} />
          </> : null}
          {d.confirmation !== '' ? <TypedConfirmation expected={d.confirmation} value={typed} onChange={setTyped}
            label={d.risky === 1 ? 'One of them is refused for its risk. Type the text to use it all the same' : `${count(d.risky)} of them are refused for their risks. Type the text to use them all the same`} /> : null}
        </>}
      </div>
    </ConfirmDialog>
  );
}

/** Takes the latest decision back. */
export function UndoDecisionDialog({ pair, collection, onClose }: DialogProps<'undo decision'>): ReactNode {
  const l = useLayout();
  const summary = useCall('matches.summary', scopeOf(pair, collection));
  const undo = useCommand('matches.undo', 120_000);
  const last = summary.data?.batches.find((batch) => batch.undone < batch.objects);
  if (undo.data && undo.data.refusedTotal > 0) {
    return <DialogFrame title="Undo Decision" onClose={onClose} actions={<Button appearance="primary" onClick={onClose}>Close</Button>}>
      <Text>{`${counted(undo.data.restored, 'object')} brought back; ${count(undo.data.refusedTotal)} left as they are:`}</Text>
      <Refused result={undo.data} />
    </DialogFrame>;
  }
  return (
    <ConfirmDialog title="Undo Decision" onClose={onClose} confirmLabel="Undo" busy={undo.isPending} ready={last !== undefined} error={undo.error ? errorData(undo.error) : null}
      onConfirm={() => { if (last) undo.mutate({ ...scopeOf(pair, collection), batch: last.id }, { onSuccess: (result) => { if (result.refusedTotal === 0) onClose(); } }); }}>
      <div className={l.column}>
        {summary.error ? <ErrorView error={errorData(summary.error)} /> : !summary.data ? <Loading label="Reading the latest decisions…" />
          : !last ? <Text>{`No decision of ${collection ? 'this collection' : 'the collections of this pair'} is left to undo.`}</Text>
          : <Text>{`"${ACTION_WORDS[last.action as keyof typeof ACTION_WORDS]?.title ?? last.action}" by ${last.actor}, ${new Date(last.at).toISOString().slice(0, 16).replace('T', ' ')} UTC: ${counted(last.objects - last.undone, 'object')} get back the match, the decision and the status from before it. Objects that were migrated or decided again since stay as they are and are named. Nothing is written to the tenant.`}</Text>}
      </div>
    </ConfirmDialog>
  );
}
