import { Button, Checkbox, Field, Select, Text } from '@fluentui/react-components';
import { ArrowDownRegular, ArrowUpRegular } from '@fluentui/react-icons';
import { useState, type ReactNode } from 'react';
import type { MatchingRuleInput } from '../../../shared/contracts/rule-values.ts';
import { COMPARISONS, type MatchingRule } from '../../../shared/domain/rules.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps, RuleOwner } from '../../app/dialogs.tsx';
import { ConfirmDialog, DialogFrame } from '../../ui/Dialogs.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView } from '../../ui/states.tsx';
import { AttributeBox } from './AttributeBox.tsx';
import { KindSelect } from './KindSelect.tsx';
import { MatchTest } from './MatchTest.tsx';
import { COMPARISON_WORDS } from './words.ts';

type Draft = Omit<MatchingRule, 'id' | 'position'>;
const plain = ({ position: _position, ...rule }: MatchingRule): MatchingRuleInput => rule;

/** The rules of an owner as they are, for a test of another list. */
function useRules(owner: RuleOwner): readonly MatchingRuleInput[] | null {
  return useCall('matchingRules.list', owner).data?.rows.map(plain) ?? null;
}

/** Adds or changes a matching rule; "Test this rule" says first what it would match differently. */
export function MatchingRuleDialog({ owner, rule, onClose }: DialogProps<'matching rule'>): ReactNode {
  const l = useLayout();
  const [draft, setDraft] = useState<Draft>(rule ?? { enabled: true, sourceClass: 'user', sourceAttribute: '', targetClass: 'user', targetAttribute: '', comparison: 'value' });
  const save = useCommand('matchingRules.save');
  const present = useRules(owner);
  const set = (part: Partial<Draft>): void => setDraft((d) => ({ ...d, ...part }));
  const ready = draft.sourceAttribute.trim() !== '' && draft.targetAttribute.trim() !== '';
  const { enabled, sourceClass, sourceAttribute, targetClass, targetAttribute, comparison } = draft;
  const whole: MatchingRuleInput = { enabled, sourceClass, sourceAttribute, targetClass, targetAttribute, comparison, ...(rule ? { id: rule.id } : {}) };
  const list = !ready || present === null ? null : rule ? present.map((r) => (r.id === rule.id ? whole : r)) : [...present, whole];
  return (
    <DialogFrame title={rule ? 'Edit Matching Rule' : 'Add Matching Rule'} size="wide" onClose={onClose} actions={<>
      <Button onClick={onClose}>Cancel</Button>
      <Button appearance="primary" disabled={save.isPending || !ready} onClick={() => save.mutate({ owner, rule: whole }, { onSuccess: onClose })}>{save.isPending ? 'Working…' : 'Save'}</Button>
    </>}>
      <div className={l.column}>
        <div className={l.fields}>
          <KindSelect label="Target class" value={draft.targetClass} onChange={(kind) => set({ targetClass: kind })} />
          <AttributeBox owner={owner} label="Target attribute" side="target" use="match" kind={draft.targetClass} value={draft.targetAttribute} onChange={(name) => set({ targetAttribute: name })} />
        </div>
        <div className={l.fields}>
          <KindSelect label="Source class" value={draft.sourceClass} onChange={(kind) => set({ sourceClass: kind })} />
          <AttributeBox owner={owner} label="Source attribute" side="source" kind={draft.sourceClass} value={draft.sourceAttribute} onChange={(name) => set({ sourceAttribute: name })} />
        </div>
        <Field label="Comparison">
          <Select value={draft.comparison} onChange={(_, d) => { const one = COMPARISONS.find((c) => c === d.value); if (one) set({ comparison: one }); }}>{COMPARISONS.map((c) => <option key={c} value={c}>{COMPARISON_WORDS[c]}</option>)}</Select>
        </Field>
        <Checkbox label="Enabled" checked={draft.enabled} onChange={(_, d) => set({ enabled: d.checked === true })} />
        <MatchTest owner={owner} rules={list} label="Test this rule" />
      </div>
      {save.error ? <ErrorView error={errorData(save.error)} /> : null}
    </DialogFrame>
  );
}

