import { afterEach, expect, it } from 'vitest';
import { seedTenant } from '../../../electron/simulator/index.ts';
import { sidToBytes } from '../../../shared/rules/sid.ts';
import { securityDescriptor } from '../../servers/security-descriptor.ts';
import { UNIVERSAL_SECURITY } from './exchange-works.ts';
import { openRig, type Rig } from './rig.ts';
import { account, CONTAINERS, group, person } from './works.ts';

let rig: Rig | undefined;
afterEach(async () => { await rig?.close(); rig = undefined; });

const SID = 'S-1-5-21-1-2-3-1042';
const mailbox = (n: number, alias: string) => ({ ...account(n, alias, { mail: `${alias}@example.com`, proxyAddresses: [`SMTP:${alias}@example.com`], usageLocation: 'DE' }), exchange: { recipientTypeDetails: 'SharedMailbox' as const } });

it('a group that a security descriptor names by its SID, and that stays out because of its address, waits as holder of the permission', async () => {
  rig = await openRig({
    source: [
      ...CONTAINERS,
      person(11, 'ann', { mail: 'ann@example.com', msExchMailboxGuid: Buffer.alloc(16, 7), msExchMailboxSecurityDescriptor: securityDescriptor([{ type: 0, mask: 1, sid: SID }]) }),
      person(17, 'ivo', { mail: 'delegates@example.com' }),
      group(42, 'Delegates', UNIVERSAL_SECURITY, [], { mail: 'delegates@example.com', mailNickname: 'delegates', objectSid: Buffer.from(sidToBytes(SID) ?? []) }),
    ],
    seed: seedTenant({ users: 0, groups: 0, existing: { users: [mailbox(11, 'ann')] } }),
  });
  const { plan } = await rig.plan();
  const skips = (await rig.call('plans.skips', { planId: plan.id, limit: 50 })).rows;
  expect(skips.filter((s) => s.status === 'Failed').map((s) => s.name).toSorted()).toEqual(['Delegates', 'Ivo']);
  const operations = (await rig.call('plans.operations', { planId: plan.id, limit: 50 })).rows;
  expect(operations.filter((o) => o.kind === 'add permissions')).toEqual([]);
  expect(plan).toMatchObject({ counts: { permissionsAdded: 0, operations: operations.length }, unresolved: 1 });
});
