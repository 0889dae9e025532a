import type { evidenceChannels } from '../../shared/contracts/evidence.ts';
import type { Handlers } from '../ipc/router.ts';
import { noteHead, notedHead } from './evidence-head.ts';
import { packPart } from './evidence-pack.ts';
import type { Services } from './services.ts';

/** The chain of evidence: its check, the recorded events, and packs. */
export function evidenceHandlers(services: Services): Pick<Handlers, keyof typeof evidenceChannels> {
  return {
    'evidence.verify': async ({ head: given }) => {
      const own = await notedHead(services);
      const compared = [...new Set([given, own?.head.hash].filter((hash) => hash !== undefined))];
      const { problems, total, ...figures } = await services.store.evidence.check(compared);
      if (total === 0) await noteHead(services);
      const noted = own === undefined ? '' : ` This machine wrote it down at ${new Date(own.head.at).toISOString()}; if an older copy of the project was put back on purpose, delete ${own.file}.`;
      return { sound: total === 0, ...figures, compared, total, problems: problems.map((one) => (one.kind === 'head not found' && one.subject === own?.head.hash ? { ...one, message: `${one.message}${noted}` } : one)) };
    },
    'evidence.events': async ({ pairId, after, limit }) => await services.store.evidence.latestEvents(pairId, { after, limit }),
    'evidence.pack': async ({ scope, format, after }) => await packPart(services, scope, format, after),
  };
}
