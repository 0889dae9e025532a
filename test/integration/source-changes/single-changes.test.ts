import { Attribute, Change, Client } from 'ldapts';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { discoverSource } from '../../../electron/app/pipeline/discover.ts';
import { readSourceChanges } from '../../../electron/app/pipeline/read-source-changes.ts';
import type { Directory } from '../../../electron/engines/directory/index.ts';
import type { Repositories, RuleInput, Store, Watermark } from '../../../electron/store/index.ts';
import type { MappingRule } from '../../../shared/domain/rules.ts';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { securityDescriptor } from '../../servers/security-descriptor.ts';
import { Organisation, type Node } from './generator.ts';
import { connect, contents, expectSameAsWhole, follow, servicesOn, SILENT, sourceOf, type Account, type Follower } from './rig.ts';

const DAY = 24 * 60 * 60_000;
/** Extended right Send As (MS-ADTS 5.1.3.2.1). */
const SEND_AS = 'ab721a54-1e2f-11d0-9819-00aa0040529b';
const signal = new AbortController().signal;

const reads = (sourceAttribute: string): RuleInput<MappingRule> => ({ enabled: true, action: 'Overwrite', condition: 'always', sourceClass: 'user', sourceAttribute, targetClass: 'user', targetAttribute: 'city', value: '', conversion: 'none' });

/** A store that notes what is asked of it. */
function noting(store: Store, notes: string[]): Store {
  const wrap = <T extends Repositories>(all: T): T => new Proxy(all, {
    get: (target, noun: string) => {
      const member = target[noun as keyof T];
      if (noun === 'transaction') return (fn: (within: Repositories) => Promise<unknown>) => (target as unknown as Store).transaction((within) => fn(wrap(within)));
      if (typeof member !== 'object' || member === null) return member;
      return new Proxy(member, { get: (of, method: string) => { notes.push(`${noun}.${method}`); return of[method as keyof typeof of]; } });
    },
  });
  return wrap(store);
}

