import type { Directory, View } from '../../directory/directory.ts';
import type { Row } from '../cmdlet/cmdlet.ts';
import { facetOf } from '../recipients/facet.ts';
import { commonRow, externalAddressOf } from '../recipients/rows.ts';
import { deliveryRow } from '../permissions/delivery-row.ts';
import { formatRow } from './formats.ts';
import { contactPersonRow } from './person.ts';

/** Properties of Get-MailContact. */
export function mailContactRow(view: View, directory: Directory): Row {
  return {
    ...commonRow(view, directory), ...deliveryRow(view, directory, false), ...formatRow(facetOf(view)), ExternalEmailAddress: externalAddressOf(view), MaxSendSize: 'Unlimited', MaxReceiveSize: 'Unlimited', MaxRecipientPerMessage: 'Unlimited',
  };
}

/** Properties of Get-Contact: the contact, whether it has an address or not. */
export function contactRow(view: View, directory: Directory): Row {
  const { EmailAddresses: _, EmailAddressPolicyEnabled: _policy, GrantSendOnBehalfTo: _grant, PrimarySmtpAddress: _primary, HiddenFromAddressListsEnabled: _hidden, Alias: _alias, ...row } = commonRow(view, directory);
  return { ...row, ...contactPersonRow(view, directory) };
}
