import { describe, expect, it } from 'vitest';
import type { ChangeMark, ChangeQuery } from '../../../../electron/engines/directory/index.ts';
import { dirSyncOf, type FakeAnswer, type FakeAttributes, type FakeSearch } from '../../../servers/fake-ldap.ts';
import { fake, open } from '../ldap/open-fake.ts';

const QUERY: ChangeQuery = { base: 'OU=Staff,DC=x', filter: '(objectClass=user)', attributes: ['mail', 'member'], account: 'reader@x' };
const DIRSYNC = '1.2.840.113556.1.4.841';
const VISIBLE_ONLY = 1;

const guid = (n: number): Buffer => Buffer.concat([Buffer.from([n, 0, 0, 0]), Buffer.alloc(12)]);
const id = (n: number): string => `0000000${n}-0000-0000-0000-000000000000`;

/** A domain controller; `respond` answers what is not about the server itself. */
interface Controller { server: string; invocation: number; usn: string; controls: readonly string[]; respond: (request: FakeSearch, answer: FakeAnswer) => void }

/** Starts one and opens it; `asked` are the requests that `respond` got. */
async function controller(more: Partial<Controller> = {}) {
  const state: Controller = { server: 'dc1.x', invocation: 7, usn: '100', controls: [DIRSYNC], respond: (_, answer) => { answer.done({ dirSync: { more: false, cookie: 'start' } }); }, ...more };
  const asked: FakeSearch[] = [];
  const server = await fake({
    search: (request, answer) => {
      const facts = ({
        '': { defaultNamingContext: ['DC=x'], dnsHostName: [state.server], highestCommittedUSN: [state.usn], supportedControl: state.controls, dsServiceName: ['CN=NTDS Settings,CN=DC1'] },
        'CN=NTDS Settings,CN=DC1': { invocationId: [guid(state.invocation)] },
      } satisfies Record<string, FakeAttributes>)[request.base];
      if (facts === undefined) {
        asked.push(request);
        state.respond(request, answer);
        return;
      }
      answer.entry(request.base, facts);
      answer.done();
    },
  });
  const directory = await open([server.server]);
  return { state, asked, directory, changes: (since: ChangeMark | null, query: Partial<ChangeQuery> = {}) => directory.changes(since, { ...QUERY, ...query }) };
}

