import { Button, MessageBar, MessageBarBody, Select, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { RollBackConflict } from '../../../shared/contracts/roll-back.ts';
import { linksTakenBack, LINK_KINDS } from '../../../shared/contracts/roll-back-links.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import { count, counted } from '../../ui/format.ts';
import { Live } from '../../ui/Live.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { aboutOf, decisionOf, keyOf, nowOf, openDecisions, stateOf, wordsOf, type Decisions } from './roll-back-choices.ts';

/** Rows shown; more are decided all at once, or by file on the command line. */
const SHOWN = 300;
/** Operations of one kind whose links are shown; each holds at most 20. */
const LINK_OPERATIONS = 100;

/**
 * The three-way view of a roll back: each value that others changed since, with what was there before, what Causeway wrote and what
 * is there now, and the decision about it; then each membership and permission that goes back, any of which may stay. Deciding makes the plan
 * anew; nothing is written.
 */
export function RollBackConflicts({ planId, taskId, total }: { readonly planId: string; readonly taskId: string; readonly total: number }): ReactNode {
  const l = useLayout();
  const [decisions, setDecisions] = useState<Decisions>(new Map());
  const conflicts = useCall('rollBack.conflicts', { planId, limit: SHOWN });
  const task = useCall('tasks.get', { id: taskId });
  const decide = useCommand('rollBack.decide');
  const operations = [
    useCall('plans.operations', { planId, kind: LINK_KINDS[0], limit: LINK_OPERATIONS }), useCall('plans.operations', { planId, kind: LINK_KINDS[1], limit: LINK_OPERATIONS }),
    useCall('plans.operations', { planId, kind: LINK_KINDS[2], limit: LINK_OPERATIONS }), useCall('plans.operations', { planId, kind: LINK_KINDS[3], limit: LINK_OPERATIONS }),
  ];
  const waits = task.data?.canApprove === true;
  if (conflicts.error) return <ErrorView error={errorData(conflicts.error)} onRetry={() => { void conflicts.refetch(); }} />;
  if (!conflicts.data) return <Loading label="Reading what others changed…" />;
  const { rows } = conflicts.data;
  const links = linksTakenBack(LINK_KINDS.flatMap((_, i) => operations[i]?.data?.rows ?? []), rows).slice(0, SHOWN);
  const linksTotal = operations.reduce((sum, one) => sum + (one.data?.rows.reduce((all, row) => all + row.references.length, 0) ?? 0), 0);
  const more = operations.some((one) => one.data !== undefined && one.data.total > one.data.rows.length) || linksTotal > SHOWN;
  const open = openDecisions([...rows, ...links], decisions);
  const onDecide = (row: RollBackConflict) => (choice: 'restore' | 'keep'): void => setDecisions(new Map([...decisions, [keyOf(row), choice]]));
  const all = (mode: 'exact' | 'keep changes made since'): void => decide.mutate({ taskId, choices: [], mode });
  return (
    <section className={l.column} aria-label="Changed by others since">
      <Text>{total === 0 ? 'Nothing that Causeway wrote was changed by others since. You may still decide that single memberships and permissions stay.' : `${counted(total, 'value')} that Causeway wrote ${total === 1 ? 'was' : 'were'} changed by others since. Decide for each whether the state before the migration comes back or theirs stays.`}</Text>
      <div className={l.row}>
        {total > 0 ? (
          <>
            <Button size="small" disabled={!waits || decide.isPending} onClick={() => all('exact')}>Restore all</Button>
            <Button size="small" disabled={!waits || decide.isPending} onClick={() => all('keep changes made since')}>Keep all of theirs</Button>
          </>
        ) : null}
        <span className={l.grow} />
        <Live>{open.length > 0 ? `${counted(open.length, 'decision')} changed` : ''}</Live>
        <Button size="small" appearance="primary" disabled={!waits || decide.isPending || open.length === 0} onClick={() => decide.mutate({ taskId, choices: open })}>{decide.isPending ? 'Starting…' : 'Make plan with these decisions'}</Button>
      </div>
      {decide.error ? <ErrorView error={errorData(decide.error)} /> : null}
      {open.length > 0 && waits ? <MessageBar intent="warning"><MessageBarBody>The plan does not have the changed decisions yet. Make the plan with them before you go on; Next goes on without.</MessageBarBody></MessageBar> : null}
      {waits ? null : <MessageBar intent="info"><MessageBarBody>Decisions are made while the plan awaits approval.</MessageBarBody></MessageBar>}
      {rows.length > 0 ? (
        <table className={l.plainTable} aria-label="Values changed by others since">
          <thead><tr><th scope="col">Object</th><th scope="col">Attribute</th><th scope="col">Before</th><th scope="col">Written by Causeway</th><th scope="col">Now</th><th scope="col">Roll back</th></tr></thead>
          <tbody>{rows.map((row, i) => <ConflictRow key={`${row.targetId} ${row.attribute} ${i}`} row={row} decision={decisionOf(row, decisions)} disabled={!waits || decide.isPending} onDecide={onDecide(row)} />)}</tbody>
        </table>
      ) : null}
      {total > rows.length ? <Text size={200} className={l.muted}>{`The first ${count(rows.length)} of ${count(total)} are shown. Decide about all of them above, or by file: causeway roll-back conflicts ${taskId} --file choices.csv`}</Text> : null}
      {links.length > 0 ? (
        <>
          <Text weight="semibold">Memberships and permissions that go back</Text>
          <table className={l.plainTable} aria-label="Memberships and permissions that go back">
            <thead><tr><th scope="col">Object</th><th scope="col">Attribute</th><th scope="col">Before</th><th scope="col">Now</th><th scope="col">Roll back</th></tr></thead>
            <tbody>{links.map((row) => <ConflictRow key={keyOf(row)} row={row} decision={decisionOf(row, decisions)} disabled={!waits || decide.isPending} onDecide={onDecide(row)} short />)}</tbody>
          </table>
          {more ? <Text size={200} className={l.muted}>{`The first ${count(links.length)} are shown. Decide about others by file: causeway roll-back conflicts ${taskId} --links --file choices.csv`}</Text> : null}
        </>
      ) : null}
    </section>
  );
}

interface RowProps { readonly row: RollBackConflict; readonly decision: 'restore' | 'keep'; readonly disabled: boolean; readonly onDecide: (choice: 'restore' | 'keep') => void; /** Without the column of what Causeway wrote, which is what is there. */ readonly short?: boolean }

function ConflictRow({ row, decision, disabled, onDecide, short = false }: RowProps): ReactNode {
  const l = useLayout();
  const { restore, keep } = wordsOf(row);
  return (
    <tr>
      <td>{row.name}<Text size={200} block className={l.muted}>{row.kind}</Text></td>
      <td>{aboutOf(row)}</td>
      <td>{row.created && row.value === null ? 'not there' : stateOf(row, row.before)}</td>
      {short ? null : <td>{stateOf(row, row.written)}</td>}
      <td>{nowOf(row)}</td>
      <td>
        <Select size="small" aria-label={`Roll back ${aboutOf(row)} of ${row.name}`} value={decision} disabled={disabled} onChange={(_, d) => onDecide(d.value === 'keep' ? 'keep' : 'restore')}>
          <option value="restore">{restore}</option><option value="keep">{keep}</option>
        </Select>
      </td>
    </tr>
  );
}
