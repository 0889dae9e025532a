import { describe, expect, it } from 'vitest';
import { draftOf, settingsOf } from '../../../renderer/features/notifications/draft.ts';
import { countWords, originWords, remarkOf, whyNot } from '../../../renderer/features/notifications/words.ts';
import { DEFAULT_NOTIFICATIONS } from '../../../shared/domain/notifications.ts';

const KEPT = { ...DEFAULT_NOTIFICATIONS, held: [...DEFAULT_NOTIFICATIONS.held], hasSecret: false, delivery: { delivers: false, reason: 'No mail server is set.' } };

describe('settings of notifications', () => {
  it('go to the form and back without the password and without what is only shown', () => {
    const draft = { ...draftOf(KEPT), secret: 'hunter2' };
    expect(settingsOf(draft)).toEqual({ settings: { ...DEFAULT_NOTIFICATIONS, held: [] }, problems: {} });
  });
  it.each([
    ['smtp', { host: '', from: '' }, { host: 'must not be empty', from: 'must not be empty' }],
    ['smtp', { host: 'mail.example.com', from: 'nobody' }, { from: 'must be a mail address, for example ann@contoso.com' }],
    ['smtp', { host: 'mail.example.com', from: 'a@b.example', port: '0' }, { port: 'must be a number from 1 to 65535' }],
    ['smtp', { host: 'mail.example.com', from: 'a@b.example', port: '' }, { port: 'must be a number from 1 to 65535' }],
    ['graph', { from: 'a@b.example' }, { pairId: 'choose a pair' }],
  ] as const)('by %s say what is wrong where', (transport, change, problems) => {
    expect(settingsOf({ ...draftOf(KEPT), transport, ...change })).toEqual({ settings: null, problems });
  });
});

describe('mails', () => {
  it('can be sent again, released or cancelled only in the states that allow it', () => {
    expect(whyNot('retry', [], 0)).toBe('Select mails first.');
    expect(whyNot('retry', [{ state: 'failed' }], 2)).toBe('Select mails that are on screen.');
    expect(whyNot('retry', [{ state: 'failed' }, { state: 'unclear' }], 2)).toBeNull();
    expect(whyNot('retry', [{ state: 'failed' }, { state: 'sent' }], 2)).toMatch(/^Only failed/);
    expect(whyNot('release', [{ state: 'held' }], 1)).toBeNull();
    expect(whyNot('release', [{ state: 'waiting' }], 1)).toMatch(/^Only held/);
    expect(whyNot('cancel', [{ state: 'waiting' }, { state: 'held' }], 2)).toBeNull();
    expect(whyNot('cancel', [{ state: 'sending' }], 1)).toMatch(/cannot be cancelled/);
  });
  it('say what the server answered, and when the next try is', () => {
    expect(remarkOf({ message: '', answer: '250 OK', nextAt: null, state: 'sent' })).toBe('250 OK');
    expect(remarkOf({ message: 'Refused for now.', answer: '451', nextAt: 0, state: 'waiting' })).toBe('Refused for now. Next try 1970-01-01 00:00:00 UTC.');
    expect(remarkOf({ message: '', answer: '', nextAt: null, state: 'held' })).toBe('–');
  });
  it('are counted by state, without those that are none', () => {
    expect(countWords({ waiting: 2, sent: 1_000, failed: 0 })).toBe(': 2 waiting, 1,000 sent');
    expect(countWords({})).toBe('');
  });
  it('come from the shipped text, the project, an agent, or not at all', () => {
    expect([originWords({ from: 'default', disabled: false }), originWords({ from: 'project', disabled: false }), originWords({ from: 'agent', disabled: false }), originWords({ from: 'project', disabled: true })]).toEqual(['As shipped', 'Of this project', 'Of an agent', 'Switched off']);
  });
});
