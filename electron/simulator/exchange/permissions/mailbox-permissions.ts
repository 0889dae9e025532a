import type { View } from '../../directory/directory.ts';
import { NO_ROWS, rows, type CmdletCall, type Found, type ParameterRules, type Row } from '../cmdlet/cmdlet.ts';
import { badParameter, invalidOperation, notSimulated } from '../refusal.ts';
import { checkTypes } from '../cmdlets/recipients.ts';
import { nameOf, type MailboxPermission } from '../recipients/facet.ts';
import { isMailbox } from '../recipients/recipient-type.ts';
import { exchangeGuidOf } from '../recipients/rows.ts';
import { added, alreadyPresent, entriesOf, isSendAs, notPresent, removed, storeEntries } from './entries.ts';
import { holderId, holderOf, onePrincipal, SELF } from './principals.ts';
import { EXO_IDENTITY, readTarget, writeTarget } from './target.ts';

/** Rights of a mailbox (cmdlet reference, Add-MailboxPermission, AccessRights). */
const RIGHTS = ['ChangeOwner', 'ChangePermission', 'DeleteItem', 'ExternalAccount', 'FullAccess', 'ReadPermission'];
/** Entries that a mailbox can hold (message of the service, reported by third parties). */
const MOST_ENTRIES = 500;
const INHERITANCE = ['None', 'All', 'Children', 'Descendents', 'SelfAndChildren'] as const;

const sets = (...names: readonly string[]) => ({ sets: names });

/** Get-MailboxPermission. */
export const GET_MAILBOX_PERMISSION: ParameterRules = {
  Identity: { type: 'text', mandatory: true }, User: { type: 'text', ...sets('AccessRights') }, Owner: { type: 'switch', ...sets('Owner'), mandatory: ['Owner'] }, ResultSize: { type: 'result size' },
  IncludeSoftDeletedUserPermissions: { type: 'switch', ...sets('AccessRights') }, IncludeUnresolvedPermissions: { type: 'switch', ...sets('AccessRights') },
  ReadFromDomainController: { type: 'switch' }, UseCustomRouting: { type: 'switch' }, SoftDeletedMailbox: { type: 'switch', ...sets('AccessRights'), offered: false }, GroupMailbox: { type: 'switch', offered: false },
  IncludeUserWithDisplayName: { type: 'switch', offered: false }, Credential: { type: 'text', offered: false },
};

/** Get-EXOMailboxPermission, whose rows are the same. */
export const GET_EXO_MAILBOX_PERMISSION: ParameterRules = { ...EXO_IDENTITY, ResultSize: { type: 'result size' }, SoftDeletedMailbox: { type: 'switch', offered: false } };

/** Add-MailboxPermission; the set of the deprecated parameter Instance is left out. */
export const ADD_MAILBOX_PERMISSION: ParameterRules = {
  Identity: { type: 'text', mandatory: true }, AccessRights: { type: 'texts', mandatory: ['AccessRights'], ...sets('AccessRights') }, User: { type: 'text', mandatory: ['AccessRights'], ...sets('AccessRights') },
  AutoMapping: { type: 'flag', ...sets('AccessRights') }, Deny: { type: 'switch', ...sets('AccessRights') }, InheritanceType: { type: INHERITANCE, ...sets('AccessRights') },
  Owner: { type: 'text', mandatory: ['Owner'], ...sets('Owner'), offered: false }, GroupMailbox: { type: 'switch', offered: false }, IgnoreDefaultScope: { type: 'switch', offered: false },
};

/** Remove-MailboxPermission. */
export const REMOVE_MAILBOX_PERMISSION: ParameterRules = {
  Identity: { type: 'text', mandatory: true }, AccessRights: { type: 'texts', mandatory: ['AccessRights'], ...sets('AccessRights') }, User: { type: 'text', mandatory: ['AccessRights'], ...sets('AccessRights') },
  Deny: { type: 'switch', ...sets('AccessRights') }, InheritanceType: { type: INHERITANCE, ...sets('AccessRights') },
  ClearAutoMapping: { type: 'switch', mandatory: ['ClearAutoMapping'], ...sets('ClearAutoMapping') }, ResetDefault: { type: 'switch', mandatory: ['ResetDefault'], ...sets('ResetDefault') },
  BypassMasterAccountSid: { type: 'switch', offered: false }, GroupMailbox: { type: 'switch', offered: false }, SoftDeletedMailbox: { type: 'switch', offered: false }, IgnoreDefaultScope: { type: 'switch', offered: false },
};

function rowOf(mailbox: View, user: string, entry: Pick<MailboxPermission, 'rights' | 'deny' | 'inheritance'>): Row {
  return { Identity: nameOf(mailbox), User: user, AccessRights: entry.rights, IsInherited: false, Deny: entry.deny ?? false, InheritanceType: entry.inheritance ?? 'All' };
}

