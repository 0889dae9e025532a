import { afterEach, describe, expect, it } from 'vitest';
import { createExchangeGateway, createSignIn, type ExchangeGateway } from '../../../electron/engines/tenant/index.ts';
import { simulatedTransports } from '../../../electron/simulator/index.ts';
import { exchangeTenant, exchangeWorks, existingContact, existingGroup } from './exchange-works.ts';
import { targetOf } from './rig.ts';
import { openChangesRig, type ChangesRig } from './tenant-changes-rig.ts';
import { account, cloudId } from './works.ts';

const open: ChangesRig[] = [];
afterEach(async () => { for (const rig of open.splice(0)) await rig.close(); });

const mailbox = (n: number, alias: string) => ({ ...account(n, alias, { mail: `${alias}@example.com`, proxyAddresses: [`SMTP:${alias}@example.com`] }), exchange: { recipientTypeDetails: 'SharedMailbox' as const } });
const TEAM = cloudId(43);
/** A directory that needs all of Exchange: restrictions of people too. */
async function rigOf(more: { readonly wrap?: Parameters<typeof openChangesRig>[0]['wrap'] } = {}): Promise<ChangesRig> {
  const contacts = [existingContact(31, 'Ed Tailspin', 'ed@tailspintoys.com', { jobTitle: 'Clerk', companyName: 'Kept' }, { hiddenFromAddressListsEnabled: true, customAttributes: { 3: 'old' } })];
  const team = { id: TEAM, properties: { displayName: 'Team', mailNickname: 'team', mail: 'team@example.com', proxyAddresses: ['SMTP:team@example.com'], mailEnabled: true, securityEnabled: false, groupTypes: ['Unified'], createdDateTime: '2025-01-01T00:00:00Z' }, memberIds: [cloudId(11)] };
  const groups = [existingGroup(41, 'Crew', 'oldcrew', ['SMTP:crew@example.com'], [cloudId(13)], [cloudId(13)]), team];
  const seed = exchangeTenant({ contacts, groups });
  const rig = await openChangesRig({
    source: exchangeWorks({ ann: { authOrig: 'CN=Cem,OU=People,DC=works,DC=example,DC=com' } }), seed: { ...seed, users: [...seed.users ?? [], mailbox(50, 'gus'), mailbox(51, 'hal')] }, ...(more.wrap ? { wrap: more.wrap } : {}),
  });
  open.push(rig);
  await rig.call('tasks.discover', { pairId: rig.pairId }).then(({ taskId }) => rig.ended(taskId));
  return rig;
}
function somebody({ simulator }: ChangesRig): ExchangeGateway {
  const connection = targetOf(simulator);
  const transports = simulatedTransports(simulator.url);
  return createExchangeGateway({ connection, transports, signIn: createSignIn({ connection, transports, secrets: { get: async () => simulator.clientSecret, set: async () => undefined } }) });
}
async function sourcesOf(rig: ChangesRig) {
  const all = [];
  for await (const page of rig.services.store.sources.iterate(rig.pairId)) all.push(...page);
  return all;
}
/** Times of Exchange are to the second, and so is what was seen. */
const nextSecond = (rig: ChangesRig): void => { rig.simulator.advance(2_000); };

