import { Button } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { errorData, useCall, useHost } from '../../app/api.ts';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { useNavigation } from '../../app/navigation.ts';
import type { CollectionScreenProps } from '../../app/screens.ts';
import { CoexistenceNotices, CoexistenceState } from '../../ui/CoexistenceState.tsx';
import { Section } from '../../ui/Section.tsx';
import { useLayout } from '../../ui/layout.ts';
import { useNow } from '../../ui/now.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';

/** Card of a collection's Home: where coexistence stands, and the way to what needs a decision. */
export function CoexistenceCard({ pair, collection }: CollectionScreenProps): ReactNode {
  const l = useLayout();
  const { api } = useHost();
  const { go } = useNavigation();
  const open = useOpenDialog();
  const coexistence = useCall('coexistence.get', { collectionId: collection.id });
  const now = useNow();
  const one = coexistence.data;
  const show = (): void => go({ kind: 'collection', pairId: pair.id, collectionId: collection.id }, 'Coexistence');
  const taskId = one?.taskId ?? null;
  const waits = taskId !== null && (one?.state === 'Quarantined' || one?.state === 'Planned');
  return (
    <Section title="Coexistence" action={<div className={l.row}>
      {one?.actions.includes('enable') ? <Button onClick={() => open('enable coexistence', { pair, collection })}>Enable Coexistence</Button> : null}
      {one && one.lastCycle !== null ? <Button onClick={show}>Show cycles</Button> : null}
    </div>}>
      {coexistence.error ? <ErrorView error={errorData(coexistence.error)} onRetry={() => { void coexistence.refetch(); }} /> : one ? <>
        <CoexistenceNotices coexistence={one} onReview={waits ? () => { void api.call('tasks.get', { id: taskId }).then((task) => open('review plan', { task })); } : undefined}
          onRestart={one.actions.includes('restart') ? () => open('restart coexistence', { pair, collection }) : undefined} />
        <CoexistenceState coexistence={one} now={now} />
      </> : <Loading label="Reading coexistence…" />}
    </Section>
  );
}
