import { Button, MessageBar, MessageBarBody, Text, makeStyles } from '@fluentui/react-components';
import { useMemo, type ReactNode } from 'react';
import type { CheckSummary } from '../../../shared/contracts/checks.ts';
import type { Collection } from '../../../shared/contracts/collections.ts';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { errorData, useCall } from '../../app/api.ts';
import { hasEnded } from '../../app/cache.ts';
import { useOpenDialog } from '../../app/dialogs.tsx';
import type { CollectionScreenProps, PairScreenProps } from '../../app/screens.ts';
import { TaskProgress } from '../../ui/TaskProgress.tsx';
import { counted, time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { Findings } from './Findings.tsx';

/** What is looked at, in one sentence. */
const WHAT = 'Formats, lengths, characters, unique names (in the directory and against the tenant), domains, group sizes and licences are checked before anything is written, and fixes are proposed.';
const useStyles = makeStyles({ head: { display: 'flex', flexDirection: 'column', gap: '8px', flexShrink: 0 } });

/** Findings of a collection, and the decisions about them. */
export function CollectionChecksTab({ pair, collection }: CollectionScreenProps): ReactNode {
  return <Checks key={collection.id} pair={pair} collection={collection} />;
}

/** Findings of everything that was read of a pair. */
export function PairChecksTab({ pair }: PairScreenProps): ReactNode {
  return <Checks key={pair.id} pair={pair} collection={null} />;
}

function Checks({ pair, collection }: { readonly pair: Pair; readonly collection: Collection | null }): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const open = useOpenDialog();
  const scope = useMemo(() => ({ pairId: pair.id, ...(collection ? { collectionId: collection.id } : {}) }), [pair.id, collection]);
  const latest = useCall('checks.latest', scope);
  const tasks = useCall('tasks.list', scope);
  const running = tasks.data?.rows.find((t) => t.kind === 'Check' && t.collectionId === (collection?.id ?? null) && !hasEnded(t));
  // The newest one, when it did not end well: its findings are not there, and the older ones are shown below.
  const last = tasks.data?.rows.find((t) => t.kind === 'Check' && t.collectionId === (collection?.id ?? null));
  const begin = (): void => open('check objects', { pair, collection, scope: null });
  if (latest.error) return <div className={l.fill}><ErrorView error={errorData(latest.error)} onRetry={() => { void latest.refetch(); }} /></div>;
  if (!latest.data) return <Loading label="Reading the last check…" />;
  const { check } = latest.data;
  return (
    <div className={l.fill}>
      <div className={s.head}>
        {running ? <TaskProgress task={running} /> : last && (last.state === 'Failed' || last.state === 'Interrupted') ? <MessageBar intent="error" layout="multiline"><MessageBarBody>{`The last check did not end: ${last.message}`}</MessageBarBody></MessageBar> : null}
        {check ? <Headline check={check} /> : null}
      </div>
      {check ? <Findings key={check.id} check={check} pair={pair} collection={collection} />
        : running ? null
        : <EmptyState title="Not checked yet" actions={<Button appearance="primary" disabled={collection?.objects === 0} onClick={begin}>Check Objects</Button>}>{collection?.objects === 0 ? 'The collection is empty. Add objects first.' : WHAT}</EmptyState>}
    </div>
  );
}

function Headline({ check }: { readonly check: CheckSummary }): ReactNode {
  const l = useLayout();
  const { totals, decided } = check;
  const some = decided.edit + decided.remove + decided.complete;
  return (
    <>
      <div className={l.row}>
        <Text weight="semibold">{`${counted(totals.errors, 'error')}, ${counted(totals.warnings, 'warning')} in ${counted(totals.checked, 'object')}`}</Text>
        <Text className={l.muted}>{`Checked ${time(check.createdAt)}. ${counted(totals.fixable, 'finding')} with a fix to propose${some > 0 ? `; decided: ${decided.edit} EDIT, ${decided.remove} REMOVE, ${decided.complete} COMPLETE${decided.fixed > 0 ? `, ${decided.fixed} written` : ''}` : ''}.${check.leftOutTotal > 0 ? ` ${counted(check.leftOutTotal, 'object')} left out of any migration.` : ''}`}</Text>
      </div>
      {check.tenantRead ? null : <MessageBar intent="warning" layout="multiline"><MessageBarBody>The tenant was not read, so taken names, domains and licences were not checked.</MessageBarBody></MessageBar>}
    </>
  );
}
