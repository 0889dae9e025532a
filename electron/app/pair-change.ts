import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { isActiveBatch } from '../../shared/domain/mailboxes.ts';
import type { SourceConnection, TargetConnection } from '../../shared/domain/settings.ts';
import type { MailboxBatchRecord, PairRecord, Repositories } from '../store/index.ts';

/** What a change of a pair makes another one of. */
export interface PairChange { readonly tenant: boolean; readonly domain: boolean }

/** Which tenant is meant, whoever signs in to it and whatever they may do there. */
const tenantOf = ({ cloud, tenantId, simulated }: TargetConnection): string => JSON.stringify([cloud, tenantId.toLowerCase(), simulated === null ? null : Object.entries(simulated)]);
/** Which domain is meant: by its name, by the servers when only those are given, or by the export. */
const domainOf = (source: SourceConnection): string => (source.kind === 'ldif'
  ? JSON.stringify(['ldif', source.file])
  : JSON.stringify(['ldap', source.domain.toLowerCase(), source.domain === '' ? source.servers.map((server) => server.toLowerCase()) : []]));

/** Compares the connections of a pair with what they are to be. */
export function changeOf(present: Pick<PairRecord, 'source' | 'target'>, next: { readonly source: SourceConnection; readonly target: TargetConnection }): PairChange {
  return { tenant: tenantOf(present.target) !== tenantOf(next.target), domain: domainOf(present.source) !== domainOf(next.source) };
}

/** True while the migration service may be at work on a batch, or somebody asked for that. */
const isUnderWay = ({ state, wanted }: MailboxBatchRecord): boolean => isActiveBatch(state) || wanted !== '';

/**
 * A batch at work goes on in Exchange Online whether the project knows of it or not.
 * @throws AppError CONFLICT when a mailbox batch of the pair is at work, or waits to be run, stopped or closed.
 */
export async function requireBatchesAtRest(store: Pick<Repositories, 'mailboxBatches'>, pair: Pick<PairRecord, 'id' | 'name'>): Promise<void> {
  const held = (await store.mailboxBatches.list(pair.id)).find(isUnderWay);
  if (held !== undefined) throw appError(ErrorCode.Conflict, `The mailbox batch "${held.name}" of "${pair.name}" is ${held.wanted === 'close' ? 'being closed' : held.state}; stop it, or wait for its end, before deleting.`);
}

/**
 * A journal and mailbox batches belong to the tenant that they speak of, and a plan to the tenant and domain that it was made for.
 * @throws AppError CONFLICT when the tenant is to be another one and the pair has written to it or has mailbox batches, or when tenant or
 * domain are to be others while a plan waits, or a task or mailbox batch of the pair is at work.
 */
export async function requireChangeable(store: Pick<Repositories, 'journal' | 'tasks' | 'mailboxBatches'>, pair: PairRecord, change: PairChange, target: TargetConnection): Promise<void> {
  if (!change.tenant && !change.domain) return;
  if (change.tenant && (await store.journal.count(pair.id)) > 0) {
    throw appError(ErrorCode.Conflict, `"${pair.name}" has written to tenant ${pair.target.tenantId} already; its journal belongs to that tenant. Create another pair for ${target.tenantId}.`);
  }
  const what = change.tenant ? 'tenant' : 'source';
  const batches = (await store.mailboxBatches.list(pair.id)).filter((batch) => change.tenant || isUnderWay(batch));
  // A draft can be discarded; that is of no use while there are others, so that they are named first.
  const held = batches.find(({ state }) => state !== 'Draft') ?? batches[0];
  if (held !== undefined) {
    throw appError(ErrorCode.Conflict, `The mailbox batch "${held.name}" of "${pair.name}" belongs to the present ${what}. ${held.state === 'Draft' ? `Discard it before changing the ${what}.`
      : change.tenant ? `Create another pair for ${target.tenantId}.` : `Stop it, or wait for its end, before changing the ${what}.`}`);
  }
  for await (const [task] of store.tasks.iterate({ pairId: pair.id, states: ['Queued', 'Running', 'Cancelling', 'Awaiting approval', 'Scheduled'] })) {
    if (task === undefined) continue;
    throw appError(ErrorCode.Conflict, task.state === 'Awaiting approval' || task.state === 'Scheduled'
      ? `A ${task.kind} plan of "${pair.name}" ${task.state === 'Scheduled' ? 'is scheduled' : 'awaits approval'}; it was made for the present ${what}. Discard it before changing the ${what}.`
      : `A ${task.kind} task of "${pair.name}" is ${task.state}; cancel it, or wait for its end, before changing the ${what}.`);
  }
}