/**
 * Get-MailboxPermission: the owner's entry and those given to others. Entries of deleted holders are left out unless they are asked
 * for, and show a security identifier then.
 */
export function readMailboxPermissions(call: CmdletCall): Iterable<Found> {
  const { arguments: given, directory } = call;
  const mailbox = readTarget(call, isMailbox);
  if (given.on('Owner')) return rows([{ Identity: nameOf(mailbox), Owner: SELF }]);
  const user = given.given('User');
  const own = { rights: ['FullAccess', 'ReadPermission'] };
  const entries = entriesOf(mailbox).filter((entry) => !isSendAs(entry));
  if (user?.toUpperCase() === SELF) return rows([rowOf(mailbox, SELF, own)]);
  const wanted = user === undefined ? undefined : holderId(directory, user, entries.map((entry) => entry.trustee));
  const shown = entries.flatMap((entry) => {
    if (wanted !== undefined && entry.trustee !== wanted) return [];
    const { name, state } = holderOf(directory, entry.trustee);
    const isShown = state === 'live' || given.on(state === 'gone' ? 'IncludeUnresolvedPermissions' : 'IncludeSoftDeletedUserPermissions');
    return isShown ? [rowOf(mailbox, name, entry)] : [];
  });
  return rows(wanted === undefined ? [rowOf(mailbox, SELF, own), ...shown] : shown);
}

function rightsOf(call: CmdletCall, known: readonly string[]): readonly string[] {
  const asked = checkTypes(call, 'AccessRights', known) ?? [];
  if (asked.length === 0) throw badParameter("Cannot bind argument to parameter 'AccessRights' because it is an empty array.");
  return [...new Set(asked.map((right) => known.find((one) => one.toLowerCase() === right.toLowerCase()) ?? right))];
}

/** Add-MailboxPermission: a warning, and no change, for rights that are there. */
export function addMailboxPermission(call: CmdletCall): () => readonly Row[] {
  const { arguments: given, directory } = call;
  const mailbox = writeTarget(call, isMailbox);
  const { object } = mailbox;
  const rights = rightsOf(call, RIGHTS);
  const user = given.given('User') ?? '';
  if (user.toUpperCase() === SELF) throw notSimulated('changes of the entry of NT AUTHORITY\\SELF');
  const holder = onePrincipal(directory, user);
  const inheritance = given.given('InheritanceType');
  const entry: MailboxPermission = {
    trustee: holder.object.id, rights, ...(given.on('Deny') ? { deny: true } : {}), ...(given.flag('AutoMapping') === false ? { autoMapping: false } : {}), ...(inheritance === undefined ? {} : { inheritance }),
  };
  const before = entriesOf(object);
  const after = added(before, entry);
  if (after && after.length > before.length && before.filter((one) => !isSendAs(one)).length >= MOST_ENTRIES) {
    throw invalidOperation(`The mailbox ${exchangeGuidOf(mailbox, directory)} has reached the limit of maximum allowed access control entries of ${MOST_ENTRIES}. Clean existing entries and rearrange them leveraging groups for assigning the same permissions to multiple users.`);
  }
  return () => {
    if (!after) { call.warn(alreadyPresent(directory, mailbox, entry.trustee)); return NO_ROWS; }
    storeEntries(directory, object, after);
    return [rowOf(mailbox, holderOf(directory, entry.trustee).name, entry)];
  };
}

/** Remove-MailboxPermission: a warning, and no change, for rights that are not there. */
export function removeMailboxPermission(call: CmdletCall): () => readonly Row[] {
  const { arguments: given, directory } = call;
  const mailbox = writeTarget(call, isMailbox);
  const { object } = mailbox;
  const before = entriesOf(object);
  if (call.set === 'ResetDefault') return () => { storeEntries(directory, object, before.filter(isSendAs)); return NO_ROWS; };
  if (call.set === 'ClearAutoMapping') {
    return () => { storeEntries(directory, object, before.map((entry) => (entry.rights.includes('FullAccess') ? { ...entry, autoMapping: false } : entry))); return NO_ROWS; };
  }
  const rights = rightsOf(call, [...RIGHTS, 'SendAs']);
  const user = given.given('User') ?? '';
  if (user.toUpperCase() === SELF) throw notSimulated('changes of the entry of NT AUTHORITY\\SELF');
  const trustee = holderId(directory, user, before.map((entry) => entry.trustee));
  const inheritance = given.given('InheritanceType');
  const after = removed(before, { trustee, rights: rights.filter((right) => right !== 'SendAs'), ...(given.on('Deny') ? { deny: true } : {}), ...(inheritance === undefined ? {} : { inheritance }) });
  return () => {
    if (after) storeEntries(directory, object, after);
    else call.warn(notPresent(directory, mailbox, trustee));
    return NO_ROWS;
  };
}
