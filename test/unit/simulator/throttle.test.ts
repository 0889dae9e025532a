import { describe, expect, it } from 'vitest';
import { costOf } from '../../../electron/simulator/graph/cost.ts';
import { parseAddress } from '../../../electron/simulator/graph/call.ts';
import { graphRig, type GraphRig } from './graph-rig.ts';

describe('cost of a request', () => {
  it.each([
    ['GET', '/users', 2, 0], ['GET', '/users?$select=id', 1, 0], ['GET', '/users?$select=id&$top=5', 1, 0], ['GET', '/users?$top=5', 1, 0], ['GET', '/users?$top=20', 2, 0], ['GET', '/users?$expand=manager', 3, 0], ['GET', '/users?$select=id&$expand=manager', 2, 0],
    ['GET', '/users/$count', 2, 0], ['GET', '/users/x', 1, 0], ['GET', '/users/x?$expand=manager', 2, 0], ['GET', '/groups', 1, 0], ['GET', '/groups/x/members', 3, 0], ["GET", "/groups('x')/members?$select=id", 2, 0], ['GET', '/groups/x/transitiveMembers', 5, 0],
    ['GET', '/users/x/memberOf', 2, 0], ['GET', '/users/x/transitiveMemberOf', 2, 0], ['GET', '/me/memberOf', 2, 0], ['GET', '/users/x/ownedObjects', 2, 0], ['GET', '/users/x/licenseDetails', 2, 0],
    ['POST', '/directoryObjects/getByIds', 5, 0], ['POST', '/directoryObjects/getByIds?$select=id', 4, 0], ['POST', '/users/microsoft.graph.getByIds', 5, 0],
    ['POST', '/users/x/checkMemberGroups', 4, 0], ['POST', '/users/x/checkMemberObjects', 4, 0], ['POST', '/users/x/getMemberGroups', 2, 0], ['POST', '/users/x/getMemberObjects', 2, 0], ['POST', '/isMemberOf', 4, 0],
    ['GET', '/subscribedSkus', 3, 0], ['GET', '/contracts', 3, 0], ['GET', '/domains/x/domainNameReferences', 4, 0], ['GET', '/applications', 2, 0], ['GET', '/organization', 1, 0],
    ['POST', '/users', 1, 1], ['PATCH', '/users/x', 1, 1], ['PUT', '/users/x/manager/$ref', 1, 1], ['DELETE', '/groups/x/members/y/$ref', 1, 1], ['POST', '/users/x/assignLicense', 1, 1], ['POST', '/directory/deletedItems/x/restore', 1, 1],
  ])('%s %s is %i resource units and %i writes', (method, url, resourceUnits, writes) => {
    const { segments, query } = parseAddress(url);
    expect(costOf(method, segments, query)).toEqual({ resourceUnits, writes });
  });
});

const nobody = '/users/nobody@example.com';
/** Requests until the first refusal. */
const until429 = (rig: GraphRig, method: string, path: string, headers: Record<string, string> = {}, app?: string) => {
  for (let passed = 0; ; passed++) {
    const answer = rig.call(method, path, undefined, { headers, as: app === undefined ? {} : { app } });
    if (answer.status === 429) return { passed, answer };
  }
};

