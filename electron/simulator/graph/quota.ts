import type { GraphCall } from './call.ts';
import { quotaExceeded } from './refusal.ts';

/** Objects of a tenant with no other domain than its initial one, and with at least one more (Entra service limits). Above them only Microsoft raises the limit. */
const LIMIT = { initialOnly: 50_000, ownDomain: 300_000 };
/** How far above the limit a tenant is taken for one with a higher limit: what Exchange adds, which does not ask here, stays below. */
const GIVEN_MORE = 1.05;
/** A soft-deleted object counts as a quarter (Entra service limits). */
const DELETED_SHARE = 0.25;

/**
 * Lets one more object be created or taken back. A tenant that already holds more than the common limit has been given a higher one, which is not known.
 * @throws GraphRefusal 403 Directory_QuotaExceeded.
 */
export function needObjectQuota({ directory }: GraphCall): void {
  const { user, group, contact, deleted, facts } = directory;
  const used = user.size + group.size + contact.size + deleted.size * DELETED_SHARE;
  const limit = facts.domains.some((d) => d.isVerified && !d.isInitial) ? LIMIT.ownDomain : LIMIT.initialOnly;
  if (used >= limit && used < limit * GIVEN_MORE) throw quotaExceeded('The directory object quota limit for the Tenant has been exceeded. Please ask your administrator to increase the quota limit or delete objects to reduce the used quota.');
}
