import fc from 'fast-check';
import { newUser } from './support.ts';

/** One request of a malformed kind. */
export interface MalformedCase {
  /** For the message of a failed test. */
  readonly kind: string;
  readonly bytes: Buffer;
  /** Must be refused; other kinds may also be answered with a success that changes nothing. */
  readonly isRefused: boolean;
  /** The client says after these bytes that no more will come. */
  readonly ends: boolean;
}

/** What requests are sent to. */
export interface Aim { readonly host: string; readonly tenantId: string; readonly graphToken: string; readonly exchangeToken: string; readonly clientId: string }

const USER = '/v1.0/users/aaaaaaaa-0000-4000-8000-00000000000a';
const GROUP = '/v1.0/groups/aaaaaaaa-0000-4000-8000-0000000000d3';
const WRITES: readonly (readonly [method: string, path: string])[] = [
  ['POST', '/v1.0/users'], ['PATCH', USER], ['POST', '/v1.0/groups'], ['PATCH', GROUP], ['POST', '/v1.0/$batch'], ['POST', `${GROUP}/members/$ref`], ['PUT', `${USER}/manager/$ref`], ['POST', `${USER}/assignLicense`], ['POST', '/v1.0/directoryObjects/getByIds'],
];
const inner = (id: string, more: object = {}) => ({ id, method: 'GET', url: '/users?$top=1', ...more });
const BODIES: readonly unknown[] = [
  newUser('x'), { displayName: 'x' }, { displayName: 'g', mailEnabled: false, mailNickname: 'g', securityEnabled: true }, { requests: [inner('1'), inner('2', { dependsOn: ['1'] })] }, { '@odata.id': 'https://graph.microsoft.com/v1.0/users/x' },
  { addLicenses: [{ skuId: 'x', disabledPlans: [] }], removeLicenses: [] }, { ids: ['x'] }, { CmdletInput: { CmdletName: 'Set-Mailbox', Parameters: { Identity: 'x', EmailAddresses: ['a', 'b'] } } },
];
const isJson = (text: string): boolean => { try { JSON.parse(text); return true; } catch { return false; } };

/** A text with some of its characters left out, put in, or cut off. */
const damaged = (texts: readonly string[]): fc.Arbitrary<string> => fc.tuple(fc.constantFrom(...texts), fc.array(fc.tuple(fc.nat(10_000), fc.constantFrom('cut', 'drop', 'put', 'twice'), fc.constantFrom('{', '}', '[', ']', ',', ':', '"', '\\', '\0', '\u0007', "'", '1', 'x', '\ud800', '\\u12', '/*')), { minLength: 1, maxLength: 3 })).map(([text, changes]) => {
  let result = text;
  for (const [where, what, piece] of changes) {
    const at = result.length === 0 ? 0 : where % result.length;
    result = what === 'cut' ? result.slice(0, at) : what === 'drop' ? result.slice(0, at) + result.slice(at + 1) : what === 'put' ? result.slice(0, at) + piece + result.slice(at) : result.slice(0, at) + result.slice(Math.floor(at / 2));
  }
  return result;
});
const brokenJson = fc.oneof({ weight: 6, arbitrary: damaged(BODIES.map((b) => JSON.stringify(b))) }, { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }) },
  { weight: 1, arbitrary: fc.constantFrom('{', ']', "{'a':1}", '{a:1}', '[1,]', 'NaN', 'undefined', '\ufeff{}', '{"a":1}{"b":2}', '\0', '{"a":1e}', '"\\x"', '<xml/>', 'a=b&c=d', '{"a":"\n"}', '01', '-', '[[[[', '{"__proto__":') }).filter((text) => text !== '' && !isJson(text));
