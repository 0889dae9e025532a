import { describe, expect, it } from 'vitest';
import { graphRig } from './graph-rig.ts';
import { bindTo, newUser, ref } from './support.ts';

const json = { 'Content-Type': 'application/json' };
const create = (id: string, name = id) => ({ id, method: 'POST', url: '/users', headers: json, body: newUser(name) });
const get = (id: string, dependsOn?: string[]) => ({ id, method: 'GET', url: '/users?$top=1', ...(dependsOn ? { dependsOn } : {}) });

describe('a batch as a whole', () => {
  it.each([
    ['21 requests', Array.from({ length: 21 }, (_, i) => get(String(i))), 'Number of requests inside batch exceed the limit of 20.'],
    ['ids that differ in case only', [get('a'), get('A')], 'Request Id A has to be unique in a batch.'],
    ['a write without a type', [{ id: '7', method: 'POST', url: '/users', body: newUser('a') }], 'Write request id : 7 does not contain Content-Type header or body.'],
    ['a write without a body', [get('1'), { id: '7', method: 'post', url: '/users/x/revokeSignInSessions', headers: json }], 'Write request id : 7 does not contain Content-Type header or body.'],
    ['a dependency on two', [get('a'), get('b'), get('c', ['a', 'b'])], 'Invalid dependency for request Id c.'],
    ['a dependency that comes later', [get('b', ['a']), get('a')], 'Invalid dependency for request Id b.'],
    ['a dependency on itself', [get('a', ['a'])], 'Invalid dependency for request Id a.'],
    ['a dependency on nothing', [get('a', ['z'])], 'Invalid dependency for request Id a.'],
    ['two chains', [get('a'), get('b', ['a']), get('c'), get('d', ['c'])], 'Invalid dependency for request Id d.'],
    ['an id that is no text', [{ ...get('a'), id: {} }], 'Invalid batch payload format.'],
    ['no requests', [], 'Invalid batch payload format.'],
  ])('is refused for %s, and nothing is done', (_, requests, message) => {
    const { call, directory } = graphRig();
    const before = directory.changes;
    const { status, body: { error } } = call('POST', '/$batch', { requests: [create('first'), ...requests] .slice(requests.length === 0 ? 1 : requests.length > 20 ? 1 : 0) });
    expect([status, error?.code, error?.message]).toEqual([400, 'BadRequest', message]);
    expect(directory.changes).toBe(before);
  });

  it('needs POST and a token, and answers 200 with its own request id', () => {
    const { call } = graphRig();
    expect(call('GET', '/$batch').status).toBe(405);
    const { status, headers } = call('POST', '/$batch', { requests: [get('a')] }, { headers: { 'client-request-id': 'mine' } });
    expect([status, headers['client-request-id'], headers['request-id']?.length]).toEqual([200, 'mine', 36]);
  });
});

describe('dependencies', () => {
  it('run one after the other when each needs the one before', () => {
    const { batch } = graphRig();
    const answers = batch([create('a', 'ann'), { id: 'b', method: 'PATCH', url: '/users/ann@example.com', headers: json, body: { city: 'Oslo' }, dependsOn: ['A'] }, { id: 'c', method: 'GET', url: '/users/ann@example.com?$select=city', dependsOn: ['b'] }]);
    expect([answers['a']?.status, answers['b']?.status, answers['c']?.body?.['city']]).toEqual([201, 204, 'Oslo']);
  });

  it('may all be on the same request, and fail with it', () => {
    const { batch } = graphRig();
    const missing = { id: 'a', method: 'GET', url: '/users/nobody@example.com' };
    const answers = batch([missing, get('b', ['a']), get('free'), get('c', ['a'])]);
    expect(Object.fromEntries(Object.values(answers).map((x) => [x.id, x.status]))).toEqual({ a: 404, b: 424, c: 424, free: 200 });
    const { error } = answers['b']?.body ?? {};
    expect(error?.code).toBe('FailedDependency');
    expect(Object.keys(error?.innerError ?? {})).toEqual(['date', 'request-id', 'client-request-id']);
  });
});

