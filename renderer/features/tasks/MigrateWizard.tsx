import { Caption1, Checkbox, Combobox, Field, Input, MessageBar, MessageBarBody, Option, Text } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import { CountryCode, UpnSuffix } from '../../../shared/contracts/values.ts';
import { errorData, useCall, useCommand } from '../../app/api.ts';
import type { DialogProps } from '../../app/dialogs.tsx';
import { Wizard } from '../../ui/Wizard.tsx';
import { counted } from '../../ui/format.ts';
import { ErrorView } from '../../ui/states.tsx';
import { PlanRun } from './PlanRun.tsx';

const BEFORE = ['Settings'] as const;

/** Migrate Objects: four settings, the plan, a typed confirmation, applying. */
export function MigrateWizard({ pair, collection, scope, onClose }: DialogProps<'migrate objects'>): ReactNode {
  const [createUnmatched, setCreate] = useState(true);
  const [mergeUnmatched, setMerge] = useState(true);
  const [upnSuffix, setSuffix] = useState(pair.defaults.upnSuffix);
  const [countryCode, setCountry] = useState(pair.defaults.countryCode);
  const domains = useCall('pairs.domains', { id: pair.id });
  const migrate = useCommand('tasks.migrate');
  if (migrate.data) return <PlanRun title={`Migrate Objects of ${collection.name}`} taskId={migrate.data.taskId} before={BEFORE} onClose={onClose} />;
  const suffix = UpnSuffix.safeParse(upnSuffix);
  const country = CountryCode.safeParse(countryCode);
  const known = domains.data?.rows ?? [];
  const domain = known.find((d) => suffix.success && d.name === suffix.data);
  const warning = !suffix.success || suffix.data === '' || known.length === 0 ? null
    : !domain ? 'The tenant has no such domain. Users cannot get this suffix.' : !domain.verified ? 'The domain is not verified in the tenant.' : domain.federated ? 'The domain is federated: sign-in moves to the federation server.' : null;
  const start = (): void => {
    if (suffix.success && country.success) {
      migrate.mutate({ collectionId: collection.id, settings: { createUnmatched, mergeUnmatched, upnSuffix: suffix.data, countryCode: country.data }, ...(scope ? { selection: scope.selection } : {}) });
    }
  };
  return (
    <Wizard title={`Migrate Objects of ${collection.name}`} steps={[...BEFORE, 'Plan', 'Confirmation', 'Applying']} current={0} onClose={onClose} size="full"
      onNext={start} nextLabel={migrate.isPending ? 'Starting…' : 'Make plan'} nextDisabled={migrate.isPending || !suffix.success || !country.success}>
      <Text>{`${scope ? counted(scope.count, 'selected object') : `All ${counted(collection.objects, 'object')}`} of "${collection.name}", from ${pair.sourceName || pair.name} to the tenant ${pair.targetName || pair.target.tenantId}.`}</Text>
      {pair.target.readOnly ? <MessageBar intent="warning" layout="multiline"><MessageBarBody>The pair is read-only. The plan can be made and reviewed, but not applied.</MessageBarBody></MessageBar> : null}
      <Checkbox label="Create objects for which there are no matching objects in Microsoft Office 365" checked={createUnmatched} onChange={(_, d) => setCreate(d.checked === true)} />
      <Checkbox label="Merge not matched yet objects with their matching objects in Microsoft Office 365" checked={mergeUnmatched} onChange={(_, d) => setMerge(d.checked === true)} />
      <Field label="User principal names (UPN) suffix to use" hint="Leave empty to keep the source's."
        {...(!suffix.success ? { validationState: 'error' as const, validationMessage: suffix.error.issues[0]?.message ?? 'is not a domain name' } : warning ? { validationState: 'warning' as const, validationMessage: warning } : {})}>
        <Combobox freeform value={upnSuffix} selectedOptions={[upnSuffix]} onInput={(e) => setSuffix((e.target as HTMLInputElement).value)} onOptionSelect={(_, d) => { if (d.optionValue !== undefined) setSuffix(d.optionValue); }}>
          {known.map((d) => <Option key={d.name} value={d.name} text={d.name}>{d.name}<Caption1>{d.federated ? 'federated' : d.verified ? 'verified' : 'not verified'}</Caption1></Option>)}
        </Combobox>
      </Field>
      <Field label="Country code to set for the users" hint="Two letters, ISO 3166, for example DE. Leave empty to take it from the source object."
        {...(!country.success ? { validationState: 'error' as const, validationMessage: country.error.issues[0]?.message ?? 'is not a country code' } : {})}>
        <Input value={countryCode} maxLength={2} onChange={(_, d) => setCountry(d.value.toUpperCase())} />
      </Field>
      <MessageBar intent="info" layout="multiline"><MessageBarBody>Next, a plan is made. It is shown in full, and nothing is written before you approve it.</MessageBarBody></MessageBar>
      {migrate.error ? <ErrorView error={errorData(migrate.error)} /> : null}
    </Wizard>
  );
}

/** Reviews the plan of a task that waits, or watches one that runs. */
export function ReviewPlanDialog({ task, onClose }: DialogProps<'review plan'>): ReactNode {
  return <PlanRun title={`${task.kind}${task.collectionName ? ` of ${task.collectionName}` : ''}`} taskId={task.id} before={[]} onClose={onClose} />;
}
