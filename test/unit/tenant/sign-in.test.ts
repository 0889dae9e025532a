import { execFileSync } from 'node:child_process';
import { createPublicKey, verify, constants, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createSignIn, permissionsFor, PERMISSIONS } from '../../../electron/engines/tenant/index.ts';
import { connectionFailure } from '../../../electron/engines/tenant/graph/connection.ts';
import { signInNetwork } from '../../../electron/engines/tenant/sign-in/network.ts';
import type { DeviceCode, SignInOptions } from '../../../electron/engines/tenant/index.ts';
import { connectionTo, memorySecrets, startLoopback, TENANT_ID, tokenReply, transportsTo } from './loopback.ts';
import type { Loopback, Reply, Seen } from './loopback.ts';

let server: Loopback | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const b64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const form = (seen: Seen): URLSearchParams => new URLSearchParams(seen.text);
const refusal = (number: number, error = 'invalid_client'): Reply => ({ status: 400, json: { error, error_description: `AADSTS${number}: text of the service naming secret-value`, error_codes: [number] } });

/** Token answer with an id token, as a person gets it. */
function personReply(seen: Seen, token: string, nonce?: string): Reply {
  const now = Math.floor(Date.now() / 1000);
  const issuer = `https://${seen.host}/${TENANT_ID}/v2.0`;
  const claims = { aud: form(seen).get('client_id'), iss: issuer, iat: now, exp: now + 3599, oid: 'u1', tid: TENANT_ID, sub: 'u1', preferred_username: 'admin@contoso.com', name: 'Admin', ver: '2.0', ...(nonce ? { nonce } : {}) };
  return { json: { token_type: 'Bearer', scope: form(seen).get('scope'), expires_in: 3599, access_token: token, refresh_token: 'refresh', client_info: b64({ uid: 'u1', utid: TENANT_ID }), id_token: `${b64({ alg: 'none', typ: 'JWT' })}.${b64(claims)}.x` } };
}

async function signInOn(script: (seen: Seen) => Reply | undefined, more: { connection?: Parameters<typeof connectionTo>[1]; options?: Partial<SignInOptions>; secrets?: ReturnType<typeof memorySecrets> } = {}) {
  server = await startLoopback((seen) => (seen.method === 'POST' ? script(seen) : undefined));
  const secrets = more.secrets ?? memorySecrets();
  const connection = connectionTo(server.origin, more.connection);
  const make = () => createSignIn({ connection, secrets, transports: (server as Loopback).transports, ...more.options });
  return { signIn: make(), make, secrets, server };
}

