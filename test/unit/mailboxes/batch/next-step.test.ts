import { describe, expect, it } from 'vitest';
import { MIGRATION_USER_STATUSES } from '../../../../shared/domain/mailboxes.ts';
import { forwardingStanding, nextStep, routingOf, type Observed, type RecipientSeen, type RowStanding } from '../../../../electron/engines/mailboxes/index.ts';

const NOW = 1_000_000;
const ROW: RowStanding = {
  line: 1, address: 'ann@example.com', sourceId: 'id', targetId: null, stage: 'mail user', state: 'Waiting', origin: 'new', errorCode: '', error: '', suggestion: '', serviceStatus: '', routing: '', items: 0, skipped: 0, itemsTotal: null,
  bytes: 0, bytesTotal: null, grade: '', queuedMs: 0, busyMs: 0, stalledMs: 0, provisionedAt: null, forwardedAt: null, dataAt: null, completedAt: null,
};
const BATCH = { name: 'b', status: 'Syncing', message: '', grade: '' as const, endpoint: 'e', warnings: [] };
const ROUTING = 'ann@works.onmicrosoft.com';
const mailUser: RecipientSeen = { targetId: 't', type: 'MailUser', guid: 'g', primary: 'ann@example.com', addresses: ['ann@example.com', ROUTING], name: 'Ann' };
const mailbox: RecipientSeen = { ...mailUser, type: 'UserMailbox' };
const see = (status: string | null, more: Partial<Observed> & { readonly error?: string } = {}): Observed => ({
  batch: BATCH, user: status === null ? undefined : { address: ROW.address, status, batch: 'b', error: more.error ?? '' }, statistics: undefined, recipient: 'not read', routing: '', forwarding: 'not read', forwardingPlanned: false, ...more,
});
const made = { recipient: mailbox, routing: ROUTING };
const right = { forwarding: { value: `SMTP:${ROUTING}` } };
const wrong = { forwarding: { value: null } };
const standing = (change: ReturnType<typeof nextStep>, row = ROW) => { const after = { ...row, ...change }; return [after.state, after.stage, after.errorCode]; };

