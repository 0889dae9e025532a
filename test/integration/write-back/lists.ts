import { createExchangeGateway, createSignIn } from '../../../electron/engines/tenant/index.ts';
import { seedTenant, type SimulatorSeed } from '../../../electron/simulator/index.ts';
import { simulatedTransports } from '../../../electron/simulator/index.ts';
import type { OperationRow, TaskRow } from '../../../shared/contracts/tasks.ts';
import { Attribute, Change } from 'ldapts';
import type { SambaServer } from '../../servers/samba.ts';
import { existingGroup } from '../app/exchange-works.ts';
import { targetOf, type Rig } from '../app/rig.ts';
import { account, cloudId } from '../app/works.ts';
import { GROUP, group, openDesk, person, unit, type Desk, type Entry, type Unit } from '../scenarios/corp.ts';

/** People who have accounts in the tenant, by number; Zoe is there only. */
const ACCOUNTS = [[11, 'ann'], [12, 'ben'], [13, 'cem'], [14, 'eve'], [15, 'zoe']] as const;
/** Groups that are in the tenant. */
export const NEWS = cloudId(41);
export const TEAM = cloudId(42);
/** Graph id of a person by name. */
export const cloud = (alias: string): string => cloudId(ACCOUNTS.find(([, one]) => one === alias)?.[0] ?? 0);

/**
 * An organisation of its own below a unit. News holds Ann, Ben and Dot, who has no match; Team holds nobody. Guards is a security group, Plain has no address. Names carry the unit's, because they are
 * unique in a domain.
 */
export function lists(name: string, more: readonly Entry[] = []): Unit {
  const dn = (cn: string): string => `CN=${cn},OU=${name},DC=corp,DC=example,DC=com`;
  const alias = name.toLowerCase();
  const one = (who: string, values = {}): Entry => ({ ...person(who, { sAMAccountName: `${alias}.${who}`, mail: `${who}@example.com`, userPrincipalName: `${who}@${alias}.example.com`, ...values }) });
  return unit(name, [
    ...['ann', 'ben', 'cem', 'eve'].map((who) => one(who)), one('dot', { mail: 'dot@elsewhere.example' }), ...more,
    group('News', GROUP.universalDistribution, { sAMAccountName: `${alias}.news`, mail: 'news@example.com', mailNickname: 'news', proxyAddresses: ['SMTP:news@example.com'], member: [dn('Ann'), dn('Ben'), dn('Dot')] }),
    group('Team', GROUP.universalDistribution, { sAMAccountName: `${alias}.team`, mail: 'team@example.com', mailNickname: 'team', proxyAddresses: ['SMTP:team@example.com'] }),
    group('Guards', GROUP.globalSecurity, { sAMAccountName: `${alias}.guards`, mail: 'guards@example.com' }),
    group('Plain', GROUP.universalDistribution, { sAMAccountName: `${alias}.plain` }),
  ]);
}

/** The tenant of it: News holds Ann, Cem, Eve, Zoe, the group Team and these further people; Team holds Ben. */
export function listsTenant(users: readonly (readonly [number, string])[] = []): SimulatorSeed {
  const existing = [...ACCOUNTS, ...users].map(([n, alias]) => ({ ...account(n, alias, { mail: `${alias}@example.com`, proxyAddresses: [`SMTP:${alias}@example.com`], usageLocation: 'DE' }), exchange: { recipientTypeDetails: 'SharedMailbox' as const } }));
  return {
    ...seedTenant({ users: 0, groups: 0, existing: { users: existing } }),
    groups: [existingGroup(41, 'News', 'news', ['SMTP:news@example.com'], [...['ann', 'cem', 'eve', 'zoe'].map(cloud), TEAM, ...users.map(([n]) => cloudId(n))]), existingGroup(42, 'Team', 'team', ['SMTP:team@example.com'], [cloud('ben')])],
  };
}

