import type { CloudMailbox } from '../../../../electron/engines/tenant/index.ts';
import type { TenantDomains } from '../../../../electron/engines/mailboxes/index.ts';
import type { Attributes } from '../../../../shared/domain/objects.ts';

/** Domains of a tenant whose own domain is example.com. */
export const DOMAINS: TenantDomains = { initial: 'contoso.onmicrosoft.com', verified: new Set(['contoso.onmicrosoft.com', 'contoso.mail.onmicrosoft.com', 'second.onmicrosoft.com', 'example.com']) };
/** GUID of Ann's mailbox, and its 16 bytes as Base64: the first three parts little-endian (MS-DTYP 2.3.4.2). */
export const GUID = '00112233-4455-6677-8899-aabbccddeeff';
export const GUID_BASE64 = 'MyIRAFVEd2aImaq7zN3u/w==';

/** Ann's mailbox in Microsoft 365. */
export const cloud = (more: Partial<CloudMailbox> = {}): CloudMailbox => ({
  id: 'c1', name: 'Ann', guid: GUID, type: 'UserMailbox', primary: 'ann@example.com', addresses: ['SMTP:ann@example.com', 'smtp:ann@contoso.mail.onmicrosoft.com', 'smtp:ann@contoso.onmicrosoft.com', 'SIP:ann@example.com'],
  legacyExchangeDn: '/o=ExchangeLabs/cn=ann', forwardingSmtpAddress: null, deliverToMailboxAndForward: false, ...more,
});

/** Ann's mailbox on premises. */
export const onPremises = (more: Attributes = {}): Attributes => ({
  mail: ['ann@example.com'], mailNickname: ['Ann'], proxyAddresses: ['SMTP:ann@example.com', 'smtp:a@example.com'], homeMDB: ['CN=Db'], msExchRecipientTypeDetails: ['1'], msExchMailboxGuid: [GUID_BASE64], legacyExchangeDN: ['/o=Corp, Inc/cn=ann'], ...more,
});
