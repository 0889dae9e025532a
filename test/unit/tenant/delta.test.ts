import { describe, expect, it } from 'vitest';
import type { ChangeRound, GraphAnswer, GraphRequest } from '../../../electron/engines/tenant/index.ts';
import { createDelta, trackedSelect } from '../../../electron/engines/tenant/graph/delta.ts';
import { changeOf } from '../../../electron/engines/tenant/graph/delta-rows.ts';

const ORIGIN = 'https://graph.microsoft.com';
const BASE = `${ORIGIN}/v1.0`;
const ID = 'c10dc10d-0000-4000-8000-000000000001';
const page = (value: readonly unknown[], more: Record<string, unknown> = { '@odata.deltaLink': `${BASE}/next` }): GraphAnswer => ({ kind: 'answered', status: 200, body: { value, ...more }, error: null });
const refusal = (status: number, code = '', message = ''): GraphAnswer => ({ kind: 'answered', status, body: null, error: { status, code, message, details: [], requestId: '' } });

/** A tenant that answers with what it is given, batch by batch. */
function tenantOf(...batches: readonly (readonly GraphAnswer[])[]) {
  const asked: string[][] = [];
  const send = async (requests: readonly GraphRequest[]): Promise<readonly GraphAnswer[]> => { asked.push(requests.map((one) => one.url)); return batches[asked.length - 1] ?? []; };
  return { asked, ...createDelta({ send, origin: ORIGIN }) };
}
async function rounds(pages: AsyncIterable<ChangeRound>): Promise<readonly ChangeRound[]> {
  const all: ChangeRound[] = [];
  for await (const one of pages) all.push(one);
  return all;
}

describe('a row of a delta query', () => {
  it('tells what was set and what was cleared, and nothing of the rest', () => {
    expect(changeOf('user', { id: ID, jobTitle: 'Boss', city: null, businessPhones: [], accountEnabled: false, onPremisesExtensionAttributes: { extensionAttribute2: 'x', extensionAttribute3: null }, unknown: 1 })).toEqual({
      id: ID, kind: 'user', removed: null, links: {},
      attributes: { jobTitle: ['Boss'], city: null, businessPhones: null, accountEnabled: ['false'], ...Object.fromEntries(Array.from({ length: 15 }, (_, i) => [`onPremisesExtensionAttributes/extensionAttribute${i + 1}`, i === 1 ? ['x'] : null])) },
    });
  });

  it('tells licences by the ways they come, or by what is assigned', () => {
    const sku = 'c42b9cae-ea4f-4ab7-9717-81576235ccac';
    const assigned = [{ skuId: sku, disabledPlans: [] }];
    const byGroup = [{ skuId: sku, disabledPlans: [], assignedByGroup: ID, state: 'Active', error: 'None' }];
    const told = (row: Record<string, unknown>) => changeOf('user', { id: ID, ...row })?.attributes;
    expect(told({ assignedLicenses: [], licenseAssignmentStates: [] })).toEqual({ assignedLicenses: null, licenseAssignmentStates: null });
    expect(told({ assignedLicenses: assigned, licenseAssignmentStates: byGroup })).toEqual({ assignedLicenses: [sku], licenseAssignmentStates: [expect.stringContaining(ID)] });
    expect(told({ assignedLicenses: assigned })?.['licenseAssignmentStates']).toEqual([expect.stringContaining(sku)]);
    expect(told({ jobTitle: 'x' })).toEqual({ jobTitle: ['x'] });
  });

  it('tells who came and who went, and where an object is', () => {
    expect(changeOf('group', { id: ID, 'members@delta': [{ '@odata.type': '#microsoft.graph.user', id: 'a' }, { id: 'b', '@removed': { reason: 'deleted' } }], 'owners@delta': [{ id: 'c' }], 'manager@delta': [{ id: 'd' }] })).toEqual({
      id: ID, kind: 'group', removed: null, attributes: {}, links: { members: { added: ['a'], removed: ['b'] }, owners: { added: ['c'], removed: [] } },
    });
    expect(changeOf('user', { id: ID, '@removed': { reason: 'changed' }, jobTitle: 'x' })).toEqual({ id: ID, kind: 'user', removed: 'to the recycle bin', attributes: {}, links: {} });
    expect(changeOf('user', { id: ID, '@removed': { reason: 'deleted' } })?.removed).toBe('for good');
    expect(changeOf('user', { id: ID, '@removed': {} })?.removed).toBe('for good');
    expect(changeOf('user', { displayName: 'no id' })).toBeNull();
  });
});

