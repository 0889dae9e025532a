import { expect, it } from 'vitest';
import { desk, ids, refusal, tenant, type Desk } from './sign-in-support.ts';

const NAMES = ['User.ReadWrite.All', 'User-PasswordProfile.ReadWrite.All', 'User.RevokeSessions.All'];
const ADMINISTRATION = 'bbbbbbbb-0000-4000-8000-0000000000a9';
const permissions = { application: { graph: NAMES, exchange: [] }, delegated: { graph: [], exchange: [] } };
const seed = () => tenant({ apps: [{ appId: ADMINISTRATION, displayName: 'Administration', secrets: [{ value: 'administration' }], requested: permissions, consented: permissions }] });
const refresh = (d: Desk, text: unknown) => d.token({ grant_type: 'refresh_token', client_id: ids.app, refresh_token: String(text) });
const asAnn = async (d: Desk) => (await d.signIn({ login_hint: 'ann@example.com' })).body['refresh_token'];

it.each([
  ['revokeSignInSessions', 'POST', `/users/${ids.ann}/revokeSignInSessions`, undefined],
  ['a new password', 'PATCH', `/users/${ids.ann}`, { passwordProfile: { password: 'Another-good-1' } }],
])('%s ends the refresh tokens of before, also of the same second, and none of after', async (_, method, path, body) => {
  const d = await desk(seed());
  const token = (await d.app(ADMINISTRATION, 'administration')).body['access_token'];
  const before = await asAnn(d);
  expect((await refresh(d, before)).status).toBe(200);
  d.sim.advance(1);
  expect((await d.graph(method, path, token, body)).status).toBeLessThan(300);
  expect(refusal(await refresh(d, before))).toEqual([400, 'invalid_grant', 50173]);
  expect((await refresh(d, await asAnn(d))).status).toBe(200);
});

it('stays valid when only the next sign-in has to choose another password', async () => {
  const d = await desk(seed());
  const token = (await d.app(ADMINISTRATION, 'administration')).body['access_token'];
  const before = await asAnn(d);
  d.sim.advance(5000);
  expect((await d.graph('PATCH', `/users/${ids.ann}`, token, { passwordProfile: { forceChangePasswordNextSignIn: true } })).status).toBe(204);
  expect((await refresh(d, before)).status).toBe(200);
});
