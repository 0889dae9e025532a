import { Button, Checkbox, Field, Input, MessageBar, MessageBarBody, MessageBarTitle, Text } from '@fluentui/react-components';
import { useCallback, useMemo, useState, type ReactNode } from 'react';
import { PasswordPolicySchema, type PasswordAccount } from '../../../shared/contracts/passwords.ts';
import type { PasswordPolicy } from '../../../shared/domain/passwords.ts';
import { errorData, useCall, useCommand, useHost } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCursorRows } from '../../ui/cursor-rows.ts';
import { ExportButton } from '../../ui/ExportButton.tsx';
import { PART_TIMEOUT_MS } from '../../ui/save-parts.ts';
import { counted, time } from '../../ui/format.ts';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';

const COLUMNS: readonly GridColumn<PasswordAccount>[] = [
  { id: 'upn', title: 'User principal name', width: 240, grow: true, render: (a) => <span title={a.userPrincipalName}>{a.userPrincipalName}</span> },
  { id: 'name', title: 'Name', width: 160, grow: true, render: (a) => a.name },
  { id: 'state', title: 'Password', width: 160, render: (a) => a.state },
  { id: 'created', title: 'Created', width: 190, render: (a) => time(a.createdAt) },
];

/** How initial passwords of a pair are made, and the accounts that need one. No password is ever shown. */
export function InitialPasswordsDialog({ pair, onClose }: DialogProps<'initial passwords'>): ReactNode {
  const l = useLayout();
  const policy = useCall('passwords.policy', { pairId: pair.id });
  return (
    <DialogFrame title="Initial Passwords" onClose={onClose} size="wide" tall actions={<Button appearance="primary" onClick={onClose}>Close</Button>}>
      {policy.error ? <ErrorView error={errorData(policy.error)} onRetry={() => { void policy.refetch(); }} /> : null}
      {policy.data?.delivery === 'none' ? (
        <MessageBar intent="warning" layout="multiline"><MessageBarBody><MessageBarTitle>Nobody knows these passwords.</MessageBarTitle>Each account that a migration creates gets a random password, which is sent to the tenant once and kept nowhere. Reset it before the first sign-in, for example with a temporary access pass or in the admin center.</MessageBarBody></MessageBar>
      ) : null}
      {policy.data ? <Policy key={JSON.stringify(policy.data)} pairId={pair.id} saved={policy.data} /> : <Loading label="Reading the policy…" />}
      <Text className={l.muted}>Whether the password must be changed at the first sign-in is a mapping rule (passwordProfile/forceChangePasswordNextSignIn).</Text>
      <Accounts pairId={pair.id} />
    </DialogFrame>
  );
}

function Policy({ pairId, saved }: { readonly pairId: string; readonly saved: PasswordPolicy }): ReactNode {
  const l = useLayout();
  const save = useCommand('passwords.savePolicy');
  const [length, setLength] = useState(String(saved.length));
  const [lookAlikes, setLookAlikes] = useState(saved.lookAlikes);
  const [symbols, setSymbols] = useState(saved.symbols);
  const parsed = PasswordPolicySchema.safeParse({ length: Number(length), lookAlikes, symbols });
  const problem = (field: 'length' | 'symbols') => { const issue = parsed.error?.issues.find((i) => i.path[0] === field); return issue ? { validationState: 'error' as const, validationMessage: issue.message } : {}; };
  const changed = Number(length) !== saved.length || lookAlikes !== saved.lookAlikes || symbols !== saved.symbols;
  return (
    <>
      <div className={l.fields}>
        <Field label="Length" hint="8 to 256 characters" {...problem('length')}><Input type="number" min={8} max={256} value={length} onChange={(_, d) => setLength(d.value)} /></Field>
        <Field label="Symbols" hint="Empty: letters and digits only" {...problem('symbols')}><Input value={symbols} spellCheck={false} autoComplete="off" onChange={(_, d) => setSymbols(d.value)} /></Field>
        <Checkbox label="Leave out characters that look alike (I, l, 1, O, 0)" checked={lookAlikes === 'left out'} onChange={(_, d) => setLookAlikes(d.checked === true ? 'left out' : 'allowed')} />
      </div>
      {save.error ? <ErrorView error={errorData(save.error)} /> : null}
      <div className={l.row}><Button size="small" disabled={!changed || !parsed.success || save.isPending} onClick={() => { if (parsed.success) save.mutate({ pairId, policy: parsed.data }); }}>{save.isPending ? 'Saving…' : 'Save policy'}</Button></div>
    </>
  );
}

function Accounts({ pairId }: { readonly pairId: string }): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const [selection, setSelection] = useState(NOTHING);
  const [problem, setProblem] = useState<unknown>(null);
  const input = useMemo(() => ({ pairId }), [pairId]);
  const key = useMemo(() => ['passwords.accounts', input] as const, [input]);
  const fetch = useCallback((after: string | null, signal: AbortSignal) => api.call('passwords.accounts', { ...input, after }, { signal }), [api, input]);
  const rows = useCursorRows<PasswordAccount>(key, fetch);
  const failure = problem ?? rows.error;
  if (rows.loading && !rows.error) return <Loading label="Reading accounts…" />;
  if (rows.total === 0 && !failure) return <EmptyState title="No account was created yet">Accounts that a migration creates appear here, so that nobody is forgotten.</EmptyState>;
  return (
    <>
      <div className={l.row}>
        <Text>{counted(rows.total, 'account')}</Text><span className={l.grow} />
        <ExportButton title="Export list" onProblem={setProblem} part={(after, signal) => api.call('passwords.export', { ...input, after }, { timeoutMs: PART_TIMEOUT_MS, signal })} />
      </div>
      {failure ? <ErrorView error={errorData(failure)} onRetry={() => { setProblem(null); rows.retry(); }} /> : null}
      <VirtualGrid label="New accounts" mode="single" rowCount={rows.total} rowAt={rows.rowAt} keyOf={(a) => a.id} columns={COLUMNS} selection={selection} onSelect={setSelection} onRange={rows.onRange} />
    </>
  );
}
