import { sourceGroupKind } from '../../../shared/rules/group-type.ts';
import { ASSIGNMENTS, formatAssignment, parseLicences } from '../../../shared/rules/licences.ts';
import { mapObject, DEFAULT_MAPPING_RULES, type MappedReference } from '../../../electron/engines/mapping/index.ts';
import { createPlanner, type PlanCandidate } from '../../../electron/engines/planning/index.ts';
import type { JournalledChange, PlannerContext } from '../../../electron/engines/planning/index.ts';
import type { MatchResult, SourceObject, TargetObject } from '../../../shared/domain/objects.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';
import type { Finding, Operation, PlanCounts, PlanSkip, UnresolvedReference } from '../../../shared/domain/plans.ts';

/** A tenant as a plain map: what the operations mean, written down once, for tests of plans. */
export type Model = Map<string, TargetObject>;

/** Ids 1, 2, 3 ... with a letter in front. */
export function counter(prefix: string): () => string {
  let n = 0;
  return () => `${prefix}${(n += 1)}`;
}

/** Carries out one operation. `ids` holds the objects that creates have made, by source id. Throws where Graph would refuse. */
export function carryOut(model: Model, operation: Operation, ids: Map<string, string>, newId: () => string): string {
  const idOf = (reference: { sourceId: string | null; targetId: string | null }): string => {
    const id = reference.targetId ?? ids.get(reference.sourceId ?? '');
    if (id === undefined || !model.has(id)) throw new Error(`no object for ${JSON.stringify(reference)} in ${operation.kind}`);
    return id;
  };
  if (operation.kind === 'create') {
    const id = newId();
    const attributes = Object.fromEntries(operation.changes.flatMap((change) => (change.after === null ? [] : [[change.attribute, change.after]])));
    model.set(id, { id, kind: operation.objectKind, name: operation.name, attributes, links: operation.objectKind === 'group' ? { members: [] } : {}, deleted: false });
    ids.set(operation.sourceId ?? '', id);
    return id;
  }
  const id = idOf(operation);
  const object = model.get(id);
  if (object === undefined) throw new Error('unreachable');
  const attributes = { ...object.attributes };
  const links = { ...object.links };
  const refers = operation.references.map(idOf);
  const members = new Set(links['members'] ?? []);
  switch (operation.kind) {
    case 'update':
      for (const change of operation.changes) {
        const now = attributes[change.attribute] ?? null;
        if (JSON.stringify(now) !== JSON.stringify(change.before)) throw new Error(`drift of ${change.attribute}: ${JSON.stringify(now)}, expected ${JSON.stringify(change.before)}`);
        if (change.after === null) delete attributes[change.attribute];
        else attributes[change.attribute] = change.after;
      }
      model.set(id, { ...object, attributes });
      break;
    case 'restore': model.set(id, { ...object, deleted: false }); break;
    case 'delete': model.set(id, { ...object, deleted: true }); break;
    case 'purge': model.delete(id); break;
    case 'set manager': model.set(id, { ...object, links: { ...links, manager: refers } }); break;
    case 'clear manager': delete links['manager']; model.set(id, { ...object, links }); break;
    case 'add members':
      if (refers.length > 20 || refers.some((member) => members.has(member))) throw new Error('too many, or a member already');
      model.set(id, { ...object, links: { ...links, members: [...members, ...refers] } });
      break;
    case 'remove members':
      if (refers.some((member) => !members.has(member))) throw new Error('not a member');
      model.set(id, { ...object, links: { ...links, members: [...members].filter((member) => !refers.includes(member)) } });
      break;
    case 'add permissions': case 'remove permissions': {
      const permission = operation.permission ?? '';
      const holders = new Set(links[permission] ?? []);
      const given = operation.kind === 'add permissions';
      if (refers.length > 20 || refers.some((holder) => holders.has(holder) === given)) throw new Error('too many holders, or so already');
      model.set(id, { ...object, links: { ...links, [permission]: given ? [...holders, ...refers] : [...holders].filter((holder) => !refers.includes(holder)) } });
      break;
    }
    case 'set licences':
      for (const { after } of operation.changes) attributes[ASSIGNMENTS] = parseLicences(after).map((one) => formatAssignment({ ...one, groupId: null, state: 'Active' }));
      model.set(id, { ...object, attributes });
      break;
    default: operation.kind satisfies never;
  }
  return id;
}

/** Carries out a whole plan and keeps the journal. */
export function carryOutAll(model: Model, operations: readonly Operation[]): { readonly journal: JournalledChange[]; readonly ids: Map<string, string> } {
  const ids = new Map<string, string>();
  const newId = counter('new');
  return {
    ids,
    journal: operations.map((planned) => {
      // As the applier does: the manager of a restored user is known only when its turn comes.
      const found = model.get(planned.targetId ?? '')?.links['manager']?.[0];
      const operation = planned.previous[0]?.targetId === null ? { ...planned, previous: found === undefined ? [] : [{ sourceId: null, targetId: found, name: found }] } : planned;
      return { operation, targetId: carryOut(model, operation, ids, newId), outcome: 'done' as const };
    }),
  };
}

