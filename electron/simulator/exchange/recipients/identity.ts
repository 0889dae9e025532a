import type { Directory, View } from '../../directory/directory.ts';
import { addressKey, textOf, textsOf } from '../../directory/objects.ts';
import { ambiguous, notFound, recipientNotFound, recipientNotUnique } from '../refusal.ts';
import { distinguishedNameOf, facetOf, idOfGuid, legacyDnOf, nameOf } from './facet.ts';
import { isRecipient } from './recipient-type.ts';

const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const KINDS = ['user', 'group', 'contact'] as const;

/** Which objects an identity may name. */
export type Accepts = (view: View, directory: Directory) => boolean;

/**
 * All objects Exchange sees now that answer to an identity: by id or Guid, SMTP address, user principal name, distinguished name or
 * legacyExchangeDN first; only when none does, by alias, name or display name (cmdlet reference, Identity parameters).
 */
export function findObjects(directory: Directory, identity: string, accepts: Accepts = () => true): readonly View[] {
  const text = identity.trim();
  const lower = text.toLowerCase();
  if (text === '') return [];
  const fits = (view: View | undefined): view is View => view !== undefined && accepts(view, directory);
  if (GUID.test(text)) {
    const direct = [directory.visible(lower, 'exchange'), directory.visible(idOfGuid(lower), 'exchange')].filter(fits);
    return direct.length > 0 ? direct : scan(directory, (view) => facetOf(view).exchangeGuid === lower || nameOf(view).toLowerCase() === lower, accepts);
  }
  if (text.includes('@')) {
    const key = addressKey(text);
    const answers = (view: View): boolean => hasAddress(view, key) || textOf(view, 'userPrincipalName')?.toLowerCase() === lower;
    const ids = new Set([directory.holderOfAddress(text), directory.holderOfUpn(text)].filter((id) => id !== undefined));
    const direct = [...ids].map((id) => directory.visible(id, 'exchange')).filter((view) => fits(view) && answers(view)).filter(fits);
    if (direct.length > 0) return direct;
    // The indexes hold what was written; a reader that is late may still see older names. Contacts of a seed may show mail alone.
    return scan(directory, (view) => answers(view) || textOf(view, 'mail')?.toLowerCase() === lower || nameOf(view).toLowerCase() === lower, accepts);
  }
  if (/^\/o=/i.test(text)) return scan(directory, (view) => legacyDnOf(view).toLowerCase() === lower || hasAddress(view, `x500:${lower}`), accepts);
  if (/^cn=.+,/i.test(text)) return scan(directory, (view) => distinguishedNameOf(view, directory).toLowerCase() === lower, accepts);
  return scan(directory, (view) => [textOf(view, 'mailNickname'), nameOf(view), textOf(view, 'displayName')].some((name) => name?.toLowerCase() === lower), accepts);
}

/**
 * The one object that the Identity of a writing cmdlet names. An object that Graph has deleted meanwhile cannot be written, although
 * Exchange still shows it.
 * @throws ExchangeRefusal 404 when there is none, 400 when there are several.
 */
export function oneObject(directory: Directory, identity: string, accepts?: Accepts): View {
  const [found, ...others] = findObjects(directory, identity, accepts);
  if (!found || found.object.place !== 'live') throw notFound(identity);
  if (others.length > 0) throw ambiguous(identity);
  return found;
}

/**
 * The one recipient that another parameter names, such as GrantSendOnBehalfTo or Members.
 * @throws ExchangeRefusal 400 when there is none, or several.
 */
export function oneRecipient(directory: Directory, identity: string, accepts: Accepts = isRecipient): View {
  const [found, ...others] = findObjects(directory, identity, accepts);
  if (!found) throw recipientNotFound(identity);
  if (others.length > 0) throw recipientNotUnique(identity);
  return found;
}

function hasAddress(view: View, key: string): boolean { return textsOf(view, 'proxyAddresses').some((address) => addressKey(address) === key); }

function scan(directory: Directory, answers: (view: View) => boolean, accepts: Accepts): readonly View[] {
  const found: View[] = [];
  for (const kind of KINDS) for (const view of directory.readable(kind, 'exchange')) if (answers(view) && accepts(view, directory)) found.push(view);
  return found;
}

/** How Exchange shows a reference to another object: its name; undefined when the object is gone. */
export function referenceName(directory: Directory, id: string): string | undefined {
  const view = directory.visible(id, 'exchange');
  return view && nameOf(view);
}
