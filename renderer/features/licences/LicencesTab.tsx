import { Badge, Button, MessageBar, MessageBarBody } from '@fluentui/react-components';
import { useMemo, useState, type ReactNode } from 'react';
import type { LicenceRuleRow } from '../../../shared/contracts/licences.ts';
import { errorData, useCall } from '../../app/api.ts';
import { useCommandMenu } from '../../app/command-menu.tsx';
import { useOpenDialog, type RuleOwner } from '../../app/dialogs.tsx';
import type { CollectionScreenProps, PairScreenProps } from '../../app/screens.ts';
import { usePublishChosen } from '../../app/selection.ts';
import { VirtualGrid, type GridColumn } from '../../ui/VirtualGrid.tsx';
import { NOTHING } from '../../ui/grid-selection.ts';
import { useLayout } from '../../ui/layout.ts';
import { EmptyState, ErrorView, Loading } from '../../ui/states.tsx';
import { HeadCount } from './HeadCount.tsx';
import { licenceActionText, licenceConditionText } from '../../../shared/rules/licence-text.ts';

const COLUMNS: readonly GridColumn<LicenceRuleRow>[] = [
  { id: 'position', title: 'Order', width: 70, render: (r) => String(r.position) },
  { id: 'enabled', title: 'State', width: 100, render: (r) => <Badge appearance="tint" color={r.enabled ? 'success' : 'subtle'}>{r.enabled ? 'Enabled' : 'Disabled'}</Badge> },
  { id: 'condition', title: 'For whom', width: 260, grow: true, render: (r) => <span title={licenceConditionText(r)}>{licenceConditionText(r)}</span> },
  { id: 'action', title: 'What', width: 260, grow: true, render: (r) => <span title={licenceActionText(r)}>{licenceActionText(r)}</span> },
  { id: 'when', title: 'When', width: 140, render: (r) => r.when },
];

/** Licence rules of a pair, for collections made afterwards. */
export function PairLicencesTab({ pair }: PairScreenProps): ReactNode {
  return <LicenceRules pairId={pair.id} owner={useMemo(() => ({ kind: 'pair', id: pair.id }), [pair.id])} note="These rules are copied into every collection made afterwards. Existing collections are not affected until you push the rules to them." />;
}

/** Licence rules of a collection, and how many units they take. */
export function CollectionLicencesTab({ pair, collection }: CollectionScreenProps): ReactNode {
  return <LicenceRules pairId={pair.id} owner={useMemo(() => ({ kind: 'collection', id: collection.id }), [collection.id])}
    note="Of several rules about one product, the topmost that fits a user decides. Products that no rule names, and licences that come from a group, are left alone. The plan shows each change, and a roll back restores it." />;
}

function LicenceRules({ pairId, owner, note }: { readonly pairId: string; readonly owner: RuleOwner; readonly note: string }): ReactNode {
  const l = useLayout();
  const open = useOpenDialog();
  const menu = useCommandMenu();
  const rules = useCall('licences.list', owner);
  const [selection, setSelection] = useState(NOTHING);
  const rows = rules.data?.rows;
  const rule = rows?.find((r) => selection.keys.has(r.id));
  usePublishChosen(useMemo(() => (rule && rows ? { kind: 'licence rule', rule, order: rows.map((r) => r.id) } : null), [rule, rows]));
  if (rules.error) return <div className={l.fill}><ErrorView error={errorData(rules.error)} onRetry={() => { void rules.refetch(); }} /></div>;
  if (!rows) return <Loading label="Reading licence rules…" />;
  return (
    <div className={l.fill}>
      <MessageBar intent="info" layout="multiline"><MessageBarBody>{note}</MessageBarBody></MessageBar>
      {rows.length === 0
        ? <EmptyState title="No licence rules" actions={<Button appearance="primary" onClick={() => open('licence rule', { pairId, owner, rule: null })}>New Licence Rule</Button>}>Without rules a migration leaves licences as they are: new users get none.</EmptyState>
        : <VirtualGrid label="Licence rules" mode="single" rowCount={rows.length} rowAt={(i) => rows[i]} keyOf={(r) => r.id} columns={COLUMNS} selection={selection} onSelect={setSelection} onMenu={menu} onOpen={(r) => open('licence rule', { pairId, owner, rule: r })} />}
      {owner.kind === 'collection' && rows.some((r) => r.enabled) ? <HeadCount collectionId={owner.id} /> : null}
    </div>
  );
}
