import { Badge, SearchBox, Spinner, Subtitle2, Text, makeStyles } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { MappingRuleInput } from '../../../shared/contracts/rule-values.ts';
import type { PreviewRow } from '../../../shared/contracts/rules.ts';
import { errorData, useCall } from '../../app/api.ts';
import type { RuleOwner } from '../../app/dialogs.tsx';
import { count } from '../../ui/format.ts';
import { Live } from '../../ui/Live.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView } from '../../ui/states.tsx';
import { ScrollBox } from '../../ui/ScrollBox.tsx';
import { useSettled } from '../../ui/settled.ts';

const useStyles = makeStyles({
  pane: { display: 'flex', flexDirection: 'column', gap: '8px', minWidth: 0, minHeight: 0 },
  head: { display: 'flex', alignItems: 'center', gap: '8px', minHeight: '24px' },
});

const COLOURS: Readonly<Record<PreviewRow['outcome'], 'success' | 'subtle' | 'danger' | 'informative' | 'warning'>> = { 'changed': 'success', 'unchanged': 'informative', 'left alone': 'subtle', 'error': 'danger', 'not migrated': 'warning' };
/** Milliseconds without a key before the host is asked. */
const PAUSE_MS = 350;
const SHOWN = 30;

/** What a rule would do to real objects, while it is written. Nothing is saved or sent. `rule` null: it is not complete yet. */
export function RulePreview({ owner, rule }: { readonly owner: RuleOwner; readonly rule: MappingRuleInput | null }): ReactNode {
  const s = useStyles();
  const l = useLayout();
  const [search, setSearch] = useState('');
  const asked = useSettled({ rule, search }, PAUSE_MS);
  const isReady = asked.rule !== null;
  const preview = useCall('rules.preview', { owner, rule: asked.rule ?? NONE, search: asked.search, limit: SHOWN }, { enabled: isReady, keepPrevious: true });
  const data = isReady ? preview.data : undefined;
  // What cannot be saved cannot be shown either; that is no failure of the console.
  const wrong = preview.error && isReady && errorData(preview.error).code === 'INVALID_INPUT' ? errorData(preview.error) : null;
  const isWrong = data?.problems.some((p) => p.severity === 'error') === true;
  return (
    <section className={s.pane} aria-label="Preview">
      <div className={s.head}><Subtitle2 as="h3">Preview</Subtitle2>{preview.isFetching ? <Spinner size="extra-tiny" aria-label="Working out the preview" /> : null}</div>
      <SearchBox size="small" aria-label="Search objects of the preview" placeholder={`Name, DN or address of an object of the ${owner.kind === 'pair' ? 'pair' : 'collection'}`} value={search} onChange={(_, d) => setSearch(d.value)} />
      {wrong ? <Text className={l.muted}>{wrong.message}</Text> : preview.error && isReady ? <ErrorView error={errorData(preview.error)} onRetry={() => { void preview.refetch(); }} /> : null}
      <Live>
        {!isReady ? <Text className={l.muted}>Choose the attributes to see what the rule would write.</Text>
          : isWrong ? <Text className={l.muted}>The expression cannot be read yet.</Text>
            : data ? <Text>{`${count(data.examined)} ${data.examined === 1 ? 'object' : 'objects'} looked at${data.more ? ' (there are more)' : ''}: ${Object.entries(data.counts).filter(([, n]) => n > 0).map(([outcome, n]) => `${count(n)} ${outcome}`).join(', ') || 'none'}.`}</Text> : null}
      </Live>
      {isReady && !isWrong ? data?.notes.map((note) => <Text key={note} className={l.muted}>{note}</Text>) : null}
      {data && isReady && !isWrong && data.rows.length > 0 ? (
        <ScrollBox label="Objects of the preview" height="high">
          <table className={l.plainTable}>
            <thead><tr><th scope="col">Object</th><th scope="col">Outcome</th><th scope="col">Would be</th><th scope="col">Is now</th></tr></thead>
            <tbody>{data.rows.map((row) => (
              <tr key={row.id}>
                <td>{row.name}</td><td><Badge appearance="tint" color={COLOURS[row.outcome]}>{row.outcome}</Badge></td>
                <td className={row.outcome === 'changed' ? l.fresh : undefined}>{row.value}{row.message === '' ? null : <Text block size={200} className={l.muted}>{row.message}</Text>}</td><td>{row.present || '–'}</td>
              </tr>
            ))}</tbody>
          </table>
        </ScrollBox>
      ) : null}
      {data && data.examined > data.rows.length && !isWrong ? <Text size={200} className={l.muted}>{`Shows ${count(data.rows.length)}, faults first. Other rules of the list are not looked at.`}</Text> : null}
    </section>
  );
}

/** Never sent: the query is off without a rule. */
const NONE: MappingRuleInput = { enabled: true, action: 'Clear', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute: '-', value: '', conversion: 'none' };
