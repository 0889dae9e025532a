import type { Directory, View } from '../../directory/directory.ts';
import { textOf } from '../../directory/objects.ts';
import type { Row } from '../cmdlet/cmdlet.ts';
import { facetOf } from '../recipients/facet.ts';
import { commonRow } from '../recipients/rows.ts';
import { deliveryRow } from '../permissions/delivery-row.ts';
import { isSecurityGroup } from './kinds.ts';
import { managedBy } from './owners.ts';
import { notesOf, settingRow } from './settings.ts';

const description = (view: View): readonly string[] => [textOf(view, 'description')].filter((text) => text !== undefined);

/** Properties of Get-DistributionGroup. */
export function distributionGroupRow(view: View, directory: Directory): Row {
  const isSecurity = isSecurityGroup(view, directory);
  return {
    ...commonRow(view, directory), ...deliveryRow(view, directory, true), ...settingRow(facetOf(view), isSecurity), GroupType: isSecurity ? 'Universal, SecurityEnabled' : 'Universal',
    ManagedBy: managedBy(view, directory), Description: description(view),
  };
}

/** Properties of Get-DynamicDistributionGroup. */
export function dynamicGroupRow(view: View, directory: Directory): Row {
  const facet = facetOf(view);
  return {
    ...commonRow(view, directory), ...deliveryRow(view, directory, true), RecipientType: 'DynamicDistributionGroup', RecipientTypeDetails: 'DynamicDistributionGroup', ManagedBy: managedBy(view, directory), Notes: notesOf(view),
    RecipientFilter: facet['recipientFilter'] ?? '', RecipientFilterType: facet['recipientFilter'] === undefined ? 'None' : 'Custom', IncludedRecipients: facet['includedRecipients'] ?? null,
  };
}

/** Properties of Get-UnifiedGroup. */
export function microsoft365GroupRow(view: View, directory: Directory): Row {
  const owners = [...view.owners ?? []].map((id) => directory.visible(id, 'exchange')).filter((owner) => owner !== undefined);
  const isTrue = (name: string): boolean => view.properties[name] === true;
  return {
    ...commonRow(view, directory), ...deliveryRow(view, directory, true), AccessType: textOf(view, 'visibility') ?? 'Public', ManagedBy: owners.map((owner) => textOf(owner, 'userPrincipalName') ?? owner.object.id),
    HiddenFromAddressListsEnabled: isTrue('hideFromAddressLists'), HiddenFromExchangeClientsEnabled: isTrue('hideFromOutlookClients'), RequireSenderAuthenticationEnabled: !isTrue('allowExternalSenders'),
    AutoSubscribeNewMembers: isTrue('autoSubscribeNewMembers'), Notes: textOf(view, 'description') ?? '', Classification: textOf(view, 'classification') ?? '', GroupMemberCount: [...view.members ?? []].filter((id) => directory.visible(id, 'exchange')).length,
    IsMembershipDynamic: view.properties['membershipRule'] !== undefined, ResourceProvisioningOptions: view.properties['resourceProvisioningOptions'] ?? [],
  };
}
