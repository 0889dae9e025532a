import { Text } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { errorData, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import type { DriftScope } from '../../app/selection.ts';
import { ConfirmDialog } from '../../ui/Dialogs.tsx';
import { ScrollBox } from '../../ui/ScrollBox.tsx';
import { count, counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { sidesOf, whatOf } from '../../ui/drift-words.ts';

/** Asks before the changes of others are written over. */
export function ReapplyDriftDialog({ pair, collection, scope, onClose }: DialogProps<'re-apply drift'>): ReactNode {
  const reapply = useCommand('drift.reapply');
  return (
    <ConfirmDialog title="Re-apply" size="wide" onClose={onClose} confirmLabel="Re-apply" busy={reapply.isPending} error={reapply.error ? errorData(reapply.error) : null}
      onConfirm={() => reapply.mutate({ collectionId: collection.id, selection: scope.selection }, { onSuccess: onClose })}>
      <Text>{`What the rules say is written over ${counted(scope.count, 'value')} that others changed in the tenant ${pair.targetName || pair.target.tenantId}. A cycle of "${collection.name}" over these objects alone does it at once, within the limits of the guard; take it back with Roll Back Cycle.`}</Text>
      <Changed scope={scope} now="Is lost" later="Is written" />
    </ConfirmDialog>
  );
}

/** Asks before the changes of others are left in place. */
export function AcceptDriftDialog({ collection, scope, onClose }: DialogProps<'accept drift'>): ReactNode {
  const accept = useCommand('drift.accept');
  return (
    <ConfirmDialog title="Accept" size="wide" onClose={onClose} confirmLabel="Accept" busy={accept.isPending} error={accept.error ? errorData(accept.error) : null}
      onConfirm={() => accept.mutate({ collectionId: collection.id, selection: scope.selection }, { onSuccess: onClose })}>
      <Text>{`${counted(scope.count, 'value')} stay${scope.count === 1 ? 's' : ''} as others left ${scope.count === 1 ? 'it' : 'them'}. Coexistence leaves ${scope.count === 1 ? 'this attribute' : 'these attributes'} alone, also when Active Directory changes, until the hold is released on the Held objects page. Nothing is written now.`}</Text>
      <Changed scope={scope} now="Stays" later="Is not written" />
    </ConfirmDialog>
  );
}

function Changed({ scope, now, later }: { readonly scope: DriftScope; readonly now: string; readonly later: string }): ReactNode {
  const l = useLayout();
  const { rows } = scope;
  const more = scope.count - rows.length;
  return <>
    <ScrollBox label="Values that this is about" height="middle">
      <table className={l.plainTable}>
        <thead><tr><th scope="col">Object</th><th scope="col">Attribute</th><th scope="col">{now}</th><th scope="col">{later}</th></tr></thead>
        <tbody>{rows.map((row) => { const { expected, actual } = sidesOf(row); return <tr key={row.id}><td>{row.name}</td><td>{whatOf(row)}</td><td>{actual}</td><td>{expected}</td></tr>; })}</tbody>
      </table>
    </ScrollBox>
    {more > 0 ? <Text>{`and ${count(more)} more`}</Text> : null}
  </>;
}
