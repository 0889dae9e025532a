import { Button, Checkbox, Field, Input, Link, MessageBar, MessageBarBody, MessageBarTitle, Radio, RadioGroup, Select, Text, Textarea } from '@fluentui/react-components';
import { DocumentRegular } from '@fluentui/react-icons';
import { useRef, useState, type ReactNode } from 'react';
import type { ListCheck, ListSource } from '../../../shared/contracts/mailboxes.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { CONSENT, CSV_COLUMNS, MAILBOX_LIMITS, type MailboxProfile } from '../../../shared/domain/mailboxes.ts';
import { errorData, useCall, useHost } from '../../app/api.ts';
import { ExportProgress } from '../../ui/ExportButton.tsx';
import { ScrollBox } from '../../ui/ScrollBox.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { count, counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { readBase64 } from '../../ui/read-base64.ts';
import { useSaveParts } from '../../ui/save-parts.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';

/** The host refuses larger lists (contract of mailboxes); saying so here saves the upload. */
const MAX_FILE_BYTES = 2 * 1024 * 1024;
const LIST_TIMEOUT_MS = 600_000;
/** Rows that are drawn; the report has all of them. */
const DRAWN = 100;

/** What the third page holds. */
export interface ListDraft {
  readonly from: 'file' | 'collection';
  readonly file: { readonly name: string; readonly content: string } | null;
  readonly collectionId: string;
  readonly consent: boolean;
}
/** Before anything was chosen. */
export const EMPTY_LIST: ListDraft = { from: 'file', file: null, collectionId: '', consent: false };

/** What the host is sent; null while nothing is chosen. */
export function sourceOf({ from, file, collectionId }: ListDraft): ListSource | null {
  if (from === 'collection') return collectionId === '' ? null : { from, collectionId };
  return file === null ? null : { from, fileName: file.name, content: file.content };
}

interface SelectProps { readonly pair: Pair; readonly profile: MailboxProfile; readonly draft: ListDraft; readonly onChange: (draft: ListDraft) => void; readonly check: ListCheck | undefined }

/** Select Mailboxes to Migrate: a CSV file or a collection, and the consent. */
export function SelectPage({ pair, profile, draft, onChange, check }: SelectProps): ReactNode {
  const l = useLayout();
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState('');
  const collections = useCall('collections.list', {}, { enabled: draft.from === 'collection' });
  const own = collections.data?.rows.filter((one) => one.pairId === pair.id) ?? [];
  const choose = async (file: File | undefined): Promise<void> => {
    if (!file) return;
    setProblem('');
    if (file.size > MAX_FILE_BYTES) { setProblem(`"${file.name}" is larger than 2 MB. Cut the list into several files.`); return; }
    const content = await readBase64(file).catch(() => null);
    if (content === null) { setProblem(`"${file.name}" cannot be read. Is it open in another program?`); return; }
    onChange({ ...draft, file: { name: file.name, content } });
  };
  const findings = check?.fileFindings ?? [];
  return <>
    <RadioGroup aria-label="Where the list comes from" layout="horizontal" value={draft.from} onChange={(_, d) => onChange({ ...draft, from: d.value === 'collection' ? 'collection' : 'file' })}>
      <Radio value="file" label="A CSV file" /><Radio value="collection" label="From a collection" />
    </RadioGroup>
    {draft.from === 'file' ? <>
      <Text>{`One row a mailbox, at most ${count(MAILBOX_LIMITS[profile].rows)}, separated by commas. The first line names the columns: ${CSV_COLUMNS[0]} is required (the primary SMTP address on premises), ${CSV_COLUMNS.slice(1).join(' and ')} are optional.`}</Text>
      <div className={l.row}>
        <input ref={input} type="file" accept=".csv,.txt,text/csv,text/plain" hidden aria-label="CSV file" onChange={(e) => { void choose(e.target.files?.[0]); e.target.value = ''; }} />
        <Button icon={<DocumentRegular />} onClick={() => input.current?.click()}>Browse</Button>
        <Text>{draft.file?.name ?? 'No file is chosen.'}</Text>
      </div>
      {problem === '' ? null : <MessageBar intent="error"><MessageBarBody>{problem}</MessageBarBody></MessageBar>}
    </> : <>
      {collections.error ? <ErrorView error={errorData(collections.error)} onRetry={() => { void collections.refetch(); }} /> : !collections.data ? <Loading label="Reading collections…" /> : (
        <Field label="Collection" required hint="The members that have an on-premises mailbox, by their primary SMTP address. Nobody gets a new password.">
          <Select value={draft.collectionId} onChange={(_, d) => onChange({ ...draft, collectionId: d.value })}><option value="">{own.length === 0 ? 'The pair has no collection' : 'Choose a collection'}</option>{own.map((one) => <option key={one.id} value={one.id}>{`${one.name} (${counted(one.objects, 'object')})`}</option>)}</Select>
        </Field>
      )}
    </>}
    {findings.length > 0 ? <Live><MessageBar intent="error" layout="multiline"><MessageBarBody>
      <MessageBarTitle>{findings.length === 1 ? 'The list cannot be used.' : `The list cannot be used for ${findings.length} reasons.`}</MessageBarTitle>
      <ul>{findings.map((one, i) => <li key={`${one.code} ${i}`}>{one.message}</li>)}</ul>
    </MessageBarBody></MessageBar></Live> : null}
    <Checkbox label={CONSENT} checked={draft.consent} onChange={(_, d) => onChange({ ...draft, consent: d.checked === true })} />
  </>;
}

