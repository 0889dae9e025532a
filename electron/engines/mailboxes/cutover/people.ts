import type { Evidence } from '../../../../shared/contracts/cutover.ts';
import { LICENCE_GRACE_DAYS } from '../../../../shared/domain/cutover.ts';
import { domainOf, isSwitched, type MailWorld, type Recipient } from '../flow/index.ts';

/** Names in one sentence. */
const NAMED = 10;
const DAY = 86_400_000;

/** Names for an answer, the first ten. */
export function named(list: readonly string[]): string {
  return list.length === 0 ? 'none' : `${list.length}: ${list.toSorted().slice(0, NAMED).join(', ')}${list.length > NAMED ? ' ...' : ''}`;
}

/** Service plans that come with a mailbox (Microsoft Entra documentation, "Product names and service plan identifiers for licensing"). */
const MAILBOX_PLANS: ReadonlySet<string> = new Set(['EXCHANGE_S_STANDARD', 'EXCHANGE_S_ENTERPRISE', 'EXCHANGE_S_DESKLESS', 'EXCHANGE_S_ESSENTIALS', 'EXCHANGE_S_STANDARD_MIDMARKET', 'EXCHANGE_S_STANDARD_GOV', 'EXCHANGE_S_ENTERPRISE_GOV', 'EXCHANGE_S_DESKLESS_GOV']);
/** True for the name of a service plan that comes with a mailbox. */
export const isMailboxPlan = (name: string): boolean => MAILBOX_PLANS.has(name.toUpperCase());

/** Who asked whom, and when. */
export interface Source { readonly asked: string; readonly at: number }

const evidence = ({ asked, at }: Source, question: string, wrong: readonly string[]): Evidence => ({ question, asked, at, answer: named(wrong), result: wrong.length === 0 ? 'right' : 'wrong' });
const mailboxesOf = (world: MailWorld): readonly Recipient[] => [...world.onPremises.byId.values()].filter((one) => one.kind === 'mailbox');

/** Mailboxes on premises whose mail does not go to Microsoft 365 yet. */
export const checkSwitched = (world: MailWorld, by: Source): Evidence => evidence(by, 'Mailboxes on premises that are not switched', mailboxesOf(world).filter((one) => !isSwitched(world, one)).map((one) => one.name));

/** Mailboxes on premises that are switched and still mailboxes. */
export const checkConverted = (world: MailWorld, by: Source): Evidence => evidence(by, 'Switched mailboxes that are not mail-enabled users yet', mailboxesOf(world).filter((one) => isSwitched(world, one)).map((one) => one.name));

/** Mailboxes on premises, switched or not. */
export const checkNoMailbox = (world: MailWorld, by: Source): Evidence => evidence(by, 'Mailboxes on premises', mailboxesOf(world).map((one) => one.name));

/** Forwarding and external addresses of the tenant that lead to the redirection domain, or to a domain that on-premises servers alone accept. */
export function checkNoForwarding(world: MailWorld, by: Source): Evidence {
  const isThere = (address: string | null): boolean => {
    if (address === null) return false;
    const domain = domainOf(address);
    return domain === world.redirectionDomain || (world.onPremises.accepted.has(domain) && !world.cloud.accepted.has(domain)) || (world.mx.get(domain)?.to === 'on premises');
  };
  const left = [...world.cloud.byId.values()].flatMap((one) => (isThere(one.forwardSmtp) ? [`${one.name} forwards to ${one.forwardSmtp}`] : isThere(one.external) ? [`${one.name} has the external address ${one.external}`] : []));
  return evidence(by, 'Recipients of Microsoft 365 that lead on premises', left);
}

/** A switched mailbox of a person, and whether it has a licence that comes with a mailbox. */
export interface LicensedMailbox { readonly name: string; readonly licensed: boolean; /** When the mailbox was made; null: not known. */ readonly madeAt: number | null }

/** Mailboxes without a licence, the one with the least time first. */
export function checkLicences(mailboxes: readonly LicensedMailbox[], by: Source): Evidence {
  const open = mailboxes.filter((one) => !one.licensed);
  const days = (madeAt: number): number => Math.max(0, Math.ceil((madeAt + LICENCE_GRACE_DAYS * DAY - by.at) / DAY));
  const soonest = Math.min(...open.flatMap((one) => (one.madeAt === null ? [] : [days(one.madeAt)])));
  const base = evidence(by, 'Switched mailboxes without a licence', open.map((one) => one.name));
  return Number.isFinite(soonest) ? { ...base, answer: `${base.answer}; the first is disabled in ${soonest} days` } : base;
}
