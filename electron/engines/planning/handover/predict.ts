import type { HandOverStatus } from '../../../../shared/domain/handover.ts';
import type { SourceObject } from '../../../../shared/domain/objects.ts';
import { firstOf, valuesOf } from '../../../../shared/rules/attributes.ts';
import { guidFromImmutableId, immutableIdFromGuid } from '../../../../shared/rules/guid.ts';
import { anchorOf } from '../../matching/index.ts';
import { whyLeftOut } from './scope.ts';
import { smtpOf, type HandOverIndex, type HeldObject } from './tenant-index.ts';

/** What becomes of one object, in one sentence; `targetId` null: a new object, or none. */
export interface HandOverPrediction { readonly status: HandOverStatus; readonly targetId: string | null; readonly message: string }

/** The anchor that is to be written to Active Directory, or why none is. */
export type AnchorPlan = { readonly write: string; readonly reason: string } | { readonly write: null; readonly problem: string | null };

/** What a prediction is made with. */
export interface HandOverContext {
  readonly index: HandOverIndex;
  /** Accounts with an administrator role; null: the sign-in may not read roles. */
  readonly adminIds: ReadonlySet<string> | null;
  /** Objects that earlier predictions have taken, with the names of who took them: one object is matched once. */
  readonly taken: Map<string, string>;
}

type Source = Pick<SourceObject, 'id' | 'kind' | 'name' | 'dn' | 'attributes'>;

/**
 * Chooses the source anchor of a user that is matched with an account: the bytes of the account's own immutable id, so that the two match hard; where it has
 * none, those of the objectGUID, which every tool would take, and which then never change (Entra Connect, design concepts: mS-DS-ConsistencyGuid as sourceAnchor).
 * @param matched the account that the project has matched for certain; undefined: none.
 */
export function planAnchor(source: Source, matched: HeldObject | undefined): AnchorPlan {
  const none = (problem: string | null): AnchorPlan => ({ write: null, problem });
  if (source.kind !== 'user' || matched === undefined || whyLeftOut(source) !== null) return none(null);
  const present = firstOf(source.attributes, 'mS-DS-ConsistencyGuid');
  if (present !== undefined) {
    return none(matched.anchor === '' || matched.anchor === present ? null : `mS-DS-ConsistencyGuid holds ${present}, and the account "${matched.name}" has the immutable id ${matched.anchor}. Somebody has to decide which of the two is right.`);
  }
  if (matched.anchor === '') {
    const own = immutableIdFromGuid(source.id);
    return own === undefined ? none(null) : { write: own, reason: `The objectGUID as source anchor: the account "${matched.name}" has none yet.` };
  }
  if (guidFromImmutableId(matched.anchor) === undefined) return none(`The immutable id ${matched.anchor} of the account "${matched.name}" is not that of a GUID, so that it cannot be written to mS-DS-ConsistencyGuid; another tool made it.`);
  return { write: matched.anchor, reason: `The immutable id of the account "${matched.name}" as source anchor.` };
}

/**
 * Predicts what directory synchronisation makes of an object: first by the source anchor, then for an object that is new to it by user principal name and
 * primary address (Entra documentation, Microsoft Entra Connect: when you have an existing tenant; troubleshooting errors during synchronization).
 * @param planned the anchor that the plan writes; null: none.
 * @param matched the object of the tenant that the project has matched for certain.
 */
export function predictHandOver(source: Source, planned: string | null, matched: HeldObject | undefined, context: HandOverContext): HandOverPrediction {
  const out = whyLeftOut(source);
  if (out !== null) return { status: 'Left out', targetId: null, message: out };
  const { index, taken } = context;
  const anchor = planned ?? anchorOf(source);
  const anchored = index.byAnchor(anchor);
  const found = anchored === undefined ? soft(source, matched, context) : byAnchor(source, anchored, matched, context);
  if (found.targetId === null) return found;
  const other = taken.get(found.targetId);
  if (other !== undefined && found.status !== 'Blocked') return { ...found, status: 'Conflict', message: `"${other}" takes the same object over; only one of the two can.` };
  taken.set(found.targetId, source.name);
  return found;
}

