import type { TargetObject } from '../../../shared/domain/objects.ts';
import type { Operation } from '../../../shared/domain/plans.ts';
import type { ApplyLedger, Intent, Settlement } from '../../engines/applying/index.ts';
import type { Repositories } from '../../store/index.ts';
import { forgetPasswords, type PasswordDesk } from '../initial-passwords-desk.ts';
import type { Services } from '../services.ts';

/**
 * The journal and plan tables as the applier needs them. Every method is one transaction: an intent is durable before anything
 * is sent, and an outcome never stands without the match of the object that it created.
 */
export function createLedger(services: Services, scope: { readonly pairId: string; readonly collectionId: string; readonly taskId: string; readonly planId: string; /** Who holds the lease of the task; null: nobody. */ readonly owner?: string | null }, passwords?: Pick<PasswordDesk, 'keep'>): ApplyLedger {
  const { store } = services;
  const { owner } = scope;
  return {
    mayWrite: typeof owner === 'string' ? async () => { await store.tasks.requireLease(scope.taskId, owner); } : undefined,
    async pending(limit) {
      const operations: Operation[] = [];
      for await (const page of store.plans.iterateOperations(scope.planId, { outcomes: ['pending'], pageSize: Math.min(limit, 1000) })) {
        operations.push(...page);
        if (operations.length >= limit) break;
      }
      return operations;
    },
    async intend(intents) {
      // Not inside a transaction of ours: the journal makes sure that it has reached the disk.
      await store.journal.intend(intents.map((i) => ({
        id: i.id, taskId: scope.taskId, planId: scope.planId, operationId: i.operation.id,
        sourceId: i.operation.sourceId, targetId: i.targetId, kind: i.operation.kind, operation: i.operation, before: { attributes: i.before }, intentAt: i.at,
      })));
    },
    async settle(settlements) {
      const outbox = await passwords?.keep(settlements) ?? [];
      const kept = store.transaction(async (tx) => {
        await tx.journal.settle(settlements.map((s) => ({ id: s.intentId, outcome: s.outcome, targetId: s.targetId, message: s.message, at: services.now(), references: s.references })));
        await tx.plans.setOutcomes(settlements.map((s) => ({ operationId: s.operation.id, outcome: s.outcome, message: s.message, ...(s.targetId === null ? {} : { targetId: s.targetId }) })));
        await keepCreated(tx, services.newId(), scope.pairId, settlements);
        await forgetDeleted(tx, scope.pairId, settlements);
        await tx.outbox.add(outbox);
        await forgetPasswords(services, tx, scope.pairId, settlements.flatMap((s) => (s.operation.kind === 'delete' && s.outcome === 'done' ? s.targetId ?? [] : [])));
      });
      await kept.catch(async (error: unknown) => {
        // The lease was lost, say: nothing names these secrets, so nobody would ever delete them.
        for (const { secretRef } of outbox) if (secretRef !== null) await services.secrets.delete(secretRef).catch(() => {});
        throw error;
      });
    },
    async openIntents() {
      return (await store.journal.openIntents(scope.taskId)).map((j): Intent => ({ id: j.id, at: j.intentAt, operation: j.operation, targetId: j.targetId, before: j.before?.attributes ?? {} }));
    },
    async reopen(intentId) {
      await store.transaction(async (tx) => {
        const open = (await tx.journal.openIntents(scope.taskId)).find((j) => j.id === intentId);
        if (!open) return;
        await tx.journal.settle([{ id: intentId, outcome: 'skipped', targetId: open.targetId, message: 'The program ended before this was sent; it is sent again.', at: services.now(), references: [] }]);
        await tx.plans.setOutcomes([{ operationId: open.operationId, outcome: 'pending', message: '' }]);
      });
    },
    async targetIds(sourceIds) {
      const matches = await store.matches.getMany(scope.pairId, sourceIds);
      return new Map([...matches].flatMap(([sourceId, m]) => (m.state === 'Matched' && m.targetId !== null ? [[sourceId, m.targetId] as const] : [])));
    },
  };
}

/** A created object is matched with its source from that moment on, and known as a target with the values that were written. */
async function keepCreated(store: Repositories, runId: string, pairId: string, settlements: readonly Settlement[]): Promise<void> {
  const created = settlements.flatMap((s) => (s.operation.kind === 'create' && s.outcome === 'done' && s.targetId !== null && s.operation.sourceId !== null ? [{ ...s, targetId: s.targetId, sourceId: s.operation.sourceId }] : []));
  if (created.length === 0) return;
  await store.targets.upsertPage(pairId, created.map((s): TargetObject => ({
    id: s.targetId, kind: s.operation.objectKind, name: s.operation.name, deleted: false,
    // Nobody is in a new group: its members are known without a reading.
    links: s.operation.objectKind === 'group' ? { members: [] } : {},
    attributes: Object.fromEntries(s.operation.changes.flatMap((c) => (c.after === null || c.after.length === 0 || c.attribute.startsWith('passwordProfile/') ? [] : [[c.attribute, c.after] as const]))),
  })), runId);
  await store.matches.saveAll(pairId, created.map((s) => ({
    sourceId: s.sourceId, state: 'Matched' as const, targetId: s.targetId, ruleId: null, pinned: false, evidence: [], risks: [], reason: 'Created in Microsoft 365 by a migration of this project.',
  })));
}

/** An object that was deleted by an undo is no match any more. */
async function forgetDeleted(store: Repositories, pairId: string, settlements: readonly Settlement[]): Promise<void> {
  const deleted = settlements.filter((s) => s.operation.kind === 'delete' && (s.outcome === 'done' || s.outcome === 'unchanged') && s.targetId !== null);
  if (deleted.length === 0) return;
  const sourceIds = deleted.flatMap((s) => s.operation.sourceId ?? []);
  await store.matches.break(pairId, sourceIds);
  for (const s of deleted) if (s.targetId !== null) await store.targets.remove(pairId, s.targetId);
}
