import { describe, expect, it } from 'vitest';
import { claims, desk, ids, nobody, pkce, refusal, shared, tenant } from './sign-in-support.ts';

const redeem = (code: string | undefined, more: Record<string, string> = {}) => ({ grant_type: 'authorization_code', client_id: ids.app, code: code ?? '', redirect_uri: 'http://localhost:5000', code_verifier: pkce.verifier, ...more });

describe('the authorize endpoint', () => {
  const same = shared();
  it.each([
    ['form_post', 200, 'http://localhost:5000'], ['query', 302, 'http://localhost:5000/?'], ['fragment', 302, 'http://localhost:5000/#'], [undefined, 302, 'http://localhost:5000/?'],
  ])('answers response_mode %s with code and state', async (mode, status, target) => {
    const back = await same().authorize({ response_mode: mode });
    expect(back).toMatchObject({ status, fields: { state: 'st&1' } });
    expect(back.target.startsWith(target)).toBe(true);
    expect(back.fields['code']).toMatch(/^1\.A/);
    expect(JSON.parse(Buffer.from(back.fields['client_info'] ?? '', 'base64url').toString('utf8'))).toEqual({ uid: ids.admin, utid: ids.tenant });
  });

  it.each([
    ['an unknown application', { client_id: nobody() }, 700016], ['no application', { client_id: undefined }, 900144], ['a redirect address that is not registered', { redirect_uri: 'http://localhost:5000/other' }, 50011],
    ['another host of the loopback', { redirect_uri: 'http://127.0.0.1:5000' }, 50011], ['no redirect address', { redirect_uri: undefined }, 900971], ['an unknown response_mode', { response_mode: 'smoke' }, 70007],
    ['a disabled account', { login_hint: 'off@example.com' }, 50057], ['an unknown account', { login_hint: 'nemo@example.com' }, 50034], ['an account of another organisation', { login_hint: 'nemo@other.example' }, 50020],
    ['an account of an unverified domain', { login_hint: 'nemo@claimed.example' }, 50020],
  ])('shows a page for %s and sends nothing to the application', async (_, query, code) => {
    const back = await same().authorize(query);
    expect([back.status, back.target]).toEqual([400, '']);
    expect(back.page).toContain(`AADSTS${code}: `);
  });

  it.each([
    ['a missing response_type', { response_type: undefined }, 'invalid_request', 900144], ['an implicit token', { response_type: 'token' }, 'unsupported_response_type', 70005], ['the hybrid flow', { response_type: 'code id_token' }, 'unsupported_response_type', 700054],
    ['a missing scope', { scope: undefined }, 'invalid_request', 900144], ['a malformed scope', { scope: 'https://graph.microsoft.com/' }, 'invalid_scope', 70011], ['a resource that is not there', { scope: 'https://nowhere.example/.default' }, 'invalid_resource', 500011],
    ['.default with other scopes', { scope: 'https://graph.microsoft.com/.default https://graph.microsoft.com/User.Read' }, 'invalid_scope', 70011], ['a permission that does not exist', { scope: 'User.Dance.All' }, 'invalid_client', 650053],
    ['an unknown prompt', { prompt: 'maybe' }, 'invalid_request', 90023], ['a challenge that is too short', { code_challenge: 'short' }, 'invalid_request', 50147], ['an unknown challenge method', { code_challenge_method: 'S512' }, 'invalid_request', 501491],
    ['prompt=none without a session', { prompt: 'none' }, 'login_required', 50058],
  ])('tells the application of %s', async (_, query, error, code) => {
    const back = await same().authorize({ response_mode: 'form_post', ...query });
    expect(back.fields).toMatchObject({ error, state: 'st&1', error_uri: `https://login.microsoftonline.com/error?code=${code}` });
    expect(back.fields['error_description']).toMatch(new RegExp(`^AADSTS${code}: .+ Trace ID: \\S+ Correlation ID: \\S+ Timestamp: \\d{4}-`));
    expect(back.fields['code']).toBeUndefined();
  });

  it('signs in silently from the session of the browser until it ends or policies change', async () => {
    const revoker = { application: { graph: ['User.RevokeSessions.All'], exchange: [] } };
    const sole = { appId: nobody(), displayName: 'Sole', secrets: [{ value: 'sole' }], requested: revoker, consented: revoker };
    const d = await desk(tenant({ apps: [sole] }));
    const { cookie } = await d.authorize({ login_hint: 'ann@example.com' });
    const silent = async (more: Record<string, string> = {}) => (await d.authorize({ prompt: 'none', ...more }, cookie)).fields;
    const code = (await silent())['code'];
    expect(claims((await d.token(redeem(code))).body['access_token'])).toMatchObject({ oid: ids.ann });
    expect(await silent({ login_hint: 'admin@example.com' })).toMatchObject({ error: 'login_required' });
    expect(await silent({ scope: 'Group.Read.All' })).toMatchObject({ error: 'consent_required', suberror: 'consent_required' });
    d.sim.setPerson('ann@example.com', { mfa: 'required' });
    expect(await silent()).toMatchObject({ error: 'interaction_required', suberror: 'basic_action' });
    expect((await silent())['error_description']).toContain('AADSTS50076');
    d.sim.setPerson('ann@example.com', {});
    d.sim.advance(24 * 3_600_000 + 1);
    expect(await silent()).toMatchObject({ error: 'login_required' });
    const anew = await d.authorize({ login_hint: 'ann@example.com' });
    expect((await d.authorize({ prompt: 'none' }, anew.cookie)).fields['code']).toBeDefined();
    d.sim.advance(1000);
    const app = (await d.app(sole.appId, 'sole')).body['access_token'];
    expect((await d.graph('POST', `/users/${ids.ann}/revokeSignInSessions`, app, {})).status).toBe(200);
    expect((await d.authorize({ prompt: 'none' }, anew.cookie)).fields).toMatchObject({ error: 'login_required' });
    expect((await d.authorize({ prompt: 'none' }, 'ESTSAUTH=1.Aforged')).fields).toMatchObject({ error: 'login_required' });
  });

  it('keeps to the person of the session unless prompt asks for another sign-in', async () => {
    const d = same();
    const { cookie } = await d.authorize({ login_hint: 'ann@example.com' });
    const who = async (prompt: string | undefined) => JSON.parse(Buffer.from((await d.authorize({ prompt }, cookie)).fields['client_info'] ?? '', 'base64url').toString('utf8')) as { uid: string };
    expect([(await who(undefined)).uid, (await who('login')).uid, (await who('select_account')).uid]).toEqual([ids.ann, ids.admin, ids.admin]);
  });
});

