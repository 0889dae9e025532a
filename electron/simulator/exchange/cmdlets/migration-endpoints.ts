import { AUTODISCOVER_SET, changeEndpoint, connectionOf, newEndpoint, oneEndpoint, removeEndpoint, tryConnection } from '../../migration/endpoints.ts';
import { endpointRow } from '../../migration/rows.ts';
import { NO_ROWS, rows, type Cmdlet, type CmdletCall, type ParameterRules, type Row } from '../cmdlet/cmdlet.ts';
import { needsOrganizationManagement } from '../refusal.ts';

const AUTODISCOVER = [AUTODISCOVER_SET] as const;
const MANUAL = ['ExchangeOutlookAnywhere'] as const;
const BOTH = [...AUTODISCOVER, ...MANUAL] as const;

/** Kinds of connections other than to Exchange 2003 and 2007, answered with an honest 501. */
const OTHER_KINDS: ParameterRules = Object.fromEntries(['ExchangeRemoteMove', 'Imap', 'PSTImport', 'PublicFolder', 'PublicFolderToUnifiedGroup', 'Gmail', 'Compliance', 'XO1'].map((name) => [name, { type: 'switch', offered: false } as const]));
const OTHER_VALUES: ParameterRules = Object.fromEntries(['RemoteServer', 'Port', 'Security', 'Partition', 'FilePath', 'PublicFolderDatabaseServerLegacyDN', 'PublicFolderMailboxServerLegacyDN', 'RemoteTenant', 'ServiceAccountKeyFileData', 'OAuthCode', 'SourceMailboxLegacyDN', 'NspiServer', 'ApplicationId', 'AppSecretKeyVaultUrl'].map((name) => [name, { type: 'text', offered: false } as const]));

const CONNECTION: ParameterRules = {
  ExchangeOutlookAnywhere: { type: 'switch', mandatory: [...BOTH], sets: [...BOTH] }, Autodiscover: { type: 'switch', mandatory: [...AUTODISCOVER], sets: [...AUTODISCOVER] },
  EmailAddress: { type: 'text', mandatory: [...AUTODISCOVER], sets: [...BOTH] }, Credentials: { type: 'credential', mandatory: true }, ExchangeServer: { type: 'text', mandatory: [...MANUAL], sets: [...MANUAL] },
  Authentication: { type: ['Basic', 'Ntlm'], sets: [...MANUAL] }, MailboxPermission: { type: ['Admin', 'FullAccess'] }, TestMailbox: { type: 'text' }, AcceptUntrustedCertificates: { type: 'switch' }, ...OTHER_KINDS, ...OTHER_VALUES,
};

/** Runs only for members of Organization Management: which further roles hold the cmdlets of migration is not published. */
function managed(call: CmdletCall): CmdletCall {
  if (!call.caller.managesOrganization) throw needsOrganizationManagement(call.cmdlet);
  return call;
}

function test(call: CmdletCall): () => readonly Row[] {
  const { migration, arguments: given, set } = managed(call);
  const resolved = connectionOf(migration, given, set);
  const problem = 'problem' in resolved ? resolved.problem : tryConnection(migration, resolved.connection);
  const settings = 'problem' in resolved ? null : { ExchangeServer: resolved.connection.exchangeServer, RPCProxyServer: resolved.connection.rpcProxyServer, Authentication: resolved.connection.authentication, MailboxPermission: resolved.connection.mailboxPermission };
  return () => [{ Result: problem === undefined ? 'Success' : 'Failed', Message: problem ?? '', SupportsCutover: problem === undefined, ErrorDetail: problem ?? '', ConnectionSettings: problem === undefined ? settings : null, TestedEndpoint: null }];
}

/** Test-MigrationServerAvailability, and New-, Get-, Set- and Remove-MigrationEndpoint, for Outlook Anywhere. */
export const MIGRATION_ENDPOINT_CMDLETS: readonly Cmdlet[] = [
  { name: 'Test-MigrationServerAvailability', parameters: { ...CONNECTION, RPCProxyServer: { type: 'text', mandatory: [...MANUAL], sets: [...MANUAL] } }, write: test },
  {
    name: 'New-MigrationEndpoint',
    parameters: { ...CONNECTION, RpcProxyServer: { type: 'text', mandatory: [...MANUAL], sets: [...MANUAL] }, Name: { type: 'text', mandatory: true, max: 64 }, MaxConcurrentMigrations: { type: 'number' }, MaxConcurrentIncrementalSyncs: { type: 'number' }, SkipVerification: { type: 'switch' } },
    write: (call) => {
      const make = newEndpoint(managed(call).migration, call.arguments, call.set);
      return () => [endpointRow(call.migration, make())];
    },
  },
  {
    name: 'Get-MigrationEndpoint', parameters: { Identity: { type: 'text' }, Type: { type: ['ExchangeOutlookAnywhere', 'ExchangeRemoteMove', 'IMAP', 'PublicFolder', 'PSTImport', 'Gmail', 'None'] }, ConnectionSettings: { type: 'text', offered: false }, Diagnostic: { type: 'switch', offered: false }, Partition: { type: 'text', offered: false } },
    read: ({ migration, arguments: given }) => {
      const [identity, type] = [given.given('Identity'), given.given('Type')];
      const found = identity === undefined ? [...migration.state.endpoints.values()] : [oneEndpoint(migration, identity)];
      return rows(type === undefined || type === 'ExchangeOutlookAnywhere' ? found.map((e) => endpointRow(migration, e)) : []);
    },
  },
  {
    name: 'Set-MigrationEndpoint',
    parameters: {
      Identity: { type: 'text', mandatory: true }, Credentials: { type: 'credential' }, MaxConcurrentMigrations: { type: 'number' }, MaxConcurrentIncrementalSyncs: { type: 'number' }, ExchangeServer: { type: 'text' }, RpcProxyServer: { type: 'text' },
      MailboxPermission: { type: ['Admin', 'FullAccess'] }, TestMailbox: { type: 'text' }, AcceptUntrustedCertificates: { type: 'switch' }, SkipVerification: { type: 'switch' }, Authentication: { type: 'text', offered: false }, ...OTHER_VALUES,
    },
    write: (call) => {
      const change = changeEndpoint(managed(call).migration, call.arguments);
      return () => { change(); return NO_ROWS; };
    },
  },
  {
    name: 'Remove-MigrationEndpoint', parameters: { Identity: { type: 'text', mandatory: true }, Partition: { type: 'text', offered: false } },
    write: (call) => {
      const remove = removeEndpoint(managed(call).migration, call.arguments.given('Identity') ?? '');
      return () => { remove(); return NO_ROWS; };
    },
  },
];
