import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SeedApp } from '../../../electron/simulator/index.ts';
import { newUser } from './support.ts';
import { claims, desk, ids, refusal, shared, stateFile, tenant, type Desk } from './sign-in-support.ts';

const BACK = { redirect_uri: 'http://localhost:5000' };
const consent = async (d: Desk, version: 1 | 2, query: Record<string, string>) => {
  const answer = await d.get(`${version === 1 ? '' : 'v2.0/'}adminconsent?${new URLSearchParams({ client_id: ids.app, ...BACK, state: 's1', ...query })}`);
  const location = answer.headers.get('location');
  return { ...answer, fields: location === null ? {} : Object.fromEntries(new URL(location).searchParams) };
};
const rolesOf = async (d: Desk) => claims((await d.app()).body['access_token'])['roles'];

describe('consent', () => {
  it('sends somebody who asks for a permission that only an administrator can grant back with 90094', async () => {
    const { fields } = await (await desk()).authorize({ login_hint: 'ann@example.com', scope: 'Group.Read.All' });
    expect(fields).toMatchObject({ error: 'consent_required', state: 'st&1' });
    expect(fields['error_description']).toContain('AADSTS90094');
  });

  it('is declined by an administrator unless the seed says otherwise, and counts for that person alone', async () => {
    const d = await desk();
    const ask = (hint: string) => d.authorize({ login_hint: hint, scope: 'Group.Read.All' });
    const { fields } = await ask('admin@example.com');
    expect(fields).toMatchObject({ error: 'access_denied', error_subcode: 'cancel' });
    expect(fields['error_description']).toContain('AADSTS65004');
    d.sim.setPerson('admin@example.com', { consent: 'accepts' });
    expect((await ask('admin@example.com')).fields['code']).toBeDefined();
    expect(claims((await d.signIn({ scope: 'Group.Read.All' })).body['access_token'])).toMatchObject({ scp: 'Group.Read.All' });
    expect((await ask('ann@example.com')).fields).toMatchObject({ error: 'consent_required' });
  });

  it('to read the own profile is everybody\'s to give, on the page that prompt=consent shows too', async () => {
    const d = await desk();
    expect((await d.signIn({ login_hint: 'ann@example.com', scope: 'User.Read' })).status).toBe(200);
    d.sim.setPerson('helpdesk@example.com', { consent: 'declines' });
    expect((await d.authorize({ login_hint: 'helpdesk@example.com', scope: 'User.Read' })).fields).toMatchObject({ error: 'access_denied' });
    expect((await d.authorize({ login_hint: 'helpdesk@example.com', prompt: 'consent' })).fields).toMatchObject({ error: 'access_denied' });
    expect((await d.authorize({ login_hint: 'ann@example.com', prompt: 'consent' })).fields['code']).toBeDefined();
  });

  it('missing altogether, .default is refused; for a resource that is not listed it never works', async () => {
    const d = await desk(tenant({ app: { consented: {} } }));
    expect((await d.authorize({ scope: 'https://graph.microsoft.com/.default' })).fields).toMatchObject({ error: 'access_denied' });
    expect((await d.authorize({ scope: 'https://outlook.office365.com/.default' })).fields['error_description']).toContain('AADSTS650057');
    const some = await desk();
    expect(claims((await some.signIn({ scope: 'https://graph.microsoft.com/.default' })).body['access_token'])).toMatchObject({ scp: 'User.Read.All' });
  });

  it('missing, an application still gets a token, without roles, and Graph answers 403', async () => {
    const d = await desk(tenant({ app: { consented: {} } }));
    const token = (await d.app()).body['access_token'];
    expect(claims(token)).not.toHaveProperty('roles');
    const answer = await d.graph('GET', '/users', token);
    expect([answer.status, answer.body['error']]).toMatchObject([403, { code: 'Authorization_RequestDenied', message: 'Insufficient privileges to complete the operation.' }]);
  });
});

