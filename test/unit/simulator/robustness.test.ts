import fc from 'fast-check';
import { expect, it } from 'vitest';
import { graphRig } from './graph-rig.ts';
import { newUser, odd } from './support.ts';

const segment = fc.constantFrom('users', 'groups', 'contacts', 'directory', 'deletedItems', 'microsoft.graph.user', 'directoryObjects', 'getByIds', 'directoryRoles', 'organization', 'domains', 'subscribedSkus', 'members', 'owners',
  'manager', '$ref', '$count', 'restore', 'transitiveMembers', 'memberOf', 'assignLicense', 'delta', 'me', 'roleManagement', 'admin@example.com', 'aaaaaaaa-0000-4000-8000-00000000000a', 'aaaaaaaa-0000-4000-8000-0000000000d1', '%', '..', 'ü', ' ');
const option = fc.tuple(fc.constantFrom('$top', '$filter', '$select', '$expand', '$orderby', '$skiptoken', '$count', '$search', '$x', 'x'), fc.oneof(fc.string({ maxLength: 12 }), fc.constantFrom('5', 'id', "displayName eq 'x'", "proxyAddresses/any(p:p eq 'x')", 'manager($select=id)', 'true', 'displayName desc', "id in ('a')", "not (mail eq null)")));
const name = fc.constantFrom('displayName', 'mail', 'userPrincipalName', 'mailNickname', 'accountEnabled', 'passwordProfile', 'businessPhones', 'onPremisesExtensionAttributes', 'members@odata.bind', 'owners@odata.bind', '@odata.id', 'ids', 'types', 'groupTypes', 'mailEnabled', 'securityEnabled', 'requests', 'addLicenses', '__proto__');
const value = fc.oneof({ weight: 1, arbitrary: fc.jsonValue() }, { weight: 2, arbitrary: fc.constantFrom('https://graph.microsoft.com/v1.0/users/aaaaaaaa-0000-4000-8000-00000000000a', 'a@example.com', ['Unified'], ['https://graph.microsoft.com/v1.0/users/aaaaaaaa-0000-4000-8000-00000000000a'], { password: 'Long-enough-7' }) });
const body = fc.option(fc.oneof(fc.jsonValue(), fc.dictionary(name, value), fc.dictionary(name, value).map((d) => ({ ...newUser('x'), ...d })), fc.dictionary(name, value, { maxKeys: 2 }).map((d) => ({ displayName: 'g', mailEnabled: false, mailNickname: 'g', securityEnabled: true, ...d }))), { nil: undefined });

// Without HTTP: what the way there can do to a request is the matter of robustness-malformed.test.ts.
it('answers whatever comes with a success or an error envelope, never with a failure of its own', () => {
  const { call, defects } = graphRig({ seed: odd });
  fc.assert(fc.property(fc.constantFrom('GET', 'POST', 'PATCH', 'PUT', 'DELETE'), fc.oneof(fc.array(segment, { maxLength: 5 }), fc.constantFrom(['users'], ['groups'], ['groups', 'aaaaaaaa-0000-4000-8000-0000000000d3'], ['users', 'admin@example.com'])).map((s) => [...s]), fc.array(option, { maxLength: 3 }), body, (method, segments, options, content) => {
    const query = options.map(([n, v]) => `${n}=${encodeURIComponent(v)}`).join('&');
    const path = `/${segments.map((s) => (s === '%' ? s : encodeURIComponent(s))).join('/')}${query ? `?${query}` : ''}`;
    const reply = call(method, path, method === 'GET' ? undefined : content);
    expect(defects).toEqual([]);
    expect(reply.status === 200 || reply.status === 201 || reply.status === 204 || typeof reply.body.error?.code === 'string').toBe(true);
    expect(reply.status).not.toBe(500);
  }), { numRuns: 3000 });
});

it.each([
  ['POST', '/groups', { displayName: 'g', mailEnabled: false, mailNickname: 'g', securityEnabled: true }],
  ['PATCH', '/groups/aaaaaaaa-0000-4000-8000-0000000000d3', {}],
  ['POST', '/users', newUser('x')],
  ['PATCH', '/users/admin@example.com', {}],
] as const)('answers %s %s with any property', (method, path, base) => {
  const { call, defects } = graphRig({ seed: odd });
  fc.assert(fc.property(fc.dictionary(name, value, { minKeys: 1, maxKeys: 2 }), (change) => {
    const reply = call(method, path, { ...base, ...change });
    expect(defects).toEqual([]);
    expect([201, 204, 400, 403, 404]).toContain(reply.status);
  }), { numRuns: 1000 });
});
