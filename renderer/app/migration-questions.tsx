import { Caption1, Checkbox, Combobox, Field, Input, Option } from '@fluentui/react-components';
import { useState, type ReactNode } from 'react';
import type { Pair } from '../../shared/contracts/pairs.ts';
import { CountryCode, UpnSuffix } from '../../shared/contracts/values.ts';
import type { MigrationSettings } from '../../shared/domain/settings.ts';
import { useCall } from './api.ts';

/** The four questions of the Migrate Objects and Enable Coexistence wizards, word for word those of the reference system ("Migrating Objects", "Synchronizing Directories"). */
export interface MigrationQuestions {
  readonly fields: ReactNode;
  /** The answers; null while one cannot be used. */
  readonly settings: MigrationSettings | null;
}

/**
 * Asks the four questions.
 * @param before answers to begin with; null: the pair's defaults.
 */
export function useMigrationQuestions(pair: Pair, before: MigrationSettings | null = null): MigrationQuestions {
  const [createUnmatched, setCreate] = useState(before?.createUnmatched ?? true);
  const [mergeUnmatched, setMerge] = useState(before?.mergeUnmatched ?? true);
  const [upnSuffix, setSuffix] = useState(before?.upnSuffix ?? pair.defaults.upnSuffix);
  const [countryCode, setCountry] = useState(before?.countryCode ?? pair.defaults.countryCode);
  const domains = useCall('pairs.domains', { id: pair.id });
  const suffix = UpnSuffix.safeParse(upnSuffix);
  const country = CountryCode.safeParse(countryCode);
  const known = domains.data?.rows ?? [];
  const domain = known.find((d) => suffix.success && d.name === suffix.data);
  const warning = !suffix.success || suffix.data === '' || known.length === 0 ? null
    : !domain ? 'The tenant has no such domain. Users cannot get this suffix.' : !domain.verified ? 'The domain is not verified in the tenant.' : domain.federated ? 'The domain is federated: sign-in moves to the federation server.' : null;
  const fields = <>
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
  </>;
  return { fields, settings: suffix.success && country.success ? { createUnmatched, mergeUnmatched, upnSuffix: suffix.data, countryCode: country.data } : null };
}
