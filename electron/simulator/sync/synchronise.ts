import type { Directory } from '../directory/directory.ts';
import { isSynced, textOf, type DirectoryObject, type Properties } from '../directory/objects.ts';
import { firstMailNickname } from '../identity/mail-nickname.ts';
import { usableProxyAddress } from '../identity/proxy-addresses.ts';
import { withAddresses, withName, fourDigits, type Service, type Subject } from './addressing.ts';
import type { ExportedObject, ExportError, ExportResult, SynchronisationFeatures } from './export.ts';
import { licencesOfGroup } from './licensing.ts';
import { findMatch, type Match } from './matching.ts';
import { synchronisedFacet } from './recipient.ts';
import { ownAddresses, provisioningErrorsOf, SHADOW, shadowOf, type Shadow } from './shadow.ts';
import { exportError, isMailEnabled, textOfAttribute, textsOfAttribute, validate } from './validation.ts';

/**
 * What a tenant does with an export of its directory synchronisation: matches, creates, updates and deletes objects in the order given,
 * then sets managers and members, so that an object may refer to a later one. Objects that fail leave the tenant as it was.
 */
export function synchronise(service: Service, objects: readonly ExportedObject[], features: SynchronisationFeatures): readonly ExportResult[] {
  const { directory } = service;
  directory.facts.onPremisesSyncEnabled = true;
  const binned = new Map<string, DirectoryObject>();
  for (const object of directory.deleted.values()) {
    const anchor = textOf(object, 'onPremisesImmutableId');
    if (object.kind === 'user' && anchor !== undefined && shadowOf(object)) binned.set(anchor, object);
  }
  const results = objects.map((o) => (o.operation === 'delete' ? remove(service, o) : write(service, o, features, binned)));
  return results.map((result, i) => {
    const exported = objects[i];
    const object = exported?.operation === 'write' && result.outcome !== 'failed' && result.id !== null ? directory.live(result.id) : undefined;
    if (!exported || !object) return result;
    return { ...result, ...relate(directory, object, exported, result.outcome), quarantined: provisioningErrorsOf(object) };
  });
}

const result = (exported: ExportedObject, outcome: ExportResult['outcome'], id: string | null, error: ExportError | null = null): ExportResult => ({ sourceAnchor: exported.sourceAnchor, outcome, id, error, quarantined: [], unresolved: [] });

function write(service: Service, exported: ExportedObject, features: SynchronisationFeatures, binned: Map<string, DirectoryObject>): ExportResult {
  const { directory, clock } = service;
  const bad = validate(exported);
  if (bad) return result(exported, 'failed', null, bad);
  const match = findMatch(directory, exported, features, binned);
  if (match.kind === 'failed') return result(exported, 'failed', null, match.error);
  const existing = match.kind === 'new' ? undefined : match.object;
  const subject: Subject = existing ?? { kind: exported.type, id: '', exchange: null, properties: {} };
  const taken = duplicates(directory, exported, subject.id, features);
  if (taken) return result(exported, 'failed', existing?.id ?? null, taken);

  const now = new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z');
  const draft = merged(service, exported, subject, match, now);
  const before = shadowOf(subject);
  const named = exported.type === 'user' ? withName(service, { ...subject, properties: draft }, match.kind === 'restored' || before?.userPrincipalName !== shadowOf({ properties: draft })?.userPrincipalName) : draft;
  const trigger = named['userPrincipalName'] !== subject.properties['userPrincipalName'] ? 'name' as const : addressesChanged(before, shadowOf({ properties: named })) ? 'addresses' as const : 'other' as const;
  const properties = withAddresses(service, { ...subject, properties: named }, trigger);
  const facet = synchronisedFacet({ kind: exported.type, exchange: subject.exchange, properties });

  if (!existing) {
    const object = directory.create(exported.type, { ...properties, ...(exported.type === 'contact' ? {} : { createdDateTime: now }) }, { exchange: facet });
    return result(exported, 'created', object.id, match.kind === 'new' ? match.error : null);
  }
  const changes = directory.changes;
  const hadSame = same(existing.properties, properties);
  if (match.kind === 'restored') {
    // The name of a deleted user is free, so it may belong to another by now: it is settled before the object is live again.
    directory.update(existing, properties);
    directory.restore(existing);
    binned.delete(exported.sourceAnchor);
  } else if (!hadSame) directory.update(existing, properties);
  if (facet !== existing.exchange && JSON.stringify(facet) !== JSON.stringify(existing.exchange)) directory.setExchange(existing, facet, 'graph');
  return result(exported, match.kind === 'known' ? directory.changes === changes ? 'unchanged' : 'updated' : match.kind as 'soft matched', existing.id);
}