describe('changes of a tenant whose Exchange matters', () => {
  it('cost two requests when nothing changed, and tell what only Exchange shows', async () => {
    const rig = await rigOf();
    expect((await rig.follow()).whole.exchange).toBe('what changes in Exchange Online was not followed before');
    expect(await rig.follow()).toEqual({ whole: { users: null, groups: null, contacts: null, exchange: null }, changed: 0, removed: 0, requests: 2 });
    await rig.fed();
    nextSecond(rig);
    const { targets } = rig.services.store;
    const exchange = somebody(rig);
    await exchange.invoke('Set-Mailbox', { Identity: 'gus@example.com', HiddenFromAddressListsEnabled: true, ForwardingAddress: 'hal@example.com', AcceptMessagesOnlyFrom: ['cem@example.com'] });
    await exchange.invoke('Set-MailContact', { Identity: 'ed@tailspintoys.com', HiddenFromAddressListsEnabled: false, CustomAttribute3: '', ExternalEmailAddress: 'ed@fabrikam.com' });
    await exchange.invoke('Set-DistributionGroup', { Identity: 'crew@example.com', RequireSenderAuthenticationEnabled: false, ManagedBy: ['ann@example.com'], BypassSecurityGroupManagerCheck: true });
    await exchange.invoke('Set-UnifiedGroup', { Identity: 'team@example.com', HiddenFromAddressListsEnabled: true });
    const round = await rig.follow();
    expect(round.whole).toEqual({ users: null, groups: null, contacts: null, exchange: null });
    expect((await targets.get(rig.pairId, cloudId(50)))?.attributes).toMatchObject({ hideFromAddressLists: ['true'], forwardingAddress: ['hal@example.com'], acceptMessagesOnlyFrom: ['cem@example.com'] });
    expect((await targets.get(rig.pairId, cloudId(31)))?.attributes).toMatchObject({ externalEmailAddress: ['ed@fabrikam.com'], hideFromAddressLists: ['false'] });
    expect((await targets.get(rig.pairId, TEAM))?.attributes).toMatchObject({ hideFromAddressLists: ['true'] });
    expect((await targets.get(rig.pairId, cloudId(41)))?.attributes).toMatchObject({ managedBy: ['ann@example.com'], requireSenderAuthenticationEnabled: ['false'] });
    expect(await rig.stored()).toEqual(await rig.fresh());
    expect(new Set((await rig.fed()).map((one) => one.objectId))).toEqual(new Set([cloudId(50), cloudId(31), cloudId(41), TEAM]));
    expect(await rig.follow()).toMatchObject({ changed: 0, requests: 2 });
    expect(await rig.fed()).toEqual([]);
  });

  it('keep what Exchange says over what Graph shows, follow new addresses wherever they are named, and members, new objects and removals', async () => {
    const rig = await rigOf();
    const exchange = somebody(rig);
    await exchange.invoke('Set-Mailbox', { Identity: 'gus@example.com', ForwardingAddress: 'hal@example.com', AcceptMessagesOnlyFrom: ['cem@example.com', 'ed@tailspintoys.com'] });
    await rig.follow();
    nextSecond(rig);
    await rig.graph('PATCH', `/users/${cloudId(50)}`, { jobTitle: 'Boss' });
    await rig.follow();
    expect((await rig.services.store.targets.get(rig.pairId, cloudId(50)))?.attributes).toMatchObject({ jobTitle: ['Boss'], forwardingAddress: ['hal@example.com'], recipientTypeDetails: ['SharedMailbox'] });
    expect(await rig.stored()).toEqual(await rig.fresh());

    nextSecond(rig);
    await exchange.invoke('Set-Mailbox', { Identity: 'hal@example.com', EmailAddresses: ['SMTP:harold@example.com', 'smtp:hal@example.com'] });
    await exchange.invoke('Set-Mailbox', { Identity: 'cem@example.com', EmailAddresses: ['SMTP:cemal@example.com', 'smtp:cem@example.com'] });
    await exchange.invoke('Remove-MailContact', { Identity: 'ed@tailspintoys.com', Confirm: false });
    await exchange.invoke('Add-DistributionGroupMember', { Identity: 'crew@example.com', Member: 'gus@example.com', BypassSecurityGroupManagerCheck: true });
    await exchange.invoke('New-MailContact', { Name: 'Flo', ExternalEmailAddress: 'flo@fabrikam.com' });
    await exchange.invoke('New-DistributionGroup', { Name: 'Desk', PrimarySmtpAddress: 'desk@example.com', Members: ['hal@example.com'] });
    await rig.follow();
    expect((await rig.services.store.targets.get(rig.pairId, cloudId(50)))?.attributes).toMatchObject({ forwardingAddress: ['harold@example.com'], acceptMessagesOnlyFrom: ['cemal@example.com'] });
    expect((await rig.services.store.targets.get(rig.pairId, cloudId(41)))?.attributes['managedBy']).toEqual(['cemal@example.com']);
    expect(await rig.services.store.targets.get(rig.pairId, cloudId(31))).toBeUndefined();
    expect(await rig.stored()).toEqual(await rig.fresh());
  });

  it('arrive late and in either order between the services, and are all there in the end', async () => {
    const rig = await rigOf();
    await rig.follow();
    rig.simulator.setFaults('exchange-lag=5m');
    nextSecond(rig);
    const exchange = somebody(rig);
    await exchange.invoke('New-DistributionGroup', { Name: 'Desk', PrimarySmtpAddress: 'desk@example.com', Members: ['hal@example.com'] });
    await exchange.invoke('Set-MailContact', { Identity: 'ed@tailspintoys.com', Alias: 'other.ed' });
    await rig.graph('PATCH', `/users/${cloudId(51)}`, { displayName: 'Harold' });
    await rig.follow();
    rig.simulator.advance(4 * 60_000);
    await rig.follow();
    rig.simulator.advance(2 * 60_000);
    rig.simulator.setFaults('');
    await rig.follow();
    expect(await rig.stored()).toEqual(await rig.fresh());
    expect(await rig.follow()).toMatchObject({ changed: 0, requests: 2 });
  });

  it('are followed from the moment when the directory has something that needs Exchange', async () => {
    const rig = await rigOf();
    const { store } = rig.services;
    const needed = await sourcesOf(rig);
    await store.sources.upsertPage(rig.pairId, needed.map((one) => ({ ...one, kind: 'user' as const, attributes: {}, links: {} })), 'before');
    expect((await rig.follow()).whole.exchange).toBeNull();
    expect(await rig.follow()).toMatchObject({ requests: 1 });
    await store.sources.upsertPage(rig.pairId, needed, 'after');
    await store.changeFeed.append(rig.pairId, 'source', needed.map((one) => ({ objectId: one.id, what: 'object' as const })));
    expect((await rig.follow()).whole).toMatchObject({ users: 'the directory has objects now that need more of Exchange Online', exchange: 'the directory has objects now that need more of Exchange Online' });
    expect(await rig.stored()).toEqual(await rig.fresh());
    expect(await rig.follow()).toMatchObject({ changed: 0, requests: 2 });
  });

  it('are read whole once a day in a tenant that refuses the filter', async () => {
    const refusing = async (send: (url: string, init: RequestInit) => Promise<Response>, url: string, init: RequestInit) => {
      if (String(init.body).includes('WhenChangedUTC')) return new Response(JSON.stringify({ error: { code: 'BadRequest', message: '|System.ArgumentException|The filter is not supported.' } }), { status: 400, headers: { 'content-type': 'application/json' } });
      return send(url, init);
    };
    const rig = await rigOf({ wrap: (send) => (url, init) => refusing(send, url, init) });
    await rig.follow();
    await somebody(rig).invoke('Set-Mailbox', { Identity: 'gus@example.com', HiddenFromAddressListsEnabled: true });
    const refused = await rig.follow();
    expect(refused.whole.exchange).toBe('Exchange Online does not tell what changed, so that it is read once a day');
    expect(await rig.stored()).toEqual(await rig.fresh());
    expect(await rig.follow()).toMatchObject({ whole: { users: null, exchange: null }, requests: 1 });
  });
});
