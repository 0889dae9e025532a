import type { Values } from '../../../shared/domain/objects.ts';
import type { RecipientPart, UnresolvedReference } from '../../../shared/domain/plans.ts';
import { WAITING_REASONS } from '../../../shared/domain/references.ts';
import type { TargetAttribute } from '../../../shared/rules/target-attributes.ts';
import type { MappedReference } from './types.ts';

/** Why a setting of a mailbox waits for the mailbox. */
export const NO_MAILBOX_YET = 'the account has no mailbox in Exchange Online yet';

/** Why somebody cannot be named now; null: by the address. */
function whyNot(about: TargetAttribute, found: MappedReference | null): string | null {
  if (found === null || found.targetId === null) return WAITING_REASONS.noMatch;
  if (found.kind !== undefined && about.names?.includes(found.kind) !== true) return `${about.name} cannot name a ${found.kind}`;
  if (found.kind === 'group' && (found.mailEnabled === false || found.unified === true)) return `${about.name} cannot name a ${found.unified === true ? 'Microsoft 365 group' : 'group without mail'}`;
  return found.mail === undefined ? WAITING_REASONS.noMailbox : null;
}

/** Whose attribute it is. */
export interface NamingObject {
  readonly sourceId: string;
  /** Source attribute. */
  readonly attribute: string;
  /** Why nothing of it can be written now; undefined: it can. */
  readonly problem: string | undefined;
}

/**
 * Turns DNs into primary SMTP addresses, by which Exchange Online finds recipients and which a person can read in a plan
 * (ExchangeOnlineManagement cmdlet reference, AcceptMessagesOnlyFrom, ForwardingAddress, Manager). Whoever cannot be named yet waits with a reason;
 * the object itself is left out of single names: a mailbox cannot forward to itself, and nobody leads himself.
 * @returns addresses in lower case, each once, in the order of the DNs.
 */
export function resolveRecipients(dns: readonly string[], about: TargetAttribute, resolve: (dn: string) => MappedReference | null, { sourceId, attribute, problem }: NamingObject): { readonly addresses: Values; readonly unresolved: readonly UnresolvedReference[] } {
  const addresses = new Set<string>();
  const unresolved: UnresolvedReference[] = [];
  for (const dn of dns) {
    const found = resolve(dn);
    if (found !== null && found.sourceId === sourceId && about.type === 'text') continue;
    const reason = problem ?? whyNot(about, found);
    if (reason === null && found?.mail !== undefined) addresses.add(found.mail.toLowerCase());
    else unresolved.push({ sourceId, attribute, dn, reason: reason ?? WAITING_REASONS.noMailbox });
  }
  return { addresses: [...addresses], unresolved };
}

/** Why an attribute of an object that Graph keeps cannot be written through Exchange Online now; undefined: it can. */
export function notNow(about: TargetAttribute, part: RecipientPart | null, problem: string | undefined): string | undefined {
  if (problem !== undefined) return problem;
  return about.recipients === undefined || (part !== null && about.recipients.includes(part)) ? undefined : NO_MAILBOX_YET;
}
