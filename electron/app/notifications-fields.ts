import type { Placeholder } from '../../shared/domain/notifications.ts';
import type { Attributes } from '../../shared/domain/objects.ts';
import type { Cloud } from '../../shared/domain/settings.ts';
import { firstOf } from '../../shared/rules/attributes.ts';
import { sharedMailboxKind } from '../../shared/rules/recipient-type.ts';
import type { AccountChanges } from '../engines/notifications/index.ts';
import type { PairRecord, Repositories } from '../store/index.ts';

/** Where people sign in (Microsoft 365 documentation, endpoints of the national clouds). */
const SIGN_IN: Readonly<Record<Cloud, string>> = { global: 'https://www.office.com', usgov: 'https://portal.office365.us', usdod: 'https://portal.apps.mil', china: 'https://portal.partner.microsoftonline.cn' };

/** What is the same in all messages of a pair. */
export interface PairFields { readonly organization: string; readonly tenantName: string; readonly signInAddress: string; readonly federated: ReadonlySet<string> }

/** Reads it. */
export async function pairFields(store: Pick<Repositories, 'pairs'>, pair: PairRecord): Promise<PairFields> {
  const facts = await store.pairs.tenantFacts(pair.id);
  return {
    organization: pair.sourceName || pair.name, tenantName: facts?.organization.displayName || pair.targetName, signInAddress: SIGN_IN[pair.target.cloud],
    federated: new Set((facts?.domains ?? []).filter((one) => one.federated).map((one) => one.name.toLowerCase())),
  };
}

/** Values of the placeholders for one account; without the password. `at`: milliseconds since 1970 UTC. */
export function fieldsOf(changes: Pick<AccountChanges, 'name' | 'before' | 'after'>, now: string, source: Attributes, { organization, tenantName, signInAddress }: PairFields, { support, at }: { readonly support: string; readonly at: number }): Record<Exclude<Placeholder, 'Password'>, string> {
  const displayName = firstOf(source, 'displayName') ?? changes.name;
  return {
    DisplayName: displayName, GivenName: firstOf(source, 'givenName') ?? displayName, UserPrincipalName: changes.after ?? now, PreviousUserPrincipalName: changes.before ?? changes.after ?? now,
    Organization: organization, TenantName: tenantName, SignInAddress: signInAddress, Support: support, Date: new Date(at).toISOString().slice(0, 10),
  };
}

/** Bit of userAccountControl: the account is disabled (MS-ADTS 2.2.16). */
const DISABLED = 2;

/** True for accounts that nobody reads mail with: disabled ones, and those of rooms, equipment and shared mailboxes. */
export function isKeptOut(source: Attributes): boolean {
  return sharedMailboxKind(source) !== null || (Number(firstOf(source, 'userAccountControl') ?? 0) & DISABLED) !== 0;
}
