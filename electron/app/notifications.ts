import type { MailRow } from '../../shared/contracts/notifications.ts';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import type { MailState } from '../../shared/domain/notifications.ts';
import type { Handlers } from '../ipc/router.ts';
import { PROJECT_TEMPLATES, type MailRecord, type Repositories } from '../store/index.ts';
import { csvPart } from './csv.ts';
import type { EvidenceKind } from '../../shared/domain/evidence.ts';
import { otherHolder } from './dead-owners.ts';
import { recordEvent } from './evidence-events.ts';
import { forgetPassword } from './initial-passwords-desk.ts';
import { deliverDueMail, sendNow } from './mail-delivery.ts';
import { exampleMail, previewOf, shownBody, shownSubject } from './notifications-preview.ts';
import { saveSettings, shownSettings } from './notifications-settings.ts';
import { saveTemplate, templatesFor } from './notifications-templates.ts';
import type { Services } from './services.ts';

type Channel = Extract<keyof Handlers, `notifications.${string}`>;

const COLUMNS = ['State', 'Message', 'To', 'Name', 'Subject', 'Created', 'Sent', 'Tries', 'Remark', 'Answer of the server', 'Task'] as const;
const OPEN = ['waiting', 'held'] as const satisfies readonly MailState[];

/** Channels of notifications: settings, templates, and the mails of the outbox. No channel hands a password out. */
export function notificationHandlers(services: Services): Pick<Handlers, Channel> {
  const { store } = services;
  const changed = (): void => { services.emit('store.changed', { nouns: ['notifications'] }); };
  const templateOf = async (name: string, agentId: string | undefined) => {
    if (agentId !== undefined) await store.agents.get(agentId);
    const found = (await templatesFor(store, agentId)).find((one) => one.name === name);
    if (found === undefined) throw appError(ErrorCode.NotFound, `There is no message ${name}.`);
    return found;
  };
  return {
    'notifications.settings': async () => await shownSettings(services),
    async 'notifications.saveSettings'({ settings, secret }) {
      await saveSettings(services, settings, secret, async (tx) => { await record(tx, 'settings changed', null, 'Notifications', { ...settings, signIn: secret === undefined ? 'as before' : secret === '' ? 'forgotten' : 'replaced' }); });
      changed();
      services.nudge();
      return await shownSettings(services);
    },
    async 'notifications.templates'({ agentId }) {
      if (agentId !== undefined) await store.agents.get(agentId);
      return { rows: await templatesFor(store, agentId) };
    },
    async 'notifications.saveTemplate'({ name, agentId, text }) {
      await templateOf(name, agentId);
      await store.transaction(async (tx) => {
        await saveTemplate(tx, { scope: agentId ?? PROJECT_TEMPLATES, name, text, changedAt: services.now(), changedBy: services.actor });
        await record(tx, 'template changed', null, name, { agentId: agentId ?? null, text });
      });
      changed();
      return await templateOf(name, agentId);
    },
    async 'notifications.removeTemplate'({ name, agentId }) {
      await templateOf(name, agentId);
      await store.transaction(async (tx) => {
        await tx.notificationTemplates.remove(agentId ?? PROJECT_TEMPLATES, name);
        await record(tx, 'template changed', null, name, { agentId: agentId ?? null, text: null });
      });
      changed();
      return await templateOf(name, agentId);
    },
    'notifications.preview': async ({ name, agentId, text, pairId, sourceId }) => await previewOf(services, { name, text: text ?? (await templateOf(name, agentId)).text, pairId, sourceId }),
    async 'notifications.test'({ to, name, agentId }, { signal }) {
      const answer = await sendNow(services, await exampleMail(services, to, name === undefined ? null : await templateOf(name, agentId)), signal);
      if (answer.kind !== 'sent') throw appError(ErrorCode.InvalidInput, `The test mail was not sent: ${answer.answer}`);
      return { answer: answer.answer };
    },
    async 'notifications.mails'({ pairId, state, search, ...request }) {
      const page = await store.mails.page({ pairId, state, search, ...request });
      return { ...page, rows: page.rows.map(toRow), counts: await store.mails.counts({ pairId, search }) };
    },
    async 'notifications.retry'({ ids, again }) {
      const unclear = again === undefined ? await firstUnclear(services, ids) : undefined;
      if (unclear !== undefined) throw appError(ErrorCode.Conflict, `Nobody knows whether the mail to ${unclear.recipient} arrived: sending it again may bring it twice. Confirm that, or leave it out.`);
      // One may have become unclear since: nobody confirmed that.
      return await release(ids, again === undefined ? ['failed', 'waiting'] : ['failed', 'unclear', 'waiting'], 'with a recipient');
    },
    'notifications.release': async ({ ids }) => await release(ids, ['held'], 'all'),
    async 'notifications.cancel'({ ids }) {
      const moved = await store.mails.move(ids, [...OPEN, 'failed', 'unclear'], { state: 'cancelled', message: `Cancelled by ${services.actor}.`, at: services.now() }, 'all');
      for (const { accountId, secretRef } of moved) if (accountId !== null && secretRef !== null) await forgetPassword(services, { id: accountId, secretRef });
      return done(moved);
    },
    async 'notifications.send'(_, { signal }) {
      const idle: string[] = [];
      for (const { id } of await store.agents.list()) if (await otherHolder(services, id, '') === undefined) idle.push(id);
      return { handled: await deliverDueMail(services, idle, signal) };
    },
    'notifications.export': async ({ after, ...query }) => await csvPart({
      fileName: 'mails.csv', columns: COLUMNS, read: async (request) => await store.mails.page({ ...query, ...request }), lines: (rows) => rows.map(toLine),
    }, { after }),
  };

  async function record(tx: Pick<Repositories, 'evidence'>, kind: EvidenceKind, pairId: string | null, subject: string, detail: Record<string, unknown>): Promise<void> {
    await recordEvent(tx, { pairId, kind, actor: services.actor, at: services.now(), subject, detail });
  }

  async function release(ids: readonly string[], from: readonly MailState[], which: 'all' | 'with a recipient'): Promise<{ readonly changed: number }> {
    return done(await store.transaction(async (tx) => {
      const moved = await tx.mails.move(ids, from, { state: 'waiting', message: '', at: services.now() }, which);
      for (const mail of moved) await record(tx, 'mail released', mail.pairId, mail.recipientName || mail.recipient, { message: mail.scenario, to: mail.recipient, before: mail.state, mailId: mail.id });
      return moved;
    }));
  }

  function done(moved: readonly MailRecord[]): { readonly changed: number } {
    if (moved.length > 0) { changed(); services.nudge(); }
    return { changed: moved.length };
  }
}

async function firstUnclear({ store }: Services, ids: readonly string[]): Promise<MailRecord | undefined> {
  for (const id of ids) {
    const mail = await store.mails.get(id);
    if (mail?.state === 'unclear') return mail;
  }
  return undefined;
}

const toRow = (mail: MailRecord): MailRow => ({
  id: mail.id, pairId: mail.pairId, scenario: mail.scenario, recipient: mail.recipient, recipientName: mail.recipientName, subject: shownSubject(mail), text: shownBody(mail), attachments: mail.attachments.map((one) => one.name),
  state: mail.state, tries: mail.tries, nextAt: mail.nextAt, message: mail.message, answer: mail.answer, taskId: mail.taskId, agentId: mail.agentId, createdAt: mail.createdAt, sentAt: mail.sentAt, hasSecret: mail.secretRef !== null,
});

const time = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());
const toLine = (mail: MailRecord): string[] => [mail.state, mail.scenario, mail.recipient, mail.recipientName, shownSubject(mail), time(mail.createdAt), time(mail.sentAt), String(mail.tries), mail.message, mail.answer, mail.taskId ?? ''];