describe('following the changes of a tenant', () => {
  it('asks for the pages of all resources in one batch a round, people before groups, and goes on only where there is more', async () => {
    const tenant = tenantOf(
      [page([], { '@odata.nextLink': `${BASE}/u2` }), page([]), page([{ id: 'g' }])],
      [page([{ id: 'u' }])],
    );
    const told = await rounds(tenant.changes({ groups: `${BASE}/g1`, users: `${BASE}/u1`, contacts: `${BASE}/c1` }));
    expect(tenant.asked).toEqual([['/u1', '/c1', '/g1'], ['/u2']]);
    expect(told.map(({ changes, links }) => [changes.map((one) => one.id), Object.keys(links)])).toEqual([[['g'], ['contacts', 'groups']], [['u'], ['users']]]);
  });

  it.each([
    [410, 'resyncRequired', 'reset'], [400, 'syncStateNotFound', 'expired'], [400, 'Directory_ExpiredPageToken', 'expired'], [400, 'Request_BadRequest', 'refused'], [404, 'Request_ResourceNotFound', 'refused'],
  ] as const)('tells of %i %s that the resource is lost, and of the others what changed', async (status, code, lost) => {
    const [round] = await rounds(tenantOf([refusal(status, code), page([{ id: 'g' }])]).changes({ users: `${BASE}/u1`, groups: `${BASE}/g1` }));
    expect(round).toMatchObject({ lost: { users: lost }, changes: [{ id: 'g' }], links: { groups: `${BASE}/next` } });
    expect(round?.links).not.toHaveProperty('users');
  });

  it('does not follow a link of another cloud, takes an end without a link for lost, and goes nowhere twice', async () => {
    const other = tenantOf();
    expect(await rounds(other.changes({ users: 'https://elsewhere.example/v1.0/u1' }))).toEqual([{ changes: [], links: {}, lost: { users: 'refused' } }]);
    expect(other.asked).toEqual([]);
    expect(await rounds(tenantOf([page([{ id: 'u' }], {})]).changes({ users: `${BASE}/u1` }))).toMatchObject([{ lost: { users: 'refused' }, links: {} }]);
    await expect(rounds(tenantOf([page([], { '@odata.nextLink': `${BASE}/u1` })]).changes({ users: `${BASE}/u1` }))).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE' } });
    await expect(rounds(tenantOf([page([], { '@odata.nextLink': 'https://elsewhere.example/u2' })]).changes({ users: `${BASE}/u1` }))).rejects.toMatchObject({ data: { message: expect.stringMatching(/another host/) as string } });
  });

  it('ends with an error for what is no matter of the link', async () => {
    for (const [answer, code] of [[refusal(403, 'Authorization_RequestDenied'), 'FORBIDDEN'], [refusal(503), 'TENANT_UNAVAILABLE'], [{ kind: 'ambiguous', reason: 'lost' } as const, 'TENANT_UNAVAILABLE'], [page([], { value: 'x' }), 'TENANT_UNAVAILABLE']] as const) {
      await expect(rounds(tenantOf([answer]).changes({ users: `${BASE}/u1` }))).rejects.toMatchObject({ data: { code } });
    }
  });

  it('takes the first links of all resources at once, without their objects', async () => {
    const tenant = tenantOf([page([]), page([])]);
    expect(await tenant.latestLinks(['users', 'contacts'])).toEqual({ users: `${BASE}/next`, contacts: `${BASE}/next` });
    expect(tenant.asked).toEqual([[`/users/delta?$select=${trackedSelect('users')}&$deltatoken=latest`, `/contacts/delta?$select=${trackedSelect('contacts')}&$deltatoken=latest`]]);
    expect(trackedSelect('users')).toMatch(/,manager$/);
    expect(trackedSelect('groups')).toMatch(/,members,owners$/);
    expect(trackedSelect('contacts')).not.toContain('manager');
    expect(await tenant.latestLinks([])).toEqual({});
    await expect(tenantOf([page([], {})]).latestLinks(['users'])).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE' } });
  });
});
