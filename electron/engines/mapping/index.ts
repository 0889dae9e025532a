/** The mapping engine: desired values of one target object, with where each came from. Pure. */
export { DEFAULT_MAPPING_RULES } from './default-rules.ts';
export { convert, GENERATED } from './conversions.ts';
export type { ConversionInput, Converted } from './conversions.ts';
export { inOrder, mapObject } from './map.ts';
export { permissionOf } from './permissions.ts';
export { OUTBOUND_CLAUSES, outOfScope, SCOPE_CLAUSES, scopeClause } from './scope.ts';
export type { ScopeClause } from './scope.ts';
export { keepOwnRules, licenceDifferences, readTemplate, ruleDifferences, ruleText, templateRules } from './templates/index.ts';
export type { MappingBody, MatchingBody, RuleDifference, RuleLists, SchemaTemplate } from './templates/index.ts';
export { createUniqueValues } from './unique-values.ts';
export type { UniqueValues } from './unique-values.ts';
export type { ExpressionInput, MappedLink, MappedObject, MappedReference, MappedValue, MapInput, RulesInOrder } from './types.ts';
export {
  EXAMPLE_OBJECT, EXPRESSION_LIMITS, FUNCTIONS, OBJECT_PARAMETERS, attributeReader, complete as completeExpression, evaluate as evaluateExpression, format as formatExpression,
  highlight as highlightExpression, isBinaryAttribute, parameterReader, readExpression, signatureAt,
} from './expressions/index.ts';
export type {
  ActiveSignature, Completion, Completions, Explanation, Expression, ExpressionSchema, FunctionInfo, Highlight, HighlightKind, Outcome, Parameter, Problem, ReadExpression, SchemaAttribute, Surroundings, Value,
} from './expressions/index.ts';
