import { describe, expect, it } from 'vitest';
import { DAY, rowOf, tenant } from './delta-support.ts';

const HOUR = 3600 * 1000;
const id = (n: number) => `0000de17-0000-4000-8000-${String(n).padStart(12, '0')}`;
const users = Array.from({ length: 4 }, (_, n) => ({ id: id(n), properties: { displayName: `u${n}`, surname: `s${n}` } }));
const groups = [{ id: id(100), properties: { displayName: 'team', description: 'd' }, memberIds: [id(0)] }];
const contacts = [{ id: id(200), properties: { displayName: 'contact', companyName: 'Fabrikam' } }];
const full = () => tenant({ users, groups, contacts });

describe('options of a delta query', () => {
  it.each(['$top=5', '$expand=members', '$orderby=displayName', '$search="displayName:a"', '$count=true', '$skip=1', '$format=json'])('refuses %s', (option) => {
    expect(full().get(`/users/delta?${option}`)).toMatchObject({ status: 400, code: 'Request_UnsupportedQuery' });
  });
  it.each(['$select=displayName', "$filter=id eq 'x'", '$top=5'])('refuses %s beside a token', (option) => {
    const t = full();
    expect(t.get(`${t.round('/users/delta').link}&${option}`)).toMatchObject({ status: 400, code: 'Request_UnsupportedQuery' });
    expect(t.get(`${t.get('/users/delta', { prefer: 'odata.maxpagesize=1' }).next ?? ''}&${option}`)).toMatchObject({ status: 400, code: 'Request_UnsupportedQuery' });
  });
  it('refuses unknown properties, properties kept elsewhere and relations of another kind in $select', () => {
    const t = full();
    expect(t.get('/users/delta?$select=nonsense')).toMatchObject({ status: 400, code: 'BadRequest', message: "Parsing OData Select and Expand failed: Could not find a property named 'nonsense' on type 'microsoft.graph.user'." });
    expect(t.get('/users/delta?$select=members')).toMatchObject({ status: 400 });
    expect(t.get('/groups/delta?$select=manager')).toMatchObject({ status: 400 });
    expect(t.get('/users/delta?$select=skills')).toMatchObject({ status: 501, code: 'NotImplemented', message: 'This operation target is not yet supported.' });
  });
  it('filters by ids alone, 50 at most', () => {
    const t = full();
    const { rows, link } = t.round(`/users/delta?$filter=id eq '${id(1)}' or id eq '${id(3).toUpperCase()}'`);
    expect(rows.map((r) => r.id)).toEqual([id(1), id(3)]);
    for (const n of [1, 2]) { const o = t.directory.user.get(id(n)); if (o) t.directory.update(o, { displayName: 'x' }); }
    expect(t.round(link).rows.map((r) => r.id)).toEqual([id(1)]);
    const clauses = (count: number) => Array.from({ length: count }, (_, n) => `id eq '${id(n)}'`).join(' or ');
    expect(t.get(`/users/delta?$filter=${clauses(50)}`)).toMatchObject({ status: 200 });
    expect(t.get(`/users/delta?$filter=${clauses(51)}`)).toMatchObject({ status: 400, code: 'Request_UnsupportedQuery' });
    for (const filter of ["startswith(displayName,'u')", `id eq '${id(1)}' and id eq '${id(1)}'`, `id ne '${id(1)}'`, "isof('microsoft.graph.user')", '']) {
      expect(t.get(`/users/delta?$filter=${encodeURIComponent(filter)}`)).toMatchObject({ status: 400, code: 'Request_UnsupportedQuery', message: 'Filter not supported.' });
    }
    expect(t.get("/users/delta?$filter=id eq 'ann'")).toMatchObject({ status: 400, code: 'Request_BadRequest' });
  });
  it('needs the permission that reading the collection needs, on every page', () => {
    const t = full();
    const denied = { status: 403, code: 'Authorization_RequestDenied' };
    expect(t.get('/users/delta', {}, ['Group.Read.All'])).toMatchObject(denied);
    expect(t.get('/groups/delta', {}, ['User.Read.All'])).toMatchObject(denied);
    expect(t.get('/contacts/delta', {}, ['User.Read.All'])).toMatchObject(denied);
    expect(t.get(t.latest('/users/delta'), {}, ['Group.Read.All'])).toMatchObject(denied);
    expect([t.get('/users/delta', {}, ['User.Read.All']).status, t.get('/groups/delta', {}, ['Group.Read.All']).status, t.get('/contacts/delta', {}, ['OrgContact.Read.All']).status]).toEqual([200, 200, 200]);
  });
  it('tracks contacts', () => {
    const t = full();
    const first = t.round('/contacts/delta');
    expect(first.rows).toEqual([{ id: id(200), displayName: 'contact', companyName: 'Fabrikam' }]);
    const contact = t.directory.contact.get(id(200));
    if (contact) t.directory.purge(contact, 'exchange');
    expect(t.round(first.link).rows).toEqual([{ id: id(200), '@removed': { reason: 'deleted' } }]);
  });
});

