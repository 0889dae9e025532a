import type { Operation, Reference } from '../../../shared/domain/plans.ts';
import { isMembership, type FixLedger } from '../../engines/directory/index.ts';
import type { OpenedTenant } from '../../engines/tenant/index.ts';
import type { Services } from '../services.ts';
import { certainTarget } from './write-back-tenant.ts';

/** How every sentence about members that were approved and not written begins. */
export const LEFT_OUT = 'Left out since the plan was made:';
/** Names told in one sentence. */
const NAMED = 5;

/**
 * A ledger that keeps what both sides agree on as each write is settled: whoever was added is agreed, whoever was removed is not any more. It is kept before the outcome, so
 * that a process which ends in between repeats it; a task that is cancelled, fails, or writes a part of an operation thus leaves nothing that could be taken for the directory's own doing.
 */
export function keepingAgreement({ store }: Pick<Services, 'store'>, pairId: string, ledger: FixLedger): FixLedger {
  return {
    ...ledger,
    async settle(settlements) {
      for (const { operation, outcome, references } of settlements) {
        if (!isMembership(operation) || operation.sourceId === null || outcome === 'skipped') continue;
        // What was so already was so for all that the operation names; else only what was really written is known.
        const some = (outcome === 'unchanged' ? operation.references : references).flatMap(({ sourceId, targetId }) => (sourceId === null ? [] : [{ id: sourceId, targetId: targetId ?? '' }]));
        if (some.length > 0) await store.writeBack.agree(pairId, operation.sourceId, operation.kind === 'add members' ? { add: some, remove: [] } : { add: [], remove: some.map(({ id }) => id) });
      }
      await ledger.settle(settlements);
    },
  };
}

/**
 * A ledger that gives what is pending only as far as the tenant still wants it: a plan may wait for days, and whoever left the group in the tenant meanwhile must not be added any more, nor
 * whoever came back be removed. Whose match changed, or waits for review now, is left out too. Operations of which nothing is left come without members, which writes nothing.
 * In memory: the members of the groups of one wave.
 * @throws AppError of the tenant, before anything of the wave is written.
 */
export function heedingTenant({ store }: Pick<Services, 'store'>, pairId: string, tenant: Pick<OpenedTenant, 'readMembers'>, ledger: FixLedger, signal: AbortSignal): FixLedger {
  /** Members in the tenant by objectGUID of the group, or why nothing is written to it. */
  let groups = new Map<string, ReadonlySet<string> | string>();
  const leftOut = new Map<string, string>();

  async function look(operations: readonly Operation[]): Promise<void> {
    const ids = [...new Set(operations.flatMap(({ sourceId }) => sourceId ?? []))];
    const now = new Map<string, ReadonlySet<string> | string>(ids.flatMap((id) => { const known = groups.get(id); return known === undefined ? [] : [[id, known] as const]; }));
    const fresh = ids.filter((id) => !now.has(id));
    if (fresh.length > 0) {
      const chosen = await store.writeBack.ofPair(pairId);
      const matches = await store.matches.getMany(pairId, fresh);
      const targets = new Map(fresh.flatMap((id) => { const targetId = chosen.has(id) ? certainTarget(matches.get(id)) : null; return targetId === null ? [] : [[targetId, id] as const]; }));
      for (const id of fresh) now.set(id, !chosen.has(id) ? 'the group is not chosen any more.' : certainTarget(matches.get(id)) === null ? 'the group has no match any more that somebody has looked at.' : 'the group is not in Microsoft 365 any more.');
      for await (const { groupId, memberIds } of tenant.readMembers([...targets.keys()], signal)) now.set(targets.get(groupId) ?? '', new Set(memberIds));
    }
    groups = now;
  }

  return {
    ...ledger,
    async pending(limit) {
      const operations = await ledger.pending(limit);
      const ours = operations.filter(isMembership);
      await look(ours);
      const matches = await store.matches.getMany(pairId, [...new Set(ours.flatMap(({ references }) => references.flatMap(({ sourceId }) => sourceId ?? [])))]);
      return operations.map((operation) => {
        if (!isMembership(operation)) return operation;
        const members = groups.get(operation.sourceId ?? '') ?? '';
        const stands = ({ sourceId, targetId }: Reference): boolean => typeof members !== 'string' && targetId !== null && certainTarget(matches.get(sourceId ?? '')) === targetId && members.has(targetId) === (operation.kind === 'add members');
        const references = operation.references.filter(stands);
        if (references.length === operation.references.length) return operation;
        const gone = operation.references.filter((one) => !stands(one));
        const names = `${gone.slice(0, NAMED).map(({ name }) => `"${name}"`).join(', ')}${gone.length > NAMED ? ` and ${gone.length - NAMED} more` : ''}`;
        leftOut.set(operation.id, `${LEFT_OUT} ${names}; ${typeof members === 'string' ? members : operation.kind === 'add members' ? 'no member in Microsoft 365 by that match any more.' : 'a member in Microsoft 365 again, or matched otherwise by now.'}`);
        return { ...operation, references };
      });
    },
    async settle(settlements) {
      await ledger.settle(settlements.map((one) => {
        const why = leftOut.get(one.operation.id);
        return why === undefined ? one : { ...one, message: one.outcome === 'failed' || one.outcome === 'drifted' ? `${one.message} ${why}` : why };
      }));
    },
  };
}
