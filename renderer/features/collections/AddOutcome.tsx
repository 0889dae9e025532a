import { Button, MessageBar, MessageBarBody, MessageBarTitle, Text } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { AddResult } from '../../../shared/contracts/collections.ts';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { count, counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';
import { Live } from '../../ui/Live.tsx';
import { OverlapWarning } from './Overlaps.tsx';

/** What adding did: nothing is ignored in silence. */
export function AddOutcome({ title, result, onClose }: { readonly title: string; readonly result: AddResult; readonly onClose: () => void }): ReactNode {
  const l = useLayout();
  return (
    <DialogFrame title={title} onClose={onClose} size="wide" actions={<Button appearance="primary" onClick={onClose}>Close</Button>}>
      <Live><MessageBar intent={result.skippedTotal > 0 ? 'warning' : 'success'} layout="multiline">
        <MessageBarBody><MessageBarTitle>{`${counted(result.added, 'object')} added. `}</MessageBarTitle>{`${count(result.already)} were in the collection already, ${count(result.skippedTotal)} were skipped.`}</MessageBarBody>
      </MessageBar></Live>
      <OverlapWarning overlaps={result.overlaps} />
      {result.skipped.length > 0 ? (
        <table className={l.plainTable} aria-label="Skipped entries">
          <thead><tr><th scope="col">Skipped</th><th scope="col">Reason</th><th scope="col">Type</th></tr></thead>
          <tbody>{result.skipped.map((skip, i) => <tr key={`${skip.name} ${i}`}><td>{skip.name}</td><td>{skip.reason}</td><td>{skip.type}</td></tr>)}</tbody>
        </table>
      ) : null}
      {result.skippedTotal > result.skipped.length ? <Text>{`And ${count(result.skippedTotal - result.skipped.length)} more. The Home tab of the collection keeps all of them.`}</Text> : null}
    </DialogFrame>
  );
}
