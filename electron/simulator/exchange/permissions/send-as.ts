import type { View } from '../../directory/directory.ts';
import { NO_ROWS, type CmdletCall, type Found, type ParameterRules, type Row } from '../cmdlet/cmdlet.ts';
import { checkTypes } from '../cmdlets/recipients.ts';
import { mayActForOthers } from '../recipients/edit.ts';
import { nameOf, type MailboxPermission } from '../recipients/facet.ts';
import { isRecipient } from '../recipients/recipient-type.ts';
import { added, alreadyPresent, entriesOf, isSendAs, notPresent, removed, SEND_AS, storeEntries } from './entries.ts';
import { holderId, holderOf, onePrincipal, SELF } from './principals.ts';
import { EXO_IDENTITY, identityOf, readTarget, writeTarget } from './target.ts';

/** Get-RecipientPermission. */
export const GET_RECIPIENT_PERMISSION: ParameterRules = { Identity: { type: 'text' }, Trustee: { type: 'text' }, AccessRights: { type: 'texts' }, ResultSize: { type: 'result size' }, ReadFromDomainController: { type: 'switch' } };
/** Get-EXORecipientPermission, whose rows are the same. */
export const GET_EXO_RECIPIENT_PERMISSION: ParameterRules = { ...EXO_IDENTITY, Trustee: { type: 'text' }, AccessRights: { type: 'texts' }, ResultSize: { type: 'result size' } };
/** Add- and Remove-RecipientPermission. */
export const RECIPIENT_PERMISSION: ParameterRules = { Identity: { type: 'text', mandatory: true }, AccessRights: { type: 'texts', mandatory: true }, Trustee: { type: 'text', mandatory: true } };
/** Remove-RecipientPermission has two parameters more. */
export const REMOVE_RECIPIENT_PERMISSION: ParameterRules = { ...RECIPIENT_PERMISSION, Deny: { type: 'switch', offered: false }, MultiTrustees: { type: 'texts', offered: false } };

/** Rows of one recipient have places of their own; far more than a recipient holds. */
const ENTRY_STEP = 2 ** 12;
const KINDS = ['user', 'group', 'contact'] as const;
const KIND_STEP = 2 ** 40;

function rowOf(recipient: View, trustee: string): Row {
  return { Identity: nameOf(recipient), Trustee: trustee, AccessControlType: 'Allow', AccessRights: [SEND_AS], IsInherited: false, InheritanceType: 'None' };
}

/**
 * Get-RecipientPermission: of one recipient, or of all. Accounts show the entry of NT AUTHORITY\SELF; the holder of an entry that is
 * deleted shows as a security identifier.
 */
export function* readRecipientPermissions(call: CmdletCall): Iterable<Found> {
  const { arguments: given, directory } = call;
  checkTypes(call, 'AccessRights', [SEND_AS]);
  const trustee = given.given('Trustee');
  const isSelf = trustee?.toUpperCase() === SELF;
  const one = identityOf(call) === undefined ? undefined : readTarget(call, isRecipient);
  const wanted = trustee === undefined || isSelf ? undefined : holderId(directory, trustee, one ? entriesOf(one).map((entry) => entry.trustee) : []);
  for (const [index, kind] of KINDS.entries()) {
    // A page goes on where the one before it ended; the recipient it ended in may have more.
    const after = Math.max(0, Math.floor((call.after - KIND_STEP * index) / ENTRY_STEP) - 1);
    for (const view of one ? [one] : directory.readable(kind, 'exchange', after)) {
      if (view.object.kind !== kind || !isRecipient(view, directory)) continue;
      const at = KIND_STEP * index + ENTRY_STEP * view.object.sequence;
      if (kind === 'user' && wanted === undefined) yield { at: at + 1, row: () => rowOf(view, SELF) };
      for (const [place, entry] of entriesOf(view).filter(isSendAs).entries()) {
        if (!isSelf && (wanted === undefined || entry.trustee === wanted)) yield { at: at + 2 + place, row: () => rowOf(view, holderOf(directory, entry.trustee).name) };
      }
    }
  }
}

/** Add-RecipientPermission: a warning, and no change, when the trustee has it. Trustees are mailboxes, mail users and mail-enabled security groups. */
export function addRecipientPermission(call: CmdletCall): () => readonly Row[] {
  const { arguments: given, directory } = call;
  const recipient = writeTarget(call, isRecipient);
  checkTypes(call, 'AccessRights', [SEND_AS]);
  const trustee = onePrincipal(directory, given.given('Trustee') ?? '', mayActForOthers).object.id;
  const after = added(entriesOf(recipient.object), entryOf(trustee));
  return () => {
    if (!after) { call.warn(alreadyPresent(directory, recipient, trustee)); return NO_ROWS; }
    storeEntries(directory, recipient.object, after);
    return [rowOf(recipient, holderOf(directory, trustee).name)];
  };
}

/** Remove-RecipientPermission: a warning, and no change, when the trustee has it not. */
export function removeRecipientPermission(call: CmdletCall): () => readonly Row[] {
  const { arguments: given, directory } = call;
  const recipient = writeTarget(call, isRecipient);
  checkTypes(call, 'AccessRights', [SEND_AS]);
  const before = entriesOf(recipient.object);
  const trustee = holderId(directory, given.given('Trustee') ?? '', before.map((entry) => entry.trustee));
  const after = removed(before, entryOf(trustee));
  return () => {
    if (after) storeEntries(directory, recipient.object, after);
    else call.warn(notPresent(directory, recipient, trustee));
    return NO_ROWS;
  };
}

const entryOf = (trustee: string): MailboxPermission => ({ trustee, rights: [SEND_AS] });
