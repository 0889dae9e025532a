import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { Attributes, SourceObject } from '../../../shared/domain/objects.ts';
import type { Directory, DirectoryEntry } from '../../engines/directory/index.ts';
import type { OpenedTenant } from '../../engines/tenant/index.ts';
import type { PairRecord } from '../../store/index.ts';
import { licenceAttributes } from '../licences-context.ts';
import type { Services } from '../services.ts';
import { refreshDynamicCollections } from '../collections-scope.ts';
import { keepDirectoryNames } from '../directory-names.ts';
import { keepAttributeTypes } from '../rules-expressions.ts';
import { isPermissionDescriptor, MAILBOX_ATTRIBUTES, MAILBOX_FILTER, OBJECT_FILTER, toSourceObject, wantedAttributes } from '../source-attributes.ts';
import { readExchange } from './discover-exchange.ts';
import { noteFor, readFacts, readKind, type WholeReading } from './read-target-whole.ts';
import type { Reporter } from './reporter.ts';

/** What a discovery found. */
export interface Discovered { readonly sources: number; readonly sourcesChanged: number; readonly sourcesGone: number; readonly targets: number }

/** Names of all attributes that are read of the objects of a pair: what every object needs, and what the rules of the pair and its collections name. */
export async function attributesToRead(services: Services, pair: Pick<PairRecord, 'id'>): Promise<string[]> {
  const { matchingRules, mappingRules, licenceRules } = services.store;
  return [...new Set([...wantedAttributes([...await matchingRules.wordings(pair.id), ...await mappingRules.wordings(pair.id)]), ...licenceAttributes(await licenceRules.wordings(pair.id))])];
}

/**
 * Streams the directory of a pair into the store. Memory is one page. Objects that were not seen are kept and marked as gone.
 * @throws AppError of the directory; what was stored until then stays, and the next run reads everything again.
 */
export async function discoverSource(services: Services, pair: PairRecord, directory: Directory, reporter: Reporter, signal: AbortSignal): Promise<Omit<Discovered, 'targets'>> {
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
    const objects = toSourceObjects(entries, permissions);
    const { written } = await services.store.sources.upsertPage(pair.id, objects, runId);
    sources += objects.length;
    sourcesChanged += written;
    reporter.progress(sources);
  }
  // An empty answer is far more often a wrong base or a missing right than an empty domain; marking everything as gone would be wrong.
  if (sources === 0) throw appError(ErrorCode.DirectoryRefused, `${root.server} shows no users, groups or contacts below ${base}. Check the base DN and the account's read rights.`);
  const { missing: sourcesGone } = await services.store.sources.markMissing(pair.id, runId, began);
  for (const problem of await refreshDynamicCollections(services, directory, pair, signal)) reporter.item({ objectId: null, name: problem.collection, kind: 'group', status: 'Failed', message: problem.message });
  await reporter.flush();
  await services.store.pairs.update(pair.id, { sourceName: root.domain });
  return { sources, sourcesChanged, sourcesGone };
}

/** Entries of a page as source objects, with those who hold permissions on their mailboxes; entries of other kinds are left out. */
export function toSourceObjects(entries: readonly DirectoryEntry[], permissions: ReadonlyMap<string, Attributes>): readonly SourceObject[] {
  return entries.flatMap((e) => toSourceObject(e) ?? []).map((object) => { const held = permissions.get(object.id); return held === undefined ? object : { ...object, links: { ...object.links, ...held } }; });
}

/**
 * Who holds permissions on mailboxes, by the mailbox's objectGUID: only mailboxes on which somebody was given one, so that memory is small.
 * @param attributes the descriptors to read; none: nothing is asked. @param filter which mailboxes; default all.
 */
export async function readPermissions(directory: Directory, base: string, attributes: readonly string[], signal: AbortSignal, filter = MAILBOX_FILTER): Promise<ReadonlyMap<string, Attributes>> {
  const held = new Map<string, Attributes>();
  if (attributes.length === 0) return held;
  for await (const entries of directory.read({ base, scope: 'sub', filter, attributes: [...attributes, ...MAILBOX_ATTRIBUTES] }, signal)) {
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
  const facts = await readFacts(tenant, signal);
  const { organization } = facts;
  const exchange = await readExchange(services, pair, tenant.exchange, signal);
  let targets = 0;
  const reading: WholeReading = {
    runId: services.newId(), began: services.now(), exchange, owners: 'without owners', note: await noteFor(services, pair.id), stored: (objects) => { targets += objects; reporter.progress(targets); },
  };
  for (const kind of ['user', 'group', 'contact'] as const) await readKind(services, pair, tenant, kind, reading, signal);
  await services.store.pairs.setTenantFacts(pair.id, { ...facts, exchangeProblem: exchange.problem });
  await services.store.pairs.update(pair.id, { targetName: `${organization.displayName} (${organization.initialDomain})`, discoveredAt: services.now() });
  await reporter.flush();
  return { targets };
}