describe('the authorization code grant', () => {
  const same = shared();
  it('gives tokens of exactly the scopes asked for, with the nonce and a life between 60 and 90 minutes', async () => {
    const d = same();
    const { fields } = await d.authorize({ login_hint: 'ann@example.com', nonce: 'n1', scope: 'openid profile offline_access user.read.all' });
    const { status, body, headers } = await d.token(redeem(fields['code']));
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toContain('no-store');
    const access = claims(body['access_token']);
    expect(access).toMatchObject({ aud: 'https://graph.microsoft.com', scp: 'User.Read.All', upn: 'ann@example.com', oid: ids.ann, appid: ids.app, appidacr: '0', tid: ids.tenant });
    expect(Number(access['exp']) - Number(access['iat'])).toBe(body['expires_in']);
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'User.Read.All openid profile' });
    expect(claims(body['id_token'])).toMatchObject({ aud: ids.app, nonce: 'n1', preferred_username: 'ann@example.com', ver: '2.0' });
  });

  it('gives an id token and a refresh token only when asked to', async () => {
    const d = same();
    expect(Object.keys((await d.signIn({ scope: 'User.Read.All' })).body).toSorted()).toEqual(['access_token', 'client_info', 'expires_in', 'ext_expires_in', 'scope', 'token_type']);
  });

  it('takes a code once, for ten minutes, from its application and its redirect address', async () => {
    const d = await desk();
    const code = async () => (await d.authorize()).fields['code'];
    const used = await code();
    expect((await d.token(redeem(used))).status).toBe(200);
    expect(refusal(await d.token(redeem(used)))).toEqual([400, 'invalid_grant', 54005]);
    expect(refusal(await d.token(redeem(await code(), { redirect_uri: 'http://localhost:5001' })))).toEqual([401, 'invalid_client', 500112]);
    expect(refusal(await d.token(redeem(await code(), { client_id: d.sim.clientId })))).toEqual([400, 'invalid_grant', 70000]);
    expect(refusal(await d.token(redeem('1.Agarbage')))).toEqual([400, 'invalid_grant', 9002313]);
    expect(refusal(await d.token(redeem('')))).toEqual([400, 'invalid_request', 900144]);
    const late = await code();
    d.sim.advance(600_001);
    expect(refusal(await d.token(redeem(late)))).toEqual([400, 'invalid_grant', 70008]);
  });

  it('checks the verifier of PKCE, by S256 and plain', async () => {
    const d = same();
    const attempt = async (query: Record<string, string | undefined>, verifier: string) => refusal(await d.token(redeem((await d.authorize(query)).fields['code'], { code_verifier: verifier })));
    const wrong = [400, 'invalid_grant', 501481];
    expect(await attempt({}, 'x'.repeat(43))).toEqual(wrong);
    expect(await attempt({}, '')).toEqual(wrong);
    const plain = { code_challenge: 'p'.repeat(43), code_challenge_method: undefined };
    expect(await attempt(plain, 'p'.repeat(44))).toEqual(wrong);
    expect((await attempt(plain, 'p'.repeat(43)))[0]).toBe(200);
    expect((await attempt({ code_challenge: undefined, code_challenge_method: undefined }, ''))[0]).toBe(200);
  });

  it('asks a web application for its credential and refuses one of a native application', async () => {
    const d = same();
    const uri = 'https://web.example/back';
    const code = async () => (await d.authorize({ client_id: ids.web, redirect_uri: uri })).fields['code'];
    const web = { client_id: ids.web, redirect_uri: uri };
    expect(refusal(await d.token(redeem(await code(), web)))).toEqual([401, 'invalid_client', 7000218]);
    expect(refusal(await d.token(redeem(await code(), { ...web, client_secret: 'wrong' })))).toEqual([401, 'invalid_client', 7000215]);
    const done = await d.token(redeem(await code(), { ...web, client_secret: 'web-secret' }));
    expect(claims(done.body['access_token'])).toMatchObject({ appidacr: '1' });
    const refresh = { grant_type: 'refresh_token', client_id: ids.web, refresh_token: String(done.body['refresh_token']) };
    expect(refusal(await d.token(refresh))).toEqual([401, 'invalid_client', 7000218]);
    expect((await d.token({ ...refresh, client_secret: 'web-secret' })).status).toBe(200);
    expect(refusal(await d.token(redeem((await d.authorize()).fields['code'], { client_secret: 'native-secret' })))).toEqual([401, 'invalid_client', 700025]);
  });

  it('gives one resource at a time, though the person signs in for several', async () => {
    const d = await desk(tenant({ app: { consented: { delegated: { graph: ['User.Read.All'], exchange: ['Exchange.Manage'] } } } }));
    const both = 'offline_access User.Read.All https://outlook.office365.com/Exchange.Manage';
    const { fields } = await d.authorize({ scope: both });
    expect(refusal(await d.token(redeem(fields['code'], { scope: both })))).toEqual([400, 'invalid_scope', 700022]);
    const again = (await d.authorize({ scope: both })).fields['code'];
    const answer = await d.token(redeem(again, { scope: 'https://outlook.office365.com/Exchange.Manage' }));
    expect(claims(answer.body['access_token'])).toMatchObject({ aud: 'https://outlook.office365.com', scp: 'Exchange.Manage' });
    expect(answer.body['scope']).toBe('https://outlook.office365.com/Exchange.Manage');
  });
});
