import { describe, expect, it } from 'vitest';
import { planForward } from '../../../../electron/engines/mailboxes/index.ts';
import type { Attributes } from '../../../../shared/domain/objects.ts';
import { cloud, DOMAINS, onPremises } from './support.ts';

type Facts = Parameters<typeof planForward>[0];
const plan = (direction: 'to the cloud' | 'back' | 'none', redirection: 'no' | 'yes', attributes: Attributes, more: Partial<Facts> = {}) => planForward({ name: 'Ann', attributes, mailbox: cloud(), domains: DOMAINS, targetBefore: null, ...more }, { direction, redirectionDomain: 'onprem.example.org', redirection });
const AWAY = { targetAddress: ['SMTP:ann@contoso.mail.onmicrosoft.com'] };
const REDIRECTED = { forwardingSmtpAddress: 'ann@onprem.example.org' };
const skip = (text: string) => ({ skip: expect.stringContaining(text) });
const target = (before: string | null, after: string | null) => ({ attribute: 'targetAddress', before: before === null ? null : [before], after: after === null ? null : [after] });

describe('forwarding to the cloud', () => {
  it.each<[string, Attributes, Partial<Facts>, object]>([
    ['takes the routing address of a hybrid, whatever stands first', onPremises(), { mailbox: cloud({ addresses: ['smtp:ann@contoso.onmicrosoft.com', 'smtp:ann@other.onmicrosoft.com', 'smtp:Ann@contoso.mail.onmicrosoft.com'] }) }, { changes: [target(null, 'SMTP:ann@contoso.mail.onmicrosoft.com')], forwarding: null, warnings: [] }],
    ['else that of the initial domain', onPremises(), { mailbox: cloud({ addresses: ['smtp:ann@second.onmicrosoft.com', 'smtp:ann@contoso.onmicrosoft.com'] }) }, { changes: [target(null, 'SMTP:ann@contoso.onmicrosoft.com')] }],
    ['never one of another tenant', onPremises(), { mailbox: cloud({ addresses: ['smtp:ann@other.onmicrosoft.com'] }) }, skip('no address in contoso.mail.onmicrosoft.com')],
    ['is there already, by whatever address of the mailbox', onPremises({ targetAddress: ['smtp:ANN@contoso.onmicrosoft.com'] }), {}, skip('ann@contoso.onmicrosoft.com already')],
    ['is not there when it is somebody else\'s', onPremises({ targetAddress: ['SMTP:ben@contoso.mail.onmicrosoft.com'] }), {}, { changes: [target('SMTP:ben@contoso.mail.onmicrosoft.com', 'SMTP:ann@contoso.mail.onmicrosoft.com')], warnings: [expect.stringContaining('ben@contoso.mail')] }],
    ['replaces what leads elsewhere, and says so', onPremises({ targetAddress: ['SMTP:a@partner.example'] }), {}, { changes: [target('SMTP:a@partner.example', 'SMTP:ann@contoso.mail.onmicrosoft.com')], warnings: [expect.stringContaining('a@partner.example now')] }],
    ['would go round in a loop', onPremises(), { mailbox: cloud(REDIRECTED) }, skip('in a loop')],
    ['leaves what a person has chosen in the cloud', onPremises(), { mailbox: cloud({ forwardingSmtpAddress: 'a@private.example' }) }, { changes: [target(null, 'SMTP:ann@contoso.mail.onmicrosoft.com')], forwarding: null }],
    ['needs a mailbox there', onPremises(), { mailbox: null }, skip('no mailbox in Microsoft 365')], ['of a linked mailbox', onPremises({ msExchRecipientTypeDetails: ['2'] }), {}, skip('linked')], ['of nobody', {}, {}, skip('no mailbox on premises')],
    ['of a mail-enabled user is set again', onPremises({ homeMDB: [], msExchRecipientTypeDetails: ['128'] }), {}, { changes: [target(null, 'SMTP:ann@contoso.mail.onmicrosoft.com')] }],
  ])('%s', (_, attributes, more, expected) => expect(plan('to the cloud', 'no', attributes, more)).toMatchObject(expected));
  it('takes the way back away, when asked to', () => {
    expect(plan('to the cloud', 'yes', onPremises(), { mailbox: cloud(REDIRECTED) })).toMatchObject({ changes: [target(null, 'SMTP:ann@contoso.mail.onmicrosoft.com')], forwarding: { before: 'ann@onprem.example.org', after: null } });
    expect(plan('to the cloud', 'yes', onPremises(AWAY), { mailbox: cloud(REDIRECTED) })).toMatchObject({ changes: [], forwarding: { after: null } });
    expect(plan('to the cloud', 'yes', onPremises(AWAY))).toEqual(skip('already'));
  });
});

