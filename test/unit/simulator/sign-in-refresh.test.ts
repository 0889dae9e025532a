import { expect, it } from 'vitest';
import { claims, desk, ids, refusal, stateFile, tenant, type Desk } from './sign-in-support.ts';

const DAY = 86_400_000;
const refresh = (d: Desk, text: unknown, more: Record<string, string> = {}) => d.token({ grant_type: 'refresh_token', client_id: ids.app, refresh_token: String(text), ...more });
const asAnn = async (d: Desk) => String((await d.signIn({ login_hint: 'ann@example.com' })).body['refresh_token']);

it('brings new tokens and a new refresh token, and leaves the old one valid', async () => {
  const d = await desk();
  const first = await asAnn(d);
  const { body } = await refresh(d, first);
  expect(body['refresh_token']).not.toBe(first);
  expect(claims(body['access_token'])).toMatchObject({ scp: 'User.Read.All', oid: ids.ann });
  expect((await refresh(d, first)).status).toBe(200);
  expect((await refresh(d, body['refresh_token'])).status).toBe(200);
});

it('is opaque, and worthless as an access token', async () => {
  const d = await desk();
  const text = await asAnn(d);
  expect(Buffer.from(text.slice(3), 'base64url').toString('latin1')).not.toContain(ids.ann);
  expect((await d.graph('GET', '/users', text)).status).toBe(401);
});

it('ends after 90 days without use', async () => {
  const d = await desk();
  const first = await asAnn(d);
  d.sim.advance(90 * DAY - 1000);
  const { body } = await refresh(d, first);
  d.sim.advance(1000);
  const late = await refresh(d, first);
  expect(refusal(late)).toEqual([400, 'invalid_grant', 700082]);
  expect(late.body).toMatchObject({ suberror: 'bad_token' });
  expect((await refresh(d, body['refresh_token'])).status).toBe(200);
});

it('works for its application only and not when tampered with', async () => {
  const d = await desk();
  const text = await asAnn(d);
  expect(refusal(await refresh(d, text, { client_id: d.sim.clientId }))).toEqual([400, 'invalid_grant', 70000]);
  expect(refusal(await refresh(d, `${text.slice(0, -4)}AAAA`))).toEqual([400, 'invalid_grant', 9002313]);
  expect(refusal(await refresh(d, 'garbage'))).toEqual([400, 'invalid_grant', 9002313]);
  expect(refusal(await refresh(d, ''))).toEqual([400, 'invalid_request', 900144]);
});

it('is revoked by a date after its sign-in', async () => {
  const soon = new Date(Date.now() + 3_600_000).toISOString();
  const d = await desk(tenant({ ann: { signInSessionsValidFromDateTime: soon } }));
  const back = await d.authorize({ login_hint: 'ann@example.com' });
  const answer = await d.token({ grant_type: 'authorization_code', client_id: ids.app, code: back.fields['code'] ?? '', redirect_uri: 'http://localhost:5000', code_verifier: 'x' });
  expect(answer.status).toBe(400);
  expect(refusal(await d.signIn({ login_hint: 'ann@example.com' }))).toEqual([400, 'invalid_grant', 50173]);
  d.sim.advance(3_600_001);
  expect((await refresh(d, await asAnn(d))).status).toBe(200);
});

it('meets the policies of the moment, with the claims that a new sign-in has to answer', async () => {
  const d = await desk();
  const text = await asAnn(d);
  const after = async (needs: Parameters<typeof d.sim.setPerson>[1]) => { d.sim.setPerson('ann@example.com', needs); return refresh(d, text); };
  const mfa = await after({ mfa: 'required' });
  expect([refusal(mfa), mfa.body['suberror']]).toEqual([[400, 'invalid_grant', 50076], 'basic_action']);
  expect(JSON.parse(String(mfa.body['claims']))).toHaveProperty('access_token.capolids');
  expect(refusal(await after({ mfa: 'not registered' }))).toEqual([400, 'invalid_grant', 50079]);
  const blocked = await after({ blocked: true });
  expect([refusal(blocked), blocked.body['suberror']]).toEqual([[400, 'invalid_grant', 53003], 'message_only']);
  d.sim.setPerson('ann@example.com', { mfa: 'required' });
  const strong = String((await d.signIn({ login_hint: 'ann@example.com' })).body['refresh_token']);
  const { body } = await refresh(d, strong);
  expect(claims(body['access_token'])['amr']).toEqual(['pwd', 'mfa']);
});

it('ends with the account', async () => {
  const d = await desk();
  const text = await asAnn(d);
  const token = (await d.app(d.sim.clientId, d.sim.clientSecret)).body['access_token'];
  expect((await d.graph('PATCH', `/users/${ids.ann}`, token, { accountEnabled: false })).status).toBe(204);
  expect(refusal(await refresh(d, text))).toEqual([400, 'invalid_grant', 50057]);
  expect((await d.graph('DELETE', `/users/${ids.ann}`, token)).status).toBe(204);
  expect(refusal(await refresh(d, text))).toEqual([400, 'invalid_grant', 50034]);
});

it('needs consent for what it adds', async () => {
  const d = await desk();
  const answer = await refresh(d, await asAnn(d), { scope: 'Group.Read.All' });
  expect([refusal(answer), answer.body['suberror']]).toEqual([[400, 'invalid_grant', 65001], 'consent_required']);
});

it('outlives a run with the state file', async () => {
  const file = stateFile();
  const first = await desk(tenant(), { stateFile: file });
  const text = await asAnn(first);
  await first.sim.save();
  const second = await desk(tenant(), { stateFile: file });
  expect((await refresh(second, text)).status).toBe(200);
});
