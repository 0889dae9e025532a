import type { CutoverSettings } from '../../shared/contracts/cutover.ts';
import type { CutoverStep, DecommissionStep } from '../../shared/domain/cutover.ts';
import type { StepStanding } from '../engines/mailboxes/index.ts';
import type { Directory } from '../engines/directory/index.ts';
import type { OpenedTenant } from '../engines/tenant/index.ts';
import { createResolver } from '../platform/dns/index.ts';
import type { MailboxBatchRecord, MailboxRowRecord, PairRecord } from '../store/index.ts';
import { dnsQuestions, type DnsQuestions } from './cutover-dns.ts';
import { cutoverSettings, mailDomains } from './cutover-settings.ts';
import { readWorld, type PresentWorld } from './mail-world.ts';
import type { Services } from './services.ts';

/** What a check has at hand; what several checks of a run need is read once. */
export interface CheckContext {
  readonly services: Services;
  readonly pair: PairRecord;
  readonly settings: CutoverSettings;
  readonly now: () => number;
  readonly signal: AbortSignal;
  readonly dns: DnsQuestions;
  /** Where another step of the same runbook stands. */
  readonly standing: (step: CutoverStep | DecommissionStep) => StepStanding;
  /** Both sides as they are now. @throws AppError of either side. */
  readonly world: () => Promise<PresentWorld>;
  /** The tenant, opened once. @throws AppError of the sign-in. */
  readonly tenantOpened: () => Promise<OpenedTenant>;
  readonly batches: { readonly list: () => Promise<readonly MailboxBatchRecord[]>; /** The row of the latest batch of each address that was ever run. */ readonly latestRows: () => Promise<readonly MailboxRowRecord[]> };
}

const once = <T>(work: () => Promise<T>): (() => Promise<T>) => {
  let made: Promise<T> | undefined;
  return async () => await (made ??= work());
};

/** Gives checks what they need and closes what was opened for them. */
export async function withCheckContext(services: Services, pair: PairRecord, standing: CheckContext['standing'], signal: AbortSignal, work: (context: CheckContext) => Promise<void>): Promise<void> {
  const { store, now } = services;
  const settings = await cutoverSettings(services, pair);
  const domains = await mailDomains(services, pair, settings);
  let tenant: OpenedTenant | undefined;
  let directory: Directory | undefined;
  const tenantOpened = once(async () => (tenant = await services.openTenant(pair, { signal })));
  const list = once(async () => await store.mailboxBatches.list(pair.id));
  const context: CheckContext = {
    services, pair, settings, now, signal, standing, tenantOpened, dns: dnsQuestions(settings, domains, now, signal),
    world: once(async () => {
      const { exchange } = await tenantOpened();
      directory = await services.openDirectory(pair);
      return await readWorld(services, pair, { settings, domains, resolver: createResolver({ servers: settings.servers, now }) }, { directory, exchange }, signal);
    }),
    batches: {
      list,
      latestRows: once(async () => {
        const latest = new Map<string, MailboxRowRecord>();
        // Newest batch first.
        for (const batch of await list()) {
          if (batch.state === 'Draft') continue;
          for (const row of await store.mailboxRows.all(batch.id)) { const key = row.address.toLowerCase(); if (!latest.has(key)) latest.set(key, row); }
        }
        return [...latest.values()];
      }),
    },
  };
  try { await work(context); } finally { await Promise.all([tenant?.close(), directory?.close()]); }
}
