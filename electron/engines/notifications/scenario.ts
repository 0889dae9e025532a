import type { PASSWORD_TEMPLATES, TemplateName } from '../../../shared/domain/notifications.ts';
import type { Operation } from '../../../shared/domain/plans.ts';

/** What one task did to one account, as far as its owner must know. */
export interface AccountChanges {
  /** Graph id. */
  readonly targetId: string;
  readonly sourceId: string | null;
  readonly name: string;
  readonly created: boolean;
  /** Null: there was none, or it did not change. */
  readonly before: string | null;
  /** Null: it did not change. */
  readonly after: string | null;
  /** A password was written. */
  readonly password: boolean;
  /** It got a source anchor for the first time. */
  readonly anchored: boolean;
  /** False: it was made without the right to sign in. */
  readonly enabled: boolean;
}

const PASSWORD = 'passwordProfile/password';

/**
 * Puts the writes of one task together by account, in the order of writing. Users only: nobody signs in as a group or a contact.
 * @param known what the writes before have said; changed by this call.
 */
export function noteWrite(known: Map<string, AccountChanges>, { operation, targetId }: { readonly operation: Pick<Operation, 'kind' | 'objectKind' | 'sourceId' | 'name' | 'changes'>; readonly targetId: string }): void {
  if (operation.objectKind !== 'user') return;
  if (operation.kind === 'delete' || operation.kind === 'purge') { known.delete(targetId); return; }
  if (operation.kind !== 'create' && operation.kind !== 'update') return;
  const was = known.get(targetId) ?? { targetId, sourceId: operation.sourceId, name: operation.name, created: false, before: null, after: null, password: false, anchored: false, enabled: true };
  const created = was.created || operation.kind === 'create';
  const change = (attribute: string) => operation.changes.find((one) => one.attribute === attribute);
  const name = change('userPrincipalName');
  const anchor = change('onPremisesImmutableId');
  const enabled = change('accountEnabled')?.after?.[0];
  known.set(targetId, {
    ...was, created, sourceId: was.sourceId ?? operation.sourceId,
    ...(name === undefined ? {} : { before: was.after === null && !created ? name.before?.[0] ?? null : was.before, after: name.after?.[0] ?? null }),
    password: was.password || change(PASSWORD) !== undefined,
    anchored: was.anchored || (anchor !== undefined && (anchor.before?.[0] ?? '') === '' && (anchor.after?.[0] ?? '') !== ''),
    ...(enabled === undefined ? {} : { enabled: enabled.toLowerCase() !== 'false' }),
  });
}

const domainOf = (name: string): string => name.slice(name.lastIndexOf('@') + 1).toLowerCase();

/**
 * Which message tells the owner of an account what was done to it. In a federated domain people sign in with the password of Active Directory,
 * by the source anchor (Microsoft Entra documentation, "What is federation with Microsoft Entra ID?"); a password that Microsoft 365 made is of no use there.
 * @param now the present user principal name, for accounts of which it did not change.
 * @param federated names of the federated domains, in lower case.
 * @returns null when there is nothing to tell.
 */
export function messageFor(changes: AccountChanges, now: string, federated: ReadonlySet<string>): TemplateName | null {
  const name = changes.after ?? now;
  const signsInAtHome = federated.has(domainOf(name));
  const password = changes.password && !signsInAtHome;
  if (changes.created) return signsInAtHome ? 'NewUser_EnableSSO' : password ? 'NewUser_NewPassword' : null;
  // Names are compared without regard to case when somebody signs in.
  if (changes.after !== null && changes.before !== null && changes.after.toLowerCase() !== changes.before.toLowerCase()) {
    if (password) return 'ChangeUPN_NewPassword';
    return signsInAtHome && (changes.anchored || !federated.has(domainOf(changes.before))) ? 'ChangeUPN_EnableSSO' : 'ChangeUPN';
  }
  if (password) return 'NewPassword' satisfies (typeof PASSWORD_TEMPLATES)[number];
  return signsInAtHome && changes.anchored ? 'EnableSSO' : null;
}
