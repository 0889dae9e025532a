import type { CheckRequest, CheckSummary } from '../../../shared/contracts/checks.ts';
import type { CheckFinding } from '../../../shared/domain/checks.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';
import type { ObjectKind, SourceObject } from '../../../shared/domain/objects.ts';
import { firstOf } from '../../../shared/rules/attributes.ts';
import { OUTBOUND_CLAUSES, scopeClause } from '../../engines/mapping/index.ts';
import { checkPair, createSourceChecks, createTenantNames, skippedByIdFix, type RuleContext, type TenantNames } from '../../engines/preflight/index.ts';
import type { PairRecord, StoredFinding, TenantFacts } from '../../store/index.ts';
import type { Services } from '../services.ts';
import { nextTurn } from './next-turn.ts';

/** Objects left out that are listed by name. */
const LISTED = 500;
/** Clauses by which a directory synchronisation shows itself. */
const SYNCHRONISATION = new Set(['MSOL_ account', 'AAD_ account']);

/** What is checked: a pair, one of its collections, or some objects of that. */
export interface CheckScope { readonly pairId: string; readonly collectionId: string | null; readonly ids: readonly string[] | null; /** How many licences of each product are wanted; empty: as the request says. */ readonly licences: readonly { readonly partNumber: string; readonly count: number }[] }
/** Figures of a check that has looked at everything. */
export type CheckOutcome = Pick<CheckSummary, 'totals' | 'leftOut' | 'leftOutTotal' | 'tenantRead'>;
type LeftOut = CheckSummary['leftOut'][number];

/** What rules about values know besides the object, for a check with these answers. */
export async function ruleContext(services: Services, pair: PairRecord, request: CheckRequest): Promise<RuleContext> {
  const facts = await services.store.pairs.tenantFacts(pair.id);
  return {
    upnSuffix: request.upnSuffix ?? pair.defaults.upnSuffix, countryCode: request.countryCode ?? pair.defaults.countryCode, licenceWanted: request.licence !== '' || request.licences.length > 0,
    verifiedDomains: facts === null ? null : new Set(facts.domains.filter((d) => d.isVerified).map((d) => d.name.toLowerCase())),
  };
}

/**
 * Reads the objects of a pair twice, page by page, and tells what the checks find. Memory is one page, the index of names of the
 * source and of the tenant, the member ids of the collections, and the values that several objects hold. Reads only the store.
 * @param onPage is told how many objects were looked at, and waits for what the caller stores.
 */
export async function runChecks(services: Services, scope: CheckScope, request: CheckRequest, signal: AbortSignal, tell: (finding: StoredFinding) => void, onPage: (objects: number) => Promise<void>): Promise<CheckOutcome> {
  const { store } = services;
  const pair = await store.pairs.get(scope.pairId);
  const facts = await store.pairs.tenantFacts(pair.id);
  const collections = await Promise.all((await store.collections.list(pair.id)).map(async ({ id, name }) => ({ id, name, members: new Set(await store.collections.memberIds(id)) })));
  const chosen = scope.collectionId === null ? undefined : collections.find(({ id }) => id === scope.collectionId);
  if (scope.collectionId !== null && chosen === undefined) throw appError(ErrorCode.NotFound, `The collection ${scope.collectionId} does not belong to the pair "${pair.name}".`);
  const selected = scope.ids === null ? undefined : new Set(scope.ids);
  const context = await ruleContext(services, pair, request);
  const { names, licensed, synchronised } = facts === null ? { names: null, licensed: new Set<string>(), synchronised: new Set<string>() } : await tenantNames(services, pair, signal);
  const checks = createSourceChecks({ ...context, alternateLogin: request.alternateLogin, names });
  const totals = createTotals();
  const collectionsOf = (id: string): string[] => collections.filter(({ members }) => members.has(id)).map(({ name }) => name);
  const found = (finding: CheckFinding): void => {
    totals.count(finding);
    tell({ ...finding, collections: finding.sourceId === null ? [] : collectionsOf(finding.sourceId) });
  };
  const asked = ({ id }: SourceObject): boolean => (chosen === undefined || chosen.members.has(id)) && (selected === undefined || selected.has(id));

  const leftOut: LeftOut[] = [];
  const synchronisationAccounts = new Set<string>();
  let leftOutTotal = 0;
  let licensedUsers = 0;
  for await (const page of store.sources.iterate(pair.id)) {
    await nextTurn(signal);
    for (const object of page) {
      const left = reasonToLeaveOut(object, request);
      if (left === null) { checks.note(object); continue; }
      if (SYNCHRONISATION.has(left.clause)) synchronisationAccounts.add(firstOf(object.attributes, 'sAMAccountName') ?? object.name);
      if (!asked(object)) continue;
      leftOutTotal++;
      if (leftOut.length < LISTED) leftOut.push({ sourceId: object.id, name: object.name, dn: object.dn, kind: object.kind, ...left });
    }
  }
  let looked = 0;
  for await (const page of store.sources.iterate(pair.id)) {
    await nextTurn(signal);
    const matches = await store.matches.getMany(pair.id, page.map(({ id }) => id));
    for (const object of page) {
      if (reasonToLeaveOut(object, request) !== null) continue;
      const match = matches.get(object.id);
      const targetId = match?.state === 'Matched' ? match.targetId : null;
      if (asked(object) && targetId !== null && licensed.has(targetId)) licensedUsers++;
      const about = {
        targetId, matched: match === undefined ? 'not asked' as const : targetId === null ? 'no' as const : 'yes' as const, as: asked(object) ? 'asked for' as const : 'context' as const,
        synchronisedElsewhere: targetId !== null && synchronised.has(targetId), where: collectionsOf(object.id).join(', '),
      };
      for (const finding of checks.check(object, about)) found(finding);
      const outbound = asked(object) ? scopeClause(object, OUTBOUND_CLAUSES) : null;
      if (outbound !== null) found(outOfScope(object, outbound.text));
    }
    looked += page.length;
    await onPage(looked);
  }
  for (const finding of checks.finish()) found(finding);
  const wishes = { upnSuffix: context.upnSuffix, redirectionDomain: pair.redirectionDomain, licence: request.licence, licences: scope.licences, licensedUsers, synchronisationAccounts: [...synchronisationAccounts].toSorted() };
  for (const finding of checkPair(pairFacts(facts), wishes, checks.tally)) found(finding);
  await onPage(looked);
  return { totals: totals.of(checks.tally.checked), leftOut, leftOutTotal, tenantRead: facts !== null };
}

