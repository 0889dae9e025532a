import type { ReactNode } from 'react';
import type { RunbookStep } from '../../../shared/contracts/cutover.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { RESULT_WORDS } from './words.ts';

/** What a check asked, whom, and what was answered. */
export function EvidenceTable({ evidence }: { readonly evidence: RunbookStep['evidence'] }): ReactNode {
  const l = useLayout();
  return (
    <table className={l.plainTable}>
      <thead><tr><th scope="col">Question</th><th scope="col">Asked</th><th scope="col">Answer</th><th scope="col">Result</th><th scope="col">At</th></tr></thead>
      <tbody>{evidence.map((one, i) => <tr key={`${one.question} ${one.asked} ${i}`}><td>{one.question}</td><td>{one.asked}</td><td>{one.answer}</td><td><StatusBadge status={RESULT_WORDS[one.result]} /></td><td className={l.number}>{time(one.at)}</td></tr>)}</tbody>
    </table>
  );
}
