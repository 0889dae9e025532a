import type { Directory, View } from '../../directory/directory.ts';
import type { CmdletCall, ParameterRules, Row } from '../cmdlet/cmdlet.ts';
import { committed, refuseSynced } from '../recipients/edit.ts';
import { freeRecipientName, keptName } from '../recipients/unique.ts';
import { commonRow } from '../recipients/rows.ts';
import { writeTarget } from '../permissions/target.ts';
import { isDistributionGroup } from './kinds.ts';
import { managedBy, requireManager } from './owners.ts';
import { notesOf } from './settings.ts';

/** Set-Group: what Set-DistributionGroup has not. ManagedBy and the rest are left to that one. */
export const SET_GROUP_NOTES: ParameterRules = {
  Identity: { type: 'text', mandatory: true }, DisplayName: { type: 'text', max: 256 }, Name: { type: 'text', max: 64 }, Notes: { type: 'text', max: 1024 }, BypassSecurityGroupManagerCheck: { type: 'switch' },
  ...Object.fromEntries(['GeoCoordinates', 'IsHierarchicalGroup', 'ManagedBy', 'PhoneticDisplayName', 'SeniorityIndex', 'SimpleDisplayName', 'Universal', 'WindowsEmailAddress'].map((name) => [name, { type: 'text', offered: false } as const])),
};

/** Set-Group of a distribution group, mail-enabled security group or room list. */
export function updateGroupNotes(call: CmdletCall): () => readonly Row[] {
  const { arguments: given } = call;
  const group = writeTarget(call, isDistributionGroup);
  refuseSynced(call, group);
  requireManager(call, group);
  const name = given.given('Name');
  if (name !== undefined) freeRecipientName(call, name, group.object.id);
  const displayName = given.given('DisplayName');
  return committed(call, group, {
    properties: displayName === undefined ? {} : { displayName },
    facet: { ...keptName(call, group), ...(name === undefined ? {} : { name }), ...(given.has('Notes') ? { notes: given.text('Notes') || undefined } : {}) },
  });
}

/** Properties of Get-Group: no addresses. */
export function groupRow(view: View, directory: Directory): Row {
  const { EmailAddresses: _, EmailAddressPolicyEnabled: _policy, GrantSendOnBehalfTo: _grant, PrimarySmtpAddress: _primary, HiddenFromAddressListsEnabled: _hidden, Alias: _alias, ...row } = commonRow(view, directory);
  return { ...row, ManagedBy: managedBy(view, directory), Notes: notesOf(view) };
}
