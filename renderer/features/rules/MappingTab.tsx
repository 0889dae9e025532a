import { Badge, Button, MessageBar, MessageBarBody, SearchBox, Toolbar, makeStyles } from '@fluentui/react-components';
import { useMemo, useState, type ReactNode } from 'react';
import type { z } from 'zod';
import type { MappingRuleSchema } from '../../../shared/contracts/rules.ts';
import { errorData, useCall } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog, type RuleOwner } from '../../app/dialogs.tsx';
import type { CollectionScreenProps, PairScreenProps } from '../../app/screens.ts';
import { usePublishChosen } from '../../app/selection.ts';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';

/** The sentence stays whole; the grid takes the height that is left. */
const useStyles = makeStyles({ bar: { flexShrink: 0 } });

type Rule = z.output<typeof MappingRuleSchema>;
const sourceOf = (r: Rule): string => (r.action === 'Set constant' ? `"${r.value}"` : r.action === 'Clear' ? '–' : r.action === 'Expression' ? r.value : `${r.sourceClass}  ${r.sourceAttribute}`);
const COLUMNS: readonly GridColumn<Rule>[] = [
  { id: 'position', title: 'Order', width: 70, render: (r) => String(r.position) },
  { id: 'enabled', title: 'State', width: 100, render: (r) => <Badge appearance="tint" color={r.enabled ? 'success' : 'subtle'}>{r.enabled ? 'Enabled' : 'Disabled'}</Badge> },
  { id: 'target', title: 'Target class and attribute', width: 280, grow: true, render: (r) => `${r.targetClass}  ${r.targetAttribute}` },
  { id: 'action', title: 'Action', width: 110, render: (r) => r.action },
  { id: 'source', title: 'Source class and attribute', width: 240, grow: true, render: sourceOf },
  { id: 'condition', title: 'Condition', width: 180, render: (r) => r.condition },
  { id: 'conversion', title: 'Conversion', width: 180, render: (r) => r.conversion },
];

/** Mapping rules of a pair, for collections made afterwards. */
export function PairMappingTab({ pair }: PairScreenProps): ReactNode {
  return <MappingRules owner={useMemo(() => ({ kind: 'pair', id: pair.id }), [pair.id])} note={`Schema template: ${pair.schemaTemplate}. These rules are copied into every collection made afterwards. Existing collections are not affected.`} />;
}

/** Mapping rules of a collection. */
export function CollectionMappingTab({ collection }: CollectionScreenProps): ReactNode {
  return <MappingRules owner={useMemo(() => ({ kind: 'collection', id: collection.id }), [collection.id])} note="Each rule says what a target attribute becomes. Of several rules for one attribute the first that gives a value decides. Values that no rule names are left alone." />;
}

function MappingRules({ owner, note }: { readonly owner: RuleOwner; readonly note: string }): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const rules = useCall('mappingRules.list', owner);
  const [selection, setSelection] = useState(NOTHING);
  const [text, setText] = useState('');
  const all = rules.data?.rows;
  const rows = useMemo(() => all?.filter((r) => `${r.targetClass} ${r.targetAttribute} ${r.action} ${r.sourceAttribute} ${r.value}`.toLowerCase().includes(text.trim().toLowerCase())), [all, text]);
  const rule = all?.find((r) => selection.keys.has(r.id));
  usePublishChosen(useMemo(() => (rule && all ? { kind: 'mapping rule', rule, order: all.map((r) => r.id) } : null), [rule, all]));
  if (rules.error) return <div className={l.fill}><ErrorView error={errorData(rules.error)} onRetry={() => { void rules.refetch(); }} /></div>;
  if (!rows) return <Loading label="Reading mapping rules…" />;
  return (
    <div className={l.fill}>
      <MessageBar className={s.bar} intent="info" layout="multiline"><MessageBarBody>{note}</MessageBarBody></MessageBar>
      <Toolbar aria-label="Mapping rules" size="small"><SearchBox type="search" size="small" aria-label="Search mapping rules" placeholder="Attribute or action (Ctrl+F)" value={text} onChange={(_, d) => setText(d.value)} /></Toolbar>
      {rows.length === 0
        ? <EmptyState title={text ? 'No rule fits the filter' : 'No mapping rules'} actions={<Button appearance="primary" onClick={() => open('mapping rule', { owner, rule: null })}>New Mapping Rule</Button>} />
        : <VirtualGrid label="Mapping rules" mode="single" rowCount={rows.length} rowAt={(i) => rows[i]} keyOf={(r) => r.id} columns={COLUMNS} selection={selection} onSelect={setSelection} onMenu={menu} onOpen={(r) => open('mapping rule', { owner, rule: r })} />}
    </div>
  );
}
