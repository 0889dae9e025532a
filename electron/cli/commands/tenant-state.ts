import { z } from 'zod';
import type { SimulatedTarget } from '../../simulator/targets.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';

const GRAPH = 'https://graph.microsoft.com/v1.0';
const Page = z.looseObject({ value: z.array(z.looseObject({ id: z.string() })), '@odata.nextLink': z.string().optional() });
const Token = z.looseObject({ access_token: z.string() });
/** Asked for besides the default properties, so that the comparison misses nothing that Causeway writes. */
const SELECT = {
  users: 'id,accountEnabled,businessPhones,city,companyName,country,department,displayName,employeeId,employeeType,faxNumber,givenName,jobTitle,mail,mailNickname,mobilePhone,officeLocation,onPremisesExtensionAttributes,onPremisesImmutableId,otherMails,postalCode,preferredLanguage,proxyAddresses,state,streetAddress,surname,usageLocation,userPrincipalName,userType,assignedLicenses',
  groups: 'id,description,displayName,groupTypes,mail,mailEnabled,mailNickname,proxyAddresses,securityEnabled,visibility',
} as const;

/**
 * Reads the whole simulated tenant through Graph with a client of its own, not through the engine that wrote it: users with
 * managers, groups with members, recycle bin. Sorted, so that two readings can be compared.
 */
export async function readTenant({ transports, credentials }: SimulatedTarget): Promise<unknown> {
  if (credentials === null) throw appError(ErrorCode.InvalidInput, 'The demo runs on its own simulated tenant only.');
  const answer = await transports.fetch(`https://login.microsoftonline.com/${credentials.tenantId}/oauth2/v2.0/token`, {
    method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ grant_type: 'client_credentials', client_id: credentials.clientId, client_secret: credentials.clientSecret, scope: 'https://graph.microsoft.com/.default' }).toString(),
  });
  const token = Token.parse(await answer.json());
  const all = async (address: string) => {
    const rows: { id: string }[] = [];
    for (let url: string | undefined = `${GRAPH}${address}`; url !== undefined;) {
      const response = await transports.fetch(url, { headers: { authorization: `Bearer ${token.access_token}` } });
      if (response.status === 429) { await new Promise((resolve) => { setTimeout(resolve, Number(response.headers.get('retry-after') ?? 1) * 1000); }); continue; }
      if (!response.ok) throw appError(ErrorCode.TenantRefused, `Reading ${address} of the simulated tenant was answered with ${response.status}.`);
      const page: z.output<typeof Page> = Page.parse(await response.json());
      rows.push(...page.value);
      url = page['@odata.nextLink'];
    }
    return rows.sort((a, b) => (a.id < b.id ? -1 : 1));
  };
  const users = await all(`/users?$select=${SELECT.users}&$expand=manager($select=id)&$top=999`);
  const groups = await all(`/groups?$select=${SELECT.groups}&$top=999`);
  const members: Record<string, string[]> = {};
  for (const group of groups) members[group.id] = (await all(`/groups/${group.id}/members?$select=id&$top=999`)).map((m) => m.id);
  const deleted = [...await all('/directory/deletedItems/microsoft.graph.user?$select=id'), ...await all('/directory/deletedItems/microsoft.graph.group?$select=id')].map((d) => d.id).sort();
  return { users, groups, members, deleted };
}
