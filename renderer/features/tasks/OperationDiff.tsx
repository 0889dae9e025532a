import { Badge, Button, MessageBar, MessageBarBody, Subtitle2, Text } from '@fluentui/react-components';
import { CopyRegular } from '@fluentui/react-icons';
import { useState, type ReactNode } from 'react';
import type { OperationRow } from '../../../shared/contracts/tasks.ts';
import { values } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { Why, WhyButton } from './Why.tsx';

/** The services that write, as a person calls them. */
export const SERVICE_NAMES: Readonly<Record<OperationRow['service'], string>> = { graph: 'Graph', exchange: 'Exchange', directory: 'Directory', none: '' };

/** One line about an operation: its attributes, or the objects it refers to. */
export function summaryOf(operation: OperationRow): string {
  const names = operation.changes.length > 0 ? operation.changes.map((change) => change.attribute) : [...operation.references, ...operation.previous].map((ref) => ref.name);
  return `${operation.permission === undefined ? '' : `${operation.permission}: `}${names.join(', ')}`;
}

const textOf = (operation: OperationRow): string => [
  `${operation.kind} ${operation.objectKind} ${operation.name}`,
  ...operation.changes.map((change) => `${change.attribute}: ${values(change.before)} -> ${values(change.after)} (${change.reason})`),
  ...operation.references.map((ref) => (operation.permission === undefined ? ref.name : `${operation.permission}: ${ref.name}`)),
].join('\n');

/** One operation in full: every value before and after, and why. */
export function OperationDiff({ planId, operation }: { readonly planId: string; readonly operation: OperationRow }): ReactNode {
  const l = useLayout();
  const link = operation.permission ?? (operation.kind.includes('manager') ? 'manager' : operation.kind.includes('members') ? 'members' : null);
  return (
    <div className={l.column}>
      <div className={l.row}>
        <Subtitle2 as="h3">{`${operation.kind}: ${operation.name}`}</Subtitle2>
        <Badge appearance="outline">{operation.objectKind}</Badge>
        {operation.recipient === undefined ? null : <Badge appearance="outline">{operation.recipient}</Badge>}
        <Badge appearance="outline" aria-label={`Written through ${SERVICE_NAMES[operation.service]}`}>{SERVICE_NAMES[operation.service]}</Badge>
        <span className={l.grow} />
        <Button size="small" appearance="subtle" icon={<CopyRegular />} onClick={() => { void navigator.clipboard.writeText(textOf(operation)); }}>Copy</Button>
      </div>
      {operation.message ? <Text>{operation.message}</Text> : null}
      {link === null ? null : <LinkWhy key={operation.id} planId={planId} operationId={operation.id} attribute={link} />}
      {operation.changes.length > 0 ? (
        <table className={l.plainTable} aria-label="Values before and after">
          <thead><tr><th scope="col">Attribute</th><th scope="col">Before</th><th scope="col">After</th></tr></thead>
          <tbody>{operation.changes.map((change) => <ChangeRows key={`${operation.id} ${change.attribute}`} planId={planId} operationId={operation.id} change={change} />)}</tbody>
        </table>
      ) : null}
      {operation.references.length > 0 ? <section aria-label="Objects referred to"><Text weight="semibold">{operation.permission ?? (operation.kind === 'set manager' ? 'Manager' : 'Objects')}</Text><ul>{operation.references.map((ref) => <li key={ref.targetId ?? ref.sourceId ?? ref.name}>{ref.name}</li>)}</ul></section> : null}
      {operation.previous.length > 0 ? <section aria-label="Before"><Text weight="semibold">Before</Text><ul>{operation.previous.map((ref) => <li key={ref.targetId ?? ref.sourceId ?? ref.name}>{ref.name}</li>)}</ul></section> : null}
    </div>
  );
}

/** One attribute: its values, and below them, when asked for, why. */
function ChangeRows({ planId, operationId, change }: { readonly planId: string; readonly operationId: string; readonly change: OperationRow['changes'][number] }): ReactNode {
  const l = useLayout();
  const [open, setOpen] = useState(false);
  return (
    <>
      <tr>
        <td>{change.attribute}<Text size={200} block className={l.muted}>{change.reason}</Text><WhyButton attribute={change.attribute} open={open} onOpen={setOpen} />
          {change.reversible ? null : <Badge appearance="tint" color="warning">cannot be undone</Badge>}
          {change.conflict === null ? null : <MessageBar intent="warning" layout="multiline"><MessageBarBody>{change.conflict}</MessageBarBody></MessageBar>}</td>
        <td className={l.old}>{values(change.before)}</td>
        <td className={l.fresh}>{values(change.after)}</td>
      </tr>
      {open ? <tr><td colSpan={3}><Why planId={planId} operationId={operationId} attribute={change.attribute} /></td></tr> : null}
    </>
  );
}

function LinkWhy({ planId, operationId, attribute }: { readonly planId: string; readonly operationId: string; readonly attribute: string }): ReactNode {
  const [open, setOpen] = useState(false);
  return <div><WhyButton attribute={attribute} open={open} onOpen={setOpen} />{open ? <Why planId={planId} operationId={operationId} attribute={attribute} /> : null}</div>;
}
