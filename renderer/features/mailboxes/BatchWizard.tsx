import { Button } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { KeptMailboxSettings, MailboxBatch } from '../../../shared/contracts/mailboxes.ts';
import { useQueryClient } from '@tanstack/react-query';
import { errorData, useCall, useCommand, useHost } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { useNavigation } from '../../app/navigation.ts';
import { Wizard } from '../../ui/Wizard.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { ConnectionPage, TestResult, WelcomePage } from './ConnectionPages.tsx';
import { EMPTY_LIST, SelectPage, StartPage, sourceOf, type ListDraft, type StartDraft } from './ListPages.tsx';
import { addressesOf, draftOf, nameFor, problemsOf, settingsOf, wrongAddress, type ConnectionDraft } from './draft.ts';

const TITLE = 'New E-Mail Migration';
/** Pages by the names of the reference system ("Migrate a Subset of Mailboxes to the Cloud", steps 1 to 4). */
const STEPS = ['Welcome to E-mail Migration', 'Configure the connection settings', 'Select Mailboxes to Migrate', 'Start the migration'] as const;
const TEST_TIMEOUT_MS = 300_000;
const LIST_TIMEOUT_MS = 600_000;
type Input = DialogProps<'new mailbox batch'>;

/** New batch of staged mailbox migration. Kept settings are tested again, and the wizard then opens at the list of mailboxes. */
export function NewMailboxBatchWizard(input: Input): ReactNode {
  const settings = useCall('mailboxes.settings', { pairId: input.pair.id });
  const [round, setRound] = useState(0);
  if (settings.data) return <Pages key={round} {...input} kept={settings.data} isFirst={round === 0} onStartOver={() => setRound(round + 1)} />;
  return (
    <Wizard title={TITLE} steps={STEPS} current={0} onClose={input.onClose} size="full">
      {settings.error ? <ErrorView error={errorData(settings.error)} onRetry={() => { void settings.refetch(); }} /> : <Loading label="Reading the settings…" />}
    </Wizard>
  );
}

interface PagesProps extends Input { readonly kept: KeptMailboxSettings; /** False after Start Over: nothing is gone past then. */ readonly isFirst: boolean; readonly onStartOver: () => void }

