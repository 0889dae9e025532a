import { Button, Checkbox, Field, Input, MessageBar, MessageBarBody, Select, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { Pair } from '../../../shared/contracts/pairs.ts';
import { errorData, useCall, useCommand, useHost } from '../../app/api.ts';
import { useOpenDialog, type DialogProps } from '../../app/dialogs.tsx';
import { useNavigation } from '../../app/navigation.ts';
import { DialogFrame } from '../../ui/Dialogs.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import { ALL_USERS, FilterForm, typedDraft, useUsableFilter, type FilterDraft } from './FilterForm.tsx';
import { FoundObjectsView } from './FoundObjects.tsx';

const LIVE_TIMEOUT_MS = 120_000;
const WORK_TIMEOUT_MS = 600_000;

interface ScopeText { readonly base: string; readonly filter: string }

/** Container and filter of a scope. */
function ScopeForm({ draft, base, onDraft, onBase }: { readonly draft: FilterDraft; readonly base: string; readonly onDraft: (draft: FilterDraft) => void; readonly onBase: (base: string) => void }): ReactNode {
  return <>
    <Field label="Container" hint="Distinguished name, for example OU=Berlin,DC=corp,DC=example,DC=com. Leave empty for everything below the base of the pair."><Input value={base} onChange={(_, d) => onBase(d.value)} /></Field>
    <FilterForm draft={draft} onChange={onDraft} />
  </>;
}

/** What a scope would add, remove and leave unchanged. */
function usePreview(pair: Pair, collectionId: string | undefined, scope: ScopeText, stopped: boolean) {
  const [tried, setTried] = useState<ScopeText | null>(null);
  const isCurrent = tried !== null && tried.base === scope.base && tried.filter === scope.filter;
  const preview = useCall('collections.previewScope', { pairId: pair.id, ...(collectionId === undefined ? {} : { collectionId }), scope: tried ?? { base: '', filter: '(cn=*)' } }, { enabled: tried !== null && !stopped, timeoutMs: LIVE_TIMEOUT_MS });
  const look = (): void => { if (isCurrent) void preview.refetch(); else setTried(scope); };
  const view = !isCurrent ? null : preview.error ? <ErrorView error={errorData(preview.error)} onRetry={() => { void preview.refetch(); }} />
    : preview.isFetching || !preview.data ? <Loading label="Searching the directory…" /> : <FoundObjectsView found={preview.data} of="scope" />;
  return { look, view, isSeen: isCurrent && preview.data !== undefined && !preview.isFetching };
}

/** Makes a dynamic collection. */
export function NewDynamicCollectionDialog({ pair, onClose }: DialogProps<'new dynamic collection'>): ReactNode {
  const l = useLayout();
  const { go } = useNavigation();
  const agents = useCall('agents.list', {});
  const create = useCommand('collections.createDynamic', WORK_TIMEOUT_MS);
  const [name, setName] = useState('');
  const [agentId, setAgentId] = useState('');
  const [base, setBase] = useState('');
  const [coexist, setCoexist] = useState(false);
  const open = useOpenDialog();
  const { api } = useHost();
  const [draft, setDraft] = useState(ALL_USERS);
  const filter = useUsableFilter(draft);
  const preview = usePreview(pair, undefined, { base, filter }, create.isPending);
  const rows = agents.data?.rows ?? [];
  const chosen = agentId || rows[0]?.id;
  return (
    <DialogFrame title="New Dynamic Collection" onClose={onClose} size="wide" tall actions={<>
      <Button disabled={filter === ''} onClick={preview.look}>Preview</Button>
      <Button appearance="primary" disabled={filter === '' || name.trim() === '' || create.isPending} onClick={() => create.mutate({ pairId: pair.id, name, scope: { base, filter }, ...(chosen ? { agentId: chosen } : {}) }, {
        onSuccess: ({ id }) => {
          onClose();
          go({ kind: 'collection', pairId: pair.id, collectionId: id });
          if (coexist) void api.call('collections.get', { id }).then((collection) => open('enable coexistence', { pair, collection }));
        },
      })}>{create.isPending ? 'Working…' : 'Create'}</Button>
      <Button onClick={onClose}>Cancel</Button>
    </>}>
      <div className={l.column}>
        <MessageBar intent="info" layout="multiline"><MessageBarBody>A dynamic collection takes part in coexistence only; it is never migrated. Every discovery reads its container anew: objects come and go by themselves.</MessageBarBody></MessageBar>
        <div className={l.fields}>
          <Field label="Name" required><Input value={name} maxLength={128} onChange={(_, d) => setName(d.value)} /></Field>
          <Field label="Directory Migration Agent"><Select value={chosen ?? ''} onChange={(_, d) => setAgentId(d.value)}>{rows.map((a) => <option key={a.id} value={a.id}>{`${a.name}${a.alive ? '' : ' (not active)'}`}</option>)}</Select></Field>
        </div>
        <Field hint="The Enable Coexistence wizard opens next. Choose this only if the default matching and mapping rules fit."><Checkbox label="Enable coexistence immediately" checked={coexist} onChange={(_, d) => setCoexist(d.checked === true)} /></Field>
        <ScopeForm draft={draft} base={base} onDraft={setDraft} onBase={setBase} />
        {create.error ? <ErrorView error={errorData(create.error)} /> : null}
        {preview.view}
      </div>
    </DialogFrame>
  );
}

/** Gives a dynamic collection another container or filter; what that changes is looked at first. */
export function ChangeScopeDialog({ pair, collection, onClose }: DialogProps<'change scope'>): ReactNode {
  const l = useLayout();
  const change = useCommand('collections.changeScope', WORK_TIMEOUT_MS);
  const [base, setBase] = useState(collection.scope?.base ?? '');
  const [draft, setDraft] = useState(typedDraft(collection.scope?.filter ?? '(objectClass=user)'));
  const filter = useUsableFilter(draft);
  const preview = usePreview(pair, collection.id, { base, filter }, change.isPending);
  return (
    <DialogFrame title={`Change Scope of ${collection.name}`} onClose={onClose} size="wide" tall actions={<>
      <Button disabled={filter === ''} onClick={preview.look}>Preview</Button>
      <Button appearance="primary" disabled={!preview.isSeen || change.isPending} onClick={() => change.mutate({ id: collection.id, scope: { base, filter } }, { onSuccess: onClose })}>{change.isPending ? 'Working…' : 'Change Scope'}</Button>
      <Button onClick={onClose}>Cancel</Button>
    </>}>
      <div className={l.column}>
        <ScopeForm draft={draft} base={base} onDraft={setDraft} onBase={setBase} />
        {preview.isSeen ? null : <Text size={200} className={l.muted}>Preview first which objects are added, removed and unchanged.</Text>}
        {change.error ? <ErrorView error={errorData(change.error)} /> : null}
        {preview.view}
      </div>
    </DialogFrame>
  );
}