describe('admin consent', () => {
  it('of the older endpoint grants everything that the registration lists from then on', async () => {
    const d = await desk();
    expect(await rolesOf(d)).toEqual(['User.Read.All']);
    const { status, fields } = await consent(d, 1, {});
    expect([status, fields]).toEqual([302, { admin_consent: 'True', tenant: ids.tenant, state: 's1' }]);
    expect(await rolesOf(d)).toEqual(['User.Read.All', 'Group.Read.All']);
    expect(claims((await d.signIn({ login_hint: 'ann@example.com', scope: 'Group.Read.All' })).body['access_token'])).toMatchObject({ scp: 'Group.Read.All' });
  });

  it('of v2.0 grants the delegated permissions of scope, or with .default the whole list', async () => {
    const d = await desk();
    const scope = 'https://graph.microsoft.com/Group.Read.All';
    expect((await consent(d, 2, { scope })).fields).toEqual({ admin_consent: 'True', tenant: ids.tenant, scope, state: 's1' });
    expect((await d.signIn({ login_hint: 'ann@example.com', scope: 'Group.Read.All' })).status).toBe(200);
    expect(await rolesOf(d)).toEqual(['User.Read.All']);
    await consent(d, 2, { scope: 'https://graph.microsoft.com/.default' });
    expect(await rolesOf(d)).toEqual(['User.Read.All', 'Group.Read.All']);
    expect((await consent(d, 2, {})).text).toContain('AADSTS900144');
    expect((await consent(d, 2, { scope: 'User.Dance.All' })).text).toContain('AADSTS650053');
  });

  it('is refused to everybody but administrators who may, to unknown redirect addresses, and sent back when declined', async () => {
    const d = await desk();
    for (const hint of ['ann@example.com', 'helpdesk@example.com']) expect((await consent(d, 1, { login_hint: hint })).text).toContain('AADSTS90094');
    expect((await consent(d, 1, { redirect_uri: 'https://evil.example' })).text).toContain('AADSTS50011');
    expect((await consent(d, 1, { client_id: 'ca05e0a1-0000-4000-8000-000000000000' })).text).toContain('AADSTS700016');
    for (const [needs, code] of [[{ blocked: true }, 53003], [{ passwordExpired: true }, 50055], [{ mfa: 'not registered' }, 50079]] as const) {
      d.sim.setPerson('admin@example.com', needs);
      expect((await consent(d, 1, {})).text).toContain(`AADSTS${code}`);
    }
    d.sim.setPerson('admin@example.com', { consent: 'declines' });
    expect((await consent(d, 1, {})).fields).toEqual({ error: 'permission_denied', error_description: 'The admin canceled the request', state: 's1' });
    const second = (await consent(d, 2, { scope: 'https://graph.microsoft.com/.default' })).fields;
    expect(second).toMatchObject({ admin_consent: 'True', error: 'consent_required', state: 's1' });
    expect(second['error_description']).toContain('AADSTS65004');
    expect(await rolesOf(d)).toEqual(['User.Read.All']);
  });

  it('stays in the state file, and secrets of the default applications do not move there', async () => {
    const file = stateFile();
    const first = await desk(tenant({ people: { 'ann@example.com': { blocked: true } } }), { stateFile: file });
    await consent(first, 1, {});
    await first.sim.save();
    const second = await desk(tenant(), { stateFile: file });
    expect(await rolesOf(second)).toEqual(['User.Read.All', 'Group.Read.All']);
    expect((await second.authorize({ login_hint: 'ann@example.com' })).page).toContain('AADSTS53003');
    expect((await second.app(second.sim.clientId, first.sim.clientSecret)).status).toBe(200);
    const { content } = JSON.parse(readFileSync(file, 'utf8')) as { content: { apps: { appId: string }[] } };
    expect(content.apps.map((app) => app.appId)).toEqual([ids.app, ids.web]);
  });
});

describe('who may use an application', () => {
  it('is whoever is assigned, directly or through a group, when assignment is required', async () => {
    const d = await desk(tenant({ app: { assignmentRequired: true, assigned: [ids.group, ids.helpdesk] } }));
    expect((await d.signIn({ login_hint: 'ann@example.com' })).status).toBe(200);
    expect((await d.signIn({ login_hint: 'helpdesk@example.com' })).status).toBe(200);
    expect((await d.authorize({ login_hint: 'admin@example.com' })).page).toContain('AADSTS50105');
  });

  it.each([
    ['a policy blocks', { blocked: true }, 53003], ['who has no second factor', { mfa: 'not registered' }, 50079], ['whose password has expired', { passwordExpired: true }, 50055],
  ] as const)('is not somebody whom %s', async (_, needs, code) => {
    const d = await desk(tenant({ people: { 'ann@example.com': needs } }));
    expect((await d.authorize({ login_hint: 'ann@example.com' })).page).toContain(`AADSTS${code}`);
  });
});

it('has the two default applications with everything they ask for', async () => {
  const d = await desk();
  expect(claims((await d.app(d.sim.clientId, d.sim.clientSecret)).body['access_token'])['roles']).toContain('User.ReadWrite.All');
  expect(claims((await d.app(d.sim.clientIdReadOnly, d.sim.clientSecretReadOnly)).body['access_token'])['roles']).not.toContain('User.ReadWrite.All');
  const replaced = await desk(tenant({ apps: [{ appId: d.sim.clientId, displayName: 'Causeway', consented: { application: { graph: ['Domain.Read.All'] } } }] }));
  expect(claims((await replaced.app(replaced.sim.clientId, replaced.sim.clientSecret)).body['access_token'])['roles']).toEqual(['Domain.Read.All']);
});

