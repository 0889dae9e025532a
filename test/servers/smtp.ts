import type { AddressInfo } from 'node:net';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as a server got it: envelope and the message itself, decoded as far as tests look at it. */
interface ReceivedMail { readonly from: string; readonly to: readonly string[]; readonly raw: string; readonly subject: string; readonly text: string; readonly messageId: string; readonly secure: boolean; readonly user: string | null }

/**
 * What the server answers to one mail: `take` it, a refusal with that code at RCPT or after DATA, or `drop` the connection after the mail has arrived, before
 * any answer. `meanwhile`: runs while the client waits for the answer after DATA.
 */
export type SmtpScript = 'take' | { readonly at: 'rcpt' | 'data'; readonly code: number; readonly text?: string } | 'drop' | { readonly meanwhile: () => Promise<void> };

/** A mail server on the loopback. */
export interface TestSmtp {
  readonly port: number;
  /** Mails that arrived whole, also those that were refused or dropped then, in the order of their arrival. */
  readonly arrived: readonly ReceivedMail[];
  /** Mails that the server took. */
  readonly taken: readonly ReceivedMail[];
  /** Connections made so far. */
  connections(): number;
  /** What comes of the next mails, one after the other; then all are taken. */
  script(...answers: readonly SmtpScript[]): void;
  close(): Promise<void>;
}

/** How the server is. `tls`: PEM of key and certificate; with `implicit`, the connection begins with TLS. */
export interface SmtpWish {
  readonly tls?: { readonly key: string; readonly cert: string; readonly implicit?: boolean };
  readonly account?: { readonly user: string; readonly password: string };
}

/** Starts one on a free port of 127.0.0.1. */
export async function startSmtp({ tls, account }: SmtpWish = {}): Promise<TestSmtp> {
  const arrived: ReceivedMail[] = [];
  const taken: ReceivedMail[] = [];
  let answers: SmtpScript[] = [];
  let connections = 0;
  const refusal = ({ code, text }: { readonly code: number; readonly text?: string }): Error => Object.assign(new Error(text ?? `scripted ${code}`), { responseCode: code });
  const options: SMTPServerOptions = {
    ...(tls === undefined ? { disabledCommands: ['STARTTLS', ...(account ? [] : ['AUTH'])], allowInsecureAuth: true } : { key: tls.key, cert: tls.cert, secure: tls.implicit === true, disabledCommands: account ? [] : ['AUTH'] }),
    authOptional: account === undefined, logger: false, closeTimeout: 500,
    onConnect: (_session, done) => { connections += 1; done(); },
    onAuth: (auth, _session, done) => { if (auth.username === account?.user && auth.password === account?.password) done(null, { user: auth.username ?? '' }); else done(new Error('wrong user or password')); },
    onRcptTo: (_address, _session, done) => {
      const [next] = answers;
      if (typeof next === 'object' && 'at' in next && next.at === 'rcpt') { answers = answers.slice(1); done(refusal(next)); } else done();
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => { chunks.push(chunk); });
      stream.on('end', () => {
        const raw = Buffer.concat(chunks).toString('utf8');
        const mail = read(raw, { from: session.envelope.mailFrom === false ? '' : session.envelope.mailFrom.address, to: session.envelope.rcptTo.map((one) => one.address), secure: session.secure, user: typeof session.user === 'string' ? session.user : null });
        arrived.push(mail);
        const answer = answers.shift() ?? 'take';
        if (answer === 'drop') { connectionsOf(server).forEach((one) => { one.close(); }); return; }
        if (typeof answer === 'object' && 'at' in answer) { done(refusal(answer)); return; }
        void (async () => {
          if (typeof answer === 'object') await answer.meanwhile();
          taken.push(mail);
          done();
        })();
      });
    },
  };
  const server = new SMTPServer(options);
  server.on('error', () => {});
  await new Promise<void>((resolve) => { server.listen(0, '127.0.0.1', () => { resolve(); }); });
  return {
    port: (server.server.address() as AddressInfo).port, arrived, taken, connections: () => connections,
    script: (...next) => { answers = [...next]; },
    close: async () => { await new Promise<void>((resolve) => { server.close(() => { resolve(); }); }); },
  };
}

/** Open connections; the type of the package does not tell of them. */
const connectionsOf = (server: SMTPServer): ReadonlySet<{ close(): void }> => (server as unknown as { readonly connections: ReadonlySet<{ close(): void }> }).connections;

/** Reads the message without the product's own packages: headers unfolded, encoded words and the text part decoded (RFC 5322 2.2.3, RFC 2047, RFC 2045 6.7). */
function read(raw: string, envelope: Pick<ReceivedMail, 'from' | 'to' | 'secure' | 'user'>): ReceivedMail {
  const [head = '', ...rest] = raw.split('\r\n\r\n');
  const boundary = /boundary="?([^";\r\n]+)/i.exec(head)?.[1];
  const part = boundary === undefined ? { head, body: rest.join('\r\n\r\n') } : partOf(raw.split(`--${boundary}`)[1] ?? '');
  const encoding = /^content-transfer-encoding:\s*(\S+)/im.exec(part.head)?.[1]?.toLowerCase() ?? '7bit';
  const header = (name: string): string => (new RegExp(`^${name}:\\s*((?:.*)(?:\\r\\n[ \\t].*)*)`, 'im').exec(head)?.[1] ?? '').replace(/\r\n[ \t]/g, ' ');
  return { ...envelope, raw, subject: words(header('Subject')), messageId: header('Message-ID'), text: decode(part.body, encoding).replaceAll('\r\n', '\n').trimEnd() };
}

const partOf = (text: string): { head: string; body: string } => { const [head = '', ...rest] = text.replace(/^\r\n/, '').split('\r\n\r\n'); return { head, body: rest.join('\r\n\r\n') }; };
const quoted = (text: string): Buffer => Buffer.from(text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))), 'latin1');
const decode = (body: string, encoding: string): string => (encoding === 'base64' ? Buffer.from(body, 'base64').toString('utf8') : encoding === 'quoted-printable' ? quoted(body).toString('utf8') : body);
const words = (text: string): string => text.replace(/\?=\s+=\?/g, '?==?').replace(/=\?utf-8\?([BQ])\?([^?]*)\?=/gi, (_, kind: string, value: string) => (kind.toUpperCase() === 'B' ? Buffer.from(value, 'base64').toString('utf8') : quoted(value.replaceAll('_', ' ')).toString('utf8')));
