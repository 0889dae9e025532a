import type { Handlers } from '../ipc/router.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { MappingRule, MatchingRule } from '../../shared/domain/rules.ts';
import { TARGET_ATTRIBUTES, targetAttribute } from '../../shared/rules/target-attributes.ts';
import { DEFAULT_MAPPING_RULES } from '../engines/mapping/index.ts';
import { DEFAULT_MATCHING_RULES } from '../engines/matching/index.ts';
import type { Services } from './services.ts';

/** Channels of matching and mapping rules. */
export function ruleHandlers(services: Services): Pick<Handlers, 'matchingRules.list' | 'matchingRules.save' | 'matchingRules.remove' | 'matchingRules.reorder' | 'mappingRules.list' | 'mappingRules.save' | 'mappingRules.remove' | 'mappingRules.reorder' | 'rules.attributes'> {
  const { matchingRules: matching, mappingRules: mapping } = services.store;
  const changed = () => { services.emit('store.changed', { nouns: ['rules'] }); };
  return {
    'matchingRules.list': async (owner) => ({ rows: [...await matching.list(owner)] }),
    async 'matchingRules.save'({ owner, rule }) {
      requireFitting(rule);
      const saved = await matching.save(owner, rule);
      changed();
      return saved;
    },
    async 'matchingRules.remove'({ owner, id }) { await matching.remove(owner, id); changed(); return { done: true }; },
    async 'matchingRules.reorder'({ owner, ids }) { await matching.reorder(owner, ids); changed(); return { done: true }; },
    'mappingRules.list': async (owner) => ({ rows: [...await mapping.list(owner)] }),
    async 'mappingRules.save'({ owner, rule }) {
      requireWritable(rule);
      const saved = await mapping.save(owner, rule);
      changed();
      return saved;
    },
    async 'mappingRules.remove'({ owner, id }) { await mapping.remove(owner, id); changed(); return { done: true }; },
    async 'mappingRules.reorder'({ owner, ids }) { await mapping.reorder(owner, ids); changed(); return { done: true }; },
    'rules.attributes': async () => ({
      source: distinct([...DEFAULT_MAPPING_RULES, ...DEFAULT_MATCHING_RULES].filter((r) => r.sourceAttribute !== '').map((r) => ({ kind: r.sourceClass, name: r.sourceAttribute }))),
      target: TARGET_ATTRIBUTES.flatMap((a) => a.kinds.map((kind) => ({ kind, name: a.name, service: a.service, writable: a.onCreate || a.onUpdate }))),
    }),
  };
}

function distinct<T extends { readonly kind: string; readonly name: string }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((r) => [`${r.kind}/${r.name.toLowerCase()}`, r])).values()].sort((a, b) => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name));
}

function requireFitting(rule: Pick<MatchingRule, 'sourceClass' | 'targetClass' | 'targetAttribute'>): void {
  if (rule.sourceClass !== rule.targetClass) throw appError(ErrorCode.InvalidInput, `A ${rule.sourceClass} cannot be matched with a ${rule.targetClass}: choose the same class on both sides.`);
  if (targetAttribute(rule.targetClass, rule.targetAttribute) === undefined) throw appError(ErrorCode.InvalidInput, `Causeway does not read "${rule.targetAttribute}" of a ${rule.targetClass}. Choose one of the attributes in the list.`);
}

function requireWritable(rule: Omit<MappingRule, 'id' | 'position'> & { readonly id?: string | undefined }): void {
  requireFitting(rule);
  if (rule.action === 'Expression') throw appError(ErrorCode.InvalidInput, 'Expressions come with the mapping language of a later version. Use one of the other actions.');
  if (rule.action === 'Resolve') return;
  const attribute = targetAttribute(rule.targetClass, rule.targetAttribute);
  if (attribute && attribute.service !== 'graph') throw appError(ErrorCode.InvalidInput, `"${attribute.name}" cannot be written through Microsoft Graph${attribute.service === 'exchange' ? '; it belongs to Exchange' : '; Microsoft 365 computes it'}.`);
  if ((rule.action === 'Overwrite' || rule.action === 'Merge') && rule.sourceAttribute === '') throw appError(ErrorCode.InvalidInput, `${rule.action} needs a source attribute.`);
  if (rule.action === 'Set constant' && rule.value === '') throw appError(ErrorCode.InvalidInput, 'Set constant needs a value; use Clear to make the attribute empty.');
  if (rule.action === 'Merge' && attribute?.type !== 'texts') throw appError(ErrorCode.InvalidInput, `"${rule.targetAttribute}" has one value only; Merge is for attributes with several.`);
  if (rule.action === 'Clear' && attribute && !attribute.clearable) throw appError(ErrorCode.InvalidInput, `"${attribute.name}" cannot be empty in Microsoft 365.`);
}
