import { chance } from '../../../electron/simulator/chance.ts';
import { simulatorClock } from '../../../electron/simulator/clock.ts';
import { Directory } from '../../../electron/simulator/directory/directory.ts';
import type { DirectoryObject } from '../../../electron/simulator/directory/objects.ts';
import { simulatorSeed, type SimulatorSeed } from '../../../electron/simulator/seed.ts';
import { background } from '../../../electron/simulator/sync/background.ts';
import { exportedObject, type ExportInput, type ExportResult } from '../../../electron/simulator/sync/export.ts';
import { putAssignments } from '../../../electron/simulator/sync/licensing.ts';
import { synchronise } from '../../../electron/simulator/sync/synchronise.ts';

/** Product with a mailbox plan, 3 units. */
export const E3 = '05e9a617-0261-4cee-bb44-138d3ef5d965';
export const ADMIN = 'eeeeeeee-0000-4000-8000-00000000000a';

/** A tenant born as `born.onmicrosoft.com` with `example.com` verified. */
export const bare: SimulatorSeed = {
  tenant: { id: 'eeeeeeee-0000-4000-8000-000000000001', displayName: 'Hybrid', domains: [{ name: 'born.onmicrosoft.com', isInitial: true, isDefault: true }, { name: 'example.com' }, { name: 'elsewhere.example', isVerified: false }] },
  skus: [{ skuId: E3, skuPartNumber: 'SPE_E3', enabled: 3 }],
  users: [{ id: ADMIN, properties: { accountEnabled: true, displayName: 'Admin', mailNickname: 'admin', userPrincipalName: 'admin@example.com', mail: 'admin@example.com', proxyAddresses: ['SMTP:admin@example.com'] } }],
  roles: [{ id: 'eeeeeeee-0000-4000-8000-0000000000f1', roleTemplateId: '62e90394-69f5-4237-9190-012177145e10', displayName: 'Global Administrator', memberIds: [ADMIN] }],
};

/** A directory with the service's own work, without HTTP. */
export interface Hybrid {
  readonly directory: Directory;
  /** Receives an export and lets everything settle. */
  sync(...objects: ExportInput[]): readonly ExportResult[];
  /** The same for one object; returns its result and the object as it is now. */
  one(object: ExportInput): { readonly result: ExportResult; readonly object: DirectoryObject };
  /** Gives or takes the licence of a user, past the checks of Graph. */
  license(id: string, on: 'on' | 'off'): void;
  advance(ms: number): void;
  settle(): void;
}

export function hybrid(seed: Partial<SimulatorSeed> = {}, luck = 1): Hybrid {
  const clock = simulatorClock(() => Date.UTC(2026, 0, 1), 1);
  const directory = new Directory(simulatorSeed.parse({ ...bare, ...seed }), clock);
  const service = { directory, clock, luck: chance(luck) };
  const { settle } = background(service);
  const sync: Hybrid['sync'] = (...objects) => {
    const results = synchronise(service, objects.map((o) => exportedObject.parse(o)), directory.facts.synchronisation);
    settle();
    return results;
  };
  return {
    directory, sync, settle,
    one: (input) => {
      const [result] = sync(input);
      const object = result?.id === null || result === undefined ? undefined : directory.any(result.id);
      if (!result || !object) throw new Error(JSON.stringify(result));
      return { result, object };
    },
    license: (id, on) => {
      const user = directory.user.get(id);
      if (!user) throw new Error('no such user');
      putAssignments(directory, user, on === 'off' ? [] : [{ skuId: E3, disabledPlans: [], assignedByGroup: null, state: 'Active', error: 'None', lastUpdatedDateTime: '' }], '2026-01-01T00:00:00Z');
      settle();
    },
    advance: (ms) => { clock.advance(ms); directory.emptyExpired(); settle(); },
  };
}

/** An exported user; attributes with undefined are left out. */
export function exportedUser(sourceAnchor: string, attributes: Readonly<Record<string, unknown>> = {}, more: Partial<ExportInput> = {}): ExportInput {
  const all = { userPrincipalName: `${sourceAnchor.toLowerCase()}@example.com`, displayName: sourceAnchor, ...attributes };
  return { type: 'user', sourceAnchor, attributes: Object.fromEntries(Object.entries(all).filter(([, v]) => v !== undefined)) as NonNullable<ExportInput['attributes']>, ...more };
}

/** What the tables of the documentation show of a user. */
export function shown(object: DirectoryObject): { readonly mail: unknown; readonly mailNickname: unknown; readonly proxyAddresses: readonly string[]; readonly userPrincipalName: unknown } {
  const { mail = null, mailNickname, proxyAddresses = [], userPrincipalName } = object.properties;
  return { mail, mailNickname, proxyAddresses: (proxyAddresses as readonly string[]).toSorted(), userPrincipalName };
}