describe('client secret', () => {
  it('asks once, keeps the token in memory and in the secret store, and shares a running sign-in', async () => {
    const { signIn, make, secrets, server: s } = await signInOn(() => tokenReply('t-graph'));
    expect(await Promise.all([signIn.token('graph'), signIn.token('graph')])).toEqual(['t-graph', 't-graph']);
    expect(await signIn.token('graph')).toBe('t-graph');
    expect(s.seen).toHaveLength(1);
    expect(form(s.seen[0] as Seen).get('scope')).toContain('https://graph.microsoft.com/.default');
    expect(secrets.entries.get('target/cache')).toContain('AccessToken');
    expect(await make().token('graph')).toBe('t-graph');
    expect(s.seen).toHaveLength(1);
    await signIn.token('exchange');
    expect(form(s.seen[1] as Seen).get('scope')).toContain('https://outlook.office365.com/.default');
  });

  it.each(['not JSON', '[]', '{"AccessToken":'])('signs in again when the kept cache is unreadable: %s', async (rubbish) => {
    const { signIn, secrets } = await signInOn(() => tokenReply('t'), { secrets: memorySecrets({ target: 's3cret', 'target/cache': rubbish }) });
    expect(await signIn.token('graph')).toBe('t');
    expect(JSON.parse(secrets.entries.get('target/cache') ?? '')).toHaveProperty('AccessToken');
  });

  it('gets another token when told that the present one was refused', async () => {
    let count = 0;
    const { signIn } = await signInOn(() => tokenReply(`t${++count}`));
    expect(await signIn.token('graph')).toBe('t1');
    expect(await signIn.token('graph', undefined, { fresh: true })).toBe('t2');
    expect(await signIn.token('graph')).toBe('t2');
  });

  it.each([
    ['global', 'login.microsoftonline.com', 'https://graph.microsoft.com/.default'],
    ['usgov', 'login.microsoftonline.us', 'https://graph.microsoft.us/.default'],
    ['usdod', 'login.microsoftonline.us', 'https://dod-graph.microsoft.us/.default'],
    ['china', 'login.partner.microsoftonline.cn', 'https://microsoftgraph.chinacloudapi.cn/.default'],
  ] as const)('uses the hosts of the %s cloud', async (cloud, host, scope) => {
    const { signIn, server: s } = await signInOn(() => tokenReply(), { connection: { cloud } });
    await signIn.token('graph');
    expect(s.seen.map((one) => one.host)).toEqual([host]);
    expect(form(s.seen[0] as Seen).get('scope')).toContain(scope);
  });

  it.each([
    [7000215, /client secret .* is wrong/], [7000222, /secret .* has expired/], [700016, /was not found in tenant/], [90002, /tenant .* was not found/],
    [700027, /certificate was not accepted/], [65001, /lacks consent/], [50076, /Multi-factor/], [70016, /code was not entered/], [53003, /Conditional access/],
    [999999, /AADSTS999999/],
  ])('tells AADSTS%i in one sentence, without the text of the service', async (number, sentence) => {
    const { signIn } = await signInOn(() => refusal(number));
    const error = await signIn.token('graph').catch((one: unknown) => one);
    expect(error).toMatchObject({ data: { code: 'AUTH_FAILED', retryable: false, detail: { aadsts: String(number) }, message: expect.stringMatching(sentence) as string } });
    expect(JSON.stringify((error as { data: unknown }).data)).not.toContain('secret-value');
  });

  it('tells an unreachable sign-in service from a refusal', async () => {
    const { signIn, server: s } = await signInOn(() => tokenReply());
    await s.close();
    await expect(signIn.token('graph')).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE', retryable: true, message: expect.stringContaining('login.microsoftonline.com') as string } });
  });

  it('says that the secret is missing, and takes it once it is there', async () => {
    const { signIn, secrets } = await signInOn(() => tokenReply('t'), { secrets: memorySecrets({}) });
    await expect(signIn.token('graph')).rejects.toMatchObject({ data: { code: 'SECRET_MISSING' } });
    await secrets.set('target', 's3cret');
    expect(await signIn.token('graph')).toBe('t');
  });

  it('refuses swapped transports for a real tenant, and a rehearsal without them', () => {
    const secrets = memorySecrets();
    expect(() => createSignIn({ connection: connectionTo('', { simulated: null }), secrets, transports: transportsTo('http://127.0.0.1:1') })).toThrow(/real tenant/);
    expect(() => createSignIn({ connection: connectionTo('http://127.0.0.1:1'), secrets })).toThrow(/rehearsal/);
  });
});