describe('the requests of a batch', () => {
  it('have ids, headers and types of their own', () => {
    const { batch } = graphRig();
    const answers = batch([{ ...create('ok', 'ann'), headers: { 'content-TYPE': 'application/json', 'Client-Request-Id': 'inner' } }, { id: 'bad', method: 'GET', url: 'users/nobody@example.com' }, { id: 'count', method: 'GET', url: '/users/$count', headers: { consistencylevel: 'eventual' } }]);
    expect(answers['ok']?.headers).toMatchObject({ 'Cache-Control': 'no-cache', 'client-request-id': 'inner', 'Content-Type': 'application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8' });
    expect(answers['ok']?.headers['Location']).toContain('/users(');
    expect(answers['bad']?.headers['Content-Type']).toBe('application/json');
    expect(answers['bad']?.body?.error?.innerError['request-id']).toBe(answers['bad']?.headers['request-id']);
    expect(answers['bad']?.headers['request-id']).not.toBe(answers['ok']?.headers['request-id']);
    expect([answers['count']?.headers['Content-Type'], answers['count']?.body]).toEqual(['text/plain', expect.stringMatching(/^[12]$/)]);
  });

  it.each([
    ['an address with its version', '/v1.0/users', 400], ['a whole address', 'https://graph.microsoft.com/v1.0/users', 400], ['another batch', '/$batch', 400], ['an unknown collection', '/moons', 400], ['a broken escape', '/users/%E0%A4', 400], ['no slash', 'users?$top=1', 200],
  ])('with %s are answered one by one', (_, url, status) => {
    const { batch } = graphRig();
    const answers = batch([{ id: 'a', method: 'GET', url }, get('b')]);
    expect([answers['a']?.status, answers['b']?.status]).toEqual([status, 200]);
    if (status === 400) expect(answers['a']?.body?.error?.code).toBe('BadRequest');
  });

  it('with an unknown method, another type of body or a text instead of JSON are refused alone', () => {
    const { batch } = graphRig();
    const answers = batch([
      { id: 'a', method: 'PURGE', url: '/users' }, { id: 'b', method: 'POST', url: '/users', headers: { 'Content-Type': 'image/jpeg' }, body: 'YQ==' }, { id: 'c', method: 'POST', url: '/users', headers: json, body: JSON.stringify(newUser('x')) }, get('d'),
    ]);
    expect([answers['a'], answers['b'], answers['c'], answers['d']].map((x) => [x?.status, x?.body?.error?.code])).toEqual([[405, 'Request_BadRequest'], [415, 'UnsupportedMediaType'], [400, 'BadRequest'], [200, undefined]]);
  });

  it('meet each other now and then when two write one object, and never when they are in a row', () => {
    const met: string[] = [];
    for (let luck = 1; luck <= 20; luck++) {
      const { batch, user, group } = graphRig({ luck });
      const [ann, bob] = [user('ann'), user('bob')];
      const team = group('team');
      const answers = Object.values(batch([
        { id: '1', method: 'POST', url: `/groups/${team}/members/$ref`, headers: json, body: ref(ann) }, { id: '2', method: 'PATCH', url: `/groups('${team.toUpperCase()}')`, headers: json, body: bindTo([bob]) },
        { id: '3', method: 'PATCH', url: `/users/${bob}`, headers: json, body: { city: 'Oslo' } },
      ]));
      const refused = answers.filter((x) => x.status !== 204);
      expect(refused.length).toBeLessThan(2);
      for (const x of refused) {
        expect([x.status, x.body?.error?.code, x.body?.error?.message]).toEqual([409, 'Directory_ConcurrencyViolation', 'Error due to concurrent requests being made to the tenant. Please wait briefly and retry.']);
        met.push(x.id);
      }
      const inRow = Object.values(batch([{ id: '1', method: 'PATCH', url: `/users/${ann}`, headers: json, body: { city: 'a' } }, { id: '2', method: 'PATCH', url: `/users/${ann}`, headers: json, body: { city: 'b' }, dependsOn: ['1'] }]));
      expect(inRow.map((x) => x.status)).toEqual([204, 204]);
    }
    const { batch, user } = graphRig();
    const ann = user('ann');
    const named = Array.from({ length: 10 }, () => Object.values(batch([{ id: '1', method: 'PATCH', url: `/users/${ann}`, headers: json, body: { city: 'a' } }, { id: '2', method: 'PATCH', url: '/users/ANN@example.com', headers: json, body: { city: 'b' } }])).some((x) => x.status === 409));
    expect(named).toContain(true);
    expect(met.length).toBeGreaterThan(2);
    expect(met.length).toBeLessThan(20);
    expect(new Set(met)).toEqual(new Set(['1', '2']));
  });

  it('come back in another order', () => {
    const { call } = graphRig();
    const requests = Array.from({ length: 20 }, (_, i) => get(String(i)));
    const ids = (call('POST', '/$batch', { requests }).body['responses'] as { id: string }[]).map((r) => r.id);
    expect(ids.toSorted()).toEqual(requests.map((r) => r.id).toSorted());
    expect(ids).not.toEqual(requests.map((r) => r.id));
  });
});
