/**
 * Services of which a user can have one (Entra documentation, "Identify and resolve license assignment problems for a group":
 * conflicting service plans). By name, as `/subscribedSkus` tells them.
 */
const EXCLUSIVE: readonly (readonly string[])[] = [
  ['EXCHANGE_S_STANDARD', 'EXCHANGE_S_ENTERPRISE', 'EXCHANGE_S_DESKLESS', 'EXCHANGE_S_ESSENTIALS'],
  ['SHAREPOINTSTANDARD', 'SHAREPOINTENTERPRISE', 'SHAREPOINTDESKLESS'],
];
const MAILBOX = EXCLUSIVE[0] ?? [];
/** Services that need one of others (the same page: missing dependent service plans). */
const DEPENDENT: Readonly<Record<string, readonly string[]>> = {
  MCOEV: ['MCOSTANDARD', 'TEAMS1'], THREAT_INTELLIGENCE: MAILBOX, SHAREPOINTWAC: ['SHAREPOINTSTANDARD', 'SHAREPOINTENTERPRISE', 'SHAREPOINTDESKLESS'],
};

/**
 * Why a set of services cannot be had together, as far as it is published; the tenant has the last word.
 * @param plans names of the services that would be on.
 * @returns half a sentence, or null.
 */
export function planConflict(plans: ReadonlySet<string>): string | null {
  for (const set of EXCLUSIVE) {
    const both = set.filter((name) => plans.has(name));
    if (both.length > 1) return `${both.join(' and ')} cannot be had together; switch one of them off in a rule`;
  }
  for (const [name, needs] of Object.entries(DEPENDENT)) {
    if (plans.has(name) && !needs.some((need) => plans.has(need))) return `${name} needs ${needs.join(' or ')}; switch it off too, or leave that on`;
  }
  return null;
}