describe('certificate', () => {
  let folder = '';
  const file = (name: string): string => path.join(folder, name);
  const read = (name: string): string => readFileSync(file(name), 'utf8');
  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'causeway-certificate-'));
    const make = (name: string, more: readonly string[]) => execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', file(`${name}.key`), '-out', file(`${name}.crt`), '-subj', '/CN=causeway', ...more], { stdio: 'pipe' });
    make('app', ['-days', '30']);
    make('other', ['-days', '30']);
    execFileSync('openssl', ['pkcs8', '-topk8', '-in', file('app.key'), '-out', file('locked.key'), '-passout', 'pass:x'], { stdio: 'pipe' });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const byCertificate = (secret: string, certificateFile: string | null, options: Partial<SignInOptions> = {}) =>
    signInOn(() => tokenReply('t'), { connection: { signIn: 'certificate', certificateFile }, secrets: memorySecrets({ target: secret }), options });

  it('signs an assertion that the public key verifies, named by the SHA-256 thumbprint', async () => {
    const { signIn, server: s } = await byCertificate(read('app.key'), file('app.crt'));
    expect(await signIn.token('graph')).toBe('t');
    const [head = '', claims = '', signature = ''] = form(s.seen[0] as Seen).get('client_assertion')?.split('.') ?? [];
    const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as Record<string, string>;
    const certificate = new X509Certificate(read('app.crt'));
    expect(header['alg']).toBe('PS256');
    expect(Buffer.from(header['x5t#S256'] ?? '', 'base64url').toString('hex')).toBe(certificate.fingerprint256.replaceAll(':', '').toLowerCase());
    expect(verify('sha256', Buffer.from(`${head}.${claims}`), { key: createPublicKey(certificate.publicKey.export({ type: 'spki', format: 'pem' })), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 }, Buffer.from(signature, 'base64url'))).toBe(true);
  });

  it('takes key and certificate from one secret', async () => {
    const { signIn } = await byCertificate(`${read('app.key')}\n${read('app.crt')}`, null);
    expect(await signIn.token('graph')).toBe('t');
  });

  it('refuses what cannot work before anything is sent', async () => {
    const cases: readonly (readonly [string, string | null, Partial<SignInOptions>, RegExp, string])[] = [
      [read('other.key'), file('app.crt'), {}, /does not belong/, 'BAD_FILE'],
      [read('locked.key'), file('app.crt'), {}, /passphrase/, 'BAD_FILE'],
      ['no key', file('app.crt'), {}, /no PEM private key/, 'BAD_FILE'],
      [read('app.key'), file('app.key'), {}, /no PEM certificate/, 'BAD_FILE'],
      [read('app.key'), file('none.crt'), {}, /cannot be read/, 'BAD_FILE'],
      [read('app.key'), file('app.crt'), { now: () => Date.now() + 31 * 86_400_000 }, /has expired/, 'AUTH_FAILED'],
    ];
    for (const [key, certificate, options, message, code] of cases) {
      const { signIn, server: s } = await byCertificate(key, certificate, options);
      await expect(signIn.token('graph')).rejects.toMatchObject({ data: { code, message: expect.stringMatching(message) as string } });
      expect(s.seen).toHaveLength(0);
      await s.close();
    }
  });
});

describe('a person', () => {
  const device = (seen: Seen, answer: () => Reply): Reply | undefined => {
    if (seen.url.includes('/devicecode')) return { json: { user_code: 'ABCD', device_code: 'dc', verification_uri: 'https://microsoft.com/devicelogin', expires_in: 900, interval: 0.01, message: 'Enter ABCD' } };
    return form(seen).get('grant_type') === 'device_code' || form(seen).get('grant_type')?.includes('device_code') ? answer() : undefined;
  };

  it('signs in by device code, then silently from the secret store, asking for read permissions only when read-only', async () => {
    const shown: DeviceCode[] = [];
    let polls = 0;
    const { signIn, make, server: s } = await signInOn((seen) => device(seen, () => (polls++ === 0 ? refusal(70016, 'authorization_pending') : personReply(seen, 'person'))), {
      connection: { signIn: 'device code', readOnly: true }, options: { onDeviceCode: (info) => shown.push(info) },
    });
    expect(await signIn.token('graph')).toBe('person');
    expect(signIn.account()).toBe('admin@contoso.com');
    expect(shown).toMatchObject([{ userCode: 'ABCD', verificationUri: 'https://microsoft.com/devicelogin', message: 'Enter ABCD' }]);
    expect((shown[0]?.expiresAt ?? 0) - Date.now()).toBeGreaterThan(800_000);
    const scope = form(s.seen[0] as Seen).get('scope') ?? '';
    expect(scope).toContain('https://graph.microsoft.com/User.Read.All');
    expect(scope).not.toContain('ReadWrite');
    const before = s.seen.length;
    const again = make();
    expect(await again.token('graph')).toBe('person');
    expect(s.seen).toHaveLength(before);
    expect(again.account()).toBe('admin@contoso.com');
  });

  it('can be called off while the code is not entered', async () => {
    const controller = new AbortController();
    const { signIn } = await signInOn((seen) => device(seen, () => refusal(70016, 'authorization_pending')), {
      connection: { signIn: 'device code' }, options: { onDeviceCode: () => controller.abort() },
    });
    await expect(signIn.token('graph', controller.signal)).rejects.toMatchObject({ data: { code: 'CANCELLED' } });
  });

  it('signs in through the browser with a proof key and a form post', async () => {
    let nonce = '';
    const { signIn, server: s } = await signInOn((seen) => (form(seen).get('grant_type') === 'authorization_code' ? personReply(seen, 'browser', nonce) : undefined), {
      connection: { signIn: 'interactive' },
      options: {
        openBrowser: async (url) => {
          const asked = new URL(url).searchParams;
          nonce = asked.get('nonce') ?? '';
          expect(asked.get('code_challenge_method')).toBe('S256');
          expect(asked.get('response_mode')).toBe('form_post');
          await fetch(asked.get('redirect_uri') ?? '', { method: 'POST', body: new URLSearchParams({ code: 'c', state: asked.get('state') ?? '', client_info: b64({ uid: 'u1', utid: TENANT_ID }) }) });
        },
      },
    });
    expect(await signIn.token('graph')).toBe('browser');
    expect(form(s.seen.at(-1) as Seen).get('code_verifier')).toBeTruthy();
  });
});

