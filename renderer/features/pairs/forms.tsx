import { MessageBar, MessageBarBody, MessageBarTitle, Subtitle2 } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { useFormContext } from 'react-hook-form';
import { errorData, useCall } from '../../app/api.ts';
import { useLayout } from '../../ui/layout.ts';
import { ErrorView, Loading } from '../../ui/states.tsx';
import type { PairDraft } from './draft.ts';
import { AreaField, CheckField, RadioField, SelectField, TextField } from './fields.tsx';

/** Name of the pair. */
export function NameForm(): ReactNode {
  return <TextField name="name" label="Name" required hint="For example the two organisations: Corp to Contoso." />;
}

/** How Active Directory is reached. `isNew` false: an empty password means unchanged. */
export function SourceForm({ isNew }: { readonly isNew: boolean }): ReactNode {
  const l = useLayout();
  const { watch } = useFormContext<PairDraft>();
  const isLdap = watch('sourceKind') === 'ldap';
  return (
    <div className={l.column}>
      <RadioField name="sourceKind" label="Source" options={[['ldap', 'Active Directory over LDAP'], ['ldif', 'LDIF snapshot file']]} />
      {isLdap ? <>
        <div className={l.fields}>
          <TextField name="domain" label="Domain" placeholder="corp.example.com" hint="DNS name. Domain controllers are found by DNS when no server is named." />
          <TextField name="servers" label="Servers" hint="Domain controllers in order of preference, host or host:port, separated by commas." />
        </div>
        <SelectField name="security" label="Connection security" options={[['ldaps', 'LDAPS (TLS from the start)'], ['starttls', 'StartTLS'], ['plain', 'None (plain text)']]} />
        {watch('security') === 'plain' ? (
          <MessageBar intent="warning" layout="multiline"><MessageBarBody><MessageBarTitle>The password crosses the network readable.</MessageBarTitle>Use this only on a network that nobody else can listen to.</MessageBarBody></MessageBar>
        ) : <TextField name="caFile" label="CA file" hint="PEM file of a certification authority to trust besides the system's. Leave empty for the system's only." />}
        <div className={l.fields}>
          <TextField name="username" label="User name" required hint="User principal name or distinguished name of an account that may read the directory." />
          <TextField name="password" label="Password" type="password" hint={isNew ? 'Kept in the secret store, never in the project file.' : 'Leave empty to keep the stored password.'} />
        </div>
        <TextField name="baseDn" label="Base DN" hint="Container to read. Leave empty for the whole domain." />
      </> : <TextField name="ldifFile" label="LDIF file" required hint="Full path on the machine where the host runs. Written for example with ldifde or ldapsearch." />}
    </div>
  );
}

/** How the Microsoft 365 tenant is reached, and which permissions that needs. */
export function TargetForm({ isNew }: { readonly isNew: boolean }): ReactNode {
  const l = useLayout();
  const { watch } = useFormContext<PairDraft>();
  const isTenant = watch('targetKind') === 'tenant';
  const signIn = watch('signIn');
  return (
    <div className={l.column}>
      <RadioField name="targetKind" label="Target" options={[['tenant', 'Microsoft 365 tenant'], ['simulated', 'Simulated tenant, for a rehearsal that sends nothing away']]} />
      {isTenant ? <>
        <div className={l.fields}>
          <SelectField name="cloud" label="Cloud" options={[['global', 'Microsoft 365 (global)'], ['usgov', 'US Government (GCC High)'], ['usdod', 'US Department of Defense'], ['china', 'China (21Vianet)']]} />
          <SelectField name="signIn" label="Sign-in method" options={[['client secret', 'Client secret'], ['certificate', 'Certificate'], ['device code', 'Device code'], ['interactive', 'Interactive, in the browser']]} />
          <TextField name="tenantId" label="Tenant ID" required hint="Tenant id or a verified domain, for example contoso.onmicrosoft.com." />
          <TextField name="clientId" label="Client ID" required hint="Application (client) id of the app registration." />
        </div>
        {signIn === 'client secret' ? <TextField name="secret" label="Client secret" type="password" hint={isNew ? 'Kept in the secret store, never in the project file.' : 'Leave empty to keep the stored secret.'} /> : null}
        {signIn === 'certificate' ? <>
          <TextField name="certificateFile" label="Certificate file" required hint="PEM file with the certificate that is registered with the application." />
          <AreaField name="secret" label="Private key" hint={isNew ? 'PEM text of the private key. Kept in the secret store, never in the project file.' : 'Leave empty to keep the stored key.'} />
        </> : null}
        {signIn === 'device code' || signIn === 'interactive' ? <MessageBar intent="info" layout="multiline"><MessageBarBody>You are asked to sign in when the connection is tested and when the sign-in has expired.</MessageBarBody></MessageBar> : null}
      </> : <>
        <RadioField name="simulatedBy" label="Simulated by" options={[['stateFile', 'A state file; the program runs the simulation itself'], ['origin', 'A simulation that runs already']]} />
        {watch('simulatedBy') === 'stateFile'
          ? <TextField name="simulated" label="State file" required hint="Full path on the machine where the host runs." />
          : <>
            <TextField name="simulated" label="Origin" required placeholder="http://127.0.0.1:4710" hint="Loopback address of the simulation." />
            <div className={l.fields}>
              <TextField name="tenantId" label="Tenant ID" required hint="As the simulation printed it." />
              <TextField name="clientId" label="Client ID" required hint="As the simulation printed it." />
            </div>
            <TextField name="secret" label="Client secret" type="password" hint={isNew ? 'As the simulation printed it.' : 'Leave empty to keep the stored secret.'} />
          </>}
      </>}
      <CheckField name="readOnly" label="Read-only" hint="Ask for read permissions only. Plans can be made and reviewed; every write is refused before it is sent." />
      {isTenant ? <Permissions readOnly={watch('readOnly')} /> : null}
    </div>
  );
}

