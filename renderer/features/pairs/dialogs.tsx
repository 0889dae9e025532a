import { Button, Tab, TabList, Text } from '@fluentui/react-components';
import { zodResolver } from '@hookform/resolvers/zod';
import { useState, type ReactNode } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import { errorData, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { useNavigation } from '../../app/navigation.ts';
import { ConfirmDialog, Consent, DialogFrame } from '../../ui/Dialogs.tsx';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView } from '../../ui/states.tsx';
import { tenantName } from './ConnectionTest.tsx';
import { PAGE_FIELDS, PairDraftSchema, draftOf, inputOf, type PairDraft } from './draft.ts';
import { DefaultsForm, NameForm, SourceForm, TargetForm } from './forms.tsx';

const PAGES = ['General', 'Source', 'Target', 'Defaults'] as const;
const FIELDS = [PAGE_FIELDS.name, PAGE_FIELDS.source, PAGE_FIELDS.target, PAGE_FIELDS.defaults] as const;

/** Properties of a pair: the pages of the wizard as tabs. */
export function PairPropertiesDialog({ pair, onClose }: DialogProps<'pair properties'>): ReactNode {
  const l = useLayout();
  const [page, setPage] = useState<(typeof PAGES)[number]>('General');
  const update = useCommand('pairs.update');
  const form = useForm<PairDraft>({ defaultValues: draftOf(pair), resolver: zodResolver(PairDraftSchema), mode: 'onTouched' });
  const save = form.handleSubmit(
    (draft) => update.mutate({ id: pair.id, ...inputOf(draft, pair) }, { onSuccess: onClose }),
    (errors) => { const at = FIELDS.findIndex((names) => names.some((name) => name in errors)); const wrong = PAGES[at]; if (wrong) setPage(wrong); },
  );
  return (
    <FormProvider {...form}>
      <DialogFrame title={`Properties of ${pair.name}`} onClose={onClose} size="wide" tall actions={<>
        <Button appearance="primary" disabled={update.isPending} onClick={() => { void save(); }}>{update.isPending ? 'Saving…' : 'Save'}</Button>
        <Button onClick={onClose}>Cancel</Button>
      </>}>
        <TabList selectedValue={page} onTabSelect={(_, d) => setPage(PAGES.find((p) => p === d.value) ?? 'General')} aria-label="Pages of the properties">{PAGES.map((p) => <Tab key={p} value={p}>{p}</Tab>)}</TabList>
        {page === 'General' ? <NameForm /> : page === 'Source' ? <SourceForm isNew={false} /> : page === 'Target' ? <TargetForm isNew={false} /> : <DefaultsForm />}
        {update.error ? <ErrorView error={errorData(update.error)} /> : null}
        <Text size={200} className={l.muted}>Collections that exist already keep their own rules.</Text>
      </DialogFrame>
    </FormProvider>
  );
}

/** Deletes a pair from the project, after saying what stays. */
export function DeletePairDialog({ pair, onClose }: DialogProps<'pair delete'>): ReactNode {
  const { go } = useNavigation();
  const [force, setForce] = useState(false);
  const remove = useCommand('pairs.delete');
  const refused = remove.error ? errorData(remove.error) : null;
  return (
    <ConfirmDialog title="Delete Migration Pair" kind="alert" onClose={onClose} confirmLabel="Delete" busy={remove.isPending} error={refused}
      onConfirm={() => remove.mutate({ id: pair.id, force }, { onSuccess: () => { onClose(); go({ kind: 'project' }, 'Migration Pairs'); } })}>
      <Text>{`The migration pair "${pair.name}" with its ${pair.collections} collections, tasks and journal is deleted from the project. Nothing changes in Active Directory or in the tenant ${tenantName(pair)}. Without the journal, migrated objects can no longer be rolled back.`}</Text>
      {refused?.code === 'CONFLICT' ? <Consent label="Delete it all the same; I give up rolling back" onChange={setForce} /> : null}
    </ConfirmDialog>
  );
}