describe('reading changes', () => {
  it('begins with a mark that is had without the directory, and says that everything is to be read', async () => {
    const { changes, asked, directory } = await controller();
    const { whole, changed, mark } = await changes(null);
    expect({ whole, changed }).toEqual({ whole: 'This is the first reading.', changed: [] });
    expect(mark).toMatchObject({ method: 'DirSync', server: 'dc1.x', invocation: id(7), usn: '100', token: Buffer.from('start').toString('base64'), problem: '' });
    expect(asked).toHaveLength(1);
    expect(asked[0]?.filter.toString('latin1')).toContain('objectClass');
    expect(directory.searches).toBe(3);
  });

  it('asks until the server has no more, and takes what is told of an object twice as to be read', async () => {
    const { changes, state, asked, directory } = await controller();
    const { mark } = await changes(null);
    const before = directory.searches;
    state.respond = (request, answer) => {
      const { cookie } = dirSyncOf(request) ?? { cookie: '' };
      const links = { 'member;range=1-1': ['CN=New,DC=x'], 'member;range=0-0': ['CN=Old,DC=x'] };
      answer.entry('CN=G,OU=Staff,DC=x', { objectGUID: [guid(1)], instanceType: ['4'], ...links });
      if (cookie === 'start') answer.entry('CN=H,OU=Staff,DC=x', { objectGUID: [guid(2)], ...links, mail: [] });
      else answer.entry('CN=K,OU=Staff,DC=x', { objectGUID: [guid(3)], ...links });
      answer.done({ dirSync: { more: cookie === 'start', cookie: cookie === 'start' ? 'second' : 'end' } });
    };
    const reading = await changes(mark);
    expect(reading.whole).toBeNull();
    expect(reading.changed).toEqual([
      { id: id(1), dn: 'CN=G,OU=Staff,DC=x', container: null },
      // A cleared value came besides.
      { id: id(2), dn: 'CN=H,OU=Staff,DC=x', container: null },
      { id: id(3), dn: 'CN=K,OU=Staff,DC=x', container: null, links: { member: { added: ['CN=New,DC=x'], removed: ['CN=Old,DC=x'] } } },
    ]);
    expect(asked.slice(1).map((request) => dirSyncOf(request)?.cookie)).toEqual(['start', 'second']);
    expect(reading.mark.token).toBe(Buffer.from('end').toString('base64'));
    expect(directory.searches - before).toBe(4);
  });

  it('tells deleted objects, containers and restored ones apart', async () => {
    const { changes, state, asked } = await controller();
    const { mark } = await changes(null);
    state.respond = (_, answer) => {
      answer.entry('CN=A\\0ADEL:x,CN=Deleted Objects,DC=x', { objectGUID: [guid(1)], isDeleted: ['TRUE'], mail: [] });
      answer.entry('OU=New,DC=x', { objectGUID: [guid(2)], objectClass: ['top', 'organizationalUnit'], name: ['New'] });
      answer.entry('CN=Back,DC=x', { objectGUID: [guid(3)], objectClass: ['top', 'user'], isDeleted: [], name: ['Back'] });
      answer.done({ dirSync: { more: false, cookie: 'end' } });
    };
    expect(await changes(mark)).toMatchObject({ deleted: [id(1)], changed: [{ id: id(2), container: true }, { id: id(3), container: false }] });
    expect(asked.at(-1)).toMatchObject({ base: 'DC=x', attributes: ['objectGUID', 'objectClass', 'name', 'isDeleted', 'mail', 'member'] });
  });

  it.each([
    ['another domain controller answers', { server: 'dc2.x' }, /^dc2\.x answered, and the last reading was of dc1\.x/],
    ['its database was restored', { invocation: 8 }, /^The database of dc1\.x was restored/],
    ['the machine was put back as it was', { usn: '99' }, /^dc1\.x was put back to an older state: its last change is number 99, and number 100/],
  ] as const)('reads everything when %s', async (_, change, why) => {
    const { changes, state, asked } = await controller();
    const { mark } = await changes(null);
    Object.assign(state, change);
    const reading = await changes(mark);
    expect(reading).toMatchObject({ whole: expect.stringMatching(why), changed: [], mark: { usn: state.usn, server: state.server, invocation: id(state.invocation), token: Buffer.from('start').toString('base64') } });
    // The old cookie is not even shown to it.
    expect(dirSyncOf(asked.at(-1)!)?.cookie).toBe('');
    expect((await changes(reading.mark)).whole).toBeNull();
  });

  it.each([
    ['attributes', { attributes: ['mail', 'member', 'title'] }], ['base', { base: 'OU=Other,DC=x' }], ['filter', { filter: '(objectClass=group)' }], ['account', { account: 'another@x' }],
  ] as const)('reads everything when the %s changed, but not for their order or case', async (_, change) => {
    const { changes } = await controller();
    const { mark } = await changes(null);
    expect((await changes(mark, change)).whole).toMatch(/^What is asked for was changed/);
    expect((await changes(mark, { attributes: ['Member', 'MAIL'], base: 'ou=staff, dc=x', account: 'Reader@x' })).whole).toBeNull();
  });

  it('reads everything when the cookie is refused, from a new mark', async () => {
    const { changes, state } = await controller();
    const { mark } = await changes(null);
    state.respond = (request, answer) => {
      if (dirSyncOf(request)?.cookie === '') answer.done({ dirSync: { more: false, cookie: 'anew' } });
      else answer.done({ code: 12 });
    };
    expect(await changes(mark)).toMatchObject({ whole: 'dc1.x did not accept where the last reading ended (its DirSync cookie).', mark: { method: 'DirSync', token: Buffer.from('anew').toString('base64') } });
  });

  it('asks for what the account may see when it lacks the right, and again for everything when told to', async () => {
    const allowed = { all: false };
    const { changes, asked } = await controller({
      respond: (request, answer) => {
        const isVisible = ((dirSyncOf(request)?.flags ?? 0) & VISIBLE_ONLY) !== 0;
        answer.done(isVisible || allowed.all ? { dirSync: { more: false, cookie: isVisible ? 'some' : 'all' } } : { code: 50 });
      },
    });
    const { mark } = await changes(null);
    expect(mark).toMatchObject({ method: 'DirSync (visible objects)', problem: expect.stringContaining('lacks the right "Replicating Directory Changes" on DC=x') });
    asked.length = 0;
    expect((await changes(mark)).mark.method).toBe('DirSync (visible objects)');
    expect(asked).toHaveLength(1);
    allowed.all = true;
    expect((await changes(mark)).mark.method).toBe('DirSync (visible objects)');
    expect((await changes(mark, { climb: true })).mark).toMatchObject({ method: 'DirSync', problem: '' });
  });

  it('compares uSNChanged where the control is not offered, and asks nothing when the number is the same', async () => {
    const bin = { seen: true };
    const { changes, state, asked } = await controller({
      controls: [],
      respond: (request, answer) => {
        if (request.base.startsWith('<WKGUID=')) { if (bin.seen) answer.entry('CN=Deleted Objects,DC=x', { objectGUID: [guid(9)] }); answer.done(bin.seen ? {} : { code: 32 }); return; }
        if (request.page?.cookie === '') { answer.entry('CN=A,OU=Staff,DC=x', { objectGUID: [guid(1)], objectClass: ['user'] }); answer.done({ cookie: 'next' }); return; }
        answer.entry('CN=B\\0ADEL:x,CN=Deleted Objects,DC=x', { objectGUID: [guid(2)], objectClass: ['user'], isDeleted: ['TRUE'] });
        answer.done();
      },
    });
    const { mark } = await changes(null);
    expect(mark).toMatchObject({ method: 'uSNChanged', token: '', usn: '100', problem: '' });
    asked.length = 0;
    expect(await changes(mark)).toMatchObject({ whole: null, changed: [], deleted: [] });
    expect(asked).toEqual([]);
    state.usn = '105';
    const reading = await changes(mark);
    expect(reading).toMatchObject({ whole: null, changed: [{ id: id(1), container: false }], deleted: [id(2)], mark: { usn: '105', method: 'uSNChanged' } });
    expect(asked[0]?.filter.toString('latin1')).toContain('uSNChanged');
    expect(asked[0]?.filter.toString('latin1')).toContain('101');
    bin.seen = false;
    expect((await changes(null)).mark).toMatchObject({ method: 'uSNChanged (visible objects)', problem: expect.stringContaining('does not offer the DirSync control') });
  });

  it('asks for the access list alone of a security descriptor, which an account may read that may not read what is audited', async () => {
    const { changes, asked } = await controller();
    await changes(null, { attributes: ['nTSecurityDescriptor'] });
    await changes(null);
    expect(asked.map(({ controls }) => controls.has('1.2.840.113556.1.4.801'))).toEqual([true, false]);
  });

  it.each([[51, 'DIRECTORY_UNAVAILABLE'], [1, 'DIRECTORY_REFUSED']])('passes on any other refusal (code %i)', async (code, error) => {
    const { changes } = await controller({ respond: (_, answer) => { answer.done({ code }); } });
    await expect(changes(null)).rejects.toMatchObject({ data: { code: error } });
  });

  it('refuses an answer without its control', async () => {
    const { changes } = await controller({ respond: (_, answer) => { answer.done(); } });
    await expect(changes(null)).rejects.toMatchObject({ data: { code: 'DIRECTORY_REFUSED', message: expect.stringContaining('no DirSync control') } });
  });

  it('refuses a server that is no domain controller', async () => {
    const { changes } = await controller({ usn: '' });
    await expect(changes(null)).rejects.toMatchObject({ data: { code: 'DIRECTORY_REFUSED', message: expect.stringContaining('no domain controller') } });
  });
});
