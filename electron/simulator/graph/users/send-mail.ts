import { z } from 'zod';
import { textOf } from '../../directory/objects.ts';
import { primaryOf } from '../../identity/mail-nickname.ts';
import { isMailbox } from '../../exchange/recipients/recipient-type.ts';
import { addressesOf } from '../../exchange/recipients/rows.ts';
import { bodyObject, type GraphAnswer, type GraphCall } from '../call.ts';
import { badGateway, GraphRefusal, methodNotAllowed } from '../refusal.ts';
import { existingUser } from './find.ts';

const recipient = z.strictObject({ emailAddress: z.strictObject({ address: z.string(), name: z.string().optional() }) });
const attachment = z.looseObject({ '@odata.type': z.literal('#microsoft.graph.fileAttachment'), name: z.string().min(1), contentBytes: z.base64(), contentType: z.string().optional(), isInline: z.boolean().optional() });
/** What is taken of a message (Graph documentation, message resource); other properties are refused, which the service does not do. */
const message = z.strictObject({
  subject: z.string().optional(), body: z.strictObject({ contentType: z.enum(['text', 'html', 'Text', 'HTML', 'TEXT']).optional(), content: z.string() }).optional(), toRecipients: z.array(recipient).optional(), ccRecipients: z.array(recipient).optional(), bccRecipients: z.array(recipient).optional(),
  replyTo: z.array(recipient).optional(), from: recipient.optional(), sender: recipient.optional(), importance: z.enum(['low', 'normal', 'high']).optional(), attachments: z.array(attachment).optional(),
  internetMessageHeaders: z.array(z.strictObject({ name: z.string().regex(/^x-/i), value: z.string().max(995) })).max(5).optional(), internetMessageId: z.string().optional(),
});
const action = z.strictObject({ message, saveToSentItems: z.boolean().optional() });

/** Recipients of a message at most, and of attachments in one request (Exchange Online limits; Graph documentation, sendMail: requests up to 4 MB). */
const MOST_RECIPIENTS = 500;

const invalid = (code: string, text: string): GraphRefusal => new GraphRefusal(400, code, text);

/**
 * `POST /users/{key}/sendMail`: 202 without a body (Graph documentation, user: sendMail). The message is kept, not delivered.
 * @throws GraphRefusal 403 without Mail.Send, 404 for a sender without a mailbox of the cloud, 400 for a message that cannot be sent.
 */
export function sendMail(call: GraphCall, key: string): GraphAnswer {
  const { caller, directory } = call;
  if (call.method !== 'POST') throw methodNotAllowed();
  if (!caller.permissions.has('Mail.Send')) throw mailDenied();
  const view = existingUser(call, key);
  // A person may send as themselves only; an application as everybody.
  if (caller.userId !== null && caller.userId !== view.object.id) throw mailDenied();
  const seen = directory.visible(view.object.id, 'exchange');
  if (!seen || !isMailbox(seen, directory)) throw new GraphRefusal(404, 'MailboxNotEnabledForRESTAPI', 'The mailbox is either inactive, soft-deleted, or is hosted on-premise.');
  const parsed = action.safeParse(bodyObject(call));
  if (!parsed.success) throw badGateway(`The request body of sendMail is not valid: ${parsed.error.issues[0]?.path.join('.') ?? 'message'}.`);
  const { subject = '', body, toRecipients = [], ccRecipients = [], bccRecipients = [], from, attachments = [], internetMessageId } = parsed.data.message;
  const to = [...toRecipients, ...ccRecipients, ...bccRecipients].map((r) => r.emailAddress.address);
  if (to.length === 0) throw invalid('ErrorInvalidRecipients', 'At least one recipient is not valid., At least one valid recipient is required.');
  const bad = to.find((address) => !/^[^\s@<>]+@[^\s@<>]+\.[^\s@<>]+$/.test(address));
  if (bad !== undefined) throw invalid('ErrorInvalidRecipients', `At least one recipient is not valid., Recipient '${bad}' is not resolved.`);
  if (to.length > MOST_RECIPIENTS) throw invalid('ErrorExceededMaxRecipientLimit', `The message has ${to.length} recipients; at most ${MOST_RECIPIENTS} are allowed.`);
  const own = primaryOf(addressesOf(seen)) ?? textOf(seen, 'userPrincipalName') ?? '';
  const wanted = from?.emailAddress.address.toLowerCase();
  if (wanted !== undefined && !addressesOf(seen).some((a) => a.toLowerCase() === `smtp:${wanted}`)) throw new GraphRefusal(403, 'ErrorSendAsDenied', 'The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account.');
  call.mail.add({
    at: call.clock.now(), from: wanted ?? own, to, subject, body: body?.content ?? '', origin: 'graph', ...(internetMessageId === undefined ? {} : { messageId: internetMessageId }),
    attachments: attachments.map((a) => ({ name: a.name, content: Buffer.from(a.contentBytes, 'base64').toString('utf8') })),
  });
  return { status: 202 };
}

/** Exchange's own refusal, which is another than the directory's. */
function mailDenied(): GraphRefusal { return new GraphRefusal(403, 'ErrorAccessDenied', 'Access is denied. Check credentials and try again.'); }
