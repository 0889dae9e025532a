import { zodResolver } from '@hookform/resolvers/zod';
import { useState, type ReactNode } from 'react';
import { FormProvider, useForm } from 'react-hook-form';
import { errorData, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { useNavigation } from '../../app/navigation.ts';
import { Properties } from '../../ui/Section.tsx';
import { Wizard } from '../../ui/Wizard.tsx';
import { ErrorView } from '../../ui/states.tsx';
import { ConnectionTest } from './ConnectionTest.tsx';
import { EMPTY_DRAFT, PAGE_FIELDS, PairDraftSchema, inputOf, serversOf, type PairDraft } from './draft.ts';
import { DefaultsForm, NameForm, SourceForm, TargetForm } from './forms.tsx';

const STEPS = ['Name', 'Source', 'Target', 'Defaults', 'Test connection', 'Summary'] as const;
const FIELDS_OF_STEP = [PAGE_FIELDS.name, PAGE_FIELDS.source, PAGE_FIELDS.target, PAGE_FIELDS.defaults] as const;

/** The New Migration Pair wizard. Back keeps what was typed; Next checks the page that is left. */
export function NewPairWizard({ onClose }: DialogProps<'new pair'>): ReactNode {
  const [step, setStep] = useState(0);
  const { go } = useNavigation();
  const create = useCommand('pairs.create');
  const form = useForm<PairDraft>({ defaultValues: EMPTY_DRAFT, resolver: zodResolver(PairDraftSchema), mode: 'onTouched' });
  const isLast = step === STEPS.length - 1;
  const save = form.handleSubmit((draft) => create.mutate(inputOf(draft, null), { onSuccess: (pair) => { onClose(); go({ kind: 'pair', pairId: pair.id }); } }));
  const next = async (): Promise<void> => {
    const fields = FIELDS_OF_STEP[step];
    if (!fields || await form.trigger(fields, { shouldFocus: true })) setStep(step + 1);
  };
  return (
    <FormProvider {...form}>
      <Wizard title="New Migration Pair" steps={STEPS} current={step} onClose={onClose} onBack={step > 0 ? () => setStep(step - 1) : undefined}
        onNext={() => { if (isLast) void save(); else void next(); }} nextLabel={isLast ? (create.isPending ? 'Creating…' : 'Create') : 'Next'} nextDisabled={create.isPending}>
        {step === 0 ? <NameForm /> : step === 1 ? <SourceForm isNew /> : step === 2 ? <TargetForm isNew /> : step === 3 ? <DefaultsForm isNew /> : step === 4 ? <ConnectionTest what={{ input: inputOf(form.getValues(), null) }} /> : <Summary draft={form.getValues()} />}
        {isLast && create.error ? <ErrorView error={errorData(create.error)} /> : null}
      </Wizard>
    </FormProvider>
  );
}

function Summary({ draft }: { readonly draft: PairDraft }): ReactNode {
  return (
    <Properties rows={[
      ['Name', draft.name],
      ['Source', draft.sourceKind === 'ldif' ? `LDIF snapshot ${draft.ldifFile}` : `${draft.domain || serversOf(draft.servers).join(', ')} as ${draft.username}, ${draft.security === 'plain' ? 'plain text' : draft.security}`],
      ...(draft.sourceKind === 'ldap' ? [['Base DN', draft.baseDn || 'the whole domain'] as const] : []),
      ['Target', draft.targetKind === 'simulated' ? `Simulated tenant ${draft.simulated}` : `${draft.tenantId} with ${draft.signIn}`],
      ['Access', draft.readOnly ? 'Read-only: every write is refused' : 'Read and write, after approval of each plan'],
      ['UPN suffix', draft.upnSuffix || 'the source\'s'], ['Country code', draft.countryCode || 'by the rules'], ['Distribution groups', draft.distributionGroups],
      ['Mail redirection domain', draft.redirectionDomain || 'none'], ['What happens now', `The pair is saved with the matching and mapping rules of the schema template "${draft.schemaTemplate}". Nothing is written to either side.`],
    ]} />
  );
}
