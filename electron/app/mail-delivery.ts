import { AppError, ErrorCode } from '../../shared/domain/errors.ts';
import type { MailAnswer, NotificationSettings, OutgoingMail } from '../../shared/domain/notifications.ts';
import { fillIn, fillInSubject, readTemplate } from '../engines/notifications/index.ts';
import type { MailEnd, MailRecord } from '../store/index.ts';
import { isDead, leaseOwner } from './dead-owners.ts';
import { recordEvent, type RecordedEvent } from './evidence-events.ts';
import { expirePasswords, passwordDelivered, passwordForDelivery } from './initial-passwords-desk.ts';
import { openTransport, type OpenTransport } from './mail-transport.ts';
import { notificationSettings } from './notifications-settings.ts';
import type { Services } from './services.ts';

const MINUTE = 60_000;
/** What sending needs. */
export type MailServices = Pick<Services, 'store' | 'secrets' | 'log' | 'now' | 'newId' | 'emit' | 'openTenant' | 'actor'>;

/** Waits before the next try, by the number of tries, milliseconds: half an hour at least after the first few (RFC 5321 4.5.4.1), sooner at first because most refusals for now are short. */
const AGAIN_MS = [1, 5, 15, 60, 360].map((minutes) => minutes * MINUTE);
/** So long a mail is tried, milliseconds; what is older no longer tells anybody anything. */
const TRIED_FOR_MS = 24 * 60 * MINUTE;
/** A try takes this long at most, milliseconds: far more than the transports wait. After it, whoever tried is taken for gone. */
const TRY_MS = 5 * MINUTE;
/** How long no mail is tried after the mail server could not be spoken to, milliseconds. */
const PAUSE_MS = MINUTE;
/** Mails of one pass: whatever else is due must not wait for thousands. */
const A_PASS = 25;

const UNCLEAR = 'The answer of the mail server is not known, so the mail may have arrived. It is not sent again by itself.';

/**
 * Sends the mails that are due, oldest first. A mail is marked before it leaves, and one whose answer is lost is never sent again by itself: nobody gets a mail twice.
 * @param agentIds agents that this process works for; a mail with a password is sent where the password is.
 * @returns how many were handled, whatever came of them.
 */
export async function deliverDueMail(services: MailServices, agentIds: readonly string[], signal: AbortSignal): Promise<number> {
  const { store } = services;
  await settleLeft(services);
  await expirePasswords(services);
  const settings = await notificationSettings(store);
  if (settings.transport === 'none' || !await store.mails.isDue(agentIds, services.now())) return 0;
  const transport = await wayOf(services, settings, signal);
  if (transport === undefined) return 0;
  const owner = leaseOwner(services.newId());
  let handled = 0;
  try {
    while (handled < A_PASS && !signal.aborted) {
      const now = services.now();
      if (await store.mails.sentSince(now - MINUTE) >= settings.ratePerMinute) break;
      const mail = await store.mails.claim({ agentIds, owner, now, until: now + TRY_MS });
      if (mail === undefined) break;
      handled += 1;
      const end = await sendOne(services, settings, mail, transport);
      await finish(services, mail, owner, end.end);
      if (!end.reached) {
        await store.mails.postpone(services.now() + PAUSE_MS);
        services.log.warn({ answer: end.end.answer }, 'the mail server cannot be used; mails wait');
        break;
      }
    }
  } finally {
    await transport.close();
    if (handled > 0) services.emit('store.changed', { nouns: ['notifications'] });
  }
  return handled;
}

/** Opens the way for the mails of a pass; undefined: there is none at present. */
async function wayOf(services: MailServices, settings: NotificationSettings, signal: AbortSignal): Promise<OpenTransport | undefined> {
  try { return await openTransport(services, settings, signal); } catch (error) {
    if (!(error instanceof AppError) || signal.aborted) throw error;
    // Another agent may know the secret: its mails must not wait because this one does not.
    if (error.data.code === ErrorCode.SecretMissing) return undefined;
    services.log.warn({ err: error }, 'the way for mails cannot be opened; mails wait');
    await services.store.mails.postpone(services.now() + PAUSE_MS);
    return undefined;
  }
}

/** Mails of processes that ended, or lost their way, while they sent: nobody knows what came of them. */
async function settleLeft({ store, now, emit, log, actor }: MailServices): Promise<void> {
  const left = (await store.mails.sending()).filter(({ owner, until }) => until < now() || isDead(owner));
  for (const { id, owner } of left) {
    const end = { state: 'unclear', message: `The program ended while it sent this mail. ${UNCLEAR}`, answer: '', at: now() } as const;
    const is = await store.transaction(async (tx) => {
      const mail = await tx.mails.get(id);
      if (mail === undefined || !await tx.mails.end(id, owner, end)) return false;
      await recordEvent(tx, mailEvent(mail, 'mail unclear', actor, end));
      return true;
    });
    if (!is) continue;
    log.warn({ mailId: id }, 'a mail was left behind by a process that ended');
    emit('store.changed', { nouns: ['notifications'] });
  }
}

