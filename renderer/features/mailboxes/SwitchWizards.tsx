import { Checkbox, Field, MessageBar, MessageBarBody, Radio, RadioGroup, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { CONTENTS_SOURCES, CONVERSION_GUIDS, DISCONNECTED_DAYS, MAILBOX_ONLY_ATTRIBUTES, SWITCH_DIRECTIONS, type ContentsSource, type ConversionGuid, type MailboxOnlyAttribute, type SwitchDirection } from '../../../shared/domain/mailbox-switch.ts';
import { errorData, useCall, useCommand, useHost } from '../../app/api.ts';
import { useOpenDialog, type DialogProps } from '../../app/dialogs.tsx';
import type { MailboxScope } from '../../app/selection.ts';
import { Wizard } from '../../ui/Wizard.tsx';
import { counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView } from '../../ui/states.tsx';

const BEFORE = ['Mailboxes'] as const;
const STEPS = [...BEFORE, 'Plan', 'Confirmation', 'Applying'] as const;
const PLAN_FIRST = 'Next, a plan is made. It is shown in full, and nothing is written to Active Directory before you approve it. It can be rolled back.';

/** What a wizard is about, in words. */
const scopeWords = ({ batchName, ids }: MailboxScope): string => (ids.length > 0 ? counted(ids.length, 'selected mailbox', 'selected mailboxes') : `All mailboxes of the batch "${batchName}"`);
const chosenOf = (pairId: string, { batchId, ids }: MailboxScope) => ({ pairId, batchId, ...(ids.length === 0 ? {} : { ids: [...ids] }) });

/** Opens the plan that was just begun in the place of this wizard. */
function useReview(title: string, onClose: () => void): { readonly lost: unknown; readonly review: (started: { readonly taskId: string }) => void } {
  const { api } = useHost();
  const open = useOpenDialog();
  const [lost, setLost] = useState<unknown>(null);
  return { lost, review: ({ taskId }) => { api.call('tasks.get', { id: taskId }).then((task) => { onClose(); open('review plan', { task, title, before: BEFORE }); }, setLost); } };
}

const GUID_WORDS: Readonly<Record<ConversionGuid, string>> = {
  'cloud': 'That of the mailbox in Microsoft 365, so that it can be moved back one day',
  'on premises': 'Keep that of the on-premises mailbox',
};
const CONTENTS_WORDS: Readonly<Record<ContentsSource, string>> = {
  'as batches tell': 'Convert only mailboxes whose migration batch has copied them',
  'moved otherwise': 'I know that the contents were moved in another way',
};
const MEANING: Readonly<Record<MailboxOnlyAttribute, string>> = {
  homeMDB: 'its database', homeMTA: 'its transport agent', msExchHomeServerName: 'its server', mDBUseDefaults: 'quotas of the database', msExchMailboxSecurityDescriptor: 'permissions on the mailbox',
};

/** Convert to mail-enabled users: what is cleared and what stays, then the plan, its approval and its progress. */
export function ConvertMailboxesWizard({ pair, scope, onClose }: DialogProps<'convert mailboxes'>): ReactNode {
  const l = useLayout();
  const title = 'Convert to Mail-Enabled Users';
  const convert = useCommand('switch.convert');
  const { lost, review } = useReview(title, onClose);
  const [guid, setGuid] = useState<ConversionGuid>('cloud');
  const [contents, setContents] = useState<ContentsSource>('as batches tell');
  const [keep, setKeep] = useState<ReadonlySet<MailboxOnlyAttribute>>(new Set());
  const [poor, setPoor] = useState(false);
  const standing = useCall('switch.standing', { pairId: pair.id });
  const refused = standing.data?.cannotWrite ?? null;
  const busy = convert.isPending || convert.isSuccess;
  const failure = convert.error ?? lost;
  const start = (): void => convert.mutate({ ...chosenOf(pair.id, scope), guid, keep: [...keep], contents, poor: poor ? 'convert' : 'leave out' }, { onSuccess: review });
  const toggle = (name: MailboxOnlyAttribute, isCleared: boolean): void => setKeep((kept) => { const next = new Set(kept); if (isCleared) next.delete(name); else next.add(name); return next; });
  return (
    <Wizard title={title} steps={STEPS} current={0} onClose={onClose} size="full" onNext={start} nextLabel={busy ? 'Starting…' : 'Make plan'} nextDisabled={busy || refused !== null}><div className={l.column}>
      <Text>{`${scopeWords(scope)}: each on-premises mailbox becomes a mail-enabled user in ${pair.sourceName || pair.name}. Outlook then finds the mailbox in Microsoft 365 by Autodiscover, and the addresses of the mailbox are kept in Active Directory.`}</Text>
      {refused === null ? null : <MessageBar intent="warning" layout="multiline"><MessageBarBody>{refused}</MessageBarBody></MessageBar>}
      <MessageBar intent="warning" layout="multiline"><MessageBarBody>{`A converted mailbox stays in its database, disconnected, for the retention time of Exchange: ${DISCONNECTED_DAYS} days by default. A roll back after that brings back the attributes only.`}</MessageBarBody></MessageBar>
      <Field label="Whose contents count as moved"><RadioGroup value={contents} onChange={(_, d) => setContents(CONTENTS_SOURCES.find((one) => one === d.value) ?? 'as batches tell')}>{CONTENTS_SOURCES.map((one) => <Radio key={one} value={one} label={CONTENTS_WORDS[one]} />)}</RadioGroup></Field>
      <Checkbox label="Convert mailboxes with the grade Poor too: items were lost in migration, and the originals are in the on-premises mailbox" checked={poor} onChange={(_, d) => setPoor(d.checked === true)} />
      <Field label="GUID of the mailbox (msExchMailboxGuid)"><RadioGroup value={guid} onChange={(_, d) => setGuid(CONVERSION_GUIDS.find((one) => one === d.value) ?? 'cloud')}>{CONVERSION_GUIDS.map((one) => <Radio key={one} value={one} label={GUID_WORDS[one]} />)}</RadioGroup></Field>
      <Field label="Cleared, where present" hint="What a mail-enabled user does not have. Take the tick away to keep a value.">
        <div>{MAILBOX_ONLY_ATTRIBUTES.map((name) => <div key={name}><Checkbox label={`${name} (${MEANING[name]})`} checked={!keep.has(name)} onChange={(_, d) => toggle(name, d.checked === true)} /></div>)}</div>
      </Field>
      <MessageBar intent="info" layout="multiline"><MessageBarBody>{PLAN_FIRST}</MessageBarBody></MessageBar>
      {failure ? <ErrorView error={errorData(failure)} /> : null}
    </div></Wizard>
  );
}

const DIRECTION_WORDS: Readonly<Record<SwitchDirection, string>> = {
  'to the cloud': 'To the cloud: the on-premises side sends mail on to the mailbox in Microsoft 365',
  'back': 'Back: mail stays with the mailbox on premises, as it was before the switch',
  'none': 'None: neither side sends mail on',
};

/** Forward Mail: which way, then the plan, its approval and its progress. */
export function ForwardMailWizard({ pair, scope, onClose }: DialogProps<'forward mail'>): ReactNode {
  const l = useLayout();
  const title = 'Forward Mail';
  const forward = useCommand('switch.forward');
  const { lost, review } = useReview(title, onClose);
  const [direction, setDirection] = useState<SwitchDirection>('to the cloud');
  const [both, setBoth] = useState(false);
  const standing = useCall('switch.standing', { pairId: pair.id });
  const refused = standing.data?.cannotWrite ?? null;
  const domain = standing.data?.redirectionDomain ?? '';
  const busy = forward.isPending || forward.isSuccess;
  const failure = forward.error ?? lost;
  const start = (): void => forward.mutate({ ...chosenOf(pair.id, scope), direction, redirection: both && domain !== '' ? 'yes' : 'no' }, { onSuccess: review });
  return (
    <Wizard title={title} steps={STEPS} current={0} onClose={onClose} size="full" onNext={start} nextLabel={busy ? 'Starting…' : 'Make plan'} nextDisabled={busy || refused !== null}><div className={l.column}>
      <Text>{`${scopeWords(scope)}: targetAddress of the on-premises mailbox in ${pair.sourceName || pair.name} says where its mail goes.`}</Text>
      {refused === null ? null : <MessageBar intent="warning" layout="multiline"><MessageBarBody>{refused}</MessageBarBody></MessageBar>}
      <Field label="Which way"><RadioGroup value={direction} onChange={(_, d) => setDirection(SWITCH_DIRECTIONS.find((one) => one === d.value) ?? 'to the cloud')}>{SWITCH_DIRECTIONS.map((one) => <Radio key={one} value={one} label={DIRECTION_WORDS[one]} />)}</RadioGroup></Field>
      <Checkbox label={domain === '' ? 'Also the way back from Microsoft 365, by the mail redirection domain' : `Also the way back from Microsoft 365, by the mail redirection domain ${domain}`} disabled={domain === ''} checked={both && domain !== ''} onChange={(_, d) => setBoth(d.checked === true)} />
      {domain === '' && standing.data ? <Text>The pair has no mail redirection domain. Name one in the properties of the pair to redirect mail from Microsoft 365 to the on-premises mailboxes.</Text> : null}
      <MessageBar intent="info" layout="multiline"><MessageBarBody>{PLAN_FIRST}</MessageBarBody></MessageBar>
      {failure ? <ErrorView error={errorData(failure)} /> : null}
    </div></Wizard>
  );
}
