import { Button, Checkbox, Field, Input, Radio, RadioGroup, Select, makeStyles } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { MappingRuleInput } from '../../../shared/contracts/rule-values.ts';
import { CONVERSIONS, MAPPING_ACTIONS, MAPPING_CONDITIONS } from '../../../shared/domain/rules.ts';
import { errorData, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView } from '../../ui/states.tsx';
import { AttributeBox } from './AttributeBox.tsx';
import { ExpressionEditor } from './ExpressionEditor.tsx';
import { KindSelect } from './KindSelect.tsx';
import { RulePreview } from './RulePreview.tsx';
import { ACTION_WORDS } from './words.ts';

const useStyles = makeStyles({
  panes: { display: 'grid', gridTemplateColumns: 'minmax(0, 11fr) minmax(0, 10fr)', gap: '24px', alignItems: 'start', '@media (max-width: 900px)': { gridTemplateColumns: 'minmax(0, 1fr)' } },
});

type Draft = Omit<MappingRuleInput, 'id'>;

/** What is sent of a draft: fields that its action does not use are emptied. */
export function ruleOf(draft: Draft, id: string | undefined): MappingRuleInput {
  const { enabled, action, condition, sourceClass, sourceAttribute, targetClass, targetAttribute, value, conversion } = draft;
  const reads = action === 'Overwrite' || action === 'Merge' || action === 'Resolve';
  const hasText = action === 'Set constant' || action === 'Expression';
  // Classes never differ, so one that is not shown follows the other.
  return { enabled, action, condition, sourceClass: reads ? sourceClass : targetClass, sourceAttribute: reads ? sourceAttribute : '', targetClass, targetAttribute, value: hasText ? value : '', conversion: reads ? conversion : 'none', ...(id === undefined ? {} : { id }) };
}

/** Adds or changes a mapping rule, and shows what it would do to real objects. */
export function MappingRuleDialog({ owner, rule, onClose }: DialogProps<'mapping rule'>): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const [draft, setDraft] = useState<Draft>(rule ?? {
    enabled: true, action: 'Overwrite', condition: 'always', sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute: '', value: '', conversion: 'none',
  });
  const save = useCommand('mappingRules.save');
  const set = (part: Partial<Draft>): void => setDraft((d) => ({ ...d, ...part }));
  const reads = draft.action === 'Overwrite' || draft.action === 'Merge' || draft.action === 'Resolve';
  const ready = draft.targetAttribute.trim() !== '' && (!reads || draft.sourceAttribute.trim() !== '' || draft.conversion === 'initial password') && (draft.action !== 'Set constant' || draft.value !== '') && (draft.action !== 'Expression' || draft.value.trim() !== '');
  const whole = ruleOf(draft, rule?.id);
  return (
    <DialogFrame title={rule ? 'Edit Mapping Rule' : 'New Mapping Rule'} size="full" onClose={onClose} actions={<>
      <Button onClick={onClose}>Cancel</Button>
      <Button appearance="primary" disabled={save.isPending || !ready} onClick={() => save.mutate({ owner, rule: whole }, { onSuccess: onClose })}>{save.isPending ? 'Working…' : 'Save'}</Button>
    </>}>
      <div className={s.panes}>
        <div className={l.column}>
          <div className={l.fields}>
            <KindSelect label="Target class" value={draft.targetClass} onChange={(targetClass) => set({ targetClass })} />
            <AttributeBox owner={owner} label="Target attribute" side="target" kind={draft.targetClass} value={draft.targetAttribute} onChange={(targetAttribute) => set({ targetAttribute })} />
          </div>
          <Field label="Action">
            <RadioGroup value={draft.action} onChange={(_, d) => { const action = MAPPING_ACTIONS.find((a) => a === d.value); if (action) set({ action }); }}>{MAPPING_ACTIONS.map((a) => <Radio key={a} value={a} label={<><strong>{a}</strong>{`: ${ACTION_WORDS[a]}`}</>} />)}</RadioGroup>
          </Field>
          {reads ? (
            <div className={l.fields}>
              <KindSelect label="Source class" value={draft.sourceClass} onChange={(sourceClass) => set({ sourceClass })} />
              <AttributeBox owner={owner} label="Source attribute" side="source" kind={draft.sourceClass} value={draft.sourceAttribute} onChange={(sourceAttribute) => set({ sourceAttribute })} />
            </div>
          ) : null}
          {draft.action === 'Set constant' ? <Field label="Constant" required><Input value={draft.value} onChange={(_, d) => set({ value: d.value })} /></Field> : null}
          {draft.action === 'Expression' ? <ExpressionEditor owner={owner} kind={draft.targetClass} value={draft.value} onChange={(value) => set({ value })} /> : null}
          <div className={l.fields}>
            <Field label="Condition"><Select value={draft.condition} onChange={(_, d) => { const condition = MAPPING_CONDITIONS.find((c) => c === d.value); if (condition) set({ condition }); }}>{MAPPING_CONDITIONS.map((c) => <option key={c} value={c}>{c}</option>)}</Select></Field>
            {reads ? <Field label="Conversion"><Select value={draft.conversion} onChange={(_, d) => { const conversion = CONVERSIONS.find((c) => c === d.value); if (conversion) set({ conversion }); }}>{CONVERSIONS.map((c) => <option key={c} value={c}>{c}</option>)}</Select></Field> : null}
          </div>
          <Checkbox label="Enabled" checked={draft.enabled} onChange={(_, d) => set({ enabled: d.checked === true })} />
        </div>
        <RulePreview owner={owner} rule={ready ? whole : null} />
      </div>
      {save.error ? <ErrorView error={errorData(save.error)} /> : null}
    </DialogFrame>
  );
}