/** The new properties without what is computed: attributes with a value overwrite, those exported before and now without one are cleared. */
function merged(service: Service, exported: ExportedObject, subject: Subject, match: Match, now: string): Properties {
  const before = shadowOf(subject);
  const takesOver = match.kind === 'soft matched' || match.kind === 'hard matched' || match.kind === 'restored';
  const shadow = shadowFrom(exported, subject, takesOver && before === undefined);
  const properties: Record<string, unknown> = { ...subject.properties };
  const extension: Record<string, unknown> = { ...properties['onPremisesExtensionAttributes'] as object | undefined };
  const put = (name: string, value: unknown): void => {
    const target = name.startsWith('extensionAttribute') ? extension : properties;
    if (value === null) delete target[name];
    else target[name] = value;
  };
  for (const name of before?.names ?? []) if (!shadow.names.includes(name) && !COMPUTED.has(name)) put(name, null);
  for (const name of shadow.names) if (!COMPUTED.has(name)) put(name, exported.attributes[name]);
  if (Object.keys(extension).length > 0) properties['onPremisesExtensionAttributes'] = extension;
  else delete properties['onPremisesExtensionAttributes'];
  delete properties['deletedDateTime'];

  const source = { userPrincipalName: shadow.userPrincipalName ?? undefined, mailNickname: shadow.mailNickname ?? undefined, mail: shadow.mail ?? undefined, proxyAddresses: shadow.proxyAddresses };
  const isFirst = before === undefined;
  const nickname = isFirst ? firstMailNickname(source) : shadow.mailNickname !== null && shadow.mailNickname !== before.mailNickname ? shadow.mailNickname : undefined;
  properties['mailNickname'] = nickname ?? properties['mailNickname'] ?? textOfAttribute(exported, 'cn')?.replaceAll(/[^A-Za-z0-9.-]/g, '') ?? `${service.luck.hex(4)}-${fourDigits(service.luck)}`;
  if (exported.type !== 'contact') properties['displayName'] ??= textOfAttribute(exported, 'cn') ?? shadow.userPrincipalName;
  if (exported.type === 'user') Object.assign(properties, { accountEnabled: exported.attributes['accountEnabled'] ?? properties['accountEnabled'] ?? true, userType: properties['userType'] ?? 'Member', onPremisesUserPrincipalName: shadow.userPrincipalName });
  if (exported.type === 'group') Object.assign(properties, { groupTypes: properties['groupTypes'] ?? [], mailEnabled: isMailEnabled(exported), securityEnabled: exported.attributes['securityEnabled'] === true });
  return { ...properties, onPremisesImmutableId: exported.sourceAnchor, onPremisesSyncEnabled: true, onPremisesLastSyncDateTime: now, [SHADOW]: shadow };
}

/** Attributes that are not taken as they are. */
const COMPUTED: ReadonlySet<string> = new Set(['userPrincipalName', 'mailNickname', 'mail', 'proxyAddresses', 'targetAddress', 'msExchRemoteRecipientType', 'msExchMailboxGuid', 'userCertificate', 'userSMIMECertificate', 'cn']);

function shadowFrom(exported: ExportedObject, subject: Subject, takesOver: boolean): Shadow {
  const text = (name: string): string | null => textOfAttribute(exported, name) ?? null;
  const mail = text('mail');
  const proxyAddresses = textsOfAttribute(exported, 'proxyAddresses').map((a) => a.trim());
  const hasAddresses = mail !== null || proxyAddresses.length > 0;
  return {
    userPrincipalName: text('userPrincipalName'), mailNickname: text('mailNickname'), mail, proxyAddresses, targetAddress: text('targetAddress'),
    remoteRecipientType: text('msExchRemoteRecipientType'), mailboxGuid: text('msExchMailboxGuid'),
    names: Object.keys(exported.attributes).filter((n) => textsOfAttribute(exported, n).length > 0).toSorted(),
    // A take-over replaces addresses as a whole, but only where there are on-premises ones.
    kept: takesOver ? hasAddresses ? [] : ownAddresses(subject) : shadowOf(subject)?.kept ?? [],
  };
}

