import { Text } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { PlanSummary } from '../../../shared/contracts/tasks.ts';
import { errorData, useCall } from '../../app/api.ts';
import { count } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';

/** Findings shown beside the confirmation; the page of the plan has all of them. */
const SHOWN = 100;

/** What a person must have seen before a roll back: values that others changed since, and what cannot be taken back. Nothing when there is neither. */
export function RollBackFindings({ plan }: { readonly plan: PlanSummary }): ReactNode {
  const l = useLayout();
  const total = plan.findings.errors + plan.findings.warnings;
  const findings = useCall('plans.findings', { planId: plan.id, limit: SHOWN }, { enabled: total > 0 });
  if (total === 0) return null;
  if (findings.error) return <ErrorView error={errorData(findings.error)} onRetry={() => { void findings.refetch(); }} />;
  if (!findings.data) return <Loading label="Reading findings…" />;
  return (
    <section aria-label="Changed by others since, or not to be taken back">
      <Text weight="semibold">Changed by others since, or not to be taken back</Text>
      <table className={l.plainTable}>
        <thead><tr><th scope="col">Object</th><th scope="col">Attribute</th><th scope="col">Value now</th><th scope="col">What happens</th></tr></thead>
        <tbody>{findings.data.rows.map((f, i) => (
          <tr key={`${i} ${f.sourceId ?? f.name} ${f.attribute}`}><td>{f.name}</td><td>{f.attribute || '–'}</td><td>{f.value || '–'}</td><td>{f.message}</td></tr>
        ))}</tbody>
      </table>
      {findings.data.total > findings.data.rows.length ? <Text size={200} className={l.muted}>{`The first ${count(findings.data.rows.length)} of ${count(findings.data.total)}; go back to the plan for all of them.`}</Text> : null}
    </section>
  );
}
