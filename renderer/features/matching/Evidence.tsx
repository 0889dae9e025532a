import { Badge, Text } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { ReviewRow } from '../../../shared/contracts/matches.ts';
import { useLayout } from '../../ui/layout.ts';

/** Risk flags as badges; colour alone never carries them. */
export function Risks({ row }: { readonly row: ReviewRow }): ReactNode {
  const l = useLayout();
  if (row.risks.length === 0) return <span>–</span>;
  return <span className={l.ellipsis} title={row.risks.join('; ')}>{row.risks.join('; ')}</span>;
}

/** What speaks for a match and against it: the rule, the value, and both sides attribute by attribute. */
export function Evidence({ row }: { readonly row: ReviewRow }): ReactNode {
  const l = useLayout();
  return (
    <section className={l.tight} aria-label={`Evidence of ${row.name}`}>
      <div className={l.row}>
        <Text weight="semibold">{row.targetId === null ? row.candidates > 0 && row.state === 'Ambiguous' ? `${row.name}: ${row.candidates} candidates` : `${row.name}: no match` : `${row.name} and ${row.targetName || row.targetId}`}</Text>
        {row.risks.map((risk) => <Badge key={risk} appearance="tint" color="warning">{risk}</Badge>)}
      </div>
      <Text size={200} className={l.wrap}>{row.reason}{row.value ? ` Value compared: ${row.value}.` : ''}</Text>
      {row.targetId === null ? null : (
        <table className={l.plainTable}>
          <thead><tr><th scope="col">Attribute</th><th scope="col">Active Directory</th><th scope="col">Microsoft 365</th><th scope="col">Same?</th></tr></thead>
          <tbody>{row.sides.map((side) => <tr key={side.attribute}><td>{side.attribute}</td><td>{side.source || '–'}</td><td className={side.same ? undefined : l.old}>{side.target || '–'}</td><td>{side.same ? 'yes' : side.source === '' || side.target === '' ? 'one side only' : 'differs'}</td></tr>)}</tbody>
        </table>
      )}
    </section>
  );
}
