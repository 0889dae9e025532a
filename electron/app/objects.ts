import type { Handlers } from '../ipc/router.ts';
import type { ObjectDetail } from '../../shared/contracts/objects.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { BLOCKING_RISKS, type MatchResult, type SourceObject, type TargetObject } from '../../shared/domain/objects.ts';
import { objectTypeOf } from '../../shared/rules/object-type.ts';
import { targetAttribute } from '../../shared/rules/target-attributes.ts';
import { GENERATED, mapObject, outOfScope } from '../engines/mapping/index.ts';
import { createTargetIndex, matchPinned } from '../engines/matching/index.ts';
import { sameValues } from '../engines/planning/index.ts';
import type { CollectionRecord, PairRecord } from '../store/index.ts';
import { breakMatching, decide } from './matches-decide.ts';
import { scopeOfCollection } from './matches-scope.ts';
import { createResolver } from './pipeline/links.ts';
import { tenantView } from './pipeline/tenant-view.ts';
import { expressionInput } from './rules-expressions.ts';
import type { Services } from './services.ts';

/** History entries shown of one object. */
const HISTORY = 200;

/** Channels of the objects of collections. */
export function objectHandlers(services: Services): Pick<Handlers, 'objects.page' | 'objects.get' | 'objects.breakMatching' | 'objects.pin' | 'targets.search'> {
  const { store } = services;
  const changed = () => { services.emit('store.changed', { nouns: ['objects', 'collections'] }); };
  return {
    'objects.page': async (query) => await store.collections.pageObjects(query),
    'objects.get': async ({ collectionId, id }) => await detail(services, collectionId, id),
    async 'objects.breakMatching'({ collectionId, selection }) {
      const collection = await store.collections.get(collectionId);
      const broken = await breakMatching(services, scopeOfCollection(collection), store.collections.resolveSelection(collectionId, selection), 'The matching was broken by hand.');
      changed();
      return { broken };
    },
    async 'objects.pin'({ collectionId, id, targetId, override }) {
      const collection = await store.collections.get(collectionId);
      if (targetId === null) {
        await breakMatching(services, scopeOfCollection(collection), pagesOf([id]), 'Unpinned; the rules decide at the next match.');
      } else await pin(services, collection, id, targetId, override);
      changed();
      return await store.collections.getObjectRow(collectionId, id);
    },
    'targets.search': async ({ pairId, text, kind }) => ({
      rows: (await store.targets.search(pairId, text, kind, 50)).map((t) => ({
        id: t.id, name: t.name || t.id, userPrincipalName: t.attributes['userPrincipalName']?.[0] ?? '', mail: t.attributes['mail']?.[0] ?? '', kind: t.kind, deleted: t.deleted,
      })),
    }),
  };
}

async function pin(services: Services, collection: CollectionRecord, id: string, targetId: string, override: string | undefined): Promise<void> {
  const { store } = services;
  const source = await sourceOf(services, collection.pairId, id);
  const target = await store.targets.get(collection.pairId, targetId);
  if (!target) throw appError(ErrorCode.NotFound, `There is no object ${targetId} in the tenant as it was read last. Discover again, or check the id.`);
  const holder = (await store.matches.byTargets(collection.pairId, [targetId])).get(targetId);
  if (holder !== undefined && holder !== id) throw appError(ErrorCode.Conflict, `"${target.name}" is matched with another object already. Break that match first.`);
  const facts = await store.pairs.tenantFacts(collection.pairId);
  const index = createTargetIndex([], { upnSuffix: '' });
  index.add(target);
  const result = matchPinned(source, targetId, index, { upnSuffix: '', adminIds: new Set(facts?.adminIds ?? []) });
  if (source.kind !== target.kind) throw appError(ErrorCode.Conflict, `"${source.name}" is a ${source.kind} and "${target.name}" is a ${target.kind}; objects of different types cannot be matched.`);
  const blocking = result.risks.filter((r) => (BLOCKING_RISKS as readonly string[]).includes(r));
  if (blocking.length > 0 && override !== source.name) {
    throw appError(ErrorCode.GuardStopped, `Matching "${source.name}" with "${target.name}" is risky: ${blocking.join(', ')}. To do it all the same, type the object's name "${source.name}".`, { detail: { risks: blocking.join(', ') } });
  }
  // The same decision as in the review, so that it can be undone there.
  const { refused } = await decide(services, { collectionId: collection.id, selection: { mode: 'ids', ids: [id] }, action: 'pin', targetId, ...(override === undefined || blocking.length === 0 ? {} : { override }) }, 'apply');
  if (refused[0]) throw appError(ErrorCode.Conflict, refused[0].reason);
}

async function* pagesOf(ids: readonly string[]): AsyncIterable<readonly string[]> { yield ids; }

async function sourceOf(services: Services, pairId: string, id: string): Promise<SourceObject> {
  const source = await services.store.sources.get(pairId, id);
  if (!source) throw appError(ErrorCode.NotFound, `Object ${id} is not in the project.`);
  return source;
}

