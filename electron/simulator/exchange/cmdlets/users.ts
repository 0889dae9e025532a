import type { View } from '../../directory/directory.ts';
import { textOf } from '../../directory/objects.ts';
import type { Cmdlet, CmdletCall, ParameterRules, Row } from '../cmdlet/cmdlet.ts';
import { invalidOperation, recipientNotFound } from '../refusal.ts';
import { committed, refuseSynced } from '../recipients/edit.ts';
import { nameOf } from '../recipients/facet.ts';
import { findObjects, oneObject } from '../recipients/identity.ts';
import { listing, LISTING } from '../recipients/listing.ts';
import { userRow } from '../recipients/rows.ts';
import { ALL_DETAILS, checkTypes } from './recipients.ts';

const isUser = (view: View): boolean => view.object.kind === 'user';

/** Parameter of Set-User and property in Graph, with the length Graph allows. */
const VALUES: Readonly<Record<string, readonly [property: string, max: number]>> = {
  FirstName: ['givenName', 64], LastName: ['surname', 64], Title: ['jobTitle', 128], Department: ['department', 64], Company: ['companyName', 64], Office: ['officeLocation', 128], City: ['city', 128],
  StateOrProvince: ['state', 128], PostalCode: ['postalCode', 40], CountryOrRegion: ['country', 128], StreetAddress: ['streetAddress', 1024], MobilePhone: ['mobilePhone', 64], Fax: ['faxNumber', 64],
};

const PARAMETERS: ParameterRules = {
  Identity: { type: 'text', mandatory: true }, DisplayName: { type: 'text', max: 256 }, Phone: { type: 'text', max: 64 }, Manager: { type: 'text' },
  ...Object.fromEntries(Object.entries(VALUES).map(([name, [, max]]) => [name, { type: 'text', max } as const])),
  ...Object.fromEntries(['Name', 'Initials', 'Notes', 'Pager', 'HomePhone', 'AssistantName', 'WebPage', 'SimpleDisplayName', 'UserPrincipalName', 'WindowsEmailAddress', 'BlockCloudCache', 'AuthenticationPolicy', 'PhoneticDisplayName', 'GeoCoordinates', 'SeniorityIndex', 'RemotePowerShellEnabled', 'StsRefreshTokensValidFrom', 'OtherTelephone', 'OtherFax', 'OtherHomePhone', 'PostOfficeBox', 'TelephoneAssistant', 'VIP', 'PermanentlyClearPreviousMailboxInfo'].map((name) => [name, { type: 'text', offered: false } as const])),
};

function change(call: CmdletCall): () => readonly Row[] {
  const { arguments: given, directory } = call;
  const view = oneObject(directory, given.given('Identity') ?? '', isUser);
  refuseSynced(call, view);
  const properties: Record<string, unknown> = {};
  for (const [parameter, [property]] of Object.entries(VALUES)) if (given.has(parameter)) properties[property] = given.text(parameter) || null;
  if (given.has('DisplayName')) properties['displayName'] = given.text('DisplayName') || nameOf(view);
  if (given.has('Phone')) properties['businessPhones'] = [given.text('Phone')].filter(Boolean);
  const manager = given.has('Manager') ? managerOf(call, view, given.text('Manager')) : undefined;
  const commit = committed(call, view, { properties, facet: {} });
  return () => {
    // The manager comes first, so that a command that changes it alone does not say that nothing was modified.
    if (manager === undefined || manager === view.object.manager) return commit();
    directory.setManager(view.object, manager, 'exchange');
    return Object.keys(properties).length > 0 ? commit() : [];
  };
}

/** Managers are users or contacts (Graph documentation, manager). */
function managerOf(call: CmdletCall, view: View, text: string | null | undefined): string | null {
  if (!text) return null;
  const [found] = findObjects(call.directory, text, (v) => v.object.kind !== 'group');
  if (!found) throw recipientNotFound(text);
  if (found.object === view.object) throw invalidOperation(`The user '${textOf(view, 'displayName') ?? nameOf(view)}' can't be their own manager.`);
  return found.object.id;
}

/** Accounts: Get-User and Set-User. */
export const USER_CMDLETS: readonly Cmdlet[] = [
  {
    name: 'Get-User', parameters: { ...LISTING, RecipientTypeDetails: { type: 'texts' }, PublicFolder: { type: 'switch', offered: false }, IsVIP: { type: 'switch', offered: false } }, defaultSet: 'Identity',
    read: (call) => { checkTypes(call, 'RecipientTypeDetails', ALL_DETAILS); return listing(call, { kinds: ['user'], accepts: isUser, row: (view) => userRow(view, call.directory) }); },
  },
  { name: 'Set-User', parameters: PARAMETERS, write: change },
];
