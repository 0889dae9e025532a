import { describe, expect, it } from 'vitest';
import { createProject, openProject, PROJECT_TEMPLATES, type MailInput } from '../../../electron/store/index.ts';
import { sandbox, SHARED, VARIANTS } from './fixture.ts';

const NOW = 1_700_000_000_000;
const { open, keep, place } = sandbox();
const id = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const mail = (n: number, more: Partial<MailInput> = {}): MailInput => ({
  id: id(n), pairId: null, dedupeKey: `key ${n}`, scenario: 'ChangeUPN', template: 'ChangeUPN (default)', recipient: `p${n}@example.com`, recipientName: `Person ${n}`, subject: 'Subject', body: 'Body {Password}', fields: { DisplayName: 'P' },
  attachments: [], secretRef: null, accountId: null, taskId: null, agentId: null, state: 'waiting', message: '', createdAt: NOW + n, ...more,
});
const by = (owner: string, now = NOW + 1_000, agentIds: readonly string[] = ['a']) => ({ agentIds, owner, now, until: now + 60_000 });

describe.each(VARIANTS)('mails, on $name', (variant) => {
  it('are kept once for each key, and come back as they were given', async () => {
    const { mails } = await open(variant);
    const first = mail(1, { attachments: [{ name: 'a.csv', csv: 'x,"y"\r\nä' }], secretRef: 'outbox/1', accountId: 'acc', taskId: id(9), agentId: 'a', message: 'm' });
    await mails.add([first, mail(2)]);
    await mails.add([mail(3, { dedupeKey: 'key 1', recipient: 'other@example.com' }), mail(4)]);
    expect((await mails.page({})).rows.map((one) => one.id)).toEqual([id(4), id(2), id(1)]);
    expect(await mails.get(id(1))).toEqual({ ...first, state: 'waiting', tries: 0, nextAt: NOW + 1, answer: '', sentAt: null });
    expect(await mails.get(id(3))).toBeUndefined();
  });

  it('are taken in the order in which they are due, each by one owner, and only by agents that may', async () => {
    const { mails } = await open(variant);
    await mails.add([mail(2), mail(1), mail(3, { agentId: 'b' }), mail(4, { state: 'held' }), mail(5, { createdAt: NOW + 9_000 })]);
    expect(await mails.isDue(['a'], NOW)).toBe(false);
    expect(await mails.isDue(['a'], NOW + 1_000)).toBe(true);
    expect((await mails.claim(by('one')))?.id).toBe(id(1));
    expect(await mails.claim(by('two'))).toMatchObject({ id: id(2), state: 'sending', tries: 1, nextAt: null });
    expect(await mails.claim(by('three'))).toBeUndefined();
    expect((await mails.claim(by('three', NOW + 1_000, ['b'])))?.id).toBe(id(3));
    expect((await mails.sending()).map((one) => [one.id, one.owner, one.until]).toSorted()).toEqual([[id(1), 'one', NOW + 61_000], [id(2), 'two', NOW + 61_000], [id(3), 'three', NOW + 61_000]]);
    expect(await mails.counts({})).toEqual({ waiting: 1, held: 1, sending: 3, sent: 0, failed: 0, unclear: 0, cancelled: 0 });
  });

  it('end as their owner says, and as nobody else says', async () => {
    const { mails } = await open(variant);
    await mails.add([mail(1, { secretRef: 'outbox/1' }), mail(2), mail(3)]);
    for (const owner of ['one', 'two', 'three']) await mails.claim(by(owner));
    expect(await mails.end(id(1), 'two', { state: 'failed', message: 'x', answer: '', at: NOW })).toBe(false);
    expect(await mails.end(id(1), 'one', { state: 'sent', message: '', answer: '250 ok', at: NOW + 5 })).toBe(true);
    expect(await mails.end(id(1), 'one', { state: 'unclear', message: 'again', answer: '', at: NOW })).toBe(false);
    expect(await mails.get(id(1))).toMatchObject({ state: 'sent', sentAt: NOW + 5, answer: '250 ok', secretRef: null });
    await mails.end(id(2), 'two', { state: 'waiting', message: 'later', answer: '421', at: NOW, nextAt: NOW + 90_000, counts: 'yes' });
    await mails.end(id(3), 'three', { state: 'waiting', message: 'no way', answer: '', at: NOW, nextAt: NOW + 90_000, counts: 'no' });
    expect(await mails.get(id(2))).toMatchObject({ state: 'waiting', tries: 1, nextAt: NOW + 90_000, message: 'later' });
    expect(await mails.get(id(3))).toMatchObject({ tries: 0 });
    expect(await mails.claim(by('four', NOW + 89_999))).toBeUndefined();
    expect((await mails.claim(by('four', NOW + 90_000)))?.id).toBe(id(2));
    expect(await mails.sentSince(NOW + 4)).toBe(1);
    expect(await mails.sentSince(NOW + 5)).toBe(0);
  });

  it('wait together while the server cannot be spoken to', async () => {
    const { mails } = await open(variant);
    await mails.add([mail(1), mail(2), mail(3, { createdAt: NOW + 900_000 }), mail(4, { state: 'held' })]);
    await mails.postpone(NOW + 60_000);
    expect(await mails.isDue(['a'], NOW + 59_999)).toBe(false);
    expect(await Promise.all([1, 2, 3, 4].map(async (n) => (await mails.get(id(n)))?.nextAt))).toEqual([NOW + 60_000, NOW + 60_000, NOW + 900_000, null]);
  });

  it('move from the states that were asked for, and no others', async () => {
    const { mails } = await open(variant);
    await mails.add([mail(1, { state: 'held' }), mail(2), mail(3, { state: 'failed', recipient: '' }), mail(4, { state: 'failed', accountId: 'acc' })]);
    const all = [1, 2, 3, 4].map(id);
    expect((await mails.move(all, ['held'], { state: 'waiting', message: '', at: NOW + 7 }, 'all')).map((one) => one.id)).toEqual([id(1)]);
    expect(await mails.get(id(1))).toMatchObject({ state: 'waiting', nextAt: NOW + 7, createdAt: NOW + 7 });
    expect((await mails.move(all, ['failed'], { state: 'waiting', message: '', at: NOW }, 'with a recipient')).map((one) => one.id)).toEqual([id(4)]);
    expect((await mails.openOfAccounts(['acc', 'other'])).map((one) => one.id)).toEqual([id(4)]);
    expect((await mails.move(all, ['waiting', 'held'], { state: 'cancelled', message: 'by Ann', at: NOW }, 'all')).map((one) => one.id)).toEqual([id(1), id(2), id(4)]);
    expect(await mails.get(id(2))).toMatchObject({ state: 'cancelled', message: 'by Ann', nextAt: null });
    expect(await mails.openOfAccounts(['acc'])).toEqual([]);
  });

  it('are found by address, name and subject, in pages', async () => {
    const { mails } = await open(variant);
    await mails.add(Array.from({ length: 12 }, (_, n) => mail(n, n % 3 === 0 ? { subject: '100% of Änderung_1' } : {})));
    const first = await mails.page({ search: 'person', limit: 5 });
    expect([first.rows.length, first.total]).toEqual([5, 12]);
    expect((await mails.page({ search: 'person', limit: 500, after: first.next })).rows).toHaveLength(7);
    expect((await mails.page({ search: '100%' })).total).toBe(4);
    expect((await mails.page({ search: '100_' })).total).toBe(0);
    expect((await mails.page({ search: 'P7@EXAMPLE' })).rows.map((one) => one.id)).toEqual([id(7)]);
    expect((await mails.page({ state: 'sent' })).total).toBe(0);
  });
});

