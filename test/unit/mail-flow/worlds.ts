import { mailSide, type MailWorld, type Recipient, type Route } from '../../../electron/engines/mailboxes/flow/index.ts';

/** A recipient; what is not said it has not. */
export const recipient = (id: string, name: string, addresses: readonly string[], more: Partial<Recipient> = {}): Recipient => ({ id, name, addresses, kind: 'mailbox', external: null, forwardTo: null, forwardSmtp: null, keepsCopy: false, ...more });

/** A world by hand: contoso.com on premises and in the tenant `contoso`, redirection domain onprem.contoso.com, MX on premises. */
export function world(onPremises: readonly Recipient[], cloud: readonly Recipient[], matched: Readonly<Record<string, string>>, more: { readonly mx?: Readonly<Record<string, Route>>; readonly relayOnPremises?: readonly string[]; readonly relayInCloud?: readonly string[] } = {}): MailWorld {
  const accepted = (domains: readonly string[], relay: readonly string[] = []) => new Map(domains.map((domain) => [domain, relay.includes(domain) ? 'relay' as const : 'authoritative' as const]));
  return {
    onPremises: mailSide(accepted(['contoso.com', 'onprem.contoso.com'], more.relayOnPremises), onPremises),
    cloud: mailSide(accepted(['contoso.com', 'contoso.onmicrosoft.com', 'contoso.mail.onmicrosoft.com'], more.relayInCloud), cloud),
    mx: new Map(Object.entries(more.mx ?? { 'contoso.com': { to: 'on premises', host: 'mail.contoso.com' } })),
    mailDomains: new Set(['contoso.com']), routingDomains: new Set(['contoso.onmicrosoft.com', 'contoso.mail.onmicrosoft.com']), redirectionDomain: 'onprem.contoso.com',
    matched: new Map(Object.entries(matched)),
  };
}
