import { Button, Checkbox, Field, Input, MessageBar, MessageBarBody, MessageBarTitle, Text, Textarea } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { CutoverSettings } from '../../../shared/contracts/cutover.ts';
import { CLOUD_RECORDS, WAITING_HOURS } from '../../../shared/domain/cutover.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog, DialogFrame } from '../../ui/Dialogs.tsx';
import { ScrollBox } from '../../ui/ScrollBox.tsx';
import { time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { EvidenceTable } from './EvidenceTable.tsx';
import { draftOf, problemOf, settingsOf, type CutoverDraft } from './draft.ts';
import { against } from './words.ts';

/** A step is checked anew before it is confirmed. */
const CONFIRM_TIMEOUT_MS = 300_000;

/** A person answers for a step, with a note; against a failed check or an open gate only with a reason. */
export function ConfirmStepDialog({ pair, runbook, step, onClose }: DialogProps<'confirm step'>): ReactNode {
  const [note, setNote] = useState('');
  const [despite, setDespite] = useState(false);
  const confirm = useCommand('cutover.confirm', CONFIRM_TIMEOUT_MS);
  const gate = against(step);
  const refused = confirm.error ? errorData(confirm.error) : null;
  const needsReason = gate !== null || refused?.code === 'GUARD_STOPPED' || refused?.code === 'CONFLICT';
  return (
    <ConfirmDialog title={`Confirm: ${step.title}`} size="wide" onClose={onClose} confirmLabel="Confirm" busy={confirm.isPending} ready={!despite || note.trim() !== ''} error={refused}
      onConfirm={() => confirm.mutate({ pairId: pair.id, runbook, step: step.step, note: note.trim(), despite: despite ? 'yes' : 'no' }, { onSuccess: onClose })}>
      <Text>{`${step.about} The step is checked anew right now; what is found is kept with your name and the time.`}</Text>
      {gate === null ? null : <MessageBar intent="warning" layout="multiline"><MessageBarBody><MessageBarTitle>Something stands against it.</MessageBarTitle>{gate}</MessageBarBody></MessageBar>}
      {needsReason ? <Checkbox label="Confirm it all the same, for the reason in the note" checked={despite} onChange={(_, d) => setDespite(d.checked === true)} /> : null}
      <Field label="Note" required={despite} hint="Kept with the confirmation."><Textarea value={note} maxLength={2_000} rows={3} onChange={(_, d) => setNote(d.value)} /></Field>
    </ConfirmDialog>
  );
}

/** What a check had found when the step was confirmed. */
export function StepEvidenceDialog({ step, onClose }: DialogProps<'step evidence'>): ReactNode {
  return (
    <DialogFrame title={`Confirmed: ${step.title}`} size="wide" onClose={onClose} actions={<Button appearance="primary" onClick={onClose}>Close</Button>}>
      <Text>{`Confirmed ${time(step.confirmedAt)} by ${step.confirmedBy ?? 'nobody known'}${step.note === '' ? '.' : `: ${step.note}`}`}</Text>
      <ScrollBox label="What was asked and answered then" height="high"><EvidenceTable evidence={step.confirmedEvidence} /></ScrollBox>
    </DialogFrame>
  );
}

/** What the checks of the cutover ask, and whom. */
export function CutoverSettingsDialog({ pair, onClose }: DialogProps<'cutover settings'>): ReactNode {
  const kept = useCall('cutover.settings', { pairId: pair.id });
  if (kept.data) return <SettingsOf pairId={pair.id} kept={kept.data.settings} domains={kept.data.domains} servers={kept.data.servers} onClose={onClose} />;
  return (
    <DialogFrame title="Cutover Settings" onClose={onClose} size="wide" actions={<Button onClick={onClose}>Cancel</Button>}>
      {kept.error ? <ErrorView error={errorData(kept.error)} onRetry={() => { void kept.refetch(); }} /> : <Loading label="Reading the settings…" />}
    </DialogFrame>
  );
}

interface SettingsProps { readonly pairId: string; readonly kept: CutoverSettings; readonly domains: readonly string[]; readonly servers: readonly string[]; readonly onClose: () => void }

function SettingsOf({ pairId, kept, domains, servers, onClose }: SettingsProps): ReactNode {
  const l = useLayout();
  const [draft, setDraft] = useState<CutoverDraft>(() => draftOf(kept));
  const save = useCommand('cutover.saveSettings');
  const parsed = CutoverSettings.safeParse(settingsOf(draft));
  const field = (name: keyof CutoverDraft, label: string, hint: string): ReactNode => {
    const problem = problemOf(parsed, name);
    return <Field key={name} label={label} hint={hint} {...(problem === null ? {} : { validationState: 'error' as const, validationMessage: problem })}><Input value={draft[name]} spellCheck={false} autoComplete="off" onChange={(_, d) => setDraft({ ...draft, [name]: d.value })} /></Field>;
  };
  const found = (list: readonly string[], none: string): string => (list.length === 0 ? none : `${list.slice(0, 6).join(', ')}${list.length > 6 ? ' and others' : ''}`);
  return (
    <DialogFrame title="Cutover Settings" onClose={onClose} size="wide" tall actions={<>
      <Button appearance="primary" disabled={!parsed.success || save.isPending} onClick={() => { if (parsed.success) save.mutate({ pairId, settings: parsed.data }, { onSuccess: onClose }); }}>{save.isPending ? 'Saving…' : 'Save'}</Button>
      <Button onClick={onClose}>Cancel</Button>
    </>}>
      <Text>Several values are separated by commas.</Text>
      <div className={l.fields}>
        {field('domains', 'Mail domains', `Empty: the verified domains of the tenant (${found(domains, 'none is known yet')}).`)}
        {field('servers', 'DNS servers to ask', `IP addresses, in this order. Empty: those of this computer (${found(servers, 'none found')}).`)}
        {field('authoritative', 'Servers of the mail domains themselves', 'Empty: found by NS records. All of them must answer right before the waiting time begins.')}
        {field('mxHosts', 'MX hosts to lead to', `Those of Microsoft 365 are ${CLOUD_RECORDS.global.mxHosts.join(' and ')}; name your gateway instead if mail goes there first.`)}
        {field('autodiscover', 'Autodiscover leads to', `For Microsoft 365 ${CLOUD_RECORDS.global.autodiscover}.`)}
        {field('spf', 'SPF record includes', `For Microsoft 365 ${CLOUD_RECORDS.global.spf}.`)}
        {field('onPremisesHosts', 'Mail servers on premises', 'Empty: every MX host that does not belong to Microsoft 365.')}
        {field('onPremisesDomains', 'Domains that Exchange on premises accepts', 'Empty: the mail domains and the mail redirection domain.')}
        {field('waitingHours', 'Hours to wait after the MX change', `${WAITING_HOURS.usual} is usual, ${WAITING_HOURS.least} at least.`)}
      </div>
      {save.error ? <ErrorView error={errorData(save.error)} /> : null}
    </DialogFrame>
  );
}
