import { BLOCKING_RISKS } from '../../../shared/domain/objects.ts';
import type { MatchEvidence, MatchResult, RiskFlag, SourceObject } from '../../../shared/domain/objects.ts';
import type { MatchingRule } from '../../../shared/domain/rules.ts';
import { firstOf } from '../../../shared/rules/attributes.ts';
import { withoutAccents } from '../../../shared/rules/text.ts';
import { describeRule } from './default-rules.ts';
import { ownAnchors, sourceKeys } from './keys.ts';
import type { IndexedTarget, TargetIndex } from './target-index.ts';

/** What matching needs to know besides the rules. */
export interface MatchContext {
  /** UPN suffix chosen for the run; empty: rules on the UPN prefix find nothing. */
  readonly upnSuffix: string;
  /** Graph ids of users that hold a directory role. */
  readonly adminIds: ReadonlySet<string>;
}

const plain = (name: string): string => withoutAccents(name).toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** Risk flags of tying this source to this target (shown before anything is written). */
function risksOf(source: SourceObject, target: IndexedTarget, context: MatchContext, how: 'anchor' | 'other'): readonly RiskFlag[] {
  // Who it is needs no more proof when the anchor says it.
  const proved = how === 'anchor';
  const risks: RiskFlag[] = [];
  const display = firstOf(source.attributes, 'displayName') ?? source.name;
  if (target.kind !== source.kind) risks.push('type differs');
  if (context.adminIds.has(target.id)) risks.push('target has an admin role');
  if (target.immutableId !== '' && !ownAnchors(source).has(target.immutableId)) risks.push('target has another immutable id');
  if (target.synchronised) risks.push('target is synchronised from another directory');
  if (target.deleted) risks.push('target is in the recycle bin');
  if (!proved && target.name !== '' && display !== '' && plain(target.name) !== plain(display)) risks.push('names differ');
  if (!proved && target.mailbox) risks.push('mailbox in use');
  return risks;
}

const BLOCKING: ReadonlySet<RiskFlag> = new Set(BLOCKING_RISKS);

/** The decision once exactly one target is meant. */
function decide(source: SourceObject, target: IndexedTarget, rule: MatchingRule, evidence: readonly MatchEvidence[], context: MatchContext): MatchResult {
  const risks = risksOf(source, target, context, rule.comparison === 'anchor' ? 'anchor' : 'other');
  const blocking = risks.filter((risk) => BLOCKING.has(risk));
  const found = `${describeRule(rule)} found ${target.name || target.id}`;
  const result = { sourceId: source.id, targetId: target.id, ruleId: rule.id, pinned: false, evidence, risks };
  return blocking.length > 0
    ? { ...result, state: 'Conflict', reason: `${found}, but ${blocking.join(', ')}. Pin the match if it is right.` }
    : { ...result, state: 'Matched', reason: risks.length > 0 ? `${found}; look first: ${risks.join(', ')}.` : `${found}.` };
}

const order = (rules: readonly MatchingRule[], source: SourceObject): readonly MatchingRule[] =>
  rules.filter((rule) => rule.enabled && rule.sourceClass === source.kind).toSorted((a, b) => a.position - b.position);

/**
 * Matches one source object. Enabled rules of its class are tried in order of position; the first one with hits decides.
 * Two or more hits are Ambiguous and never picked. A target in the recycle bin is found by the anchor only, and only when no
 * live target has that anchor. A blocking risk makes it a Conflict.
 * Uniqueness among the sources is settled afterwards by `settleConflicts`.
 * @param rules rules of the collection, in any order; disabled ones are ignored.
 * @returns the outcome with the evidence of every rule that was tried.
 */
