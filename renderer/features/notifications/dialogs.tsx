import { Button, Checkbox, Field, Input, MessageBar, MessageBarBody, Select, Text, makeStyles, tokens } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { MailAddress } from '../../../shared/contracts/notifications.ts';
import { TEMPLATE_NAMES } from '../../../shared/domain/notifications.ts';
import { errorData, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog, DialogFrame } from '../../ui/Dialogs.tsx';
import { Properties } from '../../ui/Section.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { count, counted, time } from '../../ui/format.ts';
import { Live } from '../../ui/Live.tsx';
import { ErrorView } from '../../ui/states.tsx';
import { MAIL_WORDS, remarkOf } from './words.ts';

const SEND_TIMEOUT_MS = 120_000;
const useStyles = makeStyles({ body: { whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', margin: 0, fontFamily: tokens.fontFamilyBase } });

/** One mail of the outbox in full. A password is never in it. */
export function MailDetailsDialog({ mail, onClose }: DialogProps<'mail details'>): ReactNode {
  const s = useStyles();
  return (
    <DialogFrame title={mail.subject || 'Mail'} size="wide" onClose={onClose} actions={<Button appearance="primary" onClick={onClose}>Close</Button>}>
      <Properties rows={[
        ['State', <StatusBadge key="s" status={MAIL_WORDS[mail.state].name} />], ['Meaning', MAIL_WORDS[mail.state].meaning],
        ['To', mail.recipientName === '' ? mail.recipient : `${mail.recipientName} (${mail.recipient})`], ['Message', mail.scenario],
        ['Made', time(mail.createdAt)], ['Sent', time(mail.sentAt)], ['Tries', count(mail.tries)], ['Answer', remarkOf(mail)],
        ['Attachments', mail.attachments.join(', ') || 'none'], ...(mail.hasSecret ? [['Password', 'Kept in the secret store until the mail is sent.'] as const] : []),
      ]} />
      <pre className={s.body}>{mail.text}</pre>
    </DialogFrame>
  );
}

/** Asks before mails are sent again; for unclear ones with a warning. */
export function RetryMailsDialog({ mails, onClose }: DialogProps<'retry mails'>): ReactNode {
  const unclear = mails.filter((one) => one.state === 'unclear').length;
  const [known, setKnown] = useState(false);
  const retry = useCommand('notifications.retry');
  return (
    <ConfirmDialog title="Send Again" onClose={onClose} confirmLabel="Send again" busy={retry.isPending} ready={unclear === 0 || known} error={retry.error ? errorData(retry.error) : null}
      onConfirm={() => retry.mutate({ ids: mails.map((one) => one.id), ...(unclear > 0 ? { again: 'I know it may arrive twice' as const } : {}) }, { onSuccess: onClose })}>
      <Text>{`${counted(mails.length, 'mail')} ${mails.length === 1 ? 'is' : 'are'} sent again: ${mails.slice(0, 5).map((one) => one.recipient).join(', ')}${mails.length > 5 ? ` and ${count(mails.length - 5)} more` : ''}.`}</Text>
      {unclear === 0 ? null : <>
        <MessageBar intent="warning" layout="multiline"><MessageBarBody>{`Of ${counted(unclear, 'mail')} nobody knows whether ${unclear === 1 ? 'it' : 'they'} arrived: the connection ended before the server answered. Ask the people first.`}</MessageBarBody></MessageBar>
        <Checkbox label="I know it may arrive twice" checked={known} onChange={(_, d) => setKnown(d.checked === true)} />
      </>}
    </ConfirmDialog>
  );
}

/** Sends one mail at once and shows what the server answered. */
export function TestMailDialog({ onClose }: DialogProps<'test mail'>): ReactNode {
  const [to, setTo] = useState('');
  const [name, setName] = useState('');
  const test = useCommand('notifications.test', SEND_TIMEOUT_MS);
  const address = MailAddress.safeParse(to);
  const template = TEMPLATE_NAMES.find((one) => one === name);
  return (
    <DialogFrame title="Send Test Mail" onClose={onClose} actions={<>
      <Button onClick={onClose}>Close</Button>
      <Button appearance="primary" disabled={!address.success || test.isPending} onClick={() => { if (address.success) test.mutate({ to: address.data, ...(template === undefined ? {} : { name: template }) }); }}>{test.isPending ? 'Sending…' : 'Send'}</Button>
    </>}>
      <Field label="To" required {...(to === '' || address.success ? {} : { validationState: 'error' as const, validationMessage: address.error.issues[0]?.message ?? 'must be a mail address' })}><Input value={to} spellCheck={false} autoComplete="off" placeholder="you@example.com" onChange={(_, d) => { setTo(d.value); test.reset(); }} /></Field>
      <Field label="Message" hint="A template is filled with an example; no real password is in it."><Select value={name} onChange={(_, d) => { setName(d.value); test.reset(); }}><option value="">A plain line</option>{TEMPLATE_NAMES.map((one) => <option key={one} value={one}>{one}</option>)}</Select></Field>
      {test.error ? <ErrorView error={errorData(test.error)} /> : null}
      {test.data ? <Live><MessageBar intent="success" layout="multiline"><MessageBarBody>{`The mail was taken. The server answered: ${test.data.answer}`}</MessageBarBody></MessageBar></Live> : null}
    </DialogFrame>
  );
}
