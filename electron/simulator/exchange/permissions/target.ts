import type { View } from '../../directory/directory.ts';
import type { CmdletCall } from '../cmdlet/cmdlet.ts';
import { ambiguous, notFound } from '../refusal.ts';
import { findObjects, oneObject, type Accepts } from '../recipients/identity.ts';

/**
 * The object that the Identity of a writing cmdlet names.
 * @throws ExchangeRefusal 404 when there is none or it is deleted meanwhile, 400 when there are several.
 */
export function writeTarget(call: CmdletCall, accepts: Accepts): View { return oneObject(call.directory, call.arguments.given('Identity') ?? '', accepts); }

/**
 * The one object whose entries or members a reading cmdlet shows; it may be one whose removal this reader has not seen yet.
 * @throws ExchangeRefusal 404 when there is none, 400 when there are several.
 */
export function readTarget(call: CmdletCall, accepts: Accepts): View {
  const identity = call.arguments.given('Identity') ?? '';
  const [found, ...others] = findObjects(call.directory, identity, accepts);
  if (!found) throw notFound(identity);
  if (others.length > 0) throw ambiguous(identity);
  return found;
}