/** How a try ended, and whether the next mail may be tried. */
interface Tried { readonly end: MailEnd; readonly reached: boolean }

async function sendOne(services: MailServices, settings: NotificationSettings, mail: MailRecord, transport: Pick<OpenTransport, 'send'>): Promise<Tried> {
  const at = services.now();
  const password = mail.accountId === null || mail.secretRef === null ? undefined : await passwordForDelivery(services, mail.accountId);
  if (password === null) return { reached: true, end: await withoutPassword(services, mail, at) };
  // "Send again" brings such mails, too: no mail leaves with an empty place where the password belongs.
  if (password === undefined && mail.fields !== null && readTemplate(`Subject: ${mail.subject}\n\n${mail.body}`).asksForPassword) return { reached: true, end: { state: 'failed', message: 'The password of this account is not kept. Reset it and tell the person in another way.', answer: '', at } };
  const values = mail.fields === null ? null : { ...mail.fields, ...(password === undefined ? {} : { Password: password }) };
  const answer = await transport.send({
    id: mail.id, from: settings.from, replyTo: settings.replyTo, to: { address: mail.recipient, name: mail.recipientName }, attachments: mail.attachments, date: at,
    subject: values === null ? mail.subject : fillInSubject(mail.subject, values), text: values === null ? mail.body : fillIn(mail.body, values),
  });
  // A server may repeat what it was sent in its answer.
  const words = password === undefined ? answer.answer : answer.answer.replaceAll(password, '...');
  return { reached: answer.reached, end: endOf({ ...answer, answer: words }, mail, services.now()) };
}

function endOf({ kind, answer, reached }: MailAnswer, mail: MailRecord, at: number): MailEnd {
  switch (kind) {
    case 'sent': return { state: 'sent', message: '', answer, at };
    case 'unclear': return { state: 'unclear', message: UNCLEAR, answer, at };
    case 'refused': return { state: 'failed', message: 'The mail server refused this mail. Correct the address or the mail, then send it again.', answer, at };
    case 'later': {
      if (at - mail.createdAt >= TRIED_FOR_MS) return { state: 'failed', message: `Tried for 24 hours without success.`, answer, at };
      const wait = reached ? AGAIN_MS[Math.min(mail.tries, AGAIN_MS.length) - 1] ?? MINUTE : PAUSE_MS;
      return { state: 'waiting', message: reached ? 'The mail server asks to try again later.' : 'The mail server cannot be used at the moment.', answer, at, nextAt: at + wait, counts: reached ? 'yes' : 'no' };
    }
  }
}

/** A mail whose password this machine does not have: another process of the agent may; or it has expired, or was reset meanwhile. */
async function withoutPassword({ store }: MailServices, mail: MailRecord, at: number): Promise<MailEnd> {
  const account = mail.accountId === null ? undefined : await store.outbox.get(mail.accountId);
  if (account?.state === 'waits for delivery' && (account.expiresAt ?? 0) > at) return { state: 'waiting', message: 'The password of this account is kept on another machine, or for another user of this one; the mail waits for the agent there.', answer: '', at, nextAt: at + 10 * MINUTE, counts: 'no' };
  return { state: 'failed', message: 'The password of this account is not kept any more. Reset it and tell the person in another way.', answer: '', at };
}

/** What the evidence keeps of a mail: never its text. */
const mailEvent = (mail: MailRecord, kind: 'mail sent' | 'mail failed' | 'mail unclear', actor: string, { answer, message, at }: MailEnd): RecordedEvent => ({
  pairId: mail.pairId, taskId: mail.taskId, kind, actor, at, subject: mail.recipientName || mail.recipient, detail: { message: mail.scenario, to: mail.recipient, subject: mail.subject, answer, remark: message, mailId: mail.id },
});

async function finish(services: MailServices, mail: MailRecord, owner: string, end: MailEnd): Promise<void> {
  // First of all: should the program end now, the mail is unclear and the password gone, never the other way round.
  if (end.state === 'sent' && mail.accountId !== null && mail.secretRef !== null) await passwordDelivered(services, mail.accountId);
  await services.store.transaction(async (tx) => {
    if (!await tx.mails.end(mail.id, owner, end) || end.state === 'waiting') return;
    await recordEvent(tx, mailEvent(mail, `mail ${end.state}`, services.actor, end));
  });
  const detail = { mailId: mail.id, scenario: mail.scenario, answer: end.answer };
  if (end.state === 'sent') services.log.info(detail, 'a mail was sent');
  else if (end.state !== 'waiting') services.log.warn({ ...detail, state: end.state }, 'a mail was not sent');
}

/** Sends one mail at once, outside the outbox. @returns what the server said. @throws AppError when it was not sent. */
export async function sendNow(services: MailServices, mail: Omit<OutgoingMail, 'id' | 'from' | 'replyTo' | 'date'>, signal: AbortSignal): Promise<MailAnswer> {
  const settings = await notificationSettings(services.store);
  const transport = await openTransport(services, settings, signal);
  try {
    return await transport.send({ ...mail, id: services.newId(), from: settings.from, replyTo: settings.replyTo, date: services.now() });
  } finally { await transport.close(); }
}