describe('the network of production', () => {
  it('carries requests, and remembers why one was not answered until the next is', async () => {
    const s = await startLoopback(() => ({ json: { ok: true } }));
    const network = signInNetwork(undefined);
    expect(await network.client.sendPostRequestAsync(`${s.origin}/token`, { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'a=1' })).toMatchObject({ status: 200, body: { ok: true } });
    expect(s.seen).toMatchObject([{ method: 'POST', url: '/token', text: 'a=1' }]);
    await s.close();
    await expect(network.client.sendGetRequestAsync(`${s.origin}/x`)).rejects.toMatchObject({ data: { code: 'TENANT_UNAVAILABLE' } });
    expect(network.lastFailure()?.data.message).toMatch(/cannot be reached \(ECONNREFUSED\)/);
  });

  it('tells a refused certificate, a time-out and a lost connection apart', () => {
    const wrapped = (code: string) => Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error(code), { code }) });
    expect(connectionFailure(wrapped('DEPTH_ZERO_SELF_SIGNED_CERT'), 'h')).toMatchObject({ mayHaveBeenSent: false, error: { data: { code: 'CERTIFICATE_REFUSED', retryable: false } } });
    expect(connectionFailure(wrapped('ENOTFOUND'), 'h')).toMatchObject({ mayHaveBeenSent: false, error: { data: { code: 'TENANT_UNAVAILABLE' } } });
    expect(connectionFailure(wrapped('UND_ERR_CONNECT_TIMEOUT'), 'h')).toMatchObject({ mayHaveBeenSent: false });
    expect(connectionFailure(wrapped('UND_ERR_HEADERS_TIMEOUT'), 'h')).toMatchObject({ mayHaveBeenSent: true, error: { data: { code: 'TIMEOUT' } } });
    expect(connectionFailure(wrapped('ECONNRESET'), 'h')).toMatchObject({ mayHaveBeenSent: true, error: { data: { code: 'TENANT_UNAVAILABLE', retryable: true } } });
    expect(connectionFailure(new SyntaxError('Unexpected end of JSON input'), 'h')).toMatchObject({ mayHaveBeenSent: true });
  });
});

describe('permissions', () => {
  it('names each with kind, reason and use, and nothing that writes for a read-only connection', () => {
    expect(PERMISSIONS.every((one) => one.reason !== '' && one.usedFor !== '')).toBe(true);
    expect(permissionsFor({ readOnly: true }).every((one) => one.kind === 'read' && !one.permission.includes('Write'))).toBe(true);
    expect(permissionsFor({ readOnly: false, type: 'application' }).map((one) => one.permission)).toContain('Exchange.ManageAsApp');
    expect(permissionsFor({ readOnly: false, type: 'delegated' }).map((one) => one.permission)).not.toContain('Exchange.ManageAsApp');
  });
});
