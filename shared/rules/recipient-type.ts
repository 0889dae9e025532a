import type { Attributes } from '../domain/objects.ts';
import { firstOf } from './attributes.ts';

/** Mailboxes that belong to no single person. */
export type SharedMailboxKind = 'room mailbox' | 'equipment mailbox' | 'shared mailbox';

/** Bits of msExchRecipientTypeDetails: mailboxes on premises and, from 2^33 on, those that a hybrid keeps in the cloud (published tables of several Exchange authors agree). */
const KINDS: readonly (readonly [SharedMailboxKind, bigint])[] = [
  ['shared mailbox', 4n | (1n << 35n)], ['room mailbox', 16n | (1n << 33n)], ['equipment mailbox', 32n | (1n << 34n)],
];

/** msExchRecipientTypeDetails as its 64 bits; 0 when absent or no number. */
export function recipientTypeOf(attributes: Attributes): bigint {
  const value = firstOf(attributes, 'msExchRecipientTypeDetails');
  return value !== undefined && /^-?\d{1,19}$/.test(value) ? BigInt.asUintN(64, BigInt(value)) : 0n;
}

/**
 * Recognises the accounts of room, equipment and shared mailboxes. Nobody signs in with them: Exchange keeps their accounts disabled
 * (Exchange documentation, room, equipment and shared mailboxes).
 * @returns null for everybody else.
 */
export function sharedMailboxKind(attributes: Attributes): SharedMailboxKind | null {
  const bits = recipientTypeOf(attributes);
  return KINDS.find(([, mask]) => (bits & mask) !== 0n)?.[0] ?? null;
}
