/** Schema templates, and the difference of two lists of rules. Pure: who reads the files is the caller's. */
export { keepOwnRules, licenceDifferences, ruleDifferences, ruleText } from './difference.ts';
export type { FieldChange, MappingBody, MatchingBody, RuleDifference, RuleLists } from './difference.ts';
export { readTemplate, templateRules } from './template.ts';
export type { NotWritten, SchemaTemplate } from './template.ts';
