import { addressKey, textOf, textsOf, type DirectoryObject } from '../directory/objects.ts';
import { facetOf, writeFacet } from '../exchange/recipients/facet.ts';
import { disconnectMailbox, provisionMailbox } from '../exchange/recipients/provision.ts';
import { isMailbox } from '../exchange/recipients/recipient-type.ts';
import { routingAddress, withDigits } from '../identity/user-principal-name.ts';
import { fourDigits } from '../sync/addressing.ts';
import { GIVEN, givenOf, isLicensed } from '../sync/shadow.ts';
import type { Machine } from './machine.ts';
import type { MigrationUser } from './model.ts';
import type { OnPremisesMailbox } from './on-premises.ts';
import { targetProblem } from './validate.ts';

/** A mailbox without licence is disabled 30 days after it was made (Exchange Online documentation, perform a staged migration). */
const GRACE_MS = 30 * 24 * 3_600_000;

const TYPES = { room: 'RoomMailbox', equipment: 'EquipmentMailbox', shared: 'SharedMailbox' } as const;

/**
 * Makes a mailbox of a mail user, which keeps its ExchangeGuid, and sets the password of the CSV. One that an earlier batch made stays.
 * @returns why not.
 */
export function provision(m: Machine, user: MigrationUser, source: OnPremisesMailbox): string | undefined {
  const { directory } = m;
  const problem = targetProblem(m, user, source);
  const object = directory.live(user.targetId ?? '');
  if (problem !== undefined || !object) return problem ?? "A valid primary e-mail address couldn't be found in the cloud-based service.";
  const domain = (textOf(object, 'userPrincipalName') ?? '').split('@')[1] ?? '';
  if (user.forceChange && directory.isFederatedDomain(domain)) {
    // KB 2845956.
    return `A Windows Live error occurred while provisioning for ${user.address}. The error code is 0x80048201: the password of a federated user can't be changed.`;
  }
  if (user.password === 'weak') return `A Windows Live error occurred while provisioning for ${user.address}. The password doesn't meet the requirements of the organization.`;
  const before = m.state.provisioned.get(object.id);
  if (isMailbox(directory.primary(object), directory)) return before ? undefined : `The cloud-based service already has a mailbox with the address ${user.address}.`;
  provisionMailbox(directory, object, m.wall());
  const type = source.kind === 'room' || source.kind === 'equipment' || source.kind === 'shared' ? TYPES[source.kind] : undefined;
  if (type) writeFacet(directory, object, { recipientTypeDetails: type });
  routingAddressOf(m, object);
  if (user.password === 'fit') directory.update(object, { ...object.properties, lastPasswordChangeDateTime: new Date(m.wall()).toISOString().replace(/\.\d+Z$/, 'Z') }, 'exchange');
  const { sizeBytes, items, badItems, metadataBad } = source;
  m.state.provisioned.set(object.id, {
    targetId: object.id, sourceId: source.id, address: user.address, at: m.wall(), graceUntil: type ? null : m.wall() + GRACE_MS, passwordSet: user.password === 'fit',
    sizeBytes, items, badItems, metadataBad, copied: before?.copied ?? 0, itemsRead: before?.itemsRead ?? 0, forwardedTo: before?.forwardedTo ?? null,
  });
  return undefined;
}

/** The address at the tenant's initial domain under which the service forwards to a mailbox; given now where there is none. */
export function routingAddressOf({ directory, addressing }: Machine, object: DirectoryObject): string {
  const at = `@${directory.initialDomain.toLowerCase()}`;
  const held = textsOf(object, 'proxyAddresses').filter((a) => /^smtp:/i.test(a)).map((a) => a.slice(5)).find((a) => a.toLowerCase().endsWith(at));
  if (held !== undefined) return held;
  const isTaken = (address: string): boolean => { const holder = directory.holderOfAddress(address); return holder !== undefined && holder !== object.id; };
  const wanted = routingAddress(textOf(object, 'mailNickname') ?? object.id, directory.initialDomain);
  const routing = isTaken(wanted) ? withDigits(wanted, directory.initialDomain, () => fourDigits(addressing.luck), isTaken) : wanted;
  const others = textsOf(object, 'proxyAddresses').filter((a) => addressKey(a) !== routing.toLowerCase());
  directory.update(object, { ...object.properties, proxyAddresses: [...others, `smtp:${routing}`], [GIVEN]: { ...givenOf(object), routing } }, 'exchange');
  return routing;
}

/** Disconnects mailboxes whose 30 days without a licence are over. */
export function endGraces({ directory, clock, state }: Machine): void {
  for (const of of state.provisioned.values()) {
    const { graceUntil } = of;
    if (graceUntil === null || graceUntil > clock.now()) continue;
    of.graceUntil = null;
    state.changes += 1;
    const object = directory.user.get(of.targetId);
    if (!object || isLicensed(object, directory) || facetOf(object).recipientTypeDetails !== 'UserMailbox') continue;
    disconnectMailbox(directory, object);
    directory.setExchange(object, { ...object.exchange, disconnectedDateTime: new Date(graceUntil).toISOString() });
  }
}