describe('where a row stands after a look', () => {
  it.each([
    ['not sent yet', ROW, see(null, { batch: undefined }), ['Waiting', 'mail user', '']],
    ['queued', ROW, see('Queued'), ['Waiting', 'mail user', '']],
    ['validating', ROW, see('Validating'), ['In progress', 'mail user', '']],
    ['provisioning', ROW, see('Provisioning'), ['In progress', 'provision', '']],
    ['forwarding being set', ROW, see('ProvisionUpdating', { ...made, ...wrong }), ['In progress', 'forwarding', '']],
    ['copying, forwarded', ROW, see('Syncing', { ...made, ...right }), ['In progress', 'data', '']],
    ['copying, not forwarded', ROW, see('Syncing', { ...made, ...wrong }), ['In progress', 'data', 'forwarding differs']],
    ['copied, forwarded', ROW, see('Synced', { ...made, ...right }), ['Done', 'complete', '']],
    ['copied, completed in the service', ROW, see('Completed', { ...made, ...right }), ['Done', 'complete', '']],
    ['copied, forwarded elsewhere', ROW, see('Synced', { ...made, forwarding: { value: 'SMTP:ann@old.example' } }), ['Failed', 'forwarding', 'forwarding differs']],
    ['copied, plan waits', ROW, see('Synced', { ...made, ...wrong, forwardingPlanned: true }), ['Waiting', 'forwarding', 'forwarding differs']],
    ['copied, object gone', ROW, see('Synced', { ...made, forwarding: 'gone' }), ['Failed', 'forwarding', 'forwarding differs']],
    ['copied, nobody can look', ROW, see('Synced', made), ['Done', 'data', 'forwarding not read']],
    ['failed, no mail user', ROW, see('Failed', { recipient: undefined, error: "A valid primary e-mail address couldn't be found in the cloud-based service." }), ['Failed', 'mail user', 'no mail user']],
    ['failed, mail user', ROW, see('Failed', { recipient: mailUser, error: 'A source e-mail address ann@example.com couldn\'t be found in the on-premises domain.' }), ['Failed', 'provision', 'no mailbox']],
    ['failed, mailbox without forwarding', ROW, see('Failed', { ...made, ...wrong, error: 'Access to targetAddress is denied.' }), ['Failed', 'forwarding', 'right on targetAddress']],
    ['failed, forwarding not readable', ROW, see('Failed', { ...made, error: 'Access to targetAddress is denied.' }), ['Failed', 'forwarding', 'right on targetAddress']],
    ['failed while copying', ROW, see('Failed', { ...made, ...right, error: "Microsoft Exchange couldn't sign in to the user's on-premises account." }), ['Failed', 'data', 'sign-in refused']],
    ['failed without a published text', ROW, see('Failed', { ...made, ...right, error: 'Error 4711.' }), ['Failed', 'data', 'unknown']],
    ['stopped before it was made', ROW, see('Stopped', { recipient: mailUser }), ['Stopped', 'provision', '']],
    ['stopped while copying', ROW, see('Stopped', { ...made, ...right }), ['Stopped', 'data', '']],
    ['a status that nobody knows', ROW, see('Corrupted'), ['Failed', 'provision', 'unknown']],
    ['not taken by the service', ROW, see(null, { batch: { ...BATCH, warnings: [{ address: 'ANN@example.com', message: 'The user is already included in another batch.' }] } }), ['Left out', 'mail user', 'active in another batch']],
    ['removed by the service', { ...ROW, serviceStatus: 'Syncing', state: 'In progress', stage: 'data', provisionedAt: 1 }, see(null, right), ['Failed', 'data', 'removed by the service']],
    ['its batch is about to start', { ...ROW, serviceStatus: 'Queued' }, see(null, { batch: { ...BATCH, status: 'Starting' } }), ['Waiting', 'mail user', '']],
    ['done, the user is gone later', { ...ROW, serviceStatus: 'Synced', state: 'Done', stage: 'complete', provisionedAt: 1, dataAt: 1, routing: ROUTING }, see(null, right), ['Done', 'complete', '']],
    ['done, forwarding taken away', { ...ROW, serviceStatus: 'Synced', state: 'Done', stage: 'complete', provisionedAt: 1, dataAt: 1, routing: ROUTING }, see('Synced', wrong), ['Failed', 'forwarding', 'forwarding differs']],
    ['migrated before, forwarded', { ...ROW, origin: 'migrated before', stage: 'forwarding', provisionedAt: 1, dataAt: 1, routing: ROUTING }, see(null, { batch: undefined, ...right }), ['Done', 'complete', '']],
    ['left out stays so', { ...ROW, state: 'Left out' }, see('Synced', { ...made, ...right }), ['Left out', 'mail user', '']],
  ] as const)('%s', (_name, row, seen, expected) => { expect(standing(nextStep(row, seen, NOW), row)).toEqual(expected); });

  it('keeps when each result was seen first, and says nothing when nothing changed', () => {
    const seen = see('Synced', { ...made, ...right });
    const done = { ...ROW, ...nextStep(ROW, seen, NOW) };
    expect(done).toMatchObject({ provisionedAt: NOW, forwardedAt: NOW, dataAt: NOW, completedAt: NOW, routing: ROUTING, targetId: 't' });
    expect(nextStep(done, seen, NOW + 1)).toBeNull();
  });

  it('takes the address that the service chose when the mailbox holds it, and no other', () => {
    const other = { ...mailbox, addresses: [...mailbox.addresses, 'ann@works.mail.onmicrosoft.com'] };
    expect(nextStep(ROW, see('Synced', { recipient: other, routing: 'ann@works.mail.onmicrosoft.com', ...right }), NOW)).toMatchObject({ state: 'Done', routing: ROUTING });
    expect(standing(nextStep(ROW, see('Synced', { ...made, forwarding: { value: 'SMTP:ann@other.onmicrosoft.com' } }), NOW))).toEqual(['Failed', 'forwarding', 'forwarding differs']);
  });

  it('grades by the service, else by what was skipped', () => {
    const grade = (skipped: number, metadataSkipped: number | null, given: '' | 'Poor' = '') => nextStep(ROW, see('Synced', { ...made, ...right, statistics: { items: 100, skipped, metadataSkipped, itemsTotal: 100, bytes: 1, bytesTotal: 1, queuedMs: 0, busyMs: 1, stalledMs: 0, grade: given, error: '' } }), NOW)?.grade;
    expect([grade(0, 0), grade(2, 2), grade(10, 0), grade(11, 0), grade(0, 0, 'Poor')]).toEqual(['Perfect', 'Good', 'Investigate', 'Poor', 'Poor']);
  });

  it('knows every status of the service', () => {
    const unknown = MIGRATION_USER_STATUSES.filter((status) => nextStep(ROW, see(status, { ...made, ...right, error: 'targetAddress' }), NOW)?.errorCode === 'unknown');
    expect(unknown).toEqual(['Corrupted']);
  });
});

describe('where mail is forwarded to', () => {
  it('is the tenant\'s own routing address, never the first that looks so', () => {
    expect(routingOf({ addresses: ['a@other.onmicrosoft.com', 'a@works.onmicrosoft.com', 'a@works.mail.onmicrosoft.com'] }, 'Works.onmicrosoft.com')).toBe('a@works.mail.onmicrosoft.com');
    expect(routingOf({ addresses: ['a@other.onmicrosoft.com', 'a@works.onmicrosoft.com'] }, 'works.onmicrosoft.com')).toBe('a@works.onmicrosoft.com');
    expect(routingOf({ addresses: ['a@other.onmicrosoft.com'] }, 'works.onmicrosoft.com')).toBe('');
  });

  it('is not known while nobody has looked', () => {
    expect(forwardingStanding('not read', ROUTING, mailbox)).toBe('unknown');
    expect(forwardingStanding({ value: 'SMTP:x@works.onmicrosoft.com' }, ROUTING, 'not read')).toBe('unknown');
    expect(forwardingStanding({ value: 'SMTP:x@example.com' }, ROUTING, 'not read')).toBe('wrong');
  });
});
