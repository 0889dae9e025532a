/*
 * What the issue asks for                                     | where it is seen here, on Samba AD and the simulator
 * ------------------------------------------------------------|------------------------------------------------------
 * convert to mail-enabled users: previewed, reversible        | 'a mailbox becomes a mail-enabled user ...'
 * without the listed defects                                  | the comma in legacyExchangeDN; 'a second time ...'
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Services } from '../../../electron/app/services.ts';
import { AppError, ErrorCode } from '../../../shared/domain/errors.ts';
import { skipFor } from '../../servers/available.ts';
import { sambaObstacle, startSamba, type SambaServer } from '../../servers/samba.ts';
import { openDesk, statuses, type Desk } from '../scenarios/corp.ts';
import { cloudDn, cloudMailbox, company, guidBytes, mailbox, mailboxGuid, onPremisesDn, oneBatch, tenantOf } from './switch-company.ts';

const OU = 'Convert';
const dn = (cn: string): string => `CN=${cn},OU=${OU},DC=corp,DC=example,DC=com`;
const away = (alias: string) => ({ targetAddress: `SMTP:${alias}@simulated.onmicrosoft.com` });
const CONVERT = company(OU, [mailbox(OU, 1, 'ann', away('ann')), mailbox(OU, 2, 'ben', away('ben')), mailbox(OU, 3, 'cem'), mailbox(OU, 4, 'dot', away('dot'))]);
/** What goes with the mailbox (the list is in the guide), and what a mail-enabled user has instead, written out by hand. */
const GONE = ['homeMDB', 'homeMTA', 'msExchHomeServerName', 'mDBUseDefaults', 'msExchMailboxSecurityDescriptor'];