describe.each(VARIANTS)('templates, on $name', (variant) => {
  it('are those of the project and of one agent; removing an agent removes its own', async () => {
    const store = await open(variant);
    const { notificationTemplates } = store;
    const agent = await store.agents.create('Berlin');
    const text = (scope: string, content: string) => ({ scope, name: 'ChangeUPN' as const, text: content, changedAt: NOW, changedBy: 'ann' });
    await notificationTemplates.set(text(PROJECT_TEMPLATES, 'old'));
    await notificationTemplates.set(text(PROJECT_TEMPLATES, 'project'));
    await notificationTemplates.set(text(agent.id, ''));
    expect(await notificationTemplates.of(undefined)).toEqual([text(PROJECT_TEMPLATES, 'project')]);
    expect((await notificationTemplates.of(agent.id)).map((one) => one.text).toSorted()).toEqual(['', 'project']);
    expect(await notificationTemplates.of('another')).toEqual([text(PROJECT_TEMPLATES, 'project')]);
    await store.agents.remove(agent.id);
    expect(await notificationTemplates.of(agent.id)).toEqual([text(PROJECT_TEMPLATES, 'project')]);
    await notificationTemplates.remove(PROJECT_TEMPLATES, 'ChangeUPN');
    expect(await notificationTemplates.of(undefined)).toEqual([]);
  });
});

describe.each(SHARED)('two processes on $name', (variant) => {
  it('never take the same mail', async () => {
    const file = await place(variant.on);
    const one = keep(await createProject({ file, name: 'Shared', demo: false }));
    const two = keep(await openProject(file));
    await one.mails.add(Array.from({ length: 40 }, (_, n) => mail(n)));
    const taken: string[] = [];
    await Promise.all([one, two, one, two].map(async ({ mails }, worker) => {
      for (;;) {
        const next = await mails.claim(by(`worker ${worker}`));
        // Somebody else may have been faster with the one that was looked at.
        if (next === undefined && !await mails.isDue(['a'], NOW + 1_000)) return;
        if (next !== undefined) taken.push(next.id);
      }
    }));
    expect(taken.toSorted()).toEqual(Array.from({ length: 40 }, (_, n) => id(n)));
  });
});
