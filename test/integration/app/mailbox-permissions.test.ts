import { afterEach, expect, it } from 'vitest';
import { createExchangeGateway, createSignIn, type ExchangeGateway } from '../../../electron/engines/tenant/index.ts';
import { seedTenant, simulatedTransports, type SimulatorSeed } from '../../../electron/simulator/index.ts';
import { sidToBytes } from '../../../shared/rules/sid.ts';
import { securityDescriptor } from '../../servers/security-descriptor.ts';
import { liveOf as allOf } from './exchange-works.ts';
import { openRig, targetOf, type Rig, type RigOptions, type Send } from './rig.ts';
import { account, cloudId, CONTAINERS, group, guid, person, personDn, TYPE } from './works.ts';

let rig: Rig | undefined;
afterEach(async () => { await rig?.close(); rig = undefined; });

const sid = (n: number): string => `S-1-5-21-1-2-3-${1000 + n}`;
const sidValue = (n: number): Buffer => Buffer.from(sidToBytes(sid(n)) ?? []);
/** Right Send-As of an object's list (Active Directory Extended Rights Reference). */
const SEND_AS = 'ab721a54-1e2f-11d0-9819-00aa0040529b';
const fullAccess = (...holders: readonly number[]): Buffer => securityDescriptor([{ type: 0, mask: 1, sid: 'S-1-5-10' }, ...holders.map((n) => ({ type: 0, mask: 1, sid: sid(n) }))]);
const sendAs = (...holders: readonly number[]): Buffer => securityDescriptor([{ type: 5, mask: 0x100, objectType: SEND_AS, sid: 'S-1-5-10' }, ...holders.map((n) => ({ type: 5, mask: 0x100, objectType: SEND_AS, sid: sid(n) }))]);

const MAILBOX_GUID = Buffer.alloc(16, 7);
/** Ann's mailbox is open to Cem, Eve and the group Clerks; Cem may send as Ann, Eve on behalf of her. Dot has no mailbox in the tenant, and lets Ann in. */
const organisation = () => [
  ...CONTAINERS,
  person(11, 'ann', { mail: 'ann@example.com', objectSid: sidValue(11), msExchMailboxGuid: MAILBOX_GUID, msExchMailboxSecurityDescriptor: fullAccess(13, 15, 21, 99), nTSecurityDescriptor: sendAs(13), publicDelegates: [personDn('eve'), personDn('ann')] }),
  // Has no mailbox here, so that nobody looks at who may send as Cem.
  person(13, 'cem', { mail: 'cem@example.com', objectSid: sidValue(13), nTSecurityDescriptor: sendAs(11) }),
  person(14, 'dot', { mail: 'dot@example.com', objectSid: sidValue(14), msExchMailboxGuid: MAILBOX_GUID, msExchMailboxSecurityDescriptor: fullAccess(11) }),
  person(15, 'eve', { mail: 'eve@example.com', objectSid: sidValue(15) }),
  group(21, 'Clerks', TYPE.globalSecurity, [personDn('cem')], { objectSid: sidValue(21) }),
];

const mailbox = (n: number, alias: string, permissions: readonly { readonly trustee: string; readonly rights: readonly string[] }[] = []) => ({
  ...account(n, alias, { mail: `${alias}@example.com`, proxyAddresses: [`SMTP:${alias}@example.com`], usageLocation: 'DE' }),
  exchange: { recipientTypeDetails: 'SharedMailbox' as const, ...(permissions.length > 0 ? { permissions: [...permissions] } : {}) },
});
/** Mailboxes of Ann, Cem and Eve; Dot has an account without one. */
const tenant = (permissions: Parameters<typeof mailbox>[2] = []): SimulatorSeed => seedTenant({ users: 0, groups: 0, existing: { users: [mailbox(11, 'ann', permissions), mailbox(13, 'cem'), mailbox(15, 'eve'), account(14, 'dot')] } });