/** A whole plan, as the store would have it. */
export interface Plan {
  readonly operations: readonly Operation[];
  readonly counts: PlanCounts;
  readonly skips: readonly PlanSkip[];
  readonly unresolved: readonly UnresolvedReference[];
  readonly notes: readonly Finding[];
  readonly findings: readonly Finding[];
}

/** Places for so many operations of each step: more than any test plans. */
export const SIZES = { restore: 1_000, update: 1_000, create: 1_000, 'exchange update': 1_000 } as const;
/** What is planned of these candidates: who has no match is expected to be created. */
export const contextOf = (candidates: readonly PlanCandidate[], context: Partial<PlannerContext>): PlannerContext => {
  const settings = context.settings ?? { createUnmatched: true, mergeUnmatched: true };
  const expected = new Set(candidates.flatMap(({ source, match }) => (settings.createUnmatched && match.state === 'Not matched' ? [source.id] : [])));
  return { settings, newId: counter('op'), matchedBefore: () => true, sizes: { user: SIZES, contact: SIZES, group: SIZES }, expected: (id) => expected.has(id), ...context };
};

/** Plans the candidates, kind by kind, with links planned once more where an object that they count on is not created; numbers without gaps. */
export function wholePlan(candidates: readonly PlanCandidate[], more: Partial<PlannerContext>): Plan {
  const planner = createPlanner(contextOf(candidates, more));
  const ordered = (['user', 'contact', 'group'] as const).flatMap((kind) => candidates.filter((c) => c.source.kind === kind));
  const planned = ordered.map((candidate) => planner.object(candidate));
  const gone = planner.disappointed();
  const again = gone.length === 0 ? planned : planned.map((one, i) => {
    const candidate = ordered[i];
    if (candidate === undefined || !planner.has(candidate.source.id)) return one;
    const links = one.operations.filter((operation) => planner.isLink(operation));
    const anew = planner.links(candidate, links);
    return { ...one, operations: [...one.operations.filter((operation) => !links.includes(operation)), ...anew.operations], unresolved: anew.unresolved };
  });
  const all = <K extends 'operations' | 'unresolved' | 'notes' | 'findings'>(key: K) => again.flatMap((one) => one[key] as readonly unknown[]) as unknown as (typeof planned)[number][K];
  return {
    operations: all('operations').toSorted((a, b) => a.seq - b.seq).map((operation, i) => ({ ...operation, seq: i + 1 })), counts: planner.finish(), skips: again.flatMap((one) => one.skip ?? []),
    unresolved: all('unresolved'), notes: all('notes'), findings: all('findings'),
  };
}

/** The shipped mapping rules with ids. */
export const RULES: readonly MappingRule[] = DEFAULT_MAPPING_RULES.map((rule, i) => ({ ...rule, id: `m${i}` }));

/** What references say of objects besides their names: which groups have mail, and who has a mailbox. */
export const aboutIn = (model: Model, matches: Pick<ReadonlyMap<string, string>, 'get'>) => ({ id, kind, attributes }: SourceObject): Partial<MappedReference> => {
  if (kind === 'group') return { mailEnabled: sourceGroupKind(attributes) !== 'security group', security: true };
  return kind === 'user' ? { recipient: model.get(matches.get(id) ?? '')?.attributes['recipientTypeDetails'] !== undefined } : {};
};

/** Maps and plans sources against the model, with the shipped rules unless others are given. `matches`: source id to target id. DNs of sources are `CN=<id>`. */
export function planAll(sources: readonly SourceObject[], model: Model, matches: ReadonlyMap<string, string>, more: Partial<PlannerContext> & { readonly rules?: readonly MappingRule[]; readonly about?: (source: SourceObject) => Partial<MappedReference> } = {}): Plan {
  const candidates: PlanCandidate[] = [];
  const byDn = new Map(sources.map((source) => [source.dn, source]));
  for (const source of sources) {
    const targetId = matches.get(source.id) ?? null;
    const target = targetId === null ? null : (model.get(targetId) ?? null);
    const match: MatchResult = { sourceId: source.id, state: targetId === null ? 'Not matched' : 'Matched', targetId, ruleId: null, pinned: false, evidence: [], risks: [], reason: 'No candidate.' };
    const mapped = mapObject({
      source, target, rules: more.rules ?? RULES, settings: { createUnmatched: true, mergeUnmatched: true, upnSuffix: 'x.com', countryCode: '' }, defaults: { upnSuffix: '', countryCode: '', distributionGroups: 'skip' },
      verifiedDomains: new Set(['x.com']), initialDomain: 'x.onmicrosoft.com',
      resolve: (dn) => { const found = byDn.get(dn); return found === undefined ? null : { sourceId: found.id, targetId: matches.get(found.id) ?? null, name: found.name, kind: found.kind, ...more.about?.(found) }; },
    });
    candidates.push({ source, match, target, mapped });
  }
  return wholePlan(candidates, more);
}
