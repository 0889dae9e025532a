import type { CompletionCheck } from '../../shared/contracts/mailboxes.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { isActiveBatch, MAILBOX_LIMITS } from '../../shared/domain/mailboxes.ts';
import { primarySmtp } from '../../shared/rules/addresses.ts';
import { readMailAccounts } from '../engines/tenant/index.ts';
import { isOnPremisesMailbox } from './mailbox-directory.ts';
import { confirmationOf } from './mailboxes-batches.ts';
import { mailboxSettings } from './mailboxes-settings.ts';
import { withBoth } from './pipeline/connections.ts';
import type { Services } from './services.ts';

const SHOWN = 500;
/** Mailboxes read from the directory at once. */
const PAGE = 500;

/**
 * What completing the migration would leave behind: batches at work, mail users of the cloud whose on-premises mailbox was never migrated, and mailboxes that are not converted
 * to mail-enabled users (Exchange documentation, 2011, "Step 7 Complete the migration"). Looks at both sides and changes nothing.
 */
export async function completionCheck(services: Services, pairId: string, signal: AbortSignal): Promise<CompletionCheck> {
  const { store } = services;
  const pair = await store.pairs.get(pairId);
  const batches = await store.mailboxBatches.list(pairId);
  const active = batches.filter((batch) => isActiveBatch(batch.state) || batch.wanted !== '').map((batch) => batch.name);
  const { unconverted } = await store.mailboxRows.switched(pairId);
  const never: string[] = [];
  await withBoth(services, pair, signal, async (directory, tenant) => {
    const mailUsers = new Set([...(await readMailAccounts(tenant.exchange, signal)).values()].filter((one) => one.type === 'MailUser').map((one) => one.address.toLowerCase()));
    for await (const page of directory.read({ base: pair.source.kind === 'ldap' ? pair.source.baseDn : '', scope: 'sub', filter: '(&(objectClass=user)(homeMDB=*))', attributes: ['homeMDB', 'mail', 'proxyAddresses', 'msExchRecipientTypeDetails'], pageSize: PAGE }, signal)) {
      for (const { attributes } of page) {
        const address = primarySmtp(attributes);
        if (address !== undefined && isOnPremisesMailbox(attributes) && mailUsers.has(address)) never.push(address);
      }
    }
  });
  never.sort((a, b) => a.localeCompare(b));
  const { waitHours } = MAILBOX_LIMITS[(await mailboxSettings(store, pairId)).profile];
  const mailboxes = (n: number): string => (n === 1 ? '1 mailbox' : `${n} mailboxes`);
  return {
    active, neverMigrated: never.slice(0, SHOWN), neverMigratedTotal: never.length, unconverted: unconverted.slice(0, SHOWN), unconvertedTotal: unconverted.length, confirmation: confirmationOf(pair),
    warnings: [
      ...(never.length > 0 ? [`${mailboxes(never.length)} on premises ${never.length === 1 ? 'has a mail user' : 'have mail users'} in Microsoft 365 that was never converted to a mailbox.`.replace('users in Microsoft 365 that was', 'users in Microsoft 365 that were')] : []),
      ...(unconverted.length > 0 ? [`${mailboxes(unconverted.length)} on premises ${unconverted.length === 1 ? 'is' : 'are'} migrated and not converted to mail-enabled users: Outlook still finds the old ones.`] : []),
      `Wait at least ${waitHours} hours after the MX record was changed, and verify that mail reaches the mailboxes in Microsoft 365.`,
    ],
  };
}

/**
 * Completes the migration: the agents remove its batches in Exchange Online, the records stay as Closed.
 * @throws AppError INVALID_INPUT for a wrong confirmation, CONFLICT while a batch is active, for leftovers that nobody agreed to, or when nothing is to be closed.
 */
export async function completeMigration(services: Services, { pairId, confirmation, leftovers }: { readonly pairId: string; readonly confirmation: string; readonly leftovers: 'refuse' | 'complete all the same' }, signal: AbortSignal): Promise<void> {
  const { store } = services;
  const check = await completionCheck(services, pairId, signal);
  if (confirmation !== check.confirmation) throw appError(ErrorCode.InvalidInput, `Type the name of the migration pair, "${check.confirmation}", to complete its mailbox migration.`);
  if (check.active.length > 0) throw appError(ErrorCode.Conflict, `The batch "${check.active[0] ?? ''}" is active. Wait for its end, or stop it, before you complete the migration.`);
  if (leftovers === 'refuse' && check.neverMigratedTotal + check.unconvertedTotal > 0) throw appError(ErrorCode.Conflict, check.warnings.slice(0, -1).join(' '));
  const closing = { id: services.newId(), neverMigrated: check.neverMigratedTotal, unconverted: check.unconvertedTotal };
  const closed = await store.transaction(async (tx) => {
    const open = (await tx.mailboxBatches.list(pairId)).filter((batch) => batch.state !== 'Closed' && batch.state !== 'Draft');
    for (const batch of open) {
      if (!await tx.mailboxBatches.wish(batch.id, ['Stopped', 'Failed', 'Completed', 'Completed with errors'], { wanted: 'close', nextAt: services.now(), settings: { ...batch.settings, closing } })) throw appError(ErrorCode.Conflict, `The batch "${batch.name}" was started meanwhile; nothing was closed.`);
    }
    return open.length;
  });
  if (closed === 0) throw appError(ErrorCode.Conflict, 'There is no batch to close: none was run, or the migration was completed already.');
  services.emit('store.changed', { nouns: ['mailboxes'] });
  services.nudge();
}
