import { seedTenant, type SeedUser, type SimulatorSeed } from '../../../electron/simulator/index.ts';
import { account } from '../app/works.ts';
import { person, unit, type Values } from '../scenarios/corp.ts';

/** Domain that leads back on premises. */
export const REDIRECTION = 'onprem.example.net';

const addresses = (alias: string, ...more: readonly string[]): readonly string[] => [`SMTP:${alias}@example.com`, `smtp:${alias}@${REDIRECTION}`, ...more];
const mailbox = (alias: string, values: Values = {}) => person(alias, { mail: `${alias}@example.com`, mailNickname: alias, proxyAddresses: addresses(alias), msExchRecipientTypeDetails: '1', ...values });

/**
 * Ann is not switched and her mail goes back through the redirection domain; Ben is switched; Cem is matched with nobody; Dan's targetAddress leads to Ben's mailbox; Eve is
 * switched and her redirection was left behind; Flo has an address that the tenant does not know; Gus is a mail user of the tenant; Health is a mailbox of the system (its database is a link,
 * and any object serves).
 */
export const CUTOVER = unit('Cutover', [
  mailbox('ann'), mailbox('ben', { targetAddress: 'SMTP:ben@simulated.onmicrosoft.com' }), mailbox('cem'), mailbox('dan', { targetAddress: 'SMTP:ben@simulated.onmicrosoft.com' }), mailbox('eve', { targetAddress: 'SMTP:eve@simulated.onmicrosoft.com' }),
  mailbox('flo', { proxyAddresses: addresses('flo', 'smtp:f.old@example.com', 'smtp:flo@corp.local') }), mailbox('gus'), person('health', { mail: 'health@example.com', msExchRecipientTypeDetails: '549755813888', homeMDB: 'CN=Ann,OU=Cutover,DC=corp,DC=example,DC=com' }), person('plain', { mail: 'plain@example.com' }),
]);

type Facet = NonNullable<SeedUser['exchange']>;
function inTenant(n: number, alias: string, exchange: Facet): SeedUser {
  const own = [`SMTP:${alias}@example.com`, `smtp:${alias}@simulated.onmicrosoft.com`];
  return { ...account(n, alias, { mail: `${alias}@example.com`, proxyAddresses: own, usageLocation: 'DE' }), exchange: { name: alias, ...exchange } };
}
const USER: Facet = { recipientTypeDetails: 'UserMailbox' };
const back = (alias: string): Facet => ({ ...USER, forwardingSmtpAddress: `smtp:${alias}@${REDIRECTION}`, deliverToMailboxAndForward: false });

/** The tenant of {@link CUTOVER}. */
export function cutoverTenant(): SimulatorSeed {
  return seedTenant({
    users: 0, groups: 0, existing: {
      users: [
        inTenant(61, 'ann', back('ann')), inTenant(62, 'ben', USER), inTenant(64, 'dan', USER), inTenant(65, 'eve', back('eve')), inTenant(66, 'flo', back('flo')),
        inTenant(67, 'gus', { recipientTypeDetails: 'MailUser', externalEmailAddress: `SMTP:gus@${REDIRECTION}` }),
      ],
    },
  });
}
