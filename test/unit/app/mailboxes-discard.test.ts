import { describe, expect, it } from 'vitest';
import { mailboxHandlers } from '../../../electron/app/mailboxes.ts';
import type { Services } from '../../../electron/app/services.ts';
import type { Store } from '../../../electron/store/index.ts';
import { guid, PAIR, sandbox, VARIANTS } from '../store/fixture.ts';

const { open } = sandbox();
const BATCH = guid(1);
const SECRET = `mailbox/${BATCH}/1`;
const SETTINGS = { atATime: 10, recipients: [], ownEndpoint: false, pace: [], timeLeftMs: null, runs: 0, told: [], waitMs: 0, closing: null };

describe.each(VARIANTS)('a draft that is thrown away ($name)', (variant) => {
  /** Throws a draft away; `meanwhile` happens after it was asked for and before the project is changed. */
  const discard = async (meanwhile: (store: Store) => Promise<unknown>) => {
    const store = await open(variant);
    const { id: pairId } = await store.pairs.create(PAIR);
    await store.mailboxBatches.create({ id: BATCH, pairId, collectionId: null, name: 'First', serviceName: 'S', endpoint: 'E', profile: 'current', settings: SETTINGS, csvName: 'a.csv', csvHash: 'h', total: 1, agentId: 'agent', createdAt: 1, createdBy: 'me' }, { at: 1, by: 'me' });
    await store.mailboxRows.add([{
      batchId: BATCH, line: 1, pairId, address: 'a@x.de', sourceId: null, sourceName: '', targetId: null, stage: 'mail user', state: 'Waiting', origin: 'new', errorCode: '', error: '', suggestion: '', secretRef: SECRET, forceChange: null, serviceStatus: '', routing: '', targetBefore: null,
      items: 0, skipped: 0, itemsTotal: null, bytes: 0, bytesTotal: null, grade: '', queuedMs: 0, busyMs: 0, stalledMs: 0, provisionedAt: null, forwardedAt: null, dataAt: null, completedAt: null, convertedAt: null, changedAt: 1,
    }]);
    const secrets = new Set([SECRET]);
    const racing: Store = { ...store, transaction: async (work) => { await meanwhile(store); return await store.transaction(work); } };
    const services = { store: racing, actor: 'me', now: () => 2, emit: () => {}, secrets: { delete: (name: string) => { secrets.delete(name); return Promise.resolve(); } } } as unknown as Services;
    const outcome = await mailboxHandlers(services)['mailboxes.discard']({ batchId: BATCH }, { signal: new AbortController().signal } as never).then(() => 'done', (error: { readonly data?: { readonly message: string } }) => error.data?.message);
    return { outcome, secrets: [...secrets], batches: (await store.mailboxBatches.list(pairId)).map((batch) => batch.state) };
  };

  it('goes with its passwords', async () => {
    expect(await discard(() => Promise.resolve())).toEqual({ outcome: 'done', secrets: [], batches: [] });
  });

  it('stays with its passwords when somebody ran it meanwhile', async () => {
    expect(await discard((store) => store.mailboxBatches.wish(BATCH, ['Draft'], { state: 'Starting', wanted: 'run' }))).toEqual({ outcome: 'The batch "First" is Starting; only one that was never run can be thrown away.', secrets: [SECRET], batches: ['Starting'] });
  });
});
