import { Checkbox, Field, Input, Radio, RadioGroup, Select, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { OBJECT_KINDS, type ObjectKind } from '../../../shared/domain/objects.ts';
import { COMPARISONS, CONVERSIONS, MAPPING_ACTIONS, MAPPING_CONDITIONS, type MappingRule, type MatchingRule } from '../../../shared/domain/rules.ts';
import { errorData, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { ConfirmDialog } from '../../ui/Dialogs.tsx';
import { useLayout } from '../../ui/layout.ts';
import { AttributeBox } from './AttributeBox.tsx';
import { ACTION_WORDS, COMPARISON_WORDS } from './words.ts';

type MatchingDraft = Omit<MatchingRule, 'id' | 'position'>;
type MappingDraft = Omit<MappingRule, 'id' | 'position'>;

/** The five actions of the New Mapping Rule dialog; Expression comes with the mapping language. */
const OFFERED = MAPPING_ACTIONS.filter((action) => action !== 'Expression');

function KindSelect({ label, value, onChange }: { readonly label: string; readonly value: ObjectKind; readonly onChange: (kind: ObjectKind) => void }): ReactNode {
  return <Field label={label}><Select value={value} onChange={(_, d) => { const kind = OBJECT_KINDS.find((k) => k === d.value); if (kind) onChange(kind); }}>{OBJECT_KINDS.map((k) => <option key={k} value={k}>{k}</option>)}</Select></Field>;
}

/** Adds or changes a matching rule. */
export function MatchingRuleDialog({ owner, rule, onClose }: DialogProps<'matching rule'>): ReactNode {
  const l = useLayout();
  const [draft, setDraft] = useState<MatchingDraft>(rule ?? { enabled: true, sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute: '', comparison: 'value' });
  const save = useCommand('matchingRules.save');
  const set = (part: Partial<MatchingDraft>): void => setDraft((d) => ({ ...d, ...part }));
  return (
    <ConfirmDialog title={rule ? 'Edit Matching Rule' : 'Add Matching Rule'} onClose={onClose} confirmLabel="Save" busy={save.isPending} ready={draft.sourceAttribute.trim() !== '' && draft.targetAttribute.trim() !== ''}
      error={save.error ? errorData(save.error) : null}
      onConfirm={() => {
        const { enabled, sourceClass, sourceAttribute, targetClass, targetAttribute, comparison } = draft;
        save.mutate({ owner, rule: { enabled, sourceClass, sourceAttribute, targetClass, targetAttribute, comparison, ...(rule ? { id: rule.id } : {}) } }, { onSuccess: onClose });
      }}>
      <div className={l.column}>
        <div className={l.fields}>
          <KindSelect label="Target class" value={draft.targetClass} onChange={(targetClass) => set({ targetClass })} />
          <AttributeBox label="Target attribute" side="target" kind={draft.targetClass} value={draft.targetAttribute} onChange={(targetAttribute) => set({ targetAttribute })} />
          <KindSelect label="Source class" value={draft.sourceClass} onChange={(sourceClass) => set({ sourceClass })} />
          <AttributeBox label="Source attribute" side="source" kind={draft.sourceClass} value={draft.sourceAttribute} onChange={(sourceAttribute) => set({ sourceAttribute })} />
        </div>
        <Field label="Comparison">
          <Select value={draft.comparison} onChange={(_, d) => { const comparison = COMPARISONS.find((c) => c === d.value); if (comparison) set({ comparison }); }}>{COMPARISONS.map((c) => <option key={c} value={c}>{COMPARISON_WORDS[c]}</option>)}</Select>
        </Field>
        <Checkbox label="Enabled" checked={draft.enabled} onChange={(_, d) => set({ enabled: d.checked === true })} />
      </div>
    </ConfirmDialog>
  );
}

/** Adds or changes a mapping rule. */
export function MappingRuleDialog({ owner, rule, onClose }: DialogProps<'mapping rule'>): ReactNode {
  const l = useLayout();
  const [draft, setDraft] = useState<MappingDraft>(rule ?? {
    enabled: true, action: 'Overwrite', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute: '', value: '', conversion: 'none',
  });
  const save = useCommand('mappingRules.save');
  const set = (part: Partial<MappingDraft>): void => setDraft((d) => ({ ...d, ...part }));
  const needsSource = draft.action !== 'Set constant' && draft.action !== 'Clear';
  const ready = draft.targetAttribute.trim() !== '' && (!needsSource || draft.sourceAttribute.trim() !== '') && (draft.action !== 'Set constant' || draft.value !== '');
  return (
    <ConfirmDialog title={rule ? 'Edit Mapping Rule' : 'New Mapping Rule'} onClose={onClose} confirmLabel="Save" busy={save.isPending} ready={ready} error={save.error ? errorData(save.error) : null}
      onConfirm={() => {
        const { enabled, action, condition, sourceClass, sourceAttribute, targetClass, targetAttribute, value, conversion } = draft;
        save.mutate({ owner, rule: { enabled, action, condition, sourceClass, sourceAttribute: needsSource ? sourceAttribute : '', targetClass, targetAttribute, value: action === 'Set constant' ? value : '', conversion, ...(rule ? { id: rule.id } : {}) } }, { onSuccess: onClose });
      }}>
      <div className={l.column}>
        <div className={l.fields}>
          <KindSelect label="Target class" value={draft.targetClass} onChange={(targetClass) => set({ targetClass })} />
          <AttributeBox label="Target attribute" side="target" kind={draft.targetClass} value={draft.targetAttribute} onChange={(targetAttribute) => set({ targetAttribute })} />
        </div>
        <Field label="Action">
          <RadioGroup value={draft.action} onChange={(_, d) => { const action = OFFERED.find((a) => a === d.value); if (action) set({ action }); }}>{OFFERED.map((a) => <Radio key={a} value={a} label={<><strong>{a}</strong>{`: ${ACTION_WORDS[a]}`}</>} />)}</RadioGroup>
        </Field>
        {needsSource ? (
          <div className={l.fields}>
            <KindSelect label="Source class" value={draft.sourceClass} onChange={(sourceClass) => set({ sourceClass })} />
            <AttributeBox label="Source attribute" side="source" kind={draft.sourceClass} value={draft.sourceAttribute} onChange={(sourceAttribute) => set({ sourceAttribute })} />
          </div>
        ) : null}
        {draft.action === 'Set constant' ? <Field label="Constant" required><Input value={draft.value} onChange={(_, d) => set({ value: d.value })} /></Field> : null}
        <div className={l.fields}>
          <Field label="Condition"><Select value={draft.condition} onChange={(_, d) => { const condition = MAPPING_CONDITIONS.find((c) => c === d.value); if (condition) set({ condition }); }}>{MAPPING_CONDITIONS.map((c) => <option key={c} value={c}>{c}</option>)}</Select></Field>
          <Field label="Conversion"><Select value={draft.conversion} onChange={(_, d) => { const conversion = CONVERSIONS.find((c) => c === d.value); if (conversion) set({ conversion }); }}>{CONVERSIONS.map((c) => <option key={c} value={c}>{c}</option>)}</Select></Field>
        </div>
        <Checkbox label="Enabled" checked={draft.enabled} onChange={(_, d) => set({ enabled: d.checked === true })} />
      </div>
    </ConfirmDialog>
  );
}

/** Removes a rule. */
export function RemoveRuleDialog({ owner, set, id, title, onClose }: DialogProps<'remove rule'>): ReactNode {
  const matching = useCommand('matchingRules.remove');
  const mapping = useCommand('mappingRules.remove');
  const remove = set === 'matching' ? matching : mapping;
  return (
    <ConfirmDialog title={set === 'matching' ? 'Remove Matching Rule' : 'Remove Mapping Rule'} kind="alert" onClose={onClose} confirmLabel="Remove" busy={remove.isPending} error={remove.error ? errorData(remove.error) : null}
      onConfirm={() => remove.mutate({ owner, id }, { onSuccess: onClose })}>
      <Text>{`The rule "${title}" is removed from this ${owner.kind === 'pair' ? 'migration pair; existing collections keep their copy' : 'collection'}. Nothing is written to the tenant. To keep it for later, disable it instead.`}</Text>
    </ConfirmDialog>
  );
}
