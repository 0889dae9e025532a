import { describe, expect, it } from 'vitest';
import { addPace, bytesLeft, checkSides, errorOfText, planRerun, timeLeft, versionOf, whyNotStaged, worstGrade, type LookUp, type RecipientSeen, type RowStanding, type SourceMailbox } from '../../../../electron/engines/mailboxes/index.ts';

const row = (address: string, more: Partial<RowStanding> = {}): RowStanding => ({
  line: 1, address, sourceId: null, targetId: null, stage: 'mail user', state: 'Failed', origin: 'new', errorCode: '', error: '', suggestion: '', serviceStatus: 'Failed', routing: '', items: 0, skipped: 0, itemsTotal: null, bytes: 0, bytesTotal: null,
  grade: '', queuedMs: 0, busyMs: 0, stalledMs: 0, provisionedAt: null, forwardedAt: null, dataAt: null, completedAt: null, ...more,
});

describe('a list that is run again', () => {
  it('resets what was migrated, goes on where a row failed, and runs the others as a whole', () => {
    const earlier = new Map([
      ['done@x.de', row('done@x.de', { state: 'Done', stage: 'complete', provisionedAt: 1, dataAt: 2, routing: 'r' })], ['lost@x.de', row('lost@x.de', { stage: 'forwarding', state: 'Failed', errorCode: 'forwarding differs', provisionedAt: 1, dataAt: 2 })],
      ['right@x.de', row('right@x.de', { stage: 'forwarding', provisionedAt: 1 })], ['data@x.de', row('data@x.de', { stage: 'data', provisionedAt: 1 })], ['early@x.de', row('early@x.de', { stage: 'provision' })], ['out@x.de', row('out@x.de', { state: 'Left out' })],
    ]);
    const plan = planRerun(['DONE@x.de', 'lost@x.de', 'right@x.de', 'data@x.de', 'early@x.de', 'out@x.de', 'new@x.de'].map((address, i) => ({ line: i + 1, address })), earlier);
    expect(plan.map((one) => [one.origin, one.stage, one.carried === null])).toEqual([
      ['migrated before', 'forwarding', false], ['migrated before', 'forwarding', false], ['failed before', 'forwarding', false], ['failed before', 'data', false], ['failed before', 'mail user', true], ['new', 'mail user', true], ['new', 'mail user', true],
    ]);
    expect(plan[0]?.carried).toMatchObject({ provisionedAt: 1, dataAt: 2, routing: 'r' });
  });
});

describe('both sides of a row', () => {
  const source: SourceMailbox = { id: 's', dn: 'CN=a', name: 'Ann', kind: 'mailbox', primary: 'a@x.de', addresses: ['a@x.de'], guid: 'g', targetAddress: null, hidden: false, unifiedMessaging: false, version: '2007' };
  const cloud: RecipientSeen = { targetId: 't', type: 'MailUser', guid: 'g', primary: 'a@x.de', addresses: ['a@x.de'], name: 'Ann' };
  const known = (more: Partial<LookUp> = {}, sources: readonly SourceMailbox[] = [source], recipients: readonly RecipientSeen[] = [cloud]): LookUp => ({
    sources: new Map([['a@x.de', sources]]), recipients: new Map([['a@x.de', recipients]]), acceptedDomains: new Set(['x.de']), active: new Map(), migrated: new Set(), inCollections: null, versions: 'look', ...more,
  });
  const codes = (look: LookUp) => checkSides({ line: 1, address: 'A@x.de' }, look).map((problem) => problem.code);
  it.each([
    ['fine', known(), []], ['active elsewhere', known({ active: new Map([['a@x.de', 'Other']]) }), ['active in another batch']], ['no mailbox', known({}, []), ['no mailbox']], ['two', known({}, [source, source]), ['several mailboxes']],
    ['a group', known({}, [{ ...source, kind: 'group' }]), ['not a mailbox']], ['a mail user', known({}, [{ ...source, kind: 'mail user' }]), ['not a mailbox']], ['converted before', known({ migrated: new Set(['a@x.de']) }, [{ ...source, kind: 'mail user' }], [{ ...cloud, type: 'UserMailbox' }]), []],
    ['linked', known({}, [{ ...source, kind: 'linked mailbox' }]), ['linked mailbox']], ['Exchange 2010', known({}, [{ ...source, version: '2010' }]), ['version not supported']], ['Exchange 2010, but somebody said 2007', known({ versions: 'as named' }, [{ ...source, version: '2010' }]), []],
    ['not primary', known({}, [{ ...source, primary: 'b@x.de' }]), ['not primary']], ['unified messaging', known({}, [{ ...source, unifiedMessaging: true }]), ['unified messaging']], ['hidden', known({}, [{ ...source, hidden: true }]), ['hidden']],
    ['in no collection', known({ inCollections: new Set(['other']) }), ['outside collections']], ['domain', known({ acceptedDomains: new Set() }), ['domain not accepted']], ['no mail user', known({}, [source], []), ['no mail user']],
    ['a contact there', known({}, [source], [{ ...cloud, type: 'MailContact', guid: '' }]), ['other kind']], ['somebody else', known({}, [source], [{ ...cloud, guid: 'h' }]), ['other kind']], ['a mailbox there', known({}, [source], [{ ...cloud, type: 'UserMailbox' }]), ['has a mailbox already']],
  ])('%s', (_name, look, expected) => { expect(codes(look)).toEqual(expected); });
});

