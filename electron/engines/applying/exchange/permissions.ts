import type { MailboxPermission } from '../../../../shared/domain/plans.ts';
import { createHolderNames, isRefusal, isUnknownObject, mayHaveHappened, permissionCommand, readPermissions, runPermissionCommand, type ExchangeGateway } from '../../tenant/index.ts';
import type { Intent, Settlement } from '../port.ts';
import { withoutEffect } from '../prepare.ts';
import { settled, type Resolved } from '../send.ts';
import type { Deviation, VerifyInput } from '../verify.ts';
import { gatewayOf, refusedAtExchange, sentenceOfRefusal, type ExchangePorts } from './run.ts';

/** Tries of one holder whose answers were lost. */
const MAX_TRIES = 3;

/** True for operations on permissions of a mailbox. */
export const isPermissions = ({ operation: { kind } }: Pick<Intent, 'operation'>): boolean => kind === 'add permissions' || kind === 'remove permissions';
const isGiven = ({ operation }: Pick<Intent, 'operation'>): boolean => operation.kind === 'add permissions';

/** Holders that are so now as an operation wants them, and the rest; undefined when the mailbox is gone. @throws AppError as the gateway. */
export async function lookAtPermissions(intent: Pick<Intent, 'operation' | 'targetId'>, references: readonly Resolved[], ports: ExchangePorts, signal?: AbortSignal): Promise<{ readonly changed: readonly Resolved[]; readonly rest: readonly Resolved[] } | undefined> {
  const { permission } = intent.operation;
  if (permission === undefined) return undefined;
  const exchange = gatewayOf(ports);
  const holders = await readPermissions(exchange, intent.targetId ?? '', [permission], createHolderNames(exchange), signal);
  if (holders === undefined) return undefined;
  const { changed = [], rest = [] } = Object.groupBy(references, (r) => (holders[permission].has(r.id) === isGiven(intent) ? 'changed' : 'rest'));
  return { changed, rest };
}

type Fate = 'ours' | 'so already' | { readonly problem: string };

async function changeOne(intent: Intent, permission: MailboxPermission, one: Resolved, ports: ExchangePorts, signal?: AbortSignal): Promise<Fate> {
  const command = permissionCommand(isGiven(intent) ? 'Add' : 'Remove', permission, intent.targetId ?? '', one.id);
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await runPermissionCommand(gatewayOf(ports), command);
      // It was not so before the first try: what the repeat finds is that try's success.
      return answer === 'so already' && tries === 1 ? answer : 'ours';
    } catch (error) {
      if (mayHaveHappened(error)) {
        const seen = await lookAtPermissions(intent, [one], ports, signal);
        if (seen !== undefined && seen.changed.length > 0) return 'ours';
        if (tries < MAX_TRIES) continue;
        return { problem: `${one.reference.name}: Exchange Online gave no answer ${MAX_TRIES} times` };
      }
      if (isUnknownObject(error)) return { problem: `${one.reference.name} or the mailbox is not in Exchange Online any more: discover and plan again` };
      if (!isRefusal(error)) throw error;
      return { problem: `${one.reference.name}: ${sentenceOfRefusal(error)}` };
    }
  }
}

/**
 * Gives or takes one permission on one mailbox, one cmdlet a holder. Looks first, so that what is so already stays somebody else's: the undo
 * takes back exactly those holders that this operation changed.
 * @throws AppError that is about more than this operation: the intent stays open, and what was done is found by looking.
 */
export async function changePermissions({ intent, references }: { readonly intent: Intent; readonly references: readonly Resolved[] }, ports: ExchangePorts, signal?: AbortSignal): Promise<Settlement> {
  const { permission, name } = intent.operation;
  if (permission === undefined) return withoutEffect(intent, `The operation on "${name}" names no permission. Plan again.`);
  let seen: Awaited<ReturnType<typeof lookAtPermissions>>;
  try { seen = await lookAtPermissions(intent, references, ports, signal); } catch (error) {
    // Nothing was sent.
    return refusedAtExchange(intent, error);
  }
  if (seen === undefined) return withoutEffect(intent, `"${name}" has no mailbox in Exchange Online. Discover and plan again.`, isGiven(intent) ? 'drifted' : 'unchanged');
  return await changeRest(intent, permission, seen, ports, signal);
}

