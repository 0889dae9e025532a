import { Body1, Text } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { errorData, useCall } from '../../app/api.ts';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { driftState, sidesOf, whatOf } from '../../ui/drift-words.ts';
import { counted, time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';

/** Changes shown of one object. */
const MOST = 200;

/** What others changed of one object in the tenant, newest first. */
export function ObjectDrift({ collectionId, objectId }: { readonly collectionId: string; readonly objectId: string }): ReactNode {
  const l = useLayout();
  const drift = useCall('drift.page', { collectionId, sourceId: objectId, limit: MOST });
  if (drift.error) return <ErrorView error={errorData(drift.error)} onRetry={() => { void drift.refetch(); }} />;
  if (!drift.data) return <Loading label="Reading drift…" />;
  const { rows, total } = drift.data;
  if (rows.length === 0) return <Body1>Nobody else has changed what coexistence had brought in step of this object.</Body1>;
  return <>
    <table className={l.plainTable}>
      <thead><tr><th scope="col">Attribute</th><th scope="col">What the rules say</th><th scope="col">In Microsoft 365</th><th scope="col">First seen</th><th scope="col">State</th></tr></thead>
      <tbody>{rows.map((row) => { const { expected, actual } = sidesOf(row); return <tr key={row.id}><td>{whatOf(row)}</td><td>{expected}</td><td>{actual}</td><td>{time(row.seenAt)}</td><td><StatusBadge status={driftState(row)} />{row.by === '' ? '' : ` ${row.by}, ${time(row.changedAt)}`}</td></tr>; })}</tbody>
    </table>
    {total > rows.length ? <Text>{`and ${counted(total - rows.length, 'older change')}`}</Text> : null}
    <Text>Open ones are re-applied or accepted on the Coexistence tab, under Drift.</Text>
  </>;
}