describe('/directoryObjects/delta', () => {
  const kinds = (filter: string) => full().round(`/directoryObjects/delta?$filter=${filter}`).rows.map((r) => [r['@odata.type'], r.id]);
  const user = (n: number) => ['#microsoft.graph.user', id(n)];
  const [group, contact] = [['#microsoft.graph.group', id(100)], ['#microsoft.graph.orgContact', id(200)]];
  it('needs a type or ids', () => {
    for (const query of ['', "?$filter=isof('microsoft.graph.nonsense')"]) {
      expect(full().get(`/directoryObjects/delta${query}`)).toMatchObject({ status: 400, code: 'Request_UnsupportedQuery', message: 'Delta query is not supported for directoryObjects without a valid resource type or id filter.' });
    }
    expect(full().get("/directoryObjects/delta?$filter=isof('microsoft.graph.user') and isof('microsoft.graph.group')")).toMatchObject({ status: 400, code: 'Request_UnsupportedQuery' });
  });
  it('takes types, ids, and both as the objects that fit both', () => {
    expect(kinds("isof('microsoft.graph.user')")).toEqual([0, 1, 2, 3].map(user));
    expect(kinds("isof('microsoft.graph.group') or isof('microsoft.graph.orgContact')")).toEqual([group, contact]);
    expect(kinds(`id eq '${id(2)}' or id eq '${id(200)}'`)).toEqual([user(2), contact]);
    expect(kinds(`isof('microsoft.graph.user') or id eq '${id(2)}' or id eq '${id(100)}'`)).toEqual([user(2)]);
  });
  it('says that it does not keep other kinds of objects', () => {
    expect(full().get("/directoryObjects/delta?$filter=isof('microsoft.graph.device')")).toMatchObject({ status: 501, message: 'The simulator does not offer delta queries on device.' });
  });
  it('takes properties by type in $select', () => {
    const t = full();
    const { rows, link } = t.round("/directoryObjects/delta?$filter=isof('microsoft.graph.user') or isof('microsoft.graph.group')&$select=microsoft.graph.user/surname,microsoft.graph.group/displayName,microsoft.graph.group/members");
    expect(rowOf(rows, id(0))).toEqual({ '@odata.type': '#microsoft.graph.user', surname: 's0', id: id(0) });
    expect(rowOf(rows, id(100))).toEqual({ '@odata.type': '#microsoft.graph.group', displayName: 'team', id: id(100), 'members@delta': [{ '@odata.type': '#microsoft.graph.user', id: id(0) }] });
    const one = t.directory.user.get(id(0));
    if (one) t.directory.softDelete(one);
    expect(rowOf(t.round(link).rows, id(0))).toEqual({ '@odata.type': '#microsoft.graph.user', id: id(0), '@removed': { reason: 'changed' } });
    expect(t.get("/directoryObjects/delta?$filter=isof('microsoft.graph.user')&$select=surname")).toMatchObject({ status: 400, code: 'BadRequest' });
  });
  it('needs the permission of each type', () => {
    const t = full();
    const at = (filter: string, ...permissions: string[]) => t.get(`/directoryObjects/delta?$filter=${filter}`, {}, permissions).status;
    expect(at("isof('microsoft.graph.user')", 'User.Read.All')).toBe(200);
    expect(at("isof('microsoft.graph.user') or isof('microsoft.graph.group')", 'User.Read.All')).toBe(403);
    expect(at("isof('microsoft.graph.user') or isof('microsoft.graph.group')", 'User.Read.All', 'Group.Read.All')).toBe(200);
    expect(at("isof('microsoft.graph.orgContact')", 'User.Read.All')).toBe(403);
    expect(at(`id eq '${id(1)}'`, 'User.Read.All')).toBe(200);
    expect(at(`id eq '${id(100)}'`, 'User.Read.All')).toBe(403);
    expect(at(`id eq '${id(999)}'`, 'User.Read.All')).toBe(403);
  });
});

