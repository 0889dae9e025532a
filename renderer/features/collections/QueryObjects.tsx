import { Button, Field, Input } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { AddOutcome } from './AddOutcome.tsx';
import { FilterForm, NEW_QUERY, useUsableFilter } from './FilterForm.tsx';
import { FoundObjectsView } from './FoundObjects.tsx';

const LIVE_TIMEOUT_MS = 120_000;
const ADD_TIMEOUT_MS = 600_000;

/** Adds what conditions on attributes or an LDAP filter find. */
export function QueryObjectsDialog({ collection, onClose }: DialogProps<'query objects'>): ReactNode {
  const l = useLayout();
  const [draft, setDraft] = useState(NEW_QUERY);
  const [base, setBase] = useState('');
  const [tried, setTried] = useState<{ readonly base: string; readonly filter: string } | null>(null);
  const query = useCommand('collections.queryObjects', ADD_TIMEOUT_MS);
  const filter = useUsableFilter(draft);
  const preview = useCall('collections.previewQuery', { id: collection.id, base: tried?.base ?? '', filter: tried?.filter ?? '(cn=*)' }, { enabled: tried !== null && !query.isPending && !query.data, timeoutMs: LIVE_TIMEOUT_MS });
  if (query.data) return <AddOutcome title="Query Objects" result={query.data} onClose={onClose} />;
  const isCurrent = tried !== null && tried.filter === filter && tried.base === base;
  const look = (): void => { if (isCurrent) void preview.refetch(); else setTried({ base, filter }); };
  return (
    <DialogFrame title={`Query Objects for ${collection.name}`} onClose={onClose} size="wide" tall actions={<>
      <Button disabled={filter === ''} onClick={look}>Preview</Button>
      <Button appearance="primary" disabled={filter === '' || query.isPending} onClick={() => query.mutate({ id: collection.id, base, filter })}>{query.isPending ? 'Adding…' : 'Add what is found'}</Button>
      <Button onClick={onClose}>Cancel</Button>
    </>}>
      <div className={l.column}>
        <FilterForm draft={draft} onChange={setDraft} />
        <Field label="Search below" hint="Distinguished name of a container. Leave empty for everything below the base of the pair."><Input value={base} onChange={(_, d) => setBase(d.value)} /></Field>
        {query.error ? <ErrorView error={errorData(query.error)} /> : null}
        {isCurrent && preview.error ? <ErrorView error={errorData(preview.error)} onRetry={() => { void preview.refetch(); }} /> : null}
        {isCurrent && preview.isFetching ? <Loading label="Searching the directory…" /> : null}
        {isCurrent && preview.data && !preview.isFetching ? <FoundObjectsView found={preview.data} of="query" /> : null}
      </div>
    </DialogFrame>
  );
}
