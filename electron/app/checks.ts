import type { Handlers } from '../ipc/router.ts';
import type { ChannelParsed } from '../../shared/contracts/index.ts';
import type { CheckFinding } from '../../shared/domain/checks.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { ObjectKind, SourceObject } from '../../shared/domain/objects.ts';
import { firstOf } from '../../shared/rules/attributes.ts';
import { checkPair, createSourceChecks, createTenantNames, skippedByIdFix, type TenantNames } from '../engines/preflight/index.ts';
import { OUTBOUND_CLAUSES, scopeClause } from '../engines/mapping/index.ts';
import type { PairRecord, TenantFacts } from '../store/index.ts';
import { csvOf } from './csv.ts';
import type { Services } from './services.ts';

/** Largest export given as text, findings. */
const EXPORT_LIMIT = 200_000;
/** Objects left out that are listed by name. */
const LISTED = 500;
/** Clauses by which a directory synchronisation shows itself. */
const SYNCHRONISATION = new Set(['MSOL_ account', 'AAD_ account']);
/** The columns of IdFix, in its order, then ours. */
const COLUMNS = ['DISTINGUISHEDNAME', 'COMMONNAME', 'OBJECTCLASS', 'ATTRIBUTE', 'ERROR', 'VALUE', 'UPDATE', 'PROPOSEDACTION', 'ACTION', 'OBJECTGUID', 'SEVERITY', 'RULE', 'MESSAGE', 'COLLECTION'] as const;

type Request = ChannelParsed<'checks.export'>;
type Told = CheckFinding & { readonly collections: string[] };
interface LeftOut { readonly sourceId: string; readonly name: string; readonly dn: string; readonly kind: ObjectKind; readonly clause: string; readonly reason: string }
interface Outcome { readonly totals: { checked: number; errors: number; warnings: number; fixable: number; byRule: { rule: string; count: number }[] }; readonly leftOut: LeftOut[]; readonly leftOutTotal: number; readonly tenantRead: boolean }

/** Channels of the checks on what was read: nothing is stored and nothing is written. */
export function checkHandlers(services: Services): Pick<Handlers, 'checks.run' | 'checks.export'> {
  return {
    async 'checks.run'({ limit, ...request }, { signal }) {
      const rows: Told[] = [];
      let matching = 0;
      const outcome = await runChecks(services, request, signal, (finding) => { matching++; if (rows.length < limit) rows.push(finding); });
      return { ...outcome, matching, rows: rows.map(toRow) };
    },
    async 'checks.export'(request, { signal }) {
      const lines: string[][] = [];
      const { totals, tenantRead } = await runChecks(services, request, signal, (finding) => {
        if (lines.length === EXPORT_LIMIT) throw appError(ErrorCode.InvalidInput, `There are more than ${EXPORT_LIMIT} findings. Export them in parts, by --rule or by collection.`);
        lines.push(toLine(finding));
      });
      return { fileName: 'check.csv', text: csvOf([[...COLUMNS], ...lines]), findings: lines.length, totals, tenantRead };
    },
  };
}

const toRow = (f: Told) => ({ ...f, rules: [...f.rules], errors: [...f.errors] });
// ACTION stays empty, as in IdFix: there a person writes what is to be done.
const toLine = (f: Told): string[] => [f.dn, f.name, f.objectClass, f.attribute, f.errors.join(', '), f.value, f.proposal ?? '', f.action.toUpperCase(), '', f.sourceId ?? '', f.severity, f.rules.join(', '), f.message, f.collections.join('; ')];

/**
 * Reads the objects of a pair twice, page by page, and tells what the checks find. Memory is one page, the index of names of the
 * source and of the tenant, the member ids of the collections, and the values that several objects hold.
 */
