import type { Comparison, MappingAction } from '../../../shared/domain/rules.ts';

/** How two attributes are compared, for people. */
export const COMPARISON_WORDS: Readonly<Record<Comparison, string>> = {
  'value': 'Any value equals any value', 'anchor': 'Source anchor equals the immutable ID', 'smtp': 'Primary SMTP address', 'upn prefix': 'Part of the UPN before @, with the UPN suffix',
};

/** What each mapping action does, for people. */
export const ACTION_WORDS: Readonly<Record<MappingAction, string>> = {
  'Overwrite': 'Overwrites value of target attribute with value of source attribute',
  'Merge': 'Merges value of source multivalued attribute with value of target multivalued attribute',
  'Resolve': 'Resolves source linked attribute and writes the resulting value into the target attribute',
  'Set constant': 'Sets constant value for the target attribute',
  'Clear': 'Makes target attribute value blank',
  'Expression': 'Writes the result of an expression',
};