function Pages({ pair, kept, isFirst, onStartOver, onClose }: PagesProps): ReactNode {
  const l = useLayout();
  const [draft, setDraft] = useState<ConnectionDraft>(() => draftOf(kept));
  const [page, setPage] = useState<number | null>(null);
  const [tried, setTried] = useState(false);
  const [movedOn, setMovedOn] = useState(false);
  const [list, setList] = useState<ListDraft>(EMPTY_LIST);
  const [start, setStart] = useState<StartDraft | null>(null);
  const problems = problemsOf(draft, kept.hasSecret);
  const isKept = isFirst && Object.keys(problemsOf(draftOf(kept), kept.hasSecret)).length === 0;
  const begin = useCall('mailboxes.test', { pairId: pair.id }, { enabled: isKept, timeoutMs: TEST_TIMEOUT_MS });
  const test = useCommand('mailboxes.test', TEST_TIMEOUT_MS);
  const save = useCommand('mailboxes.saveSettings');
  const check = useCommand('mailboxes.check', LIST_TIMEOUT_MS);
  const { run, busy: running, failure: runFailure } = useRun(pair.id, onClose);
  const isTestingKept = page === null && isKept && begin.isPending;
  const at = page ?? (!isKept ? 0 : begin.data?.mayGoOn === true ? 2 : 1);
  const tested = test.data ?? begin.data;
  const source = sourceOf(list);
  const edit = (next: ConnectionDraft): void => { setDraft(next); setPage(at); test.reset(); setMovedOn(false); };
  const listName = list.from === 'file' ? list.file?.name ?? '' : 'Collection';
  const last: StartDraft = start ?? { name: nameFor(listName), recipients: kept.recipients.join(', ') };
  const wrong = wrongAddress(addressesOf(last.recipients));
  const testNow = (): void => {
    setTried(true);
    setPage(1);
    if (Object.keys(problems).length > 0) return;
    const input = { settings: settingsOf(draft, kept.recipients), ...(draft.secret === '' ? {} : { secret: draft.secret }) };
    test.mutate({ pairId: pair.id, input }, { onSuccess: (found) => {
      if (found.mayGoOn) save.mutate({ pairId: pair.id, ...input }, { onSuccess: () => setPage(2) });
      else if (!found.connected && draft.method === 'autodiscover') { setDraft({ ...draft, method: 'manual' }); setTried(false); setMovedOn(true); }
    } });
  };
  const checkNow = (): void => { if (source) check.mutate({ pairId: pair.id, profile: draft.profile, list: source }, { onSuccess: (found) => { if (found.fileFindings.length === 0) { setPage(3); setStart(null); } } }); };
  const runNow = (): void => { if (source) void run({ settings: settingsOf(draft, addressesOf(last.recipients)), name: last.name.trim(), source }); };
  const busy = test.isPending || save.isPending || check.isPending || running;
  const failure = at === 1 ? test.error ?? save.error ?? (test.data ? null : begin.error) : at === 2 ? check.error : at === 3 ? runFailure : null;
  const next = [
    { label: 'Next', go: () => setPage(1), disabled: false },
    { label: test.isPending || save.isPending ? 'Testing…' : 'Next', go: testNow, disabled: busy },
    { label: check.isPending ? 'Checking…' : 'Next', go: checkNow, disabled: busy || source === null || !list.consent },
    { label: running ? 'Starting…' : 'Run', go: runNow, disabled: busy || (check.data?.willMigrate ?? 0) === 0 || last.name.trim() === '' || wrong !== null },
  ][at];
  return (
    <Wizard title={TITLE} steps={STEPS} current={isTestingKept ? 1 : at} onClose={onClose} size="full" onBack={at === 1 || at === 2 ? () => setPage(at - 1) : undefined}
      onNext={isTestingKept ? undefined : next?.go} nextLabel={next?.label ?? 'Next'} nextDisabled={next?.disabled ?? true} extra={at === 3 ? <Button disabled={busy} onClick={onStartOver}>Start Over</Button> : null}>
      <div className={l.column}>
      {isTestingKept ? <Loading label="Testing the kept connection settings and directory synchronisation. Nothing is written…" />
        : at === 0 ? <WelcomePage draft={draft} onChange={edit} />
        : at === 1 ? <>
          <ConnectionPage draft={draft} onChange={edit} problems={tried ? problems : {}} hasSecret={kept.hasSecret} endpoints={tested?.endpoints ?? []} />
          {busy ? <Loading label="Exchange Online tries to reach the on-premises Exchange server. Nothing is written…" /> : tested && !failure ? <TestResult test={tested} movedOn={movedOn} /> : null}
        </>
        : at === 2 ? <>
          <SelectPage pair={pair} profile={draft.profile} draft={list} onChange={(changed) => { setList(changed); check.reset(); }} check={check.data} />
          {check.isPending ? <Loading label="Checking every row against Active Directory and Microsoft 365. Nothing is written…" /> : null}
        </>
        : source && check.data ? <StartPage pair={pair} profile={draft.profile} list={source} check={check.data} starter={kept.starter} draft={last} onChange={setStart} wrong={wrong} /> : null}
      {failure && !busy ? <ErrorView error={errorData(failure)} onRetry={at === 1 ? testNow : at === 2 ? checkNow : runNow} /> : null}
      </div>
    </Wizard>
  );
}

/** Keeps the recipients, makes the batch and runs it. A second try runs the batch that was made already. */
function useRun(pairId: string, onClose: () => void): { readonly run: (what: { readonly settings: ReturnType<typeof settingsOf>; readonly name: string; readonly source: NonNullable<ReturnType<typeof sourceOf>> }) => Promise<void>; readonly busy: boolean; readonly failure: unknown } {
  const { api } = useHost();
  const cache = useQueryClient();
  const { go } = useNavigation();
  const [made, setMade] = useState<MailboxBatch | null>(null);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<unknown>(null);
  return { busy, failure, run: async ({ settings, name, source }) => {
    setBusy(true);
    setFailure(null);
    try {
      await api.call('mailboxes.saveSettings', { pairId, settings });
      const batch = made ?? await api.call('mailboxes.create', { pairId, name, profile: settings.profile, list: source, recipients: settings.recipients, consent: 'given' }, { timeoutMs: LIST_TIMEOUT_MS });
      setMade(batch);
      await api.call('mailboxes.run', { batchId: batch.id });
      onClose();
      go({ kind: 'pair', pairId }, 'Mailbox Migration');
    } catch (error) { setFailure(error); setBusy(false); } finally { await cache.invalidateQueries({ queryKey: ['mailboxes.batches'] }); }
  } };
}