function createTotals() {
  const sums = { errors: 0, warnings: 0, fixable: 0 };
  const byRule = new Map<string, { errors: number; warnings: number }>();
  return {
    count(finding: CheckFinding): void {
      const which = finding.severity === 'error' ? 'errors' : 'warnings';
      sums[which]++;
      if (finding.proposal !== null || finding.action === 'Remove') sums.fixable++;
      for (const rule of finding.rules) {
        const held = byRule.get(rule) ?? { errors: 0, warnings: 0 };
        held[which]++;
        byRule.set(rule, held);
      }
    },
    of(checked: number): CheckOutcome['totals'] {
      const rows = [...byRule].map(([rule, counts]) => ({ rule, ...counts }));
      return { checked, ...sums, byRule: rows.toSorted((a, b) => b.errors - a.errors || b.warnings - a.warnings || (a.rule < b.rule ? -1 : 1)) };
    },
  };
}

/** The clause that keeps an object out of the check: out of scope, or, when asked for, what IdFix does not look at. */
function reasonToLeaveOut(object: SourceObject, { likeIdFix }: Pick<CheckRequest, 'likeIdFix'>): Pick<LeftOut, 'clause' | 'reason'> | null {
  const clause = scopeClause(object);
  if (clause !== null) return { clause: clause.id, reason: clause.text };
  const skipped = likeIdFix ? skippedByIdFix(object) : null;
  return skipped === null ? null : { clause: 'IdFix', reason: skipped };
}

const outOfScope = ({ id, dn, name, kind, attributes }: SourceObject, what: string): CheckFinding => ({
  sourceId: id, dn, name, kind: kind satisfies ObjectKind, objectClass: attributes['objectClass']?.at(-1) ?? kind, attribute: 'mail', value: '', rules: ['outbound-scope'], errors: ['Reserved'], severity: 'warning',
  message: `Microsoft's own synchronisation never creates a ${what}. Give it a mail address, or take it out of the collection.`, proposal: null, action: 'Fail',
});

async function tenantNames(services: Services, pair: PairRecord, signal: AbortSignal): Promise<{ readonly names: TenantNames; readonly licensed: Set<string>; readonly synchronised: Set<string> }> {
  const names = createTenantNames();
  const licensed = new Set<string>();
  const synchronised = new Set<string>();
  for await (const targets of services.store.targets.iterate(pair.id, { withLinks: false, deleted: 'include' })) {
    await nextTurn(signal);
    for (const target of targets) {
      names.add(target);
      if (firstOf(target.attributes, 'assignedLicenses') !== undefined) licensed.add(target.id);
      if (firstOf(target.attributes, 'onPremisesSyncEnabled')?.toLowerCase() === 'true') synchronised.add(target.id);
    }
  }
  return { names, licensed, synchronised };
}

const pairFacts = (facts: TenantFacts | null) => (facts === null ? null : { tenantName: facts.organization.displayName, onPremisesSyncEnabled: facts.organization.onPremisesSyncEnabled, domains: facts.domains, skus: facts.skus });
