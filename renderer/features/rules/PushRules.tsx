import { Button, Checkbox, MessageBar, MessageBarBody, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { RULE_SETS, type PushSet } from '../../../shared/domain/rules.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { ChangeList, changeCounts } from './ChangeList.tsx';

/** Puts the rules of a pair in place of those of its collections, after the difference was shown. */
export function PushRulesDialog({ pair, lists, onClose }: DialogProps<'push rules'>): ReactNode {
  const l = useLayout();
  const sets: PushSet[] = lists === 'licences' ? ['licence'] : [...RULE_SETS];
  const difference = useCall('rules.pushDifference', { pairId: pair.id });
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const push = useCommand('rules.push');
  const different = difference.data?.rows.map((r) => ({ ...r, changes: r.changes.filter((c) => sets.includes(c.set)) })).filter((r) => r.changes.length > 0) ?? [];
  const same = (difference.data?.rows.length ?? 0) - different.length;
  const chosen = different.filter((r) => !left.has(r.collectionId));
  return (
    <DialogFrame title={lists === 'licences' ? 'Push Licence Rules to Collections' : 'Push to Collections'} size="wide" onClose={onClose} actions={<>
      <Button onClick={onClose}>{different.length === 0 ? 'Close' : 'Cancel'}</Button>
      {different.length === 0 ? null : <Button appearance="primary" disabled={push.isPending || chosen.length === 0} onClick={() => push.mutate({ pairId: pair.id, collections: chosen.map(({ collectionId, digest }) => ({ collectionId, digest })), sets }, { onSuccess: onClose, onError: () => { void difference.refetch(); } })}>
        {push.isPending ? 'Working…' : `Push to ${counted(chosen.length, 'collection')}`}</Button>}
    </>}>
      <div className={l.column}>
        {difference.error ? <ErrorView error={errorData(difference.error)} onRetry={() => { void difference.refetch(); }} /> : null}
        {difference.isPending ? <Loading label="Comparing the rules…" /> : null}
        {difference.data && different.length === 0 ? <EmptyState title={difference.data.rows.length === 0 ? 'The pair has no collections yet' : 'Every collection has the rules of the pair'}>There is nothing to push.</EmptyState> : null}
        {different.length > 0 ? <>
          <Text>{`The ${lists === 'licences' ? 'licence rules' : 'rules'} of "${pair.name}" take the place of those of the collections chosen. Rules that a collection has of its own are removed.`}</Text>
          {different.map((r) => (
            <section key={r.collectionId} aria-label={r.name} className={l.tight}>
              <Checkbox label={`${r.name}: ${changeCounts(r.changes)}`} checked={!left.has(r.collectionId)} onChange={(_, d) => setLeft((now) => { const next = new Set(now); if (d.checked) next.delete(r.collectionId); else next.add(r.collectionId); return next; })} />
              <ChangeList changes={r.changes} label={`What changes in ${r.name}`} />
            </section>
          ))}
          {same > 0 ? <Text className={l.muted}>{`${counted(same, 'collection has', 'collections have')} the rules of the pair already.`}</Text> : null}
          <MessageBar intent="info" layout="multiline"><MessageBarBody>{`Nothing is written to the tenant. ${lists === 'licences' ? 'The next migration of each collection assigns and removes by these rules; its plan shows it first.' : 'Objects that are matched already keep their match; break matching to apply changed matching rules.'}`}</MessageBarBody></MessageBar>
        </> : null}
        {push.error ? <ErrorView error={errorData(push.error)} /> : null}
      </div>
    </DialogFrame>
  );
}
