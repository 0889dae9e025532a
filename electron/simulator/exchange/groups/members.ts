import type { View } from '../../directory/directory.ts';
import { NO_ROWS, type CmdletCall, type Found, type ParameterRules, type Row } from '../cmdlet/cmdlet.ts';
import { badParameter, ExchangeRefusal, invalidOperation, invalidValue, recipientNotFound } from '../refusal.ts';
import { refuseSynced } from '../recipients/edit.ts';
import { nameOf } from '../recipients/facet.ts';
import { oneRecipient, type Accepts } from '../recipients/identity.ts';
import { recipientTypeOf } from '../recipients/recipient-type.ts';
import { recipientRow } from '../recipients/rows.ts';
import { readTarget, writeTarget } from '../permissions/target.ts';
import { isDistributionGroup, isRoomList, mayBeMember } from './kinds.ts';
import { requireManager } from './owners.ts';

/** Names in one Members parameter (cmdlet reference, New-DistributionGroup and Update-DistributionGroupMember). */
const MOST_NAMES = 10_000;
const BYPASS = { BypassSecurityGroupManagerCheck: { type: 'switch' } } as const;

/** Get-DistributionGroupMember. */
export const GET_MEMBERS: ParameterRules = { Identity: { type: 'text', mandatory: true }, ResultSize: { type: 'result size' }, IncludeSoftDeletedObjects: { type: 'switch', offered: false }, Credential: { type: 'text', offered: false } };
/** Add- and Remove-DistributionGroupMember. The reference calls Member optional; without it there is nothing to do, so it is asked for. */
export const ONE_MEMBER: ParameterRules = { Identity: { type: 'text', mandatory: true }, Member: { type: 'text', mandatory: true }, ...BYPASS };
/** Update-DistributionGroupMember. */
export const ALL_MEMBERS: ParameterRules = { Identity: { type: 'text', mandatory: true }, Members: { type: 'texts' }, ...BYPASS };

/** Members that Exchange sees now, in the order of users, groups and contacts. */
export function* readMembers(call: CmdletCall): Iterable<Found> {
  const { directory } = call;
  const group = readTarget(call, isDistributionGroup);
  const kinds = ['user', 'group', 'contact'];
  const found = [...group.members ?? []].map((id) => directory.visible(id, 'exchange')).filter((view) => view !== undefined)
    .map((view) => ({ view, at: 2 ** 40 * kinds.indexOf(view.object.kind) + view.object.sequence })).toSorted((a, b) => a.at - b.at);
  for (const { view, at } of found) yield { at, row: () => recipientRow(view, directory) };
}

/**
 * Ids of the recipients that a Members parameter names.
 * @throws ExchangeRefusal 400 for one that does not exist, cannot be a member, or is named twice.
 */
export function memberIds(call: CmdletCall, names: readonly string[], isRooms: boolean, self?: string): readonly string[] {
  if (names.length > MOST_NAMES) throw badParameter(`The parameter Members takes at most ${MOST_NAMES} entries; ${names.length} were given.`);
  const found = new Set<string>();
  for (const name of names) {
    const view = oneRecipient(call.directory, name, mayBeMember);
    if (found.has(view.object.id)) throw invalidValue(`The value "${name}" is already present in the collection.`);
    checkMember(call, view, name, isRooms, self);
    found.add(view.object.id);
  }
  return [...found];
}

function checkMember(call: CmdletCall, view: View, name: string, isRooms: boolean, self: string | undefined): void {
  // Removed for good while this reader still sees it.
  if (view.object.place === 'none') throw recipientNotFound(name);
  if (view.object.id === self) throw invalidOperation(`The group "${nameOf(view)}" can't be a member of itself.`);
  if (isRooms) requireRoom(call, view);
}

/** @throws ExchangeRefusal 400 for a recipient that a room list cannot hold. */
export function requireRoom(call: CmdletCall, view: View): void {
  const type = recipientTypeOf(view, call.directory);
  if (type !== 'RoomMailbox' && type !== 'RoomList') throw invalidOperation(`A room list can only have room mailboxes or room lists as members; "${nameOf(view)}" isn't one.`);
}

/** A group whose members are about to change. @throws ExchangeRefusal. */
function writableGroup(call: CmdletCall): View {
  const group = writeTarget(call, isDistributionGroup);
  refuseSynced(call, group);
  requireManager(call, group);
  return group;
}

const memberError = (exception: string, message: string): ExchangeRefusal => new ExchangeRefusal(400, 'BadRequest', `Microsoft.Exchange.Management.Tasks.${exception}`, message);

/** Add-DistributionGroupMember. */
export function addMember(call: CmdletCall): () => readonly Row[] {
  const { directory } = call;
  const group = writableGroup(call);
  const { object } = group;
  const name = call.arguments.given('Member') ?? '';
  const member = oneRecipient(directory, name, mayBeMember);
  checkMember(call, member, name, isRoomList(group, directory), object.id);
  if (object.members?.has(member.object.id)) throw memberError('MemberAlreadyExistsException', `The recipient "${nameOf(member)}" is already a member of the group "${nameOf(group)}".`);
  return () => { directory.relate(object, 'members', [member.object.id], [], 'exchange'); return NO_ROWS; };
}

/** A member to be removed may be of any kind, so that what a seed or a synchronisation put there can be taken out. */
const anything: Accepts = () => true;

/** Remove-DistributionGroupMember. */
export function removeMember(call: CmdletCall): () => readonly Row[] {
  const { directory } = call;
  const group = writableGroup(call);
  const { object } = group;
  const name = call.arguments.given('Member') ?? '';
  const member = oneRecipient(directory, name, anything);
  if (!object.members?.has(member.object.id)) throw memberError('MemberNotFoundException', `The recipient "${nameOf(member)}" isn't a member of the group "${nameOf(group)}".`);
  return () => { directory.relate(object, 'members', [], [member.object.id], 'exchange'); return NO_ROWS; };
}

/** Update-DistributionGroupMember: the members become exactly those named. */
export function updateMembers(call: CmdletCall): () => readonly Row[] {
  const { directory } = call;
  const group = writableGroup(call);
  const { object } = group;
  const wanted = new Set(memberIds(call, call.arguments.texts('Members') ?? [], isRoomList(group, directory), object.id));
  const before = object.members ?? new Set<string>();
  const [add, drop] = [[...wanted].filter((id) => !before.has(id)), [...before].filter((id) => !wanted.has(id))];
  return () => {
    if (add.length + drop.length > 0) directory.relate(object, 'members', add, drop, 'exchange');
    return NO_ROWS;
  };
}
