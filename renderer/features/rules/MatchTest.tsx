import { Button, Field, Input, MessageBar, MessageBarBody, Select, Spinner, Text, makeStyles } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { MatchingRuleInput } from '../../../shared/contracts/rule-values.ts';
import { errorData, useCall } from '../../app/api.ts';
import type { RuleOwner } from '../../app/dialogs.tsx';
import { count, counted, time } from '../../ui/format.ts';
import { Live } from '../../ui/Live.tsx';
import { StatusBadge } from '../../ui/StatusBadge.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView } from '../../ui/states.tsx';
import { ScrollBox } from '../../ui/ScrollBox.tsx';

const useStyles = makeStyles({ pane: { display: 'flex', flexDirection: 'column', gap: '8px', minWidth: 0 } });

/** Matching 100,000 objects twice takes a while. */
const TIMEOUT_MS = 300_000;
const SHOWN = 100;

/**
 * "Test this rule": which objects would be matched differently by another list of rules, from what was read last. Nothing is saved.
 * @param rules the whole list as it would be; null while a rule is not complete.
 */
export function MatchTest({ owner, rules, label }: { readonly owner: RuleOwner; readonly rules: readonly MatchingRuleInput[] | null; readonly label: string }): ReactNode {
  const s = useStyles();
  const l = useLayout();
  const collections = useCall('collections.list', owner.kind === 'pair' ? { pairId: owner.id } : {}, { enabled: owner.kind === 'pair' });
  const [chosen, setChosen] = useState('');
  const [suffix, setSuffix] = useState('');
  const [asked, setAsked] = useState<readonly MatchingRuleInput[] | null>(null);
  const collectionId = owner.kind === 'collection' ? owner.id : chosen || (collections.data?.rows[0]?.id ?? '');
  const test = useCall('rules.testMatching', { collectionId, rules: [...(asked ?? [])], upnSuffix: suffix.trim(), limit: SHOWN }, { enabled: asked !== null && collectionId !== '', timeoutMs: TIMEOUT_MS });
  const isStale = asked !== null && JSON.stringify(asked) !== JSON.stringify(rules);
  const data = isStale ? undefined : test.data;
  return (
    <section className={s.pane} aria-label="Test this rule">
      <div className={l.row}>
        {owner.kind === 'pair' ? <Field label="On the objects of"><Select value={collectionId} onChange={(_, d) => setChosen(d.value)}>{collections.data?.rows.map((c) => <option key={c.id} value={c.id}>{c.name}</option>)}</Select></Field> : null}
        {rules?.some((r) => r.enabled && r.comparison === 'upn prefix') ? <Field label="UPN suffix of the test"><Input value={suffix} placeholder="none" onChange={(_, d) => setSuffix(d.value)} /></Field> : null}
      </div>
      <div className={l.row}>
        <Button disabled={rules === null || collectionId === '' || (test.isFetching && !isStale)} onClick={() => { setAsked(rules); if (!isStale && asked !== null) void test.refetch(); }}>{label}</Button>
        {test.isFetching && !isStale ? <Spinner size="tiny" label="Matching twice…" /> : <Text className={l.muted}>Shows what would be matched differently. Nothing is saved.</Text>}
      </div>
      {owner.kind === 'pair' && collections.data?.rows.length === 0 ? <Text className={l.muted}>The pair has no collection to test on yet.</Text> : null}
      {data && data.readAt === null ? <MessageBar intent="warning" layout="multiline"><MessageBarBody>The tenant was never read, so nothing can be matched. Discover first.</MessageBarBody></MessageBar> : null}
      {test.error && !isStale ? <ErrorView error={errorData(test.error)} onRetry={() => { void test.refetch(); }} /> : null}
      <Live>
        {isStale ? <Text>The rule was changed since; test it again.</Text>
          : data ? <Text weight="semibold">{data.changed === 0 ? `None of ${counted(data.compared, 'object')} would be matched differently.` : `${count(data.changed)} of ${counted(data.compared, 'object')} would be matched differently: ${data.totals.filter((t) => t.was !== t.wouldBe).map((t) => `${t.state} ${count(t.was)} → ${count(t.wouldBe)}`).join(', ')}.`}</Text> : null}
      </Live>
      {data && data.rows.length > 0 ? (
        <ScrollBox label="Objects that would be matched differently" height="middle">
          <table className={l.plainTable}>
            <thead><tr><th scope="col">Object</th><th scope="col">Is</th><th scope="col">Would be</th><th scope="col">Why</th></tr></thead>
            <tbody>{data.rows.map((row) => (
              <tr key={row.id}>
                <td>{row.name}<Text block size={200} className={l.muted}>{row.kind}</Text></td>
                <td><StatusBadge status={row.was.state} /><Text block size={200}>{row.was.target}</Text></td><td><StatusBadge status={row.wouldBe.state} /><Text block size={200}>{row.wouldBe.target}</Text></td>
                <td>{row.wouldBe.reason}</td>
              </tr>
            ))}</tbody>
          </table>
        </ScrollBox>
      ) : null}
      {data && data.readAt !== null ? <Text size={200} className={l.muted}>{`From what was read on ${time(data.readAt)}. Matching is broken first on both sides; pinned matches stay.`}</Text> : null}
      {data && data.changed > data.rows.length ? <Text size={200} className={l.muted}>{`${count(data.changed - data.rows.length)} more are not shown; the command line shows up to 1,000.`}</Text> : null}
    </section>
  );
}
