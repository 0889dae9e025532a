import { CutoverSettings } from '../../shared/contracts/cutover.ts';
import { CLOUD_RECORDS, WAITING_HOURS } from '../../shared/domain/cutover.ts';
import { createResolver } from '../platform/dns/index.ts';
import type { PairRecord } from '../store/index.ts';
import { recordEvent } from './evidence-events.ts';
import type { Services } from './services.ts';

/** Name of the pair's setting. */
const SETTING = 'cutover';

/** What is asked when nobody has said otherwise: the records of the pair's cloud, by the DNS servers of this computer. */
const defaultsOf = ({ target }: Pick<PairRecord, 'target'>): CutoverSettings => {
  const { mxHosts, autodiscover, spf } = CLOUD_RECORDS[target.cloud];
  return { servers: [], authoritative: [], domains: [], mxHosts: [...mxHosts], autodiscover, spf, onPremisesHosts: [], onPremisesDomains: [], waitingHours: WAITING_HOURS.usual };
};

/** The settings of a pair. */
export async function cutoverSettings({ store }: Pick<Services, 'store'>, pair: PairRecord): Promise<CutoverSettings> {
  const read = CutoverSettings.safeParse(await store.pairSettings.get(pair.id, SETTING));
  return read.success ? read.data : defaultsOf(pair);
}

/** Keeps the settings of a pair. @throws AppError INVALID_INPUT for a DNS server that is no address, NOT_FOUND. */
export async function saveCutoverSettings({ store, now, actor, emit }: Services, pairId: string, settings: CutoverSettings): Promise<CutoverSettings> {
  await store.pairs.get(pairId);
  for (const servers of [settings.servers, settings.authoritative]) createResolver({ servers, now });
  await store.transaction(async (tx) => {
    await tx.pairSettings.set(pairId, SETTING, settings);
    await recordEvent(tx, { pairId, kind: 'settings changed', actor, at: now(), subject: 'cutover', detail: settings });
  });
  emit('store.changed', { nouns: ['cutover'] });
  return settings;
}

/** The domains whose mail moves: those that were named, else the verified ones of the tenant but for its own `onmicrosoft.com` domains. */
export async function mailDomains({ store }: Pick<Services, 'store'>, pair: PairRecord, settings: CutoverSettings): Promise<readonly string[]> {
  if (settings.domains.length > 0) return settings.domains;
  const facts = await store.pairs.tenantFacts(pair.id);
  return (facts?.domains ?? []).filter((one) => one.isVerified && !isRoutingDomain(one.name)).map((one) => one.name.toLowerCase()).toSorted();
}

/** True for domains that Microsoft 365 gives a tenant, which always lead there (Microsoft 365 documentation, "Domains FAQ"; China: `partner.onmschina.cn`). */
export const isRoutingDomain = (name: string): boolean => /\.(?:onmicrosoft\.com|onmicrosoft\.us|partner\.onmschina\.cn)$/i.test(name);
