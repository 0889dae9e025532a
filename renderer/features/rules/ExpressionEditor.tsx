import { Field, Link, Textarea, makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useId, useRef, useState, type KeyboardEvent, type ReactNode } from 'react';
import type { ChannelOutput } from '../../../shared/contracts/index.ts';
import type { ExpressionProblem } from '../../../shared/contracts/rules.ts';
import type { ObjectKind } from '../../../shared/domain/objects.ts';
import { useCall } from '../../app/api.ts';
import type { RuleOwner } from '../../app/dialogs.tsx';
import { useLayout } from '../../ui/layout.ts';
import { FunctionList } from './FunctionList.tsx';
import { useSettled } from '../../ui/settled.ts';

const useStyles = makeStyles({
  input: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase300 },
  echo: { fontFamily: tokens.fontFamilyMonospace, fontSize: tokens.fontSizeBase200, whiteSpace: 'pre-wrap', overflowWrap: 'anywhere', margin: 0, padding: '6px 8px', backgroundColor: tokens.colorNeutralBackground3, borderRadius: tokens.borderRadiusMedium, minHeight: '18px' },
  function: { color: tokens.colorBrandForeground1, fontWeight: tokens.fontWeightSemibold }, attribute: { color: tokens.colorPaletteGreenForeground1 }, parameter: { color: tokens.colorPaletteGreenForeground1 },
  text: { color: tokens.colorPaletteRedForeground1 }, number: { color: tokens.colorPaletteRedForeground1 }, constant: { fontWeight: tokens.fontWeightSemibold },
  wrong: { textDecorationLine: 'underline', textDecorationStyle: 'wavy', textDecorationColor: tokens.colorPaletteRedBorderActive, backgroundColor: tokens.colorPaletteRedBackground1 },
  doubtful: { textDecorationLine: 'underline', textDecorationStyle: 'wavy', textDecorationColor: tokens.colorPaletteDarkOrangeBorderActive },
  list: { padding: '2px', maxHeight: '168px', overflowY: 'auto', border: `1px solid ${tokens.colorNeutralStroke1}`, borderRadius: tokens.borderRadiusMedium, backgroundColor: tokens.colorNeutralBackground1, boxShadow: tokens.shadow4 },
  item: { display: 'flex', gap: '12px', padding: '3px 8px', cursor: 'pointer', borderRadius: tokens.borderRadiusSmall, alignItems: 'baseline' },
  active: { backgroundColor: tokens.colorNeutralBackground1Selected, outline: `1px solid ${tokens.colorNeutralStroke1Selected}` },
  detail: { color: tokens.colorNeutralForeground2, fontSize: tokens.fontSizeBase200, overflow: 'hidden', textOverflow: 'ellipsis', whiteSpace: 'nowrap' },
  documentation: { margin: 0, fontSize: tokens.fontSizeBase200, color: tokens.colorNeutralForeground2, overflowWrap: 'anywhere' },
});

type Assist = ChannelOutput<'expressions.assist'>;
interface Props { readonly owner: RuleOwner; readonly kind: ObjectKind; readonly value: string; readonly onChange: (text: string) => void }

/** Milliseconds without a key before the host is asked. */
const PAUSE_MS = 120;

const sentence = (p: ExpressionProblem): string => `At character ${p.offset + 1}: ${p.message}${p.hint === null ? '' : ` ${p.hint}`}`;

