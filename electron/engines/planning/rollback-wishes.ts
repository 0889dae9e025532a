import type { ObjectKind, Values } from '../../../shared/domain/objects.ts';
import type { MailboxPermission, Operation, RecipientPart, Reference } from '../../../shared/domain/plans.ts';
import { parseLicences, sameLicences } from '../../../shared/rules/licences.ts';
import { sameValues } from './diff.ts';
import type { JournalledChange } from './rollback-types.ts';
import { EXISTENCE, MANAGER, membership, permissionValue } from './rollback-values.ts';

/**
 * All writes of one value drawn together: what was there before the first, what the last one wrote, and what others had made of it
 * in between, when they had. A later write that found something else than the one before it had left found the work of others.
 */
export interface Chain<T> { readonly before: T; readonly written: T; readonly between: Between<T> | null }

/** `value`: what others had made of it last; `gaps`: every time that a write found something else than the one before had left, newest first. */
export interface Between<T> { readonly value: T; readonly gaps: readonly { readonly left: T; readonly found: T }[] }

/** Where an object is: in no place, in the tenant, or in its recycle bin. */
export type Existence = 'absent' | 'live' | 'deleted';

/** What has to become of one target, drawn together from all its journal entries. */
export interface TargetWishes {
  readonly targetId: string;
  /** The newest operation, for name, kind and source. */
  readonly about: Operation;
  existence: Chain<Existence>;
  /** Also what a create gave, which was nothing before; without passwords, which cannot be read. */
  readonly attributes: Map<string, Chain<Values | null>>;
  /** Of the attributes that Exchange Online wrote of an object which Graph keeps: what the object was there. */
  readonly recipients: Map<string, RecipientPart>;
  manager: Chain<Reference | null> | null;
  /** Licences that are assigned directly. */
  licences: Chain<Values | null> | null;
  /** Memberships by Graph id of the member: what the last write made of it, and whether it was one before the first. */
  readonly members: Map<string, { readonly reference: Reference; readonly added: boolean; readonly restoreTo: 'member' | 'none' }>;
  /** Holders of permissions on the mailbox by `permissionValue`, as members. */
  readonly permissions: Map<string, { readonly permission: MailboxPermission; readonly reference: Reference; readonly restoreTo: 'holder' | 'none' }>;
  /** Names of members whose Graph id the journal does not tell. */
  readonly lost: string[];
}

/** Puts an older write under a chain. Entries come newest first. */
function older<T>(newer: Chain<T> | undefined, before: T, written: T, same: (a: T, b: T) => boolean): Chain<T> {
  if (newer === undefined) return { before, written, between: null };
  if (same(newer.before, written)) return { before, written: newer.written, between: newer.between };
  const gaps = [...(newer.between?.gaps ?? []), { left: written, found: newer.before }];
  return { before, written: newer.written, between: { value: newer.between === null ? newer.before : newer.between.value, gaps } };
}

const EXISTENCE_OF: Readonly<Partial<Record<Operation['kind'], readonly [Existence, Existence]>>> = {
  create: ['absent', 'live'], restore: ['deleted', 'live'], delete: ['live', 'deleted'], purge: ['deleted', 'absent'],
};

const same = (a: unknown, b: unknown): boolean => a === b;
const sameReference = (a: Reference | null, b: Reference | null): boolean => (a?.targetId ?? null) === (b?.targetId ?? null);
const isPassword = (attribute: string): boolean => attribute.startsWith('passwordProfile/');

/** Reads one entry into the wishes of its target. `wanted` says which of its values are to be taken back. */
function wish(wishes: TargetWishes, operation: Operation, refers: readonly Reference[], wanted: (value: string) => boolean): void {
  const kind: ObjectKind = operation.objectKind;
  const moves = EXISTENCE_OF[operation.kind];
  // Whatever is written to an object proves that it was there.
  if (moves === undefined || wanted(EXISTENCE)) wishes.existence = older(wishes.existence, ...(moves ?? (['live', 'live'] as const)), same);
  switch (operation.kind) {
    case 'create':
      for (const { attribute, after } of operation.changes) {
        if (isPassword(attribute) || !wanted(attribute)) continue;
        wishes.attributes.set(attribute, older(wishes.attributes.get(attribute), null, after, (a, b) => sameValues(kind, attribute, a, b)));
      }
      break;
    case 'update':
      for (const { attribute, before, after } of operation.changes) {
        if (!wanted(attribute)) continue;
        // Newest first: what it was there last.
        if (operation.recipient !== undefined && !wishes.recipients.has(attribute)) wishes.recipients.set(attribute, operation.recipient);
        wishes.attributes.set(attribute, older(wishes.attributes.get(attribute), before, after, (a, b) => sameValues(kind, attribute, a, b)));
      }
      break;
    case 'set manager': case 'clear manager':
      if (wanted(MANAGER)) wishes.manager = older(wishes.manager ?? undefined, operation.previous[0] ?? null, operation.kind === 'set manager' ? (refers[0] ?? null) : null, sameReference);
      break;
    case 'set licences':
      for (const { attribute, before, after } of operation.changes) {
        if (wanted(attribute)) wishes.licences = older(wishes.licences ?? undefined, before, after, (a, b) => sameLicences(parseLicences(a), parseLicences(b)));
      }
      break;
    case 'add members': case 'remove members': {
      const added = operation.kind === 'add members';
      for (const reference of refers) {
        const id = reference.targetId;
        if (id === null) wishes.lost.push(reference.name);
        else if (wanted(membership(id))) wishes.members.set(id, { reference, added: wishes.members.get(id)?.added ?? added, restoreTo: added ? 'none' : 'member' });
      }
      break;
    }
    case 'add permissions': case 'remove permissions': {
      const { permission } = operation;
      for (const reference of permission === undefined ? [] : refers) {
        if (permission === undefined || reference.targetId === null) continue;
        const value = permissionValue(permission, reference.targetId);
        if (wanted(value)) wishes.permissions.set(value, { permission, reference, restoreTo: operation.kind === 'add permissions' ? 'none' : 'holder' });
      }
      break;
    }
    case 'restore': case 'delete': case 'purge': break;
    default: operation.kind satisfies never;
  }
}

/**
 * Reads the journal newest first and nets it: several changes of one value become one way back.
 * @param entries in the order in which they were written.
 * @returns wishes by target, newest target first.
 */
export function wishesOf(entries: readonly JournalledChange[]): ReadonlyMap<string, TargetWishes> {
  const madeFrom = new Map(entries.flatMap(({ operation, targetId }) => (operation.kind === 'create' && operation.sourceId !== null ? [[operation.sourceId, targetId] as const] : [])));
  const complete = (reference: Reference): Reference => ({
    ...reference, targetId: reference.targetId ?? (reference.sourceId === null ? null : (madeFrom.get(reference.sourceId) ?? null)),
  });
  const all = new Map<string, TargetWishes>();
  for (const { operation, targetId, references, values } of entries.toReversed()) {
    let wishes = all.get(targetId);
    if (wishes === undefined) {
      const at = EXISTENCE_OF[operation.kind]?.[1] ?? 'live';
      wishes = { targetId, about: operation, existence: { before: at, written: at, between: null }, attributes: new Map(), recipients: new Map(), manager: null, licences: null, members: new Map(), permissions: new Map(), lost: [] };
      all.set(targetId, wishes);
    }
    wish(wishes, operation, (references ?? operation.references).map(complete), (value) => values === undefined || values.has(value));
  }
  return all;
}
