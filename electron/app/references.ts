import { z } from 'zod';
import { REFERENCE_HEALING, whyWaits, type ReferenceHealing } from '../../shared/domain/references.ts';
import type { Handlers } from '../ipc/router.ts';
import type { ReferenceRecord } from '../store/index.ts';
import { csvPart } from './csv.ts';
import type { Services } from './services.ts';

const COLUMNS = ['Who waits', 'Type', 'Object GUID', 'Attribute', 'For whom', 'Type of the other', 'Object GUID of the other', 'DN', 'The other has a match', 'Waiting since', 'Reason', 'Healed by task', 'Healed at'] as const;
const SETTING = 'reference healing';

/** What becomes of references that wait in this pair; automatic unless somebody said otherwise. */
export async function referenceHealing(services: Pick<Services, 'store'>, pairId: string): Promise<ReferenceHealing> {
  return z.enum(REFERENCE_HEALING).catch('automatic').parse(await services.store.pairSettings.get(pairId, SETTING));
}

/** Channels of the ledger of references that wait for another object. */
export function referenceHandlers(services: Services): Pick<Handlers, 'references.page' | 'references.export' | 'references.settings' | 'references.saveSettings'> {
  const { store } = services;
  return {
    'references.page': async (query) => {
      const page = await store.references.page(query);
      return { ...page, rows: [...page.rows] };
    },
    'references.export': async ({ after, ...query }) => await csvPart({
      fileName: 'references.csv', columns: COLUMNS, read: async (request) => await store.references.page({ ...query, ...request }), lines: (rows) => rows.map(toLine),
    }, { after }),
    'references.settings': async ({ pairId }) => ({ healing: await referenceHealing(services, pairId) }),
    async 'references.saveSettings'({ pairId, healing }) {
      await store.pairs.get(pairId);
      await store.pairSettings.set(pairId, SETTING, healing);
      services.emit('store.changed', { nouns: ['pairs'] });
      return { healing };
    },
  };
}

const time = (at: number | null): string => (at === null ? '' : new Date(at).toISOString());
const toLine = (row: ReferenceRecord): string[] => [
  row.name, row.kind ?? '', row.sourceId, row.attribute, row.otherName ?? '', row.otherKind ?? '', row.otherId ?? '', row.dn, row.otherMatched ? 'yes' : 'no', time(row.since), whyWaits(row), row.healedBy ?? '', time(row.healedAt),
];
