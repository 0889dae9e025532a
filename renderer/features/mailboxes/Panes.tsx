import { Button, MessageBar, MessageBarBody, ProgressBar, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { MailboxBatch, MailboxBatches } from '../../../shared/contracts/mailboxes.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { errorData, useCommand } from '../../app/api.ts';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { Properties, Section } from '../../ui/Section.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { ago, count, time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { useNow } from '../../ui/now.ts';
import { ErrorView } from '../../ui/states.tsx';
import { ReportLink } from './ReportLink.tsx';
import { WISH_WORDS, leftWords, shareDone } from './words.ts';

/** What is being migrated now; shown only while a batch is active. */
export function ActivePane({ batch }: { readonly batch: MailboxBatch }): ReactNode {
  const l = useLayout();
  const now = useNow();
  const open = useOpenDialog();
  const refresh = useCommand('mailboxes.refresh');
  const [problem, setProblem] = useState<unknown>(null);
  const share = shareDone(batch);
  const failure = problem ?? refresh.error;
  return (
    <Section title="Active E-Mail Migration" action={<div className={l.row}>
      <Button disabled={!batch.canStop} onClick={() => open('stop mailbox batch', { batch })}>Stop</Button>
      <Button disabled={refresh.isPending} onClick={() => refresh.mutate({ batchId: batch.id })}>Refresh</Button>
      <Text size={200} className={l.muted}>{batch.lookedAt === null ? 'The service was not asked yet.' : `The service was asked ${ago(batch.lookedAt, now)}.`}</Text>
    </div>}>
      <Live className={l.row}><StatusBadge status={batch.state} /><Text weight="semibold">{batch.name}</Text><span>{WISH_WORDS[batch.wanted]}</span></Live>
      {batch.message === '' ? null : <MessageBar intent="info" layout="multiline"><MessageBarBody>{batch.message}</MessageBarBody></MessageBar>}
      {share === null ? null : <ProgressBar aria-label={`Mailboxes of ${batch.name}`} thickness="large" value={share} />}
      <Properties rows={[
        ['Started', batch.startedAt === null ? 'not yet' : `${time(batch.startedAt)} by ${batch.startedBy ?? 'nobody known'}`],
        ['Mailboxes to be created', count(batch.toCreate)],
        ['Created so far', count(batch.created)],
        ['Actively being created', `${count(batch.active)}, at most ${count(batch.atATime)} at a time`],
        ['Failed', count(batch.failed)],
        ['Time left', leftWords(batch)],
      ]} />
      <div className={l.row}>
        <ReportLink batchId={batch.id} kind="Active Mailbox Migration" title="Active Mailbox Migration report" onProblem={setProblem} />
        <ReportLink batchId={batch.id} kind="Error Report" title="Error Report for Active Migrations" onProblem={setProblem} />
      </div>
      {failure ? <ErrorView error={errorData(failure)} /> : null}
    </Section>
  );
}

/** What earlier batches came to, and the way to the next one. */
export function MigrationPane({ pair, all, ended }: { readonly pair: Pair; readonly all: MailboxBatches; /** The newest batch that has ended; null: none. */ readonly ended: MailboxBatch | null }): ReactNode {
  const l = useLayout();
  const open = useOpenDialog();
  const [problem, setProblem] = useState<unknown>(null);
  const hasBatches = all.rows.length > 0;
  return (
    <Section title="E-Mail Migration" action={<div className={l.row}>
      <Button appearance="primary" onClick={() => open('new mailbox batch', { pair })}>New</Button>
      <Button disabled={ended === null || all.unconverted === 0} title={ended === null ? '' : `The mailboxes of ${ended.name}`} onClick={() => { if (ended) open('convert mailboxes', { pair, scope: { batchId: ended.id, batchName: ended.name, ids: [] } }); }}>Convert</Button>
      <Button disabled={!hasBatches} onClick={() => open('complete migration', { pair })}>Complete Migration</Button>
    </div>}>
      {all.cannotForward === null ? null : <MessageBar intent="warning" layout="multiline"><MessageBarBody>{all.cannotForward}</MessageBarBody></MessageBar>}
      <Properties rows={[
        ['Migrated in previous batches', count(all.migratedBefore)],
        ['Not converted yet', all.unconverted === 0 ? '0' : `${count(all.unconverted)} migrated mailboxes still have their on-premises mailbox.`],
        ['Failed', ended === null ? count(all.failed) : <>{`${count(all.failed)}. `}<ReportLink batchId={ended.id} kind="Error Report" title={`Error report of ${ended.name}`} onProblem={setProblem} /></>],
      ]} />
      {problem ? <ErrorView error={errorData(problem)} /> : null}
    </Section>
  );
}