describe('permissions', () => {
  const names = ['User.Read.All', 'User.ReadWrite.All', 'User.DeleteRestore.All', 'Group.Read.All', 'Group.ReadWrite.All', 'GroupMember.Read.All', 'GroupMember.ReadWrite.All', 'OrgContact.Read.All', 'Organization.Read.All', 'Domain.Read.All', 'Directory.Read.All', 'RoleManagement.Read.Directory', 'LicenseAssignment.Read.All', 'LicenseAssignment.ReadWrite.All'];
  const appIdOf = (name: string): string => `dddddddd-0000-4000-8000-${String(names.indexOf(name)).padStart(12, '0')}`;
  const single = names.map((name): SeedApp => ({ appId: appIdOf(name), displayName: name, secrets: [{ value: 's' }], consented: { application: { graph: [name] } } }));
  const roleId = 'bbbbbbbb-0000-4000-8000-0000000000f1';
  const group = { displayName: 'New', mailEnabled: false, mailNickname: 'new', securityEnabled: true };

  const same = shared({
    ...tenant({ apps: single }), deletedUsers: [{ id: 'bbbbbbbb-0000-4000-8000-0000000000de', properties: { displayName: 'Gone', mailNickname: 'gone', userPrincipalName: 'gone@example.com', accountEnabled: true } }],
  });

  it.each([
    ['reading users', 'GET', '/users?$top=1', undefined, 'User.Read.All', ['Group.Read.All', 'Organization.Read.All', 'User.DeleteRestore.All']],
    ['creating users', 'POST', '/users', newUser('made'), 'User.ReadWrite.All', ['User.Read.All', 'Group.ReadWrite.All', 'User.DeleteRestore.All']],
    ['updating users', 'PATCH', `/users/${ids.ann}`, { city: 'Oslo' }, 'User.ReadWrite.All', ['User.Read.All', 'Group.ReadWrite.All', 'Directory.Read.All']],
    ['setting managers', 'PUT', `/users/${ids.ann}/manager/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/users/${ids.admin}` }, 'User.ReadWrite.All', ['User.Read.All', 'GroupMember.ReadWrite.All']],
    ['deleting users', 'DELETE', `/users/${ids.off}`, undefined, 'User.DeleteRestore.All', ['User.Read.All', 'Group.ReadWrite.All']],
    ['reading groups', 'GET', '/groups?$top=1', undefined, 'Group.Read.All', ['User.ReadWrite.All', 'OrgContact.Read.All']],
    ['creating groups', 'POST', '/groups', group, 'Group.ReadWrite.All', ['Group.Read.All', 'User.ReadWrite.All', 'GroupMember.ReadWrite.All']],
    ['updating groups', 'PATCH', `/groups/${ids.group}`, { description: 'x' }, 'Group.ReadWrite.All', ['Group.Read.All', 'GroupMember.ReadWrite.All']],
    ['reading members', 'GET', `/groups/${ids.group}/members`, undefined, 'GroupMember.Read.All', ['User.ReadWrite.All', 'Domain.Read.All']],
    ['adding members', 'POST', `/groups/${ids.group}/members/$ref`, { '@odata.id': `https://graph.microsoft.com/v1.0/directoryObjects/${ids.helpdesk}` }, 'GroupMember.ReadWrite.All', ['GroupMember.Read.All', 'Group.Read.All', 'User.ReadWrite.All']],
    ['reading contacts', 'GET', '/contacts', undefined, 'OrgContact.Read.All', ['User.Read.All', 'Group.Read.All']],
    ['reading the organisation', 'GET', '/organization', undefined, 'Organization.Read.All', ['User.Read.All', 'Domain.Read.All']],
    ['reading domains', 'GET', '/domains', undefined, 'Domain.Read.All', ['Organization.Read.All', 'User.Read.All']],
    ['reading licences', 'GET', '/subscribedSkus', undefined, 'LicenseAssignment.Read.All', ['User.Read.All', 'Domain.Read.All']],
    ['reading roles', 'GET', '/directoryRoles', undefined, 'RoleManagement.Read.Directory', ['User.Read.All', 'Group.Read.All']],
    ['reading role members', 'GET', `/directoryRoles/${roleId}/members`, undefined, 'RoleManagement.Read.Directory', ['User.Read.All', 'Group.Read.All']],
    ['reading deleted users', 'GET', '/directory/deletedItems/microsoft.graph.user', undefined, 'User.Read.All', ['Group.Read.All', 'Domain.Read.All']],
    ['restoring users', 'POST', '/directory/deletedItems/bbbbbbbb-0000-4000-8000-0000000000de/restore', undefined, 'User.DeleteRestore.All', ['User.Read.All', 'Group.ReadWrite.All']],
    ['deleting groups', 'DELETE', `/groups/${ids.group}`, undefined, 'Group.ReadWrite.All', ['GroupMember.ReadWrite.All', 'User.DeleteRestore.All']],
  ] as const)('for %s: %s %s', async (_, method, end, body, enough, lacking) => {
    const d = same();
    const as = async (name: string) => d.graph(method, end, (await d.app(appIdOf(name), 's')).body['access_token'], body);
    for (const name of lacking) {
      const answer = await as(name);
      expect([name, answer.status, answer.body['error']]).toMatchObject([name, 403, { code: 'Authorization_RequestDenied' }]);
    }
    expect((await as(enough)).status).toBeLessThan(300);
  });

  it('for assigning licences', async () => {
    const skuId = '05e9a617-0261-4cee-bb44-138d3ef5d965';
    const d = await desk({ ...tenant({ apps: single, ann: { usageLocation: 'NO' } }), skus: [{ skuId, skuPartNumber: 'SPE_E3', enabled: 5 }] });
    const as = async (name: string) => (await d.graph('POST', `/users/${ids.ann}/assignLicense`, (await d.app(appIdOf(name), 's')).body['access_token'], { addLicenses: [{ skuId, disabledPlans: [] }], removeLicenses: [] })).status;
    expect([await as('LicenseAssignment.Read.All'), await as('Group.ReadWrite.All'), await as('LicenseAssignment.ReadWrite.All')]).toEqual([403, 403, 200]);
  });

  it('delegated to an application do not give a person rights that the person has not', async () => {
    const all = { application: { graph: [] }, delegated: { graph: ['User.ReadWrite.All', 'User.Read.All'] } };
    const d = await desk(tenant({ app: { requested: all, consented: all } }));
    const write = async (hint: string, scope: string) => (await d.graph('PATCH', `/users/${ids.ann}`, (await d.signIn({ login_hint: hint, scope })).body['access_token'], { city: 'Oslo' })).status;
    expect([await write('ann@example.com', 'User.ReadWrite.All'), await write('admin@example.com', 'User.Read.All'), await write('admin@example.com', 'User.ReadWrite.All')]).toEqual([403, 403, 204]);
  });
});

