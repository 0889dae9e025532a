import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Reporter } from '../../../../electron/app/pipeline/reporter.ts';
import { planSwitch } from '../../../../electron/app/pipeline/switch-plan.ts';
import { batchFacts } from '../../../../electron/app/pipeline/switch-rows.ts';
import { ForwardTask } from '../../../../electron/app/pipeline/task-settings.ts';
import type { Services } from '../../../../electron/app/services.ts';
import type { Directory, DirectoryEntry } from '../../../../electron/engines/directory/index.ts';
import type { OpenedTenant } from '../../../../electron/engines/tenant/index.ts';
import { createProject, IN_MEMORY, type Store } from '../../../../electron/store/index.ts';
import { guid, PAIR, source } from '../../store/samples.ts';
import { cloud, onPremises } from './support.ts';

let store: Store;
beforeEach(async () => { store = await createProject({ file: IN_MEMORY, name: 'Test', demo: false }); });
afterEach(async () => { await store.close(); });

describe('who has a mailbox', () => {
  it('is one person, and not two of the same name', async () => {
    const services = { store, newId: () => crypto.randomUUID(), now: () => 1, emit: () => {}, log: { error: () => {} } } as unknown as Services;
    const pair = await store.pairs.create({ ...PAIR, source: { kind: 'ldap', domain: 'contoso.example', servers: [], security: 'ldaps', caFile: null, username: 'me', secretRef: '', baseDn: '' } });
    await store.sources.upsertPage(pair.id, [1, 2].map((n) => source(n, { name: 'Ann' })), guid(9));
    // The first Ann is matched with the mailbox whose address the second one has.
    await store.matches.saveAll(pair.id, [{ sourceId: guid(1), state: 'Matched', targetId: 'c1', ruleId: null, pinned: false, evidence: [], risks: [], reason: '' }]);
    const address = (mail: string) => onPremises({ mail: [mail], proxyAddresses: [`SMTP:${mail}`], msExchMailboxGuid: [] });
    const entries = [address('ann.one@example.com'), address('ann@example.com')].map((attributes, i): DirectoryEntry => ({ guid: guid(i + 1), dn: `CN=Ann ${i + 1},DC=contoso,DC=example`, objectClass: [], deleted: false, attributes }));
    const directory = {
      capabilities: { write: true, readDeleted: false, live: true }, rootDse: async () => ({ defaultNamingContext: 'DC=contoso,DC=example', domain: 'contoso.example' }), schema: async () => ({ attributes: [], attribute: () => undefined }),
      get: async (id: string) => entries.find((entry) => entry.guid === id), async *read() { yield entries.slice(1); },
    } as unknown as Directory;
    const { id, primary, addresses, guid: exchangeGuid, type } = cloud();
    const tenant = {
      organization: async () => ({ initialDomain: 'contoso.onmicrosoft.com' }), domains: async () => ['contoso.onmicrosoft.com', 'example.com'].map((name) => ({ name, isVerified: true })),
      exchange: { invoke: async () => ({ rows: [{ ExternalDirectoryObjectId: id, ExchangeGuid: exchangeGuid, RecipientTypeDetails: type, PrimarySmtpAddress: primary, EmailAddresses: addresses }] }) },
    } as unknown as OpenedTenant;
    const task = await store.tasks.create({ pairId: pair.id, collectionId: null, kind: 'Forward', settings: ForwardTask.parse({ ids: [guid(1), guid(2)], batchId: null, direction: 'to the cloud', redirection: 'no' }), createdBy: 'me' });
    const made = await planSwitch(services, pair, task, { directory, tenant }, { phase: async () => {}, progress: () => {} } as unknown as Reporter, new AbortController().signal);
    const planned: (string | null)[] = [];
    for await (const page of store.plans.iterateOperations(made.planId, {})) planned.push(...page.map(({ sourceId }) => sourceId));
    expect(planned).toEqual([guid(1)]);
    expect((await store.plans.pageSkips({ planId: made.planId })).rows).toMatchObject([{ sourceId: guid(2), status: 'Conflict', reason: expect.stringContaining('belongs to "Ann", too') }]);
  });
});

describe('where mail went before the first batch', () => {
  const facts = async (...targets: readonly (string | null)[]) => {
    const rows = targets.map((targetBefore, i) => ({ sourceId: guid(1), batchId: guid(i), targetBefore, dataAt: null, grade: '' }));
    return (await batchFacts({ store: { mailboxRows: { ofSources: async () => rows } } } as unknown as Services, { id: 'p' }, [guid(1)])).get(guid(1))?.targetBefore;
  };
  it('is what the first one noted that ran; batches are told newest first', async () => {
    expect(await facts('SMTP:c@x.onmicrosoft.com', 'SMTP:a@partner.example')).toBe('SMTP:a@partner.example');
    expect(await facts('SMTP:c@x.onmicrosoft.com', 'SMTP:a@partner.example', null)).toBe('SMTP:a@partner.example');
    expect(await facts(null, null)).toBeNull();
  });
});