describe.skipIf(skipFor(await sambaObstacle()))('conversion of mailboxes in a real Active Directory', () => {
  let samba: SambaServer;
  let d: Desk;
  beforeAll(async () => { samba = await startSamba({ address: '127.0.0.53', ldif: CONVERT.ldif }); });
  afterAll(async () => { await samba?.stop(); });
  afterEach(async () => { await d?.close(); });
  type Held = Awaited<ReturnType<Desk['held']>>;
  const convert = async (names: readonly string[], more: object = {}) => {
    const ids = await Promise.all(names.map((name) => d.id(name)));
    return await d.ended((await d.call('switch.convert', { pairId: d.pairId, ids, contents: 'moved otherwise', ...more })).taskId);
  };
  const skips = async (planId: string | null) => Object.fromEntries((await d.call('plans.skips', { planId: planId ?? '' })).rows.map((row) => [row.name, row.reason]));
  const converted = (before: Held, cn: string, guid: Buffer): Held[string] => {
    const alias = cn.toLowerCase();
    const entry: Record<string, readonly string[]> = {
      ...before[dn(cn)], msExchMailboxGuid: [guid.toString('base64')], msExchRecipientTypeDetails: ['128'], msExchRecipientDisplayType: ['-2147483642'], msExchPoliciesExcluded: ['{26491CFC-9E50-4857-861B-0CB8DF22B5D7}'],
      proxyAddresses: [`SMTP:${alias}@example.com`, `X500:${onPremisesDn(alias)}`, `X500:${cloudDn(alias)}`, `smtp:${alias}.old@example.com`, `smtp:${alias}@simulated.onmicrosoft.com`, `smtp:${alias}.new@example.com`].toSorted(),
    };
    for (const name of GONE) delete entry[name];
    return entry;
  };

  /** The database that these are no longer in: the other end of homeMDB. */
  const database = (before: Held, gone: readonly string[]): Held => ({ [dn('Database 1')]: { ...before[dn('Database 1')], homeMDBBL: (before[dn('Database 1')]?.['homeMDBBL'] ?? []).filter((one) => !gone.map(dn).includes(one)) } });

  it('a mailbox becomes a mail-enabled user, and comes back exactly; a second time nothing is changed', async () => {
    const user = (n: number, alias: string) => cloudMailbox(n, alias, { proxyAddresses: [`SMTP:${alias}@example.com`, `smtp:${alias}@simulated.onmicrosoft.com`, `smtp:${alias}.new@example.com`, `smtp:${alias}@elsewhere.example`] });
    d = await openDesk(samba, CONVERT, tenantOf([user(1, 'ann'), user(2, 'ben'), user(3, 'cem')]));
    const before = await d.held();
    const planned = await convert(['Ann', 'Cem', 'Dot']);
    expect(planned, planned.message).toMatchObject({ kind: 'Convert', state: 'Awaiting approval' });
    expect(await skips(planned.planId)).toEqual({ Cem: expect.stringContaining('Forward it first'), Dot: expect.stringContaining('no mailbox in Microsoft 365') });
    expect((await d.call('plans.findings', { planId: planned.planId ?? '' })).rows).toMatchObject([{ rule: 'mailbox is disconnected', message: expect.stringContaining('30 days') }]);
    const done = await d.approve(planned.id);
    expect(done, done.message).toMatchObject({ state: 'Completed', verified: true });
    expect(await d.held()).toEqual({ ...before, [dn('Ann')]: converted(before, 'Ann', guidBytes(mailboxGuid(1))), ...database(before, ['Ann']) });
    const again = await convert(['Ann']);
    expect([again.state, await skips(again.planId)]).toEqual(['Completed', { Ann: expect.stringContaining('mail-enabled user already') }]);

    const back = await d.ended((await d.call('checks.rollBack', { taskId: planned.id })).taskId);
    // One operation, as it was written: whole, or not at all.
    expect((await d.call('plans.operations', { planId: back.planId ?? '' })).rows.map((o) => [o.name, o.changes.length])).toEqual([['Ann', 9]]);
    const taken = await d.approve(back.id);
    expect(taken, taken.message).toMatchObject({ state: 'Completed', verified: true });
    expect(await d.held()).toEqual(before);
  });

  it('a batch tells whose contents are there and how well; who was migrated is Completed, and Migrated again with the way back', async () => {
    let services: Services | undefined;
    // The mailboxes in Microsoft 365 have GUIDs of their own: only the match of the project tells whose they are.
    const user = (n: number, alias: string) => cloudMailbox(n, alias, { onPremisesSyncEnabled: false, exchange: { exchangeGuid: mailboxGuid(n + 90) } });
    d = await openDesk(samba, CONVERT, tenantOf([user(1, 'ann'), user(2, 'ben'), user(3, 'cem')]), { services: (given) => (services = given) });
    if (services === undefined) throw new Error('no services');
    const [ann, ben, cem] = [await d.id('Ann'), await d.id('Ben'), await d.id('Cem')];
    const batchId = await oneBatch(services, d.pairId, [{ sourceId: ann, name: 'Ann', dataAt: 2 }, { sourceId: ben, name: 'Ben', dataAt: 2, grade: 'Poor' }, { sourceId: cem, name: 'Cem' }]);
    const before = await d.held();
    const start = async (more: object = {}) => await d.ended((await d.call('switch.convert', { pairId: d.pairId, batchId, ...more })).taskId);
    expect(Object.values(await skips((await start()).planId))).toEqual(Array.from({ length: 3 }, () => expect.stringMatching(/Only its address says|Forward it first/)));
    const moved = await d.migrate({}, { selection: { mode: 'ids', ids: [ann, ben] } });
    expect(moved, moved.message).toMatchObject({ state: 'Completed' });
    expect(await statuses(d)).toMatchObject({ Ann: 'Migrated', Ben: 'Migrated' });

    const planned = await start({ keep: ['msExchHomeServerName'] });
    expect([planned.message, await skips(planned.planId)]).toEqual([expect.stringContaining('1 mailbox'), { Ben: expect.stringContaining('Poor'), Cem: expect.stringContaining('Only its address') }]);
    const done = await d.approve(planned.id);
    expect(done, done.message).toMatchObject({ state: 'Completed', verified: true });
    expect((await d.held())[dn('Ann')]).toEqual({ ...converted(before, 'Ann', guidBytes(mailboxGuid(91))), msExchHomeServerName: before[dn('Ann')]?.['msExchHomeServerName'], proxyAddresses: expect.any(Array) });
    expect((await d.objects())['Ann']).toMatchObject({ status: 'Completed', reason: expect.stringMatching(/^The mailbox was switched on \d{4}-/) });
    const noted = async () => (await services!.store.mailboxRows.all(batchId)).map((row) => row.convertedAt !== null);
    expect(await noted()).toEqual([true, false, false]);

    // All the same, with the GUID on premises; Ben's home server goes with the rest.
    const poor = await start({ poor: 'convert', guid: 'on premises' });
    expect((await d.call('plans.findings', { planId: poor.planId ?? '' })).rows.map((row) => row.rule).toSorted()).toEqual(['mailbox is disconnected', 'mailbox switch']);
    expect(await d.approve(poor.id)).toMatchObject({ state: 'Completed' });
    expect((await d.held())[dn('Ben')]).toEqual({ ...converted(before, 'Ben', guidBytes(mailboxGuid(2))), proxyAddresses: expect.any(Array) });
    expect(await statuses(d)).toMatchObject({ Ann: 'Completed', Ben: 'Completed' });

    for (const taskId of [poor.id, planned.id]) {
      const back = await d.ended((await d.call('checks.rollBack', { taskId })).taskId);
      expect(await d.approve(back.id)).toMatchObject({ state: 'Completed', verified: true });
    }
    expect(await d.held()).toEqual(before);
    expect(await noted()).toEqual([false, false, false]);
    // Mail still goes to the mailboxes in Microsoft 365: they stay switched until the forwarding is taken back.
    expect(await statuses(d)).toMatchObject({ Ann: 'Completed', Ben: 'Completed' });
    const unforwarded = await d.ended((await d.call('switch.forward', { pairId: d.pairId, ids: [ann], direction: 'back' })).taskId);
    expect(await d.approve(unforwarded.id)).toMatchObject({ state: 'Completed' });
    expect((await d.objects())['Ann']).toMatchObject({ status: 'Migrated', reason: expect.stringContaining('taken back') });
    const again = await d.ended((await d.call('checks.rollBack', { taskId: unforwarded.id })).taskId);
    expect(await d.approve(again.id)).toMatchObject({ state: 'Completed' });
    expect([await d.held(), await statuses(d)]).toEqual([before, expect.objectContaining({ Ann: 'Completed' })]);
  });

  it('goes from the command line; a server that does not answer after it wrote is asked what it did, and nothing is written twice', async () => {
    let [lost, sent] = [true, 0];
    d = await openDesk(samba, CONVERT, tenantOf([cloudMailbox(1, 'ann'), cloudMailbox(2, 'ben')]), {
      services: (given) => ({
        ...given,
        openDirectory: async (pair, password) => {
          const directory = await given.openDirectory(pair, password);
          const modify: typeof directory.modify = async (...args) => {
            sent += 1;
            const inverse = await directory.modify(...args);
            if (!lost) return inverse;
            lost = false;
            throw new AppError({ code: ErrorCode.DirectoryUnavailable, message: 'The connection was lost.', retryable: true });
          };
          return new Proxy(directory, { get: (of, name) => { const value: unknown = name === 'modify' ? modify : Reflect.get(of, name, of); return typeof value === 'function' ? (value.bind(of) as unknown) : value; } });
        },
      }),
    });
    const before = await d.held();
    const planned = await convert(['Ann', 'Ben']);
    const failed = await d.approve(planned.id);
    expect(failed).toMatchObject({ state: 'Failed', canResume: true });
    const done = { ...before, ...database(before, ['Ann', 'Ben']) };
    await d.call('tasks.resume', { taskId: planned.id });
    expect(await d.ended(planned.id)).toMatchObject({ state: 'Completed', verified: true, message: expect.stringContaining('Made mail-enabled users of 2 mailboxes') });
    expect(sent).toBe(2);
    const plain = (cn: string) => ({ ...converted(before, cn, guidBytes(mailboxGuid(cn === 'Ann' ? 1 : 2))), proxyAddresses: expect.any(Array) });
    expect(await d.held()).toEqual({ ...done, [dn('Ann')]: plain('Ann'), [dn('Ben')]: plain('Ben') });

    const shown = await d.causeway('mailbox', 'take-back', '--task', planned.id, '--object', await d.id('Ann'));
    expect(shown, shown.stderr).toMatchObject({ code: 4, stdout: expect.stringMatching(/Ann +homeMDB +\(none\) +CN=Database 1/) });
    const back = /--task (\S+) --confirm corp\.example\.com/.exec(shown.stdout)?.[1] ?? '';
    expect((await d.causeway('mailbox', 'take-back', '--task', back, '--confirm', 'corp.example.com')).code).toBe(0);
    expect(await d.held()).toEqual({ ...before, ...database(before, ['Ben']), [dn('Ben')]: plain('Ben') });
    const again = await d.causeway('mailbox', 'convert', '--id', await d.id('Ann'), '--moved', '--keep', 'homeMDB', 'homeMTA');
    expect(again, again.stderr).toMatchObject({ code: 4, stdout: expect.stringMatching(/Ann +mDBUseDefaults +TRUE +\(none\)/) });
    expect(again.stdout).not.toMatch(/Ann +homeM/);
    expect(await d.causeway('mailbox', 'take-back', '--task', planned.id, '--confirm', 'corp.example.com')).toMatchObject({ code: 0 });
    expect(await d.held()).toEqual(before);
  });
});