const wrongShape = fc.constantFrom('[]', '1', '"x"', 'null', 'true', '[{}]', '[[]]', '-0', '1e999', '""');
const wrongType = fc.constantFrom('text/plain', 'application/xml', 'multipart/form-data; boundary=x', 'application/x-www-form-urlencoded', 'json', 'text/json', ';', 'application/octet-stream', 'application/', 'application/javascript', '*/*', 'text/html; charset=utf-8');
const escape = fc.constantFrom('%', '%z', '%zz', '%2', '%c3%28', '%ff%fe', '%00', '%u0041', '%25%', '%e2%82', '..%2f', '%5c', '%2e%2e', '%0d%0aX:1');
const word = fc.oneof(fc.constantFrom('users', 'groups', 'contacts', 'me', 'delta', '$count', '$ref', 'members', 'manager', '$batch', 'nowhere', 'microsoft.graph.user', '', '.', '..', 'a'.repeat(3000), "users('x')", 'users(', '()', "('", '*', '~', '$metadata', '$value'), escape);
const option = fc.tuple(fc.constantFrom('$top', '$filter', '$select', '$expand', '$orderby', '$skiptoken', '$count', '$search', '$skip', '$deltatoken', '$format', '$apply', '$x', 'x', '', '$', '%24top', '$filter'), fc.oneof(escape, fc.constantFrom('-1', '0', '1e9', '99999', 'x eq', "displayName eq 'x", '((((', "startswith(displayName,'a') or", '"x', "id in ()", 'not not x', "a/b/c/any(d:d/e eq 1)", `${'('.repeat(400)}x`, "displayName eq 'a' ".repeat(150), 'manager($levels=max;$select=id)', 'null', '[]', '{}', "contains(displayName,'a')", 'true,false', 'a'.repeat(2000)))).map(([name, value]) => `${name}=${value}`);
const address = fc.tuple(fc.constantFrom('/v1.0', '/v1.0', '/v1.0', '/v1.0/', '/beta', '/v2.0', '/v1.1', '/V1.0', '//v1.0', '', '/v1.0/.'), fc.array(word, { maxLength: 4 }), fc.array(option, { maxLength: 3 }))
  .map(([version, words, options]) => (`${version}${words.map((w) => `/${w}`).join('')}${options.length > 0 ? `?${options.join('&')}` : ''}`.replaceAll(' ', '%20') || '/x').replaceAll('"', '%22')).filter((a) => a !== '/');
const token = fc.oneof(fc.constantFrom('', 'Bearer', 'Bearer ', 'Basic eDp5', 'Bearer a.b.c', 'Bearer ..', 'Bearer a.b', 'bearer null', `Bearer ${'a'.repeat(5000)}`, 'Bearer eyJhbGciOiJub25lIn0.e30.', 'Negotiate x'), fc.base64String({ maxLength: 60 }).map((t) => `Bearer ${t}`),
  fc.tuple(fc.base64String({ maxLength: 20 }), fc.json({ maxDepth: 1 }), fc.base64String({ maxLength: 20 })).map(([a, b, c]) => `Bearer ${a}.${Buffer.from(b).toString('base64url')}.${c}`));

const batchItem: fc.Arbitrary<unknown> = fc.oneof(
  fc.record({ id: fc.constantFrom<unknown>('1', '2', 1, '', null, {}, 'a'.repeat(300)), method: fc.constantFrom<unknown>('GET', 'get', 'FETCH', '', null, 1, 'CONNECT'), url: fc.constantFrom<unknown>('/users', 'users', '//', '//users', '/', '', '/$batch', '$batch', 'https://graph.microsoft.com/v1.0/users', 'http://127.0.0.1/', '/v1.0/users', '/users/%', '/users?$top=x', '?', '#', '/../x', null, 7, '\\', '/\0', 'javascript:1'), dependsOn: fc.constantFrom<unknown>(undefined, ['1'], ['2'], ['9'], ['1', '2'], [], 'x', [1], null, ['1', '1']) }, { requiredKeys: [] }),
  fc.constantFrom<unknown>(null, 1, 'x', [], {}, { id: '1' }, inner('1', { method: 'POST', url: '/users' }), inner('2', { method: 'POST', url: '/$batch', headers: { 'content-type': 'application/json' }, body: { requests: [inner('1')] } }), inner('3', { method: 'PATCH', url: USER.slice(5), body: { displayName: 'x' } }), inner('4', { headers: [] }), inner('5', { headers: { a: 1 } }), inner('1', { dependsOn: ['2'] }), inner('2', { dependsOn: ['1'] })),
);
const batchBody: fc.Arbitrary<unknown> = fc.oneof({ weight: 5, arbitrary: fc.array(batchItem, { maxLength: 5 }).map((requests): unknown => ({ requests })) }, { weight: 1, arbitrary: fc.constantFrom<unknown>({ requests: Array.from({ length: 21 }, (_, i) => inner(String(i))) }, { requests: null }, { requests: {} }, {}, { Requests: [] }, { requests: [[]] }, { requests: Array.from({ length: 3000 }, () => inner('1')) }) });

