import { execFileSync } from 'node:child_process';
import { constants, createHash, generateKeyPairSync, sign, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { claims, desk, ids, nobody, refusal, shared, tenant } from './sign-in-support.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'sign-in-'));
execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${folder}/key`, '-out', `${folder}/crt`, '-days', '2', '-subj', '/CN=clients'], { stdio: 'ignore' });
const certificate = readFileSync(`${folder}/crt`, 'utf8');
const privateKey = readFileSync(`${folder}/key`, 'utf8');
afterAll(() => { rmSync(folder, { recursive: true }); });

const same = shared();
const SCOPE = 'https://graph.microsoft.com/.default';
const thumbprint = (algorithm: 'sha1' | 'sha256') => createHash(algorithm).update(new X509Certificate(certificate).raw).digest('base64url');

describe('client secrets', () => {
  it('give a token with exactly the consented application permissions and no refresh token', async () => {
    const { body } = await same().app();
    expect(Object.keys(body).toSorted()).toEqual(['access_token', 'expires_in', 'ext_expires_in', 'token_type']);
    expect(claims(body['access_token'])).toMatchObject({ roles: ['User.Read.All'], idtyp: 'app', appidacr: '1', iss: `https://sts.windows.net/${ids.tenant}/` });
  });

  it('lives between 60 and 90 minutes at random, as expires_in says', async () => {
    const d = same();
    const lives = new Set<number>();
    for (let i = 0; i < 8; i++) {
      const { body } = await d.app();
      const { exp, iat } = claims(body['access_token']);
      expect(Number(exp) - Number(iat)).toBe(body['expires_in']);
      expect(body['expires_in']).toBeGreaterThanOrEqual(3599);
      expect(body['expires_in']).toBeLessThanOrEqual(5400);
      lives.add(Number(body['expires_in']));
    }
    expect(lives.size).toBeGreaterThan(1);
  });

  it('are refused when wrong, and told apart from expired ones', async () => {
    const hour = 3_600_000;
    const d = await desk(tenant({ app: { secrets: [{ value: 'old', expires: new Date(Date.now() - hour).toISOString() }, { value: 'new', expires: new Date(Date.now() + hour).toISOString() }] } }));
    expect(refusal(await d.app(ids.app, 'guess'))).toEqual([401, 'invalid_client', 7000215]);
    expect(refusal(await d.app(ids.app, 'old'))).toEqual([401, 'invalid_client', 7000222]);
    expect((await d.app(ids.app, 'new')).status).toBe(200);
    d.sim.advance(hour);
    expect(refusal(await d.app(ids.app, 'new'))).toEqual([401, 'invalid_client', 7000222]);
    expect(refusal(await d.app(ids.app, 'guess'))).toEqual([401, 'invalid_client', 7000222]);
  });

  it('may come in the Authorization header, and are needed', async () => {
    const d = same();
    const form = { grant_type: 'client_credentials', scope: SCOPE };
    const basic = (secret: string) => ({ authorization: `Basic ${Buffer.from(`${ids.app}:${encodeURIComponent(secret)}`).toString('base64')}` });
    expect((await d.token(form, basic('native-secret'))).status).toBe(200);
    expect(refusal(await d.token(form, basic('wrong')))).toEqual([401, 'invalid_client', 7000215]);
    expect(refusal(await d.token({ ...form, client_id: ids.app }))).toEqual([401, 'invalid_client', 7000218]);
  });

  it('never stand in the log or an answer', async () => {
    const lines: string[] = [];
    const d = await desk(tenant(), { log: (line) => lines.push(line) });
    const answers = [await d.app(), await d.app(ids.app, 'wrong-secret'), await d.signIn()];
    const refresh = String(answers[2]?.body['refresh_token']);
    await d.token({ grant_type: 'refresh_token', client_id: ids.app, refresh_token: refresh });
    expect(lines.length).toBeGreaterThan(3);
    const said = lines.join('\n') + answers.slice(0, 2).map((a) => a.text).join('\n') + JSON.stringify(d.sim.state());
    for (const secret of ['native-secret', 'wrong-secret', refresh, String(answers[0]?.body['access_token'])]) expect(lines.join('\n') + JSON.stringify(d.sim.state())).not.toContain(secret);
    expect(said).not.toContain('wrong-secret');
  });
});

