import { describe, expect, it } from 'vitest';
import {
  explain, findRequest, foundIds, fromGraph, graphWrites, isAlreadyMember, isConflict, isNotMember, selectOf, toGraphBody,
} from '../../../electron/engines/tenant/index.ts';
import type { GraphError } from '../../../electron/engines/tenant/index.ts';
import { readGraphError } from '../../../electron/engines/tenant/graph/envelopes.ts';

const error = (status: number, code: string, message: string, details: GraphError['details'] = []): GraphError => ({ status, code, message, details, requestId: 'r' });

describe('Graph JSON to an object', () => {
  it('keeps what is there and leaves out what is empty', () => {
    const object = fromGraph('user', {
      id: 'a', displayName: 'Ann', userPrincipalName: 'ann@x.y', accountEnabled: false, city: '', jobTitle: null, businessPhones: [], otherMails: ['a@b', 'c@d'],
      onPremisesExtensionAttributes: { extensionAttribute1: 'one', extensionAttribute2: null }, assignedLicenses: [{ skuId: 's1', disabledPlans: [] }], manager: { id: 'm' }, unknownToUs: 'x',
    });
    expect(object).toEqual({
      id: 'a', kind: 'user', name: 'Ann', deleted: false, links: { manager: ['m'] },
      attributes: {
        displayName: ['Ann'], userPrincipalName: ['ann@x.y'], accountEnabled: ['false'], otherMails: ['a@b', 'c@d'],
        'onPremisesExtensionAttributes/extensionAttribute1': ['one'], assignedLicenses: ['s1'], licenseAssignmentStates: ['s1 direct Active'],
      },
    });
  });

  it('finds a name for everything', () => {
    expect(fromGraph('contact', { id: 'c', displayName: null, mail: 'c@x' }).name).toBe('c@x');
    expect(fromGraph('group', { id: 'g' }).name).toBe('g');
  });

  it('asks for each property once, nested ones by their outer name', () => {
    const select = selectOf('user').split(',');
    expect(new Set(select).size).toBe(select.length);
    expect(select.filter((one) => one.includes('/'))).toEqual([]);
  });
});

describe('changes to a body', () => {
  it('makes booleans, collections and nested objects, and clears with null and []', () => {
    expect(toGraphBody('user', [
      { attribute: 'accountEnabled', after: ['true'] }, { attribute: 'city', after: null }, { attribute: 'otherMails', after: null }, { attribute: 'businessPhones', after: ['1'] },
      { attribute: 'onPremisesExtensionAttributes/extensionAttribute1', after: ['x'] }, { attribute: 'onPremisesExtensionAttributes/extensionAttribute2', after: null },
    ], 'update')).toEqual({
      accountEnabled: true, city: null, otherMails: [], businessPhones: ['1'], onPremisesExtensionAttributes: { extensionAttribute1: 'x', extensionAttribute2: null },
    });
  });

  it('leaves empty values out of a create and nests the password', () => {
    expect(toGraphBody('user', [
      { attribute: 'displayName', after: ['A'] }, { attribute: 'city', after: null }, { attribute: 'passwordProfile/password', after: ['p'] }, { attribute: 'passwordProfile/forceChangePasswordNextSignIn', after: ['true'] },
    ], 'create')).toEqual({ displayName: 'A', passwordProfile: { password: 'p', forceChangePasswordNextSignIn: true } });
    expect(toGraphBody('group', [{ attribute: 'groupTypes', after: ['Unified'] }, { attribute: 'mailEnabled', after: ['TRUE'] }], 'create')).toEqual({ groupTypes: ['Unified'], mailEnabled: true });
  });

  it.each([
    ['user', 'proxyAddresses', ['smtp:a@b'], 'update'], ['user', 'mail', ['a@b'], 'update'], ['user', 'displayName', null, 'update'], ['user', 'nonsense', ['x'], 'update'],
    ['user', 'accountEnabled', ['perhaps'], 'update'], ['contact', 'displayName', ['x'], 'create'],
  ] as const)('refuses %s %s', (kind, attribute, after, what) => {
    expect(() => toGraphBody(kind, [{ attribute, after }], what)).toThrow(expect.objectContaining({ data: expect.objectContaining({ code: 'INVALID_INPUT' }) as unknown }));
  });
});

