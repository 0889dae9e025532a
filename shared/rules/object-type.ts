import type { Attributes, ObjectKind } from '../domain/objects.ts';
import { valuesOf } from './attributes.ts';
import { sourceGroupKind } from './group-type.ts';
import { sharedMailboxKind } from './recipient-type.ts';

/** What an object of the directory is to a person, finer than the three kinds that are migrated. */
export const OBJECT_TYPES = [
  'user', 'room mailbox', 'equipment mailbox', 'shared mailbox', 'security group', 'mail-enabled security group', 'distribution group', 'dynamic distribution group', 'contact',
] as const;
export type ObjectType = (typeof OBJECT_TYPES)[number];

/**
 * Recognises what an object is: groups by {@link sourceGroupKind}, dynamic distribution groups by their class
 * (Exchange schema, msExchDynamicDistributionList), mailboxes of rooms, equipment and teams by msExchRecipientTypeDetails.
 */
export function objectTypeOf(kind: ObjectKind, attributes: Attributes): ObjectType {
  if (kind === 'contact') return 'contact';
  if (kind === 'user') return sharedMailboxKind(attributes) ?? 'user';
  if ((valuesOf(attributes, 'objectClass') ?? []).some((name) => name.toLowerCase() === 'msexchdynamicdistributionlist')) return 'dynamic distribution group';
  return sourceGroupKind(attributes);
}