/** The last page's answers. */
export interface StartDraft { readonly name: string; readonly recipients: string }

interface StartProps { readonly pair: Pair; readonly profile: MailboxProfile; readonly list: ListSource; readonly check: ListCheck; readonly starter: string; readonly draft: StartDraft; readonly onChange: (draft: StartDraft) => void; readonly wrong: string | null }

/** Start the migration: row errors, recipients, and how many mailboxes it will be. */
export function StartPage({ pair, profile, list, check, starter, draft, onChange, wrong }: StartProps): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const [problem, setProblem] = useState<unknown>(null);
  const saving = useSaveParts(setProblem);
  const shown = check.rowErrors.slice(0, DRAWN);
  const parts = [check.fresh > 0 ? `${count(check.fresh)} new` : '', check.resumed > 0 ? `${count(check.resumed)} that failed before and go on where they stopped` : '', check.reset > 0 ? `${count(check.reset)} migrated before, whose forwarding alone is set again by a plan` : ''].filter((one) => one !== '');
  return <>
    {check.rowErrorsTotal > 0 ? <>
      <Live><MessageBar intent="warning" layout="multiline"><MessageBarBody>
        <MessageBarTitle>{`${counted(check.leftOut, 'row')} of ${count(check.total)} will not be migrated.`}</MessageBarTitle>
        {'The others are. Correct the errors and run the same list again. '}
        {saving.progress === null ? <Link as="button" type="button" inline onClick={() => saving.start((after, signal) => api.call('mailboxes.validation', { pairId: pair.id, profile, list, after }, { timeoutMs: LIST_TIMEOUT_MS, signal }))}>Validation error report</Link> : <ExportProgress saving={saving} />}
      </MessageBarBody></MessageBar></Live>
      <ScrollBox label="Rows with errors or warnings" height="low">
        <table className={l.plainTable}>
          <thead><tr><th scope="col">Row</th><th scope="col">EmailAddress</th><th scope="col">Severity</th><th scope="col">Error</th><th scope="col">What to do</th></tr></thead>
          <tbody>{shown.map((one, i) => <tr key={`${one.line} ${one.code} ${i}`}><td>{one.line}</td><td>{one.address || '–'}</td><td><StatusBadge status={one.severity} /></td><td>{one.message}</td><td>{one.suggestion}</td></tr>)}</tbody>
        </table>
      </ScrollBox>
      {check.rowErrorsTotal > shown.length ? <Text size={200}>{`The first ${count(shown.length)} of ${count(check.rowErrorsTotal)} are shown; the report has all of them.`}</Text> : null}
    </> : null}
    {problem ? <ErrorView error={errorData(problem)} /> : null}
    <Text size={400} weight="semibold">{`Number of mailboxes that will be migrated: ${count(check.willMigrate)}`}</Text>
    {parts.length > 0 ? <Text>{`${parts.join(', ')}.`}</Text> : null}
    <div className={l.fields}>
      <Field label="Name of the batch" required {...(draft.name.trim() === '' ? { validationState: 'error' as const, validationMessage: 'must not be empty' } : {})}><Input value={draft.name} maxLength={128} onChange={(_, d) => onChange({ ...draft, name: d.value })} /></Field>
      <Field label="Send status e-mail messages also to" hint={`Addresses, separated by commas. ${!starter.includes('@') ? 'Whoever starts the batch is told only when named here.' : `${starter} gets them as well.`}`} {...(wrong === null ? {} : { validationState: 'error' as const, validationMessage: `"${wrong}" is not an e-mail address.` })}>
        <Textarea rows={2} spellCheck={false} value={draft.recipients} onChange={(_, d) => onChange({ ...draft, recipients: d.value })} />
      </Field>
    </div>
    {check.advice.length === 0 ? null : <MessageBar intent="info" layout="multiline"><MessageBarBody><MessageBarTitle>Good to know</MessageBarTitle><ul>{check.advice.map((one) => <li key={one}>{one}</li>)}</ul></MessageBarBody></MessageBar>}
  </>;
}
