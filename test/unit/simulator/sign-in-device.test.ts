import { expect, it } from 'vitest';
import { claims, desk, ids, refusal, tenant, type Desk } from './sign-in-support.ts';

const URN = 'urn:ietf:params:oauth:grant-type:device_code';
const start = async (d: Desk, clientId: string = ids.app, scope = 'offline_access User.Read.All') => (await d.post('oauth2/v2.0/devicecode', { client_id: clientId, scope })).body;
const poll = (d: Desk, code: unknown, grant = URN, clientId: string = ids.app) => d.token({ grant_type: grant, client_id: clientId, device_code: String(code) });
const PENDING = [400, 'authorization_pending', 70016];

it('hands out a code for 15 minutes with the page and the interval', async () => {
  const d = await desk();
  const body = await start(d);
  expect(body).toMatchObject({ verification_uri: 'https://microsoft.com/devicelogin', expires_in: 900, interval: 5 });
  expect(body['message']).toContain(`enter the code ${String(body['user_code'])} to authenticate`);
  expect(refusal(await d.post('oauth2/v2.0/devicecode', { client_id: ids.app }))).toEqual([400, 'invalid_request', 900144]);
  expect(refusal(await d.post('oauth2/v2.0/devicecode', { scope: 'User.Read' }))).toEqual([400, 'invalid_request', 900144]);
});

it.each([URN, 'device_code'])('is pending at the first poll and gives tokens at the second, with grant %s', async (grant) => {
  const d = await desk();
  const { device_code: code } = await start(d);
  expect(refusal(await poll(d, code, grant))).toEqual(PENDING);
  d.sim.advance(5000);
  const answer = await poll(d, code, grant);
  expect(claims(answer.body['access_token'])).toMatchObject({ scp: 'User.Read.All', oid: ids.admin });
  expect(answer.body['refresh_token']).toMatch(/^1\.A/);
  expect(refusal(await poll(d, code, grant))).toEqual([400, 'bad_verification_code', 70018]);
});

it('tells a device to slow down that polls faster than the interval', async () => {
  const d = await desk();
  const { device_code: code } = await start(d);
  await poll(d, code);
  d.sim.advance(2000);
  expect(refusal(await poll(d, code))).toEqual([400, 'slow_down', 70016]);
  d.sim.advance(5000);
  expect((await poll(d, code)).status).toBe(200);
});

it('lets a person sign in or decline on the page, once', async () => {
  const d = await desk();
  const enter = (otc: unknown, more: Record<string, string>) => d.post('/devicelogin', { otc: String(otc), ...more });
  const first = await start(d);
  expect((await d.get('/devicelogin')).text).toContain('name="otc"');
  expect((await enter(String(first['user_code']).toLowerCase(), { login: 'ann@example.com', decision: 'continue' })).status).toBe(200);
  expect((await enter(first['user_code'], { decision: 'cancel' })).text).toContain('AADSTS90120');
  expect(claims((await poll(d, first['device_code'])).body['access_token'])).toMatchObject({ upn: 'ann@example.com' });
  const second = await start(d);
  expect((await enter(second['user_code'], { decision: 'cancel' })).text).toContain('declined');
  expect(refusal(await poll(d, second['device_code']))).toEqual([400, 'authorization_declined', 65004]);
  expect((await enter('NONESUCH', {})).text).toContain('AADSTS70018');
  expect((await enter('', {})).text).toContain('AADSTS90119');
  const third = await start(d);
  d.sim.advance(900_001);
  expect((await enter(third['user_code'], { decision: 'continue' })).text).toContain('AADSTS70019');
});

it('expires, and knows only codes of the same application', async () => {
  const d = await desk();
  const { device_code: code } = await start(d);
  expect(refusal(await poll(d, code, URN, d.sim.clientId))).toEqual([400, 'bad_verification_code', 70018]);
  expect(refusal(await poll(d, 'garbage'))).toEqual([400, 'bad_verification_code', 70018]);
  expect(refusal(await poll(d, ''))).toEqual([400, 'invalid_request', 900144]);
  d.sim.advance(900_001);
  expect(refusal(await poll(d, code))).toEqual([400, 'expired_token', 70020]);
});

it('stays pending when the browser shows the person a refusal, and is declined when consent is', async () => {
  const d = await desk(tenant({ people: { [ids.admin]: { blocked: true } } }));
  const blocked = await start(d);
  await poll(d, blocked['device_code']);
  d.sim.advance(5000);
  expect(refusal(await poll(d, blocked['device_code']))).toEqual(PENDING);
  expect((await d.post('/devicelogin', { otc: String(blocked['user_code']), decision: 'continue' })).text).toContain('AADSTS53003');
  d.sim.setPerson(ids.admin, {});
  // Somebody has been at the page: nobody is played in their place.
  d.sim.advance(5000);
  expect(refusal(await poll(d, blocked['device_code']))).toEqual(PENDING);
  const wanting = await start(d, ids.app, 'Group.Read.All');
  await poll(d, wanting['device_code']);
  d.sim.advance(5000);
  expect(refusal(await poll(d, wanting['device_code']))).toEqual([400, 'authorization_declined', 65004]);
});

it('is refused to an application that does not allow public clients', async () => {
  const d = await desk(tenant({ app: { allowPublicClient: false } }));
  const { device_code: code } = await start(d);
  expect(refusal(await poll(d, code))).toEqual([401, 'invalid_client', 7000218]);
});
