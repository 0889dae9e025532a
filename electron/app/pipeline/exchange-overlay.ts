import type { Attributes, TargetChange, TargetObject, Values } from '../../../shared/domain/objects.ts';
import { owningService, TARGET_ATTRIBUTES } from '../../../shared/rules/target-attributes.ts';
import { keptByExchange } from '../../engines/tenant/index.ts';

/** What Exchange Online showed of one object: an account, a Microsoft 365 group, or an object that it keeps itself. */
export type ExchangePart =
  | { readonly kind: 'user'; readonly attributes: Attributes; /** What lists of recipients do not show was read too. */ readonly details: boolean }
  | { readonly kind: 'unified'; readonly attributes: Attributes }
  | { readonly kind: 'object'; readonly object: TargetObject };

/** What lists of recipients show of people; both services show the addresses. */
const LISTED: ReadonlySet<string> = new Set(['recipientTypeDetails', 'hideFromAddressLists']);
const ofPart = (kind: 'user' | 'group'): readonly string[] => TARGET_ATTRIBUTES.filter((one) => one.kinds.includes(kind) && one.shownBy === 'exchange' && (one.groups ?? 'of Graph') === 'of Graph').map((one) => one.name);
const OF_USERS = ofPart('user');
const OF_UNIFIED = ofPart('group');

/** True when Exchange showed the stored object: it has an attribute that Graph does not show. */
export function isOfExchange({ kind, attributes }: Pick<TargetObject, 'kind' | 'attributes'>): boolean {
  if (kind === 'user') return attributes['recipientTypeDetails'] !== undefined;
  return attributes[kind === 'contact' ? 'externalEmailAddress' : 'requireSenderAuthenticationEnabled'] !== undefined;
}

/** What Exchange shows as a change of what is stored, the same as a whole reading would store. */
export function overlay(id: string, known: TargetObject | undefined, part: ExchangePart): TargetChange {
  const shown = part.kind === 'object' ? part.object.attributes : part.attributes;
  const kind = part.kind === 'object' ? part.object.kind : part.kind === 'user' ? 'user' : 'group';
  const names = part.kind === 'object' ? Object.keys(known?.attributes ?? {}).filter((name) => keptByExchange(kind === 'group' ? 'group' : 'contact', name))
    : part.kind === 'unified' ? OF_UNIFIED : OF_USERS.filter((name) => part.details || LISTED.has(name));
  const attributes: Record<string, Values | null> = Object.fromEntries(names.map((name) => [name, null]));
  for (const [name, values] of Object.entries(shown)) {
    if (part.kind !== 'user' || part.details || LISTED.has(name) || name === 'proxyAddresses') attributes[name] = values;
  }
  return { id, kind, removed: null, attributes, links: {} };
}

/** Whether an object's attributes can name recipients: people, contacts, and groups that Exchange keeps. */
export const namesRecipients = ({ kind, attributes }: Pick<TargetObject, 'kind' | 'attributes'>): boolean => kind !== 'group' || owningService(kind, attributes) === 'exchange';