/** What people do to such a unit and its tenant, and what they see. */
export interface ListHands {
  readonly news: string;
  readonly team: string;
  /** Members of a group in Active Directory by their names, sorted; by another client than ours. */
  members(cn: string): Promise<readonly string[]>;
  /** Somebody changes a member in Active Directory. */
  directoryMember(how: 'add' | 'delete', cn: string, who: string): Promise<void>;
  /** Somebody changes a member in Microsoft 365. */
  tenantMember(how: 'Add' | 'Remove', groupId: string, memberId: string): Promise<void>;
  /** Somebody replaces all members in Microsoft 365. */
  tenantMembers(groupId: string, memberIds: readonly string[]): Promise<void>;
  planned(): Promise<{ readonly task: TaskRow; readonly operations: readonly OperationRow[]; readonly told: readonly string[]; readonly left: readonly string[] }>;
}
/** A desk on such a unit. */
export type ListDesk = Desk & ListHands;

/** Opens it: everybody but Eve is in the collection; she is matched in another one. */
export async function openListDesk(samba: SambaServer, where: Unit, seed: SimulatorSeed): Promise<ListDesk> {
  const desk = await openDesk(samba, where, seed, { members: '(&(|(objectClass=user)(objectClass=group))(!(cn=Eve)))', defaults: { distributionGroups: 'distribution group' } });
  const other = await desk.call('collections.create', { pairId: desk.pairId, name: 'Others' });
  await desk.call('collections.queryObjects', { id: other.id, filter: '(cn=Eve)' });
  await desk.ended((await desk.call('tasks.match', { collectionId: other.id, breakExisting: false })).taskId);
  await desk.match();
  return await withLists(desk, where);
}

/** Adds the hands to a desk whose collection holds the groups. */
export async function withLists<T extends Rig & Pick<Desk, 'directory'>>(desk: T, where: Unit): Promise<T & ListHands> {
  const objects = await desk.objects();
  const somebody = somebodyAt(desk);
  return {
    ...desk, news: objects['News']?.id ?? '', team: objects['Team']?.id ?? '',
    members: (cn) => desk.directory(async (client) => {
      const found: string[] = [];
      for await (const { searchEntries } of client.searchPaginated(where.base.slice(where.base.indexOf('DC=')), { scope: 'sub', filter: `(memberOf=${where.dn(cn)})`, attributes: ['name'], paged: { pageSize: 500 } })) found.push(...searchEntries.map((one) => String(one['name'])));
      return found.toSorted();
    }),
    directoryMember: (how, cn, who) => desk.directory((client) => client.modify(where.dn(cn), new Change({ operation: how, modification: new Attribute({ type: 'member', values: [where.dn(who)] }) }))),
    async tenantMember(how, groupId, memberId) { await somebody.invoke(`${how}-DistributionGroupMember`, { Identity: groupId, Member: memberId, BypassSecurityGroupManagerCheck: true }); },
    async tenantMembers(groupId, memberIds) { await somebody.invoke('Update-DistributionGroupMember', { Identity: groupId, Members: [...memberIds], BypassSecurityGroupManagerCheck: true }); },
    async planned() {
      const task = await desk.ended((await desk.call('tasks.writeBack', { collectionId: desk.collectionId })).taskId);
      return { task, ...await toldOf(desk, task) };
    },
  };
}

/** A plan as people would tell of it: what is written, and what is left as it is with the first words of the reason. */
export async function toldOf(desk: Rig, { planId }: TaskRow): Promise<{ readonly operations: readonly OperationRow[]; readonly told: readonly string[]; readonly left: readonly string[] }> {
  const operations = (await desk.call('plans.operations', { planId: planId ?? '', limit: 500 })).rows;
  const skips = (await desk.call('plans.skips', { planId: planId ?? '', limit: 500 })).rows;
  return { operations, told: operations.map((one) => `${one.name}: ${one.kind} ${one.references.map((r) => r.name).toSorted().join(', ')}`).toSorted(), left: skips.map((one) => `${one.name}: ${one.reason.split(' and ')[0]?.split(', but')[0]?.split(';')[0] ?? ''}`).toSorted() };
}

/** Somebody else's connection to Exchange Online. */
function somebodyAt({ simulator }: Rig) {
  const connection = targetOf(simulator);
  const transports = simulatedTransports(simulator.url);
  return createExchangeGateway({ connection, transports, signIn: createSignIn({ connection, transports, secrets: { get: async () => simulator.clientSecret, set: async () => undefined } }) });
}
