import { describe, expect, it } from 'vitest';
import type { TargetChange } from '../../../shared/domain/objects.ts';
import { VARIANTS, collect, guid, sandbox, seeded, target } from './fixture.ts';

const { open } = sandbox();
const id = (n: number): string => guid(n, 7);
const change = (n: number, more: Partial<TargetChange> = {}): TargetChange => ({ id: id(n), kind: 'user', removed: null, attributes: {}, links: {}, ...more });
const links = (added: readonly number[], removed: readonly number[] = []) => ({ added: added.map(id), removed: removed.map(id) });
const NOTHING = { objects: [], links: [], gone: [] };

describe.each(VARIANTS)('what a tenant told, merged ($name)', (variant) => {
  it('changes what is named, clears what is null, leaves the rest, and writes nothing for what is equal', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 0);
    const one = target(1, { attributes: { displayName: ['Ann'], jobTitle: ['Clerk'], city: ['Oslo'], userPrincipalName: ['ann@example.com'] } });
    await store.targets.upsertPage(pair.id, [one], 'run');
    expect(await store.targets.mergePage(pair.id, [change(1, { attributes: { jobTitle: ['Boss'], city: null, displayName: ['Anne'] } })], 'r2')).toEqual({ ...NOTHING, objects: [id(1)] });
    expect(await store.targets.get(pair.id, id(1))).toMatchObject({ name: 'Anne', attributes: { displayName: ['Anne'], jobTitle: ['Boss'], userPrincipalName: ['ann@example.com'] }, deleted: false });
    expect((await store.targets.get(pair.id, id(1)))?.attributes).not.toHaveProperty('city');
    expect((await store.targets.search(pair.id, 'anne', '', 5)).map((o) => o.id)).toEqual([id(1)]);
    // Names that only one object can have are known by their holder of now.
    await store.targets.mergePage(pair.id, [change(1, { attributes: { userPrincipalName: ['anne@example.com'] } })], 'r3');
    expect([...await store.targets.holdersOf(pair.id, [['userPrincipalName', 'Anne@example.com']])]).toEqual([id(1)]);
    expect([...await store.targets.holdersOf(pair.id, [['userPrincipalName', 'ann@example.com']])]).toEqual([]);
    // A replay, and an object that comes twice.
    expect(await store.targets.mergePage(pair.id, [change(1, { attributes: { jobTitle: ['Boss'] } }), change(1, { attributes: { city: null } })], 'r3')).toEqual(NOTHING);
    expect(await store.targets.mergePage(pair.id, [change(1, { attributes: { jobTitle: ['Other'] } }), change(1, { attributes: { jobTitle: ['Boss'] } })], 'r4')).toEqual(NOTHING);
    expect(await store.targets.mergePage(pair.id, [], 'r5')).toEqual(NOTHING);
  });

  it('keeps links: members one by one, one manager, and the last word about each', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 0);
    await store.targets.upsertPage(pair.id, [target(1), target(2), target(3), target(9, { kind: 'group', links: { members: [id(1), id(2)] } })], 'run');
    expect(await store.targets.mergePage(pair.id, [change(9, { kind: 'group', links: { members: links([3, 2], [1]), owners: links([1]) } })], 'r2')).toEqual({ ...NOTHING, links: [id(9)] });
    expect((await store.targets.get(pair.id, id(9)))?.links).toEqual({ members: [id(2), id(3)], owners: [id(1)] });
    expect(await store.targets.mergePage(pair.id, [change(9, { kind: 'group', links: { members: links([3], [1]) } })], 'r3')).toEqual(NOTHING);
    expect(await store.targets.mergePage(pair.id, [change(9, { kind: 'group', links: { members: links([1]) } }), change(9, { kind: 'group', links: { members: links([], [1]) } })], 'r4')).toEqual(NOTHING);
    expect(await store.targets.mergePage(pair.id, [change(1, { links: { manager: links([2]) } })], 'r5')).toEqual({ ...NOTHING, links: [id(1)] });
    // The new one without a word about the former.
    await store.targets.mergePage(pair.id, [change(1, { links: { manager: links([3]) } })], 'r6');
    expect((await store.targets.get(pair.id, id(1)))?.links).toEqual({ manager: [id(3)] });
    await store.targets.mergePage(pair.id, [change(1, { links: { manager: links([], [3]) } })], 'r7');
    expect((await store.targets.get(pair.id, id(1)))?.links).toEqual({});
  });

  it('takes whom the recycle bin has out of every link, and who is gone for good out of the store', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 0);
    await store.targets.upsertPage(pair.id, [target(1, { links: { manager: [id(2)] } }), target(2, { links: { manager: [id(3)] } }), target(3), target(9, { kind: 'group', links: { members: [id(2), id(3)], owners: [id(2)] } })], 'run');
    const binned = await store.targets.mergePage(pair.id, [change(2, { removed: 'to the recycle bin' })], 'r2');
    expect({ ...binned, links: binned.links.toSorted() }).toEqual({ objects: [], links: [id(1), id(9)], gone: [id(2)] });
    expect(await store.targets.get(pair.id, id(2))).toMatchObject({ deleted: true, links: {} });
    expect((await store.targets.get(pair.id, id(9)))?.links).toEqual({ members: [id(3)] });
    expect(await store.targets.mergePage(pair.id, [change(2, { removed: 'to the recycle bin' }), change(7, { removed: 'to the recycle bin' }), change(8, { removed: 'for good' })], 'r3')).toEqual(NOTHING);
    // Back as it was told, and nobody names it by itself.
    expect(await store.targets.mergePage(pair.id, [change(2, { attributes: { jobTitle: ['Back'] } })], 'r4')).toEqual({ ...NOTHING, objects: [id(2)] });
    expect(await store.targets.get(pair.id, id(2))).toMatchObject({ deleted: false, attributes: { jobTitle: ['Back'] } });
    expect(await store.targets.mergePage(pair.id, [change(3, { removed: 'for good' })], 'r5')).toEqual({ objects: [], links: [id(9)], gone: [id(3)] });
    expect(await store.targets.get(pair.id, id(3))).toBeUndefined();
    // New with links, and gone again in the same page.
    expect(await store.targets.mergePage(pair.id, [change(5, { attributes: { displayName: ['Five'] }, links: { manager: links([1]) } }), change(6), change(6, { removed: 'for good' })], 'r6')).toEqual({ ...NOTHING, objects: [id(5)] });
    expect(await store.targets.get(pair.id, id(5))).toMatchObject({ name: 'Five', links: { manager: [id(1)] } });
  });

  it('tells what a whole reading would remove, forgets links, and finds who mentions a text', async () => {
    const store = await open(variant);
    const { pair } = await seeded(store, 0);
    await store.targets.upsertPage(pair.id, [target(1, { attributes: { acceptMessagesOnlyFrom: ['ann_b@example.com'] } }), target(2), target(9, { kind: 'group', links: { members: [id(1)], owners: [id(1), id(2)] } })], 'run');
    expect((await store.targets.mentioning(pair.id, ['ann_b@example.com', 'nobody@example.com'])).map((o) => o.id)).toEqual([id(1)]);
    expect(await store.targets.mentioning(pair.id, ['annxb@example.com'])).toEqual([]);
    expect(await store.targets.unseen(pair.id, ['user'], 'directory', 'run', Number.MAX_SAFE_INTEGER)).toEqual([]);
    expect((await store.targets.unseen(pair.id, ['user'], 'directory', 'other', Number.MAX_SAFE_INTEGER)).toSorted()).toEqual([id(1), id(2)]);
    expect(await store.targets.forgetLinksTo(pair.id, [id(1)])).toEqual([id(9)]);
    expect((await collect(store.targets.iterate(pair.id, { kind: 'group', withLinks: true })))[0]?.links).toEqual({ members: [], owners: [id(2)] });
  });
});
