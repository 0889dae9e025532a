import { PasswordPolicySchema } from '../../shared/contracts/passwords.ts';
import { DEFAULT_PASSWORD_POLICY, type PasswordPolicy } from '../../shared/domain/passwords.ts';
import type { Operation } from '../../shared/domain/plans.ts';
import type { Settlement } from '../engines/applying/index.ts';
import type { OutboxEntry, Repositories } from '../store/index.ts';
import { generatePassword } from './passwords.ts';
import type { PasswordDelivery } from './notifications-settings.ts';
import type { Services } from './services.ts';

/** Name of the policy among the settings of a pair. */
export const POLICY = 'initial passwords';
const PASSWORD = 'passwordProfile/password';

/** How passwords are made in a pair. */
export async function passwordPolicy({ store }: Pick<Services, 'store'>, pairId: string): Promise<PasswordPolicy> {
  return PasswordPolicySchema.catch(DEFAULT_PASSWORD_POLICY).parse(await store.pairSettings.get(pairId, POLICY));
}

/** Makes the passwords of one run and gives up what is known of them as soon as their accounts are settled. */
export interface PasswordDesk {
  /** The same for every try of one create: nobody knows which of them the tenant carried out. */
  newPassword(operation: Pick<Operation, 'id'>): string;
  /** What the outbox gets for accounts that were made; with a delivery, their passwords are sealed first. */
  keep(settlements: readonly Settlement[]): Promise<readonly OutboxEntry[]>;
}

/**
 * Makes the desk of one run. Passwords are in memory from the first sending of a create until it is settled. Without a delivery
 * they are kept nowhere: the outbox then only says that the account needs a reset. So it does when the program ended in between,
 * and where secrets would last only as long as the program.
 */
export function createPasswordDesk(services: Pick<Services, 'secrets' | 'newId' | 'now'>, policy: PasswordPolicy, delivery: PasswordDelivery, scope: { readonly pairId: string; readonly taskId: string }): PasswordDesk {
  const open = new Map<string, string>();
  return {
    newPassword({ id }) {
      const password = open.get(id) ?? generatePassword(policy);
      open.set(id, password);
      return password;
    },
    async keep(settlements) {
      const entries: OutboxEntry[] = [];
      for (const { operation, outcome, targetId } of settlements) {
        const password = open.get(operation.id);
        open.delete(operation.id);
        if (operation.kind !== 'create' || outcome !== 'done' || targetId === null || !operation.changes.some((c) => c.attribute === PASSWORD)) continue;
        const id = services.newId();
        const keepForMs = password !== undefined && delivery.delivers && services.secrets.protection() !== 'session' ? delivery.keepForMs : null;
        const secretRef = keepForMs === null ? null : `outbox/${id}`;
        if (secretRef !== null && password !== undefined) await services.secrets.set(secretRef, password);
        entries.push({
          id, ...scope, sourceId: operation.sourceId, targetId, name: operation.name, userPrincipalName: operation.changes.find((c) => c.attribute === 'userPrincipalName')?.after?.[0] ?? '',
          state: secretRef === null ? 'needs a reset' : 'waits for delivery', secretRef, createdAt: services.now(), expiresAt: keepForMs === null ? null : services.now() + keepForMs,
        });
      }
      return entries;
    },
  };
}

/** Hands a password out for delivery; null when there is none to be had any more. It stays until {@link passwordDelivered}. */
export async function passwordForDelivery(services: Pick<Services, 'store' | 'secrets' | 'now'>, id: string): Promise<string | null> {
  const entry = await services.store.outbox.get(id);
  if (entry === undefined || entry.secretRef === null || entry.state !== 'waits for delivery' || (entry.expiresAt ?? 0) <= services.now()) return null;
  return await services.secrets.get(entry.secretRef);
}

/** Forgets a password that was delivered. */
export async function passwordDelivered(services: Pick<Services, 'store' | 'secrets'>, id: string): Promise<void> {
  const entry = await services.store.outbox.get(id);
  await services.store.outbox.close(id, 'delivered', await forgetSecret(services, entry?.secretRef ?? null));
}

/** Deletes a secret where it is here. @returns `elsewhere`: it is not, so whoever has it must still learn its name. */
async function forgetSecret({ secrets }: Pick<Services, 'secrets'>, secretRef: string | null): Promise<'gone' | 'elsewhere'> {
  if (secretRef === null) return 'gone';
  // One that cannot be opened is here, too.
  const isHere = await secrets.get(secretRef).then((value) => value !== null, () => true);
  if (!isHere) return 'elsewhere';
  await secrets.delete(secretRef);
  return 'gone';
}

/** Forgets a password that nobody will be told: its account needs a reset. */
export async function forgetPassword(services: Pick<Services, 'store' | 'secrets'>, { id, secretRef }: Pick<OutboxEntry, 'id' | 'secretRef'>): Promise<void> {
  await services.store.outbox.close(id, 'needs a reset', await forgetSecret(services, secretRef));
}

/** Forgets passwords that nobody took in time: their accounts need a reset. @returns how many. */
export async function expirePasswords(services: Pick<Services, 'store' | 'secrets' | 'now'>): Promise<number> {
  const entries = await services.store.outbox.expired(services.now());
  for (const { id, secretRef } of entries) await services.store.outbox.close(id, 'expired', await forgetSecret(services, secretRef));
  return entries.length;
}

/** Deletes what is sealed here of passwords that another machine gave up, or of accounts that were deleted from there. Call it now and then, not every second. @returns how many. */
export async function forgetLeftPasswords(services: Pick<Services, 'store' | 'secrets'>): Promise<number> {
  const { outbox, targets } = services.store;
  let forgotten = 0;
  for (const { id, pairId, targetId, state, secretRef } of await outbox.left()) {
    if (await forgetSecret(services, secretRef) === 'elsewhere') continue;
    forgotten += 1;
    if ((await targets.getMany(pairId, [targetId], 'without links')).size === 0) await outbox.removeAll([id]);
    else await outbox.close(id, state);
  }
  return forgotten;
}

/** Where the passwords of a pair are sealed: those that still wait for their message, and those that nobody has deleted yet. */
export async function sealedPasswords(store: Pick<Repositories, 'outbox'>, pairId: string): Promise<readonly string[]> {
  const refs: string[] = [];
  let after: string | null = null;
  do {
    const page: Awaited<ReturnType<Repositories['outbox']['page']>> = await store.outbox.page({ pairId, after, limit: 500 });
    refs.push(...page.rows.flatMap((one) => one.secretRef ?? []));
    after = page.next;
  } while (after !== null);
  return refs;
}

/** Forgets what is known of accounts that were deleted, their sealed passwords too; what another machine has sealed stays named until that one has deleted it. */
export async function forgetPasswords(services: Pick<Services, 'secrets' | 'now'>, store: Pick<Repositories, 'outbox' | 'mails'>, pairId: string, targetIds: readonly string[]): Promise<void> {
  const entries = await store.outbox.ofTargets(pairId, targetIds);
  const gone: string[] = [];
  for (const { id, secretRef } of entries) {
    if (await forgetSecret(services, secretRef) === 'gone') gone.push(id);
    else await store.outbox.close(id, 'needs a reset', 'elsewhere');
  }
  const mails = await store.mails.openOfAccounts(entries.map((one) => one.id));
  await store.mails.move(mails.map((one) => one.id), ['waiting', 'held', 'failed', 'unclear'], { state: 'cancelled', message: 'The account was deleted before this was sent.', at: services.now() }, 'all');
  await store.outbox.removeAll(gone);
}
