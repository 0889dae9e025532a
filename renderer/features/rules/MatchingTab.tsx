import { Badge, Button, MessageBar, MessageBarBody, makeStyles } from '@fluentui/react-components';
import { useMemo, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { MatchingRuleSchema } from '../../../shared/contracts/rules.ts';
import { errorData, useCall } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog, type RuleOwner } from '../../app/dialogs.tsx';
import type { CollectionScreenProps, PairScreenProps } from '../../app/screens.ts';
import { usePublishChosen } from '../../app/selection.ts';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { COMPARISON_WORDS } from './words.ts';

/** The sentence stays whole; the grid takes the height that is left. */
const useStyles = makeStyles({ bar: { flexShrink: 0 } });

type Rule = z.output<typeof MatchingRuleSchema>;
const COLUMNS: readonly GridColumn<Rule>[] = [
  { id: 'position', title: 'Priority', width: 80, render: (r) => String(r.position) },
  { id: 'enabled', title: 'State', width: 100, render: (r) => <Badge appearance="tint" color={r.enabled ? 'success' : 'subtle'}>{r.enabled ? 'Enabled' : 'Disabled'}</Badge> },
  { id: 'source', title: 'Source class and attribute', width: 240, grow: true, render: (r) => `${r.sourceClass}  ${r.sourceAttribute}` },
  { id: 'target', title: 'Target class and attribute', width: 240, grow: true, render: (r) => `${r.targetClass}  ${r.targetAttribute}` },
  { id: 'comparison', title: 'Comparison', width: 260, grow: true, render: (r) => COMPARISON_WORDS[r.comparison] },
];

/** Matching rules of a pair, for collections made afterwards. */
export function PairMatchingTab({ pair }: PairScreenProps): ReactNode {
  return <MatchingRules owner={useMemo(() => ({ kind: 'pair', id: pair.id }), [pair.id])} note="These rules are copied into every collection made afterwards. Existing collections are not affected." />;
}

/** Matching rules of a collection. */
export function CollectionMatchingTab({ collection }: CollectionScreenProps): ReactNode {
  return <MatchingRules owner={useMemo(() => ({ kind: 'collection', id: collection.id }), [collection.id])} note="Tried from the top; the first rule that finds something decides. For objects that are matched already, break matching first to apply changed rules." />;
}

function MatchingRules({ owner, note }: { readonly owner: RuleOwner; readonly note: string }): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const rules = useCall('matchingRules.list', owner);
  const [selection, setSelection] = useState(NOTHING);
  const rows = rules.data?.rows;
  const rule = rows?.find((r) => selection.keys.has(r.id));
  usePublishChosen(useMemo(() => (rule && rows ? { kind: 'matching rule', rule, order: rows.map((r) => r.id) } : null), [rule, rows]));
  if (rules.error) return <div className={l.fill}><ErrorView error={errorData(rules.error)} onRetry={() => { void rules.refetch(); }} /></div>;
  if (!rows) return <Loading label="Reading matching rules…" />;
  return (
    <div className={l.fill}>
      <MessageBar className={s.bar} intent="info" layout="multiline"><MessageBarBody>{note}</MessageBarBody></MessageBar>
      {rows.length === 0
        ? <EmptyState title="No matching rules" actions={<Button appearance="primary" onClick={() => open('matching rule', { owner, rule: null })}>Add Matching Rule</Button>}>Without rules only pinned matches are used.</EmptyState>
        : <VirtualGrid label="Matching rules" mode="single" rowCount={rows.length} rowAt={(i) => rows[i]} keyOf={(r) => r.id} columns={COLUMNS} selection={selection} onSelect={setSelection} onMenu={menu} onOpen={(r) => open('matching rule', { owner, rule: r })} />}
    </div>
  );
}
