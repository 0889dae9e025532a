import { addressDomain } from '../../../../shared/rules/addresses.ts';
import { addressKey } from '../csv/rows.ts';
import { whyNotStaged } from '../versions.ts';
import { problemOf, type RowProblem } from './problems.ts';
import { isCloudMailbox } from './routing.ts';
import type { RecipientSeen, SourceMailbox } from './types.ts';

/** What is known besides the two sides. `active`: batch that works on an address now; `migrated`: addresses that earlier batches brought over, or provisioned. `inCollections`: objectGUIDs in collections of the pair; null: the pair has none with members. */
export interface LookUp {
  readonly sources: ReadonlyMap<string, readonly SourceMailbox[]>; readonly recipients: ReadonlyMap<string, readonly RecipientSeen[]>; readonly acceptedDomains: ReadonlySet<string>;
  readonly active: ReadonlyMap<string, string>; readonly migrated: ReadonlySet<string>; readonly inCollections: ReadonlySet<string> | null;
  /** Whether the version of each mailbox decides, because nobody named one. */
  readonly versions: 'look' | 'as named';
}

/**
 * What is wrong with a row when both sides are looked at: the mailbox on premises, the mail user in the cloud, and batches at work (Exchange documentation, "Troubleshoot Migration Validation
 * Errors"; 2011, "Disable unified messaging"). At most one error; warnings come besides. By these checks a person learns before the run what the service would say later.
 */
export function checkSides(row: { readonly line: number; readonly address: string }, known: LookUp): readonly RowProblem[] {
  const key = addressKey(row.address);
  const tell = (code: Parameters<typeof problemOf>[1], message: string): RowProblem => problemOf(row, code, message);
  const busy = known.active.get(key);
  if (busy !== undefined) return [tell('active in another batch', `${row.address} is in the batch "${busy}", which is at work.`)];
  const sources = known.sources.get(key) ?? [];
  const [source] = sources;
  const migrated = known.migrated.has(key);
  if (source === undefined) return [tell('no mailbox', `A source e-mail address ${row.address} couldn't be found in the on-premises domain.`)];
  if (sources.length > 1) return [tell('several mailboxes', `${row.address} belongs to ${sources.length} objects on premises: ${sources.slice(0, 3).map((one) => one.name).join(', ')}.`)];
  // A mailbox that was migrated and converted is a mail user by now.
  if (source.kind !== 'mailbox' && source.kind !== 'linked mailbox' && !(migrated && source.kind === 'mail user')) return [tell('not a mailbox', `${row.address} belongs to ${source.name}, which is ${source.kind === 'other' ? 'no mailbox' : `a ${source.kind}`} on premises.`)];
  if (source.kind === 'linked mailbox') return [tell('linked mailbox', `${row.address} belongs to ${source.name}, a linked mailbox of an account of another forest.`)];
  const why = known.versions === 'look' ? whyNotStaged(source.version, true) : null;
  if (why !== null && !migrated) return [tell('version not supported', `The mailbox of ${row.address} is on Exchange ${source.version}. ${why}`)];
  if (source.primary !== key) return [tell('not primary', `${row.address} is not the primary address of ${source.name}, which is ${source.primary || 'none'}.`)];
  if (source.unifiedMessaging) return [tell('unified messaging', `The mailbox of ${row.address} is enabled for unified messaging.`)];
  return [...(source.hidden ? [tell('hidden', `The mailbox of ${row.address} is hidden from address lists.`)] : []),
    ...(known.inCollections?.has(source.id) === false ? [tell('outside collections', `${source.name} is in no collection of this migration pair.`)] : []), ...cloudProblem(row, source, known, migrated)];
}

function cloudProblem(row: { readonly line: number; readonly address: string }, source: SourceMailbox, known: LookUp, migrated: boolean): readonly RowProblem[] {
  const tell = (code: Parameters<typeof problemOf>[1], message: string): RowProblem => problemOf(row, code, message);
  const domain = addressDomain(row.address);
  if (!known.acceptedDomains.has(domain)) return [tell('domain not accepted', `${domain}, the domain of ${row.address}, is no accepted domain of Exchange Online.`)];
  const [recipient] = known.recipients.get(addressKey(row.address)) ?? [];
  if (recipient === undefined) return [tell('no mail user', `A valid primary e-mail address couldn't be found in the cloud-based service for ${row.address}.`)];
  if (recipient.guid !== '' && source.guid !== '' && recipient.guid !== source.guid) return [tell('other kind', `${row.address} belongs to ${recipient.name} in Microsoft 365, whose mailbox is not the one of ${source.name} on premises.`)];
  if (isCloudMailbox(recipient)) return migrated ? [] : [tell('has a mailbox already', `${recipient.name} (${row.address}) has a mailbox in Microsoft 365 already.`)];
  if (recipient.type !== 'MailUser') return [tell('other kind', `${row.address} belongs to ${recipient.name} in Microsoft 365, which is a ${recipient.type} and no mail user.`)];
  return [];
}
