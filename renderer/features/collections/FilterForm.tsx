import { Button, Combobox, Field, Input, Option, Radio, RadioGroup, Select, Tab, TabList, Text, Textarea, makeStyles } from '@fluentui/react-components';
import { AddRegular, DismissRegular } from '@fluentui/react-icons';
import { useDeferredValue, useId, useState, type ReactNode } from 'react';
import { conditionProblem, FILTER_OPERATORS, filterOfQuery, needsNoValue, QUERY_CLASSES, type FilterCondition, type FilterQuery } from '../../../shared/rules/filter-conditions.ts';
import { useCall } from '../../app/api.ts';
import { useLayout } from '../../ui/layout.ts';

const useStyles = makeStyles({
  head: { display: 'flex', flexWrap: 'wrap', alignItems: 'end', columnGap: '24px' },
  conditions: { display: 'flex', flexDirection: 'column', gap: '4px' },
  condition: { display: 'grid', gridTemplateColumns: 'minmax(140px, 3fr) minmax(140px, 2fr) minmax(140px, 4fr) auto', gap: '8px', alignItems: 'start', '& > *': { minWidth: 0 } },
  box: { minWidth: 0, width: '100%' },
  list: { maxHeight: '200px', overflowY: 'auto' },
  text: { fontFamily: 'var(--fontFamilyMonospace)' },
});

/** Attributes that are asked for most; any other can be typed. */
const OFTEN = ['sAMAccountName', 'userPrincipalName', 'mail', 'displayName', 'department', 'company', 'title', 'l', 'c', 'physicalDeliveryOfficeName', 'employeeID', 'employeeType', 'extensionAttribute1', 'memberOf', 'manager', 'proxyAddresses', 'msExchRecipientTypeDetails', 'userAccountControl', 'groupType', 'whenCreated', 'description', 'cn'];
const CLASS_WORDS: Readonly<Record<FilterQuery['objectClass'], string>> = { '': 'Users, groups and contacts', 'user': 'Users', 'group': 'Groups', 'contact': 'Contacts' };

/** What a person has put together or typed. `filter` is empty while something is missing. */
export interface FilterDraft { readonly mode: 'conditions' | 'filter'; readonly query: FilterQuery; readonly typed: string }

/** A draft with one condition to be completed. */
export const NEW_QUERY: FilterDraft = { mode: 'conditions', query: { objectClass: 'user', join: 'and', conditions: [{ attribute: 'department', operator: 'is', value: '' }] }, typed: '' };
/** A draft that finds all users. */
export const ALL_USERS: FilterDraft = { mode: 'conditions', query: { objectClass: 'user', join: 'and', conditions: [] }, typed: '' };
/** A draft of a filter that is there already. */
export function typedDraft(filter: string): FilterDraft {
  return { ...NEW_QUERY, mode: 'filter', typed: filter };
}

/** The LDAP filter of a draft; empty while a condition is not complete. A typed filter is not checked here. */
export function filterOfDraft({ mode, query, typed }: FilterDraft): string {
  if (mode === 'filter') return typed.trim();
  return query.conditions.some((condition) => conditionProblem(condition) !== '') ? '' : filterOfQuery(query);
}

/** The filter of a draft once it can be used: complete, and read without a mistake when it was typed; empty until then. */
export function useUsableFilter(draft: FilterDraft): string {
  const filter = filterOfDraft(draft);
  const isTyped = draft.mode === 'filter';
  const check = useCall('directory.checkFilter', { filter }, { enabled: isTyped && filter !== '' });
  return isTyped && check.data?.problem !== '' ? '' : filter;
}

/** Conditions on attributes with the LDAP filter that they make, or a filter that is checked as it is typed. */
export function FilterForm({ draft, onChange }: { readonly draft: FilterDraft; readonly onChange: (draft: FilterDraft) => void }): ReactNode {
  const l = useLayout();
  const made = filterOfDraft(draft);
  const toMode = (mode: FilterDraft['mode']): void => onChange({ ...draft, mode, typed: mode === 'filter' && draft.typed === '' ? made : draft.typed });
  return (
    <div className={l.column}>
      <TabList size="small" selectedValue={draft.mode} onTabSelect={(_, d) => toMode(d.value === 'filter' ? 'filter' : 'conditions')} aria-label="How to query">
        <Tab value="conditions">Attribute conditions</Tab><Tab value="filter">LDAP filter</Tab>
      </TabList>
      {draft.mode === 'conditions' ? <Conditions query={draft.query} onChange={(query) => onChange({ ...draft, query })} made={made} /> : <TypedFilter text={draft.typed} onChange={(typed) => onChange({ ...draft, typed })} />}
    </div>
  );
}

