import { z } from 'zod';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { TenantLog } from '../clouds.ts';
import type { GraphAnswer, GraphRequest, Tenant } from '../port.ts';
import { refused } from './failures.ts';
import type { Reader } from './reader.ts';

const organizationRow = z.looseObject({
  id: z.string(), displayName: z.string().nullish(), onPremisesSyncEnabled: z.boolean().nullish(),
  verifiedDomains: z.array(z.looseObject({ name: z.string(), isInitial: z.boolean().nullish() })).nullish(),
});
const domainRow = z.looseObject({
  id: z.string(), authenticationType: z.string().nullish(), isVerified: z.boolean().nullish(), isInitial: z.boolean().nullish(), isDefault: z.boolean().nullish(),
});
const skuRow = z.looseObject({
  servicePlans: z.array(z.looseObject({ servicePlanId: z.string(), servicePlanName: z.string(), appliesTo: z.string().nullish() })).nullish(),
  skuId: z.string(), skuPartNumber: z.string(), consumedUnits: z.number().nullish(), prepaidUnits: z.looseObject({ enabled: z.number().nullish() }).nullish(),
});
const idRow = z.looseObject({ id: z.string(), '@odata.type': z.string().nullish() });
const memberPage = z.looseObject({ value: z.array(idRow), '@odata.nextLink': z.string().nullish() });

type Send = (requests: readonly GraphRequest[], signal?: AbortSignal) => Promise<readonly GraphAnswer[]>;

/** Reading the tenant itself: organization, domains, licences and role holders. The methods are those of {@link Tenant}. */
export function createOrganization(parts: {
  readonly reader: Reader; readonly send: Send; readonly readMembers: Tenant['readMembers']; readonly log: TenantLog;
}): Pick<Tenant, 'organization' | 'domains' | 'skus' | 'adminRoleHolders'> {
  const { reader, send, readMembers, log } = parts;

  async function all<T>(what: string, address: string, units: number, row: z.ZodType<T>, signal?: AbortSignal): Promise<T[]> {
    const rows: T[] = [];
    for await (const page of reader.pages(what, address, units, signal)) {
      for (const one of page) {
        const parsed = row.safeParse(one);
        if (!parsed.success) throw appError(ErrorCode.TenantRefused, `The tenant's answer about its ${what} is not understood: ${parsed.error.issues[0]?.path.join('/') ?? ''} is missing or of another type.`);
        rows.push(parsed.data);
      }
    }
    return rows;
  }

  /** Members of every active role; null when the sign-in may not see roles. */
  async function roleMembers(signal?: AbortSignal): Promise<readonly z.infer<typeof idRow>[] | null> {
    // No $top: directoryRoles does not support page sizes.
    const first = await reader.get('directory roles', '/directoryRoles?$select=id', 1, signal);
    if (!first.ok && first.error.status === 403) return null;
    if (!first.ok) throw refused('directory roles', first.error);
    const roles = memberPage.parse(first.body).value;
    const answers = await send(roles.map(({ id }) => ({ method: 'GET', url: `/directoryRoles/${encodeURIComponent(id)}/members?$select=id` })), signal);
    const members: z.infer<typeof idRow>[] = [];
    for (const answer of answers) {
      if (answer.kind !== 'answered') throw appError(ErrorCode.TenantUnavailable, `Reading the members of directory roles failed: ${answer.reason}. Try again later.`, { retryable: true });
      if (answer.error?.status === 403) return null;
      if (answer.error) throw refused('members of directory roles', answer.error);
      const page = memberPage.parse(answer.body);
      members.push(...page.value);
      const next = page['@odata.nextLink'];
      if (next) for await (const more of reader.pages('members of directory roles', next, 2, signal)) members.push(...z.array(idRow).parse(more));
    }
    return members;
  }

  return {
    async organization(signal) {
      const [row] = await all('organization', '/organization?$select=id,displayName,verifiedDomains,onPremisesSyncEnabled', 1, organizationRow, signal);
      if (!row) throw appError(ErrorCode.TenantRefused, 'The tenant tells nothing about its organization: grant the permission Organization.Read.All.');
      const domains = row.verifiedDomains ?? [];
      return {
        id: row.id, displayName: row.displayName ?? '', onPremisesSyncEnabled: row.onPremisesSyncEnabled ?? false,
        initialDomain: (domains.find((one) => one.isInitial) ?? domains.find((one) => /\.onmicrosoft\.(com|us|cn)$/i.test(one.name)))?.name ?? '',
      };
    },
    async domains(signal) {
      const rows = await all('domains', '/domains', 1, domainRow, signal);
      return rows.map((one) => ({
        name: one.id, isVerified: one.isVerified ?? false, isInitial: one.isInitial ?? false, isDefault: one.isDefault ?? false,
        federated: one.authenticationType?.toLowerCase() === 'federated',
      }));
    },
    async skus(signal) {
      const rows = await all('licences', '/subscribedSkus', 3, skuRow, signal);
      return rows.map((one) => ({ id: one.skuId, partNumber: one.skuPartNumber, enabled: one.prepaidUnits?.enabled ?? 0, consumed: one.consumedUnits ?? 0, ...(one.servicePlans ? { plans: one.servicePlans.map((plan) => ({ id: plan.servicePlanId, name: plan.servicePlanName, forUsers: plan.appliesTo !== 'Company' })) } : {}) }));
    },
    async adminRoleHolders(signal) {
      const members = await roleMembers(signal);
      if (members === null) {
        log({ level: 'warn', message: 'Who holds an administrator role is not readable, so matches cannot be flagged for it: grant RoleManagement.Read.Directory.' });
        return null;
      }
      const isGroup = (one: z.infer<typeof idRow>): boolean => one['@odata.type'] === '#microsoft.graph.group';
      const holders = new Set(members.filter((one) => !isGroup(one)).map((one) => one.id));
      // A role may be held through a group; such groups cannot be nested, so one level is all there is.
      for await (const group of readMembers(members.filter(isGroup).map((one) => one.id), signal)) for (const id of group.memberIds) holders.add(id);
      return holders;
    },
  };
}
