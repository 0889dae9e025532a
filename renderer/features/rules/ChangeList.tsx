import { Badge } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { RuleChange } from '../../../shared/contracts/rule-changes.ts';
import { useLayout } from '../../ui/layout.ts';
import { ScrollBox } from '../../ui/ScrollBox.tsx';

const COLOURS = { added: 'success', changed: 'warning', removed: 'danger', moved: 'informative' } as const;

/** How many of each, in words: `2 added, 1 removed`. */
export function changeCounts(changes: readonly RuleChange[]): string {
  return (['added', 'changed', 'removed', 'moved'] as const).flatMap((kind) => { const n = changes.filter((c) => c.change === kind).length; return n === 0 ? [] : [`${n} ${kind}`]; }).join(', ');
}

/** Differences of two lists of rules. */
export function ChangeList({ changes, label }: { readonly changes: readonly RuleChange[]; readonly label: string }): ReactNode {
  const l = useLayout();
  return (
    <ScrollBox label={label} height="middle">
      <table className={l.plainTable}>
        <thead><tr><th scope="col">Change</th><th scope="col">List</th><th scope="col">Rule</th><th scope="col">What</th></tr></thead>
        <tbody>{changes.map((c) => (
          <tr key={`${c.set} ${c.change} ${c.text} ${JSON.stringify(c.fields)}`}>
            <td><Badge appearance="tint" color={COLOURS[c.change]}>{c.change}</Badge></td><td>{c.set}</td><td className={l.wrap}>{c.text}</td>
            <td>{c.fields.map((f) => <div key={f.field}>{`${f.field}: `}<span className={l.old}>{f.before || '(empty)'}</span>{' → '}<span className={l.fresh}>{f.after || '(empty)'}</span></div>)}</td>
          </tr>
        ))}</tbody>
      </table>
    </ScrollBox>
  );
}
