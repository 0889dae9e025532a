import { Button, Link, Title2, makeStyles } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import { useOpenDialog } from '../../app/dialogs.tsx';
import { useNavigation } from '../../app/navigation.ts';
import type { PairScreenProps } from '../../app/screens.ts';
import { Properties, Section } from '../../ui/Section.tsx';
import { StatusCounts } from '../../ui/StatusCounts.tsx';
import { TaskProgress } from '../../ui/TaskProgress.tsx';
import { count, time } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { SignInPrompt, tenantName } from './ConnectionTest.tsx';

const useStyles = makeStyles({ title: { margin: 0 } });
const SECURITY = { ldaps: 'LDAPS', starttls: 'StartTLS', plain: 'None: the password crosses the network readable' } as const;

/** Home of a pair: both sides, when they were read, and where its objects stand. */
export function PairHome({ pair }: PairScreenProps): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const open = useOpenDialog();
  const { go } = useNavigation();
  const discover = useCommand('tasks.discover');
  const [taskId, setTaskId] = useState<string | null>(null);
  const tasks = useCall('tasks.list', { pairId: pair.id });
  const statistics = useCall('statistics.get', { pairId: pair.id });
  const running = tasks.data?.rows.find((t) => t.id === taskId) ?? tasks.data?.rows.find((t) => t.kind === 'Discover' && (t.state === 'Running' || t.state === 'Queued'));
  const isBusy = running?.state === 'Running' || running?.state === 'Queued' || discover.isPending;
  const { source, target } = pair;
  return (
    <div className={l.page}>
      <div className={l.row}>
        <Title2 as="h2" className={s.title}>{pair.name}</Title2>
        <span className={l.grow} />
        <Button appearance={pair.discoveredAt === null ? 'primary' : 'secondary'} disabled={isBusy} onClick={() => discover.mutate({ pairId: pair.id }, { onSuccess: (d) => setTaskId(d.taskId) })}>Discover now</Button>
        <Button onClick={() => open('pair test', { pair })}>Test connection</Button>
        <Button onClick={() => open('pair properties', { pair })}>Properties</Button>
      </div>
      <SignInPrompt pairId={pair.id} />
      {discover.error ? <ErrorView error={errorData(discover.error)} /> : null}
      {running ? <Section title="Discovery"><TaskProgress task={running} /></Section> : null}
      <div className={l.cards}>
        <Section title="Source"><Properties rows={[
          ['Active Directory', source.kind === 'ldif' && (pair.sourceName === '' || pair.sourceName === source.file) ? 'LDIF snapshot' : pair.sourceName || (source.kind === 'ldap' ? source.domain : '')],
          ...(source.kind === 'ldap' ? [
            ['Servers', source.servers.join(', ') || 'found by DNS'] as const, ['Security', SECURITY[source.security]] as const, ['User name', source.username] as const, ['Base DN', source.baseDn || 'the whole domain'] as const,
          ] : [['LDIF file', source.file] as const]),
          ['Objects discovered', count(pair.sourceObjects)],
        ]} /></Section>
        <Section title="Target"><Properties rows={[
          ['Microsoft 365 tenant', tenantName(pair)], ['Kind', target.simulated ? 'Simulated tenant: nothing is sent away' : `Tenant, cloud ${target.cloud}`],
          ...(target.simulated ? [] : [['Sign-in method', target.signIn] as const]),
          ['Access', target.readOnly ? 'Read-only' : 'Read and write'], ['Objects discovered', count(pair.targetObjects)],
        ]} /></Section>
        <Section title="Discovered"><Properties rows={[
          ['Last time', pair.discoveredAt === null ? 'Never. Discover now to read both sides; nothing is written.' : time(pair.discoveredAt)],
          ['UPN suffix', pair.defaults.upnSuffix || 'the source\'s'], ['Country code', pair.defaults.countryCode || 'by the rules'], ['Distribution groups', pair.defaults.distributionGroups],
          ['Mail redirection domain', pair.redirectionDomain || 'none'], ['Schema template', <>{pair.schemaTemplate}{' '}<Link as="button" onClick={() => open('schema template', { owner: { kind: 'pair', id: pair.id } })}>Change</Link></>],
        ]} /></Section>
        <Section title="Statistics" action={<div><Button onClick={() => go({ kind: 'pair', pairId: pair.id }, 'Statistics')}>Show statistics</Button></div>}>
          {statistics.error ? <ErrorView error={errorData(statistics.error)} onRetry={() => { void statistics.refetch(); }} /> : null}
          {statistics.data ? <StatusCounts total={statistics.data.total} byProgress={statistics.data.byProgress} /> : statistics.error ? null : <Loading label="Counting…" />}
        </Section>
      </div>
    </div>
  );
}
