import { describe, expect, it } from 'vitest';
import { applyFixes, planUndo, verifyFixes, type Directory, type DirectoryChange, type DirectoryEntry, type DirectorySchema, type FixIntent, type FixLedger, type FixSettlement } from '../../../../electron/engines/directory/index.ts';
import { AppError, ErrorCode } from '../../../../shared/domain/errors.ts';
import type { AttributeChange, Operation } from '../../../../shared/domain/plans.ts';

const SINGLE = new Set(['targetaddress', 'homemdb']);
const schema: DirectorySchema = {
  attributes: [],
  attribute: (name) => ({ name, syntax: 'caseIgnore', singleValued: SINGLE.has(name.toLowerCase()), linkId: null }),
};
type Held = Record<string, readonly string[]>;
const change = (attribute: string, before: readonly string[] | null, after: readonly string[] | null): AttributeChange => ({ attribute, before, after, reversible: true, provenance: { ruleId: null, source: attribute, reason: '' } });
const CHANGES = [change('targetAddress', null, ['SMTP:a@cloud']), change('proxyAddresses', null, ['x500:one', 'smtp:a@cloud']), change('homeMDB', ['CN=Db'], null)];
const operation = (changes: readonly AttributeChange[] = CHANGES): Operation => ({ id: 'o', seq: 1, kind: 'update', service: 'directory', objectKind: 'user', sourceId: 'g', targetId: null, name: 'Ann', references: [], previous: [], changes });
const BEFORE: Held = { proxyAddresses: ['SMTP:a@x'], homeMDB: ['CN=Db'] };
const AFTER: Held = { targetAddress: ['SMTP:a@cloud'], proxyAddresses: ['SMTP:a@x', 'x500:one', 'smtp:a@cloud'] };

/** A directory of one object, which takes a modify whole or not at all; `meanwhile` is done by somebody else right before it. */
function directory(held: Held, { error, meanwhile, rights }: { readonly error?: ErrorCode; readonly meanwhile?: Held; readonly rights?: readonly string[] } = {}) {
  const sent: (readonly DirectoryChange[])[] = [];
  const entry = (): DirectoryEntry => ({ guid: 'g', dn: 'CN=Ann,OU=People', objectClass: ['user'], attributes: { ...held, ...(rights === undefined ? {} : { allowedAttributesEffective: rights }) }, deleted: false });
  const fake = {
    schema: async () => schema, get: async () => entry(),
    async modify(_: string, changes: readonly DirectoryChange[]) {
      sent.push(changes);
      Object.assign(held, meanwhile);
      if (error !== undefined) throw new AppError({ code: error, message: 'The server says no.', retryable: false });
      const next: Held = { ...held };
      for (const { operation: what, attribute, values } of changes) {
        const now = next[attribute] ?? [];
        if (what === 'remove' && values.some((value) => !now.includes(value))) throw new AppError({ code: ErrorCode.DirectoryRefused, message: 'The server holds something else.', retryable: false });
        const values_ = what === 'add' ? [...now, ...values] : now.filter((value) => !values.includes(value));
        if (values_.length === 0) delete next[attribute]; else next[attribute] = values_;
      }
      for (const name of Object.keys(held)) delete held[name];
      Object.assign(held, next);
      return [];
    },
  } as unknown as Directory;
  return { fake, sent, held };
}

async function run(fake: Directory, pending: readonly Operation[], open: readonly FixIntent[] = []): Promise<{ readonly settled: readonly FixSettlement[]; readonly reopened: readonly string[]; readonly intents: readonly FixIntent[] }> {
  const [settled, reopened, intents]: [FixSettlement[], string[], FixIntent[]] = [[], [], []];
  let left = [...pending];
  const ledger: FixLedger = {
    pending: () => Promise.resolve(left), intend: (some) => { intents.push(...some); left = []; return Promise.resolve(); },
    settle: (some) => { settled.push(...some); return Promise.resolve(); }, openIntents: () => Promise.resolve(open), reopen: (id) => { reopened.push(id); return Promise.resolve(); },
  };
  await applyFixes({ directory: fake, ledger, newId: () => 'i', now: () => 1, account: 'svc', onProgress: () => {} });
  return { settled, reopened, intents };
}
const told = (settled: readonly FixSettlement[]) => settled.map((one) => [one.outcome, one.message]);