describe('state tokens', () => {
  const malformed = { status: 400, code: 'Request_BadRequest', message: 'Badly formed token.' };
  const expired = { status: 400, code: 'syncStateNotFound', message: 'The sync state generation is not found. The delta token is expired and data must be synchronized again.' };
  const reset = { status: 410, code: 'resyncRequired', location: 'https://graph.microsoft.com/v1.0/users/delta?$deltatoken=' };
  const small = { prefer: 'odata.maxpagesize=1' };
  it('are refused when they were changed, made up, or given for another use, collection or tenant', () => {
    const t = full();
    const { link } = t.round('/users/delta');
    const next = t.get('/users/delta', small).next ?? '';
    const token = link.split('=')[1] ?? '';
    const other = tenant({ users, tenant: { id: 'ca05e0a1-51f0-4c1d-9a7e-000000000999', displayName: 'Other', domains: [{ name: 'other.onmicrosoft.com', isInitial: true, isDefault: true }] } });
    for (const bad of [`${link.slice(0, -3)}AAA`, link.replace('deltatoken=', 'deltatoken=A'), '/users/delta?$deltatoken=abc', '/users/delta?$skiptoken=', `/users/delta?$skiptoken=${token}`, `/groups/delta?$deltatoken=${token}`, next.replace('skiptoken', 'deltatoken')]) {
      expect(t.get(bad)).toMatchObject(malformed);
    }
    expect(other.get(link)).toMatchObject(malformed);
    expect(t.get(`${link}&$skiptoken=${token}`)).toMatchObject({ status: 400, code: 'Request_BadRequest' });
    expect(t.get(link).status).toBe(200);
  });
  it('live 7 days as delta links', () => {
    const t = full();
    const { link } = t.round('/users/delta');
    t.pass(7 * DAY);
    const renewed = t.get(link);
    expect(renewed.status).toBe(200);
    t.pass(1);
    expect(t.get(link)).toMatchObject(expired);
    expect(t.get(renewed.delta ?? '').status).toBe(200);
  });
  it('count from the start of their round, not from its last page', () => {
    const t = full();
    let page = t.get('/users/delta', small);
    for (; page.next !== undefined; page = t.get(page.next, small)) t.pass(HOUR / 2);
    t.pass(7 * DAY - HOUR / 2);
    expect(t.get(page.delta ?? '')).toMatchObject(expired);
  });
  it('live an hour as next links', () => {
    const t = full();
    const next = t.get('/users/delta', small).next ?? '';
    t.pass(HOUR);
    expect(t.get(next).status).toBe(200);
    t.pass(1);
    expect(t.get(next)).toMatchObject({ status: 400, code: 'Directory_ExpiredPageToken' });
  });
  it('are answered with 410 and where to begin anew when the tenant has lost its history', () => {
    const t = full();
    const { link } = t.round('/users/delta?$select=displayName');
    const next = t.get('/users/delta', small).next ?? '';
    t.directory.journal.reset();
    expect([t.get(link), t.get(next)]).toMatchObject([reset, reset]);
    const again = t.round(t.get(link).location ?? '');
    expect(again.rows).toHaveLength(4);
    expect(t.get(again.link).status).toBe(200);
  });
  it('are answered with 410 when the journal does not reach back to them', () => {
    const t = tenant({ users }, 9 * DAY);
    t.user('late');
    t.pass(DAY + 2 * HOUR);
    const { link } = t.round('/users/delta');
    t.pass(6 * DAY);
    // The only entry is forgotten before it has replicated.
    t.directory.journal.forgetOld();
    expect(t.get(link)).toMatchObject(reset);
  });
  it('are answered with 410 once when a reset is asked for', () => {
    const t = full();
    const { link } = t.round('/users/delta');
    t.resetNext();
    expect(t.get(link)).toMatchObject(reset);
    expect(t.get(link).status).toBe(200);
  });
  it('outlive a restart as delta links, but not half a first round', () => {
    const t = full();
    const plain = t.round('/users/delta').link;
    const next = t.get('/users/delta', small).next ?? '';
    t.restart();
    expect(t.get(plain).status).toBe(200);
    expect(t.get(next)).toMatchObject({ status: 400, code: 'Directory_ExpiredPageToken' });
  });
});
