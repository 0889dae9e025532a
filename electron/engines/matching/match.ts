import { BLOCKING_RISKS } from '../../../shared/domain/objects.ts';
import type { MatchEvidence, MatchResult, ObjectKind, RiskFlag, SourceObject } from '../../../shared/domain/objects.ts';
import { NO_DECISION, type MatchDecision } from '../../../shared/domain/review.ts';
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
  /** What people decided about a source object; absent: nothing was decided about any. */
  readonly decisionOf?: (sourceId: string) => MatchDecision | undefined;
}

/**
 * Attributes that Microsoft 365 keeps unique over all objects (Entra Connect, "Troubleshoot errors during synchronization": proxyAddresses,
 * userPrincipalName, immutableId; mail is one of the addresses). What is found by another one, such as a name, may be somebody else.
 */
const UNIQUE: ReadonlySet<string> = new Set(['userprincipalname', 'mail', 'proxyaddresses', 'onpremisesimmutableid', 'onpremisessecurityidentifier']);
const isWeak = (rule: Pick<MatchingRule, 'comparison' | 'targetAttribute'>): boolean => rule.comparison === 'value' && !UNIQUE.has(rule.targetAttribute.toLowerCase());

const plain = (name: string): string => withoutAccents(name).toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();

/** Risk flags of tying this source to this target (shown before anything is written). `anchor`: who it is has been proved already. */
export function risksOf(source: SourceObject, target: IndexedTarget, context: Pick<MatchContext, 'adminIds'>, how: 'anchor' | 'other'): readonly RiskFlag[] {
  // Who it is needs no more proof when the anchor says it.
  const proved = how === 'anchor';
  const risks: RiskFlag[] = [];
  const display = firstOf(source.attributes, 'displayName') ?? source.name;
  if (target.kind !== source.kind) risks.push('type differs');
  if (context.adminIds.has(target.id)) risks.push('target has an admin role');
  if (target.immutableId !== '' && !ownAnchors(source).has(target.immutableId)) risks.push('target has another immutable id');
  if (target.synchronised) risks.push('target is synchronised from another directory');
  if (target.deleted) risks.push('target is in the recycle bin');
  if (!proved && target.name !== '' && display !== '' && target.name !== display && plain(target.name) !== plain(display)) risks.push('names differ');
  if (!proved && target.mailbox) risks.push('mailbox in use');
  return risks;
}

const BLOCKING: ReadonlySet<RiskFlag> = new Set(BLOCKING_RISKS);

/** Blocking flags that no person has answered for yet. Objects of different types are never tied: no value of one kind could be written to the other. */
const stillBlocking = (risks: readonly RiskFlag[], decision: MatchDecision, targetId: string): readonly RiskFlag[] => {
  const answered: readonly string[] = decision.accepted?.targetId === targetId ? decision.accepted.risks : [];
  return risks.filter((risk) => BLOCKING.has(risk) && (risk === 'type differs' || !answered.includes(risk)));
};

/** The decision once exactly one target is meant. */
function decide(source: SourceObject, target: IndexedTarget, { rule, words }: TriedRule, evidence: readonly MatchEvidence[], context: MatchContext, more: readonly RiskFlag[]): MatchResult {
  const decision = context.decisionOf?.(source.id) ?? NO_DECISION;
  const risks = [...risksOf(source, target, context, rule.comparison === 'anchor' ? 'anchor' : 'other'), ...(isWeak(rule) ? ['weak evidence' as const] : []), ...more];
  const blocking = stillBlocking(risks, decision, target.id);
  const found = `${words} found ${target.name || target.id}`;
  const result = { sourceId: source.id, targetId: target.id, ruleId: rule.id, pinned: false, evidence, risks };
  if (blocking.length > 0) return { ...result, state: 'Conflict', reason: `${found}, but ${blocking.join(', ')}. Accept or pin the match if it is right.` };
  if (isAccepted(decision, target.id, risks)) return { ...result, state: 'Matched', reason: `${found}; accepted by ${decision.accepted?.by ?? ''}.` };
  return { ...result, state: 'Matched', reason: risks.length > 0 ? `${found}; look first: ${risks.join(', ')}.` : `${found}.` };
}

/** Whether a person accepted this very match with all the risks that it has now. */
export function isAccepted(decision: MatchDecision, targetId: string, risks: readonly RiskFlag[]): boolean {
  return decision.accepted?.targetId === targetId && risks.every((risk) => decision.accepted?.risks.includes(risk) === true);
}

/** Each once, by id: what was read first must not decide. */
const byId = (targets: readonly IndexedTarget[]): readonly IndexedTarget[] => (targets.length < 2 ? targets : [...new Map(targets.map((target) => [target.id, target])).values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)));

/** Rules of matching in the order in which they are tried, each with its words; made once for many objects by {@link matchingOrder}. */
export interface MatchingOrder { readonly ofKind: Readonly<Record<ObjectKind, readonly TriedRule[]>> }
interface TriedRule { readonly rule: MatchingRule; readonly words: string }

/** Puts rules in order: those that are enabled, by kind of object and position. Every outcome that they give shares their words, of which each has one a rule. */
export function matchingOrder(rules: readonly MatchingRule[]): MatchingOrder {
  const of = (kind: ObjectKind): readonly TriedRule[] => rules.filter((rule) => rule.enabled && rule.sourceClass === kind).toSorted((a, b) => a.position - b.position).map((rule) => ({ rule, words: describeRule(rule) }));
  return { ofKind: { user: of('user'), contact: of('contact'), group: of('group') } };
}