/** A request with a right frame: its length is announced as it is. */
function framed(method: string, path: string, headers: Readonly<Record<string, string>>, body?: string | Buffer): Buffer {
  const payload = body === undefined ? undefined : Buffer.from(body);
  const all = payload ? { ...headers, 'content-length': String(payload.length) } : headers;
  return Buffer.concat([Buffer.from(`${method} ${path} HTTP/1.1\r\n${Object.entries(all).map(([n, v]) => `${n}: ${v}\r\n`).join('')}\r\n`), payload ?? Buffer.alloc(0)]);
}
const whole = (kind: string, bytes: Buffer, isRefused = true): MalformedCase => ({ kind, bytes, isRefused, ends: false });
const JSON_TYPE = 'application/json';

/** Requests to Graph. */
export function graphCases({ host, graphToken }: Aim): fc.Arbitrary<MalformedCase> {
  const auth = { host, authorization: `Bearer ${graphToken}` };
  const write = fc.constantFrom(...WRITES);
  const body = fc.constantFrom(...BODIES.map((b) => JSON.stringify(b)));
  return fc.oneof(
    { weight: 6, arbitrary: fc.tuple(write, brokenJson).map(([[m, p], b]) => whole('broken JSON', framed(m, p, { ...auth, 'content-type': JSON_TYPE }, b))) },
    { weight: 2, arbitrary: fc.tuple(write, wrongShape).map(([[m, p], b]) => whole('JSON of another shape', framed(m, p, { ...auth, 'content-type': JSON_TYPE }, b))) },
    { weight: 3, arbitrary: fc.tuple(write, wrongType, body).map(([[m, p], t, b]) => whole('wrong content type', framed(m, p, { ...auth, 'content-type': t }, b))) },
    { weight: 1, arbitrary: fc.tuple(write, body).map(([[m, p], b]) => whole('no content type', framed(m, p, auth, b))) },
    { weight: 1, arbitrary: write.map(([m, p]) => whole('no body', framed(m, p, { ...auth, 'content-type': JSON_TYPE }, ''))) },
    { weight: 8, arbitrary: fc.tuple(fc.constantFrom('GET', 'GET', 'OPTIONS', 'TRACE', 'PROPFIND', 'QUERY'), address).map(([m, p]) => whole('bad address', framed(m, p, auth), false)) },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom('POST', 'PATCH', 'PUT', 'DELETE'), address, brokenJson).map(([m, p, b]) => whole('bad address and body', framed(m, p, { ...auth, 'content-type': JSON_TYPE }, b), m !== 'DELETE')) },
    { weight: 3, arbitrary: fc.tuple(fc.constantFrom('GET', 'POST'), fc.constantFrom(...WRITES), token).map(([m, [, p], t]) => whole('bad token', framed(m, p, { host, authorization: t, 'content-type': JSON_TYPE }, m === 'GET' ? undefined : '{}'))) },
    { weight: 8, arbitrary: batchBody.map((b) => whole('malformed batch', framed('POST', '/v1.0/$batch', { ...auth, 'content-type': JSON_TYPE }, JSON.stringify(b)), false)) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('gzip', 'br', 'deflate', 'x', 'identity, gzip'), body).map(([e, b]) => whole('compressed', framed('POST', '/v1.0/users', { ...auth, 'content-type': JSON_TYPE, 'content-encoding': e }, b))) },
  );
}

/** Few of them, because they are megabytes: bodies above 4 MB, and nesting up to 100,000 deep. */
export function heavyCases({ host, graphToken, exchangeToken, tenantId }: Aim): readonly MalformedCase[] {
  const auth = { host, authorization: `Bearer ${graphToken}`, 'content-type': JSON_TYPE };
  const exo = { host, authorization: `Bearer ${exchangeToken}`, 'content-type': JSON_TYPE };
  const invoke = `/adminapi/beta/${tenantId}/InvokeCommand`;
  const large = JSON.stringify({ ...newUser('x'), officeLocation: 'x'.repeat(4 * 1024 * 1024) });
  const deep = (depth: number): readonly string[] => [`${'['.repeat(depth)}${']'.repeat(depth)}`, `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`, `{"requests":${'['.repeat(depth)}${']'.repeat(depth)}}`, `{"displayName":${'{"a":['.repeat(depth)}${']}'.repeat(depth)}}`, '['.repeat(depth)];
  return [
    ...WRITES.slice(0, 3).map(([m, p]) => whole('huge body', framed(m, p, auth, large))), whole('huge body', framed('POST', invoke, exo, large)), whole('huge body', framed('POST', `/${tenantId}/oauth2/v2.0/token`, { host, 'content-type': 'application/x-www-form-urlencoded' }, `grant_type=${'x'.repeat(4 * 1024 * 1024)}`)),
    ...[101, 5000, 100_000].flatMap((depth) => deep(depth).flatMap((body) => [...WRITES.slice(0, 5).map(([m, p]) => whole(`nested ${depth} deep`, framed(m, p, auth, body))), whole(`nested ${depth} deep`, framed('POST', invoke, exo, body))])),
  ];
}

