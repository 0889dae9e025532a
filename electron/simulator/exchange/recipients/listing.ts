import type { View } from '../../directory/directory.ts';
import { textOf, type DirectoryKind } from '../../directory/objects.ts';
import type { CmdletCall, Found, ParameterRules, Row } from '../cmdlet/cmdlet.ts';
import { badParameter, notFound, notSimulated } from '../refusal.ts';
import { nameOf } from './facet.ts';
import { findObjects, type Accepts } from './identity.ts';
import { readFilter } from './opath.ts';
import { recipientTypeOf } from './recipient-type.ts';
import { LIGHT, lightRow } from './rows.ts';

/** Parameters that every listing cmdlet of recipients has. Identity, Anr and Filter exclude one another. */
export const LISTING: ParameterRules = {
  Identity: { type: 'text', sets: ['Identity'] }, Anr: { type: 'text', sets: ['AnrSet'] }, Filter: { type: 'text', sets: ['Identity', 'AnrSet'] }, ResultSize: { type: 'result size' },
  SortBy: { type: 'text', offered: false }, OrganizationalUnit: { type: 'text', offered: false },
};

/** What a listing is made of. */
export interface Listing {
  readonly kinds: readonly DirectoryKind[];
  readonly accepts: Accepts;
  row(view: View): Row;
  /** Properties to give; absent: all. */
  readonly properties?: ReadonlySet<string> | undefined;
}

/** Parameters of which one may name the object. */
const IDENTITIES = ['Identity', 'ExternalDirectoryObjectId', 'PrimarySmtpAddress', 'UserPrincipalName'];
/** A kind's objects come after those of the kinds before it. */
const KIND_STEP = 2 ** 40;

/**
 * The objects a Get cmdlet names: by Identity all that answer to it, else all of its kinds that pass Filter, Anr and
 * RecipientTypeDetails.
 * @throws ExchangeRefusal 404 for an Identity that names nothing.
 */
export function* listing(call: CmdletCall, { kinds, accepts, row, properties }: Listing): Iterable<Found> {
  const { directory } = call;
  const named = IDENTITIES.map((name) => call.arguments.given(name)).filter((text) => text !== undefined);
  if (named.length > 1) throw badParameter('Parameter set cannot be resolved using the specified named parameters.');
  const [identity] = named;
  const anr = call.arguments.given('Anr')?.trim().toLowerCase();
  const filter = call.arguments.given('Filter');
  const read = filter === undefined ? undefined : readFilter(filter);
  const isLight = read !== undefined && [...read.names].every((name) => LIGHT.has(name));
  const types = call.arguments.texts('RecipientTypeDetails')?.map((t) => t.toLowerCase());
  const wanted = (view: View): boolean => accepts(view, directory) && (types === undefined || types.includes(recipientTypeOf(view, directory).toLowerCase())) && (anr === undefined || answersTo(view, anr));
  const found = (view: View, at: number): Found | undefined => {
    if (read && !isLight) {
      const full = row(view);
      return read.passes(full) ? { at, row: () => reduced(full, properties) } : undefined;
    }
    return read && !read.passes(lightRow(view)) ? undefined : { at, row: () => reduced(row(view), properties) };
  };
  if (identity !== undefined) {
    if (identity.includes('*')) throw notSimulated('wildcards in Identity');
    const views = findObjects(directory, identity, (view, d) => kinds.includes(view.object.kind) && accepts(view, d));
    if (views.length === 0) throw notFound(identity);
    for (const view of views) {
      const one = wanted(view) ? found(view, KIND_STEP * kinds.indexOf(view.object.kind) + view.object.sequence) : undefined;
      if (one) yield one;
    }
    return;
  }
  for (const [index, kind] of kinds.entries()) {
    const start = KIND_STEP * index;
    if (call.after >= start + KIND_STEP) continue;
    for (const view of directory.readable(kind, 'exchange', Math.max(0, call.after - start))) {
      const one = wanted(view) ? found(view, start + view.object.sequence) : undefined;
      if (one) yield one;
    }
  }
}

/** Ambiguous name resolution: the beginning of a name (cmdlet reference, Get-Recipient, Anr). */
function answersTo(view: View, anr: string): boolean {
  return [nameOf(view), textOf(view, 'displayName'), textOf(view, 'givenName'), textOf(view, 'surname'), textOf(view, 'mailNickname')].some((name) => name?.toLowerCase().startsWith(anr));
}

function reduced(row: Row, properties: ReadonlySet<string> | undefined): Row {
  return properties === undefined ? row : Object.fromEntries(Object.entries(row).filter(([name]) => properties.has(name.toLowerCase())));
}
