import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Attributes } from '../../../shared/domain/objects.ts';
import type { Directory } from '../../engines/directory/index.ts';
import { readExchangeMembers, type OpenedTenant } from '../../engines/tenant/index.ts';
import type { PairRecord } from '../../store/index.ts';
import { licenceAttributes } from '../licences-context.ts';
import type { Services } from '../services.ts';
import { refreshDynamicCollections } from '../collections-scope.ts';
import { keepDirectoryNames } from '../directory-names.ts';
import { keepAttributeTypes } from '../rules-expressions.ts';
import { isPermissionDescriptor, MAILBOX_ATTRIBUTES, MAILBOX_FILTER, OBJECT_FILTER, toSourceObject, wantedAttributes } from '../source-attributes.ts';
import { readExchange } from './discover-exchange.ts';
import type { Reporter } from './reporter.ts';

/** What a discovery found. */
export interface Discovered { readonly sources: number; readonly sourcesChanged: number; readonly targets: number }

/** Names of all attributes that are read of the objects of a pair: what every object needs, and what the rules of the pair and its collections name. */
export async function attributesToRead(services: Services, pair: Pick<PairRecord, 'id'>): Promise<string[]> {
  const owners = [{ kind: 'pair' as const, id: pair.id }, ...(await services.store.collections.list(pair.id)).map((c) => ({ kind: 'collection' as const, id: c.id }))];
  const licences = (await Promise.all(owners.map((o) => services.store.licenceRules.list(o)))).flat();
  return [...new Set([...wantedAttributes((await Promise.all(owners.map(async (o) => [...await services.store.matchingRules.list(o), ...await services.store.mappingRules.list(o)]))).flat()), ...licenceAttributes(licences)])];
}

/**
 * Streams the directory of a pair into the store. Memory is one page. Objects that were not seen are kept and marked as gone.
 * @throws AppError of the directory; what was stored until then stays, and the next run reads everything again.
 */
export async function discoverSource(services: Services, pair: PairRecord, directory: Directory, reporter: Reporter, signal: AbortSignal): Promise<Pick<Discovered, 'sources' | 'sourcesChanged'>> {
  const began = services.now();
  const root = await directory.rootDse(signal);
  const runId = services.newId();
  let sources = 0;
  let sourcesChanged = 0;
  await reporter.phase('discover source', `Reading ${root.domain} from ${root.server}`);
  const base = pair.source.kind === 'ldap' && pair.source.baseDn !== '' ? pair.source.baseDn : root.defaultNamingContext;
  const attributes = await attributesToRead(services, pair);
  await keepAttributeTypes(services, pair.id, await directory.schema(signal), attributes);
  await keepDirectoryNames(services, pair.id, directory, root, signal);
  const permissions = await readPermissions(directory, base, attributes.filter(isPermissionDescriptor), signal);
  for await (const entries of directory.read({ base, scope: 'sub', filter: OBJECT_FILTER, attributes: attributes.filter((name) => !isPermissionDescriptor(name)) }, signal)) {
    const objects = entries.flatMap((e) => toSourceObject(e) ?? []).map((object) => { const held = permissions.get(object.id); return held === undefined ? object : { ...object, links: { ...object.links, ...held } }; });
    const { written } = await services.store.sources.upsertPage(pair.id, objects, runId);
    sources += objects.length;
    sourcesChanged += written;
    reporter.progress(sources);
  }
  // An empty answer is far more often a wrong base or a missing right than an empty domain; marking everything as gone would be wrong.
  if (sources === 0) throw appError(ErrorCode.DirectoryRefused, `${root.server} shows no users, groups or contacts below ${base}. Check the base DN and the account's read rights.`);
  await services.store.sources.markMissing(pair.id, runId, began);
  for (const problem of await refreshDynamicCollections(services, directory, pair, signal)) reporter.item({ objectId: null, name: problem.collection, kind: 'group', status: 'Failed', message: problem.message });
  await reporter.flush();
  await services.store.pairs.update(pair.id, { sourceName: root.domain });
  return { sources, sourcesChanged };
}

/** Who holds permissions on mailboxes, by the mailbox's objectGUID: only mailboxes on which somebody was given one, so that memory is small. */
async function readPermissions(directory: Directory, base: string, attributes: readonly string[], signal: AbortSignal): Promise<ReadonlyMap<string, Attributes>> {
  const held = new Map<string, Attributes>();
  if (attributes.length === 0) return held;
  for await (const entries of directory.read({ base, scope: 'sub', filter: MAILBOX_FILTER, attributes: [...attributes, ...MAILBOX_ATTRIBUTES] }, signal)) {
    for (const entry of entries) {
      const { id, links = {} } = toSourceObject(entry) ?? {};
      if (id !== undefined && Object.keys(links).length > 0) held.set(id, links);
    }
  }
  return held;
}

/** Streams the tenant of a pair into the store: users with managers, groups with members, contacts, the recycle bin, domains and SKUs. */
export async function discoverTarget(services: Services, pair: PairRecord, tenant: OpenedTenant, reporter: Reporter, signal: AbortSignal): Promise<Pick<Discovered, 'targets'>> {
  await reporter.phase('discover target', 'Reading the tenant');
  const organization = await tenant.organization(signal);
  const [domains, skus, adminIds] = [await tenant.domains(signal), await tenant.skus(signal), await tenant.adminRoleHolders(signal)];
  const exchange = await readExchange(services, pair, tenant.exchange, signal);
  const runId = services.newId();
  const began = services.now();
  let targets = 0;
  for (const kind of ['user', 'group', 'contact'] as const) {
    const groupIds: string[] = [];
    for await (const page of tenant.read(kind, signal)) {
      const objects = page.flatMap((o) => exchange.merge(o) ?? []);
      await services.store.targets.upsertPage(pair.id, objects, runId);
      if (kind === 'group') groupIds.push(...objects.map((o) => o.id));
      targets += objects.length;
      reporter.progress(targets);
    }
    const young = kind === 'user' ? [] : exchange.rest().filter((o) => o.kind === kind);
    if (young.length > 0) await services.store.targets.upsertPage(pair.id, young, runId);
    if (kind === 'group') for (const { id } of young) await services.store.targets.setLinks(pair.id, id, 'members', [...await readExchangeMembers(tenant.exchange, id, signal)]);
    targets += young.length;
    if (groupIds.length > 0) {
      for await (const { groupId, memberIds } of tenant.readMembers(groupIds, signal)) await services.store.targets.setLinks(pair.id, groupId, 'members', memberIds);
    }
  }
  for (const kind of ['user', 'group'] as const) {
    for await (const objects of tenant.readDeleted(kind, signal)) await services.store.targets.upsertPage(pair.id, objects, runId);
  }
  await services.store.targets.markMissing(pair.id, ['user', 'group', 'contact'], 'directory', runId, began);
  await services.store.targets.markMissing(pair.id, ['user', 'group'], 'recycle bin', runId, began);
  await services.store.pairs.setTenantFacts(pair.id, { organization, domains, skus, adminIds: adminIds === null ? null : [...adminIds], exchangeProblem: exchange.problem });
  await services.store.pairs.update(pair.id, { targetName: `${organization.displayName} (${organization.initialDomain})`, discoveredAt: services.now() });
  await reporter.flush();
  return { targets };
}
