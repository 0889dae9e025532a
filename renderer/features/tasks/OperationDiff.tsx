import { Badge, Button, MessageBar, MessageBarBody, Subtitle2, Text } from '@fluentui/react-components';
import { CopyRegular } from '@fluentui/react-icons';
import type { ReactNode } from 'react';
import type { OperationRow } from '../../../shared/contracts/tasks.ts';
import { values } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';

/** One line about an operation: its attributes, or the objects it refers to. */
export function summaryOf(operation: OperationRow): string {
  const names = operation.changes.length > 0 ? operation.changes.map((change) => change.attribute) : [...operation.references, ...operation.previous].map((ref) => ref.name);
  return names.join(', ');
}

const textOf = (operation: OperationRow): string => [
  `${operation.kind} ${operation.objectKind} ${operation.name}`,
  ...operation.changes.map((change) => `${change.attribute}: ${values(change.before)} -> ${values(change.after)} (${change.reason})`),
  ...operation.references.map((ref) => ref.name),
].join('\n');

/** One operation in full: every value before and after, and why. */
export function OperationDiff({ operation }: { readonly operation: OperationRow }): ReactNode {
  const l = useLayout();
  return (
    <div className={l.column}>
      <div className={l.row}>
        <Subtitle2 as="h3">{`${operation.kind}: ${operation.name}`}</Subtitle2>
        <Badge appearance="outline">{operation.objectKind}</Badge>
        <span className={l.grow} />
        <Button size="small" appearance="subtle" icon={<CopyRegular />} onClick={() => { void navigator.clipboard.writeText(textOf(operation)); }}>Copy</Button>
      </div>
      {operation.message ? <Text>{operation.message}</Text> : null}
      {operation.changes.length > 0 ? (
        <table className={l.plainTable} aria-label="Values before and after">
          <thead><tr><th scope="col">Attribute</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
          <tbody>{operation.changes.map((change) => (
            <tr key={change.attribute}>
              <td>{change.attribute}<Text size={200} block className={l.muted}>{change.reason}</Text>
                {change.reversible ? null : <Badge appearance="tint" color="warning">cannot be undone</Badge>}
                {change.conflict === null ? null : <MessageBar intent="warning" layout="multiline"><MessageBarBody>{change.conflict}</MessageBarBody></MessageBar>}</td>
              <td className={l.old}>{values(change.before)}</td>
              <td className={l.fresh}>{values(change.after)}</td>
            </tr>
          ))}</tbody>
        </table>
      ) : null}
      {operation.references.length > 0 ? <section aria-label="Objects referred to"><Text weight="semibold">{operation.kind === 'set manager' ? 'Manager' : 'Objects'}</Text><ul>{operation.references.map((ref) => <li key={ref.targetId ?? ref.sourceId ?? ref.name}>{ref.name}</li>)}</ul></section> : null}
      {operation.previous.length > 0 ? <section aria-label="Before"><Text weight="semibold">Before</Text><ul>{operation.previous.map((ref) => <li key={ref.targetId ?? ref.sourceId ?? ref.name}>{ref.name}</li>)}</ul></section> : null}
    </div>
  );
}
