import { z } from 'zod';
import { appError, ErrorCode } from '../../../../shared/domain/errors.ts';
import { OBJECT_KINDS } from '../../../../shared/domain/objects.ts';
import { COMPARISONS, CONVERSIONS, MAPPING_ACTIONS, MAPPING_CONDITIONS } from '../../../../shared/domain/rules.ts';
import type { MappingBody, MatchingBody, RuleLists } from './difference.ts';

const Kind = z.enum(OBJECT_KINDS);
const Attribute = z.string().min(1).max(200);
const Matching = z.strictObject({ class: Kind, source: Attribute, target: Attribute, comparison: z.enum(COMPARISONS).default('value'), enabled: z.boolean().default(true) });
const Mapping = z.strictObject({
  class: Kind, source: z.string().max(200).default(''), target: Attribute, action: z.enum(MAPPING_ACTIONS).default('Overwrite'), condition: z.enum(MAPPING_CONDITIONS).default('always'),
  value: z.string().max(4000).default(''), conversion: z.enum(CONVERSIONS).default('none'), enabled: z.boolean().default(true),
});
const File = z.strictObject({
  format: z.literal(1), name: z.string().min(1).max(128), version: z.int().min(1).max(10_000), description: z.string().min(1).max(500),
  changes: z.array(z.string().min(1).max(300)).max(100).default([]),
  matching: z.array(Matching).max(500), mapping: z.array(Mapping).max(500),
  notWritten: z.array(z.strictObject({ class: Kind, source: Attribute, target: z.string().max(200), reason: z.string().min(1).max(300) })).max(500).default([]),
});

/** An attribute of the default attribute flow that a template does not write, and why. */
export interface NotWritten { readonly kind: (typeof OBJECT_KINDS)[number]; readonly source: string; readonly target: string; readonly reason: string }

/** One version of a schema template: the rules a pair starts with. */
export interface SchemaTemplate extends RuleLists {
  readonly name: string;
  /** Counts from 1; a released version never changes. */
  readonly version: number;
  readonly description: string;
  /** What this version changed since the one before, in sentences. */
  readonly changes: readonly string[];
  readonly notWritten: readonly NotWritten[];
}

const matchingOf = ({ class: kind, source, target, comparison, enabled }: z.output<typeof Matching>): MatchingBody => ({ enabled, sourceClass: kind, sourceAttribute: source, targetClass: kind, targetAttribute: target, comparison });
const mappingOf = ({ class: kind, source, target, action, condition, value, conversion, enabled }: z.output<typeof Mapping>): MappingBody => ({
  enabled, action, condition, sourceClass: kind, sourceAttribute: source, targetClass: kind, targetAttribute: target, value, conversion,
});

/**
 * Reads the text of a template file (JSON).
 * @param file its name, for the message.
 * @throws AppError BAD_FILE naming the file and the first place that is wrong.
 */
export function readTemplate(text: string, file: string): SchemaTemplate {
  let json: unknown;
  try { json = JSON.parse(text); } catch (cause) { throw appError(ErrorCode.BadFile, `The schema template ${file} is not JSON: ${(cause as Error).message}.`, { cause }); }
  const read = File.safeParse(json);
  if (!read.success) {
    const issue = read.error.issues[0];
    throw appError(ErrorCode.BadFile, `The schema template ${file} is wrong at ${issue?.path.join('.') || 'its beginning'}: ${issue?.message ?? 'unknown'}.`);
  }
  const { name, version, description, changes, matching, mapping, notWritten } = read.data;
  return { name, version, description, changes, matching: matching.map(matchingOf), mapping: mapping.map(mappingOf), notWritten: notWritten.map(({ class: kind, ...rest }) => ({ kind, ...rest })) };
}

/** The rules of a template as the file writes them: what is the default is left out. The opposite of {@link readTemplate}. */
export function templateRules({ matching, mapping }: RuleLists): { readonly matching: readonly object[]; readonly mapping: readonly object[] } {
  const without = (rule: Readonly<Record<string, unknown>>, defaults: Readonly<Record<string, unknown>>): object => Object.fromEntries(Object.entries(rule).filter(([key, value]) => defaults[key] !== value));
  return {
    matching: matching.map((r) => without({ class: r.sourceClass, source: r.sourceAttribute, target: r.targetAttribute, comparison: r.comparison, enabled: r.enabled }, { comparison: 'value', enabled: true })),
    mapping: mapping.map((r) => without(
      { class: r.sourceClass, source: r.sourceAttribute, target: r.targetAttribute, action: r.action, condition: r.condition, value: r.value, conversion: r.conversion, enabled: r.enabled },
      { source: '', action: 'Overwrite', condition: 'always', value: '', conversion: 'none', enabled: true },
    )),
  };
}
