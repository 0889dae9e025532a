import type { Handlers } from '../ipc/router.ts';
import { completeExpression, FUNCTIONS, highlightExpression, signatureAt } from '../engines/mapping/index.ts';
import { createSeenAttributes, expressionSchema, ruleAttributes } from './rules-attributes.ts';
import { EXPRESSION_PARAMETERS } from './rules-expressions.ts';
import { previewRule } from './rules-preview.ts';
import { pushDifference, pushRules } from './rules-push.ts';
import { judge, requireFitting, requireReadable, requireWritable } from './rules-save.ts';
import { applyTemplate, openTemplates, templateDifference, templateRows } from './rules-templates.ts';
import { testMatching } from './rules-test.ts';
import type { Services } from './services.ts';

type Rules =
  | 'matchingRules.list' | 'matchingRules.save' | 'matchingRules.remove' | 'matchingRules.reorder' | 'mappingRules.list' | 'mappingRules.save' | 'mappingRules.remove' | 'mappingRules.reorder'
  | 'rules.attributes' | 'rules.preview' | 'rules.testMatching' | 'rules.pushDifference' | 'rules.push' | 'expressions.functions' | 'expressions.assist' | 'templates.list' | 'templates.difference' | 'templates.apply';

/** Channels of matching and mapping rules, of the expression language and of schema templates. */
export function ruleHandlers(services: Services): Pick<Handlers, Rules> {
  const { matchingRules: matching, mappingRules: mapping } = services.store;
  const seen = createSeenAttributes(services);
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
      await requireReadable(services, seen, owner, rule);
      const saved = await mapping.save(owner, rule);
      changed();
      return saved;
    },
    async 'mappingRules.remove'({ owner, id }) { await mapping.remove(owner, id); changed(); return { done: true }; },
    async 'mappingRules.reorder'({ owner, ids }) { await mapping.reorder(owner, ids); changed(); return { done: true }; },
    'rules.attributes': async ({ owner }) => await ruleAttributes(services, seen, owner),
    'rules.preview': async (request, { signal }) => await previewRule(services, seen, request, signal),
    'rules.testMatching': async (request, { signal }) => await testMatching(services, request, signal),
    'rules.pushDifference': async (request) => await pushDifference(services, request),
    async 'rules.push'(request) { const pushed = await pushRules(services, request); changed(); return { pushed }; },
    'expressions.functions': async () => ({
      rows: FUNCTIONS.map((f) => ({ name: f.name, signature: f.signature, description: f.description, example: f.example.expression, result: f.example.result })), parameters: [...EXPRESSION_PARAMETERS],
    }),
    async 'expressions.assist'({ owner, kind, text, caret }) {
      const schema = await expressionSchema(services, seen, owner, kind);
      const { offset, length, items } = completeExpression(text, caret, schema);
      const active = signatureAt(text, caret);
      return {
        problems: text.trim() === '' ? [] : [...judge(text, schema)], colours: [...highlightExpression(text)], completions: { offset, length, items: [...items] },
        signature: active === null ? null : {
          signature: active.info.signature, description: active.info.description, example: `${active.info.example.expression} gives ${active.info.example.result}`, argument: active.argument, parameter: active.parameter?.name ?? '',
        },
      };
    },
    'templates.list': async () => templateRows(openTemplates()),
    'templates.difference': async (request) => await templateDifference(services, openTemplates(), request),
    async 'templates.apply'(request) {
      await applyTemplate(services, openTemplates(), request);
      services.emit('store.changed', { nouns: ['rules', 'pairs'] });
      return { done: true };
    },
  };
}
