import { Badge, Text } from '@fluentui/react-components';
import { useEffect, useRef, type ReactNode } from 'react';
import type { FoundObjects } from '../../../shared/contracts/collections.ts';
import { Live } from '../../ui/Live.tsx';
import { count, counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';

const COLOURS = { 'is added': 'success', 'is removed': 'danger', 'stays': 'informative', 'left out': 'warning' } as const;
/** Words of the preview: added, removed and unchanged since the last scope. */
const WORDS = { 'is added': 'Added', 'is removed': 'Removed', 'stays': 'Unchanged', 'left out': 'Left out' } as const;

interface Props {
  readonly found: FoundObjects;
  /** `scope`: objects may also be removed. */
  readonly of: 'query' | 'scope';
}

/** What a query or a scope would do: figures, why objects are left out, and the objects by name, changes first. */
export function FoundObjectsView({ found, of }: Props): ReactNode {
  const l = useLayout();
  const top = useRef<HTMLSpanElement>(null);
  // In a low window the answer would come below what can be seen.
  useEffect(() => { top.current?.scrollIntoView({ block: 'nearest' }); }, [found]);
  const figures = [`${count(found.adds)} added`, ...(of === 'scope' ? [`${count(found.removes)} removed`] : []), of === 'scope' ? `${count(found.stays)} unchanged` : `${count(found.stays)} in the collection already`, `${count(found.leftOut)} left out`];
  return (
    <div className={l.tight}>
      <Live><span ref={top} /><Text weight="semibold">{`Preview: ${figures.join(', ')}.`}</Text></Live>
      {found.groups.map((g) => <Text key={`${g.type} ${g.clause}`} size={200} className={l.muted}>{`Left out: ${counted(g.count, g.type)}: ${g.reason}`}</Text>)}
      {found.rows.length > 0 ? (
        <table className={l.plainTable} aria-label="Preview">
          <thead><tr><th scope="col">Result</th><th scope="col">Name</th><th scope="col">Type</th><th scope="col">Distinguished name</th></tr></thead>
          <tbody>{found.rows.map((row) => (
            <tr key={`${row.id} ${row.dn}`}><td className={l.number}><Badge appearance="tint" color={COLOURS[row.state]}>{WORDS[row.state]}</Badge></td><td>{row.name}</td><td>{row.type}</td><td>{row.reason === '' ? row.dn : `${row.dn}: ${row.reason}`}</td></tr>
          ))}</tbody>
        </table>
      ) : <Text>Nothing was found. Check the container and the conditions.</Text>}
      {found.more ? <Text size={200}>{`The first ${count(found.rows.length)} objects are shown; the figures count all of them.`}</Text> : null}
    </div>
  );
}