/**
 * Matches one source object. Enabled rules of its class are tried in order of position; the first one with hits decides.
 * Two or more hits are Ambiguous and never picked. A target in the recycle bin is found by the anchor only, and only when no
 * live target has that anchor. A blocking risk makes it a Conflict, unless a person accepted the match in spite of it. A target that was
 * rejected for this source counts as not there; of several candidates the one that a person accepted is taken.
 * Uniqueness among the sources is settled afterwards by `settleConflicts`.
 * @param rules rules of the collection, in any order; disabled ones are ignored. Put in order once where many objects are matched.
 * @returns the outcome with the evidence of every rule that was tried.
 */
export function matchObject(source: SourceObject, rules: readonly MatchingRule[] | MatchingOrder, index: TargetIndex, context: MatchContext): MatchResult {
  const evidence: MatchEvidence[] = [];
  const tried = ('ofKind' in rules ? rules : matchingOrder(rules)).ofKind[source.kind];
  const decision = context.decisionOf?.(source.id) ?? NO_DECISION;
  for (const one of tried) {
    const { rule, words } = one;
    const keys = sourceKeys(rule, source, context.upnSuffix);
    const all = byId(keys.flatMap((key) => index.find(rule, key)));
    const live = all.filter((target) => !target.deleted);
    const hits = live.length > 0 || rule.comparison !== 'anchor' ? live : all;
    evidence.push({ ruleId: rule.id, rule: words, value: keys.join(', '), hits: hits.map((hit) => hit.id) });
    const open = hits.filter((hit) => !decision.rejected.includes(hit.id));
    const [first] = open;
    if (first === undefined) continue;
    const only = open.length === 1 ? first : open.find((hit) => hit.id === decision.accepted?.targetId);
    if (only !== undefined) return decided(source, decision, decide(source, only, one, evidence, context, hits.length > 1 && open.length === 1 ? ['other candidates were rejected'] : []));
    return decided(source, decision, {
      sourceId: source.id, state: 'Ambiguous', targetId: null, ruleId: rule.id, pinned: false, evidence, risks: [],
      reason: `${words} found ${open.length} objects (${open.slice(0, 3).map((hit) => hit.name || hit.id).join(', ')}${open.length > 3 ? ' ...' : ''}); none was picked.`,
    });
  }
  const rejected = decision.rejected.length > 0 ? ' but what was rejected' : '';
  return decided(source, decision, foreignAddress(source, tried, index, evidence, context) ?? {
    sourceId: source.id, state: 'Not matched', targetId: null, ruleId: null, pinned: false, evidence, risks: [],
    reason: tried.length === 0 ? `No matching rule for ${source.kind}s is enabled.` : `${tried.length === 1 ? 'One rule' : `${tried.length} rules`} tried, no candidate${rejected}.`,
  });
}

/** What a person decided about the object as such goes before what the rules found; the evidence stays. */
function decided(source: SourceObject, { verdict }: MatchDecision, found: MatchResult): MatchResult {
  if (verdict === null) return found;
  const reason = verdict.kind === 'create' ? `${verdict.by} decided: no match, a new object is created.` : `Left out by ${verdict.by}. Take the decision back to migrate it.`;
  return { ...found, sourceId: source.id, state: 'Not matched', targetId: null, ruleId: null, risks: [], reason };
}

/**
 * Addresses are unique over all kinds of objects, so a user whose address belongs to a group of the tenant can neither be
 * matched nor created (Entra Connect errors: ObjectTypeMismatch). Said here rather than left to fail at writing.
 */
function foreignAddress(source: SourceObject, tried: readonly TriedRule[], index: TargetIndex, evidence: readonly MatchEvidence[], context: MatchContext): MatchResult | undefined {
  const rule = tried.find((candidate) => candidate.rule.comparison === 'smtp')?.rule;
  const address = rule === undefined ? undefined : sourceKeys(rule, source, context.upnSuffix)[0];
  if (rule === undefined || address === undefined) return undefined;
  const rejected = context.decisionOf?.(source.id)?.rejected ?? [];
  const [holder] = byId(index.findByAddress(address)).filter((target) => target.kind !== source.kind && !rejected.includes(target.id));
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
 * @returns undefined when the index does not know the target any more, or a person rejected it: match anew.
 */
export function matchAgain(source: SourceObject, known: MatchResult, index: TargetIndex, context: MatchContext, written: 'written' | 'not written'): MatchResult | undefined {
  const target = known.targetId === null ? undefined : index.get(known.targetId);
  const decision = context.decisionOf?.(source.id) ?? NO_DECISION;
  if (target === undefined || (written === 'not written' && (decision.rejected.includes(target.id) || decision.verdict !== null))) return undefined;
  const proved = written === 'written' || ownAnchors(source).has(target.immutableId);
  // How it was found does not change by looking again; a migration that wrote to it settles the question.
  const kept = written === 'written' ? [] : known.risks.filter((risk) => risk === 'weak evidence' || risk === 'other candidates were rejected');
  const risks = [...risksOf(source, target, context, proved ? 'anchor' : 'other'), ...kept];
  const blocking = stillBlocking(risks, decision, target.id);
  const name = target.name || target.id;
  if (blocking.length > 0) return { ...known, state: 'Conflict', risks, reason: `Matched with ${name} before, but now: ${blocking.join(', ')}. It is left as it is; accept or pin the match if it is right.` };
  const same = known.state === 'Matched' && known.risks.length === risks.length && risks.every((risk) => known.risks.includes(risk));
  if (same) return known;
  return { ...known, state: 'Matched', risks, reason: risks.length > 0 ? `Matched with ${name} before; look first: ${risks.join(', ')}.` : `Matched with ${name} before.` };
}