function Permissions({ readOnly }: { readonly readOnly: boolean }): ReactNode {
  const l = useLayout();
  const permissions = useCall('pairs.permissions', { readOnly });
  // Delegated and application permissions bear the same names: once is enough here.
  const rows = [...new Map(permissions.data?.rows.map((row) => [row.permission, row])).values()];
  return (
    <section className={l.tight} aria-label="Permissions that the application needs">
      <Subtitle2 as="h3">Permissions that the application needs</Subtitle2>
      {permissions.error ? <ErrorView error={errorData(permissions.error)} /> : null}
      {permissions.isPending ? <Loading label="Reading permissions…" /> : null}
      {permissions.data ? (
        <table className={l.plainTable}>
          <thead><tr><th scope="col">Permission</th><th scope="col">Kind</th><th scope="col">Reason</th></tr></thead>
          <tbody>{rows.map((row) => <tr key={row.permission}><td>{row.permission}</td><td>{row.kind}</td><td>{row.reason}</td></tr>)}</tbody>
        </table>
      ) : null}
    </section>
  );
}

/** What the pair gives to its collections and wizards. */
export function DefaultsForm({ isNew = false }: { readonly isNew?: boolean }): ReactNode {
  const l = useLayout();
  return (
    <div className={l.column}>
      <TextField name="upnSuffix" label="User principal names (UPN) suffix" placeholder="contoso.com" hint="A verified domain of the tenant. Leave empty to keep the source's." />
      <TextField name="countryCode" label="Country code" placeholder="DE" hint="Two letters, ISO 3166. Used for users whose source object names no country; needed to assign licences." />
      <RadioField name="distributionGroups" label="Distribution groups" options={[['distribution group', 'Create as distribution groups (through Exchange Online)'], ['Microsoft 365 group', 'Create as Microsoft 365 groups (people only, no nested groups or contacts)'], ['skip', 'Skip, with the reason']]} />
      <TextField name="redirectionDomain" label="Mail redirection domain" hint="A domain that is accepted on premises only, not in Microsoft 365. Leave empty when no mail is redirected." />
      {isNew ? <TemplateField /> : null}
    </div>
  );
}

/** The set of rules that the pair starts with. */
function TemplateField(): ReactNode {
  const { watch } = useFormContext<PairDraft>();
  const templates = useCall('templates.list', {});
  const chosen = watch('schemaTemplate');
  const options = (templates.data?.rows.map((t) => t.name) ?? [chosen]).map((name) => [name, name] as const);
  return <SelectField name="schemaTemplate" label="Schema template" options={options} hint={`${templates.data?.rows.find((t) => t.name === chosen)?.description ?? 'The matching and mapping rules that the pair starts with.'} It can be changed later.`} />;
}
