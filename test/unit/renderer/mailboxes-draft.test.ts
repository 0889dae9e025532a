import { describe, expect, it } from 'vitest';
import { addressesOf, draftOf, nameFor, problemsOf, settingsOf, withProfile, wrongAddress, type ConnectionDraft } from '../../../renderer/features/mailboxes/draft.ts';
import { gradeMeaning, itemWords, leftWords, shareDone, size } from '../../../renderer/features/mailboxes/words.ts';

const KEPT = { profile: 'current', method: 'autodiscover', administrator: 'admin@corp.example', username: 'CORP\\admin', server: '', proxy: '', authentication: 'Basic', endpoint: '', atATime: 20, recipients: ['boss@example.com'], sourceVersion: 'unknown', hasSecret: true, starter: 'root' } as const;
const draft = (change: Partial<ConnectionDraft> = {}): ConnectionDraft => ({ ...draftOf({ ...KEPT, recipients: [...KEPT.recipients] }), ...change });

describe('the connection settings of a mailbox batch', () => {
  it.each<[string, Partial<ConnectionDraft>, boolean, Record<string, string>]>([
    ['kept settings are right', {}, true, {}],
    ['a password is needed while none is kept', {}, false, { secret: 'must not be empty' }],
    ['a typed password is enough', { secret: 'x' }, false, {}],
    ['Autodiscover takes a UPN', { username: 'admin@corp.example' }, true, {}],
    ['Autodiscover needs an address', { administrator: 'admin' }, true, { administrator: 'must be an e-mail address' }],
    ['manual settings need domain\\username and both servers', { method: 'manual', username: 'admin@corp.example', server: 'exchange' }, true, { username: 'must be domain\\username', server: 'must be a full name, for example mail.contoso.com', proxy: 'must not be empty' }],
    ['manual settings do not ask for the address', { method: 'manual', administrator: '', server: 'ex07.corp.example', proxy: 'mail.corp.example' }, true, {}],
    ['an endpoint needs its name only', { method: 'existing', username: '', administrator: '' }, false, { endpoint: 'must not be empty' }],
    ['the number has a limit', { atATime: '101' }, true, { atATime: 'must be a whole number from 1 to 100' }],
    ['the limit of 2011 is 10', { profile: '2011', atATime: '11' }, true, { atATime: 'must be a whole number from 1 to 10' }],
    ['no number is none', { atATime: '' }, true, { atATime: 'must be a whole number from 1 to 100' }],
  ])('%s', (_, change, hasSecret, expected) => { expect(problemsOf(draft(change), hasSecret)).toEqual(expected); });

  it('change their number with the profile, unless a person chose one that is allowed there', () => {
    expect(withProfile(draft(), '2011').atATime).toBe('3');
    expect(withProfile(draft({ atATime: '7' }), '2011').atATime).toBe('7');
    expect(withProfile(draft({ atATime: '50' }), '2011').atATime).toBe('3');
    expect(withProfile(draft({ profile: '2011', atATime: '3' }), 'current').atATime).toBe('20');
  });

  it('never carry the password with them', () => {
    expect(settingsOf(draft({ secret: 'hunter2' }), ['a@b.example'])).toEqual({ profile: 'current', method: 'autodiscover', administrator: 'admin@corp.example', username: 'CORP\\admin', server: '', proxy: '', authentication: 'Basic', endpoint: '', atATime: 20, recipients: ['a@b.example'], sourceVersion: 'unknown' });
  });
});

describe('lists of a mailbox batch', () => {
  it('are addresses separated in any way, each once', () => {
    expect(addressesOf(' a@b.example, c@d.example;\na@b.example ')).toEqual(['a@b.example', 'c@d.example']);
    expect(wrongAddress(['a@b.example', 'nobody'])).toBe('nobody');
    expect(wrongAddress([])).toBeNull();
  });
  it('give a batch its name', () => {
    expect(nameFor('first wave.csv')).toBe('first wave');
    expect(nameFor('.csv')).toBe('Batch');
  });
});

describe('figures of mailboxes in words', () => {
  it.each([[0, '0 bytes'], [1023, '1,023 bytes'], [1024, '1 KB'], [1536 * 1024, '1.5 MB'], [5 * 1024 ** 3, '5 GB'], [9 * 1024 ** 5, '9,216 TB']])('%i bytes are %s', (bytes, words) => { expect(size(bytes)).toBe(words); });
  it('say what was skipped, and what is not known', () => {
    expect(itemWords({ items: 120, itemsTotal: 400, skipped: 3 })).toBe('120 of 400, 3 skipped');
    expect(itemWords({ items: 5, itemsTotal: null, skipped: 0 })).toBe('5');
    expect(gradeMeaning('')).toMatch(/no grade yet/);
    expect(leftWords({ state: 'Active', timeLeftMs: null })).toBe('not known yet');
    expect(leftWords({ state: 'Active', timeLeftMs: 90_000 })).toBe('about 1 min 30 s');
    expect(leftWords({ state: 'Stopped', timeLeftMs: 90_000 })).toBe('–');
  });
  it('count mailboxes that rest, whatever came of them', () => {
    expect(shareDone({ toCreate: 10, done: 4, failed: 1, stopped: 0 })).toBe(0.5);
    expect(shareDone({ toCreate: 0, done: 0, failed: 0, stopped: 0 })).toBeNull();
  });
});
