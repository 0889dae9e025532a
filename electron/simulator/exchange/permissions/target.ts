import type { View } from '../../directory/directory.ts';
import type { CmdletCall, ParameterRules } from '../cmdlet/cmdlet.ts';
import { ambiguous, badParameter, notFound } from '../refusal.ts';
import { findObjects, oneObject, type Accepts } from '../recipients/identity.ts';

/**
 * The object that the Identity of a writing cmdlet names.
 * @throws ExchangeRefusal 404 when there is none or it is deleted meanwhile, 400 when there are several.
 */
export function writeTarget(call: CmdletCall, accepts: Accepts): View { return oneObject(call.directory, call.arguments.given('Identity') ?? '', accepts); }

/** Parameters of the EXO cmdlets of which one names the object (cmdlet reference, Get-EXOMailboxPermission, Get-EXORecipientPermission). */
export const EXO_IDENTITY: ParameterRules = { Identity: { type: 'text' }, ExternalDirectoryObjectId: { type: 'guid' }, PrimarySmtpAddress: { type: 'text' }, UserPrincipalName: { type: 'text' } };

/** What names the object of a reading cmdlet; undefined: nothing. @throws ExchangeRefusal 400 for more than one name. */
export function identityOf(call: CmdletCall): string | undefined {
  const [identity, ...others] = Object.keys(EXO_IDENTITY).map((name) => call.arguments.given(name)).filter((text) => text !== undefined);
  if (others.length > 0) throw badParameter('Parameter set cannot be resolved using the specified named parameters.');
  return identity;
}

/**
 * The one object whose entries or members a reading cmdlet shows; it may be one whose removal this reader has not seen yet.
 * @throws ExchangeRefusal 404 when there is none, 400 when there are several or none is named.
 */
export function readTarget(call: CmdletCall, accepts: Accepts): View {
  const identity = identityOf(call);
  if (identity === undefined) throw badParameter('Cannot process command because of one or more missing mandatory parameters: Identity.');
  const [found, ...others] = findObjects(call.directory, identity, accepts);
  if (!found) throw notFound(identity);
  if (others.length > 0) throw ambiguous(identity);
  return found;
}
