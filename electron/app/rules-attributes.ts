import type { ChannelOutput } from '../../shared/contracts/index.ts';
import { OBJECT_KINDS, type ObjectKind } from '../../shared/domain/objects.ts';
import { MAILBOX_PERMISSIONS } from '../../shared/domain/plans.ts';
import type { RuleOwner } from '../../shared/domain/rules.ts';
import { TARGET_ATTRIBUTES, type TargetAttribute } from '../../shared/rules/target-attributes.ts';
import { DEFAULT_MAPPING_RULES, isBinaryAttribute, permissionOf, type ExpressionSchema } from '../engines/mapping/index.ts';
import { DEFAULT_MATCHING_RULES } from '../engines/matching/index.ts';
import { attributeTypes, EXPRESSION_PARAMETERS } from './rules-expressions.ts';
import type { Services } from './services.ts';
import { attributesOf, isLinkName, LINK_ATTRIBUTES, wantedAttributes } from './source-attributes.ts';

/** Objects that are looked at for the attributes they have; more would not be waited for while somebody types. */
const LOOKED_AT = 5_000;

type Attributes = ChannelOutput<'rules.attributes'>;

/** Linked attributes of the target that Resolve writes (Graph documentation: user manager, group members; permissions on mailboxes, Exchange Online). */
export const TARGET_LINKS: Readonly<Record<ObjectKind, readonly string[]>> = { user: ['manager', ...MAILBOX_PERMISSIONS], group: ['members'], contact: [] };

/** The pair that rules belong to. @throws AppError NOT_FOUND. */
export async function pairOf(services: Pick<Services, 'store'>, owner: RuleOwner): Promise<string> {
  return owner.kind === 'pair' ? (await services.store.pairs.get(owner.id)).id : (await services.store.collections.get(owner.id)).pairId;
}

type SourceAttribute = Attributes['source'][number];

/** Attributes that objects of a pair have, by kind. Remembered until the pair is read again: an editor asks at every key. */
export type SeenAttributes = (pairId: string) => Promise<readonly SourceAttribute[]>;

/** Makes the memory of one open project. */
export function createSeenAttributes(services: Pick<Services, 'store'>): SeenAttributes {
  const known = new Map<string, { readonly key: string; readonly rows: Promise<readonly SourceAttribute[]> }>();
  return async (pairId) => {
    const pair = await services.store.pairs.get(pairId);
    const key = `${pair.discoveredAt ?? 'never'} ${pair.sourceObjects}`;
    const before = known.get(pairId);
    if (before?.key === key) return await before.rows;
    const rows = lookAtSources(services, pairId);
    known.set(pairId, { key, rows });
    rows.catch(() => { known.delete(pairId); });
    return await rows;
  };
}

async function lookAtSources(services: Pick<Services, 'store'>, pairId: string): Promise<readonly SourceAttribute[]> {
  const source = new Map<string, { kind: ObjectKind; name: string; seen: number; type: string }>();
  const types = await attributeTypes(services, pairId);
  for (const kind of OBJECT_KINDS) {
    let looked = 0;
    for await (const page of services.store.sources.iterate(pairId, { kind, links: 'without links' })) {
      for (const { attributes } of page) {
        for (const name of Object.keys(attributes)) {
          const known = source.get(`${kind}/${name}`);
          if (known === undefined) source.set(`${kind}/${name}`, { kind, name, seen: 1, type: types[name.toLowerCase()] ?? '' });
          else known.seen++;
        }
      }
      looked += page.length;
      if (looked >= LOOKED_AT) break;
    }
  }
  return [...source.values()];
}

