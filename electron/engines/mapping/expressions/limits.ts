/**
 * Limits of the mapping language. Rules come from people and are run over every object of a migration, so a slip must end
 * in a sentence and not in a console that hangs. All limits count work, not seconds: the same rule gives the same result on
 * every machine, which a preview that is approved and applied elsewhere needs.
 */
export const LIMITS = {
  /** Characters of one expression. */
  expressionLength: 20_000,
  /** Nesting of calls and parentheses; keeps the recursion of parser, printer and evaluator far from the stack's end. */
  depth: 100,
  /** UTF-16 units of one text value: several times the largest attribute that Graph or Exchange take. */
  textLength: 65_536,
  /** Values of one list. */
  listLength: 100_000,
  /** Units of work of one evaluation: nodes, characters made (16 to a unit) and states of regular expressions. About 0.2 s at most. */
  steps: 1_000_000,
  /** Instructions of one compiled regular expression, repetitions written out. */
  patternSize: 2_000,
  /** Characters of text a regular expression is applied to. */
  patternInput: 10_000,
} as const;
