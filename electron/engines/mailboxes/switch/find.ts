import type { Attributes, MatchResult } from '../../../../shared/domain/objects.ts';
import { primarySmtp } from '../../../../shared/rules/addresses.ts';
import { firstOf } from '../../../../shared/rules/attributes.ts';
import { guidFromImmutableId } from '../../../../shared/rules/guid.ts';
import type { CloudMailbox } from '../../tenant/index.ts';
import { smtpOf } from './mailbox.ts';

/** The mailbox in Microsoft 365 that belongs to an object, and by what that is known; or why there is none that mail could be sent to. */
export type FoundMailbox =
  | { readonly mailbox: CloudMailbox; readonly by: 'GUID' | 'match' | 'address'; readonly evidence: string }
  | { readonly skip: string; readonly status: 'Skipped' | 'Not matched' | 'Ambiguous' | 'Conflict' };

/** The GUID of the mailbox on premises as dashed text; undefined when there is none. */
export function mailboxGuidOf(attributes: Attributes): string | undefined {
  const value = firstOf(attributes, 'msExchMailboxGuid');
  return value === undefined ? undefined : guidFromImmutableId(value);
}

/**
 * Finds the mailbox of an object. A mailbox that the migration service made keeps the GUID of the one on premises (Exchange documentation: the mail user's
 * ExchangeGuid), which is the surest sign; then the match of the project, then the primary address. Signs that contradict each other are a conflict: mail
 * of one person must not reach another one.
 * @param match of the object in the project; undefined: never matched. @param candidates mailboxes that have one of its signs.
 */
export function findMailbox(name: string, attributes: Attributes, match: MatchResult | undefined, candidates: readonly CloudMailbox[]): FoundMailbox {
  const guid = mailboxGuidOf(attributes);
  const address = primarySmtp(attributes);
  const byGuid = guid === undefined ? undefined : candidates.find((one) => one.guid === guid);
  const byAddress = address === undefined ? undefined : candidates.find((one) => smtpOf(one).includes(address));
  const waits = match?.review === 'To review';
  const byMatch = match?.state === 'Matched' && match.targetId !== null && !waits ? candidates.find((one) => one.id === match.targetId?.toLowerCase()) : undefined;
  if (match !== undefined && waits) return { skip: `The match of "${name}" waits for review. Look at it first: mail would reach whoever it names.`, status: 'Skipped' };
  if (match?.state === 'Ambiguous' || match?.state === 'Conflict') return { skip: `The match of "${name}" is ${match.state === 'Ambiguous' ? 'ambiguous' : 'in conflict'}. Decide it first: mail would reach the wrong person.`, status: match.state };
  if (match?.state === 'Matched' && match.targetId !== null && byMatch === undefined && (byGuid ?? byAddress) !== undefined) {
    return { skip: `"${name}" is matched with an account that has no mailbox, but the mailbox "${(byGuid ?? byAddress)?.primary ?? ''}" of another account has its ${byGuid === undefined ? 'address' : 'mailbox GUID'}. Correct the match, or that mailbox: mail could reach the wrong person.`, status: 'Conflict' };
  }
  const found = byMatch ?? byGuid ?? byAddress;
  if (found === undefined) return { skip: `"${name}" has no mailbox in Microsoft 365, by its ${[...(match?.state === 'Matched' ? ['match'] : []), ...(guid === undefined ? [] : ['mailbox GUID']), 'address'].join(', ')}. It gets one when its mailbox batch runs, or by a licence.`, status: 'Not matched' };
  const other = [byGuid, byAddress].find((one) => one !== undefined && one.id !== found.id);
  if (other !== undefined) {
    return { skip: `"${name}" ${byMatch === undefined ? 'has the mailbox GUID of' : 'is matched with'} "${found.primary}", but "${other.primary}" has its ${other === byGuid ? 'mailbox GUID' : `address ${address ?? ''}`}. Mail would reach the wrong person: correct the match or the addresses first.`, status: 'Conflict' };
  }
  if (byGuid !== undefined) return { mailbox: found, by: 'GUID', evidence: `mailbox GUID ${guid ?? ''}` };
  return byMatch === undefined ? { mailbox: found, by: 'address', evidence: `address ${address ?? ''}` } : { mailbox: found, by: 'match', evidence: match?.evidence.find((one) => one.ruleId === match.ruleId)?.rule || match?.reason || 'match of the project' };
}
