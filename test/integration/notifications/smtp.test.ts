/** The way to a mail server: encryption, sign-in, and what each answer, or its absence, says about the mail. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { smtpTransport, type SmtpSettings } from '../../../electron/platform/mail/index.ts';
import type { OutgoingMail } from '../../../shared/domain/notifications.ts';
import { makeAuthority, makeCertificate, type TestAuthority } from '../../servers/certificates.ts';
import { startSmtp, type SmtpScript, type SmtpWish, type TestSmtp } from '../../servers/smtp.ts';

const MAIL: OutgoingMail = { id: 'mail-1', from: 'it@example.com', replyTo: 'desk@example.com', to: { address: 'ann@example.com', name: 'Ann "Ä" Lee' }, subject: 'Grüße an Ännchen', text: 'Hello Ännchen,\n.\n..\nFrom here on\n', attachments: [], date: Date.UTC(2026, 10, 22) };
const never = new AbortController().signal;
let folder: string;
let authority: TestAuthority;
let tls: { readonly good: NonNullable<SmtpWish['tls']>; readonly other: NonNullable<SmtpWish['tls']> };
let smtp: TestSmtp | undefined;

beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'causeway-smtp-'));
  authority = await makeAuthority(folder);
  const pem = async (name: string, dnsNames: readonly string[], addresses: readonly string[] = []) => {
    const { certFile, keyFile } = await makeCertificate(folder, authority, { name, dnsNames, addresses });
    return { key: await readFile(keyFile, 'utf8'), cert: await readFile(certFile, 'utf8') };
  };
  tls = { good: await pem('good', ['localhost'], ['127.0.0.1']), other: await pem('other', ['mail.contoso.com']) };
});
afterEach(async () => { await smtp?.close(); smtp = undefined; });
afterAll(async () => { await rm(folder, { recursive: true, force: true }); });

async function send(wish: SmtpWish, settings: Partial<SmtpSettings>, { secret = null, mail = MAIL, script = [] }: { readonly secret?: string | null; readonly mail?: OutgoingMail; readonly script?: readonly SmtpScript[] } = {}) {
  smtp = await startSmtp(wish);
  smtp.script(...script);
  const transport = await smtpTransport({ host: '127.0.0.1', port: smtp.port, security: 'none', caFile: '', username: '', ...settings }, secret, never);
  return await transport.send(mail);
}

describe('a mail server', () => {
  it('gets the mail as it was written, as plain text, with a fixed id', async () => {
    expect(await send({}, {})).toMatchObject({ kind: 'sent', reached: true });
    const [mail] = smtp?.taken ?? [];
    expect(mail).toMatchObject({ from: 'it@example.com', to: ['ann@example.com'], subject: MAIL.subject, text: MAIL.text.trimEnd(), messageId: '<mail-1@example.com>' });
    expect(mail?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(mail?.raw).toMatch(/^Reply-To: desk@example.com\r$/m);
    expect(mail?.raw).toMatch(/^Content-Type: text\/plain; charset=utf-8\r$/m);
    expect(mail?.raw).not.toContain('text/html');
  });

  it('gets attachments as CSV, and no header more than was meant', async () => {
    await send({}, {}, { mail: { ...MAIL, subject: 'One\r\nBcc: all@example.com', attachments: [{ name: 'rows.csv', csv: '\uFEFFa,b\r\nÄ,1\r\n' }] } });
    const [mail] = smtp?.taken ?? [];
    expect(mail?.to).toEqual(['ann@example.com']);
    expect(mail?.raw.split('\r\n\r\n')[0]).not.toMatch(/^Bcc:/m);
    expect(mail?.raw).toMatch(/Content-Type: text\/csv; charset=utf-8; name=rows.csv/);
    const body = /filename=rows.csv\r\n\r\n([A-Za-z0-9+/=\r\n]+)/.exec(mail?.raw ?? '')?.[1] ?? '';
    expect(Buffer.from(body, 'base64').toString('utf8')).toBe('\uFEFFa,b\r\nÄ,1\r\n');
  });

  it.each(['starttls', 'tls'] as const)('is spoken to by %s, with a sign-in, when its certificate is good', async (security) => {
    const wish: SmtpWish = { tls: { ...tls.good, implicit: security === 'tls' }, account: { user: 'it', password: 'pass word' } };
    expect(await send(wish, { security, caFile: authority.caFile, username: 'it' }, { secret: 'pass word' })).toMatchObject({ kind: 'sent' });
    expect(smtp?.taken).toMatchObject([{ secure: true, user: 'it' }]);
  });

  it.each<[string, () => SmtpWish, Partial<SmtpSettings>, RegExp]>([
    ['an authority that is not trusted', () => ({ tls: tls.good }), { security: 'starttls' }, /certificate/],
    ['a certificate of another host', () => ({ tls: tls.other }), { security: 'starttls', caFile: 'authority' }, /altnames|certificate/i],
    ['no STARTTLS', () => ({}), { security: 'starttls' }, /STARTTLS/],
    ['no TLS where it is expected', () => ({}), { security: 'tls' }, /./],
  ])('with %s gets nothing, and the mail waits', async (_, wish, settings, words) => {
    const answer = await send(wish(), { ...settings, ...(settings.caFile === undefined ? {} : { caFile: authority.caFile }) });
    expect(answer).toMatchObject({ kind: 'later', reached: false });
    expect(answer.answer).toMatch(words);
    expect(smtp?.arrived).toEqual([]);
  });

  it('that refuses the sign-in says nothing about the mail', async () => {
    const answer = await send({ tls: tls.good, account: { user: 'it', password: 'right' } }, { security: 'starttls', caFile: authority.caFile, username: 'it' }, { secret: 'wrong' });
    expect(answer).toMatchObject({ kind: 'later', reached: false });
    expect(answer.answer).toContain('535');
    expect(smtp?.arrived).toEqual([]);
  });

  it('on another machine is never spoken to in the clear', async () => {
    await expect(smtpTransport({ host: 'mail.contoso.com', port: 25, security: 'none', caFile: '', username: '' }, null, never)).rejects.toMatchObject({ data: { code: 'INVALID_INPUT', message: expect.stringContaining('would not be encrypted') as string } });
    await expect(smtpTransport({ host: 'localhost', port: 25, security: 'starttls', caFile: `${folder}/none.pem`, username: '' }, null, never)).rejects.toMatchObject({ data: { code: 'BAD_FILE' } });
  });

  it.each<[string, SmtpScript, string, boolean]>([
    ['450 for the recipient', { at: 'rcpt', code: 450 }, 'later', true], ['550 for the recipient', { at: 'rcpt', code: 550 }, 'refused', true], ['530 for the recipient', { at: 'rcpt', code: 530 }, 'later', false],
    ['451 after the mail', { at: 'data', code: 451 }, 'later', true], ['554 after the mail', { at: 'data', code: 554 }, 'refused', true], ['nothing after the mail', 'drop', 'unclear', true],
  ])('that answers %s', async (_, script, kind, reached) => {
    expect(await send({}, {}, { script: [script] })).toMatchObject({ kind, reached });
    expect(smtp?.taken).toEqual([]);
  });

  it('that is not there is told from a mail that may have arrived', async () => {
    smtp = await startSmtp();
    const { port } = smtp;
    await smtp.close();
    smtp = undefined;
    const transport = await smtpTransport({ host: '127.0.0.1', port, security: 'none', caFile: '', username: '' }, null, never);
    expect(await transport.send(MAIL)).toMatchObject({ kind: 'later', reached: false, answer: expect.stringContaining('ECONNREFUSED') as string });
  });

  it('gets no mail that was not handed over when the program ends', async () => {
    smtp = await startSmtp();
    const ended = new AbortController();
    const transport = await smtpTransport({ host: '127.0.0.1', port: smtp.port, security: 'none', caFile: '', username: '' }, null, ended.signal);
    ended.abort('closing');
    expect(await transport.send(MAIL)).toMatchObject({ kind: 'later', reached: false });
    expect(smtp.arrived).toEqual([]);
  });
});
