import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfidentialClientApplication, InteractionRequiredAuthError, PublicClientApplication, type ICachePlugin, type INetworkModule } from '@azure/msal-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EMPTY_TENANT, simulatedTransports, startSimulator, type Simulator } from '../../../electron/simulator/index.ts';

const WEB = 'ca05e0a1-0000-4000-8000-0000000000eb';
const SCOPES = ['https://graph.microsoft.com/.default'];
let sim: Simulator;
let authority: string;
let certificate: string;
let privateKey: string;

beforeAll(async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'sim-'));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', `${folder}/key`, '-out', `${folder}/crt`, '-days', '2', '-subj', '/CN=simulator test'], { stdio: 'ignore' });
  certificate = readFileSync(`${folder}/crt`, 'utf8');
  privateKey = readFileSync(`${folder}/key`, 'utf8');
  rmSync(folder, { recursive: true });
  const permissions = { application: { graph: ['User.Read.All'] }, delegated: { graph: ['User.Read.All'] } };
  sim = await startSimulator({
    quotas: 'off', speed: 10, certificates: [certificate],
    seed: {
      ...EMPTY_TENANT, signIn: { 'admin@simulated.onmicrosoft.com': { password: 'Open-Sesame-7' } },
      apps: [{ appId: WEB, displayName: 'Web', webRedirectUris: ['https://web.example/back'], secrets: [{ value: 'web-secret' }], requested: permissions, consented: permissions }],
    },
  });
  authority = `https://login.microsoftonline.com/${sim.tenantId}`;
});
afterAll(() => sim.close());

const system = () => ({ networkClient: simulatedTransports(sim.url).networkClient });
const confidential = (auth: object, tenant = authority) => new ConfidentialClientApplication({ auth: { clientId: sim.clientId, authority: tenant, ...auth }, system: system() });
const claims = (token: string) => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString('utf8')) as Record<string, unknown>;

