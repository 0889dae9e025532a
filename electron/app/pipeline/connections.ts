import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Directory } from '../../engines/directory/index.ts';
import type { OpenedTenant } from '../../engines/tenant/index.ts';
import type { PairRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';

/** Works with the tenant of a pair and closes it. */
export async function withTenant(services: Services, pair: PairRecord, signal: AbortSignal, work: (tenant: OpenedTenant) => Promise<void>): Promise<void> {
  const tenant = await services.openTenant(pair, { signal });
  try { await work(tenant); } finally { await tenant.close(); }
}

/** Works with both sides of a pair and closes them. */
export async function withBoth(services: Services, pair: PairRecord, signal: AbortSignal, work: (directory: Directory, tenant: OpenedTenant) => Promise<void>): Promise<void> {
  const directory = await services.openDirectory(pair);
  try { await withTenant(services, pair, signal, async (tenant) => { await work(directory, tenant); }); } finally { await directory.close(); }
}

/** What was approved for one tenant is written to no other, wherever the connection leads by now. @throws AppError CONFLICT. */
export async function requireTenantOfPlan(services: Services, planId: string, tenant: OpenedTenant, signal: AbortSignal): Promise<void> {
  const plan = await services.store.plans.get(planId);
  const present = await tenant.organization(signal);
  if (plan.organizationId !== present.id) throw appError(ErrorCode.Conflict, `The plan was made for ${plan.tenantName}, but the connection leads to ${present.displayName} (${present.initialDomain}) now, so nothing was written; correct the pair's connection, or make a new plan.`);
}
