import type { Directory, View } from '../../directory/directory.ts';
import type { Row } from '../cmdlet/cmdlet.ts';
import { facetOf, type Facet } from '../recipients/facet.ts';
import { referenceName } from '../recipients/identity.ts';

/** Parameter, and name in the facet: one list of ids, which shows as one of single senders, one of groups, and both together. */
export const LISTS = [['AcceptMessagesOnlyFrom', 'acceptMessagesFrom'], ['RejectMessagesFrom', 'rejectMessagesFrom']] as const;

/** Ids that a facet keeps under a name. */
export const idsOf = (facet: Facet, name: string): readonly string[] => (facet[name] as readonly string[] | undefined) ?? [];

/** Who may send, and who approves, as the Get cmdlets give it. */
export function deliveryRow(view: View, directory: Directory, authenticatedByDefault: boolean): Row {
  const facet = facetOf(view);
  const names = (list: readonly string[]): readonly string[] => list.map((id) => referenceName(directory, id)).filter((name) => name !== undefined);
  const isGroup = (id: string): boolean => directory.any(id)?.kind === 'group';
  return {
    ...Object.fromEntries(LISTS.flatMap(([name, stored]) => {
      const list = idsOf(facet, stored);
      return [[name, names(list.filter((id) => !isGroup(id)))], [`${name}DLMembers`, names(list.filter(isGroup))], [`${name}SendersOrMembers`, names(list)]] as const;
    })),
    BypassModerationFromSendersOrMembers: names(idsOf(facet, 'bypassModerationFrom')), ModeratedBy: names(idsOf(facet, 'moderatedBy')), ModerationEnabled: facet['moderationEnabled'] ?? false,
    SendModerationNotifications: facet['sendModerationNotifications'] ?? 'Always', RequireSenderAuthenticationEnabled: facet['requireSenderAuthenticationEnabled'] ?? authenticatedByDefault,
    MailTip: facet.mailTip ?? null, MailTipTranslations: facet.mailTip == null ? [] : [`default:${facet.mailTip}`],
  };
}