describe('unmodified msal-node at production addresses', () => {
  it('client secret', async () => {
    const result = await confidential({ clientSecret: sim.clientSecret }).acquireTokenByClientCredential({ scopes: SCOPES });
    expect(claims(result?.accessToken ?? '')).toMatchObject({ aud: 'https://graph.microsoft.com', idtyp: 'app', tid: sim.tenantId });
    expect(claims(result?.accessToken ?? '')['roles']).toContain('User.ReadWrite.All');
    expect(Math.round(((result?.expiresOn?.getTime() ?? 0) - Date.now()) / 1000)).toBeGreaterThan(3500);
  });

  it.each([
    ['a wrong secret', { clientSecret: 'wrong' }, undefined, 7000215],
    ['an unknown application', { clientId: '11111111-2222-4333-8444-555555555555', clientSecret: 'x' }, undefined, 700016],
    ['an unknown tenant', { clientSecret: 'x' }, 'https://login.microsoftonline.com/99999999-2222-4333-8444-555555555555', 90002],
  ])('is told of %s', async (_, auth, tenant, code) => {
    await expect(confidential(auth, tenant).acquireTokenByClientCredential({ scopes: SCOPES })).rejects.toThrow(new RegExp(`${code}`));
  });

  it('certificate, and not with another key', async () => {
    const thumbprintSha256 = new X509Certificate(certificate).fingerprint256.replaceAll(':', '').toLowerCase();
    const result = await confidential({ clientCertificate: { thumbprintSha256, privateKey } }).acquireTokenByClientCredential({ scopes: SCOPES });
    expect(claims(result?.accessToken ?? '')['appidacr']).toBe('2');
    const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await expect(confidential({ clientCertificate: { thumbprintSha256, privateKey: stranger } }).acquireTokenByClientCredential({ scopes: SCOPES })).rejects.toThrow(/700027/);
  });

  it('device code, then silently from a stored cache, then by refresh token', async () => {
    let stored: string | undefined;
    const cachePlugin: ICachePlugin = {
      beforeCacheAccess: (context) => { if (stored) context.tokenCache.deserialize(stored); return Promise.resolve(); },
      afterCacheAccess: (context) => { if (context.cacheHasChanged) stored = context.tokenCache.serialize(); return Promise.resolve(); },
    };
    const app = () => new PublicClientApplication({ auth: { clientId: sim.clientId, authority }, system: system(), cache: { cachePlugin } });
    let shown = '';
    const first = await app().acquireTokenByDeviceCode({ scopes: ['User.ReadWrite.All'], deviceCodeCallback: (d) => { shown = d.userCode; } });
    expect(shown).toMatch(/^[A-Z0-9]{9}$/);
    expect(first?.account?.username).toBe('admin@simulated.onmicrosoft.com');
    expect(claims(first?.accessToken ?? '')).toMatchObject({ scp: 'User.ReadWrite.All' });
    const again = app();
    const [account] = await again.getAllAccounts();
    if (!account) throw new Error('no account in the cache');
    expect((await again.acquireTokenSilent({ account, scopes: ['User.ReadWrite.All'] })).fromCache).toBe(true);
    expect((await again.acquireTokenSilent({ account, scopes: ['User.ReadWrite.All'], forceRefresh: true })).fromCache).toBe(false);
    const missing = await again.acquireTokenSilent({ account, scopes: ['Mail.Read'] }).catch((e: unknown) => e);
    expect(missing).toBeInstanceOf(InteractionRequiredAuthError);
    expect(missing).toMatchObject({ errorCode: 'invalid_grant', subError: 'consent_required' });
  });

  it('device code that is declined on the page, and one that expires', async () => {
    const app = () => new PublicClientApplication({ auth: { clientId: sim.clientId, authority }, system: system() });
    const attempt = (onCode: (userCode: string) => void) => app().acquireTokenByDeviceCode({ scopes: ['User.Read.All'], deviceCodeCallback: (d) => { onCode(d.userCode); } });
    await expect(attempt((userCode) => { void fetch(`${sim.url}/devicelogin`, { method: 'POST', body: new URLSearchParams({ otc: userCode, decision: 'cancel' }) }); })).rejects.toThrow(/authorization_declined/);
    await expect(attempt(() => { sim.advance(900_001); })).rejects.toThrow(/expired_token/);
  });

  it('authorization code of a web application with its secret, then by refresh token', async () => {
    const app = new ConfidentialClientApplication({ auth: { clientId: WEB, authority, clientSecret: 'web-secret' }, system: system() });
    const wanted = { scopes: ['User.Read.All', 'offline_access'], redirectUri: 'https://web.example/back' };
    const address = new URL(await app.getAuthCodeUrl({ ...wanted, state: 's', responseMode: 'query' }));
    const answer = await fetch(`${sim.url}${address.pathname}${address.search}`, { redirect: 'manual' });
    const back = new URL(answer.headers.get('location') ?? '');
    expect([back.origin, back.searchParams.get('state')]).toEqual(['https://web.example', 's']);
    const result = await app.acquireTokenByCode({ ...wanted, code: back.searchParams.get('code') ?? '' });
    expect(claims(result.accessToken)).toMatchObject({ scp: 'User.Read.All', appidacr: '1' });
    const { account } = result;
    if (!account) throw new Error('no account');
    expect((await app.acquireTokenSilent({ account, scopes: ['User.Read.All'], forceRefresh: true })).fromCache).toBe(false);
  });

  it('refresh token after a policy was added: asks for interaction, with the claims to answer', async () => {
    const app = new PublicClientApplication({ auth: { clientId: sim.clientId, authority }, system: system() });
    const first = await app.acquireTokenByDeviceCode({ scopes: ['User.Read.All'], deviceCodeCallback: () => undefined });
    if (!first?.account) throw new Error('no account');
    const silent = () => app.acquireTokenSilent({ account: first.account ?? undefined, scopes: ['User.Read.All'], forceRefresh: true } as Parameters<typeof app.acquireTokenSilent>[0]).catch((e: unknown) => e);
    try {
      sim.setPerson(first.account.username, { mfa: 'required' });
      const refused = await silent();
      expect(refused).toBeInstanceOf(InteractionRequiredAuthError);
      expect((refused as InteractionRequiredAuthError).message).toContain('50076');
      expect(JSON.parse((refused as InteractionRequiredAuthError).claims)).toHaveProperty('access_token.capolids');
    } finally { sim.setPerson(first.account.username, { password: 'Open-Sesame-7' }); }
  });

  it('user name and password', async () => {
    const app = new PublicClientApplication({ auth: { clientId: sim.clientId, authority }, system: system() });
    // msal warns of this grant; it is here because scripts still use it.
    const attempt = (password: string) => app.acquireTokenByUsernamePassword({ scopes: ['User.Read.All'], username: 'admin@simulated.onmicrosoft.com', password });
    expect(claims((await attempt('Open-Sesame-7'))?.accessToken ?? '')).toMatchObject({ scp: 'User.Read.All' });
    await expect(attempt('guess')).rejects.toThrow(/50126/);
  });

  it('at an authority of another name, found by its discovery document', async () => {
    const { networkClient } = simulatedTransports(sim.url);
    const asked: string[] = [];
    const watched: INetworkModule = {
      sendGetRequestAsync: (url, options) => { asked.push(new URL(url).pathname); return networkClient.sendGetRequestAsync(url, options); },
      sendPostRequestAsync: (url, options) => networkClient.sendPostRequestAsync(url, options),
    };
    const app = new ConfidentialClientApplication({ auth: { clientId: sim.clientId, authority: `https://login.sim.invalid/${sim.tenantId}`, knownAuthorities: ['login.sim.invalid'], clientSecret: sim.clientSecret }, system: { networkClient: watched } });
    expect((await app.acquireTokenByClientCredential({ scopes: SCOPES }))?.tokenType).toBe('Bearer');
    expect(asked).toContain(`/${sim.tenantId}/v2.0/.well-known/openid-configuration`);
  });

  it('interactively, answered by a page that posts the code', async () => {
    const app = new PublicClientApplication({ auth: { clientId: sim.clientId, authority }, system: system() });
    const result = await app.acquireTokenInteractive({
      scopes: ['User.ReadWrite.All', 'Group.ReadWrite.All'], successTemplate: 'done',
      openBrowser: async (address) => {
        const url = new URL(address);
        expect([url.origin, url.searchParams.get('response_mode'), url.searchParams.get('code_challenge_method')]).toEqual(['https://login.microsoftonline.com', 'form_post', 'S256']);
        const page = await (await fetch(`${sim.url}${url.pathname}${url.search}`)).text();
        const action = /action="([^"]+)"/.exec(page)?.[1] ?? '';
        const fields = [...page.matchAll(/name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value.replaceAll('&amp;', '&')]);
        await fetch(action, { method: 'POST', body: new URLSearchParams(fields) });
      },
    });
    expect(claims(result.accessToken)).toMatchObject({ scp: 'User.ReadWrite.All Group.ReadWrite.All', upn: 'admin@simulated.onmicrosoft.com' });
  });

  it('for Exchange', async () => {
    const result = await confidential({ clientSecret: sim.clientSecret }).acquireTokenByClientCredential({ scopes: ['https://outlook.office365.com/.default'] });
    expect(claims(result?.accessToken ?? '')).toMatchObject({ aud: 'https://outlook.office365.com', roles: ['Exchange.ManageAsApp'] });
  });
});
