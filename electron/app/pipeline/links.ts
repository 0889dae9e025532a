import type { MatchResult, SourceObject } from '../../../shared/domain/objects.ts';
import { normaliseDn } from '../../../shared/rules/dn.ts';
import { sourceGroupKind } from '../../../shared/rules/group-type.ts';
import type { MappedReference } from '../../engines/mapping/index.ts';
import type { PairRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';

/** Resolves the DNs that a page of objects refers to. */
export type Resolver = (dn: string) => MappedReference | null;

/**
 * Prepares the resolver for one page: linked attributes are resolved inside the collection and against objects migrated earlier
 * (Quest Migration Manager, "Dividing Migration Scope into Collections"). A reference without a match is answered only when the object is in the collection, because then the
 * same plan may create it; the planner keeps it as unresolved otherwise.
 */
export async function resolverFor(services: Services, pair: PairRecord, sources: readonly SourceObject[], inCollection: ReadonlySet<string>, results: ReadonlyMap<string, MatchResult>): Promise<Resolver> {
  const dns = [...new Set(sources.flatMap((s) => Object.values(s.links).flat()))];
  if (dns.length === 0) return () => null;
  const ids = await services.store.sources.byDns(pair.id, dns);
  const wanted = [...new Set(ids.values())];
  const matches = await services.store.matches.getMany(pair.id, wanted);
  const heads = await services.store.sources.getMany(pair.id, wanted);
  const targets = await services.store.targets.getMany(pair.id, wanted.flatMap((id) => (heads.get(id)?.kind === 'group' ? (results.get(id) ?? matches.get(id))?.targetId ?? [] : [])));
  const byKey = new Map<string, MappedReference>();
  for (const [key, id] of ids) {
    const head = heads.get(id);
    if (!head) continue;
    const match = results.get(id) ?? matches.get(id);
    const targetId = match?.state === 'Matched' ? match.targetId : null;
    if (targetId === null && !inCollection.has(id)) continue;
    const target = targetId === null ? undefined : targets.get(targetId);
    const mailEnabled = head.kind === 'group' && (target === undefined ? sourceGroupKind(head.attributes) !== 'security group' : target.attributes['mailEnabled']?.[0] === 'true');
    byKey.set(key, { sourceId: id, targetId, name: head.name, kind: head.kind, mailEnabled });
  }
  return (dn) => byKey.get(normaliseDn(dn)) ?? null;
}
