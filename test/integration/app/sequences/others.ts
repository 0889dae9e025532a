import fc from 'fast-check';
import { createExchangeGateway, createSignIn, type ExchangeGateway } from '../../../../electron/engines/tenant/index.ts';
import { simulatedTransports } from '../../../../electron/simulator/index.ts';
import { targetOf, type Rig } from '../rig.ts';
import type { Plain, State } from './state.ts';
import { SKUS } from './tenant.ts';

const n = fc.nat(4095);
/** Somebody else works in the tenant. */
export const othersStep = fc.record({
  kind: fc.constant('others' as const), who: n, whom: n, what: n,
  does: fc.constantFrom('writes', 'writes', 'writes', 'clears', 'leads', 'joins', 'leaves', 'shares', 'unshares', 'licenses', 'deletes'),
});
/** One such step. */
export type OthersStep = typeof othersStep extends fc.Arbitrary<infer T> ? T : never;

/** Somebody else at Exchange Online. */
function exchangeOf({ simulator }: Rig): ExchangeGateway {
  const connection = targetOf(simulator);
  const transports = simulatedTransports(simulator.url);
  return createExchangeGateway({ connection, transports, signIn: createSignIn({ connection, transports, secrets: { get: async () => simulator.clientSecret, set: async () => undefined } }) });
}

const at = <T>(all: readonly T[], i: number): T | undefined => all[all.length === 0 ? 0 : i % all.length];
const isMailbox = ({ exchange }: Plain): boolean => String(exchange['recipientTypeDetails'] ?? '').endsWith('Mailbox');

/** Does it; what the tenant refuses was not done. The administrator of the tenant is left alone. */
export async function doOthers(rig: Rig, { does, who, whom, what }: OthersStep, { users, groups, contacts }: State): Promise<void> {
  const people = users.filter((user) => !String(user.properties['userPrincipalName']).startsWith('admin@'));
  const [person, other, group, contact] = [at(people, who), at(people, whom), at(groups, who), at(contacts, who)];
  const [mailbox, holder] = [at(people.filter(isMailbox), who), at(people.filter(isMailbox), whom)];
  const mark = `Others ${what} ${who}`;
  const exchange = async (cmdlet: string, parameters: Record<string, unknown>): Promise<void> => { await exchangeOf(rig).invoke(cmdlet, parameters); };
  const hasMail = group?.properties['mailEnabled'] === true;
  try {
    switch (does) {
      case 'writes':
        if (what % 4 === 0 && contact !== undefined) await exchange('Set-Contact', { Identity: contact.id, Title: mark });
        else if (what % 4 === 1 && group !== undefined) await (hasMail ? exchange('Set-DistributionGroup', { Identity: group.id, DisplayName: mark, BypassSecurityGroupManagerCheck: true }) : rig.graph('PATCH', `/groups/${group.id}`, { description: mark }));
        else if (person !== undefined) await rig.graph('PATCH', `/users/${person.id}`, { [['jobTitle', 'city', 'department', 'displayName'][what % 4] ?? 'city']: mark });
        break;
      case 'clears': if (person !== undefined) await rig.graph('PATCH', `/users/${person.id}`, { [['jobTitle', 'city', 'department'][what % 3] ?? 'city']: null }); break;
      case 'leads': if (person !== undefined && other !== undefined && person !== other) await rig.graph('PUT', `/users/${person.id}/manager/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${other.id}` }); break;
      case 'joins':
        if (group === undefined || other === undefined) break;
        await (hasMail ? exchange('Add-DistributionGroupMember', { Identity: group.id, Member: other.id, BypassSecurityGroupManagerCheck: true }) : rig.graph('POST', `/groups/${group.id}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${other.id}` }));
        break;
      case 'leaves': {
        const member = at(group?.members ?? [], whom);
        if (group === undefined || member === undefined) break;
        await (hasMail ? exchange('Remove-DistributionGroupMember', { Identity: group.id, Member: member, BypassSecurityGroupManagerCheck: true, Confirm: false }) : rig.graph('DELETE', `/groups/${group.id}/members/${member}/$ref`));
        break;
      }
      case 'shares': case 'unshares': {
        if (mailbox === undefined || holder === undefined || mailbox === holder) break;
        const verb = does === 'shares' ? 'Add' : 'Remove';
        if (what % 3 === 0) await exchange(`${verb}-MailboxPermission`, { Identity: mailbox.id, User: holder.id, AccessRights: ['FullAccess'], InheritanceType: 'All', Confirm: false });
        else if (what % 3 === 1) await exchange(`${verb}-RecipientPermission`, { Identity: mailbox.id, Trustee: holder.id, AccessRights: ['SendAs'], Confirm: false });
        else await exchange('Set-Mailbox', { Identity: mailbox.id, GrantSendOnBehalfTo: { '@odata.type': '#Exchange.GenericHashTable', [verb]: [holder.id] } });
        break;
      }
      case 'licenses': {
        const sku = SKUS[2].skuId;
        const has = ((person?.properties['assignedLicenses'] ?? []) as readonly { readonly skuId: string }[]).some((one) => one.skuId === sku);
        if (person !== undefined) await rig.graph('POST', `/users/${person.id}/assignLicense`, has ? { addLicenses: [], removeLicenses: [sku] } : { addLicenses: [{ skuId: sku, disabledPlans: [] }], removeLicenses: [] });
        break;
      }
      case 'deletes':
        if (what % 3 === 0 && group !== undefined && !hasMail) await rig.graph('DELETE', `/groups/${group.id}`);
        else if (person !== undefined) await rig.graph('DELETE', `/users/${person.id}`);
        break;
      default: throw new Error(`nobody does ${does}`);
    }
  } catch { /* Refused: nothing was done. */ }
}

/** Every single value of the tenant by `object key`. */
export function valuesOf({ users, groups, contacts }: State): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const one of [...users, ...groups, ...contacts]) {
    const put = (key: string, value: unknown): void => { found.set(`${one.id} ${key}`, JSON.stringify(value)); };
    put('', 'live');
    if (one.manager !== null) put('manager', one.manager);
    for (const member of one.members) put(`members/${member}`, true);
    for (const [name, value] of [...Object.entries(one.properties), ...Object.entries(one.exchange).map(([name, value]) => [`exchange ${name}`, value] as const)]) {
      if (Array.isArray(value)) for (const each of value) put(`${name}/${JSON.stringify(each)}`, true);
      else if (value !== null && typeof value === 'object') for (const [part, each] of Object.entries(value)) put(`${name}/${part}`, each);
      else put(name, value);
    }
  }
  return found;
}

/** Follows who changed which value last. */
export class Hands {
  /** Values that others changed at any time. */
  readonly touched = new Set<string>();
  /** Values that others changed last, with what they are. */
  readonly theirs = new Map<string, string | undefined>();
  #now: ReadonlyMap<string, string>;
  constructor(start: State) { this.#now = valuesOf(start); }

  /** Takes note of a step. */
  note(by: 'us' | 'others', state: State): void {
    const next = valuesOf(state);
    for (const key of new Set([...this.#now.keys(), ...next.keys()])) {
      if (this.#now.get(key) === next.get(key)) continue;
      if (by === 'others') { this.touched.add(key); this.theirs.set(key, next.get(key)); } else this.theirs.delete(key);
    }
    this.#now = next;
  }
}
