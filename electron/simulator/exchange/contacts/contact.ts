import type { View } from '../../directory/directory.ts';
import type { CmdletCall, ParameterRules, Row } from '../cmdlet/cmdlet.ts';
import { invalidOperation, recipientNotFound, recipientNotUnique } from '../refusal.ts';
import { committed, refuseSynced } from '../recipients/edit.ts';
import { nameOf } from '../recipients/facet.ts';
import { findObjects, type Accepts } from '../recipients/identity.ts';
import { freeRecipientName, keptName } from '../recipients/unique.ts';
import { writeTarget } from '../permissions/target.ts';
import { PERSON, personEdits } from './person.ts';

/** True for a contact, with an address or without. */
export const isContact: Accepts = (view) => view.object.kind === 'contact';

/** Set-Contact. */
export const SET_CONTACT: ParameterRules = {
  Identity: { type: 'text', mandatory: true }, DisplayName: { type: 'text', max: 256 }, Name: { type: 'text', max: 64 }, ...PERSON, Manager: { type: 'text' },
  ...Object.fromEntries(['GeoCoordinates', 'OtherFax', 'OtherHomePhone', 'OtherTelephone', 'PostOfficeBox', 'SeniorityIndex', 'WindowsEmailAddress', 'UMCallingLineIds'].map((name) => [name, { type: 'text', offered: false } as const])),
};

/** Set-Contact: what Graph shows of a contact besides its addresses. */
export function updateContact(call: CmdletCall): () => readonly Row[] {
  const { arguments: given, directory } = call;
  const contact = writeTarget(call, isContact);
  refuseSynced(call, contact);
  const { object } = contact;
  const edits = personEdits(call, object.properties);
  const name = given.given('Name');
  if (name !== undefined) freeRecipientName(call, name, object.id);
  const properties = { ...edits.properties, ...(given.has('DisplayName') ? { displayName: given.text('DisplayName') || nameOf(contact) } : {}) };
  const facet = { ...keptName(call, contact), ...edits.facet, ...(name === undefined ? {} : { name }) };
  const manager = given.has('Manager') ? managerOf(call, contact, given.text('Manager')) : undefined;
  const commit = committed(call, contact, { properties, facet });
  return () => {
    if (manager === undefined || manager === object.manager) return commit();
    directory.setManager(object, manager, 'exchange');
    return Object.keys({ ...properties, ...facet }).length > 0 ? commit() : [];
  };
}

/** Managers are users or contacts (cmdlet reference, Set-Contact: UserContactIdParameter). @throws ExchangeRefusal 400. */
function managerOf(call: CmdletCall, contact: View, text: string | null | undefined): string | null {
  if (!text) return null;
  const [found, ...others] = findObjects(call.directory, text, (view) => view.object.kind !== 'group');
  if (!found) throw recipientNotFound(text);
  if (others.length > 0) throw recipientNotUnique(text);
  if (found.object === contact.object) throw invalidOperation(`The contact '${nameOf(contact)}' can't be its own manager.`);
  return found.object.id;
}
