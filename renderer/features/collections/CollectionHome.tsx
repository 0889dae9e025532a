import { Body1, Button, Title2, makeStyles } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { MigrationProgress } from '../../../shared/domain/statuses.ts';
import { errorData, useCall } from '../../app/api.ts';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { useNavigation } from '../../app/navigation.ts';
import type { CollectionScreenProps } from '../../app/screens.ts';
import { Properties, Section, Tile } from '../../ui/Section.tsx';
import { StatusCounts } from '../../ui/StatusCounts.tsx';
import { TaskProgress } from '../../ui/TaskProgress.tsx';
import { count, counted, time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { CoexistenceCard } from './CoexistenceCard.tsx';
import { LeftOutSection } from './LeftOut.tsx';
import { OverlapWarning } from './Overlaps.tsx';

const useStyles = makeStyles({ title: { margin: 0 } });

/** Home of a collection: where its objects stand, and the next step. */
export function CollectionHome({ pair, collection }: CollectionScreenProps): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const open = useOpenDialog();
  const { go } = useNavigation();
  const statistics = useCall('statistics.get', { collectionId: collection.id });
  const tasks = useCall('tasks.list', { collectionId: collection.id });
  const by: Readonly<Partial<Record<MigrationProgress, number>>> = statistics.data?.byProgress ?? {};
  const overlaps = useCall('collections.overlaps', { id: collection.id });
  const node = { kind: 'collection', pairId: pair.id, collectionId: collection.id } as const;
  const waiting = tasks.data?.rows.find((t) => t.state === 'Awaiting approval');
  const running = tasks.data?.rows.find((t) => t.state === 'Running' || t.state === 'Queued');
  const next: { text: string; label: string; run: () => void } =
    waiting ? { text: `The plan of a ${waiting.kind} task waits for your review. Nothing has been written yet.`, label: 'Review Plan', run: () => open('review plan', { task: waiting }) }
    : collection.coexistence ? { text: 'The collection is kept in step by coexistence. Its cycles are listed with what they wrote.', label: 'Show Cycles', run: () => go(node, 'Coexistence') }
    : collection.kind === 'dynamic' ? { text: 'A dynamic collection takes part in coexistence only: Match Objects and Migrate Objects are for static ones. Matches can be pinned here beforehand; its objects follow its scope.', label: 'Enable Coexistence', run: () => open('enable coexistence', { pair, collection }) }
    : collection.objects === 0 ? { text: 'The collection is empty. Add objects from Active Directory, query them by attribute values, or import a list.', label: 'Add Objects', run: () => open('add objects', { pair, collection }) }
    : (by.Ambiguous ?? 0) + (by.Conflict ?? 0) > 0 ? { text: `${counted((by.Ambiguous ?? 0) + (by.Conflict ?? 0), 'match', 'matches')} need a decision by a person: more than one candidate, or a risk.`, label: 'Show Objects', run: () => go(node, 'Objects') }
    : (by.New ?? 0) > 0 ? { text: `${counted(by.New ?? 0, 'object')} were not matched yet. Matching writes nothing to the tenant.`, label: 'Match Objects', run: () => open('match objects', { pair, collection, scope: null }) }
    : (by.Matched ?? 0) + (by['Not matched'] ?? 0) > 0 ? { text: 'Matching is done. Review the matches, then make the migration plan.', label: 'Migrate Objects', run: () => open('migrate objects', { pair, collection, scope: null }) }
    : { text: 'All objects of the collection were handled.', label: 'Show Statistics', run: () => go(node, 'Statistics') };
  return (
    <div className={l.page}>
      <Title2 as="h2" className={s.title}>{collection.name}</Title2>
      {running ? <Section title={`${running.kind} is running`}><TaskProgress task={running} /></Section> : null}
      <OverlapWarning overlaps={overlaps.data?.rows ?? []} />
      <div className={l.cards}>
        <Section title="Next step" action={<div><Button appearance="primary" disabled={running !== undefined} onClick={next.run}>{next.label}</Button></div>}><Body1 as="p" className={s.title}>{running ? 'Wait for the running task, or cancel it on the Tasks tab.' : next.text}</Body1></Section>
        <CoexistenceCard pair={pair} collection={collection} />
        <Section title="Statistics" action={<div><Button onClick={() => go(node, 'Statistics')}>Show statistics</Button></div>}>
          {statistics.error ? <ErrorView error={errorData(statistics.error)} onRetry={() => { void statistics.refetch(); }} /> : null}
          {statistics.data ? <>
            <StatusCounts total={statistics.data.total} byProgress={statistics.data.byProgress} />
            <div className={l.tiles}>
              <Tile name="Users" value={count(statistics.data.byKind.user ?? 0)} /><Tile name="Groups" value={count(statistics.data.byKind.group ?? 0)} /><Tile name="Contacts" value={count(statistics.data.byKind.contact ?? 0)} />
            </div>
          </> : statistics.error ? null : <Loading label="Counting…" />}
        </Section>
        <Section title="Collection"><Properties rows={[
          ['Type', collection.kind === 'static' ? 'Static' : 'Dynamic'], ['Directory Migration Agent', collection.agentName], ['Migration pair', pair.name], ['Tenant', pair.targetName || pair.target.tenantId],
          ...(collection.scope === null ? [] : [['Container', collection.scope.base || 'everything below the base of the pair'], ['Filter', collection.scope.filter], ['Scope last read', time(collection.scopeReadAt)]] as const),
          ['Created', time(collection.createdAt)], ['Last task', time(statistics.data?.lastTaskAt ?? null)],
        ]} /></Section>
      </div>
      <LeftOutSection collection={collection} />
    </div>
  );
}
