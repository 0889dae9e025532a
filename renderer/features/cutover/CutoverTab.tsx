import { Tab, TabList } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { PairScreenProps } from '../../app/screens.ts';
import { useLayout } from '../../ui/layout.ts';
import { MailFlow } from './MailFlow.tsx';
import { Steps } from './Steps.tsx';

const PARTS = ['cutover', 'flow', 'decommission'] as const;
type Part = (typeof PARTS)[number];

/** Cutover of a pair's mail: the runbook with its live checks, the mail flow simulator, and the checklist of decommissioning. */
export function CutoverTab({ pair }: PairScreenProps): ReactNode {
  const l = useLayout();
  const [part, setPart] = useState<Part>('cutover');
  return (
    <div className={l.fill}>
      <TabList size="small" selectedValue={part} onTabSelect={(_, d) => setPart(PARTS.find((one) => one === d.value) ?? 'cutover')} aria-label="Parts of the cutover">
        <Tab value="cutover">Runbook</Tab><Tab value="flow">Mail flow</Tab><Tab value="decommission">Decommissioning</Tab>
      </TabList>
      {part === 'flow' ? <MailFlow pair={pair} /> : <Steps key={part} pair={pair} runbook={part} />}
    </div>
  );
}
