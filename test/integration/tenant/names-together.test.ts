import { afterEach, expect, it } from 'vitest';
import { createExchangeGateway, createSignIn, readRecipient, type ExchangeGateway } from '../../../electron/engines/tenant/index.ts';
import { seedTenant, simulatedTransports, startSimulator, type Simulator } from '../../../electron/simulator/index.ts';
import { targetOf } from '../app/rig.ts';
import { account, cloudId } from '../app/works.ts';

let simulator: Simulator | undefined;
afterEach(async () => { await simulator?.close(); simulator = undefined; });

/** Mailboxes that may write to the first one. */
const SENDERS = 25;
const ODD = { Name: "Pat O'Neil", Alias: 'pat', ExternalEmailAddress: 'pat@fabrikam.com' };
const names = Array.from({ length: SENDERS - 1 }, (_, i) => `sender${i + 1}`);

/** A tenant with a mailbox that takes messages from all senders only; what is asked of Exchange is noted. */
async function open(): Promise<{ readonly exchange: ExchangeGateway; readonly asked: { readonly cmdlet: string; readonly parameters: Readonly<Record<string, unknown>> }[] }> {
  const mailbox = (n: number, name: string) => ({ ...account(n, name, { mail: `${name}@example.com`, proxyAddresses: [`SMTP:${name}@example.com`], usageLocation: 'DE' }), exchange: { recipientTypeDetails: 'SharedMailbox' as const } });
  simulator = await startSimulator({ quotas: 'off', seed: seedTenant({ users: 0, groups: 0, existing: { users: [mailbox(11, 'boss'), ...names.map((name, i) => mailbox(100 + i, name))] } }) });
  const { clientSecret } = simulator;
  const connection = targetOf(simulator);
  const transports = simulatedTransports(simulator.url);
  const real = createExchangeGateway({ connection, transports, signIn: createSignIn({ connection, transports, secrets: { get: async () => await Promise.resolve(clientSecret), set: async () => { await Promise.resolve(); } } }) });
  await real.invoke('New-MailContact', ODD);
  await real.invoke('Set-Mailbox', { Identity: cloudId(11), AcceptMessagesOnlyFrom: [...names.map((_, i) => cloudId(100 + i)), ODD.ExternalEmailAddress] });
  const asked: { cmdlet: string; parameters: Readonly<Record<string, unknown>> }[] = [];
  return { asked, exchange: { invoke: async (cmdlet, parameters, signal, more) => { asked.push({ cmdlet, parameters }); return await real.invoke(cmdlet, parameters, signal, more); } } };
}

it('a long list of senders is looked up ten names a request, and each is known by its address', async () => {
  const { exchange, asked } = await open();
  const found = await readRecipient(exchange, 'user', cloudId(11));
  expect(found === undefined || found === 'several' ? [] : [...found.object.attributes['acceptMessagesOnlyFrom'] ?? []].toSorted()).toEqual([...names.map((name) => `${name}@example.com`), ODD.ExternalEmailAddress].toSorted());
  const lookUps = asked.filter((one) => one.cmdlet === 'Get-Recipient').map(({ parameters }) => (typeof parameters['Filter'] === 'string' ? parameters['Filter'].split(' -or ').length : String(parameters['Identity'])));
  // A name with a sign that means something in a filter is asked for by itself.
  expect(lookUps.filter((one) => typeof one === 'string')).toEqual([ODD.Name]);
  expect(lookUps.filter((one) => typeof one === 'number').reduce((sum, n) => sum + n, 0)).toBe(SENDERS - 1);
  expect(lookUps.length).toBe(Math.ceil(SENDERS / 10) + 1);
});

it('when Exchange refuses the filter, each name is asked for by itself', async () => {
  const { exchange, asked } = await open();
  const strict: ExchangeGateway = { invoke: async (cmdlet, parameters, signal, more) => await exchange.invoke(cmdlet, 'Filter' in parameters ? { ...parameters, Filter: 'Nonsense' } : parameters, signal, more) };
  const found = await readRecipient(strict, 'user', cloudId(11));
  expect(found === undefined || found === 'several' ? 0 : found.object.attributes['acceptMessagesOnlyFrom']?.length).toBe(SENDERS);
  expect(asked.filter((one) => one.cmdlet === 'Get-Recipient' && 'Identity' in one.parameters).length).toBe(SENDERS);
});