/** Attributes that a rule of this owner can name; without an owner those of all pairs. `seen` counts the objects looked at, 5,000 of a kind; linked attributes are not counted. */
export async function ruleAttributes(services: Services, seen: SeenAttributes, owner: RuleOwner | undefined): Promise<Attributes> {
  const pairs = owner === undefined ? (await services.store.pairs.list()).map((pair) => pair.id) : [await pairOf(services, owner)];
  const source = new Map<string, SourceAttribute>();
  const note = (row: SourceAttribute): void => {
    const key = `${row.kind}/${row.name.toLowerCase()}`;
    const known = source.get(key);
    source.set(key, known === undefined ? row : { ...known, seen: known.seen + row.seen, type: known.type || row.type });
  };
  for (const rule of [...DEFAULT_MAPPING_RULES, ...DEFAULT_MATCHING_RULES]) if (rule.sourceAttribute !== '') note({ kind: rule.sourceClass, name: rule.sourceAttribute, seen: 0, type: isLinkName(rule.sourceAttribute) ? 'linked' : '' });
  for (const pairId of pairs) for (const row of await seen(pairId)) note(row);
  const byName = (a: { readonly kind: string; readonly name: string }, b: { readonly kind: string; readonly name: string }): number => a.kind.localeCompare(b.kind) || a.name.localeCompare(b.name);
  return {
    source: [...source.values()].sort(byName),
    target: OBJECT_KINDS.flatMap((kind) => [
      ...[...new Set(TARGET_ATTRIBUTES.filter((a) => a.kinds.includes(kind)).map((a) => a.name))].map((name) => {
        const entries = targetEntries(kind, name);
        const writing = entries.filter(isWritable);
        return { kind, name, service: [...new Set((writing.length > 0 ? writing : entries).map((a) => a.service))].join(' or '), writable: writing.length > 0, note: whyNot(kind, name) };
      }),
      ...TARGET_LINKS[kind].filter((name) => targetEntries(kind, name).length === 0).map((name) => ({ kind, name, service: permissionOf(name) === undefined ? 'graph' : 'exchange', writable: true, note: 'linked; written by Resolve' })),
    ]).sort(byName),
  };
}

/** Entries of one attribute: of groups there may be two, because the single group decides which service writes it. */
export function targetEntries(kind: ObjectKind, name: string): readonly TargetAttribute[] {
  return TARGET_ATTRIBUTES.filter((a) => a.kinds.includes(kind) && a.name.toLowerCase() === name.toLowerCase());
}

/** True when some service takes the attribute, at creation or later. */
export const isWritable = (attribute: TargetAttribute): boolean => attribute.service !== 'none' && (attribute.onCreate || attribute.onUpdate);

/** What a person must know of a target attribute before naming it in a rule; empty when it is written like any other. */
export function whyNot(kind: ObjectKind, name: string): string {
  const entries = targetEntries(kind, name);
  return [...new Set(entries.map((entry) => entryNote(entry, kind)).filter((note) => note !== ''))].join('; ');
}

function entryNote(attribute: TargetAttribute, kind: ObjectKind): string {
  const service = attribute.service === 'exchange' ? 'Exchange Online' : 'Microsoft Graph';
  const which = attribute.groups === 'of Exchange' ? 'distribution and mail-enabled security groups: ' : attribute.groups === 'of Graph' && targetEntries(kind, attribute.name).length > 1 ? 'other groups: ' : '';
  if (attribute.service === 'none') return `${which}Microsoft 365 computes it, so nobody can write it from outside`;
  if (!attribute.onCreate && !attribute.onUpdate) return `${which}it belongs to ${service}, and Causeway only reads it`;
  if (!attribute.onUpdate) return `${which}${service} takes it only when the object is created`;
  if (attribute.recipients !== undefined) return `${kind === 'group' ? 'Microsoft 365 groups: ' : ''}written through Exchange Online${kind === 'user' ? `, once the account has a mailbox${attribute.recipients.includes('mail user') ? ' or is a mail user' : ''}` : ''}${attribute.names === undefined ? '' : '; linked, written by Resolve'}`;
  if (attribute.names !== undefined) return `${which}written through Exchange Online; linked, written by Resolve`;
  if (!attribute.onCreate) return `${which}${service} takes it only after the object was created`;
  return attribute.service === 'exchange' ? `${which}written through Exchange Online` : '';
}

/**
 * What the editor of an owner's expressions knows: attributes seen, or asked for by some rule, and the parameters.
 */
export async function expressionSchema(services: Services, seen: SeenAttributes, owner: RuleOwner, kind: ObjectKind): Promise<ExpressionSchema> {
  const pairId = await pairOf(services, owner);
  const { source } = await ruleAttributes(services, seen, owner);
  const types = await attributeTypes(services, pairId);
  const rules = await services.store.mappingRules.list(owner);
  const names = new Map<string, string>();
  const all = [...source.filter((a) => a.kind === kind).map((a) => a.name), ...wantedAttributes([]), ...LINK_ATTRIBUTES, 'dn', 'distinguishedName', ...rules.filter((r) => r.sourceClass === kind).flatMap(attributesOf)];
  for (const name of all) if (name !== '' && !names.has(name.toLowerCase())) names.set(name.toLowerCase(), name);
  return {
    attributes: [...names.values()].sort((a, b) => a.localeCompare(b)).map((name) => { const type = types[name.toLowerCase()] ?? (isBinaryAttribute(name) ? 'binary' : undefined); return type === undefined ? { name } : { name, type }; }),
    parameters: EXPRESSION_PARAMETERS,
  };
}
