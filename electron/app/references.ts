import { z } from 'zod';
import { appError, ErrorCode } from '../../shared/domain/errors.ts';
import { REFERENCE_HEALING, whyWaits, type ReferenceHealing } from '../../shared/domain/references.ts';
import type { Handlers } from '../ipc/router.ts';
import type { ReferenceRecord } from '../store/index.ts';
import { csvOf } from './csv.ts';
import type { Services } from './services.ts';

/** Largest export given as text, entries. */
const EXPORT_LIMIT = 200_000;
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
    async 'references.export'(query) {
      const lines: string[][] = [];
      let after: string | null = null;
      do {
        const page: Awaited<ReturnType<typeof store.references.page>> = await store.references.page({ ...query, after, limit: 500 });
        if (page.total > EXPORT_LIMIT) throw appError(ErrorCode.InvalidInput, `There are ${page.total} entries; at most ${EXPORT_LIMIT} are exported at once. Export them by collection, or search for some.`);
        lines.push(...page.rows.map(toLine));
        after = page.next;
      } while (after !== null);
      return { fileName: 'references.csv', text: csvOf([[...COLUMNS], ...lines]), entries: lines.length };
    },
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
