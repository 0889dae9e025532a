import { seedApp, type FullSeedApp } from './registration-seed.ts';

/** Resources the authority issues tokens for. */
export type ResourceName = 'graph' | 'exchange';

/** Resource by audience: address, or application id (Graph documentation, national cloud deployments; Connect-ExchangeOnline; "first-party application ids"). */
export const RESOURCES: Readonly<Record<string, ResourceName>> = {
  'https://graph.microsoft.com': 'graph', 'https://graph.microsoft.us': 'graph', 'https://dod-graph.microsoft.us': 'graph', 'https://microsoftgraph.chinacloudapi.cn': 'graph',
  '00000003-0000-0000-c000-000000000000': 'graph',
  'https://outlook.office365.com': 'exchange', 'https://outlook.office365.us': 'exchange', 'https://webmail.apps.mil': 'exchange', 'https://partner.outlook.cn': 'exchange',
  '00000002-0000-0ff1-ce00-000000000000': 'exchange',
};

/** Client id of the application that may do everything Causeway does. */
export const FULL_CLIENT_ID = 'ca05e0a1-51f0-4c1d-9a7e-00000000c11e';
/** Client id of the application that may only read. */
export const READ_ONLY_CLIENT_ID = 'ca05e0a1-51f0-4c1d-9a7e-00000000c110';

const READ = ['User.Read.All', 'Group.Read.All', 'GroupMember.Read.All', 'OrgContact.Read.All', 'Organization.Read.All', 'Domain.Read.All', 'Directory.Read.All', 'RoleManagement.Read.Directory'];
const WRITE = ['User.ReadWrite.All', 'User.DeleteRestore.All', 'Group.ReadWrite.All', 'GroupMember.ReadWrite.All', 'Directory.ReadWrite.All', 'Mail.Send'];

/** The two applications every simulated tenant has, with everything they ask for consented. Their secrets come on top. */
export function defaultApps(): readonly FullSeedApp[] {
  const all = [...READ, ...WRITE];
  const full = { application: { graph: all, exchange: ['Exchange.ManageAsApp'] }, delegated: { graph: ['User.Read', ...all], exchange: ['Exchange.Manage'] } };
  const readOnly = { application: { graph: READ, exchange: [] }, delegated: { graph: ['User.Read', ...READ], exchange: [] } };
  return [
    { appId: FULL_CLIENT_ID, servicePrincipalId: 'ca05e0a1-51f0-4c1d-9a7e-00000000c115', displayName: 'Causeway', requested: full, consented: full },
    { appId: READ_ONLY_CLIENT_ID, servicePrincipalId: 'ca05e0a1-51f0-4c1d-9a7e-00000000c105', displayName: 'Causeway (read only)', requested: readOnly, consented: readOnly },
  ].map((app) => seedApp.parse({ ...app, allowPublicClient: true, redirectUris: ['http://localhost'] }));
}
