import { notFound } from '../refusal.ts';
import { rows, type Cmdlet, type CmdletCall, type Row } from '../cmdlet/cmdlet.ts';

function domains({ directory }: CmdletCall): readonly Row[] {
  return directory.facts.domains.filter((d) => d.isVerified).map((d) => ({
    Identity: d.name, Id: d.name, Name: d.name, DomainName: d.name, DomainType: 'Authoritative', Default: d.name === directory.defaultDomain, InitialDomain: d.isInitial, MatchSubDomains: false,
    AuthenticationType: d.federated ? 'Federated' : 'Managed', SendingFromDomainDisabled: false,
  }));
}

/** The domain that an Identity names, or all. @throws ExchangeRefusal 404. */
function named(all: readonly Row[], identity: string | undefined): readonly Row[] {
  if (identity === undefined) return all;
  const found = all.filter((row) => String(row['Name']).toLowerCase() === identity.toLowerCase());
  if (found.length === 0) throw notFound(identity);
  return found;
}

/** Get-AcceptedDomain and Get-OrganizationConfig. */
export const TENANT_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'Get-AcceptedDomain', parameters: { Identity: { type: 'text' }, ResultSize: { type: 'result size' } },
    read: (call) => rows(named(domains(call), call.arguments.given('Identity'))),
  },
  {
    name: 'Get-OrganizationConfig', parameters: {},
    read: ({ directory }) => rows([{
      Identity: directory.initialDomain, Id: directory.initialDomain, Name: directory.initialDomain, DisplayName: directory.facts.displayName, IsDehydrated: false,
      IsTenantInGracePeriod: false, EwsEnabled: null, PublicFoldersEnabled: 'Local', OAuth2ClientProfileEnabled: true, FocusedInboxOn: null, SendFromAliasEnabled: false,
    }]),
  },
];