describe('mail that stays on premises', () => {
  const proxy = (before: string | null, after: string | null) => ({ attribute: 'proxyAddresses', before: before === null ? null : [before], after: after === null ? null : [after] });
  it.each<[string, 'back' | 'none', Attributes, Partial<Facts>, object]>([
    ['as it did before the service came', 'back', onPremises(AWAY), {}, { changes: [target('SMTP:ann@contoso.mail.onmicrosoft.com', null)], forwarding: null }],
    ['or goes where it went before', 'back', onPremises(AWAY), { targetBefore: 'SMTP:a@partner.example' }, { changes: [target('SMTP:ann@contoso.mail.onmicrosoft.com', 'SMTP:a@partner.example')] }],
    ['but not to the cloud where it went before', 'back', onPremises(AWAY), { targetBefore: 'SMTP:ann@contoso.onmicrosoft.com' }, { changes: [target('SMTP:ann@contoso.mail.onmicrosoft.com', null)] }],
    ['and nowhere else', 'none', onPremises(AWAY), { targetBefore: 'SMTP:a@partner.example' }, { changes: [target('SMTP:ann@contoso.mail.onmicrosoft.com', null)] }],
    ['does so already', 'back', onPremises(), {}, skip('stays with its mailbox on premises already')],
    ['is not ours to keep', 'none', onPremises({ targetAddress: ['SMTP:a@partner.example'] }), {}, skip('no address of Microsoft 365')],
    ['would be lost without a mailbox', 'back', onPremises({ ...AWAY, homeMDB: [], msExchRecipientTypeDetails: ['128'] }), {}, skip('Take its conversion back first')],
  ])('%s', (_, direction, attributes, more, expected) => expect(plan(direction, 'no', attributes, more)).toMatchObject(expected));
  it.each<[string, 'back' | 'none', Attributes, Partial<Facts>, object]>([
    ['comes back by the alias in the redirection domain', 'back', onPremises(AWAY), {}, { changes: [target('SMTP:ann@contoso.mail.onmicrosoft.com', null), proxy(null, 'smtp:ann@onprem.example.org')], forwarding: { before: null, after: 'ann@onprem.example.org', keepsCopyAfter: false } }],
    ['keeps no copy in the cloud', 'back', onPremises({ proxyAddresses: ['SMTP:ann@example.com', 'smtp:ANN@onprem.example.org'] }), { mailbox: cloud({ ...REDIRECTED, deliverToMailboxAndForward: true }) }, { changes: [], forwarding: { before: 'ann@onprem.example.org', after: 'ann@onprem.example.org', keepsCopyBefore: true, keepsCopyAfter: false } }],
    ['does so already', 'back', onPremises({ proxyAddresses: ['smtp:ann@onprem.example.org'] }), { mailbox: cloud(REDIRECTED) }, skip('already')],
    ['ends another forwarding, and says so', 'back', onPremises(), { mailbox: cloud({ forwardingSmtpAddress: 'a@private.example' }) }, { warnings: [expect.stringContaining('a@private.example now')] }],
    ['needs an alias', 'back', onPremises({ mailNickname: [] }), {}, skip('no alias')], ['needs a mailbox in the cloud', 'back', onPremises(), { mailbox: null }, skip('no mailbox in Microsoft 365')],
    ['is taken away on both sides', 'none', onPremises({ proxyAddresses: ['SMTP:ann@example.com', 'smtp:ann@onprem.example.org'] }), { mailbox: cloud(REDIRECTED) }, { changes: [proxy('smtp:ann@onprem.example.org', null)], forwarding: { after: null } }],
    ['keeps a primary address', 'none', onPremises({ proxyAddresses: ['SMTP:ann@onprem.example.org'] }), { mailbox: cloud({ forwardingSmtpAddress: 'a@private.example' }) }, skip('No mail of "Ann" is sent on')],
  ])('with redirection: %s', (_, direction, attributes, more, expected) => expect(plan(direction, 'yes', attributes, more)).toMatchObject(expected));
});
