import { Caption1, Combobox, Field, Input, MessageBar, MessageBarBody, MessageBarTitle, Option, Radio, RadioGroup, Select, Text } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { ConnectionTest } from '../../../shared/contracts/mailboxes.ts';
import { CONNECTION_LABELS, CONNECTION_METHODS, MAILBOX_LIMITS, SOURCE_VERSIONS } from '../../../shared/domain/mailboxes.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { methodOf, withProfile, type ConnectionDraft, type ConnectionField } from './draft.ts';

interface PageProps { readonly draft: ConnectionDraft; readonly onChange: (draft: ConnectionDraft) => void }

/** Welcome to E-mail Migration: which rules hold, and how the connection settings are found. */
export function WelcomePage({ draft, onChange }: PageProps): ReactNode {
  const { current, 2011: then } = MAILBOX_LIMITS;
  return <>
    <Text>The migration service of Exchange Online copies on-premises mailboxes to Microsoft 365, some at a time (staged Exchange migration). Directory synchronisation must be running: it has brought a mail-enabled user for each of the mailboxes.</Text>
    <Field label="Rules"><RadioGroup value={draft.profile} onChange={(_, d) => onChange(withProfile(draft, d.value === '2011' ? '2011' : 'current'))}>
      <Radio value="current" label={`The service today: at most ${current.rows.toLocaleString()} rows a list, ${current.atATime} mailboxes at a time by default, ${current.mostAtATime} at most`} />
      <Radio value="2011" label={`As in 2011: at most ${then.rows.toLocaleString()} rows a list, ${then.atATime} mailboxes at a time by default, ${then.mostAtATime} at most`} />
    </RadioGroup></Field>
    <Field label="Migration type"><RadioGroup value={draft.method} onChange={(_, d) => onChange({ ...draft, method: methodOf(d.value) })}>
      {CONNECTION_METHODS.map((method) => <Radio key={method} value={method} label={CONNECTION_LABELS[method]} />)}
    </RadioGroup></Field>
    {draft.method === 'existing' ? <Caption1>The endpoint was made in Exchange Online before. Causeway needs no password of the migration administrator then.</Caption1> : null}
  </>;
}

interface ConnectionProps extends PageProps {
  readonly problems: Readonly<Partial<Record<ConnectionField, string>>>;
  readonly hasSecret: boolean;
  readonly endpoints: ConnectionTest['endpoints'];
}

/** Configure the connection settings: the fields of the chosen migration type. */
export function ConnectionPage({ draft, onChange, problems, hasSecret, endpoints }: ConnectionProps): ReactNode {
  const l = useLayout();
  const wrong = (field: ConnectionField) => (problems[field] === undefined ? {} : { validationState: 'error' as const, validationMessage: problems[field] });
  const set = (field: ConnectionField) => (_: unknown, d: { readonly value: string }): void => onChange({ ...draft, [field]: d.value });
  const { atATime, mostAtATime } = MAILBOX_LIMITS[draft.profile];
  if (draft.method === 'existing') {
    return <>
      <Text>{CONNECTION_LABELS.existing}</Text>
      <Field label="Migration endpoint" required hint={endpoints.length === 0 ? 'No endpoint of the tenant is known yet. Type its name; Next looks for it.' : 'Outlook Anywhere endpoints of the tenant.'} {...wrong('endpoint')}>
        <Combobox freeform value={draft.endpoint} selectedOptions={[draft.endpoint]} onInput={(e) => onChange({ ...draft, endpoint: (e.target as HTMLInputElement).value })} onOptionSelect={(_, d) => { if (d.optionValue !== undefined) onChange({ ...draft, endpoint: d.optionValue }); }}>
          {endpoints.map((one) => <Option key={one.name} value={one.name} text={one.name}>{one.name}<Caption1>{`${one.server}, ${one.username}, ${one.atATime} at a time`}</Caption1></Option>)}
        </Combobox>
      </Field>
      <Text>An endpoint is made in Exchange Online PowerShell, which asks for the password itself:</Text>
      <div className={l.mono}>New-MigrationEndpoint -ExchangeOutlookAnywhere -Name Staged -Autodiscover -EmailAddress admin@contoso.com -Credentials (Get-Credential) -MaxConcurrentMigrations 20</div>
      <VersionField draft={draft} onChange={onChange} />
    </>;
  }
  const isManual = draft.method === 'manual';
  return <>
    <Text>{CONNECTION_LABELS[draft.method]}</Text>
    {isManual ? null : <Field label="Migration administrator e-mail address" required hint="Of an account that has access to the Exchange server and to all mailboxes." {...wrong('administrator')}><Input value={draft.administrator} autoComplete="off" spellCheck={false} onChange={set('administrator')} /></Field>}
    <div className={l.fields}>
      <Field label="Domain\Username" required hint={isManual ? 'As domain\\username.' : 'As Domain\\Username or UPN.'} {...wrong('username')}><Input value={draft.username} autoComplete="off" spellCheck={false} onChange={set('username')} /></Field>
      <Field label="Password" required={!hasSecret} hint={hasSecret ? 'Kept in the secret store. Leave empty to use it.' : 'Kept in the secret store of this machine, never in the project file.'} {...wrong('secret')}><Input type="password" autoComplete="new-password" value={draft.secret} placeholder={hasSecret ? 'kept' : ''} onChange={set('secret')} /></Field>
    </div>
    {isManual ? <>
      <div className={l.fields}>
        <Field label="Exchange server" required hint="FQDN, for example EXCH-MSG-1.contoso.com." {...wrong('server')}><Input value={draft.server} autoComplete="off" spellCheck={false} onChange={set('server')} /></Field>
        <Field label="RPC proxy server" required hint="FQDN, for example mail.contoso.com." {...wrong('proxy')}><Input value={draft.proxy} autoComplete="off" spellCheck={false} onChange={set('proxy')} /></Field>
      </div>
      <Field label="Authentication"><Select value={draft.authentication} onChange={() => onChange({ ...draft, authentication: 'Basic' })}><option value="Basic">Basic</option></Select></Field>
    </> : null}
    <div className={l.fields}>
      <Field label="Number of mailboxes to migrate simultaneously" hint={`${atATime} by default, ${mostAtATime} at most.`} {...wrong('atATime')}><Input type="number" min={1} max={mostAtATime} value={draft.atATime} onChange={set('atATime')} /></Field>
      <VersionField draft={draft} onChange={onChange} />
    </div>
  </>;
}

