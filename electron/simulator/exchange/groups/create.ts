import type { CmdletCall, ParameterRules, Row } from '../cmdlet/cmdlet.ts';
import { invalidOperation, invalidValue } from '../refusal.ts';
import { checkAddresses } from '../recipients/address-rules.ts';
import { readAddress } from '../recipients/addresses.ts';
import { aliasFrom, checkAlias, localPartOf } from '../recipients/alias.ts';
import { freeAddress } from '../recipients/create-user.ts';
import { changedReferences, mayActForOthers, present } from '../recipients/edit.ts';
import { deliveryEdits, MODERATION } from '../permissions/delivery.ts';
import { memberIds } from './members.ts';
import { creatorOf } from './owners.ts';
import { distributionGroupRow } from './rows.ts';
import { GROUP_SETTINGS, settingEdits } from './settings.ts';
import { freeAlias, freeRecipientName } from '../recipients/unique.ts';

/** New-DistributionGroup. */
export const NEW_GROUP: ParameterRules = {
  Name: { type: 'text', mandatory: true, max: 64 }, Alias: { type: 'text', max: 64 }, DisplayName: { type: 'text', max: 256 }, PrimarySmtpAddress: { type: 'text' }, Type: { type: ['Distribution', 'Security'] }, ManagedBy: { type: 'texts' }, Members: { type: 'texts' },
  CopyOwnerToMember: { type: 'switch' }, Notes: { type: 'text', max: 1024 }, ...GROUP_SETTINGS, ...MODERATION, OrganizationalUnit: { type: 'text', offered: false },
};

/** Description is one text in the directory. @throws ExchangeRefusal 400 for several. */
export function oneDescription(texts: readonly string[]): string | null {
  if (texts.length > 1) throw invalidValue('The property Description of a group takes one value.');
  const [text = ''] = texts;
  if (text.length > 1024) throw invalidValue(`The length of the property is too long. The maximum length is 1024 and the length of the value provided is ${text.length}.`);
  return text === '' ? null : text;
}

/**
 * New-DistributionGroup: the alias comes from the name, the primary address from the alias and the default domain, and there is an
 * address at the initial domain. Graph shows the group as mail-enabled, and as security-enabled for the type Security.
 */
export function createGroup(call: CmdletCall): () => readonly Row[] {
  const { arguments: given, directory, clock } = call;
  const isSecurity = given.given('Type') === 'Security';
  const isRooms = given.on('RoomList');
  if (isRooms && isSecurity) throw invalidOperation('A security group can\'t be a room list.');
  const name = freeRecipientName(call, given.given('Name') ?? '', undefined);
  const alias = freeAlias(call, checkAlias(given.given('Alias') ?? aliasFrom(name)), undefined);
  const local = localPartOf(alias);
  const asked = given.given('PrimarySmtpAddress');
  const primary = asked === undefined ? `${local}@${directory.defaultDomain}` : readAddress(`smtp:${asked.replace(/^smtp:/i, '')}`).slice(5);
  const initial = `${local}@${directory.initialDomain}`;
  checkAddresses(directory, [`SMTP:${primary}`], [], undefined);
  const addresses = primary.toLowerCase() === initial.toLowerCase() ? [`SMTP:${primary}`] : [`SMTP:${primary}`, `smtp:${freeAddress(directory, local, directory.initialDomain)}`];
  const named = given.texts('ManagedBy');
  if (named?.length === 0) throw noOwner();
  const owners = named ? changedReferences(call, [], { replace: named }, mayActForOthers) : creatorOf(call);
  const members = memberIds(call, given.texts('Members') ?? [], isRooms);
  const facet = { ...settingEdits(call, isSecurity), ...deliveryEdits(call, {}, isSecurity) };
  const properties = present({
    displayName: given.given('DisplayName') ?? name, description: oneDescription(given.texts('Description') ?? []), mailNickname: alias, mail: primary, proxyAddresses: addresses, mailEnabled: true, securityEnabled: isSecurity, groupTypes: [],
    createdDateTime: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'), renewedDateTime: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
  });
  const exchange = present({ name, managedBy: owners, recipientTypeDetails: isRooms ? 'RoomList' : undefined, notes: given.given('Notes'), ...facet });
  return () => {
    const object = directory.create('group', properties, { memberIds: [...new Set([...members, ...given.on('CopyOwnerToMember') ? owners ?? [] : []])], exchange }, 'exchange');
    return [distributionGroupRow(directory.primary(object), directory)];
  };
}

/** 400: a group must have at least one owner (cmdlet reference, ManagedBy). */
export function noOwner() { return invalidOperation('The group must have at least one owner. Specify at least one owner with the ManagedBy parameter.'); }
