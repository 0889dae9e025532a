import { Checkbox, Combobox, Dropdown, Field, Input, Option, Radio, RadioGroup, Select, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { LICENCE_TIMES, type LicenceCondition, type LicenceRule } from '../../../shared/domain/licences.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog } from '../../ui/Dialogs.tsx';
import { count } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';

type Draft = Omit<LicenceRule, 'id' | 'position'>;
const EMPTY: Readonly<Record<LicenceCondition['kind'], LicenceCondition>> = {
  'everybody': { kind: 'everybody' }, 'members of': { kind: 'members of', groupDn: '' }, 'attribute equals': { kind: 'attribute equals', attribute: '', value: '' }, 'filter': { kind: 'filter', filter: '' },
};
const CONDITIONS: readonly (readonly [LicenceCondition['kind'], string])[] = [
  ['everybody', 'Everybody'], ['members of', 'Members of a group of Active Directory'], ['attribute equals', 'Users with a value'], ['filter', 'Users that fit an LDAP filter'],
];
const isReady = ({ condition: c, partNumber }: Draft): boolean => partNumber.trim() !== '' && (c.kind === 'everybody' || (c.kind === 'members of' ? c.groupDn.trim() !== '' : c.kind === 'filter' ? c.filter.trim() !== '' : c.attribute.trim() !== '' && c.value.trim() !== ''));

/** Adds or changes a licence rule. */
export function LicenceRuleDialog({ pairId, owner, rule, onClose }: DialogProps<'licence rule'>): ReactNode {
  const l = useLayout();
  const products = useCall('licences.products', { pairId });
  const save = useCommand('licences.save');
  const [draft, setDraft] = useState<Draft>(rule ?? { enabled: true, condition: EMPTY.everybody, action: 'assign', partNumber: '', disabledPlans: [], when: 'always' });
  const set = (part: Partial<Draft>): void => setDraft((d) => ({ ...d, ...part }));
  const product = products.data?.rows.find((p) => p.partNumber.toLowerCase() === draft.partNumber.trim().toLowerCase());
  const plans = product?.plans.filter((p) => p.forUsers).map((p) => p.name) ?? [];
  const known = products.data?.read === true;
  return (
    <ConfirmDialog title={rule ? 'Edit Licence Rule' : 'New Licence Rule'} onClose={onClose} confirmLabel="Save" busy={save.isPending} ready={isReady(draft)} error={save.error ? errorData(save.error) : null}
      onConfirm={() => {
        const { enabled, condition, action, partNumber, disabledPlans, when } = draft;
        save.mutate({ owner, rule: { enabled, condition, action, partNumber: partNumber.trim(), disabledPlans: action === 'assign' ? [...disabledPlans] : [], when, ...(rule ? { id: rule.id } : {}) } }, { onSuccess: onClose });
      }}>
      <div className={l.column}>
        <Field label="For whom">
          <Select value={draft.condition.kind} onChange={(_, d) => { const kind = CONDITIONS.find(([k]) => k === d.value)?.[0]; if (kind && kind !== draft.condition.kind) set({ condition: EMPTY[kind] }); }}>
            {CONDITIONS.map(([kind, words]) => <option key={kind} value={kind}>{words}</option>)}
          </Select>
        </Field>
        <Condition condition={draft.condition} onChange={(condition) => set({ condition })} />
        <Field label="Action">
          <RadioGroup layout="horizontal" value={draft.action} onChange={(_, d) => set({ action: d.value === 'remove' ? 'remove' : 'assign' })}><Radio value="assign" label="Assign" /><Radio value="remove" label="Remove" /></RadioGroup>
        </Field>
        <Field label="Product" required {...(known && draft.partNumber !== '' && !product ? { validationState: 'warning' as const, validationMessage: 'The tenant has no such product; the rule would be left out.' } : product ? { hint: `${count(product.free)} of ${count(product.enabled)} units are free.` } : products.data?.read === false ? { hint: 'The tenant was not read yet. Discover the pair to choose from its products.' } : {})}>
          <Combobox freeform inlinePopup value={draft.partNumber} selectedOptions={[draft.partNumber]} autoComplete="off" placeholder="Part number, for example SPE_E3"
            onInput={(e) => set({ partNumber: (e.target as HTMLInputElement).value, disabledPlans: [] })} onOptionSelect={(_, d) => { if (d.optionValue !== undefined && d.optionValue !== draft.partNumber) set({ partNumber: d.optionValue, disabledPlans: [] }); }}>
            {(products.data?.rows ?? []).map((p) => <Option key={p.id} value={p.partNumber} text={p.partNumber}>{`${p.partNumber} (${count(p.free)} free)`}</Option>)}
          </Combobox>
        </Field>
        {draft.action === 'assign' && (plans.length > 0 || draft.disabledPlans.length > 0) ? (
          <Field label="Services switched off">
            <Dropdown multiselect inlinePopup placeholder="None: every service is on" selectedOptions={[...draft.disabledPlans]} value={draft.disabledPlans.join(', ')} onOptionSelect={(_, d) => set({ disabledPlans: d.selectedOptions })}>
              {[...new Set([...plans, ...draft.disabledPlans])].toSorted().map((name) => <Option key={name} value={name}>{name}</Option>)}
            </Dropdown>
          </Field>
        ) : null}
        <Field label="When"><Select value={draft.when} onChange={(_, d) => { const when = LICENCE_TIMES.find((t) => t === d.value); if (when) set({ when }); }}>{LICENCE_TIMES.map((t) => <option key={t} value={t}>{t}</option>)}</Select></Field>
        <Checkbox label="Enabled" checked={draft.enabled} onChange={(_, d) => set({ enabled: d.checked === true })} />
      </div>
    </ConfirmDialog>
  );
}

function Condition({ condition: c, onChange }: { readonly condition: LicenceCondition; readonly onChange: (condition: LicenceCondition) => void }): ReactNode {
  const l = useLayout();
  if (c.kind === 'members of') return <Field label="Distinguished name of the group" required hint="Members of its groups count too; the primary group does not."><Input value={c.groupDn} placeholder="CN=Office,OU=Groups,DC=corp,DC=example,DC=com" onChange={(_, d) => onChange({ kind: 'members of', groupDn: d.value })} /></Field>;
  if (c.kind === 'filter') return <Field label="LDAP filter" required hint="For example (&(department=Sales)(!(title=Trainee)))"><Input value={c.filter} spellCheck={false} onChange={(_, d) => onChange({ kind: 'filter', filter: d.value })} /></Field>;
  if (c.kind === 'everybody') return null;
  return (
    <div className={l.fields}>
      <Field label="Source attribute" required><Input value={c.attribute} spellCheck={false} placeholder="department" onChange={(_, d) => onChange({ ...c, attribute: d.value })} /></Field>
      <Field label="Value" required><Input value={c.value} onChange={(_, d) => onChange({ ...c, value: d.value })} /></Field>
    </div>
  );
}

/** Removes a licence rule. */
export function RemoveLicenceRuleDialog({ owner, id, title, onClose }: DialogProps<'remove licence rule'>): ReactNode {
  const remove = useCommand('licences.remove');
  return (
    <ConfirmDialog title="Remove Licence Rule" kind="alert" onClose={onClose} confirmLabel="Remove" busy={remove.isPending} error={remove.error ? errorData(remove.error) : null} onConfirm={() => remove.mutate({ owner, id }, { onSuccess: onClose })}>
      <Text>{`The rule "${title}" is removed from this ${owner.kind === 'pair' ? 'migration pair; existing collections keep their copy' : 'collection'}. Nobody loses a licence by it: nothing is written to the tenant.`}</Text>
    </ConfirmDialog>
  );
}