describe('client assertions', () => {
  interface Assertion { readonly header?: object; readonly claims?: Record<string, unknown>; readonly key?: string; readonly alg?: string }
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const assertion = ({ header, claims: more, key = privateKey, alg = 'PS256' }: Assertion, audience: string): string => {
    const now = Math.floor(Date.now() / 1000);
    const signed = `${encode({ alg, typ: 'JWT', ...header ?? { 'x5t#S256': thumbprint('sha256') } })}.${encode({ aud: audience, iss: ids.app, sub: ids.app, jti: nobody(), nbf: now, exp: now + 600, ...more })}`;
    const padding = alg === 'RS256' ? constants.RSA_PKCS1_PADDING : constants.RSA_PKCS1_PSS_PADDING;
    return `${signed}.${sign('sha256', Buffer.from(signed), { key, padding, ...(alg === 'RS256' ? {} : { saltLength: 32 }) }).toString('base64url')}`;
  };
  const certified = shared(tenant({ app: { certificates: [certificate] } }));
  const attempt = async (what: Assertion | string, more: Record<string, string> = {}) => {
    const d = certified();
    const text = typeof what === 'string' ? what : assertion(what, `${d.sim.url}/${ids.tenant}/oauth2/v2.0/token`);
    return d.token({ grant_type: 'client_credentials', client_id: ids.app, scope: SCOPE, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: text, ...more });
  };

  it.each([
    ['PS256 and x5t#S256', {}], ['RS256 and x5t', { alg: 'RS256', header: { x5t: thumbprint('sha1') } }], ['PS256 and x5t', { header: { x5t: thumbprint('sha1') } }], ['an expiry within the five minutes of skew', { claims: { exp: Math.floor(Date.now() / 1000) - 200 } }],
  ])('are taken with %s', async (_, what) => {
    expect(claims((await attempt(what)).body['access_token'])).toMatchObject({ appidacr: '2' });
  });

  const soon = Math.floor(Date.now() / 1000);
  it.each([
    ['a certificate that is not registered', { header: { 'x5t#S256': 'AAAA' } }, 700027], ['the key of somebody else', { key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() }, 700027],
    ['no algorithm', { alg: 'none' }, 50027], ['the other padding', { header: { 'x5t#S256': thumbprint('sha256'), alg: 'RS256' } }, 700027],
    ['another issuer', { claims: { iss: nobody() } }, 700021], ['another subject', { claims: { sub: nobody() } }, 50048], ['another audience', { claims: { aud: 'https://login.microsoftonline.com/common/oauth2/v2.0/token' } }, 700023],
    ['an expiry in the past', { claims: { exp: soon - 301 } }, 700024], ['a beginning in the future', { claims: { nbf: soon + 400 } }, 700024], ['no expiry', { claims: { exp: undefined } }, 50027],
  ])('are refused with %s', async (_, what, code) => {
    expect(refusal(await attempt(what))).toEqual([401, 'invalid_client', code]);
  });

  it('are refused when they are no assertion, or of another type', async () => {
    expect(refusal(await attempt('a.b.c'))).toEqual([401, 'invalid_client', 50027]);
    expect(refusal(await attempt({}, { client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer' }))).toEqual([400, 'invalid_request', 9002313]);
  });

  it('are refused when the certificate has expired', async () => {
    const d = await desk(tenant({ app: { certificates: [certificate] } }));
    const end = new X509Certificate(certificate).validToDate.getTime();
    d.sim.advance(end - Date.now() + 60_000);
    const then = Math.floor(end / 1000);
    const text = assertion({ claims: { nbf: then, exp: then + 600 } }, `${d.sim.url}/${ids.tenant}/oauth2/v2.0/token`);
    const answer = await d.token({ grant_type: 'client_credentials', client_id: ids.app, scope: SCOPE, client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: text });
    expect(refusal(answer)).toEqual([401, 'invalid_client', 700027]);
    expect(answer.body['error_description']).toContain('The key used is expired.');
  });
});

describe('requests to the token endpoint', () => {
  it.each([
    ['an unknown application', { client_id: nobody() }, [400, 'unauthorized_client', 700016]], ['no application', { client_id: '' }, [400, 'invalid_request', 900144]], ['no grant', { grant_type: '' }, [400, 'invalid_request', 900144]],
    ['an unknown grant', { grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer' }, [400, 'unsupported_grant_type', 70003]], ['no scope', { scope: '' }, [400, 'invalid_request', 900144]], ['single permissions', { scope: 'https://graph.microsoft.com/User.Read.All' }, [400, 'invalid_scope', 1002012]], ['scopes of a person', { scope: 'https://graph.microsoft.com/.default openid' }, [400, 'invalid_scope', 1002012]],
    ['a resource that is not there', { scope: 'https://nowhere.example/.default' }, [400, 'invalid_resource', 500011]], ['a resource named like a member of every object', { scope: 'constructor/.default' }, [400, 'invalid_resource', 500011]], ['two resources', { scope: `${SCOPE} https://outlook.office365.com/.default` }, [400, 'invalid_scope', 700022]],
  ])('are refused for %s', async (_, form, expected) => {
    const answer = await same().token({ grant_type: 'client_credentials', client_id: ids.app, client_secret: 'native-secret', scope: SCOPE, ...form }, { 'client-request-id': '11111111-2222-4333-8444-555555555555' });
    expect(refusal(answer)).toEqual(expected);
    expect(answer.body).toMatchObject({ correlation_id: '11111111-2222-4333-8444-555555555555', error_uri: `https://login.microsoftonline.com/error?code=${String(expected[2])}` });
    expect(answer.body['timestamp']).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ$/);
  });

  it('are refused for a tenant that is unknown, unverified or none at all', async () => {
    const d = same();
    const at = async (name: string) => refusal(await d.post(`/${name}/oauth2/v2.0/token`, { grant_type: 'client_credentials', client_id: ids.app, client_secret: 'native-secret', scope: SCOPE }));
    expect(await at(nobody())).toEqual([400, 'invalid_request', 90002]);
    expect(await at('claimed.example')).toEqual([400, 'invalid_request', 90002]);
    expect(await at('works')).toEqual([400, 'invalid_request', 900023]);
    expect(await at('common')).toEqual([400, 'invalid_request', 50059]);
    expect((await at('Example.COM'))[0]).toBe(200);
    expect(refusal(await d.get('v2.0/.well-known/openid-configuration'))[0]).toBe(200);
    expect(refusal(await d.get(`/${nobody()}/v2.0/.well-known/openid-configuration`))).toEqual([400, 'invalid_tenant', 90002]);
  });

  it('are refused with the wrong verb, content type or a parameter given twice', async () => {
    const d = same();
    expect(refusal(await d.get('oauth2/v2.0/token'))).toEqual([400, 'invalid_request', 900561]);
    const raw = async (body: string, type: string) => {
      const answer = await fetch(`${d.sim.url}/${ids.tenant}/oauth2/v2.0/token`, { method: 'POST', body, headers: { 'content-type': type } });
      return [answer.status, ((await answer.json()) as { error_codes: number[] }).error_codes[0]];
    };
    expect(await raw('{"grant_type":"client_credentials"}', 'application/json')).toEqual([400, 900144]);
    expect(await raw(`client_id=${ids.app}&client_id=${ids.web}&grant_type=client_credentials`, 'application/x-www-form-urlencoded')).toEqual([400, 9002313]);
  });

  it('are refused to a disabled application', async () => {
    const d = await desk(tenant({ app: { enabled: false } }));
    expect(refusal(await d.app())).toEqual([400, 'unauthorized_client', 7000112]);
    expect((await d.authorize()).page).toContain('AADSTS7000112');
  });

  it('are refused at common and organizations unless people of any organisation may sign in', async () => {
    const one = await desk();
    const start = (d: typeof one, name: string) => d.post(`/${name}/oauth2/v2.0/devicecode`, { client_id: ids.app, scope: 'User.Read.All' });
    expect(refusal(await start(one, 'common'))).toEqual([400, 'invalid_request', 50194]);
    expect(refusal(await start(one, 'organizations'))).toEqual([400, 'invalid_request', 50194]);
    const many = await desk(tenant({ app: { multitenant: true } }));
    expect((await start(many, 'organizations')).status).toBe(200);
    expect(refusal(await start(many, 'consumers'))).toEqual([400, 'invalid_request', 9002332]);
  });
});

describe('the password grant', () => {
  const form = (username: string, password: string) => ({ grant_type: 'password', client_id: ids.app, username, password, scope: 'User.Read.All' });
  it('checks account, password and policies', async () => {
    const d = await desk(tenant({ people: { 'ann@example.com': { password: 'right' }, 'admin@example.com': { password: 'right', mfa: 'required' }, 'helpdesk@example.com': { password: 'right', passwordExpired: true }, 'off@example.com': { password: 'right' } } }));
    expect(claims((await d.token(form('ann@example.com', 'right'))).body['access_token'])).toMatchObject({ scp: 'User.Read.All' });
    expect(refusal(await d.token(form('ann@example.com', 'wrong')))).toEqual([400, 'invalid_grant', 50126]);
    expect(refusal(await d.token(form('nemo@example.com', 'right')))).toEqual([400, 'invalid_grant', 50034]);
    expect(refusal(await d.token(form('off@example.com', 'right')))).toEqual([400, 'invalid_grant', 50057]);
    expect(refusal(await d.token(form('helpdesk@example.com', 'right')))).toEqual([400, 'invalid_grant', 50055]);
    const mfa = await d.token(form('admin@example.com', 'right'));
    expect(refusal(mfa)).toEqual([400, 'invalid_grant', 50076]);
    expect(JSON.parse(String(mfa.body['claims']))).toMatchObject({ access_token: { capolids: { essential: true } } });
    expect(refusal(await d.post('/common/oauth2/v2.0/token', form('ann@example.com', 'right')))[0]).toBe(400);
  });
});

describe('discovery', () => {
  it('describes the tenant, and any tenant under common', async () => {
    const d = same();
    const { body } = await d.get('v2.0/.well-known/openid-configuration');
    const base = `${d.sim.url}/${ids.tenant}`;
    expect(body).toMatchObject({
      issuer: `${base}/v2.0`, token_endpoint: `${base}/oauth2/v2.0/token`, authorization_endpoint: `${base}/oauth2/v2.0/authorize`, device_authorization_endpoint: `${base}/oauth2/v2.0/devicecode`, jwks_uri: `${base}/discovery/v2.0/keys`, response_modes_supported: ['query', 'fragment', 'form_post'],
    });
    expect((await d.get('/common/v2.0/.well-known/openid-configuration')).body).toMatchObject({ issuer: `${d.sim.url}/{tenantid}/v2.0`, token_endpoint: `${d.sim.url}/common/oauth2/v2.0/token` });
  });

  it('publishes the key that signs tokens', async () => {
    const d = same();
    const [key] = (await d.get('discovery/v2.0/keys')).body['keys'] as Record<string, unknown>[];
    const [head = ''] = String((await d.app()).body['access_token']).split('.');
    expect(JSON.parse(Buffer.from(head, 'base64url').toString('utf8'))).toMatchObject({ alg: 'RS256', kid: key?.['kid'] });
    expect(key).toMatchObject({ kty: 'RSA', use: 'sig' });
    expect(key).not.toHaveProperty('d');
  });

  it('knows the sign-in hosts of the clouds', async () => {
    const d = same();
    const find = (query: string) => d.get(`/common/discovery/instance?api-version=1.1${query}`);
    const endpoint = (host: string) => `&authorization_endpoint=https://${host}/${ids.tenant}/oauth2/v2.0/authorize`;
    expect((await find(endpoint('login.microsoftonline.us'))).body).toMatchObject({ tenant_discovery_endpoint: `https://login.microsoftonline.us/${ids.tenant}/v2.0/.well-known/openid-configuration` });
    expect(refusal(await find(endpoint('login.evil.example')))).toEqual([400, 'invalid_instance', 50049]);
    expect(refusal(await find(''))).toEqual([400, 'invalid_request', 50050]);
  });
});
