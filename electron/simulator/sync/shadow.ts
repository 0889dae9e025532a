import type { Directory } from '../directory/directory.ts';
import { addressKey, textsOf, type DirectoryObject, type Properties } from '../directory/objects.ts';
import { NOTHING_GIVEN, type GivenAddresses } from '../identity/proxy-addresses.ts';
import type { Licence } from '../identity/licences.ts';
import { hasMailboxPlan } from '../identity/licences.ts';
import type { ProvisioningError } from './export.ts';

/** What the synchronisation client last exported, beside what the service made of it (Entra documentation, shadow attributes). No client can read it. */
export interface Shadow {
  readonly userPrincipalName: string | null;
  readonly mailNickname: string | null;
  readonly mail: string | null;
  readonly proxyAddresses: readonly string[];
  /** targetAddress, msExchRemoteRecipientType and msExchMailboxGuid. */
  readonly targetAddress: string | null;
  readonly remoteRecipientType: string | null;
  readonly mailboxGuid: string | null;
  /** Names of the attributes that were exported with a value. */
  readonly names: readonly string[];
  /** Addresses that a cloud object had when it was taken over and for which there is no on-premises value. */
  readonly kept: readonly string[];
}

/** Properties of the directory that no client sees. */
export const SHADOW = 'onPremisesShadow';
export const GIVEN = 'givenAddresses';

/** What was last exported for an object; undefined for one that no synchronisation ever wrote. */
export function shadowOf(object: { readonly properties: Properties }): Shadow | undefined {
  return object.properties[SHADOW] as Shadow | undefined;
}
/** Addresses the service gave to an object. */
export function givenOf(object: { readonly properties: Properties }): GivenAddresses {
  return object.properties[GIVEN] as GivenAddresses | undefined ?? NOTHING_GIVEN;
}
/** Values of an object in quarantine. */
export function provisioningErrorsOf(object: { readonly properties: Properties }): readonly ProvisioningError[] {
  const errors = object.properties['onPremisesProvisioningErrors'];
  return Array.isArray(errors) ? errors as ProvisioningError[] : [];
}
/** Licences of a user or a group, as a seed or Graph wrote them; a seed may leave out the plans that are switched off. */
export function licencesOf(object: { readonly properties: Properties }): readonly Licence[] {
  const licences = object.properties['assignedLicenses'];
  return Array.isArray(licences) ? (licences as readonly Partial<Licence>[]).map(({ skuId = '', disabledPlans = [] }) => ({ skuId, disabledPlans })) : [];
}
/** True for a user with a licence that comes with a mailbox. */
export function isLicensed(object: DirectoryObject, directory: Directory): boolean {
  return object.kind === 'user' && hasMailboxPlan(licencesOf(object), directory.skus);
}
const RESOURCES: ReadonlySet<unknown> = new Set(['SharedMailbox', 'RoomMailbox', 'EquipmentMailbox']);
/** True for a mailbox of Exchange Online that needs no licence. */
export function isResourceMailbox(object: { readonly exchange: Properties | null }): boolean { return RESOURCES.has(object.exchange?.['recipientTypeDetails']); }
/** True for a holder of a directory role. */
export function isAdministrator(id: string, directory: Directory): boolean {
  return directory.roles.some((r) => r.memberIds.has(id));
}
/** Addresses of an object that the service did not give it. */
export function ownAddresses(object: { readonly properties: Properties }): readonly string[] {
  const { routing, names, earlier } = givenOf(object);
  const given = new Set([...names, ...earlier, ...(routing === null ? [] : [routing])].map((a) => a.toLowerCase()));
  return textsOf(object, 'proxyAddresses').filter((a) => !given.has(addressKey(a)));
}