function Conditions({ query, onChange, made }: { readonly query: FilterQuery; readonly onChange: (query: FilterQuery) => void; readonly made: string }): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const label = useId();
  const set = (at: number, change: Partial<FilterCondition>): void => onChange({ ...query, conditions: query.conditions.map((c, i) => (i === at ? { ...c, ...change } : c)) });
  return <>
    <div className={s.head}>
      <Field label="Look for"><Select value={query.objectClass} onChange={(_, d) => onChange({ ...query, objectClass: QUERY_CLASSES.find((one) => one === d.value) ?? '' })}>{QUERY_CLASSES.map((one) => <option key={one} value={one}>{CLASS_WORDS[one]}</option>)}</Select></Field>
      <RadioGroup layout="horizontal" aria-label="Conditions are joined by" value={query.join} onChange={(_, d) => onChange({ ...query, join: d.value === 'or' ? 'or' : 'and' })}><Radio value="and" label="All conditions hold (and)" /><Radio value="or" label="One is enough (or)" /></RadioGroup>
    </div>
    <section className={s.conditions} aria-labelledby={label}>
      <Text id={label} weight="semibold">Conditions</Text>
      {query.conditions.map((condition, i) => {
        const problem = conditionProblem(condition);
        return (
          <div key={i} className={s.condition}>
            <AttributeName value={condition.attribute} label={`Attribute of condition ${i + 1}`} onChange={(attribute) => set(i, { attribute })} />
            <Select aria-label={`Operator of condition ${i + 1}`} value={condition.operator} onChange={(_, d) => set(i, { operator: FILTER_OPERATORS.find((one) => one === d.value) ?? 'is' })}>{FILTER_OPERATORS.map((one) => <option key={one} value={one}>{one}</option>)}</Select>
            <Field {...(problem !== '' && condition.value !== '' ? { validationState: 'error' as const, validationMessage: problem } : {})}><Input aria-label={`Value of condition ${i + 1}`} disabled={needsNoValue(condition.operator)} value={needsNoValue(condition.operator) ? '' : condition.value} onChange={(_, d) => set(i, { value: d.value })} /></Field>
            <Button appearance="subtle" icon={<DismissRegular />} aria-label={`Remove condition ${i + 1}`} onClick={() => onChange({ ...query, conditions: query.conditions.filter((_, at) => at !== i) })} />
          </div>
        );
      })}
      <div><Button size="small" icon={<AddRegular />} onClick={() => onChange({ ...query, conditions: [...query.conditions, { attribute: '', operator: 'is', value: '' }] })}>Add Condition</Button></div>
    </section>
    <Field label="LDAP filter"><Text className={l.mono} aria-label="LDAP filter made of the conditions">{made === '' ? 'Complete the conditions first.' : made}</Text></Field>
  </>;
}

function AttributeName({ value, label, onChange }: { readonly value: string; readonly label: string; readonly onChange: (name: string) => void }): ReactNode {
  const s = useStyles();
  const [open, setOpen] = useState(false);
  const leave = (box: Element): void => {
    setOpen(false);
    // Fluent's box leaves this attribute pointing at an option that is gone with the list (WAI-ARIA 1.2, aria-activedescendant).
    requestAnimationFrame(() => { if (document.activeElement !== box) box.removeAttribute('aria-activedescendant'); });
  };
  const fitting = OFTEN.filter((name) => OFTEN.includes(value) || name.toLowerCase().includes(value.toLowerCase()));
  return (
    <Combobox freeform inlinePopup className={s.box} aria-label={label} placeholder="Attribute" value={value} selectedOptions={[value]} open={open && fitting.length > 0} autoComplete="off" expandIcon={{ tabIndex: -1 }} listbox={{ className: s.list }}
      onOpenChange={(_, d) => setOpen(d.open)} onBlur={(e) => leave(e.target)} onKeyDown={(e) => { if (e.key === 'Tab') setOpen(false); }} onInput={(e) => onChange((e.target as HTMLInputElement).value)}
      // With Tab the box would take the first name that begins like the typed one.
      onOptionSelect={(e, d) => { if (d.optionValue !== undefined && !('key' in e && e.key === 'Tab')) onChange(d.optionValue); }}>
      {fitting.map((name) => <Option key={name} value={name}>{name}</Option>)}
    </Combobox>
  );
}

function TypedFilter({ text, onChange }: { readonly text: string; readonly onChange: (text: string) => void }): ReactNode {
  const s = useStyles();
  const checked = useDeferredValue(text);
  const check = useCall('directory.checkFilter', { filter: checked }, { enabled: checked.trim() !== '', keepPrevious: true });
  const problem = checked.trim() === '' ? '' : check.data?.problem ?? '';
  return (
    <Field label="LDAP filter" required hint="RFC 4515, for example (&(objectClass=user)(department=Sales)). Only users, groups and contacts are taken."
      {...(problem !== '' ? { validationState: 'error' as const, validationMessage: problem } : checked.trim() !== '' && check.data ? { validationState: 'success' as const, validationMessage: 'The filter can be read.' } : {})}>
      <Textarea className={s.text} value={text} maxLength={4000} rows={3} spellCheck={false} onChange={(_, d) => onChange(d.value)} />
    </Field>
  );
}