async function runChecks(services: Services, request: Request, signal: AbortSignal, tell: (finding: Told) => void): Promise<Outcome> {
  const { store } = services;
  const pair = await store.pairs.get(request.pairId);
  const facts = await store.pairs.tenantFacts(pair.id);
  const collections = await Promise.all((await store.collections.list(pair.id)).map(async ({ id, name }) => ({ id, name, members: new Set(await store.collections.memberIds(id)) })));
  const chosen = request.collectionId === undefined ? undefined : collections.find(({ id }) => id === request.collectionId);
  if (request.collectionId !== undefined && chosen === undefined) throw appError(ErrorCode.NotFound, `The collection ${request.collectionId} does not belong to the pair "${pair.name}".`);
  const upnSuffix = request.upnSuffix ?? pair.defaults.upnSuffix;
  const { names, licensed } = facts === null ? { names: null, licensed: new Set<string>() } : await tenantNames(services, pair, signal);
  const checks = createSourceChecks({
    upnSuffix, countryCode: request.countryCode ?? pair.defaults.countryCode, alternateLogin: request.alternateLogin, names,
    verifiedDomains: facts === null ? null : new Set(facts.domains.filter((d) => d.isVerified).map((d) => d.name.toLowerCase())),
  });
  const totals = { checked: 0, errors: 0, warnings: 0, fixable: 0 };
  const byRule = new Map<string, number>();
  const wanted = new Set(request.rules.map((rule) => rule.toLowerCase()));
  const found = (finding: CheckFinding): void => {
    totals[finding.severity === 'error' ? 'errors' : 'warnings']++;
    if (finding.proposal !== null || finding.action === 'Remove') totals.fixable++;
    for (const rule of finding.rules) byRule.set(rule, (byRule.get(rule) ?? 0) + 1);
    if (request.severity !== '' && finding.severity !== request.severity) return;
    if (wanted.size > 0 && ![...finding.rules, ...finding.errors].some((word) => wanted.has(word.toLowerCase()))) return;
    tell({ ...finding, collections: finding.sourceId === null ? [] : collections.filter(({ members }) => members.has(finding.sourceId ?? '')).map(({ name }) => name) });
  };

  const leftOut: LeftOut[] = [];
  const synchronisationAccounts = new Set<string>();
  let leftOutTotal = 0;
  let licensedUsers = 0;
  const asked = (object: SourceObject): boolean => chosen === undefined || chosen.members.has(object.id);
  for await (const page of store.sources.iterate(pair.id)) {
    signal.throwIfAborted();
    for (const object of page) {
      const left = reasonToLeaveOut(object, request);
      if (left === null) { checks.note(object); continue; }
      if (SYNCHRONISATION.has(left.clause)) synchronisationAccounts.add(firstOf(object.attributes, 'sAMAccountName') ?? object.name);
      if (!asked(object)) continue;
      leftOutTotal++;
      if (leftOut.length < LISTED) leftOut.push({ sourceId: object.id, name: object.name, dn: object.dn, kind: object.kind, ...left });
    }
  }
  for await (const page of store.sources.iterate(pair.id)) {
    signal.throwIfAborted();
    const matches = await store.matches.getMany(pair.id, page.map(({ id }) => id));
    for (const object of page) {
      if (reasonToLeaveOut(object, request) !== null) continue;
      const match = matches.get(object.id);
      const targetId = match?.state === 'Matched' ? match.targetId : null;
      if (asked(object) && targetId !== null && licensed.has(targetId)) licensedUsers++;
      const about = { targetId, matched: match === undefined ? 'not asked' as const : targetId === null ? 'no' as const : 'yes' as const, as: asked(object) ? 'asked for' as const : 'context' as const };
      for (const finding of checks.check(object, about)) found(finding);
      const outbound = asked(object) ? scopeClause(object, OUTBOUND_CLAUSES) : null;
      if (outbound !== null) found({ ...plain(object), attribute: 'mail', value: '', rules: ['outbound-scope'], errors: ['Reserved'], severity: 'warning', message: `Microsoft's own synchronisation never creates a ${outbound.text}. Give it a mail address, or take it out of the collection.`, proposal: null, action: 'Fail' });
    }
  }
  for (const finding of checks.finish()) found(finding);
  const wishes = { upnSuffix, redirectionDomain: pair.redirectionDomain, licence: request.licence, licensedUsers, synchronisationAccounts: [...synchronisationAccounts].toSorted() };
  for (const finding of checkPair(pairFacts(facts), wishes, checks.tally)) found(finding);
  const counted = [...byRule].map(([rule, count]) => ({ rule, count })).toSorted((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : 1));
  return { totals: { ...totals, checked: checks.tally.checked, byRule: counted }, leftOut, leftOutTotal, tenantRead: facts !== null };
}

/** The clause that keeps an object out of the check: out of scope, or, when asked for, what IdFix does not look at. */
function reasonToLeaveOut(object: SourceObject, { likeIdFix }: Request): Pick<LeftOut, 'clause' | 'reason'> | null {
  const clause = scopeClause(object);
  if (clause !== null) return { clause: clause.id, reason: clause.text };
  const skipped = likeIdFix ? skippedByIdFix(object) : null;
  return skipped === null ? null : { clause: 'IdFix', reason: skipped };
}

const plain = ({ id, dn, name, kind, attributes }: SourceObject) => ({ sourceId: id, dn, name, kind, objectClass: attributes['objectClass']?.at(-1) ?? kind });

async function tenantNames(services: Services, pair: PairRecord, signal: AbortSignal): Promise<{ readonly names: TenantNames; readonly licensed: Set<string> }> {
  const names = createTenantNames();
  const licensed = new Set<string>();
  for await (const targets of services.store.targets.iterate(pair.id, { withLinks: false, deleted: 'include' })) {
    signal.throwIfAborted();
    for (const target of targets) {
      names.add(target);
      if (firstOf(target.attributes, 'assignedLicenses') !== undefined) licensed.add(target.id);
    }
  }
  return { names, licensed };
}

const pairFacts = (facts: TenantFacts | null) => (facts === null ? null : { tenantName: facts.organization.displayName, onPremisesSyncEnabled: facts.organization.onPremisesSyncEnabled, domains: facts.domains, skus: facts.skus });
