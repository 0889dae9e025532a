import type { Chance } from '../chance.ts';
import type { SimulatorClock } from '../clock.ts';
import type { Directory } from '../directory/directory.ts';
import { textOf, textsOf, type DirectoryObject, type Properties } from '../directory/objects.ts';
import { computeProxyAddresses, dropsUnverified, type ProxyTenant, type Trigger } from '../identity/proxy-addresses.ts';
import { userPrincipalNameFor, withDigits } from '../identity/user-principal-name.ts';
import type { ProvisioningError } from './export.ts';
import { GIVEN, givenOf, isLicensed, isResourceMailbox, ownAddresses, provisioningErrorsOf, shadowOf } from './shadow.ts';

/** What the service's own computations work with. */
export interface Service { readonly directory: Directory; readonly clock: SimulatorClock; readonly luck: Chance }

/** Four random digits. */
export function fourDigits(luck: Chance): string { return luck.below(10_000).toString().padStart(4, '0'); }

/** An object that is in the directory, or one that is about to be created. */
export type Subject = Pick<DirectoryObject, 'kind' | 'id' | 'exchange'> & { readonly properties: Properties };

/** The tenant as the computation of one object's addresses sees it. */
export function proxyTenant({ directory, luck }: Service, id: string): ProxyTenant {
  return {
    initialDomain: directory.initialDomain, isVerified: (domain) => directory.isVerifiedDomain(domain), digits: () => fourDigits(luck),
    isTaken: (address) => { const holder = directory.holderOfAddress(address); return holder !== undefined && holder !== id; },
  };
}

/**
 * Properties of an object with its addresses computed anew: proxyAddresses, mail, what the service gave, and the quarantine of
 * addresses that others hold.
 */
export function withAddresses(service: Service, object: Subject, trigger: Trigger): Properties {
  const shadow = shadowOf(object);
  const licensed = object.kind === 'user' && (isLicensed(object as DirectoryObject, service.directory) || isResourceMailbox(object));
  const synced = shadow !== undefined && object.properties['onPremisesSyncEnabled'] === true;
  const result = computeProxyAddresses({
    mail: synced ? shadow.mail ?? undefined : undefined, proxyAddresses: synced ? shadow.proxyAddresses : [], kept: synced ? shadow.kept : ownAddresses(object),
    current: textsOf(object, 'proxyAddresses'), given: givenOf(object), userPrincipalName: textOf(object, 'userPrincipalName'), mailNickname: textOf(object, 'mailNickname'),
    licensed, onlyVerified: synced && object.kind === 'user' && dropsUnverified({ licensed, remoteRecipientType: shadow.remoteRecipientType }), trigger,
  }, proxyTenant(service, object.id));
  const { routing, names, earlier } = result.given;
  const others = provisioningErrorsOf(object).filter((e) => e.propertyCausingError !== 'ProxyAddress');
  const { [GIVEN]: _given, proxyAddresses: _addresses, mail: _mail, ...rest } = object.properties;
  // A cloud user without a mailbox may show a mail that is none of its addresses: nobody takes that away.
  const mail = result.mail ?? (synced ? null : textOf(object, 'mail') ?? null);
  return withErrors({
    ...rest, ...(mail === null ? {} : { mail }), ...(result.addresses.length > 0 ? { proxyAddresses: result.addresses } : {}),
    ...(routing === null && names.length === 0 && earlier.length === 0 && !licensed ? {} : { [GIVEN]: result.given }),
  }, [...others, ...conflictErrors(service, object, 'ProxyAddress', result.conflicts)]);
}

/**
 * Properties of a synchronised user with its name computed anew from the last export: a name that another user has goes into
 * quarantine, and a placeholder takes its place (Entra documentation, duplicate attribute resiliency).
 * @param recalculate false: the name is only tried again when it is in quarantine.
 */
export function withName(service: Service, object: Subject, recalculate: boolean): Properties {
  const { directory, luck } = service;
  const wanted = shadowOf(object)?.userPrincipalName ?? undefined;
  const waits = provisioningErrorsOf(object).some((e) => e.propertyCausingError === 'UserPrincipalName');
  if (wanted === undefined || (!recalculate && !waits)) return object.properties;
  const name = userPrincipalNameFor(wanted, textOf(object, 'mailNickname') ?? '', { initialDomain: directory.initialDomain, isVerified: (d) => directory.isVerifiedDomain(d) });
  if (name === undefined) return object.properties;
  const others = provisioningErrorsOf(object).filter((e) => e.propertyCausingError !== 'UserPrincipalName');
  const isTaken = (upn: string): boolean => { const holder = directory.holderOfUpn(upn); return holder !== undefined && holder !== object.id; };
  if (!isTaken(name)) return withErrors({ ...object.properties, userPrincipalName: name }, others);
  const placeholder = waits && !recalculate ? textOf(object, 'userPrincipalName') : undefined;
  return withErrors({ ...object.properties, userPrincipalName: placeholder ?? withDigits(name, directory.initialDomain, () => fourDigits(luck), isTaken) },
    [...others, ...conflictErrors(service, object, 'UserPrincipalName', [name])]);
}

function conflictErrors({ clock }: Service, object: Subject, propertyCausingError: ProvisioningError['propertyCausingError'], values: readonly string[]): readonly ProvisioningError[] {
  const before = provisioningErrorsOf(object);
  return values.map((value) => before.find((e) => e.propertyCausingError === propertyCausingError && e.value === value)
    ?? { category: 'PropertyConflict', occurredDateTime: new Date(clock.now()).toISOString(), propertyCausingError, value });
}

function withErrors(properties: Properties, errors: readonly ProvisioningError[]): Properties {
  const { onPremisesProvisioningErrors: _, ...rest } = properties;
  return errors.length > 0 ? { ...rest, onPremisesProvisioningErrors: errors } : rest;
}

/**
 * Tries every value in quarantine again, which the service does each hour: it goes to its object as soon as nobody else has it
 * (Entra documentation, duplicate attribute resiliency).
 * @returns number of objects that changed.
 */
export function retryQuarantine(service: Service): number {
  const { directory } = service;
  let healed = 0;
  for (const kind of ['user', 'group', 'contact'] as const) for (const object of directory[kind].values()) {
    if (provisioningErrorsOf(object).length === 0 || shadowOf(object) === undefined) continue;
    const before = directory.changes;
    const name = textOf(object, 'userPrincipalName');
    if (kind === 'user') directory.update(object, withName(service, object, false));
    directory.update(object, withAddresses(service, object, textOf(object, 'userPrincipalName') === name ? 'other' : 'name'));
    if (directory.changes !== before) healed++;
  }
  return healed;
}