function byAnchor(source: Source, held: HeldObject, matched: HeldObject | undefined, context: HandOverContext): HandOverPrediction {
  const at = (status: HandOverStatus, message: string): HandOverPrediction => ({ status, targetId: held.id, message });
  if (held.kind !== source.kind) return at('Conflict', `Its source anchor belongs to the ${held.kind} "${held.name}" (ObjectTypeMismatch).`);
  if (matched !== undefined && matched.id !== held.id) return at('Conflict', `Its source anchor is that of "${held.name}", and it is matched with "${matched.name}". It would take the wrong account over.`);
  if (held.synchronised) return at('Synchronised', `"${held.name}" is synchronised with it already.`);
  return isAdmin(held, context) ?? at('Hard match', `It takes "${held.name}" over by the source anchor; every value that Active Directory has replaces the one in Microsoft 365.`);
}

function isAdmin(held: HeldObject, { adminIds }: HandOverContext): HandOverPrediction | null {
  return adminIds?.has(held.id) === true ? { status: 'Blocked', targetId: held.id, message: `"${held.name}" holds an administrator role, and such accounts are never matched. Take the role away for the time of the hand-over, or leave the account as it is.` } : null;
}

const domainOf = (dn: string): string => [...dn.matchAll(/(?:^|,)\s*DC=([^,]+)/gi)].map((part) => part[1] ?? '').join('.');

function soft(source: Source, matched: HeldObject | undefined, context: HandOverContext): HandOverPrediction {
  const { index } = context;
  const isUser = source.kind === 'user';
  const { all, primary } = smtpOf(valuesOf(source.attributes, 'proxyAddresses') ?? []);
  const at = (status: HandOverStatus, message: string, held?: HeldObject): HandOverPrediction => ({ status, targetId: held?.id ?? null, message });
  const byAddress = primary === '' ? undefined : index.byAddress(primary);
  if (byAddress !== undefined && byAddress.kind !== source.kind) return at('Conflict', `Its primary address ${primary} belongs to the ${byAddress.kind} "${byAddress.name}" (ObjectTypeMismatch).`);
  const upn = isUser ? firstOf(source.attributes, 'userPrincipalName') ?? `${firstOf(source.attributes, 'sAMAccountName') ?? ''}@${domainOf(source.dn)}` : '';
  const named = isUser ? index.byAddress(upn) : undefined;
  if (named?.kind === 'group' && all.includes(upn.toLowerCase())) return at('Conflict', `Its name and address ${upn} is an address of the group "${named.name}" (AttributeValueMustBeUnique).`);
  const holders = [isUser ? index.byUpn(upn) : undefined, byAddress?.primary === primary ? byAddress : undefined].filter((held) => held !== undefined);
  const candidate = holders.find((held) => !held.synchronised && held.anchor === '');
  if (candidate !== undefined) {
    const blocked = isAdmin(candidate, context);
    if (blocked !== null) return blocked;
    if (matched !== undefined && matched.id !== candidate.id) return at('Conflict', `Its name or primary address is that of "${candidate.name}", and it is matched with "${matched.name}". It would take the wrong object over.`, candidate);
    const how = `by its ${index.byUpn(upn) === candidate ? 'user principal name' : 'primary address'}`;
    return isUser ? at('Soft match', `It takes "${candidate.name}" over ${how}. With the source anchor in Microsoft 365 it would match hard: migrate it again.`, candidate) : at('Soft match', `It takes "${candidate.name}" over ${how}.`, candidate);
  }
  const holder = holders[0];
  if (holder?.synchronised === true && !isUser) return at('Synchronised', `"${holder.name}" is synchronised already.`, holder);
  if (holder !== undefined) return at('Conflict', `Its name or primary address belongs to "${holder.name}", which has ${holder.anchor === '' ? 'another directory' : `the other source anchor ${holder.anchor}`} (InvalidSoftMatch); a second object would be made under another name.`);
  const lost = all.find((address) => index.byAddress(address) !== undefined);
  if (lost !== undefined) return at('Conflict', `The address ${lost} belongs to "${index.byAddress(lost)?.name ?? ''}"; a new object would be made without it.`);
  const missing = matched === undefined ? '' : ` It is matched with "${matched.name}", which has ${isUser ? 'no source anchor, another name and another primary address: migrate it again' : 'another primary address, or none: groups and contacts match by it alone'}.`;
  return at('No match', `A new ${source.kind} would be made.${missing}`);
}
