import type { Directory, View } from '../../directory/directory.ts';
import type { CmdletCall } from '../cmdlet/cmdlet.ts';
import { badParameter, ExchangeRefusal } from '../refusal.ts';
import { facetOf } from '../recipients/facet.ts';
import { referenceName } from '../recipients/identity.ts';

/** The role group that owns what nobody else does: applications, and administrators of other tenants, are no owners themselves. */
const ORGANIZATION_MANAGEMENT = 'Organization Management';

/** Ids of the owners; empty when the role group Organization Management is the owner. */
export function ownerIds(view: View): readonly string[] {
  return (facetOf(view)['managedBy'] as readonly string[] | undefined) ?? [...view.owners ?? []];
}

/** ManagedBy as the Get cmdlets show it. */
export function managedBy(view: View, directory: Directory): readonly string[] {
  const ids = ownerIds(view);
  return ids.length === 0 ? [ORGANIZATION_MANAGEMENT] : ids.map((id) => referenceName(directory, id)).filter((name) => name !== undefined);
}

/** Owners of a new group: those of ManagedBy, else the account that creates it, else the role group (undefined). */
export function creatorOf(call: CmdletCall): readonly string[] | undefined {
  const { userId } = call.caller;
  return userId === null ? undefined : [userId];
}

const BYPASS = 'BypassSecurityGroupManagerCheck';

/**
 * Who is no owner needs the switch BypassSecurityGroupManagerCheck, which only Organization Management has (cmdlet reference). Its
 * members own what it owns.
 * @throws ExchangeRefusal 400.
 */
export function requireManager(call: CmdletCall, group: View): void {
  const ids = ownerIds(group);
  const { userId, managesOrganization } = call.caller;
  // A parameter of a role that the caller does not hold does not exist for them (Exchange documentation, management roles).
  if (call.arguments.on(BYPASS) && !managesOrganization) throw badParameter(`A parameter cannot be found that matches parameter name '${BYPASS}'.`);
  if (managesOrganization && (call.arguments.on(BYPASS) || ids.length === 0)) return;
  if (userId !== null && ids.some((id) => id === userId || call.directory.visible(id, 'exchange')?.members?.has(userId))) return;
  throw new ExchangeRefusal(400, 'BadRequest', 'Microsoft.Exchange.Configuration.Tasks.OperationRequiresGroupManagerException', "You don't have sufficient permissions. This operation can only be performed by a manager of the group.");
}