describe.skipIf(skipFor(await sambaObstacle()))('single changes of a directory (Samba)', () => {
  let samba: SambaServer;
  let admin: Client;
  let organisation: Organisation;
  let staff: Node;
  let account: Account;
  let number = 0;

  /** A unit of its own for a test, with a follower of everything. */
  async function unit(who: Account = account): Promise<{ readonly top: Node; readonly follower: Follower }> {
    const top = await organisation.add('ou', `Test${number++}`, staff);
    const follower = await follow(sourceOf(samba, who), () => connect(samba, who));
    onTestFinished(() => follower.close());
    return { top, follower };
  }
  const edit = (node: Node, type: string, ...values: (string | Buffer)[]) => admin.modify(organisation.dn(node), new Change({ operation: 'replace', modification: new Attribute({ type, values: values as string[] }) }));
  const what = async (follower: Follower, ...nodes: readonly Node[]) => {
    const feed = await follower.feed();
    return nodes.map(({ id }) => feed.filter((entry) => entry.objectId === id).map((entry) => entry.what));
  };

  beforeAll(async () => {
    samba = await startSamba({ address: '127.0.0.61' });
    account = { username: samba.adminUser, password: samba.password };
    admin = new Client({ url: `ldaps://${samba.address}`, tlsOptions: { rejectUnauthorized: false } });
    await admin.bind(samba.adminUser, samba.password);
    await admin.add(`CN=plain,CN=Users,${samba.baseDn}`, { objectClass: 'user', sAMAccountName: 'plain', userPrincipalName: 'plain@corp.example.com', unicodePwd: Buffer.from('"Passw0rd!svc"', 'utf16le') as never, userAccountControl: '512' });
    organisation = new Organisation(admin, samba.baseDn, 1);
    staff = await organisation.add('ou', 'Staff');
  });
  afterAll(async () => {
    await admin?.unbind();
    await samba?.stop();
  });

  it('puts into the feed what changed, once, and nothing before somebody follows', async () => {
    const { top, follower } = await unit();
    const [ann, ben, cem, inner] = [await organisation.add('user', 'Ann', top), await organisation.add('user', 'Ben', top), await organisation.add('user', 'Cem', top), await organisation.add('ou', 'Inner', top)];
    const eva = await organisation.add('user', 'Eva', inner);
    const group = await organisation.add('group', 'Group', top, { member: [ann, ben, eva].map((node) => organisation.dn(node)) });
    expect(await follower.read()).toMatchObject({ method: 'DirSync', whole: 'This is the first reading.', problem: '' });
    expect(await follower.feed()).toEqual([]);

    await organisation.set(cem, 'replace', 'displayName', 'Cem C');
    expect(await follower.read()).toMatchObject({ whole: null, changed: 1, gone: 0 });
    expect(await what(follower, ann, ben, cem, eva, group)).toEqual([[], [], ['object'], [], []]);

    // The directory tells nothing of the group.
    await organisation.move(ann, 'Ann B');
    await follower.read();
    expect(await what(follower, ann, group)).toEqual([['object', 'object'], ['links']]);
    await organisation.remove(ben);
    expect(await follower.read()).toMatchObject({ gone: 1 });
    expect(await what(follower, ben, group)).toEqual([['gone'], ['links']]);
    await organisation.move(inner, 'Inner, renamed');
    await follower.read();
    expect(await what(follower, eva, group)).toEqual([['object'], ['links']]);
    await organisation.reanimate(ben);
    await follower.read();
    expect(await what(follower, ben, group)).toEqual([['back'], []]);
    expect(await follower.feed()).toEqual([]);
    await expectSameAsWhole(follower);
  });

  it('writes nothing but the watermark when nothing changed', async () => {
    const { follower } = await unit();
    await follower.read();
    const before = await follower.store.watermarks.get(follower.pair.id, 'source');
    const directory = await connect(samba, account);
    onTestFinished(() => directory.close());
    const notes: string[] = [];
    const phases: string[] = [];
    const reporter = { ...SILENT, phase: (name: string) => { phases.push(name); return Promise.resolve(); } };
    expect(await readSourceChanges(servicesOn(noting(follower.store, notes)), follower.pair, directory, reporter, signal)).toMatchObject({ whole: null, changed: 0, gone: 0, searches: 3 });
    expect(notes.filter((note) => !note.endsWith('.list') && !note.endsWith('.wordings'))).toEqual(['watermarks.save']);
    expect(phases).toEqual([]);
    expect((await follower.store.watermarks.get(follower.pair.id, 'source'))?.readAt).toBeGreaterThanOrEqual(before?.readAt ?? Number.POSITIVE_INFINITY);
  });

  it.each([
    ['the server was put back to an older state', (mark: Watermark) => ({ ...mark, usn: String(Number(mark.usn) + 1_000_000) }), /was put back to an older state/],
    ['its database was restored', (mark: Watermark) => ({ ...mark, invocation: 'aaaaaaaa-0000-0000-0000-000000000000' }), /was restored since/],
    ['another server was read', (mark: Watermark) => ({ ...mark, server: 'dc9.corp.example.com' }), /^dc1\.corp\.example\.com answered, and the last reading was of dc9/],
    ['the cookie is refused', (mark: Watermark) => ({ ...mark, token: Buffer.from('garbage').toString('base64') }), /did not accept where the last reading ended/],
  ])('reads everything when %s, and finds what the lost mark would have hidden', async (_, damage, why) => {
    const { top, follower } = await unit();
    const [ann, ben] = [await organisation.add('user', 'Ann', top), await organisation.add('user', 'Ben', top)];
    await follower.read();
    await follower.store.watermarks.save(follower.pair.id, 'source', damage((await follower.store.watermarks.get(follower.pair.id, 'source'))!));
    await organisation.remove(ann);
    await organisation.set(ben, 'replace', 'displayName', 'Ben B');
    expect(await follower.read()).toMatchObject({ whole: expect.stringMatching(why), changed: 1, gone: 1, method: 'DirSync' });
    expect(await what(follower, ann, ben)).toEqual([['gone'], ['object']]);
    await expectSameAsWhole(follower);
    expect(await follower.read()).toMatchObject({ whole: null, changed: 0, gone: 0 });
  });

  it('reads everything once when a rule reads another attribute, and each time when its changes are not told', async () => {
    const { follower } = await unit();
    await follower.read();
    const owner = { kind: 'pair', id: follower.pair.id } as const;
    await follower.store.mappingRules.replaceAll(owner, [reads('facsimileTelephoneNumber')]);
    expect((await follower.read()).whole).toMatch(/^What is asked for was changed/);
    expect((await follower.read()).whole).toBeNull();
    await follower.store.mappingRules.replaceAll(owner, [reads('memberOf')]);
    for (let i = 0; i < 2; i += 1) expect(await follower.read()).toMatchObject({ method: 'whole reading', whole: expect.stringMatching(/^Rules read memberOf, whose changes/) });
    await follower.store.mappingRules.replaceAll(owner, []);
    expect((await follower.read()).whole).not.toBeNull();
    expect(await follower.read()).toMatchObject({ method: 'DirSync', whole: null });
  });

  it('reads everything when it is told to, and takes nothing for changed of which nobody reads what changed', async () => {
    const { top, follower } = await unit();
    const ann = await organisation.add('user', 'Ann', top);
    await follower.read();
    await organisation.set(ann, 'replace', 'facsimileTelephoneNumber', '1');
    expect(await follower.read('everything')).toMatchObject({ whole: 'A reading of everything was asked for.', changed: 0, gone: 0 });
  });

  it('loses nothing that another reading stored first', async () => {
    const { top, follower } = await unit();
    const [ann, ben, inner] = [await organisation.add('user', 'Ann', top), await organisation.add('user', 'Ben', top), await organisation.add('ou', 'Inner', top)];
    const eva = await organisation.add('user', 'Eva', inner);
    const group = await organisation.add('group', 'Group', top, { member: [ann, eva].map((node) => organisation.dn(node)) });
    await follower.read();
    await organisation.move(ann, 'Ann B');
    await organisation.remove(ben);
    await organisation.move(inner, 'Other');
    await discoverSource(servicesOn(follower.store), follower.pair, follower.directory, SILENT, signal);
    expect(await what(follower, ann, ben, eva)).toEqual([['object'], ['gone'], ['object']]);
    await organisation.move(eva, 'Eva F');
    // Only some are read, as when objects are added to a collection.
    const page = Object.entries(await contents(follower.store, follower.pair.id)).find(([id]) => id === ann.id)!;
    await organisation.move(ann, 'Ann C');
    const entry = await follower.directory.get(ann.id, ['displayName']);
    await follower.store.sources.upsertPage(follower.pair.id, [{ ...page[1] as { kind: 'user'; name: string; attributes: Record<string, string[]> }, id: ann.id, dn: entry!.dn, links: {} }], 'some');
    expect(await follower.store.sources.referrers(follower.pair.id, [ann.id])).toEqual([group.id]);
    expect(await follower.read()).toMatchObject({ whole: null });
    await expectSameAsWhole(follower);
  });

  it('follows a container out of the base and back, with all that is in it', async () => {
    const [home, away] = [await organisation.add('ou', `Home${number}`), await organisation.add('ou', `Away${number}`)];
    const { follower } = await unit({ ...account, baseDn: organisation.dn(home) });
    const inner = await organisation.add('ou', 'Inner', home);
    const ann = await organisation.add('user', 'Ann', inner);
    const group = await organisation.add('group', 'Group', home, { member: [organisation.dn(ann)] });
    await follower.read();
    await organisation.move(inner, 'Inner', away);
    expect(await follower.read()).toMatchObject({ whole: null, gone: 1 });
    expect(await what(follower, ann)).toEqual([['object', 'gone']]);
    await expectSameAsWhole(follower);
    await organisation.move(inner, 'Inner again', home);
    expect(await follower.read()).toMatchObject({ whole: null, changed: 1 });
    expect(await what(follower, ann)).toEqual([['back']]);
    expect((await follower.store.sources.get(follower.pair.id, group.id))?.links).toEqual({ member: [organisation.dn(ann)] });
    await expectSameAsWhole(follower);
  });

  it('goes on where it was when a reading fails half way', async () => {
    const { top, follower } = await unit();
    const [ann, ben] = [await organisation.add('user', 'Ann', top), await organisation.add('user', 'Ben', top)];
    await organisation.add('group', 'Group', top, { member: [ann, ben].map((node) => organisation.dn(node)) });
    await follower.read();
    await organisation.move(ann, 'Ann B');
    await organisation.remove(ben);
    const directory = await connect(samba, account);
    onTestFinished(() => directory.close());
    const failing = new Proxy(directory, { get: (target, name: keyof Directory) => (name === 'read' ? () => { throw new Error('lost'); } : typeof target[name] === 'function' ? (target[name] as () => unknown).bind(target) : target[name]) });
    await expect(readSourceChanges(servicesOn(follower.store), follower.pair, failing, SILENT, signal)).rejects.toThrow('lost');
    expect(await follower.read()).toMatchObject({ whole: null, changed: 1, gone: 1 });
    await expectSameAsWhole(follower);
  });

  it('finds what a plain account is not told of when a day is over, and says which right is missing', async () => {
    const { top, follower } = await unit({ username: 'plain@corp.example.com', password: 'Passw0rd!svc' });
    const [ann, ben] = [await organisation.add('user', 'Ann', top), await organisation.add('user', 'Ben', top)];
    const group = await organisation.add('group', 'Group', top, { member: [ann, ben].map((node) => organisation.dn(node)) });
    expect(await follower.read()).toMatchObject({ method: 'DirSync (visible objects)', problem: expect.stringContaining('lacks the right "Replicating Directory Changes"') });
    await organisation.remove(ben);
    expect(await follower.read()).toMatchObject({ whole: null, changed: 0, gone: 0 });
    follower.clock.ahead = DAY;
    expect(await follower.read()).toMatchObject({ whole: null, gone: 1 });
    expect(await what(follower, ben, group)).toEqual([['gone'], ['object']]);
    await expectSameAsWhole(follower);
    const { searches } = await follower.read();
    expect(searches).toBe(3);
  });

  it('sees that somebody was given a permission on a mailbox', async () => {
    const { top, follower } = await unit();
    const box = await organisation.add('user', 'Box', top, { msExchMailboxGuid: Buffer.alloc(16, 7) as never });
    await follower.store.mappingRules.replaceAll({ kind: 'pair', id: follower.pair.id }, [reads('nTSecurityDescriptor')]);
    await follower.read();
    await edit(box, 'nTSecurityDescriptor', securityDescriptor([{ type: 0, mask: 0xf01ff, sid: 'S-1-5-32-544' }, { type: 0, mask: 0x20094, sid: 'S-1-5-11' }, { type: 5, mask: 0x100, objectType: SEND_AS, sid: 'S-1-5-21-1-2-3-1105' }]));
    expect(await follower.read()).toMatchObject({ whole: null, changed: 1 });
    expect((await follower.store.sources.get(follower.pair.id, box.id))?.links).toEqual({ nTSecurityDescriptor: ['<SID=S-1-5-21-1-2-3-1105>'] });
  });

  it('changes single links of a group with very many, without reading it', async () => {
    const { top, follower } = await unit();
    const members: Node[] = [];
    for (let i = 0; i < 1_005; i += 1) members.push({ id: '', kind: 'contact', name: `C${number}-${i}`, parent: top, deleted: false });
    await admin.unbind();
    await samba.load(members.map((node) => `dn: ${organisation.dn(node)}\nobjectClass: contact\n`).join('\n'));
    await admin.bind(samba.adminUser, samba.password);
    const group = await organisation.add('group', 'Large', top, { member: members.slice(0, 1_003).map((node) => organisation.dn(node)) });
    await follower.read();
    await organisation.set(group, 'add', 'member', organisation.dn(members[1_004]!));
    await organisation.set(group, 'delete', 'member', organisation.dn(members[0]!));
    const directory = await connect(samba, account);
    onTestFinished(() => directory.close());
    const notes: string[] = [];
    expect(await readSourceChanges(servicesOn(noting(follower.store, notes)), follower.pair, directory, SILENT, signal)).toMatchObject({ changed: 1, searches: 3 });
    expect(notes).toContain('sources.changeLinks');
    expect(await what(follower, group)).toEqual([['object']]);
    await expectSameAsWhole(follower);
    // Another value of the group changed besides: then it is read.
    await organisation.set(group, 'add', 'member', organisation.dn(members[0]!));
    await organisation.set(group, 'replace', 'displayName', 'Large group');
    await follower.read();
    await expectSameAsWhole(follower);
  });
});
