import { readExchangeMembers, readRecipient, type ExchangeGateway } from '../../tenant/index.ts';
import { sideBySide } from '../lanes.ts';
import type { Deviation, VerifyInput, VerifyObserver } from '../verify.ts';
import { exchangePosition } from './position.ts';
import { verifyPermissions } from './permissions.ts';
import { LANES } from './prepare.ts';

/**
 * Reads back through Exchange Online what a task wrote there, and lists every difference. Later operations on the same object win.
 * @throws AppError as the gateway.
 */
export async function verifyAtExchange(exchange: ExchangeGateway, applied: readonly VerifyInput[], observer: VerifyObserver, signal?: AbortSignal): Promise<readonly Deviation[]> {
  const byTarget = [...Map.groupBy(applied, (a) => a.targetId)];
  const deviations: Deviation[] = [];
  await sideBySide(byTarget, LANES, signal, async ([targetId, operations], ended) => await verifyOne(exchange, targetId, operations, observer, ended), async (_, found) => { deviations.push(...found); });
  return deviations;
}

async function verifyOne(exchange: ExchangeGateway, targetId: string, applied: readonly VerifyInput[], observer: VerifyObserver, signal: AbortSignal): Promise<Deviation[]> {
  const [last] = applied.slice(-1);
  if (last === undefined) return [];
  if (last.operation.objectKind === 'user') return await verifyPermissions(exchange, targetId, applied, signal);
  const { name, objectKind, sourceId } = last.operation;
  const says = (message: string): Deviation => ({ targetId, name, objectKind, sourceId, message });
  const found = await readRecipient(exchange, objectKind === 'group' ? 'group' : 'contact', targetId, signal);
  if (applied.some((a) => a.operation.kind === 'delete')) return found === undefined ? [] : [says(`"${name}" is still in Exchange Online.`)];
  if (found === undefined || found === 'several') return [says(`"${name}" was not found in Exchange Online.`)];
  await observer.objects([found.object]);
  const deviations: Deviation[] = [];
  const settled = new Set<string>();
  for (const { operation } of applied.toReversed()) {
    if (operation.kind !== 'create' && operation.kind !== 'update') continue;
    for (const change of operation.changes) {
      if (settled.has(change.attribute)) continue;
      settled.add(change.attribute);
      if (exchangePosition({ ...operation, changes: [change] }, found.object).at !== 'after') deviations.push(says(`${change.attribute} of "${name}" is not what was written.`));
    }
  }
  const wanted = new Map<string, boolean>();
  for (const { operation, references } of applied) for (const r of references) if (operation.kind === 'add members' || operation.kind === 'remove members') wanted.set(r.targetId, operation.kind === 'add members');
  if (wanted.size === 0) return deviations;
  const members = await readExchangeMembers(exchange, targetId, signal);
  await observer.members(targetId, [...members]);
  for (const [id, there] of wanted) if (members.has(id) !== there) deviations.push(says(`A member of "${name}" is ${there ? 'missing' : 'still there'}.`));
  return deviations;
}
