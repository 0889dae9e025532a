import { facetOf } from '../exchange/recipients/facet.ts';
import { primaryOf } from '../identity/mail-nickname.ts';
import { addressesOf } from '../exchange/recipients/rows.ts';
import { isMailbox, recipientTypeOf } from '../exchange/recipients/recipient-type.ts';
import type { Machine } from './machine.ts';
import type { MigrationUser } from './model.ts';
import type { OnPremisesMailbox } from './on-premises.ts';

/** Published words (Exchange documentation, Troubleshoot Active Migration Errors). */
const NO_CLOUD_ADDRESS = "A valid primary e-mail address couldn't be found in the cloud-based service.";
const noSource = (address: string): string => `A source e-mail address ${address} couldn't be found in the on-premises domain.`;

const MAILBOX_KINDS: ReadonlySet<string> = new Set(['user', 'room', 'equipment', 'shared']);

/** The mailbox that an address means. */
export function sourceOf(found: readonly OnPremisesMailbox[]): OnPremisesMailbox | undefined { return found.length === 1 ? found[0] : undefined; }

/**
 * Why a mailbox on premises cannot be migrated. A hidden mailbox is not found, nor is one by an address that is not its primary one
 * (Exchange Online documentation, CSV files for mailbox migration: the primary SMTP address).
 */
export function sourceProblem(m: Machine, user: MigrationUser, found: readonly OnPremisesMailbox[]): string | undefined {
  const { address } = user;
  const endpoint = m.state.endpoints.get(m.state.batches.get(user.batch)?.endpoint ?? '');
  if (!endpoint) return "Couldn't connect to the source mailbox.";
  const [source, ...others] = found;
  if (!source) return noSource(address);
  if (others.length > 0) return `${noSource(address)} Several recipients have it.`;
  if (source.kind === 'linked') return `The on-premises mailbox ${address} is a linked mailbox, which can't be migrated.`;
  if (source.hidden || !MAILBOX_KINDS.has(source.kind) || source.address.toLowerCase() !== address.toLowerCase()) return noSource(address);
  return source.um ? `The on-premises mailbox ${address} is enabled for unified messaging. Disable unified messaging before you migrate it.` : undefined;
}

/**
 * Why the cloud has no place for a mailbox: it needs a mail user with that primary address, or a mailbox that an earlier staged migration
 * of the same mailbox made. A mail user with the ExchangeGuid of another mailbox is somebody else's: that this is refused is ours.
 */
export function targetProblem(m: Machine, { address }: MigrationUser, source: OnPremisesMailbox | undefined): string | undefined {
  const view = m.directory.visible(m.directory.holderOfAddress(address) ?? '', 'exchange');
  if (!view || view.object.place !== 'live' || primaryOf(addressesOf(view))?.toLowerCase() !== address.toLowerCase()) return NO_CLOUD_ADDRESS;
  const before = m.state.provisioned.get(view.object.id);
  if (isMailbox(view, m.directory)) return before && before.sourceId === source?.id ? undefined : `The cloud-based service already has a mailbox with the address ${address} that wasn't migrated from this on-premises mailbox.`;
  if (recipientTypeOf(view, m.directory) !== 'MailUser') {
    if (before?.sourceId === source?.id && before !== undefined && facetOf(view)['disconnected'] !== undefined) return undefined;
    return NO_CLOUD_ADDRESS;
  }
  const guid = facetOf(view).exchangeGuid;
  if (guid !== undefined && source?.mailboxGuid != null && guid !== source.mailboxGuid.toLowerCase()) return `The mail user with the address ${address} in the cloud-based service belongs to another on-premises mailbox.`;
  return undefined;
}
