import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { Readable } from 'node:stream';
import tls from 'node:tls';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { MailAnswer, MailTransport, NotificationSettings, OutgoingMail } from '../../../shared/domain/notifications.ts';
import { appError, ErrorCode } from '../../../shared/domain/errors.ts';

/** Which mail server, and how it is spoken to. */
export type SmtpSettings = Pick<NotificationSettings, 'host' | 'port' | 'security' | 'caFile' | 'username'>;

/** How long to wait for a connection and for its greeting, milliseconds. */
const CONNECT_MS = 20_000;
/** How long the server may be silent, milliseconds; it may take this long to take a mail over (RFC 5321 4.5.3.2.6 asks for 10 minutes at most). */
const SILENT_MS = 60_000;

/** True for a name or an address of this machine (RFC 5735 3, RFC 4291 2.5.3, RFC 6761 6.3). */
export function isLoopback(host: string): boolean {
  const name = host.trim().toLowerCase().replace(/\.$/, '');
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || (isIP(name) === 4 && name.startsWith('127.'));
}

/**
 * Opens the way to a mail server; each mail makes a connection of its own. Certificates are checked, with the authorities of this machine and that of
 * `caFile`; nothing is ever sent in the clear but to this machine itself.
 * @param secret for the sign-in; unused when there is no user name.
 * @param signal ends the sending of a mail that was not handed over yet.
 * @throws AppError INVALID_INPUT for an unprotected connection to another machine, BAD_FILE when the file of the authority cannot be read.
 */
export async function smtpTransport(settings: SmtpSettings, secret: string | null, signal: AbortSignal): Promise<MailTransport> {
  const { host, port, security, username } = settings;
  if (security === 'none' && !isLoopback(host)) throw appError(ErrorCode.InvalidInput, `The connection to ${host} would not be encrypted. Choose STARTTLS or TLS; only a server on this machine is spoken to without.`);
  const authorities = settings.caFile === '' ? undefined : [...tls.getCACertificates('default'), await authorityOf(settings.caFile)];
  return {
    async send(mail) {
      const message = await compose(mail);
      if (signal.aborted) return { kind: 'later', answer: 'The program ends.', reached: false };
      const connection = new SMTPConnection({
        host, port, secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none', connectionTimeout: CONNECT_MS, greetingTimeout: CONNECT_MS, socketTimeout: SILENT_MS,
        tls: { minVersion: 'TLSv1.2', ...(isIP(host) === 0 ? { servername: host } : {}), ...(authorities === undefined ? {} : { ca: authorities }) },
      });
      return await converse(connection, { mail, message, login: username === '' ? null : { user: username, pass: secret ?? '' } }, signal);
    },
  };
}

async function authorityOf(file: string): Promise<string> {
  try { return await readFile(file, 'utf8'); } catch (cause) {
    throw appError(ErrorCode.BadFile, `The file ${file} with the authority of the mail server cannot be read: ${(cause as Error).message}.`, { cause });
  }
}

/** The mail as it goes over the wire. Text goes as text only: nothing in it is ever shown as HTML. */
async function compose(mail: OutgoingMail): Promise<Buffer> {
  const domain = mail.from.slice(mail.from.lastIndexOf('@') + 1);
  const composed = new MailComposer({
    from: { name: '', address: mail.from }, to: { name: mail.to.name, address: mail.to.address }, ...(mail.replyTo === '' ? {} : { replyTo: mail.replyTo }), subject: mail.subject, text: mail.text,
    messageId: `<${mail.id}@${domain}>`, date: new Date(mail.date), disableFileAccess: true, disableUrlAccess: true,
    // RFC 3834 5: nobody's absence notice answers a machine.
    headers: { 'Auto-Submitted': 'auto-generated' },
    attachments: mail.attachments.map(({ name, csv }) => ({ filename: name, content: csv, contentType: 'text/csv; charset=utf-8' })),
  });
  return await composed.compile().build();
}

type Failure = SMTPConnection.SMTPError;

async function converse(connection: SMTPConnection, { mail, message, login }: { readonly mail: OutgoingMail; readonly message: Buffer; readonly login: SMTPConnection.Credentials | null }, signal: AbortSignal): Promise<MailAnswer> {
  // Read only once the server has said 354: from then on nobody knows what it does with the mail until it has answered (RFC 5321 4.2.5, 4.5.4.1).
  let handed = false;
  const ended = Promise.withResolvers<never>();
  ended.promise.catch(() => {});
  const stop = (): void => { if (!handed) { connection.close(); ended.reject(new Error('the program ends')); } };
  connection.on('error', ended.reject);
  connection.once('end', () => { ended.reject(new Error('the server closed the connection')); });
  signal.addEventListener('abort', stop, { once: true });
  let reached = false;
  try {
    await Promise.race([new Promise<void>((resolve, reject) => { connection.connect((error) => { if (error) reject(error); else resolve(); }); }), ended.promise]);
    if (login !== null) await Promise.race([new Promise<void>((resolve, reject) => { connection.login(login, (error) => { if (error) reject(error); else resolve(); }); }), ended.promise]);
    reached = true;
    const body = new Readable({ read() { handed = true; this.push(message); this.push(null); } });
    const info = await Promise.race([
      new Promise<SMTPConnection.SentMessageInfo>((resolve, reject) => { connection.send({ from: mail.from, to: [mail.to.address], size: message.length }, body, (error, sent) => { if (error) reject(error); else resolve(sent); }); }), ended.promise,
    ]);
    return { kind: 'sent', reached, answer: tidy(info.response) };
  } catch (error) {
    return judge(error as Failure, { handed, reached });
  } finally {
    signal.removeEventListener('abort', stop);
    if (reached) connection.quit();
    connection.close();
  }
}

/** What a failure says about the mail. */
function judge(error: Failure, { handed, reached }: { readonly handed: boolean; readonly reached: boolean }): MailAnswer {
  const answer = tidy(reached ? error.response ?? error.message : error.message);
  const code = error.responseCode;
  // What went wrong before the mail was spoken of says nothing about it; nor do 530, 534, 535 and 538, which ask for another sign-in (RFC 4954 6).
  if (!reached || code === 530 || code === 534 || code === 535 || code === 538) return { kind: 'later', answer, reached: false };
  if (code !== undefined) return { kind: code >= 500 ? 'refused' : 'later', answer, reached };
  if (handed) return { kind: 'unclear', answer, reached };
  // The client itself found the envelope wrong, or the mail larger than the server takes.
  return { kind: error.code === 'EENVELOPE' || error.code === 'EMESSAGE' ? 'refused' : 'later', answer, reached };
}

/** A server's words as one line of a reasonable length. */
const tidy = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, 500);