const open = async (more: Partial<RigOptions> = {}): Promise<Rig> => (rig = await openRig({ source: organisation(), seed: tenant(), ...more }));
/** Somebody else at Exchange Online. */
function somebody({ simulator }: Rig): ExchangeGateway {
  const connection = targetOf(simulator);
  const transports = simulatedTransports(simulator.url);
  return createExchangeGateway({ connection, transports, signIn: createSignIn({ connection, transports, secrets: { get: async () => simulator.clientSecret, set: async () => undefined } }) });
}
/** Everything that is in the tenant; a list of nobody is no list. */
const liveOf = (r: Rig) => {
  const all = allOf(r);
  return { ...all, users: all.users.map(({ exchange: { grantSendOnBehalfTo, ...facet }, ...user }) => ({ ...user, exchange: { ...facet, ...((grantSendOnBehalfTo as readonly string[] | undefined)?.length ? { grantSendOnBehalfTo } : {}) } })) };
};
/** Who holds what on a mailbox, as Exchange Online tells it. */
async function permissionsOn(r: Rig, identity: string): Promise<Record<'full' | 'sendAs' | 'onBehalf', readonly string[]>> {
  const exchange = somebody(r);
  const rows = async (cmdlet: string) => (await exchange.invoke(cmdlet, { Identity: identity })).rows;
  const names = (list: readonly unknown[]) => list.map(String).filter((one) => one !== 'NT AUTHORITY\\SELF').map((one) => one.split('@')[0]?.toLowerCase() ?? one).toSorted();
  const [box] = await rows('Get-Mailbox');
  return {
    full: names((await rows('Get-MailboxPermission')).map((row) => row['User'])), sendAs: names((await rows('Get-RecipientPermission')).map((row) => row['Trustee'])), onBehalf: names((box?.['GrantSendOnBehalfTo'] ?? []) as readonly unknown[]).map((one) => (one === cloudId(15) ? 'eve' : one)),
  };
}
const operations = async (r: Rig, planId: string) => (await r.call('plans.operations', { planId, limit: 200 })).rows.filter((o) => o.kind.includes('permissions')).map((o) => `${o.kind} ${o.service} ${o.name} ${o.permission ?? ''}: ${o.references.map((ref) => ref.name).toSorted().join(', ')}`);
const waiting = async (r: Rig) => (await r.call('references.page', { pairId: r.pairId })).rows.map((one) => `${one.name} ${one.attribute} ${one.otherName ?? one.dn}: ${one.reason}`).toSorted();

it('are read from the descriptors and given through Exchange Online, what cannot be given waits with its reason, a second run changes nothing, and the way back is exact', async () => {
  const r = await open();
  const before = liveOf(r);
  const { task, plan } = await r.plan();
  expect(await operations(r, plan.id)).toEqual([
    'add permissions exchange Ann fullAccess: Cem, Eve', 'add permissions exchange Ann sendAs: Cem', 'add permissions exchange Ann grantSendOnBehalfTo: Eve',
  ]);
  expect(plan.counts).toMatchObject({ permissionsAdded: 4, permissionsRemoved: 0, managers: 0 });
  expect(liveOf(r)).toEqual(before);
  const done = await r.approve(task.id);
  expect(done, done.message).toMatchObject({ state: 'Completed' });
  expect(await permissionsOn(r, cloudId(11))).toEqual({ full: ['cem', 'eve'], sendAs: ['cem'], onBehalf: ['eve'] });
  expect(await waiting(r)).toEqual([
    `Ann msExchMailboxSecurityDescriptor <SID=${sid(99)}>: has no match in the tenant yet`,
    'Ann msExchMailboxSecurityDescriptor Clerks: has no match in the tenant yet',
    'Dot msExchMailboxSecurityDescriptor Ann: the account has no mailbox in Exchange Online yet',
  ]);
  expect((await r.plan()).plan.counts).toMatchObject({ operations: 0 });
  expect(await waiting(r)).toContain('Ann msExchMailboxSecurityDescriptor Clerks: only a security group with mail can hold a permission on a mailbox');

  const back = await r.rollBack({ undoes: task.id, purge: true });
  expect(back, back.message).toMatchObject({ state: 'Completed' });
  expect(await permissionsOn(r, cloudId(11))).toEqual({ full: [], sendAs: [], onBehalf: [] });
  expect(liveOf(r)).toEqual(before);
});

/** A collection of the pair with objects found by a filter. */
async function collect(r: Rig, name: string, filter: string): Promise<string> {
  const { id } = await r.call('collections.create', { pairId: r.pairId, name });
  await r.call('collections.queryObjects', { id, filter });
  return id;
}
const migrate = (r: Rig, collectionId: string) => r.migrate({}, { collectionId });
const NOBODY = { full: [], sendAs: [], onBehalf: [] };