async function detail(services: Services, collectionId: string, id: string): Promise<ObjectDetail> {
  const { store } = services;
  const collection = await store.collections.get(collectionId);
  const pair = await store.pairs.get(collection.pairId);
  const source = await sourceOf(services, pair.id, id);
  const row = await store.collections.getObjectRow(collectionId, id);
  const match = await store.matches.get(pair.id, id);
  const target = match?.targetId == null ? undefined : await store.targets.get(pair.id, match.targetId);
  const candidateIds = [...new Set((match?.evidence ?? []).flatMap((e) => e.hits))].slice(0, 50);
  const candidates = [...(await store.targets.getMany(pair.id, candidateIds)).values()];
  const mapped = await mappedNow(services, pair, collection, source, match, match?.state === 'Matched' ? target ?? null : null);
  const history = await store.journal.ofObject(pair.id, id, HISTORY);
  return {
    row, objectType: objectTypeOf(source.kind, source.attributes), leftOut: outOfScope(source) ?? '', source: { attributes: mutable(source.attributes), links: mutable(source.links) },
    target: target === undefined ? null : { id: target.id, attributes: mutable(target.attributes), links: mutable(target.links), deleted: target.deleted },
    evidence: (match?.evidence ?? []).map((e) => ({ ...e, hits: [...e.hits] })),
    candidates: candidates.map((c) => ({ id: c.id, name: c.name, userPrincipalName: c.attributes['userPrincipalName']?.[0] ?? '', kind: c.kind })),
    mapped: mapped.rows, waiting: mapped.waiting,
    history: history.flatMap((j) => {
      const base = { at: j.settledAt ?? j.intentAt, taskId: j.taskId, operation: j.operation.kind, outcome: j.undoneBy !== null ? 'rolled back' : j.outcome ?? 'unknown' };
      const values = j.operation.changes.map((c) => ({ ...base, ...(j.undoneValues.includes(c.attribute) ? { outcome: 'rolled back' } : {}), attribute: c.attribute, before: (c.before ?? []).join(', '), after: (c.after ?? []).join(', ') }));
      const references = j.operation.references.length > 0 ? [{ ...base, attribute: j.operation.kind.includes('manager') ? 'manager' : 'members', before: '', after: j.operation.references.map((r) => r.name).join(', ') }] : [];
      return values.length + references.length > 0 ? [...values, ...references] : [{ ...base, attribute: '', before: '', after: '' }];
    }).slice(0, HISTORY),
  };
}

async function mappedNow(services: Services, pair: PairRecord, collection: CollectionRecord, source: SourceObject, match: MatchResult | undefined, target: TargetObject | null): Promise<{ rows: ObjectDetail['mapped']; waiting: ObjectDetail['waiting'] }> {
  const { store } = services;
  const rules = await store.mappingRules.list({ kind: 'collection', id: collection.id });
  const view = await tenantView(services, pair.id);
  const settings = { createUnmatched: true, mergeUnmatched: true, upnSuffix: pair.defaults.upnSuffix, countryCode: pair.defaults.countryCode };
  const inCollection = new Set(await store.collections.memberIds(collection.id));
  const resolver = createResolver(services, pair, inCollection, new Map(match ? [[source.id, match]] : []));
  await resolver.prepare([source]);
  const mapped = mapObject({ source, target, rules, settings, defaults: pair.defaults, verifiedDomains: view.verifiedDomains, initialDomain: view.initialDomain, resolve: resolver.resolve, expressions: await expressionInput(services, pair.id, view, settings) });
  const failed = mapped.problems.filter((p) => p.severity === 'error').map((p) => ({
    attribute: p.attribute, present: (target?.attributes[p.attribute] ?? []).join(', '), desired: '(the rule fails)', same: false, reason: p.message,
  }));
  // Of a list of recipients only who is missing is added.
  const named = [...mapped.naming ?? []].map(([attribute, one]) => [attribute, { ...one, values: targetAttribute(source.kind, attribute, mapped.service)?.type === 'texts' ? [...new Set([...target?.attributes[attribute] ?? [], ...one.values ?? []])] : one.values }] as const);
  const rows = [...mapped.values, ...named].map(([attribute, { values, provenance, candidates }]) => {
    const present = target?.attributes[attribute] ?? null;
    return {
      attribute, present: (present ?? []).join(', '), desired: values?.[0] === GENERATED ? '(a fresh password)' : (values ?? []).join(', '),
      same: target !== null && sameValues(source.kind, attribute, present, values),
      reason: candidates === undefined ? provenance.reason : `${provenance.reason}; a plan takes the first that nobody has of: ${candidates.join(', ')}`,
    };
  });
  return { rows: [...failed, ...rows], waiting: mapped.unresolved.map((u) => ({ attribute: u.attribute, dn: u.dn, reason: u.reason })).slice(0, 500) };
}

const mutable = (attributes: Readonly<Record<string, readonly string[]>>): Record<string, string[]> => Object.fromEntries(Object.entries(attributes).map(([k, v]) => [k, [...v]]));