describe('changes of one object that belong together', () => {
  it('are written in one modify, with every value written down before', async () => {
    const { fake, sent, held } = directory({ ...BEFORE });
    const { settled, intents } = await run(fake, [operation()]);
    expect(told(settled)).toEqual([['done', '']]);
    expect(sent).toHaveLength(1);
    expect(held).toEqual(AFTER);
    expect(intents).toMatchObject([{ before: BEFORE }]);
    expect(Object.keys(intents[0]?.before ?? {})).toEqual(['proxyAddresses', 'homeMDB']);
    // What is there already in part is not sent again.
    const half = directory({ ...BEFORE, targetAddress: ['SMTP:a@cloud'] });
    expect(told((await run(half.fake, [operation()])).settled)).toEqual([['done', '']]);
    expect(half.sent[0]?.map((one) => one.attribute)).toEqual(['proxyAddresses', 'homeMDB']);
    const whole = directory({ ...AFTER });
    expect(told((await run(whole.fake, [operation()])).settled)).toEqual([['unchanged', 'The values were so already.']]);
    expect(whole.sent).toEqual([]);
  });

  it.each<[string, Held, string]>([
    ['one value that somebody changed', { ...BEFORE, targetAddress: ['SMTP:other@x'] }, 'targetAddress'], ['a value that is gone', { proxyAddresses: ['SMTP:a@x'], homeMDB: ['CN=Other'] }, 'homeMDB'],
    ['two values', { targetAddress: ['SMTP:other@x'], homeMDB: ['CN=Other'] }, 'targetAddress, homeMDB'],
  ])('%s keeps the whole object from being written', async (_, held, named) => {
    const { fake, sent } = directory({ ...held });
    expect(told((await run(fake, [operation()])).settled)).toEqual([['drifted', `${named} of "Ann" changed since the plan was made. Check again to decide.`]]);
    expect(sent).toEqual([]);
  });

  it('name what somebody changed in the very moment, and what the directory refused', async () => {
    const faster = directory({ ...BEFORE }, { error: ErrorCode.DirectoryRefused, meanwhile: { homeMDB: ['CN=Other'] } });
    expect(told((await run(faster.fake, [operation()])).settled)).toEqual([['drifted', 'homeMDB of "Ann" changed since the plan was made. Check again to decide.']]);
    const refused = directory({ ...BEFORE }, { error: ErrorCode.DirectoryRefused });
    expect(told((await run(refused.fake, [operation()])).settled)).toEqual([['failed', 'targetAddress, proxyAddresses, homeMDB of "Ann" were not changed: The server says no.']]);
  });

  it('name the rights that are missing, and no other', async () => {
    const { fake } = directory({ ...BEFORE }, { error: ErrorCode.Forbidden, rights: ['proxyAddresses'] });
    expect(told((await run(fake, [operation()])).settled)).toEqual([['failed', 'targetAddress, proxyAddresses, homeMDB of "Ann" were not changed: svc may not write targetAddress, homeMDB here. Grant it WriteProperty on targetAddress, homeMDB of user objects in OU=People, then resume the task.']]);
  });

  it('are looked for whole after a crash: written, not written, or changed by somebody', async () => {
    const open: FixIntent = { id: 'lost', operation: operation(), at: 1, targetId: null, before: BEFORE };
    expect(told((await run(directory({ ...AFTER }).fake, [], [open])).settled)).toEqual([['done', '']]);
    expect(told((await run(directory({ ...AFTER }).fake, [], [{ ...open, before: AFTER }])).settled)).toEqual([['unchanged', 'The values were so already.']]);
    expect((await run(directory({ ...BEFORE }).fake, [], [open])).reopened).toEqual(['lost']);
    expect(told((await run(directory({ ...BEFORE, homeMDB: ['CN=Other'] }).fake, [], [open])).settled)).toEqual([['drifted', 'homeMDB of "Ann" is neither what it was nor what was to be written. Check again to decide.']]);
  });

  it('must name each attribute once', async () => {
    for (const changes of [[], [change('mail', null, ['a']), change('Mail', null, ['b'])]]) await expect(run(directory({}).fake, [operation(changes)])).rejects.toThrow('Make a new plan');
  });

  it('are compared and taken back one by one, each in its own place', () => {
    const entry = (attributes: Held): DirectoryEntry => ({ guid: 'g', dn: 'CN=Ann', objectClass: ['user'], attributes, deleted: false });
    expect(verifyFixes([operation()], new Map([['g', entry(AFTER)]]), schema)).toEqual([]);
    expect(verifyFixes([operation()], new Map([['g', entry({ ...AFTER, homeMDB: ['CN=Db'] })]]), schema)).toMatchObject([{ message: 'homeMDB of "Ann" is not what was written.' }]);
    const undo = (now: Held, mode: 'exact' | 'keep changes made since' = 'exact') => planUndo([{ operation: operation(), before: BEFORE }], new Map([['g', entry(now)]]), schema, mode);
    expect(undo(AFTER).steps.map(({ change: c }) => [c.attribute, c.before, c.after])).toEqual([['targetAddress', ['SMTP:a@cloud'], null], ['proxyAddresses', ['x500:one', 'smtp:a@cloud'], null], ['homeMDB', null, ['CN=Db']]]);
    const other = undo({ ...AFTER, targetAddress: ['SMTP:other@x'] }, 'keep changes made since');
    expect([other.steps.map(({ change: c }) => c.attribute), other.kept.map((one) => one.attribute)]).toEqual([['proxyAddresses', 'homeMDB'], ['targetAddress']]);
    expect(undo(BEFORE).steps).toEqual([]);
  });
});
