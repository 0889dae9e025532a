import type { Rig } from '../rig.ts';

type Snapshot = ReturnType<Rig['simulator']['snapshot']>;
type One = Snapshot['users'][number];

/** Attributes that only others write. */
const OTHERS = ['faxNumber', 'employeeId'];
/** What the services work out of licences by themselves. */
const WORKED_OUT = ['assignedPlans', 'provisionedPlans', 'licenseAssignmentStates', 'givenAddresses'];
const LINKS = ['managedBy', 'grantSendOnBehalfTo', 'permissions'];
const without = (values: Readonly<Record<string, unknown>>, names: readonly string[]) => Object.fromEntries(Object.entries(values).filter(([name]) => !names.includes(name)));

/**
 * What the services keep whatever is taken back, and what a roll back says of it: a usage location that was not there before (Graph
 * documentation, user: usageLocation cannot be null), addresses and the disconnected mailbox of a licence that was taken away again.
 */
export const asFarAsPossible = (now: State, before: State): State => ({
  ...now, users: now.users.map((user) => {
    const was = before.users.find((one) => one.id === user.id);
    if (was === undefined) return user;
    const licensed = user.wasLicensed && !was.wasLicensed;
    const addresses = was.properties['proxyAddresses'] as readonly string[] | undefined;
    const kept = ((user.properties['proxyAddresses'] ?? []) as readonly string[]).filter((one) => addresses?.includes(one));
    return {
      ...user, wasLicensed: was.wasLicensed, exchange: 'disconnected' in user.exchange ? was.exchange : user.exchange,
      properties: {
        ...without(user.properties, [...(was.properties['usageLocation'] === undefined ? ['usageLocation'] : []), ...(licensed ? ['proxyAddresses', ...(was.properties['mail'] === undefined ? ['mail'] : [])] : [])]),
        ...(licensed && addresses !== undefined ? { proxyAddresses: kept } : {}),
      },
    };
  }),
});

/** One object. */
export interface Plain extends Omit<One, 'exchange'> { readonly wasLicensed: boolean; readonly exchange: Readonly<Record<string, unknown>> }
/** One object without times, and without what only others write; lists of nobody are no lists. */
function plain({ exchange: kept, properties, ...rest }: One, there: ReadonlySet<string>): Plain {
  // Links to whoever was deleted go with him.
  const idOf = (one: unknown): unknown => (one !== null && typeof one === 'object' && 'trustee' in one ? one.trustee : one);
  const isThere = (one: unknown): boolean => there.has(String(idOf(one)));
  const exchange = Object.fromEntries(Object.entries(kept ?? {}).map(([name, value]) => [name, LINKS.includes(name) && Array.isArray(value) ? value.filter(isThere) : value]));
  const filled = (value: unknown): unknown => (value !== null && typeof value === 'object' && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null)) : value);
  const isSome = (value: unknown): boolean => !['[]', '{}'].includes(JSON.stringify(value));
  const some = (values: Readonly<Record<string, unknown>>, names: readonly string[]) => Object.fromEntries(Object.entries(without(values, names)).flatMap(([name, value]) => (isSome(filled(value)) ? [[name, filled(value)]] : [])));
  return { ...rest, wasLicensed: properties['givenAddresses'] !== undefined, properties: some(properties, [...OTHERS, ...WORKED_OUT]), exchange: some(exchange, ['whenChanged']) };
}

/** Live objects of the tenant. */
export interface State { readonly users: readonly Plain[]; readonly groups: readonly Plain[]; readonly contacts: readonly Plain[] }
/** The live objects of the tenant, to be compared with what they were. */
export function stateOf({ simulator }: Rig): State {
  const { users, groups, contacts } = simulator.snapshot();
  const there = new Set([...users, ...groups, ...contacts].map((one) => one.id));
  const all = (objects: readonly One[]): Plain[] => objects.map((one) => plain(one, there));
  return { users: all(users), groups: all(groups), contacts: all(contacts) };
}

/** What others alone wrote. */
export const besides = ({ simulator }: Rig) => simulator.snapshot().users.filter((u) => u.properties['faxNumber'] !== undefined).map((u) => [u.id, u.properties['faxNumber'], u.properties['employeeId']]);
