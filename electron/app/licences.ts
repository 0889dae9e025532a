import type { Handlers } from '../ipc/router.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { LicenceRule } from '../../shared/domain/licences.ts';
import type { MatchResult } from '../../shared/domain/objects.ts';
import { usageLocationOf } from '../../shared/rules/country.ts';
import { createLicensing } from './licences-planning.ts';
import { requireUsableCondition } from './licences-context.ts';
import type { Services } from './services.ts';

/** Notes told with a head count. */
const NOTES = 200;

/** Channels of licence rules and of what they would take. */
export function licenceHandlers(services: Services): Pick<Handlers, 'licences.list' | 'licences.save' | 'licences.remove' | 'licences.reorder' | 'licences.products' | 'licences.headCount'> {
  const { licenceRules, pairs } = services.store;
  const changed = () => { services.emit('store.changed', { nouns: ['rules'] }); };
  return {
    'licences.list': async (owner) => ({ rows: (await licenceRules.list(owner)).map(toRow) }),
    async 'licences.save'({ owner, rule }) {
      requireUsableCondition(rule);
      if (rule.action === 'remove' && rule.disabledPlans.length > 0) throw appError(ErrorCode.InvalidInput, 'A rule that removes a licence cannot switch off services of it; choose "assign" to keep the licence without some services.');
      const saved = await licenceRules.save(owner, rule);
      changed();
      return toRow(saved);
    },
    async 'licences.remove'({ owner, id }) { await licenceRules.remove(owner, id); changed(); return { done: true }; },
    async 'licences.reorder'({ owner, ids }) { await licenceRules.reorder(owner, ids); changed(); return { done: true }; },
    async 'licences.products'({ pairId }) {
      const facts = await pairs.tenantFacts(pairId);
      return {
        read: facts !== null,
        rows: (facts?.skus ?? []).map(({ id, partNumber, enabled, consumed, plans }) => ({ id, partNumber, enabled, consumed, free: Math.max(0, enabled - consumed), plans: (plans ?? []).map(({ name, forUsers }) => ({ name, forUsers })) })),
      };
    },
    'licences.headCount': async ({ collectionId }, { signal }) => await licenceHeadCount(services, collectionId, signal),
  };
}

const toRow = (rule: LicenceRule) => ({ ...rule, disabledPlans: [...rule.disabledPlans] });

/**
 * What the licence rules of a collection would do with what is known of both sides now. Nothing is planned or written. Users that are
 * not matched yet count as new ones; who is out of scope, left out, in conflict or waits for review counts for nothing.
 */
export async function licenceHeadCount(services: Services, collectionId: string, signal: AbortSignal) {
  const { store } = services;
  const collection = await store.collections.get(collectionId);
  const pair = await store.pairs.get(collection.pairId);
  const ids = await store.collections.memberIds(collectionId);
  const matches = await store.matches.getMany(pair.id, ids);
  const statuses = await store.collections.statuses(collectionId, ids);
  const unmatched = (sourceId: string): MatchResult => ({ sourceId, state: 'Not matched', targetId: null, ruleId: null, pinned: false, evidence: [], risks: [], reason: '' });
  // As the mapping rules do it: the country of c or countryCode is for new users only.
  const countries = new Map<string, 'new users' | 'everybody'>();
  for await (const page of store.sources.iterate(pair.id, { ids, kind: 'user', links: 'without links' })) {
    for (const source of page) {
      const found = usageLocationOf(source.attributes, pair.defaults.countryCode);
      if (found !== undefined) countries.set(source.id, found.from === 'run' || found.from === 'msExchUsageLocation' ? 'everybody' : 'new users');
    }
  }
  const licensing = await createLicensing(services, pair, collection, {
    results: new Map(ids.map((id) => [id, matches.get(id) ?? unmatched(id)])),
    planned: (id) => { const { state, review } = matches.get(id) ?? unmatched(id); return review !== 'To review' && review !== 'Left out' && statuses.get(id)?.status !== 'Skipped' && (state === 'Matched' || state === 'Not matched'); },
    unlocated: (id, target) => target?.attributes['usageLocation'] === undefined && countries.get(id) !== 'everybody' && (target !== null || !countries.has(id)),
  });
  const result = { users: 0, changed: 0, rows: [] as { skuId: string; partNumber: string; needed: number; freed: number; free: number; short: number }[], problems: [] as string[], notes: [] as { name: string; message: string }[], notesTotal: 0 };
  if (licensing === null) return result;
  for await (const page of licensing.pages()) {
    signal.throwIfAborted();
    result.users += page.users;
    result.changed += page.operations.length;
    result.notesTotal += page.findings.length;
    result.notes.push(...page.findings.slice(0, NOTES - result.notes.length).map(({ name, message }) => ({ name, message })));
  }
  return { ...result, rows: licensing.headCount().map((one) => ({ ...one })), problems: [...licensing.problems, ...licensing.shortages()].map((one) => one.message) };
}