/** Text of an expression with completion (Ctrl+Space, or while a name is typed), the function at the caret explained, and what is wrong marked in its place. */
export function ExpressionEditor({ owner, kind, value, onChange }: Props): ReactNode {
  const s = useStyles();
  const l = useLayout();
  const listId = useId();
  const box = useRef<HTMLTextAreaElement>(null);
  const [caret, setCaret] = useState(value.length);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(0);
  const [all, setAll] = useState(false);
  const asked = useSettled({ text: value, caret }, PAUSE_MS);
  const assist = useCall('expressions.assist', { owner, kind, text: asked.text, caret: Math.min(asked.caret, asked.text.length) }, { keepPrevious: true });
  const isFresh = !assist.isPlaceholderData && asked.text === value && asked.caret === caret;
  const items = isFresh ? assist.data?.completions.items ?? [] : [];
  const shown = open && items.length > 0;
  const at = Math.min(active, items.length - 1);
  const problems = asked.text === value && !assist.isPlaceholderData ? assist.data?.problems ?? [] : [];
  const error = problems.find((p) => p.severity === 'error');
  const warning = problems[0];

  const take = (index: number): void => {
    const item = items[index];
    const place = assist.data?.completions;
    if (!item || !place) return;
    const next = value.slice(0, place.offset) + item.insert + value.slice(place.offset + place.length);
    const to = place.offset + item.insert.length;
    onChange(next);
    setOpen(false);
    setCaret(to);
    requestAnimationFrame(() => { box.current?.focus(); box.current?.setSelectionRange(to, to); });
  };
  const onKeyDown = (e: KeyboardEvent): void => {
    if (e.ctrlKey && e.key === ' ') { e.preventDefault(); setActive(0); setOpen(true); return; }
    if (!shown) return;
    const last = items.length - 1;
    if (e.key === 'ArrowDown') setActive(at === last ? 0 : at + 1);
    else if (e.key === 'ArrowUp') setActive(at <= 0 ? last : at - 1);
    else if (e.key === 'Enter' || e.key === 'Tab') take(at);
    else if (e.key === 'Escape') setOpen(false);
    else return;
    // The dialog must not hear Escape, nor the text Enter.
    e.preventDefault();
    e.stopPropagation();
  };
  return (
    <div className={l.tight}>
      <Field label="Expression" required validationState={error ? 'error' : warning ? 'warning' : 'none'} {...(warning ? { validationMessage: sentence(error ?? warning) } : {})}
        hint="Functions, [attribute], &quot;text&quot;, %Parameter%. Ctrl+Space offers what fits.">
        <Textarea value={value} rows={3} resize="vertical" spellCheck={false} autoComplete="off" textarea={{ ref: box, className: s.input }} aria-autocomplete="list"
          {...(shown ? { 'aria-controls': listId, 'aria-activedescendant': `${listId}-${at}` } : {})}
          onChange={(e, d) => { onChange(d.value); setCaret(e.target.selectionStart); setActive(0); setOpen(/[\w[%]$/.test(d.value.slice(0, e.target.selectionStart))); }}
          onSelect={(e) => setCaret(e.currentTarget.selectionStart)} onKeyDown={onKeyDown} onBlur={() => setOpen(false)} />
      </Field>
      {shown ? (
        // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- the list belongs to the text (WAI-ARIA, list autocomplete); a select would take the focus
        <div id={listId} role="listbox" aria-label="Completions" className={s.list}>
          {items.map((item, i) => (
            // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role, jsx-a11y/interactive-supports-focus -- see above; the text keeps the focus
            <div key={`${item.kind} ${item.label}`} id={`${listId}-${i}`} role="option" aria-selected={i === at} className={mergeClasses(s.item, i === at && s.active)} ref={i === at ? (option) => option?.scrollIntoView?.({ block: 'nearest' }) : null}
              onMouseDown={(e) => { e.preventDefault(); take(i); }} onMouseEnter={() => setActive(i)}>
              <span>{item.label}</span><span className={s.detail}>{item.detail || item.kind}</span>
            </div>
          ))}
        </div>
      ) : null}
      {shown && items[at]?.documentation ? <p className={s.documentation}>{items[at].documentation}</p> : assist.data?.signature ? (
        <p className={s.documentation}><strong>{assist.data.signature.signature}</strong>{assist.data.signature.parameter ? `, now ${assist.data.signature.parameter}` : ''}. {assist.data.signature.description} {assist.data.signature.example}.</p>
      ) : null}
      {value.trim() !== '' && isFresh && assist.data ? <Coloured text={value} colours={assist.data.colours} problems={problems} /> : null}
      <span><Link as="button" onClick={() => setAll(!all)} aria-expanded={all}>{all ? 'Hide the functions' : 'All functions'}</Link></span>
      {all ? <FunctionList /> : null}
    </div>
  );
}

/** The expression once more, coloured, with the faults underlined. For the eye only: the message says the same in words. */
function Coloured({ text, colours, problems }: { readonly text: string; readonly colours: Assist['colours']; readonly problems: readonly ExpressionProblem[] }): ReactNode {
  const s = useStyles();
  const cuts = [...new Set([0, text.length, ...colours.flatMap((c) => [c.offset, c.offset + c.length]), ...problems.flatMap((p) => [p.offset, p.offset + Math.max(1, p.length)])])].filter((n) => n <= text.length).sort((a, b) => a - b);
  const isAt = (from: number) => (span: { readonly offset: number; readonly length: number }): boolean => span.offset <= from && from < span.offset + Math.max(1, span.length);
  const end = problems.some((p) => p.offset >= text.length);
  return (
    <pre className={s.echo} aria-hidden="true">
      {cuts.slice(0, -1).map((from, i) => {
        const kind = colours.find(isAt(from))?.kind ?? '';
        const fault = problems.find(isAt(from));
        const colour = kind === 'function' || kind === 'attribute' || kind === 'parameter' || kind === 'text' || kind === 'number' || kind === 'constant' ? s[kind] : undefined;
        return <span key={from} className={mergeClasses(colour, fault && (fault.severity === 'error' ? s.wrong : s.doubtful))}>{text.slice(from, cuts[i + 1])}</span>;
      })}
      {end ? <span className={s.wrong}>{' '}</span> : null}
    </pre>
  );
}
