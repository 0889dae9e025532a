import { Button, Text, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useMemo, useState, type ReactNode } from 'react';
import type { Runbook, RunbookStep } from '../../../shared/contracts/cutover.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import type { RunbookName } from '../../../shared/domain/cutover.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { usePublishChosen } from '../../app/selection.ts';
import { ScrollBox } from '../../ui/ScrollBox.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { count, time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { EvidenceTable } from './EvidenceTable.tsx';
import { RUNBOOK_WORDS, STEP_WORDS, against, numberOf } from './words.ts';

/** Checks ask DNS servers, both sides and their directories. */
const CHECK_TIMEOUT_MS = 300_000;
const useStyles = makeStyles({ detail: { display: 'flex', flexDirection: 'column', gap: '8px', flexShrink: 1, minHeight: '160px', maxHeight: '45%', overflowY: 'auto', borderTop: `1px solid ${tokens.colorNeutralStroke2}`, paddingTop: '8px' } });

const columnsOf = (runbook: RunbookName): readonly GridColumn<RunbookStep>[] => [
  { id: 'number', title: 'Step', width: 50, render: (s) => count(numberOf(runbook, s.step)) },
  { id: 'title', title: 'What is to be done', width: 270, grow: true, render: (s) => <span title={s.about}>{s.title}</span> },
  { id: 'state', title: 'State', width: 130, render: (s) => <span title={STEP_WORDS[s.state].meaning}><StatusBadge status={STEP_WORDS[s.state].name} /></span> },
  { id: 'message', title: 'Last check', width: 230, grow: true, render: (s) => <span title={s.message}>{s.message || 'Not checked yet.'}</span> },
  { id: 'confirmed', title: 'Confirmed', width: 205, render: (s) => (s.confirmedAt === null ? '–' : `${time(s.confirmedAt)}, ${s.confirmedBy ?? ''}`) },
  { id: 'checked', title: 'Checked', width: 200, render: (s) => time(s.checkedAt) },
];

/** The steps of one list, and the chosen one with what was asked and answered. */
export function Steps({ pair, runbook }: { readonly pair: Pair; readonly runbook: RunbookName }): ReactNode {
  const l = useLayout();
  const menu = useCommandMenu();
  const list = useCall('cutover.runbook', { pairId: pair.id, runbook });
  const check = useCommand('cutover.check', CHECK_TIMEOUT_MS);
  const [picked, setPicked] = useState<RunbookStep['step'] | null>(null);
  const steps = list.data?.steps;
  const step = steps?.find((one) => one.step === picked) ?? steps?.find((one) => one.state !== 'confirmed') ?? steps?.[0] ?? null;
  usePublishChosen(useMemo(() => ({ kind: 'step' as const, runbook, step }), [runbook, step]));
  const selection = useMemo(() => ({ mode: 'ids' as const, keys: new Set(step ? [step.step] : []) }), [step]);
  const columns = useMemo(() => columnsOf(runbook), [runbook]);
  if (list.error) return <ErrorView error={errorData(list.error)} onRetry={() => { void list.refetch(); }} />;
  if (!list.data || !steps) return <Loading label="Reading the steps…" />;
  return <>
    <div className={l.row}>
      <Button appearance="primary" size="small" disabled={check.isPending} onClick={() => check.mutate({ pairId: pair.id, runbook })}>{check.isPending ? 'Checking…' : 'Check all'}</Button>
      <Text size={200} className={l.muted}>{RUNBOOK_WORDS[runbook].about}</Text>
      <span className={l.grow} />
      <Live>{summaryOf(list.data)}</Live>
    </div>
    {check.error ? <ErrorView error={errorData(check.error)} /> : null}
    <VirtualGrid label={RUNBOOK_WORDS[runbook].name} mode="single" rowCount={steps.length} rowAt={(i) => steps[i]} keyOf={(s) => s.step} columns={columns} selection={selection} onSelect={({ keys }) => setPicked(steps.find((one) => keys.has(one.step))?.step ?? null)} onMenu={menu} />
    {step ? <StepDetail pair={pair} runbook={runbook} step={step} checking={check.isPending} onCheck={() => check.mutate({ pairId: pair.id, runbook, step: step.step })} /> : null}
  </>;
}

function summaryOf({ steps, confirmed }: Runbook): string {
  const wrong = steps.filter((one) => one.state === 'failed' || one.state === 'stale').length;
  return `${count(confirmed)} of ${count(steps.length)} confirmed${wrong > 0 ? `, ${count(wrong)} wrong` : ''}`;
}

interface DetailProps { readonly pair: Pair; readonly runbook: RunbookName; readonly step: RunbookStep; readonly checking: boolean; readonly onCheck: () => void }

function StepDetail({ pair, runbook, step, checking, onCheck }: DetailProps): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const open = useOpenDialog();
  const reopen = useCommand('cutover.reopen');
  const gate = against(step);
  return (
    <section className={mergeClasses(s.detail)} aria-label={`Step ${numberOf(runbook, step.step)}`}>
      <div className={l.row}>
        <Text weight="semibold">{`${numberOf(runbook, step.step)}. ${step.title}`}</Text><StatusBadge status={STEP_WORDS[step.state].name} />
        <span className={l.grow} />
        <Button size="small" disabled={checking} onClick={onCheck}>{checking ? 'Checking…' : 'Check'}</Button>
        {step.confirmedAt === null || step.state === 'stale' ? <Button size="small" appearance="primary" onClick={() => open('confirm step', { pair, runbook, step })}>Confirm</Button> : null}
        {step.confirmedAt === null ? null : <Button size="small" disabled={reopen.isPending} onClick={() => reopen.mutate({ pairId: pair.id, runbook, step: step.step })}>Take back</Button>}
      </div>
      <Text>{step.about}</Text>
      {step.message === '' ? null : <Text>{step.message}</Text>}
      {gate !== null && step.missing.length > 0 && step.confirmedAt === null ? <Text className={l.muted}>{gate}</Text> : null}
      {step.confirmedAt === null ? null : <Text>{`Confirmed ${time(step.confirmedAt)} by ${step.confirmedBy ?? 'nobody known'}${step.note === '' ? '.' : `: ${step.note}`}`}</Text>}
      {reopen.error ? <ErrorView error={errorData(reopen.error)} /> : null}
      {step.evidence.length === 0 ? null : <ScrollBox label="What was asked and answered" height="low"><EvidenceTable evidence={step.evidence} /></ScrollBox>}
      {step.confirmedEvidence.length === 0 ? null : <div><Button size="small" appearance="subtle" onClick={() => open('step evidence', { step })}>What was found when it was confirmed</Button></div>}
    </section>
  );
}
