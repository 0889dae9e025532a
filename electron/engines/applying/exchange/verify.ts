import type { TargetObject } from '../../../../shared/domain/objects.ts';
import { readExchangeMembers, readRecipient, type ExchangeGateway, type ExchangeKind } from '../../tenant/index.ts';
import { sideBySide } from '../lanes.ts';
import type { Deviation, VerifyInput, VerifyObserver } from '../verify.ts';
import { exchangePosition, namesOf } from './position.ts';
import { verifyPermissions } from './permissions.ts';
import { LANES } from './prepare.ts';

/**
 * Reads back through Exchange Online what a task wrote there, and lists every difference. Later operations on the same object win.
 * @param leaving accounts that the task deleted or took licences from: their mailboxes may be gone with what was written there.
 * @throws AppError as the gateway.
 */
export async function verifyAtExchange(exchange: ExchangeGateway, applied: readonly VerifyInput[], observer: VerifyObserver, leaving: ReadonlySet<string>, signal?: AbortSignal): Promise<readonly Deviation[]> {
  const byTarget = [...Map.groupBy(applied, (a) => a.targetId)];
  const deviations: Deviation[] = [];
  await sideBySide(byTarget, LANES, signal, async ([targetId, operations], ended) => await verifyOne(exchange, targetId, operations, observer, leaving, ended), async (_, found) => { deviations.push(...found); });
  return deviations;
}

async function verifyOne(exchange: ExchangeGateway, targetId: string, applied: readonly VerifyInput[], observer: VerifyObserver, leaving: ReadonlySet<string>, signal: AbortSignal): Promise<Deviation[]> {
  const [last] = applied.slice(-1);
  if (last === undefined) return [];
  if (last.operation.objectKind === 'user') {
    const { given = [], values = [] } = Object.groupBy(applied, ({ operation }) => (operation.recipient === undefined ? 'given' : 'values'));
    return [...await verifyPermissions(exchange, targetId, given, signal), ...(values.length === 0 ? [] : await verifyValues(exchange, 'user', targetId, values, leaving, signal))];
  }
  if (last.operation.recipient !== undefined) return await verifyValues(exchange, 'Microsoft 365 group', targetId, applied, leaving, signal);
  const { name, objectKind, sourceId } = last.operation;
  const says = (message: string): Deviation => ({ targetId, name, objectKind, sourceId, message });
  const found = await readRecipient(exchange, objectKind === 'group' ? 'group' : 'contact', targetId, signal, namesOf(applied.map((a) => a.operation)));
  if (applied.some((a) => a.operation.kind === 'delete')) return found === undefined ? [] : [says(`"${name}" is still in Exchange Online.`)];
  if (found === undefined || found === 'several') return [says(`"${name}" was not found in Exchange Online.`)];
  await observer.objects([found.object]);
  const deviations: Deviation[] = differing(found.object, applied).map((attribute) => says(`${attribute} of "${name}" is not what was written.`));
  const wanted = new Map<string, boolean>();
  for (const { operation, references } of applied) for (const r of references) if (operation.kind === 'add members' || operation.kind === 'remove members') wanted.set(r.targetId, operation.kind === 'add members');
  if (wanted.size === 0) return deviations;
  const members = await readExchangeMembers(exchange, targetId, signal);
  await observer.members(targetId, [...members]);
  for (const [id, there] of wanted) if (members.has(id) !== there) deviations.push(says(`A member of "${name}" is ${there ? 'missing' : 'still there'}.`));
  return deviations;
}

/** What Exchange Online wrote of an object that Graph keeps. The project learns of it at the next discovery: here is only a part of the object. */
async function verifyValues(exchange: ExchangeGateway, kind: ExchangeKind, targetId: string, applied: readonly VerifyInput[], leaving: ReadonlySet<string>, signal: AbortSignal): Promise<Deviation[]> {
  const [last] = applied.slice(-1);
  if (last === undefined) return [];
  const { name, objectKind, sourceId } = last.operation;
  const says = (message: string): Deviation => ({ targetId, name, objectKind, sourceId, message });
  const found = await readRecipient(exchange, kind, targetId, signal, namesOf(applied.map((a) => a.operation)));
  if (found === undefined && leaving.has(targetId)) return [];
  if (found === undefined || found === 'several') return [says(`"${name}" was not found in Exchange Online.`)];
  return differing(found.object, applied).map((attribute) => says(`${attribute} of "${name}" is not what was written.`));
}

/** Attributes that are not as the last operation on each wrote them. */
function differing(present: TargetObject, applied: readonly VerifyInput[]): string[] {
  const seen = new Set<string>();
  const found: string[] = [];
  for (const { operation } of applied.toReversed()) {
    if (operation.kind !== 'create' && operation.kind !== 'update') continue;
    for (const change of operation.changes) {
      if (seen.has(change.attribute)) continue;
      seen.add(change.attribute);
      if (exchangePosition({ ...operation, changes: [change] }, present).at !== 'after') found.push(change.attribute);
    }
  }
  return found;
}
