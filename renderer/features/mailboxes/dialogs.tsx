import { Button, Checkbox, MessageBar, MessageBarBody, MessageBarTitle, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { GRADE_NOTE } from '../../../shared/domain/mailboxes.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import { useOpenDialog, type DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog, DialogFrame, TypedConfirmation } from '../../ui/Dialogs.tsx';
import { Properties } from '../../ui/Section.tsx';
import { ScrollBox } from '../../ui/ScrollBox.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { count, counted, duration, time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { STAGE_WORDS, gradeMeaning, itemWords, leftWords, size } from './words.ts';

const COMPLETION_TIMEOUT_MS = 300_000;

/** Asks before a batch is stopped. */
export function StopBatchDialog({ batch, onClose }: DialogProps<'stop mailbox batch'>): ReactNode {
  const stop = useCommand('mailboxes.stop');
  return (
    <ConfirmDialog title="Stop" kind="alert" onClose={onClose} confirmLabel="Stop" busy={stop.isPending} error={stop.error ? errorData(stop.error) : null} onConfirm={() => stop.mutate({ batchId: batch.id }, { onSuccess: onClose })}>
      <Text>{`"${batch.name}": the creation of mailboxes that are being processed stops at once and is not completed. Mailboxes that were migrated already are not affected.`}</Text>
      <Text>A status mail tells how many mailboxes were created before, with the Error Report of those in progress or waiting and the Mailboxes Ready Report of those that are done. Resume goes on where the batch stopped.</Text>
    </ConfirmDialog>
  );
}

/** Asks before a draft is thrown away. */
export function DiscardBatchDialog({ batch, onClose }: DialogProps<'discard mailbox batch'>): ReactNode {
  const discard = useCommand('mailboxes.discard');
  return (
    <ConfirmDialog title="Discard Batch" kind="alert" onClose={onClose} confirmLabel="Discard" busy={discard.isPending} error={discard.error ? errorData(discard.error) : null} onConfirm={() => discard.mutate({ batchId: batch.id }, { onSuccess: onClose })}>
      <Text>{`"${batch.name}" was not run: its list of ${counted(batch.total, 'row')} is thrown away. Nothing changes on either side.`}</Text>
    </ConfirmDialog>
  );
}

/** Everything that is known of one batch. */
export function BatchDetailsDialog({ batch: given, onClose }: DialogProps<'mailbox batch'>): ReactNode {
  const batch = useCall('mailboxes.batch', { batchId: given.id }).data ?? given;
  return (
    <DialogFrame title={`Batch ${batch.name}`} onClose={onClose} size="wide" actions={<Button appearance="primary" onClick={onClose}>Close</Button>}>
      <Properties rows={[
        ['State', <StatusBadge key="s" status={batch.state} />], ['Message', batch.message || '–'],
        ['List', `${batch.csvName}: ${counted(batch.total, 'row')}, ${count(batch.leftOut)} left out`],
        ['Made', `${time(batch.createdAt)} by ${batch.createdBy}`],
        ['Consent to change the on-premises mailboxes', batch.consentAt === null ? 'not given' : `${time(batch.consentAt)} by ${batch.consentBy ?? 'nobody known'}`],
        ['Started', batch.startedAt === null ? 'not yet' : `${time(batch.startedAt)} by ${batch.startedBy ?? 'nobody known'}`], ['Ended', time(batch.endedAt)], ['Closed', time(batch.closedAt)],
        ['Mailboxes', `${count(batch.created)} of ${count(batch.toCreate)} created, ${count(batch.forwarded)} forwarded, ${count(batch.done)} done, ${count(batch.failed)} failed, ${count(batch.stopped)} stopped, ${count(batch.waiting)} waiting, ${count(batch.converted)} converted`],
        ['Forwarding to be set', count(batch.forwardingOpen)],
        ['Data', `${count(batch.items)} items copied, ${count(batch.skipped)} skipped, ${size(batch.bytes)}`],
        ['Data consistency', `${batch.grade || '–'}. ${gradeMeaning(batch.grade)} ${GRADE_NOTE}`],
        ['Time left', leftWords(batch)],
        ['In Exchange Online', `Batch ${batch.serviceName}, endpoint ${batch.endpoint}${batch.serviceStatus === '' ? '' : `, status ${batch.serviceStatus}`}`],
        ['The service was asked', time(batch.lookedAt)], ['Mailboxes at a time', count(batch.atATime)], ['Rules of', batch.profile === '2011' ? '2011' : 'the service today'],
        ['Status mails go to', batch.recipients.join(', ') || 'whoever started it'],
      ]} />
    </DialogFrame>
  );
}

/** Everything that is known of one mailbox of a batch. */
export function MailboxDetailsDialog({ pair, batch, row, onClose }: DialogProps<'mailbox details'>): ReactNode {
  const open = useOpenDialog();
  const { sourceId } = row;
  const forward = (): void => { if (sourceId !== null) { onClose(); open('forward mail', { pair, scope: { batchId: batch.id, batchName: batch.name, ids: [sourceId] } }); } };
  return (
    <DialogFrame title={`Mailbox ${row.address || `of row ${row.line}`}`} onClose={onClose} size="wide" actions={<>
      {row.errorCode === 'forwarding differs' && sourceId !== null ? <Button onClick={forward}>Forward Mail</Button> : null}
      <Button appearance="primary" onClick={onClose}>Close</Button>
    </>}>
      {row.error === '' ? null : <MessageBar intent={row.state === 'Failed' || row.state === 'Left out' ? 'error' : 'warning'} layout="multiline"><MessageBarBody><MessageBarTitle>{row.error}</MessageBarTitle>{row.suggestion}</MessageBarBody></MessageBar>}
      <Properties rows={[
        ['State', <StatusBadge key="s" status={row.state} />],
        ['Stage', `${STAGE_WORDS[row.stage].name}: ${STAGE_WORDS[row.stage].meaning}`],
        ['On-premises mailbox', row.sourceName || 'not found'], ['Mail goes to', row.routing || '–'],
        ['Earlier batches', row.origin], ['Status in Exchange Online', row.serviceStatus || '–'],
        ['Items', itemWords(row)], ['Data migrated', `${size(row.bytes)}${row.bytesTotal === null ? '' : ` of ${size(row.bytesTotal)}`}${row.rate === null ? '' : `, ${size(row.rate)} an hour`}`],
        ['Data consistency', `${row.grade || '–'}. ${gradeMeaning(row.grade)} ${GRADE_NOTE}`],
        ['Durations', `queued ${duration(row.queuedMs)}, in progress ${duration(row.busyMs)}, stalled ${duration(row.stalledMs)}`],
        ['Mailbox created', time(row.provisionedAt)], ['Forwarding set', time(row.forwardedAt)], ['Data copied', time(row.dataAt)], ['Completed', time(row.completedAt)], ['Converted', time(row.convertedAt)],
      ]} />
    </DialogFrame>
  );
}

/** Complete Migration: what it would leave behind, then a typed confirmation. */
export function CompleteMigrationDialog({ pair, onClose }: DialogProps<'complete migration'>): ReactNode {
  const l = useLayout();
  const check = useCall('mailboxes.completion', { pairId: pair.id }, { timeoutMs: COMPLETION_TIMEOUT_MS });
  const complete = useCommand('mailboxes.complete');
  const [typed, setTyped] = useState('');
  const [agreed, setAgreed] = useState(false);
  const found = check.isFetching ? undefined : check.data;
  const open = found !== undefined && found.neverMigratedTotal + found.unconvertedTotal > 0;
  const ready = found !== undefined && found.active.length === 0 && typed === found.confirmation && (!open || agreed);
  return (
    <ConfirmDialog title="Complete Migration" size="wide" onClose={onClose} confirmLabel="Complete Migration" busy={complete.isPending} ready={ready} error={complete.error ? errorData(complete.error) : null}
      onConfirm={() => { if (found) complete.mutate({ pairId: pair.id, confirmation: typed, leftovers: open ? 'complete all the same' : 'refuse' }, { onSuccess: onClose }); }}>
      <Text>The batches are removed in Exchange Online and closed here; their records and reports stay. A final status mail is sent. The mailboxes are not touched.</Text>
      {check.error && !check.isFetching ? <ErrorView error={errorData(check.error)} onRetry={() => { void check.refetch(); }} /> : null}
      {check.isFetching ? <Loading label="Reading mailboxes and mail users of both sides…" /> : null}
      {found === undefined ? null : <div className={l.column}>
        {found.active.length > 0 ? <MessageBar intent="error" layout="multiline"><MessageBarBody><MessageBarTitle>A batch is still active.</MessageBarTitle>{`Wait for the end of ${found.active.map((name) => `"${name}"`).join(', ')}, or stop it first.`}</MessageBarBody></MessageBar> : null}
        {found.warnings.map((one) => <MessageBar key={one} intent="warning" layout="multiline"><MessageBarBody>{one}</MessageBarBody></MessageBar>)}
        <Leftovers title={`${counted(found.neverMigratedTotal, 'mail user')} ${found.neverMigratedTotal === 1 ? 'corresponds' : 'correspond'} to on-premises mailboxes that were never migrated.`} addresses={found.neverMigrated} total={found.neverMigratedTotal} />
        <Leftovers title={`${counted(found.unconvertedTotal, 'migrated mailbox', 'migrated mailboxes')} ${found.unconvertedTotal === 1 ? 'is' : 'are'} not converted to mail-enabled users.`} addresses={found.unconverted} total={found.unconvertedTotal} />
        {open && found.active.length === 0 ? <Checkbox label="Complete the migration all the same" checked={agreed} onChange={(_, d) => setAgreed(d.checked === true)} /> : null}
        {found.active.length === 0 ? <TypedConfirmation expected={found.confirmation} value={typed} onChange={setTyped} label="Type the confirmation text to complete the migration" /> : null}
      </div>}
    </ConfirmDialog>
  );
}

function Leftovers({ title, addresses, total }: { readonly title: string; readonly addresses: readonly string[]; readonly total: number }): ReactNode {
  const l = useLayout();
  if (total === 0) return null;
  return (
    <div className={l.tight}>
      <Text weight="semibold">{title}</Text>
      <ScrollBox label={title} height="low"><div className={l.mono}>{addresses.map((address) => <div key={address}>{address}</div>)}{total > addresses.length ? <div>{`and ${count(total - addresses.length)} more`}</div> : null}</div></ScrollBox>
    </div>
  );
}
