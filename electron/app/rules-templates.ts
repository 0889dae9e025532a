import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { ChannelOutput, ChannelParsed } from '../../shared/contracts/index.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { LicenceRule } from '../../shared/domain/licences.ts';
import { DEFAULT_SCHEMA_TEMPLATE, RULE_SETS, type PushSet, type RuleOrigin, type RuleOwner } from '../../shared/domain/rules.ts';
import { keepOwnRules, readTemplate, ruleDifferences, type RuleDifference, type RuleLists, type SchemaTemplate } from '../engines/mapping/index.ts';
import type { Repositories } from '../store/index.ts';
import { pairOf } from './rules-attributes.ts';
import type { Services } from './services.ts';

/** Where the templates lie, seen from the sources (electron/app) and from the bundle (out/main and its chunks). */
const PLACES = ['../../resources/schema-templates', '../../../resources/schema-templates'] as const;

/** Every version of every schema template. */
export interface Templates {
  /** Newest versions by name, the default first. */
  list(): readonly SchemaTemplate[];
  versions(name: string): readonly SchemaTemplate[];
  /** @param version absent: the newest. @throws AppError NOT_FOUND. */
  get(name: string, version?: number): SchemaTemplate;
}

/**
 * Reads the template files of a folder, `<name>.<version>.json` each.
 * @param folder absent: the one that is shipped.
 * @throws AppError BAD_FILE naming the file that is wrong, or when there are none.
 */
export function openTemplates(folder: string = shippedFolder()): Templates {
  const files = readdirSync(folder).filter((name) => name.endsWith('.json')).toSorted();
  const all = files.map((file) => ({ file, template: readTemplate(readFileSync(path.join(folder, file), 'utf8'), file) }));
  const names = [...new Set(all.map(({ template }) => template.name))];
  if (names.length === 0) throw appError(ErrorCode.BadFile, `There are no schema templates in ${folder}. Install Causeway again.`);
  const versions = (name: string): readonly SchemaTemplate[] => all.map(({ template }) => template).filter((t) => t.name.toLowerCase() === name.trim().toLowerCase()).toSorted((a, b) => a.version - b.version);
  for (const { file, template } of all) {
    if (versions(template.name).filter((t) => t.version === template.version).length > 1) throw appError(ErrorCode.BadFile, `Version ${template.version} of the schema template "${template.name}" is there twice; one is ${file}.`);
  }
  return {
    list: () => names.flatMap((name) => versions(name).at(-1) ?? []).toSorted((a, b) => Number(b.name === DEFAULT_SCHEMA_TEMPLATE) - Number(a.name === DEFAULT_SCHEMA_TEMPLATE) || a.name.localeCompare(b.name)),
    versions,
    get(name, version) {
      const found = version === undefined ? versions(name).at(-1) : versions(name).find((t) => t.version === version);
      if (found === undefined) throw appError(ErrorCode.NotFound, `There is no schema template "${name}"${version === undefined ? '' : ` of version ${version}`}. There are: ${names.join(', ')}.`);
      return found;
    },
  };
}

function shippedFolder(): string {
  for (const place of PLACES) {
    const folder = path.resolve(import.meta.dirname, place);
    try { readdirSync(folder); return folder; } catch { /* the next place */ }
  }
  throw appError(ErrorCode.BadFile, 'The schema templates that belong to Causeway are missing. Install it again.');
}

const Origin = z.object({ template: z.string(), version: z.int() });
const ORIGIN = (owner: RuleOwner): string => (owner.kind === 'pair' ? 'rule origin' : `rule origin/${owner.id}`);

/** Template and version that an owner's rules were made from; null when nobody knows. */
export async function originOf(store: Pick<Repositories, 'pairSettings'>, pairId: string, owner: RuleOwner): Promise<RuleOrigin | null> {
  const read = Origin.safeParse(await store.pairSettings.get(pairId, ORIGIN(owner)));
  return read.success ? read.data : null;
}

/** Remembers what an owner's rules were made from. */
export async function keepOrigin(store: Pick<Repositories, 'pairSettings'>, pairId: string, owner: RuleOwner, origin: RuleOrigin | null): Promise<void> {
  await store.pairSettings.set(pairId, ORIGIN(owner), origin === null ? null : { template: origin.template, version: origin.version });
}

/** Both lists of an owner. */
export async function ruleListsOf(store: Pick<Repositories, 'matchingRules' | 'mappingRules'>, owner: RuleOwner): Promise<RuleLists> {
  return { matching: await store.matchingRules.list(owner), mapping: await store.mappingRules.list(owner) };
}

/** Names a list of differences: two that are shown alike have the same digest. */
export function digestOf(differences: readonly RuleDifference[]): string {
  return createHash('sha256').update(JSON.stringify(differences)).digest('hex').slice(0, 32);
}

/** Differences as the contract has them. */
export const toChanges = (differences: readonly RuleDifference[]) => differences.map((d) => ({ ...d, fields: d.fields.map((f) => ({ ...f })) }));