/** Duplicates that no quarantine takes: addresses other than SMTP; without resiliency every duplicate. */
function duplicates(directory: Directory, exported: ExportedObject, self: string, features: SynchronisationFeatures): ExportError | undefined {
  const isOther = (holder: string | undefined): boolean => holder !== undefined && holder !== self;
  const must = (value: string): ExportError => exportError('AttributeValueMustBeUnique', `Unable to update this object because the following attributes associated with this object have values that may already be associated with another object in your local directory services: [${value};].`);
  const mail = textOfAttribute(exported, 'mail');
  const addresses = [...textsOfAttribute(exported, 'proxyAddresses'), ...(mail === undefined ? [] : [`SMTP:${mail}`])];
  for (const address of addresses.map((a) => usableProxyAddress(a, () => true))) {
    if (address !== undefined && (!features.quarantine || !/^smtp:/i.test(address)) && isOther(directory.holderOfAddress(address))) return must(`ProxyAddresses ${address}`);
  }
  const name = textOfAttribute(exported, 'userPrincipalName');
  return !features.quarantine && exported.type === 'user' && name !== undefined && isOther(directory.holderOfUpn(name)) ? must(`UserPrincipalName ${name}`) : undefined;
}

function addressesChanged(before: Shadow | undefined, after: Shadow | undefined): boolean {
  const key = (s: Shadow | undefined): string => JSON.stringify([s?.mail ?? null, s?.proxyAddresses ?? []]);
  return key(before) !== key(after);
}

/** Equal but for the time of the synchronisation, which alone is no change. */
function same(before: Properties, after: Properties): boolean {
  const clean = ({ onPremisesLastSyncDateTime: _time, ...rest }: Properties): string => JSON.stringify(Object.entries(rest).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  return clean(before) === clean(after);
}

/**
 * A deletion: users go to the recycle bin, groups and contacts for good. An object of the cloud is not deleted: error 114; nor is a group
 * with licences (Entra documentation, resolve group license assignment problems: when a licensed group is deleted).
 */
function remove({ directory }: Service, exported: ExportedObject): ExportResult {
  const holder = directory.holderOfAnchor(exported.sourceAnchor);
  const object = holder === undefined ? undefined : directory.live(holder);
  if (!object || !isSynced(object) || object.kind !== exported.type) return result(exported, 'failed', object?.id ?? null, exportError('DeleteNotValid', 'This synchronization operation, Delete, is not valid. Contact Technical Support. (Error Type 114)'));
  if (object.kind === 'group' && licencesOfGroup(object).length > 0) return result(exported, 'failed', object.id, exportError('DeleteNotValid', `The group ${String(object.properties['displayName'] ?? object.id)} has licences. Remove them before it is deleted.`));
  if (object.kind === 'user') {
    directory.update(object, { ...object.properties, onPremisesSyncEnabled: false });
    directory.softDelete(object);
  } else directory.purge(object);
  return result(exported, 'deleted', object.id);
}

/** Managers and members, which an export names by their source anchors. */
function relate(directory: Directory, object: DirectoryObject, exported: ExportedObject, outcome: ExportResult['outcome']): Pick<ExportResult, 'unresolved' | 'outcome'> {
  const unresolved: string[] = [];
  const changes = directory.changes;
  const find = (anchor: string): string | undefined => {
    const id = directory.holderOfAnchor(anchor);
    if (id === undefined) unresolved.push(anchor);
    return id;
  };
  if (exported.type === 'user' && exported.manager !== undefined) {
    const manager = exported.manager === null ? null : find(exported.manager);
    if (manager !== undefined && manager !== object.manager && manager !== object.id) directory.setManager(object, manager);
  }
  if (exported.type === 'group' && exported.members !== undefined) {
    const wanted = new Set(exported.members.map(find).filter((id) => id !== undefined && id !== object.id));
    const add = [...wanted].filter((id): id is string => id !== undefined && !object.members?.has(id));
    const drop = [...object.members ?? []].filter((id) => !wanted.has(id));
    if (add.length + drop.length > 0) directory.relate(object, 'members', add, drop);
  }
  return { unresolved, outcome: outcome === 'unchanged' && directory.changes !== changes ? 'updated' : outcome };
}

