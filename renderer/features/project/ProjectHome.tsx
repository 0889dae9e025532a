import { Body1, Button, Title2, makeStyles, tokens } from '@fluentui/react-components';
import { CheckmarkCircleFilled, CircleRegular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import type { MigrationProgress } from '../../../shared/domain/statuses.ts';
import { errorData, useCall } from '../../app/api.ts';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { useNavigation } from '../../app/navigation.ts';
import { Properties, Section, Tile } from '../../ui/Section.tsx';
import { StatusCounts } from '../../ui/StatusCounts.tsx';
import { count, counted, time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';

const useStyles = makeStyles({
  steps: { listStyle: 'none', margin: 0, padding: 0, display: 'flex', flexDirection: 'column', gap: '4px' },
  step: { display: 'grid', gridTemplateColumns: '24px minmax(0, 1fr) auto', gap: '8px', alignItems: 'center', padding: '6px 0', borderBottom: `1px solid ${tokens.colorNeutralStroke3}` },
  done: { color: tokens.colorPaletteGreenForeground1 },
  title: { margin: 0 },
});

interface Step { readonly title: string; readonly text: string; readonly done: boolean; readonly label: string; readonly go: () => void; readonly reason: string | null }

/** Home of the project: what to do next, and where all pairs stand. */
export function ProjectHome(): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const open = useOpenDialog();
  const { go } = useNavigation();
  const project = useCall('project.get', {});
  const pairs = useCall('pairs.list', {});
  const collections = useCall('collections.list', {});
  const statistics = useCall('statistics.get', {});
  if (!pairs.data || !collections.data || !project.data) return <Loading label="Reading the project…" />;
  const pair = pairs.data.rows[0];
  const collection = collections.data.rows.find((c) => c.objects > 0) ?? collections.data.rows[0];
  const by: Readonly<Partial<Record<MigrationProgress, number>>> = statistics.data?.byProgress ?? {};
  const at = (...names: readonly MigrationProgress[]): number => names.reduce((sum, name) => sum + (by[name] ?? 0), 0);
  const home = pair ? () => go({ kind: 'pair', pairId: pair.id }) : () => undefined;
  const objects = collection ? () => go({ kind: 'collection', pairId: collection.pairId, collectionId: collection.id }, 'Objects') : () => undefined;
  const steps: readonly Step[] = [
    { title: 'Connect', text: 'Add a migration pair: one Active Directory domain and one Microsoft 365 tenant.', done: pair !== undefined, label: pair ? 'Show pairs' : 'New Migration Pair',
      go: pair ? () => go({ kind: 'project' }, 'Migration Pairs') : () => open('new pair', {}), reason: null },
    { title: 'Discover', text: 'Read both sides. Nothing is written.', done: pairs.data.rows.some((p) => p.discoveredAt !== null), label: 'Open the pair', go: home, reason: pair ? null : 'Add a migration pair first.' },
    { title: 'Choose objects', text: 'Make a collection of the users, groups and contacts that move together.', done: (collection?.objects ?? 0) > 0, label: collection ? 'Open the collection' : 'New Collection',
      go: collection ? objects : pair ? () => open('new collection', { pair }) : () => undefined, reason: pair ? null : 'Add a migration pair first.' },
    { title: 'Match', text: 'Find which object of the tenant belongs to which of the directory, and review the matches. Nothing is written.', done: at('Matched', 'Migrated', 'Completed', 'Not matched') > 0, label: 'Match Objects',
      go: pair && collection ? () => open('match objects', { pair, collection, scope: null }) : () => undefined, reason: collection?.objects ? null : 'Add objects to a collection first.' },
    { title: 'Migrate', text: 'Look through the plan first. Everything that is written can be rolled back.', done: at('Migrated', 'Completed') > 0, label: 'Migrate Objects',
      go: pair && collection ? () => open('migrate objects', { pair, collection, scope: null }) : () => undefined, reason: collection?.objects ? null : 'Add objects to a collection first.' },
  ];
  const next = steps.findIndex((step) => !step.done);
  return (
    <div className={l.page}>
      <Title2 as="h2" className={s.title}>{pair ? project.data.name : `Welcome to ${project.data.name}`}</Title2>
      <Section title="What to do next">
          <ol className={s.steps}>
            {steps.map((step, i) => (
              <li key={step.title} className={s.step}>
                {step.done ? <CheckmarkCircleFilled className={s.done} aria-label="Done" /> : <CircleRegular aria-label="To do" />}
                <span><strong>{`${i + 1}. ${step.title}`}</strong><Body1 as="p" block className={s.title}>{step.reason ?? step.text}</Body1></span>
                <Button size="small" appearance={i === next ? 'primary' : 'secondary'} disabled={step.reason !== null} onClick={step.go}>{step.label}</Button>
              </li>
            ))}
          </ol>
      </Section>
      <div className={l.cards}>
        <Section title="Statistics of all pairs">
          {statistics.error ? <ErrorView error={errorData(statistics.error)} onRetry={() => { void statistics.refetch(); }} /> : null}
          {statistics.data ? <>
            <StatusCounts total={statistics.data.total} byProgress={statistics.data.byProgress} />
            <div className={l.tiles}>
              <Tile name="Changes written" value={count(statistics.data.operations.done)} />
              <Tile name="Changes failed" value={count(statistics.data.operations.failed)} />
              <Tile name="Changes rolled back" value={count(statistics.data.operations.rolledBack)} />
            </div>
          </> : statistics.error ? null : <Loading label="Counting…" />}
        </Section>
        <Section title="Project">
          <Properties rows={[
            ['Name', project.data.name], ['File', project.data.file], ['Created', time(project.data.createdAt)],
            ['Migration pairs', counted(pairs.data.rows.length, 'pair')], ['Collections', counted(collections.data.rows.length, 'collection')], ['Log files', project.data.logFolder],
          ]} />
        </Section>
      </div>
    </div>
  );
}
