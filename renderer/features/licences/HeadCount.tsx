import { Button, Caption1, Spinner, Text, makeStyles } from '@fluentui/react-components';
import { PeopleCheckmarkRegular } from '@fluentui/react-icons';
import { useState, type ReactNode } from 'react';
import { errorData, useCall } from '../../app/api.ts';
import { Section } from '../../ui/Section.tsx';
import { count, counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView } from '../../ui/states.tsx';

const useStyles = makeStyles({ list: { maxHeight: '220px', overflowY: 'auto', flexShrink: 0 }, notes: { margin: 0, paddingLeft: '20px' } });

/** Units that the rules of a collection would take, against those that are free, with what is known now. */
export function HeadCount({ collectionId }: { readonly collectionId: string }): ReactNode {
  const s = useStyles();
  const l = useLayout();
  const [wanted, setWanted] = useState(false);
  const asked = useCall('licences.headCount', { collectionId }, { enabled: wanted, timeoutMs: 120_000 });
  const { data, error, isFetching } = asked;
  const start = (): void => { if (wanted) void asked.refetch(); else setWanted(true); };
  return (
    <div className={s.list}>
      <Section title="Head count">
        <div className={l.row}>
          <Button size="small" icon={isFetching ? <Spinner size="tiny" /> : <PeopleCheckmarkRegular />} disabled={isFetching} onClick={start}>{isFetching ? 'Counting…' : wanted ? 'Count again' : 'Count licences'}</Button>
          <Caption1 className={l.muted}>With what was read of both sides last. Nothing is planned or written.</Caption1>
        </div>
        {error ? <ErrorView error={errorData(error)} onRetry={() => { void asked.refetch(); }} /> : null}
        {data ? (
          <>
            {data.problems.map((problem) => <Text key={problem} className={l.old}>{problem}</Text>)}
            <Text>{`${count(data.changed)} of ${counted(data.users, 'user')} would get other licences than now.`}</Text>
            {data.rows.length > 0 ? (
              <table className={l.plainTable}>
                <thead><tr><th>Product</th><th>Needed</th><th>Free</th><th>Missing</th></tr></thead>
                <tbody>{data.rows.map((r) => <tr key={r.skuId}><td>{r.partNumber}</td><td>{count(r.needed)}</td><td>{count(r.free)}{r.freed > 0 ? `, ${count(r.freed)} more after this plan` : ''}</td><td className={r.short > 0 ? l.old : undefined}>{count(r.short)}</td></tr>)}</tbody>
              </table>
            ) : null}
            {data.notesTotal > 0 ? (
              <details>
                <summary>{counted(data.notesTotal, 'user is left as it is', 'users are left as they are')}</summary>
                <ul className={s.notes}>{data.notes.map((n, i) => <li key={`${n.name} ${i}`}>{n.message}</li>)}{data.notesTotal > data.notes.length ? <li>{`and ${count(data.notesTotal - data.notes.length)} more`}</li> : null}</ul>
              </details>
            ) : null}
          </>
        ) : null}
      </Section>
    </div>
  );
}
