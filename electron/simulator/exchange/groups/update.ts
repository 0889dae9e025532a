import { NO_ROWS, type CmdletCall, type ParameterRules, type Row } from '../cmdlet/cmdlet.ts';
import { invalidOperation } from '../refusal.ts';
import { changedReferences, COMMON_EDITS, commonEdits, committed, mayActForOthers, NOT_OFFERED, refuseSynced } from '../recipients/edit.ts';
import { facetOf } from '../recipients/facet.ts';
import { DELIVERY, deliveryEdits, lean, mailTip } from '../permissions/delivery.ts';
import { writeTarget } from '../permissions/target.ts';
import { noOwner, oneDescription } from './create.ts';
import { isDistributionGroup, isSecurityGroup } from './kinds.ts';
import { requireRoom } from './members.ts';
import { ownerIds, requireManager } from './owners.ts';
import { GROUP_SETTINGS, SET_FLAGS, settingEdits } from './settings.ts';
import { freeAlias, freeRecipientName, keptName } from '../recipients/unique.ts';

const BYPASS = { BypassSecurityGroupManagerCheck: { type: 'switch' } } as const;

/** Set-DistributionGroup. */
export const SET_GROUP: ParameterRules = {
  ...COMMON_EDITS, ...NOT_OFFERED, ...DELIVERY, ...GROUP_SETTINGS, ...SET_FLAGS, ...BYPASS, PrimarySmtpAddress: { type: 'text' }, ManagedBy: { type: 'list' }, UpdateMemberCount: { type: 'switch', offered: false }, ResetMigrationToUnifiedGroup: { type: 'switch', offered: false },
};
/** Remove-DistributionGroup. */
export const REMOVE_GROUP: ParameterRules = { Identity: { type: 'text', mandatory: true }, ...BYPASS };

/** Set-DistributionGroup. */
export function updateGroup(call: CmdletCall): () => readonly Row[] {
  const { arguments: given, directory } = call;
  const group = writeTarget(call, isDistributionGroup);
  refuseSynced(call, group);
  requireManager(call, group);
  const { object } = group;
  const [name, alias] = [given.given('Name'), given.given('Alias')];
  if (name !== undefined) freeRecipientName(call, name, object.id);
  const common = commonEdits(call, group);
  if (alias !== undefined) freeAlias(call, alias, object.id);
  const isSecurity = isSecurityGroup(directory.primary(object), directory);
  const before = facetOf(object);
  const facet: Record<string, unknown> = { ...keptName(call, group), ...lean(common.facet), ...settingEdits(call, isSecurity), ...deliveryEdits(call, before, isSecurity) };
  const tip = given.given('MailTip');
  if (tip) facet['mailTip'] = mailTip(tip, group);
  const owners = given.change('ManagedBy');
  if (owners) {
    const after = changedReferences(call, ownerIds(directory.primary(object)), owners, mayActForOthers);
    if (after.length === 0) throw noOwner();
    facet['managedBy'] = after;
  }
  if (given.on('RoomList')) {
    if (isSecurity) throw invalidOperation('A security group can\'t be a room list.');
    for (const id of object.members ?? []) {
      const member = directory.visible(id, 'exchange');
      if (member) requireRoom(call, member);
    }
    facet['recipientTypeDetails'] = 'RoomList';
  }
  const description = given.texts('Description');
  return committed(call, group, { properties: { ...common.properties, ...(description ? { description: oneDescription(description) } : {}) }, facet });
}

/** Remove-DistributionGroup: for good; Graph has no recycle bin for these groups. */
export function removeGroup(call: CmdletCall): () => readonly Row[] {
  const group = writeTarget(call, isDistributionGroup);
  refuseSynced(call, group);
  requireManager(call, group);
  return () => { call.directory.purge(group.object, 'exchange'); return NO_ROWS; };
}
