import { Button, Checkbox, Field, Input, MessageBar, MessageBarBody, Radio, RadioGroup, Select, Textarea, makeStyles } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { NotificationSettingsShown } from '../../../shared/contracts/notifications.ts';
import { MAIL_SECURITY, MAIL_TRANSPORTS, TEMPLATE_NAMES, type NotificationSettings } from '../../../shared/domain/notifications.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { usePublishChosen } from '../../app/selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { draftOf, settingsOf, type NotificationDraft } from './draft.ts';

const useStyles = makeStyles({ form: { display: 'flex', flexDirection: 'column', gap: '12px', overflowY: 'auto', minHeight: 0, maxWidth: '900px', paddingRight: '4px' } });
const TRANSPORT_WORDS: Readonly<Record<NotificationSettings['transport'], string>> = { none: 'Not at all: mails are made and kept, none is sent', smtp: 'By a mail server (SMTP)', graph: 'By Microsoft Graph, from a mailbox of the tenant' };
const SECURITY_WORDS: Readonly<Record<NotificationSettings['security'], string>> = { starttls: 'STARTTLS, required', tls: 'TLS from the start', none: 'None: only for a server on this machine' };

/** How mails leave, for the whole project. */
export function Settings(): ReactNode {
  const settings = useCall('notifications.settings', {});
  usePublishChosen(null);
  if (settings.error) return <ErrorView error={errorData(settings.error)} onRetry={() => { void settings.refetch(); }} />;
  if (!settings.data) return <Loading label="Reading the settings…" />;
  return <Form key={JSON.stringify(settings.data)} kept={settings.data} />;
}

function Form({ kept }: { readonly kept: NotificationSettingsShown }): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const open = useOpenDialog();
  const [draft, setDraft] = useState<NotificationDraft>(() => draftOf(kept));
  const pairs = useCall('pairs.list', {});
  const save = useCommand('notifications.saveSettings');
  const { settings, problems } = settingsOf(draft);
  const changed = JSON.stringify(draft) !== JSON.stringify(draftOf(kept));
  const { transport } = draft;
  const wrong = (field: keyof NotificationSettings) => (problems[field] === undefined ? {} : { validationState: 'error' as const, validationMessage: problems[field] });
  const set = (field: keyof NotificationDraft) => (_: unknown, d: { readonly value: string }): void => setDraft({ ...draft, [field]: d.value });
  const hold = (name: (typeof TEMPLATE_NAMES)[number], isHeld: boolean): void => setDraft({ ...draft, held: TEMPLATE_NAMES.filter((one) => (one === name ? isHeld : draft.held.includes(one))) });
  const send = (): void => { if (settings) save.mutate({ settings, ...(draft.secret === '' ? {} : { secret: draft.secret }) }); };
  return (
    <div className={s.form}>
      <Live><MessageBar intent={kept.delivery.delivers ? 'success' : 'info'} layout="multiline"><MessageBarBody>{kept.delivery.delivers ? 'Initial passwords of new accounts are delivered by mail and forgotten then.' : `Initial passwords are not delivered. ${kept.delivery.reason}`}</MessageBarBody></MessageBar></Live>
      <Field label="How mails leave" hint="For the whole project."><RadioGroup value={transport} onChange={(_, d) => setDraft({ ...draft, transport: MAIL_TRANSPORTS.find((one) => one === d.value) ?? 'none' })}>{MAIL_TRANSPORTS.map((one) => <Radio key={one} value={one} label={TRANSPORT_WORDS[one]} />)}</RadioGroup></Field>
      {transport === 'smtp' ? <>
        <div className={l.fields}>
          <Field label="Mail server" required {...wrong('host')}><Input value={draft.host} spellCheck={false} autoComplete="off" placeholder="smtp.example.com" onChange={set('host')} /></Field>
          <Field label="Port" required hint="587 with STARTTLS, 465 with TLS." {...wrong('port')}><Input type="number" min={1} max={65_535} value={draft.port} onChange={set('port')} /></Field>
          <Field label="Connection security" {...wrong('security')}><Select value={draft.security} onChange={(_, d) => setDraft({ ...draft, security: MAIL_SECURITY.find((one) => one === d.value) ?? 'starttls' })}>{MAIL_SECURITY.map((one) => <option key={one} value={one}>{SECURITY_WORDS[one]}</option>)}</Select></Field>
          <Field label="CA file" hint="PEM file to trust besides those of the machine; usually empty." {...wrong('caFile')}><Input value={draft.caFile} spellCheck={false} autoComplete="off" onChange={set('caFile')} /></Field>
          <Field label="User name" hint="Empty: the server asks for no sign-in." {...wrong('username')}><Input value={draft.username} spellCheck={false} autoComplete="off" onChange={set('username')} /></Field>
          <Field label="Password" hint={kept.hasSecret ? 'Kept in the secret store. Leave empty to keep it.' : 'Kept in the secret store of this machine, never in the project file.'}><Input type="password" autoComplete="new-password" value={draft.secret} placeholder={kept.hasSecret ? 'kept' : ''} onChange={set('secret')} /></Field>
        </div>
      </> : null}
      {transport === 'graph' ? <Field label="Pair whose tenant sends" required hint="The application needs the permission Mail.Send." {...wrong('pairId')}><Select value={draft.pairId ?? ''} onChange={(_, d) => setDraft({ ...draft, pairId: d.value || null })}><option value="">Choose a pair</option>{pairs.data?.rows.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}</Select></Field> : null}
      {transport === 'none' ? null : <div className={l.fields}>
        <Field label={transport === 'graph' ? 'Mailbox that sends' : 'Sender'} required {...wrong('from')}><Input value={draft.from} spellCheck={false} autoComplete="off" placeholder="migration@example.com" onChange={set('from')} /></Field>
        <Field label="Answers go to" hint="Empty: to the sender." {...wrong('replyTo')}><Input value={draft.replyTo} spellCheck={false} autoComplete="off" onChange={set('replyTo')} /></Field>
        <Field label="Mails a minute, at most" hint="Exchange Online takes 30 of one sender." {...wrong('ratePerMinute')}><Input type="number" min={1} max={10_000} value={draft.ratePerMinute} onChange={set('ratePerMinute')} /></Field>
      </div>}
      <Field label="Whom to ask" hint="What {Support} says in a message." {...wrong('support')}><Textarea rows={2} value={draft.support} maxLength={500} onChange={set('support')} /></Field>
      <Field label="Messages that wait until somebody releases them" hint="The others leave as soon as they are made."><div>{TEMPLATE_NAMES.map((name) => <div key={name}><Checkbox label={name} checked={draft.held.includes(name)} onChange={(_, d) => hold(name, d.checked === true)} /></div>)}</div></Field>
      {save.error ? <ErrorView error={errorData(save.error)} /> : null}
      <div className={l.row}>
        <Button appearance="primary" disabled={!changed || settings === null || save.isPending} onClick={send}>{save.isPending ? 'Saving…' : 'Save'}</Button>
        <Button disabled={changed || kept.transport === 'none'} title={changed ? 'Save the settings first.' : ''} onClick={() => open('test mail', {})}>Send test mail</Button>
      </div>
    </div>
  );
}