it('of a holder who is migrated later are given then, and taken back with that migration alone', async () => {
  const r = await open({ members: null });
  const [anns, cems, eves] = [await collect(r, 'Ann', '(sAMAccountName=ann)'), await collect(r, 'Cem', '(sAMAccountName=cem)'), await collect(r, 'Eve', '(sAMAccountName=eve)')];
  expect((await migrate(r, anns)).state).toBe('Completed');
  expect(await permissionsOn(r, cloudId(11))).toEqual(NOBODY);
  expect((await waiting(r)).filter((one) => /Cem|Eve/.test(one))).toHaveLength(4);
  expect((await migrate(r, cems)).state).toBe('Completed');
  expect(await permissionsOn(r, cloudId(11))).toEqual({ full: ['cem'], sendAs: ['cem'], onBehalf: [] });
  // Somebody takes it away on purpose: Ann did not wait for that any more.
  await somebody(r).invoke('Remove-MailboxPermission', { Identity: cloudId(11), User: cloudId(13), AccessRights: ['FullAccess'], Confirm: false });
  const { task, plan } = await r.plan({}, { collectionId: eves });
  expect(await operations(r, plan.id)).toEqual(['add permissions exchange Ann fullAccess: Eve', 'add permissions exchange Ann grantSendOnBehalfTo: Eve']);
  expect((await r.approve(task.id)).state).toBe('Completed');
  expect(await permissionsOn(r, cloudId(11))).toEqual({ full: ['eve'], sendAs: ['cem'], onBehalf: ['eve'] });
  expect((await waiting(r)).filter((one) => /Cem|Eve/.test(one))).toEqual([]);
  expect((await r.rollBack({ collectionId: eves, undoes: task.id })).state).toBe('Completed');
  expect(await permissionsOn(r, cloudId(11))).toEqual({ full: [], sendAs: ['cem'], onBehalf: [] });
  expect((await waiting(r)).filter((one) => one.includes('Eve'))).toHaveLength(2);
  expect((await waiting(r)).filter((one) => one.includes('Cem'))).toEqual([]);
  expect((await r.rollBack({ collectionId: anns, objectId: guid(11), attributes: ['sendAs'] })).state).toBe('Completed');
  expect(await permissionsOn(r, cloudId(11))).toEqual(NOBODY);
  expect((await waiting(r)).filter((one) => one.includes('Cem'))).not.toEqual([]);
});

it('on a mailbox that comes with a licence later are given by the next migration', async () => {
  const r = await open();
  await r.migrate();
  expect(await waiting(r)).toContain('Dot msExchMailboxSecurityDescriptor Ann: the account has no mailbox in Exchange Online yet');
  const skus = (await r.graph('GET', '/subscribedSkus')).body as { value: readonly { skuId: string; servicePlans: readonly { servicePlanName: string }[] }[] };
  const sku = skus.value.find((one) => one.servicePlans.some((plan) => plan.servicePlanName.startsWith('EXCHANGE_S')));
  await r.graph('PATCH', `/users/${cloudId(14)}`, { usageLocation: 'DE' });
  await r.graph('POST', `/users/${cloudId(14)}/assignLicense`, { addLicenses: [{ skuId: sku?.skuId, disabledPlans: [] }], removeLicenses: [] });
  expect((await r.migrate()).state).toBe('Completed');
  expect((await permissionsOn(r, cloudId(14))).full).toEqual(['ann']);
  expect((await waiting(r)).filter((one) => one.startsWith('Dot'))).toEqual([]);
});

it('that were there before, or that somebody gave after the plan was made, are not ours: the way back leaves them', async () => {
  const r = await open({ seed: tenant([{ trustee: cloudId(15), rights: ['FullAccess'] }]) });
  const { task, plan } = await r.plan();
  expect(await operations(r, plan.id)).toEqual(['add permissions exchange Ann fullAccess: Cem', 'add permissions exchange Ann sendAs: Cem', 'add permissions exchange Ann grantSendOnBehalfTo: Eve']);
  await somebody(r).invoke('Add-RecipientPermission', { Identity: cloudId(11), Trustee: cloudId(13), AccessRights: ['SendAs'], Confirm: false });
  await somebody(r).invoke('Set-Mailbox', { Identity: cloudId(11), GrantSendOnBehalfTo: [cloudId(15)] });
  expect((await r.approve(task.id)).state).toBe('Completed');
  const { rows } = await r.call('plans.operations', { planId: plan.id, limit: 200 });
  expect(rows.filter((o) => o.kind === 'add permissions').map((o) => [o.permission, o.outcome])).toEqual([['fullAccess', 'done'], ['sendAs', 'unchanged'], ['grantSendOnBehalfTo', 'unchanged']]);
  expect(await permissionsOn(r, cloudId(11))).toEqual({ full: ['cem', 'eve'], sendAs: ['cem'], onBehalf: ['eve'] });
  expect((await r.rollBack({ undoes: task.id })).state).toBe('Completed');
  expect(await permissionsOn(r, cloudId(11))).toEqual({ full: ['eve'], sendAs: ['cem'], onBehalf: ['eve'] });
});

