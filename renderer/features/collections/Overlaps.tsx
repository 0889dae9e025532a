import { MessageBar, MessageBarBody, MessageBarTitle } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import type { Overlap } from '../../../shared/contracts/collections.ts';
import { counted } from '../../ui/format.ts';

/** Warns of objects that another collection with other rules holds too. Nothing when there are none. */
export function OverlapWarning({ overlaps }: { readonly overlaps: readonly Overlap[] }): ReactNode {
  if (overlaps.length === 0) return null;
  return (
    <MessageBar intent="warning" layout="multiline">
      <MessageBarBody>
        <MessageBarTitle>Objects in two collections with different rules</MessageBarTitle>
        {overlaps.map((o) => (
          <div key={o.collectionId}>{`${counted(o.objects, 'object')} ${o.objects === 1 ? 'is' : 'are'} in "${o.name}" too, which has other ${o.differs.join(' and ')} rules: ${o.names.join(', ')}${o.objects > o.names.length ? ' and others' : ''}.`}</div>
        ))}
        <div>Whichever collection is migrated last decides. Keep each object in one collection, or give both the same rules.</div>
      </MessageBarBody>
    </MessageBar>
  );
}
