import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Directory } from '../../engines/directory/index.ts';
import type { Tenant } from '../../engines/tenant/index.ts';
import type { PairRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { OBJECT_FILTER, toSourceObject, wantedAttributes } from '../source-attributes.ts';
import type { Reporter } from './reporter.ts';

/** What a discovery found. */
export interface Discovered { readonly sources: number; readonly sourcesChanged: number; readonly targets: number }

/**
 * Streams the directory of a pair into the store. Memory is one page. Objects that were not seen are kept and marked as gone.
 * @throws AppError of the directory; what was stored until then stays, and the next run reads everything again.
 */
export async function discoverSource(services: Services, pair: PairRecord, directory: Directory, reporter: Reporter, signal: AbortSignal): Promise<Pick<Discovered, 'sources' | 'sourcesChanged'>> {
  const began = services.now();
  const root = await directory.rootDse(signal);
  const owners = [{ kind: 'pair' as const, id: pair.id }, ...(await services.store.collections.list(pair.id)).map((c) => ({ kind: 'collection' as const, id: c.id }))];
  const rules = (await Promise.all(owners.map(async (o) => [...await services.store.matchingRules.list(o), ...await services.store.mappingRules.list(o)]))).flat();
  const runId = services.newId();
  let sources = 0;
  let sourcesChanged = 0;
  await reporter.phase('discover source', `Reading ${root.domain} from ${root.server}`);
  const base = pair.source.kind === 'ldap' && pair.source.baseDn !== '' ? pair.source.baseDn : root.defaultNamingContext;
  for await (const entries of directory.read({ base, scope: 'sub', filter: OBJECT_FILTER, attributes: wantedAttributes(rules) }, signal)) {
    const objects = entries.flatMap((e) => toSourceObject(e) ?? []);
    const { written } = await services.store.sources.upsertPage(pair.id, objects, runId);
    sources += objects.length;
    sourcesChanged += written;
    reporter.progress(sources);
  }
  // An empty answer is far more often a wrong base or a missing right than an empty domain; marking everything as gone would be wrong.
  if (sources === 0) throw appError(ErrorCode.DirectoryRefused, `${root.server} shows no users, groups or contacts below ${base}. Check the base DN and the account's read rights.`);
  await services.store.sources.markMissing(pair.id, runId, began);
  await reporter.flush();
  await services.store.pairs.update(pair.id, { sourceName: root.domain });
  return { sources, sourcesChanged };
}

/** Streams the tenant of a pair into the store: users with managers, groups with members, contacts, the recycle bin, domains and SKUs. */
export async function discoverTarget(services: Services, pair: PairRecord, tenant: Tenant, reporter: Reporter, signal: AbortSignal): Promise<Pick<Discovered, 'targets'>> {
  await reporter.phase('discover target', 'Reading the tenant');
  const organization = await tenant.organization(signal);
  const [domains, skus, adminIds] = [await tenant.domains(signal), await tenant.skus(signal), await tenant.adminRoleHolders(signal)];
  const runId = services.newId();
  const began = services.now();
  let targets = 0;
  for (const kind of ['user', 'group', 'contact'] as const) {
    const groupIds: string[] = [];
    for await (const objects of tenant.read(kind, signal)) {
      await services.store.targets.upsertPage(pair.id, objects, runId);
      if (kind === 'group') groupIds.push(...objects.map((o) => o.id));
      targets += objects.length;
      reporter.progress(targets);
    }
    if (groupIds.length > 0) {
      for await (const { groupId, memberIds } of tenant.readMembers(groupIds, signal)) await services.store.targets.setLinks(pair.id, groupId, 'members', memberIds);
    }
  }
  for (const kind of ['user', 'group'] as const) {
    for await (const objects of tenant.readDeleted(kind, signal)) await services.store.targets.upsertPage(pair.id, objects, runId);
  }
  await services.store.targets.markMissing(pair.id, ['user', 'group', 'contact'], 'directory', runId, began);
  await services.store.targets.markMissing(pair.id, ['user', 'group'], 'recycle bin', runId, began);
  await services.store.pairs.setTenantFacts(pair.id, { organization, domains, skus, adminIds: adminIds === null ? null : [...adminIds] });
  await services.store.pairs.update(pair.id, { targetName: `${organization.displayName} (${organization.initialDomain})`, discoveredAt: services.now() });
  await reporter.flush();
  return { targets };
}