it('are given and taken once when the answers are lost, and one of them can be taken back alone', async () => {
  const lost = new Map<string, number>();
  const r = await open({
    wrap: (send: Send) => async (url, init) => {
      const answer = await send(url, init);
      const cmdlet = typeof init.body === 'string' ? /"CmdletName":"([^"]+)"/.exec(init.body)?.[1] ?? '' : '';
      if (cmdlet === '' || cmdlet.startsWith('Get-')) return answer;
      lost.set(cmdlet, (lost.get(cmdlet) ?? 0) + 1);
      if (lost.get(cmdlet) === 1) throw new TypeError('fetch failed', { cause: Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' }) });
      return answer;
    },
  });
  const before = liveOf(r);
  const task = await r.migrate();
  expect(task, task.message).toMatchObject({ state: 'Completed' });
  expect(await permissionsOn(r, cloudId(11))).toEqual({ full: ['cem', 'eve'], sendAs: ['cem'], onBehalf: ['eve'] });
  expect((await r.rollBack({ objectId: guid(11), attributes: ['fullAccess'] })).state).toBe('Completed');
  expect(await permissionsOn(r, cloudId(11))).toEqual({ full: [], sendAs: ['cem'], onBehalf: ['eve'] });
  expect((await r.rollBack({ undoes: task.id, purge: true })).state).toBe('Completed');
  expect(liveOf(r)).toEqual(before);
  expect([...lost.keys()].toSorted()).toEqual(['Add-MailboxPermission', 'Add-RecipientPermission', 'Remove-MailboxPermission', 'Remove-RecipientPermission', 'Set-Mailbox']);
});

it('are exported readably, and explained by the rule that resolves them', async () => {
  const r = await open();
  const { plan } = await r.plan();
  const { rows } = await r.call('plans.operations', { planId: plan.id, attribute: 'fullAccess' });
  expect(rows.map((o) => o.permission)).toEqual(['fullAccess']);
  const why = await r.call('plans.why', { planId: plan.id, operationId: rows[0]?.id ?? '', attribute: 'fullAccess' });
  let csv = '';
  for (let cursor: string | null = null; ;) {
    const part: Awaited<ReturnType<typeof r.call<'plans.export'>>> = await r.call('plans.export', { planId: plan.id, format: 'csv', after: cursor });
    csv += part.text;
    cursor = part.next;
    if (cursor === null) break;
  }
  expect(csv).toMatch(/add permissions,exchange,user,Ann,[^,]*,[^,]*,fullAccess,,Cem; Eve,/);
  expect(why).toMatchObject({ after: ['Cem', 'Eve'], rule: { action: 'Resolve', text: 'Resolve: user fullAccess from user msExchMailboxSecurityDescriptor' } });
});

it('that the sign-in may not read wait with the reason, and nothing else is kept from being migrated', async () => {
  const r = await open({
    wrap: (send: Send) => async (url, init) => (typeof init.body === 'string' && init.body.includes('"CmdletName":"Get-MailboxPermission"') ? new Response('{}', { status: 403 }) : await send(url, init)),
  });
  const { task, plan } = await r.plan();
  expect(await operations(r, plan.id)).toEqual([]);
  expect((await r.approve(task.id)).state).toBe('Completed');
  expect((await waiting(r)).filter((one) => one.includes('Eve'))).toEqual([
    expect.stringMatching(/^Ann msExchMailboxSecurityDescriptor Eve: the permissions in the tenant could not be read: .*Get-MailboxPermission/), expect.stringMatching(/^Ann publicDelegates Eve: /),
  ]);
});

it.each(['Add-MailboxPermission', 'Add-RecipientPermission', 'Set-Mailbox'])('break off at %s: a resume goes on where it ended, and the way back takes exactly what was given', async (at) => {
  let state: 'well' | 'down' | 'repaired' = 'well';
  const fails = (code: string) => new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code }) });
  const r = await open({
    wrap: (send: Send) => async (url, init) => {
      const cmdlet = typeof init.body === 'string' ? /"CmdletName":"([^"]+)"/.exec(init.body)?.[1] ?? '' : '';
      if (cmdlet !== '' && state === 'down') throw fails('CERT_HAS_EXPIRED');
      const answer = await send(url, init);
      if (cmdlet === at && state === 'well') { state = 'down'; throw fails('ECONNRESET'); }
      return answer;
    },
  });
  const before = liveOf(r);
  const task = await r.migrate();
  expect(task).toMatchObject({ state: 'Failed' });
  state = 'repaired';
  await r.call('tasks.resume', { taskId: task.id });
  expect((await r.ended(task.id)).state).toBe('Completed');
  expect(await permissionsOn(r, cloudId(11))).toEqual({ full: ['cem', 'eve'], sendAs: ['cem'], onBehalf: ['eve'] });
  expect((await r.rollBack({ undoes: task.id, purge: true })).state).toBe('Completed');
  expect(liveOf(r)).toEqual(before);
});