/** What the templates are, for a list. */
export function templateRows(templates: Templates): ChannelOutput<'templates.list'> {
  return {
    rows: templates.list().map((t) => ({
      name: t.name, version: t.version, description: t.description, matching: t.matching.length, mapping: t.mapping.length, notWritten: t.notWritten.map((n) => ({ ...n })),
      versions: templates.versions(t.name).map((v) => ({ version: v.version, changes: [...v.changes] })),
    })),
  };
}

/** What changed since, and what applying a template would do. */
export async function templateDifference(services: Services, templates: Templates, { owner, template, version, ownRules }: ChannelParsed<'templates.difference'>): Promise<ChannelOutput<'templates.difference'>> {
  const { store } = services;
  const pairId = await pairOf(services, owner);
  const origin = await originOf(store, pairId, owner);
  const chosen = templates.get(template ?? origin?.template ?? (await store.pairs.get(pairId)).schemaTemplate, version);
  const now = await ruleListsOf(store, owner);
  const base = baseOf(templates, origin);
  const toTemplate = ruleDifferences(now, wanted(chosen, now, base, ownRules));
  const newest = origin === null ? undefined : templates.versions(origin.template).at(-1);
  return {
    template: chosen.name, version: chosen.version, newest: templates.versions(chosen.name).at(-1)?.version ?? chosen.version, origin,
    sinceOrigin: base === undefined ? null : toChanges(ruleDifferences(base, now)), ofTemplate: base === undefined || newest === undefined ? [] : toChanges(ruleDifferences(base, newest)),
    toTemplate: toChanges(toTemplate), digest: digestOf(toTemplate),
  };
}

const wanted = (template: SchemaTemplate, now: RuleLists, base: RuleLists | undefined, ownRules: 'remove' | 'keep'): RuleLists => (ownRules === 'keep' ? keepOwnRules(template, now, base ?? null) : template);

const baseOf = (templates: Templates, origin: RuleOrigin | null): SchemaTemplate | undefined => (origin === null ? undefined : templates.versions(origin.template).find((t) => t.version === origin.version));

/**
 * Puts a template's rules in place of an owner's. Rules that stay as they are keep their ids, so that matches made by them still name them.
 * @throws AppError CONFLICT when the rules changed since the difference was shown.
 */
export async function applyTemplate(services: Services, templates: Templates, { owner, template, version, ownRules, digest }: ChannelParsed<'templates.apply'>): Promise<void> {
  const chosen = templates.get(template, version);
  const pairId = await pairOf(services, owner);
  await services.store.transaction(async (tx) => {
    const now = await ruleListsOf(tx, owner);
    const next = wanted(chosen, now, baseOf(templates, await originOf(tx, pairId, owner)), ownRules);
    if (digestOf(ruleDifferences(now, next)) !== digest) throw appError(ErrorCode.Conflict, 'The rules have changed since the difference was shown, so nothing was written. Look at it again.', { retryable: true });
    await replaceRules(tx, owner, next);
    await keepOrigin(tx, pairId, owner, { template: chosen.name, version: chosen.version });
    if (owner.kind === 'pair') await tx.pairs.update(owner.id, { schemaTemplate: chosen.name });
  });
}

/** Puts lists in place of an owner's; a rule that is there already keeps its id. */
export async function replaceRules(tx: Pick<Repositories, 'matchingRules' | 'mappingRules' | 'licenceRules'>, owner: RuleOwner, next: RuleLists & { readonly licence?: readonly LicenceRule[] }, sets: readonly PushSet[] = RULE_SETS): Promise<void> {
  const body = ({ id: _id, position: _position, ...rest }: { readonly id?: string; readonly position?: number }): string => JSON.stringify(Object.entries(rest).toSorted(([a], [b]) => a.localeCompare(b)));
  const keepIds = <T extends object>(before: readonly (T & { readonly id: string })[], after: readonly T[]): (T & { readonly id: string | undefined })[] => {
    const ids = new Map<string, string[]>();
    for (const rule of before) ids.set(body(rule), [...(ids.get(body(rule)) ?? []), rule.id]);
    return after.map((rule) => ({ ...rule, id: ids.get(body(rule))?.shift() }));
  };
  if (sets.includes('matching')) await tx.matchingRules.replaceAll(owner, keepIds(await tx.matchingRules.list(owner), next.matching));
  if (sets.includes('mapping')) await tx.mappingRules.replaceAll(owner, keepIds(await tx.mappingRules.list(owner), next.mapping));
  if (sets.includes('licence')) await tx.licenceRules.replaceAll(owner, keepIds<Omit<LicenceRule, 'id'>>(await tx.licenceRules.list(owner), next.licence ?? []));
}

/** Gives a new pair the rules of its template. */
export async function startWithTemplate(tx: Repositories, pairId: string, template: SchemaTemplate): Promise<void> {
  const owner = { kind: 'pair', id: pairId } as const;
  await tx.matchingRules.replaceAll(owner, template.matching);
  await tx.mappingRules.replaceAll(owner, template.mapping);
  await keepOrigin(tx, pairId, owner, { template: template.name, version: template.version });
}