describe('requests', () => {
  it('binds with the Graph host of the cloud', () => {
    const writes = graphWrites('usgov');
    expect(writes.setManager('u', 'm')).toEqual({ method: 'PUT', url: '/users/u/manager/$ref', body: { '@odata.id': 'https://graph.microsoft.us/v1.0/directoryObjects/m' } });
    expect(writes.clearManager('u')).toEqual({ method: 'DELETE', url: '/users/u/manager/$ref' });
    expect(writes.addMembers('g', ['a', 'b'])).toEqual({ method: 'PATCH', url: '/groups/g', body: { 'members@odata.bind': ['https://graph.microsoft.us/v1.0/directoryObjects/a', 'https://graph.microsoft.us/v1.0/directoryObjects/b'] } });
    expect(writes.addMember('g', 'a')).toMatchObject({ method: 'POST', url: '/groups/g/members/$ref' });
    expect(writes.removeMember('g', 'a')).toEqual({ method: 'DELETE', url: '/groups/g/members/a/$ref' });
    expect(writes.delete('group', 'g')).toEqual({ method: 'DELETE', url: '/groups/g' });
    expect(writes.restore('d')).toEqual({ method: 'POST', url: '/directory/deletedItems/d/restore', body: {} });
    expect(writes.purge('d')).toEqual({ method: 'DELETE', url: '/directory/deletedItems/d' });
    expect(writes.create('user', { a: 1 })).toEqual({ method: 'POST', url: '/users', body: { a: 1 } });
    expect(writes.update('group', 'a/b', {})).toEqual({ method: 'PATCH', url: '/groups/a%2Fb', body: {} });
  });

  it('refuses more than 20 members and what Graph cannot write', () => {
    const writes = graphWrites('global');
    expect(() => writes.addMembers('g', Array.from({ length: 21 }, (_, i) => `m${i}`))).toThrow(/1 to 20/);
    expect(() => writes.addMembers('g', [])).toThrow(/1 to 20/);
    expect(() => writes.create('contact', {})).toThrow(/Exchange/);
  });

  it('finds by a key with quotes doubled and reserved characters encoded', () => {
    const { url } = findRequest('user', 'userPrincipalName', "o'neil+x&y@contoso.com");
    expect(new URL(url, 'https://x').searchParams.get('$filter')).toBe("userPrincipalName eq 'o''neil+x&y@contoso.com'");
    expect(() => findRequest('user', "x' or 'y", 'z')).toThrow(/no property/);
    expect(foundIds({ value: [{ id: 'a' }, { id: 'b' }] })).toEqual(['a', 'b']);
    expect(foundIds({ error: {} })).toEqual([]);
  });
});

describe('refusals', () => {
  const conflict = error(400, 'Request_BadRequest', 'Another object with the same value for property proxyAddresses already exists.', [{ code: 'ObjectConflict', message: 'x', target: 'proxyAddresses' }]);

  it('tells a conflict by detail, by message and by code', () => {
    expect(isConflict(conflict)).toEqual({ property: 'proxyAddresses' });
    expect(isConflict(error(400, 'Request_BadRequest', 'Another object with the same value for property mailNickname already exists.'))).toEqual({ property: 'mailNickname' });
    expect(isConflict(error(400, 'Request_BadRequest', 'x', [{ code: 'ObjectConflict', message: 'x', target: 'userPrincipalName' }]))).toEqual({ property: 'userPrincipalName' });
    expect(isConflict(error(400, 'Request_MultipleObjectsWithSameKeyValue', 'x'))).toEqual({ property: '' });
    expect(isConflict(error(400, 'Request_BadRequest', 'Invalid value.'))).toBeNull();
  });

  it('tells memberships that are already as wanted', () => {
    const there = error(400, 'Request_BadRequest', "One or more added object references already exist for the following modified properties: 'members'.");
    const gone = error(400, 'Request_BadRequest', "One or more removed object references do not exist for the following modified properties: 'members'.");
    expect([isAlreadyMember(there), isAlreadyMember(gone), isAlreadyMember(conflict)]).toEqual([true, false, false]);
    expect([isNotMember(there), isNotMember(gone), isNotMember(error(404, 'Request_ResourceNotFound', 'x'))]).toEqual([false, true, true]);
  });

  it.each([
    [conflict, /already has this proxyAddresses.*recycle bin/], [error(403, 'Authorization_RequestDenied', 'Insufficient privileges'), /lacks a permission/],
    [error(403, 'Directory_QuotaExceeded', 'quota'), /quota/], [error(400, 'Request_BadRequest', 'Cannot Update a mail-enabled security groups and or distribution list.'), /distribution list/],
    [error(400, 'Request_BadRequest', 'Unable to update the specified properties for on-premises mastered Directory Sync objects or objects currently undergoing migration.'), /synchronised/],
    [error(400, 'x', "Property 'proxyAddresses' is read-only and cannot be set."), /Exchange/], [error(404, 'Request_ResourceNotFound', ''), /does not exist/],
    [error(503, 'ServiceUnavailable', ''), /try again later/], [error(418, '', ''), /418/], [error(400, 'x', 'Something new'), /refused it: Something new\./],
  ])('explains in one sentence', (one, sentence) => {
    expect(explain(one)).toMatch(sentence);
  });

  it('reads both spellings of innerError and survives anything else', () => {
    expect(readGraphError(400, { error: { code: 'a', message: 'b', innererror: { 'request-id': 'low' } } }).requestId).toBe('low');
    expect(readGraphError(400, { error: { code: 'a', message: 'b', innerError: { 'request-id': 'high' } } }).requestId).toBe('high');
    for (const body of [null, undefined, 'text', [], { error: 'text' }, { error: { details: null } }]) expect(readGraphError(502, body)).toMatchObject({ status: 502, details: [] });
  });
});
