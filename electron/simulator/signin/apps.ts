/** An application registered in the simulated tenant, with the permissions an administrator consented to. */
export interface AppRegistration {
  readonly appId: string;
  /** Object id of its service principal. */
  readonly servicePrincipalId: string;
  readonly displayName: string;
  readonly secret: string;
  /** PEM certificates whose keys may sign client assertions. */
  readonly certificates: readonly string[];
  /** Application permissions (`roles`) and delegated permissions (`scp`), by resource. */
  readonly roles: Readonly<Record<ResourceName, readonly string[]>>;
  readonly scopes: Readonly<Record<ResourceName, readonly string[]>>;
}

/** Resources the authority issues tokens for. */
export type ResourceName = 'graph' | 'exchange';

/** Resource by audience (Graph documentation, national cloud deployments; Connect-ExchangeOnline). */
export const RESOURCES: Readonly<Record<string, ResourceName>> = {
  'https://graph.microsoft.com': 'graph', 'https://graph.microsoft.us': 'graph', 'https://dod-graph.microsoft.us': 'graph', 'https://microsoftgraph.chinacloudapi.cn': 'graph',
  'https://outlook.office365.com': 'exchange', 'https://outlook.office365.us': 'exchange', 'https://webmail.apps.mil': 'exchange', 'https://partner.outlook.cn': 'exchange',
};

/** Client id of the application that may do everything Causeway does. */
export const FULL_CLIENT_ID = 'ca05e0a1-51f0-4c1d-9a7e-00000000c11e';
/** Client id of the application that may only read. */
export const READ_ONLY_CLIENT_ID = 'ca05e0a1-51f0-4c1d-9a7e-00000000c110';

const READ = ['User.Read.All', 'Group.Read.All', 'GroupMember.Read.All', 'OrgContact.Read.All', 'Organization.Read.All', 'Domain.Read.All', 'Directory.Read.All', 'RoleManagement.Read.Directory'];
const WRITE = ['User.ReadWrite.All', 'User.DeleteRestore.All', 'Group.ReadWrite.All', 'GroupMember.ReadWrite.All', 'Directory.ReadWrite.All'];

/** The two applications every simulated tenant has. */
export function defaultApps(secrets: { readonly full: string; readonly readOnly: string }, certificates: readonly string[]): readonly AppRegistration[] {
  const all = [...READ, ...WRITE];
  return [
    {
      appId: FULL_CLIENT_ID, servicePrincipalId: 'ca05e0a1-51f0-4c1d-9a7e-00000000c115', displayName: 'Causeway', secret: secrets.full, certificates,
      roles: { graph: all, exchange: ['Exchange.ManageAsApp'] }, scopes: { graph: ['User.Read', ...all], exchange: ['Exchange.Manage'] },
    },
    {
      appId: READ_ONLY_CLIENT_ID, servicePrincipalId: 'ca05e0a1-51f0-4c1d-9a7e-00000000c105', displayName: 'Causeway (read only)', secret: secrets.readOnly, certificates: [],
      roles: { graph: READ, exchange: [] }, scopes: { graph: ['User.Read', ...READ], exchange: [] },
    },
  ];
}