describe('texts of the service', () => {
  it.each([
    ["A valid primary e-mail address couldn't be found in the cloud-based service.", 'no mail user'], ["A source e-mail address a@x.de couldn't be found in the on-premises domain.", 'no mailbox'], ["Microsoft Exchange couldn't sign in to the user's on-premises account.", 'sign-in refused'],
    ["Couldn't connect to the source mailbox", 'connection'], ['A Windows Live error occurred while provisioning for a@x.de. The error code is 0x80048201', 'provisioning'], ["The user 'a@x.de' is already included in another batch, 'b'.", 'active in another batch'], ['Something new.', 'unknown'],
  ])('%s', (text, code) => { expect(errorOfText(text)).toBe(code); });
});

describe('versions of Exchange', () => {
  it.each([['2003', null], ['2007', null], ['2010', 'cutover Exchange migration'], ['2013', 'hybrid deployment'], ['2019', 'hybrid deployment'], ['not Exchange', 'IMAP'], ['unknown', 'not known']] as const)('%s', (version, says) => {
    const why = whyNotStaged(version, true);
    if (says === null) expect(why).toBeNull(); else expect(why).toContain(says);
  });
  it('needs directory synchronisation', () => { expect(whyNotStaged('2007', false)).toContain('only a cutover migration of all mailboxes is possible (up to 1000)'); });
  it('are told by the directory', () => { expect([undefined, '4535486012416', '44220983382016', '88218628259840'].map((value) => versionOf(value, true))).toEqual(['2003', '2007', '2010', '2013']); });
});

describe('the time left', () => {
  const paced = (points: readonly (readonly [number, number])[]) => points.reduce<ReturnType<typeof addPace>>((all, [at, bytes]) => addPace(all, { at, bytes }), []);
  it('is the median pace over what is left, and unknown before three paces', () => {
    expect(timeLeft(paced([[0, 0], [1_000, 100], [2_000, 200]]), 500)).toBeNull();
    expect(timeLeft(paced([[0, 0], [1_000, 100], [2_000, 200], [3_000, 5_000], [4_000, 5_100]]), 500)).toBe(5_000);
    expect(timeLeft(paced([[0, 0], [1_000, 0], [2_000, 0], [3_000, 0]]), 500)).toBeNull();
    // A copy that began anew says nothing about the pace before.
    expect(paced([[0, 0], [1_000, 900], [2_000, 100]])).toEqual([{ at: 2_000, bytes: 100 }]);
    expect([timeLeft([], 0), timeLeft([], null)]).toEqual([0, null]);
  });
  it('counts rows of unknown size as the mean', () => {
    expect(bytesLeft([{ bytes: 50, bytesTotal: 100, open: true }, { bytes: 300, bytesTotal: 300, open: false }, { bytes: 0, bytesTotal: null, open: true }])).toBe(250);
    expect(bytesLeft([{ bytes: 0, bytesTotal: null, open: true }])).toBeNull();
  });
  it('takes the worst grade', () => { expect([worstGrade(['Perfect', 'Poor', 'Good']), worstGrade(['', 'Good']), worstGrade([])]).toEqual(['Poor', 'Good', '']); });
});