const parameters: fc.Arbitrary<unknown> = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.dictionary(fc.constantFrom('Identity', 'ResultSize', 'Filter', 'EmailAddresses', 'RecipientTypeDetails', 'SortBy', '__proto__', '', 'x'), fc.jsonValue({ maxDepth: 2 })));
const command: fc.Arbitrary<unknown> = fc.oneof(
  fc.record({ CmdletInput: fc.record({ CmdletName: fc.constantFrom<unknown>('Get-Recipient', 'get-mailbox', 'Get-AcceptedDomain', 'Nothing-AtAll', '', null, 1, 'Get-Mailbox; Remove-Item /', '../x', '__proto__', 'constructor'), Parameters: parameters }, { requiredKeys: [] }) }, { requiredKeys: [] }), fc.jsonValue({ maxDepth: 2 }),
);

/** Requests to Exchange's administration interface; its commands only read. */
export function exchangeCases({ host, exchangeToken, graphToken, tenantId }: Aim): fc.Arbitrary<MalformedCase> {
  const auth = { host, authorization: `Bearer ${exchangeToken}` };
  const path = fc.constantFrom(`/adminapi/beta/${tenantId}/InvokeCommand`, `/adminapi/beta/${tenantId}/$batch`, `/adminapi/v1.0/${tenantId}/InvokeCommand`);
  const badPath = fc.tuple(fc.constantFrom('/adminapi', '/adminapi/', '/adminapi/beta', '/adminapi/beta/nobody', `/adminapi/v9/${tenantId}`, `/adminapi/beta/${tenantId}`), fc.oneof(fc.constantFrom('', '/InvokeCommand', '/Mailbox', '/InvokeCommand/x', '/$metadata', '//InvokeCommand'), escape.map((e) => `/${e}`))).map(([a, b]) => a + b);
  const items = fc.array(fc.oneof(fc.record({ id: fc.constantFrom<unknown>('1', '2', 1, null), method: fc.constantFrom<unknown>('POST', 'GET', '', null), url: fc.constantFrom<unknown>(`/adminapi/beta/${tenantId}/InvokeCommand`, '//', '', `/adminapi/beta/${tenantId}/$batch`, 'https://x/', '%', null), body: command }, { requiredKeys: [] }), fc.jsonValue({ maxDepth: 1 })), { maxLength: 12 });
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(path, brokenJson).map(([p, b]) => whole('Exchange, broken JSON', framed('POST', p, { ...auth, 'content-type': JSON_TYPE }, b))) },
    { weight: 5, arbitrary: fc.tuple(path, command, fc.constantFrom('', '?$skiptoken=x', '?$skiptoken=%', '?$select=', '?x')).map(([p, b, q]) => whole('Exchange, odd command', framed('POST', p + q, { ...auth, 'content-type': JSON_TYPE }, JSON.stringify(b)), false)) },
    { weight: 2, arbitrary: fc.tuple(path, wrongType, command).map(([p, t, b]) => whole('Exchange, wrong content type', framed('POST', p, { ...auth, 'content-type': t }, JSON.stringify(b)))) },
    { weight: 2, arbitrary: fc.tuple(fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS'), badPath).map(([m, p]) => whole('Exchange, bad address', framed(m, p, { ...auth, 'content-type': JSON_TYPE }, m === 'POST' ? '{}' : undefined))) },
    { weight: 2, arbitrary: items.map((requests) => whole('Exchange, malformed batch', framed('POST', `/adminapi/beta/${tenantId}/$batch`, { ...auth, 'content-type': JSON_TYPE }, JSON.stringify({ requests })), false)) },
    { weight: 1, arbitrary: fc.tuple(path, fc.oneof(token, fc.constant(`Bearer ${graphToken}`))).map(([p, t]) => whole('Exchange, bad token', framed('POST', p, { host, authorization: t, 'content-type': JSON_TYPE }, '{}'))) },
  );
}