/** Gives all matching rules a new order, after seeing what it would match differently. */
export function RuleOrderDialog({ owner, onClose }: DialogProps<'rule order'>): ReactNode {
  const l = useLayout();
  const rules = useCall('matchingRules.list', owner);
  const [order, setOrder] = useState<readonly string[] | null>(null);
  const save = useCommand('matchingRules.reorder');
  const rows = rules.data?.rows ?? [];
  const ids = order ?? rows.map((r) => r.id);
  const sorted = ids.flatMap((id) => rows.find((r) => r.id === id) ?? []);
  const move = (at: number, step: 1 | -1): void => { const next = [...ids]; next.splice(at + step, 0, ...next.splice(at, 1)); setOrder(next); };
  return (
    <DialogFrame title="Change Priority" size="wide" onClose={onClose} actions={<>
      <Button onClick={onClose}>Cancel</Button>
      <Button appearance="primary" disabled={save.isPending || order === null} onClick={() => save.mutate({ owner, ids: [...ids] }, { onSuccess: onClose })}>{save.isPending ? 'Working…' : 'Save'}</Button>
    </>}>
      <Text>Rules are tried from the top; the first one that finds something decides.</Text>
      {rules.error ? <ErrorView error={errorData(rules.error)} onRetry={() => { void rules.refetch(); }} /> : null}
      <table className={l.plainTable} aria-label="Matching rules in their new order">
        <thead><tr><th scope="col">Priority</th><th scope="col">Source</th><th scope="col">Target</th><th scope="col">Comparison</th><th scope="col">State</th><th scope="col">Move</th></tr></thead>
        <tbody>{sorted.map((r, i) => (
          <tr key={r.id}>
            <td>{i + 1}</td><td>{`${r.sourceClass}  ${r.sourceAttribute}`}</td><td>{`${r.targetClass}  ${r.targetAttribute}`}</td><td>{COMPARISON_WORDS[r.comparison]}</td><td className={l.number}>{r.enabled ? 'Enabled' : 'Disabled'}</td>
            <td className={l.number}>
              <Button size="small" appearance="subtle" icon={<ArrowUpRegular />} aria-label={`Move rule ${i + 1} up`} disabled={i === 0} onClick={() => move(i, -1)} />
              <Button size="small" appearance="subtle" icon={<ArrowDownRegular />} aria-label={`Move rule ${i + 1} down`} disabled={i === sorted.length - 1} onClick={() => move(i, 1)} />
            </td>
          </tr>
        ))}</tbody>
      </table>
      <MatchTest owner={owner} rules={sorted.length === 0 ? null : sorted.map(plain)} label="Test this order" />
      {save.error ? <ErrorView error={errorData(save.error)} /> : null}
    </DialogFrame>
  );
}

/** Removes a rule. */
export function RemoveRuleDialog({ owner, set, id, title, onClose }: DialogProps<'remove rule'>): ReactNode {
  const l = useLayout();
  const matching = useCommand('matchingRules.remove');
  const mapping = useCommand('mappingRules.remove');
  const present = useRules(owner);
  const remove = set === 'matching' ? matching : mapping;
  return (
    <ConfirmDialog title={set === 'matching' ? 'Remove Matching Rule' : 'Remove Mapping Rule'} kind="alert" onClose={onClose} confirmLabel="Remove" busy={remove.isPending} error={remove.error ? errorData(remove.error) : null}
      onConfirm={() => remove.mutate({ owner, id }, { onSuccess: onClose })}>
      <div className={l.column}>
        <Text>{`The rule "${title}" is removed from this ${owner.kind === 'pair' ? 'migration pair; existing collections keep their copy' : 'collection'}. Nothing is written to the tenant. To keep it for later, disable it instead.`}</Text>
        {set === 'matching' ? <MatchTest owner={owner} rules={present?.filter((r) => r.id !== id) ?? null} label="Test without this rule" /> : null}
      </div>
    </ConfirmDialog>
  );
}
