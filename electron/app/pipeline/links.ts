import type { MatchResult, ObjectKind, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import { primarySmtp } from '../../../shared/rules/addresses.ts';
import { normaliseDn } from '../../../shared/rules/dn.ts';
import { sourceGroupKind } from '../../../shared/rules/group-type.ts';
import { owningService, recipientPart } from '../../../shared/rules/target-attributes.ts';
import type { MappedReference } from '../../engines/mapping/index.ts';
import type { PairRecord } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { mayActForOthers } from './plan-names.ts';

/** Resolves the DNs that objects refer to. */
export interface Resolver {
  /** Looks up what a page of objects refers to; call it before {@link Resolver.resolve} is asked about them. */
  prepare(sources: readonly SourceObject[]): Promise<void>;
  /** Takes note of people and contacts of the run that were read, so that nobody looks them up by their DN. */
  note(sources: readonly SourceObject[]): void;
  resolve(dn: string): MappedReference | null;
}

/** Who is in the collection: all of them, or what tells it of some; the objects of the run are. */
export type InCollection = ReadonlySet<string> | ((ids: readonly string[]) => Promise<ReadonlySet<string>>);

/** DNs that are looked up at once. */
const PIECE = 1_000;

/**
 * Makes the resolver of one run. Linked attributes are resolved inside the collection and against objects migrated earlier
 * (Quest Migration Manager, "Dividing Migration Scope into Collections"). A reference without a match is answered only when the object is in the collection, because then the
 * same plan may create it; the planner keeps it as unresolved otherwise. Every object is looked up once in a run, however many
 * groups hold it; memory is one small entry for each object that is referred to or was noted.
 * @param recipients primary SMTP addresses of the accounts and security groups that Exchange Online takes as members and owners, by Graph id; it may be
 * filled until the first look-up. `looked up`: there is no list, each one is read from the store. Absent: nothing is said about them.
 * @param mail the same of every recipient that others may name: accounts, contacts, groups of Exchange Online.
 */
export function createResolver(services: Pick<Services, 'store'>, pair: Pick<PairRecord, 'id'> & { readonly defaults?: PairRecord['defaults'] }, inCollection: InCollection, results: ReadonlyMap<string, MatchResult>, recipients?: Pick<ReadonlyMap<string, string>, 'get'> | 'looked up', mail?: Pick<ReadonlyMap<string, string>, 'get'>): Resolver {
  const known = new Map<string, MappedReference | null>();
  /** The same by DNs as links write them: a person is in many groups, always by the same text, and bringing it into one spelling costs more than anything else here. */
  const written = new Map<string, MappedReference | null>();
  const distributionGroups = pair.defaults?.distributionGroups;
  const lookUp = async (keys: readonly string[]): Promise<void> => {
    const { sources, matches, targets } = services.store;
    const ids = await sources.byDns(pair.id, keys);
    const wanted = [...new Set(ids.values())];
    const heads = await sources.heads(pair.id, wanted);
    const earlier = await matches.getMany(pair.id, wanted.filter((id) => !results.has(id)));
    const matchOf = (id: string): MatchResult | undefined => results.get(id) ?? earlier.get(id);
    const inside = typeof inCollection === 'function' ? await inCollection(wanted) : inCollection;
    // Without the list of recipients, each one is looked at by itself.
    const shown = await targets.getMany(pair.id, wanted.flatMap((id) => (mail === undefined || recipients === 'looked up' || heads.get(id)?.kind === 'group' ? matchOf(id)?.targetId ?? [] : [])), 'without links');
    for (const key of keys) {
      const head = heads.get(ids.get(key) ?? '');
      const match = head && matchOf(head.id);
      // A match that nobody has looked at yet must not make anybody a member.
      const targetId = match?.state === 'Matched' && match.review !== 'To review' ? match.targetId : null;
      if (!head || (targetId === null && !inside.has(head.id))) { known.set(key, null); continue; }
      const target = targetId === null || head.kind !== 'group' ? undefined : shown.get(targetId);
      const mailEnabled = head.kind === 'group' && (target === undefined ? sourceGroupKind(head.attributes) !== 'security group' : target.attributes['mailEnabled']?.[0] === 'true');
      const unified = head.kind === 'group' && (target === undefined ? distributionGroups === 'Microsoft 365 group' && sourceGroupKind(head.attributes) === 'distribution group' : target.attributes['groupTypes']?.includes('Unified') === true);
      const security = head.kind !== 'group' || (target === undefined ? sourceGroupKind(head.attributes) !== 'distribution group' : target.attributes['securityEnabled']?.[0] === 'true');
      known.set(key, { sourceId: head.id, targetId, name: head.name, kind: head.kind, mailEnabled, unified, security, ...addressed(head.kind, targetId, mailEnabled && !unified, targetId === null ? undefined : shown.get(targetId)), ...mailOf(targetId, targetId === null ? undefined : shown.get(targetId)) });
    }
  };
  const mailOf = (targetId: string | null, shown?: TargetObject): Pick<MappedReference, 'mail'> => {
    const isRecipient = shown !== undefined && !shown.deleted && (shown.kind === 'user' ? recipientPart('user', shown.attributes) !== null : owningService(shown.kind, shown.attributes) === 'exchange');
    const found = targetId === null ? undefined : mail === undefined ? (isRecipient ? primarySmtp(shown.attributes) : undefined) : mail.get(targetId);
    return found === undefined ? {} : { mail: found };
  };
  /** Whether Exchange takes it as a member, and the address by which it takes it as an owner. */
  const addressed = (kind: ObjectKind, targetId: string | null, group: boolean, shown?: TargetObject): Pick<MappedReference, 'recipient' | 'address'> => {
    if (recipients === undefined || (kind !== 'user' && !group)) return {};
    const own = recipients === 'looked up' ? (shown !== undefined && mayActForOthers(shown) ? primarySmtp(shown.attributes) : undefined) : recipients.get(targetId ?? '');
    const address = targetId === null ? undefined : own;
    return { ...(kind === 'user' ? { recipient: address !== undefined } : {}), ...(address === undefined ? {} : { address }) };
  };
  return {
    note(sources) {
      // Whether they are recipients shows only when they are read.
      if (recipients === 'looked up') return;
      for (const { id, dn, name, kind } of sources) {
        const match = kind === 'group' ? undefined : results.get(id);
        const key = normaliseDn(dn);
        if (match === undefined || known.has(key)) continue;
        const targetId = match.state === 'Matched' && match.review !== 'To review' ? match.targetId : null;
        if (targetId === null && typeof inCollection !== 'function' && !inCollection.has(id)) continue;
        known.set(key, { sourceId: id, targetId, name, kind, mailEnabled: false, unified: false, security: true, ...addressed(kind, targetId, false), ...mailOf(targetId) });
      }
    },
    async prepare(sources) {
      const missing = new Set<string>();
      const fresh = new Map<string, string>();
      for (const { links } of sources) for (const dns of Object.values(links)) for (const dn of dns) {
        if (written.has(dn) || fresh.has(dn)) continue;
        const key = normaliseDn(dn);
        fresh.set(dn, key);
        if (!known.has(key)) missing.add(key);
      }
      const keys = [...missing];
      for (let from = 0; from < keys.length; from += PIECE) await lookUp(keys.slice(from, from + PIECE));
      for (const [dn, key] of fresh) written.set(dn, known.get(key) ?? null);
    },
    resolve: (dn) => written.get(dn) ?? known.get(normaliseDn(dn)) ?? null,
  };
}
