import { Button, Field, Input, Radio, RadioGroup, Select, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { PACK_FORMATS, type PackFormat } from '../../../shared/domain/evidence.ts';
import { errorData, useCall, useHost } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { ExportProgress } from '../../ui/ExportButton.tsx';
import { time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { PART_TIMEOUT_MS, useSaveParts } from '../../ui/save-parts.ts';
import { ErrorView } from '../../ui/states.tsx';
import { localOf, momentOf } from './words.ts';

const WEEK_MS = 7 * 86_400_000;
const MINUTE_MS = 60_000;
const FORMAT_WORDS: Readonly<Record<PackFormat, string>> = { html: 'One page to read and print (HTML)', csv: 'A table for spreadsheets (CSV)', json: 'For programs (JSON)' };

/** Saves the evidence of a period as a file: who, what, before, after, why, and the head of the chain. */
export function EvidencePackDialog({ pairId, onClose }: DialogProps<'evidence pack'>): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const pairs = useCall('pairs.list', {});
  const [pair, setPair] = useState(pairId);
  const [opened] = useState(() => Date.now());
  const [from, setFrom] = useState(() => localOf(opened - WEEK_MS));
  const [to, setTo] = useState(() => localOf(opened + MINUTE_MS));
  const [format, setFormat] = useState<PackFormat>('html');
  const [problem, setProblem] = useState<unknown>(null);
  const saving = useSaveParts(setProblem);
  const [start, end] = [momentOf(from), momentOf(to)];
  const isRight = start !== null && end !== null && start <= end;
  const save = (): void => { if (isRight) saving.start((after, signal) => api.call('evidence.pack', { scope: { pairId: pair, from: start, to: end }, format, after }, { timeoutMs: PART_TIMEOUT_MS, signal })); };
  return (
    <DialogFrame title="Export Evidence Pack" onClose={onClose} actions={<>
      <Button onClick={onClose}>Close</Button>
      {saving.progress === null ? <Button appearance="primary" disabled={!isRight} onClick={save}>Export</Button> : <ExportProgress saving={saving} />}
    </>}>
      <Text>Everything that was written and decided in a period: who, what, before, after and why. There is no secret in it.</Text>
      <Field label="Of"><Select value={pair ?? ''} onChange={(_, d) => setPair(d.value || null)}><option value="">The whole project</option>{pairs.data?.rows.map((one) => <option key={one.id} value={one.id}>{one.name}</option>)}</Select></Field>
      <div className={l.fields}>
        <Field label="From" hint={start === null ? 'Choose a date and time.' : `That is ${time(start)}.`}><Input type="datetime-local" value={from} onChange={(_, d) => setFrom(d.value)} /></Field>
        <Field label="To" hint={end === null ? 'Choose a date and time.' : `That is ${time(end)}.`} {...(start !== null && end !== null && start > end ? { validationState: 'error' as const, validationMessage: 'must not be before the beginning' } : {})}><Input type="datetime-local" value={to} onChange={(_, d) => setTo(d.value)} /></Field>
      </div>
      <Field label="Form"><RadioGroup value={format} onChange={(_, d) => setFormat(PACK_FORMATS.find((one) => one === d.value) ?? 'html')}>{PACK_FORMATS.map((one) => <Radio key={one} value={one} label={FORMAT_WORDS[one]} />)}</RadioGroup></Field>
      {problem ? <ErrorView error={errorData(problem)} /> : null}
    </DialogFrame>
  );
}
