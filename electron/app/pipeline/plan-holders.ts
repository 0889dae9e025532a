import { MAILBOX_PERMISSIONS, type UnresolvedReference } from '../../../shared/domain/plans.ts';
import { normaliseDn } from '../../../shared/rules/dn.ts';
import type { PlanCandidate } from '../../engines/planning/index.ts';
import { createHolderNames, isRefusal, type ExchangeGateway } from '../../engines/tenant/index.ts';
import { readHolders } from './present-exchange.ts';

/** Links that are no permissions. */
const OTHER_LINKS: ReadonlySet<string> = new Set(['manager', 'member', 'managedby', 'altrecipient', 'authorig', 'unauthorig', 'dlmemsubmitperms', 'dlmemrejectperms']);

/** The object without permissions: who was to hold one waits, with the reason. */
function withoutPermissions(one: PlanCandidate, reason: string): PlanCandidate {
  const { permissions, ...links } = one.mapped.links;
  if (permissions === undefined) return one;
  const dns = new Map(Object.values(permissions).flatMap((holders) => holders.map((holder) => [normaliseDn(holder.dn), holder] as const)));
  const waiting = Object.entries(one.source.links).filter(([attribute]) => !OTHER_LINKS.has(attribute.toLowerCase()))
    .flatMap(([attribute, values]) => values.filter((dn) => dns.has(normaliseDn(dn))).map((dn): UnresolvedReference => ({ sourceId: one.source.id, attribute, dn, reason, ...(dns.get(normaliseDn(dn))?.onCreation === true ? { onCreation: true } : {}) })));
  return { ...one, mapped: { ...one.mapped, links, unresolved: [...one.mapped.unresolved, ...waiting] } };
}

/**
 * Makes what adds to a page of objects who holds the permissions on their mailboxes, so that only what is missing is planned. Asks only about
 * mailboxes on which a rule gives somebody a permission, and names of holders once in a run. Where the sign-in may not ask, permissions are
 * left out of the plan and wait with the reason.
 * @throws AppError as the gateway, when it could not be asked at all.
 */
export function createHolderReader(exchange: ExchangeGateway, signal: AbortSignal): (page: readonly PlanCandidate[]) => Promise<readonly PlanCandidate[]> {
  const names = createHolderNames(exchange);
  return async (page) => {
    const wanted = new Map(page.flatMap(({ target, mapped: { links: { permissions } } }) => {
      const asked = MAILBOX_PERMISSIONS.filter((one) => permissions?.[one] !== undefined);
      return target === null || asked.length === 0 ? [] : [[target.id, new Set(asked)] as const];
    }));
    if (wanted.size === 0) return page;
    try {
      const holders = await readHolders(exchange, wanted, signal, names);
      return page.map((one) => {
        const found = one.target === null ? undefined : holders.get(one.target.id);
        return one.target === null || found === undefined ? one : { ...one, target: { ...one.target, links: { ...one.target.links, ...found } } };
      });
    } catch (error) {
      if (!isRefusal(error)) throw error;
      return page.map((one) => withoutPermissions(one, `the permissions in the tenant could not be read: ${error.data.message}`));
    }
  };
}
