import type { Cmdlet } from '../cmdlet/cmdlet.ts';
import { CONNECTOR_CMDLETS } from './connectors.ts';
import { CONTACT_CMDLETS } from './contacts.ts';
import { DISTRIBUTION_GROUP_CMDLETS } from './distribution-groups.ts';
import { MAIL_USER_CMDLETS } from './mail-users.ts';
import { MAILBOX_CMDLETS } from './mailboxes.ts';
import { MIGRATION_BATCH_CMDLETS } from './migration-batches.ts';
import { MIGRATION_ENDPOINT_CMDLETS } from './migration-endpoints.ts';
import { MIGRATION_USER_CMDLETS } from './migration-users.ts';
import { KNOWN_ELSEWHERE } from './not-simulated.ts';
import { PERMISSION_CMDLETS } from './permissions.ts';
import { RECIPIENT_CMDLETS } from './recipients.ts';
import { TENANT_CMDLETS } from './tenant.ts';
import { USER_CMDLETS } from './users.ts';

const CMDLETS: ReadonlyMap<string, Cmdlet> = new Map([
  ...TENANT_CMDLETS, ...RECIPIENT_CMDLETS, ...MAILBOX_CMDLETS, ...MAIL_USER_CMDLETS, ...USER_CMDLETS, ...CONTACT_CMDLETS, ...DISTRIBUTION_GROUP_CMDLETS, ...PERMISSION_CMDLETS,
  ...MIGRATION_ENDPOINT_CMDLETS, ...MIGRATION_BATCH_CMDLETS, ...MIGRATION_USER_CMDLETS, ...CONNECTOR_CMDLETS,
].map((cmdlet) => [cmdlet.name.toLowerCase(), cmdlet]));

/** The cmdlet with that name in any case; `not simulated`: Exchange Online has it, the simulator has not. */
export function findCmdlet(name: string): Cmdlet | 'not simulated' | undefined {
  const key = name.toLowerCase();
  return CMDLETS.get(key) ?? (KNOWN_ELSEWHERE.has(key) ? 'not simulated' : undefined);
}
