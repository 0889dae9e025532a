import { Combobox, Field, makeStyles, Option } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { ObjectKind } from '../../../shared/domain/objects.ts';
import { useCall } from '../../app/api.ts';
import type { RuleOwner } from '../../app/dialogs.tsx';
import { count } from '../../ui/format.ts';

interface AttributeProps {
  readonly owner: RuleOwner;
  /** `match`: a target attribute is only compared, so it need not be writable. */
  readonly use?: 'match' | 'write';
  readonly label: string; readonly side: 'source' | 'target'; readonly kind: ObjectKind; readonly value: string; readonly onChange: (name: string) => void;
}

/** The list lies inside the dialog, so it must be low enough for both sides of the box. */
const useStyles = makeStyles({ box: { minWidth: 0 }, list: { maxHeight: '180px', overflowY: 'auto' } });

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

/** Most names offered at once; typing narrows them. */
const OFFERED = 200;

/** Name of an attribute: chosen from the known ones or typed. What was typed stays as it is when the box is left. */
export function AttributeBox({ owner, use = 'write', label, side, kind, value, onChange }: AttributeProps): ReactNode {
  const s = useStyles();
  const [open, setOpen] = useState(false);
  const known = useCall('rules.attributes', { owner });
  const names = (side === 'source' ? known.data?.source : known.data?.target)?.filter((a) => a.kind === kind).map((a) => a.name) ?? [];
  const target = side === 'target' && use === 'write' ? known.data?.target.find((a) => a.kind === kind && a.name.toLowerCase() === value.trim().toLowerCase()) : undefined;
  const source = side === 'source' && value.trim() !== '' ? known.data?.source.find((a) => a.kind === kind && a.name.toLowerCase() === value.trim().toLowerCase()) : undefined;
  const seen = side === 'target' || known.data === undefined || value.trim() === '' ? '' : source?.type === 'linked' ? 'A linked attribute: it holds names of other objects.' : source === undefined || source.seen === 0 ? 'No object read so far has a value of it.' : `${count(source.seen)} of the objects read have a value of it.`;
  const typed = value.toLowerCase();
  const fitting = [...new Set(names)].filter((name) => names.includes(value) || name.toLowerCase().includes(typed));
  const begins = (name: string): boolean => name.toLowerCase().startsWith(typed);
  const shown = [...fitting.filter(begins), ...fitting.filter((name) => !begins(name))];
  const leave = (box: Element): void => {
    setOpen(false);
    // Fluent's box sets this attribute by hand and takes it away only when an open list closes; pointing at an option that is gone is an error (WAI-ARIA 1.2, aria-activedescendant).
    requestAnimationFrame(() => { if (document.activeElement !== box) box.removeAttribute('aria-activedescendant'); });
  };
  return (
    <Field label={label} required {...(target && !target.writable ? { validationState: 'warning' as const, validationMessage: `Cannot be written: ${target.note}.` } : { hint: target && target.note !== '' ? sentence(target.note) : seen })}>
      <Combobox className={s.box} freeform inlinePopup value={value} selectedOptions={[value]} open={open && shown.length > 0} autoComplete="off" expandIcon={{ tabIndex: -1 }} listbox={{ className: s.list }}
        onOpenChange={(_, d) => setOpen(d.open)} onBlur={(e) => leave(e.target)} onKeyDown={(e) => { if (e.key === 'Tab') setOpen(false); }} onInput={(e) => onChange((e.target as HTMLInputElement).value)}
        onOptionSelect={(e, d) => {
          // With Tab the box would take the first name that begins like the typed one: "mail" would become "mailNickname".
          const isLeaving = 'key' in e && e.key === 'Tab';
          if (d.optionValue !== undefined && !isLeaving) onChange(d.optionValue);
        }}>
        {shown.slice(0, OFFERED).map((name) => <Option key={name} value={name}>{name}</Option>)}
      </Combobox>
    </Field>
  );
}
