import type { MailAnswer, OutgoingMail } from '../../../../shared/domain/notifications.ts';
import type { GraphAnswer, GraphRequest } from '../port.ts';

/**
 * The request that sends a mail from a mailbox of the tenant (Graph documentation, user: sendMail); answers 202 without a body. No copy is kept among
 * the sent items: it would keep a password.
 */
export function mailRequest({ id, from, replyTo, to, subject, text, attachments }: OutgoingMail): GraphRequest {
  const recipient = (address: string, name?: string) => ({ emailAddress: { address, ...(name ? { name } : {}) } });
  return {
    method: 'POST', url: `/users/${encodeURIComponent(from)}/sendMail`, once: true,
    body: {
      message: {
        internetMessageId: `<${id}@${from.slice(from.lastIndexOf('@') + 1)}>`, subject, body: { contentType: 'Text', content: text }, toRecipients: [recipient(to.address, to.name)], ...(replyTo === '' ? {} : { replyTo: [recipient(replyTo)] }),
        ...(attachments.length === 0 ? {} : { attachments: attachments.map(({ name, csv }) => ({ '@odata.type': '#microsoft.graph.fileAttachment', name, contentType: 'text/csv', contentBytes: Buffer.from(csv, 'utf8').toString('base64') })) }),
      },
      saveToSentItems: false,
    },
  };
}

/** Refusals that are about the sender or the application, not about this mail: 401, 403, 404 (no mailbox) and 429. */
const ABOUT_THE_WAY: ReadonlySet<number> = new Set([401, 403, 404, 429]);

/** What the answer to {@link mailRequest} means for the mail. An answer that was lost leaves open whether it was sent. */
export function mailAnswer(answer: GraphAnswer): MailAnswer {
  if (answer.kind === 'ambiguous') return { kind: 'unclear', answer: answer.reason, reached: true };
  const { status, error } = answer;
  if (error === null) return { kind: 'sent', answer: `${status} accepted`, reached: true };
  const words = `${status} ${error.code}: ${error.message}`.slice(0, 500);
  return ABOUT_THE_WAY.has(status) ? { kind: 'later', answer: words, reached: false } : { kind: 'refused', answer: words, reached: true };
}
