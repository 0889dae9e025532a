import type { NotificationSettings, TemplateName } from '../../shared/domain/notifications.ts';
import type { TargetObject } from '../../shared/domain/objects.ts';
import { MailAddress, type TemplateRow } from '../../shared/contracts/notifications.ts';
import { firstOf } from '../../shared/rules/attributes.ts';
import { messageFor, noteWrite, readTemplate, type AccountChanges, type Template } from '../engines/notifications/index.ts';
import type { MailInput, OutboxEntry, StoredSource, TaskRecord } from '../store/index.ts';
import { forgetPassword } from './initial-passwords-desk.ts';
import { fieldsOf, isKeptOut, pairFields, type PairFields } from './notifications-fields.ts';
import { notificationSettings, passwordDelivery } from './notifications-settings.ts';
import { templatesFor } from './notifications-templates.ts';
import type { Services } from './services.ts';

/** Accounts looked at together. */
const TOGETHER = 500;

/** The task whose writes are told of. */
type Told = Pick<TaskRecord, 'id' | 'pairId' | 'collectionId' | 'agentId'>;

/** What all accounts of a task have in common. */
interface Common { readonly settings: NotificationSettings; readonly pair: PairFields; readonly templates: ReadonlyMap<TemplateName, Template>; readonly names: readonly TemplateRow[]; readonly delivers: boolean; readonly task: Told }

/**
 * Queues a message for each person whose account a task created, renamed or moved to another way of signing in, from what the journal says was really
 * done. Call it when everything of the task is settled. One account gets one message a task, however often this is called. Passwords of new accounts that no
 * message will carry are forgotten, and their accounts listed as in need of a reset.
 * @param turn between two portions; throws when the task is to stop.
 */
export async function queueNotifications(services: Services, task: Told, turn: () => Promise<void>): Promise<void> {
  const { store } = services;
  const settings = await notificationSettings(store);
  if (settings.transport === 'none') return;
  const changed = new Map<string, AccountChanges>();
  for await (const entries of store.journal.iterateOfTask(task.id, { outcome: 'done', kinds: ['create', 'update', 'delete', 'purge'], order: 'oldest first' })) {
    for (const { operation, targetId } of entries) if (targetId !== null) noteWrite(changed, { operation, targetId });
    await turn();
  }
  const names = await templatesFor(store, task.agentId);
  const common: Common = {
    settings, task, names, templates: new Map(names.map((one) => [one.name, readTemplate(one.text)])), delivers: (await passwordDelivery(services)).delivers, pair: await pairFields(store, await store.pairs.get(task.pairId)),
  };
  const all = [...changed.values()];
  for (let from = 0; from < all.length; from += TOGETHER) {
    await queueSome(services, all.slice(from, from + TOGETHER), common);
    await turn();
  }
  if (all.length > 0) services.emit('store.changed', { nouns: ['notifications'] });
}

async function queueSome(services: Services, some: readonly AccountChanges[], common: Common): Promise<void> {
  const { store } = services;
  const { pairId, collectionId, id: taskId } = common.task;
  const sourceIds = some.flatMap((one) => one.sourceId ?? []);
  const sources = await store.sources.getMany(pairId, sourceIds);
  const targets = await store.targets.getMany(pairId, some.map((one) => one.targetId), 'without links');
  const statuses = collectionId === null ? new Map<string, never>() : await store.collections.statuses(collectionId, sourceIds);
  const passwords = new Map((await store.outbox.ofTargets(pairId, some.map((one) => one.targetId))).filter((one) => one.taskId === taskId && one.state === 'waits for delivery').map((one) => [one.targetId, one]));
  const mails: MailInput[] = [];
  for (const changes of some) {
    const source = sources.get(changes.sourceId ?? '');
    const mail = source === undefined || !changes.enabled || isKeptOut(source.attributes) ? null : mailFor(services, changes, {
      source, target: targets.get(changes.targetId), password: passwords.get(changes.targetId), switched: statuses.get(changes.sourceId ?? '')?.status === 'Completed',
    }, common);
    if (mail === null) continue;
    mails.push(mail);
    if (mail.secretRef !== null) passwords.delete(changes.targetId);
  }
  await store.transaction(async (tx) => { await tx.mails.add(mails); });
  // Only now: should the program end before, they are still there for the next time.
  for (const entry of passwords.values()) if (!await isTold(services, entry)) await forgetPassword(services, entry);
}

/** True when a message that waits, or did, carries the password: this portion was queued before. */
async function isTold({ store }: Services, entry: OutboxEntry): Promise<boolean> {
  return (await store.mails.openOfAccounts([entry.id])).some((mail) => mail.secretRef !== null);
}

interface About { readonly source: StoredSource; readonly target: TargetObject | undefined; readonly password: OutboxEntry | undefined; readonly switched: boolean }

/** The mail about one account; null: there is nothing to tell, or the message is switched off. */
function mailFor(services: Services, changes: AccountChanges, { source, target, password, switched }: About, { settings, pair, templates, names, delivers, task }: Common): MailInput | null {
  const now = (target === undefined ? undefined : firstOf(target.attributes, 'userPrincipalName')) ?? changes.after ?? '';
  const name = messageFor(changes, now, pair.federated);
  const template = name === null ? undefined : templates.get(name);
  if (name === null || template === undefined || template.disabled || template.problems.length > 0) return null;
  // Nobody keeps passwords here, and whoever runs it was told so: a message that asks for one has nothing to say.
  if (template.asksForPassword && password === undefined && !delivers) return null;
  const address = addressOf(changes, source, target, switched);
  const problem = address === undefined ? `${changes.name} has no address that can be read before the first sign-in: there is no mail address in Active Directory.`
    : template.asksForPassword && password === undefined ? 'The password of this account was not kept, because the program ended while it made the account. Reset it and tell the person in another way.' : null;
  const at = services.now();
  return {
    id: services.newId(), pairId: task.pairId, dedupeKey: `account/${task.id}/${changes.targetId}`, scenario: name, template: `${name} (${names.find((one) => one.name === name)?.from ?? 'default'})`,
    recipient: address ?? '', recipientName: firstOf(source.attributes, 'displayName') ?? changes.name, subject: template.subject, body: template.body, fields: fieldsOf(changes, now, source.attributes, pair, { support: settings.support, at }), attachments: [],
    secretRef: problem === null && template.asksForPassword ? password?.secretRef ?? null : null, accountId: password?.id ?? null, taskId: task.id, agentId: problem === null && template.asksForPassword ? task.agentId : null,
    state: problem !== null ? 'failed' : settings.held.includes(name) ? 'held' : 'waiting', message: problem ?? '', createdAt: at,
  };
}

/** Where the person reads mail: at home until the mailbox is switched; an account that was there before may have its mailbox in Microsoft 365 already. */
function addressOf(changes: AccountChanges, source: StoredSource, target: TargetObject | undefined, switched: boolean): string | undefined {
  const there = target === undefined ? undefined : firstOf(target.attributes, 'mail');
  const home = firstOf(source.attributes, 'mail');
  const candidates = switched ? [there, changes.after ?? undefined] : changes.created ? [home] : [home, there];
  return candidates.find((one) => one !== undefined && MailAddress.safeParse(one).success)?.trim();
}
