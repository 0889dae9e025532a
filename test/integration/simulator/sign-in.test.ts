import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConfidentialClientApplication, PublicClientApplication, type ICachePlugin } from '@azure/msal-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { simulatedTransports, startSimulator, type Simulator } from '../../../electron/simulator/index.ts';

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
  sim = await startSimulator({ quotas: 'off', speed: 10, certificates: [certificate] });
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
    expect(shown).toMatch(/^[0-9A-F]{9}$/);
    expect(first?.account?.username).toBe('admin@simulated.onmicrosoft.com');
    expect(claims(first?.accessToken ?? '')).toMatchObject({ scp: 'User.ReadWrite.All' });
    const again = app();
    const [account] = await again.getAllAccounts();
    if (!account) throw new Error('no account in the cache');
    expect((await again.acquireTokenSilent({ account, scopes: ['User.ReadWrite.All'] })).fromCache).toBe(true);
    expect((await again.acquireTokenSilent({ account, scopes: ['User.ReadWrite.All'], forceRefresh: true })).fromCache).toBe(false);
    await expect(again.acquireTokenSilent({ account, scopes: ['Mail.Read'] })).rejects.toThrow(/65001/);
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