export function matchObject(source: SourceObject, rules: readonly MatchingRule[], index: TargetIndex, context: MatchContext): MatchResult {
  const evidence: MatchEvidence[] = [];
  const tried = order(rules, source);
  for (const rule of tried) {
    const keys = sourceKeys(rule, source, context.upnSuffix);
    const all = new Map(keys.flatMap((key) => index.find(rule, key)).map((target) => [target.id, target]));
    const live = [...all.values()].filter((target) => !target.deleted);
    const hits = live.length > 0 || rule.comparison !== 'anchor' ? live : [...all.values()];
    evidence.push({ ruleId: rule.id, rule: describeRule(rule), value: keys.join(', '), hits: hits.map((hit) => hit.id) });
    const [only] = hits;
    if (only === undefined) continue;
    if (hits.length === 1) return decide(source, only, rule, evidence, context);
    return {
      sourceId: source.id, state: 'Ambiguous', targetId: null, ruleId: rule.id, pinned: false, evidence, risks: [],
      reason: `${describeRule(rule)} found ${hits.length} objects (${hits.slice(0, 3).map((hit) => hit.name || hit.id).join(', ')}${hits.length > 3 ? ' ...' : ''}); none was picked.`,
    };
  }
  return foreignAddress(source, tried, index, evidence, context) ?? {
    sourceId: source.id, state: 'Not matched', targetId: null, ruleId: null, pinned: false, evidence, risks: [],
    reason: tried.length === 0 ? `No matching rule for ${source.kind}s is enabled.` : `${tried.length === 1 ? 'One rule' : `${tried.length} rules`} tried, no candidate.`,
  };
}

/**
 * Addresses are unique over all kinds of objects, so a user whose address belongs to a group of the tenant can neither be
 * matched nor created (Entra Connect errors: ObjectTypeMismatch). Said here rather than left to fail at writing.
 */
function foreignAddress(source: SourceObject, tried: readonly MatchingRule[], index: TargetIndex, evidence: readonly MatchEvidence[], context: MatchContext): MatchResult | undefined {
  const rule = tried.find((candidate) => candidate.comparison === 'smtp');
  const address = rule === undefined ? undefined : sourceKeys(rule, source, context.upnSuffix)[0];
  if (rule === undefined || address === undefined) return undefined;
  const [holder] = index.findByAddress(address).filter((target) => target.kind !== source.kind);
  if (holder === undefined) return undefined;
  return {
    sourceId: source.id, state: 'Conflict', targetId: holder.id, ruleId: rule.id, pinned: false, evidence,
    risks: risksOf(source, holder, context, 'other'),
    reason: `${address} belongs to the ${holder.kind} ${holder.name || holder.id} of the tenant, which is not a ${source.kind}. Change one of the two addresses.`,
  };
}

/**
 * The outcome for a source that a person tied to a target. Risks are listed but do not block: pinning is the answer to them.
 * @param targetId the Graph id pinned; when the index does not know it, the result is Not matched with that reason.
 */
export function matchPinned(source: SourceObject, targetId: string, index: TargetIndex, context: MatchContext): MatchResult {
  const target = index.get(targetId);
  const base = { sourceId: source.id, ruleId: null, pinned: true, evidence: [] };
  if (target === undefined) {
    return { ...base, state: 'Not matched', targetId: null, risks: [], reason: `Pinned to ${targetId}, which is no longer in the tenant. Break the match or pin another object.` };
  }
  return { ...base, state: 'Matched', targetId, risks: risksOf(source, target, context, 'other'), reason: `Pinned to ${target.name || target.id}.` };
}

/**
 * Looks again at a match that an earlier run found: what is known of the target may have changed since. A blocking risk makes it a
 * Conflict; a match that was such a Conflict and is no longer comes back. A target that a migration of this project has
 * written to is who it is: other names or a mailbox say nothing against it, only blocking risks count.
 * @param known outcome with a target, found by a rule or written by a migration; not pinned (see {@link matchPinned}).
 * @param written whether a migration of this project has written to the target.
 * @returns undefined when the index does not know the target any more: match anew.
 */
export function matchAgain(source: SourceObject, known: MatchResult, index: TargetIndex, context: MatchContext, written: 'written' | 'not written'): MatchResult | undefined {
  const target = known.targetId === null ? undefined : index.get(known.targetId);
  if (target === undefined) return undefined;
  const risks = risksOf(source, target, context, written === 'written' || ownAnchors(source).has(target.immutableId) ? 'anchor' : 'other');
  const blocking = risks.filter((risk) => BLOCKING.has(risk));
  const name = target.name || target.id;
  if (blocking.length > 0) return { ...known, state: 'Conflict', risks, reason: `Matched with ${name} before, but now: ${blocking.join(', ')}. It is left as it is; pin the match if it is right.` };
  const same = known.state === 'Matched' && known.risks.length === risks.length && risks.every((risk) => known.risks.includes(risk));
  if (same) return known;
  return { ...known, state: 'Matched', risks, reason: risks.length > 0 ? `Matched with ${name} before; look first: ${risks.join(', ')}.` : `Matched with ${name} before.` };
}