describe('quotas', () => {
  it('let 3,000 writes of an application pass in a full bucket and 20 more each second', () => {
    const rig = graphRig({ quotas: 'real' });
    const { passed, answer } = until429(rig, 'DELETE', nobody);
    expect(passed).toBe(3000);
    expect(answer.headers).toMatchObject({ 'x-ms-throttle-scope': `Tenant_Application/Write/aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa/${rig.directory.facts.id}`, 'x-ms-throttle-information': 'WriteLimitExceeded' });
    expect(answer.body.error).toEqual({ code: 'TooManyRequests', message: 'Please retry again later.', innerError: { code: '429', date: '2026-11-02T08:00:00', message: 'Please retry after', 'request-id': answer.headers['request-id'], status: '429' } });
    expect(rig.call('GET', nobody).status).toBe(404);
    rig.clock.advance(10_000);
    expect(until429(rig, 'DELETE', nobody).passed).toBe(199);
  });

  it('let exactly the named wait pass, and refuse a client longer the less it waits', () => {
    const rig = graphRig({ quotas: 'real' });
    const first = Number(until429(rig, 'DELETE', nobody).answer.headers['retry-after']);
    let last = first;
    for (let i = 0; i < 200; i++) {
      rig.clock.advance(10);
      const again = rig.call('DELETE', nobody);
      expect(again.status).toBe(429);
      last = Number(again.headers['retry-after']);
    }
    expect(last).toBeGreaterThan(first + 5);
    rig.clock.advance(last * 1000 - 1500);
    expect(rig.call('DELETE', nobody).status).toBe(429);
    rig.clock.advance(Number(rig.call('DELETE', nobody).headers['retry-after']) * 1000);
    expect(rig.call('DELETE', nobody).status).toBe(404);
  });

  it('count refused requests up to 1.8 of a limit and no further', () => {
    const rig = graphRig({ quotas: 'real' });
    until429(rig, 'DELETE', nobody);
    for (let i = 0; i < 5000; i++) rig.call('DELETE', nobody);
    const writes = rig.limits.levels().find((l) => l.name.startsWith('writes'));
    expect(writes).toMatchObject({ level: -2400, size: 3000, windowMs: 150_000 });
    expect(Number(rig.call('DELETE', nobody).headers['retry-after'])).toBeCloseTo(120, -1);
  });

  it.each([[10, 3500], [50, 5000], [500, 5000], [501, 8000]])('give an application in a tenant of %i users %i resource units', (users, units) => {
    const rig = graphRig({ quotas: 'real' });
    const some = [...rig.directory.user.values()][0];
    if (some) for (let i = rig.directory.user.size; i < users; i++) rig.directory.user.set(`f${i}`, some);
    for (let i = 0; i < units - 3; i++) rig.limits.charge('aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa', { resourceUnits: 1, writes: 0 }, users);
    const { passed, answer } = until429(rig, 'GET', nobody);
    expect(passed).toBe(3);
    expect(answer.headers).toMatchObject({ 'x-ms-throttle-information': 'ResourceUnitLimitExceeded' });
    expect(answer.headers['x-ms-throttle-scope']).toMatch(/^Tenant_Application\/ReadWrite\//);
  });

  it('hold for all applications of a tenant together', () => {
    const rig = graphRig({ quotas: 'real' });
    let passed = 0;
    for (let app = 0; app < 7; app++) {
      if (app < 6) for (let i = 0; i < 2999; i++, passed++) rig.limits.charge(`app${app}`, { resourceUnits: 1, writes: 1 }, 1);
      const result = until429(rig, 'DELETE', nobody, {}, `app${app}`);
      passed += result.passed;
      // Units come back at once, writes do not.
      if (app === 6) expect(result.answer.headers['x-ms-throttle-scope']).toMatch(/^Tenant\/Write\//);
    }
    expect(passed).toBe(18_000);
  });

  it('refuse low priority first', () => {
    const rig = graphRig({ quotas: 'real' });
    expect(until429(rig, 'DELETE', nobody, { 'x-ms-throttle-priority': 'Low' }).passed).toBe(2700);
    expect(rig.call('DELETE', nobody).status).toBe(404);
    expect(rig.call('DELETE', nobody, undefined, { headers: { 'x-ms-throttle-priority': 'high' } }).status).toBe(404);
  });

  it('name what a request cost, also on a refusal of the directory, and from 0.8 on sometimes the share used', () => {
    const rig = graphRig({ quotas: 'real' });
    expect(rig.call('GET', '/users').headers['x-ms-resource-unit']).toBe('2');
    expect(rig.call('GET', nobody).headers['x-ms-resource-unit']).toBe('1');
    const shares: (string | undefined)[] = [];
    for (let i = 0; i < 3000; i++) shares.push(rig.call('DELETE', nobody).headers['x-ms-throttle-limit-percentage']);
    expect(shares.slice(0, 2390).every((s) => s === undefined)).toBe(true);
    const told = shares.slice(2410).map((s) => s ?? '');
    expect(told.filter((s) => s === '').length).toBeGreaterThan(100);
    expect(told.filter((s) => s !== '').every((s) => Number(s) >= 0.8 && Number(s) <= 1.8)).toBe(true);
    for (let i = 0; i < 2500; i++) rig.call('DELETE', nobody);
    const late = [rig.call('GET', nobody), rig.call('GET', nobody)].map((a) => a.headers['x-ms-throttle-limit-percentage']);
    expect(late).toContain('1.80');
  });

  it('are met by the requests of a batch one by one, inside a 200', () => {
    const rig = graphRig({ quotas: 'real' });
    for (let i = 0; i < 149; i++) rig.batch(Array.from({ length: 20 }, (_, k) => ({ id: String(k), method: 'DELETE', url: nobody })));
    for (let i = 0; i < 5; i++) rig.call('DELETE', nobody);
    const answers = Object.values(rig.batch(Array.from({ length: 20 }, (_, k) => ({ id: String(k), method: 'DELETE', url: nobody }))));
    const refused = answers.filter((a) => a.status === 429);
    expect(refused).toHaveLength(5);
    // The longest wait is enough for all of them.
    const longest = Math.max(...refused.map((a) => Number(a.headers['Retry-After'])));
    rig.clock.advance(longest * 1000);
    expect(refused.map((a) => rig.call('DELETE', nobody, undefined, { headers: { 'client-request-id': a.id } }).status)).toEqual([404, 404, 404, 404, 404]);
    expect(new Set(refused.map((a) => (a.headers['Retry-After'] ?? '').includes('.')))).toEqual(new Set([true, false]));
  });

  it('charge and refuse nothing when they are off', () => {
    const rig = graphRig();
    for (let i = 0; i < 4000; i++) expect(rig.call('DELETE', nobody).status).toBe(404);
    expect([rig.limits.levels(), rig.limits.throttled, rig.call('GET', nobody).headers['x-ms-resource-unit']]).toEqual([[], 0, undefined]);
  });
});