async function changeRest(intent: Intent, permission: MailboxPermission, seen: { readonly changed: readonly Resolved[]; readonly rest: readonly Resolved[] }, ports: ExchangePorts, signal?: AbortSignal): Promise<Settlement> {
  const ours: Resolved[] = [];
  const problems: string[] = [];
  let already = seen.changed.length;
  for (const one of seen.rest) {
    const fate = await changeOne(intent, permission, one, ports, signal);
    if (fate === 'ours') ours.push(one);
    else if (fate === 'so already') already += 1;
    else problems.push(fate.problem);
  }
  const references = ours.map((r) => r.reference);
  if (problems.length > 0) return settled(intent, 'failed', { references, message: `${permission} was not changed for ${problems.length} of ${intent.operation.references.length}. ${problems.slice(0, 3).map((p) => p.replace(/\.?$/, '.')).join(' ')}` });
  return settled(intent, references.length > 0 ? 'done' : 'unchanged', { references, message: already > 0 ? `${already} had been changed by somebody else before.` : '' });
}

/**
 * Settles an intent about permissions whose outcome nobody knows, by looking; the plan asked only for what was not so. With `rest` the
 * others are changed now, since a repeat of the whole would take what was done for somebody else's.
 * @returns null: nothing of it happened.
 * @throws AppError when nobody could look: the intent must stay open.
 */
export async function settlePermissions(intent: Intent, references: readonly Resolved[], ports: ExchangePorts, then: 'only look' | 'change the rest', signal?: AbortSignal): Promise<Settlement | null> {
  const { permission } = intent.operation;
  const seen = await lookAtPermissions(intent, references, ports, signal);
  if (permission === undefined || seen === undefined || seen.changed.length === 0) return null;
  const ours = seen.changed.map((r) => r.reference);
  if (seen.rest.length === 0) return settled(intent, 'done', { references: ours });
  if (then === 'only look') return settled(intent, 'failed', { references: ours });
  const settlement = await changeRest(intent, permission, { changed: [], rest: seen.rest }, ports, signal);
  return { ...settlement, outcome: settlement.outcome === 'unchanged' ? 'done' : settlement.outcome, references: [...ours, ...settlement.references] };
}

/** Reads back what a task wrote to the permissions of one mailbox, and lists every difference. Later operations win. @throws AppError as the gateway. */
export async function verifyPermissions(exchange: ExchangeGateway, mailboxId: string, applied: readonly VerifyInput[], signal: AbortSignal): Promise<Deviation[]> {
  const wanted = new Map<string, { readonly permission: MailboxPermission; readonly holder: string; readonly name: string; readonly given: boolean }>();
  for (const { operation, references } of applied) {
    const { permission } = operation;
    if (permission === undefined) continue;
    for (const r of references) wanted.set(`${permission}/${r.targetId}`, { permission, holder: r.targetId, name: r.name, given: operation.kind === 'add permissions' });
  }
  const [first] = applied;
  if (first === undefined || wanted.size === 0) return [];
  const holders = await readPermissions(exchange, mailboxId, new Set([...wanted.values()].map((one) => one.permission)), createHolderNames(exchange), signal);
  const { name, objectKind, sourceId } = first.operation;
  return [...wanted.values()].filter((one) => (holders?.[one.permission].has(one.holder) ?? false) !== one.given)
    .map((one) => ({ targetId: mailboxId, name, objectKind, sourceId, message: `${one.name} ${one.given ? 'does not have' : 'still has'} ${one.permission} on the mailbox of "${name}".` }));
}