/** Requests to the sign-in service. None carries a right secret. */
export function signInCases({ host, tenantId, clientId }: Aim): fc.Arbitrary<MalformedCase> {
  const tenant = fc.constantFrom(tenantId, tenantId, tenantId, 'common', 'organizations', 'consumers', 'nobody.example', 'x', '%', '%zz', '..', "'", '00000000-0000-0000-0000-000000000000');
  const field = fc.tuple(fc.constantFrom('grant_type', 'client_id', 'client_secret', 'client_assertion', 'client_assertion_type', 'scope', 'code', 'code_verifier', 'device_code', 'refresh_token', 'redirect_uri', 'username', '', 'x'), fc.oneof(fc.constantFrom('client_credentials', 'authorization_code', 'device_code', 'refresh_token', 'password', clientId, 'https://graph.microsoft.com/.default', 'offline_access', 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', 'a.b.c', '..', 'eyJhbGciOiJub25lIn0.e30.', '', '\0', '%', 'https://graph.microsoft.com/.default https://outlook.office365.com/.default'), fc.string({ maxLength: 20 })));
  const form = fc.array(field, { maxLength: 7 }).map((fields) => fields.map(([n, v], i) => `${encodeURIComponent(n)}=${i % 3 === 0 ? v.replaceAll(/[^\w.:/-]/g, '%') : encodeURIComponent(v.toWellFormed())}`).join('&'));
  const type = fc.constantFrom('application/x-www-form-urlencoded', 'application/x-www-form-urlencoded', 'application/x-www-form-urlencoded; charset=utf-8', 'application/json', 'text/plain', 'multipart/form-data; boundary=x', 'x');
  return fc.oneof(
    { weight: 8, arbitrary: fc.tuple(tenant, fc.constantFrom('token', 'token', 'devicecode'), type, fc.oneof(form, brokenJson)).map(([t, e, ct, b]) => whole('sign-in', framed('POST', `/${t}/oauth2/v2.0/${e}`, { host, 'content-type': ct }, b), e === 'token')) },
    { weight: 1, arbitrary: fc.tuple(fc.constantFrom('GET', 'PUT', 'DELETE', 'OPTIONS'), tenant, fc.constantFrom('token', 'devicecode')).map(([m, t, e]) => whole('sign-in, another method', framed(m, `/${t}/oauth2/v2.0/${e}`, { host }))) },
    { weight: 1, arbitrary: fc.tuple(tenant, fc.constantFrom('oauth2/v2.0/nothing', 'oauth2/v2.0/', 'oauth2/token', 'discovery/v3.0/keys', 'v2.0/x', 'oauth2/v2.0/token/x')).map(([t, p]) => whole('sign-in, bad address', framed('POST', `/${t}/${p}`, { host, 'content-type': 'application/x-www-form-urlencoded' }, 'a=b'))) },
  );
}

/** Bytes that are no HTTP, or nearly none. Whatever is left of their request is broken JSON, so that nothing can be written. */
export function rawCases({ host, graphToken }: Aim): fc.Arbitrary<MalformedCase> {
  const raw = (kind: string, bytes: Buffer | string): MalformedCase => ({ kind, bytes: typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes, isRefused: false, ends: true });
  const base = `POST /v1.0/users HTTP/1.1\r\nHost: ${host}\r\nAuthorization: Bearer ${graphToken.slice(0, 300)}\r\nContent-Type: application/json\r\nContent-Length: 9\r\nConnection: keep-alive\r\n\r\n{"a":1,,}`;
  const target = fc.constantFrom('/v1.0/us\0ers', '/v1.0/ users', '/v1.0/\x7f', '/v1.0/\xff\xfe', 'users', 'http://', 'http://x:99999/', 'http://[::1', 'https://graph.microsoft.com/v1.0/users', 'graph.microsoft.com:443', '*', '', '?', '#', '//', `/${'a'.repeat(17_000)}`, '/v1.0/users#x', 'ftp://x/y', '\\v1.0\\users', '/v1.0/users\t');
  const line = fc.tuple(fc.constantFrom('GET', 'POST', 'get', 'G\0T', '', 'GE T', 'CONNECT', 'TRACE', 'PRI', 'A'.repeat(500), '{', 'SSH-2.0-x', 'HEADX', '\x16\x03\x01'), target, fc.constantFrom('HTTP/1.1', 'HTTP/1.0', 'HTTP/0.9', 'HTTP/2.0', 'HTTP/9.9', 'HTTP', '', 'http/1.1', 'HTTP/1.1 x')).map((parts) => parts.join(' '));
  const header = fc.constantFrom(`Host: ${host}`, 'Host: a\r\nHost: b', 'Host:', 'Host: a b', 'Host: <x>', 'Content-Length: 5', 'Content-Length: -1', 'Content-Length: 0x10', 'Content-Length: 99999999999999999999', 'Content-Length: 1\r\nContent-Length: 2', 'Transfer-Encoding: chunked', 'Transfer-Encoding: x', 'Transfer-Encoding: chunked\r\nContent-Length: 3', 'Expect: 100-continue', 'Expect: x', ': x', 'x', ' folded: y', 'A: \0', 'A: \x01', `A: ${'a'.repeat(17_000)}`, 'X-Forwarded-Origin: //', 'Connection: Upgrade\r\nUpgrade: h2c', 'Content-Encoding: gzip', 'Authorization: Bearer x\r\nAuthorization: Bearer y', 'Cookie: \xff', 'A\x00: b', '\xe4: b');
  const end = fc.constantFrom('\r\n\r\n', '\r\n\r\n', '\r\n\r\n', '\n\n', '\r\r', '', '\r\n');
  const after = fc.constantFrom('', '{}', '5\r\nhello\r\n0\r\n\r\n', 'zz\r\n', '{"a":', '\0'.repeat(20), 'GET / HTTP/1.1\r\n\r\n');
  const change = fc.tuple(fc.nat(base.length - 1), fc.constantFrom('cut', 'drop', 'put'), fc.constantFrom('\0', '\r', '\n', ' ', ':', '\xff', '\t', '/', 'x', '\r\n', '%'));
  return fc.oneof(
    { weight: 4, arbitrary: fc.tuple(line, fc.array(header, { maxLength: 4 }), end, after).map(([l, hs, e, b]) => raw('odd head', `${l}\r\n${hs.join('\r\n')}${e}${b}`)) },
    { weight: 4, arbitrary: fc.array(change, { minLength: 1, maxLength: 3 }).map((changes) => raw('damaged request', changes.reduce((text, [at, what, piece]) => (what === 'cut' ? text.slice(0, at) : what === 'drop' ? text.slice(0, at) + text.slice(at + 1) : text.slice(0, at) + piece + text.slice(at)), base))) },
    { weight: 1, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 200 }).map((bytes) => raw('random bytes', Buffer.from(bytes))) },
  );
}

/** Requests to the simulator's own page and controls; none is a right one. */
export function ownCases({ host }: Aim): fc.Arbitrary<MalformedCase> {
  const path = fc.constantFrom('/simulator/clock', '/simulator/faults', '/simulator/save', '/simulator/x', '/simulator/', '/simulator/clock/');
  return fc.oneof(
    fc.tuple(path, brokenJson).map(([p, b]) => whole('own, broken JSON', framed('POST', p, { host, 'content-type': JSON_TYPE }, b))),
    fc.tuple(fc.constantFrom('/simulator/clock', '/simulator/faults'), fc.jsonValue({ maxDepth: 2 })).map(([p, b]) => whole('own, odd JSON', framed('POST', p, { host, 'content-type': JSON_TYPE }, JSON.stringify(b)))),
    fc.tuple(path, wrongType).map(([p, t]) => whole('own, wrong type', framed('POST', p, { host, 'content-type': t }, '{"advanceMs":1}'))),
    fc.tuple(fc.constantFrom('GET', 'PUT', 'DELETE', 'PATCH'), path, fc.constantFrom(host, 'evil.example', '')).map(([m, p, h]) => whole('own, another method', framed(m, p, { host: h, 'content-type': JSON_TYPE }, '{}'))),
    fc.tuple(path, fc.constantFrom('http://evil.example', 'null', 'x', 'file://', 'http://127.0.0.1:1')).map(([p, o]) => whole('own, another origin', framed('POST', p, { host, origin: o, 'content-type': JSON_TYPE }, '{"advanceMs":1}'))),
  );
}