describe('tokens that are not for Graph', () => {
  it('are refused: another audience, another tenant, tampered with, expired, id and refresh tokens', async () => {
    const both = { application: { graph: ['User.Read.All'], exchange: ['Exchange.ManageAsApp'] }, delegated: { graph: ['User.Read.All'] } };
    const d = await desk(tenant({ app: { requested: both, consented: both } }));
    const other = await desk({ ...tenant(), tenant: { id: 'cccccccc-0000-4000-8000-000000000001', displayName: 'Other', domains: [{ name: 'other.onmicrosoft.com', isInitial: true }] } });
    const status = async (token: unknown) => { const answer = await d.graph('GET', '/users', token); return [answer.status, answer.body['error']]; };
    const refused = (message: string) => [401, { code: 'InvalidAuthenticationToken', message }];
    const good = String((await d.app()).body['access_token']);
    expect((await status(good))[0]).toBe(200);
    expect(await status((await d.app(ids.app, 'native-secret', 'https://outlook.office365.com/.default')).body['access_token'])).toMatchObject(refused('Access token validation failure. Invalid audience.'));
    expect(await status((await other.app()).body['access_token'])).toMatchObject([401, { code: 'InvalidAuthenticationToken' }]);
    const [head = '', payload = '', signature = ''] = good.split('.');
    const more = Buffer.from(JSON.stringify({ ...claims(good), roles: ['User.ReadWrite.All'] })).toString('base64url');
    expect(await status(`${head}.${more}.${signature}`)).toMatchObject([401, { code: 'InvalidAuthenticationToken' }]);
    expect(await status(`${good}!`)).toMatchObject([401, { code: 'InvalidAuthenticationToken' }]);
    expect(await status(`${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.${signature}`)).toMatchObject([401, { code: 'InvalidAuthenticationToken' }]);
    const person = (await d.signIn()).body;
    expect((await status(person['id_token']))[0]).toBe(401);
    expect((await status(person['refresh_token']))[0]).toBe(401);
    d.sim.advance(5_400_000);
    expect(await status(good)).toMatchObject(refused('Lifetime validation failed, the token is expired.'));
  });
});

it('names what is wrong with consent when a token is asked for without a person', async () => {
  const d = await desk();
  const text = String((await d.signIn()).body['refresh_token']);
  expect(refusal(await d.token({ grant_type: 'refresh_token', client_id: ids.app, refresh_token: text, scope: 'https://outlook.office365.com/.default' }))).toEqual([400, 'invalid_resource', 650057]);
});
