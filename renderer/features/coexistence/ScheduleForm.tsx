import { Checkbox, Combobox, Field, Input, Option, Radio, RadioGroup, Text, makeStyles, mergeClasses } from '@fluentui/react-components';
import { useMemo, type ReactNode } from 'react';
import { INTERVAL_MINUTES } from '../../../shared/domain/coexistence.ts';
import { WEEK } from '../../ui/coexistence-words.ts';
import { useLayout } from '../../ui/layout.ts';
import { scheduleOf, type ScheduleDraft } from './draft.ts';

const useStyles = makeStyles({
  plain: { border: 'none', margin: 0, padding: 0, display: 'flex', flexWrap: 'wrap', columnGap: '8px' },
  hours: { paddingLeft: '28px' },
  list: { maxHeight: '220px', overflowY: 'auto' },
  narrow: { maxWidth: '320px' },
});
/** Zones offered at once; the rest comes with typing. */
const MOST_ZONES = 60;

const wrong = (message: string | undefined) => (message === undefined ? {} : { validationState: 'error' as const, validationMessage: message });

/** Interval and working hours. */
export function ScheduleForm({ draft, onChange }: { readonly draft: ScheduleDraft; readonly onChange: (draft: ScheduleDraft) => void }): ReactNode {
  const l = useLayout();
  const s = useStyles();
  const problems = scheduleOf(draft).problems ?? {};
  const set = (change: Partial<ScheduleDraft>): void => onChange({ ...draft, ...change });
  return (
    <div className={l.column}>
      <Field className={s.narrow} label="Minutes between two cycles" required hint={`From ${INTERVAL_MINUTES.least} to ${INTERVAL_MINUTES.most.toLocaleString()}. A cycle with nothing changed costs a few requests, whatever the size of the collection.`} {...wrong(problems.interval)}>
        <Input type="number" min={INTERVAL_MINUTES.least} max={INTERVAL_MINUTES.most} value={draft.interval} onChange={(_, d) => set({ interval: d.value })} />
      </Field>
      <Field label="Working hours">
        <RadioGroup value={draft.limited ? 'hours' : 'any'} onChange={(_, d) => set({ limited: d.value === 'hours' })}>
          <Radio value="any" label="Cycles may run at any time" />
          <Radio value="hours" label="Cycles run only in these hours" />
        </RadioGroup>
      </Field>
      {draft.limited ? (
        <div className={mergeClasses(l.column, s.hours)}>
          <div className={l.tight}>
            <fieldset className={s.plain} aria-label="Days">
              {WEEK.map(({ day, name }) => <Checkbox key={day} label={name} checked={draft.days.includes(day)} onChange={(_, d) => set({ days: d.checked === true ? [...draft.days, day] : draft.days.filter((one) => one !== day) })} />)}
            </fieldset>
            {problems.days ? <Text size={200} className={l.old} role="alert">{`Days ${problems.days}.`}</Text> : null}
          </div>
          <div className={l.fields}>
            <Field label="From" {...wrong(problems.hours)}><Input type="time" value={draft.from} onChange={(_, d) => set({ from: d.value })} /></Field>
            <Field label="To" hint="An end that is not after the beginning means the next day."><Input type="time" value={draft.to} onChange={(_, d) => set({ to: d.value })} /></Field>
            <ZoneField value={draft.timeZone} problem={problems.timeZone} onChange={(timeZone) => set({ timeZone })} />
          </div>
        </div>
      ) : null}
    </div>
  );
}

function ZoneField({ value, problem, onChange }: { readonly value: string; readonly problem: string | undefined; readonly onChange: (zone: string) => void }): ReactNode {
  const s = useStyles();
  const zones = useMemo(() => Intl.supportedValuesOf('timeZone'), []);
  const typed = value.toLowerCase();
  const fitting = (zones.includes(value) ? zones : zones.filter((zone) => zone.toLowerCase().includes(typed))).slice(0, MOST_ZONES);
  return (
    <Field label="Time zone" {...wrong(problem)}>
      <Combobox freeform value={value} selectedOptions={[value]} listbox={{ className: s.list }} onInput={(e) => onChange((e.target as HTMLInputElement).value)} onOptionSelect={(_, d) => { if (d.optionValue !== undefined) onChange(d.optionValue); }}>
        {fitting.map((zone) => <Option key={zone} value={zone}>{zone}</Option>)}
      </Combobox>
    </Field>
  );
}
