import { Text } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { IN_PROGRESS_STATUSES, MIGRATION_PROGRESS } from '../../shared/domain/statuses.ts';
import { Tile } from './Section.tsx';
import { count } from './format.ts';
import { useLayout } from './layout.ts';

/** Objects by migration progress: the three "In Progress" statuses first as one figure, then each status that occurs. */
export function StatusCounts({ total, byProgress }: { readonly total: number; readonly byProgress: Readonly<Partial<Record<string, number>>> }): ReactNode {
  const l = useLayout();
  const inProgress = IN_PROGRESS_STATUSES.reduce((sum, status) => sum + (byProgress[status] ?? 0), 0);
  const shown = MIGRATION_PROGRESS.filter((status) => (byProgress[status] ?? 0) > 0);
  return (
    <div className={l.column}>
      <div className={l.tiles}>
        <Tile name="Objects" value={count(total)} />
        <Tile name="In Progress" value={count(inProgress)} />
        {shown.map((status) => <Tile key={status} name={status} value={count(byProgress[status] ?? 0)} />)}
      </div>
      <Text size={200} className={l.muted}>In Progress counts Not matched, Matched and Migrated together.</Text>
    </div>
  );
}