/** The staged method takes some versions only, and neither the service nor every directory tells which one it is. */
function VersionField({ draft, onChange }: PageProps): ReactNode {
  return (
    <Field label="Version of Exchange on premises" hint="A staged migration takes mailboxes of Exchange 2003 and 2007.">
      <Select value={draft.sourceVersion} onChange={(_, d) => onChange({ ...draft, sourceVersion: SOURCE_VERSIONS.find((one) => one === d.value) ?? 'unknown' })}>
        {SOURCE_VERSIONS.map((one) => <option key={one} value={one}>{one === 'unknown' ? 'Not known: find it out' : one === 'not Exchange' ? 'Another mail system' : `Exchange ${one}`}</option>)}
      </Select>
    </Field>
  );
}

/** What the connection test found, and what that means for the wizard. */
export function TestResult({ test, movedOn }: { readonly test: ConnectionTest; /** Autodiscover failed, and the manual page is shown now. */ readonly movedOn: boolean }): ReactNode {
  const l = useLayout();
  const title = !test.connected ? movedOn ? 'Autodiscover did not find the connection settings. Specify them manually.' : 'The Exchange server was not reached. Verify the connection settings.'
    : !test.synchronised ? 'Directory synchronisation is not on in this tenant.' : 'These mailboxes cannot be migrated in this way.';
  const text = !test.connected ? 'You have to connect to the Exchange server to continue.'
    : !test.synchronised ? 'A staged migration needs a directory synchronisation tool such as Microsoft Entra Connect. Without it, only a cutover migration of all mailboxes is possible, of up to 1,000. Install and run the tool, then start this wizard again.' : 'The reason stands below.';
  return <>
    <Live><MessageBar intent={test.mayGoOn ? 'success' : 'error'} layout="multiline"><MessageBarBody>{test.mayGoOn ? 'The Exchange server was reached, and directory synchronisation is on.' : <><MessageBarTitle>{title}</MessageBarTitle>{text}</>}</MessageBarBody></MessageBar></Live>
    <table className={l.plainTable} aria-label="Connection test">
      <thead><tr><th scope="col">Check</th><th scope="col">Outcome</th><th scope="col">Reason</th></tr></thead>
      <tbody>{test.lines.map((line, i) => <tr key={`${line.check} ${i}`}><td>{line.check}</td><td><StatusBadge status={line.outcome} /></td><td>{line.message}</td></tr>)}</tbody>
    </table>
  </>;
}
