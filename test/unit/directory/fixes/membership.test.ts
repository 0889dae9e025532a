import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { applyFixes, compareMembership, undoMembers, verifyMembers, type Directory, type DirectoryChange, type DirectoryEntry, type FixIntent, type FixLedger, type FixSettlement, type GroupNow } from '../../../../electron/engines/directory/index.ts';
import { AppError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { Operation } from '../../../../shared/domain/plans.ts';

const guid = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const set = (...ids: string[]): ReadonlySet<string> => new Set(ids);

describe('the members of both sides', () => {
  const everybody = () => true;
  it('are the tenant\'s word when both sides never agreed; whoever has no match stays', () => {
    expect(compareMembership({ tenant: set('a', 'b'), directory: set('b', 'c', 'd'), agreed: null, isMatched: (id) => id !== 'd' })).toEqual({ add: ['a'], remove: ['c'], takenOut: [], stay: ['d'], agree: ['b'], forget: [] });
  });
  it.each([
    // [in the tenant, in the directory, agreed] and what becomes of it
    [true, false, false, 'add'], [true, false, true, 'takenOut'], [false, true, true, 'remove'], [false, true, false, 'stay'], [true, true, false, 'agree'], [true, true, true, 'agree'], [false, false, true, 'forget'],
  ] as const)('tenant %s, directory %s, agreed %s: %s', (tenant, directory, agreed, what) => {
    const change = compareMembership({ tenant: tenant ? set('x') : set(), directory: directory ? set('x') : set(), agreed: agreed ? set('x') : set(), isMatched: everybody });
    expect(Object.entries(change).filter(([, ids]) => ids.length > 0)).toEqual([[what, ['x']]]);
  });
  it('keep whoever lost the match, even when both sides had agreed', () => {
    expect(compareMembership({ tenant: set(), directory: set('x'), agreed: set('x'), isMatched: () => false })).toMatchObject({ remove: [], stay: ['x'] });
  });
  it('that linger in the tenant are not forgotten, so that who was taken out does not come back with the match', () => {
    const facts = { tenant: set(), directory: set(), agreed: set('x'), isMatched: everybody };
    expect(compareMembership({ ...facts, lingers: () => true }).forget).toEqual([]);
    expect(compareMembership({ ...facts, lingers: () => false }).forget).toEqual(['x']);
  });
  it('are never changed by what the directory did, and always follow what the tenant did', () => {
    const some = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')).map((ids) => new Set<string>(ids));
    fc.assert(fc.property(some, some, some, (agreed, tenant, directory) => {
      const { add, remove } = compareMembership({ tenant, directory, agreed, isMatched: everybody });
      for (const id of ['a', 'b', 'c', 'd', 'e', 'f']) {
        const after = add.includes(id) ? true : remove.includes(id) ? false : directory.has(id);
        const tenantChanged = tenant.has(id) !== agreed.has(id);
        expect([id, after]).toEqual([id, tenantChanged ? tenant.has(id) : directory.has(id)]);
      }
      // Nobody is in two lists.
      expect(new Set([...add, ...remove]).size).toBe(add.length + remove.length);
    }));
  });
});

const PEOPLE = [1, 2, 3, 4, 5, 6, 7];
const dn = (n: number): string => `CN=Person ${n},DC=x`;
const operation = (kind: 'add members' | 'remove members', people: readonly number[] = PEOPLE): Operation => ({
  id: kind, seq: 1, kind, service: 'directory', objectKind: 'group', sourceId: guid(99), targetId: null, name: 'News', changes: [], previous: [], references: people.map((n) => ({ sourceId: guid(n), targetId: null, name: `Person ${n}` })),
});

/** A directory of one group; it refuses these people, or answers with this error. */
function directory(members: number[], { refused = [], error, gone = [], meanwhile }: { readonly refused?: readonly number[]; readonly error?: ErrorCode; readonly gone?: readonly number[]; readonly meanwhile?: () => void } = {}) {
  const sent: DirectoryChange[] = [];
  const entry = (): DirectoryEntry => ({ guid: guid(99), dn: 'CN=News,DC=x', objectClass: ['group'], attributes: { member: members.map(dn) }, deleted: false });
  const fake = {
    schema: async () => ({ attributes: [], attribute: () => undefined }), get: async () => entry(),
    async *read(query: { readonly filter: string }) {
      yield PEOPLE.filter((n) => !gone.includes(n) && query.filter.includes(`\\${String(n).padStart(2, '0')})`)).map((n): DirectoryEntry => ({ guid: guid(n), dn: dn(n), objectClass: ['user'], attributes: { name: [`Person ${n}`] }, deleted: false }));
    },
    async modify(_: string, changes: readonly DirectoryChange[]) {
      meanwhile?.();
      if (error !== undefined) throw new AppError({ code: error, message: 'The server says no.', retryable: false });
      const back: DirectoryChange[] = [];
      for (const change of changes) {
        if (change.values.some((value) => refused.map(dn).includes(value))) throw new AppError({ code: ErrorCode.DirectoryRefused, message: 'The server does not take it.', retryable: false });
        sent.push(change);
        const effective = change.values.filter((value) => members.map(dn).includes(value) !== (change.operation === 'add'));
        for (const value of effective) { const n = PEOPLE.find((one) => dn(one) === value) ?? 0; if (change.operation === 'add') members.push(n); else members.splice(members.indexOf(n), 1); }
        if (effective.length > 0) back.push({ operation: change.operation === 'add' ? 'remove' : 'add', attribute: 'member', values: effective });
      }
      return back;
    },
  } as unknown as Directory;
  return { fake, sent, members };
}

async function write(fake: Directory, operations: readonly Operation[]): Promise<readonly FixSettlement[]> {
  const settled: FixSettlement[] = [];
  let pending = [...operations];
  const ledger: FixLedger = {
    pending: () => Promise.resolve(pending), intend: (intents: readonly FixIntent[]) => { pending = pending.filter((one) => !intents.some((i) => i.operation.id === one.id)); return Promise.resolve(); },
    settle: (some) => { settled.push(...some); return Promise.resolve(); }, openIntents: () => Promise.resolve([]), reopen: () => Promise.resolve(),
  };
  await applyFixes({ directory: fake, ledger, newId: () => `i${settled.length}`, now: () => 1, account: 'svc', onProgress: () => {} });
  return settled;
}
const told = (settled: readonly FixSettlement[]) => settled.map((one) => [one.outcome, one.references.map((r) => Number(r.sourceId?.slice(-2))), one.message]);

describe('writing members', () => {
  it('one that the directory does not take keeps no other out', async () => {
    const { fake, members } = directory([1], { refused: [4] });
    expect(told(await write(fake, [operation('add members')]))).toEqual([['failed', [2, 3, 5, 6, 7], '"Person 4" was not added to "News": The server does not take it.']]);
    expect(members.toSorted()).toEqual([1, 2, 3, 5, 6, 7]);
  });
  it('what somebody else wrote a moment before is none of ours', async () => {
    const members = [1];
    const { fake, sent } = directory(members, { meanwhile: () => { if (!members.includes(5)) members.push(5); } });
    expect(told(await write(fake, [operation('add members', [1, 2, 5])]))).toEqual([['done', [2], '']]);
    expect(sent).toEqual([{ operation: 'add', attribute: 'member', values: [dn(2), dn(5)] }]);
    expect(told(await write(directory([1, 2]).fake, [operation('add members', [1, 2])]))).toEqual([['unchanged', [], 'They are members already.']]);
    expect(told(await write(directory([]).fake, [operation('remove members', [1])]))).toEqual([['unchanged', [], 'They are no members any more.']]);
  });
  it('a missing right is asked for once, and whoever is gone is named', async () => {
    const refusing = directory([], { error: ErrorCode.Forbidden, gone: [3] });
    expect(told(await write(refusing.fake, [operation('add members', [1, 2, 3])]))).toEqual([['failed', [], expect.stringMatching(/^"Person 3" is not in the directory any more. "Person 1", "Person 2" were not added to "News": svc may not write member here. Grant it WriteProperty on member of group objects in DC=x/)]]);
  });
});

describe('members that were written', () => {
  const now = (held: readonly number[], there: readonly number[] = PEOPLE): GroupNow => ({ entry: { guid: guid(99), dn: 'CN=News,DC=x', objectClass: [], attributes: {}, deleted: false }, dns: new Map(there.map((n) => [guid(n), dn(n)])), held: new Map(held.map((n) => [guid(n), dn(n)])) });
  const numbers = (references: readonly { readonly sourceId: string | null }[] | undefined) => references?.map((one) => Number(one.sourceId?.slice(-2)));
  const of = (kind: 'add members' | 'remove members', people: readonly number[]) => ({ operation: operation(kind), references: operation(kind, people).references });
  it('are taken back as far as nobody did so already, and whoever is gone is named', () => {
    const added = undoMembers(of('add members', [1, 2]), now([2]));
    expect([added?.kind, numbers(added?.references), added?.impossible]).toEqual(['remove members', [2], []]);
    expect(undoMembers(of('add members', [1]), now([]))).toBeNull();
    const removed = undoMembers(of('remove members', [1, 2, 3]), now([1], [1, 2]));
    expect([removed?.kind, numbers(removed?.references), numbers(removed?.impossible)]).toEqual(['add members', [2], [3]]);
  });
  it('are compared with the group', () => {
    expect(verifyMembers(of('add members', [1, 2]), now([1, 2]))).toBeNull();
    expect(verifyMembers(of('add members', [1, 2]), now([1]))).toBe('"Person 2" should be in "News" and is not.');
    expect(verifyMembers(of('remove members', [1, 2]), now([1, 2]))).toBe('2 objects, "Person 1" among them, should not be in "News" and are there.');
    expect(verifyMembers(of('add members', [1]), undefined)).toContain('not in the directory any more');
  });
});
