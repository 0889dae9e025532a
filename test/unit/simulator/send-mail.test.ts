import { describe, expect, it } from 'vitest';
import { exchangeRig, IDS, MIXED, type ExchangeRig } from './exchange-support.ts';
import { signIn } from './support.ts';

const to = (...addresses: readonly string[]) => addresses.map((address) => ({ emailAddress: { address } }));
const mail = (more: Record<string, unknown> = {}) => ({ message: { subject: 'Hello', body: { contentType: 'text', content: 'Text' }, toRecipients: to('x@out.example'), ...more } });
const codeOf = (reply: { readonly status: number; readonly body: { readonly error?: { readonly code: string } } }): string => `${reply.status} ${reply.body.error?.code ?? ''}`;
const rigOf = (): Promise<ExchangeRig> => exchangeRig({ seed: MIXED });

describe('sendMail of the simulated Graph', () => {
  it('answers 202 without a body and keeps the message', async () => {
    const rig = await rigOf();
    const reply = await rig.call('POST', `/users/${IDS.anna}/sendMail`, { ...mail({ ccRecipients: to('y@out.example'), internetMessageId: '<1@causeway>', attachments: [{ '@odata.type': '#microsoft.graph.fileAttachment', name: 'a.csv', contentType: 'text/csv', contentBytes: Buffer.from('a,b').toString('base64') }] }), saveToSentItems: false });
    expect([reply.status, reply.body]).toEqual([202, {}]);
    expect((await rig.call('POST', '/users/anna@example.com/microsoft.graph.sendMail', mail({ from: { emailAddress: { address: 'anna@mixed.onmicrosoft.com' } } }))).status).toBe(202);
    expect(rig.sim.sentMail()).toMatchObject([
      { from: 'anna@example.com', to: ['x@out.example', 'y@out.example'], subject: 'Hello', body: 'Text', messageId: '<1@causeway>', origin: 'graph', attachments: [{ name: 'a.csv', content: 'a,b' }] },
      { from: 'anna@mixed.onmicrosoft.com', to: ['x@out.example'] },
    ]);
    expect(rig.defects).toEqual([]);
  });
  it.each([
    ['a sender without a mailbox of the cloud', IDS.cloudless, mail(), '404 MailboxNotEnabledForRESTAPI'],
    ['a sender who does not exist', '99999999-0000-4000-8000-000000000000', mail(), '404 Request_ResourceNotFound'],
    ['no recipient', IDS.anna, mail({ toRecipients: [] }), '400 ErrorInvalidRecipients'],
    ['a recipient who is no address', IDS.anna, mail({ toRecipients: to('nobody') }), '400 ErrorInvalidRecipients'],
    ['501 recipients', IDS.anna, mail({ toRecipients: to(...Array.from({ length: 501 }, (_, i) => `p${i}@out.example`)) }), '400 ErrorExceededMaxRecipientLimit'],
    ['the address of somebody else', IDS.anna, mail({ from: { emailAddress: { address: 'sven@example.com' } } }), '403 ErrorSendAsDenied'],
    ['no message', IDS.anna, {}, '400 BadRequest'],
    ['headers that are not ours', IDS.anna, mail({ internetMessageHeaders: [{ name: 'Bcc', value: 'z@out.example' }] }), '400 BadRequest'],
    ['an attachment that is no Base64', IDS.anna, mail({ attachments: [{ '@odata.type': '#microsoft.graph.fileAttachment', name: 'a', contentBytes: '§' }] }), '400 BadRequest'],
  ])('refuses %s and keeps nothing', async (_name, sender, body, expected) => {
    const rig = await rigOf();
    expect(codeOf(await rig.call('POST', `/users/${sender}/sendMail`, body))).toBe(expected);
    expect(rig.sim.sentMail()).toEqual([]);
  });
  it('takes POST only, needs Mail.Send and works inside a batch', async () => {
    const rig = await rigOf();
    expect((await rig.call('GET', `/users/${IDS.anna}/sendMail`)).status).toBe(405);
    const readOnly = await signIn(rig.sim, rig.sim.clientIdReadOnly, rig.sim.clientSecretReadOnly);
    const reply = await fetch(`${rig.sim.url}/v1.0/users/${IDS.anna}/sendMail`, { method: 'POST', headers: { authorization: `Bearer ${readOnly}`, 'content-type': 'application/json' }, body: JSON.stringify(mail()) });
    expect([reply.status, (await reply.json() as { error: { code: string } }).error.code]).toEqual([403, 'ErrorAccessDenied']);
    const batch = await rig.call('POST', '/$batch', { requests: [{ id: '1', method: 'POST', url: `/users/${IDS.anna}/sendMail`, headers: { 'content-type': 'application/json' }, body: mail() }] });
    expect((batch.body as unknown as { responses: { status: number }[] }).responses.map((r) => r.status)).toEqual([202]);
    expect(rig.sim.sentMail()).toHaveLength(1);
  });
});
