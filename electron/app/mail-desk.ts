import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { MailAddress } from '../../shared/contracts/notifications.ts';
import { orderedId } from '../platform/index.ts';
import type { MailInput, Repositories } from '../store/index.ts';

/** A mail for the outbox. */
export interface QueuedMail {
  readonly pairId: string | null;
  /** A second mail of the same key is not sent, e.g. `batch/<id>/ready`. */
  readonly dedupeKey: string;
  /** What it tells of, in a few words; shown in the list of mails. */
  readonly scenario: string;
  readonly to: { readonly address: string; readonly name: string };
  readonly subject: string;
  readonly body: string;
  /** Present: subject and body are a template, filled in when it is sent. */
  readonly fields?: Readonly<Record<string, string>>;
  readonly attachments?: readonly { readonly name: string; readonly csv: string }[];
  readonly accountId?: string;
  readonly taskId?: string;
  /** The agent that asks for it; any other that is set up to send may send it. */
  readonly agentId: string;
}

/**
 * Puts a mail into the outbox, inside the caller's transaction: it is sent when, and only when, what it tells of is kept. The same
 * `dedupeKey` again does nothing. Whether the project sends mails at all is not asked; see `mailsAreSent`.
 * @param tx the repositories of the transaction.
 * @throws AppError INVALID_INPUT for something that is no mail address.
 */
export async function queueMail(tx: Pick<Repositories, 'mails'>, mail: QueuedMail): Promise<void> {
  const address = MailAddress.safeParse(mail.to.address);
  if (!address.success) throw appError(ErrorCode.InvalidInput, `"${mail.to.address}" is no mail address; nothing can be sent to it.`);
  const at = Date.now();
  await tx.mails.add([{
    id: orderedId(at), pairId: mail.pairId, dedupeKey: mail.dedupeKey, scenario: mail.scenario, template: '', recipient: address.data, recipientName: mail.to.name, subject: mail.subject, body: mail.body,
    fields: mail.fields ?? null, attachments: mail.attachments ?? [], secretRef: null, accountId: mail.accountId ?? null, taskId: mail.taskId ?? null, agentId: null, state: 'waiting', message: '', createdAt: at,
  } satisfies MailInput]);
}
