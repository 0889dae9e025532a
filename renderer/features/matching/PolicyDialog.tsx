import { Radio, RadioGroup, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { REVIEW_POLICIES } from '../../../shared/domain/review.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog } from '../../ui/Dialogs.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { POLICY_WORDS } from './words.ts';

const INHERIT = 'inherit';

/** Which matches wait for a person before a migration may use them: of a collection, or of the pair for all collections without a policy of their own. */
export function ReviewPolicyDialog({ pair, collection, onClose }: DialogProps<'review policy'>): ReactNode {
  const l = useLayout();
  const owner = collection ? { kind: 'collection' as const, id: collection.id } : { kind: 'pair' as const, id: pair.id };
  const own = useCall('matches.policy', owner);
  const ofPair = useCall('matches.policy', { kind: 'pair', id: pair.id });
  const save = useCommand('matches.setPolicy', 60_000);
  const [choice, setChoice] = useState<string | null>(null);
  const value = choice ?? own.data?.own ?? (collection ? INHERIT : own.data?.inForce ?? '');
  const error = own.error ?? ofPair.error;
  return (
    <ConfirmDialog title="Review Policy" onClose={onClose} confirmLabel="Save" busy={save.isPending} ready={own.data !== undefined} error={save.error ? errorData(save.error) : null}
      onConfirm={() => save.mutate({ ...owner, policy: REVIEW_POLICIES.find((one) => one === value) ?? null }, { onSuccess: onClose })}>
      <div className={l.column}>
        <Text>{`Which matches of ${collection ? `"${collection.name}"` : `the migration pair "${pair.name}"`} wait for a person before a migration may use them. Whatever is chosen: Ambiguous and Conflict always wait, and administrators are refused until a text is typed.${collection ? '' : ' Collections with a policy of their own keep it.'}`}</Text>
        {error ? <ErrorView error={errorData(error)} /> : !own.data || !ofPair.data ? <Loading label="Reading the policy…" /> : (
          <RadioGroup value={value} onChange={(_, d) => setChoice(d.value)} aria-label="Review policy">
            {collection ? <Radio value={INHERIT} label={`As the migration pair: ${POLICY_WORDS[ofPair.data.inForce].toLowerCase()}`} /> : null}
            {REVIEW_POLICIES.map((one) => <Radio key={one} value={one} label={POLICY_WORDS[one]} />)}
          </RadioGroup>
        )}
      </div>
    </ConfirmDialog>
  );
}
