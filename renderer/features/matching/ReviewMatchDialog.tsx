import { Button, Radio, RadioGroup, Subtitle2, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { ReviewAction } from '../../../shared/domain/review.ts';
import { errorData, useCall } from '../../app/api.ts';
import { useOpenDialog, type DialogProps } from '../../app/dialogs.tsx';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { Evidence } from './Evidence.tsx';
import { ACTION_WORDS } from './words.ts';

const MAIN: readonly ReviewAction[] = ['accept', 'pin', 'reject', 'create', 'leave out'];

/** One match with everything that speaks for and against it; for an ambiguous object its candidates to choose from. */
export function ReviewMatchDialog({ pair, collection, row, onClose }: DialogProps<'review match'>): ReactNode {
  const l = useLayout();
  const open = useOpenDialog();
  const detail = useCall('objects.get', { collectionId: collection?.id ?? row.collections[0]?.id ?? '', id: row.id });
  const [targetId, setTargetId] = useState(row.targetId ?? '');
  const candidates = detail.data?.candidates ?? [];
  const needsChoice = row.state === 'Ambiguous' && targetId === '';
  const decide = (action: ReviewAction): void => {
    onClose();
    open('decide matches', { pair, collection, action, selection: { mode: 'ids', ids: [row.id] }, count: 1, single: row, ...(targetId !== '' && targetId !== row.targetId && (action === 'accept' || action === 'pin' || action === 'reject') ? { targetId } : {}) });
  };
  return (
    <DialogFrame title={`Review: ${row.name}`} onClose={onClose} size="wide" actions={<>
      {MAIN.map((action) => <Button key={action} appearance={action === 'accept' ? 'primary' : 'secondary'} disabled={(action === 'accept' || action === 'pin') && (needsChoice || (targetId === '' && candidates.length === 0))} onClick={() => decide(action)}>{`${ACTION_WORDS[action].verb}…`}</Button>)}
      <Button onClick={onClose}>Close</Button>
    </>}>
      <div className={l.column}>
        <div className={l.row}><StatusBadge status={row.review} /><StatusBadge status={row.state} /><Text className={l.wrap}>{row.dn}</Text></div>
        {collection ? null : <Text>{`In ${row.collections.map((one) => `"${one.name}"`).join(', ')}`}</Text>}
        <Evidence row={row} />
        {detail.error ? <ErrorView error={errorData(detail.error)} onRetry={() => { void detail.refetch(); }} /> : !detail.data ? <Loading label="Reading the candidates…" /> : candidates.length > 1 || row.targetId === null && candidates.length > 0 ? (
          <section aria-label="Candidates" className={l.tight}>
            <Subtitle2 as="h3">Candidates</Subtitle2>
            <RadioGroup value={targetId} onChange={(_, d) => setTargetId(d.value)} aria-label="Candidates">
              {candidates.map((one) => <Radio key={one.id} value={one.id} label={`${one.name} – ${one.userPrincipalName || one.id} (${one.kind})`} />)}
            </RadioGroup>
          </section>
        ) : null}
        <Text size={200} className={l.muted}>To choose another object of the tenant, open &quot;Why?&quot; of the object on the Objects tab.</Text>
      </div>
    </DialogFrame>
  );
}
