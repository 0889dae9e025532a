import { Checkbox, Field, Input, Select, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import { useOpenDialog, type DialogProps } from '../../app/dialogs.tsx';
import { useNavigation } from '../../app/navigation.ts';
import { ConfirmDialog, Consent } from '../../ui/Dialogs.tsx';
import { counted } from '../../ui/format.ts';
import { useLayout } from '../../ui/layout.ts';

/** Makes a static collection. */
export function NewCollectionDialog({ pair, onClose }: DialogProps<'new collection'>): ReactNode {
  const l = useLayout();
  const { go } = useNavigation();
  const agents = useCall('agents.list', {});
  const create = useCommand('collections.create');
  const [name, setName] = useState('');
  const [agentId, setAgentId] = useState('');
  const [coexist, setCoexist] = useState(false);
  const open = useOpenDialog();
  const rows = agents.data?.rows ?? [];
  const chosen = agentId || rows[0]?.id;
  return (
    <ConfirmDialog title="New Collection" onClose={onClose} confirmLabel="Create" busy={create.isPending} ready={name.trim() !== ''} error={create.error ? errorData(create.error) : null}
      onConfirm={() => create.mutate({ pairId: pair.id, name, ...(chosen ? { agentId: chosen } : {}) }, {
        onSuccess: (collection) => { onClose(); go({ kind: 'collection', pairId: pair.id, collectionId: collection.id }); if (coexist) open('enable coexistence', { pair, collection }); },
      })}>
      <div className={l.column}>
        <Field label="Name" required><Input value={name} maxLength={128} onChange={(_, d) => setName(d.value)} /></Field>
        <Field label="Directory Migration Agent" hint="The instance that processes this collection.">
          <Select value={chosen ?? ''} onChange={(_, d) => setAgentId(d.value)}>{rows.map((a) => <option key={a.id} value={a.id}>{`${a.name}${a.alive ? '' : ' (not active)'}`}</option>)}</Select>
        </Field>
        <Field hint="The Enable Coexistence wizard opens next. Choose this only if the default matching and mapping rules fit."><Checkbox label="Enable coexistence immediately" checked={coexist} onChange={(_, d) => setCoexist(d.checked === true)} /></Field>
        <Text size={200} className={l.muted}>{`The matching and mapping rules of ${pair.name} are copied into the collection. Later changes of the pair's rules do not affect it.`}</Text>
      </div>
    </ConfirmDialog>
  );
}

/** Gives a collection another name. */
export function RenameCollectionDialog({ collection, onClose }: DialogProps<'collection rename'>): ReactNode {
  const [name, setName] = useState(collection.name);
  const rename = useCommand('collections.rename');
  return (
    <ConfirmDialog title={`Properties of ${collection.name}`} onClose={onClose} confirmLabel="Save" busy={rename.isPending} ready={name.trim() !== ''} error={rename.error ? errorData(rename.error) : null}
      onConfirm={() => rename.mutate({ id: collection.id, name }, { onSuccess: onClose })}>
      <Field label="Name" required><Input value={name} maxLength={128} onChange={(_, d) => setName(d.value)} /></Field>
      <Text>{`Directory Migration Agent: ${collection.agentName}`}</Text>
    </ConfirmDialog>
  );
}

/** Deletes a collection from the project. */
export function DeleteCollectionDialog({ pair, collection, onClose }: DialogProps<'collection delete'>): ReactNode {
  const { go } = useNavigation();
  const [force, setForce] = useState(false);
  const remove = useCommand('collections.delete');
  const refused = remove.error ? errorData(remove.error) : null;
  return (
    <ConfirmDialog title="Delete Collection" kind="alert" onClose={onClose} confirmLabel="Delete" busy={remove.isPending} error={refused}
      onConfirm={() => remove.mutate({ id: collection.id, force }, { onSuccess: () => { onClose(); go({ kind: 'pair', pairId: pair.id }, 'Collections'); } })}>
      <Text>{`The collection "${collection.name}" with ${counted(collection.objects, 'object')} is taken out of the project. Nothing changes in Active Directory or in the tenant ${pair.targetName || pair.target.tenantId}.`}</Text>
      {refused?.code === 'CONFLICT' ? <Consent label="Delete it all the same; I give up rolling back" onChange={setForce} /> : null}
    </ConfirmDialog>
  );
}

/** Takes objects out of a collection. */
export function RemoveObjectsDialog({ collection, scope, onClose }: DialogProps<'remove objects'>): ReactNode {
  const remove = useCommand('collections.removeObjects');
  const { search, status } = scope.selection.mode === 'all except' ? scope.selection : { search: '', status: '' };
  const shown = [...(search ? [`found by "${search}"`] : []), ...(status ? [`with the status ${status}`] : [])].join(' and ');
  return (
    <ConfirmDialog title="Remove from Collection" kind="alert" onClose={onClose} confirmLabel="Remove" busy={remove.isPending} error={remove.error ? errorData(remove.error) : null}
      onConfirm={() => remove.mutate({ id: collection.id, selection: scope.selection }, { onSuccess: onClose })}>
      <Text>{`${scope.single ? `"${scope.single.name}" is` : `${counted(scope.count, 'object')}${shown ? `, all ${shown},` : ''} ${scope.count === 1 ? 'is' : 'are'}`} taken out of the collection "${collection.name}". Nothing changes in Active Directory or in the tenant. They can be added again.`}</Text>
    </ConfirmDialog>
  );
}
