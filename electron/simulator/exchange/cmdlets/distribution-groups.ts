import type { Cmdlet, CmdletCall, Found, ParameterRules } from '../cmdlet/cmdlet.ts';
import { createGroup, NEW_GROUP } from '../groups/create.ts';
import { DISTRIBUTION_TYPES, isDistributionGroup, isDynamicGroup, isMicrosoft365Group } from '../groups/kinds.ts';
import { groupRow, SET_GROUP_NOTES, updateGroupNotes } from '../groups/group.ts';
import { addMember, ALL_MEMBERS, GET_MEMBERS, ONE_MEMBER, readMembers, removeMember, updateMembers } from '../groups/members.ts';
import { SET_UNIFIED_GROUP, updateMicrosoft365Group } from '../groups/microsoft-365.ts';
import { ownerIds } from '../groups/owners.ts';
import { distributionGroupRow, dynamicGroupRow, microsoft365GroupRow } from '../groups/rows.ts';
import { REMOVE_GROUP, removeGroup, SET_GROUP, updateGroup } from '../groups/update.ts';
import { mayActForOthers } from '../recipients/edit.ts';
import { oneRecipient } from '../recipients/identity.ts';
import { listing, LISTING } from '../recipients/listing.ts';
import { checkTypes } from './recipients.ts';

const off = { type: 'switch', offered: false } as const;
const GET: ParameterRules = {
  ...LISTING, RecipientTypeDetails: { type: 'texts' }, ManagedBy: { type: 'text' },
  ...Object.fromEntries(['IncludeAcceptMessagesOnlyFromSendersOrMembersWithDisplayNames', 'IncludeAcceptMessagesOnlyFromWithDisplayNames', 'IncludeAcceptMessagesOnlyFromDLMembersWithDisplayNames', 'IncludeBypassModerationFromSendersOrMembersWithDisplayNames', 'IncludeGrantSendOnBehalfToWithDisplayNames', 'IncludeManagedByWithDisplayNames', 'IncludeModeratedByWithDisplayNames'].map((name) => [name, off])),
};

function distributionGroups(call: CmdletCall): Iterable<Found> {
  checkTypes(call, 'RecipientTypeDetails', DISTRIBUTION_TYPES);
  const name = call.arguments.given('ManagedBy');
  const owner = name === undefined ? undefined : oneRecipient(call.directory, name, mayActForOthers).object.id;
  return listing(call, {
    kinds: ['group'], row: (view) => distributionGroupRow(view, call.directory),
    accepts: (view, directory) => isDistributionGroup(view, directory) && (owner === undefined || ownerIds(view).includes(owner)),
  });
}

/** Distribution groups, mail-enabled security groups and their members; dynamic groups to read; Microsoft 365 groups to read and to set. */
export const DISTRIBUTION_GROUP_CMDLETS: readonly Cmdlet[] = [
  { name: 'Get-DistributionGroup', defaultSet: 'Identity', parameters: GET, read: distributionGroups },
  { name: 'New-DistributionGroup', parameters: NEW_GROUP, write: createGroup },
  { name: 'Set-DistributionGroup', parameters: SET_GROUP, write: updateGroup },
  {
    name: 'Get-Group', defaultSet: 'Identity', parameters: { ...LISTING, RecipientTypeDetails: { type: 'texts' } },
    read: (call) => { checkTypes(call, 'RecipientTypeDetails', DISTRIBUTION_TYPES); return listing(call, { kinds: ['group'], accepts: isDistributionGroup, row: (view) => groupRow(view, call.directory) }); },
  },
  { name: 'Set-Group', parameters: SET_GROUP_NOTES, write: updateGroupNotes },
  { name: 'Remove-DistributionGroup', parameters: REMOVE_GROUP, write: removeGroup },
  { name: 'Get-DistributionGroupMember', parameters: GET_MEMBERS, read: readMembers },
  { name: 'Add-DistributionGroupMember', parameters: ONE_MEMBER, write: addMember },
  { name: 'Remove-DistributionGroupMember', parameters: ONE_MEMBER, write: removeMember },
  { name: 'Update-DistributionGroupMember', parameters: ALL_MEMBERS, write: updateMembers },
  {
    name: 'Get-DynamicDistributionGroup', defaultSet: 'Identity', parameters: { ...LISTING, ManagedBy: { type: 'text', offered: false } },
    read: (call) => listing(call, { kinds: ['group'], accepts: isDynamicGroup, row: (view) => dynamicGroupRow(view, call.directory) }),
  },
  {
    name: 'Get-UnifiedGroup', defaultSet: 'Identity', parameters: { ...LISTING, IncludeAllProperties: { type: 'switch' }, IncludeMailboxUrls: off, IncludeSoftDeletedGroups: off, GroupMailType: { type: 'text', offered: false }, IncludeBypassModerationFromSendersOrMembersWithDisplayNames: off },
    read: (call) => listing(call, { kinds: ['group'], accepts: isMicrosoft365Group, row: (view) => microsoft365GroupRow(view, call.directory) }),
  },
  { name: 'Set-UnifiedGroup', parameters: SET_UNIFIED_GROUP, write: updateMicrosoft365Group },
];
